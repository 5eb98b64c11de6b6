// A turn on the page: its question, what came of it, and what can be done with it.

function draw(turn) {
  const scrolls = turn.question.length > 400 ? "0" : undefined; // what scrolls must be reachable by keyboard
  const article = make("article", { name: "turn", "data-id": turn.id }, make("h2", { text: turn.question, dir: "auto", tabindex: scrolls }));
  const answer = turn.answer;
  if (underway(turn)) {
    article.append(make("p", { name: "searching", text: turn === current ? say("searching", { n: chosen.size || library.documents.length }) : say("waiting") }));
  } else if (!answer || answer.stopped || answer.error) {
    article.append(failure(turn, answer?.error ?? say(answer ? "stopped" : "interrupted")));
  } else {
    article.append(...answered(turn).filter(Boolean));
  }
  return article;
}

function failure(turn, message) {
  const name = turn.answer?.error ? "failure" : "failure mild";
  return make("div", { name }, make("p", { text: message, dir: "auto" }), actions(...askings(turn)));
}

function answered(turn) {
  const { answer } = turn;
  const n = answer.citations.length;
  const searched = say("count.documents", { n: answer.searched });
  const sum = say(n ? "sum" : "none", { quotes: say("count.quotes", { n }), seconds: seconds(answer.milliseconds), documents: searched });
  const notes = [...Object.entries(answer.read_as).map(([spelt, read]) => say("readAs", { spelt, read })), ...answer.notes];
  return [
    notes.length > 0 && make("p", { name: "read-as", text: notes.join(" "), dir: "auto" }),
    answer.refusal && refusal(turn, answer.refusal, answer.unanswered.length > 0 && answer.refusal.question),
    n > 0 && make("ol", { name: "quotes" }, ...answer.citations.map((citation) => quote(turn, citation, answer.citations, true))),
    ...answer.unanswered.map((part) => refusal(turn, part, part.question)),
    make("footer", {}, make("p", { name: "found", text: sum }), actions(...thumbs(turn), ...askings(turn))),
  ];
}

function actions(...buttons) {
  return make("div", { name: "actions" }, ...buttons);
}

function askings(turn) {
  if (!turn.question.trim()) return [];
  return [
    button(say("again"), undefined, () => askAgain(turn), "again"),
    button(say("edit"), say("editLabel"), () => edit(turn), "edit"),
  ];
}

function thumbs(turn) {
  const { citations, refusal } = turn.answer;
  if (refusal) return [thumb(turn, "unanswerable", "unanswerable", [], "right", say("refusedRightLabel"))];
  return [
    thumb(turn, "right", "right", citations, "right", say("rightLabel")),
    thumb(turn, "wrong", "wrong", citations, "wrong", say("wrongLabel")),
  ];
}

// A judgement is a switch: pressed while its row is in the set, taken back when it is pressed again.
function thumb(turn, key, judgement, citations, word, label) {
  const made = button(say(word), label, (pressed) => judge(turn, key, judgement, citations, pressed), "thumb");
  made.dataset.key = key;
  press(made, rowsOf(turn));
  return made;
}

function press(thumb, rows) {
  const pressed = Boolean(rows[thumb.dataset.key]);
  thumb.setAttribute("aria-pressed", String(pressed));
  thumb.title = pressed ? say("takeBack") : thumb.getAttribute("aria-label");
}

// The rows of the set that were made of this answer, by judgement; those of an earlier answer to the question are not its own.
function rowsOf(turn) {
  return turn.judged?.of === fingerprint(turn) ? turn.judged.rows : {};
}

function fingerprint(turn) {
  return JSON.stringify([turn.answer.read, quotesOf(turn).map(({ document, start, end }) => [document.id, start, end])]);
}

// Right and wrong exclude each other; so do a refusal that is right and a nearest passage that answers.
function excluded(key, rows) {
  if (key === "right") return ["wrong"];
  if (key === "wrong") return ["right"];
  return Object.keys(rows).filter((other) => (key === "unanswerable" ? other !== key : other === "unanswerable"));
}

const judging = new Set(); // turns whose judgement is on its way

// The set gets the question as it was read, since there it stands alone, and only what makes a range exact.
async function judge(turn, key, judgement, citations, pressed) {
  if (judging.has(turn.id)) return;
  judging.add(turn.id);
  const rows = { ...rowsOf(turn) };
  const instead = excluded(key, rows).filter((other) => rows[other]);
  const said = rows[key]
    ? await call("unjudge", { rows: [rows[key]] })
    : await call("judge", { question: turn.answer.read, judgement, citations: citations.map(named), instead: instead.map((other) => rows[other]) });
  judging.delete(turn.id);
  if (!said.error) {
    for (const other of [key, ...instead]) delete rows[other];
    if (said.row) rows[key] = said.row;
    turn.judged = { of: fingerprint(turn), rows };
    keep(turn);
  }
  const text = said.error ?? said.said;
  tell(text);
  const article = pressed.closest(".turn");
  for (const one of article.querySelectorAll(".thumb")) press(one, rows);
  for (const line of article.querySelectorAll(".judged")) line.remove();
  pressed.closest(".actions").after(make("p", { name: "judged", text, dir: "auto" }));
}

