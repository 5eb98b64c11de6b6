"""Question sets in BEIR's layout, read for training: texts cut as the product cuts them, questions with the words that
answer.
"""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpus.chunk import cut
from corpus.document import Document
from rag.evaluation.questions import Case, QuestionSet
from rag.reader.windows import around

Span = tuple[int, int]
"""Characters of a paragraph, half open."""


@dataclass(frozen=True, slots=True)
class Window:
    """Characters ``start:end`` of a paragraph, with the ranges of the sentences inside; ``above`` is what the reader sees
    over it.
    """

    doc: str
    text: str
    start: int
    end: int
    sentences: tuple[Span, ...]
    above: str = ""

    @property
    def words(self) -> str:
        """The text of the window."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text and the ranges of its sentences, ``(n, 2) int64``."""

    doc: str
    title: str
    text: str
    sentences: np.ndarray

    def at(self, row: int) -> Window:
        """The window around a sentence, as it is when a question is asked."""
        first, last, _ = around(self.text, self.sentences, row)
        some = tuple((int(start), int(end)) for start, end in self.sentences[first:last])
        return Window(self.doc, self.text, some[0][0], some[-1][1], some)

    def row_of(self, start: int) -> int:
        """The sentence in which a character stands."""
        return max(0, int(np.searchsorted(self.sentences[:, 0], start, side="right")) - 1)

    def holding(self, spans: Sequence[Span], rng: random.Random) -> Window | None:
        """A window that holds one of the spans whole, or its beginning where it is longer than a window: around the sentence it
        stands in, or for variety around one near it.
        """
        start, end = rng.choice(spans)
        row = self.row_of(start)
        for near in (row + rng.choice((0, 0, 0, -1, 1, -2, 2)), row):
            if 0 <= near < len(self.sentences):
                window = self.at(near)
                if window.start <= start and end <= window.end:
                    return window
        window = self.at(row)
        return window if window.start <= start < window.end else None

    def anywhere(self, rng: random.Random) -> Window:
        """A window around some sentence."""
        return self.at(rng.randrange(len(self.sentences)))

    def tiles(self) -> Iterator[Window]:
        """Windows that show every sentence."""
        row = 0
        while row < len(self.sentences):
            window = self.at(row)
            yield window
            row = max(row + 1, int(np.searchsorted(self.sentences[:, 0], window.end)))


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is asked, the paragraph it is about, and the spans there that answer; none for one without an answer."""

    name: str
    text: str
    doc: str
    spans: tuple[Span, ...]
    row: dict[str, Any]


@dataclass(slots=True)
class Set:
    """A question set: paragraphs, and questions with the paragraph they are about and their spans."""

    paragraphs: dict[str, Paragraph] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def paragraph(doc: str, text: str, title: str = "") -> Paragraph | None:
    """A paragraph cut into sentences as the product cuts a document; None for one that no document can be."""
    if "\r" in text or not text.strip():
        return None
    ranges = [sentence for inside in cut(Document(text=text, title=doc, source=doc)).sentences for sentence in inside]
    return Paragraph(doc, title, text, np.array(ranges, dtype=np.int64)) if ranges else None


def load(folder: Path, *, kind: str | None = None, docs: int = 3) -> Set:
    """A set; with ``kind``, only spans of that kind. A question that several documents answer is asked of ``docs`` of them."""
    found_all = (paragraph(row["_id"], row["text"], row.get("title") or "") for row in rows(folder / "corpus.jsonl"))
    made = Set({one.doc: one for one in found_all if one})
    spans: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    if (folder / "spans.jsonl").exists():
        for row in rows(folder / "spans.jsonl"):
            if kind is None or row.get("kind") == kind:
                spans[row["query"]][row["doc"]].append((row["start"], row["end"]))
    for row in rows(folder / "queries.jsonl"):
        held = spans.get(row["_id"], {})
        about = [row["about_doc"]] if row.get("about_doc") else list(held)[:docs]
        if row.get("answerable", True) and row.get("about_doc") and len(held) > 1:
            about = list(held)[:docs]
        for doc in about:
            if doc in made.paragraphs:
                answers = tuple(held.get(doc, ())) if row.get("answerable", True) else ()
                made.questions.append(Question(row["_id"], row["text"].lstrip("- "), doc, answers, row))
    return made


def part_of(doc: str) -> str:
    """``train``, or for one document (article) in twenty each ``tune`` and ``report``: nothing is trained on the latter two,
    and nothing is chosen by the last.
    """
    place = int(hashlib.sha256(doc.split("#")[0].encode()).hexdigest(), 16) % 20
    return {0: "tune", 1: "report"}.get(place, "train")


def only_part(questions: QuestionSet, part: str, limit: int) -> QuestionSet:
    """A set with the documents of a part alone, and at most so many questions with an answer and without."""
    if questions.name == "squad2_dev_A":
        cases = list(questions.only(titles=0 if part == "tune" else 1).cases)
        rows = list(range(len(questions.documents)))
    else:
        rows = [row for row, name in enumerate(questions.names) if part_of(name) == part]
        kept_rows = set(rows)
        cases = []
        for case in questions.cases:
            about = case.about if case.about is not None else next((g.document for g in case.gold), None)
            known = about in kept_rows and all(g.document in kept_rows for g in case.gold)
            if known and (case.gold or case.answerable is False):
                cases.append(case)
    new = {row: n for n, row in enumerate(rows)}
    some: list[Case] = []
    for yes in (True, False):
        of = [case for case in cases if case.answerable is yes]
        some += random.Random(3).sample(of, min(limit, len(of)))
    moved = [
        replace(
            case,
            about=None if case.about is None else new.get(case.about),
            gold=tuple(replace(g, document=new[g.document]) for g in case.gold),
            relevant={new[d]: n for d, n in case.relevant.items() if d in new},
        )
        for case in some
    ]
    return replace(
        questions,
        documents=tuple(questions.documents[row] for row in rows),
        names=tuple(questions.names[row] for row in rows),
        cases=tuple(moved),
    )
