"""Where a sentence ends, in any of the languages that the tests name.

No language is asked for: what decides is the mark, what stands before and after it, and words that mean the same thing
wherever they stand. Where a mark may end a sentence or not ("в XIX в. Россия росла"), it does not: two sentences quoted
together say what they say, half a sentence does not.
"""

import re
from collections.abc import Iterator

LONGEST_WORD = 60
"""Characters before a mark that are looked at for an abbreviation or an opening bracket."""

LONGEST_TITLE = 30
"""Characters of a Chinese title between 《 and 》 in which no mark ends a sentence."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACELESS = "。！？｡．؟۔।॥"
_CLOSERS = r"[\"'”’»›)\]}」』】）》〉*_]|\[\d+\]"
_END = re.compile(
    rf"[{_SPACELESS}]+(?:{_CLOSERS})*|[.!?…]+(?:{_CLOSERS}|[“‘«](?=[\s,;:.]|$)|[ \u00a0\u202f]»(?!\w))*",
)
"""Marks with what closes behind them; German closes with what English opens, French sets its » apart."""

_ENDED = re.compile(rf"[{_SPACELESS}.!?…](?:{_CLOSERS})*$")
_IN_CHINESE = re.compile(f"[!?”’」』)）][“‘「『《（]?[{_CJK}]")
_OPENERS = "\"'“‘«(*_["
_DASHES = "—–-„‚»"
_GOES_ON_JAPANESE = re.compile(r"と(?!ころ|も|に|て|り)|って|など|を|の|は(?!い)|が(?!、)")
_BRACKETS = {"）": "（", "】": "【", "》": "《", "〉": "〈"}
_CUT_OFF = re.compile(r"[,，、;；:：]")

_LETTERS = re.compile(r"(?<![\w°])(?:[^\W\d_]\.[ \u00a0\u202f-]?)*[^\W\d_]$|(?<!\w)(?:[A-Z]\.\s?)?([A-Z])\1$")
"""Initials and abbreviations of single letters, also set apart (``z. B.``, ``т. д.``), and Spanish plurals (``EE. UU.``)."""

_ONE_LETTER = re.compile(r"[^\W\d_]\.")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[ivxlc]{1,5})$", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:\d{4}\.\s)?\d{1,2}\.\s\d{1,2}\.(?=\s?(?:\d|[\uac00-\ud7af]))")
"""``5. 3. 2020``, ``2020. 3. 1. 시행``."""

_ORDINAL = re.compile(
    r"\b(?:a[mb]|vom|zum|im|bis|de[rmns]|dieser|die|das|seit|beim|eine?[rmns]?|jede[rmns]?|ihr|sein|und|oder)\s+\d{1,3}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrhundert|Jahrtausend|Weltkrieg|Auflage)")
"""German ordinals: what may stand before the number, and what is counted so often that nothing need stand there."""

_TITLES = frozenset(
    "mr mrs ms messrs dr prof rev hon gen col capt lt sgt sen rep gov st mt v vs eg ie cf viz"
    " z.b bzw vgl sog ggf evtl inkl dipl hl hr fr nr"
    " m mm mme mmes mlle mlles mgr av ex"
    " sr sra sres srta dra dña ud uds vd vds ej avda"
    " проф акад доц ул просп пер пл наб стр корп обл им тов св см ср напр гр инж ген д-р г-н г-жа".split()
)
"""What a word always follows."""

_SHORT = frozenset(
    "no nos nr art arts sec para pp p vol vols ch chap fig figs eq approx ca jan feb mar apr jun jul aug sep sept oct nov"
    " dec ed eds al abs okt dez s bd kap ziff tab pág pag págs núm num cap tel"
    " ст п пп ч т с д кв рис табл гл тел разд оп № м".split()
)
"""What a number follows."""

_SINCE = frozenset("г гг в вв".split())
"""Russian year and century, which stand behind their number."""

_AND_SO_ON = frozenset(("т. д", "т. п", "т.д", "т.п"))

_STARTERS = frozenset(
    "a after all although an and as at but by during each for from he her his however i if in it its many most no on once"
    " one our she since so some such that the their there these they this those to under we what when where which while"
    " who with you er sie es wir он она оно они это мы".split()
)
_MORE_STARTERS = _STARTERS | frozenset(
    "der die das ein eine im am aber auch doch nach ich und so"
    " le la les il ils elle elles on ce cette ces un une dans en et mais"
    " el los las él ella ellos en una y pero este esta"
    " в на и но а по с к все всё это его её их также однако".split()
)


def sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets inside ``start:end`` behind which a new sentence begins, closing marks included, rising."""
    for match in _END.finditer(text, start, end):
        at = match.end()
        if at < end and _ends_here(text, start, match.start(), at, end):
            yield at


