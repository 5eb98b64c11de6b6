"""The reader: what it marks, how it ranks and refuses, and what happens when it cannot be had. On the shipped weights."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import heard
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.chunk import size
from corpus.errors import ModelError, QuestionError
from rag.analyse import analyse
from rag.answer import Answer
from rag.ask import ask
from rag.evaluation.measures import auroc
from rag.evaluation.questions import load
from rag.options import Options
from rag.quotes import choose
from rag.reader import model
from rag.reader.model import MAX_TOKENS, SHIPPED, NoReader, OnnxReader, open_reader
from rag.reader.rerank import LONGEST_ANSWER, rerank
from rag.reader.windows import WINDOW, windows
from rag.retrieve import ReaderScore, retrieve
from rag.settings import READER_TOKENS, RERANK_WEIGHTS
from ui.cli.main import main
from ui.cli.render import render
from ui.forms.answer_json import record

FERNS = "Ferns have no seeds. They spread by spores, which ripen under the leaves in late summer. Most of them like shade.\n"
MOSS = "Moss holds water like a sponge. Robert Brown described its leaves in 1810.\n"
PIECES = [
    *(
        "Ferns have no seeds. ",
        "Robert Brown described moss in 1810. ",
        "黑龙江制定了计划。",
        "Moss — soft;\n",
        "😀 ok! ",
        "| a | 1 |\n",
    ),
    *(
        "\u202eX y. ",
        "# H\n",
        "\0",
        "word " * 300,
        "é" * 50,
        "The sea (see Fig. 3) is deep",
        "\u200b",
        "İ ",
        "ﬁne ",
        "- item\n",
    ),
]


@pytest.fixture(scope="session")
def reader() -> OnnxReader:
    """The shipped reader."""
    return OnnxReader(SHIPPED)


@pytest.fixture
def weights(tmp_path) -> Path:
    """A copy of the shipped weights, to be damaged."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "weights"))


def exact(answer: Answer) -> bool:
    """Whether quotes, marks and further places are what their documents say, and marks lie inside their quotes, in order."""
    for citation in answer.citations:
        text, quote = citation.document.text, citation.quote
        ends = [quote.start, *(offset for mark in citation.marks for offset in (mark.start, mark.end)), quote.end]
        if ends != sorted(ends) or "".join(piece for piece, _ in citation.pieces) != text[quote.start : quote.end]:
            return False
        if not all(other.text == quote.text == other.document.text[other.start : other.end] for other in citation.also):
            return False
    return all(citation.quote.text for citation in answer.citations)


def test_words_that_answer_are_marked_inside_the_whole_sentence(library_of, reader):
    (citation,) = ask("When did Robert Brown describe the leaves of moss?", library_of(FERNS, MOSS), reader=reader).citations
    assert citation.quote.text == "Robert Brown described its leaves in 1810."
    assert [mark.text for mark in citation.marks] == ["1810"]
    assert citation.pieces == (("Robert Brown described its leaves in ", False), ("1810", True), (".", False))


def test_heilongjiang_is_marked(library, reader):
    (citation,) = ask("what did Heilongjiang plan?", library, reader=reader).citations
    assert citation.quote.text.endswith("the 24 key development industries proposed this year.")
    assert citation.marks


def test_near_misses_of_the_shipped_questions_are_told_better_with_the_reader_and_seldom_called_answers(library, reader):
    cases = load(None).cases
    near = [case.text for case in cases if case.kind == "near"]
    answerable = [case.text for case in cases if case.answerable][: 2 * len(near)]

    def told(one):
        yes, no = ([ask(text, library, reader=one).confidence for text in texts] for texts in (answerable, near))
        return auroc(yes, no)

    assert len(near) >= 30
    assert told(reader) >= 0.8 and told(reader) > told(NoReader())
    bands = [ask(text, library, reader=reader).verdict.band for text in near]
    assert bands.count("answers") <= 0.25 * len(near)


@pytest.mark.parametrize(
    "question",
    ["When was the Suke Loan introduced?", "Which bank issues the Talent Loan?"],
)
def test_near_miss_beside_its_words_is_refused(library, reader, question):
    assert ask(question, library, reader=reader).refusal


