"""A library follows its files through everything that may happen to them, and costs no more than what changed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import heard
import numpy as np
import pytest
from counting import Counting
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from manifests import rewritten

from corpus import chunk as cutter
from corpus.document import Passage, Quote
from corpus.errors import LibraryError, ReadError
from corpus.read import read_file
from corpus.verify import verify
from index.encoders.export import open_encoder
from index.encoders.minilm import NAME as MINILM
from index.library import build, names_of, open_if_any
from index.store import sync as module
from index.store.migrations import FORMAT
from index.store.state import open_segments, read_state
from index.store.sync import Changes, add_roots, follow, pending, remove_roots, replace_roots
from rag.ask import ask

SENTENCES = ("Ferns have no seeds.", "Moss holds water like a sponge.", "Oaks grow for centuries.", "蕨类植物没有种子。", "***")
NAMES = ("a.txt", "b.txt", "deep/c.txt", "deep/d.md")


@pytest.fixture
def docs(tmp_path):
    """A folder with three documents, one of them in a folder of its own."""
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "ferns.txt").write_text("Ferns have no seeds.\n")
    (tmp_path / "docs" / "moss.md").write_text("# On moss\n\nMoss holds water like a sponge.\n")
    (tmp_path / "docs" / "deep" / "oaks.txt").write_text("Oaks grow for centuries.\n")
    return tmp_path / "docs"


def keep(lib, change, encoder, said=None, **options):
    note = heard.into(said) if said is not None else lambda _: None
    return follow(lib, change, encoder=lambda state: encoder, note=note, progress=lambda done, total: None, **options)


def same(state):
    return state


def opened(lib, encoder):
    return open_if_any(lib, encoder=lambda name, fingerprint: encoder)


def test_what_did_not_change_costs_nothing(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    assert keep(lib, replace_roots([docs]), counting, anew=True) == Changes(added=3)
    counting.encoded.clear()
    before = (lib / "manifest.json").read_bytes()
    assert keep(lib, same, counting) == Changes(unchanged=3)
    assert keep(lib, replace_roots([docs]), counting, anew=True) == Changes(unchanged=3)
    assert (counting.encoded, (lib / "manifest.json").read_bytes()) == ([], before)


def test_changed_file_costs_that_file_and_a_moved_one_nothing(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), counting, anew=True)
    counting.encoded.clear()
    (docs / "ferns.txt").write_text("Ferns have spores.\n")
    (docs / "moss.md").rename(docs / "deep" / "wet.md")
    (docs / "deep" / "oaks.txt").rename(docs / "trees_of_old.txt")
    assert pending(read_state(lib), print) == (2, 1, 2)
    assert keep(lib, same, counting) == Changes(changed=1, moved=2)
    assert counting.encoded == ["Ferns have spores."]
    library = opened(lib, counting)
    assert {(document.title, Path(document.source).name) for document in library.documents} == {
        ("Ferns", "ferns.txt"),
        ("On moss", "wet.md"),
        ("Trees of old", "trees_of_old.txt"),
    }
    assert "Ferns have no seeds." not in {citation.quote.text for citation in ask("do ferns have seeds?", library).citations}
    found = ask("do ferns have spores?", library)
    assert [citation.quote.text for citation in found.citations] == ["Ferns have spores."]


def test_removed_file_is_gone_from_words_vectors_and_disk(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), counting, anew=True)
    (docs / "moss.md").unlink()
    assert keep(lib, same, counting) == Changes(removed=1, unchanged=2)
    assert "sponge" not in opened(lib, counting).passages.words.surfaces
    assert opened(lib, counting).sentences.vectors.n == 2
    for path in lib.rglob("*"):
        assert not path.is_file() or b"sponge" not in path.read_bytes(), path


def test_same_text_is_stored_once_with_all_its_names(docs, tmp_path, counting):
    lib, said = tmp_path / "lib", []
    shutil.copy(docs / "ferns.txt", docs / "deep" / "again.txt")
    (docs / "zz.txt").write_bytes(b"Ferns have no seeds.\r\n")
    assert keep(lib, replace_roots([docs]), counting, said, anew=True) == Changes(added=5)
    assert len(opened(lib, counting).documents) == 3
    assert sum(file.document == read_file(docs / "ferns.txt", note=print).id for file in read_state(lib).files) == 3
    assert said == [f"{docs / 'zz.txt'}: the same text as {docs / 'ferns.txt'}; searched once"]
    counting.encoded.clear()
    (docs / "deep" / "again.txt").unlink()
    assert keep(lib, same, counting).removed == 1
    assert counting.encoded == []
    assert {Path(document.source).name for document in opened(lib, counting).documents} == {"ferns.txt", "moss.md", "oaks.txt"}


def test_paths_are_added_and_taken_out_again(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs / "ferns.txt"]), counting, anew=True)
    assert keep(lib, add_roots([docs / "deep", docs / "*.md"]), counting) == Changes(added=2, unchanged=1)
    assert keep(lib, remove_roots([docs / "deep" / "oaks.txt"]), counting).removed == 1
    assert keep(lib, same, counting) == Changes(unchanged=2)
    assert keep(lib, add_roots([docs / "deep" / "oaks.txt"]), counting).added == 1
    assert keep(lib, remove_roots([docs]), counting) == Changes(removed=3)
    assert opened(lib, counting) is None
    with pytest.raises(ReadError, match="is not in this index"):
        keep(lib, remove_roots([docs / "ferns.txt"]), counting)


def test_folder_that_is_away_keeps_what_was_read_in_it(docs, tmp_path, counting):
    lib, said = tmp_path / "lib", []
    keep(lib, replace_roots([docs]), counting, anew=True)
    docs.rename(tmp_path / "unmounted")
    assert keep(lib, same, counting, said) == Changes()
    assert len(opened(lib, counting).documents) == 3
    assert said == [f"{docs}: is not there now; what was read in it stays, until it is taken away with: pincite remove"]
    (tmp_path / "unmounted").rename(docs)
    assert keep(lib, same, counting) == Changes(unchanged=3)


def test_file_that_cannot_be_read_is_remembered_and_the_rest_goes_on(docs, tmp_path, counting):
    lib, said = tmp_path / "lib", []
    (docs / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (docs / "blank.txt").write_text(" \n")
    assert keep(lib, replace_roots([docs]), counting, said, anew=True) == Changes(added=3, unread=2)
    problems = {Path(file.path).name: str(file.problem) for file in read_state(lib).files if file.problem}
    assert set(problems) == {"bad.pdf", "blank.txt"} and "white space" in problems["blank.txt"]
    assert len(said) == 2
    assert keep(lib, same, counting, said := []) == Changes(unchanged=5) and said == []
    (docs / "blank.txt").write_text("Now it has words.\n")
    assert keep(lib, same, counting).changed == 1


def test_nothing_readable_leaves_what_was_there(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), counting, anew=True)
    (tmp_path / "blank.txt").write_text(" ")
    with pytest.raises(ReadError, match="nothing in these files can be quoted; what was there is unchanged"):
        keep(lib, replace_roots([tmp_path / "blank.txt"]), counting, anew=True, empty=False)
    assert len(opened(lib, counting).documents) == 3


def test_library_inside_the_folder_that_it_follows_is_not_read(docs, counting):
    keep(docs / "lib", replace_roots([docs]), counting, anew=True)
    assert keep(docs / "lib", same, counting) == Changes(unchanged=3)


def test_old_format_is_followed_from_then_on(tmp_path):
    counting = Counting(open_encoder(MINILM, note=print))
    shutil.copytree(Path(__file__).parent / "golden" / "format-2", tmp_path / "lib")
    (tmp_path / "more.txt").write_text("Oaks grow for centuries.\n")
    assert keep(tmp_path / "lib", add_roots([tmp_path / "more.txt"]), counting).added == 1
    library = opened(tmp_path / "lib", counting)
    assert len(library.documents) == 3
    assert ask("What do ferns have under their leaves?", library).citations
    assert ask("How long do oaks grow?", library).citations
    assert json.loads((tmp_path / "lib" / "manifest.json").read_text())["format"] == FORMAT
    assert not list((tmp_path / "lib").glob("data-*"))


def test_words_of_an_older_analyzer_are_counted_anew_before_others_join_them(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), counting, anew=True)
    manifest = json.loads((lib / "manifest.json").read_text())
    rewritten(lib, analyzer=1)
    counting.encoded.clear()
    assert keep(lib, same, counting) == Changes(unchanged=3)
    again = json.loads((lib / "manifest.json").read_text())
    assert again["analyzer"] == manifest["analyzer"]
    assert again["segments"][0]["name"] != manifest["segments"][0]["name"]
    assert counting.encoded == []


def test_texts_that_an_older_version_cut_are_cut_anew_and_only_what_is_new_is_encoded(tmp_path, counting, monkeypatch):
    text = "# Moss\n\n## Care\n\nMoss holds water.\n\n# Ferns\n\nFerns have no seeds.\n"
    (tmp_path / "a.md").write_text(text)
    with monkeypatch.context() as patch:
        patch.setattr("corpus.chunk.HEADINGS_SIZE", 0)
        keep(tmp_path / "lib", replace_roots([tmp_path / "*.md"]), counting, anew=True)
    rewritten(tmp_path / "lib", cutter=2)
    assert read_state(tmp_path / "lib").old
    counting.encoded.clear()
    assert keep(tmp_path / "lib", same, counting) == Changes(unchanged=1)
    state = read_state(tmp_path / "lib")
    assert (state.cutter, state.old) == (cutter.VERSION, False)
    assert counting.encoded == ["Moss\n\n## Care\n\nMoss holds water.", "Ferns\n\nFerns have no seeds."]
    (segment,) = open_segments(tmp_path / "lib", state)
    assert [text[start:end] for _, start, end in segment.passages.ranges.tolist()] == counting.encoded


def test_passages_of_an_older_version_get_the_vectors_of_what_they_stand_under(tmp_path, counting, monkeypatch):
    (tmp_path / "a.md").write_text("# Pool\n\n## Cost\n\nTwelve euros.\n\n## Guests\n\nTwo of them.\n")
    for name, alone in (("old", True), ("new", False)):
        with monkeypatch.context() as patch:
            if alone:
                patch.setattr("index.store.segment.searched", lambda document, start, end: document.text[start:end])
            keep(tmp_path / name, replace_roots([tmp_path / "*.md"]), counting, anew=True)
    rewritten(tmp_path / "old", cutter=4)
    counting.encoded.clear()
    keep(tmp_path / "old", same, counting)
    assert counting.encoded == ["Pool\nGuests\n\nTwo of them."]
    old, new = (opened(tmp_path / name, counting).passages for name in ("old", "new"))
    assert np.allclose(old.vectors.rows(np.arange(old.n)), new.vectors.rows(np.arange(new.n)), atol=1e-6)
    assert old.words.scores(["pool"]).tolist() == new.words.scores(["pool"]).tolist() != [0.0, 0.0]


def test_many_small_changes_never_make_many_segments(tmp_path, counting):
    keep(tmp_path / "lib", replace_roots([tmp_path / "*.txt"]), counting, anew=True)
    for n in range(20):
        (tmp_path / f"{n}.txt").write_text(f"Number {n} stands here.\n")
        keep(tmp_path / "lib", same, counting)
    state = read_state(tmp_path / "lib")
    assert state.counts["documents"] == 20
    assert len(state.segments) <= 2 * module.MANY
    assert {p.name for p in (tmp_path / "lib").glob("segment-*")} == {made.name for made in state.segments}


def test_batches_are_committed_as_they_come_and_an_interrupted_run_is_gone_on_with(docs, tmp_path, counting, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    lib = tmp_path / "lib"

    class Interrupted(Counting):
        def encode_passages(self, texts, *, progress):
            if len(self.encoded) >= 2:
                raise KeyboardInterrupt
            return super().encode_passages(texts, progress=progress)

    with pytest.raises(KeyboardInterrupt):
        keep(lib, replace_roots([docs]), Interrupted(counting), anew=True)
    assert len(opened(lib, counting).documents) == 2
    assert keep(lib, replace_roots([docs]), counting, anew=True) == Changes(added=1, unchanged=2)
    assert len(counting.encoded) == 4  # each text once


def test_progress_rises_to_the_whole(docs, tmp_path, encoder):
    shown = []
    follow(
        tmp_path / "lib",
        replace_roots([docs]),
        encoder=lambda state: encoder,
        note=print,
        progress=lambda done, total: shown.append((done, total)),
        anew=True,
    )
    assert shown == sorted(shown)
    assert shown[-1][0] == shown[-1][1] == sum(path.stat().st_size for path in docs.rglob("*.*"))


def test_process_killed_in_the_middle_leaves_a_library_that_opens(docs, tmp_path, encoder):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), encoder, anew=True)
    for n in range(60):
        (docs / f"{n}.txt").write_text(f"Number {n} stands here. It follows {n - 1}.\n" * 40)
    script = (
        "import index.store.sync as s; s.BATCH = 5000; from ui.cli.main import main; import sys; sys.exit(main(sys.argv[1:]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, "update", str(lib)], stderr=subprocess.DEVNULL)
    while len(read_state(lib).files) < 10:
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    library, state = opened(lib, encoder), read_state(lib)
    assert 3 < len(library.documents) < 63
    assert {file.document for file in state.files} == set(library.documents.ids)
    for document in library.documents:
        assert Path(document.source).read_text() == document.text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", 10**9)
        assert keep(lib, same, encoder).added == 63 - len(state.files)


def test_another_model_replaces_the_library_when_all_is_done(docs, tmp_path, counting, encoder):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), counting, anew=True)
    other = Counting(encoder)
    other.name, other.fingerprint = "other", "0" * 64
    keep(lib, replace_roots([docs]), other, anew=True)
    assert read_state(lib).encoder == ("other", "0" * 64, 384)
    assert other.encoded == counting.encoded


class Folder(RuleBasedStateMachine):
    """Files are written, changed, renamed, copied and deleted at will; after an update the library is what lies there."""

    encoder = None

    def __init__(self):
        super().__init__()
        type(self).encoder = self.encoder or open_encoder(note=print)
        self.root = Path(mkdtemp(prefix="pincite-"))
        self.docs, self.lib = self.root / "docs", self.root / "lib"
        (self.docs / "deep").mkdir(parents=True)
        keep(self.lib, replace_roots([self.docs]), self.encoder, anew=True)
        self.fresh = True

    def teardown(self):
        shutil.rmtree(self.root)

    @rule(name=st.sampled_from(NAMES), words=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3))
    def write(self, name, words):
        (self.docs / name).write_text(" ".join(words) + "\n", encoding="utf-8")
        self.fresh = False

    @rule(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES), copy=st.booleans())
    def move(self, name, other, copy):
        if (self.docs / name).exists() and name != other:
            shutil.copy(self.docs / name, self.docs / other) if copy else (self.docs / name).rename(self.docs / other)
            self.fresh = False

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name):
        (self.docs / name).unlink(missing_ok=True)
        self.fresh = False

    @rule(name=st.sampled_from(NAMES))
    def touch(self, name):
        if (self.docs / name).exists():
            os.utime(self.docs / name, (1, 1))
            self.fresh = False

    @precondition(lambda self: not self.fresh)
    @rule(batch=st.sampled_from([1, 10**9]))
    def update(self, batch):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "BATCH", batch)
            keep(self.lib, same, self.encoder)
        self.fresh = True

    @invariant()
    def library_is_what_lies_there(self):
        if not self.fresh:
            return
        assert pending(read_state(self.lib), print) == (0, 0, 0)
        files = {str(path): path.read_text(encoding="utf-8") for path in sorted(self.docs.rglob("*.*"))}
        assert {file.path for file in read_state(self.lib).files} == set(files)
        library, quotable = opened(self.lib, self.encoder), {text for text in files.values() if text.strip("* \n")}
        assert ({document.text for document in library.documents} if library else set()) >= quotable
        if not library:
            return
        assert {document.text for document in library.documents} <= set(files.values())
        assert all(files[document.source] == document.text for document in library.documents)
        again = build(tuple(library.documents), encoder=self.encoder, progress=lambda done, total: None)
        for query in (["fern", "seed"], ["蕨类"], ["hold"]):
            for ours, theirs in ((library.passages, again.passages), (library.sentences, again.sentences)):
                np.testing.assert_allclose(ours.words.scores(query), theirs.words.scores(query), rtol=1e-5)
        query = self.encoder.encode_query("Do ferns have seeds?")
        rows = np.arange(library.sentences.vectors.n)
        np.testing.assert_array_equal(library.sentences.ranges, again.sentences.ranges)
        np.testing.assert_allclose(
            library.sentences.vectors.scores(query, rows), again.sentences.vectors.scores(query, rows), atol=1e-5
        )


def test_text_without_words_is_all_that_is_left(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    for path in docs.rglob("*.*"):
        path.unlink()
    (docs / "a.txt").write_text("***\n")
    (docs / "b.txt").write_text("Ferns have no seeds.\n")
    keep(lib, replace_roots([docs]), counting, anew=True)
    (docs / "b.txt").unlink()
    keep(lib, same, counting)
    assert open_if_any(lib, encoder=lambda name, fingerprint: counting) is None
    (docs / "b.txt").write_text("Ferns have no seeds.\n")
    keep(lib, same, counting)
    assert opened(lib, counting).sentences.n == 1


TestFolder = Folder.TestCase
TestFolder.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)


def test_library_that_is_damaged_is_not_followed_but_made_anew(docs, tmp_path, counting):
    lib = tmp_path / "lib"
    keep(lib, replace_roots([docs]), counting, anew=True)
    next(lib.glob("files-*")).write_text("half")
    with pytest.raises(LibraryError, match="half-written or changed"):
        keep(lib, same, counting)
    assert keep(lib, replace_roots([docs]), counting, anew=True).added == 3


def test_file_with_another_ending_is_read_anew(tmp_path, counting):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("# Ferns\n\nFerns have no seeds.\n")
    keep(tmp_path / "lib", replace_roots([tmp_path / "docs"]), counting, anew=True)
    (tmp_path / "docs" / "a.txt").rename(tmp_path / "docs" / "a.md")
    keep(tmp_path / "lib", same, counting)
    (document,) = opened(tmp_path / "lib", counting).documents
    anew = read_file(tmp_path / "docs" / "a.md", note=print)
    assert (document, document.digest) == (anew, anew.digest)
    assert [document.text[h.start : h.end] for h in document.headings] == ["Ferns"]


def test_same_words_under_two_endings_are_shown_as_the_file_that_is_named_has_them(tmp_path, counting):
    docs, lib = tmp_path / "docs", tmp_path / "lib"
    docs.mkdir()
    for name in ("a.md", "b.txt", "c.txt"):
        (docs / name).write_text("# Ferns\n\nFerns have no seeds.\n")
    keep(lib, replace_roots([docs]), counting, anew=True)
    for gone in ("a.md", "b.txt"):
        (document,) = opened(lib, counting).documents
        assert document == read_file(Path(document.source), note=print) and Path(document.source).name == gone
        assert verify(Quote(Passage(document, 0, 5), 0, 5)) == "exact"
        (docs / gone).unlink()
        keep(lib, same, counting)
    (document,) = opened(lib, counting).documents
    assert document == read_file(docs / "c.txt", note=print)


def test_a_mark_is_not_given_for_what_another_file_says_of_the_same_words(tmp_path, counting):
    """Where the file whose headings are kept is away, the next one may be named, but not with a mark for its bytes."""
    docs, lib = tmp_path / "docs", tmp_path / "lib"
    docs.mkdir()
    for name in ("a.md", "b.txt"):
        (docs / name).write_text("# Ferns\n\nFerns have no seeds.\n")
    keep(lib, replace_roots([docs]), counting, anew=True)
    files = read_state(lib).files
    assert [file.otherwise for file in files] == [False, True]
    assert names_of(files[1:])[files[1].document].digest == ""


def test_looking_for_an_index_where_there_is_none_makes_nothing(tmp_path, counting):
    with pytest.raises(LibraryError, match="no index here"):
        keep(tmp_path / "lib", same, counting)
    assert not (tmp_path / "lib").exists()
