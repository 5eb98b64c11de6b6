"""PDF, by PDFium: the text of each page as PDFium gives it, and for a range of it the picture of the page with its boxes.

What PDFium gives of a page is settled by ``page_text``; which hyphens at line ends belong to their words is told when the
whole document is known.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import chain
from typing import Any, NamedTuple

import corpus.formats.ocr as ocr
from corpus.document import Heading
from corpus.errors import ReadError
from corpus.formats.boxes import Box, MarkedPage, joined
from corpus.formats.builder import ParsedFile, TextBuilder, garbled
from corpus.formats.covers import Bounds, Cover, Covers, bounds_of, colour_of, cover_of
from corpus.formats.fonts import installed_fonts, settle_fonts
from corpus.formats.guessed import wrong_guesses
from corpus.formats.hyphens import DIVIDED, SOFT, settled_hyphens
from corpus.formats.page_numbers import named_pages
from corpus.formats.page_text import PageText, page_text
from corpus.formats.recognised_pages import Recognised
from corpus.messages import Message

EDGE = 3
"""Lines at the top and at the bottom of a page that may be running headers or footers."""

WIDE = 1_100
"""Pixels that the picture of a page is wide, where that makes no more than ``MOST_PIXELS``."""

MOST_PIXELS = 4_000_000
LONGEST = 16_000
"""Pixels of a side at most, however thin a page is."""

SHARP = 300
"""Dots an inch in which a page is recognised at most."""

MOST_BOXES = 1_000
"""Boxes on a page at most; a page full of single scattered letters has no more than it can bear."""

_DIVIDED_UNIT = 2
"""What PDFium calls the hyphen of a divided word where it is asked for the character itself."""

_FIGURES = re.compile(r"\d{1,9}")
_NUMBER = re.compile(r"[^\w#]*+(?:page )?[^\w#]*+#(?:(?: of |/)#)?+\W*")
"""A line, its figures written as ``#``, that holds the number of its page and nothing else."""

_ROMAN = "#:"
"""A line that holds a Roman number."""

_MADE_BY = re.compile(r"\.\w{2,4}$|^microsoft|untitled|^\W*$", re.IGNORECASE)
_INVISIBLE = "hidden.invisible"
"""Text in the rendering mode that paints nothing, as the text layers of scans use it (ISO 32000-1, 9.3.6)."""

_NOTHING = 0.0001
"""Points below which PDFium takes a text for one that has no width."""

_KINDS = {"doubled": "garbled", "lost": "unreadable"}
"""The kinds of findings that troubles are, where they are called otherwise."""

_FINE = 1_000_000
"""Steps across a picture and down, in which PDFium says where a place on the page is seen."""


def read_pdf(data: bytes) -> ParsedFile:
    """The pages one after another, each with its printed label; headings are the bookmarks that stand on their page.

    A page without a text layer that shows something is recognised, where that is installed. Said: such pages, text layers of
    scans, text that is white or too small to see, encryption.
    """
    pen = TextBuilder()
    recognised = Recognised()
    seen: dict[int, ocr.RecognisedPage] = {}
    pages: list[str] = []
    labels: list[str] = []
    troubles: dict[str, dict[int, list[tuple[int, int]]]] = {}
    with _opened(data) as pdf:
        _say_what_it_is(pen, pdf)
        count, start = len(pdf), 0
        for n in range(count):
            with _page(pdf, n) as page:
                labels.append(pdf.get_page_label(n) or str(n + 1))
                text, kind = page.text, _trouble(pen, page, start)
                if kind == "unreadable" and len(seen) < ocr.MOST_PAGES and ocr.is_there():
                    seen[n] = ocr.recognised(_looked_at(page.page))
                    text, kind = seen[n].text, ""
                pages.append(text + "\n")
                if not kind and (wrong := wrong_guesses(page.textpage, page.text, page.places)):
                    troubles.setdefault("garbled", {})[n + 1] = [(start + one, start + end) for one, end in wrong]
                elif kind:
                    troubles.setdefault(kind, {})[n + 1] = [(start, start + len(text))]
                start += len(text) + 1
        lines: list[list[tuple[int, str]]] = []
        for n, (label, text) in enumerate(zip(labels, settled_hyphens(pages), strict=True)):
            pen.place("page", label)
            begin, _ = pen.write(text)
            lines.append(list(_lines(text, begin)))
            if n in seen:
                recognised.mark(pen, seen[n], n + 1, begin)
        for heading in _bookmarks(pdf, lines):
            pen.heading(heading)
        title = pdf.get_metadata_dict().get("Title", "")
    if len(recognised.empty) == count:
        raise ReadError("pdf.nothing", n=count)
    _say_troubles(pen, troubles, count)
    recognised.say(pen, count)
    if running := _running(lines):
        pen.found("running", Message("pdf.running"), *running)
    return pen.reading(title="" if _MADE_BY.search(title) else title)


