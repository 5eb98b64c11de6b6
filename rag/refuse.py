"""Whether the documents answer a question at all; if not, why, in words a person understands."""

import re
from collections.abc import Sequence

from index.words import Words, terms
from rag.answer import Citation, Refusal, Signal, Verdict
from rag.question import Question, Word, near_form
from rag.retrieve import Hit
from rag.weights import ABSENT_NAME, ANSWERED, ANSWERED_THRESHOLD, JUDGED, MOSTLY_ABSENT, NEVER, TOGETHER


def judge(question: Question, hits: Sequence[Hit], *, threshold: float = ANSWERED_THRESHOLD) -> Verdict:
    """The log-odds that the documents answer, as a sum of named signals, held against a threshold (see ``rag.weights``)."""
    if not hits or not question.words:
        return Verdict(question.asked, (Signal("nothing to look for", 1.0, NEVER),), threshold)
    absent = [word for word in question.words if word.absent]
    values = {
        "constant": 1.0,
        "meaning": max(hit.part("sentence vectors").score for hit in hits[:JUDGED]),
        "covered": _share(question, hits[0].sentence.passage.text),
        "together": float(_together(question, hits[0])),
        "absent name": float(_weight([word for word in absent if word.name]) >= ABSENT_NAME * _weight(question.words)),
        "mostly absent": float(len(question.words) <= 2 and _weight(absent) > MOSTLY_ABSENT * _weight(question.words)),
    }
    return Verdict(question.asked, tuple(Signal(n, value, ANSWERED[n] * value) for n, value in values.items()), threshold)


def refuse(question: Question, hits: Sequence[Hit], words: Words, *, nearest: int) -> Refusal:
    """A refusal with its evidence and so many ``nearest`` sentences."""
    absent = [word for word in question.words if word.absent]
    near = tuple(Citation(n, hit.sentence, hit.score, (hit,)) for n, hit in enumerate(hits[:nearest], start=1))
    spelt = tuple(dict.fromkeys(_spelt(absent, question.asked)))
    return Refusal(question.asked, f"The material does not say. {_evidence(question, absent, spelt, words)}", spelt, near)


def _together(question: Question, hit: Hit) -> bool:
    """Whether one sentence holds nearly all of what was asked, at least two different words of it."""
    return len({word.term for word in question.words}) > 1 and _share(question, hit.sentence.text) >= TOGETHER


def _share(question: Question, text: str) -> float:
    """The idf-weighted share of a question's words that stand in a text."""
    inside = set(terms(text))
    return _weight([word for word in question.words if word.term in inside]) / _weight(question.words)


def _weight(words: Sequence[Word]) -> float:
    return sum({word.term: word.weight for word in words}.values())


def _evidence(question: Question, absent: Sequence[Word], spelt: Sequence[str], words: Words) -> str:
    if not question.words:
        return "The question names nothing to look for."
    if not spelt:
        return "Its nearest passages are not close enough to the question to answer it."
    close = {word.text: near_form(word.text, words, shortest=5) for word in absent}
    shown = [
        f'"{word}"' + (f' (it has "{words.surfaces[words.vocabulary[near]]}")' if (near := close.get(word)) else "")
        for word in spelt[:5]
    ]
    rest = [f"{len(spelt) - 5} more"] if len(spelt) > 5 else []
    listed = [*shown, *rest]
    joined = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
    return f"It never mentions {joined}."


def _spelt(absent: Sequence[Word], asked: str) -> list[str]:
    """Absent words as they were typed; neighbours in a run of Chinese, Japanese or Korean characters as one."""
    runs: list[tuple[int, int]] = []
    for word in absent:
        overlaps = runs and word.start <= runs[-1][1] and not re.search(r"\s", asked[runs[-1][0] : word.end])
        if overlaps and not word.text[0].isascii():
            runs[-1] = (runs[-1][0], max(runs[-1][1], word.end))
        else:
            runs.append((word.start, word.end))
    return [asked[start:end] for start, end in runs]
