"""What to say of the languages of a library that its encoder does not know."""

from corpus.language import name_of
from index.encoders.known import KNOWN
from index.encoders.multilingual import EXTRA
from index.encoders.multilingual import NAME as MULTILINGUAL
from index.library import Library

SELDOM = 0.02
"""A language with a smaller share of the passages is not worth a line: names, quotations, code."""


def advice(library: Library, *, arguments: str) -> str | None:
    """A line about the languages that the encoder does not know; None where there is nothing to say.

    It ends with the command that makes an index with a model that does: ``pincite index`` with these ``arguments``.
    """
    found = library.languages
    looked_at = found.total()
    unknown = {
        language: count
        for language, count in found.most_common()
        if language and count >= SELDOM * looked_at and not library.knows(language)
    }
    if not unknown:
        return None
    n = len(library.passages.ranges)
    said = ", ".join(f"{_share(count, n, looked_at)} {name_of(language)}" for language, count in unknown.items())
    name = library.encoder.name
    known = "English only" if KNOWN[name] == {"en"} else "other languages"
    line = f"{said} of {n:,} passages, and {name} knows {known}: these are found by their words"
    if set(unknown) <= KNOWN[MULTILINGUAL]:
        line += f", by their meaning too with: {_installed()}pincite index {arguments} --model {MULTILINGUAL}"
    return line


def _share(count: int, n: int, looked_at: int) -> str:
    return f"{count:,}" if n == looked_at else f"about {round(count * n / looked_at, -1):,}"


def _installed() -> str:
    from importlib.util import find_spec

    from index.encoders.multilingual import PACKAGE

    return "" if find_spec(PACKAGE) else f"{EXTRA} && "
