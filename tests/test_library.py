"""The library on disk: the same answers after a round trip, and nothing lost whatever happens to the folder."""

import gc
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import heard
import numpy as np
import pytest
from manifests import rewritten

from corpus.errors import LibraryError
from corpus.read import from_text
from index import library as module
from index.encoders.export import open_encoder
from index.library import build, open_library, save
from index.search import vectors
from index.store import segment
from index.store import state as store
from rag.ask import ask
from rag.calibration import Calibration, stored
from rag.calibration import store as store_calibration
from rag.reader.model import NoReader
from ui.cli import doctor

GOLDEN = Path(__file__).parent / "golden"
OURS_ALWAYS = {"manifest.json", ".pincite-owned.json", ".pincite.lock", ".pinciteignore"}


@pytest.fixture
def saved(library, tmp_path):
    """The shipped article's index in a folder."""
    save(library, tmp_path / "lib")
    return tmp_path / "lib"


@pytest.fixture
def opened(encoder):
    """Opens a folder with the session's encoder."""

    def opened(folder):
        return open_library(folder, encoder=lambda name, fingerprint: encoder)

    opened.encoder = encoder
    return opened


def state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_library_answers_the_same_from_disk(library, saved, opened):
    for question in ("What did Heilongjiang plan?", "Suke Loan", "What did Beijing plan?"):
        assert ask(question, opened(saved)) == ask(question, library)


def test_every_row_of_the_library_is_a_slice(library):
    for row, (owner, start, end) in enumerate(library.sentences.ranges.tolist()):
        passage = library.passage(owner)
        assert passage.start <= start < end <= passage.end, row


def test_vectors_in_faiss_are_numpys_by_value(library, encoder):
    query = encoder.encode_query("What did Heilongjiang plan?")
    index = library.sentences.vectors
    rows = np.arange(index.n)
    texts = [library.passage(o).document.text[s:e] for o, s, e in library.sentences.ranges.tolist()]
    matrix = encoder.encode_passages(texts, progress=lambda done, total: None)
    np.testing.assert_allclose(index.scores(query, rows), matrix @ query, atol=1e-5)
    np.testing.assert_array_equal(index.nearest(query, 7), np.argsort(-(matrix @ query), kind="stable")[:7])
    assert len(index.nearest(query, 10_000)) == index.n


def test_index_is_written_again_in_place_and_the_old_state_goes(saved, opened, encoder):
    before = set(saved.iterdir())
    save(
        build([from_text("Ferns have no seeds.", name="f", source="f", markdown=False)], encoder=encoder, progress=_quiet),
        saved,
    )
    assert [document.title for document in opened(saved).documents] == ["F"]
    assert {path.name for path in set(saved.iterdir()) & before} == OURS_ALWAYS
    assert len(list(saved.glob("segment-*"))) == 1


