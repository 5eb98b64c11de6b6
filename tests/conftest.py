"""What several tests share: the shipped document, the real encoder, libraries built with it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from counting import Counting
from hypothesis import settings
from served import CHROMIUM, FLAGS

from corpus.document import Document
from corpus.read import from_text, shipped
from index.encoders.encoder import Encoder
from index.encoders.export import open_encoder
from index.library import Library, build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

settings.register_profile("pincite", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("pincite")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of the tests' own, for them and the processes they start."""
    own = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(own))
        yield own


@pytest.fixture(scope="session")
def material() -> Document:
    """The shipped article."""
    return shipped()[0]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real one that ships."""
    return open_encoder(note=print)


@pytest.fixture
def counting(encoder: Encoder) -> Counting:
    """The same, counting what it encodes."""
    return Counting(encoder)


@pytest.fixture(scope="session")
def library(material: Document, encoder: Encoder) -> Library:
    """The shipped article, indexed."""
    return build([material], encoder=encoder, progress=quiet)


@pytest.fixture(scope="session")
def library_of(encoder: Encoder) -> Callable[..., Library]:
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
    (tmp_path / "photo.gif").write_bytes(b"GIF89a")
    return tmp_path


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A real Chromium."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        reason = f"no {CHROMIUM}; the browser tests need Debian's package chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    """A browser of its own, whose pages must ask nothing of another machine and report no error but those expected."""
    context = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
        locale="en-GB",
        viewport={"width": 1280, "height": 800},
    )
    context.set_default_timeout(30_000)
    requests, errors = [], []
    context.expected = []
    context.on("request", lambda request: requests.append(request.url))
    context.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    local = [url for url in requests if not url.startswith(("data:", "blob:"))]
    assert local and [url for url in local if urlsplit(url).hostname != "127.0.0.1"] == []
    assert [error for error in errors if not any(part in error for part in context.expected)] == []


@pytest.fixture
def page(context: "BrowserContext") -> "Page":
    """A page of that browser."""
    return context.new_page()


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""
