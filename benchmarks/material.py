"""How many of the shipped questions are answered by the right quote, and how many unanswerable ones are refused.

    python benchmarks/material.py [--split report|tune] [--reader on|off] [--misses]

An answerable question is right when every part of it has a gold range that lies whole inside one shown quote.
"""

import argparse
from collections import Counter
from dataclasses import replace

from corpus.read import shipped
from corpus.verify import verify
from index.cache import library_of
from index.encoders.export import open_encoder
from rag.ask import ask
from rag.evaluation.questions import load
from rag.evaluation.run import right
from rag.reader.model import SHIPPED, NoReader, OnnxReader


def main() -> None:
    """Print one row per kind of question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["report", "tune"], default="report")
    parser.add_argument("--reader", choices=["on", "off"], default="on")
    parser.add_argument("--misses", action="store_true", help="list the questions that went wrong")
    options = parser.parse_args()
    library = library_of(shipped(), encoder=open_encoder(note=print), note=print, progress=lambda done, total: None)
    reader = OnnxReader(SHIPPED) if options.reader == "on" else NoReader()
    cases = load(None).only(split=options.split).cases
    asked, rightly, first, refused, shown, exact = (Counter[str]() for _ in range(6))
    for case in cases:
        kind = case.kind
        answer = ask(case.text, library, reader=reader)
        quotes = [(0, c.quote.start, c.quote.end) for c in answer.citations]
        good = bool(case.gold) and right(quotes, case)
        asked[kind] += 1
        rightly[kind] += good
        first[kind] += any(right(quotes[:1], replace(case, gold=(gold,))) for gold in case.gold)
        refused[kind] += answer.refusal is not None
        shown[kind] += len(quotes)
        exact[kind] += sum(verify(citation.quote) == "exact" for citation in answer.citations)
        if options.misses and (not good if case.answerable else not answer.refusal):
            print(f"  {case.id}: {case.text} -> {answer.refusal.reason if answer.refusal else quotes}")
    print(f"{'kind':<12}{'asked':>7}{'right':>7}{'first':>7}{'refused':>9}{'quotes':>8}{'exact':>7}")
    answerable = {case.kind for case in cases if case.answerable}
    groups = [*((kind, {kind}) for kind in asked), ("answerable", answerable), ("unanswerable", set(asked) - answerable)]
    for name, kinds in groups:
        figures = [sum(counter[kind] for kind in kinds) for counter in (asked, rightly, first, refused, shown, exact)]
        print(f"{name:<12}" + "".join(f"{figure:>{width}}" for figure, width in zip(figures, (7, 7, 7, 9, 8, 7), strict=True)))


if __name__ == "__main__":
    main()
