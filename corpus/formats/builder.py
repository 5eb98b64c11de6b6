"""What a reader gives of a file, and the pen that every reader writes it with.

A reader is a function from a file's bytes to a ``ParsedFile``. It looks at nothing but these bytes, and offsets are settled
while it writes: what the pen has written is never touched again.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corpus.document import Finding, Heading, Places
from corpus.errors import ReadError
from corpus.invisible import SURROGATES, hidden
from corpus.messages import Message

QUIET = frozenset({"running", "left out", "not shown"})
"""Kinds of findings that are kept but not said while reading: they concern nothing that can be quoted."""

LARGEST_TEXT = 100_000_000
"""Characters of the longest text that is read."""

LONGEST_REPEATED = 100
"""Characters of a cell that is read again in every row that it reaches over."""

REACH = 100
"""Columns, from the left, that a cell may reach over, and empty ones in a row that are counted; ``_ROWS`` below one another."""

_ROWS = 1000

LONGEST_NAME = 60
"""Characters of the longest name of a column."""

_LETTER = re.compile(r"[^\W\d_]")
_FIGURE = re.compile(r"[^\w\s]{0,3}\s?\d")
_CR_LF = re.compile("\r\n")
_SURROGATES = re.compile(f"[{SURROGATES}]")
_SPACED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_] ){7,200}[^\W\d_](?![^\W\d_])")
_SPLIT = re.compile(r"(?<![^\W_])(?:[^\W\d_]{1,3} ){9,200}[^\W\d_]{1,3}(?![^\W_])")
_TWICE = re.compile(r"(?<![^\W_])(?:([^\W\d_])\1){4,40}(?![^\W_])")
"""A word whose letters all stand twice, as print that was laid over itself gives them."""

_BROKEN = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file's text, settled, with the maps over it; ``title`` is what the file calls itself, or empty."""

    text: str
    title: str = ""
    headings: tuple[Heading, ...] = ()
    places: tuple[Places, ...] = ()
    findings: tuple[Finding, ...] = ()


def settle(text: str) -> str:
    """The text that offsets count in: no byte-order mark in front, ``\\n`` line ends, no lone surrogates.

    Everything else stays: Unicode form, spaces, control characters. Settling twice changes nothing.
    """
    return _even(text).lstrip("\ufeff")


def moved(text: str, offset: int) -> int:
    """Where an offset of a text lies in the text that ``settle`` makes of it; between CR and LF it lies before the line end."""
    before = text[:offset]
    marks = len(text) - len(text.lstrip("\ufeff"))
    cut = before.count("\r\n") + (before.endswith("\r") and text[offset : offset + 1] == "\n")
    return max(0, offset - cut - marks)


def _even(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


Unseen = Sequence[tuple[int, int, str]]
"""Ranges of a text that a person does not see in the file, or sees struck out, each with the code of what is to be said of it,
whose first word is the kind of the finding."""

Run = tuple[str, str]
"""A piece of a text, and why nobody sees it or that it is struck out, as a code of a message; empty for what is seen."""

STRUCK = "struck.text"
FLAT = "finding.flat"
"""What stands above or below a line in the file, and here on it with marks of ours."""


def unseen_in(runs: Sequence[Run]) -> Unseen:
    """The ranges of a text, laid together of runs, that have a code."""
    at = 0
    found = []
    for text, said in runs:
        if said and text.strip():
            found.append((at, at + len(text), said))
        at += len(text)
    return found


def stripped(runs: Sequence[Run]) -> list[Run]:
    """The runs of a text without white space around them all."""
    filled = [n for n, (text, _) in enumerate(runs) if text.strip()]
    if not filled:
        return []
    found = list(runs[filled[0] : filled[-1] + 1])
    found[0] = (found[0][0].lstrip(), found[0][1])
    found[-1] = (found[-1][0].rstrip(), found[-1][1])
    return found


def folded(runs: Sequence[Run]) -> Iterator[Run]:
    """Runs with one space for all white space between two words, and none around them all."""
    before = " "
    waiting = False
    for text, said in runs:
        words = text.split()
        blank = waiting or text[:1].isspace()
        waiting = blank if not words else text[-1:].isspace()
        if words:
            yield ("" if before == " " or not blank else " ", "")
            yield " ".join(words), said
            before = words[-1]


GOES_ON = -1


class Cell(NamedTuple):
    """The text of a table's cell, what it is called, or empty, and the ranges of the text that nobody sees.

    It may reach over ``across`` columns and ``down`` rows; ``GOES_ON`` down goes on with the one above it.
    """

    text: str
    label: str = ""
    unseen: Unseen = ()
    across: int = 1
    down: int = 1


def laid_out(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Cell]]:
    """The rows of a table with a cell for every column.

    What reaches over several rows is read in each of them, as a person reads it, unless it is long; over several columns it
    stands in the first, and the others are empty.
    """
    open_: dict[int, tuple[Cell, int]] = {}
    above: list[Cell] = []
    for row in rows:
        line: list[Cell] = []
        for cell in row:
            _fill(line, open_)
            if cell.down == GOES_ON:
                cell = above[len(line)]._replace(across=cell.across) if len(line) < len(above) else _NOTHING
            wide = min(max(cell.across, 1), REACH)
            shown = cell if len(cell.text) <= LONGEST_REPEATED else _NOTHING
            for n in range(wide):
                if cell.down > 1 and len(line) < REACH:
                    open_[len(line)] = (_NOTHING if n else shown, min(cell.down, _ROWS) - 1)
                line.append(_NOTHING if n else cell)
        _fill(line, open_)
        above = line
        yield line if any(cell.text.strip() for cell in row) else []


