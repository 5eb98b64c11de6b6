"""Fits the numbers that join retrieval and reader, and the decision whether a question is answered.

    python training/decide.py DATA [--limit 1200]

Three things are chosen, all on every second title of `squad2_dev_A` (titles 0; titles 1 are for reporting), its answerable
and its adversarial questions, and on far ones from `nomiracl_en`, asked of all of its paragraphs at once:

    the weights of retrieval and reader in a sentence's score                       printed, for `rag/settings.py`
    the share of the first quote's score that a further quote needs                 printed, for `rag/settings.py`
    the logistic regression that gives the log-odds that the first quote answers    written to `rag/decision.json`

In the regression answerable, adversarial and far questions weigh 4 : 1 : 1; its constant is then shifted so that 0 is the
threshold with the best mean of the decisions that are right, weighed likewise.
"""

import argparse
import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from index.cache import library_of
from index.encoders.export import open_encoder
from index.library import Library
from rag.analyse import analyse
from rag.decide import signals
from rag.evaluation.questions import Case, QuestionSet, load
from rag.evaluation.run import right
from rag.question import Question
from rag.quotes import choose
from rag.reader.model import SHIPPED, OnnxReader
from rag.reader.rerank import ranked, rerank
from rag.retrieve import Hit, retrieve
from rag.settings import DECISION_DEPTH, NEXT_QUOTE_READ, QUOTES, READER_TOKENS, RERANK_WEIGHTS, VETO

SIGNALS = ("sentence", "meaning", "covered")
"""The signals that are weighed; the rules on absent names stay rules."""

DECISION = Path(__file__).resolve().parents[1] / "rag" / "decision.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it, as retrieval ranked it, the reader's looks included."""

    case: Case
    question: Question
    hits: tuple[Hit, ...]
    group: str


def collect(questions: QuestionSet, library: Library, reader: OnnxReader, *, per_document: bool = False) -> list[Asked]:
    """Every question of a set with its hits; of a question of several parts, the whole is asked."""
    found = []
    for case in tqdm(questions.cases, unit=" questions", disable=None):
        question = analyse(case.text, library, multi_part=False)
        within = {case.about} if per_document and case.about is not None else None
        hits = retrieve(question, library, top=DECISION_DEPTH, within=within)
        group = "answerable" if case.answerable else "far" if case.kind == "far" else "near"
        looked = rerank(question, hits, library, reader, most=READER_TOKENS, weights=RERANK_WEIGHTS)
        by_row = {hit.row: hit.reader_score for hit in looked}
        found.append(Asked(case, question, tuple(replace(hit, reader_score=by_row[hit.row]) for hit in hits), group))
    return found


def again(asked: Asked, weights: dict[str, float]) -> tuple[Hit, ...]:
    """The hits of a question ranked with other weights."""
    return ranked(asked.hits, {hit.row: hit.reader_score for hit in asked.hits if hit.reader_score}, weights)


def quotes(hits: Sequence[Hit], library: Library, *, top: int, next_quote: float) -> list[tuple[int, int, int]]:
    """The ranges that would be shown."""
    found = choose(hits, library, top=top, next_quote=next_quote)
    return [(library.owner(reading.hits[0].row), reading.quote.start, reading.quote.end) for reading in found]


def first_right(asked: Sequence[Asked], library: Library, weights: dict[str, float]) -> float:
    """The share of answerable questions whose first sentence is right."""
    values = []
    for one in asked:
        if one.group == "answerable":
            hit = again(one, weights)[0]
            values.append(right([(library.owner(hit.row), hit.sentence.start, hit.sentence.end)], one.case))
    return float(np.mean(values))


def main() -> None:
    """Collect, choose, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=900, help="questions of squad2_dev_A (900)")
    parser.add_argument("--far", type=int, default=150, help="far questions (150)")
    parser.add_argument("--cache", type=Path, help="keep what was collected in this file, or take it from there")
    parser.add_argument("--write", action="store_true", help="write rag/decision.json")
    options = parser.parse_args()
    whole = load(options.data / "squad2_dev_A")
    questions = whole.only(titles=0, limit=options.limit).with_far(load(options.data / "nomiracl_en"), limit=options.far)
    library = library_of(whole.documents, encoder=open_encoder(note=print), note=print, progress=lambda done, total: None)
    reader = OnnxReader(SHIPPED)
    if options.cache and options.cache.exists():
        asked = pickle.loads(options.cache.read_bytes())
    else:
        asked = collect(questions, library, reader)
        if options.cache:
            options.cache.write_bytes(pickle.dumps(asked))

    print("first sentence right, by the reader's weight against retrieval's 1")
    for weight in (0.0, 0.25, 0.5, 1.0, 2.0, 4.0):
        share = first_right(asked, library, {"retrieval": 1.0, "sentence": weight})
        print(f"    {weight:.2f}  {share:.3f}")

    print("answer shown / quotes shown, by the share that a further quote needs, MAX_ODDS_GAP as it is")
    answerable = [(one, again(one, RERANK_WEIGHTS)) for one in asked if one.group == "answerable"]
    for share in (1.01, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5, 0.4, 0.3):
        shown = [quotes(hits, library, top=QUOTES, next_quote=share) for one, hits in answerable]
        good = np.mean([right(ranges, one.case) for ranges, (one, _) in zip(shown, answerable, strict=True)])
        print(f"    {share:.2f}  {good:.3f} / {np.mean([len(ranges) for ranges in shown]):.2f}")

    fit(asked, library, reader, write=options.write)


def fit(asked: Sequence[Asked], library: Library, reader: OnnxReader, *, write: bool) -> None:
    """Fit the decision to what a reader says, print its figures, and write it if that is wanted, for this reader alone."""
    rows, good, weight, shown, none = [], [], [], [], []
    share = {"answerable": 4.0, "near": 1.0, "far": 1.0}
    counts = {group: sum(one.group == group for one in asked) for group in share}
    for one in asked:
        hits = again(one, RERANK_WEIGHTS)
        values = signals(one.question, hits) if hits and hits[0].reader_score and one.question.words else None
        if values is None or values["absent name"] or values["mostly absent"]:
            continue
        first = hits[0]
        rows.append([values[name] for name in SIGNALS])
        good.append(right([(library.owner(first.row), first.sentence.start, first.sentence.end)], one.case))
        shown.append(right(quotes(hits, library, top=QUOTES, next_quote=NEXT_QUOTE_READ), one.case))
        none.append(one.group != "answerable")
        weight.append(share[one.group] / counts[one.group])
    x, y, w = np.array(rows), np.array(good), np.array(weight) * len(rows) / sum(weight)
    model = LogisticRegression(C=10.0, max_iter=5000).fit(x, y, sample_weight=w)
    log_odds = model.decision_function(x)
    thresholds = np.quantile(log_odds, np.linspace(0.02, 0.9, 200))
    values = [(w * np.where(log_odds >= t, shown, none)).sum() / w.sum() for t in thresholds]
    best = float(thresholds[int(np.argmax(values))])
    print(f"decision right {max(values):.3f} at log-odds {best:.2f}")
    weights = {"constant": float(model.intercept_[0]) - best} | dict(zip(SIGNALS, model.coef_[0].tolist(), strict=True))
    weights = {name: round(value, 3) for name, value in weights.items()} | {"absent name": VETO, "mostly absent": VETO}
    print(json.dumps(weights, indent=1))
    if write:
        held: dict[str, Any] = json.loads(DECISION.read_text(encoding="utf-8"))
        held["with reader"] = {"log-odds at 0": round(best, 3), "readers": [reader.fingerprint], "weights": weights}
        DECISION.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
