"""A question as the library sees it: its words, their weight, which of them the documents never use, and its parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.errors import QuestionError
from corpus.language import language_of
from index.words import Words, terms, tokens

MAX_CHARACTERS = 2000
"""Longer than any question; an encoder reads about the first 1,000."""

MAX_PARTS = 8

_CONTROLS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]")

STOP_WORDS = frozenset(
    """a about above according across after again against all also although am among an and another any anybody anyone
    anything are aren't around as ask at away be became because become been before behind being below besides between both
    but by can can't cannot come compare compared could couldn't define describe did didn't do does doesn't doing don't done
    down during each either else etc even ever every everybody everyone everything exactly explain few find for from further
    get give given go goes going got had hadn't has hasn't have haven't having he her here hers herself him himself his how
    however i i'm if in inside instead into is isn't it its itself just kind kinds know let's like list look made make makes
    many may me mean means might more most much must mustn't my myself name named near need neither no nobody none nor not
    nothing now of off often on once one only onto or other others otherwise our ours ourselves out outside over own part
    per perhaps please quite rather really regarding said same say says see shall shan't she should shouldn't show since so
    some somebody someone something sort still such summarise summarize take tell than that that's the their theirs them
    themselves then there these they thing things this those though through till to together too toward towards under until
    up upon us used using versus very via vs want was wasn't way we well were weren't what what's whatever when where
    whether which while who who's whoever whole whom whose why will with within without won't would wouldn't write yes yet
    you your yours yourself yourselves""".split()
)
"""English words that ask, point or join, and say nothing about a subject."""

ASKS = re.compile(
    r"[?？]|\b(?:what|who|whom|whose|how|why|when|where|which)\b|什么|甚么|谁|哪|怎么|怎样|如何|为何|多少|是否|[吗几]"
    r"|^\W*(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b",
    re.IGNORECASE,
)
"""What makes a text a question, and not key words, a command or a claim."""

_OF_SEVERAL = re.compile(r"\b(?:each|both|respectively)\s+|\s+(?:each|respectively)\b", re.IGNORECASE)
"""Words that a question about several names has, and one about each of them has not."""

_JOINED = re.compile(
    r"\s*(?:,|;|/|&|、|，|和|与|及)?\s*(?:\b(?:and|or|as well as|vs\.?|versus|und|et|y|e)\b)?\s*(?:\bthe\b)?\s*",
    re.IGNORECASE,
)
_ASKS_AGAIN = re.compile(
    r"(?<=[?？!！;；])\s*|,?\s+(?:and|or)\s+(?=(?:in\s+|for\s+|at\s+|to\s+)?(?:what|who|whom|whose|how|why|when|where|which)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question that says something about its subject.

    ``weight`` is the idf of its term in the passages; ``absent`` when no passage uses it, nor, in ``read_as``, a near form
    of it; ``name`` when it is spelt like one, here or there. ``start`` and ``end`` are its place in the question.
    """

    text: str
    term: str
    start: int
    end: int
    weight: float
    name: bool
    absent: bool
    read_as: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what is searched for.

    ``asked`` is the user's text without control characters; ``text`` has misspelt words mended; ``terms`` are all its
    terms, for BM25; ``words`` those that carry meaning; ``parts`` the questions it is made of when there are several, each
    to be answered by itself.
    """

    asked: str
    text: str
    terms: tuple[str, ...]
    words: tuple[Word, ...]
    parts: tuple["Question", ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it is put as a question, and not as key words, a command or a claim."""
        return ASKS.search(self.text) is not None

    @property
    def language(self) -> str:
        """The language it is asked in, or ``""``; nobody guesses that of plain key words."""
        return language_of(self.text) if self.asks or not self.text.isascii() else ""


def check(asked: str) -> None:
    """Raise QuestionError for a question with nothing in it, or one far too long."""
    if not any(character.isprintable() and not character.isspace() for character in asked):
        raise QuestionError("the question is empty; ask something like: what did Heilongjiang plan?")
    if len(asked) > MAX_CHARACTERS:
        raise QuestionError(f"the question has {len(asked):,} characters; ask in at most {MAX_CHARACTERS:,}")


