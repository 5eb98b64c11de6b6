"""How often the marked words are the answer, on SQuAD 2.0's other titles.

    python benchmarks/marks.py DATA [--limit 300] [--titles 1]

Of `squad2_dev_A` titles 1, answerable questions, all paragraphs in one library. Compared are the words marked in the first
quote, the longest mark of several, with the nearest of the answers that people gave, by SQuAD's own measures: exact match and
F1 over words, without case, punctuation and articles (Rajpurkar et al. 2016). A question that is refused or whose quote has no
mark counts 0. Intervals are 95 %, bootstrapped.
"""

import argparse
import re
import string
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.cache import library_of
from index.encoders.export import open_encoder
from rag.evaluation.measures import interval
from rag.evaluation.questions import load
from rag.reader.model import SHIPPED, OnnxReader
from rag.session import Session


def words(text: str) -> list[str]:
    """The words of an answer as SQuAD compares them."""
    plain = "".join(letter for letter in text.lower() if letter not in string.punctuation + "–—“”‘’")
    return re.sub(r"\b(a|an|the)\b", " ", plain).split()


def f1(said: str, gold: str) -> float:
    """The harmonic mean of precision and recall over words."""
    one, other = words(said), words(gold)
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) if common else 0.0


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the question sets")
    parser.add_argument("--limit", type=int, default=300, help="questions (300)")
    parser.add_argument("--titles", type=int, default=1, choices=(0, 1), help="1, or those that the decision is fitted to: 0")
    parser.add_argument("--show", action="store_true", help="print every mark that is not an answer")
    options = parser.parse_args()
    questions = load(options.data / "squad2_dev_A").only(titles=options.titles, limit=options.limit)
    library = library_of(questions.documents, encoder=open_encoder(note=print), note=print, progress=lambda done, total: None)
    session, exact, shared, marked = Session(library, OnnxReader(SHIPPED)), [], [], []
    sure: list[float] = []
    for case in questions.cases:
        if not case.answerable:
            continue
        answer = session.ask(case.text)
        marks = [mark.text for citation in answer.citations[:1] for mark in citation.marks]
        said = max(marks, key=len, default="")
        golds = [questions.documents[g.document].text[g.start : g.end] for g in case.gold]
        exact.append(float(any(words(said) == words(gold) for gold in golds) and bool(said)))
        shared.append(max(f1(said, gold) for gold in golds))
        marked.append(float(bool(marks)))
        score = answer.citations[0].hits[0].reader_score if answer.citations else None
        sure.append(score.span if marks and score else np.nan)
        if options.show and said and not exact[-1]:
            print(f"{shared[-1]:.2f}  {case.text}\n      {said!r} for {golds}")
    print(f"| {len(exact)} questions | mean | 95 % |\n|---|---|---|")
    where = [value for value, there in zip(exact, marked, strict=True) if there]
    for name, values in (("exact match", exact), ("F1", shared), ("marked", marked), ("exact match where marked", where)):
        low, high = interval(values)
        print(f"| {name} | {np.mean(values):.3f} | {low:.3f}–{high:.3f} |")
    print("\n| log-odds of the marked words | marks | exact match | F1 |\n|---|---|---|---|")
    for low, high in pairwise((-20, -6, -4, -3, -2, -1, 0, 1, 2, 4, 6, 20)):
        some = [n for n, value in enumerate(sure) if low <= value < high]
        if some:
            means = [np.mean([values[n] for n in some]) for values in (exact, shared)]
            print(f"| {low} to {high} | {len(some)} | {means[0]:.3f} | {means[1]:.3f} |")


if __name__ == "__main__":
    main()
