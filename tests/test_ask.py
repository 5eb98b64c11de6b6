"""Questions: what is understood, retrieved, quoted and refused, on the real model."""

import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import QuestionError
from rag.analyse import analyse
from rag.answer import Answer, Citation, Signal, Verdict
from rag.ask import ask
from rag.bands import ANSWERS
from rag.explain import explain
from rag.options import Options
from rag.retrieve import retrieve
from rag.settings import FUSION, VETO

PIECES = ["Ferns have no seeds. ", "黑龙江制定了计划。", "Moss — soft;\n", "😀 ok! ", "\u202eX y. ", "# H\n"]
ROWS = [json.loads(line) for line in (files("corpus") / "material" / "questions.jsonl").read_text("utf-8").splitlines()]


def exact(answer: Answer) -> bool:
    """Whether every quote of an answer, shown or merely nearest, is what its document says there."""
    shown = [*answer.citations, *(citation for refusal in answer.refusals for citation in refusal.nearest)]
    return all(c.quote.text == c.document.text[c.quote.start : c.quote.end] and c.quote.text for c in shown)


def starts(answer: Answer) -> list[str]:
    return [citation.quote.text[:40] for citation in answer.citations]


def test_heilongjiang(library, material):
    answer = ask("What did Heilongjiang plan?", library)
    (citation,) = answer.citations
    assert citation.quote.text.startswith("After more than three months of investigation and investigation, Heilongjiang has")
    assert citation.quote.text.endswith("the 24 key development industries proposed this year.")
    assert material.text[citation.quote.start : citation.quote.end] == citation.quote.text
    assert (citation.line, citation.page, citation.number) == (20, None, 1)
    assert citation.heading == "All localities have actively implemented the opening of blocking points and stuck points."


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What do Shanghai, Heilongjiang and Jiangsu each plan?", ["Shanghai", "Heilongjiang", "Jiangsu"]),
        ("Compare Guangdong and Zhejiang", ["Guangdong proposes", "Zhejiang proposes"]),
        ("compare guangdong and zhejiang", ["Guangdong proposes", "Zhejiang proposes"]),
        ("What did Heilongjiang plan? Who is Wei Jianguo?", ["Heilongjiang", "Wei Jianguo"]),
        ("What is the 315 project and what is the Suke Loan?", ["315", "Suke Loan"]),
    ],
)
def test_each_part_of_a_question_gets_its_quote(library, question, names):
    answer = ask(question, library)
    for name in names:
        assert any(name in citation.quote.text for citation in answer.citations), name


def test_part_that_is_not_there_is_said_beside_the_rest(library):
    answer = ask("What do Heilongjiang and Beijing plan?", library)
    assert "Heilongjiang" in answer.citations[0].quote.text
    (missing,) = answer.unanswered
    assert missing.absent_terms == ("Beijing",)


@pytest.mark.parametrize(
    ("question", "read", "start"),
    [
        ("What did Helongjiang plan?", ("Helongjiang", "Heilongjiang"), "After more than three months"),
        ("What does Zhejang propose?", ("Zhejang", "Zhejiang"), "Zhejiang proposes"),
        ("What did Heilongjaing's officials plan?", ("Heilongjaing", "Heilongjiang"), "After more than three months"),
    ],
)
def test_misspelt_name_finds_its_own_and_says_so(library, question, read, start):
    answer = ask(question, library)
    assert read[1] in [as_ for _, as_ in answer.read_as]
    assert answer.citations[0].quote.text.startswith(start)


@pytest.mark.parametrize("name", ["Hubei", "Henan", "Shanxi", "Jiangxi", "Beijing", "Tianjin"])
def test_name_that_only_looks_alike_is_another_one(library, name):
    answer = ask(f"What did {name} plan?", library)
    assert answer.refusal
    assert answer.refusal.absent_terms == (name,)
    assert f'never mentions "{name}"' in answer.refusal.reason


def test_refusal_says_what_is_absent_and_what_is_nearest(library):
    question = analyse("What interest rate does the Suke Loan have?", library)
    refused = Verdict(question.asked, (Signal("refused", 1.0, VETO),), ANSWERS)
    refusal = explain(question, retrieve(question, library), refused, library, nearest=3)
    assert refusal.absent_terms == ("interest", "rate")
    assert refusal.reason == (
        'The material does not say. It never mentions "interest" or "rate". The nearest passage has "Suke Loan".'
    )
    assert any("Suke Loan" in citation.quote.text for citation in refusal.nearest)


def test_list_question_gets_the_sentence_that_holds_the_list(library):
    answer = ask("Which provinces put forward new quality productivity in the work report?", library)
    assert (
        "Guangdong, Shanghai, Zhejiang, Jiangsu, Anhui, Hebei, Sichuan, Chongqing, and Hunan" in answer.citations[0].quote.text
    )


