// The page of the chat window. Gradio calls this once with element, props, trigger and watch; see ui/chat.py.
//
// A document's or a person's words reach the page through textContent and nothing else: make() is the only maker of
// elements. Offsets are never used to slice here, since a browser counts UTF-16 units; the server sends whole strings.

const CHECK = 4_000; // milliseconds between two looks whether the server still lives; Gradio does not say when it dies
const CHECKS = 15; // looks until a question without an answer is given up

const find = (selector) => element.querySelector(selector);
const status = find(".status");
const dialog = find(".surroundings");
const turns = find(".turns");
const waiting = []; // turns not sent yet; one question is under way at a time
let current = null; // the turn under way: { number, question, article }
let count = 0;

function make(tag, { text, name, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter(Boolean));
  return made;
}

function button(text, label, click) {
  const made = make("button", { type: "button", text, "aria-label": label });
  made.addEventListener("click", () => click(made));
  return made;
}

// --- asking ---------------------------------------------------------------------------------------------------------

function ask(question) {
  const article = make("article", { name: "turn" });
  if (question.trim()) article.append(make("h2", { text: question, dir: "auto" }));
  article.append(make("p", { name: "searching", text: "Searching…" }));
  find(".empty").hidden = true;
  turns.append(article);
  waiting.push({ number: ++count, question, article });
  next();
  article.scrollIntoView({ block: "start" });
}

function next() {
  if (current || !waiting.length) return;
  current = waiting.shift();
  status.textContent = "Searching…";
  trigger("ask", { number: current.number, question: current.question });
  watchOver(current);
}

async function watchOver(turn) {
  for (let checks = 0; checks < CHECKS; checks++) {
    await new Promise((resolve) => setTimeout(resolve, CHECK));
    if (turn !== current) return;
    const alive = await fetch("gradio_api/app_id").then((reply) => reply.ok, () => false);
    if (turn !== current) return;
    if (!alive) return fail("The server has stopped. Start pincite chat again, then ask again.");
  }
  fail("No answer has come for a minute. Please ask again.");
}

function finish(said, ...parts) {
  const { article } = current;
  article.querySelector(".searching").remove();
  article.append(...parts.filter(Boolean));
  if (article === turns.lastElementChild) article.scrollIntoView({ block: "start" });
  status.textContent = said;
  current = null;
  next();
}

function fail(message) {
  const { question } = current;
  const again = button("Edit and ask again", "Put this question back into the box", () => {
    const box = find("textarea");
    box.value = question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
  finish(message, make("div", { name: "failure" }, make("p", { text: message, dir: "auto" }), question.trim() && again));
}

function show(turn) {
  if (!current || turn?.number !== current.number) return; // an answer that came after it was given up
  if (turn.error) {
    fail(turn.error);
  } else if (turn.refusal) {
    finish(turn.refusal.reason, readAs(turn), refusal(turn.refusal));
  } else {
    const n = turn.citations.length;
    const found = `${n} quote${n === 1 ? "" : "s"} found`;
    const quotes = make("ol", { name: "quotes" }, ...turn.citations.map((citation) => quote(citation, true)));
    const without = turn.unanswered.map((part) => refusal(part, part.question));
    finish(found, readAs(turn), make("p", { name: "found", text: found }), quotes, ...without);
  }
}

// --- an answer ------------------------------------------------------------------------------------------------------

function readAs(turn) {
  const notes = Object.entries(turn.read_as).map(([spelt, read]) => `Read "${spelt}" as "${read}".`);
  notes.push(...turn.notes);
  return notes.length > 0 && make("p", { name: "read-as", text: notes.join(" "), dir: "auto" });
}

function refusal(part, question) {
  return make(
    "div",
    { name: "refusal" },
    question && make("h3", { text: question.trim(), dir: "auto" }),
    make("p", { name: "reason", text: part.reason, dir: "auto" }),
    part.nearest.length > 0 &&
      make(
        "details",
        {},
        make("summary", { text: "Nearest passages, not an answer" }),
        make("ul", { name: "quotes" }, ...part.nearest.map((citation) => quote(citation, false))),
      ),
  );
}

function quote(citation, answers) {
  const which = answers ? `quote ${citation.number}` : `nearest passage ${citation.number}, not an answer`;
  const caption = make(
    "figcaption",
    {},
    make("span", { name: "place" }, answers && make("b", { text: citation.number }), make("cite", { text: citation.document.title, dir: "auto" }), make("span", { text: citation.place })),
    citation.warning && make("span", { name: "warning", text: citation.warning }),
    also(citation.elsewhere),
    make(
      "span",
      { name: "actions" },
      button("Show in document", `Show ${which} in its document`, () => open(citation, answers)),
      answers && button("Copy", `Copy ${which} with its place`, (pressed) => copy(citation.receipt, pressed)),
    ),
  );
  return make("li", {}, make("figure", {}, make("blockquote", { name: "exact", dir: "auto" }, ...pieces(citation)), caption));
}

function pieces(citation) {
  return citation.pieces.map(({ text, answers }) => (answers ? make("strong", { name: "answers", text }) : text));
}

function also(places) {
  if (!places.length) return null;
  const rest = places.length > 3 ? ` and ${places.length - 3} more` : "";
  return make("span", { name: "also", text: `also at ${places.slice(0, 3).join("; ")}${rest}`, dir: "auto" });
}

// --- its surroundings -----------------------------------------------------------------------------------------------

function open(citation, answers) {
  find("#surroundings-title").textContent = citation.document.title;
  dialog.querySelector(".place").textContent = answers ? citation.place : `${citation.place} · not an answer`;
  dialog.querySelector(".source").textContent = citation.file;
  const mark = make("mark", {}, ...pieces(citation));
  const text = make("p", { name: "exact", dir: "auto" }, citation.before, mark, citation.after);
  const rest = (shown) => shown && make("p", { name: "rest", text: "…" });
  dialog.querySelector(".page").replaceChildren(...[rest(citation.more_before), text, rest(citation.more_after)].filter(Boolean));
  dialog.showModal();
  dialog.querySelector(".page").focus({ preventScroll: true });
  mark.scrollIntoView({ block: mark.offsetHeight > innerHeight / 2 ? "start" : "center" });
}

dialog.querySelector(".close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

// --- copying --------------------------------------------------------------------------------------------------------

async function copy(text, pressed) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = copyTheOldWay(text);
  }
  const label = pressed.textContent;
  pressed.textContent = status.textContent = copied ? "Copied" : "Not copied";
  pressed.disabled = true;
  setTimeout(() => {
    pressed.textContent = label;
    pressed.disabled = false;
  }, 1500);
}

function copyTheOldWay(text) {
  const set = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", set, { capture: true, once: true });
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", set, { capture: true });
  return copied;
}

// A selection inside a quote is copied exactly; left alone, browsers change no-break spaces and drop a last line end.
element.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const around = range.commonAncestorContainer;
  if (!(around.nodeType === Node.TEXT_NODE ? around.parentElement : around).closest(".exact")) return;
  event.clipboardData.setData("text/plain", range.toString());
  event.preventDefault();
});

// --- the start ------------------------------------------------------------------------------------------------------

find(".searched").textContent = props.searched;
for (const example of props.examples) {
  const asked = button(example, `Ask: ${example}`, () => {
    ask(example);
    find("textarea").focus({ preventScroll: true });
  });
  asked.dir = "auto";
  find(".examples").append(make("li", {}, asked));
}

watch("value", () => show(props.value));
document.addEventListener("pincite:ask", (event) => ask(event.detail));
document.addEventListener("pincite:fail", () => current && fail("Pincite could not answer just now. Please ask again."));
