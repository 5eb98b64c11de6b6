"""Which words of Chinese find paragraphs best: characters and their pairs, as the index has them, or jieba's.

    pip install jieba==0.42.1
    python benchmarks/chinese.py SET [--limit 2000] [--traditional] [--models all-MiniLM-L6-v2 multilingual-e5-small]

BM25 (Lucene's form, by bm25s) over the paragraphs of a set in BEIR's layout, and with ``--models`` the vectors of these
encoders over the same paragraphs, alone and with the words, as the mean of both rankings' scores stretched to 0..1. Intervals
are 95 % bootstraps over the questions; a star differs from the first row by more than chance (paired randomisation, p < 0.05).

`cmrc2018_train`, 2,403 paragraphs, 2,000 questions:

                                   R@10                       nDCG@10                    R@1
    characters and pairs, as now   0.984 (0.979–0.989)        0.960 (0.953–0.967)        0.931 (0.920–0.942)
    characters                     0.967 (0.959–0.975) *      0.905 (0.895–0.915) *      0.841 (0.825–0.857) *
    pairs                          0.983 (0.977–0.989)        0.957 (0.950–0.964) *      0.925 (0.914–0.935)
    jieba                          0.972 (0.964–0.979) *      0.949 (0.941–0.957) *      0.924 (0.913–0.935)
    jieba, for search              0.973 (0.966–0.980) *      0.948 (0.940–0.957) *      0.922 (0.910–0.933)
    jieba and characters           0.977 (0.971–0.984) *      0.947 (0.939–0.955) *      0.912 (0.899–0.924) *
    jieba, characters and pairs    0.984 (0.979–0.989)        0.960 (0.953–0.967)        0.932 (0.921–0.943)

So the index keeps characters and pairs: nothing is better, jieba alone is worse, and no dictionary can lack a word. With
``--traditional``, the paragraphs in Taiwan's characters and words and the questions as they are:

    as now, all simplified         0.984 (0.978–0.989)        0.959 (0.952–0.965)        0.928 (0.917–0.940)
    as they are written            0.889 (0.875–0.903) *      0.830 (0.816–0.845) *      0.766 (0.749–0.785) *

And ``--limit 1000 --paragraphs 300 --models use-multilingual-v3 all-MiniLM-L6-v2``:

    as now                         0.999 (0.997–1.000)        0.988 (0.983–0.993)        0.974 (0.964–0.983)
    use-multilingual-v3 alone      0.940 (0.924–0.955) *      0.826 (0.807–0.843) *      0.706 (0.677–0.734) *
    use-multilingual-v3 and words  0.998 (0.995–1.000)        0.988 (0.983–0.993)        0.974 (0.964–0.983)
    all-MiniLM-L6-v2 alone         0.423 (0.392–0.454) *      0.280 (0.257–0.304) *      0.164 (0.141–0.188) *
    all-MiniLM-L6-v2 and words     0.999 (0.997–1.000)        0.985 (0.980–0.990)        0.965 (0.953–0.976)
"""

import argparse
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from corpus.terms import terms
from index.encoders.export import open_encoder
from index.search.bm25 import K1, B
from rag.evaluation.measures import interval, rankings
from rag.evaluation.questions import load

SHOWN = ("R@10", "nDCG@10", "R@1")
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def analyzers() -> dict[str, Callable[[str], list[str]]]:
    """Every way of taking Chinese for words; what is not Chinese is left to the index's own."""
    import jieba

    jieba.setLogLevel("ERROR")

    def with_words(cut: Callable[[str], Iterator[str]]) -> Callable[[str], list[str]]:
        def analyze(text: str) -> list[str]:
            found = [word for run in _CHINESE.findall(text) for word in cut(run)]
            return found + terms(_CHINESE.sub(" ", text))

        return analyze

    def unfolded(text: str) -> list[str]:
        pairs = (
            run[at : at + n] for run in _CHINESE.findall(text) for at in range(len(run)) for n in (1, 2) if at + n <= len(run)
        )
        return [*pairs, *terms(_CHINESE.sub(" ", text))]

    return {
        "characters and pairs, simplified (as now)": terms,
        "characters and pairs": unfolded,
        "characters": with_words(iter),
        "pairs": with_words(lambda run: (run[at : at + 2] for at in range(max(1, len(run) - 1)))),
        "jieba": with_words(jieba.cut),
        "jieba, for search": with_words(jieba.cut_for_search),
        "jieba and characters": with_words(lambda run: (*jieba.cut(run), *run)),
        "jieba, characters and pairs": with_words(
            lambda run: (*(word for word in jieba.cut(run) if len(word) > 2), *terms(run))
        ),
    }


