// A quote that was kept in the browser is compared with its document before it is shown as a quote of it: whoever can write in
// this browser's storage can write one, and files change. What the server said of each is known here and kept nowhere.

const AT_A_TIME = 100; // quotes in a call; the server takes 400
const found = new Map(); // by quote: exact, changed, missing or different; "" where the server did not answer
const figures = new WeakMap(); // the citation of each quote on the page
const SAID = { changed: "foundChanged", missing: "foundMissing", different: "foundDifferent", "": "uncheckable" };

function named({ document, start, end, quote }) {
  return { document: document?.id ?? document, start, end, quote };
}

function keyOf(citation) {
  return JSON.stringify(named(citation));
}

function quotesOf({ answer }) {
  if (!answer?.citations) return [];
  const refusals = [answer.refusal, ...answer.unanswered].filter(Boolean);
  return [...answer.citations, ...refusals.flatMap(({ nearest }) => nearest)];
}

// An answer that came this moment: its quotes were compared when it was made, and its warnings say what was found.
function vouch(turn) {
  for (const citation of quotesOf(turn)) found.set(keyOf(citation), "exact");
}

function stateOf(citation) {
  const shown = citation.pieces.map(({ text }) => text).join("");
  return shown === citation.quote ? found.get(keyOf(citation)) : "different";
}

function doubtful(turn) {
  return quotesOf(turn).some((citation) => (stateOf(citation) || "different") === "different");
}

// Quotes that are not known yet are compared; all of them (``anew``) when files have changed.
async function checkAgain(anew = false) {
  const keys = new Set(conversation().flatMap(quotesOf).map(keyOf));
  const open = [...keys].filter((key) => anew || !found.get(key)).sort(); // those of a document together: its file is read once
  for (let at = 0; at < open.length; at += AT_A_TIME) {
    const some = open.slice(at, at + AT_A_TIME);
    const { states } = await call("recheck", { quotes: some.map((key) => JSON.parse(key)) });
    for (const [n, key] of some.entries()) found.set(key, states?.[n] ?? found.get(key) ?? "");
    for (const item of element.querySelectorAll(".quotes > li")) settle(item);
  }
}

// What is not known to be exact is said in words, and what no document says is not given out with a citation.
function settle(item) {
  const citation = figures.get(item);
  const state = stateOf(citation);
  if (item.dataset.found === String(state)) return;
  item.dataset.found = String(state);
  item.querySelector(".check")?.remove();
  const actions = item.querySelector(".actions");
  actions.hidden = !state || state === "different";
  const text = state === undefined ? say("checking") : Object.hasOwn(SAID, state) ? `⚠ ${say(SAID[state])}` : "";
  if (!text || citation.warnings.some((warning) => text.endsWith(warning))) return;
  actions.before(make("p", { name: state === undefined ? "check" : "check warning", text, dir: "auto" }));
}
