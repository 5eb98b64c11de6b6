"""A run: every question of a set is asked, and what came out is measured. What it holds is in ``rag.evaluation.stored``."""

import platform
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from os import cpu_count

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from corpus.errors import EvaluationError
from corpus.progress import Progress
from corpus.records import checked
from index.search.searcher import Searcher
from rag.answer import Answer, Citation
from rag.evaluation.measures import (
    RANKING,
    Range,
    RiskCoverage,
    auroc,
    characters,
    expected_calibration_error,
    interval,
    rankings,
    reliability,
    resampled,
    risk_coverage,
)
from rag.evaluation.questions import Case, QuestionSet
from rag.evaluation.stored import (
    FORMAT,
    Curves,
    GoldRange,
    IndexHeading,
    Machine,
    Measure,
    Point,
    Quantiles,
    Row,
    Run,
    SetHeading,
    Settings,
    ShownQuote,
)
from rag.reader.model import NoReader
from rag.session import Session
from rag.timing import STAGES, recorded

DEPTH = 500
"""Sentences that retrieval ranks for each question behind those that are answered from, so that a hundred documents can be."""

CURVE = 10
"""Quotes up to which recall is drawn against precision."""

HALF = 0.5
"""The share of a gold range from which it counts as half shown."""

ANYTHING = -1e9
"""A threshold that every question passes: what would be shown if nothing were refused."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked: its row, the rows of documents and passages as they were ranked, and its curve of quotes."""

    row: Row
    documents: Sequence[int]
    passages: Sequence[int]
    curve: Sequence[Point]


def evaluate(
    questions: QuestionSet,
    session: Session,
    *,
    per_document: bool = False,
    index: IndexHeading | None = None,
    progress: Progress,
) -> Run:
    """Ask every question of a set in a session and measure the answers.

    The documents of the session are the set's, in its order. ``per_document`` asks each question of the document it is about
    alone; ``index`` says what is known of the index's making. Raises EvaluationError where that cannot be, or where a
    shown quote is not exact.
    """
    searcher = session.searcher
    if list(searcher.ids) != [document.id for document in questions.documents]:
        raise EvaluationError("run.other_documents", where=questions.name)
    asked: list[Asked] = []
    for done, case in enumerate(questions.cases, start=1):
        within = {_document_of(case, questions)} if per_document else None
        asked.append(_asked(case, questions, session, within))
        progress(done, len(questions.cases))
    rows = _ranked(asked, questions, searcher, documents=len(questions.documents) > 1 and not per_document)
    settings = {
        **session.options.written(with_reader=bool(session.reader.fingerprint)),
        "model": searcher.model,
        "reader": session.reader.fingerprint or None,
        "per_document": per_document,
    }
    counts = {"passages": searcher.passages.n, "sentences": searcher.sentences.n}
    return Run(
        format=FORMAT,
        pincite=version("pincite"),
        made=Machine(python=platform.python_version(), machine=platform.machine(), cores=cpu_count()),
        set=heading(questions),
        settings=checked(settings, Settings),
        measures=measures(rows),
        milliseconds=_milliseconds(rows),
        index=msgspec.structs.replace(index or IndexHeading(), **counts),
        curves=Curves(
            risk=_risk_points(rows),
            quotes=_quote_points([one.curve for one in asked]),
            reliability=_points(reliability(*zip(*points, strict=True))) if (points := calibrated(rows)) else (),
        ),
        rows=rows,
    )


def heading(questions: QuestionSet) -> SetHeading:
    """What a run says of its set: by the fingerprint it is known whether two runs are over the same."""
    return SetHeading(
        name=questions.name,
        fingerprint=questions.fingerprint,
        documents=len(questions.documents),
        questions=len(questions.cases),
    )


