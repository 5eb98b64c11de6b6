"""What the window shows: an answer and a document as JSON of whole strings, so that no browser ever counts characters."""

import re
from collections.abc import Mapping
from typing import Any

from corpus.check import standing
from corpus.document import Document, Passage, Quote, quote_again
from corpus.errors import EvaluationError, PinciteError, QuestionError, QuoteError
from rag.answer import Answer, Citation, Refusal
from rag.ask import ask
from rag.evaluation.add import case_of
from rag.follow import follow
from rag.question import MAX_CHARACTERS
from rag.reader.model import NoReader, OnnxReader
from rag.weights import ANSWERED_THRESHOLD
from ui.cite import Language, forms, place
from ui.export import exported
from ui.record import record
from ui.shelf import Shelf
from ui.terminal import near_path

AROUND = 4_000
"""Characters shown before and after a place at first."""

MORE = 20_000
"""Characters that come with every further step."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_SAYS: dict[str, dict[str, str]] = {
    "en": {
        "changed": "The file has changed since; this is its text as it was read.",
        "missing": "The file cannot be read any more; this is its text as it was read.",
        "gone": "This document is not among those that are searched now, or has changed since. The quote is as it was shown.",
        "none": "There are no documents yet. Add some first.",
        "unchosen": "None of the chosen documents is searched any more. Choose others.",
        "read": "Read as: {}",
    },
    "zh": {
        "changed": "文件此后有改动；这里是当时读到的文本。",
        "missing": "文件已无法读取；这里是当时读到的文本。",
        "gone": "此文件不在当前检索范围内，或已有改动。引文保持当时的样子。",
        "none": "还没有文件。请先添加。",
        "unchosen": "所选文件都已不在检索范围内。请另选。",
        "read": "理解为：{}",
        "empty": "问题是空的，请输入问题。",
        "long": "问题有 {:,} 个字符，最多 {:,} 个。",
        "refused": "材料没有说明。",
        "never": "文中从未提到{}。",
        "near": "最接近的段落也不足以回答这个问题。",
    },
}


def turn(
    question: str,
    shelf: Shelf,
    *,
    reader: OnnxReader | NoReader | None = None,
    threshold: float = ANSWERED_THRESHOLD,
    before: str = "",
    chosen: tuple[str, ...] = (),
    language: Language = "en",
) -> dict[str, Any]:
    """What the page shows for one question: the answer's record with the strings around its quotes, or ``error``.

    ``before`` is the question before, as it was read, which this one may lean on; ``chosen`` are the ids of the documents to
    search, none for all.
    """
    question, says = settled(question), _SAYS[language]
    library, rows = shelf.library, shelf.rows(chosen) if chosen else None
    if library is None or rows == ():
        return {"error": says["none" if library is None else "unchosen"]}
    try:
        read = follow(question, settled(before)[:MAX_CHARACTERS], library.passages.words)
        answer = ask(read, library, reader=reader, threshold=threshold, within=rows)
    except QuestionError as error:
        return {"error": _zh_error(question) if language == "zh" else str(error)}
    except PinciteError as error:
        return {"error": str(error)}
    notes = (*((says["read"].format(read),) if read != question else ()), *answer.notes)
    shown = record(answer) | {"question": question, "read": read, "notes": list(notes)}
    shown["searched"] = len(library.documents if rows is None else rows)
    _add_strings(shown["citations"], answer.citations, language)
    for fields, refusal in zip(_refusals(shown), _refused(answer), strict=True):
        fields["reason"] = _reason(refusal, language)
        _add_strings(fields["nearest"], refusal.nearest, language)
    shown["forms"] = exported(
        answer, asked=question, notes=notes, says=lambda refusal: _reason(refusal, language), language=language
    )
    return shown


def source(sent: Mapping[str, Any], shelf: Shelf, *, language: Language = "en") -> dict[str, Any]:
    """A document around a quote that the page was given before, or around the characters that a link names.

    ``sent`` holds ``document``, ``start`` and ``end``, and ``quote`` unless it comes from a link. Where the document is not
    there or does not say so, there is only an ``error``.
    """
    try:
        quote = _quote(sent, shelf)
    except QuoteError:
        return {"error": _SAYS[language]["gone"]}
    document, start, end = quote.document, quote.start, quote.end
    warning = standing(quote)
    return {
        **_named(document),
        "quote": quote.text,
        "place": place(quote, language),
        "warning": "" if warning == "exact" else _SAYS[language][warning],
        "earlier": _piece(document, end=start, size=AROUND),
        "later": _piece(document, start=end, size=AROUND),
    }


def more(sent: Mapping[str, Any], shelf: Shelf, *, language: Language = "en") -> dict[str, Any]:
    """The next piece of a document, earlier or later, from where the piece before said that it goes on (``next``)."""
    document = shelf.document(str(sent.get("document")))
    side, _, at = str(sent.get("next")).partition(":")
    if document is None or side not in {"earlier", "later"} or not at.isascii() or not at.isdigit():
        return {"error": _SAYS[language]["gone"]}
    return _piece(document, **{"end" if side == "earlier" else "start": min(int(at), len(document.text))}, size=MORE)


def judged(sent: Mapping[str, Any], shelf: Shelf) -> dict[str, Any]:
    """The case of an answer that a person judged, every range checked against its document.

    Raises EvaluationError for a judgement that does not fit, QuoteError for a quote that no document here says.
    """
    judgement, shown = sent.get("judgement"), sent.get("citations")
    if judgement not in {"right", "wrong", "unanswerable"} or not isinstance(shown, list):
        raise EvaluationError("not a judged answer; ask again")
    quotes = [_quote(citation if isinstance(citation, dict) else {}, shelf) for citation in shown[:100]]
    citations = [
        {"document": {"id": quote.document.id}, "start": quote.start, "end": quote.end, "quote": quote.text} for quote in quotes
    ]
    question = settled(str(sent.get("question", "")))
    if not question.strip() or len(question) > MAX_CHARACTERS:
        raise EvaluationError("not a question that can be asked again")
    return case_of({"question": question, "citations": citations}, judgement)


def shelved(shelf: Shelf) -> list[dict[str, Any]]:
    """The documents that are searched, by name and file."""
    return [_named(document) for document in shelf.documents]


def settled(text: str) -> str:
    """A text without lone surrogates, which end Gradio's stream of events."""
    return _SURROGATES.sub("\ufffd", text)


