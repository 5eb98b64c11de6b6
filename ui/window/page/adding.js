// Adding files and folders: each is sent by itself, one after the other, then all of them are made searchable.

const MOST_FILES = 2_000; // of a drop; the folder itself takes more
const LONGEST_NAME = 190; // bytes; the server takes 200
const SOON = 2_000; // milliseconds before the time that is left can be told
const chooseFiles = find("#files");
const chooseFolder = find("#folder");
const SILENT = 60_000; // milliseconds after which another window that adds is taken for closed
const windows = new BroadcastChannel("pincite.adding");
let silence = 0;
let run = null; // what is being added: { files, at, sent, began, lines }
let results = []; // of the last run: { state, n, warned, text }, n files a line

async function addFiles(files, lines = []) {
  if (run) { // dropped meanwhile: it joins
    run.files.push(...files);
    run.lines.push(...lines);
    return;
  }
  run = { files: [...files], at: 0, sent: 0, began: Date.now(), lines: [...lines] };
  const before = document.activeElement;
  showResults([]);
  tell(say("placing"));
  while (run.at < run.files.length) {
    let changed = false;
    for (; run.at < run.files.length; run.at += 1) {
      showPace();
      const { file, name } = run.files[run.at];
      const line = await placed(file, name);
      changed ||= line.state === "added" || line.state === "replaced";
      run.lines.push(line);
      run.sent += file.size;
    }
    const error = changed && (await updated());
    if (error) run.lines.push({ state: "refused", n: 0, text: error });
  }
  const { lines: said } = run;
  run = null;
  showPace();
  showResults(said);
  tell(find(".results summary").textContent);
  if (document.activeElement === document.body && !before.checkVisibility()) box.focus(); // the button went with the empty page
}

function cancel() {
  const rest = run.files.splice(run.at + 1).length;
  if (rest) run.lines.push({ state: "unsent", n: rest, text: say("unsent", { n: rest }) });
  find(".pace").textContent = say("cancelling");
  tell(say("cancelling"));
  box.focus();
}

// What became of a file, in words, with what must be known of it.
function became(state, why, notes) {
  return state === "refused" ? say("refused", { why }) : [say(state), ...notes].join(say("semicolon"));
}

async function placed(file, name) {
  const most = props.largest_file;
  const line = (state, why, notes = []) => ({ state, n: 1, warned: state !== "refused" && notes.length > 0, text: `${name}: ${became(state, why, notes)}` });
  if (file.size > most) return line("refused", say("tooLarge", { size: (file.size / 1e6).toFixed(1), most: (most / 1e6).toFixed(1) }));
  // What the name alone rules out is not sent: the server says why without it.
  const data = props.readable.some((suffix) => name.toLowerCase().endsWith(suffix)) ? await encoded(file) : "";
  if (data === null) return line("refused", say("unreadable"));
  const { state, why, notes, error } = await call("place", { name, data });
  return error ? { state: "refused", n: 1, text: `${name}: ${error}` } : line(state, why, notes);
}

// The server is asked how far it is while it makes the new text searchable.
async function updated() {
  let share = 0;
  let over = false;
  const began = Date.now();
  const watch = async () => {
    while (!over) {
      showPace({ share, began });
      await new Promise((resolve) => setTimeout(resolve, 400));
      const { done, total } = over ? {} : await call("progress");
      if (total > 1) share = done / total;
    }
  };
  watch();
  const error = await update();
  over = true;
  return error;
}

// How far it is, said here and to the other windows of this browser; null once it is over.
function showPace(making) {
  let pace = null;
  if (run) {
    const bytes = run.files.reduce((sum, { file }) => sum + file.size, 0);
    const share = making ? making.share : bytes ? run.sent / bytes : 0;
    const passed = Date.now() - (making ?? run).began;
    const left = passed > SOON && share > 0.02 ? (passed / share - passed) / 1000 : null;
    pace = { making: Boolean(making), at: run.at + 1, n: run.files.length, share, left };
  }
  drawPace(pace);
  windows.postMessage(pace);
}

function drawPace(pace, { ours = true } = {}) {
  const placing = find(".placing");
  placing.hidden = !pace;
  if (!pace) return;
  const { making, at, n, share, left } = pace;
  const doing = making ? say("making") : say("reading", { at, n });
  placing.querySelector(".pace").textContent = left === null ? doing : `${doing} · ${timeLeft(left)}`;
  placing.querySelector(".cancel").hidden = !ours || making || at >= n;
  placing.querySelector("progress").value = share;
}

function timeLeft(s) {
  if (s < 8) return say("leftFew");
  return s < 55 ? say("leftSeconds", { n: Math.ceil(s / 5) * 5 }) : say("leftMinutes", { n: Math.max(1, Math.round(s / 60)) });
}