def understand(asked: str, words: Words, *, mend: bool = True, split: bool = True) -> Question:
    """Look a question up in the vocabulary of a library's passages. Raises QuestionError as ``check`` does.

    Without ``mend`` misspelt words stay as they are, without ``split`` a question of several parts stays whole.
    """
    check(asked)
    whole = _look_up(_CONTROLS.sub(" ", asked), words, mend=mend)
    if not split:
        return whole
    pieces = (_look_up(piece, words, mend=mend) for piece in _ASKS_AGAIN.split(whole.text))
    parts = tuple(part for piece in pieces for part in _one_by_one(piece, words, mend=mend) if part.words)[:MAX_PARTS]
    return whole if len(parts) < 2 else Question(whole.asked, whole.text, whole.terms, whole.words, parts)


def _look_up(asked: str, words: Words, *, mend: bool) -> Question:
    found = tuple(_words(asked, words, mend=mend))
    text = asked
    for word in reversed(found):
        if word.read_as:
            text = text[: word.start] + word.read_as + text[word.end :]
    return Question(asked, text, tuple(terms(text)), found)


def _words(text: str, words: Words, *, mend: bool) -> Iterator[Word]:
    shouted = len(re.findall(r"\b[A-Z]", text)) > 2 * len(re.findall(r"\b[a-z]", text))  # capitals say nothing here
    opens = True
    for term, start, end in tokens(text):
        spelt, first, opens = text[start:end], opens, False
        if spelt.lower() in STOP_WORDS or (len(term) == 1 and term.isascii() and not term.isdigit()):
            continue
        known, near = words.surfaces.get(term), None
        if known is None:
            if _is_slip_of_stop_word(spelt):
                continue
            near = near_form(spelt, words) if mend else None
            known = words.surfaces[near] if near else None
        surface = spelt if known is None else known
        yield Word(
            text=spelt,
            term=near or term,
            start=start,
            end=end,
            weight=words.weight(near or term),
            name=surface[0].isdigit() or (surface[0].isupper() and (known is not None or not (first or shouted))),
            absent=known is None,
            read_as=surface if near else None,
        )


def _is_slip_of_stop_word(spelt: str) -> bool:
    """Whether a word that the library lacks is a slip of a longer English function word ("waht", "whcih")."""
    if not 4 <= len(spelt) <= 10 or not spelt.islower():
        return False
    from rapidfuzz.distance import OSA

    return any(len(word) >= 4 and OSA.distance(spelt, word, score_cutoff=1) <= 1 for word in STOP_WORDS)


def near_form(spelt: str, words: Words, *, shortest: int = 7) -> str | None:
    """The term of the library whose commonest spelling a misspelt word stands for, or None.

    One slip (a letter more, less, other, or two swapped) from ``shortest`` letters on, two from ten on, the first letter
    kept. Shorter words differ by a letter and mean something else: Hubei and Hebei, Shanxi and Shaanxi.
    """
    word = spelt.lower()
    if not word.isalpha() or not word.isascii() or len(word) < shortest:
        return None
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = 2 if len(word) >= 10 else 1
    others = {term: near for term, surface in words.surfaces.items() if (near := surface.lower())[0] == word[0]}
    found = process.extract(word, others, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return min(found, key=lambda match: (match[1], -words.rows_with(match[2]), match[2]))[2] if found else None


def _one_by_one(question: Question, words: Words, *, mend: bool) -> Iterator[Question]:
    """The question itself, or for names in a row ("Shanghai, Heilongjiang and Jiangsu") one question for each."""
    asked = question.asked
    capitals = any(word.text[0].isupper() for word in question.words if word.start > 0)
    row: list[tuple[int, int]] = []
    longest: list[tuple[int, int]] = []
    for word in question.words:
        if not (word.text[0].isupper() if capitals else word.name):
            continue
        between = asked[row[-1][1] : word.start] if row else ""
        if between in {" ", "-"}:
            row[-1] = (row[-1][0], word.end)
        elif between.strip() and _JOINED.fullmatch(between):
            row.append((word.start, word.end))
        else:
            row = [(word.start, word.end)]
        longest = max(longest, row, key=len)
    if len(longest) < 2:
        yield question
        return
    before, after = (_OF_SEVERAL.sub("", part) for part in (asked[: longest[0][0]], asked[longest[-1][1] :]))
    for start, end in longest:
        yield _look_up(before + asked[start:end] + after, words, mend=mend)
