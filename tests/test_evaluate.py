"""Question sets from disk, runs over them, and the commands of ``pincite eval`` as a user meets them."""

import contextlib
import io
import json
import subprocess
import sys
from copy import copy
from pathlib import Path
from random import Random

import pytest
from msgspec import to_builtins
from runs import row_of, run_of

from corpus.errors import EvaluationError, LibraryError
from corpus.formats.builder import settle
from corpus.read import read_file
from index.encoders.export import open_encoder
from index.library import open_library
from index.store.seal import sealed
from rag.ask import ask
from rag.bands import ANSWERS, MAY_ANSWER
from rag.calibration import Calibration, store
from rag.evaluation import ablate
from rag.evaluation.add import append, case_of, take_back
from rag.evaluation.calibrate import calibrate
from rag.evaluation.compare import FEWEST, _means, compare
from rag.evaluation.questions import QuestionRow, load
from rag.evaluation.run import evaluate, half_right, heading, right
from rag.evaluation.stored import read_run
from rag.options import Options
from rag.reader.model import SHIPPED, OnnxReader
from rag.session import Session
from ui.cli.main import main
from ui.report.page import page

PINCITE = Path(sys.executable).parent / "pincite"
CORPUS = [
    {"_id": "ferns#0", "title": "Ferns", "text": "Ferns have no seeds. They have spores under their leaves."},
    {"_id": "moss#0", "title": "Moss", "text": "Moss holds water like a sponge. It grows on stones."},
]
QUERIES = [
    {"_id": "a", "text": "What do ferns have under their leaves?", "answerable": True, "about_doc": "ferns#0"},
    {"_id": "b", "text": "What does moss hold like a sponge?", "about_doc": "moss#0"},
    {"_id": "c", "text": "What colour are fern flowers?", "answerable": False, "about_doc": "ferns#0"},
]
SPANS = [
    {"query": "a", "doc": "ferns#0", "start": 31, "end": 37, "text": "spores"},
    {"query": "b", "doc": "moss#0", "start": 11, "end": 16, "text": "water"},
]
QRELS = "query-id\tcorpus-id\tscore\na\tferns#0\t1\nb\tmoss#0\t2\n"


@pytest.fixture(scope="module")
def reader():
    return OnnxReader(SHIPPED)


def lines(rows: list) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def beir(tmp_path):
    """A small set in BEIR's layout, with spans."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(lines(CORPUS))
    (folder / "queries.jsonl").write_text(lines(QUERIES))
    (folder / "spans.jsonl").write_text(lines(SPANS))
    (folder / "qrels.tsv").write_text(QRELS)
    return folder


def run(*arguments, cwd: Path, code: int = 0) -> subprocess.CompletedProcess:
    result = subprocess.run([PINCITE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


def quick(*arguments, cwd: Path, code: int = 0) -> subprocess.CompletedProcess:
    """As ``run``, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            found = main([*map(str, arguments)])
        except SystemExit as left:
            found = left.code
    told, said = (stream.buffer.getvalue().decode() for stream in (out, err))
    assert found == code, said
    return subprocess.CompletedProcess(arguments, found, told, said)


def test_set_in_beirs_layout_is_read(beir):
    found = load(beir)
    assert found.names == ("ferns#0", "moss#0")
    assert [(case.id, case.answerable, case.about) for case in found.cases] == [("a", True, 0), ("b", True, 1), ("c", False, 0)]
    assert found.cases[1].relevant == {1: 2}
    assert [found.documents[g.document].text[g.start : g.end] for case in found.cases for g in case.gold] == ["spores", "water"]


