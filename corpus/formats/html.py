"""HTML, by lxml: what a person reads of a page. Headings, lists and tables keep their shape; navigation, banners for cookies
and the like stay out, and so does what a browser would not show.

White space is folded as browsers fold it. The same walk serves the chapters of an EPUB and the HTML parts of e-mails.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice, repeat
from typing import Any, NamedTuple

from corpus.errors import ReadError
from corpus.formats.archive import local
from corpus.formats.builder import FLAT, Cell, ParsedFile, TextBuilder, counted, laid_out
from corpus.formats.charset import codec_of, decoded, likeliest
from corpus.formats.formula import SUB, SUP, linear, shifted
from corpus.formats.style import Styles, TextStyle
from corpus.formats.text import UNICODE, decode
from corpus.messages import Message

_SILENT = frozenset(
    "script style noscript template svg rp head iframe object canvas audio video map button select option datalist"
    " input textarea dialog".split()
)
_CODE = frozenset({"script", "style", "template", "noscript"})
_CONTROLS = frozenset({"input", "select", "textarea"})
_APART = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul caption".split()
)
_AROUND = frozenset({"nav", "footer", "aside"})
_ROLES = frozenset("navigation banner contentinfo search dialog alertdialog menu menubar complementary".split())
_AROUND_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|breadcrumbs?|skip-?link|advert|ads)(?:$|[\s_-])", re.IGNORECASE
)
_CONSENT_NAMES = re.compile(r"(?:^|[\s_-])(?:cookies?|consent|gdpr)(?:$|[\s_-])", re.IGNORECASE)
_DOUBTFUL_NAMES = re.compile(
    r"(?:^|[\s_-])(?:menu|sidebar|share|sharing|social|newsletter|popup|modal|subscribe)(?:$|[\s_-])", re.IGNORECASE
)
"""Names that text has as well: what is called so stands around it only where half of its words are links, or with a form and
no heading of the first level. What holds ``PROSE`` is text even where it is called ``with-navigation`` or ``Section--Ads``."""

_SMALL = 50
"""Elements that a superscript, a subscript or the mark of a note may hold."""

PROSE = 60
"""Words of paragraphs, outside links, that no menu and no notice for lack of scripts has."""

WHOLE = 50
"""Words at least of what is taken for the text of a page, though it is hidden until a script shows it."""

_CONTENTS = frozenset({"toc", "landmarks", "page-list", "doc-toc", "doc-pagelist"})
_NOTE_MARKS = frozenset({"noteref", "doc-noteref"})
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_COUNTED = _AROUND | {"header", "table", "main"}
_FOLD = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(
    rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})|<\?xml[^<>]{0,200}?encoding=[\"']([\w.:-]{2,40})", re.IGNORECASE
)
_BEFORE = 100_000
"""Bytes in which a page may name its encoding; scripts stand before it."""

_TAG = re.compile(rb"<[^<>]*>")
_BOXES = frozenset("div section ul ol aside header footer form p span".split())
LONGEST_LIST = 1000
"""Items of a list that are numbered; one that is longer has dashes."""

LONGEST_CELL = 600
"""Characters that a cell of a table may hold; a longer one makes it the frame of a page."""

_DEPTH = 300
"""Elements inside one another that are followed; libxml2 itself stops at 256."""


def read_html(data: bytes) -> ParsedFile:
    """The page's text; its title is the one in its head. Said: text that no browser shows, a guessed encoding."""
    pen = TextBuilder(paragraphs=True)
    text, guessed = text_of(data)
    if guessed:
        pen.found("encoding", Message("encoding.unnamed", encoding=guessed))
    root = parse_html(text)
    title = root.find(".//title")
    write_html(pen, root)
    return pen.reading(title="" if title is None else "".join(title.itertext()))


