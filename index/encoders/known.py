"""Which languages a model was trained on, and which other model knows one that it does not."""

from index.encoders.e5 import DEFAULT_MODEL
from index.encoders.minilm import NAME as MINILM

KNOWN = {MINILM: frozenset({"en"})}
"""The languages that a model was trained on, where they are few; the default knows about a hundred, of others nobody knows
here.
"""


def knows(model: str, language: str) -> bool:
    """Whether a model was trained on a language, or nobody knows; so of a language that could not be said."""
    return not language or model not in KNOWN or language in KNOWN[model]


def better_model(model: str, language: str) -> str | None:
    """The model to index with for a language that this one does not know; None where there is none, or this one does."""
    return None if knows(model, language) else DEFAULT_MODEL
