"""Character recognition: the picture of a page becomes lines of words, each with its box and how sure it is.

It is the extra ``ocr``: PP-OCRv6 in its small size, which reads Chinese and English, by rapidocr (both Apache-2.0), chosen over
Tesseract by ``benchmarks/ocr.py``. The models lie in its wheel. rapidocr would fetch one that is missing or another than it
expects, so they are named by path and their SHA-256 is looked at first; onnxruntime comes in silenced. Lines are recognised one
at a time, so that what stands beside a line cannot change how it is read.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from itertools import groupby, pairwise
from math import atan2, cos, dist, sin, sqrt
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.digest import file_digest
from corpus.errors import ModelError, ReadError
from corpus.formats.boxes import Box
from corpus.formats.hyphens import DIVIDED, is_suspended
from corpus.formats.reading_order import Bounds, rows_in_order
from corpus.recognised import RecognisedWord
from corpus.silence import onnxruntime

if TYPE_CHECKING:
    from PIL.Image import Image

PACKAGE = "rapidocr"
EXTRA = "pip install 'pincite[ocr]'"

MODELS = {
    "Det": ("PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    "Rec": ("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
    "Cls": ("ch_ppocr_mobile_v2.0_cls_mobile.onnx", "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"),
}
"""The models that find lines, read them and tell which are upside down, with the SHA-256 of those in rapidocr 3.10."""

SECONDS = 180.0
"""Seconds of computing that a page may take: a full one takes 5 to 15 on two cores."""

MOST_PAGES = 2_000
"""Pages of a file that are recognised at most."""

PIXELS, LONGEST = 3_200_000, 8_000
"""Pixels of the picture that is looked at, A4 at 180 dpi, and of its longer side, at most."""

LEAST = 0.5
"""How sure recognition must be of a line's characters, on average: below it sees letters in stains and drawings."""

TALL, UPWARDS = 1.5, 3.0
"""From how many times higher than wide on a line counts for a page on its side, and is a line that runs upwards."""

NARROWEST, WIDEST = 320 / 48, 100.0
"""How many times wider than high a line is at least, padded, and at most, squeezed, when it is read."""

APART = 0.6
"""How much more room than usual, as a share of its height, stands above a line that begins a paragraph."""

STRIP, SHORTEST = 2.0, 400
"""How many times higher than wide a picture is looked at as a whole, and how many pixels high always."""

SAMPLE = 9
"""Lines by which it is told whether a page stands on its head."""

THREADS = 4

BEFORE_PAGE: ContextVar[Callable[[], None] | None] = ContextVar("BEFORE_PAGE", default=None)
"""Is called before each page: who bounds the time of a file lets it have more."""

_WORD = re.compile(r"[^\s，。、；：！？]+[，。、；：！？]*+|[，。、；：！？]+")
"""A word: what stands between spaces, in Chinese between punctuation marks."""


class RecognisedPage(NamedTuple):
    """The text of a page, where each word begins in it, and how many lines were left out as too uncertain.

    A hyphen at the end of a line before a letter is U+FFFE, as PDFium gives it, and stands for the line end too.
    """

    text: str
    words: list[tuple[int, RecognisedWord]]
    uncertain: int


class _Character(NamedTuple):
    """A character, how sure it is, and where on its line it begins and ends, as shares."""

    text: str
    sure: float
    begin: float
    end: float


class _Line(NamedTuple):
    """The four corners of a line, from the upper left one clockwise as it is read, and its characters."""

    corners: Any
    characters: list[_Character]


def is_there() -> bool:
    """Whether the extra is installed."""
    return find_spec(PACKAGE) is not None


def recognised(picture: "Image") -> RecognisedPage:
    """What stands on a page of which this is the picture, no larger than it may be (``scale``), without transparency.

    Raises ReadError where recognition cannot be trusted: other models, an onnxruntime that nobody has tried.
    """
    import numpy as np

    if allow := BEFORE_PAGE.get():
        allow()
    try:
        return _recognised(np, picture)
    except Exception as error:  # onnxruntime and OpenCV have their own for want of memory
        if "alloc" in str(error).lower() or "memory" in str(error).lower():
            raise MemoryError from None
        raise


def _recognised(np: Any, picture: "Image") -> RecognisedPage:
    engine = _engine()
    pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
    turns, pixels, corners = _upright(engine, np.ascontiguousarray(pixels))
    lines = [_Line(each, _read(engine, _cut_out(pixels, each))) for each in corners]
    read = [line for line in lines if line.characters]
    certain = [line for line in read if sum(c.sure for c in line.characters) >= LEAST * len(line.characters)]
    high, wide = pixels.shape[:2]
    return _written(certain, (wide, high), turns, len(read) - len(certain))


