"""Characters that nobody sees: which of them must be said of a text, and what is shown in their stead.

The sets are those of Unicode (UCD): the general categories Cc (controls), Cf (formats), Zl and Zp (line and paragraph
separators), Cs (surrogates) and Default_Ignorable_Code_Point (DerivedCoreProperties.txt: what a font without a glyph for it
shows as nothing, such as variation selectors, fillers and tags), and the blank pattern of Braille. Not among them are signs of
category Cf that are seen (Prepended_Concatenation_Mark, such as the end of an ayah).
tests/test_invisible.py holds them against Python's own tables.
"""

import re

from corpus.scripts import HAN

_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"  # Cc without tab and line end, which every text has
_FORMATS = "\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3"
_FORMATS += "\U00013430-\U0001343f\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
_IGNORABLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
_IGNORABLE += "\U000e0000-\U000e0fff"
_BLANK = "\u2800"
_SEPARATORS = "\u2028\u2029"
SURROGATES = "\ud800-\udfff"

NEVER_RAW = f"\t\n{_CONTROLS}{_FORMATS}{_IGNORABLE}{_BLANK}{_SEPARATORS}{SURROGATES}"
"""What never reaches a terminal as it is, as the inside of a regular expression's class; a line end only between our lines."""

_EMOJI = "\u203c\u2049\u2122\u2139\u3030\xa9\xae\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u303d\u3297\u3299"
_EMOJI += "\U0001f000-\U0001faff"
_SELECTED = f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
"""A selector that says whether the sign before it is shown in colour; terminals take it as it is."""

_TEXT = re.compile(f"({_SELECTED})|[{NEVER_RAW.replace(chr(10), '')}]")
_LINE = re.compile(f"({_SELECTED})|[{NEVER_RAW}]")
_CANDIDATES = re.compile(f"[{_CONTROLS}{_FORMATS}{_IGNORABLE}{_BLANK}]")

_JOINING = "\u0600-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1c4f\ua800-\uabff\ufb50-\ufdff"
_JOINING += "\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_FLAGS = "|".join("".join(chr(0xE0000 + ord(letter)) for letter in flag) for flag in ("gbeng", "gbsct", "gbwls"))
_AT_HOME = (
    "\f",  # the end of a page in plain text
    _SELECTED,
    f"(?<=[{_JOINING}])[\u200c\u200d]",  # joiners in Arabic, Persian, the scripts of India and their kin
    f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])",  # one emoji made of several
    f"(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])",  # where words may part in scripts without spaces
    "(?<=[^\\W\\d_][^\\W\\d_])\xad(?=[^\\W\\d_][^\\W\\d_])",  # a soft hyphen where a word may be parted
    f"(?<=\U0001f3f4)(?:{_FLAGS})\U000e007f",  # the flags of England, Scotland and Wales
    f"(?<=[{HAN}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]",  # variants of Chinese characters
    "(?<=[\u2200-\u22ff\u2a00-\u2aff])\ufe00",  # variants of mathematical signs
    "(?<=[\U00013000-\U0001345f])[\U00013430-\U0001343f]",  # how hieroglyphs stand together
    "(?<=[\u1800-\u18af])[\u180b-\u180f]",  # the letters of Mongolian
    "\u115f(?=[\u1160-\u11a7])|(?<=[\u1100-\u115f])\u1160",  # fillers of Hangul letters that are put together
    "(?<=[\u2801-\u28ff])\u2800|\u2800(?=[\u2801-\u28ff])",  # spaces of Braille
    "(?<=[\u0300-\u036f\u0591-\u05c7])\u034f(?=[\u0300-\u036f\u0591-\u05c7])",  # keeps accents and points in their order
)
_ORDINARY = re.compile("|".join(_AT_HOME))


def hidden(text: str) -> tuple[tuple[int, int], ...]:
    """The ranges of characters that show nothing and can make a text read otherwise, neighbours as one range.

    Each is judged by what stands beside it. Not hidden is what does there what it is made for (``_AT_HOME``): a joiner behind a
    letter of a script that joins (the ZWNJ of Persian) or inside an emoji, the selector behind an emoji or a Chinese character,
    a soft hyphen with two letters on either side, a zero-width space between Thai letters, and the like. Tabs, line ends, form
    feeds and separators of lines are white space. A mark of direction is always hidden.
    """
    if not _CANDIDATES.search(text):
        return ()
    ordinary = {at for match in _ORDINARY.finditer(text) for at in range(*match.span())}
    found: list[tuple[int, int]] = []
    for match in _CANDIDATES.finditer(text):
        at = match.start()
        if at in ordinary:
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return tuple(found)


def visible(text: str) -> str:
    """A text for a terminal: what never goes there raw is shown as its symbol or as ``⟨U+202E⟩``; line ends stay.

    So no file name, title or document can drive a terminal, turn what stands beside it, or hide. The bytes of a file name
    that are no text are shown as U+FFFD.
    """
    return text if text.isascii() and text.isprintable() else _TEXT.sub(_symbol, text)


def one_line(text: str) -> str:
    """As ``visible``, and on one line: a line end, too, is shown as a symbol, so that no name can forge a line."""
    return text if text.isascii() and text.isprintable() else _LINE.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if 0xD800 <= code < 0xE000:
        return "\ufffd"
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
