"""An answer as text for a terminal: each quote alone on its lines, its place under it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from corpus.document import Quote
from corpus.invisible import one_line, visible
from corpus.language import language_of, name_of
from corpus.locator import describe, warnings
from corpus.verify import verify
from rag.answer import Answer, Citation, Refusal

_MARKS = {"exact": "✓ exact", "changed": "✗ the file has changed since", "missing": "? the file cannot be read any more"}
_DIM, _PLAIN = "\x1b[2m", ""

_MARK = "\x1b[1;4m"
"""Bold and underlined, for the words that answer."""

ALSO = 3
"""Further places of a quote that are named; the rest are counted."""

Piece = tuple[str, str]
"""A style and a text."""

Line = tuple[Piece, ...]


def render(answer: Answer, *, terminal: bool = False, colour: bool = False, explain: bool = False) -> str:
    """The answer as lines of text, every quote exactly as in its document.

    For a ``terminal``, control and invisible characters of a quote are shown as symbols instead, so that no document can drive
    the terminal. Everything else, such as paths, titles and the question's own words, is so for whoever reads it.
    """
    shown = []
    for line in _lines(answer, explain=explain):
        for style, piece in line:
            text = visible(piece) if terminal else piece
            shown.append(f"{style}{text}\x1b[0m" if colour and style else text)
        shown.append("\n")
    return "".join(shown)


def place(quote: Quote) -> str:
    """Where a quote stands: ``file:line``, or the place as its format has it, then the range of characters and warnings."""
    document, start, end = quote.document, quote.start, quote.end
    path = near_path(document.source)
    where = f"{path} · {one_line(describe(document, start, end))}" if document.places else f"{path}:{document.line_at(start)}"
    return " · ".join([where, f"characters {start}–{end}", *(f"⚠ {warning}" for warning in warnings(document, start, end))])


def near_path(source: str) -> str:
    """A path as seen from the working folder when it lies inside."""
    with suppress(ValueError, OSError):
        source = str(Path(source).relative_to(Path.cwd()))
    return one_line(source)


def _lines(answer: Answer, *, explain: bool) -> Iterator[Line]:
    asked = language_of(answer.question)
    for citation in answer.citations:
        mark = f"{_in_language(citation, asked)} · {_MARKS[verify(citation.quote)]}"
        yield from _quote(citation, style=_PLAIN, head=f"[{citation.number}] ", mark=mark)
        for label, others in (("also at", citation.also), ("nearly the same at", citation.near)):
            if others:
                named = ", ".join(place(quote) for quote in others[:ALSO])
                rest = f" and {len(others) - ALSO:,} more" if len(others) > ALSO else ""
                yield _dim(f"      {label} {named}{rest}")
        yield from _why(citation, explain=explain)
        if citation.number < len(answer.citations):
            yield ()
    yield from _refusals(answer, explain=explain)
    for note in answer.notes:
        yield ()
        yield _dim(note)
    for verdict in answer.verdicts if explain else ():
        yield ()
        yield _dim(
            f"{verdict.question.strip()} — answered from log-odds {verdict.threshold:.2f} up, here {verdict.confidence:.2f}"
        )
        for signal in verdict.signals:
            yield _dim(f"        {signal.name:<17} {signal.value:6.2f}  adds {signal.share:.2f}")


def _refusals(answer: Answer, *, explain: bool) -> Iterator[Line]:
    for refusal in answer.refusals:
        if refusal is not answer.refusal:
            yield ()
        said = f"{refusal.question.strip()} — {refusal.reason}" if answer.unanswered else refusal.reason
        yield _plain(said)
        if answer.refusal:
            yield from _nearest(refusal, explain=explain)


def _nearest(refusal: Refusal, *, explain: bool) -> Iterator[Line]:
    if refusal.nearest:
        yield ()
        yield _plain("Nearest, but not an answer:")
    for citation in refusal.nearest:
        yield ()
        yield from _quote(citation, style=_DIM, head="", mark=_in_language(citation, language_of(refusal.question)))
        yield from _why(citation, explain=explain)


def _quote(citation: Citation, *, style: str, head: str, mark: str) -> Iterator[Line]:
    line: list[Piece] = []
    for text, marked in citation.pieces:
        first, *rest = text.split("\n")
        line.append((_MARK if marked else style, first))
        for following in rest:
            yield tuple(line)
            line = [(_MARK if marked else style, following)]
    yield tuple(line)
    yield _dim(f"  {head}{place(citation.quote)}{mark}")


def _in_language(citation: Citation, asked: str) -> str:
    """The language of a quote, said where the question is in another."""
    return f" · in {name_of(citation.language)}" if asked and citation.language not in {asked, ""} else ""


def _why(citation: Citation, *, explain: bool) -> Iterator[Line]:
    for hit in citation.hits if explain else ():
        yield _dim(f"      score {hit.score:.2f}")
        for part in hit.parts:
            yield _dim(f"        {part.ranking:<17} {part.score:6.2f}  rank {part.rank:<3}  gives {part.share:.2f}")


def _plain(text: str) -> Line:
    return ((_PLAIN, one_line(text)),)


def _dim(text: str) -> Line:
    return ((_DIM, one_line(text)),)
