"""How fast a folder becomes a library, against sentence-transformers on the same texts in the same run.

    python benchmarks/indexing.py DATA [--texts 5000] [--files 442]

The paragraphs of `squad11_train` are written as files, one an article, and `pincite index` makes a library of them in a
process of its own: reading, cutting, encoding, counting words, writing. Then the same 5,000 of its passages and sentences are
encoded by `SentenceTransformer.encode` with its default settings and by our encoder, in turns, and compared by value. Last the
library is opened and updated.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from index.encoders.export import load_model, open_encoder
from index.library import open_library


def articles(data: Path, folder: Path, *, most: int) -> int:
    """Write so many articles of the set as a file each, its paragraphs apart; gives the number of files."""
    texts: dict[str, list[str]] = defaultdict(list)
    with (data / "squad11_train" / "corpus.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            texts[row["_id"].split("#")[0]].append(row["text"])
    for number, paragraphs in enumerate(list(texts.values())[:most]):
        (folder / f"{number:03}.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
    return min(most, len(texts))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds that a piece of work took, and what it gave."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def main() -> None:
    """Make, measure, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--texts", type=int, default=5000, help="texts encoded by both (5000)")
    parser.add_argument("--files", type=int, default=442, help="articles that are indexed (all 442)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each encoder (2)")
    options = parser.parse_args()
    root = Path(mkdtemp(prefix="pincite-indexing-"))
    (root / "docs").mkdir()
    files = articles(options.data, root / "docs", most=options.files)
    command = [sys.executable, "-m", "ui.cli.main", "index", str(root / "docs"), "-o", str(root / "lib")]
    command[1:3] = ["-c", "import sys; from ui.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    seconds, _ = timed(lambda: subprocess.run(command, check=True))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    encoder = open_encoder(note=print)
    opening, library = timed(lambda: open_library(root / "lib", encoder=lambda name, fingerprint: encoder))
    passages, sentences = len(library.passages.ranges), len(library.sentences.ranges)
    texts = [library.passage(row).text for row in range(passages)]
    texts += [library.passage(o).document.text[s:e] for o, s, e in library.sentences.ranges.tolist()]
    distinct = len(set(texts))
    print(f"{files} files, {passages:,} passages, {sentences:,} sentences, {distinct:,} texts to encode")
    print(f"pincite index: {seconds:.0f} s, {distinct / seconds:.0f} texts a second with everything, peak memory {peak:.2f} GB")
    print(f"opened in {opening:.2f} s; updated with nothing to do in ", end="", flush=True)
    command[3:] = ["update", str(root / "lib")]
    print(f"{timed(lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL))[0]:.1f} s, the whole process")
    some = random.Random(1).sample(texts, min(options.texts, len(texts)))
    model = load_model("all-MiniLM-L6-v2")
    model.encode(some[:64])
    best = {"ours": 1e9, "theirs": 1e9}
    for _ in range(options.rounds):
        took, ours = timed(lambda: encoder.encode_passages(some, progress=lambda done, total: None))
        best["ours"] = min(best["ours"], took)
        took, theirs = timed(lambda: model.encode(some))
        best["theirs"] = min(best["theirs"], took)
    norms = np.linalg.norm(theirs, axis=1, keepdims=True)
    cosines = np.sum(ours * (theirs / norms), axis=1)
    for name, took in best.items():
        print(f"{name}: {len(some) / took:.0f} texts a second")
    print(f"ratio {best['theirs'] / best['ours']:.2f}, lowest cosine between the two {cosines.min():.6f}")
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