def test_qrels_of_beirs_folder_and_of_trec_are_the_same(beir):
    fingerprint = load(beir).fingerprint
    (beir / "qrels.tsv").unlink()
    (beir / "qrels").mkdir()
    (beir / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\na\tmoss#0\t1\n")
    (beir / "qrels" / "test.tsv").write_text("a 0 ferns#0 1\nb 0 moss#0 2\n")
    assert load(beir).fingerprint == fingerprint


def test_fingerprint_changes_with_every_text_question_and_judgement(beir):
    seen = {load(beir).fingerprint}
    for name, old, new in [
        ("corpus.jsonl", "stones", "stumps"),
        ("queries.jsonl", "colour", "color"),
        ("qrels.tsv", "moss#0\t2", "moss#0\t1"),
        ("spans.jsonl", "", lines([{"query": "a", "doc": "ferns#0", "start": 0, "end": 5, "text": "Ferns"}])),
    ]:
        text = (beir / name).read_text()
        (beir / name).write_text(text.replace(old, new) if old else text + new)
        seen.add(load(beir).fingerprint)
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", lines([CORPUS[0], CORPUS[0]]), "corpus.jsonl:2: the id 'ferns#0' is there twice"),
        ("corpus.jsonl", lines([{"_id": "x", "text": " "}]), 'corpus.jsonl:1: expected "text" as text'),
        ("queries.jsonl", lines([QUERIES[0]]) + "{", "queries.jsonl:2: not JSON"),
        ("queries.jsonl", "[1]\n", "queries.jsonl:1: expected an object"),
        ("queries.jsonl", "\n", "queries.jsonl: no questions"),
        ("queries.jsonl", lines([{**QUERIES[0], "about_doc": "x"}]), "queries.jsonl:1: names the document 'x'"),
        ("queries.jsonl", lines([{**QUERIES[0], "answerable": False}, QUERIES[1]]), "a is not answerable, yet"),
        ("queries.jsonl", lines([{**QUERIES[0], "text": "x" * 5000}, QUERIES[1]]), "a: the question has 5,000 characters"),
        ("qrels.tsv", QRELS + "a\tgone\t1\n", "qrels.tsv:4: names the document 'gone'"),
        ("qrels.tsv", QRELS + "z\tmoss#0\t1\n", "qrels.tsv:4: names the question 'z'"),
        ("qrels.tsv", QRELS + "a\tmoss#0\tmuch\n", "qrels.tsv:4: expected query, document and grade"),
        ("spans.jsonl", lines([{**SPANS[0], "start": 30}]), "spans.jsonl:1: expected 'spores' at 30:37"),
        ("spans.jsonl", lines([{**SPANS[0], "start": "31"}]), 'jsonl:1: expected "start" as a whole number, found "31"'),
        ("spans.jsonl", lines([{**SPANS[0], "query": "z"}]), "spans.jsonl:1: names the question 'z'"),
    ],
)
def test_malformed_set_is_refused_with_file_and_line(beir, name, text, message):
    (beir / name).write_text(text)
    with pytest.raises(EvaluationError) as error:
        load(beir)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_set_is_one_line(tmp_path, beir):
    (beir / "queries.jsonl").unlink()
    for path in (tmp_path / "none", beir):
        with pytest.raises(EvaluationError, match="no such file"):
            load(path)
    (tmp_path / "q.jsonl").write_text("{}")
    with pytest.raises(EvaluationError, match="needs its documents"):
        load(tmp_path / "q.jsonl")


def test_shipped_set_covers_every_kind_with_exact_ranges(material):
    found = load(None)
    kinds = {"direct", "paraphrase", "keywords", "misspelt", "parts", "list", "language", "near", "far", "attack"}
    assert {case.kind for case in found.cases} == kinds
    assert len(found.cases) >= 150
    assert sum(bool(case.gold) for case in found.cases) == sum(bool(case.answerable) for case in found.cases)
    assert {case.split for case in found.cases} == {"tune", "report"}


def test_right_wants_every_part_whole_in_one_quote(material):
    case = next(case for case in load(None).cases if case.id == "parts-02")
    places = [(g.document, g.start, g.end) for g in case.gold]
    assert right(places, case)
    assert not right(places[:1], case)
    assert not right([(d, start + 1, end) for d, start, end in places], case)
    assert not right([], case)


def test_run_over_the_shipped_set_is_exact_and_complete(library):
    made = to_builtins(evaluate(load(None), Session(library), progress=lambda done, total: None))
    assert len(made["rows"]) == made["set"]["questions"] == len(load(None).cases)
    assert all(quote["exact"] for row in made["rows"] for quote in (*row["quotes"], *row["forced"]))
    assert made["measures"]["nDCG@10"] == {"absent": "one document at a time: there is none to rank"}
    for name, found in made["measures"].items():
        if "value" in found:
            assert found["low"] <= found["value"] <= found["high"], name
    assert made["measures"]["right if shown"]["value"] > 0.85
    assert made["measures"]["called answers when far"]["value"] < 0.1
    assert set(made["milliseconds"]) == {"encode", "words", "vectors", "fuse", "look", "read", "total"}


def test_run_over_other_documents_is_refused(library, beir):
    with pytest.raises(EvaluationError, match="holds other documents than the set"):
        evaluate(load(beir), Session(library), progress=lambda done, total: None)


