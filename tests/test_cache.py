"""Indexes made on the fly: found again, made anew when they are damaged, and over the documents as they were just read."""

import os
import shutil

import heard
import numpy as np
import pytest

import index.cache
from corpus.read import read_paths
from corpus.verify import verify
from index.cache import entry, library_of
from index.library import build
from rag.ask import ask

ASKED = "Do ferns have seeds?"


def quiet(*_):
    pass


@pytest.fixture
def kept(folder, encoder):
    """Two documents and the folder of the cache in which their index lies."""
    documents = read_paths([folder / "ferns.txt", folder / "moss.md"], note=quiet)
    library_of(documents, encoder=encoder, note=quiet, progress=quiet)
    yield documents, entry(documents, encoder=encoder)
    shutil.rmtree(entry(documents, encoder=encoder))


def test_index_is_found_again_and_its_documents_are_those_that_were_read(kept, encoder):
    documents, place = kept
    before = (place / "manifest.json").read_bytes()
    library = library_of(documents, encoder=encoder, note=pytest.fail, progress=quiet)
    assert (place / "manifest.json").read_bytes() == before
    assert all(one is other for one, other in zip(library.documents, documents, strict=True))


def test_index_that_is_damaged_is_made_anew(kept, encoder):
    documents, place = kept

    def files():
        return sorted(path for path in place.rglob("*") if path.is_file() and path.stat().st_size > 100)

    for n in range(len(files())):
        path, said = files()[n], []
        path.write_bytes(path.read_bytes()[:-2] + b"??")
        library = library_of(documents, encoder=encoder, note=heard.into(said), progress=quiet)
        assert len(said) == 1 and "\n" not in said[0], path
        assert ask(ASKED, library).citations[0].quote.text == "Ferns have no seeds."
        library_of(documents, encoder=encoder, note=pytest.fail, progress=quiet)


def test_same_text_in_other_bytes_is_marked_as_it_is_now(kept, folder, encoder):
    (folder / "ferns.txt").write_bytes((folder / "ferns.txt").read_bytes().replace(b"\n", b"\r\n"))
    documents = read_paths([folder / "ferns.txt", folder / "moss.md"], note=quiet)
    library = library_of(documents, encoder=encoder, note=pytest.fail, progress=quiet)
    (citation,) = ask(ASKED, library).citations
    assert citation.document.digest == documents[0].digest
    assert verify(citation.quote) == "exact"


class Counting:
    """The encoder, which notes what it was asked to encode."""

    def __init__(self, encoder):
        self._encoder, self.encoded = encoder, []
        self.name, self.fingerprint, self.dim = encoder.name, encoder.fingerprint, encoder.dim

    def encode_query(self, question):
        return self._encoder.encode_query(question)

    def encode_passages(self, texts, *, progress):
        self.encoded += texts
        return self._encoder.encode_passages(texts, progress=progress)


def test_changed_file_costs_that_file(kept, folder, encoder):
    documents, _ = kept
    (folder / "moss.md").write_text("# Moss\n\nMoss has no roots. It is green.\n")
    changed = read_paths([folder / "ferns.txt", folder / "moss.md"], note=quiet)
    counting = Counting(encoder)
    library = library_of(changed, encoder=counting, note=pytest.fail, progress=quiet)
    fresh = build(changed, encoder=encoder, progress=quiet)
    assert counting.encoded and not {text for text in counting.encoded if text in documents[0].text}
    for ours, theirs in ((library.passages, fresh.passages), (library.sentences, fresh.sentences)):
        assert ours.ranges.tolist() == theirs.ranges.tolist()
        every = np.arange(ours.vectors.n)
        np.testing.assert_allclose(ours.vectors.rows(every), theirs.vectors.rows(every), atol=1e-5)
    assert [c.quote.text for c in ask("Does moss have roots?", library).citations] == ["Moss has no roots."]


def test_only_the_last_indexes_are_kept_and_what_somebody_put_there(tmp_path, encoder, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(index.cache, "KEPT", 3)
    made = []
    for n in range(6):
        (tmp_path / "one.txt").write_text(f"The number is {n}.")
        documents = read_paths([tmp_path / "one.txt"], note=quiet)
        library_of(documents, encoder=encoder, note=pytest.fail, progress=quiet)
        made.append(entry(documents, encoder=encoder))
        if n == 0:
            (made[0] / "mine.txt").write_text("mine")
        os.utime(made[-1], (n, n))
    assert [path.exists() for path in made] == [True, False, False, True, True, True]
    assert [path.name for path in made[0].iterdir()] == ["mine.txt"]
