"""The chat window, in a real browser on real servers."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from reportlab.pdfgen.canvas import Canvas
from served import PINCITE, answered, asked, call, request, server

import pincite
from corpus.document import Passage, Quote
from corpus.errors import PortError
from corpus.read import read_file, shipped
from rag.evaluation.questions import load
from ui.forms import cite
from ui.window.guard import ASKED, LARGEST_BODY, Guard
from ui.window.serve import check_host, listening

HEILONGJIANG = "what did Heilongjiang plan?"
HAZARDS = (
    "** stars **, $x$, <script>window.hacked=1</script>, &amp; and &lt;b&gt;, <img src=x onerror=window.hacked=1>, "
    "zero\u200bwidth \u202ebidi\u202c and \u2067isolate\u2069, no\u00a0break and  two  spaces\tand a tab, NUL\0here, "
    "\U0001f9ad\U0001f3fd and e\u0301, "
    r"海象条款, شرط الفظ, C:\new\table, ${window.hacked=1}, {{value}}, `tick`, javascript:alert(1)"
)
TITLE = "The <i>walrus</i> ${1+1} {{value}} *clause*"
PASSWORD = "correct horse battery"
expect.set_options(timeout=20_000)  # also on a machine that is busy with other things


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A folder of documents that are hard to show: hazards, a name that is not UTF-8, Chinese, Arabic, a very long one."""
    folder = tmp_path_factory.mktemp("hostile")
    files = {
        b"walrus.md": f"# {TITLE}\n\nThe walrus clause holds {HAZARDS}.\n\nIt ends here.\n",
        b"narwhal-\xff.txt": "The narwhal sleeps under ice.\n",
        b"chinese.txt": "海象住在北极。\n黑龙江制定了行动计划。\n",
        b"arabic.txt": "ينام حيوان الفظ على الجليد في الشتاء.\n",
        b"long.txt": "Nothing at all is said here.\n" * 4000
        + "The quagga was last seen in 1883.\n"
        + "Nothing is said here either.\n" * 4000,
        b"doomed.txt": "The dodo laid one egg.\n",
        b"twice-1.txt": "The auk could not fly at all.\n",
        b"twice-2.txt": "Some say this:\nThe auk could not fly at all.\n",
    }
    for name, text in files.items():
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(text, encoding="utf-8")
    printed = Canvas(str(folder / "eider.pdf"))
    printed.drawString(72, 780, "Of all ducks the eider was the only one to be pro\xad")
    printed.drawString(72, 764, "tected by a law of its own, which the saint who")
    printed.showPage()
    printed.drawString(72, 780, "lived on the island made for it.")
    printed.save()
    return folder


@pytest.fixture(scope="module")
def places(hostile, tmp_path_factory):
    """Folders and files that the servers were given."""
    folder = tmp_path_factory.mktemp("window")
    return {"library": folder / "library", "judged": folder / "sets" / "judged.jsonl", "logs": folder}


@pytest.fixture(scope="module")
def addresses(hostile, places):
    """Where the shipped material, the hostile folder and a library folder are served; all servers must end well on Ctrl+C."""
    with ExitStack() as stack:
        arguments = {
            "shipped": (),
            "plain": ("--reader", "off", "--judged", places["judged"]),
            "hostile": ("--reader", "off", hostile),
            "library": ("--reader", "off", "--library", places["library"]),
        }
        starting = {
            name: stack.enter_context(server(*given, log=places["logs"] / f"{name}.log")) for name, given in arguments.items()
        }
        yield {name: address() for name, address in starting.items()}


def opened(page, address):
    page.goto(address)
    expect(page.locator(".searched")).not_to_be_empty()
    return page


def box(page):
    return page.get_by_role("textbox", name="Question")


def ask(page, question):
    """Ask in the box and return the finished turn."""
    before = page.locator(".turn").count()
    box(page).fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".found, .failure").first.wait_for()
    return turn


def words(locator):
    return locator.evaluate("element => element.textContent")


def clipboard(page, kind="text/plain"):
    """What lies on the clipboard, as a paste gives it: unlike the reading interface, the event tidies nothing."""
    return page.evaluate(
        """async kind => {
             if (kind === 'text/plain') return navigator.clipboard.readText();
             const [item] = await navigator.clipboard.read();
             return (await item.getType(kind)).text();
           }""",
        kind,
    )


def kept(page):
    return page.evaluate("JSON.parse(localStorage.getItem('pincite.turns') ?? '[]')")


def cited(page):
    """The first citation of the last turn, as the browser keeps it."""
    return kept(page)[-1]["answer"]["citations"][0]


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


def walrus(hostile):
    document = read_file(hostile / "walrus.md", note=print)
    start = document.text.index("The walrus clause holds")
    return Quote(Passage(document, 0, len(document.text)), start, document.text.index("\n\nIt ends"))


# --- the conversation ---


def test_window_answers_as_the_command_line_with_exact_characters(page, addresses):
    told = json.loads(subprocess.run([PINCITE, "ask", "--json", HEILONGJIANG], capture_output=True, check=True).stdout)
    (document,), (citation,) = shipped(), told["citations"]
    start, end = citation["start"], citation["end"]
    opened(page, addresses["shipped"])
    expect(page.locator(".examples button")).to_have_text(
        [HEILONGJIANG, "Compare Guangdong and Zhejiang", "What did Beijing plan?"]
    )
    page.locator(".examples button").first.click()
    turn = page.locator(".turn")
    turn.locator(".found").wait_for()
    assert words(turn.locator("h2")) == HEILONGJIANG
    assert words(turn.locator("blockquote")) == citation["quote"] == document.text[start:end]
    assert [words(mark) for mark in turn.locator("blockquote .answers").all()] == [mark["text"] for mark in citation["marks"]]
    assert words(turn.locator(".place cite")) == "New quality productivity"
    assert words(turn.locator(".place .at")) == f"¶ 20, line {citation['line']}"
    assert re.fullmatch(r"1 quote · \d+\.\d+ s · 1 document searched", words(turn.locator(".found")))
    expect(page.locator(".status")).to_have_text(
        f"1 quote found: {citation['quote']} – New quality productivity, ¶ 20, line 20"
    )
    said = page.locator("[role=status], [aria-live], [role=log], [role=alert]").all()
    assert [words(one) for one in said if words(one)] == [words(page.locator(".status"))]


