"""The command line as its users meet it: a process, its two streams and its exit code."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from manifests import rewritten

from corpus.read import read_file

ROOT = Path(__file__).parents[1]
PINCITE = Path(sys.executable).parent / "pincite"
HEILONGJIANG = (
    "After more than three months of investigation and investigation, Heilongjiang has formulated the "
    '"Heilongjiang Province Action Plan for Accelerating the Formation of New Quality Productivity", which has made a more '
    "detailed classification of the 24 key development industries proposed this year."
)


def run(*arguments: str | Path, cwd: Path = ROOT, **more) -> subprocess.CompletedProcess:
    command = [str(PINCITE), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False, **more)


def failed(result: subprocess.CompletedProcess) -> str:
    """The one line of a run that ended with a clear error."""
    assert result.returncode == 1, result
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("pincite: ")
    return lines[0]


def test_ask_shows_quote_place_and_check_mark():
    result = run("ask", "what did Heilongjiang plan?")
    assert result.returncode == 0
    place = "corpus/material/new-quality-productivity.txt:20 · characters 9737–10032"
    assert result.stdout == f"{HEILONGJIANG}\n  [1] {place} · ✓ exact\n"


def test_examples_of_the_pages_are_what_the_command_prints():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*/*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    shown = re.findall(r"```console\n\$ pincite (ask .+?)\n(.*?)```", text, flags=re.DOTALL)
    assert len(shown) > 2, "the pages have lost their examples"
    for command, output in shown:
        arguments = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', command)]
        assert run(*arguments).stdout == output


def test_ask_json_has_the_documented_fields():
    answer = json.loads(run("ask", "--json", "what did Heilongjiang plan?").stdout)
    assert answer["question"] == "what did Heilongjiang plan?"
    assert answer["answered"] is True
    assert answer["refusal"] is None
    assert answer["milliseconds"] > 0
    (citation,) = answer["citations"]
    document = read_file(Path(citation["document"]["source"]), note=print)
    assert citation["quote"] == HEILONGJIANG == document.text[citation["start"] : citation["end"]]
    assert citation["document"]["id"] == document.id
    for mark in citation["marks"]:
        assert mark["text"] == document.text[mark["start"] : mark["end"]]
        assert citation["start"] <= mark["start"] < mark["end"] <= citation["end"]
    assert answer["reader"] is True
    assert answer["notes"] == []
    place = ["document", "start", "end", "line", "page", "heading", "headings", "place", "warnings"]
    assert citation["language"] == "en"
    said = ["number", "quote", "language", "verdict", "probability"]
    assert list(citation) == [*said, *place, "recognised", "doubt", "score", "marks", "also", "near"]
    assert citation["verdict"] == answer["verdict"] == "answers" and 0.5 < citation["probability"] < 1
    assert (citation["place"], citation["warnings"]) == ("line 20", [])
    assert (citation["number"], citation["line"], citation["page"]) == (1, 20, None)


def test_ask_json_refusal_has_the_documented_fields():
    answer = json.loads(run("ask", "--json", "What did Beijing plan?").stdout)
    assert (answer["answered"], answer["citations"]) == (False, [])
    assert list(answer["refusal"]) == ["verdict", "probability", "question", "reason", "absent_terms", "nearest"]
    assert answer["refusal"]["absent_terms"] == ["Beijing"]
    assert all(citation["quote"] for citation in answer["refusal"]["nearest"])


def test_refusal_exits_with_3_only_when_asked_to():
    assert run("ask", "What did Beijing plan?").returncode == 0
    assert run("ask", "--fail-on-refusal", "What did Beijing plan?").returncode == 3
    assert run("ask", "--fail-on-refusal", "What did Heilongjiang plan?").returncode == 0


def test_misspelt_word_is_said_on_stderr_only():
    result = run("ask", "What did Helongjiang plan?")
    assert result.stderr == 'Read "Helongjiang" as "Heilongjiang".\n'
    assert result.stdout.startswith(HEILONGJIANG)


def test_reader_can_be_turned_off():
    answer = json.loads(run("ask", "--json", "--reader", "off", "what did Heilongjiang plan?").stdout)
    assert answer["reader"] is False
    assert answer["citations"][0]["marks"] == []
    assert answer["citations"][0]["quote"] == HEILONGJIANG


def test_explain_shows_every_ranking():
    result = run("ask", "--explain", "What did Heilongjiang plan?")
    for ranking in ("sentence vectors", "sentence words", "passage vectors", "passage words"):
        assert ranking in result.stdout
    explained = json.loads(run("ask", "--explain", "--json", "What did Heilongjiang plan?").stdout)
    (hit,) = explained["citations"][0]["explain"]
    assert abs(sum(part["share"] for part in hit.values()) - explained["citations"][0]["score"]) < 0.001


def test_ask_paths_indexes_them_on_the_fly(folder):
    result = run("ask", "What do ferns have under their leaves?", "ferns.txt", "moss.md", cwd=folder)
    assert "They have spores under their leaves.\n  [1] ferns.txt:2 · characters 21–57 · ✓ exact" in result.stdout
    (folder / "ferns.txt").write_text("Ferns are old. Under their leaves ferns have dust.\n")
    result = run("ask", "What do ferns have under their leaves?", folder, cwd=folder)
    assert "Under their leaves ferns have dust.\n  [1] ferns.txt:1 · characters 15–50 · ✓ exact" in result.stdout
    assert "photo.gif" not in result.stdout
    assert "1 file of other kinds left alone" in result.stderr


def test_index_then_ask_and_a_file_that_changed_since(folder, tmp_path):
    made = run("index", folder / "ferns.txt", folder / "moss.md", "-o", tmp_path / "lib")
    assert (made.returncode, made.stdout) == (0, "")
    assert re.search(r"lib: 2 files added; 2 documents, 2 passages, 3 sentences in [\d.]+ s", made.stderr)
    asked = ("ask", "What does moss hold like a sponge?", "--index", tmp_path / "lib")
    assert "moss.md:3 · characters 11–42 · ✓ exact" in run(*asked, cwd=folder).stdout
    (folder / "moss.md").write_text("# On moss\n\nMoss holds air like a sponge.\n")
    changed = run(*asked, cwd=folder).stdout
    assert "Moss holds water like a sponge." in changed
    assert "✗ the file has changed since" in changed
    (folder / "moss.md").unlink()
    assert "? the file cannot be read any more" in run(*asked, cwd=folder).stdout


def test_library_is_changed_looked_at_and_examined(folder, tmp_path):
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "again.txt").write_text((folder / "ferns.txt").read_text())
    lib = tmp_path / "lib"
    made = run("index", folder / "*.txt", folder / "bad.pdf", "-o", lib)
    assert "lib: 2 files added, 1 file not readable; 1 document, 1 passage, 2 sentences" in made.stderr
    assert "1 file added; 2 documents" in run("add", lib, folder / "moss.md").stderr
    assert "nothing has changed; 2 documents" in run("update", lib).stderr
    (folder / "moss.md").write_text("# On moss\n\nMoss holds air like a sponge.\n")
    said = run("status", lib, cwd=folder).stdout
    assert "2 documents, 2 passages, 3 sentences from 4 files · multilingual-e5-small" in said
    assert re.search(r"^  bad\.pdf: .*damaged", said, re.M) and "  ferns.txt: the same text as again.txt" in said
    assert "Since then 1 file changed; to bring it up to date: pincite update" in said
    found = json.loads(run("status", lib, "--json").stdout)
    assert (found["documents"], found["pending"]) == (2, {"new": 0, "changed": 1, "gone": 0})
    assert {kind for file in found["files"] for kind in (f["kind"] for f in file["findings"])} == {"problem", "duplicate"}
    assert "1 file changed" in run("update", lib).stderr
    assert "1 file removed; 1 document" in run("remove", lib, folder / "moss.md").stderr
    rewritten(lib, analyzer=3)
    assert f"count them anew: pincite update {lib}" in run("status", lib).stdout
    old = run("doctor", lib)
    assert old.returncode == 1 and f"pincite update {lib}" in old.stdout
    run("update", lib)
    well = run("doctor", lib)
    assert well.returncode == 0, well.stdout
    assert "✓ bytes" in well.stdout and "✓ in step" in well.stdout and "✗" not in well.stdout
    (texts,) = lib.glob("segment-*/texts.jsonl")
    texts.write_bytes(texts.read_bytes().replace(b"seeds", b"Seeds"))
    ill = run("doctor", lib)
    assert ill.returncode == 1
    assert "texts.jsonl is not as it was written" in ill.stdout and "→ make it again: pincite index PATHS -o" in ill.stdout


def test_watch_follows_the_files_until_it_is_interrupted(folder, tmp_path):
    lib, heard, notes, away = (tmp_path / name for name in ("lib", "heard", "notes", "away"))
    notes.mkdir()
    for name in ("ferns.txt", "moss.md"):
        (folder / name).rename(notes / name)
    run("index", notes, "-o", lib)

    def hear(words: str) -> None:
        for _ in range(600):
            if words in heard.read_text():
                return
            assert process.poll() is None, heard.read_text()
            time.sleep(0.1)
        raise AssertionError(f"never heard {words!r}: {heard.read_text()}")

    with heard.open("w") as stderr:
        process = subprocess.Popen([str(PINCITE), "watch", str(lib)], stderr=stderr)
    try:
        hear("watching")
        (notes / "oaks.txt").write_text("Oaks grow for centuries.\n")
        hear("1 file added; 3 documents")
        notes.rename(away)
        hear("cannot go on watching")
        away.rename(notes)
        (notes / "elms.txt").write_text("Elms are tall.\n")
        hear("1 file added; 4 documents")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
    assert "Traceback" not in heard.read_text()


def test_batch_answers_every_row_in_order(tmp_path):
    rows = [{"_id": "a", "text": "What did Heilongjiang plan?"}, {"_id": 2, "text": "What did Beijing plan?"}]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    result = run("ask", "--from", path)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(answer["_id"], answer["answered"]) for answer in answers] == [("a", True), (2, False)]
    assert run("ask", "--from", path, "--fail-on-refusal").returncode == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"_id": "a", "text": "ok?"}\n{"_id": "b"', ":2: not JSON"),
        ('{"_id": "a", "text": 3}\n', ':1: expected "text" as text, found 3'),
        ('{"text": "no id"}\n', ':1: expected "_id", found nothing'),
        ("[]\n", ":1: expected"),
        ("\n\n", ": holds no questions"),
        ('{"_id": "a", "text": "ok?"}\n{"_id": "b", "text": " "}\n', ":2: the question is empty"),
    ],
)
def test_batch_with_a_bad_row_says_where_before_it_answers(tmp_path, text, message):
    (tmp_path / "q.jsonl").write_text(text)
    assert f"q.jsonl{message}" in failed(run("ask", "--from", tmp_path / "q.jsonl"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "the question is empty"),
        (["ask", "x" * 100_000], "the question has 100,000 characters"),
        (["ask", "why?", "/no/such/file"], "/no/such/file: no such file or folder"),
        (["ask", "why?", "--index", "/no/such/lib"], "/no/such/lib: no index here; make one with"),
        (["ask", "--from", "/no/such.jsonl"], "/no/such.jsonl: cannot be read"),
        (["index", "/no/such/file", "-o", "/tmp/never"], "/no/such/file: no such file or folder"),
        (["index", "README.md", "-o", "README.md"], "README.md: holds something that is not an index"),
        (["index", "README.md", "-o", "tests"], "tests: holds something that is not an index"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, message):
    assert message in failed(run(*arguments))


def test_unreadable_files_are_one_clear_line(tmp_path):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "photos").mkdir()
    for name, message in [("empty.txt", "is empty"), ("binary.txt", "not text"), ("photos", "nothing readable")]:
        assert message in failed(run("ask", "why?", tmp_path / name))


@pytest.mark.parametrize(
    "arguments",
    [[], ["ask"], ["ask", "--top", "0", "why?"], ["ask", "--index", "a", "why?", "b"], ["index", "README.md"], ["sing"]],
)
def test_wrong_usage_exits_with_2(arguments):
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "usage: pincite" in result.stderr


def test_control_characters_in_a_question_do_no_harm():
    result = run("ask", "What\x1b[31m did \x07Heilongjiang\x01 plan?")
    assert result.stdout.startswith(HEILONGJIANG)


def test_closed_pipe_is_quiet():
    command = f"{PINCITE} ask --explain 'What did Heilongjiang plan?' | head -c 1"
    result = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("A", "")


def test_full_disk_behind_stdout_is_one_clear_line():
    command = f"{PINCITE} ask 'What did Heilongjiang plan?' > /dev/full"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_terminal_shows_control_characters_as_symbols_and_pipes_get_them_exact(tmp_path):
    (tmp_path / "evil.txt").write_text("The secret of ferns is \x1b[31mred\x07 \u202espores\u200b here.\n")
    arguments = ("ask", "What is the secret of ferns?", "evil.txt")
    assert "is \x1b[31mred\x07 \u202espores\u200b here." in run(*arguments, cwd=tmp_path).stdout
    line = f"cd {tmp_path}; NO_COLOR=1 {PINCITE} ask 'What is the secret of ferns?' evil.txt"
    shown = subprocess.run(["script", "-qec", line, "/dev/null"], capture_output=True, text=True, check=False).stdout
    assert "is ␛[31mred␇ ⟨U+202E⟩spores⟨U+200B⟩ here." in shown


def test_output_is_utf8_whatever_the_locale():
    result = run("ask", "What did Heilongjiang plan?", env={**os.environ, "LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"})
    assert "✓ exact" in result.stdout


def test_ask_needs_none_of_the_heavy_libraries():
    script = (
        "import sys; from ui.cli.main import main; main(['ask', 'What did Heilongjiang plan?']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy', 'gradio', 'pandas')"
        " if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_hub_model_that_cannot_be_had_is_one_clear_line(folder, tmp_path):
    result = run("index", folder, "-o", tmp_path / "lib", "--model", "no-such/model", env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert result.returncode == 1
    assert "no-such/model: no such sentence-transformers model here" in result.stderr.splitlines()[-1]
    assert not (tmp_path / "lib").exists()


def test_every_command_has_help():
    commands = ("ask", "index", "add", "remove", "update", "watch", "status", "doctor", "chat", "eval", "completion")
    for command in ([], *([name] for name in commands)):
        result = run(*command, "--help")
        assert result.returncode == 0
        assert "usage: pincite" in result.stdout


def test_cache_that_cannot_be_written_costs_a_line_not_the_answer(folder):
    """The folder for indexes is a file."""
    cache = folder / ".cache"
    (cache / "pincite").mkdir(parents=True)
    (cache / "pincite" / "libraries").write_text("in the way")
    result = run("ask", "Do ferns have seeds?", folder / "ferns.txt", env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    assert result.returncode == 0
    assert "Ferns have no seeds." in result.stdout
    assert "cannot write the index" in result.stderr


@pytest.mark.parametrize("in_the_way", ["cache", "cache/pincite", "cache/pincite/libraries"])
def test_first_answer_needs_no_cache(tmp_path, in_the_way):
    (tmp_path / in_the_way).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / in_the_way).write_text("")
    answer = subprocess.run(
        [PINCITE, "ask", "what did Heilongjiang plan?"],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0 and "✓ exact" in answer.stdout
    assert str(tmp_path / "cache" / "pincite" / "libraries") in answer.stderr and "Traceback" not in answer.stderr