def test_run_command_writes_runs_and_trec_files_that_agree(beir):
    result = run("eval", "run", beir, "-o", "run.json", "--trec-run", "r.trec", "--trec-qrels", "q.trec", cwd=beir)
    made = json.loads((beir / "run.json").read_text())
    shown = sum(len(row["quotes"]) for row in made["rows"])
    assert shown >= 2 and f"exactness: {shown} of {shown} shown quotes equal to the source" in result.stdout
    assert made["measures"]["nDCG@10"]["value"] == 1
    assert made["measures"]["right in first quote"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 2}
    assert (beir / "q.trec").read_text() == "a 0 ferns#0 1\nb 0 moss#0 2\n"
    assert (beir / "r.trec").read_text().startswith("a Q0 ferns#0 1 1.000000 pincite\n")
    assert "nDCG@10                      1.000" in run("eval", "score", beir, "r.trec", cwd=beir).stdout
    (beir / "r.trec").write_text("a Q0 gone 1 1.0 x\n")
    assert "r.trec:1: names 'gone'" in run("eval", "score", beir, "r.trec", cwd=beir, code=1).stderr


def test_run_command_asks_each_question_of_its_document_alone(beir):
    run("eval", "run", beir, "--per-document", "-o", "run.json", cwd=beir)
    made = json.loads((beir / "run.json").read_text())
    assert all(
        quote["doc"] == about
        for row, about in zip(made["rows"], ["ferns#0", "moss#0", "ferns#0"], strict=True)
        for quote in row["forced"]
    )
    assert "absent" in made["measures"]["nDCG@10"]


def test_gates_exit_with_3_and_say_why(beir):
    assert run("eval", "run", beir, "--fail-under", "right if shown=0.9", "-o", "base.json", cwd=beir).stderr == ""
    failed = run("eval", "run", beir, "--fail-under", "refused when near=1.1", cwd=beir, code=3)
    assert "gate failed: refused when near is" in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["--fail-under", "beauty=1"], "--fail-under beauty: no such measure of small; there are AP, AURC,", 1),
        (["--fail-under", "decsion right=0.9"], 'is "decision right" meant?', 1),
        (["--fail-under", "refused when far=0.9"], "--fail-under refused when far: no such measure of small", 1),
        (["--fail-under", "nDCG@10"], "expected MEASURE=VALUE", 1),
        (["--fail-under", "nDCG@10=nan"], "expected MEASURE=VALUE", 1),
        (["--per-document", "--fail-under", "nDCG@10=0.5"], "no such measure of small", 1),
        (["--fail-if-worse", "base.json"], "of 3 questions 3 were decided rightly before; even losing all of them could be", 1),
        (["--limit", "2", "--fail-if-worse", "base.json"], "run both over the same set", 1),
        (["--per-document", "--fail-if-worse", "base.json"], "one of these runs asked each question of one document", 1),
        (["--top", "0"], "'0' is not a number from 1 up", 2),
        (["--limit", "-3"], "'-3' is not a number from 1 up", 2),
        (["--far-limit", "0"], "'0' is not a number from 1 up", 2),
        (["--next-quote", "1.5"], "'1.5' is not a number from 0 to 1", 2),
        (["--threshold", "nan"], "'nan' is not a number such as", 2),
        (["--fusion", "sentence words=inf"], "weights are not negative", 2),
    ],
)
def test_what_no_run_can_be_held_against_is_said_before_anything_is_asked(beir, arguments, message, code):
    row = {
        **dict.fromkeys(("group", "reason", "answerable")),
        **{name: [] for name in ("quotes", "forced", "gold")},
        "text": "?",
        "answered": True,
        "confidence": 1.0,
        "measures": {"decision right": 1.0},
    }
    made = {
        "format": 1,
        "pincite": "0",
        "made": {},
        "set": to_builtins(heading(load(beir))),
        "settings": {"per_document": False},
        "measures": {},
        "milliseconds": {},
        "index": {},
        "curves": {"risk": [], "quotes": []},
        "rows": [{"_id": name, **row} for name in "abc"],
    }
    (beir / "base.json").write_text(json.dumps(made))
    failed = quick("eval", "run", beir, *arguments, "--model", "no-such-model", "-o", "run.json", cwd=beir, code=code)
    assert message in failed.stderr
    assert "no-such-model" not in failed.stderr.replace("no-such-model NAME", "") and not (beir / "run.json").exists()


def test_gate_sees_a_fall_from_six_questions_on(folder):
    (folder / "q.jsonl").write_text(
        lines(
            [
                {"_id": f"{n}", "text": f"What do ferns have under their leaves? {n}", "answerable": True, "spans": [SPAN]}
                for n in range(7)
            ]
        )
    )
    quick("index", "ferns.txt", "-o", "lib", cwd=folder)
    quick("eval", "run", "q.jsonl", "--index", "lib", "-o", "base.json", cwd=folder)
    again = quick("eval", "run", "q.jsonl", "--index", "lib", "--fail-if-worse", "base.json", cwd=folder)
    assert "The smallest fall that can be told from chance: 6 of 7 questions, 85.7%." in again.stderr
    worse = quick(
        "eval", "run", "q.jsonl", "--index", "lib", "--threshold", "9", "--fail-if-worse", "base.json", cwd=folder, code=3
    )
    assert "gate failed: called answers when answerable fell from 1.0000 to 0.0000" in worse.stderr