def test_conversation_survives_a_reload_and_is_shared_by_two_windows(context, page, addresses):
    opened(page, addresses["plain"])
    ask(page, HEILONGJIANG)
    other = opened(context.new_page(), addresses["plain"])
    expect(other.locator(".turn h2")).to_have_text([HEILONGJIANG])
    ask(other, "What did Beijing plan?")
    expect(page.locator(".turn h2")).to_have_text([HEILONGJIANG, "What did Beijing plan?"])
    ask(page, "what did Zhejiang plan?")
    expect(other.locator(".turn h2")).to_have_count(3)
    assert len(kept(page)) == 3
    page.reload()
    expect(page.locator(".turn h2")).to_have_text([HEILONGJIANG, "What did Beijing plan?", "what did Zhejiang plan?"])
    assert words(page.locator("blockquote").first) == kept(page)[0]["answer"]["citations"][0]["quote"]
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(other.locator(".turn")).to_have_count(0)
    expect(page.locator(".examples button")).to_have_count(3)
    expect(box(page)).to_be_focused()
    assert kept(page) == []


def test_follow_up_leans_on_the_question_before_and_says_so(page, addresses):
    opened(page, addresses["plain"])
    ask(page, HEILONGJIANG)
    turn = ask(page, "and Zhejiang?")
    assert words(turn.locator("h2")) == "and Zhejiang?"
    assert words(turn.locator(".read-as")) == "Read as: what did Zhejiang plan?"
    assert words(ask(page, "and Beijing?").locator(".read-as")) == "Read as: what did Beijing plan?"
    turn.get_by_role("button", name="Edit question").click()
    expect(box(page)).to_have_value("and Zhejiang?")
    turn = ask(page, "and Shanghai?")
    assert words(turn.locator(".read-as")) == "Read as: what did Shanghai plan?"


def test_question_is_asked_again_in_its_place(page, addresses):
    opened(page, addresses["plain"])
    turn = ask(page, HEILONGJIANG)
    first = words(turn.locator("blockquote"))
    turn.get_by_role("button", name="Ask again").click()
    expect(turn.locator(".found")).to_have_count(1)
    assert page.locator(".turn").count() == 1 and words(turn.locator("blockquote")) == first


