"""``pincite eval``: measure, compare, calibrate, report; a thin shell over rag.evaluation."""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import EvaluationError
from ui.talk import counted, progress_bar, talk

MAIN = (
    "nDCG@10",
    "R@1",
    "R@10",
    "RR",
    "passage nDCG@10",
    "passage R@1",
    "right in first quote",
    "right if shown",
    "quote recall",
    "quote precision",
    "quote IoU",
    "characters shown",
    "answered when answerable",
    "refused when near",
    "refused when far",
    "decision right",
    "AUROC near",
    "AUROC far",
    "AUROC",
    "AURC",
    "error at 80 % coverage",
    "coverage at 5 % error",
    "coverage at 10 % error",
)
"""The measures shown on the terminal; the run file holds all."""


def add_commands(commands: Any) -> None:
    """Add ``eval`` with its own commands to the program's."""
    parser = commands.add_parser("eval", help="measure answers, compare runs, calibrate refusal", description=__doc__)
    inner = parser.add_subparsers(required=True, metavar="COMMAND")

    run = inner.add_parser("run", help="ask every question of a set and measure the answers", description=_run.__doc__)
    _add_set(run)
    run.add_argument("-o", "--output", type=Path, metavar="RUN.json", help="keep the run")
    run.add_argument("--trec-run", type=Path, metavar="FILE", help="write the ranking of documents in TREC's format")
    run.add_argument("--trec-qrels", type=Path, metavar="FILE", help="write the judgements in TREC's format")
    run.add_argument("--fail-under", action="append", default=[], metavar="MEASURE=VALUE", help="exit with 3 below it")
    run.add_argument("--fail-if-worse", type=Path, metavar="BASE.json", help="exit with 3 if significantly worse than it")
    run.set_defaults(run=_run)


def _add_set(parser: argparse.ArgumentParser) -> None:
    """Arguments that say what is asked of what, and how."""
    parser.add_argument("set", nargs="?", type=Path, metavar="SET", help="a folder in BEIR's layout, or a questions file")
    parser.add_argument("--documents", nargs="+", type=Path, default=[], metavar="PATH", help="what a questions file is about")
    parser.add_argument("--index", type=Path, metavar="DIR", help="ask this index, which must hold the set's documents")
    parser.add_argument("--model", metavar="NAME_OR_PATH", help="index with another sentence-transformers model")
    parser.add_argument("--split", metavar="NAME", help="only the questions of this split")
    parser.add_argument("--titles", type=int, choices=[0, 1], help="only the questions about every second title")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N questions, evenly taken")
    parser.add_argument(
        "--far", type=Path, metavar="SET", help="add questions of another set, which these documents do not answer"
    )
    parser.add_argument("--far-limit", type=int, default=300, metavar="N", help="how many of them (300)")
    parser.add_argument("--per-document", action="store_true", help="ask each question of the document it is about alone")
    parser.add_argument("--top", type=int, metavar="N", help="quotes shown at most")
    parser.add_argument("--threshold", type=float, metavar="X", help="log-odds from which a question is answered")
    parser.add_argument(
        "--next-quote", type=float, metavar="X", help="share of the first quote's score that a further one needs"
    )
    parser.add_argument("--by", choices=["score", "rank"], help="join the rankings by normalised score or by reciprocal rank")
    parser.add_argument("--fusion", type=_fusion, metavar="RANKING=W,…", help='such as "sentence words=1,passage words=0.5"')


def _fusion(text: str) -> dict[str, float]:
    from rag.weights import FUSION

    try:
        weights = {name.strip(): float(weight) for name, weight in (item.split("=") for item in text.split(","))}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of RANKING=WEIGHT") from None
    if unknown := set(weights) - set(FUSION):
        raise argparse.ArgumentTypeError(f"no ranking {min(unknown)!r}; there are {', '.join(FUSION)}")
    if min(weights.values()) < 0 or not sum(weights.values()):
        raise argparse.ArgumentTypeError("weights are not negative, and one is positive")
    return weights


