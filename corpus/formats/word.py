"""DOCX: a zip archive of XML, read by lxml as the standard lays it out (ECMA-376)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from corpus.errors import ReadError
from corpus.formats.archive import Archive, local
from corpus.formats.builder import (
    FLAT,
    GOES_ON,
    REACH,
    STRUCK,
    Cell,
    ParsedFile,
    Run,
    TextBuilder,
    counted,
    laid_out,
    stripped,
    unseen_in,
)
from corpus.formats.drawing import write_drawings
from corpus.formats.formula import SUB, SUP, linear, shifted
from corpus.formats.html import parse_html, text_of, write_html
from corpus.formats.numbering import Numbers, formatted
from corpus.formats.rtf import write_rtf
from corpus.formats.symbols import in_font, symbol
from corpus.messages import Message

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_BREAKS = {"tab": "\t", "cr": "\n", "br": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\xad", "ptab": "\t"}

_HEXADECIMAL = re.compile("[0-9A-Fa-f]{1,6}")
_SHIFTED = {"superscript": SUP, "subscript": SUB}
_FORMULA = "formula"


@dataclass(slots=True)
class _Word:
    """A Word document while it is read: what its styles give, what the part that is read points at, and what was said."""

    archive: Archive
    pen: TextBuilder
    levels: dict[str, int]
    """The outline levels of paragraph styles."""
    positions: dict[str, str]
    """The styles of characters that raise or lower them."""
    struck: set[str]
    """The styles that strike out what is set in them."""
    numbers: Numbers
    related: dict[str, tuple[str, str]]
    dropped: list[Run] = field(default_factory=list)
    """The big letter that the next paragraph begins with."""


def read_docx(data: bytes) -> ParsedFile:
    """The paragraphs and tables of the body, then its notes, headers and footers. Headings go by outline level, or the name of
    their style; the numbers of charts and the words of diagrams stand where these are drawn.

    Said: tracked changes (read as if all were accepted), hidden, white and tiny text. Comments stay out.
    """
    archive, pen = Archive(data), TextBuilder(paragraphs=True)
    parts = archive.targets("")
    main = next((target for kind, target in parts.values() if kind == "officeDocument"), "word/document.xml")
    body = archive.xml(main).find(f"{_W}body")
    if body is None:
        raise ReadError("office.no_body")
    related = archive.targets(main)
    kinds = {"styles", "numbering", "settings"}
    shared = {kind: archive.optional_xml(target) for kind, target in related.values() if kind in kinds}
    styles = shared.get("styles")
    numbers = Numbers(shared.get("numbering"), styles)
    word = _Word(archive, pen, _heading_levels(styles), _positions(styles), _struck(styles), numbers, related)
    _write_word(word, body)
    pen.block("".join(text for text, _ in word.dropped))
    for name in ("footnote", "endnote"):
        for target in [t for kind, t in related.values() if kind == f"{name}s"]:
            word.related = archive.targets(target)
            notes = {note.get(f"{_W}id"): note for note in archive.xml(target)}
            for key, label in _printed(name, body, shared.get("settings")):
                if key in notes:
                    pen.place("note", f"{name} {label}")
                    _write_word(word, notes[key])
    _write_around(word, related)
    if next(body.iter(f"{_W}del", f"{_W}ins", f"{_W}moveFrom"), None) is not None:
        pen.found("changes", Message("office.changes"))
    if any(kind == "comments" for kind, _ in related.values()):
        pen.found("left out", Message("office.comments"))
    return pen.reading(title=archive.title())


def _printed(name: str, body: Any, settings: Any | None) -> Iterator[tuple[str, str]]:
    """The keys of the notes in the order of their marks, each with what is printed for it; deleted ones are none."""
    properties = [each for root in (body, settings) if root is not None for each in root.iter(f"{_W}{name}Pr")]
    form = next((value for each in properties if (value := _value(each, "numFmt"))), "lowerRoman" if name == "endnote" else "")
    number = counted(next((value for each in properties if (value := _value(each, "numStart"))), None))
    seen = set()
    for mark in body.iter(f"{_W}{name}Reference"):
        key = mark.get(f"{_W}id") or ""
        if key in seen or any(local(above) in {"del", "moveFrom", "Fallback"} for above in mark.iterancestors()):
            continue
        seen.add(key)
        if mark.get(f"{_W}customMarkFollows") in {None, "0", "false"}:
            yield key, formatted(number, form) or str(number)
            number += 1
        else:
            yield key, "".join(text.text or "" for text in mark.getparent().iter(f"{_W}t")).strip() or "*"


def _write_around(word: _Word, related: dict[str, tuple[str, str]]) -> None:
    """Write headers and footers, each text once; those that hold nothing but the number of the page are none."""
    seen = set()
    for name in ("header", "footer"):
        for target in dict.fromkeys(target for kind, target in related.values() if kind == name):
            root = word.archive.optional_xml(target)
            if root is None or _counts_pages(root):
                continue
            text = " ".join(" ".join(each.text or "" for each in root.iter(f"{_W}t")).split())
            if any(map(str.isalpha, text)) and text not in seen:
                seen.add(text)
                word.related = word.archive.targets(target)
                word.pen.place("note", name)
                _write_word(word, root)


def _counts_pages(root: Any) -> bool:
    """Whether a header has but the number of the page, with one or two short words beside it."""
    codes = [e.text or "" for e in root.iter(f"{_W}instrText")] + [
        e.get(f"{_W}instr") or "" for e in root.iter(f"{_W}fldSimple")
    ]
    words = [word for e in root.iter(f"{_W}t") for word in (e.text or "").split() if word.isalpha()]
    return (
        any(code.strip().startswith(("PAGE", "NUMPAGES")) for code in codes)
        and len(words) <= 2
        and max(map(len, words), default=0) <= 6
    )


def _positions(styles: Any | None) -> dict[str, str]:
    """The styles that raise or lower what is set in them."""
    found = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        if position := _SHIFTED.get(_value(style.find(f"{_W}rPr"), "vertAlign")):
            found[style.get(f"{_W}styleId") or ""] = position
    return found


def _struck(styles: Any | None) -> set[str]:
    """The styles that strike out what is set in them, themselves or by the style that they are based on."""
    based: dict[str, str] = {}
    found = set()
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        key, properties = style.get(f"{_W}styleId") or "", style.find(f"{_W}rPr")
        struck = _is_struck(properties)
        if struck:
            found.add(key)
        elif struck is None:
            based[key] = _value(style, "basedOn")
    for key in based:
        chain = [key]
        while (above := based.get(chain[-1], "")) and above not in chain:
            chain.append(above)
        found |= set() if found.isdisjoint(chain) else {key}
    return found


def _is_struck(properties: Any | None) -> bool | None:
    """Whether properties of characters strike them out; None where they do not say."""
    parts = () if properties is None else properties
    said = [part.get(f"{_W}val") for part in parts if local(part) in {"strike", "dstrike"}]
    return any(value not in {"0", "false", "off"} for value in said) if said else None


def _value(element: Any | None, name: str) -> str:
    found = None if element is None else element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val") or ""


def _heading_levels(styles: Any | None) -> dict[str, int]:
    """The outline level (from 1) of every paragraph style that has one, its own or that of the style it is based on."""
    own: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        key = style.get(f"{_W}styleId") or ""
        name = style.find(f"{_W}name")
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        words = "" if name is None else name.get(f"{_W}val") or ""
        if outline is not None and (outline.get(f"{_W}val") or "").isdecimal():
            own[key] = int(outline.get(f"{_W}val")) + 1
        elif found := _HEADING.match(words):
            own[key] = int(found[1])
        elif words.lower() == "title":
            own[key] = 1
        if (base := style.find(f"{_W}basedOn")) is not None:
            based[key] = base.get(f"{_W}val") or ""
    for key in based:
        chain: dict[str, None] = {}
        at = key
        while at and at not in own and at not in chain:
            chain[at] = None
            at = based.get(at, "")
        own.update(dict.fromkeys(chain, own.get(at, 0)))
    return {key: level for key, level in own.items() if 1 <= level <= 9}


def _write_word(word: _Word, parent: Any) -> None:
    pen = word.pen
    for element in parent:
        name = local(element)
        if name == "p":
            _write_paragraph(word, element)
        elif name == "tbl":
            pen.apart()
            rows = (row for row in element.iter(f"{_W}tr") if _above(row, "tbl") is element and not _is_doubled(row, element))
            for cells in laid_out([*_skipped(row), *_word_cells(word, row)] for row in rows):
                pen.row(cells)
            write_drawings(pen, word.archive, word.related, element)
            pen.apart()
        elif name == "altChunk":
            _write_chunk(word, element)
        elif name in {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "AlternateContent", "Choice"}:
            _write_word(word, element)


def _above(element: Any, name: str) -> Any:
    return next(element.iterancestors(f"{_W}{name}"), None)


def _is_doubled(element: Any, inside: Any) -> bool:
    """Whether an element is what programs read that do not know the one beside it."""
    for above in element.iterancestors():
        if above is inside:
            return False
        if local(above) == "Fallback":
            return True
    return False


def _write_chunk(word: _Word, element: Any) -> None:
    """Write a page that was put into the document as it is; other files inside are said."""
    kind, target = word.related.get(element.get(f"{_R}id") or "", ("", ""))
    if kind == "aFChunk" and target in word.archive.names and target.lower().endswith(("html", "htm", "xhtml", "txt")):
        text, _ = text_of(word.archive.read(target))
        if text.strip():
            write_html(word.pen, parse_html(f"<pre>{escape(text)}</pre>" if target.lower().endswith("txt") else text))
    elif kind == "aFChunk" and target in word.archive.names and target.lower().endswith("rtf"):
        write_rtf(word.pen, word.archive.read(target))
    else:
        word.pen.found("unreadable", Message("office.chunk"))


def _write_paragraph(word: _Word, paragraph: Any) -> None:
    """Write a paragraph with its number, then what hangs on it: text boxes, charts and diagrams."""
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    level = word.levels.get(style.get(f"{_W}val") or "", 0) if style is not None else 0
    if outline is not None and (outline.get(f"{_W}val") or "") in set("012345678"):
        level = int(outline.get(f"{_W}val")) + 1
    runs = _word_runs(word, paragraph)
    frame = paragraph.find(f"{_W}pPr/{_W}framePr")
    if frame is not None and frame.get(f"{_W}dropCap") in {"drop", "margin"} and not word.dropped:
        word.dropped = runs
    elif any(text.strip() for text, _ in runs):
        before = [*word.dropped, (word.numbers.before(paragraph), "")]
        word.dropped = []
        word.pen.block("".join(text for text, _ in [*before, *runs]), level=level, unseen=unseen_in([*before, *runs]))
    for box in paragraph.iter(f"{_W}txbxContent"):
        if _above(box, "p") is paragraph and not _is_doubled(box, paragraph):
            _write_word(word, box)
    if next(paragraph.iter(f"{_W}drawing"), None) is not None:
        write_drawings(word.pen, word.archive, word.related, paragraph)


def _skipped(row: Any) -> list[Cell]:
    """The columns that a row begins behind."""
    return [Cell("")] * min(counted(_value(row.find(f"{_W}trPr"), "gridBefore"), 0), REACH)


def _word_cells(word: _Word, row: Any) -> Iterator[Cell]:
    for cell in (cell for cell in row.iter(f"{_W}tc") if _above(cell, "tr") is row):
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        goes_on = merged is not None and merged.get(f"{_W}val") in {None, "continue"}
        across = counted(_value(cell.find(f"{_W}tcPr"), "gridSpan"))
        yield _word_cell(word, cell)._replace(across=across, down=GOES_ON if goes_on else 1)


def _word_cell(word: _Word, cell: Any) -> Cell:
    """A cell's paragraphs on one line."""
    runs: list[Run] = []
    for paragraph in (p for p in cell.iter(f"{_W}p") if not _is_doubled(p, cell)):
        new = stripped(_word_runs(word, paragraph))
        if new:
            runs += [(" ", ""), *new] if runs else new
    return Cell("".join(text for text, _ in runs), unseen=unseen_in(runs))


