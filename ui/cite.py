"""A quote in the forms that people paste: plain text, HTML, a Markdown footnote, BibTeX, CSL-JSON, and a link to its place.

Every form holds every character of the quote and its citation: title, page, paragraph, line, and a reference of document
hash and characters by which the quote can be checked again. What a form would read as markup is escaped, so that the exact
characters come out where it is read. HTML cannot hold U+0000; there it is shown as its symbol.
"""

import json
import re
from html import escape

from corpus.cut import paragraph_at
from corpus.document import Quote
from corpus.place import ENGLISH, said, warnings
from ui.chinese import PLACES, Language, translated

_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>&~$|^]|:(?=[\w+-]+:)")
_MARKDOWN_START = re.compile(r"^(\d{0,9})([#+\-=.)])")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{mark: f"\\{mark}" for mark in "$&%#_"},
}


def place(quote: Quote, language: Language = "en") -> str:
    """Where a quote stands, as a person would say it: the places of its format, else paragraph and line.

    Paragraphs and lines of a format with pages are those of its text layer, which nobody can count on the page.
    """
    document, start, words = quote.document, quote.start, PLACES if language == "zh" else ENGLISH
    if document.places:
        return said(document, start, quote.end, words)
    paragraph = words["paragraph"][0].format(paragraph_at(document, start))
    return words["between"][0].join((paragraph, words["line"][0].format(document.line_at(start))))


def cautions(quote: Quote, language: Language = "en") -> list[str]:
    """What must be said of a quote beside its place: that it holds hidden characters, or comes from a scan."""
    return [translated(warning, language) for warning in warnings(quote.document, quote.start, quote.end)]


def reference(quote: Quote) -> str:
    """What is enough to check a quote again: the beginning of its document's hash, and its characters."""
    return f"{quote.document.id[:12]}:{quote.start}-{quote.end}"


def link(quote: Quote) -> str:
    """The part of the window's address, from ``#`` on, that opens a quote in its document."""
    return f"#quote={quote.document.id}:{quote.start}-{quote.end}"


def text(quote: Quote, language: Language = "en") -> str:
    """The quote with its citation in two lines, as a mail takes it."""
    return f"“{quote.text}”\n— {quote.document.title}, {_where(quote, language)} [{reference(quote)}]"


def html(quote: Quote, language: Language = "en") -> str:
    """The quote as a block with its citation under it, for what understands HTML."""
    title = html_text(quote.document.title)
    return (
        f'<blockquote dir="auto" style="white-space:pre-wrap">{html_text(quote.text)}</blockquote>'
        f'<p>— <cite dir="auto">{title}</cite>, {html_text(_where(quote, language))} <small>[{reference(quote)}]</small></p>'
    )


def markdown(quote: Quote, language: Language = "en") -> str:
    """The quote as a block with a footnote that cites it."""
    label = f"[^{quote.document.id[:8]}-{quote.start}-{quote.end}]"
    block = "\n".join(f"> {line}".rstrip() for line in markdown_text(quote.text).split("\n"))
    title = markdown_text(quote.document.title)
    return f"{block}{label}\n\n{label}: {title}, {markdown_text(_where(quote, language))} `{reference(quote)}`"


def bibtex(quote: Quote, language: Language = "en") -> str:
    """An entry with the quote as annotation; LaTeX prints its exact characters, but for runs of white space."""
    document = quote.document
    fields = {
        "title": f"{{{_latex(document.title)}}}",
        "note": _latex(f"{_where(quote, language)}, characters {quote.start}–{quote.end}, SHA-256 {document.id}"),
        "annote": _latex(quote.text),
    }
    inside = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{pincite-{reference(quote).replace(':', '-')},\n{inside}\n}}"


def csl(quote: Quote, language: Language = "en") -> str:
    """A CSL-JSON array of one item; the exact quote and its characters are in ``custom``."""
    document = quote.document
    item = {
        "id": f"pincite-{reference(quote)}",
        "type": "document",
        "title": document.title,
        "note": f"{_where(quote, language)}, characters {quote.start}–{quote.end}",
        "annote": quote.text,
        "custom": {"quote": quote.text, "document": document.id, "start": quote.start, "end": quote.end},
    }
    return json.dumps([item], ensure_ascii=False, indent=1)


def forms(quote: Quote, language: Language = "en") -> dict[str, str]:
    """All of them by name."""
    makers = {"text": text, "html": html, "markdown": markdown, "bibtex": bibtex, "csl": csl}
    return {name: make(quote, language) for name, make in makers.items()} | {"link": link(quote)}


def html_text(text: str) -> str:
    """A text that HTML shows with these characters."""
    return escape(text).replace("\0", "\u2400")


def markdown_text(text: str) -> str:
    """A text that Markdown shows with these characters, lines kept."""
    lines = [_markdown_line(line) for line in text.split("\n")]
    ends = ["\\" if here and following else "" for here, following in zip(lines, [*lines[1:], ""], strict=True)]
    return "\n".join(line + end for line, end in zip(lines, ends, strict=True))


def _markdown_line(line: str) -> str:
    """One line with its markup escaped, and the white space at its ends as entities, since Markdown drops it."""
    words = line.strip()
    if not words:
        return _entities(line)
    at = line.index(words)
    inside = _MARKDOWN.sub(r"\\\g<0>", words)
    if not at:
        inside = _MARKDOWN_START.sub(r"\1\\\2", inside)
    return _entities(line[:at]) + inside + _entities(line[at + len(words) :])


def _entities(spaces: str) -> str:
    return "".join(f"&#{ord(space)};" for space in spaces)


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _where(quote: Quote, language: Language) -> str:
    """The place of a quote, and in brackets what must be said of it."""
    said = cautions(quote, language)
    return place(quote, language) + (f" ({'; '.join(said)})" if said else "")
