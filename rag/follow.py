"""A question that leans on the one before ("and Zhejiang?", "what did it plan?") is read as one that stands alone.

Nothing is guessed from an answer: only words of the two questions are used, and whoever answers says how it was read.
"""

import re

from corpus.errors import QuestionError
from index.words import Words
from rag.question import MAX_CHARACTERS, Word, check, understand

_OPENS = re.compile(
    r"\s*(?:(?:and|but|or|so|then|also)\b[\s,]*)?(?:(?:what|how)\s+about\b|and\b|or\b|also\b|same\s+for\b)[\s,:]*(?:for\s+)?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:what|who|whom|whose|how|why|when|where|which|is|are|was|were|do|does|did|can|could|has|have|had|will|would|should)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:(its|their|his)"
    r"|(it|they|them|he|she|him)(?!\s+(?:says?|mentions?|true|possible|clear|known|important|necessary)\b)"
    r"|(?<!is\s)(?<!are\s)(?<!was\s)(?<!were\s)(there)(?=\W*$))\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"[\s?!.。？！]+$")
_JOINED = re.compile(r"[\s,-]*(?:\b(?:and|or)\b|[&、和与])?\s*", re.IGNORECASE)
_LAST = re.compile(r"\w+(?=\W*$)")
_PLACED = re.compile(r"(?:in|for|at|by|during|since|before|after|from|on|under|of)\s+", re.IGNORECASE)


def follow(question: str, before: str, words: Words) -> str:
    """The question as it reads after the one ``before``; the same string where it stands on its own.

    "and X?" puts X in the place of what the question before asked about: a name for a name, a number for a number, anything
    else for its last words. A pronoun without a name of its own stands for the name before. Raises QuestionError as
    ``check`` does.
    """
    check(question)
    try:
        before = understand(before, words, mend=False, split=False).asked
        check(before)
    except QuestionError:
        return question
    read = _read(question, before, words)
    return read if len(read) <= MAX_CHARACTERS else question


def _read(question: str, before: str, words: Words) -> str:
    """The question, completed where it leans on the one before."""
    opening = _OPENS.match(question)
    if opening and opening.end() and not _ASKS.match(question, opening.end()):
        rest = _CLOSES.sub("", question[opening.end() :])
        return _instead(rest, before, words) if rest.strip() else question
    pointing, name = _POINTS.search(question), _name(before, words)
    own = [word for word in _words(question, words) if _written_as_name(word)]
    if pointing and name and not any(word.start < pointing.start() for word in own):
        return _pointed(question, before[slice(*name)])
    return question


def _instead(rest: str, before: str, words: Words) -> str:
    """The question before, asked of something else."""
    asked = _words(rest, words)
    bare = _PLACED.sub("", rest, count=1)
    numbers = [word for word in _words(before, words) if word.text[0].isdigit()]
    if asked and asked[0].text[0].isdigit():
        if numbers:
            return before[: numbers[-1].start] + bare + before[numbers[-1].end :]
        closing = _CLOSES.search(before)
        placed = rest if _PLACED.match(rest) else f"in {rest}"
        return f"{before[: closing.start() if closing else len(before)]} {placed}?"
    name = _name(before, words) if any(word.name or word.text[0].isupper() for word in asked) else None
    place = name or _last_words(before, words)
    return before[: place[0]] + bare + before[place[1] :] if place else f"{rest}?"


def _words(question: str, words: Words) -> tuple[Word, ...]:
    return understand(question, words, mend=False, split=False).words


def _written_as_name(word: Word) -> bool:
    return word.start > 0 and word.text[0].isupper()


def _name(question: str, words: Words) -> tuple[int, int] | None:
    """The range of the last name in a question, or of the last names that stand in a row.

    Where nothing is written as a name it is the rarest word that the documents write as one.
    """
    found = [word for word in _words(question, words) if _written_as_name(word)]
    if not found:
        known = [word for word in _words(question, words) if word.name and not word.text[0].isdigit()]
        rarest = max(known, key=lambda word: word.weight, default=None)
        return (rarest.start, rarest.end) if rarest else None
    return _row(question, found)


def _last_words(question: str, words: Words) -> tuple[int, int] | None:
    """The range of the last words in a row that say something."""
    found = _words(question, words)
    last = _LAST.search(question)
    return _row(question, list(found)) if found else last.span() if last else None


def _row(question: str, found: list[Word]) -> tuple[int, int]:
    start, end = found[-1].start, found[-1].end
    for word in reversed(found[:-1]):
        if not _JOINED.fullmatch(question[word.end : start]):
            break
        start = word.start
    return start, end


def _pointed(question: str, name: str) -> str:
    """A question with its first pronoun replaced by a name."""

    def said(match: re.Match[str]) -> str:
        whose, _, there = match.groups()
        return f"{name}'s" if whose else f"in {name}" if there else name

    return _POINTS.sub(said, question, count=1)
