"""What can be said of a language: the words and turns by which its sentences end and its questions are understood.

Rules are data. What is done with them is written once, in ``corpus.sentences``, ``rag.split``, ``rag.followup`` and
``rag.quotes``; what a rule is there for stands in ``tests/gold``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from corpus.scripts import UNSPACED

Words = frozenset[str]
"""Words, in small letters unless said otherwise; a space stands for any white space of a text."""

NONE: Words = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRules:
    """Where a full stop ends no sentence, and where it does. Abbreviations are without their last full stop."""

    titles: Words = NONE
    """Abbreviations that a word always follows: Dr., e.g., bzw."""

    numbered: Words = NONE
    """Abbreviations that do not end a sentence where a number follows: Fig. 3."""

    numbered_endings: Words = NONE
    """Endings of such abbreviations: Hauptstr. 5."""

    firms: Words = NONE
    """Abbreviations with their full stop and what may begin behind it: co. KG."""

    dated: Words = NONE
    """Abbreviations that stand behind a year and may end a sentence: 1799 г."""

    and_so_on: Words = NONE
    """Abbreviations of single letters that may end a sentence: и т. д."""

    starters: Words = NONE
    """Words that begin a sentence even behind a single letter, where a name might go on: vitamin C. The."""

    more_starters: Words = NONE
    """Words that begin a sentence behind an abbreviation of several letters or an ordinal, though not behind a single letter:
    z. B. Das."""

    before_ordinals: Words = NONE
    """Words that a number with a full stop stands behind as an ordinal: am 3. Oktober."""

    counted: Words = NONE
    """Beginnings of words that are counted so often that a number with a full stop before them is an ordinal: 3. Oktober.
    In the letters of the text."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageRules:
    """The rules of one language; what it has no rule for stays empty.

    Each is itself alone: what is made of them is kept by which they are; to compare their words costs more than to use them.
    """

    # By what it is known

    telling: Words = NONE
    """Its commonest words, without those that others spell alike."""

    # Where a sentence ends

    sentences: SentenceRules | None = None
    """One for all: who has abbreviations of his own takes none of others."""

    behind_quotations: Words = NONE
    """What goes on with a sentence behind the mark that closes a quotation, as expressions: 「はい。」と."""

    # What a question is known by

    question_words: Words = NONE
    """Who, what, how."""

    asking_verbs: Words = NONE
    """Verbs that make a question of a text that they begin: is, did."""

    commands: Words = NONE
    """Other words that what is asked may begin with: compare, list."""

    before_asking: Words = NONE
    """What may stand before such a beginning: and, please, in."""

    asks_back: Words = NONE
    """What makes a question of the words before it: 浙江呢？"""

    greetings: Words = NONE
    """What begins something that is said out of politeness, as expressions."""

    courtesy_leads: Words = NONE
    """How a preface begins that is put as a question and asks nothing: could you."""

    courtesies: Words = NONE
    """What such a preface goes on with, as expressions: help me."""

    please: Words = NONE
    """Words of politeness inside a question or a command."""

    # Which of its words say something

    stop_words: Words = NONE
    """Words that ask, point or join, and say nothing about a subject."""

    near_stop_words: Words = NONE
    """Words that are a letter away from a stop word and no slip of it."""

    says_little: Words = NONE
    """Words about documents as such, and of politeness: where the documents do not use them they are not what is asked for."""

    names_too: Words = NONE
    """Stop words that are names when they are spelt like this, in the letters of the name: US, May."""

    pronouns: Words = NONE
    """Words behind which such a stop word is none: will they."""

    # What is written in several ways; each entry is what it is searched for under, a space, and how it is written

    forms: Words = NONE
    """Words with the forms of theirs that no ending makes, and figures with their words: break broke broken, 12 twelve."""

    months: Words = NONE
    """The numbers of the months with their names: 5 May."""

    periods: Words = NONE
    """The signs of parts of a year: q3 third quarter."""

    date_marks: Words = NONE
    """What stands behind the figures of year, month and day: 年 月 日."""

    scales: Words = NONE
    """Powers of ten with the words for them: 6 million."""

    digits: Words = NONE
    """Figures with the signs for them in a script that has its own: 3 三."""

    measures: Words = NONE
    """Such signs that are a measure, and no figure, behind a number: 五十两."""

    units: Words = NONE
    """What a number is a number of, behind it: 90 days. Signs of all languages (km, %) are in ``rag.marks``."""

    # Where a question of several parts parts

    conjunctions: Words = NONE
    """What joins names in a row, as expressions: and, vs."""

    parting: Words = NONE
    """What stands between two questions: and."""

    which: Words = NONE
    """Question words that ask for one of a kind."""

    question_prepositions: Words = NONE
    """What may stand before a question word and belongs to it: in what year."""

    leaning: Words = NONE
    """Pronouns by which what follows "and" leans on what stands before it: and how tall was he."""

    definite: Words = NONE
    """Definite articles."""

    indefinite: Words = NONE
    """Indefinite articles."""

    of_names: Words = NONE
    """What stands inside a name: Bank of England, Newcastle upon Tyne."""

    of_offices: Words = NONE
    """What joins an office to the names that it is for: Ministry of Health and Welfare."""

    of_heads: Words = NONE
    """What stands between two names and what they share: Health and Safety at Work Act."""

    shared_heads: Words = NONE
    """Nouns that two names before them may share."""

    of_two: Words = NONE
    """What two names are asked about together behind: between, among."""

    of_both: Words = NONE
    """What two names are asked about together directly behind: the son of."""

    compares: Words = NONE
    """Words of a question that sets names against one another."""

    severally: Words = NONE
    """Such words that a question about several names has, and one about each of them has not: both."""

    ordinal_endings: Words = NONE
    """What a number of a day may end with: 3rd."""

    # How a question leans on the one before

    follow_leads: Words = NONE
    """What may stand before an opener: and what about."""

    follow_openers: Words = NONE
    """What a question begins with that is the one before, asked of something else, as expressions: what about."""

    follow_for: Words = NONE
    """What may stand behind an opener: same for."""

    points_at: Words = NONE
    """Pronouns that stand for the name before: it."""

    points_whose: Words = NONE
    """Pronouns that stand for what the name before has: its."""

    points_where: Words = NONE
    """Words at the end of a question that stand for the place before: there."""

    points_at_nothing: Words = NONE
    """What a pronoun stands before when it points at nothing: it says, it is true, as expressions."""

    forms_of_be: Words = NONE
    """Is, was: behind them "there" points at nothing, and before a name that a question asks about."""

    quantities: Words = NONE
    """Words before what a question asks the number of."""

    before_names: Words = NONE
    """What stands before words whose place a name can take: about, in."""

    before_be: Words = NONE
    """Question words behind which, and a form of "be", a name can stand: what is, not why is."""

    before_names_first: Words = NONE
    """What stands before such words at the beginning: describe."""

    before_places: Words = NONE
    """What stands before a time or a place: in, since."""

    whose: str = ""
    """What the name before is when "its" stands for it."""

    where: str = ""
    """What the name before is when "there" stands for it."""

    topic_leads: Words = NONE
    """Without spaces between words: what may stand before the words that a question is about."""

    topic_ends: Words = NONE
    """Without spaces between words: what the words that a question is about end before."""

    number_units: Words = NONE
    """Without spaces between words: what stands behind a number and belongs to it."""

    # Lists in running text

    list_openers: Words = NONE
    """Words of a sentence that opens a list: first, the following."""

    first_items: Words = NONE
    """What the first item of a list begins with that was announced: first."""

    next_items: Words = NONE
    """What a later item of a list begins with: second, finally."""

    before_items: Words = NONE
    """What may stand before such words: and."""

    # For people who do not know what to ask

    suggestion: str = ""
    """A question about some words."""


