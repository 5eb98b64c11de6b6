"""How much of a file's text is read, per format, against a second reader, over folders of public test collections.

    python benchmarks/fidelity.py COLLECTIONS --others others/bin/python [--formats pdf docx …] [--each N] [--cache FOLDER]
    python benchmarks/fidelity.py --missing FILE --others others/bin/python

``second_readers.py`` says who reads what and what to install for it. Every file is read by both, each in a process with a
time limit; what the second one read is kept in the cache. A file counts where the second reader reads it well: at least
50 words; of its characters fewer than one in a hundred broken (U+FFFD, private, controls); fewer than a third of its
words single letters; at least three fifths of its Latin words of three letters and more with a vowel.

Words are what is left of NFKC without hyphens between letters (at a line end too), invisible characters and punctuation, in
their case: letters in a row, numbers by their value, and each ideograph, kana or letter of a script without spaces by itself.
Of workbooks only words of letters count, since one reader gives numbers as cells show them and the other as they hold them.
Recall and precision count each word as often as it stands there; the recall of letters forgives gaps set elsewhere between
words. Order is the longest run in the same order, not of neighbours, among the words that stand once in each. A loss is said
where a file below 0.99 has a finding or was refused.
"""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from second_readers import READERS

from corpus.errors import ReadError
from corpus.formats.sandbox import Sandbox
from corpus.messages import Message
from corpus.read import read_file

LEAST = 50
GOOD = 0.99
SHEETS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
SECONDS = 90
"""For the second reader, a file."""

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011]\s*(?=[^\W\d_])")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?|[{_ALONE}]|[^\W\d_{_ALONE}]+")
_BROKEN = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]{3,}")
_VOWEL = re.compile("[aeiouyAEIOUY\u00c0-\u024f]")