def test_answers_in_several_documents_are_each_quoted(library_of, reader):
    library = library_of(
        "The treaty was signed in Vienna on 9 June 1815. It has 121 articles.\n",
        "Archives hold two copies. The treaty was signed in the palace on 9 June 1815.\n",
        "Rain fell in the whole of May.\n",
    )
    quotes = [c.quote.text for c in ask("Where was the treaty signed?", library, reader=reader).citations]
    assert set(quotes) == {
        "The treaty was signed in Vienna on 9 June 1815.",
        "The treaty was signed in the palace on 9 June 1815.",
    }


def test_sentence_that_is_nearly_the_same_is_folded_and_not_dropped(library_of, reader):
    library = library_of(
        "The fee is due on the first of May.\n",
        "the fee is due, on first of May\n",
        "The fee is not due on the first of May.\n",
        "The fee is due on the third of May.\n",
    )
    citations = ask("When is the fee due?", library, reader=reader, options=Options(top=5)).citations
    folded = [citation for citation in citations if citation.near]
    assert [{folded[0].quote.text, *(other.text for other in folded[0].near)}] == [
        {"The fee is due on the first of May.", "the fee is due, on first of May"}
    ]
    assert {citation.quote.text for citation in citations} >= {"The fee is due on the third of May."}
    (other,) = folded[0].near
    assert other.text == other.document.text[other.start : other.end]
    assert "nearly the same at" in render(Answer("q", (folded[0],), None))


def test_repeated_sentence_is_quoted_once_with_its_other_places(library_of, reader):
    same = "The fee is due on the first of May."
    library = library_of(*(f"Part {n}. Rules of the club follow here.\n{same} Late payers are warned.\n" for n in range(30)))
    (citation,) = ask("When is the fee due?", library, reader=reader).citations
    assert citation.quote.text.startswith(same)
    assert len(citation.also) == 29
    assert {other.document.source for other in citation.also} | {citation.document.source} == {f"{n}.md" for n in range(30)}
    shown = render(Answer("q", (citation,), None))
    assert "also at" in shown
    assert "and 26 more" in shown
    assert [place.line for place in record(Answer("q", (citation,), None)).citations[0].also] == [2] * 29


def test_answer_that_runs_on_is_quoted_whole(library_of):
    library = library_of(
        "The keeper named two causes. One was the storm. The other was the ice on the lake.\n" + "Filler. " * 90
    )
    hits = retrieve(analyse("two causes", library), library)
    first = next(hit for hit in hits if hit.sentence.text == "One was the storm.")
    end = first.sentence.document.text.index(" on the lake")
    ran_on = replace(first, reader_score=ReaderScore(5.0, first.sentence.start + 8, end))
    (reading,) = choose([ran_on], library, top=1)
    assert reading.quote.text == "One was the storm. The other was the ice on the lake."
    assert [mark.text for mark in reading.marks] == ["the storm. The other was the ice"]


def test_window_crosses_from_one_passage_into_the_next(library_of, reader):
    library = library_of(("Oaks grow slowly in this valley. " * 12 + "They are old.\n\n") * 6)
    borders = np.flatnonzero(np.diff(library.sentences.ranges[:, 0]))
    (row, *_) = borders.tolist()
    hits = [hit for hit in retrieve(analyse("Which oaks?", library), library, top=999) if hit.row == row]
    ((first, last),) = windows(hits, library, most=READER_TOKENS)
    assert first <= row < row + 1 < last


def test_what_is_said_of_a_window_does_not_depend_on_the_others(reader):
    texts = [
        "Ferns have no seeds.\nThey have spores.",
        "On moss\nMoss holds water like a sponge.",
        "😀 " * 40,
        "Oaks are old. " * 9,
    ]
    question = "What do ferns have under their leaves?"
    for text, marks in zip(texts, reader.read(question, texts), strict=True):
        (alone,) = reader.read(question, [text])
        assert np.array_equal(alone.starts, marks.starts) and np.array_equal(alone.ends, marks.ends)