def test_question_is_stopped_and_asked_again(page, addresses):
    opened(page, addresses["plain"])
    page.route("**/ask", lambda route: None)
    box(page).fill(HEILONGJIANG)
    page.keyboard.press("Enter")
    turn = page.locator(".turn")
    expect(turn.locator(".searching")).to_have_text("Searching 1 document…")
    page.get_by_role("button", name="Stop").click()
    assert words(turn.locator(".failure p")) == "Stopped before it was answered."
    expect(page.locator(".status")).to_have_text("Stopped before it was answered.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    page.unroute("**/ask")
    turn.get_by_role("button", name="Ask again").click()
    turn.locator(".found").wait_for()
    assert kept(page)[0]["answer"]["citations"]


def test_question_without_an_answer_is_kept_over_a_reload(context, page, addresses):
    context.expected += ["AbortError", "Connection errored out"]
    opened(page, addresses["plain"])
    page.route("**/ask", lambda route: None)
    box(page).fill(HEILONGJIANG)
    page.keyboard.press("Enter")
    page.locator(".searching").wait_for()
    page.unroute("**/ask")
    page.reload()
    page.locator(".turn .found").wait_for()
    page.evaluate("""() => {
        const turns = JSON.parse(localStorage.getItem('pincite.turns'));
        localStorage.setItem('pincite.turns', JSON.stringify([{ ...turns[0], answer: null, at: 1, asked: 1 }])); }""")
    page.reload()
    assert words(page.locator(".turn .failure p")) == "The window was closed before an answer came."
    page.get_by_role("button", name="Ask again").click()
    page.locator(".turn .found").wait_for()


def test_refusal_looks_different_says_why_and_folds_the_nearest_passages_away(page, addresses):
    opened(page, addresses["plain"])
    turn = ask(page, "What did Beijing plan?")
    reason = words(turn.locator(".refusal .reason"))
    assert reason.startswith('The material does not say. It never mentions "Beijing".')
    expect(page.locator(".status")).to_have_text(reason)
    assert "No quote" in words(turn.locator(".found"))
    expect(turn.locator("blockquote").first).to_be_hidden()
    turn.get_by_text("Nearest passages, not an answer").click()
    expect(turn.locator("blockquote").first).to_be_visible()
    assert turn.get_by_role("button", name="Copy").count() == 0
    turn.locator(".place").first.click()
    expect(page.locator(".source .where")).to_contain_text("not an answer")


def test_unsure_quote_is_marked_in_words_and_colour_and_copied_with_them(page, addresses):
    material = pincite.open()
    near = [case.text for case in load(None).cases if case.kind == "near"]
    question = next(text for text in near if material.ask(text).verdict.band == "may answer")
    opened(page, addresses["shipped"])
    turn = ask(page, question)
    quote = turn.locator(".quotes > li").first
    assert quote.get_attribute("data-verdict") == "may answer"
    said = words(quote.locator(".unsure"))
    assert said and words(page.locator(".status")).startswith(said)
    assert words(quote.locator("blockquote")) in shipped()[0].text
    border = "element => [getComputedStyle(element).borderInlineStartStyle, getComputedStyle(element).borderInlineStartColor]"
    sure = ask(page, HEILONGJIANG).locator(".quotes > li").first
    assert sure.get_attribute("data-verdict") == "answers" and sure.locator(".unsure").count() == 0
    (one, its), (other, theirs) = (each.locator("blockquote").evaluate(border) for each in (quote, sure))
    assert one == "double" != other and its != theirs
    quote.get_by_role("button", name="Copy quote 1 with its citation").click()
    percent = re.search(r"\d+ %", said)
    assert percent and percent[0] in clipboard(page)


def test_every_refused_part_is_shown_with_its_question(page, addresses):
    opened(page, addresses["plain"])
    turn = ask(page, "What do Beijing and Tianjin plan?")
    assert turn.locator(".refusal h3").all_inner_texts() == ["What do Beijing plan?", "What do Tianjin plan?"]
    expect(page.locator(".status")).to_contain_text('It never mentions "Tianjin"')


def test_notes_unanswered_parts_and_errors_are_shown(page, addresses):
    opened(page, addresses["plain"])
    assert words(ask(page, "what did Helongjiang plan?").locator(".read-as")) == 'Read "Helongjiang" as "Heilongjiang".'
    turn = ask(page, "What do Beijing and Zhejiang propose?")
    assert words(turn.locator(".found")).startswith("1 quote ")
    assert words(turn.locator(".refusal h3")) == "What do Beijing propose?"
    box(page).fill("  ")
    page.keyboard.press("Enter")
    assert page.locator(".turn").count() == 2
    turn = ask(page, "\u202e\u200b")
    assert "empty" in words(turn.locator(".failure p"))
    long = "word " * 500
    box(page).fill(long)
    expect(page.locator(".length")).to_have_text("2,500 characters; at most 2,000")
    turn = ask(page, long)
    assert "2,500 characters" in words(turn.locator(".failure p"))
    turn.get_by_role("button", name="Edit question").click()
    expect(box(page)).to_have_value(long)


@pytest.mark.parametrize(
    ("question", "said"),
    [("x" * 100_000, "100,000 characters"), ("\x01\x02\x7f\0", "empty"), ("<script>window.hacked=1</script>", "")],
)
def test_bad_questions_are_answered_in_words(page, addresses, question, said):
    opened(page, addresses["plain"])
    box(page).evaluate("(box, text) => { box.value = text; }", question)
    box(page).press("Enter")
    turn = page.locator(".turn")
    turn.locator(".found, .failure").first.wait_for()
    assert words(turn.locator("h2")) == question
    assert said in words(turn)
    assert page.evaluate("window.hacked") is None


def test_enter_of_an_input_method_asks_nothing(page, addresses):
    opened(page, addresses["plain"])
    box(page).fill("海")
    box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    box(page).press("Shift+Enter")
    assert page.locator(".turn").count() == 0
    expect(box(page)).to_have_value("海\n")


def test_full_queue_says_busy_and_keeps_the_question(context, page, places):
    context.expected += ["503"]
    small = (
        sys.executable,
        "-c",
        "import ui.window.asking; ui.window.asking.WAITING = 4; from ui.cli.main import main; raise SystemExit(main())",
    )
    with server(log=places["logs"] / "small.log", program=small) as address:
        at, over, full = address(), threading.Event(), threading.Event()
        opened(page, at)

        def people(n):
            while not over.is_set():
                try:
                    answered(at, "Compare Guangdong, Zhejiang, Shanghai, Jiangsu and Hunan")
                except RuntimeError as error:
                    assert "busy" in str(error)
                    full.set()

        crowd = [threading.Thread(target=people, args=(n,)) for n in range(12)]
        for one in crowd:
            one.start()
        try:
            assert full.wait(60)
            for _ in range(20):  # a place in the queue may be free just then
                turn = ask(page, HEILONGJIANG)
                if turn.locator(".failure").count():
                    break
            assert "busy" in words(turn.locator(".failure p"))
            assert words(turn.locator("h2")) == HEILONGJIANG
        finally:
            over.set()
            for one in crowd:
                one.join()
        turn.get_by_role("button", name="Ask again").click()
        turn.locator(".found").wait_for()
        page.close()


SLOW = """
import time
import ui.window.asking
from ui.cli.main import main
from ui.window.messages import QuestionSent

ask, ui.window.asking.AT_ONCE, ui.window.asking.WAITING = ui.window.asking.Calls.ask, 1, 1


def slowly(self, sent: QuestionSent):
    if sent.question.endswith("slowly?"):
        time.sleep(8)
    return ask(self, sent)


ui.window.asking.Calls.ask = slowly
raise SystemExit(main())
"""


def test_stopped_question_leaves_the_line(context, page, places):
    context.expected += ["503"]
    program = (sys.executable, "-c", SLOW)
    with server("--reader", "off", log=places["logs"] / "slow.log", program=program) as address, ThreadPoolExecutor() as pool:
        at = address()
        opened(page, at)
        slowly = pool.submit(asked, at, "what did Zhejiang plan, slowly?")
        with page.expect_request("**/ask"):
            time.sleep(0.5)  # until the other is being answered
            box(page).fill(HEILONGJIANG)
            page.keyboard.press("Enter")
        time.sleep(1)  # until it stands in the line, which it fills
        assert asked(at, "")[0] == 503
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Ask again").click()  # in the same moment: what was stopped does not end what is asked
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".failure p")).to_have_text("Stopped before it was answered.")
        until = time.monotonic() + 15
        while (given := asked(at, HEILONGJIANG))[0] != 200:  # there is room in the line again
            assert time.monotonic() < until, given
        assert slowly.result()[0] == 200
        page.get_by_role("button", name="Ask again").click()
        page.locator(".turn .found").wait_for()
        assert page.locator(".turn").count() == 1
        page.close()


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4])
def test_server_ends_well_while_questions_wait(places, seconds):
    """Whatever is being answered is finished; the process is not aborted under it."""
    with server(log=places["logs"] / "ended.log") as address, ExitStack() as stack:
        host, port = urlsplit(address()).netloc.split(":")
        body = json.dumps({"question": "Compare Guangdong, Zhejiang, Shanghai, Jiangsu and Hunan"}).encode()
        lines = ("POST /ask HTTP/1.1", f"Host: {host}:{port}", "Content-Type: application/json", f"Content-Length: {len(body)}")
        head = "\r\n".join((*lines, "", ""))
        for _ in range(75):
            stack.enter_context(socket.create_connection((host, int(port)))).sendall(head.encode() + body)
        time.sleep(seconds)
        address.process.send_signal(signal.SIGINT)
        assert address.process.wait(60) == 0


def test_server_that_stops_and_comes_back_loses_no_question(context, page, places):
    context.expected += ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "component server"]
    context.expected += ["ERR_CONNECTION_RESET", "Method not implemented", "Failed to fetch", "BROKEN_CONNECTION", "Could not"]
    with server("--reader", "off", log=places["logs"] / "first.log") as address:
        at = address()
        page.clock.install()
        opened(page, at)
        page.route("**/ask", lambda route: None)
        box(page).fill(HEILONGJIANG)
        page.keyboard.press("Enter")
        page.locator(".searching").wait_for()
    page.unroute_all()
    page.clock.fast_forward(5_000)
    turn = page.locator(".turn")
    assert words(turn.locator(".failure p")).startswith("The server has stopped.")
    assert words(ask(page, "what did Zhejiang plan?").locator(".failure p")).startswith("The server has stopped.")
    turn = turn.first
    with server("--reader", "off", log=places["logs"] / "second.log", port=urlsplit(at).port) as address:
        assert address() == at
        turn.get_by_role("button", name="Ask again").click()
        turn.locator(".found").wait_for()
        page.close()


