"""Questions in nine languages over the English article, with the multilingual encoder; and the decisions that it needs.

    python benchmarks/languages.py [--model use-multilingual-v3] [--split report|tune]
    python benchmarks/languages.py --fit DATA [--limit 15]      (needs scikit-learn)

`languages.jsonl` holds shipped questions in other words; an answerable one is right when every part of the English one has a
gold range that lies whole inside a shown quote, as everywhere else. ``--fit`` prints three sets of weights for
`rag/decision.json`, each fitted by logistic regression as in `training/decide.py` (answerable and other questions weigh 2 : 1,
the constant moved so that 0 decides best):

    use-multilingual-v3                    English (`squad2_dev_A`, titles 0) and Chinese (`cmrc2018_train`)
    use-multilingual-v3 across languages   the tune split of `languages.jsonl`
    by words alone                         Chinese, with an encoder that knows nothing

The first is not in `rag/decision.json` yet: within a language the encoder is judged by all-MiniLM-L6-v2's weights. The constant
of the second stands stricter there than fitted, so that a cosine of .17 answers: of far questions nine in ten lie under .165.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.document import Document
from corpus.progress import Progress
from corpus.read import shipped
from corpus.verify import verify
from index.arrays import Vectors
from index.encoders.encoder import Encoder
from index.encoders.export import open_encoder
from index.encoders.multilingual import NAME
from index.library import Library, build
from rag.analyse import analyse
from rag.ask import ask
from rag.decide import signals
from rag.evaluation.questions import Case, load
from rag.evaluation.run import right
from rag.retrieve import retrieve

Range = tuple[int, int, int]
"""A document's row, start and end."""

Asked = tuple[str, list[Range]]
"""A question and what answers it, or nothing where nothing does."""


