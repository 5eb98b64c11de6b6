"""The page about runs: hostile text is shown exactly, nothing is loaded, the same runs give the same page."""

import copy
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import EvaluationError
from corpus.records import checked
from rag.evaluation.questions import Case, Gold, QuestionSet
from rag.evaluation.run import evaluate
from rag.evaluation.stored import Row, Run, read_run, written
from rag.session import Session
from ui.report import page as report
from ui.report.page import WORST

HOSTILE = (
    "<script>alert(1)</script>",
    "</blockquote></style><!-- -->",
    "&amp; &lt;b&gt; &#x41; &copy",
    "\"double\" 'single' `back`",
    "]]> <![CDATA[ x",
    "right \u202eto left\u2066 and back",
    "  two  spaces,\n\n\ttab and lines\n",
    "emoji 👩‍👩‍👧, 中文, ﷽, \ufeff, \x01, \x0c",
    "http://example.org/ javascript:alert(1)",
)


def page(runs, names):
    """The page about runs that are given as what their files hold."""
    return report.page([checked(run, Run) for run in runs], names)


def needed(kind):
    """The fields that a record of a kind must have, as its file calls them."""
    return [field.encode_name for field in msgspec.structs.fields(kind) if field.required]


class Page(HTMLParser):
    """What a browser would make of a page: elements, attributes, and the text of the blocks and headings."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.open = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append((tag, dict(attrs), []))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        name, attrs, text = self.open.pop()
        assert name == tag, f"</{tag}> closes <{name}>"
        self.texts.append((name, attrs, "".join(text)))

    def handle_data(self, data):
        for _, _, text in self.open:
            text.append(data)

    def of(self, tag, kind=None):
        return [text for name, attrs, text in self.texts if name == tag and (kind is None or attrs.get("class") == kind)]


def row(n, *, text="Why?", quotes=(), forced=(), gold=(), answerable=True, confidence=1.0, right=False, **more):
    return {
        "_id": f"q{n}",
        "text": text,
        "kind": None,
        "group": None if answerable else "near",
        "answerable": answerable,
        "answered": bool(quotes),
        "confidence": confidence,
        "reason": None if quotes else "The material does not say.",
        "quotes": [quote(one) for one in quotes],
        "forced": [quote(one) for one in forced or quotes],
        "gold": [quote(one) for one in gold],
        "relevant": {"notes.txt": 1} if answerable else {},
        "measures": {"decision right": float(right), "right if shown": 1.0} if answerable else {},
        **more,
    }


def quote(text, doc="notes.txt"):
    return {"doc": doc, "start": 5, "end": 5 + len(text), "text": text, "exact": True}


def run(*rows, **more):
    measure = {"value": 0.8171, "low": 0.7712, "high": 0.8583, "n": 360}
    return {
        "format": 1,
        "pincite": "0.1.0",
        "made": {"python": "3.11", "machine": "x86_64", "cores": 2},
        "set": {"name": "ferns", "fingerprint": "f" * 16, "documents": 2, "questions": len(rows)},
        "settings": {"model": "a model", "per_document": False},
        "measures": {"right in first quote": measure, "a measure of tomorrow": measure, "nDCG@10": {"absent": "one document"}},
        "milliseconds": {"encode": {"p50": 4.0, "p95": 9.5}, "total": {"p50": 7.0, "p95": 12.25}},
        "index": {"passages": 3, "sentences": 9, "seconds": None},
        "curves": {"risk": [[0.5, 0.1, 2.0], [1.0, 0.4, -3.0]], "quotes": [[0.7, 0.2, 0.2], [0.9, 0.1, 0.1]]},
        "rows": list(rows),
        **more,
    }


@pytest.fixture(scope="module")
def measured(material, encoder, library):
    """A real run over the shipped article: one question right, one wrong, one near, one whose answer is not known."""
    start = material.text.index("After more than three months")
    cases = (
        Case("right", "What did Heilongjiang plan?", answerable=True, gold=(Gold(0, start, start + 60),), relevant={0: 1}),
        Case("wrong", "What did Shanghai plan?", answerable=True, gold=(Gold(0, 0, 10),), relevant={0: 1}),
        Case("near", "What did Beijing plan?", answerable=False, kind="near"),
        Case("far", "Who won the football world cup in 1998?", answerable=False, kind="far"),
    )
    questions = QuestionSet("small", (material,), (material.id,), cases)
    made = evaluate(questions, Session(library), progress=lambda done, total: None)
    return json.loads(written(made))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stands_there_exactly(text):
    wrong = row(1, text=text, quotes=[text], gold=[text])
    told = row(2, text=text, forced=[text], reason=text, answerable=False, answered=True)
    shown = Page(page([run(wrong, told, set={"name": text, "fingerprint": "f", "documents": 1, "questions": 2})], [text]))
    assert [found for tag in ("blockquote", "h5") for found in shown.of(tag)] == [text] * 5
    assert text in shown.of("h1")
    assert shown.of("p", "reason") == [text]
    assert "script" not in {tag for tag, _ in shown.elements}


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_any_text_stands_there_exactly(text):
    assert Page(page([run(row(1, text="Why?", quotes=[text]))], ["a"])).of("blockquote") == [text]


def test_what_html_cannot_hold_is_replaced_and_said():
    settings = {"model": "\udcff", "per_document": False}
    html = page([run(row(1, text="a\0b", quotes=["NUL \0, half \ud83d."]), settings=settings)], ["\udc80.json"])
    html.encode("utf-8")
    assert "\0" not in html
    shown = Page(html)
    assert shown.of("blockquote") == ["NUL \ufffd, half \ufffd."]
    assert [note.split(" that")[0] for note in shown.of("p", "note")] == ["1 character", "2 characters"]


def test_page_loads_nothing_and_runs_nothing(measured):
    texts = [row(n, text=text, quotes=[text]) for n, text in enumerate(HOSTILE)]
    html = page([measured, run(*texts, set={**measured["set"], "name": "chunking_A"})], ["a", "b"])
    for tag, attrs in Page(html).elements:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "form", "image", "use"}
        assert all(name not in {"src", "srcset", "action", "xlink:href"} and not name.startswith("on") for name in attrs)
        assert attrs.get("href", "#").startswith("#")
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)[1]
    assert not re.search(r"url\(|@import|https?:", style)


def test_measures_of_every_run_appear(measured):
    shown = Page(page([run(row(1)), measured], ["hand.json", "real.json"]))
    names = [text.split("\n")[0] for text in shown.of("th")]
    for name, found in measured["measures"].items():
        assert any(text.startswith(name) for text in names), name
        assert found.get("absent", "") in " ".join(shown.of("small"))
    assert any(text.startswith("a measure of tomorrow") for text in names)
    assert any("0.817" in text and "0.771 to 0.858" in text and "360" in text for text in shown.of("td"))
    assert any("not measured" in text for text in shown.of("td"))
    assert {"hand.json", "real.json"} <= set(shown.of("bdi"))


def test_head_says_what_was_run_and_how_it_did(measured):
    head = Page(page([measured], ["real.json"])).of("header")[0]
    assert "small" in head
    assert "4 questions · 1 document · multilingual-e5-small" in head
    assert re.search("every one of [1-9] shown quotes is exact", head)


def test_quotes_that_are_not_exact_are_not_hidden():
    broken = quote("not so") | {"exact": False}
    shown = Page(page([run(row(1, quotes=["so"]), row(2, answered=True) | {"quotes": [broken]})], ["a"]))
    assert "1 of 2 shown quotes NOT exact" in shown.of("header")[0]
    assert shown.of("strong") == ["not exact"]


def test_worst_questions_are_the_surest_of_each_kind():
    wrong = [row(f"w{n}", text=f"wrong {n}", quotes=["x"], confidence=n) for n in range(50)]
    held = [row(f"h{n}", text=f"held {n}", forced=["y"], confidence=-n) for n in range(3)]
    near = [row(f"n{n}", text=f"near {n}", quotes=["z"], answerable=False, confidence=n) for n in range(50)]
    good = [row("g", text="good", quotes=["x"], right=True)]
    found = Page(page([run(*wrong, *held, *near, *good)], ["a"])).of("h5")
    assert len(found) == WORST
    assert [found[0], found[-1]] == ["wrong 49", "near 32"]
    assert [text for text in found if text.startswith("held")] == ["held 2", "held 1", "held 0"]
    assert "good" not in found


def test_headings_drawings_and_tables_are_accessible(measured):
    shown = Page(page([measured, run(row(1, quotes=["x"]))], ["a", "b"]))
    levels = [int(tag[1]) for tag, _ in shown.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    drawings = [attrs for tag, attrs in shown.elements if tag == "svg" and "height" in attrs and "role" in attrs]
    assert drawings
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in drawings)
    assert len(shown.of("desc")) == len(drawings)
    assert all(attrs.get("scope") in {"col", "row"} for tag, attrs in shown.elements if tag == "th")
    assert len({attrs["id"] for _, attrs in shown.elements if "id" in attrs}) == sum(
        "id" in attrs for _, attrs in shown.elements
    )


def test_published_chunkers_stand_beside_chunking_sets_only():
    plain = run(row(1))
    chunking = run(row(1), set={**plain["set"], "name": "chunking_A"})
    assert "token 250/125" not in page([plain], ["a"])
    assert "token 250/125" in page([chunking], ["a"])


@pytest.mark.parametrize("confidences", [[], [0.0], [0.2, 0.2], [-400.0, 9e9], [-60.0, -50.0]])
@pytest.mark.parametrize("threshold", [-1.06, -1e9, 1e9])
def test_page_stands_whatever_the_confidences_and_the_threshold(confidences, threshold):
    rows = [row(n, confidence=confidence, answerable=n % 2 == 0) for n, confidence in enumerate(confidences)]
    settings = {"threshold": threshold, "per_document": False}
    html = page([run(*rows, settings=settings, curves={"risk": [], "quotes": []})], ["a"])
    for number in re.findall(r'(?:x|x1|x2|y|width)="(-?[\d.]+)%"', html):
        assert -0.1 <= float(number) <= 100.1
    assert "nan" not in re.sub("<style>.*</style>", "", html, flags=re.DOTALL)


def test_questions_with_no_known_answer_are_apart():
    unknown = row(1, text="Once wrong?", quotes=["again"], answerable=None, measures={"wrong quote again": 1.0})
    shown = Page(page([run(unknown | {"group": None})], ["a"]))
    assert shown.of("h4")[0].startswith("Once marked as wrong")
    assert shown.of("h5") == ["Once wrong?"]


def test_same_runs_give_the_same_page(measured):
    assert page([measured, run(row(1))], ["a", "b"]) == page([copy.deepcopy(measured), run(row(1))], ["a", "b"])


def test_run_file_comes_back_as_it_was(tmp_path, measured):
    (tmp_path / "run.json").write_text(json.dumps(measured, ensure_ascii=False, indent=1), encoding="utf-8")
    assert json.loads(written(read_run(tmp_path / "run.json"))) == measured


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"{'format': 1}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"format": NaN}', "NaN is no number"),
        (b"[1, 2]", "not a run"),
        (b'{"_id": "a", "text": "b"}', "not a run"),
        (b'{"format": 99}', "expected a run of format 1, found 99"),
        *(
            (json.dumps({k: v for k, v in run().items() if k != name}).encode(), f'expected "{name}", found nothing')
            for name in needed(Run)
            if name != "format"
        ),
        *(
            (
                json.dumps(run({k: v for k, v in row(1).items() if k != name})).encode(),
                f'expected "rows[0].{name}", found nothing',
            )
            for name in needed(Row)
        ),
        (json.dumps(run("row")).encode(), 'expected "rows[0]" as an object, found "row"'),
        (json.dumps(run(row(1, confidence=10**16))).encode(), 'expected "rows[0].confidence" as a number <= 1000000000000000'),
    ],
)
def test_bad_run_file_is_told_in_one_line(tmp_path, content, says):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvaluationError) as caught:
        read_run(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert says in message
    assert "\n" not in message


def test_folder_is_no_run_file(tmp_path):
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_run(tmp_path)