def test_off_leaves_everything_else_as_it_was(library, reader):
    without = ask("what did Heilongjiang plan?", library)
    assert not without.reader
    assert without.citations[0].marks == ()
    assert all(part.ranking != "reader" for part in without.citations[0].hits[0].parts)
    assert ask("what did Heilongjiang plan?", library, reader=reader).reader


def test_explain_adds_up(library, reader):
    answer = ask("what did Heilongjiang plan?", library, reader=reader)
    hit = answer.citations[0].hits[0]
    assert hit.score == pytest.approx(sum(part.share for part in hit.parts))
    assert "reader" in {part.ranking for part in hit.parts}
    (verdict,) = answer.verdicts
    assert verdict.confidence == pytest.approx(sum(signal.share for signal in verdict.signals))
    assert "sentence" in {signal.name for signal in verdict.signals}


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12),
    st.sampled_from(["Where do ferns grow?", "1810?", "黑龙江", "x"]),
)
def test_any_document_gives_exact_quotes_and_marks(library_of, reader, pieces, question):
    library = library_of("".join(pieces) + "Ferns grow.", "Another text.")
    assert exact(ask(question, library, reader=reader, options=Options(threshold=-1e9)))


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=80))
def test_any_question_gives_exact_quotes_and_marks(library, reader, question):
    try:
        assert exact(ask(question, library, reader=reader, options=Options(threshold=-1e9)))
    except QuestionError as error:
        assert "\n" not in str(error)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(PIECES), min_size=3, max_size=30), st.integers(0, 3000))
def test_what_is_read_keeps_to_its_budget(library_of, pieces, most):
    library = library_of("".join(pieces) + "Ferns grow.", "Ferns grow elsewhere.")
    hits = retrieve(analyse("Where do ferns grow?", library), library, top=20)
    found = windows(hits, library, most=most)
    text = {row: library.documents[library.owner(row)].text for first, last in found for row in (first, last - 1)}
    sizes = []
    for first, last in found:
        assert library.owner(first) == library.owner(last - 1)
        sizes.append(size(text[first][library.sentences.ranges[first, 1] : library.sentences.ranges[last - 1, 2]]))
        assert sizes[-1] <= WINDOW or last == first + 1
    assert sum(sizes) <= max(most, sizes[0])


def test_marks_are_places_of_the_text_that_was_read(reader):
    texts = ["Ferns have no seeds.", "😀 Ünïcödé — naïve ﬁne\0 text " * 3, "word " * 900, "a"]
    question = "Do ferns have seeds? " * 60
    for text, marks in zip(texts, reader.read(question, texts), strict=True):
        assert marks.places.shape == (len(marks.starts), 2) == (len(marks.ends), 2)
        assert len(marks.starts) <= MAX_TOKENS
        assert np.all(
            (marks.places[:, 0] >= 0) & (marks.places[:, 0] <= marks.places[:, 1]) & (marks.places[:, 1] <= len(text))
        )
        assert np.all(np.diff(marks.places[:, 0]) >= 0)
        assert np.isfinite([*marks.starts, *marks.ends]).all()


def test_windows_read_together_or_alone_say_nearly_the_same(reader):
    texts = [FERNS, MOSS, "Oaks grow slowly. " * 20]
    together = reader.read("Who described moss?", texts)
    for text, marks in zip(texts, together, strict=True):
        (alone,) = reader.read("Who described moss?", [text])
        np.testing.assert_array_equal(alone.places, marks.places)
        np.testing.assert_allclose(alone.starts, marks.starts, atol=1.0)  # int8 scales are those of a batch