def joined(rules: Iterable[LanguageRules]) -> LanguageRules:
    """The rules of several languages as those of one; of sentences to be filled in, the first."""
    each = tuple(rules)
    sentences = [one.sentences for one in each if one.sentences]
    together = {name: NONE.union(*(getattr(one, name) for one in sentences)) for name in _names(SentenceRules)}
    found: dict[str, Any] = {"sentences": SentenceRules(**together)}
    for name in _names(LanguageRules) - found.keys():
        values = [getattr(one, name) for one in each]
        found[name] = next(filter(None, values), "") if name in _TEXTS else NONE.union(*values)
    return LanguageRules(**found)


def before_others(own: LanguageRules, others: LanguageRules) -> LanguageRules:
    """The rules of a language, and for what it has no rule those of others."""
    return LanguageRules(**{name: getattr(own, name) or getattr(others, name) for name in _names(LanguageRules)})


def is_unspaced(word: str) -> bool:
    """Whether a word is written in a script that sets no spaces."""
    return _UNSPACED.search(word) is not None


def _names(of: type[LanguageRules | SentenceRules]) -> set[str]:
    return {field.name for field in fields(of)}


_TEXTS = {"whose", "where", "suggestion"}
"""Fields that hold one sentence, or a part of one, to be filled in."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def any_of(words: Iterable[str], *, expressions: bool = False, whole: bool = True) -> str:
    """The inside of a group of a regular expression: one of these words, the longest first; of none of them, nothing matches.

    A space in a word is any white space. With ``expressions`` the words are regular expressions themselves. In scripts with
    spaces they are ``whole`` words.
    """
    ordered = sorted(words, key=lambda word: (-len(word), word))
    written = [(word if expressions else re.escape(word).replace(r"\ ", " ")).replace(" ", r"\s+") for word in ordered]
    spaced = [word for word in written if not is_unspaced(word)]
    groups = [rf"\b(?:{'|'.join(spaced)})\b" if whole else "|".join(spaced)] if spaced else []
    return "|".join([*groups, *(word for word in written if is_unspaced(word))]) or "(?!)"