@pytest.mark.parametrize("n", range(1, 12))
def test_fewest_is_the_smallest_fall_that_is_significant(n):
    lost = [row({"decision right": 1.0}, {"decision right": 0.0}) for _ in range(n)]
    assert any(d.worse for d in _means(lost, None)) == (n >= FEWEST)


def row(before, after):
    return row_of(measures=before), row_of(measures=after)


def test_run_shows_what_asking_shows(library, reader):
    """Quotes, refusals and what would be shown are those of the product, question by question."""
    questions = load(None).only(limit=64)
    made = to_builtins(evaluate(questions, Session(library, reader), progress=lambda done, total: None))
    changed = 0
    for case, row in zip(questions.cases, made["rows"], strict=True):
        answer = ask(case.text, library, reader=reader)
        forced = ask(case.text, library, reader=reader, options=Options(threshold=-1e9))
        for found, shown in ((answer, row["quotes"]), (forced, row["forced"])):
            ranges = [(c.quote.start, c.quote.end) for c in found.citations]
            assert ranges == [(quote["start"], quote["end"]) for quote in shown], case.id
        assert row["answered"] == (answer.refusal is None) and row["confidence"] == round(forced.confidence, 4), case.id
        changed += bool(answer.refusals)
    assert changed > 6  # refusals are among them


