"""A quote in the forms that people paste: plain text, HTML, a Markdown footnote, BibTeX, CSL-JSON, and a link to its place.

Every form holds every character of the quote and its citation: title, page, paragraph, line, and a reference of document
hash and characters by which the quote can be checked again. What a form would read as markup is escaped, so that the exact
characters come out where it is read. HTML cannot hold U+0000; there it is shown as its symbol.
"""

import json
import re
from collections.abc import Sequence
from html import escape
from unicodedata import combining, is_normalized

from corpus.chunk import paragraph_at
from corpus.document import Quote
from corpus.invisible import one_line
from corpus.locator import describe, is_plain, warnings
from corpus.messages import ENGLISH, Message
from rag.answer import Citation
from rag.bands import percent

_ABBREVIATIONS = """A D Apr Aug Bros Capt Co Corp Dec Dr Feb Fr Gen Gov Hon Inc Jan Jr Jul Jun Ltd Mar Mr Mrs Ms No Nov Oct Pres
Prof Rep Rev Sen Sep Sept Sgt Sr St aet aetat al b bk c cf ch chap chs col cp d e ed eds esp f fasc ff fig
fl fol fols g ill incl n nn p pp pt saec sec univ v viz vol vs vv""".split()
"""Pandoc's (``pandoc --print-default-data-file abbreviations``): in its own Markdown the space behind them does not break."""

_MARKDOWN = re.compile(
    r"""[\\`*_{}\[\]<>&~$|^"'#@]"""  # emphasis, code, links, entities, formulas, tables, typographic quotation marks, citations
    r"|:(?=[^\s])|^:"  # addresses, emoji, definitions
    r"|[!,]$|^!"  # with the mark of a footnote behind it an image, and behind the mark of a quote a spoiler
    r"|(?<=[^\W\d_])\.(?=\w)"  # names of hosts
    r"|(?<=([-.=+!?,%]))\1|(?<=\+)-|\((?=(?i:c|r|p|tm)\))"  # dashes, ellipses, marked and inserted words, signs such as ©
    r"|^[-+=%]"  # lists, underlined headings
)
_LIST = re.compile(r"\(?\w{1,9}([.)])(?=\s|$)")
_ABBREVIATED = re.compile(rf"(?<![^\W_])(?:{'|'.join(_ABBREVIATIONS)})(\.)(?=\s)")
_ENTITIES = re.compile(r"(?<=\s)[^\S\n]|[^\S\n ]|\u2018|\s(?=[\u2019\u201d])")
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    '"': r"\textquotedbl{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{mark: f"\\{mark}" for mark in "$&%#_"},
}

_APART = re.compile(r"(?<=-)-|(?<=,),|(?<=\s) |^ | $|(?<=\s)@")
"""What TeX would join with what stands before it, or drop; and an @ behind white space, an entry to some programs."""


def place(quote: Quote, language: str = ENGLISH) -> str:
    """Where a quote stands, as a person would say it: the places of its format, else paragraph and line.

    Paragraphs and lines of a format with pages are those of its text layer, which nobody can count on the page.
    """
    document, start = quote.document, quote.start
    if not is_plain(document):
        return describe(document, start, quote.end, language)
    paragraph = Message("place.paragraph", n=1, label=str(paragraph_at(document, start)))
    line = Message("place.line", n=1, label=str(document.line_at(start)))
    return Message("list.places", items=(paragraph, line)).text(language)


def cautions(quote: Quote, language: str = ENGLISH) -> list[str]:
    """What must be said of a quote beside its place: that it holds hidden characters, or comes from a scan."""
    return [warning.text(language) for warning in warnings(quote.document, quote.start, quote.end)]


def unsure(citation: Citation) -> tuple[Message, ...]:
    """What is remarked of a quote that only may answer, wherever it is copied to; nothing of any other."""
    verdict = citation.verdict
    if verdict.band != "may answer":
        return ()
    return (Message("mark.unsure", question=one_line(verdict.question.strip()), percent=percent(verdict.probability)),)


def doubts(citation: Citation, *, several: bool) -> tuple[Message, ...]:
    """What stands over a quote that only may answer its question, or one of ``several`` parts; nothing over any other."""
    verdict, doubt = citation.verdict, citation.doubt
    if not doubt:
        return ()
    sure = percent(verdict.probability)
    if several:
        question = one_line(verdict.question.strip())
        return (Message("answer.may_answer_part", question=question, percent=sure, doubt=doubt),)
    return (Message("answer.may_answer", percent=sure, doubt=doubt),)


def reference(quote: Quote) -> str:
    """What is enough to check a quote again: the beginning of its document's hash, and its characters."""
    return f"{quote.document.id[:12]}:{quote.start}-{quote.end}"


def link(quote: Quote) -> str:
    """The part of the window's address, from ``#`` on, that opens a quote in its document."""
    return f"#quote={quote.document.id}:{quote.start}-{quote.end}"


def text(quote: Quote, language: str = ENGLISH, remarks: Sequence[Message] = ()) -> str:
    """The quote with its citation in two lines, as a mail takes it."""
    return f"“{quote.text}”\n— {quote.document.title}, {_where(quote, language, remarks)} [{reference(quote)}]"


