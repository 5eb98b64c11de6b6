"""What the window says of itself, in a real browser: choices, drops, undo, progress, judgements, quotes kept from before."""

import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO

import pytest
from msgspec import to_builtins
from PIL import Image, ImageChops
from playwright.sync_api import expect
from served import call, server
from test_chat import ask, box, clipboard, kept, opened, violations, words

from corpus.errors import ReadError
from corpus.records import MalformedError, checked
from index.library import open_if_any
from rag.evaluation.add import append, case_of, take_back
from rag.evaluation.questions import SpanRow
from ui.window.collection import DocumentCollection, _file_name
from ui.window.messages import RECHECKED, QuotesSent
from ui.window.payload import rechecked

FERNS, MOSS, MITES = "Ferns have no seeds.", "Moss has no seeds, either.", "Mites have eight legs."
COMMAND = "pincite chat --library FOLDER"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def addresses(folder):
    """A window over files that stay where they are, and two over a folder of its own: one with files, one without."""
    (folder / "fixed").mkdir()
    (folder / "own").mkdir()
    for name, text in {"ferns.txt": FERNS, "moss.txt": MOSS, "mites.txt": MITES}.items():
        (folder / "fixed" / name).write_text(text + "\n", encoding="utf-8")
        (folder / "own" / name).write_text(text + "\n", encoding="utf-8")
    with ExitStack() as stack:
        arguments = {
            "fixed": (folder / "fixed", "--judged", folder / "judged.jsonl"),
            "own": ("--library", folder / "own"),
            "empty": ("--library", folder / "empty"),
        }
        starting = {
            name: stack.enter_context(server("--reader", "off", *given, log=folder / f"{name}.log"))
            for name, given in arguments.items()
        }
        yield {name: address() for name, address in starting.items()}


