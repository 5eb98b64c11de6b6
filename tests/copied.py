"""What renderers of Markdown make of a copied quote, for the tests and for benchmarks/copies.py.

Four of them, with every extension that could read something into a text: GitHub's cmark-gfm, pandoc (its readers of GitHub's
Markdown, of CommonMark with all extensions and of its own Markdown, which sets typographic marks), markdown-it-py (bare, with
links found in plain text, with typographic marks) and mistune.
"""

import random
import re
import shutil
import subprocess
from functools import partial

import cmarkgfm
import html5lib
import mistune
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

from corpus.document import Document, Passage, Quote

ATOMS = (
    "The|fern|grows|a < b|x > y|&amp;|&|<b>bold</b>|<script>alert(1)</script>|*em*|**b**|_u_|__d__|`code`|``|```|~~s~~|~|#|# h"
    "|- item|+ p|1. one|1) one|(1) one|a. one|iv) one|#. one|(@) one|> q|[l](http://x.y)|![i](u)|[^1]|[^a]: x|\\|\\\\|\\n|$x^2$"
    "|$$|%|{|}|{{|}}|@misc{a,|\"q\"|'s'|“c”|‘d’|''|``t''|--|---|...|…|<!-- c -->|<![CDATA[x]]>|http://e.org/a_b?c=1&d=2"
    "|http://example.org/a~b|www.e.org/x_y|ftp://h.i/j|a@b.cd|mailto:a@b.cd|:smile:|a:b|a:b:c|==h==|^s^|~s~|++i++|!|!!|?`|!`|;|&#10;"
    "|&nbsp;|&lt;|3.|10)|=|-|*|<br>|</p>|</blockquote>|T<sub>2</sub>|%%|{.class}|{#id}|<http://a.b>|<a@b.c>|\\textbf{x}|#1|_|^|fi"
    "|@name|#123|GH-1|Mr. X|e.g. this|(c)|+-|don't|[ ] task|[x] task|::: x|>!s!<|a.b.co|10:30|1.5|U.S. law|中文。|العربية"
    "|👩‍👩‍👧|😀|\u00a0|\u2009|\u3000|\u200b|\u200d|\u202e|\ufeff|\u061c|\xad|\u2028|\u2029|\x85|\x0b|\x0c|\x1c|\x1f|\0|\x07|\x1b[31m|\x7f"
    "|\x9b|\ufffd|\ue000|\U000e0041|Setext\n=|term\n: def|\t|  |   |\n|\n\n|\n\n\n|\n    |\n- |\n1. |\n# |\n> |\n---\n|\n===\n"
    "|\n```\n| \n|  \n|\\\n|\n\t|\n<div>|\n    code|\n[a]: b|\n\\|“|”|‘|’|‘Tis|„x“|«y»|豈|\u1100\u1161|\u212b|,|,,"
    "|a\u0334\u0301|e\u0301|Table: c|\n: c|\n~ c|\n---- ----\n|\n+---+\n"
).split("|") + ["|", "| a | b |", "\n| a |\n|---|\n| b |\n", "||"]  # fmt: skip
"""Pieces of text that Markdown, HTML, LaTeX or a terminal would read as something else."""

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that HTML has not, and that are therefore shown as symbols."""


def quoted(text, *, title="A title", before="Before."):
    """A quote of all of this text, from a document with lines around it."""
    document = Document(f"{before}\n{text}\nAfter.", title, "a.txt")
    start = len(before) + 1
    return Quote(Passage(document, start, start + len(text)), start, start + len(text))


def some_text(chance):
    """A text made of a few atoms, and now and then any character at all."""
    made = "".join(chance.choice(ATOMS) + chance.choice(["", " ", " ", "  ", "\n"]) for _ in range(chance.randrange(1, 9)))
    if chance.random() < 0.15:
        made += chr(chance.choice([chance.randrange(0x20, 0xD800), chance.randrange(0xE000, 0x11000)]))
    return made.replace("\r", "")


def some_quote(seed):
    """The quote of a seed; seven of ten are cut as the cutter cuts, without white space around."""
    chance = random.Random(seed)
    text, title = some_text(chance), " ".join(some_text(chance).split()) if chance.random() < 0.3 else "A title"
    text = text.strip() if chance.random() < 0.7 else text
    return quoted(text or "x", title=title or "A title", before=str(seed))


def in_html(text):
    """What a text looks like where it becomes HTML: without controls, which HTML has not."""
    return CONTROLS.sub(
        lambda match: (
            chr(0x2400 + ord(match[0])) if match[0] < " " else "␡" if match[0] == "\x7f" else f"⟨U+{ord(match[0]):04X}⟩"
        ),
        text,
    )


def renderers():
    """Each renderer by name: a function from Markdown to HTML. Pandoc's are there only where it is installed."""
    found = {"cmark-gfm": _cmark, "mistune": _mistune()}
    found |= {f"markdown-it, {name}": make().render for name, make in _MARKDOWN_IT.items()}
    if shutil.which("pandoc"):
        found |= {f"pandoc, {reader}": partial(pandoc, reader) for reader in ("gfm+footnotes", "commonmark_x", "markdown")}
    return found


