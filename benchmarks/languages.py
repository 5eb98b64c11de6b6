"""Questions in nine languages over the English article.

    python benchmarks/languages.py [--model NAME_OR_PATH] [--split report|tune] [--reader off]

`languages.jsonl` holds shipped questions in other words; an answerable one is right when every part of the English one has a
gold range that lies whole inside a shown quote, as everywhere else. Nothing is fitted to it.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from corpus.read import shipped
from corpus.verify import verify
from index.encoders.e5 import DEFAULT_MODEL
from index.encoders.export import open_encoder
from index.library import build
from rag.ask import ask
from rag.evaluation.questions import Case, load
from rag.evaluation.run import right
from rag.reader.model import SHIPPED, NoReader, OnnxReader

COLUMNS = ("answerable", "right", "first", "not", "refused", "quotes", "exact")


def translated(split: str) -> Iterator[tuple[str, str, Case]]:
    """Language and text of every translated question of a split, and the English question that it stands for."""
    of = {case.id: case for case in load(None).cases}
    for row in map(json.loads, (Path(__file__).with_suffix(".jsonl")).read_text(encoding="utf-8").splitlines()):
        if of[row["of"]].split == split:
            yield row["_id"].split("/")[1], row["text"], of[row["of"]]


def main() -> None:
    """Print what becomes of the translated questions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--split", choices=["report", "tune"], default="report")
    parser.add_argument("--reader", choices=["on", "off"], default="on")
    options = parser.parse_args()
    library = build(shipped(), encoder=open_encoder(options.model, note=print), progress=_quiet)
    reader = OnnxReader(SHIPPED) if options.reader == "on" else NoReader()
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(COLUMNS))
    for language, text, case in translated(options.split):
        answer = ask(text, library, reader=reader)
        quotes = [(0, citation.quote.start, citation.quote.end) for citation in answer.citations]
        gold = bool(case.gold)
        row = (1, right(quotes, case), right(quotes[:1], case)) if gold else (0, 0, 0)
        row += (not gold, not gold and not quotes, len(quotes), sum(verify(c.quote) == "exact" for c in answer.citations))
        for name in (language, "all"):
            counts[name] = [one + int(other) for one, other in zip(counts[name], row, strict=True)]
    print(f"{options.model}, {options.split}\n{'':<5}" + "".join(f"{name:>12}" for name in COLUMNS))
    for name, numbers in counts.items():
        print(f"{name:<5}" + "".join(f"{n:>12}" for n in numbers))


def _quiet(done: int, total: int) -> None:
    pass


if __name__ == "__main__":
    main()
