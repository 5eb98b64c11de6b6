"""A run: every question of a set is asked, and what came out is measured.

The run is a JSON object, so that it can be kept, compared and drawn:

    format, pincite, made       what wrote it, and on what machine
    set                         name, fingerprint, documents, questions
    settings                    of the session (``rag.options``), of the search and the set
    measures                    name -> {"value", "low", "high", "n"}, or {"absent": why}
    milliseconds                stage -> {"p50", "p95"}
    index                       documents, passages, sentences, "seconds", "bytes"
    curves                      "risk" of error against coverage, "quotes" of recall against precision
    rows                        one for each question, in the set's order
"""

import platform
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from os import cpu_count
from typing import Any

import numpy as np

from corpus.errors import EvaluationError
from corpus.progress import Progress
from index.search.searcher import Searcher
from rag.answer import Answer, Citation
from rag.evaluation.measures import (
    RANKING,
    Range,
    RiskCoverage,
    auroc,
    characters,
    interval,
    rankings,
    resampled,
    risk_coverage,
)
from rag.evaluation.questions import Case, QuestionSet
from rag.reader.model import NoReader
from rag.session import Session
from rag.timing import STAGES, recorded

FORMAT = 1

DEPTH = 500
"""Sentences that retrieval ranks for each question behind those that are answered from, so that a hundred documents can be."""

CURVE = 10
"""Quotes up to which recall is drawn against precision."""

HALF = 0.5
"""The share of a gold range from which it counts as half shown."""

ANYTHING = -1e9
"""A threshold that every question passes: what would be shown if nothing were refused."""

Row = dict[str, Any]