def _say_what_it_is(pen: TextBuilder, pdf: Any) -> None:
    """Note that a file is encrypted, or a form that only its maker's program shows."""
    if _pdfium().FPDF_GetSecurityHandlerRevision(pdf.raw) >= 0:
        pen.found("encrypted", Message("pdf.opens"))
    if pdf.get_formtype() == _pdfium().FORMTYPE_XFA_FULL:
        pen.found("unreadable", Message("pdf.xfa"))


@contextmanager
def _page(pdf: Any, n: int) -> Iterator[PageText]:
    """A page, open, with its text."""
    page = pdf[n]
    textpage = page.get_textpage()
    try:
        yield page_text(page, textpage, n)
    finally:
        textpage.close()
        page.close()


def _trouble(pen: TextBuilder, page: PageText, start: int) -> str:
    """What is the matter with a page, as the kind of a finding, or empty; notes its unseen text on the way."""
    if not page.text.strip():
        return "unreadable" if _pdfium().FPDFPage_CountObjects(page.page.raw) else ""
    if (kind := _look(pen, page, start)) or garbled(page.text):
        return kind or "garbled"
    return "doubled" if page.doubled else "across" if page.across else ""


def _say_troubles(pen: TextBuilder, troubles: dict[str, dict[int, list[tuple[int, int]]]], count: int) -> None:
    """Note for each kind of trouble which of the ``count`` pages have it; raises ReadError when none has a text layer."""
    for kind, pages in troubles.items():
        if kind == "unreadable" and len(pages) == count:
            raise ReadError("pdf.scanned", n=count, command=ocr.EXTRA)
        more = {"command": ocr.EXTRA} if kind == "unreadable" else {}
        said = Message(f"pdf.{kind}", n=len(pages), all=count, pages=named_pages(list(pages)), **more)
        pen.found(_KINDS.get(kind, kind), said, *chain.from_iterable(pages.values()))


def marked_pages(data: bytes, ranges: Sequence[tuple[int, int, int]], *, drawn: bool) -> list[MarkedPage]:
    """For ranges ``(page from 1, start, end)`` the page with the characters ``start:end`` of its settled text marked.

    A page that is not there has no text. With ``drawn`` there are pictures.
    """
    found: list[MarkedPage] = []
    with _opened(data) as pdf:
        for number, start, end in ranges:
            if number > len(pdf):
                found.append(MarkedPage("", (0, 0), [], b""))
                continue
            with _page(pdf, number - 1) as page:
                size = page.page.get_size()
                if min(size) <= 0:
                    raise ReadError("pdf.no_size", page=str(number))
                boxes = joined(_glyphs(page, start, end), *size)[:MOST_BOXES]
                found.append(MarkedPage(page.text.replace(DIVIDED, SOFT) + "\n", size, boxes, b""))
    return _with_pictures(data, [number for number, _, _ in ranges], found) if drawn else found


def _with_pictures(data: bytes, numbers: list[int], found: list[MarkedPage]) -> list[MarkedPage]:
    """The pages with their pictures, which people see with the fonts of their machine."""
    with installed_fonts(), _opened(data) as pdf:
        return [
            page._replace(picture=_drawn(pdf[number - 1])) if number <= len(pdf) else page
            for number, page in zip(numbers, found, strict=True)
        ]


