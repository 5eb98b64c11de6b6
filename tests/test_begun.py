"""What was encoded outlives the process that encoded it: a long document is gone on with, and nothing is encoded twice."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from counting import Counting
from manifests import rewritten

from corpus.messages import Message
from index.library import open_if_any
from index.store import begun as module
from index.store import sync
from index.store.begun import FILES, Keeping, begun_in, key_of
from index.store.state import altered, begun, left_over, read_state
from index.store.sync import follow, replace_roots
from rag.ask import ask
from ui.cli import console
from ui.cli.main import main

THINGS = ("ferns", "moss", "oaks", "rivers", "stones", "foxes", "clouds", "harbours", "engines", "letters")
LONG = "\n\n".join(f"Line {n} says that {THINGS[n % 10]} need {n * 7919 % 1000} {THINGS[n // 10 % 10]}." for n in range(400))
SCRIPT = """
import signal, sys
import index.store.begun as begun, index.store.sync as sync
signal.signal(signal.SIGINT, signal.default_int_handler)
begun.EVERY, begun.MOST, sync.BATCH = 0.0, 8, 2000
from ui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
SMALL = {"a.txt": "Ferns have no seeds.\n", "z.txt": "Whales are no fish.\n"}


@pytest.fixture
def docs(tmp_path):
    """A long document between two short ones."""
    (tmp_path / "docs").mkdir()
    for name, text in (*SMALL.items(), ("long.txt", LONG)):
        (tmp_path / "docs" / name).write_text(text)
    return tmp_path / "docs"


def keep(lib, change, encoder):
    return follow(lib, change, encoder=lambda state: encoder, note=lambda _: None, progress=lambda *_: None, anew=True)


def parts(lib):
    return [path for path in lib.glob("begun-*") if begun_in(path)] if lib.exists() else []


