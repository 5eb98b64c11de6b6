"""From use to test: an answer that a person judged becomes a question of their own set."""

import json
import os
from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import uuid4

from msgspec import to_builtins
from msgspec.structs import replace

from corpus.errors import EvaluationError
from corpus.messages import Message
from rag.evaluation.questions import QuestionRow, SpanRow

Judgement = Literal["right", "wrong", "unanswerable"]


def case_of(question: str, shown: Sequence[SpanRow], judgement: Judgement) -> QuestionRow:
    """The row of a questions file for a question and the quotes that were ``shown`` for it.

    ``right``: its quotes answer, with their exact ranges and documents' hashes; ``wrong``: they do not, whatever else may;
    ``unanswerable``: the documents do not answer. Raises EvaluationError for a judgement that does not fit.
    """
    if judgement != "unanswerable" and not shown:
        raise EvaluationError("judged.no_quotes", judgement=Message(f"judgement.{judgement}"))
    row = QuestionRow(
        id="new",
        text=question,
        answerable=None if judgement == "wrong" else judgement == "right",
        spans=tuple(shown) if judgement == "right" else (),
        wrong=tuple(shown) if judgement == "wrong" else (),
    )
    return replace(row, id=_made_id(to_builtins(row)))


def append(row: QuestionRow, path: Path) -> bool:
    """Add a row to a questions file, made where there is none; False when the same one is there already.

    Raises EvaluationError when the file cannot be read or written.
    """
    try:
        held = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        for number, line in enumerate(held.split("\n"), start=1):
            if line.strip() and _id(line, f"{path}:{number}") == row.id:
                return False
        line = ("" if held.endswith("\n") or not held else "\n") + json.dumps(to_builtins(row), ensure_ascii=False) + "\n"
        _append(path, line.encode())
    except (OSError, UnicodeError) as error:
        raise EvaluationError("judged.unwritable", where=path, why=str(error)) from error
    return True


def _append(path: Path, data: bytes) -> None:
    """Add bytes to a file, all of them or none. Raises OSError."""
    with path.open("ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            while data:
                data = data[file.write(data) :]
        except OSError:
            file.truncate(size)
            raise


def take_back(ids: Collection[str], path: Path) -> int:
    """Take the rows with these ids out of a questions file; gives how many went.

    Only a row goes that ``case_of`` made and nobody has changed since: its id is the hash of what it says. Every other byte
    of the file stays. Raises EvaluationError when the file cannot be read or written.
    """
    path = path.resolve()  # of a link the file that it leads to is written
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        if not ids or not path.exists():
            return 0
        with path.open(encoding="utf-8", newline="\n") as file:  # a line end inside a row is escaped, so that \n ends rows only
            lines = list(file)
        left = [line for line in lines if _unchanged_id(line) not in ids]
        if len(left) < len(lines):
            with beside.open("w", encoding="utf-8", newline="") as file:
                file.write("".join(left))
            beside.chmod(path.stat().st_mode & 0o7777)
            beside.replace(path)
        return len(lines) - len(left)
    except (OSError, UnicodeError) as error:
        raise EvaluationError("judged.unwritable", where=path, why=str(error)) from error
    finally:
        beside.unlink(missing_ok=True)


def _made_id(row: dict[str, object]) -> str:
    """The hash of what a row says beside its id."""
    said = {name: value for name, value in row.items() if name != "_id"}
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def _unchanged_id(line: str) -> str | None:
    """The id of a row that says what it said when it was made; None for any other line."""
    try:
        row = json.loads(line)
        identity: str = row["_id"]
        return identity if identity == _made_id(row) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _id(line: str, where: str) -> object:
    try:
        return json.loads(line)["_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise EvaluationError("judged.no_row", where=where, found=line[:60]) from None
