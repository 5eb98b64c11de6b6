"""A question becomes hits: four rankings, joined by a normalised weighted sum.

Words and vectors are both searched over sentences and over passages; every candidate then gets its exact score in all
four, each is stretched to 0..1 over the candidates, and the weighted mean ranks them. Min-max sums beat reciprocal rank
fusion on 27 of 29 sets of Pyserini's published fusion experiments (BEIR), and here (see ``rag.settings``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.document import Quote
from index.search.searcher import Rows, Scores, Searcher, Vector
from rag.question import Question
from rag.settings import DEPTH, FUSION
from rag.timing import stage

RRF = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

FusionMethod = Literal["score", "rank"]
_ZERO = np.zeros(())


@dataclass(frozen=True, slots=True)
class RankingScore:
    """What one ranking says of a hit: its raw score (cosine or BM25), its rank among the candidates, its share of the sum."""

    ranking: str
    score: float
    rank: int
    share: float


@dataclass(frozen=True, slots=True)
class ReaderScore:
    """What the reader says of a sentence: the log-odds that an answer lies in it.

    ``start`` and ``end`` are the characters of the document that it would mark, with the log-odds ``span``; they start in the
    sentence and may end in one that follows. ``room`` is how many sentences of the window stand on its shorter side.
    """

    sentence: float
    start: int
    end: int
    span: float = 0.0
    room: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence inside its passage, with the scores and ranks that brought it; ``score`` is the sum of the shares, 0..1.

    ``row`` is the sentence's row in the library; ``reader_score`` is there when the reader has seen it.
    """

    row: int
    sentence: Quote
    score: float
    parts: tuple[RankingScore, ...]
    reader_score: ReaderScore | None = None

    def part(self, ranking: str) -> RankingScore:
        """What this ranking says; raises KeyError for one that was not asked."""
        for part in self.parts:
            if part.ranking == ranking:
                return part
        raise KeyError(ranking)


def retrieve(
    question: Question,
    searcher: Searcher,
    *,
    top: int = 20,
    fusion: Mapping[str, float] = FUSION,
    by: FusionMethod = "score",
    within: Collection[int] | None = None,
) -> tuple[Hit, ...]:
    """The ``top`` sentences for a question, best first; ties go to the earlier place.

    ``fusion`` weighs the rankings and may leave some out. ``by`` says whether normalised scores or reciprocal ranks are joined.
    ``within`` narrows the search to these documents, by their rows.
    """
    with stage("encode"):
        vector = searcher.encode(question.text)
    rows = searcher.sentences.of_documents(within) if within is not None else _candidates(vector, question.terms, searcher)
    if not len(rows):
        return ()
    owners = searcher.passages_of(rows)
    with stage("vectors"):
        cosines = searcher.sentences.cosines(vector, rows), searcher.passages.cosines(vector, owners)
    with stage("words"):
        bm25 = searcher.sentences.bm25(question.terms, rows), searcher.passages.bm25(question.terms, owners)
    with stage("fuse"):
        columns = {
            "sentence vectors": cosines[0],
            "sentence words": bm25[0],
            "passage vectors": cosines[1],
            "passage words": bm25[1],
        }
        return _fused(rows, columns, searcher, top=top, fusion=fusion, by=by)


def is_foreign(question: Question, searcher: Searcher) -> bool:
    """Whether a question is in a language that next to none of the passages is in, and the model knows it."""
    language = question.language
    return bool(language) and searcher.knows(language) and not searcher.holds_language(language)


def across_languages(fusion: Mapping[str, float]) -> dict[str, float]:
    """The weights of the rankings for a question in another language than the documents, where words only disturb."""
    return {name: weight for name, weight in fusion.items() if name.endswith("vectors")} or dict(fusion)


def _fused(
    rows: Rows,
    columns: Mapping[str, Scores],
    searcher: Searcher,
    *,
    top: int,
    fusion: Mapping[str, float],
    by: FusionMethod,
) -> tuple[Hit, ...]:
    """Hits for the ``top`` candidate rows by the weighted mean of the rankings' shares."""
    total = sum(fusion.values())
    ranks = {name: _ranks(column) for name, column in columns.items()}
    norm = {name: _stretched(columns[name]) if by == "score" else (RRF + 1) / (RRF + ranks[name]) for name in fusion}
    shares = {name: fusion.get(name, 0.0) / total * norm.get(name, _ZERO) for name in columns}
    score = sum(shares.values()) + np.zeros(len(rows))
    hits = []
    for at in np.argsort(-score, kind="stable")[:top].tolist():
        parts = (
            RankingScore(
                name, float(columns[name][at]), int(ranks[name][at]), float(shares[name][at] if shares[name].ndim else 0.0)
            )
            for name in columns
        )
        hits.append(Hit(int(rows[at]), searcher.sentence(int(rows[at])), float(score[at]), tuple(parts)))
    return tuple(hits)


def _candidates(vector: Vector, terms: Sequence[str], searcher: Searcher) -> Rows:
    """Rows of the sentences that one of the rankings puts among its first, or whose passage one puts there; rising."""
    with stage("vectors"):
        nearest = searcher.sentences.nearest(vector, DEPTH), searcher.passages.nearest(vector, DEPTH)
    with stage("words"):
        matching = searcher.sentences.matching(terms, DEPTH), searcher.passages.matching(terms, DEPTH)
    sentences, passages = np.union1d(nearest[0], matching[0]), np.union1d(nearest[1], matching[1])
    return np.union1d(sentences, searcher.sentences_of(passages))


def _stretched(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores moved and scaled to 0..1; all zero when they are all alike, since then they say nothing."""
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _ranks(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The rank of each score, from 1; equal scores share the better one."""
    return np.searchsorted(np.sort(-scores), -scores, side="left") + 1
