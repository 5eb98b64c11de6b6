"""Where the time of a question goes: stages are timed only while somebody keeps a record."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

STAGES = ("encode", "words", "vectors", "fuse", "look", "read")

_record: ContextVar[dict[str, float] | None] = ContextVar("record", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the time of a block to the record that is kept, if one is."""
    record = _record.get()
    if record is None:
        yield
        return
    began = perf_counter()
    try:
        yield
    finally:
        record[name] = record.get(name, 0.0) + (perf_counter() - began) * 1000


@contextmanager
def recorded() -> Iterator[dict[str, float]]:
    """Keep a record of stages: milliseconds by name, summed over the parts of a question."""
    record: dict[str, float] = {}
    token = _record.set(record)
    try:
        yield record
    finally:
        _record.reset(token)
