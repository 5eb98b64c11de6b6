"""Runs as one page to look at: figures, curves and the worst questions, in HTML that needs nothing beside itself."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import ui.report.charts as charts
from rag.settings import ANSWERED_THRESHOLD
from ui.cli.console import counted

Run = Mapping[str, Any]


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
        "answered when answerable": "the documents answer, and so did Pincite",
        "refused when near": "close to the documents, yet not answered by them, and refused",
        "refused when far": "about something else, and refused",
        "refused when unanswerable": "near and far together",
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
    """One HTML page about runs, as ``rag.evaluation.stored.read_run`` gives them, and what each is called.

    It loads nothing and runs nothing. Whatever a document or a question says is escaped, and stands there character by
    character, but for those that HTML cannot hold: they become U+FFFD, with a note. The same runs give the same page.
    """
    sets = list(dict.fromkeys(str(run["set"]["name"]) for run in runs))
    title = " and ".join(map(charts.text, sets))
    keys = [_key(n, name, many=len(runs) > 1) for n, name in enumerate(names)]
    sections = (
        ("glance", "At a glance", _glance(runs, keys)),
        ("measures", "Measures", _measures(runs, keys)),
        ("sureness", "Sure and right", _risk(runs, keys) + _confidences(runs, keys)),
        ("quotes", "Long quotes and short ones", _quotes(runs, keys)),
        ("time", "Time", _times(runs, keys)),
        ("worst", "Worst questions", _worst(runs, keys)),
        ("run", "What was run", _settings(runs, keys)),
    )
    links = "".join(f'<li><a href="#{anchor}">{heading}</a></li>' for anchor, heading, _ in sections)
    parts = "".join(
        f'<section id="{a}" aria-labelledby="{a}-h"><h2 id="{a}-h">{h}</h2>{body}</section>' for a, h, body in sections
    )
    css = (files("ui.report") / "report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="pincite">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{title} · Pincite</title><style>{css}</style></head><body>"
        f'<header><p class="over">Pincite, measured</p><h1>{title}</h1>{_summaries(runs, keys)}</header>'
        f'<nav aria-label="Contents"><ul>{links}</ul></nav><main>{parts}</main>'
        f"<footer><p>Intervals are 95 % bootstrap intervals.</p></footer></body></html>\n"
    )


def _note(text: str) -> str:
    """Where a text holds what HTML cannot, how much of it; else nothing."""
    lost = len(re.findall(charts.LOST, text))
    return f'<p class="note">{counted(lost, "character")} that HTML cannot hold, shown as U+FFFD</p>' if lost else ""


def _key(n: int, name: str, *, many: bool) -> str:
    """What stands for a run wherever it is named: with others beside it, also its letter, shape and line."""
    swatch = f'<svg class="swatch" aria-hidden="true"><line x1="0" x2="100%" y1="50%" y2="50%" class="{charts.run_class(n)}"/>'
    swatch += f'<svg x="50%" y="50%">{charts.marker(n)}</svg></svg><b>{charts.letter(n)}</b> '
    return f'<span class="key">{swatch if many else ""}<bdi>{charts.text(name)}</bdi></span>'


def _value(run: Run, name: str) -> float | None:
    value: float | None = run["measures"].get(name, {}).get("value")
    return value


def _summaries(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """What each run is, and how it did, in a sentence each."""
    items = [f'<p class="lead">{_summary(run)}</p><p class="over">{charts.text(_nature(run))}</p>' for run in runs]
    if len(runs) == 1:
        return items[0]
    return f'<ul class="leads">{"".join(f"<li>{key}{item}</li>" for key, item in zip(keys, items, strict=True))}</ul>'


def _nature(run: Run) -> str:
    asked, made = run["set"], run["made"]
    counts = counted(asked["questions"], "question"), counted(asked["documents"], "document")
    machine = f"{made.get('machine', 'unknown machine')}, {counted(made.get('cores') or 1, 'core')}"
    return " · ".join((*counts, str(run["settings"].get("model", "unknown model")), f"pincite {run['pincite']}", machine))


def _summary(run: Run) -> str:
    """A run in one sentence; what was not measured is not mentioned."""
    patterns = (
        ("right in first quote", "{} of the answerable questions have the right sentence first"),
        ("answered when answerable", "{} of them are answered"),
        ("refused when near", "of the near misses {} are refused"),
        ("refused when far", "of the far questions {}"),
    )
    said = [text.format(charts.percent(value)) for name, text in patterns if (value := _value(run, name)) is not None]
    exact = [bool(quote["exact"]) for row in run["rows"] for quote in row["quotes"]]
    broken = exact.count(False)
    wholly = f"every one of {len(exact):,} shown quotes is exact" if exact else "no quote was shown"
    said.append(f"{broken:,} of {counted(len(exact), 'shown quote')} NOT exact" if broken else wholly)
    return f"{'; '.join(said)}.".replace(" %", "\N{NO-BREAK SPACE}%")


# --- tables ---


def _table(caption: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, kind: str = "") -> str:
    """A table whose cells are HTML; on a narrow screen each cell says with its own head what it is."""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = ""
    for name, cells in rows:
        labelled = zip(cells, heads[1:], strict=True)
        inner = "".join(f'<td><span class="of" aria-hidden="true">{of}</span><div>{cell}</div></td>' for cell, of in labelled)
        body += f'<tr><th scope="row">{name}</th>{inner}</tr>'
    return f'<table class="{kind}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _settings(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """Everything that a run says of itself, row by row, whatever it is called."""
    columns = [dict(_said(run)) for run in runs]
    rows = [
        (charts.text(name), [f"<bdi>{charts.text(column.get(name, '–'))}</bdi>" for column in columns])
        for name in dict.fromkeys(name for column in columns for name in column)
    ]
    return _table("Settings, documents and machine", ["Setting", *keys], rows, kind="facts")


def _said(run: Run) -> Iterator[tuple[str, str]]:
    index = {f"index: {name}": value for name, value in run["index"].items() if name not in ("seconds", "bytes")}
    if "seconds" in run["index"]:
        seconds = run["index"]["seconds"]
        index["indexing took"] = "kept from before" if seconds is None else f"{seconds:,} seconds"
    if "bytes" in run["index"]:
        index["index on disk"] = f"{run['index']['bytes']:,} bytes"
    for name, value in {**run["set"], **run["settings"], **index, **run["made"]}.items():
        yield ("set" if name == "name" else name.replace("_", " ")), _plain(value)
    yield "threshold", _threshold_of(run)
    yield "pincite", str(run["pincite"])


def _plain(value: object) -> str:
    """A value of a run as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return value if isinstance(value, str) else "–" if value is None else json.dumps(value, ensure_ascii=False)