def html(quote: Quote, language: str = ENGLISH, remarks: Sequence[Message] = ()) -> str:
    """The quote as a block with its citation under it, for what understands HTML."""
    title, where = html_text(quote.document.title), html_text(_where(quote, language, remarks))
    return (
        f'<blockquote dir="auto" style="white-space:pre-wrap">{html_text(quote.text)}</blockquote>'
        f'<p>— <cite dir="auto">{title}</cite>, {where} <small>[{reference(quote)}]</small></p>'
    )


def markdown(quote: Quote, language: str = ENGLISH, remarks: Sequence[Message] = ()) -> str:
    """The quote as a block with a footnote that cites it."""
    label = f"[^{quote.document.id[:8]}-{quote.start}-{quote.end}]"
    block = "\n".join(f"> {line}".rstrip() for line in markdown_text(quote.text).split("\n"))
    title = markdown_text(quote.document.title)
    return f"{block}{label}\n\n{label}: {title}, {markdown_text(_where(quote, language, remarks))} `{reference(quote)}`"


def bibtex(quote: Quote, language: str = ENGLISH, remarks: Sequence[Message] = ()) -> str:
    """An entry with the quote as annotation, whose exact characters LaTeX prints; a line end is a space there.

    It takes ``\\usepackage[T1]{fontenc}`` and ``\\usepackage{textcomp}``, and a style that prints ``annote``. pdflatex has no
    Chinese, no emoji and few signs beyond Latin letters; xelatex and lualatex print what their fonts have. Pandoc's reader of
    BibTeX drops the commands for straight quotation marks: it takes the CSL-JSON instead.
    """
    document = quote.document
    fields = {
        "title": f"{{{_latex(document.title)}}}",
        "note": _latex(f"{_where(quote, language, remarks)}, characters {quote.start}–{quote.end}, SHA-256 {document.id}"),
        "annote": _latex(quote.text),
    }
    inside = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{pincite-{reference(quote).replace(':', '-')},\n{inside}\n}}"


def csl(quote: Quote, language: str = ENGLISH, remarks: Sequence[Message] = ()) -> str:
    """A CSL-JSON array of one item; the exact quote and its characters are in ``custom``."""
    document = quote.document
    item = {
        "id": f"pincite-{reference(quote)}",
        "type": "document",
        "title": document.title,
        "note": f"{_where(quote, language, remarks)}, characters {quote.start}–{quote.end}",
        "annote": quote.text,
        "custom": {"quote": quote.text, "document": document.id, "start": quote.start, "end": quote.end},
    }
    return json.dumps([item], ensure_ascii=False, indent=1)


def forms(quote: Quote, language: str = ENGLISH, remarks: Sequence[Message] = ()) -> dict[str, str]:
    """All of them by name; ``remarks`` stand with the cautions."""
    makers = {"text": text, "html": html, "markdown": markdown, "bibtex": bibtex, "csl": csl}
    return {name: make(quote, language, remarks) for name, make in makers.items()} | {"link": link(quote)}


def html_text(text: str) -> str:
    """A text that HTML shows with these characters."""
    return escape(text).replace("\0", "\u2400")


def markdown_text(text: str) -> str:
    """A text that Markdown shows with these characters: each line end a hard break, so that no renderer joins or drops lines.

    White space that Markdown would drop or join stands as an entity, and so does what pandoc would put together into other
    characters (Unicode's form NFC, opening quotation marks). HTML, and so Markdown, has no control characters but tab and line
    end; the others are shown as their symbols. GitHub makes links of @names, #numbers and e-mail addresses, and pictures of
    :codes:, after all that; the characters stay.
    """
    lines = _NOT_IN_HTML.sub(lambda match: one_line(match[0]), text).split("\n")
    return "\\\n".join(map(_markdown_line, lines))


def _markdown_line(line: str) -> str:
    words = line.strip()
    at = line.index(words)
    escaped = {match.start() for match in _MARKDOWN.finditer(words)}
    entities = {match.start() for match in _ENTITIES.finditer(words)} | _put_together(words)
    if item := _LIST.match(words):
        escaped.add(item.start(1))
    apart = "".join(" " if n in escaped or n in entities else c for n, c in enumerate(words))
    escaped |= {match.start(1) for match in _ABBREVIATED.finditer(apart)}
    inside = "".join("\\" + c if n in escaped else _entities(c) if n in entities else c for n, c in enumerate(words))
    return _entities(line[:at]) + inside + _entities(line[at + len(words) :])


def _put_together(words: str) -> set[int]:
    """Where the characters stand that Unicode's form NFC would change, or join to one before them."""
    if is_normalized("NFC", words):
        return set()
    alone = {n for n, c in enumerate(words) if combining(c) or not is_normalized("NFC", c)}
    joined = {n for n, c in enumerate(words) if n and n - 1 not in alone and not is_normalized("NFC", words[n - 1] + c)}
    return alone | joined


def _entities(characters: str) -> str:
    return "".join(f"&#{ord(character)};" for character in characters)


def _latex(text: str) -> str:
    """A text that LaTeX prints with these characters: no dash of hyphens, no quotation mark of commas, no space dropped."""
    escaped = "".join(_LATEX.get(character, character) for character in text)
    return _APART.sub(lambda match: "{ }" if match[0] == " " else f"{{}}{match[0]}", escaped)


def _where(quote: Quote, language: str, remarks: Sequence[Message]) -> str:
    """The place of a quote, and in brackets what must be said of it."""
    said = [*(remark.text(language) for remark in remarks), *cautions(quote, language)]
    return place(quote, language) + (f" ({'; '.join(said)})" if said else "")
