"""``pincite eval``: measure, compare, calibrate, report; a thin shell over rag.evaluation."""

import argparse
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from math import inf, isfinite
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from corpus.errors import EvaluationError
from corpus.invisible import one_line
from corpus.messages import Message
from ui.cli.console import counted, note, positive, progress_bar, put_text, worded

if TYPE_CHECKING:
    from index.library import Library
    from rag.evaluation.questions import QuestionSet
    from rag.evaluation.stored import IndexHeading, Measure, Row, Run

MAIN = (
    "nDCG@10",
    "R@1",
    "R@10",
    "RR",
    "passage nDCG@10",
    "passage R@1",
    "right in first sentence",
    "right in first quote",
    "right if shown",
    "half right in first quote",
    "half right if shown",
    "quote recall",
    "quote precision",
    "quote IoU",
    "characters shown",
    "answered when answerable",
    "called answers when answerable",
    "refused when near",
    "called answers when near",
    "refused when far",
    "called answers when far",
    "called answers when unanswerable",
    "decision right",
    "AUROC near",
    "AUROC far",
    "AUROC",
    "AURC",
    "error at 80 % coverage",
    "coverage at 5 % error",
    "coverage at 10 % error",
    "ECE",
    "Brier score",
)
"""The measures shown on the terminal; the run file holds all."""


SETTINGS = ("top", "threshold", "strict", "next_quote", "fusion", "by")
"""The options of a question that have an argument of their name."""


def add_commands(commands: Any) -> None:
    """Add ``eval`` with its own commands to the program's."""
    parser = commands.add_parser(
        "eval", help="measure answers, compare runs, calibrate what is shown as an answer", description=__doc__
    )
    inner = parser.add_subparsers(required=True, metavar="COMMAND")

    run = inner.add_parser("run", help="ask every question of a set and measure the answers", description=_run.__doc__)
    _add_set(run)
    run.add_argument("-o", "--output", type=Path, metavar="RUN.json", help="keep the run")
    run.add_argument("--trec-run", type=Path, metavar="FILE", help="write the ranking of documents in TREC's format")
    run.add_argument("--trec-qrels", type=Path, metavar="FILE", help="write the judgements in TREC's format")
    run.add_argument("--fail-under", action="append", default=[], metavar="MEASURE=VALUE", help="exit with 3 below it")
    run.add_argument("--fail-if-worse", type=Path, metavar="BASE.json", help="exit with 3 if significantly worse than it")
    run.set_defaults(run=_run)

    score = inner.add_parser("score", help="measure a ranking that another program made", description=_score.__doc__)
    score.add_argument("set", type=Path, metavar="SET", help="a folder in BEIR's layout")
    score.add_argument("ranking", type=Path, metavar="RUN.trec", help="query Q0 document rank score tag")
    score.set_defaults(run=_score)

    compare = inner.add_parser("compare", help="what changed between two runs", description=_compare.__doc__)
    compare.add_argument("before", type=Path, metavar="A.json")
    compare.add_argument("after", type=Path, metavar="B.json")
    compare.add_argument(
        "--questions", type=positive, default=10, metavar="N", help="show N questions that got better, and worse"
    )
    compare.set_defaults(run=_compare)

    calibrate = inner.add_parser("calibrate", help="set from data what is shown as an answer", description=_calibrate.__doc__)
    _add_set(calibrate)
    calibrate.add_argument(
        "--max-error", type=_share, required=True, metavar="5%", help="wrong at most, of what is shown as an answer"
    )
    calibrate.add_argument("--level", type=_share, default=0.95, metavar="95%", help="how sure that must be (95%%)")
    calibrate.set_defaults(run=_calibrate)

    ablate = inner.add_parser("ablate", help="what each part of the path is worth", description=_ablate.__doc__)
    _add_set(ablate)
    ablate.set_defaults(run=_ablate)

    report = inner.add_parser("report", help="draw runs as one page", description=_report.__doc__)
    report.add_argument("runs", type=Path, nargs="+", metavar="RUN.json")
    report.add_argument("-o", "--output", type=Path, required=True, metavar="REPORT.html")
    report.set_defaults(run=_report)

    add = inner.add_parser("add", help="make a judged answer a question of your own set", description=_add.__doc__)
    add.add_argument("--from-answer", type=Path, required=True, metavar="ANSWER.json", help="what pincite ask --json printed")
    add.add_argument("--to", type=Path, default=Path("questions.jsonl"), metavar="FILE", help="your set (questions.jsonl)")
    judged = add.add_mutually_exclusive_group(required=True)
    for judgement, meaning in (
        ("right", "the quotes answer"),
        ("wrong", "the quotes do not answer"),
        ("unanswerable", "the documents do not answer"),
    ):
        judged.add_argument(f"--{judgement}", dest="judgement", action="store_const", const=judgement, help=meaning)
    add.set_defaults(run=_add)