def sendable(value: Any) -> Any:
    """The same JSON without lone surrogates, which file names can hold."""
    if isinstance(value, str):
        return settled(value)
    if isinstance(value, dict):
        return {sendable(key): sendable(item) for key, item in value.items()}
    return [sendable(item) for item in value] if isinstance(value, list | tuple) else value


def _quote(sent: Mapping[str, Any], shelf: Shelf) -> Quote:
    """The quote that the page names, checked against the document; without ``quote`` whatever stands there.

    Raises QuoteError where there is no such document or one character differs.
    """
    named, start, end, text = sent.get("document"), sent.get("start"), sent.get("end"), sent.get("quote")
    document = shelf.document(str(named.get("id") if isinstance(named, dict) else named))
    if document is None or not isinstance(start, int) or not isinstance(end, int):
        raise QuoteError("the quoted document is not searched any more; ask again")
    if text is None and 0 <= start < end <= len(document.text):
        return Quote(Passage(document, start, end), start, end)
    return quote_again(document, start=start, end=end, text=str(text))


def _piece(document: Document, *, size: int, start: int | None = None, end: int | None = None) -> dict[str, str]:
    """So much text before an ``end`` or from a ``start`` on, and where the rest goes on, if there is any."""
    text = document.text
    if end is not None:
        begin = max(0, end - size)
        return {"text": text[begin:end], "next": f"earlier:{begin}" if begin else ""}
    begin = start or 0
    return {"text": text[begin : begin + size], "next": f"later:{begin + size}" if begin + size < len(text) else ""}


def _named(document: Document) -> dict[str, Any]:
    return {"document": document.id, "title": document.title, "file": near_path(document.source)}


def _add_strings(fields: list[dict[str, Any]], citations: tuple[Citation, ...], language: Language) -> None:
    """Add to each citation's record what the page shows of it and gives to be copied."""
    for shown, citation in zip(fields, citations, strict=True):
        shown["pieces"] = [{"text": text, "answers": marked} for text, marked in citation.pieces]
        shown["place"] = place(citation.quote, language)
        others = zip((*shown["also"], *shown["near"]), (*citation.also, *citation.near), strict=True)
        for other, quote in others:
            other["place"], other["quote"] = place(quote, language), quote.text
        shown["forms"] = forms(citation.quote, language)
        warning = standing(citation.quote)
        shown["warning"] = "" if warning == "exact" else _SAYS[language][warning]


def _refusals(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [shown["refusal"]] if shown["refusal"] else shown["unanswered"]


def _refused(answer: Answer) -> tuple[Refusal, ...]:
    return (answer.refusal,) if answer.refusal else answer.unanswered


def _reason(refusal: Refusal, language: Language) -> str:
    """Why there is no answer, with its evidence."""
    if language == "en":
        return refusal.reason
    says = _SAYS["zh"]
    absent = "、".join(f"“{term}”" for term in refusal.absent_terms)
    return says["refused"] + (says["never"].format(absent) if absent else says["near"])


def _zh_error(question: str) -> str:
    says = _SAYS["zh"]
    return says["long"].format(len(question), MAX_CHARACTERS) if len(question) > MAX_CHARACTERS else says["empty"]
