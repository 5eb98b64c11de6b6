"""Laws of the cutter, over the material and over generated text, and golden cuts."""

import re
import time
import tracemalloc
from itertools import product

import pytest
from cutting import cut_within_the_laws
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from corpus.chunk import HEADINGS_SIZE, cut, size
from corpus.document import Document, Finding, Heading, Places
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
        "Am 3. Oktober, z. B. um 5 Uhr. ",
        "« Vraiment ? » dit-il. ",
        "¿Y la pág. 5? ",
        "А. С. Пушкин, 1799 г. Он ",
        "「はい。」と彼は言った。",
        "2020. 3. 1. 시행되었다. ",
        "《你好。再见》（一本书。）",
        "یہ درست ہے۔",
        "“",
        "»",
        "。",
    ]
)
MIXED = st.one_of(st.lists(PIECES, min_size=1, max_size=40).map("".join), st.text(min_size=1, max_size=400))


def test_laws_hold_over_the_material(material):
    cut_within_the_laws(material)


@given(MIXED, st.booleans())
def test_laws_hold_over_generated_text(text, markdown):
    try:
        document = from_text(text, name="n", source="s", markdown=markdown)
    except ReadError:
        reject()
    cut_within_the_laws(document)


LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ["Ferns grow and", "moss too.", "Annual report", "- 3 -", "Dr. No", "Sales 1,200 3,400", "$ 5 –", "  2. Scope", ""]
            + ["word " * 30, "x" * 70, "It is so. It was. It will be. " * 6, "---", "黑龙江制定了计划。" * 9]
        ),
        st.sampled_from(["body", "body", "body", "running", "page", "heading", "half", "two"]),
    ),
    min_size=1,
    max_size=40,
)


