"""What the server's threads are at work on: it is finished before the process ends, and nothing more is begun then."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from corpus.messages import Message

ENDING = Message("window.closing")
"""What is said to who asks then."""

LONGEST = 20.0
"""Seconds that the end waits for what is at work."""


class Working:
    """Counts what is at work: a thread that is in a library's code while Python ends takes the process down with it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._at_work, self._ended = 0, False

    @contextmanager
    def one(self) -> Iterator[bool]:
        """A block of work; gives whether it may be done."""
        with self._changed:
            may = not self._ended
            self._at_work += may
        try:
            yield may
        finally:
            with self._changed:
                self._at_work -= may
                self._changed.notify_all()

    def end(self) -> None:
        """Begin nothing more, and wait for what is at work."""
        with self._changed:
            self._ended = True
            self._changed.wait_for(lambda: not self._at_work, LONGEST)
