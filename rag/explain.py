"""Why a question is not answered, with the evidence: words that the documents never use, and the nearest sentences."""

import re
from collections.abc import Mapping, Sequence

from corpus.context import searched_passage
from corpus.messages import Message, all_of, any_of, sentences
from corpus.terms import terms
from index.search.searcher import Searcher
from rag.answer import Citation, Refusal
from rag.question import Question, Word
from rag.retrieve import Hit
from rag.spell import near_form

NAMED = 5
"""Words of each kind that a refusal names; the rest are counted."""


def explain(
    question: Question, hits: Sequence[Hit], searcher: Searcher, *, nearest: int, cross_language: bool = False
) -> Refusal:
    """A refusal with its evidence and so many ``nearest`` sentences; a ``cross_language`` question's words are no evidence."""
    absent = [word for word in question.words if word.absent]
    near = tuple(Citation(n, hit.sentence, hit.score, (hit,)) for n, hit in enumerate(hits[:nearest], start=1))
    spelt = tuple(dict.fromkeys(_spelt(absent, question.asked)))
    named = list(dict.fromkeys(word.text for word in absent))[:NAMED]
    close = ((word, near_form(word, searcher, shortest=5)) for word in named)
    instead = tuple((word, searcher.surface(other) or other) for word, other in close if other)
    first = hits[0].sentence.passage if hits else None
    passage = searched_passage(first) if first else ""
    title = first.document.title if first else ""
    inside = {*terms(passage), *terms(title)}
    has = _phrases([word for word in question.words if word.is_among(inside)], question.asked, passage)
    lacks = tuple(dict.fromkeys(w.text for w in question.words if not w.is_among(inside) and not w.absent))
    said = [Message("refusal.does_not_say")]
    if spelt and not cross_language:
        said.append(_never(spelt, dict(instead)))
    said.append(_nearest(has, lacks, absent=bool(spelt)))
    return Refusal(question.asked, sentences(said), spelt, near, instead, has, lacks)


def _never(spelt: Sequence[str], instead: Mapping[str, str]) -> Message:
    """Which words of the question the documents never use, with the names they have instead."""
    shown = [_absent(word, instead.get(word)) for word in spelt[:NAMED]]
    rest = [Message("refusal.more", n=len(spelt) - NAMED)] if len(spelt) > NAMED else []
    return Message("refusal.never", words=any_of([*shown, *rest]))


def _absent(word: str, instead: str | None) -> Message:
    return Message("refusal.instead", word=word, instead=instead) if instead else Message("refusal.word", word=word)


def _nearest(has: Sequence[str], lacks: Sequence[str], *, absent: bool) -> Message:
    """Which words of the question the nearest passage has, and which it lacks though the documents use them elsewhere."""
    if not (has or lacks or absent):
        return Message("refusal.no_words")
    if not has:
        return Message("refusal.not_close")
    having = all_of([Message("refusal.word", word=word) for word in has[:NAMED]])
    if not lacks:
        return Message("refusal.has" if absent else "refusal.has_all", has=having)
    return Message("refusal.lacks", has=having, lacks=any_of([Message("refusal.word", word=word) for word in lacks[:NAMED]]))


def _phrases(found: Sequence[Word], asked: str, passage: str) -> tuple[str, ...]:
    """Words, those as one that stand side by side in the question and in the passage; each once."""
    runs: list[tuple[int, int]] = []
    for word in found:
        if runs and asked[runs[-1][0] : word.end] in passage and asked[runs[-1][1] : word.start].isspace():
            runs[-1] = (runs[-1][0], word.end)
        else:
            runs.append((word.start, word.end))
    return tuple(dict.fromkeys(asked[start:end] for start, end in runs))


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
