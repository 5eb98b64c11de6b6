"""Which languages a model was trained on, and which other model knows one that it does not."""

from index.encoders.minilm import DEFAULT_MODEL
from index.encoders.multilingual import LANGUAGES
from index.encoders.multilingual import NAME as MULTILINGUAL

KNOWN = {DEFAULT_MODEL: frozenset({"en"}), MULTILINGUAL: LANGUAGES}
"""The languages that a model was trained on; of any other model nobody knows here."""


def knows(model: str, language: str) -> bool:
    """Whether a model was trained on a language, or nobody knows; so of a language that could not be said."""
    return not language or model not in KNOWN or language in KNOWN[model]


def better_model(model: str, language: str) -> str | None:
    """The model to index with for a language that this one does not know; None where there is none, or this one does."""
    return None if knows(model, language) or model == MULTILINGUAL else MULTILINGUAL
