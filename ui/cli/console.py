"""The one door through which words reach a person's streams: lines, texts, progress bars, and the parser's own words.

Nothing passes it that could drive a terminal, hide, or forge a line (``corpus.invisible``). Only quotes that go into a pipe
(``ui.cli.render``) and JSON, which has escapes of its own, are put out as they are.
"""

import argparse
import difflib
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import corpus.invisible as invisible
from corpus.messages import ENGLISH, Message, languages

if TYPE_CHECKING:
    from corpus.progress import Progress

_NOT_IN_JSON = re.compile(f"[{invisible.NEVER_RAW}]")


def spoken() -> str:
    """The language that this process speaks: the first that POSIX's LC_ALL, LC_MESSAGES and LANG name, if there is one here."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    language = re.split(r"[_.@-]", named, maxsplit=1)[0].lower()
    return language if language in languages() else ENGLISH


def worded(message: Message) -> str:
    """A message in the language that this process speaks."""
    return message.text(spoken())


def note(message: Message) -> None:
    """Say something beside the answer, in a line on stderr."""
    print(invisible.one_line(worded(message)), file=sys.stderr, flush=True)


def put(line: Message | str = "") -> None:
    """Put a line of the answer on stdout."""
    print(invisible.one_line(worded(line) if isinstance(line, Message) else line))


def put_text(text: str) -> None:
    """Put the lines of a table on stdout."""
    sys.stdout.write(invisible.visible(text))


def put_exactly(text: str) -> None:
    """Put a text on stdout whose every character was weighed before."""
    sys.stdout.write(text)


def put_json(value: object) -> None:
    """Put a JSON object on a line of stdout; what a terminal must not get is escaped as JSON does it, and so reads the same."""
    print(_NOT_IN_JSON.sub(lambda match: json.dumps(match[0])[1:-1], json.dumps(value, ensure_ascii=False)), flush=True)


def complain(text: str) -> None:
    """Say several lines on stderr, such as a traceback."""
    print(invisible.visible(text), file=sys.stderr, end="", flush=True)


def positive(text: str) -> int:
    """A number from 1 up, as an argument. Raises ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(worded(Message("argument.positive", text=repr(text))))
    return int(text)


class Parser(argparse.ArgumentParser):
    """A parser whose messages come through this door, and which says what was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, on one line, and exit with 2."""
        super().error(invisible.one_line(message))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As the parser does it; what a command does not know is its own error, not that of the whole program."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown and not self._subparsers:
            meant = _meant(unknown[0], list(self._option_string_actions))
            self.error(worded(Message("argument.unknown", arguments=" ".join(unknown), meant=meant)))
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = list(map(str, action.choices))
            wrong = Message("argument.choice", value=repr(value), meant=_meant(str(value), choices), choices=", ".join(choices))
            raise argparse.ArgumentError(action, worded(wrong))

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(invisible.visible(message), file)


def _meant(given: str, known: Sequence[str]) -> Message | str:
    near = difflib.get_close_matches(given.partition("=")[0], known, n=1)
    return Message("argument.meant", name=near[0]) if near else ""


def counted(n: int, thing: str) -> str:
    """A number with its thing, in the right number: ``1 passage``, ``2,000 passages``."""
    return f"{n:,} {thing}{'s' * (n != 1)}"


def sized(size: int) -> str:
    """Bytes as people say them: ``34.1 MB``."""
    scale, unit = next((s, u) for s, u in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "bytes")) if size >= s or s == 1)
    return f"{size / scale:,.{0 if scale < 1e6 else 1}f} {unit}"


LINE_EVERY = 30.0
"""Seconds of work after which a line says how far it is, where there is no terminal to draw a bar on."""


@contextmanager
def progress_bar(label: Message, *, unit: str = "texts") -> "Iterator[Progress]":
    """A progress bar on a terminal, with rate and time left, for work that takes longer than a second.

    Elsewhere a line every LINE_EVERY seconds, and nothing for work that takes less. ``unit`` is what is counted, as the code of
    a message under ``unit.``, or ``B`` for bytes.
    """
    if not sys.stderr.isatty():
        yield _lines(label, unit)
        return
    from tqdm import tqdm

    scale = unit == "B"
    named = unit if scale else f" {worded(Message(f'unit.{unit}'))}"
    bar = tqdm(desc=worded(label), unit=named, unit_scale=scale, delay=1.0, leave=False, file=sys.stderr, dynamic_ncols=True)

    def show(done: int, total: int) -> None:
        if bar.total and bar.total != total:  # other work, on a scale of its own
            bar.reset()
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        bar.close()


def _lines(label: Message, unit: str) -> "Progress":
    """Progress in lines; the time left is told from how far the work has come since the line before."""
    began, before = time.monotonic(), (0, 0)

    def counted(n: int) -> str:
        return sized(n) if unit == "B" else f"{n:,} {worded(Message(f'unit.{unit}'))}"

    def show(done: int, total: int) -> None:
        nonlocal began, before
        now = time.monotonic()
        if now - began < LINE_EVERY or not total:
            return
        line = Message("progress.line", label=label, done=counted(done), total=counted(total), percent=100 * done // total)
        if before[1] == total and done > before[0]:
            minutes = (total - done) * (now - began) / (done - before[0]) / 60
            line = Message("progress.minutes", line=line, n=max(1, round(minutes)))
        began, before = now, (done, total)
        note(line)

    return show
