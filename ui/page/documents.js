// The documents that are searched: choosing some for the next questions, adding files, taking one away.

const CHOSEN = "pincite.chosen";
const LISTED = 300; // documents that are listed at once
const panel = find(".documents");
let library = { documents: [], folder: "" };
let chosen = new Set(recalled(CHOSEN));

async function call(name, sent = {}) {
  try {
    return (await server[name]({ ...sent, language })) ?? { error: say("unreachable") };
  } catch {
    return { error: say("unreachable") };
  }
}

async function lookAgain() {
  const found = await call("about");
  if (found.error) return;
  library = found;
  chosen = new Set([...chosen].filter((id) => library.documents.some(({ document }) => document === id)));
  showDocuments();
  const { examples } = await call("suggestions");
  showExamples(examples ?? []);
}

function showDocuments() {
  const { documents, folder, promise } = library;
  find(".show-documents").textContent = say("documents", documents.length, chosen.size);
  find(".searched").textContent = say("searchedAll", documents.length, documents[0]?.title);
  find(".promise").textContent = promise ?? "";
  find(".chosen").textContent = chosen.size ? say("chosenSome", chosen.size) : say("chosenAll");
  find(".narrow").hidden = documents.length < 10;
  find(".adding").hidden = !folder;
  find(".folder").textContent = folder && say("folder", folder);
  const narrow = find("#narrow").value.toLowerCase();
  const shown = documents.filter(({ title, file }) => `${title} ${file}`.toLowerCase().includes(narrow));
  const rest = shown.length > LISTED && make("li", { text: say("others", shown.length - LISTED) });
  find(".shelf").replaceChildren(...[...shown.slice(0, LISTED).map(entry), rest].filter(Boolean));
}

function entry(named, at) {
  const choice = make("input", { type: "checkbox", id: `document-${at}` });
  choice.checked = chosen.has(named.document);
  choice.addEventListener("change", () => {
    if (choice.checked) chosen.add(named.document);
    else chosen.delete(named.document);
    remember(CHOSEN, JSON.stringify([...chosen]));
    find(".show-documents").textContent = say("documents", library.documents.length, chosen.size);
    find(".chosen").textContent = chosen.size ? say("chosenSome", chosen.size) : say("chosenAll");
  });
  const label = make("label", { for: choice.id }, make("cite", { text: named.title, dir: "auto" }), make("span", { name: "file", text: named.file, dir: "auto" }));
  const away = library.folder && button(say("takeAway"), say("takeAwayLabel", named.title), () => takeAway(named), "away");
  return make("li", {}, choice, label, away);
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

async function addFiles(files) {
  const bar = find(".documents progress");
  const lines = find(".placed");
  const write = (text) => {
    lines.append(make("li", { text, dir: "auto" }));
    tell(text);
  };
  showPanel(true);
  lines.replaceChildren();
  bar.hidden = false;
  bar.max = files.length + 1;
  bar.setAttribute("aria-label", say("indexing"));
  let changed = false;
  for (const [at, file] of [...files].entries()) {
    bar.value = at;
    const placed = file.size > props.largest_file ? { state: "refused", why: `${(file.size / 1e6).toFixed(0)} MB > ${(props.largest_file / 1e6).toFixed(0)} MB` } : await call("place", { name: file.name, data: await encoded(file) });
    if (placed.error) write(`${file.name}: ${placed.error}`);
    else write(`${file.name}: ${say(placed.state, placed.why, placed.notes ?? [])}`);
    changed ||= placed.state === "added" || placed.state === "replaced";
  }
  bar.value = files.length;
  if (changed) await update(write);
  bar.hidden = true;
}

async function update(write) {
  const bar = find(".documents progress");
  let over = false;
  const watch = async () => {
    while (!over) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      const { done, total } = over ? {} : await call("progress");
      if (!over && total > 1) [bar.max, bar.value] = [total, done];
    }
  };
  watch();
  const { error } = await call("update");
  over = true;
  if (error) write(error);
  await lookAgain();
}

async function takeAway(named) {
  const taken = await call("take_away", { document: named.document });
  const text = taken.error ?? say("takenAway", taken.name);
  find(".placed").replaceChildren(make("li", { text, dir: "auto" }));
  await update((line) => find(".placed").append(make("li", { text: line, dir: "auto" })));
  tell(text);
  (find(".shelf button") ?? find("#files")).focus();
}

function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  }).catch(() => "");
}

function showPanel(shown) {
  panel.hidden = !shown;
  find(".show-documents").setAttribute("aria-expanded", String(shown));
}

find(".show-documents").addEventListener("click", () => showPanel(panel.hidden));
find("#narrow").addEventListener("input", showDocuments);
find("#files").addEventListener("change", async (event) => {
  await addFiles([...event.target.files]);
  event.target.value = "";
});
for (const moved of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(moved, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // a file dropped beside the window must never replace it
    element.classList.toggle("dropping", moved === "dragover" && Boolean(library.folder));
    if (moved === "drop" && library.folder) addFiles([...event.dataTransfer.files]);
  });
}
