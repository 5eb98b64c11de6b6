"""How a question is asked: everything that may be chosen, frozen, and written into every run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from corpus.errors import QuestionError
from rag.retrieve import By
from rag.settings import ANSWERED_THRESHOLD, FUSION, JUDGED, LOOKED_AT, NEXT_QUOTE, NEXT_QUOTE_READ, QUOTES, READ

ALWAYS_WRITTEN = ("top", "threshold", "fusion", "by", "next_quote")
"""What a run names though nobody chose it: what the product did on that day."""


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen of a question; the defaults are what the product does. Raises QuestionError for what cannot be.

    ``top`` bounds the quotes of an answer: without it at most QUOTES are shown, and for each part of a question of several at
    most two. ``threshold`` is the log-odds from which a question is answered (``rag.decide``), ``next_quote`` the share of the
    first quote's score that a further one needs. ``fusion`` weighs the rankings and ``by`` joins them (``rag.retrieve``).
    ``mend`` is whether misspelt words are read as the documents' own, ``split`` whether a question of several parts is asked
    in parts. ``depth`` sentences of each part are ranked, at least those that are judged. About ``most`` word pieces are read
    by the reader, whose share of a score ``looked_at`` weighs (``rag.reader.rerank``).
    """

    top: int | None = None
    threshold: float = ANSWERED_THRESHOLD
    next_quote: float | None = None
    fusion: Mapping[str, float] = field(default_factory=lambda: FUSION, hash=False)
    by: By = "score"
    mend: bool = True
    split: bool = True
    depth: int = JUDGED
    most: int = READ
    looked_at: Mapping[str, float] = field(default_factory=lambda: LOOKED_AT, hash=False)

    def __post_init__(self) -> None:
        for name in ("top", "depth", "most"):
            count = getattr(self, name)
            if count is not None and count < 1:
                raise QuestionError(f"{name} is {count}; it must be 1 or more")
        if self.next_quote is not None and not 0 <= self.next_quote <= 1:
            raise QuestionError(f"next_quote is {self.next_quote}; it is a share of the first quote's score, from 0 to 1")
        if self.threshold != self.threshold:
            raise QuestionError("threshold is not a number")

    def written(self, *, with_reader: bool) -> dict[str, Any]:
        """What a run says of them: those of ALWAYS_WRITTEN as they take effect, the others where they are not the defaults."""
        usual = Options()
        chosen = {one.name: getattr(self, one.name) for one in fields(self)}
        default = {"top": QUOTES, "next_quote": NEXT_QUOTE_READ if with_reader else NEXT_QUOTE}
        return {
            name: default.get(name, value) if value is None else value
            for name, value in chosen.items()
            if name in ALWAYS_WRITTEN or value != getattr(usual, name)
        }
