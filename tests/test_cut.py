"""Laws of the cutter, over the material and over generated text, and golden cuts."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cut import PASSAGE_SIZE, SENTENCE_CHARACTERS, cut, size
from corpus.document import Document
from corpus.errors import ReadError
from corpus.read import from_text

PIECES = st.sampled_from(
    [
        "Ferns have no seeds.",
        "No seeds.",
        "Dr. Fern wrote 3.5 pages",
        "黑龙江制定了计划。",
        "“真的？”他问。",
        "😀👩‍👩‍👧",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "# Head\n",
    ]
    + [
        "- item one\n",
        "1. first\n",
        "| a | b |\n",
        "```\n",
        "* star",
        "** Economic",
        "الجملة الأولى. هل هذا سؤال؟",
        "…",
        "e.g. this",
        "?!",
        "e\u0301",
        "\t",
        "x" * 50,
    ]
)
MIXED = st.one_of(st.lists(PIECES, min_size=1, max_size=40).map("".join), st.text(min_size=1, max_size=400))


def laws(document: Document) -> None:
    pieces = cut(document)
    text = document.text
    ranges = [sentence for inside in pieces.sentences for sentence in inside]
    assert len(pieces.passages) == len(pieces.sentences)
    for passage, inside in zip(pieces.passages, pieces.sentences, strict=True):
        assert passage.text == text[passage.start : passage.end]
        assert inside
        assert all(passage.start <= start < end <= passage.end for start, end in inside)
        assert passage.end == inside[-1][1]
        assert len(inside) == 1 or size(passage.text) <= 2 * PASSAGE_SIZE
    for start, end in ranges:
        assert text[start:end] == text[start:end].strip()
        assert re.search(r"\w", text[start:end])
        assert end - start <= SENTENCE_CHARACTERS
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
    assert all(one.end <= other.start for one, other in pairwise(pieces.passages))
    covered = [*((heading.start, heading.end) for heading in document.headings), *ranges]
    left = list(text)
    for start, end in covered:
        left[start:end] = " " * (end - start)
    for line in "".join(left).split("\n"):
        assert not re.search(r"\w", line) or line.lstrip().startswith(("#", "```", "~~~")), line


def test_laws_hold_over_the_material(material):
    laws(material)


@given(MIXED, st.booleans())
def test_laws_hold_over_generated_text(text, markdown):
    try:
        document = from_text(text, name="n", source="s", markdown=markdown)
    except ReadError:
        return
    laws(document)


def test_every_sentence_of_the_material_ends_like_one(material):
    ends = [material.text[inside[-1][1] - 1] for inside in cut(material).sentences]
    assert set(ends) == {"."}


def sentences(text: str, *, markdown: bool = False) -> list[str]:
    document = from_text(text, name="n", source="s", markdown=markdown)
    return [document.text[start:end] for inside in cut(document).sentences for start, end in inside]


@pytest.mark.parametrize(
    "expected",
    [
        ["Dr. Smith met Mr. Jones at 5 p.m. in Washington, D.C. on Monday.", "He left."],
        ["It cost $3.5 million.", "That was too much."],
        ['He said "Stop."', "Then he left."],
        ["See Fig. 3 and No. 5 of the report.", "It is short."],
        ["J. R. R. Tolkien wrote it.", "Nobody else did."],
        ["Roe v. Wade was decided.", "It was overturned."],
        ["Was it true?", "Yes!", "Or no…", "Perhaps."],
        ["They used vitamin C.", "The result was good."],
        ["Apple Inc. was founded in 1976.", "It makes phones."],
        ["黑龙江制定了行动计划。", "“真的吗？”", "他问。", "是的！"],
        ["هل هذا سؤال؟", "نعم هذا هو الجواب.", "شكرا."],
        ["The end (of the story.)", "Next."],
        ["A claim.[12]", "Another claim."],
    ],
)
def test_sentences_are_cut_where_a_reader_would(expected):
    spaced = not re.search("[\u4e00-\u9fff]", expected[0])
    assert sentences((" " if spaced else "").join(expected)) == expected


def test_wrapped_lines_run_on_and_list_items_do_not():
    text = (
        "The province has formulated a plan of action which divides its industries into twenty\n"
        "four groups, each with a leading company and a group of suppliers that follow it, so\n"
        "that the work is more focused. It was made in three months.\n\n"
        "- machine tools\n- offshore equipment\n"
    )
    found = sentences(text)
    assert found[0].startswith("The province") and found[0].endswith("more focused.")
    assert found[1:] == ["It was made in three months.", "- machine tools", "- offshore equipment"]


def test_short_lines_do_not_run_on():
    assert sentences("Rent: 500 euro\nDeposit: two months\nPets: none\n") == [
        "Rent: 500 euro",
        "Deposit: two months",
        "Pets: none",
    ]


def test_heading_opens_the_passage_below_and_is_no_sentence():
    document = from_text("# Moss\n\nIt holds water.\n\n# Ferns\n\nThey have spores.\n", name="n", source="s", markdown=True)
    pieces = cut(document)
    assert [passage.text for passage in pieces.passages] == ["Moss\n\nIt holds water.", "Ferns\n\nThey have spores."]
    assert [[document.text[a:b] for a, b in inside] for inside in pieces.sentences] == [
        ["It holds water."],
        ["They have spores."],
    ]


def test_text_of_headings_alone_can_still_be_quoted():
    assert sentences("# Moss\n\n## Ferns\n", markdown=True) == ["Moss", "Ferns"]


def test_repeated_sentences_each_have_their_own_place():
    document = from_text("No seeds. Spores. No seeds.", name="n", source="s", markdown=False)
    assert cut(document).sentences == (((0, 9), (10, 17), (18, 27)),)


def test_endless_sentence_is_cut_at_a_pause():
    text = "word, " * 1000
    document = from_text(text, name="n", source="s", markdown=False)
    laws(document)
    assert all(piece.endswith(",") for piece in sentences(text))
    laws(from_text("x" * 5000, name="n", source="s", markdown=False))


def test_long_line_is_cut_in_time_that_grows_with_its_length():
    """One line of 2 MB without an end; looking back to its start at each full stop took minutes."""
    text = "".join(f"This is sentence number {n} about ferns. " for n in range(50_000))
    began = time.perf_counter()
    (short,) = [cut(from_text(text[: len(text) // 10], name="n", source="s", markdown=False))]
    tenth = time.perf_counter() - began
    whole = cut(from_text(text, name="n", source="s", markdown=False))
    assert sum(map(len, whole.sentences)) == 50_000 > sum(map(len, short.sentences))
    assert time.perf_counter() - began - tenth < 40 * tenth