function refusal(turn, part, question) {
  const near = part.nearest.map((citation) => quote(turn, citation, part.nearest, false));
  const nearest = near.length > 0 && make("details", {}, make("summary", { text: say(part.verdict === "may answer" ? "nearestUnsure" : "nearest") }), make("ul", { name: "quotes" }, ...near));
  return make(
    "div",
    { name: "refusal" },
    question && make("h3", { text: question.trim(), dir: "auto" }),
    make("p", { name: "reason", text: part.reason, dir: "auto" }),
    nearest,
  );
}

function quote(turn, citation, all, answers) {
  const { number } = citation;
  const open = button(undefined, undefined, (pressed) => openSource(all, all.indexOf(citation), { answers, opener: pressed }), "place");
  open.append(
    make("span", { name: "unseen", text: say(answers ? "openQuote" : "openNear", { n: number }) }),
    ...(answers ? [make("b", { text: number, "aria-hidden": "true" })] : []),
    make("cite", { text: citation.document.title, dir: "auto" }),
    say("comma"),
    make("span", { name: "at", text: citation.place }),
    ...(citation.foreign ? [say("comma"), make("span", { name: "tongue", text: languageName(citation.language) })] : []),
    make("span", { name: "unseen", text: say("openAfter") }),
  );
  const also = [["alsoAt", citation.also], ["nearAt", citation.near ?? []]]
    .filter(([, places]) => places.length)
    .map(([key, places]) => make("span", { name: "also", text: standsAt(key, places), dir: "auto" }));
  const key = `near ${citation.document.id} ${citation.start}`;
  const caption = make(
    "figcaption",
    {},
    open,
    ...warnings(citation),
    ...also,
    actions(...(answers ? copyings(citation) : [thumb(turn, key, "right", [citation], "thisAnswers", say("thisAnswersLabel", { n: number }))])),
  );
  const unsure = citation.unsure && make("p", { name: "unsure", text: citation.unsure, dir: "auto" });
  const item = make("li", { "data-verdict": citation.verdict }, make("figure", {}, ...[unsure].filter(Boolean), make("blockquote", { name: "exact", dir: "auto", lang: citation.language || undefined }, ...pieces(citation)), caption));
  figures.set(item, citation);
  settle(item);
  return item;
}

function copyings({ number, quote, forms }) {
  const form = (key, text) => button(say(key), undefined, (pressed) => copy(text, pressed.closest(".menu").querySelector("summary")));
  return [
    button(say("copy"), say("copyLabel", { n: number }), (pressed) => copy(forms.text, pressed, { html: forms.html }), "copy"),
    button(say("quoteOnly"), say("quoteOnlyLabel", { n: number }), (pressed) => copy(quote, pressed), "quote-only"),
    menu(
      say("more"),
      say("moreLabel", { n: number }),
      form("asMarkdown", forms.markdown),
      form("asBibtex", forms.bibtex),
      form("asCsl", forms.csl),
      form("asLink", location.href.split("#")[0] + forms.link),
    ),
  ];
}

function pieces(citation) {
  const soft = citation.page ? softEnds(citation.quote) : new Map();
  let at = 0;
  return citation.pieces.flatMap(({ text, answers }) => {
    const parts = [];
    for (const part of text.split(/(\n)/)) {
      if (part) parts.push(soft.has(at) && part === "\n" ? make("span", { name: soft.get(at), text: part }) : part);
      at += part.length;
    }
    return answers ? [make("strong", { name: "answers" }, ...parts)] : parts;
  });
}

// Where a printed line ends inside a sentence: shown as a space ("soft"), or not at all inside a word ("joint"), which is after a
// soft hyphen or between characters that are written without spaces. Short lines (rows, lists, running titles) stay lines.
function softEnds(quote) {
  const found = new Map();
  const lines = quote.split("\n");
  const full = Math.max(...lines.map((line) => line.length)) * 0.7;
  let at = -1;
  for (const [n, line] of lines.slice(0, -1).entries()) {
    at += line.length + 1;
    const next = lines[n + 1];
    const long = (n === 0 || line.length >= full) && (n + 2 === lines.length || next.length >= full);
    const spaceless = /^[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{2}$/.test(line.slice(-1) + next.slice(0, 1));
    if (/\u00ad$/.test(line) || (spaceless && long && !/[。！？；：]$/.test(line))) found.set(at, "joint");
    else if (long && /[\p{Ll},\-–—]$/u.test(line) && /^[\p{L}\p{N}"“‘(]/u.test(next) && (line.length >= 40 || n === 0 || /^\p{Ll}/u.test(next))) found.set(at, "soft");
  }
  return found;
}

// What must be said of a quote: its file has changed since, it holds hidden characters, it comes from a scan.
function warnings(of) {
  return (of.warnings ?? []).map((text) => make("p", { name: "warning", text: `⚠ ${text}`, dir: "auto" }));
}

function standsAt(key, places) {
  const named = places.slice(0, 3).map(({ document, place }) => document.title + say("comma") + place).join(say("semicolon"));
  return `${say(key)} ${named}${places.length > 3 ? ` +${places.length - 3}` : ""}`;
}
