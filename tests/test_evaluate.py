"""Question sets from disk, runs over them, and the commands of ``pincite eval`` as a user meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.errors import EvaluationError
from index.seal import sealed
from rag.evaluation import ablate
from rag.evaluation.questions import load
from rag.evaluation.run import evaluate, right
from ui.cli import main

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
        ("spans.jsonl", lines([{**SPANS[0], "start": "31"}]), 'spans.jsonl:1: expected "start" and "end" as numbers'),
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
    made = evaluate(load(None), library, settings={}, index={}, progress=lambda done, total: None)
    assert len(made["rows"]) == made["set"]["questions"] == len(load(None).cases)
    assert all(quote["exact"] for row in made["rows"] for quote in (*row["quotes"], *row["forced"]))
    assert made["measures"]["nDCG@10"] == {"absent": "one document at a time: there is none to rank"}
    for name, found in made["measures"].items():
        if "value" in found:
            assert found["low"] <= found["value"] <= found["high"], name
    assert made["measures"]["right if shown"]["value"] > 0.85
    assert made["measures"]["refused when far"]["value"] > 0.9
    assert set(made["milliseconds"]) == {"encode", "words", "vectors", "fuse", "look", "read", "total"}


def test_run_over_other_documents_is_refused(library, beir):
    with pytest.raises(EvaluationError, match="holds other documents than the set"):
        evaluate(load(beir), library, settings={}, index={}, progress=lambda done, total: None)


def test_run_command_writes_runs_and_trec_files_that_agree(beir):
    result = run("eval", "run", beir, "-o", "run.json", "--trec-run", "r.trec", "--trec-qrels", "q.trec", cwd=beir)
    assert "exactness: 2 of 2" in result.stdout or "exactness: 3 of 3" in result.stdout
    made = json.loads((beir / "run.json").read_text())
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
    run("eval", "run", beir, "--fail-if-worse", "base.json", cwd=beir)
    assert "no such measure" in run("eval", "run", beir, "--fail-under", "beauty=1", cwd=beir, code=1).stderr
    assert "expected MEASURE=VALUE" in run("eval", "run", beir, "--fail-under", "nDCG@10", cwd=beir, code=1).stderr


def test_compare_command_refuses_other_questions_and_broken_runs(beir):
    run("eval", "run", beir, "-o", "a.json", cwd=beir)
    run("eval", "run", beir, "--top", "1", "-o", "b.json", cwd=beir)
    assert "0 questions got better" in run("eval", "compare", "a.json", "b.json", cwd=beir).stdout
    run("eval", "run", beir, "--limit", "2", "-o", "c.json", cwd=beir)
    assert "run both over the same set" in run("eval", "compare", "a.json", "c.json", cwd=beir, code=1).stderr
    (beir / "d.json").write_text((beir / "a.json").read_text()[:300])
    assert "d.json: not JSON" in run("eval", "compare", "a.json", "d.json", cwd=beir, code=1).stderr


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
    run("index", "ferns.txt", "-o", "lib", cwd=folder)
    result = run("eval", "calibrate", "q.jsonl", "--index", "lib", "--max-error", "20%", cwd=folder)
    assert "coverage   error" in result.stdout
    assert "wrong at most 20% (measured on q)" in result.stdout
    held = json.loads((folder / "lib" / "calibration.json").read_text())
    assert held["wrong"] <= held["answered"] * 0.2
    del held["sha256"]
    (folder / "lib" / "calibration.json").write_bytes(sealed({**held, "threshold": 99.0}))
    asked = ("ask", "What do ferns have under their leaves?", "--index", "lib")
    assert run(*asked, cwd=folder).stdout.startswith("The material does not say.")
    without = run(*asked, "--reader", "off", cwd=folder)
    assert without.stdout.startswith("They have spores")
    assert "calibrated with another reader, so left aside" in without.stderr
    run("index", "ferns.txt", "-o", "lib", cwd=folder)
    assert run(*asked, cwd=folder).stdout.startswith("The material does not say.")  # nothing has changed
    (folder / "ferns.txt").write_text((folder / "ferns.txt").read_text() + "Ferns are old.\n")
    run("update", "lib", cwd=folder)
    assert run(*asked, cwd=folder).stdout.startswith("They have spores")
    assert (
        "no threshold keeps"
        in run("eval", "calibrate", "q.jsonl", "--index", "lib", "--max-error", "1%", cwd=folder, code=1).stderr
    )


SPAN = {"doc": "ferns.txt", "start": 21, "end": 57, "text": "They have spores under their leaves."}


def test_judged_answers_become_a_set_of_ones_own(folder):
    run("index", "ferns.txt", "moss.md", "-o", "lib", cwd=folder)
    for n, (question, judgement) in enumerate(
        [
            ("What do ferns have under their leaves?", "right"),
            ("What does moss hold like a sponge?", "wrong"),
            ("Who won the football game?", "unanswerable"),
        ]
    ):
        (folder / f"{n}.json").write_text(run("ask", question, "--index", "lib", "--json", cwd=folder).stdout)
        add = ("eval", "add", "--from-answer", f"{n}.json", f"--{judgement}", "--to", "mine.jsonl")
        assert "added" in run(*add, cwd=folder).stderr
        assert "already there" in run(*add, cwd=folder).stderr
    rows = [json.loads(line) for line in (folder / "mine.jsonl").read_text().splitlines()]
    assert [row["answerable"] for row in rows] == [True, None, False]
    assert rows[0]["spans"][0]["text"] == "They have spores under their leaves."
    run("eval", "run", "mine.jsonl", "--index", "lib", "-o", "run.json", cwd=folder)
    measures = json.loads((folder / "run.json").read_text())["measures"]
    assert measures["right if shown"]["value"] == 1
    assert measures["wrong quote again"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert measures["refused when unanswerable"]["n"] == 1
    assert (
        "no quotes that could be right"
        in run("eval", "add", "--from-answer", "2.json", "--right", "--to", "mine.jsonl", cwd=folder, code=1).stderr
    )
    assert "not an answer" in run("eval", "add", "--from-answer", "mine.jsonl", "--right", cwd=folder, code=1).stderr


def test_ablate_command_prints_a_row_for_every_variant(beir, monkeypatch, capsys):
    variants = {
        "as it is": {},
        "one quote only": {"top": 1},
        "by rank": {"by": "rank"},
        "whole": {"split": False, "mend": False},
    }
    monkeypatch.setattr(ablate, "VARIANTS", variants)
    assert main(["eval", "ablate", str(beir)]) == 0
    table = capsys.readouterr().out
    assert [line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:]] == list(variants)
    assert "right in first quote" in table


def test_report_command_writes_one_page(beir):
    run("eval", "run", beir, "-o", "a.json", cwd=beir)
    run("eval", "report", "a.json", "a.json", "-o", "report.html", cwd=beir)
    assert "<title>" in (beir / "report.html").read_text()
