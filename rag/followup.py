"""A question that leans on the one before ("and Zhejiang?", "what did it plan?") is read as one that stands alone.

Nothing is guessed from an answer: only words of the two questions are used, and whoever answers says how it was read.
A script without spaces has no capitals either, so what a question in it is about is taken to be what stands before its first
particle, verb or question word.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from corpus.errors import QuestionError
from corpus.language import rules_of
from corpus.languages.rules import LanguageRules, any_of, is_unspaced
from index.search.searcher import Searcher
from rag.analyse import analyse
from rag.question import MAX_CHARACTERS, Word, asks, check

_CLOSES = re.compile(r"(?<![\s?!.。？！])[\s?!.。？！]+$")
_SPACES = re.compile(r"\s+")
_LAST = re.compile(r"(?<!\w)\w+(?=\W*$)")
_BREAK = r"\s，,？?。！!"
"""Where a phrase ends in a script without spaces, as the inside of a class."""

_QUOTES = '“”"《》'


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a language as expressions; the last ones for scripts without spaces."""

    opens: re.Pattern[str]
    points: re.Pattern[str]
    whose: str
    where: str
    joined: re.Pattern[str]
    of_a_kind: re.Pattern[str]
    nameable: re.Pattern[str]
    """What stands before words whose place a name can take."""

    placed: re.Pattern[str]
    begins: re.Pattern[str]
    asks_back: re.Pattern[str]
    points_first: re.Pattern[str]
    number: re.Pattern[str]
    leads: re.Pattern[str]
    topic: re.Pattern[str]


@lru_cache(maxsize=64)
def _rules(of: LanguageRules) -> _Rules:
    def compiled(expression: str) -> re.Pattern[str]:
        return re.compile(expression, re.IGNORECASE)

    openers, conjunctions = any_of(of.follow_openers, expressions=True), any_of(of.conjunctions, expressions=True)
    be, article = any_of(of.forms_of_be), any_of(of.definite | of.indefinite)
    not_behind_be = "".join(rf"(?<!\b{re.escape(word)}\s)" for word in sorted(of.forms_of_be))
    number = rf"\d+(?:{any_of(of.number_units)})*"
    together = any_of(filter(is_unspaced, of.conjunctions))
    return _Rules(
        opens=compiled(
            rf"\s*(?:(?:{any_of(of.follow_leads)})[\s,]*)?(?:{openers})[\s,:]*(?:(?:{any_of(of.follow_for)})\s+)?",
        ),
        points=compiled(
            rf"({any_of(of.points_whose)})|({any_of(of.points_at)})(?!\s+(?:{any_of(of.points_at_nothing, expressions=True)}))"
            rf"|{not_behind_be}({any_of(of.points_where)})(?=\W*$)"
        ),
        whose=of.whose,
        where=of.where,
        joined=compiled(rf"[ ,-]*(?:{conjunctions}|[&、])? ?"),
        of_a_kind=compiled(rf"(?:{any_of(of.which | of.quantities)})\s$"),
        nameable=compiled(
            rf"(?:(?:{any_of(of.before_names)})|^\W*(?:{any_of(of.before_be)})\s(?:{be})"
            rf"|^\W*(?:(?:{any_of(of.please)})\W)?(?:{any_of(of.before_names_first)}))\s(?P<article>(?:{article})\s)?$"
        ),
        placed=compiled(rf"(?:{any_of(of.before_places)})\s+"),
        begins=compiled(rf"\s*(?:{openers})?[\s，,]*"),
        asks_back=compiled(rf"(?:{any_of(of.asks_back)})[\s?!.。？！]*$"),
        points_first=compiled(any_of(of.points_at)),
        number=compiled(number),
        leads=compiled(rf"(?:{any_of(of.topic_leads)}|{number}|[{_QUOTES}\s，,])*"),
        topic=compiled(
            rf"[^{_BREAK}]{{2,}}?(?:(?:、|{together})[^{_BREAK}]{{2,}}?)*(?=[{_BREAK}{_QUOTES}]|{any_of(of.topic_ends)}|$)"
        ),
    )


def follow(question: str, before: str, searcher: Searcher) -> str:
    """The question as it reads after the one ``before``; the same string where it stands on its own.

    "and X?" puts X in the place of what the question before asked about: a name for a name, a number for a number, anything
    else for its last words. Where there is no such place, X is asked about alone. A pronoun without a name of its own stands
    for the name before. Raises QuestionError as ``check`` does.
    """
    check(question)
    try:
        before = analyse(before, searcher, spellcheck=False, multi_part=False).asked
        check(before)
    except QuestionError:
        return question
    read = _read(question, before, searcher)
    return read if len(read) <= MAX_CHARACTERS else question