def counted(words: str | None, otherwise: int = 1) -> int:
    """A count that a file states, or another where it is no number of at most six digits."""
    return int(words) if words and words.isascii() and words.isdigit() and len(words) < 7 else otherwise


def _fill(line: list[Cell], open_: dict[int, tuple[Cell, int]]) -> None:
    """Put what reaches down from above where a row has got to."""
    while found := open_.pop(len(line), None):
        cell, left = found
        if left > 1:
            open_[len(line)] = (cell, left - 1)
        line.append(cell)


_NOTHING = Cell("")


@dataclass(slots=True)
class _Table:
    """The table that is being written: the row that may name its columns, by column, and where it begins; and where the last
    of its rows ends. ``apart``: an empty row stands behind that."""

    first: tuple[int, dict[int, str]] | None
    end: int = -1
    apart: bool = False
    is_named: bool = False


def names_columns(first: dict[int, str], second: dict[int, str]) -> bool:
    """Whether the first row of a table names its columns, by what stands in it and in the second; both by column.

    It has two names or more, all in words, short, and no two alike; and below one of them stands a figure.
    """
    names = list(first.values())
    return (
        len(names) > 1
        and len(set(names)) == len(names)
        and all(len(name) <= LONGEST_NAME and _LETTER.search(name) and not _FIGURE.match(name) for name in names)
        and any(_FIGURE.match(text) for n, text in second.items() if n in first)
    )


