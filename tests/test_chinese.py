"""The window in Chinese: every sentence of ours that can reach it has a Chinese one, and nothing else is touched."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Finding, Passage, Places, Quote
from corpus.language import NAMES
from corpus.locator import _WARNINGS, KINDS, describe
from corpus.read import read_file
from rag.ask import ask
from ui.chinese import _CHINESE, _HOLE, PLACES, _filled, reason, translated
from ui.forms import cite

ROOT = Path(__file__).parents[1]
HAN = re.compile("[\u4e00-\u9fff]")

SOURCES = [
    *(
        path
        for floor in ("corpus", "index", "rag")
        for path in sorted((ROOT / floor).rglob("*.py"))
        if "evaluation" not in path.parts
    ),
    *(
        ROOT / path
        for path in ("rag/evaluation/add.py", "ui/window/collection.py", "ui/window/payload.py", "ui/window/routes.py")
    ),
]
"""Where sentences are made that can reach the window."""

SAID_ELSEWHERE = {
    "corpus/records.py": "what is odd about a file, said on the terminal; the window names the field alone",
    "rag/decide.py": "names of signals and weights, which --explain shows",
    "rag/options.py": "what the window lets nobody choose",
    "rag/explain.py": "a refusal is worded anew from its evidence: see the tests of reason() below",
    "index/languages.py": "said on the terminal by pincite index",
    "rag/settings.py": "the names of rankings, which --explain shows",
    "rag/retrieve.py": "the names of rankings, which --explain shows",
    "corpus/locator.py": "places and warnings: see the tests of both below",
    "rag/suggest.py": "questions, which are asked in the language of the documents",
}

NOT_FOR_THE_WINDOW = {"talk", "note", "_talk", "ValueError", "KeyError", "TypeError", "RuntimeError", "stage"}
"""Functions whose words go to the terminal, and errors that are defects of ours."""

NO_SENTENCES = {
    "What did the province plan?": "a text that tries an encoder",
    "Zwei Jahre später: 24 Städte, 3.5 % — und 东北的工业。": "a text that tries an encoder",
    "a first text": "a text that tries an encoder",
    "what did Heilongjiang plan?": "a question",
    "Compare Guangdong and Zhejiang": "a question",
    "What did Beijing plan?": "a question",
    "left out": "a kind of finding",
    "not shown": "a kind of finding",
    "entity amplification": "a word of lxml's",
    **dict.fromkeys(("only screen", "screen, print", "print, screen"), "words of CSS"),
    "a question is a text, and this is {}": "for who asks from Python",
    "within names document {}; there are {}, from 0": "for who asks from Python",
    "Plain words.": "a text that tries an encoder",
}

WORDS = re.compile(r"[a-z]{2,},? [a-z(]|\{\} [a-z]{2,}")
COMMAND = re.compile("(?:pip install|pincite) .*")
CODE = re.compile(r"\\|\|\w|\(\?|^import |^pip install |\{\w+[:}]")


def sentences(path):
    """Every text of a module that reads like words, the places that are filled in left open; no documentation, no patterns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = set()
    for node in ast.walk(tree):
        name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
        if isinstance(node, ast.JoinedStr | ast.Expr) and not isinstance(getattr(node, "value", None), ast.Call | ast.Yield):
            inside |= {id(part) for part in (node.values if isinstance(node, ast.JoinedStr) else [node.value])}
        elif isinstance(node, ast.Call) and (name in NOT_FOR_THE_WINDOW or ast.unparse(node.func).startswith("re.")):
            inside |= {id(part) for argument in node.args for part in ast.walk(argument)}
        elif name == "split":  # lists of words
            inside |= {id(part) for part in ast.walk(node.func)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        else:
            continue
        if id(node) not in inside and WORDS.search(text) and not CODE.search(text):
            yield text


MESSAGES = sorted(
    {
        text.removeprefix("{}: ")
        for path in SOURCES
        if str(path.relative_to(ROOT)) not in SAID_ELSEWHERE
        for text in sentences(path)
        if text not in NO_SENTENCES
    }
)


@pytest.mark.parametrize("message", MESSAGES)
def test_every_sentence_that_can_reach_the_window_has_a_chinese_one(message):
    """One that fails here wants a line in ui/chinese.py, or, if no window ever shows it, a reason in the tables above."""
    filled = message.replace("{}", "X")
    chinese = translated(filled, "zh")
    assert HAN.search(chinese) and not re.search("[a-z]{3,} [a-z]{3,}", COMMAND.sub("", chinese))
    assert translated(filled, "en") == filled
    assert HAN.search(translated(f"/a: b/c.txt: {filled}", "zh"))


def test_sentences_are_found_wherever_they_stand():
    assert len(MESSAGES) > 150
    assert {
        "the file is empty; there is nothing to quote",  # given to an error
        "white text",  # returned, and held in a variable
        "nested too deeply; it is not read",  # held in a variable
        "Asked in {}, which {} does not know, of documents in another language{}.",  # yielded
        "; an index made with --model {} may answer",  # a part of another
        "The file has changed since; this is its text as it was read.",  # held in a dict
        "cannot write the index ({}); what was there is unchanged",  # in index/
        "index the documents again",  # a constant that others are filled with
    } <= set(MESSAGES)


def test_every_warning_has_a_chinese_one():
    assert all(HAN.search(translated(warning, "zh")) for warning in _WARNINGS.values())


def test_every_language_has_a_chinese_name():
    assert all(HAN.search(translated(name, "zh")) for name in NAMES.values())
    said = "Asked in Chinese, which X does not know, of documents in another language; an index made with --model Y may answer."
    assert (
        translated(said, "zh") == "提问用的是中文，而 X 不懂这种语言，文件又是另一种语言；用 --model Y 建立的索引也许能回答。"
    )


@given(st.text(st.sampled_from("ab: ;().{}读"), max_size=60))
def test_a_hole_is_filled_as_a_pattern_would_fill_it(text):
    for english in ("not {} but {our}", "{} of {} lines", "{}not JSON ({}); save it again", "damaged ({}); save it again"):
        values = [text] * len(_HOLE.findall(english))
        given = _HOLE.sub("{}", english).format(*values)
        pattern = "(.*?)".join(map(re.escape, _HOLE.sub("{}", english).split("{}")))
        found = re.fullmatch(pattern, given, re.DOTALL)
        assert _filled(given, _HOLE.sub("{}", english).split("{}")) == list(found.groups())


@pytest.mark.parametrize(("english", "chinese"), _CHINESE.items())
def test_what_is_filled_in_stays_as_it_is(english, chinese):
    values = [f"<{n}> 50 % {{x}}\n white text" for n in range(len(_HOLE.findall(english)))]
    filled = translated(_HOLE.sub("{}", english).format(*values), "zh")
    assert filled == chinese.format(*values)


def test_unknown_sentences_stay_english():
    assert translated("something else", "zh") == "something else"


def test_chinese_places_have_both_ends_and_the_words_of_every_kind():
    assert set(KINDS) < set(PLACES)
    text = "one two three"
    document = Document(
        text,
        "t",
        "s",
        places=(
            Places("sheet", (0,), ("Budget",)),
            Places("slide", (0, 4), ("3", "3, notes")),
            Places("page", (0, 4), ("iv", "v")),
            Places("note", (8,), ("footnote 2",)),
            Places("cell", (0, 4), ("A1", "B3")),
        ),
    )
    assert describe(document, 0, 5) == "sheet Budget, slides 3–3, notes, pp. iv–v (page 1–2 of the file), cells A1–B3"
    assert describe(document, 0, 5, PLACES) == "工作表 Budget，幻灯片 3–3, 备注，第 iv–v 页（文件第 1–2 页），单元格 A1–B3"
    assert describe(document, 8, 9, PLACES) == "工作表 Budget，幻灯片 3, 备注，第 v 页（文件第 2 页），脚注 2，单元格 B3"


def test_refusals_give_their_evidence_in_chinese_too(library, library_of):
    def why(question, library=library):
        refusal = ask(question, library).refusal
        assert refusal and reason(refusal, "en") == refusal.reason
        return reason(refusal, "zh")

    assert why("What did Beijing plan?") == "材料没有说明。文中从未提到“Beijing”。最接近的段落有“plan”。"
    assert "（有“Hunan”）" in why("What did Henan plan for the moon?")
    assert why("and the?") == "材料没有说明。问题里没有可以检索的词。"
    assert why("黑龙江计划了什么？") == "材料没有说明。最接近的段落也不足以回答这个问题。"


def test_words_of_a_document_are_never_translated():
    assert translated("Read as: white text", "zh") == "理解为：white text"
    assert translated("2 of 3 pages cannot be quoted: pages 1–2 without a text layer", "zh") == (
        "3 页中有 2 页无法引用：第 1–2 页没有文字层"
    )


def test_cautions_are_said_with_the_place_in_every_form(tmp_path):
    text = "The sea\u200blion sleeps."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    document = read_file(tmp_path / "a.txt", note=lambda _: None)
    quote = Quote(Passage(document, 0, len(text)), 0, len(text))
    for language, caution in (("en", "holds hidden text or characters"), ("zh", "含有隐藏的文字或字符")):
        assert cite.cautions(quote, language) == [caution]
        forms = cite.forms(quote, language)
        assert all(caution in forms[form] for form in ("text", "html", "markdown", "bibtex", "csl"))
    plain = Document("x", "t", "s", findings=(Finding("encoding", "not UTF-8; read as x", ((0, 1),)),))
    assert cite.cautions(Quote(Passage(plain, 0, 1), 0, 1)) == []
