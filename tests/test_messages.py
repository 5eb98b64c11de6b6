"""What is said to people: every code has its words in every language, and what is filled in stays as it is."""

import ast
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Finding, Passage, Places, Quote
from corpus.errors import PinciteError, ReadError
from corpus.language import _SCRIPTS, TOLD_APART
from corpus.locator import KINDS, WARNINGS, describe
from corpus.messages import Message, all_of, any_of, catalogue, languages, listed, packed, sentences, unpacked
from corpus.read import read_file
from rag.ask import ask
from ui.cli.console import spoken
from ui.forms import cite

ROOT = Path(__file__).parents[1]
CODES = sorted(catalogue("en"))
OTHERS = [language for language in languages() if language != "en"]
SOURCES = [path for floor in ("corpus", "index", "rag", "ui", "pincite") for path in sorted((ROOT / floor).rglob("*.py"))]
PAGE = sorted((ROOT / "ui" / "window" / "page").glob("*"))

HAN = re.compile("[\u4e00-\u9fff]")
HOLE = re.compile(r"\{(\w+)\}")
ENGLISH_WORDS = re.compile(r"[a-z]{3,} [a-z]{3,}")
COMMAND = re.compile(r"(?:pip install|pincite)[ a-zA-Z0-9{}.-]*")

WITHOUT_HAN = {
    "text",
    "where",
    "place.note",
    "list.sentences",
    "status.held",
    "answer.in_language",
    "page.asBibtex",
    "page.asCsl",
    "cli.error",
    "page.comma",
    "page.semicolon",
    "refusal.word",
    "sync.summary",
    "record.false",
    "record.limit",
    "record.null",
    "record.place",
    "record.true",
    "report.drawn",
}
"""Codes whose Chinese has no words of its own."""


def holes(entry):
    return set(HOLE.findall(json.dumps(entry, ensure_ascii=False)))


def errors():
    """The names of our errors."""
    found, waiting = set(), [PinciteError]
    while waiting:
        one = waiting.pop()
        found.add(one.__name__)
        waiting += one.__subclasses__()
    return found


def calls():
    """Every place that says something: where it stands, its code or the beginning of its code, and its arguments."""
    makers = errors() | {"Message"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in makers or name == "_said" and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield from ((where, *code, {word.arg for word in node.keywords}) for code in codes(node.args[0]))


def codes(node):
    """The codes that an expression names, each with whether it is whole."""
    if isinstance(node, ast.Constant):
        yield node.value, True
    elif isinstance(node, ast.JoinedStr):
        yield node.values[0].value if isinstance(node.values[0], ast.Constant) else "", False
    elif isinstance(node, ast.IfExp):
        yield from codes(node.body)
        yield from codes(node.orelse)


CALLS = sorted({(where, code, whole, tuple(sorted(map(str, words)))) for where, code, whole, words in calls()})


@pytest.mark.parametrize("language", OTHERS)
def test_every_catalogue_has_every_code(language):
    words, english = catalogue(language), catalogue("en")
    assert words.keys() == english.keys()
    for code in CODES:
        assert holes(words[code]) <= holes(english[code]) | {"n"}, code
        assert ("between" in words[code]) == ("between" in english[code]) or isinstance(words[code], str), code


@pytest.mark.parametrize(("where", "code", "whole", "words"), CALLS)
def test_what_is_said_has_words_and_fills_them(where, code, whole, words):
    """One that fails here wants a line in every file of corpus/locale, or another argument."""
    meant = [code] if whole else [one for one in CODES if one.startswith(code)]
    assert meant and (whole or code.endswith((".", "_"))), f"{where}: {code}"
    is_known = whole and "None" not in words  # else arguments are handed on
    entries = [catalogue(language)[code] for language in languages()] if is_known else []
    assert all(holes(entry) <= set(words) for entry in entries), f"{where}: {code}"
    filled = set().union(*map(holes, entries)) if is_known else set(words)
    assert set(words) - filled <= {"where", "n", "items"}, f"{where}: {code}"


def test_every_entry_is_used():
    named = {code for _, code, whole, _ in CALLS if whole}
    families = {code for _, code, whole, _ in CALLS if not whole}
    held = {node.value for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if is_text(node)}
    for code in CODES:
        assert code in named | held or code.startswith((*families, "page.", "count.")), code


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_calls_are_found():
    assert len(CALLS) > 300 and {"file.empty", "answer.language", "cli.error"} <= {code for _, code, _, _ in CALLS}


def test_page_says_only_what_the_catalogues_have_and_all_of_it():
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGE if path.suffix in {".js", ".html"})
    own = {code.removeprefix("page.") for code in CODES if code.startswith("page.")}
    said = set(re.findall(r'say\("([\w.]+)"', text)) | set(re.findall(r'data-say(?:-label)?="(\w+)"', text))
    assert said <= own | {code for code in CODES if code.startswith("count.")}
    assert all(re.search(rf'["\'`]{key}["\'`]|\b{key}\b', text) for key in own)


