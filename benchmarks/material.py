"""How many of the shipped questions are answered by the right quote, and how many unanswerable ones are refused.

    python benchmarks/material.py [--split report|tune] [--reader on|off] [--misses]

An answerable question is right when every part of it has a gold range that lies whole inside one shown quote.
"""

import argparse
import json
from collections import Counter
from importlib.resources import files

from corpus.check import standing
from corpus.read import shipped
from index.cache import library_of
from index.export import open_encoder
from rag.ask import ask
from rag.reader.model import SHIPPED, OnnxReader


def main() -> None:
    """Print one row per kind of question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["report", "tune"], default="report")
    parser.add_argument("--reader", choices=["on", "off"], default="on")
    parser.add_argument("--misses", action="store_true", help="list the questions that went wrong")
    options = parser.parse_args()
    library = library_of(shipped(), encoder=open_encoder(talk=print), talk=print, progress=lambda done, total: None)
    reader = OnnxReader(SHIPPED) if options.reader == "on" else None
    lines = (files("corpus") / "material" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == options.split]
    asked, right, first, refused, shown, exact = (Counter[str]() for _ in range(6))
    for row in rows:
        kind = row["kind"]
        answer = ask(row["text"], library, reader=reader)
        parts: dict[int, list[tuple[int, int]]] = {}
        for span in row["spans"]:
            parts.setdefault(span.get("part", 0), []).append((span["start"], span["end"]))
        quotes = [(c.quote.start, c.quote.end) for c in answer.citations]
        good = bool(parts) and all(any(a <= s and e <= b for s, e in p for a, b in quotes) for p in parts.values())
        asked[kind] += 1
        right[kind] += good
        first[kind] += bool(quotes) and any(quotes[0][0] <= s and e <= quotes[0][1] for p in parts.values() for s, e in p)
        refused[kind] += answer.refusal is not None
        shown[kind] += len(quotes)
        exact[kind] += sum(standing(citation.quote) == "exact" for citation in answer.citations)
        if options.misses and good != row["answerable"] or options.misses and not row["answerable"] and not answer.refusal:
            print(f"  {row['_id']}: {row['text']} -> {answer.refusal.reason if answer.refusal else quotes}")
    print(f"{'kind':<12}{'asked':>7}{'right':>7}{'first':>7}{'refused':>9}{'quotes':>8}{'exact':>7}")
    answerable = {row["kind"] for row in rows if row["answerable"]}
    groups = [*((kind, {kind}) for kind in asked), ("answerable", answerable), ("unanswerable", set(asked) - answerable)]
    for name, kinds in groups:
        figures = [sum(counter[kind] for kind in kinds) for counter in (asked, right, first, refused, shown, exact)]
        print(f"{name:<12}" + "".join(f"{figure:>{width}}" for figure, width in zip(figures, (7, 7, 7, 9, 8, 7), strict=True)))


if __name__ == "__main__":
    main()
