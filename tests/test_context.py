"""What a passage stands under: headings, sheet and columns are searched and read with it, and never quoted for it."""

import io
import json
from functools import partial

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.chunk import cut, size
from corpus.context import CONTEXT_SIZE, context, searched
from corpus.document import Document, Heading, Passage, Quote
from corpus.formats.builder import Cell, TextBuilder
from corpus.formats.registry import read_data
from corpus.locator import describe
from corpus.read import from_text
from index.library import build
from rag.analyse import analyse
from rag.ask import ask
from rag.reader.model import SHIPPED, OnnxReader
from rag.reader.rerank import rerank
from rag.reader.windows import window_text, windows
from rag.retrieve import retrieve
from rag.settings import READER_TOKENS, RERANK_WEIGHTS
from ui.cli.render import place


@pytest.fixture(scope="module")
def reader():
    return OnnxReader(SHIPPED)


markdown = partial(from_text, name="notes", source="notes.md", markdown=True)
POOL = """# Pool

## How do I join?

Fill in the blue form at the desk.

## What does it cost?

Twelve euros a month.

## Can I bring guests?

Yes, two of them.

# Library

## What does it cost?

Nothing at all.
"""


@given(
    st.lists(
        st.sampled_from(["# One 😀\n\n", "## Two\n", "Some *text*. ", "More.\n\n", "第二章。\n", "### Three\n\n"]), min_size=1
    )
)
def test_passage_is_searched_as_it_stands_and_under_names_that_stand_before_it(pieces):
    document = markdown("".join(pieces) + "end")
    for passage in cut(document).passages:
        names = context(document, passage.start)
        assert searched(document, passage.start, passage.end) == "\n".join((*names, passage.text))
        assert all(name in document.text[: passage.start] for name in names)
        assert sum(map(size, names)) <= CONTEXT_SIZE


def test_context_is_the_path_of_headings_the_lowest_of_each_level():
    document = markdown(POOL)
    assert context(document, document.text.index("Twelve")) == ("Pool", "What does it cost?")
    assert context(document, document.text.index("Nothing")) == ("Library", "What does it cost?")
    assert context(document, document.text.index("## Can")) == ("Pool", "What does it cost?")
    assert context(document, document.text.index("Can I bring")) == ("Pool",)
    assert context(document, 0) == ()


def test_context_is_bounded_and_keeps_the_nearest_names():
    text = "one " * 100 + "\nshort\nA sentence."
    document = Document(text, "t", "s", (Heading(0, 399), Heading(401, 406, 2)))
    assert context(document, 407) == ("short",)


def rows(*table):
    pen = TextBuilder()
    pen.block("Before the table.")
    pen.apart()
    for row in table:
        pen.row([Cell(text) for text in row])
    pen.apart()
    pen.block("Behind the table.")
    return pen.reading()


def test_first_row_over_figures_names_the_columns_to_the_end_of_the_table():
    reading = rows(["Food", "", "Calories"], ["Fruit", "fresh", "150"], ["Seeds", "", "200"])
    document = Document(reading.text, "t", "s", places=reading.places)
    for inside in ("Fruit", "150", "Seeds", "200"):
        assert context(document, document.text.index(inside)) == ("Food | | Calories",)
    for outside in ("Before", "Food", "Behind"):
        assert context(document, document.text.index(outside)) == ()
    assert describe(document, 0, 6) == "line 1"
    assert place(Quote(Passage(document, 0, 6), 0, 6)).startswith("s:1 · ")


@pytest.mark.parametrize(
    "table",
    [
        (["Ann Example", "Chair"], ["Bob Other", "Clerk"]),
        (["2023", "2024"], ["1", "2"]),
        (["Year", "Year"], ["1", "2"]),
        (["Total"], ["12"]),
        (["Food", "Calories"],),
        (["Food " * 20, "Calories"], ["Fruit", "150"]),
    ],
)
def test_first_row_that_may_say_something_itself_names_nothing(table):
    assert all(places.kind != "columns" for places in rows(*table).places)


