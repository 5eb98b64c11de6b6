"""Runs as one page to look at: figures, curves and the worst questions, in HTML that needs nothing beside itself.

What it says is gathered here, how it stands there is in ``report.html.jinja``.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from msgspec import UNSET, to_builtins

import ui.report.charts as charts
from rag.bands import ANSWERS, may_answer_from
from rag.evaluation.stored import Measure, Quantiles, Row, Run
from ui.cli.console import counted

WORST = 40
"""Questions shown of each run."""

PUBLISHED = (
    ("recursive 200", 0.065, 0.757, "end"),
    ("cluster 200", 0.072, 0.752, "start"),
    ("token 250/125", 0.036, 0.824, "end"),
)
"""Precision and recall of chunkers at 5 chunks with all-MiniLM-L6-v2 (Smith and Troynikov 2024, Chroma's technical report),
and which end of its label a point stands at."""

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Finding the document": {
        "nDCG@10": "how high the right ones stand among the first ten; 1 is the best order",
        "R@1": "share of the right ones that come first",
        "R@10": "share of the right ones among the first ten",
        "RR": "one over the rank of the first right one",
    },
    "Finding the passage": dict.fromkeys(("passage nDCG@10", "passage R@1", "passage R@10", "passage RR"), ""),
    "Quoting the answer": {
        "right in first quote": "the first quote holds the answer, were nothing refused",
        "right if shown": "the quotes hold the answer, were nothing refused",
        "quote recall": "share of the answer’s characters that the quotes hold",
        "quote precision": "share of the quotes’ characters that belong to the answer",
        "quote IoU": "characters in both, over characters in either",
        "characters shown": "length of all quotes together",
    },
    "Answering and refusing": {
        "answered when answerable": "the documents answer, and quotes were shown, surely or as unsure",
        "called answers when answerable": "they were shown as an answer, not as unsure",
        "refused when near": "close to the documents, yet not answered by them, and refused",
        "called answers when near": "and shown as an answer; lower is better",
        "refused when far": "about something else, and refused",
        "called answers when far": "and shown as an answer; lower is better",
        "refused when unanswerable": "near and far together",
        "called answers when unanswerable": "near and far together; lower is better",
        "decision right": "answered with the right quote, or rightly refused",
        "wrong quote again": "a quote that was marked as wrong is shown again; lower is better",
    },
    "Knowing how sure to be": {
        "AUROC near": "chance that an answerable question is surer than a near one; 0.5 is a coin",
        "AUROC far": "chance that an answerable question is surer than a far one; 0.5 is a coin",
        "AUROC": "chance that an answerable question is surer than an unanswerable one; 0.5 is a coin",
        "AURC": "mean error from the surest question to all of them; lower is better",
        "error at 80 % coverage": "error among the surest 80 %; lower is better",
        "coverage at 5 % error": "share that can be answered with one error in twenty",
        "coverage at 10 % error": "share that can be answered with one error in ten",
        "ECE": "how far the probability is from the share that is right, on the mean; lower is better",
        "Brier score": "mean square of probability minus 1 where right, 0 where wrong; lower is better",
    },
}
"""The measures that matter, by what they are about, and each in plain words; a passage's are those of a document."""


OUTCOMES: Mapping[bool | None, tuple[str, tuple[tuple[str, str], ...]]] = {
    True: ("The documents answer", (("right", "right quote"), ("wrong", "wrong quote"), ("missed", "refused"))),
    False: ("The documents do not answer", (("right", "refused"), ("wrong", "quoted all the same"))),
    None: ("Once marked as wrong", (("right", "not shown again"), ("wrong", "shown again"))),
}
"""By whether questions are answerable: a heading, and what can become of them, how that is drawn and what it is called."""


def page(runs: Sequence[Run], names: Sequence[str]) -> str:
    """One HTML page about runs, and what each is called.

    It loads nothing and runs nothing. Whatever a document or a question says is escaped, and stands there character by
    character, but for those that HTML cannot hold: they become U+FFFD, with a note. The same runs give the same page.
    """
    template = _environment().from_string((files("ui.report") / "report.html.jinja").read_text(encoding="utf-8"))
    facts = [dict(_facts(run)) for run in runs]
    there = list(dict.fromkeys(name for run in runs for name in run.measures))
    grouped = {heading: [name for name in meanings if name in there] for heading, meanings in GROUPS.items()}
    rest = [name for name in there if not any(name in meanings for meanings in GROUPS.values())]
    return template.render(
        css=Markup((files("ui.report") / "report.css").read_text(encoding="utf-8")),
        sets=list(dict.fromkeys(run.set.name for run in runs)),
        names=names,
        runs=runs,
        summaries=[(_summary(run), _nature(run)) for run in runs],
        outcomes=list(map(_outcomes, runs)),
        differ=len({run.set.fingerprint for run in runs}) > 1,
        groups={heading: [_measured(name, runs) for name in some] for heading, some in grouped.items()},
        rest=[_measured(name, runs) for name in rest],
        risk=_risk(runs),
        reliability=_reliability(runs),
        confidences=list(map(_confidences, runs)),
        quotes=_quotes(runs),
        times=_times(runs),
        worst=list(map(_worst, runs)),
        facts={name: [one.get(name, "–") for one in facts] for name in dict.fromkeys(name for one in facts for name in one)},
    )


def _environment() -> Environment:
    """Jinja with every text escaped as ``charts.text`` does it, which refuses what is not there."""
    made = Environment(autoescape=True, undefined=StrictUndefined, finalize=charts.text, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"swatch": charts.swatch, "letter": charts.letter, "piece": charts.piece}
    made.filters |= {
        "counted": counted,
        "figure": charts.figure,
        "minus": charts.minus,
        "percent": charts.percent,
        "lost": lambda text: len(re.findall(charts.LOST, text)),
        "short": lambda name: f"{name[:12]}…" if re.fullmatch("[0-9a-f]{64}", name) else name,
        "facts": _about,
    }
    return made


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing with its legend: the runs that it names, and what it says of each."""

    drawing: Markup
    legend: tuple[tuple[int, str], ...] = ()


def _nature(run: Run) -> str:
    counts = counted(run.set.questions, "question"), counted(run.set.documents, "document")
    machine = f"{run.made.machine}, {counted(run.made.cores or 1, 'core')}"
    return " · ".join((*counts, run.settings.model, f"pincite {run.pincite}", machine))


def _summary(run: Run) -> str:
    """A run in one sentence; what was not measured is not mentioned."""
    patterns = (
        ("right in first quote", "{} of the answerable questions have the right sentence first"),
        ("answered when answerable", "{} of them are answered"),
        ("refused when near", "of the near misses {} are refused"),
        ("refused when far", "of the far questions {}"),
    )
    figures = {name: found.figures for name, found in run.measures.items()}
    said = [text.format(charts.percent(found.value)) for name, text in patterns if (found := figures.get(name))]
    exact = [quote.exact for row in run.rows for quote in row.quotes]
    broken = exact.count(False)
    wholly = f"every one of {len(exact):,} shown quotes is exact" if exact else "no quote was shown"
    said.append(f"{broken:,} of {counted(len(exact), 'shown quote')} NOT exact" if broken else wholly)
    return f"{'; '.join(said)}.".replace(" %", "\N{NO-BREAK SPACE}%")


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    """Everything that a run says of itself, by its name."""
    index = to_builtins(run.index)
    said = {f"index: {name}": value for name, value in index.items() if name not in ("seconds", "bytes")}
    if "seconds" in index:
        said["indexing took"] = "kept from before" if index["seconds"] is None else f"{index['seconds']:,} seconds"
    if "bytes" in index:
        said["index on disk"] = f"{index['bytes']:,} bytes"
    for name, value in {**to_builtins(run.set), **to_builtins(run.settings), **said, **to_builtins(run.made)}.items():
        yield ("set" if name == "name" else name.replace("_", " ")), _plain(value)
    yield "threshold", _threshold_of(run)
    yield "pincite", run.pincite


def _plain(value: object) -> str:
    """A value of a run as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return value if isinstance(value, str) else "–" if value is None else json.dumps(value, ensure_ascii=False)


def _threshold(run: Run) -> float:
    """The confidence from which a run shows quotes as an answer."""
    return ANSWERS if run.settings.threshold is UNSET else run.settings.threshold


def _threshold_of(run: Run) -> str:
    return charts.minus(f"{_threshold(run):.2f}") + (" (today's default)" if run.settings.threshold is UNSET else "")


# --- sections ---


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of all runs, what it means, and its intervals under each other."""

    name: str
    meaning: str
    found: tuple[Measure, ...]
    drawing: Markup


def _measured(name: str, runs: Sequence[Run]) -> Measured:
    meanings = {name: meaning for group in GROUPS.values() for name, meaning in group.items()}
    found = tuple(run.measures.get(name, Measure(absent="not measured")) for run in runs)
    figures = {n: one.figures for n, one in enumerate(found) if one.figures}
    top = max([1.0, *(one.high for one in figures.values())])
    meaning = meanings.get(name) or meanings.get(name.removeprefix("passage "), "")
    meaning += f"; drawn from 0 to {charts.figure(top)}" if top > 1 else ""
    marks = charts.quarters()
    for n, one in figures.items():
        marks += charts.interval(n, one.low / top, one.value / top, one.high / top, y=10 + 14 * n)
    said = {n: f"{charts.figure(one.low)} to {charts.figure(one.high)}" for n, one in figures.items()}
    title = f"{name}, from 0 to {charts.figure(top)}"
    return Measured(name, meaning, found, charts.drawing(title, said, marks, height=6 + 14 * len(found), kind="intervals"))


def _outcome(row: Row) -> tuple[bool | None, int]:
    """Whether a question is answerable, if known, and which of that kind's OUTCOMES it has."""
    if row.answerable:
        return True, 0 if row.measures.get("decision right") else 1 if row.answered else 2
    return row.answerable, int(bool(row.answered if row.answerable is False else row.measures.get("wrong quote again")))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the questions of one kind: so many of each, how it is drawn and what it is called."""

    heading: str
    pieces: tuple[tuple[int, str, str], ...]
    bar: Markup

    @property
    def total(self) -> int:
        """All of them."""
        return sum(size for size, _, _ in self.pieces)


def _outcomes(run: Run) -> list[Outcomes]:
    """What became of all questions, by their kind."""
    found, shown = [_outcome(row) for row in run.rows], []
    for kind, (heading, labels) in OUTCOMES.items():
        sizes = [found.count((kind, n)) for n in range(len(labels))]
        if sum(sizes):
            pieces = tuple((size, *label) for size, label in zip(sizes, labels, strict=True))
            shown.append(Outcomes(heading, pieces, charts.bar(sizes, labels, heading)))
    return shown


def _risk(runs: Sequence[Run]) -> Drawn:
    """Error against coverage, and where each run stands today."""
    largest = max([0.1, *(risk for run in runs for _, risk, _ in run.curves.risk)])
    x = charts.Axis("questions answered, surest first, %", (0, 0.2, 0.4, 0.6, 0.8, 1))
    y = charts.Axis("of these, wrong, %", tuple(n / 10 for n in range(math.ceil(largest * 10 - 1e-9) + 1)))
    lines, spots, said, legend = Markup(), Markup(), {}, []
    for n, run in enumerate(runs):
        lines += charts.line(n, [(coverage, risk) for coverage, risk, _ in run.curves.risk], x, y)
        judged = [row for row in run.rows if row.answerable is not None]
        wrong = [not row.measures.get("right if shown") for row in judged if row.answered]
        if wrong:
            coverage, risk = len(wrong) / len(judged), sum(wrong) / len(wrong)
            spots += charts.spot(coverage, risk, x, y, Markup('<circle class="halo" r="9"/>') + charts.marker(n))
            said[n] = f"{charts.percent(coverage)} of the questions are answered, {charts.percent(risk)} of these wrongly"
            legend.append((n, f"{said[n]}; threshold {_threshold_of(run)}"))
    return Drawn(charts.plot("Error against coverage", said, x, y, lines + spots), tuple(legend))


def _reliability(runs: Sequence[Run]) -> Drawn | None:
    """The share that is right against the probability, over bins of equally many questions; None where no run has any."""
    held = [(n, run.curves.reliability) for n, run in enumerate(runs) if run.curves.reliability]
    if not held:
        return None
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1)
    x, y = charts.Axis("probability, %", ticks), charts.Axis("of these, right, %", ticks)
    marks, said = charts.diagonal(), {}
    for n, bins in held:
        marks += charts.line(n, [(sure, right) for sure, right, _ in bins], x, y)
        for sure, right, _ in bins:
            marks += charts.spot(sure, right, x, y, charts.marker(n))
        ends = (bins[0], bins[-1])
        said[n] = ", ".join(f"{charts.percent(right)} right at {charts.percent(sure)}" for sure, right, _ in ends)
    return Drawn(charts.plot("Right against probability", said, x, y, marks), tuple((n, "") for n, _ in held if len(runs) > 1))


def _confidences(run: Run) -> Markup:
    """How sure a run is of the answerable questions, and of the others."""
    groups: dict[str, list[float]] = {"answerable": [], "near": [], "far": []}
    for row in run.rows:
        other = "unanswerable" if row.answerable is False else "unknown"
        groups.setdefault("answerable" if row.answerable else row.group or other, []).append(row.confidence)
    threshold, asked = _threshold(run), {name: values for name, values in groups.items() if values}
    return charts.histograms(asked, threshold, may_answer_from(threshold))


@dataclass(frozen=True, slots=True)
class Recall(Drawn):
    """Recall against precision; whether what others published stands beside it."""

    published: bool = False


def _quotes(runs: Sequence[Run]) -> Recall | None:
    """Recall against precision as more sentences are shown, with what others published of the same set; None without any."""
    held = [(n, run.curves.quotes) for n, run in enumerate(runs) if run.curves.quotes]
    if not held:
        return None
    published = PUBLISHED if any(run.set.name.startswith("chunking") for run in runs) else ()
    points = [(p, r) for _, curve in held for r, p, _ in curve] + [(p, r) for _, p, r, _ in published]
    scale = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    lowest = max([tick for tick in scale[:-1] if tick <= min(p for p, _ in points)], default=scale[0])
    x = charts.Axis("precision, %", tuple(tick for tick in scale if tick >= lowest), math.log)
    floor = min(math.floor(min(r for _, r in points) * 10), 9)
    y = charts.Axis("recall, %", tuple(n / 10 for n in range(floor, 11)))
    marks, said = Markup().join(charts.line(n, [(p, r) for r, p, _ in curve], x, y) for n, curve in held), {}
    for n, curve in held:
        for count, (r, p, _) in enumerate(curve, start=1):
            dot = Markup('<circle class="{} point" r="2"/>').format(charts.run_class(n))
            mark = charts.marker(n) if count in (1, 5, 10) else dot
            number = charts.label(count, x=7, y=-7) if n == held[0][0] and count in (1, 2, 3, 5, 10) else Markup()
            marks += charts.spot(p, r, x, y, mark + number)
        ends = ((1, *curve[0]), (len(curve), *curve[-1]))
        said[n] = ", ".join(
            f"recall {charts.percent(r)} at precision {charts.percent(p)} with {count}" for count, r, p, _ in ends
        )
    for name, p, r, side in published:
        cross = Markup('<path class="other" d="M-4-4L4 4M-4 4L4-4"/>')
        marks += charts.spot(p, r, x, y, cross + charts.label(name, x=9 if side == "start" else -9, y=4, anchor=side))
    drawing = charts.plot("Recall against precision of the first 1 to 10 sentences", said, x, y, marks)
    return Recall(drawing, tuple((n, "") for n, _ in held if len(runs) > 1), bool(published))


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds by stage, each with those of every run and a drawing, up to the longest."""

    longest: float
    stages: dict[str, tuple[list[Quantiles], Markup]]


def _times(runs: Sequence[Run]) -> Times:
    """A bar to the median, a line to the 95th percentile."""
    longest = max([1e-9, *(ms.p95 for run in runs for ms in run.milliseconds.values())])
    stages = {}
    for name in dict.fromkeys(name for run in runs for name in run.milliseconds):
        every = [run.milliseconds.get(name, Quantiles(p50=0.0, p95=0.0)) for run in runs]
        marks = Markup().join(charts.whisker(n, ms.p50 / longest, ms.p95 / longest, y=3 + 14 * n) for n, ms in enumerate(every))
        said = {n: f"{ms.p50:.1f} to {ms.p95:.1f}" for n, ms in enumerate(every)}
        drawn = charts.drawing(f"{name}, milliseconds", said, marks, height=14 * len(runs), kind="intervals")
        stages[name] = every, drawn
    return Times(longest, stages)


WORST_KINDS = (
    ((True, 1), "Wrong quote", "The documents answer, and what was quoted is not the answer; surest first."),
    ((True, 2), "Refused, with the right quote at hand", "The documents answer; the quote was found and held back."),
    ((False, 1), "Quoted, though the documents do not answer", "Nothing should have been shown; surest first."),
    ((None, 1), "Wrong quote again", "What was once marked as wrong is shown again; surest first."),
)


@dataclass(frozen=True, slots=True)
class Worst:
    """Questions that went wrong in one way, as many as are shown of ``total``."""

    heading: str
    lead: str
    rows: Sequence[Row]
    total: int


def _worst(run: Run) -> list[Worst]:
    found = [_rows_of(run, outcome) for outcome, _, _ in WORST_KINDS]
    shown = zip(found, _shares(list(map(len, found)), WORST), WORST_KINDS, strict=True)
    return [Worst(heading, lead, rows[:n], len(rows)) for rows, n, (_, heading, lead) in shown if rows]


def _rows_of(run: Run, outcome: tuple[bool | None, int]) -> list[Row]:
    """The questions of one outcome, surest first; refused ones only where the right quote was at hand."""
    rows = [row for row in run.rows if _outcome(row) == outcome]
    rows = [row for row in rows if outcome != (True, 2) or row.measures.get("right if shown")]
    return sorted(rows, key=lambda row: -row.confidence if row.answered else row.confidence)


def _shares(sizes: Sequence[int], total: int) -> list[int]:
    """How many of each to take, evenly, so that they are ``total`` at most; what one does not need the others get."""
    taken = [0] * len(sizes)
    while sum(taken) < min(total, sum(sizes)):
        least = min((n for n in range(len(sizes)) if taken[n] < sizes[n]), key=lambda n: taken[n])
        taken[least] += 1
    return taken


def _about(row: Row) -> list[str]:
    """What is said of a question in a line."""
    sure = "" if row.probability is UNSET else charts.percent(row.probability)
    verdict = "" if row.verdict is UNSET else row.verdict
    facts = (verdict, sure, charts.minus(f"confidence {row.confidence:.2f}"), row.id, row.group, row.kind)
    return list(filter(None, dict.fromkeys(facts)))
