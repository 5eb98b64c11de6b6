// The start: the language, the conversation of before, and the documents.

find(".clear").addEventListener("click", clear);
find(".language").addEventListener("click", () => {
  language = nextLanguage();
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
speak();
showChoice();
recallUndo();
restore();
resume();
lookAgain();
openLink();