def test_enumeration_is_quoted_whole_over_sentences_and_list_items(library_of):
    first = "The recovery plan has three goals. First, the grid is rebuilt. Second, roads are cleared. Third, schools open.\n"
    listed = (
        "The charter names these duties of a member:\n\n- to pay the fee\n- to keep the peace\n- to attend\n\nFees are low.\n"
    )
    library = library_of(first + "Rain fell later.\n", listed)
    (citation, *_) = ask("First goal of the recovery plan: the grid is rebuilt?", library).citations
    assert "First, the grid is rebuilt. Second, roads are cleared. Third, schools open." in citation.quote.text
    (citation, *_) = ask("Which duties of a member does the charter name?", library).citations
    assert (
        citation.quote.text
        == "The charter names these duties of a member:\n\n- to pay the fee\n- to keep the peace\n- to attend"
    )


ITEMS = [
    "Title I, on fees, says what every member has to pay in each quarter.",
    "Title II, on peace, says who may call for it, and how loudly, at night.",
    "Title III, on meetings, says when they are held and who may speak there.",
]


@pytest.mark.parametrize("sign", ["!", "•", "▪", "\uf0b7", "–", "·", "§", "»"])
def test_list_is_quoted_whole_whatever_sign_its_items_begin_with(library_of, sign):
    items = "".join(f"\n{sign} {item}" for item in ITEMS)
    text = f"The charter names these titles of the act:{items}\n\nFees are low.\n"
    (citation, *_) = ask("Which titles of the act does the charter name?", library_of(text, "Rain fell later.\n")).citations
    assert citation.quote.text == text[: text.index("\n\n")]


def test_sign_that_one_line_begins_with_makes_no_list(library_of):
    text = f"The charter names these titles of the act:\n§ {ITEMS[0]}\n\n{ITEMS[1]} {ITEMS[2]}\n"
    (citation, *_) = ask("Which titles of the act does the charter name?", library_of(text, "Moss is soft.")).citations
    assert ITEMS[0] not in citation.quote.text


def test_same_sentence_in_two_documents_is_quoted_once(library_of):
    library = library_of("Ferns have no seeds. They are old.", "Moss is soft. Ferns have no seeds.")
    quotes = [citation.quote.text for citation in ask("Do ferns have seeds?", library).citations]
    assert quotes.count("Ferns have no seeds.") == 1


def test_hostile_document_comes_back_character_for_character(library_of):
    text = "The ** secret ** code of <script>alert('ferns')</script> is $x^2$ &amp; \x1b[31m {{v}} \u202ee\u200b 黑龙 \0.\n"
    library = library_of(text + "Moss is soft and green.\n")
    answer = ask("What is the secret code?", library)
    assert answer.citations[0].quote.text == text.rstrip("\n")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["_id"])
def test_every_shipped_question_gets_exact_quotes_or_a_refusal(library, material, row):
    assert all(material.text[span["start"] : span["end"]] == span["text"] for span in row["spans"])
    assert bool(row["spans"]) == row["answerable"]
    assert exact(ask(row["text"], library))


PLAN = (
    "In the third quarter of 2024 the town spent 5 million dollars on the harbour.\n\n"
    "The bridge was opened on 2019-05-03. Twelve men built the mill.\n"
)


@pytest.mark.parametrize(
    ("question", "words", "absent"),
    [
        ("What did the town spend on the harbour in Q3 2024?", "In the third quarter", []),
        ("Who spends $5,000,000 on the harbour?", "In the third quarter", []),
        ("Who opened the bridge on 3 May 2019?", "The bridge", []),
        ("Was the bridge opened on May 3rd, 2019?", "The bridge", []),
        ("Was the bridge opened on May 4th, 2019?", "", ["May 4th"]),
        ("Did 12 men build the mill?", "Twelve", []),
        ("What did the town spend in Q2?", "", ["Q2"]),
    ],
)
def test_question_may_spell_words_and_figures_otherwise(library_of, question, words, absent):
    library = library_of(PLAN)
    asked = analyse(question, library)
    assert " ".join(word.text for word in asked.words if word.absent) == " ".join(absent)
    best = retrieve(asked, library)[0].sentence.text
    assert best.startswith(words)


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=80))
def test_any_question_gets_exact_quotes_a_refusal_or_one_line(library, question):
    try:
        assert exact(ask(question, library))
    except QuestionError as error:
        assert "\n" not in str(error)


@settings(max_examples=25)
@given(
    st.lists(
        st.sampled_from(["Ferns have no seeds. ", "黑龙江制定了计划。", "Moss — soft;\n", "😀 ok! ", "\u202eX y. ", "# H\n"]),
        min_size=1,
    )
)
def test_any_document_gives_exact_quotes(library_of, pieces):
    text = "".join(pieces) + "Ferns grow."
    assert exact(ask("Where do ferns grow?", library_of(text, "Another text.")))


@pytest.mark.parametrize(
    ("question", "message"), [("", "empty"), (" \n\t", "empty"), ("\0\x01\x1b", "empty"), ("x" * 100_000, "100,000 characters")]
)
def test_question_that_cannot_be_asked_is_refused_in_one_line(library, question, message):
    with pytest.raises(QuestionError, match=message):
        ask(question, library)


