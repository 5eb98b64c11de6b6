"""RTF, by striprtf: its paragraphs, without fonts, pictures and fields."""

from corpus.errors import ReadError
from corpus.formats.builder import Cell, ParsedFile, TextBuilder


def read_rtf(data: bytes) -> ParsedFile:
    """The paragraphs of the text; the cells of a table row stand on one line."""
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("rtf.wrong")
    pen = TextBuilder(paragraphs=True)
    text = rtf_to_text(data.decode("latin-1"), errors="replace")
    for line in text.replace("\0", "").split("\n"):
        cells = [cell for cell in line.split("|") if cell.strip()] if line.rstrip().endswith("|") else []
        if cells:
            pen.row(Cell(cell) for cell in cells)
        else:
            pen.block(line)
    return pen.reading()
