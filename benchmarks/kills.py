"""A library under SIGKILL: a process that adds, updates and removes is killed at random moments, and nothing may be lost.

    python benchmarks/kills.py [--kills 200]

A folder of small files is changed at random; a real process brings the library to it, committing after every few thousand
characters, and is killed: one in four at a random moment from its start, the others at a random moment after it has begun to
write. Meanwhile somebody else puts files into the folder of the library, under all kinds of names and into its segments too.
After each kill the library is opened and asked. Counted are libraries that do not open, passages that are lost though a command
had reported them, quotes that differ from the file they name, files of somebody else's of which one byte is gone, and what of
removed files is left after the next whole update. All must be 0; the exit code says so.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from corpus.errors import PinciteError
from index.encoders.export import open_encoder
from index.library import open_if_any
from index.store.state import left_over, read_state, unlisted
from index.store.sync import follow, replace_roots
from rag.ask import ask

BATCH = 3000
SCRIPT = (
    f"import sys, index.store.begun as begun, index.store.sync as sync; begun.EVERY, sync.BATCH = 0.1, {BATCH}; "
    "from ui.cli.main import main; sys.exit(main(sys.argv[1:]))"
)
WORDS = ("ferns", "moss", "oaks", "rivers", "stones", "foxes", "clouds", "harbours", "engines", "letters")


def text(rng: random.Random, number: int) -> str:
    """Some sentences that no other file has."""
    lines = [
        f"File {number} says in line {n} that {rng.choice(WORDS)} need {rng.randrange(10**6)} {rng.choice(WORDS)}."
        for n in range(12)
    ]
    return "\n".join(lines) + "\n"


def change(folder: Path, rng: random.Random, counter: list[int]) -> None:
    """Write some files, change some, rename some, delete some."""
    for _ in range(rng.randrange(6, 20)):
        files = sorted(folder.rglob("*.txt"))
        do = rng.random()
        counter[0] += 1
        new = folder / rng.choice(("", "deep")) / f"{counter[0]}.txt"
        if do < 0.5 or len(files) < 10:
            new.write_text(text(rng, counter[0]))
        elif do < 0.7:
            rng.choice(files).write_text(text(rng, counter[0]))
        elif do < 0.8:
            rng.choice(files).rename(new)
        else:
            rng.choice(files).unlink()


NAMES = (
    ".lock",
    ".manifest.json",
    "manifest.json.bak",
    "popup.html",
    "data-2024/thesis.csv",
    "data-20240101/documents.jsonl",
    "files-to-keep/x",
    "files-0123abcd.jsonl",
    "segment-anything.pt",
    "segment-0123abcd/texts.jsonl",
    ".removed/old.txt",
)
"""Names that somebody else may give to files in the folder of a library; some look like ours."""


def put(lib: Path, rng: random.Random, theirs: dict[Path, bytes]) -> None:
    """Somebody else's file: beside what is ours, in a segment beside its files, or as a link."""
    segments = [path for path in lib.glob("segment-*") if (path / "passages").is_dir()]
    if segments and rng.random() < 0.5:
        path = rng.choice(segments) / rng.choice(("notes.txt", "passages/notes.txt", "mine/thesis.txt", "texts.jsonl.bak"))
    else:
        path = lib / rng.choice(NAMES)
    try:
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path in theirs:
            path.write_bytes(theirs.setdefault(path, rng.randbytes(40)))
    except FileNotFoundError:  # the segment went meanwhile
        theirs.pop(path, None)


