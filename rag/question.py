"""A question as the library sees it: its words, their weight, which of them the documents never use, and its parts."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.errors import QuestionError
from corpus.invisible import SURROGATES
from corpus.language import language_of
from corpus.terms import Token, terms, tokens
from index.search.searcher import Searcher
from rag.english import NAMES_TOO, PRONOUNS, SAYS_LITTLE, STOP_WORDS, WORDS_NEAR_STOP_WORDS
from rag.parts import one_by_one, questions_in

MAX_CHARACTERS = 2000
"""Longer than any question; an encoder reads about the first 1,000."""

MAX_PARTS = 8
"""Questions in one that are asked; of more it is said that they were not."""

LOOKED_THROUGH = 30
"""Passages that are looked through for words that stand side by side."""

_CONTROLS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]")

ASKS = re.compile(
    r"[?？]|\b(?:what|who|whom|whose|how|why|when|where|which)\b|什么|甚么|谁|哪|怎么|怎样|如何|为何|多少|是否|[吗几]"
    r"|^\W*(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b",
    re.IGNORECASE,
)
"""What makes a text a question, and not key words, a command or a claim."""


_FIGURE = re.compile(r"\d")
_SMALL, _LARGE = re.compile(r"\b\w*[a-z]\w*"), re.compile(r"\b[A-Z]{2,}\b")
"""Words with small letters, and words in capitals alone: who writes only such ones says nothing by them."""

_SURROGATE = re.compile(f"[{SURROGATES}]")
_FIGURES_OR_LETTERS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question that says something about its subject.

    ``weight`` is the idf of its term in the passages; ``absent`` when no passage and no title uses it, nor, in ``read_as``, a
    near form of it, nor the same written apart or together ("R0", "R 0"), whose terms are then in ``forms``; ``name`` when it
    is spelt like one, here or there. ``start`` and ``end`` are its place in the question.
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

    ``asked`` is the user's text without control characters; ``text`` has misspelt words mended; ``terms`` are all its
    terms, for BM25; ``words`` those that carry meaning; ``parts`` the questions it is made of when there are several, or one
    that is less than all of it, each to be answered by itself; ``has_more`` when there are more of them than MAX_PARTS;
    ``aside`` is what is said behind the last question and asks nothing: it is not searched for.
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
        return ASKS.search(self.text) is not None

    @property
    def language(self) -> str:
        """The language it is asked in, or ``""``; nobody guesses that of plain key words."""
        return language_of(self.text) if self.asks or not self.text.isascii() else ""


def check(asked: str) -> None:
    """Raise QuestionError for a question with nothing in it, one far too long, or one that is no text."""
    if not any(character.isprintable() and not character.isspace() for character in asked):
        raise QuestionError("the question is empty; ask something like: what did Heilongjiang plan?")
    if len(asked) > MAX_CHARACTERS:
        raise QuestionError(f"the question has {len(asked):,} characters; ask in at most {MAX_CHARACTERS:,}")
    if _SURROGATE.search(asked):
        raise QuestionError("the question holds bytes or halves of characters that are no text; type it anew, in UTF-8")


def understand(asked: str, searcher: Searcher, *, mend: bool = True, split: bool = True) -> Question:
    """Look a question up in the words of the documents and of their titles. Raises QuestionError as ``check`` does.

    Names that the documents write together stay together. Without ``mend`` misspelt words stay as they are, without ``split``
    a question of several parts stays whole.
    """
    check(asked)
    look_up = _LookUp(searcher, mend=mend)
    whole = look_up.question(_CONTROLS.sub(" ", asked))
    if not split:
        return whole
    ranges, aside = questions_in(whole.text)
    whole = replace(whole, aside=aside)
    parts: dict[str, Question] = {}
    for piece in _pieces(whole.text, ranges, look_up):
        for part in look_up.one_by_one(piece):
            if len(parts) == MAX_PARTS and part not in parts:
                return replace(whole, parts=tuple(parts.values()), has_more=True)
            parts.setdefault(part, look_up.question(part))
    return whole if whole.text in parts else replace(whole, parts=tuple(parts.values()))


def _pieces(text: str, ranges: Sequence[tuple[int, int]], look_up: "_LookUp") -> Iterator[Question]:
    """The questions in these ranges of a text, each once; one without a word of its own belongs to its neighbour."""
    waiting: tuple[int, int] | None = None
    seen = set()
    for start, end in ranges:
        if text[start:end] in seen:
            continue
        seen.add(text[start:end])
        if waiting and look_up.has_words(text[start:end]) and look_up.has_words(text[slice(*waiting)]):
            yield look_up.question(text[slice(*waiting)])
            waiting = (start, end)
        else:
            waiting = (waiting[0] if waiting else start, end)
    if waiting:
        yield look_up.question(text[slice(*waiting)])


class _LookUp:
    """Looks questions up in the words of the documents."""

    def __init__(self, searcher: Searcher, *, mend: bool) -> None:
        self._searcher, self._mend = searcher, mend
        self._near: dict[str, str | None] = {}

    def question(self, asked: str) -> Question:
        """A question of one part."""
        found = tuple(self._found(asked))
        text = asked
        for word in reversed(found):
            if word.read_as:
                text = text[: word.start] + word.read_as + text[word.end :]
        others = (form for word in found for form in word.forms)
        return Question(asked, text, (*terms(text), *others), found)

    def has_words(self, text: str) -> bool:
        """Whether a text has a word that says something."""
        return next(self._found(text), None) is not None

    def one_by_one(self, question: Question) -> tuple[str, ...]:
        """The texts of a question for each of the names in a row that it asks about."""
        capitals = any(word.text[0].isupper() for word in question.words if word.start > 0)
        named = [word for word in question.words if (word.text[0].isupper() if capitals else word.name)]
        ranges = [(word.start, word.end) for word in named]
        return one_by_one(question.asked, ranges, in_capitals=capitals, one_name=self._is_one_name)

    def _found(self, text: str) -> Iterator[Word]:
        """The words of a text that say something."""
        small, large = len(_SMALL.findall(text)), len(_LARGE.findall(text))
        titled = len(re.findall(r"\b[A-Z]", text)) > 2 * len(re.findall(r"\b[a-z]", text))  # capitals say nothing here
        shouted = large > 2 * small
        every = list(tokens(text))
        for at, (term, start, end) in enumerate(every):
            spelt, first = text[start:end], at == 0
            plain = first or (shouted if _LARGE.fullmatch(spelt) else titled)
            follows = text[every[at + 1].start : every[at + 1].end].lower() if at + 1 < len(every) else ""
            if _is_stop_word(spelt, plain=plain or follows in PRONOUNS) or (
                len(term) == 1 and term.isascii() and not term.isdigit()
            ):
                continue
            known, near = self._searcher.surface(term), None
            forms = self._otherwise(text, every, at) if known is None else ()
            if known is None and not forms and not self._is_title_word(term):
                if spelt.lower() in SAYS_LITTLE or is_slip_of_stop_word(spelt.lower() if first else spelt):
                    continue
                near = self._near_form(spelt)
                known = self._searcher.surface(near) if near else None
            surface = spelt if known is None else known
            yield Word(
                text=spelt,
                term=near or term,
                start=start,
                end=end,
                weight=max(map(self._searcher.weight, forms or (near or term,))),
                name=surface[0].isdigit() or (surface[0].isupper() and (known is not None or not plain)),
                absent=known is None and not forms and not self._is_title_word(term),
                read_as=surface if near else None,
                forms=forms,
            )

    def _near_form(self, spelt: str) -> str | None:
        if spelt not in self._near:
            self._near[spelt] = near_form(spelt, self._searcher) if self._mend else None
        return self._near[spelt]

    def _has(self, term: str) -> bool:
        return self._searcher.surface(term) is not None

    def _is_title_word(self, term: str) -> bool:
        return term in self._searcher.title_terms

    def _otherwise(self, text: str, every: Sequence[Token], at: int) -> tuple[str, ...]:
        """The terms under which the documents have a word with figures that they write together with its neighbour, or apart.

        "R 0" is "R0" there, "COVID19" is "COVID-19"; without figures only what a hyphen joins: "e-mail" is "email".
        """
        for one, other in ((at - 1, at), (at, at + 1)):
            if 0 <= one and other < len(every):
                between, both = text[every[one].end : every[other].start], text[every[one].start : every[other].end]
                joined = terms(both.replace(between, "", 1)) if between and between in "-–/ " else []
                if len(joined) == 1 and self._has(joined[0]) and (between != " " or _FIGURE.search(both)):
                    return (joined[0],)
        spelt = text[every[at].start : every[at].end]
        pieces = tuple(terms(" ".join(_FIGURES_OR_LETTERS.findall(spelt)))) if _FIGURE.search(spelt) else ()
        apart = len(pieces) > 1 and all(map(self._has, pieces))
        return pieces if apart and self._stand_together(pieces) else ()

    def _stand_together(self, wanted: Sequence[str]) -> bool:
        """Whether a passage has these terms one behind the other."""
        for text in _passages_with(wanted, self._searcher):
            found = terms(text)
            if any(found[at : at + len(wanted)] == list(wanted) for at in range(len(found))):
                return True
        return False

    def _is_one_name(self, phrase: str, names: Sequence[str]) -> bool:
        """Whether the documents write two names together at least half as often as they write the rarer one at all."""
        alike = str if re.search("[A-Z]", phrase) else str.casefold
        phrase, names = _even(alike(phrase)), [_even(alike(name)) for name in names]
        if any(phrase in _even(alike(title)) for title in self._searcher.titles):
            return True
        rarer = min(names, key=lambda name: min(map(self._searcher.frequency, terms(name)), default=0))
        texts = [_even(alike(text)) for text in _passages_with(terms(rarer), self._searcher)]
        together, alone = (sum(text.count(words) for text in texts) for words in (phrase, rarer))
        return 0 < together and alone <= 2 * together


def _passages_with(wanted: Sequence[str], searcher: Searcher) -> Iterator[str]:
    """The texts of the first passages that have all of these terms."""
    return (searcher.passage(row).text for row in searcher.passages_with(wanted, LOOKED_THROUGH).tolist())


def _even(text: str) -> str:
    return " ".join(text.split())


def _is_stop_word(spelt: str, *, plain: bool) -> bool:
    """Whether a word says nothing about a subject; one that is spelt as a name does, unless capitals are ``plain`` there."""
    return spelt.lower() in STOP_WORDS and (plain or NAMES_TOO.get(spelt.lower()) != spelt)


def is_slip_of_stop_word(spelt: str) -> bool:
    """Whether a word that the library lacks is a slip of a longer English function word ("waht", "whcih"), and no word."""
    if not 4 <= len(spelt) <= 10 or not spelt.islower() or spelt in WORDS_NEAR_STOP_WORDS | STOP_WORDS:
        return False
    from rapidfuzz.distance import OSA

    return any(len(word) >= 4 and OSA.distance(spelt, word, score_cutoff=1) <= 1 for word in STOP_WORDS)


def near_form(spelt: str, searcher: Searcher, *, shortest: int = 7) -> str | None:
    """The term of the documents whose commonest spelling a misspelt word stands for, or None.

    One slip (a letter more, less, other, or two swapped) from ``shortest`` letters on, two from ten on, the first letter
    kept. Shorter words differ by a letter and mean something else: Hubei and Hebei, Shanxi and Shaanxi.
    """
    word = spelt.lower()
    if not word.isalpha() or not word.isascii() or len(word) < shortest:
        return None
    found = searcher.near_spellings(word, 2 if len(word) >= 10 else 1)
    return min(found, key=lambda match: (match[1], -searcher.frequency(match[0]), match[0]))[0] if found else None
