"""Copied quotes where they are read: renderers of Markdown, a real LaTeX, and whole conversations."""

import re
import shutil
import subprocess

import bibtexparser
import pytest
from copied import CONTROLS, in_html, quoted, read_back, renderers, shown, some_quote, unlatex

from corpus.messages import Message
from rag.answer import Answer, Citation, Refusal, Verdict
from ui.forms import cite
from ui.forms.transcript import HTML_FOOT, HTML_HEAD, exported

needs_pandoc = pytest.mark.skipif(not shutil.which("pandoc"), reason="pandoc is not installed (Debian: pandoc)")
RENDERERS = [
    pytest.param(name, marks=needs_pandoc if "pandoc" in name else ())
    for name in (
        *("cmark-gfm", "mistune", "markdown-it, bare", "markdown-it, finding links", "markdown-it, typographic"),
        *("pandoc, gfm+footnotes", "pandoc, commonmark_x", "pandoc, markdown"),
    )
]

SURE = Verdict("q", (), 0.0)


def expected(quote):
    """What Markdown shows of a quote and of its footnote."""
    note = f"{quote.document.title}, {cite.place(quote)}"
    warned = f" ({'; '.join(cite.cautions(quote))})" if cite.cautions(quote) else ""
    return in_html(quote.text).strip("\n"), f"{in_html(note)}{warned} {cite.reference(quote)}"


@pytest.mark.parametrize("name", RENDERERS)
def test_markdown_shows_the_exact_characters_in_every_renderer(name):
    quotes = [some_quote(seed) for seed in range(400)]
    found = shown(renderers()[name], [cite.markdown(quote) for quote in quotes])
    for quote, seen in zip(quotes, found, strict=True):
        assert seen == expected(quote)
    assert sum(not CONTROLS.search(quote.text) for quote in quotes) > 200


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize(
    "text",
    [
        "see http://example.org/a_b_c",
        "see https://example.org/?a=1&b=2 and https://example.org/a~b",
        "www.example.org/x_y and a_b@example.org and mailto:a_b@c.de",
        "Stop!",
        "a NEL\x85 at the end\x85",
        "a\x0bVT and a GS\x1d",
        "It's \"so\" -- or ---, isn't it... ‘Tis Mr. Smith (c) 1/2 +-",
        "12. and 3) and (a) and iv. and #. one",
        "first\n\n\n\nlast",
        "  two  spaces \t and a tab ",
        "- [ ] task\n| a | b |\n|---|---|\n===\n---\n::: x\n: y",
        ":smile: ==mark== ~~no~~ $x^2$ ^s^ ++i++ @name #12 &nbsp; <b> [^1]",
        "e\u0301 and \u212b and \u1100\u1161 and \uf900",
    ],
)
def test_markdown_shows_what_once_went_wrong(name, text):
    quote = quoted(text, title=text.replace("\n", " ").strip())
    assert read_back(renderers()[name](cite.markdown(quote))) == [expected(quote)]


@pytest.mark.parametrize("name", RENDERERS)
def test_markdown_of_a_conversation_shows_every_quote_under_its_question(name):
    quotes = [some_quote(seed) for seed in range(1000, 1120)]
    whole = []
    for n in range(0, len(quotes), 4):
        cited = tuple(Citation(m, quote, 0.5, (), SURE) for m, quote in enumerate(quotes[n : n + 2], start=1))
        near = tuple(Citation(m, quote, 0.5, (), SURE) for m, quote in enumerate(quotes[n + 2 : n + 4], start=1))
        asked, said = quotes[n].text, Message("text", text=f'It never mentions "{quotes[n + 1].text}".')
        answer = Answer(asked, cited, None, unanswered=(Refusal(Verdict(asked, (), 0.0), said, (), near),))
        whole.append(exported(answer, asked=asked, notes=(f"Read as: {asked}",), language="en")["markdown"])
    found = read_back(renderers()[name]("\n".join(whole)))  # as the page joins them
    assert found == [expected(quote) for quote in quotes]


def test_web_page_of_a_conversation_shows_every_quote():
    import html5lib

    quotes = [some_quote(seed) for seed in range(300)]
    cited = tuple(Citation(n, quote, 0.5, (), SURE) for n, quote in enumerate(quotes, start=1))
    page = HTML_HEAD + exported(Answer("q", cited, None), asked="q", notes=(), language="en")["html"] + HTML_FOOT
    tree = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    assert ["".join(block.itertext()) for block in tree.iter("blockquote")] == [q.text.replace("\0", "␀") for q in quotes]
    assert ["".join(one.itertext()) for one in tree.iter("cite")] == [q.document.title.replace("\0", "␀") for q in quotes]