class Nothing:
    """An encoder to which everything means the same."""

    name, fingerprint, dim = "nothing", "0" * 64, 1

    def encode_query(self, question: str) -> Vectors:
        """One."""
        return np.ones(1, dtype=np.float32)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Ones."""
        return np.ones((len(texts), 1), dtype=np.float32)


def translated(split: str) -> Iterator[tuple[str, str, Case]]:
    """Language and text of every translated question of a split, and the English question that it stands for."""
    of = {case.id: case for case in load(None).cases}
    for row in map(json.loads, (Path(__file__).with_suffix(".jsonl")).read_text(encoding="utf-8").splitlines()):
        if of[row["of"]].split == split:
            yield row["_id"].split("/")[1], row["text"], of[row["of"]]


def touches(shown: Range, gold: Sequence[Range]) -> bool:
    """Whether a range and one of the gold ranges have characters in common."""
    return any(shown[0] == row and shown[1] < end and start < shown[2] for row, start, end in gold)


def table(model: str, split: str) -> None:
    """Print what becomes of the translated questions."""
    library = build(shipped(), encoder=open_encoder(model, note=print), progress=_quiet)
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 7)
    for language, text, case in translated(split):
        answer = ask(text, library)
        quotes = [(0, citation.quote.start, citation.quote.end) for citation in answer.citations]
        gold = bool(case.gold)
        row = (1, right(quotes, case), right(quotes[:1], case)) if gold else (0, 0, 0)
        row += (not gold, not gold and not quotes, len(quotes), sum(verify(c.quote) == "exact" for c in answer.citations))
        for name in (language, "all"):
            counts[name] = [one + int(other) for one, other in zip(counts[name], row, strict=True)]
    print(
        f"{model}, {split}\n{'':<5}{'answerable':>11}{'right':>7}{'first':>7}{'not':>5}{'refused':>9}{'quotes':>8}{'exact':>7}"
    )
    for name, row_ in counts.items():
        print(f"{name:<5}" + "".join(f"{n:>{width}}" for n, width in zip(row_, (11, 7, 7, 5, 9, 8, 7), strict=True)))


def squad_like(folder: Path, *, paragraphs: int, titles: int | None = None) -> tuple[list[Document], list[Asked], list[Asked]]:
    """So many paragraphs of a set, questions that they answer, and as many about other paragraphs."""
    held = load(folder).only(titles=titles)
    cases = [case for case in held.cases if case.answerable and case.gold]
    rows = list(dict.fromkeys(case.gold[0].document for case in cases))
    chosen = {row: at for at, row in enumerate(rows[:: max(1, len(rows) // paragraphs)][:paragraphs])}
    inside: list[Asked] = [
        (c.text, [(chosen[g.document], g.start, g.end) for g in c.gold]) for c in cases if c.gold[0].document in chosen
    ]
    outside: list[Asked] = [(c.text, []) for c in cases if c.gold[0].document not in chosen]
    inside = inside[:: max(1, len(inside) // (3 * paragraphs))]
    return [held.documents[row] for row in chosen], inside, outside[:: max(1, len(outside) // len(inside))][: len(inside)]


def samples(library: Library, asked: Sequence[Asked]) -> Iterator[tuple[dict[str, float], bool, bool]]:
    """For every question its signals, whether the first sentence is right, and whether anything answers it."""
    for text, gold in asked:
        question = analyse(text, library, multi_part=False)
        hits = retrieve(question, library)
        if not hits or not question.words:
            continue
        first = hits[0]
        holds = touches((library.owner(first.row), first.sentence.start, first.sentence.end), gold)
        yield signals(question, hits), holds, bool(gold)


def fit(name: str, rows: Sequence[tuple[dict[str, float], bool, bool]], use: Sequence[str], rules: dict[str, float]) -> None:
    """Print the weights of some signals, fitted to rows that the rules leave open."""
    from sklearn.linear_model import LogisticRegression

    left = [row for row in rows if not any(row[0][rule] for rule in rules)]
    x, y = np.array([[values[signal] for signal in use] for values, _, _ in left]), np.array([right for _, right, _ in left])
    has = np.array([answerable for _, _, answerable in left])
    w = np.where(has, 2 / has.sum(), 1 / (~has).sum())
    w *= len(w) / w.sum()
    model = LogisticRegression(C=10.0, max_iter=5000).fit(x, y, sample_weight=w)
    odds = model.decision_function(x)
    thresholds = np.quantile(odds, np.linspace(0.02, 0.9, 200))
    best = float(thresholds[int(np.argmax([(w * np.where(odds >= t, y, ~has)).sum() for t in thresholds]))])
    weights = {"constant": float(model.intercept_[0]) - best} | dict(zip(use, model.coef_[0].tolist(), strict=True)) | rules
    answered, refused = (odds >= best)[has & y].mean(), (odds < best)[~has].mean()
    figures = f"{len(left)} questions: {answered:.3f} of the right ones answered, {refused:.3f} of the others refused"
    print(figures, flush=True)
    print(json.dumps({name: {"weights": {key: round(value, 3) for key, value in weights.items()}}}, indent=1), flush=True)


def fit_all(data: Path, *, paragraphs: int) -> None:
    """Fit and print the three sets."""
    rules: dict[str, Any] = {"absent name": -20.0, "mostly absent": -20.0}
    multilingual = open_encoder(NAME, note=print)

    def measured(encoder: Encoder, name: str, n: int, titles: int | None = None) -> list[tuple[dict[str, float], bool, bool]]:
        documents, inside, outside = squad_like(data / name, paragraphs=n, titles=titles)
        return list(samples(build(documents, encoder=encoder, progress=_quiet), [*inside, *outside]))

    library = build(shipped(), encoder=multilingual, progress=_quiet)
    across = [(text, [(g.document, g.start, g.end) for g in case.gold]) for _, text, case in translated("tune")]
    fit(f"{NAME} across languages", list(samples(library, across)), ("meaning",), {})
    fit("by words alone", measured(Nothing(), "cmrc2018_train", 8 * paragraphs), ("covered",), rules)
    english = measured(multilingual, "squad2_dev_A", paragraphs, 0)
    chinese = measured(multilingual, "cmrc2018_train", paragraphs)
    fit(NAME, [*english, *chinese], ("meaning", "covered"), rules)


def main() -> None:
    """Print a table, or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=NAME)
    parser.add_argument("--split", choices=["report", "tune"], default="report")
    parser.add_argument("--fit", type=Path, metavar="DATA")
    parser.add_argument("--limit", type=int, default=15, help="paragraphs of each set that are encoded (15)")
    options = parser.parse_args()
    if options.fit:
        fit_all(options.fit, paragraphs=options.limit)
    else:
        table(options.model, options.split)


def _quiet(done: int, total: int) -> None:
    pass


if __name__ == "__main__":
    main()
