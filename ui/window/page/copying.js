// Copying and exporting. Every string comes from the server whole; here they are only joined and handed over.

function copy(forms, pressed, { html } = {}) {
  const kinds = { "text/plain": forms, ...(html && { "text/html": html }) };
  const done = (copied) => {
    if (!copied) return offerByHand(forms);
    tell(say("copied"));
    if (!pressed) return;
    pressed.dataset.label ??= pressed.textContent;
    pressed.textContent = say("copied");
    setTimeout(() => {
      pressed.textContent = pressed.dataset.label ?? pressed.textContent;
      delete pressed.dataset.label;
    }, 1500);
  };
  if (copyByEvent(kinds)) return done(true);
  const write = navigator.clipboard?.write;
  if (!write) return done(false);
  const blobs = Object.fromEntries(Object.entries(kinds).map(([kind, text]) => [kind, new Blob([text], { type: kind })]));
  write.call(navigator.clipboard, [new ClipboardItem(blobs)]).then(() => done(true), () => done(false));
}

// The event takes both forms as they are; the newer interface lets the browser tidy HTML, so it comes second.
function copyByEvent(kinds) {
  let set = false;
  const give = (event) => {
    for (const [kind, text] of Object.entries(kinds)) event.clipboardData.setData(kind, text);
    event.preventDefault();
    event.stopImmediatePropagation();
    set = true;
  };
  document.addEventListener("copy", give, { capture: true, once: true });
  try {
    return document.execCommand("copy") && set;
  } finally {
    document.removeEventListener("copy", give, { capture: true });
  }
}

const byHand = find(".by-hand");

function offerByHand(text) {
  const shown = byHand.querySelector(".exact");
  shown.textContent = text;
  byHand.showModal();
  shown.focus();
  getSelection().selectAllChildren(shown);
}

byHand.querySelector(".close").addEventListener("click", () => byHand.close());

// A selection inside a quote is copied exactly; left alone, browsers change no-break spaces and drop a last line end.
element.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const around = range.commonAncestorContainer;
  if (!(around.nodeType === Node.TEXT_NODE ? around.parentElement : around).closest(".exact")) return;
  event.clipboardData.setData("text/plain", range.toString());
  event.preventDefault();
});

// What the documents do not confirm is not handed on as if they did.
function joined(form) {
  const warning = form === "html" ? `<p>⚠ ${say("doubtful")}</p>` : `⚠ ${say("doubtful")}\n`;
  const forms = (turn) => (turn.answer?.forms?.[form] ? [...(doubtful(turn) ? [warning] : []), turn.answer.forms[form]] : []);
  return conversation().flatMap(forms).join("\n");
}

function asPage() {
  return props.html_head + joined("html") + props.html_foot;
}

function save(text, kind, ending) {
  const name = `pincite-${new Date().toISOString().slice(0, 10)}.${ending}`;
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  tell(say("exported", { name }));
}

for (const [name, act] of Object.entries({
  ".copy-all": (pressed) => copy(joined("text"), pressed, { html: joined("html") }),
  ".export-markdown": () => save(joined("markdown"), "text/markdown", "md"),
  ".export-json": () => save(JSON.stringify(conversation(), (key, value) => (key === "forms" || key === "judged" ? undefined : value), 1), "application/json", "json"),
  ".export-html": () => save(asPage(), "text/html", "html"),
})) {
  find(name).addEventListener("click", () => act(find(".take summary")));
}
