"""What is filled into a form of a PDF, with the place of each value on its page."""

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

from corpus.formats.covers import Bounds

MOST = 1_000
"""Fields of a page that are read; no page of a form has more."""

LONGEST = 20_000
"""Characters of a value that are read."""

TICKED, OPEN = "\u2612", "\u2610"

_FREE_TEXT, _STAMP, _WIDGET = 3, 13, 20
_TICKS, _CHOICES, _LIST, _TEXT, _PICTURES = {2, 3}, {4, 5}, 5, 6, {1, 7}
_PASSWORD = 1 << 13
_UNSEEN = 0x02 | 0x20  # hidden, no view


class Field(NamedTuple):
    """A value and its rectangle: left, bottom, right, top; ``tick`` for a box that is ticked or not."""

    text: str
    bounds: Bounds
    tick: bool


def fields_of(page: Any, number: int) -> list[Field]:
    """The fields of a page that have a value, boxes to tick, text that was written over the page, and what is written on
    buttons, signatures and stamps; none that is hidden. Its number counts from 0."""
    import pypdfium2.raw as raw

    found: list[Field] = []
    drawn: list[Bounds] = []
    for n in range(min(MOST, raw.FPDFPage_GetAnnotCount(page.raw))):
        note = raw.FPDFPage_GetAnnot(page.raw, n)
        if not note:
            continue
        try:
            found += _field(raw, page, note)
            drawn += _only_drawn(raw, page, note)
            drawn += _only_drawn(raw, page, note)
        finally:
            raw.FPDFPage_CloseAnnot(note)
    return [*found, *_words(page.pdf, number, drawn)] if drawn else found


def _only_drawn(raw: Any, page: Any, note: Any) -> Iterator[Bounds]:
    """The place of a note whose words its picture alone says: a button, a signature, a stamp."""
    form = page.formenv.raw if page.formenv else None
    kind, bounds = raw.FPDFAnnot_GetSubtype(note), raw.FS_RECTF()
    if kind not in {_STAMP, _WIDGET} or raw.FPDFAnnot_GetFlags(note) & _UNSEEN or not raw.FPDFAnnot_GetRect(note, bounds):
        return
    if kind == _WIDGET and form and raw.FPDFAnnot_GetFormFieldType(form, note) not in _PICTURES:
        return
    parts = (raw.FPDFAnnot_GetObject(note, n) for n in range(min(MOST, raw.FPDFAnnot_GetObjectCount(note))))
    if any(raw.FPDFPageObj_GetType(part) in {raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_FORM} for part in parts):
        yield bounds.left, bounds.bottom, bounds.right, bounds.top


def _words(pdf: Any, number: int, places: list[Bounds]) -> Iterator[Field]:
    """What stands at places of a page in the pictures of its notes: these are drawn on a copy that is bare of all else."""
    import pypdfium2
    import pypdfium2.raw as raw

    copy = pypdfium2.PdfDocument.new()
    try:
        copy.import_pages(pdf, [number])
        bare = copy[0]
        for thing in list(bare.get_objects(max_depth=1)):
            bare.remove_obj(thing)
        bare.gen_content()
        raw.FPDFPage_Flatten(bare.raw, raw.FLAT_NORMALDISPLAY)
        bare.close()
        textpage = copy[0].get_textpage()
        for place in dict.fromkeys(places):
            if text := textpage.get_text_bounded(*place).replace("\r\n", "\n").strip()[:LONGEST]:
                yield Field(text, place, tick=False)
    except pypdfium2.PdfiumError:
        return
    finally:
        copy.close()


def _field(raw: Any, page: Any, note: Any) -> Iterator[Field]:
    form = page.formenv.raw if page.formenv else None
    kind, bounds = raw.FPDFAnnot_GetSubtype(note), raw.FS_RECTF()
    if raw.FPDFAnnot_GetFlags(note) & _UNSEEN or not raw.FPDFAnnot_GetRect(note, bounds):
        return
    box = (bounds.left, bounds.bottom, bounds.right, bounds.top)
    if kind == _FREE_TEXT:
        text = _string(lambda buffer, size: raw.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size))
    elif kind != _WIDGET or not form:
        return
    else:
        field = raw.FPDFAnnot_GetFormFieldType(form, note)
        if field in _TICKS:
            yield Field(TICKED if raw.FPDFAnnot_IsChecked(form, note) else OPEN, box, tick=True)
            return
        if field == _LIST and (options := list(_options(raw, form, note))):
            text = "\n".join(f"{TICKED if chosen else OPEN} {label}" for label, chosen in options)
        elif field in _CHOICES:
            text = "\n".join(label for label, chosen in _options(raw, form, note) if chosen) or _value(raw, form, note)
        elif field == _TEXT and not raw.FPDFAnnot_GetFormFieldFlags(form, note) & _PASSWORD:
            text = _value(raw, form, note)
        else:
            return
    if text and not text.isspace():
        yield Field(text.strip(), box, tick=False)


def _value(raw: Any, form: Any, note: Any) -> str:
    return _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, note, buffer, size))


def _options(raw: Any, form: Any, note: Any) -> Iterator[tuple[str, bool]]:
    """The labels of the options and whether each is chosen; a field keeps what is behind them as its value."""
    for n in range(min(MOST, raw.FPDFAnnot_GetOptionCount(form, note))):
        label = _string(lambda buffer, size, n=n: raw.FPDFAnnot_GetOptionLabel(form, note, n, buffer, size))
        yield label, bool(raw.FPDFAnnot_IsOptionSelected(form, note, n))


def _string(get: Any) -> str:
    """A string that PDFium gives in UTF-16 with a zero behind it, by a function of a buffer and its size in bytes."""
    size = get(None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    get(buffer, size)
    text = bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "replace")
    return text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
