"""Run files: a run as ``rag.evaluation.run`` made it, read back from disk and checked."""

import json
from pathlib import Path
from typing import Any

from corpus.errors import EvaluationError
from rag.evaluation.run import FORMAT

Shape = Any
"""A type; a tuple of shapes, one of which it is; ``[shape]``, a list of such; ``{name: shape}``, an object with these fields at
least, those under ``Maybe`` only perhaps; ``{...: shape}``, an object of whatever names. ``float`` is any finite number."""


class Maybe(str):
    """The name of a field that need not be there."""


class Point:
    """Three numbers, as a list."""


LARGEST = 1e15
"""The largest number in a run: whatever is larger was not measured."""

_SHOWN = {"doc": str, "start": int, "end": int, "text": str}
ROW: dict[str, Shape] = {
    "_id": str,
    "text": str,
    "group": (str, None),
    "answerable": (bool, None),
    "answered": bool,
    "confidence": float,
    "reason": (str, None),
    "quotes": [{**_SHOWN, "exact": bool}],
    "forced": [{**_SHOWN, "exact": bool}],
    "gold": [{**_SHOWN, Maybe("part"): int}],
    "measures": {...: float},
    Maybe("kind"): (str, None),
    Maybe("least"): float,
    Maybe("relevant"): {...: int},
}
RUN: dict[str, Shape] = {
    "pincite": str,
    "made": {...: (str, float, None), Maybe("cores"): (int, None)},
    "set": {"name": str, "fingerprint": str, "documents": int, "questions": int},
    "settings": {"per_document": bool, Maybe("threshold"): float},
    "measures": {...: ({"value": float, "low": float, "high": float, "n": int}, {"absent": str})},
    "milliseconds": {...: {"p50": float, "p95": float}},
    "index": {...: (float, None), Maybe("seconds"): (float, None), Maybe("bytes"): int},
    "curves": {"risk": [Point], "quotes": [Point]},
    "rows": [ROW],
}
"""What a run holds beside its format."""

WRITER = "`pincite eval run -o`"


def read_run(path: Path) -> dict[str, Any]:
    """The run in a file. Raises EvaluationError, in one line with the file, for anything that is not one.

    A field that is missing is a mismatch, and so is another format number.
    """
    found = _parsed(path)
    if not isinstance(found, dict) or "format" not in found:
        raise EvaluationError(f"{path}: not a run; expected a file that {WRITER} wrote")
    if found["format"] != FORMAT:
        raise EvaluationError(f"{path}: expected a run of format {FORMAT}, found {found['format']!r:.40}; measure it again")
    if (odd := _odd(found, RUN)) is not None:
        raise EvaluationError(f"{path}: {odd[1:100]!r} is missing or malformed in this run; measure it again")
    seen: set[str] = set()
    for number, row in enumerate(found["rows"], start=1):
        if row["_id"] in seen:
            raise EvaluationError(f'{path}: row {number} of "rows" has the id {row["_id"]!r:.60} of another; measure it again')
        seen.add(row["_id"])
    return found


def _odd(value: Any, shape: Shape, where: str = "") -> str | None:
    """The first place at which a value has not its shape; None where it has."""
    if isinstance(shape, tuple):
        return where if all(_odd(value, one, where) is not None for one in shape) else None
    if isinstance(shape, list):
        if not isinstance(value, list):
            return where
        odds = (_odd(one, shape[0], f"{where}[{n}]") for n, one in enumerate(value))
        return next((odd for odd in odds if odd is not None), None)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return where
        if lacks := [name for name in shape if name is not ... and not isinstance(name, Maybe) and name not in value]:
            return f"{where}.{lacks[0]}"
        shapes = {name: shape.get(name, shape.get(...)) for name in value}
        odds = (_odd(value[name], each, f"{where}.{name}") for name, each in shapes.items() if each is not None)
        return next((odd for odd in odds if odd is not None), None)
    if shape is Point:
        return _odd(value, [float], where) if isinstance(value, list) and len(value) == 3 else where
    if shape in (int, float):
        fits = type(value) in (int, shape) and abs(value) <= LARGEST
    else:
        fits = type(value) is shape if shape else value is None
    return None if fits else where


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refused)
    except FileNotFoundError:
        raise EvaluationError(f"{path}: no such file; {WRITER} writes one") from None
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}); check its access rights") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}: not UTF-8 (byte {error.start}); expected a file that {WRITER} wrote") from None
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{path}: not JSON ({error}); expected a file that {WRITER} wrote") from None


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no number")