def words(text: str) -> list[str]:
    """The words of a text, by the one rule that holds for both readers."""
    text = _HYPHEN.sub("", _UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    return [f"{float(word.replace(',', '')):.10g}" if word[0].isdecimal() else word for word in _WORD.findall(text)]


def reads_well(text: str, found: list[str], *, least: int = LEAST) -> bool:
    """Whether a second reader's text can be held against ours."""
    latin = _LATIN.findall(text)
    return (
        len(found) >= least
        and len(_BROKEN.findall(text)) * 100 < len(text)
        and sum(len(word) == 1 and word.isascii() and word.isalpha() for word in found) * 3 < len(found)
        and sum(_VOWEL.search(word) is not None for word in latin) * 5 >= len(latin) * 3
    )


def overlap(theirs: Sequence[str], ours: Sequence[str]) -> int:
    """How many words, or characters, stand in both, each as often as in the one that has fewer."""
    return (Counter(theirs) & Counter(ours)).total()


def order(theirs: list[str], ours: list[str]) -> float:
    """The longest increasing run among the words that stand once in each; 1 for fewer than two."""
    once, other = Counter(theirs), Counter(ours)
    places = {word: n for n, word in enumerate(ours) if other[word] == 1}
    row = [places[word] for word in theirs if once[word] == 1 and word in places]
    tails: list[int] = []
    for place in row:
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
    return len(tails) / len(row) if len(row) > 1 else 1.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A file read by both: the measures, seconds, megabytes, what was said, and what is missing."""

    path: Path
    recall: float
    letters: float
    precision: float
    order: float
    seconds: float
    size: float
    said: tuple[str, ...]
    missing: tuple[str, ...]


def second(path: Path, others: str, cache: Path) -> str | None:
    """What a second reader reads in a file, kept in the cache; None where it fails."""
    kept = cache / f"{sha256(path.read_bytes()).hexdigest()}{path.suffix.lower()}"
    if not kept.exists():
        command = [others, str(Path(__file__).with_name("second_readers.py")), str(path)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
            found = done.stdout if done.returncode == 0 else b"\0failed"
        except subprocess.TimeoutExpired:
            found = b"\0failed"
        kept.write_bytes(found)
    data = kept.read_bytes()
    return None if data == b"\0failed" else data.decode()


def first(path: Path, child: Sandbox) -> tuple[str, tuple[str, ...]]:
    """What Pincite reads in a file, and the codes of what it says; no text where it refuses it."""
    said: list[Message] = []
    try:
        document = read_file(path, note=said.append, child=child)
    except ReadError as error:
        return "", (f"refused: {error.message.code}",)
    return document.text, tuple(finding.message.code for finding in document.findings)


def compare(path: Path, theirs: str, child: Sandbox, *, least: int = LEAST) -> Compared | None:
    """Both readings of a file; None where the second reader does not read it well."""
    sheet = path.suffix.lower() in SHEETS
    reference = [word for word in words(theirs) if not sheet or word[0].isalpha()]
    if not reads_well(theirs, reference, least=least):
        return None
    began = time.perf_counter()
    text, said = first(path, child)
    seconds = time.perf_counter() - began
    found = [word for word in words(text) if not sheet or word[0].isalpha()]
    both = overlap(reference, found)
    missing = Counter(reference) - Counter(found)
    return Compared(
        path,
        both / len(reference),
        overlap("".join(reference), "".join(found)) / len("".join(reference)),
        both / len(found) if found else 0.0,
        order(reference, found),
        seconds,
        path.stat().st_size / 1e6,
        said,
        tuple(missing),
    )


def chosen(folder: Path, each: int) -> Iterator[tuple[str, Path]]:
    """Format and path of the files of all collections, each content once: at most so many of a format of a collection."""
    seen: set[bytes] = set()
    counts = Counter[tuple[str, str]]()
    rows = [
        (sha256(path.read_bytes()).digest(), path)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in READERS and path.is_file()
    ]
    for digest, path in sorted(rows):
        key = (path.relative_to(folder).parts[0], path.suffix.lower())
        if digest not in seen and counts[key] < each:
            seen.add(digest)
            counts[key] += 1
            yield path.suffix.lower().lstrip("."), path


def row(kind: str, found: list[Compared]) -> str:
    """A row of the table."""
    read = [each for each in found if not each.said or not each.said[0].startswith("refused")]
    if not read:
        return f"| {kind} | {len(found)} | {len(found)} |"
    low = [each for each in read if each.recall < GOOD]
    unsaid = sum(not each.said for each in low)
    recall = [each.recall for each in read]
    speed = sum(each.size for each in read) / sum(each.seconds for each in read)
    figures = [statistics.mean(recall), statistics.median(recall), statistics.mean(each.letters for each in read)]
    figures += [statistics.mean(each.precision for each in read), statistics.mean(each.order for each in read)]
    counts = f"{len(found)} | {len(found) - len(read)} | {len(low)} ({unsaid})"
    return f"| {kind} | {counts} | {' | '.join(f'{figure:.4f}' for figure in figures)} | {speed:.2f} |"


def line(each: Compared, folder: Path) -> str:
    """What is to be said of a file."""
    name = each.path.relative_to(folder)
    return f"  {each.recall:.4f} {each.letters:.4f} {name} {' '.join(each.said)}: {' '.join(each.missing[:8])}"


def main() -> None:
    """Print the table and the worst files, or what is missing in one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", type=Path, nargs="?", help="a folder of folders")
    parser.add_argument("--others", default=sys.executable, help="the Python that has the second readers")
    parser.add_argument("--formats", nargs="+", help="endings of names, without the dot")
    parser.add_argument("--each", type=int, default=100, help="files of a format of a collection, at most")
    parser.add_argument("--least", type=int, default=LEAST, help="words that the second reader must find")
    parser.add_argument("--worst", type=int, default=10, help="files that are named, a format")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "second-readers")
    parser.add_argument("--missing", type=Path, help="print the words of one file that are missing, and those that are more")
    options = parser.parse_args()
    options.cache.mkdir(exist_ok=True, parents=True)
    if options.missing:
        theirs = second(options.missing, options.others, options.cache) or ""
        with Sandbox() as child:
            ours, said = first(options.missing, child)
        reference, found = Counter(words(theirs)), Counter(words(ours))
        print(said, f"recall {(reference & found).total() / max(1, reference.total()):.4f}")
        print("missing:", *(f"{word}×{n}" for word, n in (reference - found).items()))
        print("more:", *(f"{word}×{n}" for word, n in (found - reference).items()))
        return
    tables: dict[str, list[Compared]] = defaultdict(list)
    apart: dict[str, int] = Counter()
    with Sandbox() as child:
        for kind, path in chosen(options.collections, options.each):
            if options.formats and kind not in options.formats:
                continue
            theirs = second(path, options.others, options.cache)
            compared = compare(path, theirs, child, least=options.least) if theirs is not None else None
            if compared:
                tables[kind].append(compared)
                if compared.recall < GOOD:
                    print(line(compared, options.collections), file=sys.stderr, flush=True)
            else:
                apart[kind] += 1
    print("| format | files | refused | below 0.99 (not said) | recall | median | of letters | precision | order | MB/s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind in sorted(tables):
        print(row(kind, tables[kind]))
    print("\nnot compared, since the second reader fails or reads little or badly:", dict(apart))
    for kind in sorted(tables):
        print(f"\n{kind}")
        for each in sorted(tables[kind], key=lambda each: each.recall)[: options.worst]:
            if each.recall < GOOD:
                print(line(each, options.collections))


if __name__ == "__main__":
    main()
