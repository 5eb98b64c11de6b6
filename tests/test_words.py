"""The analyzer, and BM25 by value against bm25s."""

import time
from datetime import date

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.terms import quantity_tokens, terms, tokens
from index.search.bm25 import K1, B, Bm25, Postings

TEXTS = [
    "The province has a plan; the plan has three points.",
    "A plan without points is no plan at all",
    "黑龙江省的行动计划，黑龙江的计划",
    "ПЛАН действий provincia plan café CAFE",
    "",
    "new-quality productive forces, new quality productivity, new quality of productivity",
]


@given(st.text())
def test_tokens_lie_in_the_text_and_rise(text):
    found = list(tokens(text))
    assert all(0 <= token.start < token.end <= len(text) and token.term for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plans planned planning", ["plan", "plan", "plan"]),
        ("Café ZÜRICH naïve", ["cafe", "zurich", "naiv"]),
        ("e\u0301toile", ["etoil"]),
        ("China's province’s", ["china", "provinc"]),
        ("1,234.5 and 3.5 %", ["1234.5", "and", "3.5"]),
        ("3,5 Prozent", ["3.5", "prozent"]),
        ("35 Prozent", ["35", "prozent"]),
        ("1,000 und 1000", ["1000", "und", "1000"]),
        ("1.234,5 und 0,25", ["1234.5", "und", "0.25"]),
        ("12,34,567 rupees", ["1234567", "rupe"]),
        ("Articles 1,2,3", ["articl", "1", "2", "3"]),
        ("192.168.0.1 on 3.10.2020", ["192.168.0.1", "on", "3.10.2020", "2020-10-03", "2020-10"]),
        ("(2+2)+(3+6)", ["2", "2", "3", "6"]),
        ("黑龙江", ["黑", "黑龙", "龙", "龙江", "江"]),
        ("中國經濟 中国经济", ["中", "中国", "国", "国经", "经", "经济", "济"] * 2),
        ("AI时代", ["ai", "时", "时代", "代"]),
        ("государственный государственного", ["государствен"] * 2),
        ("договору договоры Договором", ["договор"] * 3),
        ("الكتاب كتاب كتابه", ["كتاب"] * 3),
        ("район Юлий", ["район", "юл"]),
        ("الجُسُورُ الجسور", ["جسور"] * 2),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("__ -- **", []),
        ("in 1850¹ the towers²³", ["in", "1850", "1", "the", "tower", "23"]),
        ("10⁶ m² of CO₂", ["10", "6", "m2", "of", "co2"]),
        ("They led and spent; LED lights", ["they", "lead", "and", "spend", "led", "light"]),
        ("ﬁnance", ["financ"]),
        ("infor\xadmation", ["inform"]),
        ("in 1850¹ and 1,234² Lagos³", ["in", "1850", "1", "and", "1234", "2", "lago", "3"]),
        ("10⁶ m² CO₂ x²", ["10", "6", "m2", "co2", "x2"]),
    ],
)
def test_analyzer_folds_stems_and_cuts(text, expected):
    assert terms(text) == expected


LONG = {
    "accents": "\u0301\u0316",
    "commas": "1,",
    "points": "1.",
    "digits": "1",
    "letters": "x",
    "apostrophes": "x'",
    "possessives": "x's ",
    "soft hyphens": "x\xad",
    "Chinese": "黑龙",
    "spaces": " ",
    "marks of two kinds": "\u0966\u064b",
}