def test_two_tables_have_their_own_columns():
    pen = TextBuilder()
    for name, figure in (("Height", "12"), ("Width", "7")):
        pen.apart()
        pen.row([Cell("Bridge"), Cell(name)])
        pen.row([Cell("North"), Cell(figure)])
    document = Document((reading := pen.reading()).text, "t", "s", places=reading.places)
    assert context(document, document.text.index("12")) == ("Bridge | Height",)
    assert context(document, document.text.index("Bridge | Width")) == ()
    assert context(document, document.text.index("7")) == ("Bridge | Width",)


def test_row_behind_an_empty_one_names_the_columns_anew_where_it_does():
    others = [["West", "9"], ["", ""], ["All", "none"], ["East", "no"]]
    reading = rows(["Bridge", "Height"], ["North", "12"], [], ["Bridge", "Width"], ["South", "7"], [], *others)
    document = Document(reading.text, "t", "s", places=reading.places)
    assert context(document, document.text.index("12")) == ("Bridge | Height",)
    assert context(document, document.text.index("Bridge | Width")) == ()
    for inside in ("7", "West", "9", "none", "East"):
        assert context(document, document.text.index(inside)) == ("Bridge | Width",)
    assert context(document, document.text.index("Behind")) == ()


def test_header_may_stand_apart_from_its_rows():
    reading = rows(["Bridge", "Height"], ["", ""], ["North", "12"], ["South", "7"])
    document = Document(reading.text, "t", "s", places=reading.places)
    assert context(document, document.text.index("7")) == ("Bridge | Height",)


def test_row_far_below_its_header_is_found_by_the_name_of_its_column(library_of):
    lines = ["Flat,Monthly rent in euros,Floor", *(f"Flat {n} of the north wing,{500 + n},{n % 9}" for n in range(200))]
    _, reading = read_data("\n".join(lines).encode(), ".csv")
    document = Document(reading.text, "Flats", "flats.csv", reading.headings, reading.places)
    library = build([document, markdown(POOL)], encoder=library_of(POOL).encoder, progress=lambda done, total: None)
    assert context(document, document.text.index("Flat 177")) == ("Flat | Monthly rent in euros | Floor",)
    words = {word.text: word for word in analyse("monthly rent of flat 177", library).words}
    passage = next(row for row in range(library.passages.n) if "Flat 177" in library.passage(row).text)
    assert all(library.passages.bm25((words[name].term,), [passage])[0] > 0 for name in ("monthly", "rent", "177"))
    assert library.sentences.bm25(("month",), library.sentences_of([passage])).max() == 0


def test_sheet_is_searched_by_its_name_and_its_rows_share_no_passage_with_another(library_of):
    book = openpyxl.Workbook()
    for name, figure in (("Cups since 1967", 13), ("Cups before 1967", 4)):
        sheet = book.create_sheet(name)
        sheet.append(["Team", "Won"])
        sheet.append(["Herons", figure])
    del book["Sheet"]
    file = io.BytesIO()
    book.save(file)
    _, reading = read_data(file.getvalue(), ".xlsx")
    document = Document(reading.text, "Cups", "cups.xlsx", reading.headings, reading.places)
    assert len(cut(document).passages) == 2
    library = build([document, markdown(POOL)], encoder=library_of(POOL).encoder, progress=lambda done, total: None)
    assert not [word.text for word in analyse("Herons since 1967", library).words if word.absent]
    first, *_ = retrieve(analyse("How many did the Herons win before 1967?", library), library)
    assert first.sentence.text == "Herons | 4"


def test_answer_under_a_heading_that_asks_the_question_is_found(library_of, reader):
    library = library_of(POOL)
    answer = ask("What does it cost to join the pool?", library, reader=reader)
    assert answer.citations[0].quote.text == "Twelve euros a month."


def test_what_the_reader_marks_lies_in_the_document_and_not_in_the_context(library_of, reader):
    library = library_of(POOL)
    for question in ("What does the pool cost?", "How many guests can I bring?", "How do I join?"):
        asked = analyse(question, library)
        hits = retrieve(asked, library)
        seen = rerank(asked, hits, library, reader, most=READER_TOKENS, weights=RERANK_WEIGHTS)
        marked = [hit for hit in seen if hit.reader_score]
        assert marked
        for hit in marked:
            sentence, score = hit.sentence, hit.reader_score
            assert sentence.start <= score.start < sentence.end and score.start < score.end <= len(sentence.document.text)


