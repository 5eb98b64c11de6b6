// Asking: one question is under way at a time, the others wait; what was asked is kept before it is sent.

const LONGEST_WAIT = 60_000; // milliseconds until a question without an answer is given up
const LEAVES = 300; // milliseconds that a page may take to go once it is left
const LONGEST = 2_000; // characters of a question
const RECENT = 120_000; // milliseconds in which a question that was cut off is asked again without a word

const waiting = [];
let current = null;
let request = null; // that of the current question
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
  tell(say("searching", { n: chosen.size || library.documents.length }));
  find(".stop").hidden = false;
  place(current);
  send(current);
}

// A question that is given up, as by Stop, leaves the server's line when its request ends.
async function send(turn) {
  const sending = (request = new AbortController());
  const late = setTimeout(() => sending.abort("late"), LONGEST_WAIT);
  const body = JSON.stringify({ question: turn.question, before: turn.before, chosen: [...chosen], language });
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: sending.signal };
  const answer = await fetch("ask", options)
    .then((reply) => (reply.ok ? reply.json() : { error: say(reply.status === 503 ? "busy" : "broken") }))
    .catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, LEAVES)); // a page that is left hears of an error, too
      return { error: say(sending.signal.reason === "late" ? "late" : "dead") };
    });
  clearTimeout(late);
  if (sending === request) finish(answer);
}

function finish(answer) {
  const turn = current;
  current = request = null;
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
  const [{ quote, document, place, unsure, warnings: warned }] = answer.citations;
  return [...(unsure ? [unsure] : []), `${say("found", { n: answer.citations.length })}: ${quote} – ${document.title}${say("comma")}${place}`, ...(warned ?? [])].join(". ");
}

// An answer that the server has begun comes a moment later, to nobody.
function stop() {
  const stopped = [current, ...waiting.splice(0)].filter(Boolean);
  if (!stopped.length) return;
  request?.abort();
  current = request = null;
  for (const turn of stopped) {
    turn.answer = { stopped: true };
    keep(turn);
    place(turn);
  }
  find(".stop").hidden = true;
  tell(say("stopped"));
  box.focus();
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  const length = find(".length");
  length.hidden = box.value.length <= LONGEST;
  length.textContent = say("length", { n: [...box.value].length });
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
