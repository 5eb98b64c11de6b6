"""A place in a document, said as a person would: ``p. 12``, ``sheet Budget, cell B4``, ``slide 3``, ``¶ 20``."""

import re

from corpus.document import Document, Places
from corpus.messages import ENGLISH, Message
from corpus.recognised import certainty

KINDS = ("message", "sheet", "slide", "page", "line", "note", "cell", "field", "paragraph")
"""The kinds of places, from the coarse to the fine."""

_OURS = re.compile(r"(?<=, )notes$|^(?:footnote|endnote|note)(?= )|^(?:header|footer)$")
"""Words of ours in the labels of slides and notes."""

WARNINGS = ("hidden", "struck", "recognised", "garbled", "letter-spaced", "flat")
"""The kinds of findings that are said of every quote that they touch."""


def describe(document: Document, start: int, end: int, language: str = ENGLISH) -> str:
    """Where the characters ``start:end`` stand, both ends where they differ, in the words of a language.

    A printed page label comes first and the page of the file behind it. Text without places has lines.
    """
    if is_plain(document):
        return _span("line", str(document.line_at(start)), str(document.line_at(end - 1))).text(language)
    parts = []
    for kind in KINDS:
        places = document.places_of(kind)
        if first := places.label_at(start):
            last = places.label_at(end - 1)
            if kind in {"slide", "note"}:
                first, last = (_own_words(label, language) for label in (first, last))
            part = _span(kind, first, last)
            if kind == "page" and not _counted(places):
                numbers = _ends(str(places.number_at(start)), str(places.number_at(end - 1)))
                part = Message("place.of_the_file", place=part, page=numbers)
            parts.append(part)
    return Message("list.places", items=tuple(parts)).text(language)


def is_plain(document: Document) -> bool:
    """Whether a document has no places but its lines."""
    return not any(places.kind in KINDS for places in document.places)


def warnings(document: Document, start: int, end: int) -> tuple[Message, ...]:
    """What must be said of a quote beside its place: that it holds hidden text, or comes from a scan."""
    kinds = dict.fromkeys(finding.kind for finding in document.found_in(start, end))
    sure = certainty(document, start, end)
    return tuple(
        Message(f"warning.{kind}") if kind != "recognised" or sure is None else Message("warning.sure", sure=f"{sure:.0%}")
        for kind in kinds
        if kind in WARNINGS
    )


def _span(kind: str, first: str, last: str) -> Message:
    return Message(f"place.{kind}", n=1 if first == last else 2, label=_ends(first, last))


def _ends(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _own_words(label: str, language: str) -> str:
    return _OURS.sub(lambda match: Message(f"label.{match[0]}").text(language), label)


def _counted(places: Places) -> bool:
    """Whether the labels are the numbers of the places."""
    return not places.labels or all(label == str(n) for n, label in enumerate(places.labels, 1))
