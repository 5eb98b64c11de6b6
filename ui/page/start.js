// The start: the language, the conversation of before, the documents, and what Gradio brings.

find(".clear").addEventListener("click", clear);
find(".language").addEventListener("click", () => {
  language = language === "en" ? "zh" : "en";
  remember("pincite.language", language);
  speak();
  showDocuments();
  for (const turn of conversation()) place(turn);
  if (view) showPlace();
  find(".language").focus();
});
watch("value", () => show(props.value));
document.addEventListener("pincite:fail", fail);
speak();
restore();
resume();
lookAgain();
openLink();
