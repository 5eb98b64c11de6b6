"""An example for the help of every command; each is parsed by the command that it is for (``tests/test_docs.py``)."""

import argparse
from collections.abc import Iterator

EXAMPLES = {
    "pincite": 'pincite ask "what did Heilongjiang plan?"',
    "pincite ask": 'pincite ask "Do ferns have seeds?" notes/ report.pdf',
    "pincite index": "pincite index notes/ 'reports/**/*.pdf' -o library",
    "pincite add": "pincite add library minutes/",
    "pincite remove": "pincite remove library notes/drafts",
    "pincite update": "pincite update library",
    "pincite watch": "pincite watch library",
    "pincite status": "pincite status library --json",
    "pincite doctor": "pincite doctor library",
    "pincite chat": "pincite chat --library notes",
    "pincite completion": "pincite completion bash",
    "pincite eval": "pincite eval run",
    "pincite eval run": 'pincite eval run set/ -o run.json --fail-under "nDCG@10=0.70"',
    "pincite eval score": "pincite eval score set/ other-program.trec",
    "pincite eval compare": "pincite eval compare before.json after.json",
    "pincite eval calibrate": "pincite eval calibrate questions.jsonl --index library --max-error 5%",
    "pincite eval ablate": "pincite eval ablate set/ --limit 300",
    "pincite eval report": "pincite eval report before.json after.json -o report.html",
    "pincite eval add": "pincite eval add --from-answer answer.json --right --to questions.jsonl",
}
"""By command, as its usage names it."""


def with_examples(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser, its help and that of its commands ending in an example."""
    for one in all_of(parser):
        one.epilog = f"Example: {EXAMPLES[one.prog]}"
    return parser


def all_of(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of its commands, in their order."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from all_of(inner)
