"""What the window shows: an answer and a document as JSON of whole strings, so that no browser ever counts characters."""

import re
from base64 import b64encode
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from corpus.document import Document, Passage, Quote, quote_again
from corpus.errors import EvaluationError, PinciteError, QuoteError, ReadError
from corpus.highlight import page_views
from corpus.invisible import SURROGATES
from corpus.language import language_of
from corpus.messages import ENGLISH, Message
from corpus.records import MalformedError, checked
from corpus.verify import verify
from index.library import Library
from rag.answer import Citation, Refusal
from rag.evaluation.add import case_of
from rag.evaluation.questions import QuestionRow, SpanRow
from rag.followup import follow
from rag.question import MAX_CHARACTERS
from rag.session import Session
from ui.forms.answer_json import CitationRecord, DocumentId, PlaceRecord, RefusalRecord, record
from ui.forms.cite import cautions, doubts, forms, place, unsure
from ui.forms.transcript import exported
from ui.window.collection import DocumentCollection
from ui.window.messages import (
    AlsoShown,
    CitationShown,
    ContextSent,
    DocumentShown,
    Failure,
    JudgementSent,
    Pages,
    PageShown,
    Piece,
    PieceShown,
    QuotesSent,
    RangeSent,
    RefusalShown,
    Source,
    Turn,
)

AROUND = 4_000
"""Characters shown before and after a place at first."""

MORE = 20_000
"""Characters that come with every further step."""

MOST_JUDGED = 100_000
"""Characters of the quotes of an answer that can be judged."""

Place = TypeVar("Place", bound=PlaceRecord)

_SURROGATES = re.compile(f"[{SURROGATES}]")
_GONE = Message("source.gone")


def turn(
    question: str,
    collection: DocumentCollection,
    *,
    session: Callable[[Library], Session] = Session,
    before: str = "",
    chosen: Collection[str] = (),
    language: str = ENGLISH,
) -> Turn | Failure:
    """What the page shows for one question: the answer's record with the strings around its quotes, or why there is none.

    ``session`` gives that of the library which is searched; ``before`` is the question before, as it was read, which this
    one may lean on; ``chosen`` are the ids of the documents to search, none for all. Documents are named as the
    collection shows them, never by where they lie on this machine.
    """
    question, library = settled(question), collection.library
    if library is None:
        return Failure(error=Message("turn.no_documents").text(language))
    # Rows of this library: the collection may have another one by now.
    rows = tuple(row for row, identity in enumerate(library.documents.ids) if identity in chosen) if chosen else None
    if rows == ():
        return Failure(error=Message("turn.none_chosen").text(language))
    try:
        read = follow(question, settled(before)[:MAX_CHARACTERS], library)
        answer = session(library).ask(read, within=rows)
    except PinciteError as error:
        return Failure(error=collection.without_paths(error.message.text(language)))
    said = (Message("turn.read_as", question=read), *answer.notes) if read != question else answer.notes
    notes = tuple(note.text(language) for note in said)
    found, asked = record(answer), language_of(read)

    def quote(shown: CitationRecord, citation: Citation) -> CitationShown:
        several = len(answer.verdicts) > 1
        return _citation(shown, citation, collection, language=language, asked=asked, several=several)

    def refusal(shown: RefusalRecord, of: Refusal) -> RefusalShown:
        nearest = tuple(map(quote, shown.nearest, of.nearest))
        return RefusalShown(**vars(shown) | {"reason": of.why.text(language), "nearest": nearest})

    return Turn(
        **vars(found)
        | {
            "question": question,
            "citations": tuple(map(quote, found.citations, answer.citations)),
            "refusal": refusal(found.refusal, answer.refusal) if found.refusal and answer.refusal else None,
            "unanswered": tuple(map(refusal, found.unanswered, answer.unanswered)),
            "notes": notes,
        },
        read=read,
        searched=len(library.documents if rows is None else rows),
        forms=exported(answer, asked=question, notes=notes, language=language),
    )


def source(sent: RangeSent, collection: DocumentCollection, *, language: str = ENGLISH) -> Source | Failure:
    """A document around a quote that the page was given before, or around the characters that a link names.

    Where the document is not there or does not say so, only why.
    """
    try:
        quote = _quote(sent, collection)
    except QuoteError:
        return Failure(error=_GONE.text(language))
    document, start, end = quote.document, quote.start, quote.end
    return Source(
        document=document.id,
        title=document.title,
        file=collection.near(document.source),
        quote=quote.text,
        place=place(quote, language),
        warnings=_warnings(quote, language),
        paged=bool(document.places_of("page").starts),
        earlier=_piece(document, end=start, size=AROUND),
        later=_piece(document, start=end, size=AROUND),
    )


def pages(sent: RangeSent, collection: DocumentCollection, *, language: str = ENGLISH) -> Pages | Failure:
    """The pages that a quote stands on, as pictures with its boxes.

    Where the file does not say so any more, or shows it nowhere, only why.
    """
    try:
        quote = _quote(sent, collection)
        views = page_views(quote.document, quote.start, quote.end)
    except QuoteError:
        return Failure(error=_GONE.text(language))
    except ReadError as error:
        return Failure(error=collection.without_paths(error.message.alone().text(language)))
    if not any(view.boxes for view in views):
        return Failure(error=Message("source.unseen").text(language))
    shown = []
    for view in views:
        part = Quote(Passage(quote.document, view.start, view.end), view.start, view.end)
        picture = f"data:image/png;base64,{b64encode(view.picture).decode()}"
        size = {"width": view.width, "height": view.height}
        shown.append(PageShown(place=place(part, language), text=part.text, **size, boxes=view.boxes, picture=picture))
    note = Message("source.more_pages").text(language) if views[-1].end < quote.end else ""
    return Pages(pages=tuple(shown), note=note)


