"""Exact quotes from your own documents, for Python.

    import pincite

    session = pincite.open(["notes/", "report.pdf"])
    answer = session.ask("what did Heilongjiang plan?")
    for citation in answer.citations:
        print(citation.quote.text, citation.document.source, citation.line)

What is not named here may change at any time.
"""

from collections.abc import Sequence
from os import PathLike

from corpus.document import Document, Passage, Quote, quote_again
from corpus.errors import LibraryError, ModelError, PinciteError, QuestionError, QuoteError, ReadError
from rag.answer import Answer, Citation, Refusal
from rag.options import Options
from rag.session import Session

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "LibraryError",
    "ModelError",
    "Options",
    "Passage",
    "PinciteError",
    "QuestionError",
    "Quote",
    "QuoteError",
    "ReadError",
    "Refusal",
    "Session",
    "open",
    "quote_again",
]


def open(
    paths: Sequence[str | PathLike[str]] = (),
    *,
    index: str | PathLike[str] | None = None,
    model: str | None = None,
    reader: bool = True,
    options: Options | None = None,
) -> Session:
    """A session over files and folders, over an ``index`` made with ``pincite index``, or over the shipped article.

    ``model`` names a sentence-transformers model for ``paths``; without the ``reader`` similarity alone decides. What is to be
    said beside (a file that was left out, a calibration that does not apply) is a warning of the ``warnings`` module. Raises
    PinciteError: ReadError for a file, LibraryError for an index, ModelError for a model that cannot be used.
    """
    from pincite.opening import opened

    return opened(paths, index=index, model=model, reader=reader, options=options)
