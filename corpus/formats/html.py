"""HTML, by lxml: what a person reads of a page. Headings, lists and tables keep their shape; navigation, banners for cookies
and the like stay out, and so does what a browser would not show.

White space is folded as browsers fold it. The same walk serves the chapters of an EPUB and the HTML parts of e-mails.
"""

import re
from typing import Any

from corpus.errors import ReadError
from corpus.formats.archive import local
from corpus.formats.reading import Pen, Reading
from corpus.formats.text import UNICODE, decode

_SILENT = frozenset(
    "script style noscript template svg math head iframe object canvas audio video map button select option datalist"
    " input textarea dialog".split()
)
_APART = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul caption".split()
)
_AROUND = frozenset({"nav", "footer", "aside"})
_ROLES = frozenset("navigation banner contentinfo search dialog alertdialog menu menubar complementary".split())
_AROUND_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|nav|navbar|navigation|breadcrumbs?|menu|sidebar|skip-?link|share|sharing|social"
    r"|newsletter|advert|ads|popup|modal|subscribe)(?:$|[\s_-])",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"display:none|visibility:hidden|font-size:0(?:px|pt|em|rem|%)?(?:;|$)|opacity:0(?:\.0+)?(?:;|$)|text-indent:-\d{4,}", re.I
)
_WHITE = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?:!important)?(?:;|$)", re.I)
_FOLD = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})|<\?xml[^>]{0,200}?encoding=[\"']([\w.:-]{2,40})", re.IGNORECASE
)
_BOXES = frozenset("div section ul ol aside header footer form p span".split())
LONGEST_LIST = 1000
"""Items of a list that are numbered; one that is longer has dashes."""

LONGEST_CELL = 600
"""Characters that a cell of a table may hold; a longer one makes it the frame of a page."""

_DEPTH = 300
"""Elements inside one another that are followed; libxml2 itself stops at 256."""


def read_html(data: bytes) -> Reading:
    """The page's text; its title is the one in its head. Said: text that no browser shows, a guessed encoding."""
    pen = Pen(paragraphs=True)
    text, guessed = text_of(data)
    if guessed:
        pen.found("encoding", f"names no encoding; read as {guessed}")
    root = parse_html(text)
    title = root.find(".//title")
    write_html(pen, root)
    return pen.reading(title="" if title is None else "".join(title.itertext()))


def text_of(data: bytes) -> tuple[str, str]:
    """HTML's characters, by the encoding it names, else by its bytes; and the encoding where it had to be guessed."""
    named = _CHARSET.search(data[:4096])
    if named and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = (named[1] or named[2]).decode("ascii")
        encoding = "cp1252" if encoding.lower() in {"iso-8859-1", "latin1", "ascii", "us-ascii"} else encoding
        try:
            return data.decode(encoding), ""
        except (UnicodeError, LookupError):
            pass
    text, encoding = decode(data)
    return text, "" if encoding in UNICODE else encoding