def measured_by(questions: QuestionSet, *, per_document: bool) -> frozenset[str]:
    """The measures that a run over these questions can have, known before anything is asked."""
    cases = questions.cases
    groups = {_group(case) for case in cases if case.answerable is False} - {None}
    known = [case.answerable for case in cases if case.answerable is not None]
    names = {*_CURVE_FIGURES, "decision right", "Brier score", "ECE"} if known else set()
    names |= {f"{said} when {group}" for group in groups for said in ("refused", "called answers")}
    if len(set(known)) == 2:
        names |= {"AUROC", *(f"AUROC {group}" for group in groups & {"near", "far"})}
    unanswerable = {"refused when unanswerable", "called answers when unanswerable"}
    names |= unanswerable if any(case.answerable is False for case in cases) else set()
    names |= {"wrong quote again"} if any(case.answerable is None for case in cases) else set()
    names |= set(_OF_ANSWERABLE) if any(case.answerable for case in cases) else set()
    names |= set(_OF_GOLD) if any(case.gold for case in cases) else set()
    names |= set(RANKING) if len(questions.documents) > 1 and not per_document else set()
    return frozenset(names)


_OF_ANSWERABLE = (
    "answered when answerable",
    "called answers when answerable",
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


def measures(rows: Sequence[Row]) -> dict[str, Measure]:
    """Every measure over the rows of a run, with a 95 % bootstrap interval; what cannot be computed says why.

    A mean is over the rows that have a value; AUROC, ECE and the curve's figures are over all of them.
    """
    found = {name: Measure(absent="one document at a time: there is none to rank") for name in RANKING}
    for name in dict.fromkeys(name for row in rows for name in row.measures):
        values = [row.measures[name] for row in rows if name in row.measures]
        found[name] = _measure(float(np.mean(values)), interval(values), len(values))
    yes = [row.confidence for row in rows if row.answerable]
    for name, kinds in (("AUROC", {None, "near", "far"}), ("AUROC near", {"near"}), ("AUROC far", {"far"})):
        no = [row.confidence for row in rows if row.answerable is False and (None in kinds or row.group in kinds)]
        if not yes or not no:
            found[name] = Measure(absent=f"needs answerable and {'unanswerable' if None in kinds else name[6:]} questions")
            continue
        found[name] = _measure(auroc(yes, no), resampled(lambda y, n: auroc(y, n), yes, no), len(yes) + len(no))
    points = judged(rows)
    for name, figure in _CURVE_FIGURES.items() if points else ():
        spread = resampled(lambda sample, figure=figure: figure(_curve(sample)), points)
        found[name] = _measure(figure(_curve(points)), spread, len(points))
    if pairs := calibrated(rows):
        found["ECE"] = _measure(_ece(pairs), resampled(_ece, pairs), len(pairs))
    return found


def judged(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Confidence, and 1 where what would be shown does not answer, of every question whose answer is known."""
    known = [row for row in rows if row.answerable is not None]
    return [(row.confidence, float(not row.measures.get("right if shown", False))) for row in known]


def calibrated(rows: Sequence[Row]) -> list[tuple[float, bool]]:
    """Probability, and whether what would be shown is right, of every question whose answer is known."""
    known = [row for row in rows if row.answerable is not None]
    return [(row.probability, bool(row.measures.get("right if shown"))) for row in known if row.probability is not UNSET]


def _ece(pairs: Sequence[tuple[float, bool]]) -> float:
    return expected_calibration_error([probability for probability, _ in pairs], [right for _, right in pairs])


_CURVE_FIGURES: dict[str, Callable[[RiskCoverage], float]] = {
    "AURC": lambda curve: curve.area,
    "error at 80 % coverage": lambda curve: curve.risk_at(0.8),
    "coverage at 5 % error": lambda curve: curve.coverage_at(0.05),
    "coverage at 10 % error": lambda curve: curve.coverage_at(0.10),
}


def _curve(points: Sequence[tuple[float, float]]) -> RiskCoverage:
    return risk_coverage([confidence for confidence, _ in points], [bool(wrong) for _, wrong in points])


def _measure(value: float, spread: tuple[float, float], n: int) -> Measure:
    return Measure(value=round(value, 4), low=round(spread[0], 4), high=round(spread[1], 4), n=n)


def _asked(case: Case, questions: QuestionSet, session: Session, within: Collection[int] | None) -> Asked:
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
    if not all(quote.exact for quote in (*quotes, *would)):
        raise EvaluationError("run.not_exact", where=questions.name, id=case.id)
    row = Row(
        id=case.id,
        text=case.text,
        kind=case.kind,
        group=_group(case),
        answerable=case.answerable,
        answered=answer.refusal is None,
        confidence=round(forced.confidence, 4),
        least=round(min(verdict.confidence for verdict in forced.verdicts), 4),
        parts=tuple(round(verdict.confidence, 4) for verdict in forced.verdicts),
        verdict=answer.verdict.band,
        probability=round(answer.verdict.probability, 4),
        reason=answer.refusal.reason if answer.refusal else None,
        quotes=quotes,
        forced=would,
        gold=tuple(
            GoldRange(
                doc=questions.names[g.document],
                start=g.start,
                end=g.end,
                part=g.part,
                text=questions.documents[g.document].text[g.start : g.end],
            )
            for g in case.gold
        ),
        relevant={questions.names[row]: grade for row, grade in case.relevant.items()},
        measures=_quote_measures(case, answer, forced, searcher),
        milliseconds={**stages, "total": answer.milliseconds},
    )
    return Asked(row, *_ranking(forced, deep, searcher), _quote_curve(case, forced, searcher))


def _group(case: Case) -> str | None:
    """Whether an unanswerable question is a near miss or a far one, if that is known; None for the others."""
    if case.answerable is not False:
        return None
    return "far" if case.kind in {"far", "attack"} else case.kind or ("near" if case.about is not None else None)


def _quote_measures(case: Case, answer: Answer, forced: Answer, searcher: Searcher) -> dict[str, float]:
    """What one question says of quotes and refusals; a measure that does not apply to it is left out.

    The Brier score (Brier 1950, of two outcomes with one probability) is a mean over questions, so it is one of them.
    """
    if case.answerable is None:
        wrong = [(g.document, g.start, g.end) for g in case.wrong]
        again = any(characters([shown], wrong).recall > 0 for shown in _ranges(answer.citations, searcher))
        return {"wrong quote again": float(again)}
    called, probability = float(answer.verdict.band == "answers"), answer.verdict.probability
    if not case.answerable:
        refused = float(answer.refusal is not None)
        groups = ["unanswerable", *filter(None, [_group(case)])]
        return {
            **{f"refused when {group}": refused for group in groups},
            "decision right": refused,
            **{f"called answers when {group}": called for group in groups},
            "Brier score": probability**2,
        }
    shown, would = _ranges(answer.citations, searcher), _ranges(forced.citations, searcher)
    found = {
        "answered when answerable": float(answer.refusal is None),
        "called answers when answerable": called,
        "decision right": float(right(shown, case)),
        "right if shown": float(right(would, case)),
        "right in first quote": float(right(would[:1], case)),
        "half right if shown": float(half_right(would, case)),
        "half right in first quote": float(half_right(would[:1], case)),
        "right in first sentence": float(right([_first(forced, searcher)], case)),
        "characters shown": float(sum(end - start for _, start, end in would)),
        "Brier score": (probability - float(right(would, case))) ** 2,
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


def _quote_curve(case: Case, forced: Answer, searcher: Searcher) -> list[Point]:
    """Recall, precision and IoU of the first 1, 2, … sentences of the ranking, whatever would be shown of them."""
    gold = [(g.document, g.start, g.end) for g in case.gold]
    hits = [hits[n] for n in range(CURVE) for hits in forced.ranking if n < len(hits)][:CURVE]
    ranges = [(searcher.owner(hit.row), hit.sentence.start, hit.sentence.end) for hit in hits]
    overlaps = [characters(ranges[: n + 1], gold) for n in range(len(ranges))] if gold else []
    return [(round(o.recall, 4), round(o.precision, 4), round(o.iou, 4)) for o in overlaps]


def _ranked(asked: Sequence[Asked], questions: QuestionSet, searcher: Searcher, *, documents: bool) -> tuple[Row, ...]:
    """The rows with the measures of their rankings, over ``documents`` if so and over passages, and the names of the former."""
    relevant = {case.id: {str(d): grade for d, grade in case.relevant.items()} for case in questions.cases}
    inside = {case.id: {str(row): 1 for row in _passages_of(case, searcher)} for case in questions.cases}
    of_documents = rankings(relevant, {one.row.id: list(map(str, one.documents)) for one in asked}) if documents else {}
    of_passages = rankings(inside, {one.row.id: list(map(str, one.passages)) for one in asked})
    return tuple(
        msgspec.structs.replace(
            one.row,
            ranking=tuple(questions.names[n] for n in one.documents),
            measures=one.row.measures
            | of_documents.get(one.row.id, {})
            | {f"passage {name}": value for name, value in of_passages.get(one.row.id, {}).items()},
        )
        for one in asked
    )


def _passages_of(case: Case, searcher: Searcher) -> Iterator[int]:
    """Rows of the passages that hold at least half of one of a question's gold ranges."""
    for gold in case.gold:
        first, ranges = searcher.passages.rows_of(gold.document)
        held = np.minimum(ranges[:, 1], gold.end) - np.maximum(ranges[:, 0], gold.start)
        yield from (first + np.flatnonzero(2 * held >= gold.end - gold.start)).tolist()


def _ranking(answer: Answer, deep: Answer, searcher: Searcher) -> tuple[list[int], list[int]]:
    """Rows of documents and of passages, each by its best sentence, at most a hundred; parts of a question take turns."""
    parts = []
    for hits, more in zip(answer.ranking, deep.ranking, strict=True):
        seen = {hit.row for hit in hits}
        parts.append((*hits, *(hit for hit in more if hit.row not in seen)))
    inturn = [ranked[n] for n in range(max(map(len, parts))) for ranked in parts if n < len(ranked)]
    passages = searcher.passages_of(np.array([hit.row for hit in inturn], dtype=np.int64)).tolist()
    documents = [searcher.owner(hit.row) for hit in inturn]
    return list(dict.fromkeys(documents))[:100], list(dict.fromkeys(passages))[:100]


def _ranges(citations: Sequence[Citation], searcher: Searcher) -> list[Range]:
    return [(searcher.owner(c.hits[0].row), c.quote.start, c.quote.end) for c in citations]


def _shown(answer: Answer, questions: QuestionSet, searcher: Searcher) -> tuple[ShownQuote, ...]:
    """The quotes of an answer, each held against the set's own copy of its document."""
    ranges = _ranges(answer.citations, searcher)
    return tuple(
        ShownQuote(
            doc=questions.names[row],
            start=start,
            end=end,
            text=citation.quote.text,
            exact=questions.documents[row].text[start:end] == citation.quote.text,
        )
        for (row, start, end), citation in zip(ranges, answer.citations, strict=True)
    )


def _document_of(case: Case, questions: QuestionSet) -> int:
    if case.about is not None:
        return case.about
    rows = {gold.document for gold in case.gold} or set(case.relevant)
    if len(rows) != 1:
        raise EvaluationError("run.not_about_one", where=questions.name, id=case.id)
    return rows.pop()


def _milliseconds(rows: Sequence[Row]) -> dict[str, Quantiles]:
    found = {}
    for name in (*STAGES, "total"):
        half, most = np.quantile([row.milliseconds.get(name, 0.0) for row in rows], [0.5, 0.95]).tolist()
        found[name] = Quantiles(p50=round(half, 2), p95=round(most, 2))
    return found


def _risk_points(rows: Sequence[Row]) -> tuple[Point, ...]:
    """Coverage, risk and threshold along the risk-coverage curve, at most two hundred points."""
    points = judged(rows)
    if not points:
        return ()
    curve = _curve(points)
    keep = np.unique(np.linspace(0, len(curve.risks) - 1, 200).astype(int))
    return _points(np.array([curve.coverages[keep], curve.risks[keep], curve.thresholds[keep]]).T)


def _quote_points(curves: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """Mean recall, precision and IoU over 1, 2, … sentences shown."""
    held = [curve for curve in curves if curve]
    means = [np.mean([curve[min(n, len(curve) - 1)] for curve in held], axis=0) for n in range(CURVE if held else 0)]
    return _points(np.array(means).reshape(-1, 3))


def _points(rows: NDArray[np.float64]) -> tuple[Point, ...]:
    return tuple((round(a, 4), round(b, 4), round(c, 4)) for a, b, c in rows.tolist())
