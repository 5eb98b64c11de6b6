"""The fonts of this machine, which the text of a PDF must not depend on.

A PDF that does not bring its font is read with a substitute, and PDFium drops letters of a vertical line whose substitute
has no size. So for reading there is one font for the scripts that PDFium itself has none for, whose every letter is a box; only
pictures are drawn with the fonts that are installed.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from struct import pack
from typing import Any

_EM, _TOP, _BOTTOM = 1000, 880, -120
"""Units of the box, as high above and below the base line as letters of East Asia are drawn."""

_EAST_ASIAN = {128, 129, 134, 136}
"""The character sets of Windows for Japanese, Korean, simplified and traditional Chinese."""

_HANDLE, _NAME = 1, b"Box\0"


def settle_fonts() -> None:
    """From now on PDFium sees no font of this machine, in this process."""
    _substitutes()


@contextmanager
def installed_fonts() -> Iterator[None]:
    """Within it, PDFs that are opened have the fonts of this machine, as they are seen on it."""
    import pypdfium2.raw as raw

    ours = _substitutes()
    installed = raw.FPDF_GetDefaultSystemFontInfo()
    raw.FPDF_SetSystemFontInfo(installed)
    try:
        yield
    finally:
        raw.FPDF_SetSystemFontInfo(ours)
        raw.FPDF_FreeDefaultSystemFontInfo(installed)


@cache
def _substitutes() -> Any:
    """What PDFium asks for a font that a PDF lacks, set for this process; PDFium calls it for as long as that lives."""
    import pypdfium2.raw as raw

    font = box_font()

    def font_for(_: Any, weight: int, italic: int, charset: int, *about: Any) -> int | None:
        return _HANDLE if charset in _EAST_ASIAN else None

    def data(_: Any, handle: int, table: int, buffer: Any, size: int) -> int:
        return 0 if table else _given(font, buffer, size)

    def name(_: Any, handle: int, buffer: Any, size: int) -> int:
        return _given(_NAME, buffer, size)

    ours = raw.FPDF_SYSFONTINFO(version=1)
    answers = {"MapFont": font_for, "GetFontData": data, "GetFaceName": name, "GetFontCharset": lambda *_: 1}
    for called, kind in raw.FPDF_SYSFONTINFO._fields_[1:]:
        setattr(ours, called, kind(answers.get(called, lambda *_: None)))
    raw.FPDF_SetSystemFontInfo(ours)
    return ours


def _given(value: bytes, buffer: Any, size: int) -> int:
    """How long a value is, written to a buffer that has room for it."""
    if size >= len(value):
        ctypes.memmove(buffer, value, len(value))
    return len(value)


def box_font() -> bytes:
    """A TrueType font in which every character is the same box (OpenType 1.9; of a ``cmap``, format 13)."""
    box = pack(">5h", 1, 0, _BOTTOM, _EM, _TOP) + pack(">HH4B", 3, 0, 1, 1, 1, 1)
    box += pack(">8h", 0, 0, _EM, 0, _BOTTOM, _TOP - _BOTTOM, 0, _BOTTOM - _TOP)
    tables = {
        b"cmap": pack(">4HI", 0, 1, 3, 10, 12) + pack(">2H6I", 13, 0, 28, 0, 1, 0x20, 0x10FFFF, 1),
        b"glyf": box,
        b"head": pack(">4I2H16x4h2H3h", 1 << 16, 0, 0, 0x5F0F3CF5, 0, _EM, 0, _BOTTOM, _EM, _TOP, 0, 8, 2, 0, 0),
        b"hhea": pack(">I3hH11hH", 1 << 16, _TOP, _BOTTOM, 0, _EM, 0, 0, _EM, 1, *[0] * 7, 1),
        b"hmtx": pack(">H2h", _EM, 0, 0),
        b"loca": pack(">3H", 0, 0, len(box) // 2),
        b"maxp": pack(">I14H", 1 << 16, 2, 4, 1, 0, 0, 1, *[0] * 8),
    }
    head, body = pack(">I4H", 1 << 16, len(tables), 64, 2, 48), b""
    start = 12 + 16 * len(tables)
    for name, table in tables.items():
        head += name + pack(">3I", 0, start + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return head + body