class _Piece(NamedTuple):
    """A piece of a paragraph, why nobody sees it, and whether it is raised, lowered or a formula."""

    text: str
    unseen: str = ""
    position: str = ""


def _word_runs(word: _Word, paragraph: Any) -> list[Run]:
    """The text of a paragraph, run by run, each set so that it does not run into the one before."""
    runs: list[Run] = []
    before = ""
    for (unseen, position), pieces in groupby(_pieces(word, paragraph), key=lambda piece: piece[1:]):
        text = "".join(piece.text for piece in pieces)
        altered = False
        if position == _FORMULA:
            altered = any(mark in text for mark in "/^_√")
            text = f" {text}" if before.isdigit() and text[:1].isdigit() else text
        elif position:
            text, altered = shifted(text, position, before)
        before = text[-1:] or before
        runs.append((text, unseen or (FLAT if altered else "")))
    return runs


def _pieces(word: _Word, element: Any) -> Iterator[_Piece]:
    """The pieces of a paragraph; what was deleted or is formatted as hidden is left out."""
    for child in element:
        name = local(child)
        if name == "r":
            yield from _run_pieces(word, child)
        elif name in {"ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo"}:
            yield from _pieces(word, child)
        elif name in {"oMath", "oMathPara"}:
            yield _Piece(linear(child), "", _FORMULA)


