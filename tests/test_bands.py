"""A verdict in three bands: where they begin, what is shown in each, and that whatever is copied carries it."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import to_builtins

from corpus.messages import languages
from rag.analyse import analyse
from rag.answer import Signal, Verdict
from rag.ask import ask
from rag.bands import ANSWERS, COSTS, MAY_ANSWER, Costs, log_odds, percent, probability
from rag.explain import doubt
from rag.options import Options
from rag.retrieve import retrieve
from ui.cli.render import render
from ui.forms.answer_json import record
from ui.forms.cite import doubts, forms, unsure
from ui.forms.transcript import exported

ORDER = ("does not say", "may answer", "answers")
ROWS = [json.loads(line) for line in (files("corpus") / "material" / "questions.jsonl").read_text("utf-8").splitlines()]
QUESTIONS = [row["text"] for row in ROWS[::12]] + [
    "What did Heilongjiang plan? Who is Wei Jianguo?",
    "What do Heilongjiang and Beijing plan?",
    "and the?",
    "黑龙江制定了什么计划？",
]
LOG_ODDS = st.floats(-30, 30)
COST = st.floats(0.01, 100)


def verdict(confidence, threshold=ANSWERS):
    return Verdict("q", (Signal("s", 1.0, confidence),), threshold)


@given(COST, COST, COST, COST, st.floats(0, 1))
def test_band_is_the_cheapest_way_to_show_a_quote(wrong_shown, wrong_unsure, right_unsure, right_refused, p):
    costs = Costs(wrong_shown, wrong_unsure, right_unsure, right_refused)
    spared, saved = wrong_shown - wrong_unsure, right_refused - right_unsure
    assume(spared > 0 and saved > 0 and wrong_unsure * right_unsure <= spared * saved)
    cost = {
        "answers": (1 - p) * wrong_shown,
        "may answer": (1 - p) * wrong_unsure + p * right_unsure,
        "does not say": p * right_refused,
    }
    band = "answers" if p >= costs.answers else "may answer" if p >= costs.may_answer else "does not say"
    assert cost[band] <= min(cost.values()) + 1e-9
    assert costs.may_answer <= costs.answers + 1e-9


def test_shipped_costs_leave_three_bands():
    assert 0 < COSTS.may_answer < COSTS.answers < 1
    assert (probability(MAY_ANSWER), probability(ANSWERS)) == pytest.approx((COSTS.may_answer, COSTS.answers))


@given(LOG_ODDS, st.floats(allow_nan=False))
def test_probability_is_the_logistic_of_log_odds(sure, any_odds):
    assert log_odds(probability(sure)) == pytest.approx(sure, abs=1e-2 if abs(sure) > 20 else 1e-6)
    assert 0 <= probability(any_odds) <= 1 and probability(-any_odds) == pytest.approx(1 - probability(any_odds))
    assert 1 <= percent(probability(any_odds)) <= 99


@given(LOG_ODDS, LOG_ODDS, LOG_ODDS | st.sampled_from([-1e9, 1e9]), LOG_ODDS)
def test_bands_rise_with_confidence_and_fall_with_the_threshold(one, other, threshold, higher):
    low, high = sorted((one, other))
    assert ORDER.index(verdict(low, threshold).band) <= ORDER.index(verdict(high, threshold).band)
    looser, stricter = sorted((threshold, higher))
    assert ORDER.index(verdict(one, stricter).band) <= ORDER.index(verdict(one, looser).band)
    assert (verdict(one, threshold).band == "answers") == (one >= threshold)
    assert (verdict(one, threshold).band == "does not say") == (one < min(MAY_ANSWER, threshold))


@pytest.mark.parametrize("threshold", [-1e9, None, 1.0, 1e9])
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_shown_follows_from_the_band(library, question, threshold):
    usual = ask(question, library, options=Options(threshold=threshold))
    strict = ask(question, library, options=Options(threshold=threshold, strict=True))
    assert usual.verdicts == strict.verdicts
    for answer, shown in ((usual, ORDER[1:]), (strict, ORDER[2:])):
        assert bool(answer.citations) == any(each.band in shown for each in answer.verdicts)
        assert [part.verdict for part in answer.refusals] == [each for each in answer.verdicts if each.band not in shown]
        for citation in answer.citations:
            assert citation.verdict in answer.verdicts and citation.verdict.band in shown
            assert (citation.doubt is not None) == (citation.verdict.band == "may answer")
            assert citation.quote.text == citation.document.text[citation.quote.start : citation.quote.end]
        if answer.citations:
            assert answer.verdict.band == min((c.verdict.band for c in answer.citations), key=ORDER.index)
        else:
            assert answer.verdict.band == max((each.band for each in answer.verdicts), key=ORDER.index)
    assert bool(usual.citations) == (usual.verdict.band != "does not say")
    quotes = [citation.quote for citation in usual.citations]
    for quote in (citation.quote for citation in strict.citations):
        assert any(q.document == quote.document and q.start <= quote.start and quote.end <= q.end for q in quotes)
    if threshold == -1e9:
        assert {each.band for each in usual.verdicts} == {"answers"}
    if threshold == 1e9:
        assert not strict.citations


@pytest.mark.parametrize("threshold", [-1e9, None, 1e9])
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_form_says_the_same_band(library, question, threshold):
    answer = ask(question, library, options=Options(threshold=threshold))
    found = json.loads(json.dumps(to_builtins(record(answer, explain=True))))
    assert found["verdict"] == answer.verdict.band and found["answered"] == (found["verdict"] != "does not say")
    assert found["probability"] == round(answer.verdict.probability, 4)
    judged = [(each.question, each.band, round(each.probability, 4)) for each in answer.verdicts]
    for parts in (found["parts"], found["explain"]):
        assert [(part["question"], part["verdict"], part["probability"]) for part in parts] == judged
    for shown, citation in zip(found["citations"], answer.citations, strict=True):
        assert shown["verdict"] == citation.verdict.band and bool(shown["doubt"]) == (shown["verdict"] == "may answer")
    for refusal in filter(None, [found["refusal"], *found["unanswered"]]):
        assert {refusal["verdict"], *(near["verdict"] for near in refusal["nearest"])} == {"does not say"}
    for language in languages():
        exports = exported(answer, asked=question, notes=(), language=language)
        text = render(answer, language=language)
        for citation in answer.citations:
            several = len(answer.verdicts) > 1
            for said in doubts(citation, several=several):
                assert said.text(language) in text
            remarks = unsure(citation)
            assert bool(remarks) == bool(doubts(citation, several=several)) == (citation.verdict.band == "may answer")
            sure = str(percent(citation.verdict.probability))
            made = forms(citation.quote, language, remarks)
            plain = forms(citation.quote, language)
            for form in ("text", "html", "markdown", "bibtex", "csl"):
                assert (made[form] != plain[form]) == bool(remarks)
                assert not remarks or sure in made[form]
            assert all(made[form] in exports[form] for form in ("text", "html", "markdown"))


def test_doubt_names_what_the_passage_has_and_lacks(library_of):
    ours = library_of("Ferns have no seeds.", "Moss is soft. Seals swim.")

    def said(question):
        asked = analyse(question, ours)
        return str(doubt(asked, retrieve(asked, ours)[0].sentence, ours))

    never = 'The material never mentions "purple".'
    assert said("Do ferns have soft, purple seeds?") == f'{never} The passage has "ferns" and "seeds", but not "soft".'
    assert said("Do ferns have seeds?") == 'The passage has "ferns" and "seeds".'
    assert said("purple?") == f"{never} The passage has none of the question's words."


def test_unsure_quote_is_marked_before_it_is_read(library_of):
    answer = ask("Do ferns have seeds?", library_of("Ferns have no seeds.", "Moss is soft."), options=Options(threshold=1e9))
    (citation, *_) = answer.citations
    line = f"? may answer ({percent(citation.verdict.probability)} %): {citation.doubt}"
    assert render(answer).startswith(f"{line}\n{citation.quote.text}\n")
    assert render(answer, colour=True).startswith(f"\x1b[33m{line}\x1b[0m\n")


def test_strict_refusal_says_that_a_passage_may_answer(library_of):
    ours = library_of("Ferns have no seeds.", "Moss is soft.")
    answer = ask("Do ferns have seeds?", ours, options=Options(threshold=1e9, strict=True))
    assert answer.refusal and answer.verdict.band == "may answer"
    sure = percent(answer.verdict.probability)
    assert answer.refusal.reason.startswith(f"A passage may answer ({sure} %), but only what surely answers is shown.")
    assert "Nearest, which may answer:" in render(answer)
    assert "which may answer" in exported(answer, asked="?", notes=(), language="en")["text"]
    found = record(answer)
    assert (found.answered, found.verdict) == (False, "may answer")


def test_unsure_part_makes_the_whole_unsure_and_the_sure_part_stays_sure(library_of):
    ours = library_of("Ferns have no seeds.", "Oaks carry acorns every autumn.")
    question = "Do ferns have seeds? What do oaks carry?"
    usual = ask(question, ours, options=Options(threshold=-1e9))
    low, high = sorted(each.confidence for each in usual.verdicts)
    assert low < high
    answer = ask(question, ours, options=Options(threshold=high))
    assert sorted(c.verdict.band for c in answer.citations) == ["answers", "may answer"]
    assert answer.verdict.band == "may answer" and not answer.refusals
    unsure_part = next(c.verdict.question.strip() for c in answer.citations if c.doubt)
    assert f'? may answer "{unsure_part}" (' in render(answer)
    both = ask(question, ours, options=Options(threshold=high, strict=True))
    assert [c.verdict.band for c in both.citations] == ["answers"] and len(both.unanswered) == 1
    assert both.verdict.band == "answers"


def test_nothing_found_is_never_an_answer(library):
    answer = ask("Suke Loan", library, within=(), options=Options(threshold=-1e9))
    assert answer.verdict.band == "does not say"


def test_a_verdict_of_another_band_is_another_copy(library):
    (citation, *_) = ask("Suke Loan", library, options=Options(threshold=-1e9)).citations
    doubtful = replace(citation, verdict=replace(citation.verdict, threshold=1e9))
    assert unsure(citation) == () and len(unsure(doubtful)) == (citation.verdict.confidence >= MAY_ANSWER)
