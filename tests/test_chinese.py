"""The window in Chinese: every sentence of ours that can reach it has a Chinese one, and nothing else is touched."""

import ast
import re
from pathlib import Path

import pytest

from corpus.document import Document, Finding, Passage, Places, Quote
from corpus.place import KINDS, said
from corpus.read import read_file
from rag.ask import ask
from ui import cite
from ui.chinese import _CHINESE, _HOLE, PLACES, reason, translated

ROOT = Path(__file__).parents[1]
HAN = re.compile("[\u4e00-\u9fff]")
LIBRARY_ONLY = ("nothing readable in this folder", "nothing matches this pattern")
"""Errors of whole folders and patterns, which the window never asks for."""


def sentences(path, calls):
    """What is given to these calls in a module, the words filled in replaced by X; a name stands for its own assignment."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in calls and len(node.args) > calls[name]:
            yield from _texts(node.args[calls[name]], named)


def _texts(node, named):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body, named), *_texts(node.orelse, named))
    elif isinstance(node, ast.Name) and node.id in named:
        yield from _texts(named[node.id], named)


MESSAGES = sorted(
    {
        text.removeprefix("X: ")
        for path in ROOT.glob("corpus/**/*.py")
        for text in sentences(path.relative_to(ROOT), {"ReadError": 0, "found": 1, "Finding": 1})
    }
    | {text for path in ("ui/shelf.py",) for text in sentences(path, {"ReadError": 0, "Placed": 2})}
    | {text for path in ("ui/turn.py", "ui/calls.py") for text in sentences(path, {"EvaluationError": 0, "QuoteError": 0})}
    | {text for path in ("ui/turn.py", "ui/calls.py", "ui/export.py") for text in sentences(path, {"translated": 0})}
    | set(sentences("rag/question.py", {"QuestionError": 0}))
)


@pytest.mark.parametrize("message", [text for text in MESSAGES if not any(part in text for part in LIBRARY_ONLY)])
def test_every_message_that_can_reach_the_window_has_a_chinese_one(message):
    if message in {"", "X", "running headers and footers", "comments left out"} or "left out" in message:
        return
    chinese = translated(message, "zh")
    assert HAN.search(chinese) and chinese != message
    assert translated(message, "en") == message


def test_enough_messages_were_found():
    assert len(MESSAGES) > 60
    assert "the file is empty; there is nothing to quote" in MESSAGES


@pytest.mark.parametrize(("english", "chinese"), _CHINESE.items())
def test_what_is_filled_in_stays_as_it_is(english, chinese):
    values = [f"<{n}> 50 % {{x}}\nwhite text" for n in range(len(_HOLE.findall(english)))]
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
    assert said(document, 0, 5) == "sheet Budget, slides 3–3, notes, pp. iv–v (page 1–2 of the file), cells A1–B3"
    assert said(document, 0, 5, PLACES) == "工作表 Budget，幻灯片 3–3, 备注，第 iv–v 页（文件第 1–2 页），单元格 A1–B3"
    assert said(document, 8, 9, PLACES) == "工作表 Budget，幻灯片 3, 备注，第 v 页（文件第 2 页），脚注 2，单元格 B3"


def test_refusals_give_their_evidence_in_chinese_too(library, library_of):
    def why(question, library=library):
        refusal = ask(question, library).refusal
        assert refusal and reason(refusal, "en") == refusal.reason
        return reason(refusal, "zh")

    assert why("What did Beijing plan?") == "材料没有说明。文中从未提到“Beijing”。最接近的段落有“plan”。"
    assert "（有“Hunan”）" in why("What did Henan plan for the moon?")
    assert why("and the?") == "材料没有说明。问题里没有可以检索的词。"


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
