"""How well rendered pages are recognised, and how fast: rapidocr as Pincite uses it, and Tesseract.

    apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim fonts-liberation fonts-noto-cjk
    python benchmarks/ocr.py [--pages en en-columns zh] [--dpi 150 300] [--keep FOLDER]

English is the shipped article in Liberation Serif at 10.5 points, in one column and, at 9.5 points, in two; Chinese the gold
sentences of ``tests/gold/zh.json`` in Noto Serif at 10.5 points. Each page is looked at clean and worn: turned by 0.7 degrees,
blurred, with noise, and as JPEG of quality 60. The error rate is the edit distance of the characters over how many there are,
white space as one space, in Chinese as none; seconds are those of computing, on all processors together. Tesseract is told the
language; rapidocr reads both with one model. Of the words that rapidocr read it is counted how many do not stand on the page,
among those that it is 95 % sure of and among the others.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import corpus.formats.ocr as ocr
from corpus.formats.hyphens import DIVIDED
from corpus.formats.picture import fitting

if TYPE_CHECKING:
    from PIL import Image, ImageFont

ROOT = Path(__file__).parents[1]
PAGES = {"en": ("Liberation Serif", 10.5, 1), "en-columns": ("Liberation Serif", 9.5, 2), "zh": ("Noto Serif CJK SC", 10.5, 1)}
LANGUAGE = {"en": "eng", "en-columns": "eng", "zh": "chi_sim"}
SURE = 0.95


def main() -> None:
    """Print a row for each page and reader."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", nargs="+", default=list(PAGES), choices=list(PAGES))
    parser.add_argument("--dpi", nargs="+", type=int, default=[150, 300])
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    ocr.recognised(fitting(drawn("zh", 50)[0].convert("RGB")))  # loads the models
    right: Counter[tuple[bool, bool]] = Counter()
    print(f"{'page':<12}{'dpi':>4} {'':<6}{'rapidocr':>9}{'seconds':>9}{'Tesseract':>11}{'seconds':>9}")
    for name in options.pages:
        for dpi in options.dpi:
            page, wanted = drawn(name, dpi)
            for label, picture in (("clean", page), ("worn", worn(page))):
                if options.keep:
                    picture.save(options.keep / f"{name}-{dpi}-{label}.png")
                began = computed()
                found = ocr.recognised(fitting(picture.convert("RGB")))
                ours = computed() - began
                right.update(judged(found, wanted))
                began = computed()
                theirs = tesseract(picture, LANGUAGE[name], dpi)
                seconds = computed() - began
                rates = [error(found.text.replace(DIVIDED, "-"), wanted, name), error(theirs, wanted, name)]
                print(f"{name:<12}{dpi:>4} {label:<6}{rates[0]:>9.2%}{ours:>9.1f}{rates[1]:>11.2%}{seconds:>9.1f}", flush=True)
    for sure, words in ((True, f"{SURE:.0%} sure and more"), (False, "less sure")):
        of = right[sure, True] + right[sure, False]
        print(f"words that are {words}: {right[sure, False]} of {of} do not stand on the page")


def computed() -> float:
    """Seconds that this process and those it waited for have computed, on all processors together."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def drawn(name: str, dpi: int) -> tuple["Image.Image", str]:
    """A page in grey and what stands on it."""
    from PIL import Image, ImageDraw

    family, points, columns = PAGES[name]
    font = a_font(family, points * dpi / 72)
    width, height, margin, gutter = (round(inches * dpi) for inches in (8.27, 11.69, 0.9, 0.3))
    page = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(page)
    across = (width - 2 * margin - (columns - 1) * gutter) // columns
    step = round(points * 1.3 * dpi / 72)
    lines = wrapped(*text_of(name), lambda words: pen.textlength(words, font=font) <= across)
    written = []
    for column in range(columns):
        for down in range((height - 2 * margin) // step):
            if (line := next(lines, None)) is None:
                break
            pen.text((margin + column * (across + gutter), margin + down * step), line, font=font, fill=0)
            written.append(line)
    return page, "\n".join(written)


def text_of(name: str) -> tuple[list[str], str]:
    """The words of a page, in Chinese its characters, and what stands between them."""
    if name != "zh":
        words = (ROOT / "corpus/material/new-quality-productivity.txt").read_text(encoding="utf-8").split()
        return words[400:], " "
    found: list[str] = []

    def gather(part: object) -> None:
        if isinstance(part, str) and len(re.findall("[\u4e00-\u9fff]", part)) > 12:
            found.append(part)
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            gather(inner)

    gather(json.loads((ROOT / "tests/gold/zh.json").read_text(encoding="utf-8")))
    return list(re.sub(r"\s", "", "".join(dict.fromkeys(found)))), ""


def wrapped(words: list[str], between: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """The words in lines."""
    line = ""
    for word in words:
        longer = line + between + word if line else word
        if not fits(longer):
            yield line
            longer = word
        line = longer
    yield line


def a_font(family: str, size: float) -> "ImageFont.FreeTypeFont":
    """The font of this name that the system has."""
    from PIL import ImageFont

    said = subprocess.run(
        ["fc-match", "-f", "%{file}\n%{index}\n%{family}", family], capture_output=True, text=True, check=True
    )
    file, index, found = said.stdout.split("\n")
    if family.split()[0] not in found:
        raise SystemExit(f"there is no font {family} here: see the first lines of {Path(__file__).name}")
    return ImageFont.truetype(file, round(size), index=int(index))


def worn(page: "Image.Image") -> "Image.Image":
    """The page as a tired scanner gives it, the same each time."""
    from PIL import Image, ImageFilter

    turned = page.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(page.width / 2000))
    noise = np.random.default_rng(1).normal(0, 18, (turned.height, turned.width))
    grey = Image.fromarray(np.clip(np.asarray(turned) * 0.85 + 25 + noise, 0, 255).astype(np.uint8))
    file = BytesIO()
    grey.save(file, "JPEG", quality=60)
    return Image.open(BytesIO(file.getvalue()))


def tesseract(picture: "Image.Image", language: str, dpi: int) -> str:
    """What Tesseract reads."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        picture.save(path, dpi=(dpi, dpi))
        command = ["tesseract", str(path), "-", "-l", language]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def error(found: str, wanted: str, name: str) -> float:
    """The edit distance over the characters that there are."""
    from rapidfuzz.distance import Levenshtein

    between = "" if name == "zh" else " "
    one, other = (between.join(text.split()) for text in (found, wanted))
    return Levenshtein.distance(one, other) / len(other)


def judged(found: ocr.RecognisedPage, wanted: str) -> Iterator[tuple[bool, bool]]:
    """Of each word whether it was sure, and whether it stands on the page."""
    whole = "".join(wanted.split())
    there = Counter(wanted.split())
    ends = [start for start, _ in found.words[1:]] + [len(found.text)]
    for (start, word), end in zip(found.words, ends, strict=True):
        said = found.text[start:end].strip().strip(DIVIDED)
        yield word.sure >= SURE, said in there or re.search("[\u4e00-\u9fff]", said) is not None and said in whole


if __name__ == "__main__":
    main()