def parse_html(text: str) -> Any:
    """The root of a tree, whatever the text; raises ReadError when nothing is left of it."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.replace("\0", "").encode(errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise ReadError("holds no text; there is nothing to quote") from None
    if any("depth" in error.message for error in parser.error_log):
        raise ReadError("nested too deeply; it is not read")
    return root


def write_html(pen: Pen, root: Any) -> None:
    """Write the text of a tree: its one ``main`` part where it has one, else all but what stands around the text."""
    words = _words(root)
    mains = root.findall(".//main")
    walk = _Walk(pen, words=words)
    walk.element(mains[0] if len(mains) == 1 and _words(mains[0]) * 5 > words else root, inside=len(mains) == 1)
    walk.end()
    if walk.left_out:
        pen.found("left out", f"{walk.left_out:,} words of navigation, banners and the like left out")
    if walk.not_shown:
        pen.found("not shown", f"{walk.not_shown:,} words that a browser does not show left out")


def _words(element: Any) -> int:
    return sum(len(text.split()) for text in element.itertext())


class _Walk:
    """Goes through a tree; gathers the words of a paragraph, folded, until it ends."""

    def __init__(self, pen: Pen, *, words: int) -> None:
        self.left_out = 0
        self.not_shown = 0
        self._pen = pen
        self._words = words
        self._pieces: list[str] = []
        self._size = 0
        self._prefix = ""
        self._kept = 0
        self._unseen: list[tuple[int, int, str]] = []

    def element(self, element: Any, *, depth: int = 0, inside: bool = False, unseen: str = "") -> None:
        """Write an element and all in it. ``inside`` is whether it stands in the text proper, ``unseen`` why nobody sees it."""
        name = local(element)
        if not name or name in _SILENT or depth > _DEPTH:
            return
        style = re.sub(r"\s+", "", element.get("style") or "")
        if element.get("hidden") is not None or _UNSEEN.search(style):
            self.not_shown += _words(element)
            return
        if self._around(element, name, inside=inside):
            self.left_out += _words(element)
            return
        unseen = "white text" if _WHITE.search(style) else unseen
        inside = inside or name in {"main", "article"}
        if name == "table" and self._table(element):
            return
        apart = name in _APART
        if apart:
            self.end()
            self._prefix = _marker(element) if name == "li" else self._prefix
        elif name == "br":
            self._say("\n", "", kept=True)
        self._kept += name == "pre"
        self._say(element.text, unseen, kept=self._kept > 0)
        for child in element:
            self.element(child, depth=depth + 1, inside=inside, unseen=unseen)
            self._say(child.tail, unseen, kept=self._kept > 0)
        self._kept -= name == "pre"
        if apart:
            self.end(level=int(name[1]) if re.fullmatch("h[1-6]", name) else 0)
            self._prefix = "" if name == "li" else self._prefix

    def end(self, *, level: int = 0) -> None:
        """Close the paragraph."""
        text = "".join(self._pieces)
        if text.strip():
            lead = len(text) - len(text.lstrip()) - len(self._prefix)
            unseen = [(start - lead, end - lead, said) for start, end, said in self._unseen]
            self._pen.block(self._prefix + text.lstrip(), level=level, unseen=unseen)
            self._prefix = ""
        self._pieces, self._size, self._unseen = [], 0, []

    def _say(self, text: str | None, unseen: str, *, kept: bool) -> None:
        if not text:
            return
        if not kept:
            text = _FOLD.sub(" ", text)
            text = text.lstrip(" ") if not self._pieces or self._pieces[-1][-1] in " \n" else text
        if text:
            if unseen and text.strip():
                self._unseen.append((self._size, self._size + len(text), unseen))
            self._pieces.append(text)
            self._size += len(text)

    def _around(self, element: Any, name: str, *, inside: bool) -> bool:
        """Whether an element stands around the text: by its tag, its role or its name, unless it holds most of the words."""
        if name in {"html", "body", "main", "article", "h1"} or not element.attrib and name not in _AROUND | {"header"}:
            return False
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        around = (
            name == "nav"
            or (name in _AROUND and not inside)
            or (name == "header" and not inside and element.find(".//h1") is None)
            or (element.get("role") or "").lower() in _ROLES
            or element.get("aria-hidden") == "true"
            or (name in _BOXES and _AROUND_NAMES.search(named) is not None)
        )
        return around and _words(element) * 2 <= self._words

    def _table(self, table: Any) -> bool:
        """Write a table row by row; False for one that only lays out a page."""
        if table.find(".//table") is not None or table.find(".//h1") is not None:
            return False
        rows = [[cell for cell in row if local(cell) in {"td", "th"}] for row in table.iter("tr")]
        texts = [[_FOLD.sub(" ", _cell(cell)).strip(" ") for cell in row] for row in rows]
        if max(map(len, texts), default=0) < 2 or any(len(text) > LONGEST_CELL for row in texts for text in row):
            return False
        self.end()
        for caption in table.findall("caption"):
            self._pen.block(_FOLD.sub(" ", _cell(caption)))
        self._pen.apart()
        for row in texts:
            self._pen.row([(text, "") for text in row])
        self._pen.apart()
        return True


def _marker(item: Any) -> str:
    """The mark of a list item: its number in an ordered list, else a dash."""
    parent = item.getparent()
    if parent is None or local(parent) != "ol" or parent.get("type") or parent.get("reversed") is not None:
        return "- "
    start = parent.get("start") or "1"
    if not start.isdecimal() or len(start) > 6 or len(parent) > LONGEST_LIST:
        return "- "
    return f"{int(start) + sum(local(other) == 'li' for other in item.itersiblings(preceding=True))}. "


def _cell(element: Any, depth: int = 0) -> str:
    """The text of a cell on one line."""
    if not local(element) or local(element) in _SILENT or depth > _DEPTH:
        return ""
    space = " " if local(element) in _APART or local(element) == "br" else ""
    inner = [element.text or "", *(_cell(child, depth + 1) + (child.tail or "") for child in element)]
    return f"{space}{''.join(inner)}{space}"
