"""A place in a document, said as a person would: ``p. 12``, ``sheet Budget, cell B4``, ``slide 3``, ``¶ 20``."""

from corpus.document import Document, Places

_SAID = {
    "message": ("From: ", "From: "),
    "sheet": ("sheet ", "sheets "),
    "slide": ("slide ", "slides "),
    "page": ("p. ", "pp. "),
    "line": ("line ", "lines "),
    "note": ("", ""),
    "cell": ("cell ", "cells "),
    "field": ("field ", "fields "),
    "paragraph": ("¶ ", "¶¶ "),
}
"""The kinds of places, from the coarse to the fine, and how one and several of each are said."""

_WARNINGS = {
    "hidden": "holds hidden text or characters",
    "recognised": "read from a scan by character recognition",
    "garbled": "garbled in the file",
    "letter-spaced": "letters are set apart by spaces",
}


def said(document: Document, start: int, end: int) -> str:
    """Where the characters ``start:end`` stand, both ends where they differ.

    A printed page label comes first and the page of the file behind it. Text without places has lines.
    """
    if not document.places:
        return _span("line", str(document.line_at(start)), str(document.line_at(end - 1)))
    parts = []
    for kind in _SAID:
        places = document.places_of(kind)
        if first := places.label_at(start):
            part = _span(kind, first, places.label_at(end - 1))
            numbers = _span("", str(places.number_at(start)), str(places.number_at(end - 1)))
            parts.append(part + (f" (page {numbers} of the file)" if kind == "page" and not _counted(places) else ""))
    return ", ".join(parts)


def warnings(document: Document, start: int, end: int) -> tuple[str, ...]:
    """What must be said of a quote beside its place: that it holds hidden text, or comes from a scan."""
    kinds = dict.fromkeys(finding.kind for finding in document.found_in(start, end))
    return tuple(_WARNINGS[kind] for kind in kinds if kind in _WARNINGS)


def _span(kind: str, first: str, last: str) -> str:
    one, several = _SAID.get(kind, ("", ""))
    return f"{one}{first}" if first == last else f"{several}{first}–{last}"


def _counted(places: Places) -> bool:
    """Whether the labels are the numbers of the places."""
    return not places.labels or all(label == str(n) for n, label in enumerate(places.labels, 1))