@pytest.mark.parametrize("kind", LONG)
def test_text_becomes_words_in_time_that_grows_with_its_length(kind):
    """Four times the text in at most eight times the processor time; what is quadratic takes sixteen."""

    def seconds(n):
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            for _ in tokens(LONG[kind] * (n // len(LONG[kind]))):
                pass
            best = min(best, time.process_time() - began)
        return best

    assert seconds(80_000) < 8 * seconds(20_000) + 0.02


def test_rows_of_a_term_are_those_that_have_it():
    words = Bm25([Postings.build(TEXTS[:2]), Postings.build(TEXTS[2:])])
    assert words.rows("plan").tolist() == [0, 1, 3]
    assert words.rows("计划").tolist() == [2]
    assert words.rows("nowhere").tolist() == []


def test_bm25_scores_are_those_of_bm25s():
    rows = [terms(text) for text in TEXTS]
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    theirs.index(rows, show_progress=False)
    ours = Bm25.build(TEXTS)
    for query in (["plan"], ["plan", "plan", "point"], ["计划", "黑龙"], ["nowhere"], ["cafe", "nowhere", "new", "qualiti"]):
        known = [term for term in query if term in ours.surfaces]
        expected = theirs.get_scores(known) if known else np.zeros(len(TEXTS))
        np.testing.assert_allclose(ours.scores(query), expected, rtol=1e-5, atol=1e-6)


def test_words_come_back_from_disk_as_they_were(tmp_path):
    words = Bm25.build(TEXTS)
    Postings.build(TEXTS).save(tmp_path)
    again = Bm25([Postings.load(tmp_path)])
    assert again.surfaces == words.surfaces
    for term in words.surfaces:
        np.testing.assert_array_equal(again.scores([term]), words.scores([term]))
        assert again.weight(term) == words.weight(term)
        assert again.rows_with(term) == sum(term in terms(text) for text in TEXTS)


_TEXTS = st.lists(st.text(alphabet="ab é黑龙.", max_size=12), min_size=1, max_size=12)


@given(_TEXTS, st.integers(0, 12), st.text(alphabet="abé黑龙 ", max_size=8))
def test_parts_weigh_as_one(texts, cut, query):
    parts = [Postings.build(some) for some in (texts[:cut], texts[cut:])]
    np.testing.assert_allclose(Bm25(parts).scores(terms(query)), Bm25.build(texts).scores(terms(query)), rtol=1e-5)


@given(_TEXTS, st.integers(0, 12), st.data())
def test_merged_postings_are_those_of_the_rows_that_are_left(texts, cut, data):
    keep = np.array([data.draw(st.booleans()) for _ in texts], dtype=np.bool_)
    parts = [Postings.build(some) for some in (texts[:cut], texts[cut:])]
    merged = Postings.merged(parts, [keep[:cut], keep[cut:]])
    left = Postings.build([text for text, kept in zip(texts, keep, strict=True) if kept])
    assert set(merged.terms) == set(left.terms)
    assert merged.lengths.tolist() == left.lengths.tolist()
    for term in left.terms:
        for one in ("rows", "counts"):
            ours, theirs = (getattr(p, one)[p.starts[c := p.terms.index(term)] : p.starts[c + 1]] for p in (merged, left))
            assert ours.tolist() == theirs.tolist()


def test_surface_is_the_commonest_spelling():
    words = Bm25.build(["Plan plan planned", "plan", "Heilongjiang's"])
    assert words.surfaces["plan"] == "plan"
    assert words.surfaces["heilongjiang"] == "Heilongjiang"


@given(st.text())
def test_quantities_lie_in_the_text(text):
    assert all(0 <= one.start < one.end <= len(text) and one.term for one in quantity_tokens(text))


SPELT = (
    "{day} {May} {year}",
    "{day}th of {May}, {year}",
    "{May} {day}, {year}",
    "{year}-{month:02}-{day:02}",
    "{day:02}.{month:02}.{year}",
    "{year}/{month}/{day}",
    "{year}.{month:02}.{day:02}",
    "{day}/{month}/{year}",
    "{month}/{day}/{year}",
    "{day}. {Mai} {year}",
    "{day} {mai} {year}",
    "{day} de {mayo} de {year}",
    "{day} {мая} {year} г.",
    "{year}年{month}月{day}日",
    "{year}년 {month}월 {day}일",
)
MONTHS = {
    "May": "January February March April May June July August September October November December".split(),
    "Mai": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "mai": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "mayo": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "мая": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
}


@given(
    st.dates(min_value=date(1000, 1, 1)), st.sampled_from(SPELT), st.sampled_from(["{}", "on {} it began", "（{}）", "a {}, b"])
)
def test_every_spelling_of_a_date_is_found_under_the_same_term(day, spelt, around):
    names = {name: months[day.month - 1] for name, months in MONTHS.items()}
    written = spelt.format(day=day.day, month=day.month, year=day.year, **names)
    found = [one for one in quantity_tokens(around.format(written)) if one.term == day.isoformat()]
    assert found and written.startswith(around.format(written)[found[0].start : found[0].end])


@pytest.mark.parametrize(
    "text", ["2019-13-01", "31/02/2019", "30.2.2019", "1.2.3.2019", "2019-05-03-1", "2023.1.2", "v1.10.2020.3", "May 20199"]
)
def test_what_is_no_date_is_none(text):
    assert not [one.term for one in quantity_tokens(text) if one.term.count("-") == 2]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5 million", "5000000"),
        ("$2.5 million", "2500000"),
        ("1,250 million", "1250000000"),
        ("1.250,5 Millionen", "1250500000"),
        ("1\u202f500 millions d'euros", "1500000000"),
        ("12 000 тыс.", "12000000"),
        ("In 2019 500 million came", "500000000"),
        ("3 bn", "3000000000"),
        ("500万元", "5000000"),
        ("1.2亿", "120000000"),
        ("1亿2000万元", "120000000"),
        ("3万5千", "35000"),
        ("五百万", "5000000"),
        ("五千二百万", "52000000"),
        ("一亿二千万", "120000000"),
        ("二〇二四年", "2024"),
        ("十二月", "12"),
        ("三萬五千人", "35000"),
        ("三万五", "35000"),
        ("一百二", "120"),
        ("一百零二", "102"),
        ("三万零五十", "30050"),
        ("一亿二", "120000000"),
        ("三〇二室", "302"),
        ("五十两银子", "50"),
        ("三十二两", "32"),
        ("两千五", "2500"),
        ("500萬元", "5000000"),
        ("３．５億円", "350000000"),
    ],
)
def test_number_in_words_is_the_number_in_figures(text, number):
    assert number in terms(text)
    assert terms(f"{int(number):,}") == [number]


@pytest.mark.parametrize(
    "text", ["七八个人", "一两天", "两三千人", "五六十岁", "五四运动", "九一八事变", "一二线城市", "一三五上课", "一两", "两两"]
)
def test_figures_side_by_side_in_chinese_are_no_number(text):
    assert quantity_tokens(text) == []


@given(st.text(alphabet="一二三五十百千萬億兩零0123456789.年季度第號月"))
def test_traditional_characters_say_the_quantities_of_simplified_ones(text):
    simplified = text.translate(str.maketrans("萬億兩號", "万亿两号"))
    assert quantity_tokens(text) == quantity_tokens(simplified)


def test_number_in_words_may_be_as_long_as_it_likes():
    began = time.process_time()
    for text in ("9" * 100_000 + " million", "一" * 100_000, "3 May " * 20_000, "1." * 50_000, "de 1 de " * 20_000 + "2019"):
        terms(text)
    assert time.process_time() - began < 5