def test_damaged_index_is_refused_in_one_line_and_left_alone(saved, opened):
    (segment,) = saved.glob("segment-*")
    (listed,) = saved.glob("files-*")
    files = sorted(path for path in segment.rglob("*") if path.is_file())
    assert len(files) == 18
    for path in [saved / "manifest.json", listed, *files]:
        whole = path.read_bytes()
        for damage in (whole[: len(whole) // 2], b"", None):
            path.unlink() if damage is None else path.write_bytes(damage)
            before = state(saved)
            with pytest.raises(LibraryError) as error:
                opened(saved)
            assert "\n" not in str(error.value)
            assert str(saved) in str(error.value)
            assert state(saved) == before
        path.write_bytes(whole)
    opened(saved)


def test_altered_text_is_refused_though_its_size_is_right(saved, opened, monkeypatch):
    (path,) = saved.glob("segment-*/texts.jsonl")
    path.write_bytes(path.read_bytes().replace(b"24 key development", b"42 key development"))
    with pytest.raises(LibraryError, match="changed since it was written"):
        opened(saved)
    monkeypatch.setattr(store, "CHECKED_AT_ONCE", 0)  # as where there is far too much to check all of it
    with pytest.raises(LibraryError, match="not the one that was indexed"):
        ask("What did Heilongjiang plan?", opened(saved))


@pytest.mark.parametrize("key", ["format", "cutter", "analyzer"])
def test_index_of_another_version_is_refused(saved, opened, key):
    for value in (99, None):
        rewritten(saved, **{key: value})
        with pytest.raises(
            LibraryError, match=f"written by pincite .*{key} {value}, this one reads .*index the documents again"
        ):
            opened(saved)


def test_range_that_leaves_its_document_is_refused(saved, opened, monkeypatch):
    monkeypatch.setattr(store, "CHECKED_AT_ONCE", 0)
    (path,) = saved.glob("segment-*/sentences/ranges.npy")
    ranges = np.load(path)
    ranges[0, 2] += 10_000
    np.save(path, ranges)
    with pytest.raises(LibraryError, match="leaves its owner"):
        opened(saved)


def test_documents_are_read_when_they_are_asked_for_and_stay_the_same(saved, opened, material):
    documents = opened(saved).documents
    assert documents[0] is documents[-1] is documents[:1][0]
    assert documents[0] == material
    with pytest.raises(IndexError):
        documents[1]


def test_opening_and_naming_documents_reads_no_text(saved, opened, monkeypatch):
    monkeypatch.setattr(segment.MappedTexts, "read", None)
    documents = opened(saved).documents
    assert (len(documents.ids), len(documents.names), len(documents)) == (1, 1, 1)
    assert documents.names[0].title and Path(documents.names[0].source).name == "new-quality-productivity.txt"


def test_texts_that_were_read_are_kept_within_a_bound_and_are_one_object_while_held(tmp_path, opened, encoder, monkeypatch):
    texts = [f"Number {n} stands here." for n in range(20)]
    many = [from_text(text, name=str(n), source=str(n), markdown=False) for n, text in enumerate(texts)]
    save(build(many, encoder=encoder, progress=_quiet), tmp_path / "lib")
    monkeypatch.setattr(module, "REMEMBERED", 100)
    documents = opened(tmp_path / "lib").documents
    held = documents[0]
    assert [document.text for document in documents] == texts
    assert documents[0] is held
    gc.collect()
    assert sum(len(document.text) for document in documents._last.values()) <= 100
    assert len(documents._alive) <= 6


@pytest.mark.parametrize("form", [3, 4])
def test_altered_place_is_not_shown(form, tmp_path, opened, monkeypatch):
    """The words are as they were, and the page is another one."""
    monkeypatch.setattr(store, "CHECKED_AT_ONCE", 0)
    shutil.copytree(GOLDEN / f"format-{form}", tmp_path / "lib")
    (path,) = (tmp_path / "lib").glob("segment-*/texts.jsonl")
    whole = path.read_bytes()
    altered = re.sub(rb'(\["page", \[\d+, \d)', lambda match: match[1][:-1] + b"1", whole)
    assert altered != whole and len(altered) == len(whole)
    path.write_bytes(altered)
    with pytest.raises(LibraryError, match="not the one that was indexed"):
        list(opened(tmp_path / "lib").documents)


def test_head_of_vectors_is_compared_before_they_are_opened(saved):
    path = next(saved.glob("segment-*/sentences/vectors.faiss"))
    whole = path.read_bytes()
    for at in range(45):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError, match="does not begin as it was written"):
            vectors.load(path, dim=384)
    path.write_bytes(whole)
    assert vectors.load(path, dim=384).ntotal > 0


@pytest.mark.parametrize("folder", sorted(GOLDEN.glob("format-*")), ids=lambda folder: folder.name)
@pytest.mark.parametrize("checked", [0, store.CHECKED_AT_ONCE])
def test_no_damaged_byte_is_quoted_and_every_one_is_named(folder, checked, tmp_path, opened, monkeypatch):
    """One byte of every file turned over, and every file emptied: right words and places, or one line; the doctor names it."""
    monkeypatch.setattr(store, "CHECKED_AT_ONCE", checked)
    monkeypatch.setattr("index.encoders.export.open_encoder", lambda *names, **more: opened.encoder)
    asked, lib, rng = "What do ferns have under their leaves?", tmp_path / "lib", random.Random(1)
    right = list(opened(folder).documents)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    shutil.copytree(folder, lib)
    for path in sorted(path for path in lib.rglob("*") if path.is_file() and path.stat().st_size):
        whole = path.read_bytes()
        for at in (0, 9, rng.randrange(len(whole)), len(whole) - 1, None):
            altered = (
                b""
                if at is None
                else whole[: at % len(whole)] + bytes([whole[at % len(whole)] ^ 4]) + whole[at % len(whole) + 1 :]
            )
            path.write_bytes(altered)
            try:
                library = opened(lib)
                for citation in ask(asked, library).citations:
                    assert citation.document in right
            except LibraryError as error:
                assert "\n" not in str(error)
            if manifest["format"] > 3 or path.name not in {"manifest.json", ".pinciteignore"}:
                with suppress(LibraryError):
                    assert any(check.remedy for check in doctor._library(lib) if check.what != "format"), (path, at)
            path.unlink()  # what is mapped stays what it is
            path.write_bytes(whole)


def test_folder_that_holds_something_else_is_not_touched(library, tmp_path, opened):
    (tmp_path / "thesis.txt").write_text("Years of work.")
    before = state(tmp_path)
    with pytest.raises(LibraryError, match="not an index"):
        save(library, tmp_path)
    with pytest.raises(LibraryError, match="not an index"):
        save(library, tmp_path / "thesis.txt")
    assert state(tmp_path) == before
    with pytest.raises(LibraryError, match="no index here; make one with"):
        opened(tmp_path)


def test_disk_that_is_full_leaves_the_old_index(saved, folder):
    """A limit on file size stands for the full disk: the write fails in the middle."""
    before = state(saved)
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        "from ui.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "index", str(folder), "-o", str(saved)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert "cannot write the index" in run.stderr
    assert "unchanged" in run.stderr
    assert "Traceback" not in run.stderr
    assert state(saved) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_folder_without_permission_is_refused(library, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    os.seteuid(65534)
    try:
        with pytest.raises(LibraryError, match=r"cannot (write the index|be looked into)"):
            save(library, tmp_path / "locked" / "lib")
    finally:
        os.seteuid(0)


def test_library_without_words_is_refused(encoder):
    with pytest.raises(LibraryError, match="nothing to quote"):
        build([from_text("* * *\n---\n!!!", name="n", source="s", markdown=False)], encoder=encoder, progress=_quiet)


@pytest.mark.parametrize("folder", sorted(GOLDEN.glob("format-*")), ids=lambda folder: folder.name)
def test_every_old_format_is_opened_for_ever(folder):
    library = open_library(folder, encoder=partial(open_encoder, note=print))
    answer = ask("What do ferns have under their leaves?", library)
    assert answer.citations[0].quote.text == "They have spores under their leaves."


@pytest.mark.parametrize("form", [2, 3, 4, 5])
def test_places_and_findings_come_back_from_disk(opened, form):
    _, moss = opened(GOLDEN / f"format-{form}").documents
    assert (moss.page_at(moss.text.index("roots")), moss.places_of("page").labels) == (2, ("i", "1"))
    assert [moss.text[a:b] for finding in moss.findings for a, b in finding.ranges] == ["White words."]
    assert [str(finding.message) for finding in moss.findings] == ["white text"]


def test_this_format_has_a_golden_folder():
    assert (GOLDEN / f"format-{store.FORMAT}" / "manifest.json").is_file()


def test_reader_goes_on_with_the_state_it_opened_while_another_replaces_it(saved, opened, library, encoder):
    held, asked = opened(saved), "What did Heilongjiang plan?"
    other = [from_text("Ferns have no seeds.", name="f", source="f", markdown=False)]
    save(build(other, encoder=encoder, progress=_quiet), saved)
    assert ask(asked, held) == ask(asked, library)
    assert ask(asked, opened(saved)).refusal


def test_one_who_writes_waits_for_another_and_says_so(saved):
    said = []
    with (
        store.writing(saved),
        pytest.raises(LibraryError, match="another process has been writing"),
        store.writing(saved, note=heard.into(said), wait=0.1),
    ):
        pass
    assert said == [f"{saved}: another process is writing this index; waiting for it"]
    with store.writing(saved, wait=0.1):
        pass


def test_writing_that_was_killed_leaves_nothing_that_the_next_one_does_not_clear(saved, opened, library):
    with store.writing(saved) as writer:
        (writer._owned.new_folder("segment-") / "texts.jsonl").write_text("half")
        writer._owned.new_file("files-", ".jsonl").write_text("half")
    assert store.left_over(saved, store.read_state(saved)) == 8
    assert ask("What did Heilongjiang plan?", opened(saved)) == ask("What did Heilongjiang plan?", library)
    save(library, saved)
    assert {path.name for path in saved.iterdir() if not path.name.startswith(("segment-", "files-"))} == OURS_ALWAYS
    assert len(list(saved.iterdir())) == 6


def test_copied_index_is_whole(saved, tmp_path, opened):
    shutil.move(saved, tmp_path / "elsewhere")
    assert ask("Suke Loan", opened(tmp_path / "elsewhere")).citations


def _quiet(done: int, total: int) -> None:
    pass


def test_pipe_in_the_place_of_any_file_is_not_waited_for(tmp_path, library, opened):
    """Who opens one waits for its other end, for ever; each file of a library with a calibration in turn."""
    folder = tmp_path / "lib"
    store_calibration(Calibration(0.0, 0.05, 0.95, 1, 1, 0, 0.01, "s", "f"), save(library, folder))

    def all_of():
        held = opened(folder)
        stored(held, reader=NoReader(), note=lambda _: None)
        assert path.name in {".pincite.lock"} or list(store.altered(folder, store.read_state(folder)))

    def write():
        with store.writing(folder):
            pass

    def too_long(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_long)
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = path.read_bytes()
            path.unlink()
            os.mkfifo(path)
            signal.alarm(20)
            for use in (all_of, write):
                with suppress(LibraryError):
                    use()
            signal.alarm(0)
            assert path.is_fifo(), path
            path.unlink()
            path.write_bytes(data)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