def test_bibtex_can_be_parsed_and_holds_the_exact_characters():
    quotes = [some_quote(seed) for seed in range(400)]
    parsed = bibtexparser.parse_string("\n\n".join(map(cite.bibtex, quotes)))
    assert not parsed.failed_blocks and len(parsed.entries) == len(quotes)
    for quote, entry in zip(quotes, parsed.entries, strict=True):
        assert " ".join(unlatex(entry["annote"]).split()) == " ".join(quote.text.split())
        assert " ".join(unlatex(entry["title"][1:-1]).split()) == " ".join(quote.document.title.split())
        assert quote.document.id in entry["note"]


PRINTED = r"""
It's "so" -- or ---, isn't it?
a -b --c ---d ----e
``quoted'' and `single'
Is it?` Yes!` No
<b>bold</b> << x >>
a | b || c
C:\new\table
{braces} {{two}} }odd{
{
}
#1 $5 100% a_b A&B a^b a~b ~~ ^^
\textbf{no} \input{x} \\ \%
x@y.org @misc{a,
,,low'' ,single'
“c” ‘d’ „e“ ‚f‘ «g» ‹h›
Straße, Größe, Ärger
l'été à Besançon, œuvre, cœur
Łódź, Dvořák, Ångström, Øre, Þór, ğ ş ı
en – dash em — dash
§ 5 ¶ 2 © ® € £ ¥ ° ± × ÷ ½ † ‡ • ‰
fi ff fl ffi ffl fjord Auflage
a;b:c,d.e!f?g(h)[i]*j+k=l/m
1,000.50 -3 +4
''
"
'
`
--
---
,,
<
>
|
\
~
^
_
&
%
$
#
-
a--
--a
?`
!`
<<
>>
"'"
'"'
a"b'c`d
$x^2$ \(y\) \[z\]
%comment
& & &
\'' \"u \~n \^o
¡Hola! ¿Qué?
...dots... .. .
http://example.org/a_b?c=1&d=2#e
\verb|x| \begin{y} \end{z}
½ cup, 5° C, 3 × 4
""".strip().split("\n")

STYLE = r"""ENTRY { annote title } {} {}
FUNCTION {misc} { newline$ "\newpage\noindent T:" title * ":T A:" * annote * ":A" * write$ newline$ }
READ
ITERATE {call.type$}
"""
PAGES = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage{lmodern}
\input{glyphtounicode}
\pdfgentounicode=1
\pdfpagewidth=520cm
\textwidth=500cm
\pagestyle{empty}
\begin{document}
\nocite{*}
\bibliographystyle{exact}
\bibliography{quotes}
\end{document}
"""


def has_latex():
    if not (shutil.which("pdflatex") and shutil.which("bibtex") and shutil.which("kpsewhich")):
        return False
    return subprocess.run(["kpsewhich", "lmodern.sty"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_latex(), reason="LaTeX is not installed (Debian: texlive-latex-base, lmodern)")
def test_latex_prints_the_exact_characters(tmp_path):
    import pypdfium2

    assert len(PRINTED) >= 60
    texts = [*PRINTED, "a b", "a  b", "a   b"]
    quotes = [quoted(text, title=" ".join(text.split()), before=f"{n}") for n, text in enumerate(texts)]
    for name, text in (("quotes.bib", "\n\n".join(map(cite.bibtex, quotes))), ("exact.bst", STYLE), ("pages.tex", PAGES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in ("pdflatex -interaction=nonstopmode pages", "bibtex pages", "pdflatex -interaction=nonstopmode pages"):
        made = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert made.returncode == 0, made.stdout[-2000:]
    with pypdfium2.PdfDocument(tmp_path / "pages.pdf") as pdf:
        pages = [page.get_textpage() for page in pdf]
        for quote, page in zip(quotes, pages, strict=True):
            title, text = re.fullmatch(r"T:(.*):T A:(.*):A", page.get_text_range().strip()).groups()
            assert (title, re.sub(" +", " ", text)) == (quote.document.title, re.sub(" +", " ", quote.text))
        one, two, three = map(gap, pages[-3:])
    assert two - one == pytest.approx(three - two, rel=0.01) and two - one > 3  # points: the space of a font of ten


def gap(page):
    """The white between ``a`` and ``b`` behind the mark of the annotation; a PDF has no spaces, only distances."""
    text = page.get_text_range()
    at = text.rindex("A:a") + 2
    return page.get_charbox(text.index("b", at))[0] - page.get_charbox(at)[2]
