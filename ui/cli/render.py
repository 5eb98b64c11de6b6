"""An answer as text for a terminal: each quote alone on its lines, its place under it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from corpus.document import Quote
from corpus.invisible import one_line, visible
from corpus.language import language_of
from corpus.locator import describe, is_plain, warnings
from corpus.messages import ENGLISH, Argument, Message, listed
from corpus.verify import verify
from rag.answer import Answer, Citation, Refusal
from rag.bands import percent
from ui.forms.cite import doubts

_DIM, _PLAIN = "\x1b[2m", ""

_MARK = "\x1b[1;4m"
"""Bold and underlined, for the words that answer."""

_UNSURE = "\x1b[33m"
"""Yellow, for what is said of a quote that only may answer."""

ALSO = 3
"""Further places of a quote that are named; the rest are counted."""

Piece = tuple[str, str]
"""A style and a text."""

Line = tuple[Piece, ...]


def render(
    answer: Answer, *, terminal: bool = False, colour: bool = False, explain: bool = False, language: str = ENGLISH
) -> str:
    """The answer as lines of text in the words of a ``language``, every quote exactly as in its document.

    For a ``terminal``, control and invisible characters of a quote are shown as symbols instead, so that no document can drive
    the terminal. Everything else, such as paths, titles and the question's own words, is so for whoever reads it.
    """
    shown = []
    for line in _Lines(language, explain=explain).of(answer):
        for style, piece in line:
            text = visible(piece) if terminal else piece
            shown.append(f"{style}{text}\x1b[0m" if colour and style else text)
        shown.append("\n")
    return "".join(shown)


def place(quote: Quote, language: str = ENGLISH) -> str:
    """Where a quote stands: ``file:line``, or the place as its format has it, then the range of characters and warnings."""
    document, start, end = quote.document, quote.start, quote.end
    path = near_path(document.source)
    places = one_line(describe(document, start, end, language))
    where = f"{path} · {places}" if not is_plain(document) else f"{path}:{document.line_at(start)}"
    characters = Message("place.characters", start=str(start), end=str(end)).text(language)
    return " · ".join([where, characters, *(f"⚠ {each.text(language)}" for each in warnings(document, start, end))])


def near_path(source: str) -> str:
    """A path as seen from the working folder when it lies inside."""
    with suppress(ValueError, OSError):
        source = str(Path(source).relative_to(Path.cwd()))
    return one_line(source)


class _Lines:
    """The lines of answers in the words of one language; with ``explain``, what everything was judged by, too."""

    def __init__(self, language: str, *, explain: bool) -> None:
        self._language, self._explain = language, explain

    def of(self, answer: Answer) -> Iterator[Line]:
        asked = language_of(answer.question)
        for citation in answer.citations:
            for doubt in doubts(citation, several=len(answer.verdicts) > 1):
                yield ((_UNSURE, one_line(doubt.text(self._language))),)
            mark = f"{self._in_language(citation, asked)} · {self._said(f'mark.{verify(citation.quote)}')}"
            yield from self._quote(citation, style=_PLAIN, head=f"[{citation.number}] ", mark=mark)
            yield from self._also("also_at", citation.also)
            yield from self._also("near_at", citation.near)
            yield from self._why(citation)
            if citation.number < len(answer.citations):
                yield ()
        yield from self._refusals(answer)
        for note in answer.notes:
            yield ()
            yield _dim(note.text(self._language))
        for verdict in answer.verdicts if self._explain else ():
            yield ()
            yield _dim(
                self._said(
                    "explain.verdict",
                    question=verdict.question.strip(),
                    band=Message(f"band.{verdict.band}"),
                    percent=percent(verdict.probability),
                    confidence=f"{verdict.confidence:.2f}",
                    threshold=f"{verdict.threshold:.2f}",
                    may=f"{verdict.may_answer_from:.2f}",
                )
            )
            for signal in verdict.signals:
                share = self._said("explain.adds", share=f"{signal.share:.2f}")
                yield _dim(f"        {signal.name:<17} {signal.value:6.2f}  {share}")

    def _refusals(self, answer: Answer) -> Iterator[Line]:
        for refusal in answer.refusals:
            if refusal is not answer.refusal:
                yield ()
            why = refusal.why.text(self._language)
            yield _plain(f"{refusal.question.strip()} — {why}" if answer.unanswered else why)
            if answer.refusal:
                yield from self._nearest(refusal)

    def _nearest(self, refusal: Refusal) -> Iterator[Line]:
        if refusal.nearest:
            yield ()
            unsure = refusal.verdict.band != "does not say"
            yield _plain(Message("answer.near_unsure" if unsure else "answer.near").text(self._language))
        for citation in refusal.nearest:
            yield ()
            mark = self._in_language(citation, language_of(refusal.question))
            yield from self._quote(citation, style=_DIM, head="", mark=mark)
            yield from self._why(citation)

    def _also(self, label: str, others: Sequence[Quote]) -> Iterator[Line]:
        """Where else the same stands."""
        if others:
            places = listed([place(quote, self._language) for quote in others[:ALSO]])
            shown = Message("answer.more", what=places, n=len(others) - ALSO) if len(others) > ALSO else places
            yield _dim(f"      {self._said(f'answer.{label}', places=shown)}")

    def _quote(self, citation: Citation, *, style: str, head: str, mark: str) -> Iterator[Line]:
        line: list[Piece] = []
        for text, marked in citation.pieces:
            first, *rest = text.split("\n")
            line.append((_MARK if marked else style, first))
            for following in rest:
                yield tuple(line)
                line = [(_MARK if marked else style, following)]
        yield tuple(line)
        yield _dim(f"  {head}{place(citation.quote, self._language)}{mark}")

    def _in_language(self, citation: Citation, asked: str) -> str:
        """The language of a quote, said where the question is in another."""
        if not asked or citation.language in {asked, ""}:
            return ""
        return " · " + self._said("answer.in_language", language=Message(f"language.{citation.language}"))

    def _why(self, citation: Citation) -> Iterator[Line]:
        for hit in citation.hits if self._explain else ():
            yield _dim(f"      {self._said('explain.score', score=f'{hit.score:.2f}')}")
            for part in hit.parts:
                gives = self._said("explain.gives", rank=f"{part.rank:<3}", share=f"{part.share:.2f}")
                yield _dim(f"        {part.ranking:<17} {part.score:6.2f}  {gives}")

    def _said(self, code: str, /, **arguments: Argument) -> str:
        return Message(code, **arguments).text(self._language)


def _plain(text: str) -> Line:
    return ((_PLAIN, one_line(text)),)


def _dim(text: str) -> Line:
    return ((_DIM, one_line(text)),)
