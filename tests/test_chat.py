"""The chat window, in a real browser on a real server."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from corpus.errors import PortError
from corpus.read import read_file, shipped
from ui.chat import free_port
from ui.guard import LARGEST_BODY

PINCITE = Path(sys.executable).parent / "pincite"
CHROMIUM = "/usr/bin/chromium"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
HEILONGJIANG = "what did Heilongjiang plan?"
HAZARDS = (
    "** stars **, $x$, <script>window.hacked=1</script>, &amp; and &lt;b&gt;, <img src=x onerror=window.hacked=1>, "
    "zero\u200bwidth \u202ebidi\u202c and \u2067isolate\u2069, no\u00a0break and  two  spaces\tand a tab, "
    "\U0001f9ad\U0001f3fd and e\u0301, "
    r"海象条款, شرط الفظ, C:\new\table, ${window.hacked=1}, {{value}}, `tick`, javascript:alert(1)"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A folder with a document of hazards under a hostile title, and a file whose name is not UTF-8."""
    folder = tmp_path_factory.mktemp("hostile")
    text = f"# The <i>walrus</i> ${{1+1}} {{{{value}}}} *clause*\n\nThe walrus clause holds {HAZARDS}.\n\nIt ends here.\n"
    (folder / "walrus.md").write_text(text, encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/narwhal-\xff.txt")).write_text(
        "The narwhal sleeps under ice.\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def addresses(hostile, tmp_path_factory):
    """Where the shipped material and the hostile folder are served; both servers must end well on Ctrl+C."""
    with ExitStack() as stack:
        logs = tmp_path_factory.mktemp("logs")
        starting = [
            stack.enter_context(server(*paths, log=logs / f"{name}.log"))
            for name, paths in {"shipped": (), "hostile": (hostile,)}.items()
        ]
        yield tuple(address() for address in starting)


@contextmanager
def server(*paths, log):
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen([PINCITE, "chat", "--port", "0", *paths], stderr=stderr)

    def address():
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            if found := re.search(r"Open (http://127\.0\.0\.1:\d+) ", log.read_text(encoding="utf-8")):
                return found[1]
            time.sleep(0.05)
        pytest.fail(f"no server: {log.read_text(encoding='utf-8')}")

    try:
        yield address
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert log.read_text(encoding="utf-8").endswith("Stopped.\n")
        assert "Traceback" not in log.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        reason = f"no {CHROMIUM}; the browser tests need Debian's package chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page that must ask nothing of another machine, and report no error."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    outside = [url for url in requests if not url.startswith("data:") and urlsplit(url).hostname != "127.0.0.1"]
    assert requests and outside == []
    assert errors == []


def ask(page, question):
    """Ask in the box and return the finished turn."""
    before = page.locator(".turn").count()
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".found, .refusal, .failure").first.wait_for()
    return turn


def words(locator):
    return locator.evaluate("element => element.textContent")


def receipt(document, start, end):
    line = document.text.count("\n", 0, start) + 1
    return f"“{document.text[start:end]}”\n— {document.title}, line {line} [{document.id[:12]}:{start}-{end}]"


def shown_range(turn):
    return tuple(map(int, re.search(r"characters (\d+)–(\d+)", words(turn.locator(".place").first)).groups()))


