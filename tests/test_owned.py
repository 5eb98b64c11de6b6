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

from corpus.errors import LibraryError, ReadError
from corpus.read import from_text
from index.encoders.export import open_encoder
from index.library import build, open_if_any, save
from index.store import begun
from index.store import state as store
from index.store.owned import OWNED
from index.store.seal import sealed, unsealed
from index.store.sync import add_roots, follow, remove_roots, replace_roots

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
    "begun-0123abcd/texts.npy",
    "begun-mine/begun.json",
    ".pincite-owned.json.0123abcd",
    ".removed/old.txt",
    "popup.html",
)
"""Names that a stranger may use in the folder of a library; some look like ours."""

TEXTS = {"a.txt": "Ferns have no seeds.", "b.txt": "Moss holds water like a sponge. It has no roots."}
COMMANDS = st.sampled_from(["save", "index", "add", "remove", "update"])


def quiet(done, total):
    pass


def ours(folder: Path) -> bool:
    """Whether a folder looks like one of a segment, or of what was begun."""
    return folder.name in {"passages", "sentences"} or folder.name.startswith("begun-")


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


@pytest.mark.parametrize("manifest", FOREIGN_MANIFESTS[3:5], ids=repr)
def test_what_is_no_manifest_of_ours_is_not_replaced_in_an_index_either(tmp_path, library, manifest):
    save(library, tmp_path / "lib")
    (tmp_path / "lib" / "manifest.json").write_bytes(manifest)
    with pytest.raises(LibraryError, match=r"not an index \('manifest.json'\)"):
        save(library, tmp_path / "lib")
    assert (tmp_path / "lib" / "manifest.json").read_bytes() == manifest


def test_manifest_of_ours_that_is_damaged_is_replaced(tmp_path, library):
    save(library, tmp_path / "lib")
    whole = (tmp_path / "lib" / "manifest.json").read_bytes()
    for damage in (b"", whole[:100], whole[:100] + b"x" + whole[101:]):
        (tmp_path / "lib" / "manifest.json").write_bytes(damage)
        save(library, tmp_path / "lib")
        assert store.read_state(tmp_path / "lib").files
    golden = tmp_path / "old"
    shutil.copytree(Path(__file__).parent / "golden" / "format-3", golden)
    (golden / "manifest.json").write_bytes((golden / "manifest.json").read_bytes()[:200])
    save(library, golden)
    assert (golden / "segment-1ihtpret").is_dir(), "named by no list that can be read, and so left standing"


@pytest.mark.parametrize("where", ["README", "docs", "link"])
def test_place_that_cannot_become_an_index_is_one_line(tmp_path, library, where):
    (tmp_path / "README").write_text("years of work")
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "deep" / "a.txt").write_text("years of work")
    (tmp_path / "link").symlink_to(tmp_path / "docs", target_is_directory=True)
    before = everything(tmp_path)
    with pytest.raises(LibraryError, match="not an index") as error:
        save(library, tmp_path / where)
    assert "\n" not in str(error.value)
    assert everything(tmp_path) == before


def test_link_to_nothing_is_one_line(tmp_path, library):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LibraryError, match="a link to something that is not there"):
        save(library, tmp_path / "link")
    assert not (tmp_path / "nowhere").exists()


def test_link_to_a_new_folder_is_a_place_for_an_index(tmp_path, library):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk", target_is_directory=True)
    save(library, tmp_path / "link")
    assert (tmp_path / "disk" / "manifest.json").is_file() and (tmp_path / "link").is_symlink()