@pytest.mark.parametrize("start", ["", "\ufeff", "\ufeff\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ranges_move_along_with_what_settling_takes_away(beir, start, end):
    text = f"{start}Ferns have no seeds.{end}{end}They have spores{end}under their leaves."
    rows = [{"_id": "ferns#0", "title": "Ferns", "text": text}, CORPUS[1]]
    (beir / "corpus.jsonl").write_text(lines(rows), newline="")
    for words in ("spores", f"spores{end}under", "Ferns", "leaves."):
        at = text.index(words)
        (beir / "spans.jsonl").write_text(
            lines([{"query": "a", "doc": "ferns#0", "start": at, "end": at + len(words), "text": words}, SPANS[1]])
        )
        found = load(beir)
        (gold,) = found.cases[0].gold
        assert found.documents[0].text[gold.start : gold.end] == settle(words)


def test_rows_of_trec_runs_are_whole(beir):
    for text, message in (
        ("a Q0 moss#0 1 0.5 x\na Q0 moss#0 2 0.4 x\n", "r.trec:2: 'moss#0' is ranked twice for 'a'"),
        ("a Q0 moss#0 1 nan x\n", "r.trec:1: expected a number as score, found 'nan'"),
    ):
        (beir / "r.trec").write_text(text)
        assert message in quick("eval", "score", beir, "r.trec", cwd=beir, code=1).stderr
    (beir / "r.trec").write_text("\ufeffa Q0 ferns#0 1 0.5 x\n", encoding="utf-8")
    assert "nDCG@10" in quick("eval", "score", beir, "r.trec", cwd=beir).stdout


def test_half_of_a_range_is_half_right(material):
    case = next(case for case in load(None).cases if len(case.gold) == 1)
    (gold,) = case.gold
    middle = (gold.start + gold.end + 1) // 2
    place = gold.document
    assert half_right([(place, gold.start, middle)], case) and not right([(place, gold.start, middle)], case)
    assert half_right(
        [(place, 0, gold.start + (middle - gold.start) // 2), (place, gold.end - (middle - gold.start), gold.end)], case
    )
    assert not half_right([(place, gold.start, middle - 1 - (gold.end - gold.start) % 2)], case)
    assert not half_right([], case)


def test_output_leaves_what_stands_beside_it(beir):
    (beir / ".run.json.part").write_text("mine")
    quick("eval", "run", beir, "-o", "run.json", cwd=beir)
    assert (beir / ".run.json.part").read_text() == "mine"
    assert sorted(path.name for path in beir.iterdir() if "part" in path.name) == [".run.json.part"]


def test_reader_that_the_decision_was_not_fitted_to_is_left_out(library, reader):
    other = copy(reader)
    other.fingerprint = "0" * 64
    question = "what did Heilongjiang plan?"
    found, without = ask(question, library, reader=other), ask(question, library)
    assert not found.reader and [c.quote for c in found.citations] == [c.quote for c in without.citations]
    assert tuple(map(str, found.notes)) == (
        "Answered without the reader: the decision was not fitted to it (000000000000); fit it with training/decide.py --write",
    )


def test_compare_command_refuses_other_questions_and_broken_runs(beir):
    quick("eval", "run", beir, "-o", "a.json", cwd=beir)
    quick("eval", "run", beir, "--top", "1", "-o", "b.json", cwd=beir)
    assert "0 questions got better" in quick("eval", "compare", "a.json", "b.json", cwd=beir).stdout
    quick("eval", "run", beir, "--limit", "2", "-o", "c.json", cwd=beir)
    assert "run both over the same set" in quick("eval", "compare", "a.json", "c.json", cwd=beir, code=1).stderr
    (beir / "d.json").write_text((beir / "a.json").read_text()[:300])
    assert "d.json: not JSON" in quick("eval", "compare", "a.json", "d.json", cwd=beir, code=1).stderr


def test_calibrate_keeps_a_threshold_with_the_index_that_asking_obeys(folder):
    (folder / "q.jsonl").write_text(
        lines(
            {"_id": f"{n} {yes}", "text": text, "answerable": yes, "spans": [SPAN] if yes else []}
            for n in range(30)
            for text, yes in (
                (f"What do ferns have under their leaves? {n}", True),
                (f"Who won the football game number {n}?", False),
            )
        )
    )
    quick("index", "ferns.txt", "-o", "lib", cwd=folder)
    result = quick("eval", "calibrate", "q.jsonl", "--index", "lib", "--max-error", "20%", cwd=folder)
    assert "coverage   error" in result.stdout
    assert "wrong at most 20% (measured on q)" in result.stdout
    held = json.loads((folder / "lib" / "calibration.json").read_text())
    assert held["wrong"] <= held["answered"] * 0.2
    del held["sha256"]
    (folder / "lib" / "calibration.json").write_bytes(sealed({**held, "threshold": 99.0}))
    asked = ("ask", "What do ferns have under their leaves?", "--index", "lib")
    assert quick(*asked, cwd=folder).stdout.startswith("? may answer (")
    assert quick(*asked, "--strict", cwd=folder).stdout.startswith("A passage may answer (")
    assert quick(*asked, "--fail-on-refusal", cwd=folder).stdout
    assert quick(*asked, "--strict", "--fail-on-refusal", cwd=folder, code=3).stdout
    without = quick(*asked, "--reader", "off", cwd=folder)
    assert "They have spores" in without.stdout
    assert "calibrated with another reader, so left aside" in without.stderr
    quick("index", "ferns.txt", "-o", "lib", cwd=folder)
    assert quick(*asked, cwd=folder).stdout.startswith("? may answer (")  # nothing has changed
    (folder / "ferns.txt").write_text((folder / "ferns.txt").read_text() + "Ferns are old.\n")
    quick("update", "lib", cwd=folder)
    assert quick(*asked, cwd=folder).stdout.startswith("They have spores")
    assert (
        "no threshold keeps"
        in quick("eval", "calibrate", "q.jsonl", "--index", "lib", "--max-error", "1%", cwd=folder, code=1).stderr
    )


SPAN = {"doc": "ferns.txt", "start": 21, "end": 57, "text": "They have spores under their leaves."}


def test_judged_answers_become_a_set_of_ones_own(folder):
    quick("index", "ferns.txt", "moss.md", "-o", "lib", cwd=folder)
    for n, (question, judgement) in enumerate(
        [
            ("What do ferns have under their leaves?", "right"),
            ("What does moss hold like a sponge?", "wrong"),
            ("Who won the football game?", "unanswerable"),
        ]
    ):
        (folder / f"{n}.json").write_text(quick("ask", question, "--index", "lib", "--json", cwd=folder).stdout)
        add = ("eval", "add", "--from-answer", f"{n}.json", f"--{judgement}", "--to", "mine.jsonl")
        assert "added" in quick(*add, cwd=folder).stderr
        assert "already there" in quick(*add, cwd=folder).stderr
    rows = [json.loads(line) for line in (folder / "mine.jsonl").read_text().splitlines()]
    assert [row["answerable"] for row in rows] == [True, None, False]
    assert rows[0]["spans"][0]["text"] == "They have spores under their leaves."
    quick("eval", "run", "mine.jsonl", "--index", "lib", "-o", "run.json", cwd=folder)
    measures = json.loads((folder / "run.json").read_text())["measures"]
    assert measures["right if shown"]["value"] == 1
    assert measures["wrong quote again"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert measures["refused when unanswerable"]["n"] == 1
    assert (
        "no quotes that could be right"
        in quick("eval", "add", "--from-answer", "2.json", "--right", "--to", "mine.jsonl", cwd=folder, code=1).stderr
    )
    assert "not an answer" in quick("eval", "add", "--from-answer", "mine.jsonl", "--right", cwd=folder, code=1).stderr


def test_ablate_command_prints_a_row_for_every_variant(beir, monkeypatch, capsys):
    variants = {
        "as it is": {},
        "one quote only": {"top": 1},
        "by rank": {"by": "rank"},
        "whole": {"multi_part": False, "spellcheck": False},
        "without the reader": {"reader": False},
    }
    monkeypatch.setattr(ablate, "VARIANTS", variants)
    for reader in ("on", "off"):
        assert main(["eval", "ablate", str(beir), "--reader", reader]) == 0
        table = capsys.readouterr().out
        assert [line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:]] == list(variants)
        assert "right in first quote" in table


@pytest.mark.parametrize("name", ablate.VARIANTS)
def test_variant_changes_what_there_is(name):
    Options(**{option: value for option, value in ablate.VARIANTS[name].items() if option != "reader"})


def test_report_command_writes_one_page(beir):
    run("eval", "run", beir, "-o", "a.json", cwd=beir)
    run("eval", "report", "a.json", "a.json", "-o", "report.html", cwd=beir)
    assert "<title>" in (beir / "report.html").read_text()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"spans": 5}, 'expected "spans" as a list, found 5'),
        ({"spans": None}, 'expected "spans" as a list, found null'),
        ({"spans": [5]}, 'expected "spans[0]" as an object, found 5'),
        ({"wrong": {}}, 'expected "wrong" as a list, found an object'),
        ({"kind": []}, 'expected "kind" as text or null, found a list'),
        ({"split": 3}, 'expected "split" as text or null, found 3'),
        ({"split": " "}, 'expected "split" as text, found " "'),
        ({"answerable": "yes"}, 'expected "answerable" as true, false or null, found "yes"'),
        ({"answerable": 0}, 'expected "answerable" as true, false or null, found 0'),
        ({"text": "\ud800?"}, "half of a character"),
        ({"_id": "\udfff"}, "half of a character"),
        (
            {"spans": [{**json.loads('{"doc": "ferns.txt"}'), "start": True, "end": 3, "text": "x"}]},
            'expected "spans[0].start"',
        ),
    ],
)
def test_questions_of_odd_kinds_are_refused_with_file_and_line(folder, row, message):
    (folder / "q.jsonl").write_text(json.dumps({"_id": "a", "text": "What?", **row}) + "\n")
    with pytest.raises(EvaluationError) as error:
        load(folder / "q.jsonl", documents=[read_file(folder / "ferns.txt", note=print)])
    assert "q.jsonl:1: " in str(error.value) and message in str(error.value)


