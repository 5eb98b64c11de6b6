"""Letters that PDFium had to guess, as a font does not say which letters it shows: whether they are those of a language.

PDFium then takes the number of a shape for the letter. Often that is right; where a font numbers its shapes in another way,
"Pen" is read as "3HQ".
"""

from itertools import pairwise
from typing import Any
from unicodedata import name

from corpus.formats.charset import cost_of_letters

SAMPLES = 64
"""Places of a page that are looked at."""

FEWEST = 15
"""Latin letters that it takes to tell."""

DEAREST = 11.25
"""What a letter costs at most on the average (``charset``): somewhat more than in a row of the whole alphabet, 10.96.

Of the 89 PDFs among 1,147 that have guessed letters, those that are right cost 10.4 at most, garbled ones 11.5 and more.
"""

SCRIPTS = 5
"""Scripts that no page mixes, each with two letters and more."""


def wrong_guesses(textpage: Any, text: str, places: list[int]) -> list[tuple[int, int]]:
    """Ranges of a page's text whose letters PDFium guessed, where no language has them so."""
    if not any(_is_guessed(textpage, place) for place in places[:: len(places) // SAMPLES + 1]):
        return []
    guessed = [at for at, place in enumerate(places) if not text[at].isspace() and _is_guessed(textpage, place)]
    if not guessed or _is_language("".join(text[at] for at in guessed)):
        return []
    apart = [(one, other) for one, other in pairwise(guessed) if not all(c.isspace() for c in text[one + 1 : other])]
    return list(zip([guessed[0], *(n for _, n in apart)], [*(n + 1 for n, _ in apart), guessed[-1] + 1], strict=True))


def _is_guessed(textpage: Any, place: int) -> bool:
    import pypdfium2.raw as raw

    index = raw.FPDFText_GetCharIndexFromTextIndex(textpage.raw, place) if place >= 0 else -1
    return bool(index >= 0 and raw.FPDFText_HasUnicodeMapError(textpage.raw, index) == 1)


def _is_language(text: str) -> bool:
    letters = [c for c in text.lower() if c.isalpha()]
    latin = "".join(c for c in letters if c.isascii())
    scripts = [name(c, "").partition(" ")[0] for c in letters]
    mixed = sum(scripts.count(script) > 1 for script in set(scripts)) >= SCRIPTS
    return not mixed and (len(latin) < FEWEST or cost_of_letters(latin) <= DEAREST * len(latin))
