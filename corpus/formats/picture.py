"""Pictures of text: PNG, JPEG and TIFF, read by character recognition, every frame of a TIFF a page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING

import corpus.formats.ocr as ocr
from corpus.errors import ReadError
from corpus.formats.boxes import MarkedPage
from corpus.formats.builder import ParsedFile, TextBuilder
from corpus.formats.hyphens import settled_hyphens
from corpus.formats.recognised_pages import Recognised
from corpus.messages import Message

if TYPE_CHECKING:
    from PIL.Image import Image

MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How files begin that hold a picture which is read."""

MOST_PIXELS = 100_000_000
"""Pixels of the largest picture that is read: A4 at 1000 dpi."""

WIDE, MOST_DRAWN = 1_600, 4_000_000
"""Pixels that a page is shown wide, and has, at most."""

SMALLEST = 8
"""Pixels of a side at least; in less there are no letters."""

ENLARGED = 2.0
"""How many times a small picture is enlarged at most before it is looked at."""


def is_picture(data: bytes) -> bool:
    """Whether a file's bytes are a picture."""
    return data.startswith(MARKS)


def read_picture(data: bytes) -> ParsedFile:
    """What recognition makes of a picture, page by page. Raises ReadError where it is not installed, or finds nothing."""
    if not ocr.is_there():
        raise ReadError("picture.unread", command=ocr.EXTRA)
    pen = TextBuilder()
    found = Recognised()
    picture, count = _opened(data)
    pages = [ocr.recognised(fitting(_frame(picture, n))) for n in range(min(count, ocr.MOST_PAGES))]
    for number, (page, text) in enumerate(zip(pages, settled_hyphens([page.text for page in pages]), strict=True), 1):
        pen.place("page", str(number))
        begin, _ = pen.write(text + "\n")
        found.mark(pen, page, number, begin)
    if not found.pages:
        raise ReadError("picture.nothing")
    found.say(pen, count)
    if count > ocr.MOST_PAGES:
        pen.found("unreadable", Message("picture.more_pages", n=count - ocr.MOST_PAGES))
    return pen.reading()


def pictured_pages(data: bytes, numbers: Sequence[int]) -> list[MarkedPage]:
    """Pages of a picture, from 1, as they are shown; nothing is recognised again."""
    found = []
    picture, _ = _opened(data)
    for number in numbers:
        frame = _frame(picture, number - 1)
        file = BytesIO()
        _resized(frame, min(WIDE / frame.width, sqrt(MOST_DRAWN / (frame.width * frame.height)), 1.0)).save(file, "PNG")
        found.append(MarkedPage("", frame.size, [], file.getvalue()))
    return found


def _opened(data: bytes) -> tuple["Image", int]:
    """A picture, and how many pages it has. Raises ReadError for one that is damaged."""
    from PIL import Image

    with _decoding():
        picture = Image.open(BytesIO(data), formats=("PNG", "JPEG", "TIFF"))
        return picture, int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1


def _frame(picture: "Image", n: int) -> "Image":
    """A page of a picture as it is looked at: turned as it says, on white. Raises ReadError for one that is too large."""
    from PIL import Image, ImageOps

    with _decoding():
        if n or picture.format == "TIFF":
            picture.seek(n)
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise ReadError("picture.large", most=MOST_PIXELS)
        if min(width, height) < SMALLEST:
            raise ReadError("picture.nothing")
        frame = ImageOps.exif_transpose(picture)
        if frame.mode.startswith("I"):  # 16 bits a pixel
            frame = frame.point(lambda value: value / 256).convert("L")
        if "A" in frame.getbands() or "transparency" in frame.info:
            clear = frame.convert("RGBA")
            frame = Image.new("RGBA", clear.size, "white")
            frame.alpha_composite(clear)
        return frame.convert("RGB")


@contextmanager
def _decoding() -> Iterator[None]:
    """What pillow raises of a file, said of it."""
    import warnings

    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (ReadError, MemoryError):
            raise
        except Image.DecompressionBombError:
            raise ReadError("picture.large", most=MOST_PIXELS) from None
        except Exception:  # each of its decoders has its own
            raise ReadError("picture.damaged") from None


def fitting(frame: "Image") -> "Image":
    """The picture of a page as it is recognised: large ones smaller, small ones larger."""
    return _resized(frame, ocr.scale(*frame.size, most=ENLARGED if min(frame.size) < 700 else 1.0))


def _resized(frame: "Image", scale: float) -> "Image":
    from PIL import Image

    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    return frame if size == frame.size else frame.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