def test_files_too_deep_are_refused_in_one_line(folder):
    (folder / "q.jsonl").write_text("[" * 200_000)
    for arguments in (
        ("eval", "run", "q.jsonl", "--documents", "ferns.txt"),
        ("eval", "add", "--from-answer", "q.jsonl", "--right"),
        ("eval", "compare", "q.jsonl", "q.jsonl"),
        ("ask", "--from", "q.jsonl"),
    ):
        assert quick(*arguments, cwd=folder, code=1).stderr.count("\n") == 1


@pytest.mark.parametrize("grade", ["²", "--1", "99999999999999999999", "1.5"])
def test_grades_are_numbers(beir, grade):
    (beir / "qrels.tsv").write_text(QRELS + f"b\tferns#0\t{grade}\n")
    with pytest.raises(EvaluationError, match=r"qrels.tsv:4: expected query, document and grade"):
        load(beir)


def test_name_of_two_documents_is_none(tmp_path):
    documents = []
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "readme.txt").write_text(f"It is {place}, so it is said.")
        documents.append(read_file(tmp_path / place / "readme.txt", note=print))
    span = {"start": 6, "end": 7, "text": "a"}
    for name, known in (("readme.txt", False), (documents[0].id, True), (documents[0].source, True)):
        (tmp_path / "q.jsonl").write_text(json.dumps({"_id": "1", "text": "Who?", "spans": [{"doc": name, **span}]}))
        if known:
            assert load(tmp_path / "q.jsonl", documents=documents).cases[0].gold[0].document == 0
        else:
            with pytest.raises(EvaluationError, match=r"several documents are called 'readme\.txt'"):
                load(tmp_path / "q.jsonl", documents=documents)


def test_far_questions_have_ids_of_their_own(beir):
    whole = load(beir)
    once = whole.with_far(whole, limit=3)
    twice = once.with_far(whole, limit=3)
    assert len({case.id for case in twice.cases}) == len(twice.cases) == 9


