"""The language of a text: by script, by common words, by character statistics; nothing where it cannot be said."""

import json
import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.chunk import cut
from corpus.language import SAMPLE, TOLD_APART, language_of
from corpus.messages import Message, catalogue

SAID = {
    "en": ["When was the bridge built?", "The contract ends in October.", "What did Heilongjiang plan?"],
    "zh": ["桥是什么时候建的？", "臺北市是首都。", "AI时代的新质生产力"],
    "ja": ["橋はいつ建てられましたか。", "東京都庁舎の建設が完了した。", "これは1990年のAIプロジェクトです。"],
    "ko": ["다리는 언제 지어졌습니까?", "계약은 10월에 끝난다."],
    "de": ["Wann wurde die Brücke gebaut?", "Der Vertrag endet am 3. Oktober.", "Die Miete ist monatlich zu zahlen."],
    "fr": ["Quand le pont a-t-il été construit ?", "Le contrat prend fin en octobre.", "Combien coûte la location ?"],
    "es": ["¿Cuándo se construyó el puente?", "El contrato termina en octubre.", "¿Cuánto cuesta el alquiler?"],
    "ru": ["Когда был построен мост?", "Договор истекает в октябре.", "Сколько стоит аренда?", "Что сказал Вэй Цзяньго?"],
    "ar": ["متى بني الجسر؟", "ينتهي العقد في أكتوبر."],
    "fa": ["این پل کی ساخته شد؟"],
    "ur": ["یہ پل کب بنایا گیا تھا؟"],
    "uk": ["Коли був побудований міст?"],
    "it": ["Quando è stato costruito il ponte?"],
    "pt": ["Quando foi construída a ponte?"],
    "nl": ["Wanneer werd de brug gebouwd?"],
    "pl": ["Kiedy zbudowano most?"],
    "el": ["Πότε χτίστηκε η γέφυρα;"],
    "he": ["מתי נבנה הגשר?"],
    "hi": ["पुल कब बनाया गया था?"],
    "th": ["สะพานสร้างเมื่อใด"],
}


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in SAID.items() for text in texts])
def test_language_of_a_sentence_is_named(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "  \n", "42 %", "Suke Loan", "龙江", "AI", "№ 5", "😀👩‍👩‍👧"])
def test_language_of_too_little_is_not_said(text):
    assert language_of(text) == ""


@given(st.text(max_size=2 * SAMPLE))
def test_language_is_a_function_of_the_beginning_of_a_text(text):
    found = language_of(text)
    assert found == language_of(text) == language_of(text[:SAMPLE])
    assert found == "" or f"language.{found}" in catalogue("en")


def test_every_language_that_is_told_apart_has_a_name():
    assert {f"language.{code}" for code in TOLD_APART} <= set(catalogue("en"))
    assert str(Message("language.zh")) == "Chinese"


def test_whole_material_and_its_questions_are_english(material):
    assert {language_of(passage.text) for passage in cut(material).passages} == {"en"}
    rows = [json.loads(line) for line in (files("corpus") / "material" / "questions.jsonl").read_text("utf-8").splitlines()]
    named = [language_of(row["text"]) for row in rows]
    assert named.count("en") > 0.8 * len(named)


def test_plain_english_and_chinese_load_no_statistics():
    script = (
        "import sys; from corpus.language import language_of;"
        " print(language_of('What did the province plan?'), language_of('黑龙江制定了行动计划。'), 'py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("en zh False\n", "")
