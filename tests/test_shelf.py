"""The documents of the window: put on the shelf, searched, taken away; files go into one folder and nowhere else."""

import pytest

from corpus.errors import ReadError
from rag.ask import ask
from ui.window.collection import LARGEST_FILE, Shelf, open_folder


@pytest.fixture
def shelf(tmp_path, encoder):
    return Shelf(None, encoder=encoder, folder=tmp_path / "library", talk=lambda _: None)


@pytest.fixture(autouse=True)
def made(tmp_path):
    (tmp_path / "library").mkdir()


def test_file_is_added_searched_replaced_and_taken_away(shelf, tmp_path):
    assert shelf.place("ferns.txt", b"Ferns have no seeds.\n").state == "added"
    assert shelf.documents == ()
    shelf.update()
    assert ask("do ferns have seeds?", shelf.library).citations[0].quote.text == "Ferns have no seeds."
    assert shelf.place("again.txt", b"Ferns have no seeds.\r\n").state == "unchanged"
    assert shelf.place("ferns.txt", b"Ferns have spores.\n").state == "replaced"
    shelf.update()
    (document,) = shelf.documents
    assert document.text == "Ferns have spores.\n"
    assert shelf.take_away(document.id) == "ferns.txt"
    shelf.update()
    assert shelf.library is None
    removed = tmp_path / "library" / ".removed"
    assert sorted(path.name for path in removed.iterdir()) == ["ferns (2).txt", "ferns.txt"]


def test_vectors_of_texts_that_were_there_are_not_computed_again(shelf, encoder):
    shelf.place("ferns.txt", b"Ferns have no seeds. They have spores.\n")
    shelf.update()
    counted = []

    class Counting:
        name, fingerprint, dim = encoder.name, encoder.fingerprint, encoder.dim
        encode_query = encoder.encode_query

        def encode_passages(self, texts, *, progress):
            counted.extend(texts)
            return encoder.encode_passages(texts, progress=progress)

    shelf._encoder = Counting()
    shelf.place("moss.md", b"Moss holds water.\n")
    shelf.update()
    assert counted == ["Moss holds water."]
    assert ask("what holds water?", shelf.library).citations[0].quote.text == "Moss holds water."


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("photo.jpg", b"x", "Pincite reads"),
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n", "white space"),
        ("binary.txt", bytes(range(256)) * 8, "not text"),
        (".hidden.txt", b"x", "not a possible"),
        ("a\0b.txt", b"x", "not a possible"),
        ("", b"x", "not a possible"),
        ("..", b"x", "not a possible"),
        ("x" * 300 + ".txt", b"x", "not a possible"),
        ("big.txt", b"x" * (LARGEST_FILE + 1), "at most"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_a_reason(shelf, tmp_path, name, data, why):
    placed = shelf.place(name, data)
    assert placed.state == "refused" and why in str(placed.why)
    assert list((tmp_path / "library").iterdir()) == []


@pytest.mark.parametrize("name", ["../../out.txt", "/etc/out.txt", "..\\out.txt", "C:\\out.txt"])
def test_file_lands_in_the_folder_whatever_it_is_called(shelf, tmp_path, name):
    assert shelf.place(name, b"Words.").state == "added"
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["out.txt"]
    assert (tmp_path / "library" / "out.txt").read_bytes() == b"Words."


def test_shelf_without_a_folder_never_changes(library):
    fixed = Shelf(library, encoder=library.encoder, talk=print)
    for change in (lambda: fixed.place("a.txt", b"x"), lambda: fixed.take_away(library.documents[0].id), fixed.update):
        with pytest.raises(ReadError, match="--library"):
            change()


def test_rows_of_chosen_documents(library):
    fixed = Shelf(library, encoder=library.encoder, talk=print)
    assert fixed.rows([library.documents[0].id, "gone"]) == (0,)
    assert fixed.document("gone") is None


def test_folder_with_nothing_readable_is_an_empty_shelf(tmp_path, encoder):
    def opened():
        return open_folder(tmp_path, encoder=encoder, talk=lambda _: None, progress=lambda done, total: None)

    assert opened() is None
    (tmp_path / "empty.txt").touch()
    assert opened() is None
    (tmp_path / "loose.txt").symlink_to(tmp_path / "nowhere.txt")
    assert opened() is None
