"""What is marked in a quote is whole: names, titles, numbers with their units; no clause number, no loose punctuation."""

from time import perf_counter

import pytest
from gold_cases import in_text
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Passage, Quote
from rag.marks import marked


def whole(text, said, start=0):
    """The marked words of a text for what the reader points at."""
    quote = Quote(Passage(Document(text, "t", "s"), 0, len(text)), start, len(text))
    mark = marked(quote, *in_text(text, said))
    return mark and mark.text


@st.composite
def pointed_at(draw):
    pieces = st.sampled_from(
        [
            "9.1",
            " ",
            "Anna Lee",
            "(a)",
            "“The Blue Plan”",
            "(",
            ")",
            "5 million",
            "90",
            "days",
            "€",
            "plan",
            ", ",
            ". ",
            "第5条",
            "12亿元",
            "。",
        ]
    )
    text = "".join(draw(st.lists(pieces, min_size=1, max_size=9)))
    low, start = sorted(draw(st.lists(st.integers(0, len(text) - 1), min_size=2, max_size=2)))
    end = draw(st.integers(start + 1, len(text)))
    high = draw(st.integers(end, len(text)))
    return Quote(Passage(Document(text, "t", "s"), 0, len(text)), low, high), start, end


@given(pointed_at())
def test_what_is_marked_lies_in_the_quote_without_loose_ends(case):
    quote, start, end = case
    mark = marked(quote, start, end)
    if mark:
        assert quote.start <= mark.start < mark.end <= quote.end
        assert mark.text == quote.document.text[mark.start : mark.end]
        assert mark.text.strip(" ,.;:。") == mark.text
        assert max(mark.start, start) < min(mark.end, end)


@pytest.mark.parametrize(
    ("text", "said", "mark"),
    [
        ("9.1 Either party may end this agreement.", "9.1 Either party", "Either party"),
        ("9.1 Either party may end this agreement.", "9.1", None),
        ("(a) ten days after the notice", "(a) ten days", "ten days"),
        ("3.5 million people live there.", "3.5 million", "3.5 million people"),
        ("It costs US$ 12.50 a month.", "12.50", "US$ 12.50"),
        ("A fee of 5 million euros is due.", "5", "5 million euros"),
        ("It fell by 3.5 % in May.", "3.5", "3.5 %"),
        ("It is 523 km (325 mi) east of Berlin.", "523 km (325", "523 km (325 mi)"),
        ("It is 523 km (325, says the map.", "523 km (325", "523 km"),
        ("They called it “The Long Blue Plan” in May.", "Long Blue", "The Long Blue Plan"),
        ("He said “we all went home early and the Plan was left there” to us.", "Plan", "Plan"),
        ("省政府印发《黑龙江省数字经济发展规划》。", "数字经济发展规划", "黑龙江省数字经济发展规划"),
        ("In 1914 its director was Isiah Bowman, who left.", "Bowman", "Isiah Bowman"),
        ("The Acme Corporation paid.", "Corporation", "Acme Corporation"),
        ("It happened in 1806-07.", "in 1806-07.", "in 1806-07"),
        ("In 1990 prices rose.", "1990", "1990"),
    ],
)
def test_marks_are_whole(text, said, mark):
    assert whole(text, said) == mark


def test_paragraph_in_capitals_is_no_name_and_takes_no_time():
    line = "IN NO EVENT SHALL THE COMPANY BE LIABLE FOR ANY DAMAGES OF ANY KIND WHATSOEVER THAT COME OF THE USE OF THE SERVICE"
    assert whole(line, "COMPANY BE") == "COMPANY BE"
    began = perf_counter()
    for text in ("A " * 100_000 + "B", "a'" * 100_000 + " B", "1 111 " * 50_000 + " B", "(" * 200_000 + "B"):
        assert whole(text, "B") == "B"
    assert perf_counter() - began < 5