def shown(render, texts):
    """What a renderer shows of each text: the quote and the footnote behind it (see ``read_back``).

    They are rendered together, since a process for each would take long; where something breaks out, each is looked at alone.
    """
    found = read_back(render("\n\n".join(texts)))
    if len(found) == len(texts):
        return found
    alone = [read_back(render(text)) for text in texts]
    return [one[0] if len(one) == 1 else (None, None) for one in alone]


def _cmark(text):
    options = Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_UNSAFE
    return cmarkgfm.markdown_to_html_with_extensions(text, options, ["table", "strikethrough", "autolink", "tasklist"])


def _mistune():
    plugins = ["footnotes", "strikethrough", "table", "url", "math", "def_list", "abbr", "mark", "insert", "superscript"]
    return mistune.create_markdown(escape=False, plugins=[*plugins, "subscript", "task_lists", "spoiler"])


def _footnoted(*arguments):
    from mdit_py_plugins.footnote import footnote_plugin

    return MarkdownIt(*arguments).use(footnote_plugin)


_MARKDOWN_IT = {
    "bare": lambda: _footnoted("commonmark"),
    "finding links": lambda: _footnoted("gfm-like", {"linkify": True}),
    "typographic": lambda: _footnoted("js-default", {"typographer": True, "html": True, "linkify": True}),
}


def pandoc(reader, text):
    """The HTML that pandoc makes of a text."""
    command = ["pandoc", "-f", reader, "-t", "html", "--wrap=none"]
    return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def read_back(html):
    """The text of every blockquote, line by line, and of the footnote behind it; None where there is none."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    named = {element.get("id"): element for element in tree.iter() if element.get("id")}
    return [_quote_and_note(block, named) for block in tree.iter("blockquote")]


def _quote_and_note(block, named):
    mark = next((e for e in block.iter() if "footnote-ref" in (e.get("class") or "")), None)
    link = None if mark is None else mark if mark.tag == "a" else mark.find(".//a")
    note = None if link is None else named.get((link.get("href") or "#").removeprefix("#"))
    text = "\n\n".join("".join(_texts(child, mark)).strip("\n") for child in block)
    return text, None if note is None else "".join(_texts(note, None)).strip(" \n\u00a0")


def _texts(element, left_out):
    """The text inside an element; a ``br`` is a line end, and so swallows the one that the renderer puts behind it."""
    if element is left_out or {"footnote-back", "footnote-backref", "footnote"} & set((element.get("class") or "").split()):
        return
    yield element.text or ""
    for child in element:
        if child.tag == "br":
            yield "\n"
            yield (child.tail or "").removeprefix("\n")
            continue
        yield from _texts(child, left_out)
        yield child.tail or ""


_COMMANDS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciicircum": "^",
    "textasciitilde": "~",
    "textasciigrave": "`",
    "textquotesingle": "'",
    "textquotedbl": '"',
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
}


def unlatex(text):
    """The characters that LaTeX prints for a text of ours."""
    pattern = r"\\(?:(\w+)\{\}|([$&%#_]))|\{\}([-,@])|\{ \}"
    return re.sub(pattern, lambda match: _COMMANDS[match[1]] if match[1] else match[2] or match[3] or " ", text)
