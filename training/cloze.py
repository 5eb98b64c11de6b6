"""Questions made from any text, in any language: a sentence asked for by some of its words, and the same with one of them
broken.
"""

import random
import re
from collections.abc import Sequence

from corpus.scripts import EAST_ASIAN

NAME = re.compile(
    r"(?<=[a-zà-ÿ,;] )[A-ZÀ-Þ][\w'’-]+(?: (?:(?:of|de|der|du) )?[A-ZÀ-Þ][\w'’-]+)*"
    r"|《[^》]{2,20}》|[А-Я][а-я]+(?: [А-Я][а-я]+)+"
)
NUMBER = re.compile(
    r"(?<![\w.,])\d[\d,.]*\d(?![\w])|(?<![\w.,])\d(?![\w.,])"
    r"|(?<=[^\d])\d+(?=[年月日天条万亿%％])|[一二三四五六七八九十百]{2,}(?=[年月日天条万])"
)
_DENSE = re.compile(f"[{EAST_ASIAN}]")
_CLAUSE = re.compile(r"[，,。；;：:、（）()\s]+")
_WORD = re.compile(r"[\w'’-]+")


def asked(sentence: str, rng: random.Random) -> str | None:
    """Some of the words of a sentence in their order, or some of its clauses where words are not set apart; None for a short
    one.
    """
    if len(_DENSE.findall(sentence)) * 2 > len(sentence):
        clauses = [part for part in _CLAUSE.split(sentence) if len(part) >= 3]
        if not clauses or len(sentence) < 12:
            return None
        some = sorted(rng.sample(range(len(clauses)), min(len(clauses), rng.choice((1, 2)))))
        said = "".join(clauses[n] for n in some)[: rng.randrange(8, 24)]
        return said if len(said) >= 5 else None
    words = _WORD.findall(sentence)
    long = [n for n, word in enumerate(words) if len(word) > 3 or word.isdigit()]
    if len(long) < 5:
        return None
    some = sorted(rng.sample(long, max(3, min(8, round(len(long) * rng.uniform(0.3, 0.7))))))
    return " ".join(words[n] for n in some)


def gap(sentence: str, rng: random.Random) -> tuple[str, int, int] | None:
    """An English sentence with a name or number replaced by the word that asks for it, and where that stood; None where it
    has none.
    """
    found = [(match, number) for number, kind in ((True, NUMBER), (False, NAME)) for match in kind.finditer(sentence)]
    if not found or len(sentence) > 250:
        return None
    match, number = rng.choice(found)
    word = rng.choice(("what number", "how many", "what") if number else ("what", "which", "who or what"))
    before, after = sentence[: match.start()], sentence[match.end() :]
    return f"{before[:1].lower()}{before[1:]}{word}{after}".rstrip(" .") + "?", match.start(), match.end()


def broken(question: str, others: Sequence[str], rng: random.Random) -> str | None:
    """A question in which a name or number is exchanged for one of ``others`` of its kind; None where that cannot be."""
    numbers = rng.random() < 0.5
    found = list((NUMBER if numbers else NAME).finditer(question))
    pool = [one for one in others if bool(NUMBER.fullmatch(one)) == numbers and one.lower() not in question.lower()]
    if not found or not pool:
        return None
    match = rng.choice(found)
    return question[: match.start()] + rng.choice(pool) + question[match.end() :]