def test_fingerprint_holds_what_was_wrong(folder):
    found = set()
    for end in (56, 57):
        wrong = [{**SPAN, "end": end, "text": SPAN["text"][: end - SPAN["start"]]}]
        (folder / "q.jsonl").write_text(json.dumps({"_id": "1", "text": "Who?", "answerable": None, "wrong": wrong}))
        found.add(load(folder / "q.jsonl", documents=[read_file(folder / "ferns.txt", note=print)]).fingerprint)
    assert len(found) == 2


@pytest.mark.parametrize("kind", ["-o", "--trec-run", "--trec-qrels"])
def test_nothing_but_what_we_wrote_is_written_over(beir, kind):
    """Neither the set itself nor anything else, and it is said before anything is asked."""
    for name in ("queries.jsonl", "thesis.txt", "."):
        (beir / "thesis.txt").write_text("mine")
        before = {path: path.read_bytes() for path in beir.iterdir()}
        failed = quick("eval", "run", beir, kind, name, "--model", "no-such-model", cwd=beir, code=1)
        assert "name another" in failed.stderr and "no-such-model" not in failed.stderr
        assert {path: path.read_bytes() for path in beir.iterdir()} == before
    assert "its folder is not there" in quick("eval", "run", beir, kind, "no/x.json", cwd=beir, code=1).stderr


def test_own_files_are_written_again_behind_a_link_too_and_to_a_pipe(beir):
    (beir / "link.json").symlink_to("run.json")
    for _ in range(2):
        quick("eval", "run", beir, "-o", "link.json", "--trec-run", "r.trec", cwd=beir)
        quick("eval", "report", "run.json", "-o", "report.html", cwd=beir)
        (beir / "run.json").chmod(0o600)
    assert (beir / "link.json").is_symlink() and (beir / "run.json").stat().st_mode & 0o777 == 0o600
    out = run("eval", "run", beir, "-o", "/dev/stdout", cwd=beir).stdout
    assert json.JSONDecoder().raw_decode(out)[0]["set"]["name"] == "small"
    assert Path("/dev/null").is_char_device()


