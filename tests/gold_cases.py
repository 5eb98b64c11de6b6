"""Gold cases: what a language's sentences, questions and lists are, written down by hand, and what the engines make of them."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from corpus.chunk import cut
from corpus.document import Document, Passage, Quote
from corpus.language import language_of
from corpus.read import from_text
from corpus.terms import terms
from index.library import build
from rag.analyse import analyse
from rag.followup import follow
from rag.marks import marked
from rag.quotes import choose
from rag.retrieve import Hit
from rag.suggest import about

GOLD = Path(__file__).with_name("gold")


class NoMeaning:
    """An encoder to which everything means the same: here words alone count."""

    name, fingerprint, dim = "nothing", "0" * 64, 1

    def encode_query(self, question):
        return np.ones(1, dtype=np.float32)

    def encode_passages(self, texts, *, progress):
        return np.ones((len(texts), 1), dtype=np.float32)


@cache
def library(*texts):
    documents = [from_text(text, name=str(n), source=f"{n}.md", markdown=True) for n, text in enumerate(texts)]
    return build(documents, encoder=NoMeaning(), progress=lambda done, total: None)


@cache
def gold(language):
    """The gold file of a language."""
    return json.loads((GOLD / f"{language}.json").read_text(encoding="utf-8"))


def in_text(text, said):
    """The range of some words in a text."""
    return text.index(said), text.index(said) + len(said)


def cases(language):
    """Every case as its kind, what is given, and what must come of it."""
    held = gold(language)
    for row in held["paragraphs"]:
        yield "sentences", row["text"], [tuple(each) for each in row["sentences"]]
    for text in held.get("told", ()):
        yield "told", text, language
    for row in held.get("questions", ()):
        yield "questions", row["question"], row["parts"]
    for row in held.get("followups", ()):
        yield "followups", (row["before"], row["question"]), row["read"]
    for kind in ("words", "strange"):
        for row in held.get(kind, ()):
            yield kind, row["question"], row["words"]
    for kind, before, after in READ:
        for row in held.get(kind, ()):
            yield kind, tuple(row[name] for name in before) if len(before) > 1 else row[before[0]], row[after]


READ = (
    ("suggestions", ("words",), "question"),
    ("lists", ("text",), "quoted"),
    ("terms", ("text",), "terms"),
    ("marks", ("text", "said"), "marked"),
)
"""Kinds of cases, with the names of what is given and of what must come of it."""


def found(language, kind, given):
    """What the engines make of a case."""
    held = gold(language)
    if kind == "terms":
        return sorted(terms(given))
    if kind == "sentences":
        return [each for inside in cut(Document(given, "t", "s")).sentences for each in inside]
    if kind == "told":
        return language_of(given, by_statistics=False)
    if kind == "questions":
        asked = analyse(given, library(*held["documents"]))
        return [part.text for part in asked.parts] or [asked.text]
    if kind == "followups":
        before, question = given
        return follow(question, before, library(*held["documents"]))
    if kind == "suggestions":
        return about(given)
    if kind == "marks":
        text, said = given
        mark = marked(Quote(Passage(Document(text, "t", "s"), 0, len(text)), 0, len(text)), *in_text(text, said))
        return mark.text if mark else None
    if kind == "lists":
        shelf = library(given)
        (quoted,) = choose([Hit(0, shelf.sentence(0), 1.0, ())], shelf, top=1)
        return quoted.quote.text
    known = " ".join(row["question"] for row in held["words"]) if kind == "words" else "42"
    return [word.text for word in analyse(given, library(known), multi_part=False).words]