@pytest.mark.parametrize("code", CODES)
def test_chinese_is_chinese(code):
    entry = catalogue("zh")[code]
    words = " ".join(entry.values()) if isinstance(entry, dict) else entry
    assert code in WITHOUT_HAN or "between" in entry or HAN.search(HOLE.sub("", words))
    assert code == "trec.row" or not ENGLISH_WORDS.search(COMMAND.sub("", words))


@pytest.mark.parametrize("code", [code for code in CODES if holes(catalogue("en")[code])])
@pytest.mark.parametrize("language", languages())
def test_what_is_filled_in_stays_as_it_is(code, language):
    entry = catalogue(language)[code]
    for number, form in ((1, "one"), (2, "other")):
        wanted = holes(entry.get(form, entry["other"]) if isinstance(entry, dict) else entry) - {"n"}
        values = {name: f"<{name}> 50 % {{n}} \\1 {{x}}\n white text" for name in wanted}
        said = Message(code, n=number, **values).text(language)
        assert all(value in said for value in values.values())


def test_of_one_and_many_the_number_chooses_and_has_its_thousands_apart():
    assert [str(Message("count.files", n=n)) for n in (0, 1, 2, 1000)] == ["0 files", "1 file", "2 files", "1,000 files"]
    assert Message("count.files", n=1234).text("zh") == "1,234 个文件"
    assert str(ReadError("json.first_line", line="1234", where="a.json")) == "a.json: line 1234: not JSON; save it again"


def test_things_are_joined_as_a_language_joins_them():
    assert [str(any_of(["a", "b", "c"][:n])) for n in (1, 2, 3)] == ["a", "a or b", "a, b or c"]
    assert (str(all_of(["a", "b"])), all_of(["a", "b"]).text("zh")) == ("a and b", "a、b")
    assert (str(listed(["a", "b"])), listed([]).text("zh")) == ("a, b", "")
    two = sentences([Message("refusal.does_not_say"), Message("refusal.no_words")])
    assert str(two) == "The material does not say. The question names nothing to look for."
    assert two.text("zh") == "材料没有说明。问题里没有可以检索的词。"


def test_where_stands_before_and_what_is_inside_is_worded_too():
    error = ReadError("format.other", format="PDF", other=Message("content.gzip")).at("a.pdf").at("box")
    assert str(error) == "box: a.pdf: not PDF but a gzip archive; unpack it"
    assert error.message.text("zh") == "box: a.pdf：不是 PDF，而是 gzip 压缩包；请解压"
    assert str(error.message.alone()) == "not PDF but a gzip archive; unpack it"
    assert error.message.text("xx") == str(error)
    assert str(Message("no.such.code", n=1)) == "no.such.code"


