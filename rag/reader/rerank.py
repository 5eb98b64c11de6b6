"""The reader looks at what retrieval found: the words that answer are marked, and the sentences ranked anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from index.search.searcher import Searcher
from rag.question import Question
from rag.reader.model import Marks, Reader
from rag.reader.windows import WindowText, window_text, windows
from rag.retrieve import Hit, RankingScore, ReaderScore
from rag.timing import stage

LONGEST_ANSWER = 40
"""Word pieces that an answer may have."""


def rerank(
    question: Question, hits: Sequence[Hit], searcher: Searcher, reader: Reader, *, most: int, weights: Mapping[str, float]
) -> tuple[Hit, ...]:
    """The hits, those that the reader saw with what it says of them, ranked by retrieval and reader together.

    About ``most`` word pieces are read in all, from the best hit down. A hit's new score is the mean of retrieval's (0..1)
    and of the reader's probability that its sentence answers, by ``weights`` named ``retrieval`` and ``sentence``; what was
    not read keeps retrieval's share alone.
    """
    with stage("look"):
        texts = {pair: _text(pair, searcher) for pair in windows(hits, searcher, most=most)}
        if not texts:
            return tuple(hits)
        seen: dict[int, ReaderScore] = {}
        read = reader.read(question.text, [window.text for window in texts.values()])
        for ((first, last), window), marks in zip(texts.items(), read, strict=True):
            for hit in hits:
                if first <= hit.row < last and (found := _look(hit, window, marks)):
                    room = min(hit.row - first, last - 1 - hit.row)
                    if hit.row not in seen or seen[hit.row].room < room:
                        seen[hit.row] = replace(found, room=room)
        return ranked(hits, seen, weights)


def ranked(hits: Sequence[Hit], seen: Mapping[int, ReaderScore], weights: Mapping[str, float]) -> tuple[Hit, ...]:
    """Hits as retrieval gives them, ranked with what the reader says of the rows it has seen; ``weights`` as in ``rerank``."""
    total = sum(weights.values())
    scores = sorted((found.sentence for found in seen.values()), reverse=True)
    found = []
    for hit in hits:
        parts = [replace(part, share=part.share * weights["retrieval"] / total) for part in hit.parts]
        if read := seen.get(hit.row):
            share = weights["sentence"] / total * _probability(read.sentence)
            parts.append(RankingScore("reader", read.sentence, scores.index(read.sentence) + 1, share))
        found.append(replace(hit, score=sum(part.share for part in parts), parts=tuple(parts), reader_score=read))
    return tuple(sorted(found, key=lambda hit: -hit.score))


def _look(hit: Hit, window: WindowText, marks: Marks) -> ReaderScore | None:
    """What the marks of a window say of a hit; None where it was cut off."""
    document, sentence = hit.sentence.document, hit.sentence
    firsts, lasts = marks.places[:, 0], np.maximum(marks.places[:, 1] - 1, marks.places[:, 0])
    starts, ends = window.offsets[firsts], window.offsets[lasts] + 1
    inside = np.flatnonzero((starts >= sentence.start) & (starts < sentence.end))
    if not len(inside):
        return None
    score = _logsumexp(marks.starts[inside]) + _logsumexp(marks.ends[inside])
    begin, finish, span = _best_span(replace(marks, ends=np.where(ends > 0, marks.ends, -np.inf)), inside)
    start, end = _whole_words(document, int(starts[begin]), int(ends[finish]))
    return ReaderScore(score, max(start, sentence.start), end, span)


def _best_span(marks: Marks, inside: NDArray[np.int64]) -> tuple[int, int, float]:
    """The pieces at which the likeliest answer starts, inside a sentence, and ends, there or in one that follows, and its
    log-odds.
    """
    top, span = -np.inf, (int(inside[0]), int(inside[0]))
    for begin in inside.tolist():
        ends = marks.ends[begin : begin + LONGEST_ANSWER]
        finish = int(np.argmax(ends))
        if marks.starts[begin] + ends[finish] > top:
            top, span = float(marks.starts[begin] + ends[finish]), (begin, begin + finish)
    return (*span, top)


def _whole_words(document: Document, start: int, end: int) -> tuple[int, int]:
    """A range grown to the borders of the words it cuts."""
    text = document.text
    while 0 < start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def _text(rows: tuple[int, int], searcher: Searcher) -> WindowText:
    first, last = searcher.sentence(rows[0]), searcher.sentence(rows[1] - 1)
    return window_text(first.document, first.start, last.end)


def _logsumexp(values: NDArray[np.float32]) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))


def _probability(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))
