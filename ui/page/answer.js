// A turn on the page: its question, what came of it, and what can be done with it.

function draw(turn) {
  const scrolls = turn.question.length > 400 ? "0" : undefined; // what scrolls must be reachable by keyboard
  const article = make("article", { name: "turn", "data-id": turn.id }, make("h2", { text: turn.question, dir: "auto", tabindex: scrolls }));
  const answer = turn.answer;
  if (underway(turn)) {
    article.append(make("p", { name: "searching", text: turn.doing === undefined ? say("waiting") : say("searching", turn.doing) }));
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
  const sum = n ? say("sum", n, answer.milliseconds, answer.searched) : say("none", answer.milliseconds, answer.searched);
  const notes = [...Object.entries(answer.read_as).map(([spelt, read]) => say("readAs", spelt, read)), ...answer.notes];
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
  const judge = (judgement) => (pressed) => judged(turn, judgement, citations, pressed);
  if (refusal) return [button(say("right"), say("refusedRightLabel"), judge("unanswerable"), "thumb")];
  return [
    button(say("right"), say("rightLabel"), judge("right"), "thumb"),
    button(say("wrong"), say("wrongLabel"), judge("wrong"), "thumb"),
  ];
}

// The set gets the question as it was read, since there it stands alone, and only what makes a range exact.
async function judged(turn, judgement, citations, pressed) {
  const ranges = judgement === "unanswerable" ? [] : citations.map(({ document, start, end, quote }) => ({ document, start, end, quote }));
  const said = await call("judge", { question: turn.answer.read, judgement, citations: ranges });
  const text = said.error ?? said.said;
  tell(text);
  const around = pressed.closest(".actions");
  const line = around.parentElement.querySelector(".judged") ?? make("p", { name: "judged", dir: "auto" });
  line.textContent = text;
  around.after(line);
}

function refusal(turn, part, question) {
  const near = part.nearest.map((citation) => quote(turn, citation, part.nearest, false));
  const nearest = near.length > 0 && make("details", {}, make("summary", { text: say("nearest") }), make("ul", { name: "quotes" }, ...near));
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
    make("span", { name: "unseen", text: say(answers ? "openQuote" : "openNear", number) }),
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
  const judge = (pressed) => judged(turn, "right", [citation], pressed);
  const caption = make(
    "figcaption",
    {},
    open,
    ...warnings(citation),
    ...also,
    actions(...(answers ? copyings(citation) : [button(say("thisAnswers"), say("thisAnswersLabel", number), judge, "thumb")])),
  );
  return make("li", {}, make("figure", {}, make("blockquote", { name: "exact", dir: "auto", lang: citation.language || undefined }, ...pieces(citation)), caption));
}

function copyings({ number, quote, forms }) {
  const form = (key, text) => button(say(key), undefined, (pressed) => copy(text, pressed.closest(".menu").querySelector("summary")));
  return [
    button(say("copy"), say("copyLabel", number), (pressed) => copy(forms.text, pressed, { html: forms.html }), "copy"),
    button(say("quoteOnly"), say("quoteOnlyLabel", number), (pressed) => copy(quote, pressed), "quote-only"),
    menu(
      say("more"),
      say("moreLabel", number),
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
