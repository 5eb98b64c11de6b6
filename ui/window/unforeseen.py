"""What nobody foresaw, said in one line: the threads that work for others go on."""

import time
from pathlib import Path
from threading import Lock
from traceback import extract_tb

from corpus.messages import Message
from corpus.progress import Note

AGAIN = 60.0
"""Seconds until the same line is said again."""

KEPT = 100
"""Lines that are remembered."""

_HOUSE = Path(__file__).parents[2]


class Unforeseen:
    """Says through ``note`` what went wrong and where, the same at most once a minute; may be called by many threads."""

    def __init__(self, note: Note) -> None:
        self._note, self._lock = note, Lock()
        self._said: dict[Message, float] = {}

    def __call__(self, what: str | Message, error: BaseException) -> None:
        """Say that ``what`` could not be done."""
        self.say(Message("window.defect", what=what, error=_named(error) + _where(error)))

    def say(self, line: Message) -> None:
        """Say something, unless it was said just now."""
        now = time.monotonic()
        with self._lock:
            self._said = {one: at for one, at in self._said.items() if now - at < AGAIN}
            new = line not in self._said and len(self._said) < KEPT
            if new:
                self._said[line] = now
        if new:
            self._note(line)


def _named(error: BaseException) -> str:
    words = "".join(character if character.isprintable() else " " for character in str(error))
    return f"{type(error).__name__}: {' '.join(words.split())[:200]}".removesuffix(": ")


def _where(error: BaseException) -> str:
    """The last line of ours that it went through."""
    ours = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_HOUSE)]
    ours = [frame for frame in ours if "site-packages" not in frame.filename] or ours
    return f" ({Path(ours[-1].filename).relative_to(_HOUSE)}:{ours[-1].lineno})" if ours else ""
