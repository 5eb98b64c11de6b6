"""What the reader sees at once: whole sentences that follow one another, short enough to be read quickly."""

from collections.abc import Sequence

from corpus.cut import size

WINDOW = 128
"""About how many word pieces a window holds. A passage of 200 becomes two of about 100: nearly what a whole one costs to
train and to read in tokens, less in attention, and most of what a sentence leans on stands beside it."""

CONTEXT = 48
"""A window that is not a passage's first opens with the sentence before it, if that has no more word pieces than this."""


def windows(text: str, sentences: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Half-open ranges of sentence numbers, one for each window, rising; together they hold every sentence.

    ``sentences`` are ranges of characters of ``text``. Windows of one passage are about equally long.
    """
    sizes = [size(text[start:end]) for start, end in sentences]
    total = sum(sizes)
    count = -(-total // WINDOW)
    cuts, seen = [0], 0
    for number, length in enumerate(sizes):
        if number > cuts[-1] and seen + length / 2 > total * len(cuts) / count:
            cuts.append(number)
        seen += length
    cuts.append(len(sentences))
    opens = [max(0, first - (sizes[first - 1] <= CONTEXT)) if first else 0 for first in cuts[:-1]]
    return tuple(zip(opens, cuts[1:], strict=True))