def test_fusion_is_the_weighted_mean_of_min_max_scores(library):
    question = analyse("What did Heilongjiang plan?", library)
    hits = retrieve(question, library, top=10_000)
    total = np.zeros(len(hits))
    for name, weight in FUSION.items():
        raw = np.array([hit.part(name).score for hit in hits])
        total += weight / sum(FUSION.values()) * (raw - raw.min()) / (raw.max() - raw.min())
        ranks = np.array([hit.part(name).rank for hit in hits])
        np.testing.assert_array_equal(ranks, [1 + (raw > score).sum() for score in raw])
    np.testing.assert_allclose([hit.score for hit in hits], total, atol=1e-5)
    assert list(total) == sorted(total, reverse=True)
    assert len(hits) == library.sentences.vectors.n


def test_ranking_by_one_list_alone_is_that_list(library):
    question = analyse("What did Heilongjiang plan?", library)
    for name in FUSION:
        scores = [hit.part(name).score for hit in retrieve(question, library, fusion={name: 1.0})]
        assert scores == sorted(scores, reverse=True)


def test_answer_is_citations_or_a_refusal(library):
    citation = ask("Suke Loan", library).citations[0]
    refusal = ask("What did Beijing plan?", library).refusal
    assert refusal
    for wrong in ({"citations": (), "refusal": None}, {"citations": (citation,), "refusal": refusal}):
        with pytest.raises(ValueError, match="exactly one"):
            Answer(question="q", **wrong)
    with pytest.raises(ValueError, match="numbered from 1"):
        Answer(question="q", citations=(Citation(2, citation.quote, 1.0, (), citation.verdict),), refusal=None)


def test_answer_that_nothing_judged_has_no_confidence(library):
    citation = ask("Suke Loan", library).citations[0]
    assert Answer(question="q", citations=(citation,), refusal=None).confidence == float("-inf")


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"top": 0}, "top is 0"),
        ({"top": -3}, "top is -3"),
        ({"depth": 0}, "depth is 0"),
        ({"token_budget": 0}, "token_budget is 0"),
        ({"next_quote": 1.5}, "next_quote is 1.5"),
        ({"top": True}, "top is True"),
        ({"top": "3"}, "top is '3'"),
        ({"depth": 1.5}, "depth is 1.5"),
        ({"threshold": "0"}, "threshold is '0'"),
        ({"by": "zz"}, "by is 'zz'"),
        ({"fusion": {}}, "fusion names nothing"),
        ({"fusion": {"x": 1.0}}, "fusion names x; there are passage vectors"),
        ({"fusion": {"sentence words": 0.0}}, "weights are not negative, and one is positive"),
        ({"fusion": {"sentence words": float("nan")}}, "weights are not negative, and one is positive"),
        ({"rerank_weights": {"retrieval": 1.0}}, "rerank_weights names retrieval"),
        ({"next_quote": float("nan")}, "next_quote is nan"),
        ({"threshold": float("nan")}, "threshold is nan, not a number"),
    ],
)
def test_numbers_that_no_answer_can_have_are_refused_in_one_line(numbers, message):
    with pytest.raises(QuestionError, match=message):
        Options(**numbers)


def test_nothing_to_search_is_refused_whatever_the_threshold(library):
    assert ask("Suke Loan", library, within=(), options=Options(threshold=-1e9)).refusal


@pytest.mark.parametrize("top", [1, 2, 5])
def test_top_bounds_the_quotes(library, top):
    assert len(ask("new quality productivity", library, options=Options(top=top)).citations) <= top


def test_options_are_frozen_all_through():
    options = Options()
    with pytest.raises(TypeError):
        options.fusion["sentence words"] = 5.0
    mine = {"sentence words": 1.0}
    kept = Options(fusion=mine)
    mine["sentence words"] = 0.0
    assert kept.fusion == {"sentence words": 1.0} and Options() == Options()


@pytest.mark.parametrize("within", [[99], [-1], [10**30], ["a"], [None], [True]])
def test_documents_that_are_not_there_are_not_searched_in_silence(library, within):
    with pytest.raises(QuestionError, match="within names document"):
        ask("Suke Loan", library, within=within)


def test_rows_may_come_once(library_of):
    ours = library_of("Ferns have no seeds.", "Oaks carry acorns.", "Moss is soft.")
    question = "Do ferns have seeds? What do oaks carry?"
    once, often = ask(question, ours, within=(row for row in (0, 1))), ask(question, ours, within=[0, 1])
    assert [c.quote.text for c in once.citations] == [c.quote.text for c in often.citations]
    assert len(often.citations) == 2


@pytest.mark.parametrize("question", [None, 5, b"Suke Loan", ["Suke Loan"]])
def test_what_is_no_text_is_no_question(library, question):
    with pytest.raises(QuestionError, match="a question is a text"):
        ask(question, library)
