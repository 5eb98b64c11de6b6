// What the window itself says: the words of each language come with the page, from the catalogues of the server
// (corpus/messages.py). What an answer says comes from the server, in the same language.

const WORDS = props.words;
const LANGUAGES = Object.keys(WORDS);

let language = remembered("pincite.language") ?? navigator.language.split("-")[0];
if (!LANGUAGES.includes(language)) language = LANGUAGES[0];

// An entry of the catalogue with its holes filled; of one and many the value `n` chooses, and numbers have their thousands apart.
function say(key, values = {}) {
  const entry = WORDS[language][key];
  const words = typeof entry === "string" ? entry : (values.n === 1 && entry.one) || entry.other;
  const shown = (value) => (typeof value === "number" ? value.toLocaleString("en") : value);
  return words.replace(/\{(\w+)\}/g, (hole, name) => (Object.hasOwn(values, name) ? shown(values[name]) : hole));
}

// A time in seconds, from milliseconds.
function seconds(milliseconds) {
  return milliseconds < 995 ? Math.max(0.01, milliseconds / 1000).toFixed(2) : (milliseconds / 1000).toFixed(1);
}

// The language that the button changes to: the next one of those there are.
function nextLanguage() {
  return LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length];
}

// A language as the window's own language calls it.
function languageName(code) {
  return new Intl.DisplayNames([language], { type: "language" }).of(code);
}

function speak() {
  document.documentElement.lang = language;
  for (const spoken of element.querySelectorAll("[data-say]")) spoken.textContent = say(spoken.dataset.say);
  for (const spoken of element.querySelectorAll("[data-say-label]")) spoken.setAttribute("aria-label", say(spoken.dataset.sayLabel));
  box.placeholder = say("placeholder");
  const other = find(".language");
  const { name, choose } = WORDS[nextLanguage()];
  other.textContent = name;
  other.setAttribute("aria-label", `${name}: ${choose}`);
  other.lang = nextLanguage();
}