class TextBuilder:
    """Writes a text piece by piece and keeps the maps over it in step; with ``paragraphs`` it numbers these as places."""

    def __init__(self, *, paragraphs: bool = False) -> None:
        self.size = 0
        self._paragraph = 0 if paragraphs else None
        self._table: _Table | None = None
        self._pieces: list[str] = []
        self._headings: list[Heading] = []
        self._places: dict[str, dict[int, str]] = {}
        self._findings: dict[tuple[str, Message], list[tuple[int, int]]] = {}

    def write(self, text: str) -> tuple[int, int]:
        """Put a text behind what was written, settled; gives its range."""
        piece = _even(text) if self.size else settle(text)
        start, self.size = self.size, self.size + len(piece)
        refuse_too_long(self.size)
        if piece:
            self._pieces.append(piece)
        return start, self.size

    def block(self, text: str, *, level: int = 0, unseen: Unseen = ()) -> None:
        """A paragraph, a list item or, with a ``level``, a heading: apart from what stands around it. Blank ones vanish.

        ``unseen`` are ranges of ``text`` that nobody sees, each with its reason.
        """
        text, seen = self._clean(text, unseen)
        if not text:
            return
        self.apart()
        self._number()
        start, end = self.write(text)
        if level:
            self.heading(Heading(start, end, level))
        self._hide(start, seen)

    def row(self, cells: Iterable[Cell]) -> None:
        """A row of a table on a line of its own: its cells, each with its label or none.

        An empty cell stays a place, nothing between two bars, up to the last that is filled: without it the next column's
        would be read for its own. A cell that stands alone in its row has no bars, and no more than ``REACH`` empty ones
        stand between two.
        """
        filled = [
            (n, *self._clean(cell.text, cell.unseen), cell.label)
            for n, cell in enumerate(cells)
            if cell.text and not cell.text.isspace()
        ]
        filled = [cell for cell in filled if cell[1]]
        if not filled:
            if self._table:
                self._table.apart = True
            return
        self.apart(lines=1)
        self._number()
        start_of_row = self.size
        before = 0 if len(filled) > 1 else filled[0][0]
        for at, (n, text, unseen, label) in enumerate(filled):
            bars = " | " * min(n - before, REACH)
            before = n
            if at:
                self.write(bars)
            if label:
                self.place("cell", label)
            start, _ = self.write(text if at else bars.lstrip() + text)
            self._hide(start if at else start + len(bars.lstrip()), unseen)
        table = self._table
        if table and table.first is None and not table.apart and start_of_row == table.end + 1:
            table.end = self.size  # as most rows
        else:
            self._in_table(start_of_row, {n: text for n, text, *_ in filled})

    def _in_table(self, start: int, row: dict[int, str]) -> None:
        """A row was written: where the first one of its table names the columns, the text stands at that place (``columns``).

        From the second row to the end of the table, that is; two rows of a table stand on lines that follow one another. The
        row behind an empty one may name them anew: tables stand below one another on a sheet.
        """
        table = self._table
        if table is None or start != table.end + 1:
            self._end_table()
            table = self._table = _Table(first=(start, row))
        else:
            above, table.first = table.first, (start, row) if table.apart else None
            if above and names_columns(above[1], row):
                self._name_columns(table, above, start)
        table.apart = False
        table.end = self.size

    def _name_columns(self, table: _Table, above: tuple[int, dict[int, str]], start: int) -> None:
        begin, named = above
        first, last = min(named), min(max(named), REACH)
        names = " | ".join(named.get(n, "") for n in range(first, last + 1))
        columns = self._places.setdefault("columns", {})
        if table.is_named:
            columns[begin] = ""
        columns[start] = " ".join(names.split())
        table.is_named = True

    def _end_table(self) -> None:
        if self._table and self._table.is_named:
            self._places["columns"][self._table.end] = ""

    def _clean(self, text: str, unseen: Unseen) -> tuple[str, list[tuple[int, int, str]]]:
        """A text settled and without white space around it, and its unseen ranges in what that left."""
        shorter = [match.start() for match in _CR_LF.finditer(text)] if unseen else []
        settled = _even(text)
        text = settled.lstrip() if self.size else settled.lstrip().lstrip("\ufeff").lstrip()
        lead = len(settled) - len(text)
        text = text.rstrip()
        ranges = []
        for begin, end, said in unseen:
            begin, end = (min(max(0, at - bisect_left(shorter, at) - lead), len(text)) for at in (begin, end))
            ranges.append((begin, end, said))
        return text, ranges

    def _hide(self, start: int, unseen: Unseen) -> None:
        for begin, end, why in unseen:
            self.found("flat" if why == FLAT else why.partition(".")[0], Message(why), (start + begin, start + end))

    def _number(self) -> None:
        if self._paragraph is not None:
            self._paragraph += 1
            self.place("paragraph", str(self._paragraph))

    def apart(self, *, lines: int = 2) -> None:
        """Begin anew: this many line ends between what was written and what follows."""
        tail = "".join(self._pieces[-2:])[-lines:]
        missing = lines - (len(tail) - len(tail.rstrip("\n")))
        if self.size and missing:
            self.write("\n" * missing)

    def place(self, kind: str, label: str, *, at: int | None = None) -> None:
        """From here, or an offset of what was written, on the text stands at this place; of two at one the later counts."""
        self._places.setdefault(kind, {})[self.size if at is None else at] = " ".join(_even(label).split())

    def heading(self, heading: Heading) -> None:
        """A heading among what was written; headings come in the order of their places."""
        self._headings.append(heading)

    def found(self, kind: str, said: Message, *ranges: tuple[int, int]) -> None:
        """Note a finding; ranges of the same finding are gathered."""
        self._findings.setdefault((kind, said), []).extend((start, end) for start, end in ranges if start < end)

    def reading(self, *, title: str = "") -> ParsedFile:
        """All that was written."""
        self._end_table()
        text = "".join(self._pieces)
        return ParsedFile(
            text,
            " ".join(_even(title).split()),
            tuple(self._headings),
            tuple(Places(kind, tuple(found), tuple(found.values())) for kind, found in self._places.items()),
            tuple(Finding(kind, said, tuple(ranges)) for (kind, said), ranges in self._findings.items()),
        )


def inspect(text: str) -> tuple[Finding, ...]:
    """What must be known of any text, whatever file it stood in: hidden characters, broken ones, letters set apart."""
    found = []
    if unseen := hidden(text):
        n = sum(end - start for start, end in unseen)
        found.append(Finding("hidden", Message("hidden.characters", n=n), unseen))
    if garbled(text):
        share = round(100 * _broken(text) / len(text))
        found.append(Finding("garbled", Message("finding.garbled", share=share)))
    spaced = _spaced(text)
    if sum(end - start for start, end in spaced) * 20 > len(text):
        found.append(Finding("letter-spaced", Message("finding.letter_spaced"), spaced))
    twice = tuple(match.span() for match in _TWICE.finditer(text) if len(set(match[0])) > 2)
    if twice:
        found.append(Finding("garbled", Message("finding.doubled", n=len(twice)), twice))
    return tuple(found)


def _spaced(text: str) -> tuple[tuple[int, int], ...]:
    """Where letters stand by themselves, or words in pieces of which a third are letters by themselves."""
    spaced = [match.span() for match in _SPACED.finditer(text)]
    for match in _SPLIT.finditer(text):
        pieces = match[0].split()
        if sum(len(piece) == 1 for piece in pieces) * 3 > len(pieces) and not any(
            start < match.end() and match.start() < end for start, end in spaced
        ):
            spaced.append(match.span())
    return tuple(sorted(spaced))


def garbled(text: str) -> bool:
    """Whether more than one character in twenty is one that no text has: private, replaced or a control."""
    return _broken(text) * 20 > len(text)


def _broken(text: str) -> int:
    return len(text) - len(_BROKEN.sub("", text))


def refuse_too_long(characters: int) -> None:
    """Raise ReadError for a text of more characters than ``LARGEST_TEXT``."""
    if characters > LARGEST_TEXT:
        raise ReadError("file.too_long", most=LARGEST_TEXT)
