"""How long work speaks of itself: the functions that it calls, which a face gives it."""

from collections.abc import Callable

from corpus.messages import Message

Note = Callable[[Message], None]
"""Hears something for the user."""

Progress = Callable[[int, int], None]
"""Hears how far work has come: so much done of a total."""
