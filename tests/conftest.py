"""What several tests share: the shipped document, the real encoder, libraries built with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from corpus.document import Document
from corpus.read import from_text, shipped
from index.encode import OnnxEncoder
from index.export import cache_folder, open_encoder
from index.library import Library, build

settings.register_profile("pincite", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("pincite")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of the tests' own, for them and the processes they start; only the exported encoder is the machine's."""
    open_encoder(talk=print)
    own = tmp_path_factory.mktemp("cache")
    (own / "pincite").mkdir()
    (own / "pincite" / "encoders").symlink_to(cache_folder() / "encoders")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(own))
        yield own


@pytest.fixture(scope="session")
def material() -> Document:
    """The shipped article."""
    return shipped()[0]


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    """The real all-MiniLM-L6-v2, exported once per machine."""
    return open_encoder(talk=print)


@pytest.fixture(scope="session")
def library(material: Document, encoder: OnnxEncoder) -> Library:
    """The shipped article, indexed."""
    return build([material], encoder=encoder, progress=quiet)


@pytest.fixture(scope="session")
def library_of(encoder: OnnxEncoder) -> Callable[..., Library]:
    """Makes a library of texts; their names are their places in the call."""

    def made(*texts: str) -> Library:
        documents = [from_text(text, name=str(n), source=f"{n}.md", markdown=True) for n, text in enumerate(texts)]
        return build(documents, encoder=encoder, progress=quiet)

    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two documents and a file that is none."""
    (tmp_path / "ferns.txt").write_text("Ferns have no seeds.\nThey have spores under their leaves.\n", encoding="utf-8")
    (tmp_path / "moss.md").write_text("# On moss\n\nMoss holds water like a sponge.\n", encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")
    return tmp_path


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""