def _seen(page: Any, bounds: Bounds) -> Box | None:
    """Where a part of a page is seen in its picture, which may be turned and show a part alone; None where it is not."""
    left, bottom, right, top = bounds
    places = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        _pdfium().FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, x, y, across, down)
        places.append([min(max(at.value / _FINE, 0.0), 1.0) for at in (across, down)])
    (x1, x2), (y1, y2) = (sorted(both) for both in zip(*places, strict=True))
    return Box(x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _looked_at(page: Any) -> Any:
    """The picture of a page in which characters are recognised."""
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise ReadError("pdf.no_size", page="–")
    return page.render(scale=ocr.scale(width, height, most=SHARP / 72)).to_pil()


def _drawn(page: Any) -> bytes:
    width, height = page.get_size()
    scale = min(WIDE / width, math.sqrt(MOST_PIXELS / (width * height)), LONGEST / max(width, height))
    file = BytesIO()
    page.render(scale=scale).to_pil().save(file, "PNG")
    return file.getvalue()


def _pdfium() -> Any:
    import pypdfium2.raw as raw

    return raw


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """An open PDF; raises ReadError when it needs a password or is damaged."""
    import pypdfium2

    settle_fonts()
    try:
        pdf = pypdfium2.PdfDocument(data)
        if not len(pdf):
            raise ReadError("pdf.no_pages")
        if pdf.get_formtype():
            with suppress(pypdfium2.PdfiumError):
                pdf.init_forms()
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError("pdf.password") from None
        raise ReadError("pdf.truncated") from None
    try:
        yield pdf
    except pypdfium2.PdfiumError as error:
        raise ReadError("file.damaged_fetch", why=str(error)[:80]) from None
    finally:
        pdf.close()


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    for line in text.split("\n"):
        if line.strip():
            yield start, line
        start += len(line) + 1


def _running(lines: list[list[tuple[int, str]]]) -> list[tuple[int, int]]:
    """Ranges of lines at the edges of pages that come again on three pages and every twentieth, but for the number of the page.

    The first of each stays running text, so that no word is lost; page numbers alone on their line all go.
    """
    shapes = _shapes(lines)
    often = Counter(
        shape for n, page in enumerate(lines) for shape in {shapes(line, n) for _, line in page[:EDGE] + page[EDGE:][-EDGE:]}
    )
    least = max(3, len(lines) // 20)
    seen: set[_Shape] = set()
    found = []
    for n, page in enumerate(lines):
        for edge in (page[:EDGE], page[EDGE:][-EDGE:][::-1]):
            for start, line in edge:
                shape = shapes(line, n)
                moves = shape[0] == _ROMAN or any(moving for moving, _ in shape[1])
                number = moves and _NUMBER.fullmatch(shape[0]) is not None
                if often[shape] < least or (line.rstrip()[-1] in ".!?:;,。" and not number):
                    break
                if number or shape in seen:
                    found.append((start, start + len(line)))
                seen.add(shape)
    return sorted(found)


_Shape = tuple[str, tuple[tuple[bool, int], ...]]
"""A line as it comes again on other pages: its words with ``#`` for each figure, and whether that moves with the page, and what
it is: the figure itself, or how far it is from the page's."""


def _shapes(lines: list[list[tuple[int, str]]]) -> Callable[[str, int], _Shape]:
    """What gives the shape of a line at the edge of a page: a figure moves that is as far from the page's more often than it is
    the same, on the lines that are alike."""
    same: Counter[tuple[str, int, bool, int]] = Counter()
    for n, page in enumerate(lines):
        for words, figures in {_masked(line) for _, line in page[:EDGE] + page[EDGE:][-EDGE:]}:
            for at, figure in enumerate(figures):
                same[words, at, False, figure] += 1
                same[words, at, True, figure - n] += 1

    def shape(line: str, n: int) -> _Shape:
        words, figures = _masked(line)
        moving = [same[words, at, True, figure - n] > same[words, at, False, figure] for at, figure in enumerate(figures)]
        return words, tuple((moves, figure - n * moves) for moves, figure in zip(moving, figures, strict=True))

    return shape


def _masked(line: str) -> tuple[str, tuple[int, ...]]:
    """The words of a line with ``#`` for each figure, and the figures; a Roman number has none."""
    words = " ".join(line.split()).casefold()
    if re.fullmatch(r"[ivxl]{1,7}", words):
        return _ROMAN, ()
    return _FIGURES.sub("#", words), tuple(map(int, _FIGURES.findall(words)))


def _bookmarks(pdf: Any, lines: list[list[tuple[int, str]]]) -> list[Heading]:
    """The bookmarks whose words are a line, or two following ones, of the page they lead to."""

    def plain(words: str) -> str:
        return re.sub(r"[\W_]+", "", words).casefold()

    found: dict[int, Heading] = {}
    for mark in pdf.get_toc(max_depth=9):
        destination = mark.get_dest()
        page = destination.get_index() if destination else None
        words = plain(mark.get_title())
        if page is None or not 0 <= page < len(lines) or not words:
            continue
        for n, (start, line) in enumerate(lines[page]):
            after = lines[page][n + 1] if n + 1 < len(lines[page]) else None
            end = start + len(line.rstrip())
            if plain(line) != words:
                if after is None or plain(line + after[1]) != words:
                    continue
                end = after[0] + len(after[1].rstrip())
            found.setdefault(start, Heading(start + len(line) - len(line.lstrip()), end, mark.level + 1))
            break
    rising = [found[start] for start in sorted(found)]
    return [h for n, h in enumerate(rising) if not n or rising[n - 1].end <= h.start]


def _look(pen: TextBuilder, page: PageText, start: int) -> str:
    """Note the text of a page that nobody sees. Gives whether it is a scan with a text layer, or has letters that PDFium lost.

    A page has some hundred objects: they are looked at first, and its characters only where an object is suspicious.
    """
    suspicious, covered, texts, painted, lost = _suspicious(page.page)
    half = page.page.get_width() * page.page.get_height() / 2
    for address, covers in covered.items():
        if any(not cover.colour and _area(cover.bounds) > half for cover in covers):
            suspicious[address] = _INVISIBLE
    scan = any(_area(bounds) > half for bounds in painted) and (
        sum(said == _INVISIBLE for said in suspicious.values()) * 2 > texts
    )
    kind = "recognised" if scan else "lost" if lost else ""
    if scan and set(suspicious.values()) == {_INVISIBLE} and covered.keys() <= suspicious.keys():
        return kind
    runs: dict[str, list[tuple[int, int]]] = {}
    for at, said in _unseen_characters(page, suspicious, covered):
        if not (scan and said == _INVISIBLE):
            run = runs.setdefault(said, [])
            if run and run[-1][1] == start + at:
                run[-1] = (run[-1][0], start + at + 1)
            else:
                run.append((start + at, start + at + 1))
    for said, run in runs.items():
        pen.found("hidden", Message(said), *run)
    return kind


class _Objects(NamedTuple):
    """Text objects of a page that are not seen and why, those that something is drawn over, how many there are, what is drawn.

    ``lost``: letters are there that PDFium left out of its text.
    """

    suspicious: dict[int, str]
    covered: dict[int, list[Cover]]
    texts: int
    painted: list[Bounds]
    lost: bool


def _suspicious(page: Any) -> _Objects:
    raw = _pdfium()
    suspicious: dict[int, str] = {}
    painted: list[Bounds] = []
    covers, texts, lost = Covers(), [], False
    for order, thing in enumerate(page.get_objects(max_depth=3)):
        if thing.type == raw.FPDF_PAGEOBJ_TEXT:
            texts.append((order, _address(thing.raw), bounds_of(thing)))
            lost = lost or _is_lost(thing, texts[-1][-1])
            if said := _unseen(thing, painted, covers, order):
                suspicious[_address(thing.raw)] = said
        elif thing.type in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH}:
            if thing.type == raw.FPDF_PAGEOBJ_IMAGE or _coloured(thing):
                painted.append(bounds_of(thing))
            if cover := cover_of(thing, order):
                covers.add(cover)
    covered = {address: over for order, address, bounds in texts if (over := covers.touching(bounds, after=order))}
    return _Objects(suspicious, covered, len(texts), painted, lost)


def _is_lost(thing: Any, bounds: Bounds) -> bool:
    """Whether PDFium left a text object out of its text: a vertical line of letters that no font of its own has a shape for."""
    left, bottom, right, top = bounds
    if right - left > _NOTHING or top - bottom < 1:
        return False
    raw = _pdfium()
    matrix = raw.FS_MATRIX()
    upright = raw.FPDFPageObj_GetMatrix(thing.raw, matrix) and abs(matrix.b) + abs(matrix.c) <= _NOTHING
    return bool(upright) and raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(thing.raw)) != 1


