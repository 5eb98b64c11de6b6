"""What the window shows: an answer and a document as JSON of whole strings, so that no browser ever counts characters."""

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from typing import Any

from corpus.document import Document, Passage, Quote, quote_again
from corpus.errors import EvaluationError, PinciteError, QuoteError, ReadError
from corpus.highlight import page_views
from corpus.invisible import SURROGATES
from corpus.language import language_of
from corpus.messages import ENGLISH, Message
from corpus.verify import verify
from index.library import Library
from index.store.segment import Name
from rag.answer import Citation
from rag.evaluation.add import case_of
from rag.followup import follow
from rag.question import MAX_CHARACTERS
from rag.session import Session
from ui.forms.answer_json import record
from ui.forms.cite import cautions, forms, place
from ui.forms.transcript import exported
from ui.window.collection import Shelf

AROUND = 4_000
"""Characters shown before and after a place at first."""

MORE = 20_000
"""Characters that come with every further step."""

MOST_JUDGED = 100_000
"""Characters of the quotes of an answer that can be judged."""

RECHECKED = 400
"""Quotes that are checked again at a time."""

_SURROGATES = re.compile(f"[{SURROGATES}]")
_GONE = Message("source.gone")


def turn(
    question: str,
    shelf: Shelf,
    *,
    session: Callable[[Library], Session] = Session,
    before: str = "",
    chosen: Collection[str] = (),
    language: str = ENGLISH,
) -> dict[str, Any]:
    """What the page shows for one question: the answer's record with the strings around its quotes, or ``error``.

    ``session`` gives that of the library which is searched; ``before`` is the question before, as it was read, which this
    one may lean on; ``chosen`` are the ids of the documents to search, none for all. Documents are named as the shelf shows
    them, never by where they lie on this machine.
    """
    question, library = settled(question), shelf.library
    if library is None:
        return {"error": Message("turn.no_documents").text(language)}
    # Rows of this library: the shelf may have another one by now.
    rows = tuple(row for row, identity in enumerate(library.documents.ids) if identity in chosen) if chosen else None
    if rows == ():
        return {"error": Message("turn.none_chosen").text(language)}
    try:
        read = follow(question, settled(before)[:MAX_CHARACTERS], library)
        answer = session(library).ask(read, within=rows)
    except PinciteError as error:
        return {"error": shelf.without_paths(error.message.text(language))}
    said = (Message("turn.read_as", question=read), *answer.notes) if read != question else answer.notes
    notes = tuple(note.text(language) for note in said)
    shown: dict[str, Any] = _named_near(record(answer), shelf) | {"question": question, "read": read, "notes": list(notes)}
    asked = language_of(read)
    shown["searched"] = len(library.documents if rows is None else rows)
    _add_strings(shown["citations"], answer.citations, language, asked)
    for fields, refusal in zip(_refusals(shown), answer.refusals, strict=True):
        fields["reason"] = refusal.why.text(language)
        _add_strings(fields["nearest"], refusal.nearest, language, asked)
    shown["forms"] = exported(answer, asked=question, notes=notes, language=language)
    return shown


def source(sent: Mapping[str, Any], shelf: Shelf, *, language: str = ENGLISH) -> dict[str, Any]:
    """A document around a quote that the page was given before, or around the characters that a link names.

    ``sent`` holds ``document``, ``start`` and ``end``, and ``quote`` unless it comes from a link. Where the document is not
    there or does not say so, there is only an ``error``.
    """
    try:
        quote = _quote(sent, shelf)
    except QuoteError:
        return {"error": _GONE.text(language)}
    document, start, end = quote.document, quote.start, quote.end
    return {
        **_named(document.id, Name(document.title, document.source), shelf),
        "quote": quote.text,
        "place": place(quote, language),
        "warnings": _warnings(quote, language),
        "paged": bool(document.places_of("page").starts),
        "earlier": _piece(document, end=start, size=AROUND),
        "later": _piece(document, start=end, size=AROUND),
    }


def leaves(sent: Mapping[str, Any], shelf: Shelf, *, language: str = ENGLISH) -> dict[str, Any]:
    """The pages that a quote stands on, as pictures with its boxes; ``sent`` is what ``source`` takes.

    Each comes with what it shows of the quote (``text``); boxes are left, top, right and bottom as shares of the picture.
    Where the file does not say so any more, or shows it nowhere, there is only an ``error``.
    """
    try:
        quote = _quote(sent, shelf)
        views = page_views(quote.document, quote.start, quote.end)
    except QuoteError:
        return {"error": _GONE.text(language)}
    except ReadError as error:
        return {"error": shelf.without_paths(error.message.alone().text(language))}
    if not any(view.boxes for view in views):
        return {"error": Message("source.unseen").text(language)}
    shown = []
    for view in views:
        part = Quote(Passage(quote.document, view.start, view.end), view.start, view.end)
        picture = f"data:image/png;base64,{b64encode(view.picture).decode()}"
        seen = {"width": view.width, "height": view.height, "boxes": view.boxes, "picture": picture}
        shown.append({"place": place(part, language), "text": part.text, **seen})
    return {"leaves": shown, "note": Message("source.more_pages").text(language) if views[-1].end < quote.end else ""}


