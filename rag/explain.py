"""What speaks against a quote: words of the question that the documents never use, and those that its passage lacks.

A refusal gives them with the nearest sentences, a quote that only may answer as its doubt.
"""

import re
from collections.abc import Callable, Sequence

from corpus.context import searched_passage
from corpus.document import Passage, Quote
from corpus.messages import Message, all_of, any_of, sentences
from corpus.terms import terms
from index.search.searcher import Searcher
from rag.answer import Citation, Refusal, Verdict
from rag.bands import percent
from rag.question import Question, Word
from rag.retrieve import Hit
from rag.spell import near_form

NAMED = 5
"""Words of each kind that a refusal names; the rest are counted."""


def explain(
    question: Question,
    hits: Sequence[Hit],
    verdict: Verdict,
    searcher: Searcher,
    *,
    nearest: int,
    cross_language: bool = False,
) -> Refusal:
    """A refusal with its evidence and so many ``nearest`` sentences; a ``cross_language`` question's words are no evidence."""
    near = tuple(Citation(n, hit.sentence, hit.score, (hit,), verdict) for n, hit in enumerate(hits[:nearest], start=1))
    spelt, instead = _absent(question, searcher)
    has, lacks = _shared(question, hits[0].sentence.passage if hits else None)
    if hits and verdict.band != "does not say":
        why = doubt(question, hits[0].sentence, searcher, cross_language=cross_language)
        said = [Message("refusal.may_answer", percent=percent(verdict.probability)), why]
    else:
        never = [Message("refusal.never", words=_spelt_or(spelt, instead))] if spelt and not cross_language else []
        said = [Message("refusal.does_not_say"), *never, _nearest(has, lacks, absent=bool(spelt))]
    return Refusal(verdict, sentences(said), spelt, near, instead, has, lacks)


def doubt(question: Question, quote: Quote, searcher: Searcher, *, cross_language: bool = False) -> Message:
    """What a quote that may answer lacks of the question, judged by its passage."""
    spelt, instead = _absent(question, searcher)
    has, lacks = _shared(question, quote.passage)
    said = [Message("doubt.never", words=_spelt_or(spelt, instead))] if spelt and not cross_language else []
    if not has:
        said.append(Message("doubt.no_words"))
    elif not lacks:
        said.append(Message("doubt.has", has=_named(has, all_of)))
    else:
        said.append(Message("doubt.lacks", has=_named(has, all_of), lacks=_named(lacks, any_of)))
    return sentences(said)


def _absent(question: Question, searcher: Searcher) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The words of a question that the documents never use, as they were spelt, and for some the near form that they have."""
    absent = [word for word in question.words if word.absent]
    named = list(dict.fromkeys(word.text for word in absent))[:NAMED]
    close = ((word, near_form(word, searcher, shortest=5)) for word in named)
    instead = tuple((word, searcher.surface(other) or other) for word, other in close if other)
    return tuple(dict.fromkeys(_spelt(absent, question.asked))), instead


def _shared(question: Question, passage: Passage | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a question that a passage has, in its text, over it or in its title, and those that only others have."""
    text = searched_passage(passage) if passage else ""
    inside = {*terms(text), *terms(passage.document.title if passage else "")}
    has = _phrases([word for word in question.words if word.is_among(inside)], question.asked, text)
    return has, tuple(dict.fromkeys(w.text for w in question.words if not w.is_among(inside) and not w.absent))


def _spelt_or(spelt: Sequence[str], instead: Sequence[tuple[str, str]]) -> Message:
    """Words of the question that the documents never use, with the names they have instead."""
    names = dict(instead)
    shown = [_instead(word, names.get(word)) for word in spelt[:NAMED]]
    rest = [Message("refusal.more", n=len(spelt) - NAMED)] if len(spelt) > NAMED else []
    return any_of([*shown, *rest])


def _instead(word: str, instead: str | None) -> Message:
    return Message("refusal.instead", word=word, instead=instead) if instead else Message("refusal.word", word=word)


def _nearest(has: Sequence[str], lacks: Sequence[str], *, absent: bool) -> Message:
    """Which words of the question the nearest passage has, and which it lacks though the documents use them elsewhere."""
    if not (has or lacks or absent):
        return Message("refusal.no_words")
    if not has:
        return Message("refusal.not_close")
    having = _named(has, all_of)
    if not lacks:
        return Message("refusal.has" if absent else "refusal.has_all", has=having)
    return Message("refusal.lacks", has=having, lacks=_named(lacks, any_of))


def _named(words: Sequence[str], joined: Callable[[Sequence[Message]], Message]) -> Message:
    """The first words of several, in quotation marks."""
    return joined([Message("refusal.word", word=word) for word in words[:NAMED]])


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
