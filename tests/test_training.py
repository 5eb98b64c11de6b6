"""What the reader is trained on: questions made by rule, and documents that are kept aside."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reader.model import MAX_TOKENS, fitting
from training.cloze import NAME, NUMBER, asked, broken, gap
from training.restyle import as_typed, key_words, slip, whether
from training.sets import paragraph, part_of
from training.tables import row_of

SENTENCES = [
    "The council of Harbin bought 24 new ferries from Meyer in March 2019.",
    "该省去年投入1200万元，建设24个重点产业。",
    "Ferns have no seeds.",
    "In 1810 the botanist Robert Brown described the leaves of moss.",
    "Die Miete beträgt 900 Euro und ist am 3. Werktag zu zahlen.",
]


@given(st.integers(0, 10**6))
def test_answer_of_a_row_is_one_of_its_cells(seed):
    text, question, span = row_of(random.Random(seed))
    assert question.strip()
    if span:
        cells = [cell.split(": ", 1)[1] for cell in text.split(" | ")]
        assert text[slice(*span)] in cells
        assert text.split(" | ")[0].split(": ")[1].lower() in question.lower()


@given(st.sampled_from(SENTENCES), st.integers(0, 999))
def test_words_asked_for_stand_in_the_sentence_and_a_gap_hides_its_answer(sentence, seed):
    rng = random.Random(seed)
    if said := asked(sentence, rng):
        assert all(word in sentence for word in said.split()) or set(said) <= set(sentence)
    if found := gap(sentence, rng):
        question, start, end = found
        assert (start, end) in {match.span() for kind in (NAME, NUMBER) for match in kind.finditer(sentence)}
        assert question.endswith("?") and sentence[end:].rstrip(" .") in question


@given(st.sampled_from(SENTENCES), st.integers(0, 999))
def test_broken_question_names_something_else(sentence, seed):
    others = ["Lyon", "31", "Berlin"]
    said = broken(sentence, others, random.Random(seed))
    assert said is None or said != sentence and any(other in said for other in others)


@given(st.text(min_size=1, max_size=60), st.sampled_from(["en", "zh", "de"]), st.booleans(), st.integers(0, 999))
def test_whatever_is_typed_stays_a_question(text, language, claim, seed):
    text = f"What {text} do?"
    assert as_typed(text, language, random.Random(seed), claim=claim).strip()
    assert abs(len(slip(text, random.Random(seed))) - len(text)) <= 1


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When did Robert Brown describe moss?", "Did Robert Brown describe moss?"),
        ("What kind of data do they collect about users?", "Do they collect about users any data?"),
        ("Who left?", None),
    ],
)
def test_question_that_asks_whether(question, said):
    assert whether(question) == said


def test_key_words_carry_meaning():
    assert key_words("What did the province of Heilongjiang plan?") == "province Heilongjiang plan"


def test_documents_are_kept_aside_by_article():
    parts = [part_of(f"article {n}#0") for n in range(4000)]
    assert [part_of(f"article {n}#7") for n in range(4000)] == parts
    assert 0.04 < parts.count("tune") / 4000 < 0.06 and 0.04 < parts.count("report") / 4000 < 0.06


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12), st.integers(0, 999))
def test_windows_hold_their_answers_and_tiles_every_sentence(sentences, seed):
    whole = paragraph("d", " ".join(sentences))
    rng = random.Random(seed)
    start, end = (int(x) for x in whole.sentences[rng.randrange(len(whole.sentences))])
    window = whole.holding([(start, end)], rng)
    assert window.start <= start and window.words == whole.text[window.start : window.end]
    shown = {span for tile in whole.tiles() for span in tile.sentences}
    assert shown == {tuple(one) for one in np.asarray(whole.sentences).tolist()}


@given(st.integers(0, 500), st.integers(0, 500))
def test_of_what_does_not_fit_the_longer_is_cut(question, window):
    q, w = fitting(question, window)
    assert q <= question and w <= window and q + w <= MAX_TOKENS - 4
    if question + window <= MAX_TOKENS - 4:
        assert (q, w) == (question, window)
    else:
        assert q + w == MAX_TOKENS - 4 and (q == question or w == window or abs(q - w) <= 1)
