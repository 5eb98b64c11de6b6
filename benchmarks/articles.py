"""How much of an article is kept of a web page, and how much of what stands around it, against two extractors.

    python benchmarks/articles.py --others others/bin/python [--readability FOLDER] [--bodies FOLDER] [--segments FOLDER]

Three sets of pages that others have judged, kept outside the repository:

- ``test/test-pages`` of mozilla/readability: ``source.html`` with the article that is expected, ``expected.html``;
- scrapinghub/article-extraction-benchmark: ``html/*.html.gz`` with ``ground-truth.json``;
- ``tests`` of adbar/trafilatura: ``evaldata.json`` names up to six segments of a page that belong to the article and up to six
  that do not; recall and precision are over segments there.

Words as in ``fidelity.py``. ``all`` is every word of the page's body: no reader has more recall. What an extractor is for is
precision; a reader for quotes must not lose the article.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from fidelity import first, overlap, words
from second_readers import NAMED

from corpus.formats.sandbox import Sandbox


class Page(NamedTuple):
    """A page in a file, what it is called, and the texts that its article holds and does not hold."""

    path: Path
    name: str
    held: tuple[str, ...]
    around: tuple[str, ...] = ()


def of_readability(folder: Path, others: str) -> Iterator[Page]:
    """The pages of readability with the whole article that is expected."""
    texts = _read(others, "all", [path / "expected.html" for path in sorted(folder.iterdir())])
    for path, text in zip(sorted(folder.iterdir()), texts, strict=True):
        yield Page(path / "source.html", path.name, (text,))


def of_bodies(folder: Path, scratch: Path) -> Iterator[Page]:
    """The pages of the article extraction benchmark, unpacked."""
    for name, row in json.loads((folder / "ground-truth.json").read_text("utf-8")).items():
        path = scratch / f"{name}.html"
        path.write_bytes(gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()))
        yield Page(path, f"{name[:12]} {row['url']}", (row["articleBody"],))


def of_segments(folder: Path) -> Iterator[Page]:
    """The pages of trafilatura that are there, with segments."""
    for row in json.loads((folder / "evaldata.json").read_text("utf-8")).values():
        for path in (folder / "cache" / row["file"], folder / "eval" / row["file"]):
            if path.exists():
                yield Page(path, row["file"], tuple(row["with"]), tuple(row["without"]))
                break


def _read(others: str, reader: str, paths: list[Path]) -> list[str]:
    """What a named reader reads in files, all in one process; kept for the next time."""
    kept = Path(tempfile.gettempdir()) / "second-readers-pages" / reader
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        links = [Path(folder) / sha256(path.read_bytes()).hexdigest() for path in paths]
        for link, path in zip(links, paths, strict=True):
            if not link.exists():
                link.symlink_to(path.absolute())
        script = Path(__file__).with_name("second_readers.py")
        command = [others, str(script), "--many", reader, str(kept)]
        subprocess.run(command, input="".join(f"{link}\n" for link in links), text=True, check=True)
    return [(kept / link.name).read_text("utf-8") for link in links]


def scores(page: Page, text: str) -> tuple[float, float, tuple[str, ...]]:
    """Recall, precision, and what is missing: over words, or over segments where those that do not belong are known."""
    found = words(text)
    if page.around:
        line = f" {' '.join(found)} "
        missing = tuple(each for each in page.held if f" {' '.join(words(each))} " not in line)
        wrong = sum(f" {' '.join(words(each))} " in line for each in page.around)
        right = len(page.held) - len(missing)
        return right / len(page.held), right / (right + wrong) if right + wrong else 0.0, missing
    held = words(page.held[0])
    both = overlap(held, found)
    missing = tuple(Counter(held) - Counter(found))
    return both / max(1, len(held)), both / max(1, len(found)), missing


def show(title: str, pages: list[Page], others: str, worst: int) -> None:
    """A row for each reader, and the pages where Pincite's recall lies most below the better of the others."""
    pages = [page for page in pages if words(" ".join(page.held))]
    read = {name: _read(others, name, [page.path for page in pages]) for name in NAMED}
    with Sandbox() as child:
        ours = [first(page.path, child) for page in pages]
    read["Pincite"] = [text for text, _ in ours]
    table = {name: [scores(page, text) for page, text in zip(pages, texts, strict=True)] for name, texts in read.items()}
    for name, found in table.items():
        recall = [each[0] for each in found]
        low = sum(each < 0.99 for each in recall)
        precision = statistics.mean(each[1] for each in found)
        print(f"| {title}, {len(pages)} | {name} | {statistics.mean(recall):.4f} | {low} | {precision:.3f} |")
    rows = []
    for n, page in enumerate(pages):
        theirs = max(table["trafilatura"][n][0], table["readability"][n][0])
        rows.append((table["Pincite"][n][0] - theirs, page, ours[n][1], table["Pincite"][n][2]))
    behind = [each for each in sorted(rows, key=lambda each: each[0]) if each[0] < -0.001]
    print(f"  {title}: below the better of the two on {len(behind)} pages")
    for gap, page, said, missing in behind[:worst]:
        name = page.name if page.path.name == "source.html" else page.path
        print(f"  {gap:+.3f} {name} {' '.join(said)}: {' · '.join(missing)[:160]}")


def main() -> None:
    """Print the table and the pages that are worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--others", default=sys.executable, help="the Python that has the extractors")
    parser.add_argument("--readability", type=Path)
    parser.add_argument("--bodies", type=Path)
    parser.add_argument("--segments", type=Path)
    parser.add_argument("--worst", type=int, default=10)
    options = parser.parse_args()
    print("| pages | reader | mean recall | below 0.99 | precision |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        if options.readability:
            show("readability", [*of_readability(options.readability, options.others)], options.others, options.worst)
        if options.bodies:
            show("bodies", [*of_bodies(options.bodies, Path(scratch))], options.others, options.worst)
        if options.segments:
            show("segments", [*of_segments(options.segments)], options.others, options.worst)


if __name__ == "__main__":
    main()
