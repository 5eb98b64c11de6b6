"""What Pincite did not write stays: in the folder of a library, beside it, and through every kill."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from manifests import rewritten

from corpus.errors import LibraryError
from corpus.read import from_text
from index import store
from index.export import open_encoder
from index.library import build, open_library, save
from index.owned import OWNED
from index.seal import sealed, unsealed

FOREIGN_MANIFESTS = (
    b'{"manifest_version": 3, "name": "an extension", "version": "1.0"}',
    b'{"schemaVersion": 2, "layers": []}',
    b'{"format": 3, "made_by": "another program", "encoder": {}}',
    b"[]",
    b"not JSON",
    b"",
    b"[" * 100_000,
)
STRANGERS = (
    "manifest.json.bak",
    ".manifest.json",
    ".lock",
    "data-2024/thesis.csv",
    "data-20240101/thesis.csv",
    "files-to-keep/x",
    "files-0123abcd.jsonl",
    "segment-anything.pt",
    "segment-0123abcd/texts.jsonl",
    "segment-0123abcd/notes.txt",
    ".pincite-owned.json.0123abcd",
    ".removed/old.txt",
    "popup.html",
)
"""Names that a stranger may use in the folder of a library; some look like ours."""


def quiet(done, total):
    pass


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("manifest", FOREIGN_MANIFESTS, ids=lambda data: repr(data[:24]))
def test_folder_with_a_manifest_of_another_program_is_refused_and_left_as_it_is(tmp_path, library, manifest):
    for name in STRANGERS:
        (tmp_path / "theirs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "theirs" / name).write_bytes(name.encode())
    (tmp_path / "theirs" / "manifest.json").write_bytes(manifest)
    before = everything(tmp_path)
    with pytest.raises(
        LibraryError, match=r"holds something that is not an index .*; nothing was touched, name a new or empty"
    ):
        save(library, tmp_path / "theirs")
    assert everything(tmp_path) == before


def test_manifest_of_another_program_that_comes_into_an_index_is_not_replaced(tmp_path, library):
    save(library, tmp_path / "lib")
    (tmp_path / "lib" / "manifest.json").write_bytes(FOREIGN_MANIFESTS[0])
    before = everything(tmp_path)
    with pytest.raises(LibraryError, match=r"not an index \('manifest.json'\)"):
        save(library, tmp_path / "lib")
    with pytest.raises(LibraryError, match="not a manifest of Pincite's"):
        store.read_state(tmp_path / "lib")
    assert everything(tmp_path) == before


def test_names_in_a_manifest_are_never_a_way_out_of_the_folder(tmp_path, library):
    """A library that somebody sends is only believed as far as it names what a library consists of."""
    save(library, tmp_path / "lib")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "texts.jsonl").write_text("years of work")
    whole = json.loads((tmp_path / "lib" / "manifest.json").read_bytes())
    for name in ("../precious", str(tmp_path / "precious"), ".", "segment-0123abcd/../../precious"):
        rewritten(tmp_path / "lib", segments=[{**whole["segments"][0], "name": name}])
        with pytest.raises(LibraryError, match="is no segment"):
            store.read_state(tmp_path / "lib")
        (tmp_path / "lib" / OWNED).write_bytes(sealed({"application": "pincite", "owned": [name]}))
        save(library, tmp_path / "lib")
        assert (tmp_path / "precious" / "texts.jsonl").read_text() == "years of work"


def test_link_with_the_name_of_a_segment_is_not_followed(tmp_path, library):
    save(library, tmp_path / "lib")
    (segment,) = (tmp_path / "lib").glob("segment-*")
    segment.rename(tmp_path / "moved")
    segment.symlink_to(tmp_path / "moved", target_is_directory=True)
    before = everything(tmp_path / "moved")
    save(library, tmp_path / "lib")
    assert everything(tmp_path / "moved") == before


@pytest.mark.parametrize("name", [".pincite.lock", OWNED])
def test_file_of_a_stranger_under_a_name_of_ours_is_said_and_kept(tmp_path, library, name):
    save(library, tmp_path / "lib")
    (tmp_path / "lib" / name).write_text("not ours")
    with pytest.raises(LibraryError, match="move it out of this folder"):
        save(library, tmp_path / "lib")
    assert (tmp_path / "lib" / name).read_text() == "not ours"


def test_folder_that_was_new_goes_when_nothing_came_of_it_but_for_what_others_put_there(tmp_path):
    with pytest.raises(RuntimeError), store.writing(tmp_path / "lib"):
        raise RuntimeError
    assert not (tmp_path / "lib").exists()
    with pytest.raises(RuntimeError), store.writing(tmp_path / "lib") as writer:
        (tmp_path / "lib" / "thesis.txt").write_text("years of work")
        (writer._owned.new_folder("segment-") / "mine.txt").write_text("in a folder of theirs")
        raise RuntimeError
    assert sorted(path.read_text() for path in (tmp_path / "lib").rglob("*.txt")) == ["in a folder of theirs", "years of work"]


def test_seal_tells_every_byte():
    data = sealed({"application": "pincite", "owned": ["a", "ü"], "deep": {"n": [1, 2.5, None, True]}})
    assert unsealed(data)["owned"] == ["a", "ü"]
    for at in range(len(data)):
        for other in {data[at] ^ 1, data[at] ^ 128, 32} - {data[at]}:
            with pytest.raises(ValueError, match="SHA-256"):
                unsealed(data[:at] + bytes([other]) + data[at + 1 :])
        with pytest.raises(ValueError, match="SHA-256"):
            unsealed(data[:at])


class Strangers(RuleBasedStateMachine):
    """A folder in which a library is written, killed while it is written, written again; strangers put files into it."""

    libraries = None

    @initialize()
    def begin(self):
        if not self.libraries:
            encoder = open_encoder(talk=print)
            texts = ("Ferns have no seeds.", "Moss holds water like a sponge. It has no roots.")
            type(self).libraries = [
                build([from_text(text, name=text[:4], source=text[:4], markdown=False)], encoder=encoder, progress=quiet)
                for text in texts
            ]
            type(self).texts = texts
        self.root = Path(mkdtemp(prefix="pincite-"))
        self.lib = self.root / "lib"
        self.theirs: dict[str, bytes] = {}
        self.written = set()

    def teardown(self):
        shutil.rmtree(self.root)

    def save(self, which):
        with suppress(LibraryError):  # refused: the invariant says that nothing was touched
            save(self.libraries[which], self.lib)
            self.written = {which}

    @rule(which=st.sampled_from([0, 1]))
    def write(self, which):
        self.save(which)

    @rule(which=st.sampled_from([0, 1]), steps=st.integers(1, 60))
    def write_and_be_killed(self, which, steps):
        """In a process that is gone without a word after so many steps on the disk."""
        child = os.fork()
        if not child:
            left = [steps]

            def dying(real):
                def step(*args, **more):
                    left[0] -= 1
                    if left[0] < 0:
                        os._exit(9)
                    return real(*args, **more)

                return step

            for name in ("mkdir", "touch", "unlink", "rmdir", "replace", "open", "write_bytes", "write_text"):
                setattr(Path, name, dying(getattr(Path, name)))
            with suppress(BaseException):
                save(self.libraries[which], self.lib)
            os._exit(0)
        os.waitpid(child, 0)
        self.written.add(which)

    @rule(name=st.sampled_from(STRANGERS), content=st.binary(max_size=20))
    def put(self, name, content):
        path = self.lib / name
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            self.theirs[str(path)] = content

    @rule(data=st.data(), content=st.binary(max_size=20))
    def put_into_a_segment(self, data, content):
        """Beside our files, under names that are not ours."""
        if folders := sorted(path for path in self.lib.rglob("*") if path.is_dir() and path.name in {"passages", "sentences"}):
            path = data.draw(st.sampled_from(folders)) / data.draw(st.sampled_from(["notes.txt", "ranges.npy.bak", "x/y"]))
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            self.theirs[str(path)] = content

    @invariant()
    def nothing_of_theirs_is_lost(self):
        for path, content in getattr(self, "theirs", {}).items():
            assert Path(path).read_bytes() == content, path

    @invariant()
    def library_is_one_that_was_written(self):
        if not getattr(self, "written", None) or not (self.lib / "manifest.json").exists():
            return
        encoder = self.libraries[0].encoder
        (document,) = open_library(self.lib, encoder=lambda name, fingerprint: encoder).documents
        assert document.text in {self.texts[which] for which in self.written}


TestStrangers = Strangers.TestCase
TestStrangers.settings = settings(max_examples=25, stateful_step_count=14, deadline=None)