def _add_set(parser: argparse.ArgumentParser) -> None:
    """Arguments that say what is asked of what, and how."""
    parser.add_argument("set", nargs="?", type=Path, metavar="SET", help="a folder in BEIR's layout, or a questions file")
    parser.add_argument("--documents", nargs="+", type=Path, default=[], metavar="PATH", help="what a questions file is about")
    parser.add_argument("--index", type=Path, metavar="DIR", help="ask this index, which must hold the set's documents")
    parser.add_argument("--model", metavar="NAME_OR_PATH", help="index with another sentence-transformers model")
    parser.add_argument("--split", metavar="NAME", help="only the questions of this split")
    parser.add_argument("--titles", type=int, choices=[0, 1], help="only the questions about every second title")
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N questions, evenly taken")
    parser.add_argument(
        "--far", type=Path, metavar="SET", help="add questions of another set, which these documents do not answer"
    )
    parser.add_argument("--far-limit", type=positive, default=300, metavar="N", help="how many of them (300)")
    parser.add_argument("--per-document", action="store_true", help="ask each question of the document it is about alone")
    parser.add_argument("--top", type=positive, metavar="N", help="quotes shown at most")
    parser.add_argument("--threshold", type=_finite, metavar="X", help="log-odds from which quotes are an answer")
    parser.add_argument("--strict", action="store_true", default=None, help="refuse what only may answer")
    parser.add_argument(
        "--next-quote", type=_portion, metavar="X", help="share of the first quote's score that a further one needs"
    )
    parser.add_argument("--reader", choices=["on", "off"], default="on", help="off: by similarity alone")
    parser.add_argument("--by", choices=["score", "rank"], help="join the rankings by normalised score or by reciprocal rank")
    parser.add_argument("--fusion", type=_fusion, metavar="RANKING=W,…", help='such as "sentence words=1,passage words=0.5"')


def _fusion(text: str) -> dict[str, float]:
    from rag.settings import FUSION

    try:
        weights = {name.strip(): float(weight) for name, weight in (item.split("=") for item in text.split(","))}
    except ValueError:
        raise argparse.ArgumentTypeError(worded(Message("argument.weights", text=repr(text)))) from None
    if unknown := set(weights) - set(FUSION):
        raise argparse.ArgumentTypeError(
            worded(Message("argument.ranking", name=repr(min(unknown)), choices=", ".join(FUSION)))
        )
    if not all(isfinite(weight) and weight >= 0 for weight in weights.values()) or not sum(weights.values()):
        raise argparse.ArgumentTypeError(worded(Message("option.weights")))
    return weights


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = inf
    if not isfinite(value):
        raise argparse.ArgumentTypeError(worded(Message("argument.number", text=repr(text))))
    return value


