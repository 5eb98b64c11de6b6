"""Invisible characters: Unicode's own tables, what must be said of a text, and what a terminal gets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.invisible import hidden, one_line, visible

SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Prepended_Concatenation_Mark: of category Cf, and yet seen."""

IGNORABLE = "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 \
1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
"""Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt)."""

INVISIBLE = {code for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp", "Cs"}} - SEEN
for part in IGNORABLE.split():
    first, _, last = part.partition("-")
    INVISIBLE |= set(range(int(first, 16), int(last or first, 16) + 1))
INVISIBLE |= {0x2800, 0xFFF9}


def test_every_invisible_character_of_unicode_is_shown_and_no_other_is_changed():
    changed = {code for code in range(0x110000) if one_line(chr(code)) != chr(code)}
    assert {hex(code) for code in INVISIBLE - changed} == set()
    assert {hex(code) for code in changed - INVISIBLE} <= {hex(code) for code in range(0x13430, 0x13440)}
    assert visible("a\nb") == "a\nb" and one_line("a\nb") == "a␊b"


def test_every_invisible_character_between_letters_is_said_but_for_white_space():
    white = {*b"\t\n\f", 0xAD, 0x2028, 0x2029, *range(0xD800, 0xE000)}
    said = {code for code in range(0x110000) if hidden(f"pay{chr(code)}ment")}
    assert {hex(code) for code in INVISIBLE - said} == {hex(code) for code in white}
    assert {hex(code) for code in said - INVISIBLE} <= {hex(code) for code in range(0x13430, 0x13440)}


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم", "क्‍ष", "ന്‍ ", "👩‍👩‍👧", "❤️‍🔥", "⚠️ Beware", "1️⃣", "🏳️‍🌈", "ℹ︎", "葛󠄀城", "pay­ment of the Frei­heit",
        "ไทย​ไทย", "⠁⠀⠃", "ᄀᅠ", "page\fnext", "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f",
        "tab\tand line\nend",
    ],
)  # fmt: skip
def test_what_does_its_work_is_not_said(text):
    assert hidden(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p­a­y", ((1, 2), (3, 4))),
        ("a‌b", ((1, 2),)),
        ("می‌‌خ", ((3, 4),)),
        ("😀︀︁︂", ((1, 4),)),
        ("👍️️", ((2, 3),)),
        ("1️", ((1, 2),)),
        ("\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "evil"), ((1, 5),)),
        ("⠀⠀", ((0, 2),)),
        ("a؜b", ((1, 2),)),
        ("aㅤb", ((1, 2),)),
        ("a\x1b[31mb", ((1, 2),)),
    ],
)
def test_what_does_something_else_is_said(text, expected):
    assert hidden(text) == expected


@given(
    st.text(
        st.sampled_from(sorted(map(chr, INVISIBLE - set(range(0xE0100, 0xE1000))))) | st.sampled_from("aب😀#1城\n "),
        max_size=30,
    )
)
def test_a_terminal_gets_no_invisible_character_but_the_selectors_of_emoji(text):
    shown = one_line(text)
    assert {ord(c) for c in shown} & INVISIBLE <= {0xFE0E, 0xFE0F}
    assert one_line(shown) == shown
    assert visible(text).count("\n") == text.count("\n")
    for start, end in hidden(text):
        assert {ord(c) for c in text[start:end]} <= INVISIBLE
