// The documents that are searched: choosing some for the next questions, taking one away.

const CHOSEN = "pincite.chosen";
const CHANGED = "pincite.shelf"; // when a window of this browser last changed what is searched
const LISTED = 300; // documents that are listed at once
const LOOK_AGAIN = 60_000; // milliseconds between two looks at the files when somebody comes back to the window
const panel = find(".documents");
let library = { documents: [], folder: "" };
let chosen = new Set(recalled(CHOSEN));
let looked = 0; // when the files were last looked at

async function call(name, sent = {}) {
  try {
    return (await server[name]({ ...sent, language })) ?? { error: say("unreachable") };
  } catch {
    return { error: say("unreachable") };
  }
}

async function lookAgain() {
  const found = await call("info");
  if (found.error) return;
  if (looked) checkAgain(true);
  looked = Date.now();
  if (JSON.stringify(found) === JSON.stringify(library)) return;
  library = found;
  const here = new Set(library.documents.map(({ document }) => document));
  const left = [...chosen].filter((id) => here.has(id));
  if (chosen.size && !left.length) notify(say("choiceGone"));
  if (chosen.size > left.length) choose(left);
  showDocuments();
  const { examples } = await call("suggestions");
  showExamples(examples ?? []);
}

function showDocuments() {
  const { documents, folder, promise } = library;
  showChoice();
  find(".searched").textContent = say(documents.length ? "searchedAll" : "searchedNone", { n: documents.length, title: documents[0]?.title });
  find(".promise").textContent = promise ?? "";
  find(".narrow").hidden = documents.length < 10;
  find(".adding").hidden = !folder;
  for (const own of element.querySelectorAll(".own")) own.hidden = Boolean(folder);
  find(".first").hidden = !folder || documents.length > 0;
  furnish();
  find(".folder").textContent = folder && say("folder", { folder });
  const narrow = find("#narrow").value.toLowerCase();
  const shown = documents.filter(({ title, file }) => `${title} ${file}`.toLowerCase().includes(narrow));
  const rest = shown.length > LISTED && make("li", { text: say("others", { n: shown.length - LISTED }) });
  const at = find(".listed li:focus-within")?.dataset.document;
  find(".listed").replaceChildren(...[...shown.slice(0, LISTED).map(entry), rest].filter(Boolean));
  if (at) find(`.listed [data-document="${at}"] input`)?.focus({ preventScroll: true });
}

function choose(ids) {
  chosen = new Set(ids);
  remember(CHOSEN, JSON.stringify([...chosen]));
  showChoice();
}

// How much of the documents is searched is said at the question, for as long as it is not all.
function showChoice() {
  const n = library.documents.length;
  find(".show-documents").textContent = chosen.size ? say("documentsChosen", { chosen: chosen.size, n, documents: say("count.documents", { n }) }) : say("count.documents", { n });
  find(".chosen").textContent = chosen.size ? say("chosenSome", { n: chosen.size }) : say("chosenAll");
  find(".scope").hidden = !chosen.size;
  find(".scope span").textContent = n ? say("scopeSome", { chosen: chosen.size, documents: say("count.documents", { n }) }) : say("scope", { n: chosen.size });
}

function entry(named, at) {
  const choice = make("input", { type: "checkbox", id: `document-${at}` });
  choice.checked = chosen.has(named.document);
  choice.addEventListener("change", () => {
    choose([...chosen].filter((id) => id !== named.document).concat(choice.checked ? named.document : []));
  });
  const label = make("label", { for: choice.id }, make("cite", { text: named.title, dir: "auto" }), make("span", { name: "file", text: named.file, dir: "auto" }));
  const away = library.folder && button(say("takeAway"), say("takeAwayLabel", { title: named.title }), () => takeAway(named), "away");
  return make("li", { "data-document": named.document }, choice, label, away);
}

function showExamples(examples) {
  find(".examples").replaceChildren(
    ...examples.map((example) => {
      const asked = button(example, say("examples") + example, () => {
        ask(example);
        box.focus({ preventScroll: true });
      });
      asked.dir = "auto";
      return make("li", {}, asked);
    }),
  );
}

async function takeAway({ document: id }) {
  const { name, error } = await call("take_away", { document: id });
  if (error) return notify(error);
  offerUndo("take", [{ document: id, name, chosen: chosen.has(id) }]);
  choose([...chosen].filter((other) => other !== id));
  const failed = await update();
  if (failed) notify(failed);
  if (document.activeElement === document.body) (offers.querySelector(".undo") ?? box).focus(); // its button went with it
}

// What lies in the folder now is searched, here and in the other windows; gives what went wrong, if anything.
async function update() {
  const { error } = await call("update");
  remember(CHANGED, String(Date.now()));
  await lookAgain();
  return error;
}

function showPanel(shown) {
  panel.hidden = !shown;
  find(".show-documents").setAttribute("aria-expanded", String(shown));
}

find(".show-documents").addEventListener("click", () => showPanel(panel.hidden));
find("#narrow").addEventListener("input", showDocuments);
find(".search-all").addEventListener("click", () => {
  choose([]);
  showDocuments();
  tell(say("searchingAll"));
  box.focus();
});
addEventListener("storage", (event) => {
  if (event.key === CHANGED) lookAgain();
  if (event.key !== CHOSEN && event.key !== null) return;
  chosen = new Set(recalled(CHOSEN));
  showDocuments();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - looked > LOOK_AGAIN) lookAgain(); // files may have changed meanwhile
});
