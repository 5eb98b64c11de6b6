// The document beside the answer: a panel that leaves the page usable on a wide screen, a sheet over it on a narrow one.

const source = find(".source");
const wide = matchMedia("(min-width: 64rem)");
const pictured = source.querySelector(".pictured");
let view = null; // { places, at, answers, opener }

async function openSource(places, at, { answers, opener }) {
  view = { places, at, answers, opener: opener ?? view?.opener };
  showSource();
  await showPlace();
}

function showSource() {
  if (source.open) return;
  if (wide.matches) source.show();
  else source.showModal();
  element.classList.toggle("beside", wide.matches);
}

function closeSource() {
  source.close();
  left();
}

// The focus goes back at once: the event of closing comes later, when the person may be typing already.
function left() {
  if (source.open || !view) return;
  const opener = view.opener;
  view = null;
  element.classList.remove("beside");
  if (opener?.isConnected) opener.focus();
  else box.focus();
}

source.addEventListener("close", left); // closed by the browser, on Escape

let loads = 0; // whatever has been asked for since makes an answer late

async function showPlace() {
  const { places, at, answers } = view;
  const load = ++loads;
  const late = () => !view || load !== loads;
  const wanted = places[at];
  const identity = wanted.document.id ?? wanted.document;
  const page = source.querySelector(".page");
  const head = (title, where, file) => {
    source.querySelector("h2").textContent = title;
    const count = places.length > 1 ? [say("of", { at: at + 1, n: places.length })] : [];
    source.querySelector(".where").textContent = [...count, where, ...(answers ? [] : [say("notAnswer")])].filter(Boolean).join(" · ");
    source.querySelector(".file").textContent = file;
  };
  head(wanted.document.title ?? "", wanted.place ?? "", "");
  source.querySelector(".previous").disabled = at === 0;
  source.querySelector(".next").disabled = at === places.length - 1;
  page.replaceChildren(make("p", { name: "rest", text: say("opening") }));
  if (document.activeElement !== pictured) page.focus({ preventScroll: true });
  const { start, end, quote } = wanted;
  const named = { document: identity, start, end, ...(quote !== undefined && { quote }) };
  const shown = await call("source", named);
  if (late()) return;
  if (!shown.paged && document.activeElement === pictured) page.focus({ preventScroll: true });
  pictured.hidden = !shown.paged;
  const mark = make("mark", {}, ...(wanted.pieces ? pieces(wanted) : [shown.quote ?? quote ?? ""]));
  if (shown.error) {
    page.replaceChildren(...warnings({ warnings: [shown.error] }), make("p", { name: "exact", dir: "auto" }, mark));
    return;
  }
  head(shown.title, shown.place, shown.file);
  const before = make("span", { name: "before", text: shown.earlier.text });
  const after = make("span", { name: "after", text: shown.later.text });
  page.replaceChildren(
    ...[
      ...warnings(shown),
      elsewhere(wanted),
      further(identity, "earlier", shown.earlier.next, before),
      make("p", { name: "exact", dir: "auto" }, before, mark, after),
      further(identity, "later", shown.later.next, after),
    ].filter(Boolean),
  );
  mark.scrollIntoView({ block: mark.offsetHeight > page.clientHeight ? "start" : "center" });
  if (!shown.paged || pictured.ariaPressed !== "true") return;
  const { pages, note, error } = await call("pages", named); // the text is there meanwhile, and stays where there is no picture
  if (late()) return;
  const said = warnings({ warnings: [error ?? note].filter(Boolean) });
  for (const one of said) one.role = "alert";
  if (error) return page.prepend(...said);
  page.replaceChildren(...[...warnings(shown), ...said, elsewhere(wanted), ...pages.map(drawn)].filter(Boolean));
  page.querySelector(".lit").scrollIntoView({ block: "center" });
}

// A page as it is printed, the boxes of the quote lit on it.
function drawn({ place, text, picture, width, height, boxes }) {
  const lit = boxes.map(([left, top, right, bottom]) => {
    const box = make("span", { name: "lit" });
    const [x, y, across, down] = [left, top, right - left, bottom - top].map((share) => `${share * 100}%`);
    Object.assign(box.style, { left: x, top: y, width: across, height: down });
    return box;
  });
  const shown = make("img", { src: picture, width, height, alt: say("pictureOf", { place, quote: text.length > 400 ? `${text.slice(0, 400)}…` : text }) });
  return make("figure", { name: "printed" }, make("figcaption", { text: place, "aria-hidden": "true" }), make("div", {}, shown, ...lit));
}

// The rest of a long document comes when it is asked for; what is being read stays where it is.
function further(identity, side, next, span) {
  if (!next) return null;
  const page = source.querySelector(".page");
  const pressed = button(say(side), undefined, async () => {
    const piece = await call("context", { document: identity, next });
    if (piece.error) return tell(piece.error);
    const [height, top] = [page.scrollHeight, page.scrollTop];
    if (side === "earlier") span.prepend(piece.text);
    else span.append(piece.text);
    const rest = further(identity, side, piece.next, span);
    pressed.replaceWith(...[rest].filter(Boolean));
    if (side === "earlier") page.scrollTop = top + page.scrollHeight - height;
    (rest ?? page).focus({ preventScroll: true });
  }, "rest");
  return pressed;
}

// Where else the words of a quote stand, and where nearly the same do; each place can be opened.
function elsewhere(wanted) {
  const others = [...(wanted.also ?? []), ...(wanted.near ?? [])];
  if (!others.length) return null;
  const open = (other) => button(other.document.title + say("comma") + other.place, undefined, () => openSource([wanted, ...others], others.indexOf(other) + 1, { answers: view.answers }));
  const list = (key, places) => (places?.length ? [make("p", { text: say(key) }), make("ul", {}, ...places.map((other) => make("li", {}, open(other))))] : []);
  return make("div", { name: "elsewhere" }, ...list("alsoAt", wanted.also), ...list("nearAt", wanted.near));
}

function step(by) {
  view.at += by;
  showPlace();
}

pictured.addEventListener("click", () => {
  pictured.ariaPressed = String(pictured.ariaPressed !== "true");
  showPlace();
});
source.querySelector(".previous").addEventListener("click", () => step(-1));
source.querySelector(".next").addEventListener("click", () => step(1));
source.querySelector(".close").addEventListener("click", closeSource);
source.addEventListener("click", (event) => event.target === source && closeSource());
element.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && source.open && !source.matches(":modal")) closeSource();
});
wide.addEventListener("change", () => {
  if (!source.open) return;
  const held = view;
  source.close();
  view = held;
  showSource();
  showPlace();
});

// A link to a place, as it is copied from an answer: #quote=document:start-end
function openLink() {
  const named = /^#quote=([0-9a-f]{64}):(\d{1,12})-(\d{1,12})$/.exec(location.hash);
  if (!named) return;
  history.replaceState(null, "", location.pathname + location.search);
  openSource([{ document: named[1], start: Number(named[2]), end: Number(named[3]) }], 0, { answers: true, opener: box });
}
addEventListener("hashchange", openLink);