def text_of(data: bytes) -> tuple[str, str | Message]:
    """HTML's characters, by the encoding it names, else by its bytes; and the encoding where it had to be guessed."""
    named = _CHARSET.search(data[:_BEFORE])
    if named and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        codec = codec_of((named[1] or named[2]).decode("ascii"))
        codec = "utf-8" if codec.startswith("utf-16") else codec  # a page that names it in ASCII is not in it
        try:
            return decoded(data, codec), ""
        except (UnicodeError, LookupError):
            pass
    text, found = decode(data)
    if found in UNICODE:
        return text, ""
    pieces = _TAG.sub(b"\n", data).split(b"\n")  # tags and scripts say nothing of a page's language
    told = likeliest(b"\n".join(piece for piece in pieces if not piece.isascii())) if _older(found) else None
    if told is None:
        return text, found
    try:
        return data.decode(_older(told[1])), told[1]
    except UnicodeError:
        return text, found


def _older(said: str | Message) -> str:
    """The older encoding that was taken; empty where it was another one."""
    return str(dict(said.arguments).get("encoding", "")) if isinstance(said, Message) else said


def parse_html(text: str) -> Any:
    """The root of a tree, whatever the text; raises ReadError when nothing is left of it."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.replace("\0", "").encode(errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise ReadError("file.no_text") from None
    if any("depth" in error.message for error in parser.error_log):
        raise ReadError("file.nested")
    return root


def write_html(pen: TextBuilder, root: Any, *, book: bool = False) -> None:
    """Write the text of a tree: its one ``main`` part where it has one, else all but what stands around the text.

    In a ``book`` nothing stands around it but tables of contents: its notes and boxes are text, and so is what it draws.
    """
    counts = _Counts(root)
    mains = root.findall(".//main")
    walk = _Walk(pen, Styles(root), counts, book=book)
    main = mains[0] if len(mains) == 1 and counts.of(mains[0]).words * 5 > counts.of(root).words else root
    style = TextStyle()
    for element in reversed([*main.iterancestors()]):
        style = walk.style(element, style) or style
    walk.not_shown = 0
    walk.element(main, style, inside=len(mains) == 1)
    walk.end()
    if walk.left_out:
        pen.found("left out", Message("html.navigation", n=walk.left_out))
    if walk.not_shown:
        pen.found("not shown", Message("html.not_shown", n=walk.not_shown))
    if not walk.styles.whole:
        pen.found("styles", Message("html.styles"))


class _Held(NamedTuple):
    """What an element holds: so many words, those of links among them, those of paragraphs outside links, a heading of the
    first level, any, a table, a form."""

    words: int
    linked: int
    prose: int
    heading: bool
    headings: bool
    table: bool
    form: bool


class _Counts:
    """What each element of a tree holds, counted once: elements stand inside one another 256 deep."""

    def __init__(self, root: Any) -> None:
        from lxml import etree

        self.root = root
        self._held: dict[Any, _Held] = {}
        totals = dict.fromkeys(("words", "linked", "prose", "h1", "heading", "table", "form"), 0)
        open_: list[dict[str, int]] = []
        links = paragraphs = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            name = local(element)
            if event == "start":
                open_.append(dict(totals))
                links += name == "a"
                paragraphs += name == "p"
                words = 0 if name in _CODE else len((element.text or "").split())
                totals["words"] += words
                totals["linked"] += words * (links > 0)
                totals["prose"] += words * (paragraphs > 0 and links == 0)
                for key, names in (("h1", {"h1"}), ("heading", _HEADINGS), ("table", {"table"}), ("form", _CONTROLS)):
                    totals[key] += name in names
                continue
            before = open_.pop()
            links -= name == "a"
            paragraphs -= name == "p"
            if element.attrib or name in _COUNTED or name == "noscript" or element is root:
                held = {key: total - before[key] for key, total in totals.items()}
                self._held[element] = _Held(
                    held["words"],
                    held["linked"],
                    held["prose"],
                    held["h1"] > 0,
                    held["heading"] > 0,
                    held["table"] > (name == "table"),
                    held["form"] > 0,
                )
            words = len((element.tail or "").split())
            totals["words"] += words
            totals["linked"] += words * (links > 0)
            totals["prose"] += words * (paragraphs > 0 and links == 0)

    def is_whole(self, element: Any) -> bool:
        """Whether an element holds most of the words, or most of those of paragraphs."""
        held, all_ = self._held.get(element), self._held[self.root]
        return held is not None and any(
            part >= WHOLE and part * 2 > whole for part, whole in ((held.words, all_.words), (held.prose, all_.prose))
        )

    def of(self, element: Any) -> _Held:
        """What an element holds that has attributes, or one of the names that are asked for."""
        return self._held[element]


class _Line:
    """Text that is folded as browsers fold it while it is gathered, with the ranges that nobody sees."""

    def __init__(self) -> None:
        self.unseen: list[tuple[int, int, str]] = []
        self._pieces: list[str] = []
        self._size = 0

    def add(self, text: str | None, unseen: str = "", *, kept: bool = False) -> None:
        """Put a text behind what was gathered; ``kept`` as it is."""
        if not text:
            return
        if not kept:
            text = _FOLD.sub(" ", text)
            text = text.lstrip(" ") if not self._pieces or self._pieces[-1][-1] in " \n" else text
        if text:
            if unseen and text.strip():
                self.unseen.append((self._size, self._size + len(text), unseen))
            self._pieces.append(text)
            self._size += len(text)

    @property
    def last(self) -> str:
        """The last character; empty before the first."""
        return self._pieces[-1][-1] if self._pieces else ""

    @property
    def text(self) -> str:
        """All that was gathered."""
        return "".join(self._pieces)


class _Walk:
    """Goes through a tree; gathers the words of a paragraph, folded, until it ends."""

    def __init__(self, pen: TextBuilder, styles: Styles, counts: _Counts, *, book: bool) -> None:
        self.styles = styles
        self.left_out = 0
        self.not_shown = 0
        self._book = book
        self._pen = pen
        self._counts = counts
        self._words = counts.of(counts.root).words
        self._line = _Line()
        self._prefix = ""
        self._kept = 0

    def element(self, element: Any, around: TextStyle, *, depth: int = 0, inside: bool = False, prefix: str = "- ") -> None:
        """Write an element and all in it.

        ``around`` is how text looks in what it stands in, ``inside`` whether that is the text proper, and ``prefix`` the mark
        that the element has as an item of a list.
        """
        name = local(element)
        if not name or depth > _DEPTH or (_is_silent(element, name) and not self._stands_in(element, name)):
            return
        style = self.style(element, around)
        if style is None:
            return
        if self._around(element, name, inside=inside):
            self.left_out += self._counts.of(element).words
            return
        inside = inside or name in {"main", "article"}
        if (name == "svg" and self._drawn(element, style)) or (name == "table" and self._table(element, style)):
            return
        if _is_shifted(element, name):
            self._shifted(element, name, style, self._line, depth)
            return
        apart = name in _APART
        if apart:
            self.end()
            self._prefix = prefix if name == "li" else self._prefix
        elif name == "br":
            self._line.add("\n", kept=True)
        self._kept += name == "pre"
        self._say(element.text, style, self._line)
        marks = _marks(element) if name == "ol" else None
        for child in element:
            self.element(
                child, style, depth=depth + 1, inside=inside, prefix=next(marks) if marks and local(child) == "li" else "- "
            )
            self._say(child.tail, style, self._line)
        self._kept -= name == "pre"
        if apart:
            self.end(level=int(name[1]) if name in _HEADINGS else 0)
            self._prefix = "" if name == "li" else self._prefix

    def end(self, *, level: int = 0) -> None:
        """Close the paragraph."""
        text = self._line.text
        if text.strip():
            lead = len(text) - len(text.lstrip()) - len(self._prefix)
            unseen = [(start - lead, end - lead, said) for start, end, said in self._line.unseen]
            self._pen.block(self._prefix + text.lstrip(), level=level, unseen=unseen)
            self._prefix = ""
        self._line = _Line()

    def style(self, element: Any, around: TextStyle) -> TextStyle | None:
        """How an element looks, or None, counted, where no browser shows it.

        What hides the text of a page is shown by a script: it is read, and said of every quote.
        """
        style = None if element.get("hidden") is not None else self.styles.of(element, around)
        if (style is None or (style.gone and not around.gone)) and self._counts.is_whole(element):
            return replace(around, place="hidden.scripted")
        if style is None:
            self.not_shown += _words(element)
        return style

    def _drawn(self, element: Any, style: TextStyle) -> bool:
        """Write the texts in a drawing, which are those of the page in a book of fixed pages."""
        for child in element:
            if (look := self.style(child, style)) is None:
                continue
            if local(child) == "text":
                self.end()
                self._span(child, look, None)
                self.end()
            else:
                self._drawn(child, look)
        return True

    def _span(self, element: Any, style: TextStyle, line: str | None) -> str | None:
        """Put the text of a part of a drawing on the line, apart from what stands at another height; gives its own."""
        below = element.get("y") or element.get("dy") or line
        self._line.add(" " if below != line else "")
        self._say(element.text, style, self._line)
        line = below
        for child in element:
            look = self.style(child, style)
            line = line if look is None else self._span(child, look, line)
            self._say(child.tail, style, self._line)
        return line

    def _stands_in(self, element: Any, name: str) -> bool:
        """Whether an element holds the text of a page for readers without scripts, or draws that of a book."""
        return (name == "noscript" and self._counts.of(element).prose >= PROSE) or (name == "svg" and self._book)

    def _say(self, text: str | None, style: TextStyle, line: _Line) -> None:
        """Put a text on a line, unless it is not shown; white space stays, which keeps words apart."""
        if text and style.gone and not text.isspace():
            self.not_shown += len(text.split())
            text = " " if text[0].isspace() or text[-1].isspace() else ""
        line.add(text, style.unseen if text else "", kept=self._kept > 0)

    def _around(self, element: Any, name: str, *, inside: bool) -> bool:
        """Whether an element stands around the text: by its tag, its role or its name, unless it holds most of the words."""
        if self._book:
            return name == "nav" or not _CONTENTS.isdisjoint(_kinds(element))
        if name in {"html", "body", "main", "article", "h1"} or not element.attrib and name not in _AROUND | {"header"}:
            return False
        held = self._counts.of(element)
        doubtful = held.linked * 2 >= held.words or (held.form and not held.heading)
        boxed = name in _BOXES and held.prose < PROSE
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        around = (
            name == "nav"
            or (name in _AROUND and not inside)
            or (name == "header" and not inside and not held.heading)
            or (element.get("role") or "").lower() in _ROLES
            or element.get("aria-hidden") == "true"
            or (name in _BOXES and _CONSENT_NAMES.search(named) is not None)
            or (boxed and _AROUND_NAMES.search(named) is not None)
            or (boxed and doubtful and _DOUBTFUL_NAMES.search(named) is not None)
        )
        return around and held.words * 2 <= self._words

    def _table(self, table: Any, style: TextStyle) -> bool:
        """Write a table row by row; False for one that only lays out a page."""
        held = self._counts.of(table)
        if held.table or held.headings:
            return False
        before = self.not_shown
        rows = [self._row(row, table, style) for row in table.iter("tr")]
        if max(map(len, rows), default=0) < 2 or any(len(cell.text) > LONGEST_CELL for row in rows for cell in row):
            self.not_shown = before
            return False
        self.end()
        for caption in table.findall("caption"):
            cell = self._cell(caption, style)
            self._pen.block(cell.text, unseen=cell.unseen)
        self._pen.apart()
        for row in laid_out(rows):
            self._pen.row(row)
        self._pen.apart()
        return True

    def _row(self, row: Any, table: Any, style: TextStyle) -> list[Cell]:
        """The cells of a row, which looks as what it stands in makes it."""
        inside = [row, *row.iterancestors()]
        for element in reversed(inside[: inside.index(table)]):
            changed = self.style(element, style)
            if changed is None:
                return []
            style = changed
        return [
            self._cell(cell, style)._replace(across=counted(cell.get("colspan")), down=counted(cell.get("rowspan")))
            for cell in row
            if local(cell) in {"td", "th"} and not self._is_gone(cell, style)
        ]

    def _is_gone(self, cell: Any, around: TextStyle) -> bool:
        """Whether a cell is not there for who looks at the page, so that it has no place either."""
        return self.style(cell, around) is None

    def _cell(self, element: Any, around: TextStyle) -> Cell:
        """The text of a cell on one line."""
        line = _Line()
        self._gather(element, around, line)
        return Cell(line.text.rstrip(" "), unseen=line.unseen)

    def _shifted(self, element: Any, name: str, style: TextStyle, line: _Line, depth: int) -> None:
        """Write what stands above, below or over the line so that it does not run into what is on it."""
        if name == "math":
            text, unseen = linear(element), style.unseen
            altered = any(mark in text for mark in "/^_√")
            text = "" if style.gone else text
        else:
            inner = _Line()
            self._say(element.text, style, inner)
            for child in element:
                self._gather(child, style, inner, depth + 1)
                self._say(child.tail, style, inner)
            unseen = next((why for _, _, why in inner.unseen), "")
            text, altered = inner.text, False
            if name == "rt":
                text = f"({text.strip()})" if text.strip() else ""
            else:
                text, altered = shifted(text, SUB if name == "sub" else SUP, line.last)
        line.add(text, unseen or (FLAT if altered else ""))

    def _gather(self, element: Any, around: TextStyle, line: _Line, depth: int = 0) -> None:
        name = local(element)
        if not name or _is_silent(element, name) or depth > _DEPTH:
            return
        style = self.style(element, around)
        if style is None:
            return
        if _is_shifted(element, name):
            self._shifted(element, name, style, line, depth)
            return
        space = " " if name in _APART or name == "br" else ""
        line.add(space)
        self._say(element.text, style, line)
        for child in element:
            self._gather(child, style, line, depth + 1)
            self._say(child.tail, style, line)
        line.add(space)


def _is_silent(element: Any, name: str) -> bool:
    """Whether nothing of an element is text. A button is where it opens an answer, or is a heading."""
    if name == "button":
        above = element.getparent()
        return element.get("aria-expanded") is None and (above is None or local(above) not in {*_HEADINGS, "summary", "dt"})
    return name in _SILENT


def _is_shifted(element: Any, name: str) -> bool:
    """Whether an element does not stand on the line of what is around it: a superscript, the mark of a note, a formula."""
    if name == "math":
        return True
    if name not in {"sup", "sub", "rt"} and (name != "a" or _NOTE_MARKS.isdisjoint(_kinds(element))):
        return False
    inside = list(islice(element.iter(), _SMALL + 1))  # a mark that is never closed holds the rest of the page
    return len(inside) <= _SMALL and not any(local(each) in _APART for each in inside)


def _kinds(element: Any) -> list[str]:
    """What a book or a page says that an element is (EPUB Structural Semantics, DPUB-ARIA)."""
    return f"{element.get('epub:type') or ''} {element.get('role') or ''}".lower().split()


def _words(element: Any) -> int:
    inside = [each for each in element.iter("*") if local(each) not in _CODE]
    tails = (each.tail for each in element.iter("*") if each is not element)
    return sum(len((text or "").split()) for text in (*(each.text for each in inside), *tails))


def _marks(numbered: Any) -> Iterator[str]:
    """The marks of the items of an ordered list: their numbers, or dashes where those are not plain ones."""
    start = numbered.get("start") or "1"
    plain = not numbered.get("type") and numbered.get("reversed") is None and start.isdecimal() and len(start) <= 6
    if not plain or len(numbered) > LONGEST_LIST:
        return repeat("- ")
    return (f"{number}. " for number in count(int(start)))