def test_calibration_of_a_stranger_is_not_replaced(tmp_path, library):
    save(library, tmp_path / "lib")
    (tmp_path / "lib" / store.CALIBRATION).write_text("years of work")
    with store.writing(tmp_path / "lib") as writer, pytest.raises(LibraryError, match="move it out of this folder"):
        writer.keep_beside(store.CALIBRATION, {"format": 1})
    assert (tmp_path / "lib" / store.CALIBRATION).read_text() == "years of work"


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
    """A folder in which a library is written, followed, killed meanwhile and written again; strangers put files into it."""

    encoder = None

    @initialize(old=st.sampled_from(["", "new", "format-1", "format-3"]), every=st.sampled_from([0.0, 8.0]))
    def begin(self, old, every):
        type(self).encoder = self.encoder or open_encoder(note=print)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(begun, "EVERY", every)  # with 0 whatever is encoded is kept at once until it is committed
        self.root = Path(mkdtemp(prefix="pincite-"))
        self.lib, self.docs = self.root / "lib", self.root / "docs"
        self.docs.mkdir()
        for name, text in TEXTS.items():
            (self.docs / name).write_text(text)
        self.theirs: dict[Path, bytes | str] = {}
        if old == "new":
            self.act("index", "a.txt")
        elif old:
            shutil.copytree(Path(__file__).parent / "golden" / old, self.lib)

    def teardown(self):
        self.patch.undo()
        shutil.rmtree(self.root)

    def act(self, what, name):
        """A command; where it is refused the invariants say that nothing was touched."""
        with suppress(LibraryError, ReadError):
            if what == "save":
                document = from_text(TEXTS[name], name=name, source=name, markdown=False)
                save(build([document], encoder=self.encoder, progress=quiet), self.lib)
                return
            change = {
                "index": replace_roots([self.docs / name]),
                "add": add_roots([self.docs / name]),
                "remove": remove_roots([self.docs / name]),
                "update": lambda state: state,
            }[what]
            follow(
                self.lib,
                change,
                encoder=lambda state: self.encoder,
                note=lambda _: None,
                progress=quiet,
                anew=what == "index",
            )

    @rule(what=COMMANDS, name=st.sampled_from(sorted(TEXTS)))
    def work(self, what, name):
        self.act(what, name)

    @rule(what=COMMANDS, name=st.sampled_from(sorted(TEXTS)), steps=st.integers(1, 80))
    def work_and_be_killed(self, what, name, steps):
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

            for method in ("mkdir", "touch", "unlink", "rmdir", "replace", "open", "write_bytes", "write_text"):
                setattr(Path, method, dying(getattr(Path, method)))
            with suppress(BaseException):
                self.act(what, name)
            os._exit(0)
        os.waitpid(child, 0)

    @rule(name=st.sampled_from((*STRANGERS, "manifest.json", ".pincite.lock", ".pinciteignore", OWNED)))
    def put(self, name):
        path = self.lib / name
        if not os.path.lexists(path):
            with suppress(FileExistsError):  # a file stands where a folder should
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"theirs")
                self.theirs[path] = b"theirs"

    @rule(data=st.data())
    def put_into_a_segment(self, data):
        """Beside our files, under names that are not ours."""
        if folders := sorted(path for path in self.lib.rglob("*") if path.is_dir() and ours(path)):
            path = data.draw(st.sampled_from(folders)) / data.draw(st.sampled_from(["notes.txt", "ranges.npy.bak", "x/y"]))
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"theirs")
            self.theirs[path] = b"theirs"

    @rule(name=st.sampled_from(["segment-89abcdef", "files-89abcdef.jsonl", "link"]))
    def link(self, name):
        if self.lib.is_dir() and not os.path.lexists(self.lib / name):
            (self.lib / name).symlink_to(self.docs)
            self.theirs[self.lib / name] = str(self.docs)

    @rule(name=st.sampled_from(["manifest.json", ".pincite.lock", ".pinciteignore", OWNED]))
    def take_back(self, name):
        """What stood in the way, so that the folder may become a library after all."""
        if self.theirs.pop(self.lib / name, None):
            (self.lib / name).unlink()

    @invariant()
    def nothing_of_theirs_is_lost(self):
        for path, content in getattr(self, "theirs", {}).items():
            assert (path.read_bytes() if isinstance(content, bytes) else str(path.readlink())) == content, path
        for name, text in TEXTS.items() if hasattr(self, "docs") else ():
            assert (self.docs / name).read_text() == text

    @invariant()
    def library_opens(self):
        if hasattr(self, "lib") and (self.lib / "manifest.json").exists() and self.lib / "manifest.json" not in self.theirs:
            library = open_if_any(self.lib, encoder=lambda name, fingerprint: self.encoder)
            assert library is None or all(document.text for document in library.documents)


TestStrangers = Strangers.TestCase
TestStrangers.settings = settings(max_examples=40, stateful_step_count=14, deadline=None)