def _run_pieces(word: _Word, run: Any) -> Iterator[_Piece]:
    said = _word_unseen(word, run)
    if said == "hidden":
        if next(run.iter(f"{_W}t"), None) is not None:
            word.pen.found("not shown", Message("office.hidden"))
        return
    properties = run.find(f"{_W}rPr")
    own = _value(properties, "vertAlign")
    position = _SHIFTED.get(own, "") if own else word.positions.get(_value(properties, "rStyle"), "")
    fonts = None if properties is None else properties.find(f"{_W}rFonts")
    for piece in run:
        name = local(piece)
        if name == "t":
            font = "" if fonts is None else fonts.get(f"{_W}ascii") or ""
            yield _Piece(in_font(piece.text or "", font), said, position)
        elif name in _BREAKS:
            yield _Piece(_BREAKS[name], said)
        elif name in {"sym", "fldChar"}:
            yield _Piece("".join(map(_symbol, piece.iter())), said, position)
        elif name == "AlternateContent":
            yield _Piece(
                "".join(_symbol(each) for choice in piece for each in choice if local(each) == "symEx"), said, position
            )
        elif name == "ruby":
            for part, form in (("rubyBase", "{}"), ("rt", "({})")):
                inner = "".join(each.text for base in piece.iter(f"{_W}{part}") for each in _pieces(word, base))
                yield _Piece(form.format(inner) if inner.strip() else "", said)