def killed(lib, docs, how=signal.SIGKILL, after=3):
    """Index in a process that is killed after some parts; how far it was."""
    command = [sys.executable, "-c", SCRIPT, "index", str(docs), "-o", str(lib)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    had = len(parts(lib))
    while len(parts(lib)) < had + after:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.send_signal(how)
    process.communicate()
    assert process.returncode == (130 if how == signal.SIGINT else -how)
    return begun(lib)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_long_document_that_was_interrupted_is_gone_on_with(docs, tmp_path, counting, capsys, how):
    lib = tmp_path / "lib"
    was = killed(lib, docs, how)
    assert (was.path, was.files) == (str(docs / "long.txt"), 1)
    assert was.encoded >= 24
    library = open_if_any(lib, encoder=lambda name, fingerprint: counting)
    assert [document.text for document in library.documents] == [SMALL["a.txt"]]  # what stands before it is there
    assert ask("do ferns have seeds?", library).citations
    assert list(altered(lib, read_state(lib))) == []

    capsys.readouterr()
    assert main(["status", str(lib), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    percent = said["begun"].pop("percent")
    assert said["begun"] == {"path": was.path, "files": 1, "encoded": was.encoded, "total": was.total}
    assert 100 * was.encoded // was.total <= percent < 100  # the longest first
    assert main(["status", str(lib)]) == 0
    shown = capsys.readouterr().out
    assert f"{percent} % of {was.path}, {was.encoded} of {was.total} passages and sentences, is encoded" in shown

    again = killed(lib, docs, how)  # and once more
    assert again.encoded >= was.encoded + 24
    assert again.total == was.total
    keep(lib, replace_roots([docs]), counting)
    long = [text for text in counting.encoded if text.startswith("Line")]
    assert len(long) == len(set(long)) == was.total - again.encoded  # each text once, whoever encoded it
    assert (parts(lib), begun(lib), left_over(lib, read_state(lib))) == ([], None, 0)

    whole = open_if_any(lib, encoder=lambda name, fingerprint: counting)
    keep(tmp_path / "other", replace_roots([docs]), counting)
    other = open_if_any(tmp_path / "other", encoder=lambda name, fingerprint: counting)
    assert sorted(whole.documents.ids) == sorted(other.documents.ids)
    for identity in other.documents.ids:
        ours, theirs = (one.sentences.rows_of(one.rows[identity]) for one in (whole, other))
        assert ours[1].tolist() == theirs[1].tolist()
        rows = np.arange(len(ours[1]))
        vectors = [one.sentences.vectors.rows(rows + first) for one, (first, _) in ((whole, ours), (other, theirs))]
        assert np.abs(vectors[0] - vectors[1]).max() < 1e-4


def test_first_document_of_a_library_can_be_the_long_one(docs, tmp_path, counting, capsys):
    lib = tmp_path / "lib"
    was = killed(lib, docs / "long.txt", signal.SIGINT)
    assert (read_state(lib).roots, read_state(lib).files) == ((str(docs / "long.txt"),), ())
    capsys.readouterr()
    assert main(["status", str(lib)]) == 0
    assert f"{was.encoded} of {was.total}" in capsys.readouterr().out
    keep(lib, lambda state: state, counting)
    assert len(counting.encoded) == was.total - was.encoded
    assert len(read_state(lib).files) == 1


def test_document_that_changed_costs_what_changed_and_of_one_that_is_gone_nothing_stays(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    was = killed(lib, docs)
    (docs / "long.txt").write_text(LONG + "\n\nOne more line.\n")
    keep(lib, replace_roots([docs]), counting)
    long = [text for text in counting.encoded if text.startswith(("Line", "One more"))]
    assert len(long) <= was.total - was.encoded + 3
    assert "One more line." in long
    assert not list(lib.glob("begun-*"))

    killed(tmp_path / "other", docs)
    (docs / "long.txt").unlink()
    counting.encoded.clear()
    keep(tmp_path / "other", replace_roots([docs]), counting)
    assert counting.encoded == ["Whales are no fish."]
    assert not list((tmp_path / "other").glob("begun-*"))


def test_what_was_begun_goes_though_nothing_else_changes(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    (docs / "long.txt").unlink()
    keep(lib, replace_roots([docs]), counting)
    before = (lib / "manifest.json").read_bytes()
    (docs / "long.txt").write_text(LONG)
    killed(lib, docs)
    (docs / "long.txt").unlink()
    assert keep(lib, replace_roots([docs]), counting).unchanged == 2
    assert not list(lib.glob("begun-*"))
    assert (lib / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("name", FILES)
def test_part_of_which_a_byte_is_another_is_encoded_again(docs, tmp_path, counting, name):
    lib = tmp_path / "lib"
    was = killed(lib, docs)
    for part in parts(lib):
        data = bytearray((part / name).read_bytes())
        data[-40] ^= 1
        (part / name).write_bytes(data)
    keep(lib, replace_roots([docs]), counting)
    assert len([text for text in counting.encoded if text.startswith("Line")]) == was.total
    assert not list(lib.glob("begun-*"))


def test_what_another_model_encoded_is_not_taken(docs, tmp_path, counting):
    was = killed(tmp_path / "lib", docs)
    other = Counting(counting)
    other.name, other.fingerprint = "other", "0" * 64
    keep(tmp_path / "lib", replace_roots([docs]), other)
    assert len([text for text in other.encoded if text.startswith("Line")]) == was.total
    assert read_state(tmp_path / "lib").encoder[0] == "other"


def test_file_of_a_stranger_in_a_part_stays(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    killed(lib, docs)
    part = parts(lib)[0]
    (part / "thesis.txt").write_text("theirs")
    keep(lib, replace_roots([docs]), counting)
    assert [path.name for path in part.iterdir()] == ["thesis.txt"]
    assert list(lib.glob("begun-*")) == [part]


def test_list_of_a_stranger_keeps_nobody_from_looking(docs, tmp_path, counting, capsys):
    keep(tmp_path / "lib", replace_roots([docs / "a.txt"]), counting)
    (tmp_path / "lib" / ".pincite-owned.json").write_text("theirs")
    assert main(["status", str(tmp_path / "lib")]) == 0
    assert "1 document" in capsys.readouterr().out


def test_long_document_is_committed_alone(docs, tmp_path, counting, monkeypatch):
    monkeypatch.setattr(sync, "BATCH", 2000)
    keep(tmp_path / "lib", replace_roots([docs]), counting)
    assert [made.documents for made in read_state(tmp_path / "lib").segments] == [1, 1, 1]


def test_slices_give_the_vectors_of_the_whole(encoder, monkeypatch):
    texts = [*re.split("\n\n", LONG)[:60], LONG[:700], "Short."]
    whole = encoder.encode_passages(texts, progress=lambda *_: None)
    monkeypatch.setattr(module, "EVERY", 0.0)
    monkeypatch.setattr(module, "MOST", 8)
    kept, shown = {}, []
    keeping = Keeping(encoder, {})
    keeping.keep = lambda keys, vectors, encoded, total, percent: kept.update(zip(keys, vectors, strict=True))
    found = keeping.encode_passages(texts, progress=lambda done, total: shown.append((done, total)))
    assert np.abs(found - whole).max() < 1e-4
    assert shown == sorted(shown)
    assert shown[-1] == (sum(map(len, texts)),) * 2
    assert kept.keys() == keeping.asked == {key_of(text) for text in texts}
    again = Counting(encoder)
    assert np.array_equal(Keeping(again, kept).encode_passages(texts[::-1], progress=lambda *_: None), found[::-1])
    assert again.encoded == []
    assert Keeping(again, {}).encode_passages([], progress=lambda *_: None).shape == (0, encoder.dim)


def test_short_work_writes_no_part_and_says_no_progress(docs, tmp_path):
    command = [
        sys.executable,
        "-c",
        SCRIPT.replace("begun.EVERY", "_"),
        "index",
        str(docs / "a.txt"),
        "-o",
        str(tmp_path / "lib"),
    ]
    (docs / "long.txt").unlink()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(done.stderr.splitlines()) == 1
    assert not list((tmp_path / "lib").glob("begun-*"))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en_GB.UTF-8", "lib: Indexing, 4.0 MB of 8.0 MB, 50 %, about 1 minute left"),
        ("zh_CN.UTF-8", "lib：正在建立索引，已完成 4.0 MB，共 8.0 MB（50%），大约还需 1 分钟"),
    ],
)
def test_long_work_says_in_lines_how_far_it_is_where_there_is_no_terminal(capsys, monkeypatch, language, expected):
    monkeypatch.setenv("LC_ALL", language)
    clock = [1000.0]
    monkeypatch.setattr(console.time, "monotonic", lambda: clock[0])
    with console.progress_bar(Message("progress.indexing", where="lib"), unit="B") as progress:
        for second in range(61):
            clock[0] = 1000.0 + second
            progress(int(8e6 / 120 * second) + 1, 8_000_000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[1] == expected
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(lines))


def test_cutting_anew_goes_on_where_it_was_and_says_how_far_it_is(tmp_path, counting, monkeypatch):
    lib = tmp_path / "lib"
    text = "".join(f"# Moss {n}\n\n## Care\n\nMoss {n} holds water like a sponge.\n\n" for n in range(60))
    (tmp_path / "moss.md").write_text(text)
    with monkeypatch.context() as patch:
        patch.setattr("corpus.chunk.HEADINGS_SIZE", 0)
        keep(lib, replace_roots([tmp_path / "moss.md"]), counting)
    rewritten(lib, cutter=2)
    monkeypatch.setattr(module, "EVERY", 0.0)
    monkeypatch.setattr(module, "MOST", 8)

    class Interrupted(Counting):
        def encode_passages(self, texts, *, progress):
            if len(self.encoded) >= 16:
                raise KeyboardInterrupt
            return super().encode_passages(texts, progress=progress)

    def renew(encoder, progress):
        follow(lib, lambda state: state, encoder=lambda state: encoder, note=print, progress=progress)

    with pytest.raises(KeyboardInterrupt):
        renew(Interrupted(counting), lambda *_: None)
    was, shown = begun(lib), []
    assert (was.encoded, was.path) == (16, str(tmp_path / "moss.md"))
    counting.encoded.clear()
    renew(counting, lambda done, total: shown.append((done, total)))
    assert len(counting.encoded) == was.total - 16 > 0
    assert shown == sorted(shown)
    assert shown[-1] == (len(text),) * 2
    assert not read_state(lib).old
    assert not list(lib.glob("begun-*"))


def test_process_at_work_is_waited_for_and_leaves_nothing(docs, tmp_path):
    command = [sys.executable, "-c", SCRIPT, "index", str(docs), "-o", str(tmp_path / "lib")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"LC_ALL": "C"}) for _ in range(2)]
    said = sorted(process.communicate()[1].splitlines()[-1] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert "3 files added" in said[0]
    assert "nothing has changed" in said[1]
    state = read_state(tmp_path / "lib")
    assert (left_over(tmp_path / "lib", state), begun(tmp_path / "lib")) == (0, None)
    assert {Path(file.path).name for file in state.files} == {"a.txt", "long.txt", "z.txt"}
