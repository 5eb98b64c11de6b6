"""How a question is asked: everything that may be chosen, frozen, and written into every run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from types import MappingProxyType
from typing import get_args

from corpus.errors import QuestionError
from corpus.messages import Message
from rag.bands import ANSWERS
from rag.retrieve import FusionMethod
from rag.settings import (
    DECISION_DEPTH,
    FUSION,
    NEXT_QUOTE,
    NEXT_QUOTE_READ,
    QUOTES,
    READER_TOKENS,
    RERANK_WEIGHTS,
)

ALWAYS_WRITTEN = ("top", "threshold", "fusion", "by", "next_quote")
"""What a run names though nobody chose it: what the product did on that day."""


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen of a question; the defaults are what the product does. Raises QuestionError for what cannot be.

    ``top`` bounds the quotes of an answer: without it at most QUOTES are shown, and for each part of a question of several at
    most two. ``threshold`` is the log-odds from which quotes are shown as an answer (``rag.bands``): without it that which was
    calibrated for the documents, or else the shipped one. ``strict`` is whether nothing else is shown: what only may answer is
    refused. ``next_quote`` is the share of the first quote's score that a further
    one needs. ``fusion`` weighs the rankings and ``by`` joins them (``rag.retrieve``). ``spellcheck`` is whether misspelt words
    are read as the documents' own, ``multi_part`` whether a question of several parts is asked in parts. ``depth`` sentences of
    each part are ranked, at least those that are judged. About ``token_budget`` word pieces are read by the reader, whose share
    of a score ``rerank_weights`` weighs (``rag.reader.rerank``).
    """

    top: int | None = None
    threshold: float | None = None
    strict: bool = False
    next_quote: float | None = None
    fusion: Mapping[str, float] = field(default_factory=lambda: FUSION, hash=False)
    by: FusionMethod = "score"
    spellcheck: bool = True
    multi_part: bool = True
    depth: int = DECISION_DEPTH
    token_budget: int = READER_TOKENS
    rerank_weights: Mapping[str, float] = field(default_factory=lambda: RERANK_WEIGHTS, hash=False)

    def __post_init__(self) -> None:
        for name in ("top", "depth", "token_budget"):
            count = getattr(self, name)
            if not (count is None and name == "top") and (type(count) is not int or count < 1):
                raise QuestionError("option.count", name=name, value=repr(count))
        share, threshold = self.next_quote, self.threshold
        if share is not None and not (_is_number(share) and 0 <= share <= 1):
            raise QuestionError("option.next_quote", value=repr(share))
        if threshold is not None and not _is_number(threshold):
            raise QuestionError("option.threshold", value=repr(threshold))
        if self.by not in get_args(FusionMethod):
            raise QuestionError("option.choice", name="by", value=repr(self.by), choices=", ".join(get_args(FusionMethod)))
        for name, known in (("fusion", set(FUSION)), ("rerank_weights", set(RERANK_WEIGHTS))):
            weights = dict(getattr(self, name))
            if not weights or not set(weights) <= known or name == "rerank_weights" and set(weights) != known:
                raise QuestionError(
                    "option.names",
                    name=name,
                    names=", ".join(map(str, weights)) or Message("option.nothing"),
                    choices=", ".join(sorted(known)),
                )
            if not all(_is_number(one) and 0 <= one < inf for one in weights.values()) or not sum(weights.values()):
                raise QuestionError("option.weights", where=name)
            object.__setattr__(self, name, MappingProxyType(weights))

    def written(self, *, with_reader: bool) -> dict[str, object]:
        """What a run says of them: those of ALWAYS_WRITTEN as they take effect, the others where they are not the defaults."""
        usual = Options()
        chosen = {one.name: getattr(self, one.name) for one in fields(self)}
        default = {"top": QUOTES, "threshold": ANSWERS, "next_quote": NEXT_QUOTE_READ if with_reader else NEXT_QUOTE}
        return {
            name: default.get(name) if value is None else dict(value) if isinstance(value, Mapping) else value
            for name, value in chosen.items()
            if name in ALWAYS_WRITTEN or value != getattr(usual, name)
        }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
