// The start: the language, the conversation of before, the documents, and what Gradio brings.

find(".clear").addEventListener("click", clear);
find(".language").addEventListener("click", () => {
  language = language === "en" ? "zh" : "en";
  remember("pincite.language", language);
  speak();
  showDocuments();
  showUndo();
  showResults();
  notice.hidden = true; // it is in the other language
  for (const turn of conversation()) place(turn);
  if (view) showPlace();
  find(".language").focus();
});
watch("value", () => show(props.value));
document.addEventListener("pincite:fail", fail);
speak();
showChoice();
recallUndo();
restore();
resume();
lookAgain();
openLink();