def _run(options: argparse.Namespace) -> int:
    """Ask every question of a set and measure the answers. Without SET: the questions about the shipped material."""
    made = measured(options)
    if options.output:
        _write(options.output, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    if options.trec_run:
        _write(options.trec_run, _trec_run(made))
    if options.trec_qrels:
        _write(options.trec_qrels, _trec_qrels(made))
    sys.stdout.write(table(made))
    return 0


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """The run that the arguments of ``_add_set`` ask for."""
    from corpus.read import read_paths
    from index.cache import entry, library_of
    from index.export import DEFAULT_MODEL, open_encoder
    from index.library import open_library
    from rag.evaluation.questions import load
    from rag.evaluation.run import evaluate

    def opened(name: str, fingerprint: str) -> Any:
        return open_encoder(name, fingerprint, talk=talk)

    library = open_library(options.index, encoder=opened) if options.index else None
    documents = read_paths(options.documents, note=talk) if options.documents else library.documents if library else None
    questions = load(options.set, documents=documents).only(split=options.split, limit=options.limit, titles=options.titles)
    if options.far:
        questions = questions.with_far(load(options.far), limit=options.far_limit)
    index: dict[str, Any] = {}
    if library is None:
        encoder = open_encoder(options.model or DEFAULT_MODEL, talk=talk)
        known, began = entry(questions.documents, encoder=encoder).is_dir(), time.perf_counter()
        with progress_bar("Indexing") as progress:
            library = library_of(questions.documents, encoder=encoder, talk=talk, progress=progress)
        index["seconds"] = None if known else round(time.perf_counter() - began, 2)
    if library.folder:
        index["bytes"] = sum(path.stat().st_size for path in library.folder.rglob("*") if path.is_file())
    names = ("top", "threshold", "next_quote", "fusion", "by")
    settings = {name: value for name in names if (value := getattr(options, name)) is not None}
    with progress_bar("Asking", unit="question") as progress:
        return evaluate(
            questions, library, settings=settings, per_document=options.per_document, index=index, progress=progress
        )


def table(made: Mapping[str, Any], names: Sequence[str] = MAIN) -> str:
    """The measures of a run as lines of text, with their 95 % intervals."""
    held = made["set"]
    lines = [f"{held['name']}: {counted(held['questions'], 'question')}, {counted(held['documents'], 'document')}", ""]
    for name in names:
        found = made["measures"].get(name)
        if not found:
            continue
        if "absent" in found:
            lines.append(f"{name:<26} {'-':>7}   {found['absent']}")
        else:
            value, low, high = (_figure(found[key]) for key in ("value", "low", "high"))
            lines.append(f"{name:<26} {value:>7}   {low} – {high}   n = {found['n']:,}")
    times = ", ".join(f"{name} {ms['p50']:.1f}/{ms['p95']:.1f}" for name, ms in made["milliseconds"].items())
    lines += ["", f"milliseconds p50/p95: {times}"]
    exact = [quote["exact"] for row in made["rows"] for quote in row["quotes"]]
    lines.append(f"exactness: {sum(exact):,} of {counted(len(exact), 'shown quote')} equal to the source")
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"


def _trec_run(made: Mapping[str, Any]) -> str:
    lines = [
        f"{row['_id']} Q0 {name} {rank} {1 / rank:.6f} pincite"
        for row in made["rows"]
        for rank, name in enumerate(row["ranking"], start=1)
    ]
    return "\n".join(lines) + "\n"


def _trec_qrels(made: Mapping[str, Any]) -> str:
    lines = [f"{row['_id']} 0 {name} {grade}" for row in made["rows"] for name, grade in row["relevant"].items()]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises EvaluationError when it cannot be."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise EvaluationError(f"{path}: cannot be written ({error.strerror}); name another file") from error