def _ends_here(text: str, start: int, mark: int, at: int, end: int) -> bool:
    """Whether the closing mark at ``mark:at`` ends a sentence, seen from what stands before and after it."""
    if text.rfind("《", max(start, mark - LONGEST_TITLE), mark) > text.rfind("》", max(start, mark - LONGEST_TITLE), at):
        return False
    following = text[at : min(end, at + 40)].lstrip()
    if text[mark] in _SPACELESS:
        return _ends_without_space(text, start, mark, at, following)
    if not text[at].isspace():
        return text[mark] in "!?" and _IN_CHINESE.match(text, at - 1) is not None
    following = following.lstrip(_OPENERS + _DASHES + " ")
    if following[:1].islower() or _CUT_OFF.match(following):
        return False
    if text[mark:at].rstrip("\"'”’)*_]“‘»« \u00a0\u202f") != "." or not following:
        return True
    return _full_stop_ends(text, start, mark, following)


def _ends_without_space(text: str, start: int, mark: int, at: int, following: str) -> bool:
    """Of marks after which no space is needed: not where a quotation or a bracket stands inside a sentence."""
    if _CUT_OFF.match(following):
        return False
    if text[at - 1] in "」』":
        return _GOES_ON_JAPANESE.match(following) is None
    if opening := _BRACKETS.get(text[at - 1]):
        opened = text.rfind(opening, max(start, at - 4 * LONGEST_WORD), mark)
        before = text[max(start, opened - LONGEST_WORD) : opened].rstrip() if opened >= 0 else ""
        return not before or _ENDED.search(before) is not None
    return True


def _full_stop_ends(text: str, start: int, mark: int, following: str) -> bool:
    """Whether the full stop at ``mark`` ends a sentence and not an abbreviation, an initial, an ordinal or a date."""
    near = max(start, mark - LONGEST_WORD)
    opened = max(text.rfind(" ", near, mark), text.rfind("\n", near, mark), near - 1) + 1
    word, digit = text[opened:mark].lstrip(_OPENERS + "„‚»"), following[0].isdigit()
    lower = word.lower()
    if lower in _TITLES or digit and (lower in _SHORT or lower.endswith("str")):
        return False
    if lower == "co" and following[:2] in {"KG", "OH"}:
        return False
    if _NUMBER.match(word) and (opened == start or text[opened - 1] == "\n") or _is_ordinal(text, near, mark, following):
        return False
    if lower in _SINCE:
        return _ends_with_a_year(text[near:opened])
    letters = _LETTERS.search(text, near, mark)
    if not letters or letters[0] in _AND_SO_ON:
        return True
    if _ONE_LETTER.match(following):
        return False
    if len(letters[0]) == 1 and letters[0].islower():
        return True
    first = re.split(r"\W", following, maxsplit=1)[0].lower()
    return first in (_STARTERS if len(letters[0]) == 1 else _MORE_STARTERS)


def _is_ordinal(text: str, near: int, mark: int, following: str) -> bool:
    """Whether a number with its full stop goes on: a date in figures, or a German ordinal."""
    if not text[mark - 1].isdigit():
        return False
    if any(date.start() <= mark < date.end() for date in _DATE.finditer(text, near, mark + 16)):
        return True
    first = re.split(r"\W", following, maxsplit=1)[0].lower()
    if _COUNTED.match(following):
        return True
    return _ORDINAL.search(text, near, mark) is not None and first not in _MORE_STARTERS


def _ends_with_a_year(before: str) -> bool:
    """Whether "1799 г." ends what it stands in: behind a number, and when that is more than "В 1945 г."."""
    words = before.split()[-3:]
    return len(words) == 3 and words[2][-1].isdigit() and _ENDED.search(words[0]) is None