def _unseen_characters(
    page: PageText, suspicious: dict[int, str], covered: dict[int, list[Cover]]
) -> Iterator[tuple[int, str]]:
    """The characters of a page's text that nobody sees, each with the reason."""
    raw = _pdfium()
    for at, place in enumerate(page.places if suspicious or covered else ()):
        character = raw.FPDFText_GetCharIndexFromTextIndex(page.textpage.raw, place) if place >= 0 else -1
        owner = raw.FPDFText_GetTextObject(page.textpage.raw, character) if character >= 0 else None
        address = _address(owner)
        if said := suspicious.get(address):
            yield at, said
        elif address in covered and _is_covered(page.textpage.get_charbox(character), covered[address]):
            yield at, "hidden.covered"


def _area(bounds: Bounds) -> float:
    left, bottom, right, top = bounds
    return (right - left) * (top - bottom)


def _is_covered(bounds: Bounds, covers: list[Cover]) -> bool:
    """Whether the middle of a character lies under one of these."""
    left, bottom, right, top = bounds
    return any(cover.holds((left + right) / 2, (bottom + top) / 2) for cover in covers)


def _address(pointer: Any) -> int:
    return ctypes.addressof(pointer.contents) if pointer else 0


def _unseen(thing: Any, painted: list[Bounds], covers: Covers, order: int) -> str:
    """Why a text object cannot be seen: not painted, too small, white with nothing darker under it, in the colour under it."""
    raw = _pdfium()
    mode = raw.FPDFTextObj_GetTextRenderMode(thing.raw)
    if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
        return _INVISIBLE
    colour = colour_of(thing)
    if colour and colour[3] < 8:
        return "hidden.transparent"
    left, bottom, right, top = bounds_of(thing)
    x, y = (left + right) / 2, (bottom + top) / 2
    under = covers.under(x, y, before=order)
    if colour and under and under.is_alike(colour) and mode == raw.FPDF_TEXTRENDERMODE_FILL:
        return "hidden.background"
    white = colour is not None and min(colour[:3]) >= 250
    size = ctypes.c_float()
    if raw.FPDFTextObj_GetFontSize(thing.raw, size) and size.value < 1 and top - bottom < 1:
        return "hidden.point_high"
    return "hidden.white" if white and not any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in painted) else ""