def evaluate(
    questions: QuestionSet,
    session: Session,
    *,
    per_document: bool = False,
    index: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    """Ask every question of a set in a session and measure the answers.

    The documents of the session are the set's, in its order. ``per_document`` asks each question of the document it is about
    alone; ``index`` says what is known of the index's making. Raises EvaluationError where that cannot be, or where a
    shown quote is not exact.
    """
    searcher = session.searcher
    if list(searcher.ids) != [document.id for document in questions.documents]:
        raise EvaluationError(f"{questions.name}: the index holds other documents than the set; index those of the set")
    rows: list[Row] = []
    for done, case in enumerate(questions.cases, start=1):
        within = {_document_of(case, questions)} if per_document else None
        rows.append(_row(case, questions, session, within))
        progress(done, len(questions.cases))
    _add_rankings(rows, questions, searcher, documents=len(questions.documents) > 1 and not per_document)
    made = {"python": platform.python_version(), "machine": platform.machine(), "cores": cpu_count()}
    return {
        "format": FORMAT,
        "pincite": version("pincite"),
        "made": made,
        "set": heading(questions),
        "settings": {
            **session.options.written(with_reader=bool(session.reader.fingerprint)),
            "model": searcher.model,
            "reader": session.reader.fingerprint or None,
            "per_document": per_document,
        },
        "measures": measures(rows),
        "milliseconds": _milliseconds(rows),
        "index": {"passages": searcher.passages.n, "sentences": searcher.sentences.n, **index},
        "curves": {"risk": _risk_points(rows), "quotes": _quote_points(rows)},
        "rows": rows,
    }


def heading(questions: QuestionSet) -> dict[str, Any]:
    """What a run says of its set: by the fingerprint it is known whether two runs are over the same."""
    return {
        "name": questions.name,
        "fingerprint": questions.fingerprint,
        "documents": len(questions.documents),
        "questions": len(questions.cases),
    }


def measured_by(questions: QuestionSet, *, per_document: bool) -> frozenset[str]:
    """The measures that a run over these questions can have, known before anything is asked."""
    cases = questions.cases
    groups = {_group(case) for case in cases if case.answerable is False} - {None}
    known = [case.answerable for case in cases if case.answerable is not None]
    names = {*_CURVE_FIGURES, "decision right", *(f"refused when {group}" for group in groups)} if known else set()
    if len(set(known)) == 2:
        names |= {"AUROC", *(f"AUROC {group}" for group in groups & {"near", "far"})}
    names |= {"refused when unanswerable"} if any(case.answerable is False for case in cases) else set()
    names |= {"wrong quote again"} if any(case.answerable is None for case in cases) else set()
    names |= set(_OF_ANSWERABLE) if any(case.answerable for case in cases) else set()
    names |= set(_OF_GOLD) if any(case.gold for case in cases) else set()
    names |= set(RANKING) if len(questions.documents) > 1 and not per_document else set()
    return frozenset(names)


_OF_ANSWERABLE = (
    "answered when answerable",
    "right if shown",
    "right in first quote",
    "half right if shown",
    "half right in first quote",
    "right in first sentence",
    "characters shown",
)
_OF_GOLD = ("quote recall", "quote precision", "quote IoU", *(f"passage {name}" for name in RANKING))


def right(quotes: Sequence[Range], case: Case) -> bool:
    """Whether every part of a question has a gold range that lies whole inside one of the quotes.

    Where a set judges documents only, a quote from a relevant document is right.
    """
    if not case.gold:
        return any(case.relevant.get(document, 0) > 0 for document, _, _ in quotes)
    parts: dict[int, bool] = {}
    for gold in case.gold:
        held = any(d == gold.document and s <= gold.start and gold.end <= e for d, s, e in quotes)
        parts[gold.part] = parts.get(gold.part, False) or held
    return all(parts.values())


def half_right(quotes: Sequence[Range], case: Case) -> bool:
    """Whether every part of a question has a gold range of which the quotes hold at least half of the characters.

    People mark ranges that begin or end inside a sentence, or run over several, which whole sentences hold in part. The
    quotes count together: ``|gold ∩ (quote 1 ∪ quote 2 ∪ …)| >= |gold| / 2``, in characters.
    """
    if not case.gold:
        return right(quotes, case)
    parts: dict[int, bool] = {}
    for gold in case.gold:
        held = characters(quotes, [(gold.document, gold.start, gold.end)]).recall >= HALF
        parts[gold.part] = parts.get(gold.part, False) or held
    return all(parts.values())


def measures(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Every measure over the rows of a run, with a 95 % bootstrap interval; what cannot be computed says why.

    A mean is over the rows that have a value; AUROC and the curve's figures are over all of them.
    """
    found: dict[str, dict[str, Any]] = {name: {"absent": "one document at a time: there is none to rank"} for name in RANKING}
    for name in dict.fromkeys(name for row in rows for name in row["measures"]):
        values = [float(row["measures"][name]) for row in rows if name in row["measures"]]
        low, high = interval(values)
        found[name] = _entry(float(np.mean(values)), low, high, len(values))
    yes = [row["confidence"] for row in rows if row["answerable"]]
    for name, kinds in (("AUROC", {None, "near", "far"}), ("AUROC near", {"near"}), ("AUROC far", {"far"})):
        no = [row["confidence"] for row in rows if row["answerable"] is False and (None in kinds or row["group"] in kinds)]
        if not yes or not no:
            found[name] = {"absent": f"needs answerable and {'unanswerable' if None in kinds else name[6:]} questions"}
            continue
        low, high = resampled(lambda y, n: auroc(y, n), yes, no)
        found[name] = _entry(auroc(yes, no), low, high, len(yes) + len(no))
    points = judged(rows)
    for name, figure in _CURVE_FIGURES.items() if points else ():
        low, high = resampled(lambda sample, figure=figure: figure(_curve(sample)), points)
        found[name] = _entry(figure(_curve(points)), low, high, len(points))
    return found


def judged(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Confidence, and 1 where what would be shown does not answer, of every question whose answer is known."""
    known = [row for row in rows if row["answerable"] is not None]
    return [(row["confidence"], float(not row["measures"].get("right if shown", False))) for row in known]


_CURVE_FIGURES: dict[str, Callable[[RiskCoverage], float]] = {
    "AURC": lambda curve: curve.area,
    "error at 80 % coverage": lambda curve: curve.risk_at(0.8),
    "coverage at 5 % error": lambda curve: curve.coverage_at(0.05),
    "coverage at 10 % error": lambda curve: curve.coverage_at(0.10),
}


def _curve(points: Sequence[tuple[float, float]]) -> RiskCoverage:
    return risk_coverage([confidence for confidence, _ in points], [bool(wrong) for _, wrong in points])


def _entry(value: float, low: float, high: float, n: int) -> dict[str, Any]:
    return {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n}


def _row(case: Case, questions: QuestionSet, session: Session, within: Collection[int] | None) -> Row:
    """Everything about one question: ``quotes`` are shown as the product does it, ``forced`` would be if nothing were refused.

    The ranking is the one that was answered from, and behind it what retrieval alone ranks deeper.
    """
    with recorded() as stages:
        answer = session.ask(case.text, within=within)
    anything = replace(session, options=replace(session.options, threshold=ANYTHING))
    forced = anything.ask(case.text, within=within) if answer.refusals else answer
    deeper = replace(anything, reader=NoReader(), options=replace(anything.options, depth=DEPTH))
    deep, searcher = deeper.ask(case.text, within=within), session.searcher
    quotes, would = _shown(answer, questions, searcher), _shown(forced, questions, searcher)
    if not all(quote["exact"] for quote in (*quotes, *would)):
        raise EvaluationError(f"{questions.name}: a quote shown for {case.id} is not what its document says; this is a defect")
    return {
        "_id": case.id,
        "text": case.text,
        "kind": case.kind,
        "group": _group(case),
        "answerable": case.answerable,
        "answered": answer.refusal is None,
        "confidence": round(forced.confidence, 4),
        "least": round(min(verdict.confidence for verdict in forced.verdicts), 4),
        "reason": answer.refusal.reason if answer.refusal else None,
        "quotes": quotes,
        "forced": would,
        "gold": [
            {"doc": questions.names[g.document], "start": g.start, "end": g.end, "part": g.part}
            | {"text": questions.documents[g.document].text[g.start : g.end]}
            for g in case.gold
        ],
        "relevant": {questions.names[row]: grade for row, grade in case.relevant.items()},
        "ranking": _ranking(forced, deep, searcher),
        "measures": _quote_measures(case, answer, forced, searcher),
        "quote_curve": _quote_curve(case, forced, searcher),
        "milliseconds": {**stages, "total": answer.milliseconds},
    }


def _group(case: Case) -> str | None:
    """Whether an unanswerable question is a near miss or a far one, if that is known; None for the others."""
    if case.answerable is not False:
        return None
    return "far" if case.kind in {"far", "attack"} else case.kind or ("near" if case.about is not None else None)


def _quote_measures(case: Case, answer: Answer, forced: Answer, searcher: Searcher) -> dict[str, float]:
    """What one question says of quotes and refusals; a measure that does not apply to it is left out."""
    if case.answerable is None:
        wrong = [(g.document, g.start, g.end) for g in case.wrong]
        again = any(characters([shown], wrong).recall > 0 for shown in _ranges(answer.citations, searcher))
        return {"wrong quote again": float(again)}
    if not case.answerable:
        refused = float(answer.refusal is not None)
        names = ("refused when unanswerable", "decision right", f"refused when {_group(case)}")
        return {name: refused for name in names if not name.endswith("None")}
    shown, would = _ranges(answer.citations, searcher), _ranges(forced.citations, searcher)
    found = {
        "answered when answerable": float(answer.refusal is None),
        "decision right": float(right(shown, case)),
        "right if shown": float(right(would, case)),
        "right in first quote": float(right(would[:1], case)),
        "half right if shown": float(half_right(would, case)),
        "half right in first quote": float(half_right(would[:1], case)),
        "right in first sentence": float(right([_first(forced, searcher)], case)),
        "characters shown": float(sum(end - start for _, start, end in would)),
    }
    if case.gold:
        overlap = characters(would, ((g.document, g.start, g.end) for g in case.gold))
        found |= {"quote recall": overlap.recall, "quote precision": overlap.precision, "quote IoU": overlap.iou}
    return found


def _first(answer: Answer, searcher: Searcher) -> Range:
    """The sentence ranked first, of the part of the question that is surest to be answered."""
    part = max(range(len(answer.ranking)), key=lambda n: answer.verdicts[n].confidence)
    hits = answer.ranking[part]
    return (searcher.owner(hits[0].row), hits[0].sentence.start, hits[0].sentence.end) if hits else (-1, 0, 0)


def _quote_curve(case: Case, forced: Answer, searcher: Searcher) -> list[tuple[float, float, float]]:
    """Recall, precision and IoU of the first 1, 2, … sentences of the ranking, whatever would be shown of them."""
    gold = [(g.document, g.start, g.end) for g in case.gold]
    hits = [hits[n] for n in range(CURVE) for hits in forced.ranking if n < len(hits)][:CURVE]
    ranges = [(searcher.owner(hit.row), hit.sentence.start, hit.sentence.end) for hit in hits]
    overlaps = [characters(ranges[: n + 1], gold) for n in range(len(ranges))] if gold else []
    return [(round(o.recall, 4), round(o.precision, 4), round(o.iou, 4)) for o in overlaps]


def _add_rankings(rows: Sequence[Row], questions: QuestionSet, searcher: Searcher, *, documents: bool) -> None:
    """Add to each row the measures of its ranking, over documents and over passages, and put names to the former."""
    relevant = {case.id: {str(d): grade for d, grade in case.relevant.items()} for case in questions.cases}
    by_id = {row["_id"]: row for row in rows}
    inside = {case.id: {str(row): 1 for row in _passages_of(case, searcher)} for case in questions.cases}
    for qrels, level, prefix in ((relevant, "documents", ""), (inside, "passages", "passage ")):
        if level == "documents" and not documents:
            continue
        run = {row["_id"]: [str(n) for n in row["ranking"][level]] for row in rows}
        for query, values in rankings(qrels, run).items():
            by_id[query]["measures"] |= {prefix + name: value for name, value in values.items()}
    for row in rows:
        row["ranking"] = [questions.names[n] for n in row["ranking"]["documents"]]


def _passages_of(case: Case, searcher: Searcher) -> Iterator[int]:
    """Rows of the passages that hold at least half of one of a question's gold ranges."""
    for gold in case.gold:
        first, ranges = searcher.passages.rows_of(gold.document)
        held = np.minimum(ranges[:, 1], gold.end) - np.maximum(ranges[:, 0], gold.start)
        yield from (first + np.flatnonzero(2 * held >= gold.end - gold.start)).tolist()


def _ranking(answer: Answer, deep: Answer, searcher: Searcher) -> dict[str, list[int]]:
    """Rows of documents and of passages, each by its best sentence, at most a hundred; parts of a question take turns."""
    parts = []
    for hits, more in zip(answer.ranking, deep.ranking, strict=True):
        seen = {hit.row for hit in hits}
        parts.append((*hits, *(hit for hit in more if hit.row not in seen)))
    inturn = [ranked[n] for n in range(max(map(len, parts))) for ranked in parts if n < len(ranked)]
    owners = searcher.passages_of(np.array([hit.row for hit in inturn], dtype=np.int64)).tolist()
    return {
        "documents": list(dict.fromkeys(searcher.owner(hit.row) for hit in inturn))[:100],
        "passages": list(dict.fromkeys(owners))[:100],
    }


def _ranges(citations: Sequence[Citation], searcher: Searcher) -> list[Range]:
    return [(searcher.owner(c.hits[0].row), c.quote.start, c.quote.end) for c in citations]


def _shown(answer: Answer, questions: QuestionSet, searcher: Searcher) -> list[dict[str, Any]]:
    """The quotes of an answer, each held against the set's own copy of its document."""
    ranges = _ranges(answer.citations, searcher)
    return [
        {"doc": questions.names[row], "start": start, "end": end, "text": citation.quote.text}
        | {"exact": questions.documents[row].text[start:end] == citation.quote.text}
        for (row, start, end), citation in zip(ranges, answer.citations, strict=True)
    ]


def _document_of(case: Case, questions: QuestionSet) -> int:
    if case.about is not None:
        return case.about
    rows = {gold.document for gold in case.gold} or set(case.relevant)
    if len(rows) != 1:
        raise EvaluationError(f"{questions.name}: {case.id} is not about one document; run without --per-document")
    return rows.pop()


def _milliseconds(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    found = {}
    for name in (*STAGES, "total"):
        values = [row["milliseconds"].get(name, 0.0) for row in rows]
        found[name] = {"p50": round(float(np.quantile(values, 0.5)), 2), "p95": round(float(np.quantile(values, 0.95)), 2)}
    return found


def _risk_points(rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """Coverage, risk and threshold along the risk-coverage curve, at most two hundred points."""
    points = judged(rows)
    if not points:
        return []
    curve = _curve(points)
    keep = np.unique(np.linspace(0, len(curve.risks) - 1, 200).astype(int))
    columns = (curve.coverages[keep], curve.risks[keep], curve.thresholds[keep])
    return [(round(float(c), 4), round(float(r), 4), round(float(t), 4)) for c, r, t in zip(*columns, strict=True)]


def _quote_points(rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """Mean recall, precision and IoU over 1, 2, … sentences shown."""
    curves = [row.pop("quote_curve") for row in rows]
    held = [curve for curve in curves if curve]
    points = []
    for n in range(CURVE if held else 0):
        column = np.mean([curve[min(n, len(curve) - 1)] for curve in held], axis=0)
        points.append((round(float(column[0]), 4), round(float(column[1]), 4), round(float(column[2]), 4)))
    return points
