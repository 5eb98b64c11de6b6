"""Questions that a searcher answers, made from its own headings and names, for somebody who does not know where to start."""

import re
from collections import Counter
from collections.abc import Iterator

from corpus.languages.registry import rules_for
from corpus.scripts import EAST_ASIAN
from index.search.searcher import Searcher
from rag.session import Session

TRIED = 12
"""Candidates that are asked before giving up."""

LONGEST = 60
"""Characters of a heading that a question is made of."""

DOCUMENTS, CHARACTERS = 50, 100_000
"""How many documents are looked through for names, and how much of each."""

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}(?: [A-Z][a-z]+)*\b(?! of| [A-Z])")
_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}]")


def suggest(
    session: Session,
    *,
    wanted: int = 3,
) -> tuple[str, ...]:
    """At most ``wanted`` questions, each asked beforehand and answered with a quote."""
    found: list[str] = []
    for tried, question in enumerate(dict.fromkeys(_candidates(session.searcher))):
        if tried == TRIED or len(found) == wanted:
            break
        if not session.ask(question).refusal:
            found.append(question)
    return tuple(found)


def _candidates(searcher: Searcher) -> Iterator[str]:
    """Questions about headings, one of each document in turn, then about the names that are used most."""
    documents = searcher.documents[:DOCUMENTS]
    rows = [[document.text[h.start : h.end] for h in document.headings if h.level > 1] for document in documents]
    for depth in range(max(map(len, rows), default=0)):
        for headings in rows:
            if depth < len(headings) and 3 < len(headings[depth]) <= LONGEST:
                yield about(headings[depth])
    names = Counter(name for document in documents for name in _NAME.findall(document.text[:CHARACTERS]))
    for name, _ in names.most_common():
        yield about(name)


def about(words: str) -> str:
    """A question about some words; in Chinese where they are in an East Asian script."""
    return rules_for("zh" if _EAST_ASIAN.search(words) else "en").suggestion.format(words)
