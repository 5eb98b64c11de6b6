// Asking: one question is under way at a time, the others wait; what was asked is kept before it is sent.

const CHECK = 4_000; // milliseconds between two looks whether the server still lives; Gradio does not say when it dies
const CHECKS = 15; // looks until a question without an answer is given up
const LONGEST = 2_000; // characters of a question
const RECENT = 120_000; // milliseconds in which a question that was cut off is asked again without a word

const waiting = [];
let current = null;
let edited = null; // the turn whose question is being edited: the new one leans on what it leant on

function underway(turn) {
  return turn === current || waiting.includes(turn);
}

function ask(question) {
  const random = crypto.getRandomValues(new Uint32Array(3));
  const turn = { id: [...random].map((part) => part.toString(36)).join("-"), at: Date.now(), question, answer: null };
  if (edited) turn.before = edited.before;
  edited = null;
  keep(turn);
  waiting.push(turn);
  place(turn).scrollIntoView({ block: "start" });
  next();
}

function askAgain(turn) {
  if (underway(turn)) return;
  turn.answer = null;
  turn.asked = Date.now();
  keep(turn);
  waiting.push(turn);
  place(turn);
  next();
  box.focus({ preventScroll: true });
}

// A reload, by a person or by Gradio once a stopped server is back, may come between a question and its answer.
function resume() {
  for (const turn of conversation()) if (!turn.answer && Date.now() - (turn.asked ?? turn.at) < RECENT) askAgain(turn);
}

function edit(turn) {
  edited = turn;
  box.value = turn.question;
  fit();
  box.focus();
}

function before(turn) {
  const earlier = conversation().filter((other) => other.at < turn.at && other.answer?.read);
  return earlier.at(-1)?.answer.read ?? "";
}

function next() {
  find(".stop").hidden = !current && !waiting.length;
  if (current || !waiting.length) return;
  current = waiting.shift();
  current.before ??= before(current);
  tell(say("waiting"));
  find(".stop").hidden = false;
  trigger("ask", { turn: current.id, question: current.question, before: current.before, chosen: [...chosen], language });
  watchOver(current);
}

async function watchOver(turn) {
  for (let checks = 0; checks < CHECKS; checks++) {
    await new Promise((resolve) => setTimeout(resolve, CHECK));
    if (turn !== current) return;
    const alive = await fetch("gradio_api/app_id").then((reply) => reply.ok, () => false);
    if (turn !== current) return;
    if (!alive) return finish({ error: say("dead") });
  }
  finish({ error: say("late") });
}

function finish(answer) {
  const turn = current;
  current = null;
  delete turn.doing;
  turn.answer = answer;
  vouch(turn);
  keep(turn);
  const article = place(turn);
  if (article === find(".turns").lastElementChild) article.scrollIntoView({ block: "start" });
  tell(heard(answer));
  next();
}

// What a screen reader hears, once: how many quotes and the first of them, or why there is none.
function heard(answer) {
  if (answer.error || answer.stopped) return answer.error ?? say("stopped");
  if (answer.refusal) return [answer.refusal, ...answer.unanswered].map((part) => part.reason).join(" ");
  const [{ quote, document, place, warnings: warned }] = answer.citations;
  return [`${say("found", answer.citations.length)}: ${quote} – ${document.title}${say("comma")}${place}`, ...(warned ?? [])].join(". ");
}

function show(value) {
  if (!current || value?.turn !== current.id) return; // an answer that came after it was given up
  if (value.doing !== undefined) {
    current.doing = value.doing;
    place(current);
  } else {
    const { turn, ...answer } = value;
    finish(answer);
  }
}

// The server drops a question that still waits for its turn; an answer that it has begun comes a moment later and is dropped here.
function stop() {
  const stopped = [current, ...waiting.splice(0)].filter(Boolean);
  if (!stopped.length) return;
  if (current) trigger("stop");
  current = null;
  for (const turn of stopped) {
    turn.answer = { stopped: true };
    keep(turn);
    place(turn);
  }
  find(".stop").hidden = true;
  tell(say("stopped"));
  box.focus();
}

// Gradio says only that something failed; a server that is gone and a full queue are told apart by asking for its length.
async function fail() {
  const turn = current;
  if (!turn) return;
  const length = await fetch("gradio_api/queue/status").then((reply) => reply.json(), () => null);
  if (turn !== current) return;
  finish({ error: say(!length ? "dead" : (length.queue_size ?? 0) >= props.queue / 2 ? "busy" : "broken") });
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  const length = find(".length");
  length.hidden = box.value.length <= LONGEST;
  length.textContent = say("length", [...box.value].length);
}

function submit() {
  const question = box.value;
  if (!question.trim()) return box.focus();
  box.value = "";
  fit();
  ask(question);
}

find(".box").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: an input method
  event.preventDefault();
  submit();
});
find(".stop").addEventListener("click", stop);
