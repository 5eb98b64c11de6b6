"""A question that leans on the one before ("and Zhejiang?", "what did it plan?") is read as one that stands alone.

Nothing is guessed from an answer: only words of the two questions are used, and whoever answers says how it was read.
Chinese has no spaces and no capitals, so what a Chinese question is about is taken to be what stands before its first
particle, verb or question word.
"""

import re

from corpus.errors import QuestionError
from index.search.searcher import Searcher
from rag.analyse import analyse
from rag.question import ASKS, MAX_CHARACTERS, Word, check

_OPENS = re.compile(
    r"\s*(?:(?:and|but|or|so|then|also)\b[\s,]*)?(?:(?:what|how)\s+about\b|and\b|or\b|also\b|same\s+for\b)[\s,:]*(?:for\s+)?",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:(its|their|his)"
    r"|(it|they|them|he|she|him)(?!\s+(?:says?|mentions?|true|possible|clear|known|important|necessary)\b)"
    r"|(?<!is\s)(?<!are\s)(?<!was\s)(?<!were\s)(there)(?=\W*$))\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"(?<![\s?!.。？！])[\s?!.。？！]+$")
_JOINED = re.compile(r"[ ,-]*(?:\b(?:and|or)\b|[&、和与])? ?", re.IGNORECASE)
_OF_A_KIND = re.compile(r"\b(?:which|what|many|much)\s$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_LAST = re.compile(r"(?<!\w)\w+(?=\W*$)")
_NAMEABLE = re.compile(
    r"(?:\b(?:about|of|on|for|in|at|by|from|to|with)"
    r"|^\W*(?:what|who|where|when|how)\s(?:is|are|was|were)"
    r"|^\W*(?:please\W)?(?:compare|contrast|define|describe|explain|find|outline|summari[sz]e))\s(?P<article>(?:the|an?)\s)?$",
    re.IGNORECASE,
)
"""What stands before words whose place a name can take."""

_PLACED = re.compile(r"(?:in|for|at|by|during|since|before|after|from|on|under|of)\s+", re.IGNORECASE)

_CHINESE = re.compile("[\u3400-\u9fff]")
_CHINESE_OPENS = re.compile(r"\s*(?:那么|那(?![里儿些个])|还有|以及|至于|关于)?[\s，,]*")
_CHINESE_ASKS_BACK = re.compile(r"(?:又)?(?:呢|怎么样|如何)[\s?!.。？！]*$")
_CHINESE_POINTS = re.compile(r"(?:[它他她]们?|那里|那儿|当地)")
_CHINESE_NUMBER = re.compile(r"\d+[年月日号届期季条章页]*")
_CHINESE_LEADS = re.compile(
    rf"(?:请问|关于|对于|至于|根据|按照|比较|对比|介绍一下|介绍|谈谈|说说|在|谁|什么是|什么叫|为什么|为何|如何|怎样|怎么|哪些|哪里"
    rf"|制定了?|提出了?|{_CHINESE_NUMBER.pattern}|[\s，,“”\"《》])*"
)
_CHINESE_TOPIC = re.compile(
    r"[^\s，,？?。！!]{2,}?(?:[、和与及][^\s，,？?。！!]{2,}?)*"
    r"(?=[\s，,？?。！!的是有在了对将会要能应需怎哪谁多几为吗呢也都吃住说做讲写用“”\"《》]|什么|如何|可以|制定|计划|规划|提出|打算|建议|发展"
    r"|支持|采取|实施|推动|推进|推出|出台|发布|设立|建立|建设|规定|要求|$)"
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
    if _CHINESE.search(question):
        return _read_chinese(question, before, searcher)
    opening = _OPENS.match(question)
    rest = _CLOSES.sub("", question[opening.end() :]) if opening else ""
    if opening and opening.end() and not ASKS.search(rest):
        return _instead(rest, before, searcher) if rest.strip() else question
    pointing, name = _POINTS.search(question), _name(before, searcher)
    own = [word for word in _words(question, searcher) if _written_as_name(word)]
    if pointing and name and not any(word.start < pointing.start() for word in own):
        return _pointed(question, before[slice(*name)])
    return question


def _read_chinese(question: str, before: str, searcher: Searcher) -> str:
    """The same for a question in Chinese: "那浙江呢？" asks back, "它制定了什么？" points."""
    opening = _CHINESE_OPENS.match(question)
    start = opening.end() if opening else 0
    name = _name(before, searcher)
    pointing = _CHINESE_POINTS.match(question, start)
    if pointing and name:
        question, start = before[slice(*name)] + question[pointing.end() :], 0
    asking = _CHINESE_ASKS_BACK.search(question)
    rest = question[start : asking.start()].strip() if asking else ""
    return _instead(rest, before, searcher) if rest and not ASKS.search(rest) else question


def _instead(rest: str, before: str, searcher: Searcher) -> str:
    """The question before, asked of something else."""
    asked = _words(rest, searcher)
    bare = _PLACED.sub("", rest, count=1)
    if rest[:1].isdigit() and _CHINESE.search(before):
        number = _CHINESE_NUMBER.search(before)
        return before[: number.start()] + rest + before[number.end() :] if number else rest + before
    numbers = [word for word in _words(before, searcher) if word.text[0].isdigit()]
    if asked and asked[0].text[0].isdigit():
        if numbers:
            return before[: numbers[-1].start] + bare + before[numbers[-1].end :]
        closing = _CLOSES.search(before)
        placed = rest if _PLACED.match(rest) else f"in {rest}"
        return f"{before[: closing.start() if closing else len(before)]} {placed}?"
    naming = any(word.name or word.text[0].isupper() or _CHINESE.match(word.text) for word in asked)
    name = _name(before, searcher) if naming or _CHINESE.search(before) else None
    place = name or _last_words(before, searcher)
    if place and naming and not name and not _CHINESE.search(before):
        nameable = _NAMEABLE.search(before, 0, place[0])
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
    found = [word for word in _words(question, searcher) if _written_as_name(word)]
    if not found and _CHINESE.search(question):
        lead = _CHINESE_LEADS.match(question)
        topic = _CHINESE_TOPIC.match(question, lead.end() if lead else 0)
        return topic.span() if topic else None
    if not found:
        known = [word for word in _words(question, searcher) if word.name and not word.text[0].isdigit()]
        known = [word for word in known if not _OF_A_KIND.search(question, 0, word.start)]
        rarest = max(known, key=lambda word: word.weight, default=None)
        return (rarest.start, rarest.end) if rarest else None
    return _row(question, found)


def _last_words(question: str, searcher: Searcher) -> tuple[int, int] | None:
    """The range of the last words in a row that say something."""
    found = _words(question, searcher)
    last = _LAST.search(question)
    return _row(question, list(found)) if found else last.span() if last else None


def _row(question: str, found: list[Word]) -> tuple[int, int]:
    start, end = found[-1].start, found[-1].end
    for word in reversed(found[:-1]):
        if not _JOINED.fullmatch(_SPACES.sub(" ", question[word.end : start])):
            break
        start = word.start
    return start, end


def _pointed(question: str, name: str) -> str:
    """A question with its first pronoun replaced by a name."""

    def said(match: re.Match[str]) -> str:
        whose, _, there = match.groups()
        return f"{name}'s" if whose else f"in {name}" if there else name

    return _POINTS.sub(said, question, count=1)
