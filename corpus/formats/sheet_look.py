"""How the cells of a sheet look beside what they hold, and how that is noted while its cells are passed, in any file format."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.formats.number_format import DAY, is_date, shown

FORMATTED = 1_000_000
"""Cells of a workbook of which it is kept how they are shown."""

WIDEST = 16_384
"""Columns that a sheet may have."""


@dataclass(slots=True)
class SheetLook:
    """How the cells of a sheet look: the texts of those that show another than they hold, and what nobody sees."""

    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)
    dates: set[tuple[int, int]] = field(default_factory=set)
    """Those of them that hold a whole number and show a day or a time."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    without_value: int = 0
    comments: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class CellStyles:
    """The styles of a workbook's cells, by their numbers: the format of each, and those that strike out."""

    codes: Sequence[str] = ()
    struck: frozenset[int] = frozenset()


class LookBuilder:
    """Notes the cells of a sheet, whose rows and columns are counted from 0."""

    def __init__(self, styles: CellStyles, most: int, *, since_1904: bool) -> None:
        self.look = SheetLook()
        self._codes, self._struck, self._most, self._since_1904 = styles.codes, styles.struck, most, since_1904
        self._formulas = self._empty = 0

    def number(self, row: int, column: int, style: int, value: float, *, whole: bool = False) -> None:
        """A number, shown as its style shows it; ``whole`` where it is read as one, though it be a day."""
        code = self._codes[style] if style < len(self._codes) else ""
        if code == DAY:
            code = "yyyy-mm-dd" if whole else ""
        if code and (text := shown(value, code, since_1904=self._since_1904)):
            self._keep(row, column, text)
            if whole and is_date(code):
                self.look.dates.add((row + 1, column + 1))

    def cell(self, row: int, column: int, style: int) -> None:
        """A cell, whatever it holds."""
        if style in self._struck and len(self.look.struck) < FORMATTED:
            self.look.struck.add((row + 1, column + 1))

    def error(self, row: int, column: int, text: str) -> None:
        """An error, which shows its name."""
        if text:
            self._keep(row, column, text)

    def formula(self, *, empty: bool) -> None:
        """A formula; ``empty`` where it holds no text."""
        self._formulas += 1
        self._empty += empty

    def row(self, row: int, *, hidden: bool) -> None:
        """A row."""
        if hidden and len(self.look.rows) < FORMATTED:
            self.look.rows.add(row + 1)

    def columns(self, first: int, last: int, *, hidden: bool) -> None:
        """Columns from the first to the last."""
        if hidden:
            self.look.columns.update(range(first + 1, min(last + 1, WIDEST) + 1))

    def done(self) -> SheetLook:
        """The look. Formulas may hold an empty text; where all do, nobody has calculated them."""
        if self._empty == self._formulas:
            self.look.without_value = self._empty
        return self.look

    def _keep(self, row: int, column: int, text: str) -> None:
        if len(self.look.shown) < self._most:
            self.look.shown[row + 1, column + 1] = text
        else:
            self.look.whole = False