def _threshold(run: Run) -> float:
    """The confidence from which a run answers."""
    return float(run["settings"].get("threshold", ANSWERED_THRESHOLD))


def _threshold_of(run: Run) -> str:
    return charts.minus(f"{_threshold(run):.2f}") + ("" if "threshold" in run["settings"] else " (today's default)")


def _measures(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """The measures that matter by what they are about, then all others."""
    warning = '<p class="warning">These runs were asked different questions: compare them with care.</p>'
    parts = [warning] if len({run["set"]["fingerprint"] for run in runs}) > 1 else []
    there = list(dict.fromkeys(name for run in runs for name in run["measures"]))
    for heading, meanings in GROUPS.items():
        names = [name for name in meanings if name in there]
        parts.append(f"<h3>{heading}</h3>" + (_measure_table(heading, names, runs, keys) if names else "<p>Not measured.</p>"))
    rest = [name for name in there if not any(name in meanings for meanings in GROUPS.values())]
    if rest:
        table = _measure_table("Further measures", rest, runs, keys)
        parts.append(f"<details><summary><h3>Further measures</h3> {len(rest)}</summary>{table}</details>")
    return "".join(parts)


def _measure_table(caption: str, names: Sequence[str], runs: Sequence[Run], keys: Sequence[str]) -> str:
    meanings = {name: meaning for group in GROUPS.values() for name, meaning in group.items()}
    rows = []
    for name in names:
        found = [run["measures"].get(name, {"absent": "not measured"}) for run in runs]
        top = max([1.0, *(one["high"] for one in found if "absent" not in one)])
        meaning = meanings.get(name) or meanings.get(name.removeprefix("passage "), "")
        meaning += f"; drawn from 0 to {charts.figure(top)}" if top > 1 else ""
        rows.append((f"{charts.text(name)}<small>{meaning}</small>", [*map(_measure, found), _intervals(name, found, top)]))
    return _table(caption, ["Measure", *keys, "95 % interval, from 0 to 1"], rows, kind="measures")


def _measure(found: Mapping[str, Any]) -> str:
    if "absent" in found:
        return f"– <small>{charts.text(found['absent'])}</small>"
    value, low, high = (charts.figure(found[key]) for key in ("value", "low", "high"))
    return f"<b>{value}</b> <small><span>{low} to {high}</span> <span>n = {found['n']:,}</span></small>"


def _intervals(name: str, found: Sequence[Mapping[str, Any]], top: float) -> str:
    """The intervals of one measure under each other, from 0 to ``top``."""
    marks, said = "".join(f'<line class="grid" x1="{x}%" x2="{x}%" y1="0" y2="100%"/>' for x in (0, 25, 50, 75, 100)), {}
    for n, one in enumerate(found):
        if "absent" not in one:
            low, at, high = (f"{100 * one[key] / top:.2f}%" for key in ("low", "value", "high"))
            y = 10 + 14 * n
            marks += f'<line class="{charts.run_class(n)} interval" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
            marks += f'<svg x="{at}" y="{y}">{charts.marker(n)}</svg>'
            said[n] = f"{charts.figure(one['low'])} to {charts.figure(one['high'])}"
    return charts.drawing(f"{name}, from 0 to {charts.figure(top)}", said, marks, height=6 + 14 * len(found), kind="intervals")


def _figure_of(heading: str, drawing: str, caption: str, legend: Sequence[str] = ()) -> str:
    items = "".join(f"<li>{item}</li>" for item in legend)
    return f"<figure><h3>{heading}</h3>{drawing}<figcaption><ul>{items}</ul><p>{caption}</p></figcaption></figure>"


# --- sections ---


def _outcome(row: Mapping[str, Any]) -> tuple[bool | None, int]:
    """Whether a question is answerable, if known, and which of that kind's OUTCOMES it has."""
    answerable, found = row["answerable"], row["measures"]
    if answerable:
        return True, 0 if found.get("decision right") else 1 if row["answered"] else 2
    return answerable, int(bool(row["answered"] if answerable is False else found.get("wrong quote again")))


def _glance(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """What became of all questions, a bar for each kind."""
    parts = ""
    for run, key in zip(runs, keys, strict=True):
        outcomes = [_outcome(row) for row in run["rows"]]
        parts += f'<div class="outcomes"><h3>{key}</h3>'
        for kind, (heading, labels) in OUTCOMES.items():
            sizes = [outcomes.count((kind, n)) for n in range(len(labels))]
            if sum(sizes):
                parts += (
                    f"<h4>{heading} <small>{counted(sum(sizes), 'question')}</small></h4>{charts.bar(sizes, labels, heading)}"
                )
        parts += "</div>"
    return f'<div class="side">{parts}</div>'


def _risk(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """Error against coverage, and where each run stands today."""
    largest = max([0.1, *(risk for run in runs for _, risk, _ in run["curves"]["risk"])])
    x = charts.Axis("questions answered, surest first, %", (0, 0.2, 0.4, 0.6, 0.8, 1))
    y = charts.Axis("of these, wrong, %", tuple(n / 10 for n in range(math.ceil(largest * 10 - 1e-9) + 1)))
    lines, spots, legend, said = "", "", [], {}
    for n, (run, key) in enumerate(zip(runs, keys, strict=True)):
        lines += charts.line(n, [(coverage, risk) for coverage, risk, _ in run["curves"]["risk"]], x, y)
        judged = [row for row in run["rows"] if row["answerable"] is not None]
        wrong = [not row["measures"].get("right if shown") for row in judged if row["answered"]]
        if wrong:
            coverage, risk = len(wrong) / len(judged), sum(wrong) / len(wrong)
            spots += charts.spot(coverage, risk, x, y, f'<circle class="halo" r="9"/>{charts.marker(n)}')
            said[n] = f"{charts.percent(coverage)} of the questions are answered, {charts.percent(risk)} of these wrongly"
            legend.append(f"{key} {said[n]}; threshold {_threshold_of(run)}")
    drawing = charts.plot("Error against coverage", said, x, y, lines + spots)
    return _figure_of("Error, as more is answered", drawing, RISKS, legend)


RISKS = (
    "The line answers the surest questions first; the ring is where the run stands. Lower is better. An answer to a question "
    "that the documents do not answer counts as wrong."
)
CONFIDENCES = (
    "How sure Pincite is that the documents answer, in log-odds. Each row is drawn to its own height; right of the dashed line "
    "is answered. Answerable questions belong to the right of it, all others to the left."
)


def _confidences(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """How sure each run is of the answerable questions, and of the others."""
    figures = ""
    for run, key in zip(runs, keys, strict=True):
        groups: dict[str, list[float]] = {"answerable": [], "near": [], "far": []}
        for row in run["rows"]:
            other = "unanswerable" if row["answerable"] is False else "unknown"
            name = "answerable" if row["answerable"] else row["group"] or other
            groups.setdefault(name, []).append(float(row["confidence"]))
        drawing = charts.histograms({name: values for name, values in groups.items() if values}, _threshold(run))
        figures += f"<figure><h3>Confidence {key if len(runs) > 1 else ''}</h3>{drawing}</figure>"
    return f'<div class="side">{figures}</div><p class="caption">{CONFIDENCES}</p>'


def _quotes(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """Recall against precision as more sentences are shown, with what others published of the same set."""
    held = [(n, run["curves"]["quotes"]) for n, run in enumerate(runs) if run["curves"]["quotes"]]
    if not held:
        return "<p>Not measured: the set names documents, not the characters that answer.</p>"
    published = PUBLISHED if any(str(run["set"]["name"]).startswith("chunking") for run in runs) else ()
    points = [(p, r) for _, curve in held for r, p, _ in curve] + [(p, r) for _, p, r, _ in published]
    scale = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    lowest = max([tick for tick in scale[:-1] if tick <= min(p for p, _ in points)], default=scale[0])
    x = charts.Axis("precision, %", tuple(tick for tick in scale if tick >= lowest), math.log)
    floor = min(math.floor(min(r for _, r in points) * 10), 9)
    y = charts.Axis("recall, %", tuple(n / 10 for n in range(floor, 11)))
    marks, said = "".join(charts.line(n, [(p, r) for r, p, _ in curve], x, y) for n, curve in held), {}
    for n, curve in held:
        for count, (r, p, _) in enumerate(curve, start=1):
            mark = charts.marker(n) if count in (1, 5, 10) else f'<circle class="{charts.run_class(n)} point" r="2"/>'
            number = f'<text class="label" x="7" y="-7">{count}</text>' if n == held[0][0] and count in (1, 2, 3, 5, 10) else ""
            marks += charts.spot(p, r, x, y, mark + number)
        ends = ((1, *curve[0]), (len(curve), *curve[-1]))
        said[n] = ", ".join(
            f"recall {charts.percent(r)} at precision {charts.percent(p)} with {count}" for count, r, p, _ in ends
        )
    for name, p, r, side in published:
        text = f'<text class="label" x="{9 if side == "start" else -9}" y="4" text-anchor="{side}">{name}</text>'
        marks += charts.spot(p, r, x, y, f'<path class="other" d="M-4-4L4 4M-4 4L4-4"/>{text}')
    drawing = charts.plot("Recall against precision of the first 1 to 10 sentences", said, x, y, marks)
    caption = "From right to left 1, 2, … 10 sentences are shown; precision is logarithmic. Up and to the right is better."
    if published:
        caption += " The crosses are Chroma’s chunkers at 5 chunks with all-MiniLM-L6-v2 (Smith and Troynikov 2024)."
    return _figure_of("Recall against precision", drawing, caption, [keys[n] for n, _ in held if len(runs) > 1])


def _times(runs: Sequence[Run], keys: Sequence[str]) -> str:
    """Milliseconds per stage: a bar to the median, a line to the 95th percentile."""
    top = max([1e-9, *(ms["p95"] for run in runs for ms in run["milliseconds"].values())])
    rows = []
    for name in dict.fromkeys(name for run in runs for name in run["milliseconds"]):
        cells, marks, said = [], "", {}
        for n, run in enumerate(runs):
            ms, y = run["milliseconds"].get(name, {"p50": 0.0, "p95": 0.0}), 3 + 14 * n
            half, most = (f"{100 * ms[key] / top:.2f}%" for key in ("p50", "p95"))
            marks += f'<rect class="{charts.run_class(n)} point" width="{half}" y="{y}" height="8"/>'
            marks += f'<line class="{charts.run_class(n)} whisker" x1="{half}" x2="{most}" y1="{y + 4}" y2="{y + 4}"/>'
            marks += f'<line class="{charts.run_class(n)} whisker" x1="{most}" x2="{most}" y1="{y}" y2="{y + 8}"/>'
            said[n] = f"{ms['p50']:.1f} to {ms['p95']:.1f}"
            cells.append(f"<b>{ms['p50']:.1f}</b> <small>to {ms['p95']:.1f}</small>")
        drawn = charts.drawing(f"{name}, milliseconds", said, marks, height=14 * len(runs), kind="intervals")
        rows.append((charts.text(name), [*cells, drawn]))
    caption = "Milliseconds for one question, by stage: median, to the 95th percentile"
    return f'<p class="caption">{caption}.</p>' + _table(
        caption, ["Stage", *keys, f"0 to {top:.0f}"], rows, kind="measures times"
    )


WORST_KINDS = (
    ((True, 1), "Wrong quote", "The documents answer, and what was quoted is not the answer; surest first."),
    ((True, 2), "Refused, with the right quote at hand", "The documents answer; the quote was found and held back."),
    ((False, 1), "Quoted, though the documents do not answer", "Nothing should have been shown; surest first."),
    ((None, 1), "Wrong quote again", "What was once marked as wrong is shown again; surest first."),
)


def _worst(runs: Sequence[Run], keys: Sequence[str]) -> str:
    parts = ""
    for run, key in zip(runs, keys, strict=True):
        found = [_rows_of(run, outcome) for outcome, _, _ in WORST_KINDS]
        shown = _shares(list(map(len, found)), WORST)
        parts += f"<h3>{key}</h3>"
        for rows, n, (_, heading, lead) in zip(found, shown, WORST_KINDS, strict=True):
            if rows:
                items = "".join(f"<li>{_question(row)}</li>" for row in rows[:n])
                summary = f"<summary><h4>{heading}</h4> {n if n == len(rows) else f'{n} of {len(rows):,}'}</summary>"
                parts += f"<details open>{summary}<p>{lead}</p><ol>{items}</ol></details>"
        parts += "" if any(found) else "<p>None went wrong.</p>"
    return parts


def _rows_of(run: Run, outcome: tuple[bool | None, int]) -> list[Mapping[str, Any]]:
    """The questions of one outcome, surest first; refused ones only where the right quote was at hand."""
    rows = [row for row in run["rows"] if _outcome(row) == outcome]
    rows = [row for row in rows if outcome != (True, 2) or row["measures"].get("right if shown")]
    return sorted(rows, key=lambda row: -row["confidence"] if row["answered"] else row["confidence"])


def _shares(sizes: Sequence[int], total: int) -> list[int]:
    """How many of each to take, evenly, so that they are ``total`` at most; what one does not need the others get."""
    taken = [0] * len(sizes)
    while sum(taken) < min(total, sum(sizes)):
        least = min((n for n in range(len(sizes)) if taken[n] < sizes[n]), key=lambda n: taken[n])
        taken[least] += 1
    return taken


def _question(row: Mapping[str, Any]) -> str:
    """One question: what was shown, and what should have been."""
    shown = (
        "".join(map(_quote, row["quotes"])) or f'<p class="reason" dir="auto">{charts.text(row["reason"] or "Nothing.")}</p>'
    )
    held = "" if row["quotes"] else f"<h6>Held back</h6>{''.join(map(_quote, row['forced']))}"
    facts = (charts.minus(f"confidence {row['confidence']:.2f}"), row["_id"], row["group"] or "", row.get("kind") or "")
    return (
        f'<article><h5 class="exact" dir="auto">{charts.text(row["text"])}</h5>{_note(row["text"])}'
        f'<p class="meta">{" · ".join(charts.text(fact) for fact in dict.fromkeys(facts) if fact)}</p>'
        f'<div class="pair"><div><h6>Shown</h6>{shown}{held}</div><div>{_wanted(row)}</div></div></article>'
    )


def _wanted(row: Mapping[str, Any]) -> str:
    """What should have been shown: gold ranges, or the documents that are known to answer, or nothing."""
    parts = {gold.get("part", 0) for gold in row["gold"]}
    which = "" if len(row["gold"]) < 2 else ", one of these" if len(parts) == 1 else ", one of each part"
    if row["gold"]:
        wanted = "".join(map(_quote, row["gold"]))
    elif row["answerable"] and row.get("relevant"):
        wanted = f"<p>A quote from {', '.join(f'<cite>{charts.text(name)}</cite>' for name in row['relevant'])}.</p>"
    else:
        wanted = "<p>Nothing: unanswerable.</p>" if row["answerable"] is False else "<p>Unknown.</p>"
    return f"<h6>Should have been shown{which}</h6>{wanted}"


def _quote(quote: Mapping[str, Any]) -> str:
    """A quote, exact, with its document and range."""
    name = str(quote["doc"])
    short = f"{name[:12]}…" if re.fullmatch("[0-9a-f]{64}", name) else name
    place = f'<cite title="{charts.text(name)}">{charts.text(short)}</cite> · characters {quote["start"]}–{quote["end"]}'
    wrong = "" if quote.get("exact", True) else ' <strong class="warning">not exact</strong>'
    exact = f'<blockquote class="exact" dir="auto">{charts.text(quote["text"])}</blockquote>{_note(quote["text"])}'
    return f'<figure class="quote">{exact}<figcaption>{place}{wrong}</figcaption></figure>'