def main() -> int:
    """Kill, look, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    from tqdm import tqdm

    rng, counter = random.Random(options.seed), [0]
    root = Path(mkdtemp(prefix="pincite-kills-"))
    docs, lib = root / "docs", root / "lib"
    (docs / "deep").mkdir(parents=True)
    encoder = open_encoder(note=print)
    change(docs, rng, counter)
    follow(lib, replace_roots([docs]), encoder=lambda state: encoder, note=print, progress=quiet, anew=True)
    names = ("kills", "while writing", "whole runs", "do not open", "lost", "not exact", "of others altered", "left over")
    count, theirs = dict.fromkeys(names, 0), dict[Path, bytes]()
    with tqdm(total=options.kills, unit="kill", disable=None) as bar:
        while count["kills"] < options.kills:
            reported = {file.document for file in read_state(lib).files}
            change(docs, rng, counter)
            there = {str(path) for path in docs.rglob("*.txt")}
            command = ["remove", str(lib), str(rng.choice(sorted(there)))] if rng.random() < 0.2 else ["update", str(lib)]
            put(lib, rng, theirs)
            before = {path.name for path in lib.iterdir()}
            process = subprocess.Popen([sys.executable, "-c", SCRIPT, *command], stderr=subprocess.PIPE, text=True)
            if rng.random() < 0.25:
                time.sleep(rng.uniform(0, 2.0))
            else:
                while process.poll() is None and {path.name for path in lib.iterdir()} == before:
                    time.sleep(0.001)
                time.sleep(rng.uniform(0, 0.6))
                put(lib, rng, theirs)  # while it writes
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                count["kills"] += 1
                bar.update()
            else:
                count["whole runs"] += 1
            process.communicate()
            count["while writing"] += process.returncode != 0 and {path.name for path in lib.iterdir()} != before
            look(lib, docs, reported, encoder, rng, count)
            altered = [path for path, data in theirs.items() if not path.is_file() or path.read_bytes() != data]
            count["of others altered"] += len(altered)
            for path in altered:
                print(f"{path}: altered")
                del theirs[path]
    follow(lib, replace_roots([docs]), encoder=lambda state: encoder, note=print, progress=quiet, anew=True)
    texts = {path.read_text() for path in docs.rglob("*.txt")}
    library = open_if_any(lib, encoder=lambda name, fingerprint: encoder)
    count["left over"] += {document.text for document in library.documents} != texts if library else 1
    state = read_state(lib)
    named = {made.name for made in state.segments}
    strangers = {path.relative_to(lib).parts[0] for path in theirs}
    count["left over"] += left_over(lib, state) + len({*unlisted(lib, state)} - strangers)
    ours = [path for path in lib.glob("segment-*/**/*") if path.is_file() and path.relative_to(lib).parts[0] not in named]
    count["left over"] += len({*ours} - theirs.keys())
    shutil.rmtree(root)
    print(f"{len(theirs)} files of somebody else's as they were, ", end="")
    print(", ".join(f"{value} {name}" for name, value in count.items()))
    return int(any(count[name] for name in names[3:]))


def look(lib: Path, docs: Path, reported: set[str], encoder: object, rng: random.Random, count: dict[str, int]) -> None:
    """Open the library and compare it with the files."""
    try:
        library = open_if_any(lib, encoder=lambda name, fingerprint: encoder)  # type: ignore[arg-type,return-value]
        state = read_state(lib)
    except PinciteError as error:
        print(error)
        count["do not open"] += 1
        return
    if library is None:
        count["lost"] += 1
        return
    held = set(library.documents.ids)
    for file in state.files:
        path = Path(file.path)
        if file.document not in held:
            count["lost"] += 1
        elif path.exists() and file.seen and path.stat().st_mtime_ns == file.seen[0]:
            document = library.documents[library.rows[file.document]]
            count["not exact"] += document.text != path.read_text()
    still = {file.document for file in state.files}
    for document in reported - still:  # gone from the state: then gone from the files too
        count["lost"] += any(path.read_text() and sha(path) == document for path in docs.rglob("*.txt")) and not excluded(lib)
    answer = ask(f"What do {rng.choice(WORDS)} need?", library)
    for citation in answer.citations:
        count["not exact"] += citation.quote.text != citation.document.text[citation.quote.start : citation.quote.end]


def sha(path: Path) -> str:
    """The id of the text in a file."""
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def excluded(lib: Path) -> bool:
    """Whether a file was taken out by hand."""
    return bool(read_state(lib).excluded)


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


if __name__ == "__main__":
    sys.exit(main())