def _coloured(thing: Any) -> bool:
    colour = colour_of(thing)
    return colour is not None and colour[3] > 8 and min(colour[:3]) < 250


def _glyphs(page: PageText, start: int, end: int) -> list[Box]:
    """The boxes of the characters ``start:end`` of a page's text.

    White space and characters that PDFium made up have none. There are no boxes at all where PDFium has another character at
    one of the places: then nobody can say where the text stands.
    """
    raw = _pdfium()
    found = []
    for wanted, place in zip(page.text[start:end], page.places[start:end], strict=True):
        if wanted.isspace():
            continue
        if place < 0:
            if seen := _seen(page.page, page.fields[-1 - place].bounds):
                found.append(seen)
            continue
        character = raw.FPDFText_GetCharIndexFromTextIndex(page.textpage.raw, place)
        if character < 0 or raw.FPDFText_IsGenerated(page.textpage.raw, character) == 1:
            continue
        given = raw.FPDFText_GetUnicode(page.textpage.raw, character)
        if wanted.isascii() and given != ord(wanted) and not (wanted == "-" and given == _DIVIDED_UNIT):
            return []
        left, bottom, right, top = page.textpage.get_charbox(character, loose=True)
        if right > left and top > bottom and (seen := _seen(page.page, (left, bottom, right, top))):
            found.append(seen)
    return found