def scores(analyze: Callable[[str], list[str]], paragraphs: list[str], questions: list[str]) -> NDArray[np.float32]:
    """BM25 of every paragraph for every question, ``(questions, paragraphs) float32``."""
    index = bm25s.BM25(method="lucene", k1=K1, b=B)
    index.index([analyze(text) for text in paragraphs], show_progress=False)
    known = index.vocab_dict
    rows = [[term for term in analyze(text) if term in known] for text in questions]
    return np.stack([index.get_scores(row) if row else np.zeros(len(paragraphs), np.float32) for row in rows])


def stretched(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every row moved and scaled to 0..1."""
    low, high = found.min(axis=1, keepdims=True), found.max(axis=1, keepdims=True)
    return (found - low) / np.maximum(high - low, 1e-9)


def differs(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two paired samples differ by more than chance (randomisation of signs, 2,000 times)."""
    gap = one - other
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (2000, len(gap)))
    return bool(np.mean(np.abs(signs @ gap) >= abs(gap.sum())) < 0.05)


def main() -> None:
    """Print one row per way of searching."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--paragraphs", type=int, help="only so many of the paragraphs, and the questions about them")
    parser.add_argument("--traditional", action="store_true", help="paragraphs in the characters and words of Taiwan")
    parser.add_argument("--models", nargs="*", default=[])
    options = parser.parse_args()
    held = load(options.set)
    paragraphs = [document.text for document in held.documents[: options.paragraphs]]
    if options.traditional:
        from opencc import OpenCC

        paragraphs = [OpenCC("s2twp").convert(text) for text in paragraphs]
    asked = [case for case in held.cases if any(row < len(paragraphs) for row in case.relevant)]
    chosen = np.random.default_rng(0).permutation(len(asked))[: options.limit]
    cases = [asked[at] for at in sorted(chosen.tolist())]
    questions = [case.text for case in cases]
    qrels = {case.id: {held.names[row]: grade for row, grade in case.relevant.items()} for case in cases}
    print(f"{len(paragraphs):,} paragraphs, {len(cases):,} questions\n")
    print("".join(["| | ", " | ".join(SHOWN), " | s |\n|---|", "---|" * (len(SHOWN) + 1)]))
    first: dict[str, NDArray[np.float64]] = {}

    def show(name: str, found: NDArray[np.float32], seconds: float) -> None:
        best = np.argsort(-found, axis=1, kind="stable")[:, :100]
        run = {case.id: [held.names[at] for at in row] for case, row in zip(cases, best.tolist(), strict=True)}
        measured = rankings(qrels, run)
        cells = []
        for measure in SHOWN:
            values = np.array([measured[case.id][measure] for case in cases])
            low, high = interval(values)
            star = " *" if measure in first and differs(values, first[measure]) else ""
            first.setdefault(measure, values)
            cells.append(f"{values.mean():.3f} ({low:.3f}–{high:.3f}){star}")
        print(f"| {name} | {' | '.join(cells)} | {seconds:.0f} |", flush=True)

    words = None
    for name, analyze in analyzers().items():
        began = time.perf_counter()
        found = scores(analyze, paragraphs, questions)
        words = found if words is None else words
        show(name, found, time.perf_counter() - began)
    for model in options.models:
        began = time.perf_counter()
        encoder = open_encoder(model, note=print)
        rows = encoder.encode_passages(paragraphs, progress=lambda done, total: None)
        found = np.stack([rows @ encoder.encode_query(question) for question in questions])
        show(f"{model} alone", found, time.perf_counter() - began)
        if words is not None:
            show(f"{model} and words", stretched(found) + stretched(words), time.perf_counter() - began)


if __name__ == "__main__":
    main()