def _read(question: str, before: str, searcher: Searcher) -> str:
    """The question, completed where it leans on the one before."""
    if is_unspaced(question):
        return _read_unspaced(question, before, searcher)
    rules = _rules(rules_of(question))
    opening = rules.opens.match(question)
    rest = _CLOSES.sub("", question[opening.end() :]) if opening else ""
    if opening and not asks(rest):
        return _instead(rest, before, searcher) if rest.strip() else question
    pointing, name = rules.points.search(question), _name(before, searcher)
    own = [word for word in _words(question, searcher) if _written_as_name(word)]
    if pointing and name and not any(word.start < pointing.start() for word in own):
        return _pointed(question, before[slice(*name)], rules)
    return question


def _read_unspaced(question: str, before: str, searcher: Searcher) -> str:
    """The same in a script without spaces: "那浙江呢？" asks back, "它制定了什么？" points."""
    rules, name = _rules(rules_of(question)), _name(before, searcher)
    opening = rules.begins.match(question)
    start = opening.end() if opening else 0
    pointing = rules.points_first.match(question, start)
    if pointing and name:
        question, start = before[slice(*name)] + question[pointing.end() :], 0
    asking = rules.asks_back.search(question)
    rest = question[start : asking.start()].strip() if asking else ""
    return _instead(rest, before, searcher) if rest and not asks(rest) else question


def _instead(rest: str, before: str, searcher: Searcher) -> str:
    """The question before, asked of something else."""
    rules = _rules(rules_of(before))
    asked = _words(rest, searcher)
    bare = rules.placed.sub("", rest, count=1)
    if rest[:1].isdigit() and is_unspaced(before):
        number = rules.number.search(before)
        return before[: number.start()] + rest + before[number.end() :] if number else rest + before
    numbers = [word for word in _words(before, searcher) if word.text[0].isdigit()]
    if asked and asked[0].text[0].isdigit():
        if numbers:
            return before[: numbers[-1].start] + bare + before[numbers[-1].end :]
        closing = _CLOSES.search(before)
        placed = rest if rules.placed.match(rest) else rules.where.format(rest)
        return f"{before[: closing.start() if closing else len(before)]} {placed}?"
    naming = any(word.name or word.text[0].isupper() or is_unspaced(word.text[0]) for word in asked)
    name = _name(before, searcher) if naming or is_unspaced(before) else None
    place = name or _last_words(before, searcher)
    if place and naming and not name and not is_unspaced(before):
        nameable = rules.nameable.search(before, 0, place[0])
        place = (nameable.start("article") if nameable["article"] else place[0], place[1]) if nameable else None
    return before[: place[0]] + bare + before[place[1] :] if place else f"{rest}?"


def _words(question: str, searcher: Searcher) -> tuple[Word, ...]:
    return analyse(question, searcher, spellcheck=False, multi_part=False).words


def _written_as_name(word: Word) -> bool:
    return word.start > 0 and word.text[0].isupper()


def _name(question: str, searcher: Searcher) -> tuple[int, int] | None:
    """The range of the last name in a question, or of the last names that stand in a row.

    Where nothing is written as a name it is the rarest word that the documents write as one, but for those that a question
    asks for ("which provinces").
    """
    rules = _rules(rules_of(question))
    found = [word for word in _words(question, searcher) if _written_as_name(word)]
    if not found and is_unspaced(question):
        lead = rules.leads.match(question)
        topic = rules.topic.match(question, lead.end() if lead else 0)
        return topic.span() if topic else None
    if not found:
        known = [word for word in _words(question, searcher) if word.name and not word.text[0].isdigit()]
        known = [word for word in known if not rules.of_a_kind.search(question, 0, word.start)]
        rarest = max(known, key=lambda word: word.weight, default=None)
        return (rarest.start, rarest.end) if rarest else None
    return _row(question, found, rules)


def _last_words(question: str, searcher: Searcher) -> tuple[int, int] | None:
    """The range of the last words in a row that say something."""
    found = _words(question, searcher)
    last = _LAST.search(question)
    return _row(question, list(found), _rules(rules_of(question))) if found else last.span() if last else None


def _row(question: str, found: list[Word], rules: _Rules) -> tuple[int, int]:
    start, end = found[-1].start, found[-1].end
    for word in reversed(found[:-1]):
        if not rules.joined.fullmatch(_SPACES.sub(" ", question[word.end : start])):
            break
        start = word.start
    return start, end


def _pointed(question: str, name: str, rules: _Rules) -> str:
    """A question with its first pronoun replaced by a name."""

    def written(match: re.Match[str]) -> str:
        whose, _, there = match.groups()
        return rules.whose.format(name) if whose else rules.where.format(name) if there else name

    return rules.points.sub(written, question, count=1)