@given(LINES, st.booleans())
def test_laws_hold_over_headings_on_pages(lines, paged):
    """Headings that are a line, a part of one, or two; on pages and without."""
    text, pages, headings, running = "", [0], [], []
    for line, kind in lines:
        start, words = len(text) + len(line) - len(line.lstrip()), line.strip()
        if kind == "page" and len(text) > pages[-1]:
            pages.append(len(text))
        if kind == "running" and words:
            running.append((len(text), len(text) + len(line)))
        text += line + "\n"
        if kind in {"heading", "two"} and words:
            headings.append(Heading(start, start + len(words)))
        if kind == "half" and len(words) > 1:
            headings.append(Heading(start, start + len(words) // 2))
        if kind == "two" and words:
            text += "and on\n"
            headings[-1] = Heading(start, len(text) - 1)
    assume(text.strip())
    places = (Places("page", tuple(pages)),) if paged else ()
    found = (Finding("running", "", tuple(running)),) if paged else ()
    cut_within_the_laws(Document(text, "t", "s", tuple(headings), places, found))


def test_new_page_of_a_section_does_not_begin_at_its_heading():
    text = "Results\nSales rose.\n\nCosts fell.\n\nDebt is low.\n"
    pages = (Places("page", (0, 21, 34)),)
    passages = cut(Document(text, "t", "s", (Heading(0, 7),), pages)).passages
    assert [passage.text for passage in passages] == ["Results\nSales rose.", "Costs fell.", "Debt is low."]


def test_headings_that_follow_one_another_open_a_passage_together_unless_they_are_long():
    document = from_text("# Moss\n\n## Care\n\nIt holds water.\n", name="n", source="s", markdown=True)
    assert [passage.text for passage in cut(document).passages] == ["Moss\n\n## Care\n\nIt holds water."]
    long = "".join(f"# Heading number {n}\n\n" for n in range(500)) + "It holds water.\n"
    (passage,) = cut(from_text(long, name="n", source="s", markdown=True)).passages
    assert size(passage.text) <= HEADINGS_SIZE + size("It holds water.")
    assert "Heading number 499" in passage.text


def test_second_line_of_a_heading_is_no_sentence_and_what_stands_beside_one_is():
    text = "A title of\ntwo lines\nMoss is soft.\nFees: low\n"
    headings = (Heading(0, 20), Heading(text.index("Fees"), text.index("Fees") + 5))
    pieces = cut(Document(text, "t", "s", headings))
    assert [text[start:end] for inside in pieces.sentences for start, end in inside] == ["Moss is soft.", "low"]


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


LANGUAGES = {
    "en": [
        "He works at Acme Inc.",
        "The U.S. Senate voted at 3 p.m. on Jan. 5.",
        "Mr. and Mrs. Smith took Gen. Lee's car.",
        "Wait... what happened?",
        "See e.g. Smith et al. 2019 for details.",
        "“Is it true?” he asked.",
        "It boils at 99.5 °C.",
        'He said: "Go!"',
        "Yahoo! is a company.",
    ],
    "zh": [
        "他说：“你好。”",
        "这是真的吗？！",
        "（他走了。）",
        "公司（以下简称“甲方”。）成立了。",
        "圆周率约为3.14。",
        "《你好。再见》是一本书。",
        "我……我不知道。",
        "“蛔虫，贯心则杀人。”，实属不确。",
    ],
    "zh-Hant": ["台灣的「蘋果。」", "他想：『走吧！』", "這是真的嗎？", "（以下稱「甲方」。）", "臺北市是首都。"],
    "ja": [
        "彼は「はい。」と言った。",
        "「行くよ。」",
        "本当ですか？",
        "株式会社（旧称・山田。）は東京にある。",
        "はい、そうです！",
        "『雪国』は小説である。",
    ],
    "ko": [
        "그는 학교에 갔다.",
        "정말입니까?",
        "“안녕하세요.”라고 그가 말했다.",
        "법은 2020. 3. 1. 시행되었다.",
        "가격은 3.5% 올랐다.",
        "네!",
    ],
    "de": [
        "Am 3. Oktober feiert man.",
        "Die z. B. genannten Fälle, d. h. alle, gelten.",
        "Er kam am 5. 3. 2020 an.",
        "Der 2. Weltkrieg endete 1945.",
        "Im 19. Jahrhundert, z.B. in Berlin, war das so.",
        "Siehe Abs. 3 S. 1 und Nr. 5 der Verordnung.",
        "Das gilt u. a. für Prof. Schmidt.",
        "„Wirklich?“, fragte sie.",
        "„Ja.“",
        "»Nein.«",
        "Es gibt Äpfel, Birnen usw.",
        "Sie heißt Hauptstr. 5.",
        "Die Firma Müller GmbH & Co. KG wurde 1990 gegründet.",
        "Ludwig XIV. war König.",
        "Das war 2019.",
    ],
    "fr": [
        "« Vraiment ? » demanda-t-il.",
        "«\u202fOui.\u202f»",
        "M. Dupont et Mme. Durand arrivent.",
        "Voir art. 5 et p. ex. le no. 3.",
        "Bien sûr…",
        "J.-C. Martin est né en 50 av. J.-C. à Rome.",
        "Il y a des pommes, etc.",
        "Il dit : « Partez ! »",
    ],
    "es": [
        "¿Es verdad?",
        "¡Sí!",
        "El Sr. García y la Sra. López viven en EE. UU. desde 2010.",
        "Véase el art. 5 y la pág. 3.",
        "—¿Vienes? —preguntó ella.",
        "Ud. puede entrar con la Dra. Ruiz.",
        "Dijo: «¡Vete!»",
        "¿o no?",
    ],
    "ru": [
        "А. С. Пушкин родился в 1799 г. в Москве.",
        "Он живёт на ул. Ленина, д. 5, кв. 3.",
        "Цена составляет 5 тыс. руб. за штуку.",
        "«Правда?» — спросил он.",
        "«Да.»",
        "В т. ч. и т. д. и т. п.",
        "См. рис. 3 и табл. 5.",
        "Проф. Иванов и акад. Петров пришли.",
        "Это произошло в 1945 г.",
        "В 1945 г. Москва праздновала.",
        "Население — 5 млн. человек.",
    ],
    "ar": [
        "هل هذا صحيح؟",
        "نعم!",
        "قال د. محمد إن الأمر صحيح.",
        "ولد عام 500 ق.م. في مصر.",
        "قال: «اذهب!»",
        "هذا أول؛ وهذا ثان.",
        "یہ درست ہے۔",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_a_language_are_cut_apart_and_not_asunder(language):
    """Each after each: what stands before or after a sentence does not move its borders."""
    between = "" if language in {"zh", "zh-Hant", "ja"} else " "
    for first, second in product(LANGUAGES[language], repeat=2):
        assert sentences(between.join((first, second, first))) == [first, second, first]


@pytest.mark.parametrize(
    "expected",
    [
        ["He was counting to 3.", "Then he left."],
        ["The die is a 3.", "It stopped."],
        ["Dividends fell to $0.25.", "0160 capital expenditures"],
        ["They used vitamin C.", "It worked."],
        ["Er wohnt im 3.", "Er zahlt wenig."],
        ["Родился в 1799 г.", "Умер в 1837 г."],
        ["他走了！", "“是的。”", "他说。"],
        ["真的吗?", "不是."],
    ],
)
def test_full_stop_that_looks_like_an_abbreviation_can_end(expected):
    assert sentences(("" if "他" in expected[0] or "真" in expected[0] else " ").join(expected)) == expected


@pytest.mark.parametrize("text", ["В XIX в. Россия росла.", "Karl der I. Kaiser von Österreich."])
def test_mark_that_may_end_a_sentence_or_not_does_not(text):
    assert sentences(text) == [text]


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


@pytest.mark.parametrize("text", ["a. Address", "B. Latitude", "iv. Longitude", "12. Height"])
def test_what_numbers_an_item_stays_with_it(text):
    assert sentences(f"The data are:\n\n{text}\n\nNothing else.") == ["The data are:", text, "Nothing else."]


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
    cut_within_the_laws(document)
    assert all(piece.endswith(",") for piece in sentences(text))
    cut_within_the_laws(from_text("x" * 5000, name="n", source="s", markdown=False))


def _paged(text, length):
    return Document(text, "t", "s", places=(Places("page", tuple(range(0, len(text), length))),))


def _headed(text, length):
    headings = tuple(Heading(start, start + 1) for start in range(0, len(text) - length, length))
    return Document(text, "t", "s", headings)


def _run_through(text, length):
    ranges = tuple((start, start + 1) for start in range(length, len(text) - length, 2 * length))
    return Document(text, "t", "s", findings=(Finding("running", "", ranges),))


LONG = {
    "line ends": lambda n: Document("\n" * n + "a", "t", "s"),
    "spaces": lambda n: Document("a" + " " * n + "b", "t", "s"),
    "lines of spaces": lambda n: Document("a\n" + (" " * 100 + "\n") * (n // 100) + "b", "t", "s"),
    "letters on lines": lambda n: Document("a\n" * (n // 2), "t", "s"),
    "no end": lambda n: Document("ab " * (n // 3), "t", "s"),
    "one word": lambda n: Document("x" * n, "t", "s"),
    "full stops": lambda n: Document("." * n + "a", "t", "s"),
    "initials": lambda n: Document("a. " * (n // 3), "t", "s"),
    "sentences": lambda n: Document("This is a sentence about ferns. " * (n // 32), "t", "s"),
    "a rule with a word": lambda n: Document("a\n" + "- " * (n // 2) + "x", "t", "s"),
    "a row of dashes": lambda n: _paged("1" + " -" * (n // 2) + " x\ny", n + 10),
    "digits in a bracket": lambda n: Document(".[" + "1" * n + " x", "t", "s"),
    "opened titles": lambda n: Document("《" * n + "。", "t", "s"),
    "headings": lambda n: _headed("ab\n" * (n // 3), 3),
    "headings on one line": lambda n: _headed("ab " * (n // 3), 3),
    "pages": lambda n: _paged("a\n" * (n // 2), 2),
    "running headers": lambda n: _run_through("a\n" * (n // 2), 2),
    "running words": lambda n: _run_through("a " * (n // 2), 2),
}


@pytest.mark.parametrize("kind", LONG)
def test_text_is_cut_in_time_that_grows_with_its_length(kind):
    """Four times the text in at most eight times the processor time; what is quadratic takes sixteen."""

    def seconds(n):
        document, best = LONG[kind](n), float("inf")
        for _ in range(3):
            began = time.process_time()
            cut(document)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(80_000) < 8 * seconds(20_000) + 0.02


def test_row_of_dashes_takes_no_time():
    """Sixty dashes took hours: every way to share them among figures was tried."""
    began = time.process_time()
    cut(_paged("1" + " -" * 200 + " x\nand more\n", 1000))
    assert time.process_time() - began < 1


def test_blank_lines_cost_no_memory():
    """A hundred bytes a line end once: 100 MB of them took 10.8 GB."""
    document = Document("a b\n" + "\n" * 2_000_000 + "c", "t", "s")
    tracemalloc.start()
    cut(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("Sales 1,200 3,400", True),
        ("Sales 1,200 $ 3,400", True),
        ("Costs (3) 4%", True),
        ("Debt 5 –", True),
        ("Debt – 5", False),
        ("Sales 1,200", False),
        ("In 2023 and 2024", False),
        ("5", False),
        ("1 - - x", False),
    ],
)
def test_row_of_figures_stands_alone_on_a_page(line, row):
    text = f"{line}\nand so on for a long time\n"
    ranges = [text[a:b] for inside in cut(_paged(text, 99)).sentences for a, b in inside]
    assert len(ranges) == (2 if row else 1)
