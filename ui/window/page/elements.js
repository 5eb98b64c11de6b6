// The page of the chat window. Gradio calls these files, joined, once: with element, props, trigger, server and watch.
//
// A document's or a person's words reach the page through textContent and nothing else: make() is the only maker of
// elements. Offsets are never used to slice here, since a browser counts UTF-16 units; the server sends whole strings.

const find = (selector) => element.querySelector(selector);
const status = find(".status");
const box = find("#question");

// What a screen reader hears. The line is emptied first, so that the same words are heard again.
let telling = 0;
function tell(text) {
  clearTimeout(telling);
  status.textContent = "";
  telling = setTimeout(() => (status.textContent = text), 50);
}

function make(tag, { text, name, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children.filter(Boolean));
  return made;
}

function button(text, label, click, name) {
  const made = make("button", { type: "button", text, name, "aria-label": label });
  made.addEventListener("click", () => click(made));
  return made;
}

function menu(summary, label, ...buttons) {
  return make("details", { name: "menu" }, make("summary", { text: summary, "aria-label": label }), make("div", {}, ...buttons));
}

// Menus close when something in them was chosen, on Escape, and when the focus goes elsewhere.
element.addEventListener("keydown", (event) => {
  const open = event.target.closest(".menu[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.stopImmediatePropagation();
});
element.addEventListener("click", (event) => {
  const open = event.target.closest(".menu[open] > div button")?.closest(".menu");
  if (!open) return;
  open.open = false;
  if (!element.querySelector("dialog:modal")) open.querySelector("summary").focus();
});
element.addEventListener("focusout", (event) => {
  const open = event.target.closest(".menu[open]");
  if (open && event.relatedTarget && !open.contains(event.relatedTarget)) open.open = false;
});
// A menu opens upwards where the box or the end of the window would hide the rest of it.
element.addEventListener("toggle", ({ target }) => {
  if (!target.matches(".menu[open]")) return;
  target.classList.remove("up");
  target.classList.toggle("up", target.querySelector("div").getBoundingClientRect().bottom > find(".dock").getBoundingClientRect().top);
}, true);
document.addEventListener("pointerdown", (event) => {
  for (const open of element.querySelectorAll(".menu[open]")) if (!open.contains(event.target)) open.open = false;
});

// What must be read: it stays above the question until it is closed.
const notice = find(".notice");

function notify(text, command = "") {
  notice.querySelector("p").textContent = text;
  notice.querySelector("pre").hidden = !command;
  notice.querySelector("code").textContent = command;
  notice.hidden = false;
  tell(command ? `${text} ${command}` : text);
}

notice.querySelector(".close").addEventListener("click", () => {
  notice.hidden = true;
  box.focus();
});

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // the browser keeps nothing; the window works without
  }
}

function recalled(key) {
  try {
    const value = JSON.parse(remembered(key));
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // not what we wrote
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