def context(sent: ContextSent, collection: DocumentCollection, *, language: str = ENGLISH) -> Piece | Failure:
    """The next piece of a document, earlier or later, from where the piece before said that it goes on (``next``)."""
    document = collection.document(sent.document or "")
    side, _, at = (sent.next or "").partition(":")
    if document is None or side not in {"earlier", "later"} or not re.fullmatch("[0-9]{1,12}", at):
        return Failure(error=_GONE.text(language))
    return _piece(document, **{"end" if side == "earlier" else "start": min(int(at), len(document.text))}, size=MORE)


def judged(sent: JudgementSent, collection: DocumentCollection) -> QuestionRow:
    """The case of an answer that a person judged, every range checked against its document.

    Raises EvaluationError for a judgement that does not fit, QuoteError for a quote that no document here says.
    """
    quotes = [_quote(citation, collection) for citation in sent.citations[:100]]
    if sum(len(quote.text) for quote in quotes) > MOST_JUDGED:
        raise EvaluationError("judged.long", n=MOST_JUDGED)
    question = settled(sent.question)
    if not question.strip() or len(question) > MAX_CHARACTERS:
        raise EvaluationError("judged.no_question")
    shown = [SpanRow(doc=quote.document.id, start=quote.start, end=quote.end, text=quote.text) for quote in quotes]
    return case_of(question, shown, sent.judgement)


def rechecked(sent: QuotesSent, collection: DocumentCollection) -> tuple[str, ...]:
    """What has become of each quote that a page kept, as ``verify`` says; ``different`` where no document says so."""
    return tuple(_found_again(quote, collection) for quote in sent.quotes)


def collected(collection: DocumentCollection) -> tuple[DocumentShown, ...]:
    """The documents that are searched, by name and file; no text is read for it."""
    library = collection.library
    if library is None:
        return ()
    named = zip(library.documents.ids, library.documents.names, strict=True)
    return tuple(DocumentShown(document=one, title=name.title, file=collection.near(name.source)) for one, name in named)


def settled(text: str) -> str:
    """A text without lone surrogates, which end Gradio's stream of events."""
    return _SURROGATES.sub("\ufffd", text)


def sendable(value: object) -> object:
    """The same JSON without lone surrogates, which file names can hold."""
    if isinstance(value, str):
        return settled(value)
    if isinstance(value, dict):
        return {sendable(key): sendable(item) for key, item in value.items()}
    return [sendable(item) for item in value] if isinstance(value, list | tuple) else value


def _quote(sent: RangeSent, collection: DocumentCollection) -> Quote:
    """The quote that the page names, checked against the document; without ``quote`` whatever stands there.

    Raises QuoteError, in words that name no file, where there is no such document or one character differs.
    """
    start, end = sent.start, sent.end
    document = collection.document(sent.document.id if isinstance(sent.document, DocumentId) else sent.document or "")
    if document is None or start is None or end is None:
        raise QuoteError("window.not_said")
    if sent.quote is None and 0 <= start < end <= len(document.text):
        return Quote(Passage(document, start, end), start, end)
    try:
        return quote_again(document, start=start, end=end, text=sent.quote or "")
    except QuoteError:
        raise QuoteError("window.not_said") from None


def _found_again(sent: object, collection: DocumentCollection) -> str:
    try:
        kept = checked(sent, RangeSent)
        return "different" if kept.quote is None else verify(_quote(kept, collection))
    except (MalformedError, QuoteError):
        return "different"


def _piece(document: Document, *, size: int, start: int | None = None, end: int | None = None) -> Piece:
    """So much text before an ``end`` or from a ``start`` on, and where the rest goes on, if there is any."""
    text = document.text
    if end is not None:
        begin = max(0, end - size)
        return Piece(text=text[begin:end], next=f"earlier:{begin}" if begin else "")
    begin = start or 0
    return Piece(text=text[begin : begin + size], next=f"later:{begin + size}" if begin + size < len(text) else "")


def _citation(
    shown: CitationRecord, citation: Citation, collection: DocumentCollection, *, language: str, asked: str, several: bool
) -> CitationShown:
    """A citation's record with what the page shows of it and gives to be copied, after a question in some language.

    The question may have ``several`` parts. Documents are named as the collection shows them.
    """

    def near(named: Place, quote: Quote) -> Place:
        document = replace(named.document, source=collection.near(named.document.source))
        return replace(named, document=document, place=place(quote, language))

    also = map(near, shown.also, citation.also)
    return CitationShown(
        **vars(near(shown, citation.quote))
        | {
            "warnings": _warnings(citation.quote, language),
            "also": tuple(AlsoShown(**vars(other), quote=shown.quote) for other in also),
            "near": tuple(map(near, shown.near, citation.near)),
        },
        pieces=tuple(PieceShown(text=text, answers=marked) for text, marked in citation.pieces),
        foreign=bool(asked and citation.language and citation.language != asked),
        unsure="".join(each.text(language) for each in doubts(citation, several=several)),
        forms=forms(citation.quote, language, unsure(citation)),
    )


def _warnings(quote: Quote, language: str) -> tuple[str, ...]:
    """What must be said of a quote: that its file has changed or is gone, what it holds, how it was read."""
    status = verify(quote)
    found = () if status == "exact" else (Message(f"source.{status}").text(language),)
    return (*found, *cautions(quote, language))