# --- the document beside it ---


def test_source_opens_beside_the_answer_at_the_exact_characters(page, addresses, material):
    opened(page, addresses["plain"])
    turn = ask(page, "Compare Guangdong and Zhejiang")
    ours = kept(page)[0]["answer"]["citations"]
    last = len(ours)
    assert last > 1
    place = turn.get_by_role("button", name=f"Quote {last}: ")
    place.focus()
    page.keyboard.press("Enter")
    mark = page.locator(".source mark")
    mark.wait_for()
    start, end = ours[-1]["start"], ours[-1]["end"]
    assert words(mark) == ours[-1]["quote"] == material.text[start:end]
    assert words(page.locator(".source .before")) == material.text[max(0, start - 4000) : start]
    assert words(page.locator(".source .after")) == material.text[end : end + 4000]
    assert words(page.locator(".source .where")) == f"{last} of {last} · {ours[-1]['place']}"
    expect(mark).to_be_in_viewport()
    middle = mark.evaluate("mark => { const b = mark.getBoundingClientRect(); return (b.top + b.bottom) / 2 / innerHeight; }")
    assert 0.3 < middle < 0.75
    assert page.locator(".source").evaluate("panel => !panel.matches(':modal')")
    for _ in ours[1:]:
        page.get_by_role("button", name="Previous citation").click()
    expect(page.locator(".source .where")).to_have_text(f"1 of {last} · {ours[0]['place']}")
    expect(mark).to_have_text(ours[0]["quote"])
    expect(page.get_by_role("button", name="Previous citation")).to_be_disabled()
    assert ask(page, HEILONGJIANG).locator("blockquote").count() == 1  # the page goes on working beside it
    page.locator(".source .page").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".source")).to_be_hidden()
    expect(place).to_be_focused()


def test_long_document_loads_around_the_place_and_more_on_demand(page, addresses, hostile):
    document = read_file(hostile / "long.txt", note=print)
    opened(page, addresses["hostile"])
    ask(page, "when was the quagga last seen?").locator(".place").first.click()
    mark, page_text = page.locator(".source mark"), page.locator(".source .page .exact")
    mark.wait_for()
    start = document.text.index("The quagga")
    end = start + len("The quagga was last seen in 1883.")
    assert words(page_text) == document.text[start - 4000 : end + 4000]
    expect(mark).to_be_in_viewport()
    page.get_by_role("button", name="Earlier text").evaluate("button => button.click()")  # from where one reads
    expect(page.locator(".source .before")).to_have_text(document.text[start - 24_000 : start])
    expect(mark).to_be_in_viewport()
    page.get_by_role("button", name="Later text").press("Enter")
    expect(page.locator(".source .after")).to_have_text(document.text[end : end + 24_000])
    assert words(page_text) == document.text[start - 24_000 : end + 24_000]


def test_same_words_elsewhere_are_named_and_opened(page, addresses):
    opened(page, addresses["hostile"])
    turn = ask(page, "could the auk fly?")
    assert "The same words stand at" in words(turn.locator(".also"))
    turn.locator(".place").first.click()
    page.locator(".source mark").wait_for()
    title = words(page.locator(".source h2"))
    page.locator(".source .elsewhere button").click()
    expect(page.locator(".source h2")).not_to_have_text(title)
    expect(page.locator(".source mark")).to_have_text("The auk could not fly at all.")


def test_link_opens_the_place(page, addresses):
    opened(page, addresses["plain"])
    turn = ask(page, HEILONGJIANG)
    turn.locator(".menu summary").click()
    turn.get_by_role("button", name="Link to the place").click()
    expect(page.locator(".status")).to_have_text("Copied")
    link = clipboard(page)
    assert link.startswith(addresses["plain"])
    quote = cited(page)["quote"]
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".source mark")).to_have_text(quote)
    page.goto("about:blank")
    page.goto(addresses["plain"] + "#quote=" + "0" * 64 + ":0-5")
    expect(page.locator(".source .page")).to_contain_text("not among those")


def test_pages_of_a_pdf_are_shown_with_the_quote_lit(page, addresses, hostile):
    opened(page, addresses["hostile"])
    place = ask(page, "which duck was protected by a law of its own?").locator(".place").first
    quote = cited(page)["quote"]
    assert quote.endswith("which the saint who\nlived on the island made for it.")
    shown = page.locator("blockquote").first
    assert words(shown) == quote and shown.inner_text().replace("\xad", "") == quote.replace("\xad", "").replace("\n", " ")
    place.click()
    toggle = page.get_by_role("button", name="Page picture")
    assert words(page.locator(".source mark")) == quote
    toggle.press("Enter")
    expect(page.locator(".printed")).to_have_count(2)
    expect(toggle).to_be_focused()
    assert page.locator(".lit").count() == 3 and page.locator(".source mark").count() == 0
    assert (
        page.locator(".printed img").evaluate_all(
            "all => Promise.all(all.map(one => one.decode().then(() => one.naturalWidth)))"
        )
        == [1100] * 2
    )
    expect(page.locator(".lit").first).to_be_in_viewport()
    lit, picture = (page.locator(f".printed {name}").first.bounding_box() for name in (".lit", "img"))
    assert abs((lit["x"] - picture["x"]) / picture["width"] - 72 / 595) < 0.01
    halves = quote.index("lived")
    for number, part in ((1, quote[:halves]), (2, quote[halves:])):
        assert page.get_by_role("img", name=f"Picture of p. {number}, with this marked: {part}").count() == 1
    assert violations(page) == []
    (hostile / "eider.pdf").rename(hostile / "eider.away")
    try:
        page.get_by_role("button", name="Close").click()
        place.click()  # pictures are still wanted; where there is none any more, the text is shown
        expect(page.locator(".source .warning")).to_have_count(2)
        assert words(page.locator(".source mark")) == quote
    finally:
        (hostile / "eider.away").rename(hostile / "eider.pdf")
    toggle.click()
    expect(page.locator(".source .warning")).to_have_count(0)
    assert toggle.get_attribute("aria-pressed") == "false" and words(page.locator(".source mark")) == quote


