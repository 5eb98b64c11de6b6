"""Texts as terms, which words of a question and of a document have in common: the analyzer of the word index."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from corpus.languages.registry import rules_for
from corpus.languages.rules import LanguageRules
from corpus.quantities import Token, quantities
from corpus.scripts import ARABIC_PROPER, EAST_ASIAN, MARKS, RUSSIAN, SHORT_I

VERSION = 7
"""Raised whenever the analyzer gives other terms, so that an index knows it is old."""

READABLE = (1, 2, 3, 4, 5, 6, 7)
"""Versions whose indexes still answer: 1 took a word with a soft hyphen, as PDFs have them at line ends, for two; 2 kept the
endings of Russian and Arabic, 3 traditional Chinese characters (in Japanese and Korean too), 4 took "3,5" for "35", 5 a
raised figure for a part of what it stands at, 6 "spent" for another word than "spend" and knew a date only as it is written, so
that such documents are found by their words only when they are indexed again, or the index is changed."""

LONGEST = 200
"""Characters of a word that its term is made of: folding away a row of accents takes time that grows with its square."""

_LETTER = f"(?:[^\\W_{EAST_ASIAN}]|[{MARKS}])"
_TOKEN = re.compile(rf"[{EAST_ASIAN}]+|\d+(?:[.,]\d+)+|{_LETTER}+(?:['’\xad]{_LETTER}+)*")
_IS_SPACELESS = re.compile(f"[{EAST_ASIAN}]")
_ACCENTS = re.compile(f"[\u0300-\u0305\u0307-\u036f]|(?<![{SHORT_I}])\u0306")
"""What is folded away; й is a letter of its own and not an и with an accent."""

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
"""Commas that set thousands apart, and in India lakhs: they are left out."""

_DECIMAL = re.compile(r"(?P<whole>\d+|\d{1,3}(?:\.\d{3})+),(?P<part>\d+)")
"""A comma before decimals; the points in front of it set thousands apart."""

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_UNIT = re.compile("[^\\W\\d_]{1,3}[²³]")
"""What a raised figure belongs to: m², cm³; elsewhere it is a power or the mark of a note, and a term of its own."""

_POSSESSIVE = re.compile("(?<=.)['’][sS]$")
_STEMMED = {"english": "[a-z]+", "russian": f"[{RUSSIAN}]+", "arabic": f"(?:[{ARABIC_PROPER}]|[{MARKS}])+"}
"""Snowball's stemmers and the words they are for. The letters decide and not the language, since that of a question is often
uncertain, so that a word has one stem wherever it stands.

BM25 over paragraphs, nDCG@10 with endings kept / off: Arabic (ARCD, 1,395 questions, 460 paragraphs) .690 / .810, and R@10
.840 / .941; Russian (55 short descriptions and their manual pages) .808 / .856. With the English stemmer / the language's:
German and French (170 manual pages each) .850 / .860 and .877 / .864, Spanish (SQuAD-es, 1,500 questions) .805 / .815, the
last alone more than chance: not worth guessing the language of every question.
"""
_IS_STEMMED = {language: re.compile(letters) for language, letters in _STEMMED.items()}


def tokens(text: str) -> Iterator[Token]:
    """The terms of the words and numbers of a text, in order of their place.

    A term is the search's own copy: compatibility forms, case and Latin accents folded, possessive and endings (English,
    Russian, Arabic) off, soft hyphens out; the mark of a note is a term of its own. Runs of Chinese, Japanese and Korean give
    every character and every pair of neighbours, traditional Chinese characters as their simplified ones. A number is itself
    however it is written: "1,000" is "1000", "3,5" is "3.5"; with nothing but a comma between them ("1,2,3") they are several.
    """
    forms = _forms(rules_for(""))
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if _IS_SPACELESS.match(match[0]):
            run = match[0].translate(_simplified())
            for at in range(len(run)):
                for pair in range(1, min(2, len(run) - at) + 1):
                    yield Token(run[at : at + pair], start + at, start + at + pair)
            continue
        if "," in match[0]:
            yield from _numbers(match[0], start)
            continue
        plain = match[0].rstrip(_RAISED)
        if plain and len(plain) < len(match[0]) and not _UNIT.fullmatch(match[0]):
            yield from (Token(term, start + first, start + last) for term, first, last in tokens(plain))
            yield Token(_folded(match[0][len(plain) :][:LONGEST]), start + len(plain), end)
            continue
        if ending := _POSSESSIVE.search(match[0]):
            end = start + ending.start()
        term = _folded(text[start : min(end, start + LONGEST)])
        if not term[:1].isdigit():
            term = term.replace("’", "'").replace("\xad", "")
            term = _stem(term if text[start:end].isupper() else forms.get(term, term))
        if term:
            yield Token(term, start, end)


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", word).casefold()))


def _numbers(written: str, start: int) -> Iterator[Token]:
    """The number that figures with commas between them stand for, or where they stand for none together, each of them."""
    plain, end = _folded(written[:LONGEST]), start + len(written)
    if _GROUPED.fullmatch(plain):
        yield Token(plain.replace(",", ""), start, end)
    elif decimal := _DECIMAL.fullmatch(plain):
        yield Token(decimal["whole"].replace(".", "") + "." + decimal["part"], start, end)
    else:
        for piece in written.split(","):
            yield Token(_folded(piece[:LONGEST]), start, start + len(piece))
            start += len(piece) + 1


def quantity_tokens(text: str) -> list[Token]:
    """The terms that words and numbers of a text make together: dates, parts of a year, amounts (``corpus.quantities``).

    They are told by simplified characters and by marks of usual width: 三萬五千 is 35000, ３．５億 is 350000000.
    """
    return [Token(*each) for each in quantities(text if text.isascii() else text.translate(_even()), rules_for(""))]


def all_tokens(text: str) -> Iterator[Token]:
    """All that a text is found by: its words and numbers, and what these say together."""
    yield from tokens(text)
    yield from quantity_tokens(text)


def terms(text: str) -> list[str]:
    """The terms of a text, repeats included, as ``all_tokens`` gives them."""
    return [token.term for token in all_tokens(text)]


@lru_cache(maxsize=8)
def _forms(rules: LanguageRules) -> dict[str, str]:
    """The word that another form belongs to, by that form."""
    return {form: word for word, *others in map(str.split, rules.forms) for form in others}


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """The simplified form of every traditional Chinese character, one for one, as OpenCC has it; 40 ms to load.

    R@10 of 2,000 simplified questions over their paragraphs in Taiwan's characters and words (`benchmarks/chinese.py
    --traditional`): .889 (.875–.903) without, .984 (.978–.989) with it; over the paragraphs as they are .984 both ways.
    """
    from opencc import OpenCC

    characters = [chr(n) for block in ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000)) for n in range(*block)]
    convert = OpenCC("t2s").convert
    simpler = convert(convert("\n".join(characters))).split("\n")  # twice: some have two steps to go
    return {ord(one): other for one, other in zip(characters, simpler, strict=True) if one != other}


@lru_cache(maxsize=1)
def _even() -> dict[int, str]:
    """The same, and marks within numbers that are as wide as a Chinese character."""
    return {**_simplified(), ord("．"): ".", ord("／"): "/"}


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    language = next((language for language, letters in _IS_STEMMED.items() if letters.fullmatch(word)), None)
    return str(_stemmer(language).stemWord(word)) if language else word


@lru_cache(maxsize=len(_STEMMED))
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language, 0)
