"""The documents of the window: put on the collection, searched, taken away; files go into one folder and nowhere else."""

import pytest

from corpus.errors import ReadError
from rag.ask import ask
from ui.window.collection import LARGEST_FILE, DocumentCollection, open_folder


@pytest.fixture
def collection(tmp_path, encoder):
    return DocumentCollection(None, encoder=encoder, folder=tmp_path / "library", note=lambda _: None)


@pytest.fixture(autouse=True)
def made(tmp_path):
    (tmp_path / "library").mkdir()


def test_file_is_added_searched_replaced_and_taken_away(collection, tmp_path):
    assert collection.place("ferns.txt", b"Ferns have no seeds.\n").state == "added"
    assert collection.documents == ()
    collection.update()
    assert ask("do ferns have seeds?", collection.library).citations[0].quote.text == "Ferns have no seeds."
    assert collection.place("again.txt", b"Ferns have no seeds.\r\n").state == "unchanged"
    assert collection.place("ferns.txt", b"Ferns have spores.\n").state == "replaced"
    collection.update()
    (document,) = collection.documents
    assert document.text == "Ferns have spores.\n"
    assert collection.take_away(document.id) == "ferns.txt"
    collection.update()
    assert collection.library is None
    removed = tmp_path / "library" / ".removed"
    assert sorted(path.name for path in removed.iterdir()) == ["ferns (2).txt", "ferns.txt"]


def test_vectors_of_texts_that_were_there_are_not_computed_again(collection, encoder):
    collection.place("ferns.txt", b"Ferns have no seeds. They have spores.\n")
    collection.update()
    counted = []

    class Counting:
        name, fingerprint, dim = encoder.name, encoder.fingerprint, encoder.dim
        encode_query = encoder.encode_query

        def encode_passages(self, texts, *, progress):
            counted.extend(texts)
            return encoder.encode_passages(texts, progress=progress)

    collection._encoder = Counting()
    collection.place("moss.md", b"Moss holds water.\n")
    collection.update()
    assert counted == ["Moss holds water."]
    assert ask("what holds water?", collection.library).citations[0].quote.text == "Moss holds water."


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("photo.gif", b"x", "Pincite reads"),
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
def test_file_that_cannot_be_read_is_refused_with_a_reason(collection, tmp_path, name, data, why):
    placed = collection.place(name, data)
    assert placed.state == "refused" and why in str(placed.why)
    assert list((tmp_path / "library").iterdir()) == []


@pytest.mark.parametrize("name", ["../../out.txt", "/etc/out.txt", "..\\out.txt", "C:\\out.txt"])
def test_file_lands_in_the_folder_whatever_it_is_called(collection, tmp_path, name):
    assert collection.place(name, b"Words.").state == "added"
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["out.txt"]
    assert (tmp_path / "library" / "out.txt").read_bytes() == b"Words."


def test_shelf_without_a_folder_never_changes(library):
    fixed = DocumentCollection(library, encoder=library.encoder, note=print)
    for change in (lambda: fixed.place("a.txt", b"x"), lambda: fixed.take_away(library.documents[0].id), fixed.update):
        with pytest.raises(ReadError, match="--library"):
            change()


def test_rows_of_chosen_documents(library):
    fixed = DocumentCollection(library, encoder=library.encoder, note=print)
    assert fixed.rows([library.documents[0].id, "gone"]) == (0,)
    assert fixed.document("gone") is None


def test_folder_with_nothing_readable_is_an_empty_shelf(tmp_path, encoder):
    def opened():
        return open_folder(tmp_path, encoder=encoder, note=lambda _: None, progress=lambda done, total: None)

    assert opened() is None
    (tmp_path / "empty.txt").touch()
    assert opened() is None
    (tmp_path / "loose.txt").symlink_to(tmp_path / "nowhere.txt")
    assert opened() is None
