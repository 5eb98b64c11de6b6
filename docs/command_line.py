"""The reference of the command line, from its parsers.

python docs/command_line.py        # writes docs/reference/command-line.md
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from ui.cli.commands import parser
from ui.cli.examples import EXAMPLES, all_of

TO = Path(__file__).parent / "reference" / "command-line.md"


def reference() -> str:
    """All commands, each with what it does, its arguments and an example."""
    head = (
        "# The command line\n\nMade from the parsers by `python docs/command_line.py`; `pincite COMMAND --help` says it, too.\n"
    )
    return head + "".join(map(_command, all_of(parser())))


def _command(one: argparse.ArgumentParser) -> str:
    said = " ".join((one.description or "").split())
    text = f"\n## {one.prog}\n\n{said}\n\n```sh\n{EXAMPLES[one.prog]}\n```\n"
    rows = list(_rows(one))
    return text + ("\n| argument | |\n|---|---|\n" + "".join(rows) if rows else "")


def _rows(one: argparse.ArgumentParser) -> Iterator[str]:
    for action in one._actions:
        if isinstance(action, argparse._HelpAction | argparse._VersionAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                yield f"| `{choice.dest}` | {choice.help} |\n"
            continue
        value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
        names = [f"{name} {value}".strip() for name in action.option_strings] if action.nargs != 0 else action.option_strings
        said = (action.help or "").replace("%%", "%").replace("|", "\\|")
        yield f"| {', '.join(f'`{name}`'.replace('|', chr(92) + '|') for name in (names or [str(value)]))} | {said} |\n"


if __name__ == "__main__":
    TO.write_text(reference(), encoding="utf-8")
