"""The laws of the cutter, for every test that cuts a document."""

import re
from itertools import pairwise

from corpus.chunk import HEADINGS_SIZE, PASSAGE_SIZE, SENTENCE_CHARACTERS, cut, size
from corpus.document import Document

_BLANK = re.compile(r"\n\s*\n")


def cut_within_the_laws(document: Document) -> None:
    """No overlap, no word lost, sizes bounded, one section a passage, every sentence inside its passage."""
    text, pieces = document.text, cut(document)
    headings = [(heading.start, heading.end) for heading in document.headings]
    running = [range_ for finding in document.findings if finding.kind == "running" for range_ in finding.ranges]
    ranges = [sentence for inside in pieces.sentences for sentence in inside]
    assert len(pieces.passages) == len(pieces.sentences)
    for passage, inside in zip(pieces.passages, pieces.sentences, strict=True):
        assert passage.text == text[passage.start : passage.end]
        assert passage.start <= inside[0][0] and passage.end == inside[-1][1]
        assert size(passage.text) <= HEADINGS_SIZE + max(PASSAGE_SIZE, size(text[slice(*inside[0])]))
        assert len({_above(headings, start) for start, _ in inside}) == 1
        for one, other in pairwise(inside):  # a new page, but for a paragraph that runs on to it
            assert document.page_at(one[0]) == document.page_at(other[0]) or not _BLANK.search(text, one[1], other[0])
        assert not re.search(r"\w", _without(text, [*headings, *running])[passage.start : inside[0][0]])
    for start, end in ranges:
        assert text[start:end] == text[start:end].strip()
        assert re.search(r"\w", text[start:end])
        assert end - start <= SENTENCE_CHARACTERS
        assert not any(begin <= at < stop for at in (start, end - 1) for begin, stop in running)
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
    assert all(one.end <= other.start for one, other in pairwise(pieces.passages))
    for line in _without(text, [*headings, *ranges, *running]).split("\n"):
        assert not re.search(r"\w", line) or line.lstrip().startswith(("```", "~~~")), line


def _above(headings: list[tuple[int, int]], offset: int) -> int:
    return sum(start <= offset for start, _ in headings)


def _without(text: str, ranges: list[tuple[int, int]]) -> str:
    left = list(text)
    for start, end in ranges:
        left[start:end] = [" " if mark != "\n" else mark for mark in left[start:end]]
    return "".join(left)
