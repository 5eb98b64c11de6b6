"""Run files: a run as ``rag.evaluation.run`` made it, read back from disk and checked."""

import json
from pathlib import Path
from typing import Any

from corpus.errors import EvaluationError
from rag.evaluation.run import FORMAT

FIELDS: dict[str, type] = {
    "pincite": str,
    "made": dict,
    "set": dict,
    "settings": dict,
    "measures": dict,
    "milliseconds": dict,
    "index": dict,
    "curves": dict,
    "rows": list,
}
"""What a run holds beside its format."""

ROW = ("_id", "text", "group", "answerable", "answered", "confidence", "reason", "quotes", "forced", "gold", "measures")
"""What every row of a run holds, at least."""


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
    for name, kind in FIELDS.items():
        if not isinstance(found.get(name), kind):
            raise EvaluationError(f'{path}: a run holds "{name}", and here it is missing or malformed; measure it again')
    seen: set[str] = set()
    for number, row in enumerate(found["rows"], start=1):
        if missing := [name for name in ROW if not isinstance(row, dict) or name not in row]:
            raise EvaluationError(f'{path}: row {number} of "rows" lacks "{missing[0]}"; measure it again')
        if not isinstance(row["_id"], str) or row["_id"] in seen:
            raise EvaluationError(f'{path}: row {number} of "rows" has the id {row["_id"]!r:.60} of another; measure it again')
        seen.add(row["_id"])
    return found


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
