"""Whether the documents answer a question at all: named signals, each with a weight, add up to log-odds in three bands.

The weights are in ``decision.json``, in sets (``training/decide.py``): with the reader and without it, within a language and
across languages, and of the encoder that ships, whose cosines are weighed, beside those for any other.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from corpus.context import searched_passage
from corpus.language import language_of
from corpus.messages import Message
from corpus.records import checked
from corpus.terms import terms
from index.search.searcher import Searcher
from rag.answer import Signal, Verdict
from rag.bands import ANSWERS
from rag.question import Question, Word
from rag.reader.model import NoReader, Reader
from rag.retrieve import Hit
from rag.settings import ABSENT_NAME, COVERED_ALONE, DECISION_DEPTH, MOSTLY_ABSENT, NAMELESS, VETO

SURE = 12.0
"""The reader's log-odds are cut off here on both sides: beyond it they say no more."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The weight of each signal, and the fingerprints of the readers that they were fitted to."""

    weights: dict[str, float]
    readers: tuple[str, ...] = ()


@cache
def _decisions() -> dict[str, Decision]:
    return checked(json.loads((files("rag") / "decision.json").read_text(encoding="utf-8")), dict[str, Decision])


def decision(*names: str) -> dict[str, float]:
    """The shipped weight of each signal, under the first of these names that there is."""
    held = _decisions()
    return next(held[name] for name in names if name in held).weights


def fitted(reader: Reader) -> Reader:
    """The reader, if the decision was fitted to what it says; to another's log-odds its weights mean nothing."""
    if reader.fingerprint and reader.fingerprint not in _decisions()["with reader"].readers:
        return NoReader(Message("reader.not_fitted", reader=reader.fingerprint[:12]))
    return reader


def is_cross_language(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether a question is in another language than the passage of the first hit, as far as can be said."""
    return bool(hits and question.language) and language_of(hits[0].sentence.passage.text) not in {question.language, ""}


def judge(
    question: Question,
    hits: Sequence[Hit],
    *,
    searcher: Searcher | None = None,
    cross_language: bool = False,
    threshold: float = ANSWERS,
) -> Verdict:
    """The log-odds that the first quote answers, as a sum of named signals, and the ``threshold`` of the first band.

    Which weights hold depends on what is known: those for a reader where it has seen the first hit; those of the
    ``searcher``'s model where there are any; those across languages for a ``cross_language`` question, whose words cannot be
    missed. Without a reader, in a language that the model does not know, words alone count. A question of stop words alone
    has nothing but the reader to go by (NAMELESS). Without hits no threshold is low enough.
    """
    read = hits[0].reader_score if hits else None
    if not hits or not question.words and not (read and read.sentence >= NAMELESS):
        nothing = (Signal("nothing to look for", 1.0, VETO),)
        return Verdict(question.asked, nothing, threshold if hits else max(threshold, ANSWERS))
    kind = "with reader" if read else "without reader"
    names = [f"{searcher.model} {kind}", kind] if searcher else [kind]
    if cross_language:
        names = [*(f"{name} across languages" for name in names), *names]
    if searcher and not searcher.knows(question.language) and not read:
        names = ["by words alone"]
    values, weights = signals(question, hits), decision(*names)
    return Verdict(question.asked, tuple(Signal(n, values[n], weight * values[n]) for n, weight in weights.items()), threshold)


def signals(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """The value of every signal that a decision may weigh.

    - ``sentence``: the reader's log-odds that an answer lies in the first hit
    - ``span``: its log-odds of the very words that it points at
    - ``meaning``: the highest cosine of the question with a sentence
    - ``covered``: the idf-weighted share of its words that stand in the first hit's passage, or over it
    - ``together``: 1 where one sentence holds nearly all of its words (COVERED_ALONE)
    - ``absent name``: 1 where names that the documents never use weigh enough (ABSENT_NAME)
    - ``mostly absent``: 1 where a short question is mostly of words that they never use (MOSTLY_ABSENT)
    """
    absent = [word for word in question.words if word.absent]
    first, total = hits[0], _weight(question.words)
    values = {
        "constant": 1.0,
        "meaning": max(hit.part("sentence vectors").score for hit in hits[:DECISION_DEPTH]),
        "covered": _share(question, searched_passage(first.sentence.passage)),
        "together": float(_together(question, first)),
        "absent name": float(0 < total and _weight([word for word in absent if word.name]) >= ABSENT_NAME * total),
        "mostly absent": float(len(question.words) <= 2 and _weight(absent) > MOSTLY_ABSENT * total),
    }
    if first.reader_score:
        values |= {"sentence": _held(first.reader_score.sentence), "span": _held(first.reader_score.span)}
    return values


def _held(log_odds: float) -> float:
    return min(SURE, max(-SURE, log_odds))


def _together(question: Question, hit: Hit) -> bool:
    """Whether one sentence holds nearly all of what was asked, at least two different words of it."""
    return len({word.term for word in question.words}) > 1 and _share(question, hit.sentence.text) >= COVERED_ALONE


def _share(question: Question, text: str) -> float:
    """The idf-weighted share of a question's words that stand in a text."""
    inside = set(terms(text))
    total = _weight(question.words)
    return _weight([word for word in question.words if word.is_among(inside)]) / total if total else 0.0


def _weight(words: Sequence[Word]) -> float:
    return sum({word.term: word.weight for word in words}.values())