def _portion(text: str) -> float:
    value = _finite(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(worded(Message("argument.share", text=repr(text))))
    return value


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(worded(Message("argument.error_share", text=repr(text))))
    return value


def _run(options: argparse.Namespace) -> int:
    """Ask every question of a set and measure the answers. Without SET: the questions about the shipped material."""
    from rag.evaluation import trec
    from rag.evaluation.stored import read_run, written

    for path, kind in ((options.output, "run"), (options.trec_run, "TREC run"), (options.trec_qrels, "TREC qrels")):
        if path:
            _place(path, kind)
    gates = [_gate(text) for text in options.fail_under]
    base = read_run(options.fail_if_worse) if options.fail_if_worse else None

    def check(questions: "QuestionSet") -> None:
        _gated(gates, base, options.per_document, questions)
        if options.trec_run or options.trec_qrels:
            trec.check_names(questions)

    questions, library, index = _opened(options, check=check)
    made = _evaluated(options, questions, library, index)
    if options.output:
        _write(options.output, "run", written(made))
    if options.trec_run:
        _write(options.trec_run, "TREC run", trec.run_text(made))
    if options.trec_qrels:
        _write(options.trec_qrels, "TREC qrels", trec.qrels_text(made))
    put_text(table(made))
    return 3 if _fails(made, gates, base) else 0


def _score(options: argparse.Namespace) -> int:
    """Measure a ranking of documents in TREC's format over the judgements of a set."""
    from rag.evaluation.questions import load
    from rag.evaluation.trec import score

    put_text("".join(_measure_line(name, found) for name, found in score(options.ranking, load(options.set)).items()))
    return 0


def _compare(options: argparse.Namespace) -> int:
    """Say what differs between two runs over the same questions, and whether it is more than chance."""
    from rag.evaluation.compare import SIGNIFICANT, compare
    from rag.evaluation.stored import read_run

    found = compare(read_run(options.before), read_run(options.after))
    head = f"{'':<26} {'A':>8} {'B':>8}   {'B - A':>8}   95 % interval          p"
    lines = [head]
    for d in found.differences:
        star = "*" if d.p < SIGNIFICANT else " "
        low, high = _signed(d.low), _signed(d.high)
        by = _signed(d.after - d.before)
        spread = f"{low} – {high}"
        lines.append(f"{d.measure:<26} {_figure(d.before):>8} {_figure(d.after):>8} {star} {by:>8}   {spread:<18} {d.p:>6.4f}")
    for word, changes in (("better", found.better), ("worse", found.worse)):
        lines += ["", f"{counted(len(changes), 'question')} got {word}"]
        for change in changes[: options.questions]:
            lines.append(f"  {one_line(change.id)}: {' '.join(change.text.split())[:100]}")
            lines += [f"    {side}: {_told(row)}" for side, row in (("A", change.before), ("B", change.after))]
    put_text("\n".join(lines) + "\n")
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    """Set from questions where an index shows quotes as an answer, so that the error among these stays under a bound."""
    from rag.calibration import store
    from rag.evaluation.calibrate import calibrate, curve_text

    if others := [name for name in (*SETTINGS, "per_document") if getattr(options, name) not in (None, False)]:
        raise EvaluationError("calibrate.as_usual", option="--" + others[0].replace("_", "-"))
    questions, library, index = _opened(options)
    made = _evaluated(options, questions, library, index)
    if made.curves.risk:
        put_text(curve_text(made.curves.risk))
    found = calibrate(made, max_error=options.max_error, level=options.level)
    path = store(found, library)
    put_text(
        f"\nthreshold {found.threshold:.2f}: {found.promise}\n"
        f"here {found.wrong} of {found.answered} called answers were wrong, so at most {found.bound:.1%} "
        f"at level {found.level:.0%} (Clopper-Pearson, fixed sequence)\n"
    )
    note(Message("calibrate.kept", file=path))
    return 0


def _ablate(options: argparse.Namespace) -> int:
    """Ask the same questions with parts of the path left out, and print the measures as a Markdown table."""
    from rag.evaluation import ablate

    questions, library, index = _opened(options)

    def run_with(settings: Mapping[str, object]) -> "Run":
        return _evaluated(options, questions, library, index, more=settings)

    put_text(ablate.table(ablate.ablate(run_with, said=lambda name: note(Message("text", text=name)))))
    return 0


def _report(options: argparse.Namespace) -> int:
    """Draw runs as one page that needs no network: tables, curves, the worst questions."""
    from rag.evaluation.stored import read_run
    from ui.report.page import page

    _place(options.output, "report")
    runs = [read_run(path) for path in options.runs]
    _write(options.output, "report", page(runs, [path.stem for path in options.runs]))
    note(Message("report.drawn", where=options.output, runs=Message("count.runs", n=len(runs))))
    return 0


def _add(options: argparse.Namespace) -> int:
    """Add an answer that you judged to a set of your own, with the exact ranges it showed."""
    from corpus.records import MalformedError, checked
    from rag.evaluation.add import append, case_of
    from rag.evaluation.questions import SpanRow
    from ui.forms.answer_json import ToBeJudged

    try:
        answer = checked(json.loads(options.from_answer.read_text(encoding="utf-8")), ToBeJudged)
        json.dumps([answer.question, *(shown.quote for shown in answer.citations)], ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError) as error:
        raise EvaluationError(
            "judged.no_answer",
            where=options.from_answer,
            why=error.message if isinstance(error, MalformedError) else str(error),
        ) from error
    shown = [SpanRow(doc=one.document.id, start=one.start, end=one.end, text=one.quote) for one in answer.citations]
    row = case_of(answer.question, shown, options.judgement)
    added = append(row, options.to)
    note(Message("eval.added" if added else "eval.already", where=options.to, id=row.id))
    return 0


def _opened(
    options: argparse.Namespace, *, check: Callable[["QuestionSet"], None] = lambda questions: None
) -> tuple["QuestionSet", "Library", "IndexHeading"]:
    """The questions and the library that the arguments of ``_add_set`` name, and what is known of its making.

    Questions that do not pass the ``check`` cost no index.
    """
    from msgspec import UNSET, UnsetType

    from corpus.read import read_paths
    from index.cache import entry, library_of
    from index.encoders.e5 import DEFAULT_MODEL
    from index.encoders.export import open_encoder
    from index.library import open_library
    from rag.evaluation.questions import load
    from rag.evaluation.stored import IndexHeading

    library = open_library(options.index, encoder=partial(open_encoder, note=note)) if options.index else None
    documents = read_paths(options.documents, note=note) if options.documents else library.documents if library else None
    questions = load(options.set, documents=documents).only(split=options.split, limit=options.limit, titles=options.titles)
    if options.far:
        questions = questions.with_far(load(options.far), limit=options.far_limit)
    check(questions)
    seconds: float | UnsetType | None = UNSET
    if library is None:
        encoder = open_encoder(options.model or DEFAULT_MODEL, note=note)
        known, began = entry(questions.documents, encoder=encoder).is_dir(), time.perf_counter()
        with progress_bar(Message("progress.indexing")) as progress:
            library = library_of(questions.documents, encoder=encoder, note=note, progress=progress)
        seconds = None if known else round(time.perf_counter() - began, 2)
    size = sum(path.stat().st_size for path in library.folder.rglob("*") if path.is_file()) if library.folder else UNSET
    return questions, library, IndexHeading(seconds=seconds, bytes=size)


def _evaluated(
    options: argparse.Namespace,
    questions: "QuestionSet",
    library: "Library",
    index: "IndexHeading",
    *,
    more: Mapping[str, object] | None = None,
) -> "Run":
    """A run with the settings that the arguments name, and ``more`` over them; else those that the index is asked with."""
    from rag.evaluation.run import evaluate
    from rag.options import Options
    from rag.reader.model import SHIPPED, NoReader, OnnxReader
    from rag.session import open_session

    changes = {name: value for name in SETTINGS if (value := getattr(options, name)) is not None} | dict(more or {})
    with_reader = changes.pop("reader", True) and options.reader == "on"
    reader = OnnxReader(SHIPPED) if with_reader else NoReader()
    session = open_session(library, reader=reader, options=Options(**changes), note=note)
    with progress_bar(Message("progress.asking"), unit="questions") as progress:
        return evaluate(questions, session, per_document=options.per_document, index=index, progress=progress)


def _gate(text: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        least = float(value)
    except ValueError:
        least = inf
    if not name.strip() or not isfinite(least):
        raise EvaluationError("gate.form", text=text)
    return name.strip(), least


def _gated(gates: Sequence[tuple[str, float]], base: "Run | None", per_document: bool, questions: "QuestionSet") -> None:
    """Raise EvaluationError for a gate that no run over these questions can be held against, before any is asked."""
    from rag.evaluation.compare import FEWEST, comparable
    from rag.evaluation.run import heading, measured_by

    known = measured_by(questions, per_document=per_document)
    for name, _ in gates:
        if name not in known:
            close = get_close_matches(name, known, 1)
            meant = Message("gate.meant", name=close[0]) if close else Message("gate.choices", choices=", ".join(sorted(known)))
            raise EvaluationError("gate.unknown", name=name, set=questions.name, meant=meant)
    if base is not None:
        comparable(base, heading(questions), per_document=per_document)
        all_of, rightly = len(base.rows), sum(row.measures.get("decision right") == 1 for row in base.rows)
        if rightly < FEWEST:
            raise EvaluationError("gate.few", questions=Message("count.questions", n=all_of), n=rightly, fewest=FEWEST)
        note(
            Message(
                "gate.smallest", fewest=FEWEST, questions=Message("count.questions", n=all_of), share=f"{FEWEST / all_of:.1%}"
            )
        )


def _fails(made: "Run", gates: Sequence[tuple[str, float]], base: "Run | None") -> bool:
    """Whether a run falls under one of its gates or is significantly worse than another; each is said on stderr."""
    said = []
    for name, least in gates:
        found = made.measures.get(name)
        if found is None or not (figures := found.figures):
            why = str(found.absent) if found else Message("gate.there_are", choices=", ".join(made.measures))
            raise EvaluationError("gate.not_measured", name=name, why=why)
        if figures.value < least:
            said.append(Message("gate.under", name=name, value=f"{figures.value:.4f}", least=f"{least:g}"))
    if base is not None:
        from rag.evaluation.compare import compare

        worse = [d for d in compare(base, made).differences if d.measure in MAIN and d.worse]
        said += [
            Message("gate.fell", name=d.measure, before=f"{d.before:.4f}", after=f"{d.after:.4f}", p=f"{d.p:.4f}")
            for d in worse
        ]
    for line in said:
        note(Message("gate.failed", what=line))
    return bool(said)


def _told(row: "Row") -> str:
    if not row.answered:
        return row.reason or "refused"
    return " / ".join(" ".join(quote.text.split())[:100] for quote in row.quotes)


def table(made: "Run", names: Sequence[str] = MAIN) -> str:
    """The measures of a run as lines of text, with their 95 % intervals."""
    held, index = made.set, made.index
    lines = [f"{one_line(held.name)}: {counted(held.questions, 'question')}, {counted(held.documents, 'document')}", ""]
    lines += [_measure_line(name, made.measures[name]).rstrip("\n") for name in names if name in made.measures]
    times = ", ".join(f"{name} {ms.p50:.1f}/{ms.p95:.1f}" for name, ms in made.milliseconds.items())
    lines += ["", f"milliseconds p50/p95: {times}"]
    size = f", {index.bytes / 1e6:.1f} MB" if index.bytes else ""
    seconds = f", made in {index.seconds:.1f} s" if index.seconds else ", made before"
    lines.append(f"index: {counted(index.passages, 'passage')}, {counted(index.sentences, 'sentence')}{size}{seconds}")
    exact = [quote.exact for row in made.rows for quote in row.quotes]
    lines.append(f"exactness: {sum(exact):,} of {counted(len(exact), 'shown quote')} equal to the source")
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"


def _measure_line(name: str, found: "Measure") -> str:
    figures = found.figures
    if figures is None:
        return f"{name:<26} {'-':>7}   {found.absent}\n"
    value, low, high = map(_figure, figures[:3])
    return f"{name:<26} {value:>7}   {low} – {high}   n = {figures.n:,}\n"


def _signed(value: float) -> str:
    return f"{value:+.3f}" if abs(value) < 10 else f"{value:+.0f}"


_OURS = {
    "run": re.compile(rb'\{\s*"format": [0-9]+,\s*"pincite": "'),
    "TREC run": re.compile(rb"\A\S++ Q0 \S++ 1 1\.0+ pincite\n"),
    "report": re.compile(rb'<!doctype html>[^\x00]{0,500}<meta name="generator" content="pincite'),
}
"""How a file begins that we wrote, which may be replaced by the next of its kind."""


def _place(path: Path, kind: str) -> Path:
    """Where a file of a kind is to be written: behind a link the file that it leads to, and over nothing that is not ours.

    Raises EvaluationError where it cannot be.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            return path
        path = path.resolve()
        if path.is_dir() or not path.parent.is_dir():
            raise EvaluationError("output.folder" if path.is_dir() else "output.no_folder", where=path)
        if path.is_file():
            with path.open("rb") as file:
                begins = file.read(1000)
            if begins and not (kind in _OURS and _OURS[kind].match(begins)):
                raise EvaluationError("output.not_ours", where=path, kind=kind)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle
        raise EvaluationError("output.unwritable", where=path, why=str(error)) from error
    return path


def _write(path: Path, kind: str, text: str) -> None:
    """Write a file of a kind whole or not at all; to what is no file, such as a pipe, as it comes. Raises EvaluationError."""
    path = _place(path, kind)
    beside = path.with_name(f".{path.name[:100]}.{token_hex(8)}.part")
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise EvaluationError("output.unwritable", where=path, why=error.strerror or "") from error
