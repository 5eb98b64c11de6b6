"""A question as the documents see it: its words, their weight, which of them the documents never use, and its parts."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from corpus.errors import QuestionError
from corpus.invisible import SURROGATES
from corpus.language import language_of
from corpus.languages.registry import rules_for
from corpus.languages.rules import any_of

MAX_CHARACTERS = 2000
"""Longer than any question; an encoder reads about the first 1,000."""


_SURROGATE = re.compile(f"[{SURROGATES}]")


@cache
def _asking() -> re.Pattern[str]:
    """What makes a text a question, whatever the language: it may speak of words of another."""
    every = rules_for("")
    words, verbs = any_of(every.question_words), any_of(every.asking_verbs)
    return re.compile(rf"[?？]|{words}|^\W*(?:{verbs})", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a text is put as a question, and not as key words, a command or a claim."""
    return _asking().search(text) is not None


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question that says something about its subject.

    - ``start``, ``end``: its place in the question
    - ``weight``: the idf of its term in the passages
    - ``name``: whether it is spelt like a name, in the question or in the documents
    - ``read_as``: the documents' word that it is a misspelling of, or None
    - ``forms``: the terms of the same word written apart or together ("R0", "R 0"), where only those are in the documents,
      and of a date or an amount those of its words and figures
    - ``absent``: whether no passage and no title uses it, in any of these ways
    """

    text: str
    term: str
    start: int
    end: int
    weight: float
    name: bool
    absent: bool
    read_as: str | None = None
    forms: tuple[str, ...] = ()

    def is_among(self, found: Collection[str]) -> bool:
        """Whether a text of these terms has it."""
        return self.term in found or bool(self.forms) and all(term in found for term in self.forms)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what is searched for.

    - ``asked``: the user's text without control characters
    - ``text``: the same with misspelt words mended
    - ``terms``: all its terms, for BM25
    - ``words``: the words that carry meaning
    - ``parts``: the questions that it is made of, each answered by itself; empty where it is one question as it stands
    - ``has_more``: whether there are more parts than MAX_PARTS
    - ``aside``: text behind the last question that asks nothing, and is not searched for
    """

    asked: str
    text: str
    terms: tuple[str, ...]
    words: tuple[Word, ...]
    parts: tuple["Question", ...] = ()
    has_more: bool = False
    aside: str = ""

    @property
    def asks(self) -> bool:
        """Whether it is put as a question, and not as key words, a command or a claim."""
        return asks(self.text)

    @property
    def language(self) -> str:
        """The language it is asked in, or ``""``; nobody guesses that of plain key words."""
        return language_of(self.text) if self.asks or not self.text.isascii() else ""


def check(asked: str) -> None:
    """Raise QuestionError for a question with nothing in it, one far too long, or one that is no text."""
    if not isinstance(asked, str):
        raise QuestionError("question.no_text", type=type(asked).__name__)
    if not any(character.isprintable() and not character.isspace() for character in asked):
        raise QuestionError("question.empty")
    if len(asked) > MAX_CHARACTERS:
        raise QuestionError("question.long", n=len(asked), most=MAX_CHARACTERS)
    if _SURROGATE.search(asked):
        raise QuestionError("question.half_characters")
