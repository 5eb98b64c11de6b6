"""RTF, by its own groups and control words (the specification is Word's RTF 1.9.1): what a word processor shows of it.

Tables are written row by row, text boxes behind the paragraph that they hang on, footnotes behind the text with their numbers,
then headers and footers. What was deleted or is hidden stays out, and so do comments and pictures.
"""

import re
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from corpus.errors import ReadError
from corpus.formats.builder import FLAT, STRUCK, Cell, ParsedFile, Run, TextBuilder, folded, unseen_in
from corpus.formats.formula import SUBSCRIPTS, SUPERSCRIPTS, linear
from corpus.messages import Message

_TOKEN = re.compile(r"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\")
_DEEPEST = 2000
"""Groups inside one another that are followed."""

_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
    "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "nestcell": " | ", "nestrow": " ",
    "~": "\u00a0", "-": "\u00ad", "_": "\u2011", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
_ENDS = frozenset({"par", "sect", "page", "column", "\n", "\r"})
_APART = frozenset(
    "fonttbl colortbl stylesheet info pict mmathPict fldinst"
    " objdata nonshppict shprslt sp generator xe tc bkmkstart bkmkend themedata colorschememapping datastore"
    " latentstyles rsidtbl listtable listoverridetable revtbl filetbl template annotation atnid atnauthor atntime"
    " atndate atnref atnparent atnicn ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn nonesttables upr background"
    " comment keywords pgptbl userprops docvar xmlnstbl falt panose objclass objname formfield ffdeftext datafield"
    " private".split()
)
"""Groups that hold no text of the page; those that begin with ``\\*`` hold none either, unless named next."""

_SHOWN = frozenset({"shpinst", "shptxt", "ud", "fldrslt", "result", "dptxbxtext", "footnote", "do", "pntext", "moMathPara"})
_AROUND = {f"{name}{which}": name for name in ("header", "footer") for which in ("", "l", "r", "f")}
_BOXES = frozenset({"shptxt", "dptxbxtext"})
_LISTS = frozenset({"listtext", "pntext"})
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
_SYSTEMS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_RAISED = re.compile(r"[0-9+()-]+")


@dataclass(slots=True)
class _Flow:
    """Text that runs apart from others: the body, a footnote, a text box."""

    pieces: list[Run] = field(default_factory=list)
    cells: list[list[Run]] = field(default_factory=list)
    blocks: list[tuple[list[Run], ...]] = field(default_factory=list)
    """Paragraphs, each a text alone, and rows, each its cells and an empty text behind them."""

    def taken(self) -> list[Run]:
        pieces, self.pieces = self.pieces, []
        return pieces

    def end(self) -> None:
        """End a paragraph; cells without the end of their row are one too."""
        runs = [run for cell in (*self.cells, self.taken()) for run in ((" | ", ""), *cell)][1:]
        self.cells = []
        if _joined(runs).strip():
            self.blocks.append((runs,))


@dataclass(slots=True)
class _State:
    """What holds inside a group, copied where one opens."""

    flow: _Flow
    skipped: bool = False
    codec: str = ""
    skip_after: int = 1
    deleted: bool = False
    hidden: bool = False
    struck: bool = False
    raised: str = ""
    in_table: bool = False
    kind: str = ""
    math: Any = None
    """The part of a formula that is open."""


def read_rtf(data: bytes) -> ParsedFile:
    """The paragraphs and rows of the text. Said: tracked changes, hidden text, comments."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("rtf.wrong")
    pen = TextBuilder(paragraphs=True)
    write_rtf(pen, data)
    return pen.reading()


def write_rtf(pen: TextBuilder, data: bytes) -> None:
    """Write the text of an RTF file."""
    reader = _Reader(data.decode("latin-1"))
    reader.read()
    _write(pen, reader.body)
    for number, note in enumerate(reader.notes, 1):
        pen.apart()
        pen.place("note", f"note {number}")
        _write(pen, note)
    seen = set()
    for name, flow in reader.around:
        text = " ".join(word for block in flow.blocks for runs in block for word in _joined(runs).split())
        if text not in seen and not _counts_pages(text):
            seen.add(text)
            pen.apart()
            pen.place("note", name)
            _write(pen, flow)
    for kind, code in reader.found:
        pen.found(kind, Message(code))


def _counts_pages(text: str) -> bool:
    """Whether a header has but the number of the page, with one or two short words beside it, or no letters at all."""
    words = [word for word in text.split() if word.isalpha()]
    return len(words) <= 2 and max(map(len, words), default=0) <= (6 if any(map(str.isdigit, text)) else 0)


def _write(pen: TextBuilder, flow: _Flow) -> None:
    for block in flow.blocks:
        if len(block) == 1:
            pen.block(_joined(block[0]), unseen=unseen_in(block[0]))
        else:
            cells = ([*folded(cell)] for cell in block[:-1])
            pen.row(Cell(_joined(cell), unseen=unseen_in(cell)) for cell in cells)


def _joined(runs: list[Run]) -> str:
    return "".join(text for text, _ in runs)


class _Reader:
    """Goes through the tokens once; every character belongs to the flow and the look of its group."""

    def __init__(self, text: str) -> None:
        self.body = _Flow()
        self.notes: list[_Flow] = []
        self.around: list[tuple[str, _Flow]] = []
        self.found: dict[tuple[str, str], None] = {}
        self._text = text
        self._state = _State(self.body)
        self._stack: list[_State] = []
        self._codec = self._default = "cp1252"
        self._fonts: dict[str, str] = {}
        self._font = ""
        self._bytes = bytearray()
        self._high = ""
        self._skip = 0
        self._first = self._starred = False
        self._boxes: list[_Flow] = []

    def read(self) -> None:
        """Read to the end of the outermost group."""
        at, end = 0, len(self._text)
        while at < end:
            match = _TOKEN.match(self._text, at)
            if match is None:
                break
            at = match.end()
            if match[3] or match[6]:
                self._characters(bytes.fromhex(match[3]) if match[3] else match[6].encode("latin-1"))
                continue
            self._decode()
            if match[1] == "bin":
                at += max(0, int(match[2] or 0))
            elif match[5] == "}":
                if not self._close():
                    break
            else:
                self._token(match[1] or match[4], match[2], opens=bool(match[5]))
        self._decode()
        while self._stack:
            self._close()
        self.body.end()
        self._put_boxes()

    def _token(self, word: str | None, number: str | None, *, opens: bool) -> None:
        """A group that opens, or a control word, which names the group where it stands first in it."""
        if opens:
            self._open()
            self._first, self._starred = True, False
        elif word == "*":
            self._starred = self._first
        elif word:
            self._control(word, number)
            self._first = self._starred = False

    def _open(self) -> None:
        if len(self._stack) >= _DEEPEST:
            raise ReadError("file.nested")
        self._stack.append(self._state)
        self._state = copy(self._state)
        self._state.kind = ""
        self._skip = 0

    def _close(self) -> bool:
        """Close a group; False for the outermost one."""
        state = self._state
        if not self._stack:
            return False
        self._state = self._stack.pop()
        self._skip = 0
        if state.kind == "moMath" and not state.skipped:
            self._state.flow.pieces.append((linear(state.math), FLAT))
        elif state.kind in _LISTS and state.flow is not self._state.flow:
            mark = _joined(state.flow.taken()).strip()
            self._state.flow.pieces.append((f"{mark} " if any(c.isalnum() for c in mark) else "- ", ""))
        elif state.flow is not self._state.flow:
            state.flow.end()
        return bool(self._stack)

    def _characters(self, data: bytes) -> None:
        """Gather bytes, which are characters of the font's encoding only together."""
        self._first = self._starred = False
        if self._skip:
            passed = min(self._skip, len(data))
            self._skip -= passed
            data = data[passed:]
        if not self._state.skipped:
            self._bytes += data

    def _decode(self) -> None:
        """What was gathered becomes text."""
        if self._bytes:
            text = self._bytes.decode(self._state.codec or self._codec, "replace")
            self._bytes.clear()
            self._say(text)

    def _say(self, text: str) -> None:
        """Put a text into its flow, if a person sees it."""
        state = self._state
        if state.skipped:
            return
        if state.math is not None:
            _put_math(state.math, text)
            return
        said = STRUCK if state.struck else ""
        text, self._high = ("\ufffd" if self._high else "") + text, ""
        if state.deleted:
            self.found["changes", "office.changes"] = None
        elif state.hidden:
            if text.strip():
                self.found["not shown", "office.hidden"] = None
        elif state.raised and _RAISED.fullmatch(text):
            table = SUPERSCRIPTS if state.raised == "super" else SUBSCRIPTS
            state.flow.pieces.append(("".join(map(table.__getitem__, text)), said))
        else:
            state.flow.pieces.append((text, said))

    def _control(self, word: str, number: str | None) -> None:
        self._skip = 0
        state = self._state
        if not state.skipped and (word == "moMath" or state.math is not None):
            self._math(word, number)
        elif len(self._stack) > 1 and (word in _APART or self._starred and word not in _SHOWN):
            state.skipped, state.kind = True, word
            if word == "annotation":
                self.found["left out", "office.comments"] = None
        elif state.kind == "fonttbl" or self._stack and any(outer.kind == "fonttbl" for outer in self._stack[-2:]):
            self._font_table(word, number)
        elif word == "ud":
            state.skipped = self._stack[-2].skipped if len(self._stack) > 1 else state.skipped  # as around the ``upr`` it is in
        elif state.skipped:
            return
        elif word == "footnote" or word in _AROUND or word in _BOXES or word in _LISTS:
            self._begin(word)
        else:
            self._shown(word, number)

    def _begin(self, word: str) -> None:
        """Begin a flow of its own."""
        state = self._state
        state.flow = _Flow()
        if word in _LISTS:
            state.kind = word
        elif word == "footnote":
            state.raised, state.struck = "", False
            self.notes.append(state.flow)
        else:
            state.in_table = False
            if word in _BOXES:
                self._boxes.append(state.flow)
            else:
                self.around.append((_AROUND[word], state.flow))

    def _math(self, word: str, number: str | None) -> None:
        """A control word of a formula; the first of a group names a part of it, as in OMML with an m before it."""
        from lxml import etree

        state = self._state
        if state.math is None:
            state.math, state.kind = etree.Element("oMath"), word
        elif self._first and word.startswith("m"):
            state.math = etree.SubElement(state.math, word[1:])
        else:
            self._shown(word, number)

    def _font_table(self, word: str, number: str | None) -> None:
        if word == "f":
            self._font = number or ""
        elif word == "fcharset":
            self._fonts[self._font] = _CHARSETS.get(int(number or 1), "")

    def _shown(self, word: str, number: str | None) -> None:
        """A control word of text that is shown."""
        state = self._state
        if word == "u" and number:
            self._unicode(int(number) % 0x10000)
            self._skip = state.skip_after
        elif word in _CHARACTERS:
            self._say(_CHARACTERS[word])
        elif word in _ENDS:
            self._end_paragraph()
        elif word == "cell":
            state.flow.cells.append(state.flow.taken())
        elif word == "row":
            self._end_row()
        elif word == "chftn":
            if state.flow is self.body:
                self._say("".join(map(SUPERSCRIPTS.__getitem__, str(len(self.notes) + 1))))
        else:
            self._look(word, number)

    def _look(self, word: str, number: str | None) -> None:
        """A control word that changes how what follows looks."""
        state, on = self._state, number != "0"
        if word == "v":
            state.hidden = on
        elif word == "deleted":
            state.deleted = on
        elif word in {"strike", "striked"}:
            state.struck = on
        elif word in {"super", "sub", "nosupersub"}:
            state.raised = word if on and word != "nosupersub" else ""
        elif word == "plain":
            state.hidden, state.deleted, state.struck, state.raised = False, False, False, ""
            state.codec = self._fonts.get(self._default, "")
        elif word in {"pard", "intbl"}:
            state.in_table = word == "intbl"
        else:
            self._encoding(word, number or "")

    def _encoding(self, word: str, number: str) -> None:
        """A control word that changes what bytes mean."""
        if word == "uc":
            self._state.skip_after = int(number or 1)
        elif word == "f":
            self._state.codec = self._fonts.get(number, "")
        elif word == "deff":
            self._default = number
        elif word == "ansicpg":
            self._codec = _code_page(number)
        elif word in _SYSTEMS:
            self._codec = _SYSTEMS[word]

    def _unicode(self, unit: int) -> None:
        """A unit of UTF-16: a character, or the half of one."""
        if 0xD800 <= unit < 0xDC00:
            self._say("")
            self._high = chr(unit)
        else:
            pair = (self._high if 0xDC00 <= unit < 0xE000 else "") + chr(unit)
            self._high = "" if len(pair) == 2 else self._high
            self._say(pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))

    def _end_paragraph(self) -> None:
        state = self._state
        if state.deleted:
            return
        if state.in_table:
            state.flow.pieces.append(("\n", ""))
            return
        state.flow.end()
        if state.flow is self.body:
            self._put_boxes()

    def _end_row(self) -> None:
        flow = self._state.flow
        if flow.cells:
            rest = flow.taken()
            flow.blocks.append((*flow.cells, *([rest] if _joined(rest).strip() else []), []))
            flow.cells = []
        if flow is self.body:
            self._put_boxes()

    def _put_boxes(self) -> None:
        """The text boxes of a paragraph come behind it."""
        for box in self._boxes:
            box.end()
            self.body.blocks.extend(box.blocks)
            box.blocks = []
        self._boxes = []


def _put_math(part: Any, text: str) -> None:
    """Put a text into a part of a formula: a property has it as its value."""
    from lxml import etree

    text = "".join(c if c.isprintable() else " " for c in text)  # XML holds no controls
    above = part.getparent()
    if above is not None and above.tag.endswith("Pr"):
        part.set("{m}val", part.get("{m}val", "") + text.strip())
    elif part.tag == "r":
        etree.SubElement(part, "t").text = text


def _code_page(number: str) -> str:
    """The codec of a code page of Windows, or the usual one."""
    try:
        "".encode(f"cp{number}")
    except LookupError:
        return "utf-8" if number == "65001" else "cp1252"
    return f"cp{number}"
