"""What is said, heard as a person reads it."""

from collections.abc import Callable

from corpus.messages import Message


def into(lines: list[str]) -> Callable[[Message], None]:
    """Hears messages into a list, in English."""
    return lambda message: lines.append(str(message))