def drag(page, paths, *, until="drop"):
    """Drag real files and folders over the window, as far as letting them go."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": step, "x": 200, "y": 200, "data": data})
        if step == until:
            return


def documents(page):
    """Open the list of the documents that are searched."""
    page.locator(".show-documents").click()
    expect(page.locator(".listed li").first).to_be_visible()


def lines(page):
    return [words(line) for line in page.locator(".placed li").all()]


# --- the documents that are searched ---


@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_ticked_boxes_look_ticked(page, addresses, look):
    page.emulate_media(
        color_scheme="dark" if look == "dark" else "light", forced_colors="active" if look == "forced" else "none"
    )
    opened(page, addresses["fixed"])
    documents(page)
    tick = page.locator(".listed input").first
    shots = []
    for ticked in (False, True):
        tick.set_checked(ticked)
        page.locator("#question").focus()
        page.mouse.move(5, 5)
        shots.append(Image.open(BytesIO(tick.screenshot())).convert("RGB"))
    apart = ImageChops.difference(*shots).convert("L").histogram()
    share = sum(apart[64:]) / sum(apart)  # of the pixels: a white tick on a white box differs in few, a filled box in most
    assert share > 0.3


def test_choice_that_narrows_the_search_is_said_at_the_question_and_in_every_window(context, page, addresses):
    opened(page, addresses["fixed"])
    scope = page.locator(".scope span")
    expect(scope).to_be_hidden()
    documents(page)
    page.locator(".listed li", has_text="Ferns").get_by_role("checkbox").check()
    expect(scope).to_have_text("Searching 1 of 3 documents")
    other = opened(context.new_page(), addresses["fixed"])
    expect(other.locator(".scope span")).to_have_text("Searching 1 of 3 documents")
    page.reload()
    expect(scope).to_have_text("Searching 1 of 3 documents")
    assert "1 document searched" in words(ask(page, "what has no seeds?").locator(".found"))
    page.get_by_role("button", name="Search all").click()
    expect(scope).to_be_hidden()
    expect(other.locator(".scope")).to_be_hidden()
    expect(box(page)).to_be_focused()
    expect(page.locator(".show-documents")).to_have_text("3 documents")
    page.evaluate("localStorage.setItem('pincite.chosen', JSON.stringify(['0'.repeat(64)]))")
    page.reload()
    expect(page.locator(".notice p")).to_have_text("None of the chosen documents is here any more: all are searched.")
    expect(scope).to_be_hidden()


def test_drop_where_nothing_can_be_added_says_why_and_what_to_do(page, addresses, folder):
    opened(page, addresses["fixed"])
    expect(page.locator(".empty code")).to_have_text(COMMAND)
    drag(page, [folder / "fixed"], until="dragOver")
    expect(page.locator(".letting-go")).to_have_text("Nothing can be added to this window")
    for dropped in (folder / "fixed", folder / "fixed" / "moss.txt"):
        drag(page, [dropped])
        expect(page.locator(".notice p")).to_contain_text("started without a folder of its own")
        expect(page.locator(".notice code")).to_have_text(COMMAND)
        expect(page.locator(".status")).to_contain_text(COMMAND)
        expect(page.locator(".letting-go")).to_be_hidden()
        page.locator(".notice").get_by_role("button", name="Close").press("Enter")
        expect(page.locator(".notice")).to_be_hidden()
        expect(box(page)).to_be_focused()
    documents(page)
    expect(page.locator(".documents code")).to_have_text(COMMAND)


# --- adding ---


def test_folder_is_dropped_or_chosen_and_what_became_of_each_file_is_folded_away(page, addresses, folder, tmp_path):
    case = tmp_path / "case"
    for year in ("2019", "2020"):
        (case / year).mkdir(parents=True)
        (case / year / "lease.txt").write_text(f"The lease of {year} ends in May.\n", encoding="utf-8")
    (case / ".git").mkdir()
    (case / ".git" / "config.txt").write_text("hidden", encoding="utf-8")
    (case / "photo <b>.gif").write_bytes(b"\xff\xd8" * 9000)
    (case / "empty.txt").write_bytes(b"")
    opened(page, addresses["empty"])
    for name in ("Add files", "Add a folder"):  # in an empty library they are the page
        expect(page.locator(".empty").get_by_role("button", name=name)).to_be_visible()
    drag(page, [case], until="dragOver")
    expect(page.locator(".letting-go")).to_have_text("Let go to add them to empty")
    drag(page, [case])
    summary = page.locator(".results summary")
    expect(summary).to_have_text("2 added, 2 not added")
    expect(page.locator(".status")).to_have_text("2 added, 2 not added")
    expect(page.locator(".show-documents")).to_have_text("2 documents")
    expect(page.locator(".placed")).to_be_hidden()
    summary.press("Enter")
    expect(page.locator(".placed")).to_be_visible()
    assert lines(page) == [
        "1 hidden file or folder left out",
        "case - empty.txt: not added: the file is empty; there is nothing to quote",
        "case - photo <b>.gif: not added: Pincite reads text, Markdown, PDF, HTML, DOCX, PPTX, a workbook, CSV, EPUB, "
        "an e-mail, a mailbox, a web archive, RTF, ODT, JSON, JSON lines, a picture; save it as one of them",
        "case - 2019 - lease.txt: added",
        "case - 2020 - lease.txt: added",
    ]
    assert sorted(path.name for path in (folder / "empty").glob("[!.]*")) == [
        "case - 2019 - lease.txt",
        "case - 2020 - lease.txt",
    ]
    page.locator(".results").get_by_role("button", name="Close").click()
    expect(page.locator(".results")).to_be_hidden()
    assert words(ask(page, "when does the lease of 2020 end?").locator("blockquote").first) == "The lease of 2020 ends in May."
    (case / "2020" / "lease.txt").write_text("The lease of 2020 ends in June.\n", encoding="utf-8")
    page.locator("#folder").set_input_files(case)
    expect(summary).to_have_text("1 added in place of another, 1 here already, 2 not added")


def test_adding_says_how_far_it_is_in_every_window_and_can_be_cancelled(context, page, addresses, folder):
    def slow(route):
        if json.loads(route.request.post_data)["fn_name"] == "place":
            time.sleep(0.8)
        route.continue_()

    opened(page, addresses["own"])
    other = opened(context.new_page(), addresses["own"])
    page.route("**/component_server/*", slow)
    sent = [{"name": f"slow-{n}.txt", "mimeType": "text/plain", "buffer": f"Number {n} is slow.".encode()} for n in range(9)]
    page.locator("#files").set_input_files(sent)
    pace = page.locator(".pace")
    expect(pace).to_have_text(re.compile(r"Reading [1-9] of 9$"))
    expect(pace).to_have_text(re.compile(r"Reading [3-6] of 9 · (about (5|10|15|20) s|a few seconds) left"))
    expect(other.locator(".pace")).to_have_text(re.compile(r"Reading [3-9] of 9"))
    expect(other.locator(".cancel")).to_be_hidden()
    assert page.locator(".placing progress").evaluate("bar => bar.value > 0.1 && bar.value < 0.7")
    page.locator(".placing").get_by_role("button", name="Cancel").press("Enter")
    expect(page.locator(".placing")).to_be_hidden()
    found = re.fullmatch(r"(\d) added, (\d) cancelled", words(page.locator(".results summary")))
    added = int(found[1])
    expect(other.locator(".placing")).to_be_hidden()
    expect(other.locator(".show-documents")).to_have_text(f"{3 + added} documents")
    assert added + int(found[2]) == 9 and added < 9
    assert len(list((folder / "own").glob("slow-*"))) == added
    assert lines(page)[0] == f"{9 - added} files not sent: cancelled"
    for path in (folder / "own").glob("slow-*"):
        path.unlink()


def test_names_of_files_in_folders_are_safe_short_and_all_different(page, addresses):
    opened(page, addresses["fixed"])
    source = (page.evaluate("() => fetch('config').then((reply) => reply.json())"))["components"]
    (script,) = (one["props"]["js_on_load"] for one in source if one["type"] == "html")
    consts = re.search(r"const LONGEST_NAME.*", script)[0]
    body = re.search(r"function flat\(.*?\n}\n", script, re.S)[0]
    parts = ["a", "..", ".", "", ".hidden", "Ünïcode", "很长的名字" * 12, "x" * 120, "A", "b - c", "b", "c"]
    paths = [f"{one}/{two}/{name}" for one in parts for two in parts for name in ("d.txt", "D.TXT", "e - d.txt")]
    names = page.evaluate(
        f"paths => {{ {consts}\n{body}\n const taken = new Set(); return paths.map((path) => flat(path, taken)); }}", paths
    )
    assert len({name.lower() for name in names}) == len(paths)
    assert all(_file_name(name) == name for name in names)
    assert {"a - b - d.txt", "hidden - a - d.txt"} <= set(names)


# --- undo ---


def test_cleared_conversation_comes_back_from_any_window_and_nothing_is_lost_meanwhile(context, page, addresses):
    opened(page, addresses["fixed"])
    page.clock.install()
    page.reload()
    ask(page, "what has no seeds?")
    other = opened(context.new_page(), addresses["fixed"])
    expect(other.locator(".turn")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(other.locator(".turn")).to_have_count(0)
    expect(page.locator(".status")).to_have_text("The conversation is cleared. Undo is just before the question.")
    ask(page, "how many legs do mites have?")
    page.get_by_role("button", name="Clear").click()
    page.clock.run_for(12_000)
    ask(page, "do ferns have seeds?")
    box(page).focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    expect(other.get_by_role("button", name="Undo")).to_be_visible()
    other.reload()
    other.get_by_role("button", name="Undo").press("Enter")
    expect(other.locator(".status")).to_have_text("The conversation is back.")
    expect(box(other)).to_be_focused()
    asked = ["what has no seeds?", "how many legs do mites have?", "do ferns have seeds?"]
    for window in (page, other):
        expect(window.locator(".turn h2")).to_have_text(asked)
        expect(window.locator(".undoable li")).to_have_count(0)
    assert [turn["question"] for turn in kept(page)] == asked
    page.get_by_role("button", name="Clear").click()
    page.clock.run_for(25_000)
    expect(page.locator(".undoable li")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('pincite.undo')") == "[]"
    page.evaluate('localStorage.setItem(\'pincite.undo\', \'[{"kind": "clear", "until": 1, "things": []}]\')')
    page.reload()
    expect(page.locator(".searched")).not_to_be_empty()
    assert page.evaluate("localStorage.getItem('pincite.undo')") == "[]"  # the browser was closed before it was over


def test_document_that_was_taken_away_comes_back_and_never_over_another_file(context, page, addresses, folder):
    opened(page, addresses["own"])
    other = opened(context.new_page(), addresses["own"])
    expect(page.locator(".show-documents")).to_have_text("3 documents")
    documents(page)
    moss = folder / "own" / "moss.txt"
    page.get_by_role("checkbox", name="Moss").check()
    page.get_by_role("button", name="Take away Moss").click()
    for window in (page, other):
        expect(window.locator(".undoable span")).to_have_text("“moss.txt” is taken away; it is kept in .removed.")
        expect(window.locator(".show-documents")).to_have_text("2 documents")
    assert not moss.exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".show-documents")).to_have_text("1 of 3 documents")
    expect(other.locator(".show-documents")).to_have_text("1 of 3 documents")
    assert moss.read_text(encoding="utf-8") == MOSS + "\n" and not list((folder / "own" / ".removed").iterdir())
    page.get_by_role("button", name="Search all").click()
    page.get_by_role("button", name="Take away Moss").click()
    expect(page.locator(".show-documents")).to_have_text("2 documents")
    moss.write_text("Another one.\n", encoding="utf-8")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice p")).to_contain_text("another file of that name is there now; the one taken away stays")
    assert moss.read_text(encoding="utf-8") == "Another one.\n"
    assert (folder / "own" / ".removed" / "moss.txt").read_text(encoding="utf-8") == MOSS + "\n"
    (folder / "own" / ".removed" / "moss.txt").replace(moss)


def test_only_what_was_taken_away_here_is_put_back(tmp_path, encoder):
    collection = DocumentCollection(None, encoder=encoder, folder=tmp_path, note=print)
    for identity in ("", "../moss.txt", "0" * 64):
        with pytest.raises(ReadError, match="was not taken away here"):
            collection.put_back(identity)
    collection.place("moss.txt", MOSS.encode())
    collection.update()
    (document,) = collection.documents
    collection.take_away(document.id)
    collection.take_away(document.id)  # pressed twice
    assert not (tmp_path / "moss.txt").exists()
    (tmp_path / ".removed" / "moss.txt").rename(tmp_path / ".removed" / "else.txt")
    with pytest.raises(ReadError, match=r"not in \.removed any more"):
        collection.put_back(document.id)
    (tmp_path / ".removed" / "else.txt").rename(tmp_path / ".removed" / "moss.txt")
    assert collection.put_back(document.id) == "moss.txt"
    assert (tmp_path / "moss.txt").read_bytes() == MOSS.encode()
    with pytest.raises(ReadError, match="was not taken away here"):
        collection.put_back(document.id)


def test_nobody_is_given_the_old_library_while_the_new_one_is_opened(tmp_path, encoder, monkeypatch):
    collection = DocumentCollection(None, encoder=encoder, folder=tmp_path, note=print)
    collection.place("moss.txt", MOSS.encode())
    collection.update()
    opening = threading.Event()

    def slowly(index, encoder):
        opening.set()
        time.sleep(0.2)
        return open_if_any(index, encoder=lambda name, fingerprint: encoder)

    monkeypatch.setattr("ui.window.collection._opened", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: len(collection.documents))
        assert opening.wait(20)
        assert len(collection.documents) == first.result() == 1


# --- judged answers ---


def test_judgements_exclude_each_other_and_are_taken_back(page, addresses, folder):
    def rows():
        return [json.loads(line) for line in (folder / "judged.jsonl").read_text(encoding="utf-8").splitlines()]

    def pressed(turn):
        return [words(one) for one in turn.locator(".thumb[aria-pressed=true]").all()]

    opened(page, addresses["fixed"])
    turn = ask(page, "how many legs do mites have?")
    right, wrong = (
        turn.get_by_role("button", name="This answer is right"),
        turn.get_by_role("button", name="This answer is wrong"),
    )
    assert pressed(turn) == []
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    assert pressed(turn) == ["Wrong"]
    (row,) = rows()
    assert row["answerable"] is None and row["wrong"]
    page.reload()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    turn.get_by_role("button", name="Ask again").click()
    expect(turn.locator(".found")).to_have_count(1)
    assert pressed(turn) == ["Wrong"]  # the same answer
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    assert pressed(turn) == ["Right"] and [row["answerable"] for row in rows()] == [True]
    right.press("Enter")
    expect(right).to_have_attribute("aria-pressed", "false")
    assert pressed(turn) == [] and rows() == []
    turn = ask(page, "who painted the ceiling of the chapel?")
    turn.get_by_role("button", name="Refusing is right").click()
    expect(turn.locator(".judged")).to_have_text(re.compile("^Added"))
    turn.get_by_text("Nearest passages, not an answer").click()
    near = turn.get_by_role("button", name=re.compile("^Nearest passage [12] does answer"))
    for n in (0, 1):
        near.nth(n).click()
        expect(near.nth(n)).to_have_attribute("aria-pressed", "true")
    assert [row["answerable"] for row in rows()] == [True, True]  # two passages may answer, the refusal is not right then
    assert pressed(turn) == ["This answers"] * 2
    turn.get_by_role("button", name="Refusing is right").click()
    expect(turn.get_by_role("button", name="Refusing is right")).to_have_attribute("aria-pressed", "true")
    assert pressed(turn) == ["Right"] and [row["answerable"] for row in rows()] == [False]
    assert violations(page) == []


def test_rows_that_are_taken_back_leave_every_other_byte(tmp_path):
    path = tmp_path / "set.jsonl"
    shown = SpanRow(doc="0" * 64, start=0, end=5, text="Ferns\u2028")
    kept = [case_of(f"what {n}?", [shown], "right") for n in range(3)]
    made = to_builtins(kept)
    others = ['{"_id": "q1", "text": "by hand"}\r\n', "\n", "not a row\n", '["_id"]\n', '{"_id": 3}\n']
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in made]
    edited = json.dumps({**made[1], "text": "edited by hand"}, ensure_ascii=False) + "\n"
    path.write_bytes("".join([lines[0], *others, edited, lines[2]]).encode())
    path.chmod(0o640)
    assert take_back({"q1", "3", made[1]["_id"]}, path) == 0
    assert take_back({made[0]["_id"], made[2]["_id"]}, path) == 2
    assert path.read_bytes() == "".join([*others, edited]).encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["set.jsonl"]
    assert take_back({"q1"}, tmp_path / "none.jsonl") == 0
    append(kept[0], path := tmp_path / "fresh.jsonl")
    assert take_back({made[0]["_id"]}, path) == 1 and path.read_bytes() == b""


# --- quotes that were kept ---

TAMPER = """change => {
    const turns = JSON.parse(localStorage.getItem('pincite.turns'));
    new Function('citation', change)(turns[0].answer.citations[0]);
    localStorage.setItem('pincite.turns', JSON.stringify(turns)); }"""


def test_kept_quotes_are_compared_with_their_documents_before_they_are_shown_as_exact(page, addresses, folder):
    opened(page, addresses["fixed"])
    turn = ask(page, "how many legs do mites have?")
    item, copy = turn.locator(".quotes > li").first, turn.get_by_role("button", name="Copy quote 1 with")
    expect(item).to_have_attribute("data-found", "exact")
    before = page.evaluate("localStorage.getItem('pincite.turns')")
    held = []
    page.route(
        "**/component_server/*", lambda route: held.append(route) if "recheck" in route.request.post_data else route.continue_()
    )
    page.reload()
    expect(item.locator(".check")).to_have_text("Kept from before; being compared with its document…")
    expect(copy).to_be_hidden()
    assert violations(page) == []
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(item).to_have_attribute("data-found", "exact")
    expect(item.locator(".check")).to_have_count(0)
    expect(copy).to_be_visible()
    assert words(item.locator("blockquote")) == MITES

    different = "⚠ Not confirmed: no document that is searched now says exactly this there. Ask again before you rely on it."
    for change in (
        "citation.quote = 'Mites have seven legs.'; citation.pieces = [{ text: citation.quote, answers: false }]",
        "citation.pieces = [{ text: citation.quote.replace('eight', 'seven'), answers: false }]",
        "citation.start -= 1; citation.end -= 1",
        "citation.document.id = '0'.repeat(64)",
        "citation.start = 'x'",
    ):
        page.evaluate("before => localStorage.setItem('pincite.turns', before)", before)
        page.evaluate(TAMPER, change)
        page.reload()
        expect(item.locator(".check")).to_have_text(different)
        expect(copy).to_be_hidden()
    assert violations(page) == []
    page.locator(".take summary").click()
    page.get_by_role("button", name="Copy all").click()
    expect(page.locator(".status")).to_have_text("Copied")
    assert clipboard(page).startswith("⚠ Not confirmed by the documents that are searched now:\n")

    page.evaluate("before => localStorage.setItem('pincite.turns', before)", before)
    mites = folder / "fixed" / "mites.txt"
    try:
        mites.write_text("Mites have legs.\n", encoding="utf-8")
        page.reload()
        expect(item.locator(".check")).to_have_text("⚠ The file has changed since; this is its text as it was read.")
        mites.unlink()
        page.evaluate("localStorage.setItem('pincite.language', 'zh')")
        page.reload()
        expect(item.locator(".check")).to_have_text("⚠ 文件已无法读取；这里是当时读到的文本。")
        assert violations(page) == []
    finally:
        mites.write_text(MITES + "\n", encoding="utf-8")
    page.evaluate('localStorage.setItem(\'pincite.undo\', \'[null, 1, {"kind": "take", "until": 9e15, "things": [null]}]\')')
    page.reload()
    expect(item).to_have_attribute("data-found", "exact")
    expect(page.locator(".undoable li")).to_have_count(0)


def test_quotes_are_found_exact_changed_missing_or_different(tmp_path, encoder):
    collection = DocumentCollection(None, encoder=encoder, folder=tmp_path, note=print)
    collection.place("moss.txt", MOSS.encode())
    collection.place("ferns.txt", FERNS.encode())
    collection.update()
    ids = {document.text: document.id for document in collection.documents}

    def states(*quotes):
        return list(rechecked(checked({"quotes": list(quotes)}, QuotesSent), collection))

    moss = {"document": ids[MOSS], "start": 0, "end": 4, "quote": "Moss"}
    ferns = {"document": {"id": ids[FERNS]}, "start": 0, "end": 5, "quote": "Ferns"}
    assert states(moss, ferns) == ["exact", "exact"]
    odd = [
        *({**moss, **change} for change in ({"quote": "moss"}, {"start": 1}, {"end": 5}, {"start": None}, {"document": "x"})),
        *({**moss, **change} for change in ({"start": -4}, {"end": 10**30}, {"quote": None}, {"quote": []}, {"document": []})),
        *(None, [], "x", 1, {}),
    ]
    assert states(*odd) == ["different"] * len(odd)
    (tmp_path / "moss.txt").write_text("Moths.", encoding="utf-8")
    (tmp_path / "ferns.txt").unlink()
    assert states(moss, ferns) == ["changed", "missing"]
    assert states(*[moss] * RECHECKED) == ["changed"] * RECHECKED
    for bad in (None, {}, "x", [moss] * (RECHECKED + 1)):
        with pytest.raises(MalformedError, match='expected "quotes" as a list'):
            checked({"quotes": bad}, QuotesSent)


def test_new_calls_with_anything_are_answered_in_words(addresses):
    for name in ("recheck", "unjudge", "put_back"):
        for data in (None, 1, [], "x", {}, {"quotes": {}}, {"rows": [1]}, {"rows": "x"}, {"document": ["x"]}, {"instead": 1}):
            status, given = call(addresses["fixed"], name, data)
            assert status == 200 and list(given) == ["error"], (name, data, given)


# --- for everyone ---


@pytest.mark.parametrize("look", ["light", "dark", "phone", "chinese"])
def test_no_new_state_violates_the_accessibility_rules_or_overflows(page, addresses, folder, look):
    page.emulate_media(color_scheme="dark" if look == "dark" else "light", reduced_motion="reduce")
    if look == "phone":
        page.set_viewport_size({"width": 320, "height": 640})
    if look == "chinese":
        page.add_init_script("localStorage.setItem('pincite.language', 'zh')")
    opened(page, addresses["own"])
    found = {}

    def look_at(state):
        found[state] = violations(page), page.evaluate("document.documentElement.scrollWidth - innerWidth")

    drag(page, [folder / "own"], until="dragOver")
    page.locator(".letting-go").wait_for()
    look_at("dragging")
    page.route("**/component_server/*", lambda route: None if '"place"' in route.request.post_data else route.continue_())
    page.locator("#files").set_input_files([folder / "own" / "moss.txt", folder / "own" / "ferns.txt"])
    page.locator(".cancel").wait_for()
    look_at("adding")
    page.reload()
    page.unroute_all()
    documents(page)
    page.locator(".listed input").first.check()
    page.locator("#files").set_input_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x"}])
    page.locator(".placed").wait_for()
    page.evaluate(
        "localStorage.setItem('pincite.undo', JSON.stringify([{ kind: 'clear', until: Date.now() + 19_000, things: [] },"
        " { kind: 'take', until: Date.now() + 19_000, things: [{ document: 'x', name: 'x'.repeat(200) }] }]));"
        "dispatchEvent(new StorageEvent('storage', { key: 'pincite.undo' }))"
    )
    expect(page.locator(".undoable li")).to_have_count(2)
    page.locator("#folder").dispatch_event("change")  # an empty folder
    page.locator(".notice").wait_for()
    look_at("chosen, results, undo, notice")
    assert found == {state: ([], 0) for state in found}


def test_taken_port_is_said(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with server("--reader", "off", folder / "fixed" / "moss.txt", log=folder / "port.log", port=port) as address:
            other = int(address().rsplit(":", 1)[1])
            assert other != port
            said = (folder / "port.log").read_text(encoding="utf-8")
            assert f"Port {port} is taken; this window is at port {other}." in said
