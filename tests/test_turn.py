"""What the window is given: whole strings that add up to the document, checked against it on the way back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from corpus.errors import EvaluationError, QuoteError
from corpus.records import MalformedError, checked
from rag.ask import ask
from ui.window.collection import DocumentCollection
from ui.window.messages import ContextSent, JudgementSent, RangeSent
from ui.window.payload import context, judged, sendable, source, turn

PLANNED = "what did Heilongjiang plan?"


@pytest.fixture(scope="module")
def collection(library):
    return DocumentCollection(library, encoder=library.encoder, note=print)


def as_json(message):
    return json.loads(json.dumps(to_builtins(message)))


def shown_of(question, collection, **sent):
    return as_json(turn(question, collection, **sent))


def source_of(sent, collection):
    return as_json(source(checked(sent, RangeSent), collection))


def more_of(sent, collection):
    return as_json(context(checked(sent, ContextSent), collection))


def judged_of(sent, collection):
    return as_json(judged(checked(sent, JudgementSent), collection))


def test_turn_shows_what_ask_answers(collection, library):
    told, shown = ask(PLANNED, library), shown_of(PLANNED, collection)
    assert [c["quote"] for c in shown["citations"]] == [c.quote.text for c in told.citations]
    for citation in shown["citations"]:
        assert "".join(piece["text"] for piece in citation["pieces"]) == citation["quote"]
        assert citation["quote"] in citation["forms"]["text"] and citation["warnings"] == []
    assert (shown["question"], shown["read"], shown["searched"], shown["notes"]) == (PLANNED, PLANNED, 1, [])
    json.dumps(shown)


def test_turn_leans_on_the_question_before_in_both_languages(collection):
    assert shown_of("and Zhejiang?", collection, before=PLANNED)["notes"] == ["Read as: what did Zhejiang plan?"]
    shown = shown_of("and Beijing?", collection, before=PLANNED, language="zh")
    assert shown["notes"] == ["理解为：what did Beijing plan?"]
    assert shown["refusal"]["reason"] == "材料没有说明。文中从未提到“Beijing”。最接近的段落有“plan”。"
    assert shown["refusal"]["nearest"][0]["place"].startswith("第 ")


def test_quote_in_another_language_than_the_question_says_so(collection):
    for question, foreign in ((PLANNED, False), ("黑龙江制定了什么计划？", True)):
        shown = shown_of(question, collection)
        quotes = shown["citations"] or shown["refusal"]["nearest"]
        assert quotes and all((quote["language"], quote["foreign"]) == ("en", foreign) for quote in quotes)


def test_turn_searches_the_chosen_documents_only(library_of, library):
    collection = DocumentCollection(
        library_of("Ferns have no seeds.", "Moss has no seeds."), encoder=library.encoder, note=print
    )
    second = collection.documents[1]
    shown = shown_of("what has no seeds?", collection, chosen=(second.id, "gone"))
    assert [c["quote"] for c in shown["citations"]] == ["Moss has no seeds."] and shown["searched"] == 1
    assert shown_of("what has no seeds?", collection)["searched"] == 2
    assert "Choose others" in shown_of("what has no seeds?", collection, chosen=("gone",))["error"]
    assert "no documents" in shown_of("what?", DocumentCollection(None, encoder=library.encoder, note=print))["error"]


@pytest.mark.parametrize(("question", "said"), [(" ", "empty"), ("x" * 2001, "2,001")])
def test_questions_that_cannot_be_asked_are_errors_in_words(collection, question, said):
    assert said in shown_of(question, collection)["error"]
    assert shown_of(question, collection, language="zh")["error"].startswith("问题")


def test_lone_surrogates_never_reach_the_page(collection):
    json.dumps(shown_of("what did \ud800 plan?", collection), ensure_ascii=False).encode()
    assert sendable({"a\ud800": ["\udfff", (1, "b")]}) == {"a\ufffd": ["\ufffd", [1, "b"]]}


@given(st.data())
def test_pieces_of_a_source_are_the_document(library_of, data):
    text = "é🦭海" * 9000 + "The walrus sleeps on ice.\n" + "\u202eשלום\0 " * 9000
    collection = DocumentCollection(_long(library_of, text), encoder=None, note=print)
    (document,) = collection.documents
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 500)))
    sent = {"document": document.id, "start": start, "end": end, "quote": text[start:end]}
    shown = source_of(sent, collection)
    whole = shown["earlier"]["text"] + shown["quote"] + shown["later"]["text"]
    for side in ("earlier", "later"):
        following = shown[side]["next"]
        while following:
            piece = more_of({"document": document.id, "next": following}, collection)
            whole = piece["text"] + whole if side == "earlier" else whole + piece["text"]
            following = piece["next"]
    assert whole == document.text
    assert source_of(sent | {"quote": text[start:end] + "x"}, collection).keys() == {"error"}
    assert source_of({"document": document.id, "start": start, "end": end}, collection)["quote"] == text[start:end]


_made = {}


def _long(library_of, text):
    if text not in _made:
        _made[text] = library_of(text)
    return _made[text]


def test_judged_answer_is_checked_against_its_documents(collection, material):
    quote = {"document": {"id": material.id}, "start": 0, "end": 8, "quote": "Recently"}
    row = judged_of({"question": PLANNED, "judgement": "right", "citations": [quote]}, collection)
    assert row["spans"] == [{"doc": material.id, "start": 0, "end": 8, "text": "Recently"}] and row["answerable"] is True
    assert judged_of({"question": PLANNED, "judgement": "wrong", "citations": [quote]}, collection)["answerable"] is None
    assert judged_of({"question": PLANNED, "judgement": "unanswerable", "citations": []}, collection)["answerable"] is False
    for altered in ({"quote": "recently"}, {"start": 1}, {"document": "gone"}, {"start": None}, {"quote": ""}):
        with pytest.raises(QuoteError):
            judged_of({"question": PLANNED, "judgement": "right", "citations": [quote | altered]}, collection)
    for wrong in ({"judgement": "fine"}, {"citations": "x"}, {"citations": [7]}, {"question": None}):
        with pytest.raises(MalformedError, match=next(iter(wrong))):
            judged_of({"question": PLANNED, "judgement": "right", "citations": [quote]} | wrong, collection)
    for wrong in ({"question": " "}, {"citations": []}):
        with pytest.raises(EvaluationError):
            judged_of({"question": PLANNED, "judgement": "right", "citations": [quote]} | wrong, collection)


def test_answer_with_endless_quotes_cannot_be_judged(library_of, library):
    collection = DocumentCollection(library_of("Ferns have no seeds. " * 1000), encoder=library.encoder, note=print)
    (document,) = collection.documents
    whole = {"document": {"id": document.id}, "start": 0, "end": len(document.text), "quote": document.text}
    with pytest.raises(EvaluationError, match="more than 100,000 characters"):
        judged_of({"judgement": "right", "citations": [whole] * 20, "question": "Why?"}, collection)
