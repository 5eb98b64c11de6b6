"""Which encoding bytes are in: by the label that a page or a message gives, or by what they read as.

A label means what the WHATWG Encoding Standard's table says, as in browsers. Bytes without one are read in every encoding that
people have used, and the reading is taken that its language makes likeliest: the letters each language writes and how often
(``letters.py``), and what no text has, such as small letters before capitals inside a word.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import category

from corpus.formats.letters import LETTERS
from corpus.messages import Message

_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i"
    " iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7"
    " iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8"
    " iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1"
    " iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254"
    " x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso2022-jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949",
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}

_CANDIDATES = {
    "cp1252": 0, "cp1250": 2, "cp1251": 2, "cp1253": 2, "cp1254": 4, "cp1255": 2, "cp1256": 2, "cp1257": 2, "cp874": 4,
    "gb18030": 4, "big5": 4, "cp932": 4, "euc-jp": 4, "cp949": 4, "iso8859-2": 4, "iso8859-5": 8, "iso8859-7": 4,
    "iso8859-8": 6, "iso8859-6": 6, "iso8859-13": 8, "iso8859-15": 8, "koi8-r": 4, "koi8-u": 6, "cp866": 10, "mac-cyrillic": 14,
    "mac-roman": 14, "cp850": 16, "cp852": 16, "cp437": 20, "utf-16-le": 20, "utf-16-be": 20,
}  # fmt: skip
"""What is tried, and what each costs before a byte is read, in half bits: how rarely it is met."""

SAMPLE = 60_000
"""Bytes that an encoding is told by."""

MARGIN = 16
"""Half bits by which another reading may cost more and still be named beside the best."""

_COMMON = frozenset("’“”–—…«»„‘\u00a0•´·°")
_SIGNS = frozenset("£€§®©½¼¾²³¿¡×±µ™º ª′″‚‹›₪")
_OPENING, _CLOSING = frozenset("“‘„"), frozenset("”…")
_CURRENCY = frozenset("£€¥₪$¢")
_FLOOR, _ALIEN, _WRONG = 32, 44, 70


class Reading(NamedTuple):
    """Bytes read in an encoding, and what the reading costs: -2 log2 of how likely its language writes it."""

    codec: str
    text: str
    cost: float


def codec_of(label: str) -> str:
    """The Python codec that a label means by the WHATWG Encoding Standard, or empty for none."""
    return _CODECS.get(label.strip(" \t\r\n\f").lower(), "")


def decoded(data: bytes, codec: str) -> str:
    """Bytes as text; ISO-2022-JP as browsers and mail programs read it, with NEC's characters (①) and narrow kana.

    Raises UnicodeError for bytes that are not of the codec, LookupError where there is no such codec.
    """
    try:
        return data.decode(codec)
    except UnicodeError:
        if codec != "iso2022-jp":
            raise
    first, *pieces = _ESCAPE.split(data)
    shifted = (_shifted(escape, piece) for escape, piece in zip(pieces[::2], pieces[1::2], strict=True))
    return "".join((first.decode("ascii"), *shifted))


_ESCAPE = re.compile(rb"(\x1b(?:\([BJI]|\$[B@]))")


def _shifted(escape: bytes, piece: bytes) -> str:
    """What stands behind an escape: characters of two bytes, in the places that Shift-JIS has them, narrow kana, or ASCII."""
    if escape == b"\x1b(I":
        return bytes(byte | 0x80 for byte in piece).decode("cp932")
    if not escape.startswith(b"\x1b$"):
        return piece.decode("ascii")
    end = next((at for at, byte in enumerate(piece) if byte in b"\r\n"), len(piece))  # a line that is not ended
    if end % 2:
        raise UnicodeError("iso2022-jp")
    found = bytearray()
    for one, other in zip(piece[:end:2], piece[1:end:2], strict=True):
        row, cell = one - 0x21, other - 0x21
        if not (0 <= row < 94 and 0 <= cell < 94):
            raise UnicodeError("iso2022-jp")
        low = cell + (0x9F if row % 2 else 0x40 if cell < 63 else 0x41)
        found += bytes((row // 2 + (0x81 if row < 62 else 0xC1), low))
    return found.decode("cp932") + piece[end:].decode("ascii")


def likeliest(data: bytes) -> tuple[str, str | Message] | None:
    """The likeliest reading of bytes that are not UTF-8 and the codec; said with it, another that is nearly as likely.

    None where no reading is text.
    """
    readings = sorted(_readings(data), key=lambda reading: reading.cost)
    for n, best in enumerate(readings):
        try:
            text = data.decode(best.codec)
        except UnicodeError:
            continue
        near = (other for other in readings[n + 1 :] if other.cost - best.cost < MARGIN)
        other = next((other for other in near if _differ(best.text, other.text)), None)
        return text, Message("encoding.between", encoding=best.codec, other=other.codec) if other else best.codec
    return None


def wide(data: bytes) -> tuple[str, str] | None:
    """Bytes with zeros in them as UTF-16 without a byte-order mark, if that makes text of them."""
    if len(data) % 2:
        return None
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(codec)
        except UnicodeError:
            continue
        if _is_text(text[:SAMPLE]):
            return text, codec
    return None


def _is_text(text: str) -> bool:
    """Whether all characters are ones that texts have, and most of them letters, digits and spaces."""
    kinds = Counter(category(c) if c not in "\t\n\r\f\v" else "Zs" for c in text)
    foreign = sum(kinds[kind] for kind in ("Cc", "Cn", "Co", "Cs"))
    return not foreign and sum(n for kind, n in kinds.items() if kind[0] in "LNZP") * 2 > len(text) and _scripts(text) < 4


def _scripts(text: str) -> int:
    """How many scripts a text mixes in more than one letter in fifty."""
    counts = Counter(_script(c) for c in text if not c.isascii() and c.isalpha())
    return sum(n * 50 > len(text) for n in counts.values())


def _readings(data: bytes) -> Iterator[Reading]:
    """A sample in each encoding that fits it, each with its cost."""
    sample = _sample(data)
    for codec, prior in _CANDIDATES.items():
        part = data[:SAMPLE] if codec.startswith("utf-16") else sample
        try:
            text = codecs.getincrementaldecoder(codec)().decode(part)
        except UnicodeError:
            continue
        yield Reading(codec, text, prior + _context(text) + cost_of_letters(text))


def _sample(data: bytes) -> bytes:
    """Bytes as they are, or of many the first lines that hold others than ASCII."""
    if len(data) <= SAMPLE:
        return data
    chosen: list[bytes] = []
    size = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            chosen.append(line[: SAMPLE - size])
            size += len(chosen[-1]) + 1
            if size >= SAMPLE:
                break
    return b"\n".join(chosen)


def cost_of_letters(text: str) -> float:
    """What the characters of a text cost in the language that makes them cheapest."""
    counts = Counter(text.lower())
    known = {code: sum(n * _cost(code, c) for c, n in counts.items()) for code in LETTERS}
    return min(known.values())


@lru_cache(maxsize=len(LETTERS))
def _costs(code: str) -> dict[str, int]:
    """What each letter of a language costs."""
    costs = {}
    for group in LETTERS[code].split(" "):
        letters = group.lstrip("0123456789")
        costs.update(dict.fromkeys(letters, int(group[: len(group) - len(letters)])))
    return costs


def _cost(code: str, c: str) -> int:
    """What a character costs in a language."""
    known = _costs(code).get(c)
    if known is not None:
        return known
    if c.isascii():
        return 20 if c.isalpha() else 6 if c == " " else 12 if c.isprintable() or c in "\t\n\r\f" else _WRONG
    if c in _COMMON:
        return 17
    if c in _SIGNS:
        return 22
    return _rare(code, c)


@lru_cache(maxsize=50_000)
def _rare(code: str, c: str) -> int:
    """What a character costs that a language hardly uses."""
    kind = category(c)
    if kind in {"Cc", "Cn", "Co", "Cs"} or c == "\ufffd":
        return _WRONG
    script = _script(c)
    if script in {"HAN", "KANA", "HANGUL"} or code in _EAST:
        return _east(code, c, script)
    if kind[0] == "L":
        return _FLOOR if script == _script_of(code) else _ALIEN
    return _FLOOR + 2


_EAST = {"zh": "gb2312", "zh-tw": "big5", "ja": "shift_jis", "ko": "euc_kr"}
_LEVEL = {"zh": b"\xd8", "zh-tw": b"\xc9", "ja": b"\x98\x9f", "ko": b"\xc9"}
"""Where the rarer half of the characters begins in the national standards."""


def _east(code: str, c: str, script: str) -> int:
    """What a character costs in Chinese, Japanese or Korean that is not among their commonest."""
    if code not in _EAST:
        return _ALIEN
    try:
        place = c.encode(_EAST[code])
    except UnicodeError:
        return _ALIEN
    if script == "HAN":
        return _ALIEN - 4 if code == "ko" else 27 if place < _LEVEL[code] else 36
    if script == "KANA":
        return (23 if len(place) == 2 else 34) if code == "ja" else _ALIEN
    if script == "HANGUL":
        return 24
    return 24 if category(c)[0] in "PZ" or "\uff01" <= c <= "\uff5e" else 34


def _script(c: str) -> str:
    """The script of a character, roughly."""
    point = ord(c)
    return next((name for first, last, name in _RANGES if first <= point <= last), "")


_RANGES = (
    (0x41, 0x24F, "LATIN"),
    (0x1E00, 0x1EFF, "LATIN"),
    (0x370, 0x3FF, "GREEK"),
    (0x400, 0x52F, "CYRILLIC"),
    (0x590, 0x5FF, "HEBREW"),
    (0x600, 0x6FF, "ARABIC"),
    (0xE00, 0xE7F, "THAI"),
    (0x3040, 0x30FF, "KANA"),
    (0xFF61, 0xFF9F, "KANA"),
    (0x3400, 0x9FFF, "HAN"),
    (0xF900, 0xFAFF, "HAN"),
    (0x20000, 0x3FFFF, "HAN"),
    (0xAC00, 0xD7A3, "HANGUL"),
)


@lru_cache(maxsize=len(LETTERS))
def _script_of(code: str) -> str:
    """The script of a language: that of the last letter of its commonest ones."""
    return _script(LETTERS[code].split(" ")[0][-1])


def _context(text: str) -> float:
    """What the neighbours in a text cost beyond what they cost alone."""
    pairs = Counter(pairwise(text))
    return sum(n * _pair(a, b) for (a, b), n in pairs.items() if not (a.isascii() and b.isascii()))


@lru_cache(maxsize=50_000)
def _pair(a: str, b: str) -> int:
    """What two neighbours cost, one of them not ASCII; less than nothing for what belongs together."""
    if a in _CURRENCY and b.isdecimal() or b in _CURRENCY and (a.isdecimal() or a == "\u00a0"):
        return -6
    if a.isalnum() and b in _OPENING or a in _CLOSING and b.isalpha() or a.isalpha() and b == "—":
        return 12
    if a.isalpha() and b.isalpha():
        first, second = _script(a), _script(b)
        if first != second:
            return 0 if {first, second} <= {"HAN", "KANA", "HANGUL"} else 8 if "HAN" in {first, second} else 24
        return 16 if a.islower() and b.isupper() else 0
    if a.isdecimal() and b.isalpha() or a.isalpha() and b.isdecimal():
        return 0 if _script(a) in _UNCASED or _script(b) in _UNCASED else 12
    if a.isalpha() and not (b.isspace() or b in _COMMON or b.isascii()):
        return 0 if _script(a) in _UNCASED else 8
    return 8 if b.isalpha() and category(a) in {"So", "Sk", "Sc", "Sm"} else 0


_UNCASED = frozenset({"HAN", "KANA", "HANGUL", "THAI", "ARABIC", "HEBREW"})


def _differ(one: str, other: str) -> bool:
    """Whether two readings differ in a letter or a currency sign."""
    if len(one) != len(other):
        return True
    return any(a != b and any(c.isalpha() or c in _CURRENCY for c in (a, b)) for a, b in set(zip(one, other, strict=True)))