def test_document_deleted_or_changed_since_is_said(page, addresses, hostile):
    opened(page, addresses["hostile"])
    turn = ask(page, "how many eggs did the dodo lay?")
    assert turn.locator(".warning").count() == 0
    doomed = hostile / "doomed.txt"
    before = doomed.read_bytes()
    try:
        doomed.write_text("The dodo is gone.\n", encoding="utf-8")
        turn.locator(".place").first.click()
        expect(page.locator(".source .warning")).to_contain_text("has changed since")
        assert words(page.locator(".source mark")) == "The dodo laid one egg."
        doomed.unlink()
        turn.get_by_role("button", name="Ask again").click()
        expect(turn.locator(".warning").first).to_contain_text("cannot be read any more")
    finally:
        doomed.write_bytes(before)
    page.evaluate("""() => {
        const turns = JSON.parse(localStorage.getItem('pincite.turns'));
        turns[0].answer.citations[0].document.id = '0'.repeat(64);
        localStorage.setItem('pincite.turns', JSON.stringify(turns)); }""")
    page.reload()
    page.locator(".turn .place").first.click()
    expect(page.locator(".source .warning")).to_contain_text("not among those")
    assert words(page.locator(".source mark")) == "The dodo laid one egg."


# --- copying ---


def test_hostile_document_is_shown_and_copied_exactly(page, addresses, hostile):
    quote = walrus(hostile)
    opened(page, addresses["hostile"])
    turn = ask(page, "what does the walrus clause hold?")
    assert HAZARDS in quote.text
    assert words(turn.locator("blockquote").first) == quote.text
    assert words(turn.locator("cite").first) == quote.document.title == TITLE
    assert words(turn.locator(".quotes .warning").first) == "⚠ holds hidden text or characters"
    turn.get_by_role("button", name="Copy quote 1 with its citation").click()
    expect(page.locator(".status")).to_have_text("Copied")
    assert clipboard(page) == cite.text(quote)
    shown = page.evaluate(
        """html => { const at = document.createElement('div'); at.innerHTML = html;
             return [at.querySelector('blockquote').textContent, at.querySelector('cite').textContent]; }""",
        clipboard(page, "text/html"),
    )
    assert shown == [quote.text.replace("\0", "\u2400"), TITLE]
    turn.get_by_role("button", name="Copy quote 1 only").click()
    assert clipboard(page) == quote.text
    for name, form in {"Markdown footnote": "markdown", "BibTeX": "bibtex", "CSL-JSON": "csl"}.items():
        turn.locator(".quotes .menu summary").first.click()
        turn.get_by_role("button", name=name).first.click()
        assert clipboard(page) == cite.forms(quote)[form]
    turn.locator("blockquote").first.evaluate("block => getSelection().selectAllChildren(block)")
    page.keyboard.press("Control+c")
    assert clipboard(page) == quote.text

    turn.locator(".place").first.click()
    expect(page.locator(".source mark")).to_be_visible()
    assert words(page.locator(".source mark")) == quote.text
    assert words(page.locator(".source .exact")) == quote.document.text
    assert words(page.locator(".source h2")) == TITLE
    assert words(page.locator(".source .warning")) == "⚠ holds hidden text or characters"
    page.get_by_role("button", name="Close").click()
    asked = f"what does the walrus clause hold? {HAZARDS}".replace("\t", " ").replace("\0", "")
    assert words(ask(page, asked).locator("h2")) == asked
    assert words(ask(page, "where does the narwhal sleep?").locator("cite").first) == "Narwhal \ufffd"
    assert page.evaluate("window.hacked") is None
    assert page.locator("#pincite :is(img, script, i, em)").count() == 0


