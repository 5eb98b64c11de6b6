// What can be undone for a while: a cleared conversation, documents that were taken away. All windows of this browser offer it.

const UNDO = "pincite.undo";
const UNDO_FOR = 20_000; // milliseconds; longer while the pointer or the focus is on it
const offers = find(".undoable");
let undoable = []; // at most one of a kind: { kind, until, things }
let expiring = 0;

const UNDOES = {
  clear: {
    fits: isTurn,
    words: () => say("cleared"),
    undo(things) {
      keep(...things);
      if (stored().length) restore();
      else for (const turn of things) place(turn); // the browser keeps nothing
      return say("clearUndone");
    },
  },
  take: {
    fits: (thing) => typeof thing?.document === "string",
    words: (things) => say("takenAway", { n: things.length, name: things[0].name }),
    async undo(things) {
      const [back, errors] = [[], []];
      for (const thing of things) {
        const { error } = await call("put_back", { document: thing.document });
        if (error) errors.push(`${thing.name}: ${error}`);
        else back.push(thing);
      }
      const again = back.filter((thing) => thing.chosen).map(({ document }) => document);
      if (back.length) errors.push(...[await update()].filter(Boolean));
      if (again.length) choose([...chosen, ...again]);
      if (again.length) showDocuments();
      if (!errors.length) return say("takenUndone", { n: back.length, name: back[0]?.name });
      notify(errors.join(" "));
    },
  },
};

// Things of a kind that is still on offer join those before: neither clearing nor taking away twice loses the first.
function offerUndo(kind, things) {
  if (!things.length) return;
  const before = undoable.find((offer) => offer.kind === kind)?.things ?? [];
  const offer = { kind, until: Date.now() + UNDO_FOR, things: [...before, ...things] };
  undoable = [...undoable.filter((other) => other.kind !== kind), offer];
  remember(UNDO, JSON.stringify(undoable));
  showUndo();
  tell(`${UNDOES[kind].words(offer.things)} ${say("undoNear")}`);
}

async function undo(offer) {
  undoable = undoable.filter((other) => other !== offer);
  remember(UNDO, JSON.stringify(undoable));
  showUndo();
  box.focus();
  const text = await UNDOES[offer.kind].undo(offer.things);
  if (text) tell(text);
}

function showUndo() {
  clearTimeout(expiring);
  undoable = undoable.filter(({ until }) => until > Date.now());
  const focused = offers.querySelector("button:focus")?.dataset.kind;
  offers.replaceChildren(
    ...undoable.map((offer) => {
      const pressed = button(say("undo"), undefined, () => undo(offer), "undo");
      pressed.dataset.kind = offer.kind;
      return make("li", {}, make("span", { text: UNDOES[offer.kind].words(offer.things), dir: "auto" }), pressed);
    }),
  );
  offers.hidden = !undoable.length;
  if (focused) (offers.querySelector(`[data-kind="${focused}"]`) ?? box).focus();
  if (undoable.length) expiring = setTimeout(expire, Math.max(0, Math.min(...undoable.map(({ until }) => until)) - Date.now() - 1_000));
}

// A second before the end: whoever is at it gets more time.
function expire() {
  if (offers.matches(":hover, :has(:focus-visible)")) {
    undoable = undoable.map((offer) => ({ ...offer, until: Math.max(offer.until, Date.now() + UNDO_FOR) }));
    remember(UNDO, JSON.stringify(undoable));
    return showUndo();
  }
  expiring = setTimeout(() => {
    showUndo();
    remember(UNDO, JSON.stringify(undoable));
  }, 1_000);
}

function recallUndo() {
  const latest = Date.now() + UNDO_FOR + 1_000;
  const fits = ({ kind, until, things }) => Object.hasOwn(UNDOES, kind) && until < latest && Array.isArray(things) && things.every(UNDOES[kind].fits);
  const kept = recalled(UNDO);
  undoable = kept.filter((offer) => offer && fits(offer));
  showUndo();
  if (undoable.length < kept.length) remember(UNDO, JSON.stringify(undoable)); // what is over is kept no longer
}

addEventListener("storage", (event) => {
  if (event.key === UNDO || event.key === null) recallUndo();
});
