"""Indexes made on the fly: found again, made anew when they are damaged, and over the documents as they were just read."""

import shutil

import pytest

from corpus.check import standing
from corpus.read import read_paths
from index.cache import entry, library_of
from rag.ask import ask

ASKED = "Do ferns have seeds?"


def quiet(*_):
    pass


@pytest.fixture
def kept(folder, encoder):
    """Two documents and the folder of the cache in which their index lies."""
    documents = read_paths([folder / "ferns.txt", folder / "moss.md"], note=quiet)
    library_of(documents, encoder=encoder, talk=quiet, progress=quiet)
    yield documents, entry(documents, encoder=encoder)
    shutil.rmtree(entry(documents, encoder=encoder))


def test_index_is_found_again_and_its_documents_are_those_that_were_read(kept, encoder):
    documents, place = kept
    before = (place / "manifest.json").read_bytes()
    library = library_of(documents, encoder=encoder, talk=pytest.fail, progress=quiet)
    assert (place / "manifest.json").read_bytes() == before
    assert all(one is other for one, other in zip(library.documents, documents, strict=True))


def test_index_that_is_damaged_is_made_anew(kept, encoder):
    documents, place = kept

    def files():
        return sorted(path for path in place.rglob("*") if path.is_file() and path.stat().st_size > 100)

    for n in range(len(files())):
        path, said = files()[n], []
        path.write_bytes(path.read_bytes()[:-2] + b"??")
        library = library_of(documents, encoder=encoder, talk=said.append, progress=quiet)
        assert len(said) == 1 and "\n" not in said[0], path
        assert ask(ASKED, library).citations[0].quote.text == "Ferns have no seeds."
        library_of(documents, encoder=encoder, talk=pytest.fail, progress=quiet)


def test_same_text_in_other_bytes_is_marked_as_it_is_now(kept, folder, encoder):
    (folder / "ferns.txt").write_bytes((folder / "ferns.txt").read_bytes().replace(b"\n", b"\r\n"))
    documents = read_paths([folder / "ferns.txt", folder / "moss.md"], note=quiet)
    library = library_of(documents, encoder=encoder, talk=pytest.fail, progress=quiet)
    (citation,) = ask(ASKED, library).citations
    assert citation.document.digest == documents[0].digest
    assert standing(citation.quote) == "exact"
