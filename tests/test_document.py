"""Laws of Document, Passage and Quote."""

from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpus.document import Document, Finding, Heading, Passage, Places, Quote, quote_again
from corpus.errors import QuoteError
from corpus.read import from_text

SHA256 = "3fe252935828c464d2be11c967091a78a237f6c8bc97f2ef2af1a0239e3896d8"
TEXTS = st.text(min_size=1).map(lambda text: text.replace("\r", "\n")).filter(lambda text: text.strip())
SAFE = TEXTS.filter(lambda text: not any(0xD800 <= ord(c) < 0xE000 for c in text))


def test_material_is_byte_for_byte_the_original(material):
    data = (files("corpus") / "material" / "new-quality-productivity.txt").read_bytes()
    assert sha256(data).hexdigest() == SHA256
    assert material.text.encode() == data


def test_document_id_is_what_sha256sum_prints(material):
    assert material.id == SHA256


def test_document_id_depends_on_nothing_but_the_text():
    one = Document(text="Ferns.", title="a", source="a.txt")
    other = Document(text="Ferns.", title="b", source="b.txt", headings=(Heading(0, 5),), places=(Places("page", (0,)),))
    assert one.id == other.id != Document(text="Ferns", title="a", source="a.txt").id


@given(SAFE, st.data())
def test_quote_is_the_slice_of_its_document(text, data):
    document = Document(text=text, title="t", source="s")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = Passage(document, start, end)
    inside = data.draw(st.integers(start, end - 1))
    quote = Quote(passage, inside, end)
    assert passage.text == text[start:end]
    assert quote.text == document.text[quote.start : quote.end] == text[inside:end]
    assert quote_again(document, start=inside, end=end, text=text[inside:end]).text == quote.text


@given(SAFE, st.integers(-5, 300), st.integers(-5, 300))
def test_passage_outside_its_document_cannot_be_born(text, start, end):
    assume(not 0 <= start < end <= len(text))
    with pytest.raises(ValueError, match="no characters"):
        Passage(Document(text=text, title="t", source="s"), start, end)


def test_quote_outside_its_passage_cannot_be_born(material):
    with pytest.raises(ValueError, match="inside its passage"):
        Quote(Passage(material, 10, 20), 9, 15)


@pytest.mark.parametrize(
    "altered",
    [
        lambda quote: quote.replace("not ", ""),
        lambda quote: quote.replace("4.1", "9.9"),
        lambda quote: quote.upper(),
        lambda quote: quote.replace("  ", " "),
        lambda quote: quote.strip(),
        lambda quote: quote.replace('"', "“"),
        lambda quote: quote[:-1],
        lambda quote: "",
    ],
)
def test_quote_again_refuses_one_altered_character(altered):
    text = 'The board did not approve  the "merger"; revenue was $4.1 billion. '
    document = Document(text=text, title="t", source="board.txt")
    assert quote_again(document, start=0, end=len(text), text=text).text == text
    with pytest.raises(QuoteError, match=r"board.txt: expected .* ask again"):
        quote_again(document, start=0, end=len(text), text=altered(text))


@pytest.mark.parametrize(("start", "end"), [(-3, 4), (4, 4), (5, 2), (0, 999)])
def test_quote_again_refuses_impossible_places(start, end):
    document = Document(text="No seeds.", title="t", source="s")
    with pytest.raises(QuoteError):
        quote_again(document, start=start, end=end, text=document.text[start:end])


@given(SAFE)
def test_line_counts_only_newlines(text):
    document = Document(text=text, title="t", source="s")
    for offset in range(len(text)):
        assert document.line_at(offset) == len(text[:offset].split("\n"))


def test_page_and_heading_are_the_ones_above():
    text = "# One\nalpha\n# Two\nbeta\n"
    document = Document(
        text=text, title="t", source="s", headings=(Heading(2, 5), Heading(14, 17)), places=(Places("page", (0, 12)),)
    )
    assert [document.page_at(o) for o in (0, 11, 12, 20)] == [1, 1, 2, 2]
    assert [document.heading_at(o) for o in (0, 6, 13, 20)] == [None, "One", "One", "Two"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " \n"},
        {"text": "a\r\nb"},
        {"text": "abc", "headings": (Heading(2, 9),)},
        {"text": "abc", "headings": (Heading(1, 2), Heading(0, 1))},
        {"text": "abc", "places": (Places("page", (0, 4)),)},
        {"text": "abc", "places": (Places("page", (-1, 2)),)},
        {"text": "abc", "places": (Places("page", (0,)), Places("page", (1,)))},
        {"text": "abc", "findings": (Finding("hidden", "white", ((1, 4),)),)},
    ],
)
def test_document_that_contradicts_itself_cannot_be_born(wrong):
    with pytest.raises(ValueError, match="s: "):
        Document(title="t", source="s", **wrong)


def test_title_comes_from_the_first_heading_or_the_name():
    assert from_text("# A  *title*\nx", name="n", source="s", markdown=True).title == "A *title*"
    assert from_text("words", name="annual_report-2024", source="s", markdown=False).title == "Annual report 2024"