def scale(width: float, height: float, *, most: float) -> float:
    """How much a page of this size is made larger or smaller to be looked at; larger no more than so many times."""
    return min(sqrt(PIXELS / (width * height)), LONGEST / max(width, height), most)


@cache
def _engine() -> Any:
    """rapidocr, its models known and on the disk, itself silent."""
    models = known_models()
    try:
        onnxruntime()
    except ModelError as error:
        raise ReadError(error.message) from None
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    threads = min(THREADS, _processors())
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            **{f"{part}.model_path": str(path) for part, path in models.items()},
            "Det.limit_type": "max",
            "Det.limit_side_len": LONGEST,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    engine._load_det_model()
    engine._load_rec_model()
    engine._load_cls_model()
    return engine


def known_models() -> dict[str, Path]:
    """The models by what they do. Raises ReadError where the extra is not installed, or one is another than was measured."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ReadError("ocr.not_installed", command=EXTRA)
    folder = Path(found.submodule_search_locations[0]) / "models"
    for name, expected in MODELS.values():
        try:
            digest = file_digest(folder / name)
        except OSError:
            digest = ""
        if digest != expected:
            command = f"pip install --force-reinstall '{PACKAGE}>=3.10,<3.11'"
            raise ReadError("ocr.changed", model=name, found=digest[:12] or "–", expected=expected[:12], command=command)
    return {part: folder / name for part, (name, _) in MODELS.items()}


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _upright(engine: Any, pixels: Any) -> tuple[int, Any, list[Any]]:
    """How many quarters to the left the page had to be turned to be read, it as turned, and the corners of its lines."""
    import numpy as np

    turns, corners = 0, _found(engine, pixels)
    tall = sum(_size(each)[1] for each in corners if _is_tall(each))
    if tall > sum(_size(each)[0] for each in corners if not _is_tall(each)):
        turns, pixels = 1, np.ascontiguousarray(np.rot90(pixels))
        corners = _found(engine, pixels)
    longest = sorted(corners, key=lambda each: -_size(each)[0])[:SAMPLE]
    if longest:
        said = engine.text_cls([_cut_out(pixels, each) for each in longest]).cls_res
        if sum(way == "180" and sure > 0.9 for way, sure in said) * 2 > len(longest):
            turns, pixels = turns + 2, np.ascontiguousarray(np.rot90(pixels, 2))
            corners = _found(engine, pixels)
    return turns, pixels, corners


def _found(engine: Any, pixels: Any) -> list[Any]:
    """The corners of the lines; a strip is looked at band by band, since on one the model finds nothing."""
    import numpy as np

    found: list[Any] = []
    for top, bottom in _bands(pixels):
        boxes = engine.text_det(np.ascontiguousarray(pixels[top:bottom])).boxes
        found += [] if boxes is None else [each + np.array([0, top], dtype=each.dtype) for each in boxes]
    return [each for each in found if min(_size(each)) >= 2]


def _bands(pixels: Any) -> Iterator[tuple[int, int]]:
    """Bands of a picture no more than ``STRIP`` times as high as wide, cut where their last quarter shows least."""
    high, wide = pixels.shape[:2]
    longest = max(round(STRIP * wide), SHORTEST)
    top = 0
    while high - top > longest:
        first = top + longest * 3 // 4
        cut = first + int(pixels[first : top + longest].std(axis=(1, 2)).argmin())
        yield top, cut
        top = cut
    yield top, high


def _size(corners: Any) -> tuple[float, float]:
    """How long a line is and how high."""
    one, two, three, four = corners
    return max(dist(one, two), dist(four, three)), max(dist(one, four), dist(two, three))


def _is_tall(corners: Any) -> bool:
    wide, high = _size(corners)
    return high >= TALL * wide


def _cut_out(pixels: Any, corners: Any) -> Any:
    """The picture of a line, laid straight; of one that runs upwards, turned to the right."""
    import cv2
    import numpy as np

    wide, high = (max(2, round(each)) for each in _size(corners))
    straight = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray(corners, dtype=np.float32), straight)
    found = cv2.warpPerspective(pixels, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.ascontiguousarray(np.rot90(found, -1)) if high >= UPWARDS * wide else found


def _read(engine: Any, line: Any) -> list[_Character]:
    """The characters of a line: the likeliest of each step, one for each run of steps (CTC, Graves et al. 2006)."""
    high, wide = line.shape[:2]
    ratio = min(wide / high, WIDEST)
    padded = max(ratio, NARROWEST)
    (chances,) = engine.text_rec.session(engine.text_rec.resize_norm_img(line, padded)[None])
    best, sure = chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist()
    used = len(best) * ratio / padded
    alphabet = engine.text_rec.postprocess_op.character
    runs = [(n, list(steps)) for n, steps in groupby(range(len(best)), key=best.__getitem__) if n]
    middles = [min((steps[0] + steps[-1] + 1) / 2 / used, 1.0) for _, steps in runs]
    ends = [*((one + other) / 2 for one, other in pairwise(middles)), 1.0]
    return [
        _Character(alphabet[n], max(sure[step] for step in steps), begin, end)
        for (n, steps), begin, end in zip(runs, [0.0, *ends], ends, strict=False)
    ]


def _written(lines: Sequence[_Line], size: tuple[int, int], turns: int, left_out: int) -> RecognisedPage:
    """The lines as a text, in the order that they are read; blank lines set apart what stands far from the line above."""
    bounds = _straightened(lines)
    rows = rows_in_order(bounds)
    gaps = [_gap(bounds, one, other) for one, other in pairwise(rows)]
    usual = median([gap for gap in gaps if gap is not None] or [0.0])
    text, words = "", []
    for row, gap in zip(rows, [None, *gaps], strict=False):
        high = median(bounds[n].bottom - bounds[n].top for n in row)
        for at, n in enumerate(row):
            said = "".join(character.text for character in lines[n].characters)
            if at:
                text += " "
            elif _is_divided(text, said):
                text = text[:-1] + DIVIDED
            elif text:
                text += "\n\n" if gap is not None and gap > usual + APART * high else "\n"
            words += [(len(text) + start, word) for start, word in _words(lines[n], said, size, turns)]
            text += said
    return RecognisedPage(text, words, left_out)


def _is_divided(text: str, following: str) -> bool:
    """Whether a text ends in a hyphen that a word is divided with."""
    divided = text[-1:] == "-" and text[-2:-1].isalpha() and following[:1].isalnum()
    return divided and not is_suspended(DIVIDED + following, 0)


def _words(line: _Line, said: str, size: tuple[int, int], turns: int) -> Iterator[tuple[int, RecognisedWord]]:
    """The words of a line: where each begins in its text, its box, and how sure its least certain character is."""
    owners = [character for character in line.characters for _ in character.text]
    for match in _WORD.finditer(said):
        some = owners[match.start() : match.end()]
        begin, end = (0.0, 1.0) if _is_tall(line.corners) else (some[0].begin, some[-1].end)
        upper_left, upper_right, lower_right, lower_left = line.corners
        corners = [
            one + share * (other - one)
            for one, other in ((upper_left, upper_right), (lower_left, lower_right))
            for share in (begin, end)
        ]
        places = [_turned_back(x / size[0], y / size[1], turns) for x, y in corners]
        across, down = zip(*places, strict=True)
        yield match.start(), RecognisedWord(Box(min(across), min(down), max(across), max(down)), min(c.sure for c in some))


def _turned_back(x: float, y: float, turns: int) -> tuple[float, float]:
    """Where a place of a page that was turned to the left by so many quarters lies on the page as it was."""
    for _ in range(turns):
        x, y = 1 - y, x
    return min(max(float(x), 0.0), 1.0), min(max(float(y), 0.0), 1.0)


def _straightened(lines: Sequence[_Line]) -> list[Bounds]:
    """The upright boxes of lines, as if the page lay straight: turned back by how their lines slope in the middle."""
    slopes = [
        atan2(float(right[1] - left[1]), float(right[0] - left[0]))
        for left, right, _, _ in (line.corners for line in lines if not _is_tall(line.corners))
    ]
    slope = median(slopes) if slopes else 0.0
    found = []
    for line in lines:
        places = [(x * cos(slope) + y * sin(slope), y * cos(slope) - x * sin(slope)) for x, y in line.corners.tolist()]
        across, down = zip(*places, strict=True)
        found.append(Bounds(min(across), min(down), max(across), max(down)))
    return found


def _gap(bounds: Sequence[Bounds], one: Sequence[int], other: Sequence[int]) -> float | None:
    """How far a row lies below the one before; None where it stands at the head of another column."""
    gap = min(bounds[n].top for n in other) - max(bounds[n].bottom for n in one)
    return gap if min(bounds[n].middle for n in other) > max(bounds[n].middle for n in one) else None