def test_window_answers_as_the_command_line_with_exact_characters(page, addresses):
    told = json.loads(subprocess.run([PINCITE, "ask", "--json", HEILONGJIANG], capture_output=True, check=True).stdout)
    (document,), (citation,) = shipped(), told["citations"]
    start, end = citation["start"], citation["end"]
    page.goto(addresses[0])
    expect(page.locator(".examples button")).to_have_text(
        [HEILONGJIANG, "Compare Guangdong and Zhejiang", "What did Beijing plan?"]
    )
    page.get_by_role("button", name=HEILONGJIANG).click()
    turn = page.locator(".turn")
    expect(page.locator(".status")).to_have_text("1 quote found")
    assert words(turn.locator("h2")) == HEILONGJIANG
    assert words(turn.locator("blockquote")) == citation["quote"] == document.text[start:end]
    assert shown_range(turn) == (start, end)
    assert f"line {citation['line']} " in words(turn.locator(".place"))

    turn.get_by_role("button", name="Copy quote 1").click()
    expect(page.locator(".status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == receipt(document, start, end)

    turn.get_by_role("button", name="Show quote 1 in its document").click()
    assert words(page.locator("dialog mark")) == document.text[start:end]
    assert words(page.locator("dialog .exact")) == document.text[start - 600 : end + 600]
    expect(page.locator("dialog mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(turn.get_by_role("button", name="Show quote 1 in its document")).to_be_focused()


def test_copying_works_without_the_clipboard_interface(page, addresses):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(addresses[0])
    turn = ask(page, HEILONGJIANG)
    turn.get_by_role("button", name="Copy quote 1").click()
    expect(page.locator(".status")).to_have_text("Copied")
    page.get_by_role("textbox", name="Question").press("Control+v")
    assert page.get_by_role("textbox", name="Question").input_value() == receipt(shipped()[0], *shown_range(turn))


def test_window_shows_and_copies_a_hostile_document_exactly(page, addresses, hostile):
    document = read_file(hostile / "walrus.md", note=print)
    page.goto(addresses[1])
    assert page.locator(".examples button").count() == 0
    turn = ask(page, "what does the walrus clause hold?")
    start, end = shown_range(turn)
    assert HAZARDS in document.text[start:end]
    assert words(turn.locator("blockquote").first) == document.text[start:end]
    assert words(turn.locator("cite").first) == document.title == "The <i>walrus</i> ${1+1} {{value}} *clause*"
    turn.get_by_role("button", name="Copy quote 1").click()
    expect(page.locator(".status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == receipt(document, start, end)
    turn.get_by_role("button", name="Show quote 1 in its document").click()
    assert words(page.locator("dialog mark")) == document.text[start:end]
    assert words(page.locator("dialog .exact")) == document.text[max(0, start - 600) : end + 600]
    assert words(page.locator("dialog h2")) == document.title
    page.get_by_role("button", name="Close").click()
    asked = f"what does the walrus clause hold? {HAZARDS}".replace("\t", " ")
    assert words(ask(page, asked).locator("h2")) == asked
    assert words(ask(page, "where does the narwhal sleep?").locator("cite").first) == "Narwhal \ufffd"
    assert page.evaluate("window.hacked") is None
    assert page.locator(".turns :is(img, script, i, em)").count() == 0


def test_refusal_says_why_and_folds_the_nearest_passages_away(page, addresses):
    page.goto(addresses[0])
    turn = ask(page, "What did Beijing plan?")
    reason = 'The material does not say. It never mentions "Beijing".'
    assert words(turn.locator(".reason")) == reason
    expect(page.locator(".status")).to_have_text(reason)
    expect(turn.locator("blockquote").first).to_be_hidden()
    turn.get_by_text("Nearest passages, not an answer").click()
    expect(turn.locator("blockquote").first).to_be_visible()
    assert turn.get_by_role("button", name="Copy").count() == 0


def test_notes_unanswered_parts_and_errors_are_shown(page, addresses):
    page.goto(addresses[0])
    assert words(ask(page, "what did Helongjiang plan?").locator(".read-as")) == 'Read "Helongjiang" as "Heilongjiang".'
    turn = ask(page, "Compare Beijing and Zhejiang")
    assert words(turn.locator(".found")) == "1 quote found"
    assert words(turn.locator(".refusal h3")) == "Compare Beijing"
    assert "empty" in words(ask(page, "  ").locator(".failure"))
    long = "word " * 500
    turn = ask(page, long)
    assert "2,500 characters" in words(turn.locator(".failure"))
    turn.get_by_role("button", name="Put this question back").click()
    expect(page.get_by_role("textbox", name="Question")).to_have_value(long)


def test_page_fits_a_narrow_screen(page, addresses):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(addresses[0])
    ask(page, HEILONGJIANG).get_by_role("button", name="Show quote 1").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    expect(page.locator("dialog mark")).to_be_in_viewport()


def test_guard_refuses_other_hosts_origins_routes_and_large_bodies(addresses):
    host = urlsplit(addresses[0]).netloc

    def status(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(host, timeout=10)
        try:
            connection.request(method, path, body=body, headers={"Host": host} | headers)
            reply = connection.getresponse()
            assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
            return reply.status
        finally:
            connection.close()

    join = "/gradio_api/queue/join"
    assert status("GET", "/") == 200
    assert status("GET", "/", Host=host.replace("127.0.0.1", "localhost")) == 200
    assert status("GET", "/", Host="evil.test") == 421
    assert status("GET", "/", Host="127.0.0.1.evil.test") == 421
    assert status("GET", "/config", Origin="http://evil.test") == 403
    assert status("POST", join, body=b"{}", Origin="http://localhost:1") == 403
    assert status("POST", join, body=b"x" * (LARGEST_BODY + 1)) == 413
    assert status("POST", join, body=iter([b"{}"])) == 411
    for path in ("/gradio_api/upload", "/gradio_api/run/answered", "/gradio_api/component_server", "/login"):
        assert status("POST", path, body=b"{}") == 404
    for path in ("/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://evil.test/", "/gradio_api/deep_link", "/monitoring"):
        assert status("GET", path) == 404


def test_port_is_the_given_one_or_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port) < port + 100
    assert free_port(0) > 0
    for impossible in (-1, 65536):
        with pytest.raises(PortError, match=f"port {impossible}: there are ports 1 to 65535"):
            free_port(impossible)
