"""Citations in every form: none loses or alters a character of the quote, none drops the citation."""

import json
import re
from html.parser import HTMLParser

import pytest
from copied import unlatex
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.document import Document, Passage, Places, Quote
from corpus.messages import Message
from rag.answer import Answer, Citation, Refusal, Verdict
from ui.forms import cite
from ui.forms.transcript import HTML_FOOT, HTML_HEAD, exported

HAZARDS = (
    "** stars **, $x$, <script>alert(1)</script>, &amp; &#65;, zero\u200bwidth \u202ebidi\u202c, no\u00a0break,  two  spaces, "
    "\U0001f9ad\U0001f3fd e\u0301 海象条款 شرط C:\\new\\table {{value}} `tick` :smile: [^1] ~a~ a_b 100% #1 1. x"
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=200)
VERDICT = Verdict("what?", (), 0.0)
MARKUP = st.text(st.sampled_from(list("\\`*_{}[]<>&#|~$^!+-=.:()1a \t\n\u00a0\u3000")), min_size=1, max_size=60)


def quoted(text, *, title="A title", pages=()):
    document = Document(
        text=f"Before.\n{text}\nAfter.", title=title, source="a.txt", places=(Places("page", pages),) if pages else ()
    )
    return Quote(Passage(document, 8, 8 + len(text)), 8, 8 + len(text))


class Words(HTMLParser):
    """The text of an HTML page, and of its blockquotes."""

    def __init__(self, html):
        super().__init__()
        self.inside, self.blocks, self.all = False, [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "blockquote":
            self.inside = True
            self.blocks.append("")

    def handle_endtag(self, tag):
        self.inside &= tag != "blockquote"

    def handle_data(self, data):
        self.all += data
        if self.inside:
            self.blocks[-1] += data


@given(TEXT | MARKUP)
def test_every_form_holds_the_exact_characters_and_the_citation(text):
    quote = quoted(text)
    forms = cite.forms(quote)
    reference = f"{quote.document.id[:12]}:{quote.start}-{quote.end}"
    assert forms["text"] == f"“{text}”\n— A title, {cite.place(quote)} [{reference}]"
    assert Words(forms["html"]).blocks == [text.replace("\0", "\u2400")]
    (item,) = json.loads(forms["csl"])
    assert item["annote"] == item["custom"]["quote"] == text
    assert unlatex(re.search(r"annote = \{(.*)\}\n\}$", forms["bibtex"], re.DOTALL)[1]) == text
    assert forms["bibtex"].count("{") == forms["bibtex"].count("}")
    assert forms["link"] == f"#quote={quote.document.id}:{quote.start}-{quote.end}"
    for form in ("text", "html", "markdown", "csl"):
        assert reference in forms[form]
    for form in ("text", "html", "markdown", "bibtex"):
        assert cite.place(quote) in forms[form].replace("\\", "")


def rendered(markdown):
    """The text that CommonMark shows in the block of a quote, without the marker of its footnote."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    end = next(n for n, token in enumerate(tokens) if token.type == "blockquote_close")
    assert {token.type for token in tokens[:end]} <= {"blockquote_open", "paragraph_open", "inline", "paragraph_close"}
    shown = []
    for token in tokens[:end]:
        if token.type == "inline":
            kinds = {child.type for child in token.children}
            assert kinds <= {"text", "softbreak", "hardbreak", "text_special"}, kinds
            shown.append("".join("\n" if child.type.endswith("break") else child.content for child in token.children))
    return "\n\n".join(shown).rsplit("[^", 1)[0]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200) | MARKUP)
def test_markdown_shows_the_exact_characters(text):
    assert rendered(cite.markdown(quoted(text))) == text


def test_hazards_survive_in_every_form():
    quote = quoted(HAZARDS, title="The <i>walrus</i> *clause* {{x}}")
    assert rendered(cite.markdown(quote)) == HAZARDS
    words = Words(cite.html(quote))
    assert words.blocks == [HAZARDS] and "The <i>walrus</i> *clause* {{x}}, ¶ 2, line 2" in words.all


def test_place_is_said_as_a_person_would():
    quote = quoted("Here.", pages=(0, 8))
    assert cite.place(quote) == "p. 2"
    assert cite.place(quote, "zh") == "第 2 页"
    assert cite.place(quoted("Here.")) == "¶ 2, line 2"
    assert cite.place(quoted("Here."), "zh") == "第 2 段，第 2 行"


def test_place_of_the_shipped_material(material):
    assert cite.place(Quote(Passage(material, 9737, 10032), 9737, 10032)) == "¶ 20, line 20"


@pytest.mark.parametrize("language", ["en", "zh"])
@given(st.lists(TEXT, min_size=1, max_size=3))
def test_exports_hold_every_citation(language, texts):
    quotes = [quoted(text) for text in texts]
    cited = tuple(Citation(n, quote, 0.5, (), VERDICT) for n, quote in enumerate(quotes, start=1))
    refused = Refusal(Verdict("and this?", (), 1.0), Message("refusal.does_not_say"), (), cited)
    for answer in (
        Answer("what?", cited, None),
        Answer("what?", (), refused),
        Answer("what?", cited, None, unanswered=(refused,)),
    ):
        forms = exported(answer, asked="what?", notes=("Read as: x",), language=language)
        shown = Words(HTML_HEAD + forms["html"] + HTML_FOOT).blocks
        expected = [text.replace("\0", "\u2400") for text in texts] * (2 if answer.unanswered else 1)
        assert shown == expected
        for quote in quotes:
            assert cite.text(quote, language) in forms["text"] and cite.markdown(quote, language) in forms["markdown"]
        assert all("Read as: x" in forms[form].replace("\\", "") for form in forms)
        refused_in = {"en": "The material does not say.", "zh": "材料没有说明。"}[language]
        assert (refused_in in forms["text"]) == bool(answer.refusal or answer.unanswered)
