"""Who did what, and who did not: a hundred questions in pairs that differ in a role or a negation.

    python benchmarks/roles.py [--show]

`benchmarks/roles.jsonl` holds fifty short texts written for this, each with two questions and the sentence that answers, or
null. Each text is a library of its own. Nothing is trained on them or fitted to them. Intervals are 95 %, bootstrapped.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from corpus.document import Document
from index.cache import library_of
from index.encoders.export import open_encoder
from rag.evaluation.measures import interval
from rag.reader.model import SHIPPED, OnnxReader
from rag.session import Session

PAIRS = Path(__file__).with_name("roles.jsonl")


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print every question that does not come out right")
    options = parser.parse_args()
    encoder, reader = open_encoder(note=print), OnnxReader(SHIPPED)
    first, both, kept, pairs = [], [], [], []
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        document = Document(text=row["text"], title="text", source="text")
        library = library_of([document], encoder=encoder, note=print, progress=lambda done, total: None)
        rights = []
        for question, gold in row["asked"]:
            answer = Session(library, reader).ask(question)
            quotes = [citation.quote.text for citation in answer.citations]
            if gold is None:
                kept.append(float(answer.verdict.band != "answers"))
                rights.append(kept[-1])
            else:
                first.append(float(bool(quotes) and gold in quotes[0]))
                # Two sentences of one paragraph become one quote: what is marked says which of them answers.
                marks = [mark.text for citation in answer.citations[:1] for mark in citation.marks]
                both.append(float(bool(marks) and all(mark in gold for mark in marks)))
                rights.append(first[-1])
            if options.show and not rights[-1]:
                print(f"{question}  {answer.verdict.band} {answer.verdict.probability:.2f}  {quotes[:1]}  for {gold!r}")
        pairs.append(float(all(rights)))
    print("| | n | share | 95 % |\n|---|---|---|---|")
    for name, values in (
        ("right sentence in the first quote", first),
        ("only words of it are marked", both),
        ("without an answer: not called an answer", kept),
        ("both questions of a pair", pairs),
    ):
        low, high = interval(values)
        print(f"| {name} | {len(values)} | {np.mean(values):.3f} | {low:.2f}–{high:.2f} |")


if __name__ == "__main__":
    main()