// One line for all files; each file's own is folded away under it.
function showResults(lines = results) {
  results = lines;
  const shown = find(".results");
  const count = (one) => lines.filter(({ state }) => state === one).reduce((sum, { n }) => sum + n, 0);
  const sums = { added: "sumAdded", replaced: "sumReplaced", unchanged: "sumUnchanged", refused: "sumRefused", unsent: "sumUnsent" };
  const parts = Object.entries(sums).filter(([state]) => count(state)).map(([state, key]) => say(key, { n: count(state) }));
  const warned = lines.filter((line) => line.warned).length;
  if (warned) parts.push(say("sumWarned", { n: warned }));
  shown.hidden = !lines.length;
  shown.querySelector("summary").textContent = parts.join(say("comma")) || say("results");
  shown.querySelector("details").open = lines.length <= 3 && lines.some(({ state, warned }) => state !== "added" || warned);
  const plain = (line) => Number(line.state === "added" && !line.warned);
  const sorted = [...lines].sort((one, other) => plain(one) - plain(other)); // what must be read comes first
  shown.querySelector(".placed").replaceChildren(...sorted.map((line) => make("li", { text: line.text, name: plain(line) ? undefined : "odd", dir: "auto" })));
}

function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  }).catch(() => null);
}

// The files of what was dropped, with the folders they lay in; hidden ones are left out, as everywhere.
async function filesIn(entries) {
  const [files, lines] = [[], []];
  const open = entries.map((entry) => ({ entry, path: entry.name })).reverse();
  let hidden = 0;
  while (open.length && files.length < MOST_FILES) {
    const { entry, path } = open.pop();
    if (entry.isFile) {
      const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
      if (file) files.push({ file, path });
      else lines.push({ state: "refused", n: 1, text: `${path}: ${say("refused", { why: say("unreadable") })}` });
      continue;
    }
    const inside = (await children(entry)).sort((one, other) => (one.name < other.name ? 1 : -1));
    const seen = inside.filter(({ name }) => !name.startsWith("."));
    hidden += inside.length - seen.length;
    open.push(...seen.map((child) => ({ entry: child, path: `${path}/${child.name}` })));
  }
  return { files, lines, hidden, more: open.length > 0 };
}

// A folder gives its entries in parts, and none once they are over.
async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const part = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!part.length || all.length > MOST_FILES) return all;
    all.push(...part);
  }
}

// The name that a file of a folder gets in ours, where all lie side by side: its folders, then its own.
function flat(path, taken) {
  const parts = path.split("/").filter((part) => part && part !== "." && part !== "..");
  const bytes = (name) => new TextEncoder().encode(name).length;
  const name = (n) => parts.join(" - ").replace(parts.length > 1 ? /^[.]+/ : "", "").replace(/([.][^.]*)?$/, (ending) => (n > 1 ? ` (${n})${ending}` : ending));
  while (parts.length > 1 && bytes(name(999)) > LONGEST_NAME) parts.shift();
  let n = 1;
  while (taken.has(name(n).normalize().toLowerCase())) n += 1;
  taken.add(name(n).normalize().toLowerCase());
  return name(n);
}

function addFound({ files, lines = [], hidden = 0, more = false }) {
  const taken = new Set();
  const named = files.map(({ file, path }) => ({ file, name: flat(path, taken) }));
  if (hidden) lines.push({ state: "hidden", n: hidden, text: say("hiddenFiles", { n: hidden }) });
  if (more) lines.push({ state: "refused", n: 0, text: say("tooMany", { n: MOST_FILES }) });
  if (!named.length && !lines.length) return notify(say("noFiles"));
  addFiles(named, lines);
}

async function drop({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean); // at once: it is emptied after the event
  const plain = [...files].map((file) => ({ file, path: file.name }));
  if (!library.folder) return notify(`${say("noFolder")} ${say("noFolderRemedy")}`, "pincite chat --library FOLDER");
  if (!entries.length) return addFound({ files: plain });
  tell(say("gathering"));
  addFound(await filesIn(entries));
}

function chosenIn(input) {
  const files = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  const seen = files.filter(({ path }) => !path.split("/").slice(1).some((part) => part.startsWith(".")));
  input.value = "";
  addFound({ files: seen.slice(0, MOST_FILES), hidden: files.length - seen.length, more: seen.length > MOST_FILES });
}

windows.addEventListener("message", ({ data }) => {
  if (run) return;
  drawPace(data, { ours: false });
  clearTimeout(silence);
  silence = setTimeout(() => !run && drawPace(null), SILENT);
});
addEventListener("pagehide", () => run && windows.postMessage(null));

// While something is dragged over the window, it says what letting go would do.
let dragging = 0;
function dragged(over) {
  clearTimeout(dragging);
  const words = find(".letting-go");
  words.hidden = !over;
  words.textContent = library.folder ? say("letGo", { folder: library.folder }) : say("letGoNowhere");
  if (over) dragging = setTimeout(() => dragged(false), 1_000); // the browser does not always say that it ended
}

for (const input of [chooseFiles, chooseFolder]) input.addEventListener("change", () => chosenIn(input));
for (const pressed of element.querySelectorAll(".add-files")) pressed.addEventListener("click", () => chooseFiles.click());
for (const pressed of element.querySelectorAll(".add-folder")) pressed.addEventListener("click", () => chooseFolder.click());
find(".cancel").addEventListener("click", cancel);
find(".results .close").addEventListener("click", () => {
  showResults([]);
  box.focus();
});
for (const moved of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(moved, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // a file dropped beside the window must never replace it
    if (moved === "dragleave" && event.relatedTarget) return; // from one thing of the page to the next
    dragged(moved === "dragover");
    if (moved === "drop") drop(event.dataTransfer);
  });
}
