// The conversation, kept in this browser alone. Windows share it: every change is merged, turn by turn, by id.

const TURNS = "pincite.turns";
const MOST = 100; // turns that are kept
const turns = new Map(); // of this window, by id: { turn, article }

function isTurn(turn) {
  return typeof turn?.id === "string" && typeof turn.question === "string";
}

function stored() {
  return recalled(TURNS).filter(isTurn);
}

function keep(...kept) {
  const ids = new Set(kept.map(({ id }) => id));
  let all = [...stored().filter(({ id }) => !ids.has(id)), ...kept].sort((one, other) => one.at - other.at).slice(-MOST);
  while (!remember(TURNS, JSON.stringify(all)) && all.length > 1) all = all.slice(1); // full: the oldest go
}

function conversation() {
  return [...turns.values()].map(({ turn }) => turn).sort((one, other) => one.at - other.at);
}

function place(turn) {
  const article = draw(turn);
  const before = turns.get(turn.id)?.article;
  if (before) {
    before.replaceWith(article);
  } else {
    const later = conversation().find((other) => other.at > turn.at);
    find(".turns").insertBefore(article, later ? turns.get(later.id).article : null);
  }
  turns.set(turn.id, { turn, article });
  furnish();
  return article;
}

function restore() {
  const held = new Map(stored().map((turn) => [turn.id, turn]));
  for (const [id, { turn, article }] of turns) {
    if (held.has(id) || underway(turn)) continue;
    article.remove();
    turns.delete(id);
  }
  for (const turn of held.values()) {
    const here = turns.get(turn.id)?.turn;
    if (here && (underway(here) || same(here, turn))) continue;
    try {
      place(turn);
    } catch {
      place({ ...turn, answer: { stopped: true } }); // kept by another version: the question stays
    }
  }
  furnish();
  checkAgain();
}

function same(one, other) {
  return JSON.stringify([one.answer, one.judged]) === JSON.stringify([other.answer, other.judged]);
}

function clear() {
  stop();
  const gone = new Map([...stored(), ...conversation()].map((turn) => [turn.id, turn]));
  for (const { article } of turns.values()) article.remove();
  turns.clear();
  remember(TURNS, "[]");
  if (source.open) closeSource();
  furnish();
  offerUndo("clear", [...gone.values()]);
  box.focus();
}

function furnish() {
  const some = turns.size > 0;
  find(".empty").hidden = some && find(".first").hidden;
  find(".take").hidden = find(".clear").hidden = !some;
}

addEventListener("storage", (event) => {
  if (event.key === TURNS || event.key === null) restore();
});
