"""A place in a document, said as a person would: ``p. 12``, ``sheet Budget, cell B4``, ``slide 3``, ``¶ 20``."""

import re
from collections.abc import Mapping

from corpus.document import Document, Places

Words = Mapping[str, tuple[str, str]]
"""How one and several places of each kind are said, and what else stands in a place."""

KINDS = ("message", "sheet", "slide", "page", "line", "note", "cell", "field", "paragraph")
"""The kinds of places, from the coarse to the fine."""

ENGLISH: Words = {
    "message": ("From: {}", "From: {}"),
    "sheet": ("sheet {}", "sheets {}"),
    "slide": ("slide {}", "slides {}"),
    "page": ("p. {}", "pp. {}"),
    "line": ("line {}", "lines {}"),
    "note": ("{}", "{}"),
    "cell": ("cell {}", "cells {}"),
    "field": ("field {}", "fields {}"),
    "paragraph": ("¶ {}", "¶¶ {}"),
    "of the file": (" (page {} of the file)", " (page {} of the file)"),
    "between": (", ", ", "),
}

_OURS = re.compile(r"(?<=, )notes$|^(?:footnote|endnote|note)(?= )")
"""Words of ours in the labels of slides and notes."""

_WARNINGS = {
    "hidden": "holds hidden text or characters",
    "recognised": "read from a scan by character recognition",
    "garbled": "garbled in the file",
    "letter-spaced": "letters are set apart by spaces",
}


def describe(document: Document, start: int, end: int, words: Words = ENGLISH) -> str:
    """Where the characters ``start:end`` stand, both ends where they differ.

    A printed page label comes first and the page of the file behind it. Text without places has lines.
    """
    if not document.places:
        return _span(words["line"], str(document.line_at(start)), str(document.line_at(end - 1)))
    parts = []
    for kind in KINDS:
        places = document.places_of(kind)
        if first := places.label_at(start):
            last = places.label_at(end - 1)
            if kind in {"slide", "note"}:
                first, last = (_own_words(label, words) for label in (first, last))
            part = _span(words[kind], first, last)
            if kind == "page" and not _counted(places):
                part += _span(words["of the file"], str(places.number_at(start)), str(places.number_at(end - 1)))
            parts.append(part)
    return words["between"][0].join(parts)


def warnings(document: Document, start: int, end: int) -> tuple[str, ...]:
    """What must be said of a quote beside its place: that it holds hidden text, or comes from a scan."""
    kinds = dict.fromkeys(finding.kind for finding in document.found_in(start, end))
    return tuple(_WARNINGS[kind] for kind in kinds if kind in _WARNINGS)


def _span(words: tuple[str, str], first: str, last: str) -> str:
    return words[0].format(first) if first == last else words[1].format(f"{first}–{last}")


def _own_words(label: str, words: Words) -> str:
    return _OURS.sub(lambda match: words.get(f"a {match[0]}", (match[0],))[0], label)


def _counted(places: Places) -> bool:
    """Whether the labels are the numbers of the places."""
    return not places.labels or all(label == str(n) for n, label in enumerate(places.labels, 1))