ARGUMENTS = st.recursive(
    st.text() | st.integers(),
    lambda inner: st.builds(
        lambda code, where, given: Message(code, where=where, **given),
        st.sampled_from(CODES),
        st.text(max_size=3),
        st.dictionaries(st.sampled_from(["n", "why", "name"]), inner, max_size=2),
    ),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from(["n", "why", "items"]), ARGUMENTS, max_size=3),
    st.lists(st.text() | st.just(Message("text"))),
)
def test_a_message_comes_back_from_its_record(given, items):
    message = Message("file.damaged", where="a", **given | {"items": tuple(items)})
    assert unpacked(json.loads(json.dumps(packed(message)))) == message
    assert hash(unpacked(packed(message))) == hash(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "where", "with", "self", "x"]), inner),
)


@given(JSON)
def test_any_other_record_is_refused(record):
    with suppress(ValueError):
        message = unpacked(record)
        assert isinstance(record, str | dict) and isinstance(message.text("zh"), str)


def test_sentence_of_an_older_library_stands_for_itself():
    assert str(unpacked("white text, 3 {n}")) == "white text, 3 {n}"


def test_every_language_has_a_name_in_every_language():
    alone = {name for name in _SCRIPTS if len(name) == 2} | {"zh", "ja", "ur", "fa", "ar"}
    assert {f"language.{code}" for code in alone | set(TOLD_APART)} <= set(CODES)


def test_every_kind_of_place_and_warning_has_words():
    assert {f"place.{kind}" for kind in KINDS} | {f"warning.{kind}" for kind in WARNINGS} <= set(CODES)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_TW", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
        ({"LANG": "../../etc"}, "en"),
    ],
)
def test_command_line_speaks_the_language_of_the_locale(environment, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spoken() == language


def test_places_have_both_ends_and_the_words_of_every_kind():
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
    assert describe(document, 0, 5, "zh") == "工作表 Budget，幻灯片 3–3, 备注，第 iv–v 页（文件第 1–2 页），单元格 A1–B3"
    assert describe(document, 8, 9, "zh") == "工作表 Budget，幻灯片 3, 备注，第 v 页（文件第 2 页），脚注 2，单元格 B3"


def test_refusals_give_their_evidence_in_chinese_too(library):
    def why(question):
        refusal = ask(question, library).refusal
        assert refusal and str(refusal.why) == refusal.reason
        return refusal.why.text("zh")

    assert why("What did Beijing plan?") == "材料没有说明。文中从未提到“Beijing”。最接近的段落有“plan”。"
    assert "（有“Hunan”）" in why("What did Henan plan for the moon?")
    assert why("and the?") == "材料没有说明。问题里没有可以检索的词。"
    assert why("怎么烤酸面包？") == "材料没有说明。最接近的段落也不足以回答这个问题。"


def test_note_of_a_language_that_the_model_lacks_is_whole_in_chinese():
    said = Message("answer.language_better", language=Message("language.zh"), model="X", better="Y")
    assert said.text("zh") == "提问用的是中文，而 X 不懂这种语言，文件又是另一种语言；用 --model Y 建立的索引也许能回答。"


def test_cautions_are_said_with_the_place_in_every_form(tmp_path):
    text = "The sea\u200blion sleeps."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    document = read_file(tmp_path / "a.txt", note=lambda _: None)
    quote = Quote(Passage(document, 0, len(text)), 0, len(text))
    for language, caution in (("en", "holds hidden text or characters"), ("zh", "含有隐藏的文字或字符")):
        assert cite.cautions(quote, language) == [caution]
        forms = cite.forms(quote, language)
        assert all(caution in forms[form] for form in ("text", "html", "markdown", "bibtex", "csl"))
    plain = Document("x", "t", "s", findings=(Finding("encoding", Message("encoding.guessed", encoding="x"), ((0, 1),)),))
    assert cite.cautions(Quote(Passage(plain, 0, 1), 0, 1)) == []
