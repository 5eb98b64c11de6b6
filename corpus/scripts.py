"""The scripts that texts are written in, as the insides of classes of regular expressions.

The ranges are those of the blocks of Unicode; of a block that holds other signs too, its letters.
"""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, wherever they are used."""

KANA = "\u3040-\u30ff"
"""What only Japanese is written in."""

SYLLABLES = "\uac00-\ud7af"
"""Korean as it is printed."""

HANGUL = f"\u1100-\u11ff\u3130-\u318f{SYLLABLES}"
"""Korean, single letters included."""

ARABIC = "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff"
ARABIC_PROPER = "\u0620-\u064a"
"""The letters that Arabic itself has, without those of Persian, Urdu and others."""

CYRILLIC = "\u0400-\u052f"
RUSSIAN = "\u0430-\u044f"
"""The small letters of Russian, accents off."""

SHORT_I = "Ии"
"""What is another letter with a breve above it, and not the same with an accent."""

LATIN = "A-Za-z\u00aa-\u024f\u1e00-\u1eff"

OTHERS = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u05d0-\u05ea",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
    "km": "\u1780-\u17ff",
}
"""Scripts that one language at most is told by here, under its code."""

UNSPACED = f"{KANA}{HAN}"
"""Scripts that set no spaces between words."""

EAST_ASIAN = f"{KANA}{HAN}{SYLLABLES}"
"""Scripts a character of which says about as much as a word piece."""

MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
"""Signs that belong to the letter before them: accents, vowels, tones."""

ONLY_URDU, ONLY_PERSIAN = "ٹڈڑںےہھ", "پچژگکی"
ONLY_RUSSIAN, NEVER_RUSSIAN = "ыэё", "іїєўґәқңғүұһөј"
"""Letters by which neighbours in one script are told apart."""
