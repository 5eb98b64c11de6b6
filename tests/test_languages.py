"""Documents and questions in several languages: what is found, what is said of the language, and what to do about it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from corpus.read import from_text
from index.encoders.e5 import DEFAULT_MODEL
from index.encoders.export import open_encoder
from index.encoders.minilm import NAME as MINILM
from index.languages import advice
from index.library import LANGUAGE_SAMPLE, build, open_library, save
from rag.ask import ask
from rag.options import Options
from rag.reader.model import SHIPPED, OnnxReader
from ui.cli.main import main
from ui.cli.render import render
from ui.forms.answer_json import record

CHINESE = "黑龙江制定了行动计划。该计划把高端装备制造分为机床、海工装备等产业。\n\n水在一百度沸腾。苔藓能吸收很多水分。\n"
ENGLISH = "Ferns have no seeds.\nThey have spores under their leaves.\n"
GERMAN = "Der Vertrag endet am 3. Oktober. Die Miete ist monatlich zu zahlen, spätestens am dritten Werktag.\n"


@pytest.fixture(scope="module")
def english_alone():
    """Makes a library of texts with the encoder that knows English alone."""
    encoder = open_encoder(MINILM, note=print)

    def made(*texts):
        documents = [from_text(text, name=f"{n}", source=f"{n}.txt", markdown=False) for n, text in enumerate(texts)]
        return build(documents, encoder=encoder, progress=_quiet)

    return made


class Told:
    """An encoder of some name that knows nothing."""

    fingerprint, dim = "0" * 64, 1

    def __init__(self, name):
        self.name = name

    def encode_query(self, question):
        return np.ones(1, dtype=np.float32)

    def encode_passages(self, texts, *, progress):
        return np.ones((len(texts), 1), dtype=np.float32)


def told(name, *texts):
    documents = [from_text(text, name=f"{n}", source=f"{n}.txt", markdown=False) for n, text in enumerate(texts)]
    return build(documents, encoder=Told(name), progress=_quiet)


def test_languages_of_passages_are_counted():
    assert told("any", CHINESE, ENGLISH, GERMAN).languages == {"zh": 1, "en": 1, "de": 1}
    many = told("any", "\n\n".join(f"# {n}\n\n{n} {'蕨类植物没有种子，只有孢子。' * 20}" for n in range(LANGUAGE_SAMPLE + 100)))
    assert many.languages == {"zh": LANGUAGE_SAMPLE} and len(many.passages.ranges) > LANGUAGE_SAMPLE


def test_advice_names_the_languages_that_an_english_model_does_not_know():
    line = str(advice(told("all-MiniLM-L6-v2", CHINESE, ENGLISH, GERMAN), arguments="'my notes' -o lib"))
    assert line == (
        "1 Chinese, 1 German of 3 passages, and all-MiniLM-L6-v2 knows English only: these are found by their words, "
        f"by their meaning too with: pincite index 'my notes' -o lib --model {DEFAULT_MODEL}"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("all-MiniLM-L6-v2", ENGLISH), (DEFAULT_MODEL, CHINESE), ("some/model", CHINESE), ("all-MiniLM-L6-v2", "42 17 3 1")],
)
def test_advice_is_silent_where_the_model_knows_or_nobody_can_say(name, text):
    assert advice(told(name, text), arguments="a -o b") is None


def test_index_command_says_it_once_and_so_does_a_first_question(tmp_path, capsys):
    (tmp_path / "a.txt").write_text(CHINESE, encoding="utf-8")
    assert main(["index", str(tmp_path / "a.txt"), "-o", str(tmp_path / "lib"), "--model", MINILM]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "--model" in line]
    assert (
        line.startswith("1 Chinese of 1 passages")
        and f"pincite index {tmp_path}/a.txt -o {tmp_path}/lib --model {DEFAULT_MODEL}" in line
    )
    for said in (1, 0):
        assert main(["ask", "黑龙江制定了什么计划？", str(tmp_path / "a.txt"), "--reader", "off", "--model", MINILM]) == 0
        shown = capsys.readouterr()
        assert "黑龙江制定了行动计划。" in shown.out
        assert shown.err.count("--model") == said


ASKED = {
    "魏建国说中国要快速发展必须做什么？": "Wei Jianguo",
    "上海提出要建设什么？": "Shanghai",
    "中央企业将在哪些领域加大资源保障投资？": "resource",
    "未来5到10年全球经济竞争的焦点是什么？": "next five to 10 years",
    "应当尽快建立什么样的市场？": "market",
}


def test_chinese_question_finds_the_english_sentence_and_quotes_it_in_english(library, material):
    right = 0
    for question, word in ASKED.items():
        answer = ask(question, library, reader=OnnxReader(SHIPPED))
        for found in record(answer).citations:
            assert found.quote == material.text[found.start : found.end]
            assert found.language == "en"
        assert answer.ranking[0][0].reader_score
        assert " · in English" in render(answer)
        right += any(word in citation.quote.text for citation in answer.citations)
    assert right >= 3


def test_quote_in_the_language_of_the_question_is_not_marked_in_the_terminal(library):
    answer = ask("What did Heilongjiang plan?", library)
    assert record(answer).citations[0].language == "en"
    assert " · in " not in render(answer)


@pytest.mark.parametrize("question", ["怎么烤酸面包？", "Wie backe ich Sauerteigbrot?", "¿Cómo funciona la fotosíntesis?"])
def test_far_question_in_another_language_is_refused_without_blaming_its_words(library, question):
    answer = ask(question, library, reader=OnnxReader(SHIPPED), options=Options(strict=True))
    assert answer.refusal and "never mentions" not in answer.refusal.reason
    assert " · in English" in render(answer)


def test_word_of_another_language_is_not_mended_into_one_of_the_documents(library):
    assert ask("Quelle production proposent-ils dans la région ?", library).read_as == ()
    assert ask("What did Helongjiang plan?", library).read_as == (("Helongjiang", "Heilongjiang"),)


def test_model_that_does_not_know_the_language_says_so_when_it_refuses(english_alone):
    library = english_alone(ENGLISH)
    answer = ask("光速是多少？", library)
    assert answer.refusal
    (note,) = answer.notes
    assert str(note) == (
        "Asked in Chinese, which all-MiniLM-L6-v2 does not know, of documents in another language; "
        f"an index made with --model {DEFAULT_MODEL} may answer."
    )
    assert ask("What is the speed of light?", library).notes == ()


def test_chinese_of_an_english_model_is_judged_by_its_words(english_alone):
    """To all-MiniLM-L6-v2 every Chinese sentence means nearly the same."""
    library = english_alone(CHINESE, ENGLISH)
    assert not library.knows("zh")
    assert ask("黑龙江制定了什么计划？", library).citations[0].quote.text == "黑龙江制定了行动计划。"
    assert ask("蕨类植物有种子吗？", library).refusal
    assert ask("怎么烤酸面包？", library).refusal


def test_simplified_and_traditional_characters_are_the_same_words(library_of):
    """A quote stays as it is written; only the search's own copy is simplified."""
    library = library_of(
        "黑龍江制定了行動計劃。水在一百度沸騰。苔蘚能吸收很多水分。\n", CHINESE.replace("黑龙江制定了行动计划。", "")
    )
    for question in ("黑龙江制定了什么计划？", "黑龍江制定了什麼計劃？"):
        assert ask(question, library).citations[0].quote.text == "黑龍江制定了行動計劃。"
    assert "机床" in ask("該計劃把高端裝備製造分為哪些產業？", library).citations[0].quote.text


def test_index_opens_again_with_the_model_that_it_was_made_with(english_alone, tmp_path):
    library = english_alone(ENGLISH)
    save(library, tmp_path / "lib")
    assert json.loads((tmp_path / "lib" / "manifest.json").read_text())["encoder"]["name"] == MINILM
    again = open_library(tmp_path / "lib", encoder=lambda name, fingerprint: library.encoder)
    assert replace(ask("Do ferns have seeds?", again), milliseconds=0.0) == ask("Do ferns have seeds?", library)


def _quiet(done, total):
    pass
