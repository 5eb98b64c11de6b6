"""The words of a quote that are marked: what the reader points at, as whole names, numbers with their units and titles."""

import re
from dataclasses import dataclass
from functools import lru_cache

from corpus.document import Quote
from corpus.enumerations import NUMERAL
from corpus.language import rules_of
from corpus.languages.rules import LanguageRules, any_of
from corpus.scripts import EAST_ASIAN

LONGEST_TITLE = 80
"""Characters between quotation marks that are one name; what is longer is speech. A name grows by no more to a side."""

_SIGNS = (
    "% ‰ ° °C °F m cm mm km m² km² m³ ha ft mi g kg mg lb lbs oz t h min s km/h mph "
    "Hz kHz MHz GHz W kW MW GW Wh kWh MWh GWh B kB MB GB TB V kV N J kJ bn mn"
).split()
"""Signs of units, in whatever language."""
_CURRENCY = r"(?:(?:US|A|C|HK|NT|S)?\$|[€£¥₽₹₩฿]|EUR|USD|GBP|CHF|RMB|CNY)"
_NUMBER = r"(?<![\d.,])(?:\d{1,3}(?:[.,'’\s]\d{3})+|\d+)(?:[.,]\d+)?(?!\d)"

_CLAUSE = re.compile(
    rf"(?:§+\s*)?(?:(?:\d{{1,3}}(?:\.\d{{1,3}})+\.?|(?:{NUMERAL})\.)\s+(?![a-z\u00df-\u00ff])|\(?(?:\d{{1,3}}\.)*(?:{NUMERAL})\)\s+)"
)
"""What a clause or an item is numbered with, at the beginning of its sentence."""

_TITLES = re.compile(
    rf"“([^“”]{{1,{LONGEST_TITLE}}})”|«\s?([^«»]{{1,{LONGEST_TITLE}}}?)\s?»|《([^《》]{{1,{LONGEST_TITLE}}})》"
    rf"|「([^「」]{{1,{LONGEST_TITLE}}})」|『([^『』]{{1,{LONGEST_TITLE}}})』|„([^„“]{{1,{LONGEST_TITLE}}})“"
    rf'|"([^"\n]{{1,{LONGEST_TITLE}}})"'
)
_EDGES = " \t\n\u00a0\u3000,.;:!?…、。，；：！？·-–—"


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a language as expressions."""

    amount: re.Pattern[str]
    stop_words: frozenset[str]


@lru_cache(maxsize=64)
def _rules(of: LanguageRules) -> _Rules:
    scale = rf"\s?(?:{any_of(entry.split(' ', 1)[1] for entry in of.scales)})"
    unit = rf"[\s-]?(?:{any_of({*of.units, *_SIGNS}, whole=False)})(?![^\W\d_{EAST_ASIAN}])"
    return _Rules(re.compile(rf"(?:{_CURRENCY}\s?)?{_NUMBER}(?:{scale})?(?:{unit})?"), of.stop_words)


def marked(quote: Quote, start: int, end: int) -> Quote | None:
    """The range of a quote to mark for what the reader points at; None where nothing is left of it.

    It lies in the quote, begins and ends with no punctuation, and leaves out the number of a clause. A name or a title between
    quotation marks is whole, a number has its unit, and a bracket both its halves.
    """
    text = quote.document.text
    low, high = quote.start, quote.end
    start, end = max(start, low), min(end, high)
    start, end = _without_clause_number(text, start, end, low)
    start, end = _stripped(text, start, end)
    if start >= end:
        return None
    rules = _rules(rules_of(quote.passage.text))
    grown = _whole_title(text, start, end, low, high) or _whole_name(text, start, end, low, high, rules)
    start, end = _whole_amount(text, *grown, low, high, rules)
    start, end = _closed(text, start, end, high)
    start, end = _stripped(text, start, end)
    return Quote(quote.passage, start, end) if start < end else None


def _without_clause_number(text: str, start: int, end: int, low: int) -> tuple[int, int]:
    counted = _CLAUSE.match(text, low)
    if counted and start < counted.end():
        return min(counted.end(), end), end
    return start, end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES and not (text[start] in "-–.·" and text[start + 1 : start + 2].isdigit()):
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def _whole_title(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int] | None:
    """The range with a title between quotation marks made whole that it begins or ends in; None where there is none."""
    for found in _TITLES.finditer(text, low, high):
        begin, finish = found.span(found.lastindex or 0)
        cut_in = begin < start < finish or begin < end < finish
        if (
            cut_in
            and not re.search(r"[.!?。！？]\s", found[0])
            and (start < begin or end > finish or 2 * (end - start) >= finish - begin)
        ):
            return min(start, begin), max(end, finish)
    return None


def _whole_name(text: str, start: int, end: int, low: int, high: int, rules: _Rules) -> tuple[int, int]:
    """The range grown by the words with capital letters that stand beside its own; as it is where these are too many for a
    name, as in a paragraph in capitals.
    """
    first, last = start, end
    while (found := _WORD_BEFORE.search(text, max(low, first - LONGEST_TITLE), first)) and text[first].isupper():
        begin = found.start(1)
        if not found[1][0].isupper() or (begin == low and found[1].lower() in rules.stop_words):
            break
        first = begin
        if start - first > LONGEST_TITLE:
            return start, end
    own = re.search(r"(?<![\w’'-])[\w’'-]+$", text[start:end])
    goes_on = bool(own and own[0][0].isupper())
    while goes_on and (found := _WORD_BEHIND.match(text, last, high)) and found[1][0].isupper():
        last = found.end()
        if last - end > LONGEST_TITLE:
            return start, end
    return first, last


_WORD_BEFORE = re.compile(r"(?<![\w’'-])([^\W\d_][\w’'-]*)[^\S\n]\Z")
_WORD_BEHIND = re.compile(r"[^\S\n]([^\W\d_][\w’'-]*)")


def _whole_amount(text: str, start: int, end: int, low: int, high: int, rules: _Rules) -> tuple[int, int]:
    """The range with the numbers that it begins and ends in, each with its unit and currency."""
    for found in rules.amount.finditer(text, low, high):
        if found.start() < end and start < found.end():
            start, end = min(start, found.start()), max(end, found.end())
    return start, end


def _closed(text: str, start: int, end: int, high: int) -> tuple[int, int]:
    """The range without a bracket that is opened or closed in it alone; closed where the other half follows soon."""
    for opens, closes in ("()", "（）", "[]"):
        inside = text[start:end]
        if inside.count(opens) > inside.count(closes):
            at = text.find(closes, end, min(high, end + LONGEST_TITLE))
            end = at + 1 if at >= 0 else start + inside.rfind(opens)
        elif inside.count(closes) > inside.count(opens):
            end = start + inside.rfind(closes)
    return start, end
