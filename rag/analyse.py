"""A question is looked up in the documents: which of its words carry meaning, how they are spelt there, and its parts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.language import rules_of
from corpus.languages.rules import LanguageRules, is_unspaced
from corpus.quantities import Token
from corpus.terms import quantity_tokens, terms, tokens
from index.search.searcher import Searcher
from rag.question import Question, Word, check
from rag.spell import is_slip_of_stop_word, near_form
from rag.split import one_by_one, questions_in

MAX_PARTS = 8
"""Questions in one that are asked; of more it is said that they were not."""

LOOKED_THROUGH = 30
"""Passages that are looked through for words that stand side by side."""

MOST_LETTERS = 40
"""Letters of a word that may have a hyphen inside in the documents."""

_CONTROLS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]")
_FIGURE = re.compile(r"\d")
_SMALL, _LARGE = re.compile(r"\b\w*[a-z]\w*"), re.compile(r"\b[A-Z]{2,}\b")
"""Words with small letters, and words in capitals alone: who writes only such ones says nothing by them."""

_FIGURES_OR_LETTERS = re.compile(r"\d+|[^\W\d_]+")


def analyse(asked: str, searcher: Searcher, *, spellcheck: bool = True, multi_part: bool = True) -> Question:
    """Look a question up in the words of the documents and of their titles. Raises QuestionError as ``check`` does.

    Names that the documents write together stay together. Without ``spellcheck`` misspelt words stay as they are, without
    ``multi_part`` a question of several parts stays whole.
    """
    check(asked)
    asked = _CONTROLS.sub(" ", asked)
    rules = rules_of(asked)
    look_up = _LookUp(searcher, rules, spellcheck=spellcheck)
    whole = look_up.question(asked)
    if not multi_part:
        return whole
    ranges, aside = questions_in(whole.text, rules)
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

    def __init__(self, searcher: Searcher, rules: LanguageRules, *, spellcheck: bool) -> None:
        self._searcher, self._rules, self._spellcheck = searcher, rules, spellcheck
        self._near: dict[str, str | None] = {}
        unmarked = {word.replace("'", "") for word in rules.stop_words if "'" in word}  # dont
        self._little = rules.says_little | unmarked

    def question(self, asked: str) -> Question:
        """A question of one part."""
        found = tuple(sorted(self._found(asked), key=lambda word: word.start))
        text = asked
        for word in reversed(found):
            if word.read_as:
                text = text[: word.start] + word.read_as + text[word.end :]
        own = terms(text)
        others = (form for word in found for form in word.forms if form not in own)
        return Question(asked, text, (*own, *others), found)

    def has_words(self, text: str) -> bool:
        """Whether a text has a word that says something."""
        return next(self._found(text), None) is not None

    def one_by_one(self, question: Question) -> tuple[str, ...]:
        """The texts of a question for each of the names in a row that it asks about."""
        capitals = any(word.text[0].isupper() for word in question.words if word.start > 0)
        named = [word for word in question.words if (word.text[0].isupper() if capitals else word.name)]
        ranges = [(word.start, word.end) for word in named]
        return one_by_one(question.asked, ranges, self._rules, in_capitals=capitals, one_name=self._is_one_name)

    def _found(self, text: str) -> Iterator[Word]:
        """The words of a text that say something."""
        small, large = len(_SMALL.findall(text)), len(_LARGE.findall(text))
        titled = len(re.findall(r"\b[A-Z]", text)) > 2 * len(re.findall(r"\b[a-z]", text))  # capitals say nothing here
        shouted = large > 2 * small
        every = list(tokens(text))
        quantities = self._quantities(text, every)
        covered = {at for one in quantities for at in range(one.start, one.end)}
        yield from quantities
        for at, (term, start, end) in enumerate(every):
            if start in covered:
                continue
            spelt, first = text[start:end], at == 0
            plain = first or (shouted if _LARGE.fullmatch(spelt) else titled)
            follows = text[every[at + 1].start : every[at + 1].end].lower() if at + 1 < len(every) else ""
            if self._is_stop_word(spelt, plain=plain or follows in self._rules.pronouns) or (
                len(term) == 1 and term.isascii() and not term.isdigit()
            ):
                continue
            known, near = self._searcher.surface(term), None
            forms = self._otherwise(text, every, at) if known is None else ()
            if known is None and not forms and not self._is_title_word(term):
                if self._says_little(spelt.lower() if first else spelt):
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

    def _quantities(self, text: str, every: Sequence[Token]) -> list[Word]:
        """The dates, parts of a year and amounts that the documents have, however they write them; each once."""
        found: dict[tuple[int, int], Word] = {}
        closest: dict[tuple[int, int], int] = {}  # a day also stands for its month, which alone is not what is asked for
        for term, start, end in quantity_tokens(text):
            if len(term) < closest.setdefault((start, end), len(term)) or not self._has(term):
                continue
            if not any(one < end and start < other for one, other in found):
                forms = tuple(token.term for token in every if start <= token.start < end)
                found[start, end] = Word(
                    text[start:end], term, start, end, self._searcher.weight(term), True, False, forms=forms
                )
        return list(found.values())

    def _is_stop_word(self, spelt: str, *, plain: bool) -> bool:
        """Whether a word says nothing about a subject; one spelt as a name does, unless capitals are ``plain`` there."""
        return spelt.lower() in self._rules.stop_words and (plain or spelt not in self._rules.names_too)

    def _says_little(self, spelt: str) -> bool:
        """Whether a word that the documents lack is not what is asked for."""
        return spelt.lower() in self._little or is_slip_of_stop_word(spelt, self._rules)

    def _near_form(self, spelt: str) -> str | None:
        if spelt not in self._near:
            self._near[spelt] = near_form(spelt, self._searcher) if self._spellcheck else None
        return self._near[spelt]

    def _has(self, term: str) -> bool:
        return self._searcher.surface(term) is not None

    def _is_title_word(self, term: str) -> bool:
        return term in self._searcher.title_terms

    def _otherwise(self, text: str, every: Sequence[Token], at: int) -> tuple[str, ...]:
        """The terms under which the documents have a word with figures that they write together with its neighbour, or apart.

        "R 0" is "R0" there, "COVID19" is "COVID-19"; without figures only what a hyphen joins: "e-mail" is "email" and back.
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
        if apart and self._stand_together(pieces):
            return pieces
        return self._hyphened(spelt) if spelt.isalpha() and len(spelt) <= MOST_LETTERS and not is_unspaced(spelt) else ()

    def _hyphened(self, spelt: str) -> tuple[str, ...]:
        """The terms of a word that the documents have with a hyphen inside, as a line end may leave one."""
        for at in range(1, len(spelt)):
            one, other = spelt[:at].casefold(), spelt[at:].casefold()
            pieces = (*terms(one), *terms(other))
            if all(map(self._has, pieces)) and any(
                f"{one}-{other}" in text.casefold() for text in _passages_with(pieces, self._searcher)
            ):
                return pieces
        return ()

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