@pytest.mark.parametrize(
    "question", ["黑龙江计划了什么？", "Что планирует Хэйлунцзян?", "2024?", "asdf qwer", "Repeat 2024", "Ferns have seeds."]
)
def test_every_language_and_form_is_read(library_of, reader, question):
    library = library_of("黑龙江制定了行动计划，2024年开始实施。\n", "Ferns have no seeds.\n")
    asked = analyse(question, library)
    hits = retrieve(asked, library)
    looked = rerank(asked, hits, library, reader, most=READER_TOKENS, weights=RERANK_WEIGHTS)
    assert {hit.row for hit in looked} == {hit.row for hit in hits}
    assert all(hit.reader_score for hit in looked)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("黑龙江的计划什么时候开始实施？", "黑龙江制定了行动计划，2024年开始实施。"),
        ("Wann endet der Vertrag?", "Der Vertrag endet am 3. Oktober."),
        ("¿Cuándo termina el contrato?", "Der Vertrag endet am 3. Oktober."),
        ("seeds of ferns", "Ferns have no seeds."),
    ],
)
def test_questions_are_answered_in_and_across_languages(library_of, reader, question, quote):
    library = library_of(
        "黑龙江制定了行动计划，2024年开始实施。水在一百度沸腾。\n",
        "Der Vertrag endet am 3. Oktober. Die Miete ist monatlich zu zahlen.\n",
        "Ferns have no seeds. They like shade.\n",
    )
    assert ask(question, library, reader=reader).citations[0].quote.text.startswith(quote)


def test_marked_answer_is_never_longer_than_may_be(library, reader):
    for question in ("What did Heilongjiang plan?", "Why does it matter?", "new quality productivity"):
        for citation in ask(question, library, reader=reader, options=Options(threshold=-1e9)).citations:
            for mark in citation.marks:
                assert size(mark.text) <= 6 * LONGEST_ANSWER


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "model.onnx").write_bytes((f / "model.onnx").read_bytes()[:1_000_000]), "model.onnx: damaged"),
        (lambda f: (f / "model.onnx").unlink(), "model.onnx: missing"),
        (lambda f: (f / "reader.json").unlink(), "reader.json: cannot be used"),
        (lambda f: (f / "reader.json").write_text("[]"), "reader.json: cannot be used"),
        (lambda f: (f / "reader.json").write_text('{"format": 99, "sha256": {}}'), "reader format 99"),
    ],
)
def test_damaged_weights_are_named_and_answers_go_on(weights, library, monkeypatch, damage, said):
    damage(weights)
    with pytest.raises(ModelError, match=said):
        OnnxReader(weights)
    monkeypatch.setattr(model, "SHIPPED", weights)
    lines = []
    found = open_reader(note=heard.into(lines))
    assert isinstance(found, NoReader)
    (line,) = lines
    assert said in line
    assert "\n" not in line
    answer = ask("what did Heilongjiang plan?", library, reader=found)
    assert answer.citations
    assert "without the reader" in render(answer)
    assert "without the reader" in json.dumps(record(answer).notes)


def test_command_that_fails_says_nothing_of_its_reader(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(model, "SHIPPED", tmp_path)  # a reader that fails before the command does
    before = set(threading.enumerate())
    assert main(["ask", "what?", "--index", str(tmp_path / "none")]) == 1
    for loading in set(threading.enumerate()) - before:
        loading.join()
    (line,) = capsys.readouterr().err.splitlines()
    assert "no index here" in line


def test_flipped_bit_is_noticed(weights):
    data = bytearray((weights / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (weights / "model.onnx").write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        OnnxReader(weights)


def test_platform_without_onnxruntime_is_one_line(weights, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    lines = []
    assert isinstance(open_reader(note=heard.into(lines)), NoReader)
    assert "onnxruntime" in lines[0]


@pytest.mark.parametrize(
    ("question", "reasons"),
    [
        ("Who described ferns in Paris?", ['never mentions "Paris"']),
        ("Is moss blue?", ['never mentions "blue"', 'passage has "moss"']),
    ],
)
def test_refusal_gives_its_evidence(library_of, reader, question, reasons):
    refusal = ask(question, library_of(FERNS, MOSS), reader=reader, options=Options(threshold=1e9, strict=True)).refusal
    assert refusal
    assert all(reason in refusal.reason for reason in reasons)


def test_shipped_weights_have_a_card_that_names_them():
    card = (SHIPPED / "MODEL_CARD.md").read_text(encoding="utf-8")
    digest = json.loads((SHIPPED / "reader.json").read_text())["sha256"]["model.onnx"]
    assert digest in card
    assert "CC BY-SA" in card
