"""The process of ``pincite``: its streams, its exit code, and how it ends when it is interrupted or nobody listens any more.

stdout is the answer, stderr the note. Exit 0: answered or refused; 1: an error, in one line; 2: wrong usage; 3: refused
and ``--fail-on-refusal`` was given; 130: interrupted. The commands are in ``ui.cli.commands``, which is imported when this
runs, so that Ctrl-C during the imports, too, ends it without a traceback.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

INTERRUPTED = 130

_interrupts: list[int] = []
"""Each time that somebody pressed Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without ``arguments`` those that the process was started with."""
    try:
        if arguments is None:
            signal.signal(signal.SIGINT, _interrupt)
        code = _ended(arguments)
        if arguments is None:  # nothing is left to do but to leave: from here on Ctrl-C ends the process at once
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:  # once more, while the first time was being told
        code = INTERRUPTED
    if code == INTERRUPTED and arguments is None:
        os._exit(code)  # Python would wait for, or take down, threads of other libraries that are still at work
    return code


def _interrupt(number: int, frame: Any) -> None:
    """As Python does it, and remembered: a library that is interrupted while it comes in may make another error of it."""
    _interrupts.append(number)
    raise KeyboardInterrupt


def _ended(arguments: Sequence[str] | None) -> int:
    try:
        _open_streams()
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of our output has left; say nothing, also at exit
        _close_streams()
        return 0
    except KeyboardInterrupt:
        _say_interrupted()
        return INTERRUPTED
    except OSError as error:
        from corpus.messages import Message
        from ui.cli.console import note

        note(Message("cli.error", what=str(error).strip()))
        _close_streams()  # what could not be written is not tried again at exit
        return 1


def _say_interrupted() -> None:
    from corpus.messages import Message
    from ui.cli.console import note

    try:
        note(Message("cli.error", what=Message("cli.interrupted")))
    except OSError:  # nobody listens any more
        _close_streams()


def _run(arguments: Sequence[str] | None) -> int:
    from corpus.errors import PinciteError
    from corpus.messages import Message
    from corpus.silence import be_silent
    from ui.cli.commands import parser
    from ui.cli.console import complain, note

    be_silent()
    try:
        options = parser().parse_args(arguments)
        try:
            return int(options.run(options))
        except Exception:
            if _interrupts:
                raise KeyboardInterrupt from None
            raise
    except SystemExit as ended:  # help, version, wrong usage
        return ended.code if isinstance(ended.code, int) else 0
    except PinciteError as error:
        note(Message("cli.error", what=error.message))
        return 1
    except OSError:
        raise
    except Exception:  # a defect of ours keeps its traceback, without what could drive the terminal
        import traceback

        complain(traceback.format_exc())
        return 1


def _open_streams() -> None:
    """UTF-8 whatever the locale; a stream that was closed before the start leads nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        getattr(sys, name).reconfigure(encoding="utf-8", errors="replace")


def _close_streams() -> None:
    """Lead both streams nowhere, so that Python finds nothing wrong with them at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue
