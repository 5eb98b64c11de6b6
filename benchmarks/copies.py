"""Copied quotes, read back: how many come out exact of every renderer of Markdown, of HTML, CSL-JSON, BibTeX and a terminal.

    python benchmarks/copies.py [--quotes 20000] [--seed 0]

Each quote is put together from pieces that some format would read as markup (tests/copied.py), with a title of the same kind;
text, footnote, title and place must come out of each form as they went in. HTML has no control characters, so Markdown shows
them as symbols: the quotes that hold some are counted apart. Needs pandoc (Debian) for its three readers of Markdown.
"""

import argparse
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import bibtexparser
import html5lib

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from copied import CONTROLS, in_html, renderers, shown, some_quote, unlatex

from corpus.document import Quote
from rag.answer import Answer, Citation, Verdict
from ui.cli.render import render
from ui.forms import cite

Pairs = Iterator[tuple[Any, Any]]
"""What was read back of each quote, and what must be."""

SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Of category Cf, and yet signs that are seen."""

COVERED_ALONE = 200
"""Quotes that are rendered in one go."""


def main() -> int:
    """Put the quotes together, read each form back, and say how many came out exact."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    first = options.seed * 10_000_000
    quotes = [some_quote(seed) for seed in range(first, first + options.quotes)]
    whole = [quote for quote in quotes if not CONTROLS.search(quote.text + quote.document.title)]
    print(f"{len(quotes):,} quotes, {len(quotes) - len(whole):,} of them with control characters, seed {options.seed}")
    wrong = sum(told(f"Markdown, {name}", quotes, list(by_markdown(render, quotes))) for name, render in renderers().items())
    for name, reader in (("HTML", by_html), ("CSL-JSON", by_csl), ("BibTeX", by_bibtex), ("terminal", by_terminal)):
        wrong += told(name, quotes, list(reader(quotes)))
    return int(wrong > 0)


def told(name: str, quotes: Sequence[Quote], found: Sequence[tuple[Any, Any]]) -> int:
    """Say how many are exact, how many show controls as symbols, and the shortest of the others; gives how many those are."""
    counts, shortest = Counter(), None
    for quote, (got, want) in zip(quotes, found, strict=True):
        controls = CONTROLS.search(quote.text + quote.document.title) and name.startswith("Markdown")
        counts["wrong" if got != want else "symbols" if controls else "exact"] += 1
        if got != want and (shortest is None or len(quote.text) < len(shortest[0])):
            shortest = quote.text, got
    print(
        f"{name:<37} {counts['exact']:>7,} exact  {counts['symbols']:>6,} with symbols  {counts['wrong']:>5,} wrong", flush=True
    )
    if shortest:
        print(f"    {shortest[0]!r}\n    {shortest[1]!r}")
    return counts["wrong"]


def by_markdown(render: Callable[[str], str], quotes: Sequence[Quote]) -> Pairs:
    """What a renderer shows of each quote and its footnote, and what it must show."""
    for n in range(0, len(quotes), COVERED_ALONE):
        some = quotes[n : n + COVERED_ALONE]
        for quote, seen in zip(some, shown(render, list(map(cite.markdown, some))), strict=True):
            warned = f" ({'; '.join(cite.cautions(quote))})" if cite.cautions(quote) else ""
            place = f"{quote.document.title}, {cite.place(quote)}{warned} {cite.reference(quote)}"
            yield seen, (in_html(quote.text).strip("\n"), in_html(place))


def by_html(quotes: Sequence[Quote]) -> Pairs:
    """The block and the title of each quote's HTML; U+0000 is not in HTML."""
    for quote in quotes:
        tree = html5lib.parseFragment(cite.html(quote), treebuilder="etree", namespaceHTMLElements=False)
        got = tuple("".join(tree.find(f".//{name}").itertext()) for name in ("blockquote", "cite"))
        yield got, (quote.text.replace("\0", "␀"), quote.document.title.replace("\0", "␀"))


def by_csl(quotes: Sequence[Quote]) -> Pairs:
    """The quote and the title of each quote's CSL-JSON."""
    for quote in quotes:
        (item,) = json.loads(cite.csl(quote))
        yield (item["annote"], item["title"]), (quote.text, quote.document.title)


def by_bibtex(quotes: Sequence[Quote]) -> Pairs:
    """Annotation and title of each entry, as LaTeX reads their commands; a line end is a space."""
    parsed = bibtexparser.parse_string("\n\n".join(map(cite.bibtex, quotes)))
    entries = {entry.key: entry for entry in parsed.entries}
    for quote in quotes:
        entry = entries.get(f"pincite-{cite.reference(quote).replace(':', '-')}")
        got = (unlatex(entry["annote"]), unlatex(entry["title"][1:-1])) if entry else None
        yield got, (quote.text, quote.document.title)


def by_terminal(quotes: Sequence[Quote]) -> Pairs:
    """Whether the lines of a pipe begin with the exact quote, and those of a terminal hold nothing that drives or hides."""
    for quote in quotes:
        answer = Answer("q", (Citation(1, quote, 0.5, (), Verdict("q", (), 0.0)),), None)
        piped, shown = render(answer), render(answer, terminal=True)
        raw = {unicodedata.category(c) for c in shown.replace("\n", "") if c not in SEEN} & {"Cc", "Cf", "Zl", "Zp", "Cs"}
        yield (piped.startswith(quote.text + "\n"), raw, shown.count("\n")), (True, set(), piped.count("\n"))


if __name__ == "__main__":
    sys.exit(main())