def test_trec_files_hold_no_names_with_spaces(beir):
    (beir / "queries.jsonl").write_text(lines([{**QUERIES[0], "_id": "a\nforged: line"}]))
    for name in ("spans.jsonl", "qrels.tsv"):
        (beir / name).unlink()
    (beir / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n")
    assert "holds white space" in quick("eval", "run", beir, "--trec-run", "r.trec", cwd=beir, code=1).stderr


def test_runs_are_paired_by_question_and_not_by_place(beir):
    quick("eval", "run", beir, "-o", "a.json", cwd=beir)
    made = json.loads((beir / "a.json").read_text())
    (beir / "b.json").write_text(json.dumps({**made, "rows": made["rows"][::-1]}))
    out = quick("eval", "compare", "a.json", "b.json", cwd=beir).stdout
    assert "0 questions got better" in out and "0 questions got worse" in out and "+0.5" not in out
    made["rows"][0]["_id"] = "z"
    (beir / "b.json").write_text(json.dumps(made))
    assert "other questions in their rows" in quick("eval", "compare", "a.json", "b.json", cwd=beir, code=1).stderr


def test_any_change_of_a_run_is_used_or_refused_in_one_line(beir, monkeypatch):
    """Every place of a run, taken out or exchanged for something else."""
    monkeypatch.setattr("rag.evaluation.compare.SWAPS", 200)
    quick("eval", "run", beir, "-o", "a.json", cwd=beir)
    made, run = json.loads((beir / "a.json").read_text()), read_run(beir / "a.json")
    random = Random(0)
    everywhere = list(places(made))
    for _ in range(400):
        other, where = json.loads(json.dumps(made)), random.choice(everywhere)
        inside = other
        for step in where[:-1]:
            inside = inside[step]
        if (value := random.choice([None, 5, -1.5, "x", [], {}, [1], {"a": 1}, True, 10**400, "\ud800", "gone"])) == "gone":
            del inside[where[-1]]
        else:
            inside[where[-1]] = value
        (beir / "b.json").write_text(json.dumps(other))
        try:
            found = read_run(beir / "b.json")
        except EvaluationError as error:
            assert "\n" not in str(error) and str(error).startswith(f"{beir / 'b.json'}: "), (where, value)
            assert "expected" in str(error) or "not UTF-8" in str(error) or "not JSON" in str(error), (where, value)
            continue
        for use in (lambda b: compare(run, b), lambda b: compare(b, run), lambda b: page([b], ["b"])):
            try:
                use(found)
            except EvaluationError as error:
                assert "\n" not in str(error), (where, value)


def places(value, before=()):
    if before:
        yield before
    for step, inner in (
        value.items() if isinstance(value, dict) else list(enumerate(value))[:2] if isinstance(value, list) else ()
    ):
        yield from places(inner, (*before, step))


def test_calibration_of_several_parts_counts_what_is_shown():
    """A question whose parts are not all shown is answered wrongly, however sure one of them is."""
    known = {"answerable": True, "measures": {"right if shown": 1.0}}
    for least, fits in ((1.0, lambda found: found < 1), (MAY_ANSWER - 1, lambda found: found > 1)):
        sure, others = row_of(**known, confidence=4.0, least=4.0), row_of(**known, confidence=1.0, least=least)
        found = calibrate(run_of(*[sure] * 80, *[others] * 20), max_error=0.05)
        assert found.wrong == 0 and fits(found.threshold), least


def test_calibration_counts_what_would_be_called_answers():
    """With an unsure part the whole only may answer, so it is not counted; with a refused one it answers, and wrongly."""
    right, wrong = ({"answerable": True, "measures": {"right if shown": shown}} for shown in (1.0, 0.0))
    sure = [row_of(**right, confidence=4.0, parts=(4.0,))] * 80
    unsure, refused = ([row_of(**wrong, confidence=4.0, parts=(4.0, MAY_ANSWER + by, -20.0))] * 20 for by in (0.1, -0.1))
    found = calibrate(run_of(*sure, *unsure), max_error=0.1)
    assert (found.answered, found.wrong) == (80, 0) and found.threshold > MAY_ANSWER
    with pytest.raises(EvaluationError, match="no threshold keeps"):
        calibrate(run_of(*sure, *refused), max_error=0.1)


def test_calibration_is_for_what_is_asked_as_usual_and_for_the_state_it_was_measured_on(folder):
    (folder / "q.jsonl").write_text(lines([{"_id": "1", "text": "What do ferns have?", "spans": [SPAN]}]))
    quick("index", "ferns.txt", "-o", "lib", cwd=folder)
    for option in (["--top", "1"], ["--by", "rank"], ["--per-document"], ["--threshold", "3"], ["--strict"]):
        failed = quick("eval", "calibrate", "q.jsonl", "--index", "lib", "--max-error", "5%", *option, cwd=folder, code=1)
        assert f"leave out {option[0]}" in failed.stderr
    library = open_library(folder / "lib", encoder=lambda name, fingerprint: open_encoder(note=print))
    (folder / "ferns.txt").write_text((folder / "ferns.txt").read_text() + "\nMoss is green.\n")
    quick("update", "lib", cwd=folder)
    with pytest.raises(LibraryError, match="was changed while it was measured"):
        store(Calibration(0.0, 0.05, 0.95, 1, 1, 0, 0.01, "s", "f"), library)
    quick("eval", "run", "q.jsonl", "--index", "lib", "-o", "before.json", cwd=folder)
    library = open_library(folder / "lib", encoder=lambda name, fingerprint: open_encoder(note=print))
    store(Calibration(11.5, 0.05, 0.95, 1, 1, 0, 0.01, "s", "f", OnnxReader(SHIPPED).fingerprint), library)
    quick("eval", "run", "q.jsonl", "--index", "lib", "-o", "after.json", cwd=folder)
    before, after = (json.loads((folder / name).read_text()) for name in ("before.json", "after.json"))
    assert (before["settings"]["threshold"], after["settings"]["threshold"]) == (ANSWERS, 11.5)
    assert [run["rows"][0]["verdict"] for run in (before, after)] == ["answers", "may answer"]


def test_row_is_added_whole_or_not_at_all(folder):
    row = QuestionRow(id="1", text="x" * 2000)
    assert append(row, folder / "q.jsonl")
    before = (folder / "q.jsonl").read_bytes()
    code = (
        "import resource, signal, sys; from pathlib import Path; from rag.evaluation.add import append;"
        "from rag.evaluation.questions import QuestionRow;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        "append(QuestionRow(id='2', text='y' * 2000), Path(sys.argv[1]))"
    )
    full = subprocess.run([sys.executable, "-c", code, folder / "q.jsonl"], capture_output=True, text=True, check=False)
    assert "q.jsonl: cannot be added to" in full.stderr
    assert (folder / "q.jsonl").read_bytes() == before
    (folder / "link.jsonl").symlink_to("q.jsonl")
    made = case_of("Why?", [], "unanswerable")
    assert append(made, folder / "link.jsonl") and take_back([made.id], folder / "link.jsonl") == 1
    assert (folder / "link.jsonl").is_symlink() and (folder / "q.jsonl").read_bytes() == before