def more(sent: Mapping[str, Any], shelf: Shelf, *, language: str = ENGLISH) -> dict[str, Any]:
    """The next piece of a document, earlier or later, from where the piece before said that it goes on (``next``)."""
    document = shelf.document(str(sent.get("document")))
    side, _, at = str(sent.get("next")).partition(":")
    if document is None or side not in {"earlier", "later"} or not re.fullmatch("[0-9]{1,12}", at):
        return {"error": _GONE.text(language)}
    return _piece(document, **{"end" if side == "earlier" else "start": min(int(at), len(document.text))}, size=MORE)


def judged(sent: Mapping[str, Any], shelf: Shelf) -> dict[str, Any]:
    """The case of an answer that a person judged, every range checked against its document.

    Raises EvaluationError for a judgement that does not fit, QuoteError for a quote that no document here says.
    """
    judgement, shown = sent.get("judgement"), sent.get("citations")
    if judgement not in ("right", "wrong", "unanswerable") or not isinstance(shown, list):
        raise EvaluationError("judged.nothing")
    quotes = [_quote(citation if isinstance(citation, dict) else {}, shelf) for citation in shown[:100]]
    if sum(len(quote.text) for quote in quotes) > MOST_JUDGED:
        raise EvaluationError("judged.long", n=MOST_JUDGED)
    citations = [
        {"document": {"id": quote.document.id}, "start": quote.start, "end": quote.end, "quote": quote.text} for quote in quotes
    ]
    question = settled(str(sent.get("question", "")))
    if not question.strip() or len(question) > MAX_CHARACTERS:
        raise EvaluationError("judged.no_question")
    return case_of({"question": question, "citations": citations}, judgement)


def rechecked(sent: Mapping[str, Any], shelf: Shelf) -> list[str]:
    """What has become of each of ``quotes`` that a page kept, as ``verify`` says; ``different`` where no document says so.

    Raises ReadError for anything but a list of at most ``RECHECKED`` quotes.
    """
    quotes = sent.get("quotes")
    if not isinstance(quotes, list) or len(quotes) > RECHECKED:
        raise ReadError("window.no_quotes")
    return [_found_again(quote if isinstance(quote, dict) else {}, shelf) for quote in quotes]


def shelved(shelf: Shelf) -> list[dict[str, Any]]:
    """The documents that are searched, by name and file; no text is read for it."""
    library = shelf.library
    if library is None:
        return []
    named = zip(library.documents.ids, library.documents.names, strict=True)
    return [_named(identity, name, shelf) for identity, name in named]


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

    Raises QuoteError, in words that name no file, where there is no such document or one character differs.
    """
    named, start, end, text = sent.get("document"), sent.get("start"), sent.get("end"), sent.get("quote")
    document = shelf.document(str(named.get("id") if isinstance(named, dict) else named))
    if document is None or not isinstance(start, int) or not isinstance(end, int):
        raise QuoteError("window.not_said")
    if text is None and 0 <= start < end <= len(document.text):
        return Quote(Passage(document, start, end), start, end)
    try:
        return quote_again(document, start=start, end=end, text=str(text))
    except QuoteError:
        raise QuoteError("window.not_said") from None


def _found_again(sent: Mapping[str, Any], shelf: Shelf) -> str:
    try:
        return verify(_quote({**sent, "quote": str(sent.get("quote"))}, shelf))
    except QuoteError:
        return "different"


def _piece(document: Document, *, size: int, start: int | None = None, end: int | None = None) -> dict[str, str]:
    """So much text before an ``end`` or from a ``start`` on, and where the rest goes on, if there is any."""
    text = document.text
    if end is not None:
        begin = max(0, end - size)
        return {"text": text[begin:end], "next": f"earlier:{begin}" if begin else ""}
    begin = start or 0
    return {"text": text[begin : begin + size], "next": f"later:{begin + size}" if begin + size < len(text) else ""}


def _named(identity: str, name: Name, shelf: Shelf) -> dict[str, Any]:
    return {"document": identity, "title": name.title, "file": shelf.near(name.source)}


def _named_near(value: Any, shelf: Shelf) -> Any:
    """The same record with every document's ``source`` as the shelf shows it."""
    if isinstance(value, dict):
        near = {key: _named_near(item, shelf) for key, item in value.items()}
        return near | {"source": shelf.near(value["source"])} if {"id", "title", "source"} <= value.keys() else near
    return [_named_near(item, shelf) for item in value] if isinstance(value, list) else value


def _add_strings(fields: list[dict[str, Any]], citations: tuple[Citation, ...], language: str, asked: str) -> None:
    """Add to each citation's record what the page shows of it and gives to be copied, after a question in some language."""
    for shown, citation in zip(fields, citations, strict=True):
        shown["pieces"] = [{"text": text, "answers": marked} for text, marked in citation.pieces]
        shown["place"] = place(citation.quote, language)
        shown["foreign"] = bool(asked and citation.language and citation.language != asked)
        others = zip((*shown["also"], *shown["near"]), (*citation.also, *citation.near), strict=True)
        for other, quote in others:
            other["place"], other["quote"] = place(quote, language), quote.text
        shown["forms"] = forms(citation.quote, language)
        shown["warnings"] = _warnings(citation.quote, language)


def _warnings(quote: Quote, language: str) -> list[str]:
    """What must be said of a quote: that its file has changed or is gone, what it holds, how it was read."""
    status = verify(quote)
    found = [] if status == "exact" else [Message(f"source.{status}").text(language)]
    return [*found, *cautions(quote, language)]


def _refusals(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*([shown["refusal"]] if shown["refusal"] else []), *shown["unanswered"]]