def _strikes(word: _Word, run: Any, properties: Any | None) -> bool:
    """Whether a run is struck out, by itself, its style or that of its paragraph."""
    own = _is_struck(properties)
    if own is not None or not word.struck:
        return bool(own)
    paragraph = _above(run, "p")
    around = None if paragraph is None else paragraph.find(f"{_W}pPr")
    return not word.struck.isdisjoint({_value(properties, "rStyle"), _value(around, "pStyle")})


def _symbol(element: Any) -> str:
    """The character of a font, an emoji, or the box of a form, ticked or not; empty for what is none of these."""
    name = local(element)
    said = {key.rsplit("}", 1)[-1]: value for key, value in element.attrib.items()}
    if name in {"sym", "symEx"}:
        code = said.get("char", "")
        return symbol(int(code, 16), said.get("font", "")) if _HEXADECIMAL.fullmatch(code) else ""
    if name == "checkBox":
        marks = {local(child): child.get(f"{_W}val", "1") for child in element}
        return "☒" if marks.get("checked", marks.get("default", "0")) in {"1", "true", "on"} else "☐"
    return ""


def _word_unseen(word: _Word, run: Any) -> str:
    """``hidden`` for a run formatted so, a reason for one that is white, tiny or struck out, else empty."""
    properties = run.find(f"{_W}rPr")
    struck = STRUCK if _strikes(word, run, properties) else ""
    if properties is None:
        return struck
    value = {local(p): p.get(f"{_W}val") for p in properties}
    if any(value.get(name, "0") not in {"0", "false", "off"} for name in ("vanish", "webHidden")):
        return "hidden"
    if (value.get("color") or "").upper() == "FFFFFF" and not value.keys() & {"shd", "highlight"}:
        return "hidden.white"
    size = value.get("sz") or ""
    return "hidden.point" if size.isdecimal() and int(size) <= 2 else struck
