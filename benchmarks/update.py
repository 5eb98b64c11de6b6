"""What an update costs where nothing, one file, or everything's name has changed, on a library of 10,000 files.

    python benchmarks/update.py [--files 10000]

Small files of their own making, in a hundred folders; each command is a process of its own, median of three.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

RUN = [sys.executable, "-c", "import sys; from ui.cli.main import main; sys.exit(main(sys.argv[1:]))"]


def took(*command: str) -> float:
    """Seconds of a whole process."""
    began = time.perf_counter()
    subprocess.run([*RUN, *command], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Make, change, update, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    options = parser.parse_args()
    root = Path(mkdtemp(prefix="pincite-update-"))
    docs, lib = root / "docs", str(root / "lib")
    for n in range(options.files):
        path = docs / f"{n % 100:02}" / f"{n}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"File {n} has this one sentence about number {n * 7919 % 10007}.\n")
    (docs / ".gitignore").write_text("*.log\n!keep.log\nbuild/\n")
    print(f"index {options.files:,} files: {took('index', str(docs), '-o', lib):.1f} s")
    print(f"update, nothing changed: {statistics.median(took('update', lib) for _ in range(3)):.2f} s")
    seconds = []
    for n in range(3):
        (docs / "00" / "0.txt").write_text(f"The file has changed {n} times.\n")
        seconds.append(took("update", lib))
    print(f"update, one file changed: {statistics.median(seconds):.2f} s")
    (docs / "01").rename(docs / "renamed")
    print(f"update, a folder of {options.files // 100} files renamed: {took('update', lib):.2f} s")
    print(f"status: {took('status', lib):.2f} s")
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