FOODS = [
    ["Food", "Kinds", "Calories per portion"],
    ["Beetles", "Stag, Ground, Dung", "50"],
    ["Fruit", "Apple, Pear", "150"],
    ["Seeds", "Sunflower, Pumpkin, Flax", "200"],
    ["Berries | dried", "", "90"],
    ["Leaves", "Ash, Elm. Maple too.", "55"],
]


@pytest.fixture(scope="module")
def foods(library_of):
    pen = TextBuilder()
    pen.block("What the animals of the wood live on.")
    pen.apart()
    for row in FOODS:
        pen.row([Cell(text) for text in row])
    pen.apart()
    pen.block("Nothing else is known.")
    document = Document((reading := pen.reading()).text, "Foods", "foods.docx", places=reading.places)
    return build([document], encoder=library_of(POOL).encoder, progress=lambda done, total: None)


def test_window_is_a_row_with_its_names_or_prose_without_rows_and_each_character_has_its_place(foods):
    (document,) = foods.documents
    hits = retrieve(analyse("How many calories does fruit have?", foods), foods, top=99)
    seen = []
    for first, last in windows(hits, foods, most=9999):
        start, end = foods.sentence(first).start, foods.sentence(last - 1).end
        window = window_text(document, start, end)
        assert len(window.offsets) == len(window.text)
        for character, at in zip(window.text, window.offsets.tolist(), strict=True):
            assert at < 0 or document.text[at] == character
        inside = [at for at in window.offsets.tolist() if at >= 0]
        assert inside == sorted(inside)
        seen.append(window.text)
    assert "Food: Fruit | Kinds: Apple, Pear | Calories per portion: 150" in seen
    assert "Food: Leaves | Kinds: Ash, Elm. Maple too. | Calories per portion: 55" in seen
    assert "Nothing else is known." in seen
    assert not [text for text in seen if "Fruit" in text and "Seeds" in text]


@pytest.mark.parametrize(
    ("question", "row", "figure"),
    [
        ("How many calories does fruit have?", "Fruit", "150"),
        ("How many calories are in a portion of seeds?", "Seeds", "200"),
        ("How many calories do leaves have?", "Leaves", "55"),
    ],
)
def test_row_is_read_with_the_names_of_its_columns_and_no_other_answers(foods, reader, question, row, figure):
    answer = ask(question, foods, reader=reader)
    quote = answer.citations[0].quote
    assert quote.text.startswith(row) or quote.text in next(text for text in FOODS if text[0] == row)[1]
    assert quote.text == quote.document.text[quote.start : quote.end]
    assert [mark.text for mark in answer.citations[0].marks] == [figure]


def test_record_is_read_alone(library_of, reader):
    rows = [("Ann", 41, "B12"), ("Bob", 17, "C3"), ("Cid", 29, "A7")]
    records = json.dumps([{"name": name, "age": age, "room": room} for name, age, room in rows]).encode()
    _, reading = read_data(records, ".json")
    document = Document(reading.text, "Staff", "staff.json", reading.headings, reading.places)
    library = build([document, markdown(POOL)], encoder=library_of(POOL).encoder, progress=lambda done, total: None)
    for name, _, room in rows:
        (citation,) = ask(f"Which room is {name} in?", library, reader=reader).citations
        assert citation.quote.text.startswith(f"name: {name} | ") and citation.quote.text.endswith(room)


def test_rows_of_a_markdown_table_stand_under_the_names_of_its_columns(reader, library_of):
    table = "| Food | Calories |\n|------|---------:|\n| Fruit | 150 |\n| Seeds | 200 |\n"
    text = f"# Foods\n\n{table}\nNothing | else.\n\n```\na | b\n--|--\n1 | 2\n```\n"
    document = markdown(text)
    for inside in ("| Fruit", "150", "| Seeds", "200 |"):
        assert context(document, text.index(inside)) == ("Foods", "| Food | Calories |")
    for outside in ("Nothing", "a | b", "1 | 2"):
        assert context(document, text.index(outside)) == ("Foods",)
    assert describe(document, 0, 5) == "line 1"
    answer = ask("How many calories do seeds have?", library_of(text), reader=reader)
    assert [citation.quote.text for citation in answer.citations] == ["| Seeds | 200 |"]
