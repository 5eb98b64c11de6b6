"""ODT: a zip archive of XML, read by lxml as the standard lays it out (OASIS OpenDocument 1.3)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from corpus.errors import ReadError
from corpus.formats.archive import Archive, local
from corpus.formats.builder import FLAT, REACH, STRUCK, Cell, ParsedFile, Run, TextBuilder, counted, folded, laid_out, unseen_in
from corpus.formats.formula import SUB, SUP, linear, shifted
from corpus.formats.numbering import formatted
from corpus.messages import Message

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SPACES = 100
"""Spaces that one element of an ODT may stand for; more is a bomb."""


def read_odt(data: bytes) -> ParsedFile:
    """The headings, paragraphs, lists and tables of an OpenDocument text, then its notes."""
    archive, pen = Archive(data), TextBuilder(paragraphs=True)
    archive.refuse_encrypted()
    body = next(archive.xml("content.xml").iter(f"{_OFFICE}text"), None)
    if body is None:
        raise ReadError("office.no_opendocument")
    roots = [root for name in ("styles.xml", "content.xml") if (root := archive.optional_xml(name)) is not None]
    text = _Text(archive, pen, _positions(roots), _struck(roots), _lists(roots), [], [], {})
    _write(text, body)
    for number, note in enumerate(text.notes, 1):
        pen.place("note", f"note {_citation(note) or number}")
        _write(text._replace(notes=[]), next((part for part in note if local(part) == "note-body"), note))
    _write_around(text, roots[0])
    meta = archive.optional_xml("meta.xml")
    title = None if meta is None else next((e for e in meta.iter() if local(e) == "title"), None)
    return pen.reading(title="" if title is None else title.text or "")


class _Text(NamedTuple):
    """A text while it is read: the styles that raise or lower and that strike out, those of lists by level, the notes
    and charts that were met, and the number that each list came to."""

    archive: Archive
    pen: TextBuilder
    positions: dict[str, str]
    struck: set[str]
    lists: dict[str, dict[int, Any]]
    notes: list[Any]
    charts: list[Any]
    last: dict[tuple[str, int], int]


class _List(NamedTuple):
    """A list that is open: its style, its level from 1, and how many items each level has had."""

    style: str = ""
    level: int = 0
    counts: tuple[int, ...] = ()


_NO_LIST = _List()


def _positions(roots: list[Any]) -> dict[str, str]:
    """The styles that raise or lower what is set in them."""
    found = {}
    for style in (style for root in roots for style in root.iter(f"{_STYLE}style")):
        for part in style.iter(f"{_STYLE}text-properties"):
            words = (part.get(f"{_STYLE}text-position") or "").split()
            if words and (words[0] in {"super", "sub"} or words[0].strip("-0%")):
                name = style.get(f"{_STYLE}name") or ""
                found[name] = SUB if words[0] == "sub" or words[0].startswith("-") else SUP
    return found


def _struck(roots: list[Any]) -> set[str]:
    """The styles that strike out what is set in them."""
    line = [f"{_STYLE}text-line-through-{name}" for name in ("style", "type")]
    return {
        style.get(f"{_STYLE}name") or ""
        for root in roots
        for style in root.iter(f"{_STYLE}style")
        for part in style.iter(f"{_STYLE}text-properties")
        if any(part.get(name, "none") != "none" for name in line)
    }


def _lists(roots: list[Any]) -> dict[str, dict[int, Any]]:
    """The styles of lists: for each level what is said of it."""
    return {
        style.get(f"{_STYLE}name") or "": {counted(level.get(f"{_TEXT}level")): level for level in style if local(level)}
        for root in roots
        for style in root.iter(f"{_TEXT}list-style")
    }


def _citation(note: Any) -> str:
    """What is printed for a note."""
    return " ".join("".join(text for part in note if local(part) == "note-citation" for text in part.itertext()).split())


def _write_around(text: _Text, styles: Any) -> None:
    """Write headers and footers, each text once."""
    seen = set()
    for name in ("header", "footer"):
        for part in styles.iter(*(f"{_STYLE}{name}{which}" for which in ("", "-left", "-first"))):
            words = " ".join("".join(part.itertext()).split())
            counts = any(local(element) in {"page-number", "page-count"} for element in part.iter())
            if any(map(str.isalpha, words)) and words not in seen and not (counts and len(words) < 20):
                seen.add(words)
                text.pen.place("note", name)
                _write(text, part)


def _write(text: _Text, parent: Any, open_: _List = _NO_LIST, prefix: str = "") -> None:
    pen = text.pen
    for element in parent:
        name = local(element)
        if name in {"h", "p"}:
            level = element.get(f"{_TEXT}outline-level") or "1"
            runs = [(prefix, ""), *_runs(text, element)]
            pen.block(_joined(runs), level=0 if name == "p" else _level(level), unseen=unseen_in(runs))
            prefix = ""
            _write_charts(text)
        elif name == "table":
            pen.apart()
            for cells in laid_out([*_odt_cells(text, row)] for row in _odt_rows(element)):
                pen.row(cells)
            pen.apart()
            _write_charts(text)
        elif name == "tracked-changes":
            pen.found("changes", Message("office.changes"))
        elif name == "list":
            _write_list(text, element, open_)
        elif name and name not in {"annotation", "forms", "sequence-decls", "variable-decls"}:
            _write(text, element, open_, prefix)


def _write_charts(text: _Text) -> None:
    """Write the titles and the numbers of the charts that were met, behind what they stand in."""
    for chart in text.charts:
        for part in chart:
            if local(part) in {"title", "subtitle"}:
                text.pen.block(" ".join("".join(part.itertext()).split()))
        text.pen.apart()
        for table in (part for part in chart if local(part) == "table"):
            for cells in laid_out([*_odt_cells(text, row)] for row in _odt_rows(table)):
                text.pen.row(cells)
        text.pen.apart()
    text.charts.clear()


def _write_list(text: _Text, element: Any, open_: _List) -> None:
    """Write the items of a list, each with its number, or a dash where the list has none."""
    style = element.get(f"{_TEXT}style-name") or open_.style
    level = open_.level + 1
    said = text.lists.get(style, {}).get(level)
    count = counted(None if said is None else said.get(f"{_TEXT}start-value")) - 1
    if element.get(f"{_TEXT}continue-numbering") == "true" or element.get(f"{_TEXT}continue-list"):
        count = text.last.get((style, level), count)
    for item in element:
        if local(item) == "list-item":
            count = counted(item.get(f"{_TEXT}start-value"), count + 1)
            counts = (*open_.counts, count)
            _write(text, item, _List(style, level, counts), _mark(text.lists.get(style, {}), counts))
        elif local(item) == "list-header":
            _write(text, item, _List(style, level, (*open_.counts, count)))
    text.last[style, level] = count


def _mark(levels: dict[int, Any], counts: tuple[int, ...]) -> str:
    """What stands before an item: its number as the style of its list words it, else a dash."""
    said = levels.get(len(counts))
    form = "" if said is None else said.get(f"{_STYLE}num-format") or ""
    if said is None or local(said) != "list-level-style-number" or form not in _FORMS:
        return "- "
    shown = counts[-min(counted(said.get(f"{_TEXT}display-levels")), len(counts)) :]
    forms = [
        (levels.get(n, said).get(f"{_STYLE}num-format") or "1") for n in range(len(counts) - len(shown) + 1, len(counts) + 1)
    ]
    words = ".".join(formatted(count, _FORMS.get(each, "")) or str(count) for count, each in zip(shown, forms, strict=True))
    return f"{said.get(f'{_STYLE}num-prefix') or ''}{words}{said.get(f'{_STYLE}num-suffix') or ''} "


_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def _odt_rows(table: Any) -> Iterator[Any]:
    """The rows of a table and of its groups of rows, not those of tables inside its cells."""
    for element in table:
        if local(element) == "table-row":
            yield element
        elif local(element) in {"table-rows", "table-header-rows", "table-row-group"}:
            yield from _odt_rows(element)


def _odt_cells(text: _Text, row: Any) -> Iterator[Cell]:
    """The cells of a row; those that others reach over are none of their own."""
    for cell in (e for e in row if local(e) == "table-cell"):
        runs = [*folded(_runs(text, cell))]
        across, down = (counted(cell.get(f"{_TABLE}number-{name}-spanned")) for name in ("columns", "rows"))
        for _ in range(min(counted(cell.get(f"{_TABLE}number-columns-repeated")), REACH)):
            yield Cell(_joined(runs), unseen=unseen_in(runs), across=across, down=down)


def _level(words: str) -> int:
    return min(9, max(1, int(words))) if words.isdecimal() and len(words) < 3 else 1


def _joined(runs: list[Run]) -> str:
    return "".join(text for text, _ in runs)


def _runs(text: _Text, element: Any, struck: str = "") -> list[Run]:
    """The text of a paragraph or a cell, run by run."""
    line: list[Run] = []
    _gather(text, element, line, struck)
    return line


def _gather(text: _Text, element: Any, line: list[Run], struck: str) -> None:
    if element.get(f"{_TEXT}style-name") in text.struck:
        struck = STRUCK
    line.append((element.text or "", struck))
    for child in element:
        name = local(child)
        if name in {"s", "tab", "line-break"}:
            line.append((_blank(child, name), struck))
        elif name == "note":
            text.notes.append(child)
        elif name in {"p", "h"}:
            line.append((" ", ""))
            _gather(text, child, line, struck)
        elif name == "ruby-text":
            words = "".join(child.itertext()).strip()
            line.append((f"({words})" if words else "", struck))
        elif name == "span" and (position := text.positions.get(child.get(f"{_TEXT}style-name") or "")):
            _gather_shifted(text, child, position, line, struck)
        elif name == "object":
            _gather_object(text, child, line)
        elif name not in {"annotation", "annotation-end", "tracked-changes", ""}:
            _gather(text, child, line, struck)
        line.append((child.tail or "", struck))


def _blank(element: Any, name: str) -> str:
    if name == "s":
        return " " * min(max(1, counted(element.get(f"{_TEXT}c"))), _SPACES)
    return "\t" if name == "tab" else "\n"


def _gather_shifted(text: _Text, element: Any, position: str, line: list[Run], struck: str) -> None:
    before = next((piece[-1] for piece, _ in reversed(line) if piece), "")
    runs = _runs(text, element, struck)
    words, altered = shifted(_joined(runs), position, before)
    line.append((words, next((said for _, said in runs if said), FLAT if altered else "")))


def _gather_object(text: _Text, element: Any, line: list[Run]) -> None:
    """A formula that lies in the archive beside the text; what else is drawn so is said."""
    name = (element.get(_HREF) or "").removeprefix("./").rstrip("/")
    root = text.archive.optional_xml(f"{name}/content.xml")
    if root is not None and local(root) == "math":
        line.append((linear(root), FLAT))
    elif (
        root is not None and (chart := next((e for e in root.iter() if local(e) == "chart" and _is_drawn(e)), None)) is not None
    ):
        text.charts.append(chart)
    else:
        text.pen.found("unreadable", Message("office.drawing"))


def _is_drawn(chart: Any) -> bool:
    """Whether an element is the chart itself, which holds the table that it is drawn from."""
    return any(local(part) == "table" for part in chart)