def test_copying_works_without_the_event_or_is_offered_by_hand(page, addresses):
    page.add_init_script("document.execCommand = () => false; localStorage.setItem('by-hand', '0');")
    opened(page, addresses["plain"])
    turn = ask(page, HEILONGJIANG)
    quote = cited(page)
    turn.get_by_role("button", name="Copy quote 1 with").click()
    expect(page.locator(".status")).to_have_text("Copied")
    assert clipboard(page) == quote["forms"]["text"]
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: { write: () => Promise.reject(new Error()) } })")
    turn.get_by_role("button", name="Copy quote 1 only").click()
    expect(page.get_by_role("dialog", name="Copying was refused")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == quote["quote"]
    page.keyboard.press("Control+c")
    page.keyboard.press("Escape")
    expect(page.locator(".by-hand")).to_be_hidden()
    box(page).press("Control+v")
    expect(box(page)).to_have_value(quote["quote"])


def test_conversation_is_copied_and_exported_with_every_citation(page, addresses, hostile, tmp_path):
    quote = walrus(hostile)
    opened(page, addresses["hostile"])
    ask(page, "what does the walrus clause hold?")
    ask(page, "where does the narwhal sleep?")
    ask(page, "who painted the ceiling of the chapel?")
    turns = kept(page)
    shown = [citation for turn in turns for citation in turn["answer"]["citations"]]
    near = [citation for turn in turns if turn["answer"]["refusal"] for citation in turn["answer"]["refusal"]["nearest"]]
    assert len(shown) >= 2 and near

    def taken(name):
        page.locator(".take summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path.read_text(encoding="utf-8")

    page.locator(".take summary").click()
    page.get_by_role("button", name="Copy all").click()
    text = clipboard(page)
    markdown, html = taken("Save as Markdown"), taken("Save as a web page")
    exported = json.loads(taken("Save as JSON"))
    for citation in (*shown, *near):
        assert citation["forms"]["text"] in text and citation["forms"]["markdown"] in markdown
        assert citation["forms"]["html"] in html
    assert cite.text(quote) in text and cite.markdown(quote) in markdown
    assert [turn["question"] for turn in exported] == [turn["question"] for turn in turns]
    assert [c["quote"] for t in exported for c in t["answer"]["citations"]] == [c["quote"] for c in shown]
    assert "http" not in html.replace("http-equiv", "").split("<body>")[0]
    page.set_content(html)
    blocks = page.locator("blockquote").all()
    assert words(blocks[0]) == quote.text.replace("\0", "\u2400")
    assert len(blocks) == len(shown) + len(near)
    assert page.evaluate("window.hacked") is None


# --- documents ---


def test_files_are_added_searched_chosen_and_taken_away(page, addresses, places):
    opened(page, addresses["library"])
    expect(page.locator(".searched")).to_have_text("There are no documents yet.")
    assert "no documents yet" in words(ask(page, "do ferns have seeds?").locator(".failure p"))
    page.get_by_role("button", name="0 documents").click()
    files = [
        {"name": "ferns.txt", "mimeType": "text/plain", "buffer": b"Ferns have no seeds.\n"},
        {"name": "../moss.md", "mimeType": "text/plain", "buffer": b"# On moss\n\nMoss has no seeds, either.\n"},
        {"name": "same.txt", "mimeType": "text/plain", "buffer": b"Ferns have no seeds.\r\n"},
        {"name": "photo.gif", "mimeType": "image/gif", "buffer": b"GIF89a"},
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
    ]
    page.locator("#files").set_input_files(files[:2])
    expect(page.locator(".show-documents")).to_have_text("2 documents")
    page.locator("#files").set_input_files(files[2:])
    expect(page.locator(".placed li")).to_have_count(3)
    assert [words(line) for line in page.locator(".placed li").all()] == [
        "same.txt: unchanged, it is here already",
        "photo.gif: not added: Pincite reads text, Markdown, PDF, HTML, DOCX, PPTX, a workbook, CSV, EPUB, an e-mail, a "
        "mailbox, a web archive, RTF, ODT, JSON, JSON lines, a picture; save it as one of them",
        "empty.txt: not added: the file is empty; there is nothing to quote",
    ]
    assert sorted(path.name for path in places["library"].iterdir()) == [".pincite", "ferns.txt", "moss.md"]
    turn = ask(page, "Do ferns have seeds? Does moss have seeds?")
    assert turn.locator("blockquote").count() == 2 and "2 documents searched" in words(turn.locator(".found"))

    page.get_by_role("checkbox", name="On moss").check()
    expect(page.locator(".show-documents")).to_have_text("1 of 2 documents")
    turn = ask(page, "what has no seeds?")
    assert words(turn.locator("blockquote")) == "Moss has no seeds, either."
    assert "1 document searched" in words(turn.locator(".found"))

    page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(['Liverworts have no roots.'], 'liverworts.txt'));
        document.querySelector('.turns').dispatchEvent(
            new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })); }""")
    expect(page.locator(".placed li")).to_have_text(["liverworts.txt: added"])
    expect(page.locator(".show-documents")).to_have_text("1 of 3 documents")

    page.get_by_role("button", name="Take away On moss").click()
    expect(page.locator(".show-documents")).to_have_text("2 documents")
    assert (places["library"] / ".removed" / "moss.md").exists()
    assert "2 documents searched" in words(ask(page, "what has no roots?").locator(".found"))
    assert violations(page) == []


def test_documents_of_a_fixed_window_can_be_chosen_but_not_changed(page, addresses, hostile):
    opened(page, addresses["hostile"])
    page.get_by_role("button", name="9 documents").click()
    expect(page.locator(".adding")).to_be_hidden()
    assert page.get_by_role("button", name="Take away").count() == 0
    assert page.evaluate(
        """name => fetch('gradio_api/component_server/', { method: 'POST', headers: { 'content-type': 'application/json' },
             body: JSON.stringify({ session_hash: 'x', component_id: 1, fn_name: 'place', data: { name, data: 'eA==' } }) })
             .then(reply => reply.text())""",
        "evil.txt",
    )
    assert not list(hostile.rglob("evil*"))


# --- judged answers ---


def test_judged_answers_become_cases_with_exact_ranges(page, addresses, places, material):
    opened(page, addresses["plain"])
    ask(page, HEILONGJIANG)
    turn = ask(page, "and Zhejiang?")
    quote = cited(page)
    turn.get_by_role("button", name="This answer is right").click()
    expect(turn.locator(".judged")).to_have_text(re.compile(r"^Added to .*judged\.jsonl\.$"))
    expect(page.locator(".status")).to_have_text(re.compile("^Added to"))
    turn.get_by_role("button", name="This answer is right").click()
    expect(turn.locator(".judged")).to_have_text(re.compile("^Taken out"))
    turn.get_by_role("button", name="This answer is right").click()
    expect(turn.locator(".judged")).to_have_text(re.compile("^Added"))
    turn = ask(page, "What did Beijing plan?")
    turn.get_by_role("button", name="Refusing is right").click()
    expect(turn.locator(".judged")).to_have_text(re.compile("^Added"))
    refused = json.loads(places["judged"].read_text(encoding="utf-8").splitlines()[-1])
    assert (refused["text"], refused["answerable"]) == ("What did Beijing plan?", False)
    turn.get_by_text("Nearest passages, not an answer").click()
    near = kept(page)[-1]["answer"]["refusal"]["nearest"][0]
    turn.get_by_role("button", name="Nearest passage 1 does answer").click()
    expect(turn.locator(".quotes .judged")).to_have_text(re.compile("^Added"))
    rows = [json.loads(line) for line in places["judged"].read_text(encoding="utf-8").splitlines()]
    span = {"doc": material.id, "start": quote["start"], "end": quote["end"], "text": quote["quote"]}
    assert [(row["text"], row["answerable"]) for row in rows] == [
        ("what did Zhejiang plan?", True),
        ("What did Beijing plan?", True),  # in place of the refusal, which it contradicts
    ]
    assert rows[0]["spans"][0] == span
    assert rows[1]["spans"][0]["text"] == near["quote"] == material.text[near["start"] : near["end"]]


# --- for everyone ---


@pytest.mark.parametrize("look", ["light", "dark", "phone", "chinese"])
def test_no_state_violates_the_accessibility_rules(context, page, addresses, look):
    context.expected += ["422"]  # stopped before the server knows of it
    page.emulate_media(color_scheme="dark" if look == "dark" else "light", reduced_motion="reduce")
    if look == "phone":
        page.set_viewport_size({"width": 320, "height": 640})
    if look == "chinese":
        page.add_init_script("localStorage.setItem('pincite.language', 'zh')")
    opened(page, addresses["plain"])
    expect(page.locator("html")).to_have_attribute("lang", "zh" if look == "chinese" else "en")
    states = {"empty": violations(page)}

    def asked(question):
        page.locator("#question").fill(question)
        page.keyboard.press("Enter")

    page.route("**/ask", lambda route: None)
    asked(HEILONGJIANG)
    page.locator(".searching").wait_for()
    states["working"] = violations(page)
    page.locator(".stop").click()
    page.unroute_all()
    states["stopped"] = violations(page)
    page.locator(".again").click()
    page.locator(".turn .found").wait_for()
    asked("What did Beijing plan?")
    page.locator(".refusal summary").click()
    asked("x" * 2001)
    page.locator(".failure").wait_for()
    page.locator(".menu summary").nth(1).click()
    page.locator(".show-documents").click()
    states["answer, refusal, error, documents"] = violations(page)
    page.locator(".show-documents").click()
    page.locator(".place").first.click()
    page.locator(".source mark").wait_for()
    states["source"] = violations(page)
    assert states == {state: [] for state in states}
    if look == "phone":
        assert page.locator(".source").evaluate("sheet => sheet.matches(':modal') && sheet.offsetWidth === innerWidth")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        expect(page.locator(".source mark")).to_be_in_viewport()
    if look == "chinese":
        assert "第 20 段，第 20 行" in words(page.locator(".source .where"))
        assert words(page.locator(".reason")) == "材料没有说明。文中从未提到“Beijing”。最接近的段落有“plan”。"
        assert words(page.locator(".failure p")) == "问题有 2,001 个字符，最多 2,000 个。"


def test_keyboard_alone_does_everything(page, addresses):
    opened(page, addresses["plain"])
    expect(box(page)).to_be_focused()
    page.keyboard.type(HEILONGJIANG)
    page.keyboard.press("Enter")
    page.locator(".found").wait_for()
    expect(box(page)).to_be_focused()
    seen = []
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        name = page.evaluate(
            """() => { const at = document.activeElement;
                 const ring = getComputedStyle(at).outlineStyle;
                 return [at.getAttribute('aria-label') || at.textContent, ring !== 'none' || at.id === 'question']; }"""
        )
        if name[0].strip() == "1 document":
            break
        seen.append(name)
    names = " | ".join(name for name, _ in seen)
    for expected in (
        "Edit question",
        "Ask again",
        "This answer is right",
        "More forms",
        "Copy quote 1 only",
        "Copy quote 1 with",
    ):
        assert expected in names
    assert "Quote 1: " in names and "Clear" in names and "Export" in names
    assert all(ring for _, ring in seen)
    page.locator(".quotes .menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert clipboard(page) == cited(page)["forms"]["markdown"]
    expect(page.locator(".quotes .menu summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".quotes .menu div")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".quotes .menu summary")).to_be_focused()
    expect(page.locator(".quotes .menu div")).to_be_hidden()


def test_page_fits_at_twice_the_size_and_in_right_to_left(page, addresses):
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 × 800 at 200 %
    opened(page, addresses["hostile"])
    turn = ask(page, "ينام حيوان الفظ على الجليد في الشتاء")
    block = turn.locator("blockquote").first
    assert words(block) == "ينام حيوان الفظ على الجليد في الشتاء."
    assert block.evaluate("block => getComputedStyle(block).direction") == "rtl"
    assert block.evaluate("block => block.getBoundingClientRect().right - block.firstChild.parentElement.offsetLeft") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    turn.locator(".place").first.click()
    expect(page.locator(".source mark")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_language_is_switched_and_remembered(page, addresses):
    opened(page, addresses["plain"])
    ask(page, HEILONGJIANG)
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("textbox", name="问题")).to_be_visible()
    expect(page.locator(".found")).to_contain_text("检索 1 份文件")
    page.reload()
    expect(page.get_by_role("button", name="提问", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh")


def test_server_speaks_chinese_too_and_leaves_documents_alone(page, addresses, hostile):
    page.add_init_script("localStorage.setItem('pincite.language', 'zh')")
    opened(page, addresses["library"])
    page.locator(".show-documents").click()
    files = [
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
        {"name": "the file is empty.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"},
    ]
    page.locator("#files").set_input_files(files)
    expect(page.locator(".placed li")).to_have_text(
        [
            "empty.txt: 未添加：文件是空的，没有可引用的内容",
            "the file is empty.pdf: 未添加：不完整或已损坏，PDFium 无法打开；请重新获取",
        ]
    )
    opened(page, addresses["hostile"])
    box = page.locator("#question")
    box.fill("what does the walrus clause hold?")
    box.press("Enter")
    expect(page.locator(".quotes .warning").first).to_have_text("⚠ 含有隐藏的文字或字符")
    assert words(page.locator("blockquote").first) == walrus(hostile).text
    page.locator(".quotes .copy").first.click()
    assert clipboard(page) == cite.text(walrus(hostile), "zh")
    box.fill("黑龙江制定了什么？")
    box.press("Enter")
    page.locator(".turn").nth(1).locator(".found").wait_for()
    box.fill("那浙江呢？")
    box.press("Enter")
    expect(page.locator(".turn").nth(2).locator(".read-as")).to_have_text("理解为：浙江制定了什么？")


def test_turning_ring_stands_still_where_motion_is_unwanted(page, addresses):
    opened(page, addresses["plain"])
    page.route("**/ask", lambda route: None)
    box(page).fill(HEILONGJIANG)
    page.keyboard.press("Enter")
    page.locator(".searching").wait_for()
    moving = "getComputedStyle(document.querySelector('.searching'), '::before').animationName"
    assert page.evaluate(moving) == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) != "none"


# --- quiet and safe ---


def test_guard_refuses_other_hosts_origins_routes_and_large_bodies(addresses):
    host = urlsplit(addresses["plain"]).netloc

    def status(*args, **headers):
        return request(addresses["plain"], *args, **headers)[0]

    ask, call = "/ask", "/gradio_api/component_server/"
    assert status("GET", "/") == 200
    assert status("GET", "/", Host=host.replace("127.0.0.1", "localhost")) == 200
    assert status("GET", "/", Host="evil.test") == 421
    assert status("GET", "/", Host="127.0.0.1.evil.test") == 421
    assert status("GET", "/", Host="192.168.1.2") == 421
    assert status("GET", "/config", Origin="http://evil.test") == 403
    assert status("GET", "/config", Origin="null") == 403
    assert status("POST", ask, b"{}", Origin="http://localhost:1") == 403
    assert status("POST", ask, b"x" * (LARGEST_BODY + 1)) == 413
    assert status("POST", call, b"x" * (LARGEST_BODY + 1)) == 413
    assert status("POST", ask, iter([b"{}"])) == 411
    for path in ("/gradio_api/upload", "/gradio_api/run/answered", "/gradio_api/call/answered", "/login"):
        assert status("POST", path, b"{}") == 404
    for path in ("/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://evil.test/", "/gradio_api/deep_link", "/monitoring"):
        assert status("GET", path) == 404


def test_calls_with_anything_are_answered_in_words(addresses):
    (document,) = shipped()
    bad = ({"document": document.id, "start": 5, "end": 2}, {"document": {}, "start": "x"})
    worse = [{"document": document.id, "next": f"earlier:{at}"} for at in ("-1", "9" * 5000, "\u0661")]
    worse += [{"name": "a.txt", "data": data} for data in ("\xe9", "=", "a")]
    for name in ("source", "context", "judge", "place", "take_away", "update", "progress", "info", "suggestions"):
        for data in (None, 1, [], "x", {}, *bad, *worse):
            status, given = call(addresses["plain"], name, data)
            assert status == 200, (name, data, given)
            assert name in {"info", "suggestions", "progress"} or "error" in given, (name, data, given)
            assert "Traceback" not in str(given)
    altered = {"document": document.id, "start": 0, "end": 5, "quote": "Lately"}
    assert "error" in call(addresses["plain"], "source", altered)[1]
    judged = {"question": "what?", "judgement": "right", "citations": [altered]}
    assert "error" in call(addresses["plain"], "judge", judged)[1]
    assert call(addresses["plain"], "launch", {})[0] == 404 and call(addresses["plain"], "postprocess", {})[0] == 404


def test_window_for_other_machines_needs_a_password_of_the_user(page, context, places):
    with pytest.raises(PortError, match="PINCITE_PASSWORD"):
        check_host("0.0.0.0", None)
    with pytest.raises(PortError, match="8 characters"):
        check_host("192.168.1.2", "short")
    refused = subprocess.run([PINCITE, "chat", "--host", "0.0.0.0"], capture_output=True, text=True)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1 and "PINCITE_PASSWORD" in refused.stderr
    log = places["logs"] / "password.log"
    with server("--host", "0.0.0.0", "--reader", "off", log=log, PINCITE_PASSWORD=PASSWORD) as address:
        at = address()
        assert PASSWORD not in log.read_text(encoding="utf-8")

        def status(given, **headers):
            if given is not None:
                headers["Authorization"] = "Basic " + b64encode(f"me:{given}".encode()).decode()
            return request(at, "GET", "/config", **headers)[0]

        began = time.monotonic()
        assert (status(None), status("wrong")) == (401, 401)
        assert time.monotonic() - began > 0.9
        assert status(PASSWORD) == 200
        assert status(PASSWORD, Host="192.168.1.2") == 200
        assert status(PASSWORD, Host="evil.test") == 421
        assert status(PASSWORD, Origin="http://evil.test") == 403
        context.set_extra_http_headers({"Authorization": "Basic " + b64encode(f":{PASSWORD}".encode()).decode()})
        opened(page, at)
        ask(page, HEILONGJIANG)
        page.close()


def test_another_machine_may_ask_so_often_and_no_more():
    async def app(scope, receive, send):
        passed.append(scope["client"][0])

    async def sent(message):
        refused.append(message.get("status"))

    def ask(address):
        named = {"method": "POST", "path": "/ask", "headers": [(b"host", b"127.0.0.1")]}
        scope = {"type": "http", "client": (address, 1), **named}
        with ThreadPoolExecutor(1) as pool:  # Playwright's loop runs in this thread
            pool.submit(asyncio.run, guard(scope, None, sent)).result()

    passed, refused, guard = [], [], Guard(app)
    for _ in range(ASKED + 1):
        for address in ("192.168.1.2", "127.0.0.1", "::1"):
            ask(address)
    assert passed.count("192.168.1.2") == ASKED and refused == [429, None]
    assert passed.count("127.0.0.1") == passed.count("::1") == ASKED + 1
    ask("192.168.1.3")
    assert passed[-1] == "192.168.1.3"


def test_fifty_people_at_once_get_their_own_answers(addresses):
    address = addresses["shipped"]
    names = ["Heilongjiang", "Zhejiang", "Guangdong", "Shanghai", "Beijing"]
    began = time.monotonic()
    expected = {name: answered(address, f"what did {name} plan?") for name in names}
    alone = (time.monotonic() - began) / len(names)
    assert all(given["question"] == f"what did {name} plan?" for name, given in expected.items())
    given, seconds = {}, {}

    def person(n):
        name, began = names[n % len(names)], time.monotonic()
        given[n] = answered(address, f"what did {name} plan?")
        seconds[n] = time.monotonic() - began

    people = [threading.Thread(target=person, args=(n,)) for n in range(50)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(given) == 50
    for n, answer in given.items():
        first = expected[names[n % len(names)]]
        assert answer["question"] == first["question"]
        assert [c["quote"] for c in answer["citations"]] == [c["quote"] for c in first["citations"]]
    slow = sorted(seconds.values())[47]
    assert slow < 2 * 50 * alone, (slow, alone)


def test_index_that_vanishes_while_it_is_asked_goes_on_answering(page, places, hostile, tmp_path):
    index = tmp_path / "index"
    subprocess.run([PINCITE, "index", hostile / "doomed.txt", "-o", index], check=True, capture_output=True)
    with server("--index", index, "--reader", "off", log=places["logs"] / "index.log") as address:
        opened(page, address())
        for path in (*index.rglob("*.*"), index / "manifest.json"):
            if path.is_file():
                path.unlink()
        assert words(ask(page, "how many eggs did the dodo lay?").locator("blockquote")) == "The dodo laid one egg."
        page.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--library", "a", "--index", "b"), "exclude each other"),
        (("--library", PINCITE), "not a folder"),
        (("--index", "/no/such/index"), "no index here"),
        (("--port", "70000"), "there are ports 1 to 65535"),
    ],
)
def test_window_that_cannot_be_served_says_why_in_one_line(arguments, said):
    refused = subprocess.run([PINCITE, "chat", *arguments], capture_output=True, text=True)
    last = refused.stderr.splitlines()[-1]
    assert refused.returncode == 1 and last.startswith("pincite: ") and said in last
    assert refused.stderr.splitlines()[:-1] in ([], ["Starting the chat window…"])


def test_gradio_comes_in_without_writing_stubs():
    script = "from ui.window.quiet_gradio import gradio; gradio(); import gradio.component_meta as m; "
    script += "print(m.create_or_modify_pyi(1, 2, 3))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_port_is_the_given_one_or_the_next_free_one():
    with listening(0) as taken:
        port = taken.getsockname()[1]
        with listening(port) as door:
            assert port < door.getsockname()[1] < port + 100
    for impossible in (-1, 65536):
        with pytest.raises(PortError, match=f"port {impossible}: there are ports 1 to 65535"):
            listening(impossible)
    for host in ("no-such-host.invalid", "203.0.113.1"):
        with pytest.raises(PortError, match="not an address"):
            listening(0, host=host)
