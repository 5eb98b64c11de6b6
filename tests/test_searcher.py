"""What every searcher gives, compared value by value with a reference that looks at every row."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import LibraryError
from corpus.read import shipped
from corpus.terms import terms
from index.library import SELDOM, Library, open_library, save
from index.search.bm25 import K1, B
from index.search.searcher import Searcher

TEXTS = (
    "# Ferns\n\nFerns have no seeds. Ferns have spores under their leaves.\n\nMoss holds water.\n",
    "# Moss\n\nMoss holds water. It has no roots, and no seeds.\n\n# More\n\nMoss holds water.\n\nOaks grow for 1,000 years.\n",
    "海象住在北极。黑龙江制定了行动计划。\n\nMoss holds water.\n",
)
QUESTIONS = (
    "What holds water?",
    "Do ferns have seeds?",
    "1000 years",
    "黑龙江制定了什么？",
    "nothing of this",
    "moss moss water",
)
WORDS = ("Moss", "Mosss", "ferns", "frens", "lefaves", "leaves", "zzz", "water")


def in_memory(library_of, tmp_path):
    return library_of(*TEXTS)


def on_disk(library_of, tmp_path):
    saved = save(library_of(*TEXTS), tmp_path / "library")
    return open_library(tmp_path / "library", encoder=lambda name, fingerprint: saved.encoder)


def of_segments(library_of, tmp_path):
    whole = library_of(*TEXTS)
    segments = [library_of(text).segments[0] for text in TEXTS]
    names = {name: one for text in TEXTS for name, one in zip(*named(library_of(text)), strict=True)}
    return Library(segments, names, whole.encoder)


def named(library):
    return library.documents.ids, library.documents.names


@pytest.fixture(params=[in_memory, on_disk, of_segments], ids=lambda made: made.__name__)
def searcher(request, library_of, tmp_path) -> Searcher:
    """Each thing that is searched, over the same texts."""
    return request.param(library_of, tmp_path)


@pytest.fixture
def levels(searcher):
    """Both levels with the texts of their rows, by looking at each."""
    passages = [searcher.passage(row).text for row in range(searcher.passages.n)]
    sentences = [searcher.sentence(row).text for row in range(searcher.sentences.n)]
    return (searcher.passages, passages), (searcher.sentences, sentences)


def bm25(asked, texts):
    """BM25 in Lucene's form, by definition."""
    every = [Counter(terms(text)) for text in texts]
    mean = sum(found.total() for found in every) / len(every)
    scores = []
    for found in every:
        score = 0.0
        for term in asked:
            df = sum(term in other for other in every)
            idf = math.log1p((len(every) - df + 0.5) / (df + 0.5))
            score += idf * found[term] / (found[term] + K1 * (1 - B + B * found.total() / mean))
        scores.append(score)
    return np.array(scores)


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_every_row(searcher, levels, question, encoder):
    vector, asked = searcher.encode(question), terms(question)
    for level, texts in levels:
        rows = np.arange(level.n)
        expected = bm25(asked, texts)
        np.testing.assert_allclose(level.bm25(asked, rows), expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(level.bm25(asked, rows[::-1]), expected[::-1], rtol=1e-4, atol=1e-5)
        cosines = encoder.encode_passages(texts, progress=lambda done, total: None) @ vector
        np.testing.assert_allclose(level.cosines(vector, rows), cosines, atol=2e-5)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("k", [1, 3, 1000])
def test_first_rows_are_those_of_the_highest_scores(searcher, levels, question, k):
    vector, asked = searcher.encode(question), terms(question)
    for level, _ in levels:
        every = np.arange(level.n)
        near, cosines = level.nearest(vector, k), level.cosines(vector, every)
        np.testing.assert_allclose(cosines[near], np.sort(cosines)[::-1][:k], atol=1e-5)
        matching, scores = level.matching(asked, k), level.bm25(asked, every)
        best = np.sort(scores[scores > 0])[::-1][:k]
        np.testing.assert_allclose(np.sort(scores[matching])[::-1], best, rtol=1e-5)
        assert len(set(near.tolist())) == len(near) and len(set(matching.tolist())) == len(matching)


def test_rows_stand_in_their_documents_and_passages(searcher):
    documents = list(searcher.documents)
    assert [document.id for document in documents] == list(searcher.ids)
    for row in range(searcher.sentences.n):
        sentence, document = searcher.sentence(row), documents[searcher.owner(row)]
        assert sentence.document.id == document.id
        assert sentence.text == document.text[sentence.start : sentence.end]
        (passage,) = searcher.passages_of(np.array([row])).tolist()
        assert searcher.passage(passage) == sentence.passage
        assert row in searcher.sentences_of(np.array([passage])).tolist()
    for level, at in ((searcher.passages, searcher.passage), (searcher.sentences, searcher.sentence)):
        seen = []
        for number in range(len(documents)):
            first, ranges = level.rows_of(number)
            rows = list(range(first, first + len(ranges)))
            assert [(at(row).start, at(row).end) for row in rows] == [tuple(one) for one in ranges.tolist()]
            assert level.of_documents({number}).tolist() == rows
            seen += rows
        assert seen == list(range(level.n)) == level.of_documents(range(len(documents))).tolist()
        assert level.of_documents(()).tolist() == []


def test_same_text_is_found_wherever_it_stands(searcher):
    texts = [searcher.sentence(row).text for row in range(searcher.sentences.n)]
    assert texts.count("Moss holds water.") >= 4
    for row, text in enumerate(texts):
        expected = [other for other, same in enumerate(texts) if same == text and other != row]
        assert searcher.same_text(row).tolist() == expected


def test_terms_are_counted_spelt_and_weighed_over_all_passages(searcher, levels):
    (_, passages), _ = levels
    found = [set(terms(text)) for text in passages]
    for term in set().union(*found):
        df = sum(term in one for one in found)
        assert searcher.frequency(term) == df
        assert searcher.weight(term) == pytest.approx(math.log1p((len(found) - df + 0.5) / (df + 0.5)))
        spelt = searcher.surface(term)
        assert spelt is not None and term in terms(spelt) and any(spelt in text for text in passages)
    assert searcher.surface("zebra") is None and searcher.frequency("zebra") == 0
    for asked in (["moss"], ["moss", "water"], ["seed", "fern"], ["zebra"], ["moss", "zebra"], []):
        rows = [row for row, one in enumerate(found) if asked and set(asked) <= one]
        assert searcher.passages_with(asked, 2).tolist() == rows[:2]
        assert searcher.passages_with(asked, 99).tolist() == rows


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("slips", [1, 2])
def test_near_spellings_are_all_there_are(searcher, levels, word, slips):
    from rapidfuzz.distance import OSA

    (_, passages), _ = levels
    asked = word.lower()
    spelt = {term: searcher.surface(term).lower() for text in passages for term in terms(text)}
    near = {term: OSA.distance(asked, one) for term, one in spelt.items() if one[0] == asked[0]}
    expected = {(term, distance) for term, distance in near.items() if distance <= slips}
    assert set(searcher.near_spellings(asked, slips)) == expected


def test_titles_and_languages_are_those_of_the_documents(searcher):
    titles = {document.title for document in searcher.documents}
    assert titles <= set(searcher.titles)
    assert searcher.title_terms == {term for title in searcher.titles for term in terms(title)}
    assert sum(searcher.languages.values()) == searcher.passages.n
    assert searcher.knows("en") and searcher.knows("") and searcher.knows("zh")
    assert searcher.better_model("en") is None and searcher.better_model("zh") is None


def test_language_is_held_where_more_than_a_few_passages_are_in_it(library_of, tmp_path):
    """Whether that is told at once or by the statistics of all languages."""
    texts = [
        "Ferns have no seeds.\n\nDie Miete ist monatlich zu zahlen, spätestens am dritten Werktag.\n",
        "蕨类植物没有种子，只有孢子。\n",
    ]
    for language in ("en", "de", "zh", "fr", "ru"):
        library = library_of(*texts)
        held = library.holds_language(language)
        assert held == library.holds_language(language) == (library.languages[language] > SELDOM * library.passages.n)


def test_what_is_kept_belongs_to_this_very_state(library_of, tmp_path):
    library = on_disk(library_of, tmp_path)
    assert library.kept("calibration") is None
    where = library.keep("calibration", {"threshold": 1.5})
    assert where == library.where("calibration") and library.kept("calibration") == {"threshold": 1.5}
    again = on_disk(library_of, tmp_path)
    assert again.kept("calibration") is None
    with pytest.raises(LibraryError, match="was changed"):
        library.keep("calibration", {"threshold": 1.0})
    with pytest.raises(LibraryError, match="only in memory"):
        library_of(*TEXTS).keep("calibration", {})


@given(picked=st.lists(st.integers(0, 500), min_size=1, max_size=8), k=st.integers(1, 50))
def test_laws_hold_over_the_shipped_material(library, picked, k):
    """Rows, scores and first rows fit together for any rows and any number of them."""
    (document,) = shipped()
    rows = np.array(sorted({one % library.sentences.n for one in picked}))
    text = library.sentence(int(rows[0])).text
    (vector,) = library.encoder.encode_passages([text], progress=lambda done, total: None)
    near, every = library.sentences.nearest(vector, k), np.arange(library.sentences.n)
    scores = library.sentences.cosines(vector, every)
    assert scores[near[0]] == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(scores[near], np.sort(scores)[::-1][:k], atol=1e-5)
    np.testing.assert_allclose(library.sentences.cosines(vector, rows), scores[rows], atol=1e-6)
    assert {library.owner(int(row)) for row in rows} == {0} and library.ids == (document.id,)
