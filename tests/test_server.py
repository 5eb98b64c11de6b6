"""The window's server as the network meets it: what it refuses, what it survives, and what it never tells."""

import base64
import concurrent.futures
import http.client
import json
import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import heard
import pytest
from served import answered, asked, call, request, server

import ui.window.collection as shelves
from index.encoders.encoder import OnnxEncoder
from rag.calibration import Calibration, store
from rag.reader.model import NoReader
from ui.window.collection import DocumentCollection, open_folder
from ui.window.guard import is_loopback
from ui.window.sessions import Sessions
from ui.window.unforeseen import Unforeseen

PASSWORD = "long enough"
QUESTION = "Do ferns have seeds?"
JSON = {"Content-Type": "application/json"}
CALLS = ["judge", "unjudge", "recheck", "source", "context", "pages", "place", "take_away", "put_back", "info"]


def quiet(done, total):
    pass


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    root = tmp_path_factory.mktemp("server")
    (root / "own").mkdir()
    (root / "own" / "ferns.txt").write_text("Ferns have no seeds.\n")
    (root / "own" / "taken.txt").mkdir()
    (root / "own" / "taken.txt" / "thesis.txt").write_text("Years of work on moss.\n")
    return root


@pytest.fixture(scope="module")
def addresses(places):
    """A window over a folder of its own for this machine, and one for others, with a password, that may open few files."""
    limited = ("bash", "-c", 'ulimit -n 1024; exec "$0" "$@"', str(Path(os.sys.executable).parent / "pincite"))
    with ExitStack() as stack:
        started = {
            "own": stack.enter_context(
                server("--library", places / "own", "--judged", places / "judged.jsonl", log=places / "own.log")
            ),
            "others": stack.enter_context(
                server("--reader", "off", log=places / "others.log", program=limited, PINCITE_PASSWORD=PASSWORD)
            ),
        }
        yield {name: address() for name, address in started.items()}


def reply(address, method, path, headers):
    """Status, headers and body of a reply."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        given = connection.getresponse()
        return given.status, given.headers, given.read()
    finally:
        connection.close()


def basic(password):
    return {"Authorization": "Basic " + base64.b64encode(f"user:{password}".encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example", "Origin": "http://evil.example"}, 421), ({"Origin": "http://evil.example"}, 403)],
)
def test_question_of_another_site_whether_it_may_ask_is_refused(addresses, headers, status):
    asked = {"Host": urlsplit(addresses["own"]).netloc, "Access-Control-Request-Method": "POST"} | headers
    found, given, _ = reply(addresses["own"], "OPTIONS", "/ask", asked)
    assert found == status
    assert [name for name in given if name.lower().startswith("access-control")] == []


def test_every_reply_forbids_what_it_can(addresses):
    for path in ("/", "/config", "/nowhere"):
        said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        _, given, body = reply(addresses["own"], "GET", path, said)
        assert given["Cache-Control"] == "no-store"
        assert given["Cross-Origin-Resource-Policy"] == given["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = given["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert b"evil.example" not in body


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ask", [], 422),
        *(
            (path, f'{{"session_hash": "s", "x":{"[" * deep}{"]" * deep}}}', 422)
            for path in ("/ask", "/gradio_api/component_server/")
            for deep in (20, 900, 960, 970, 975, 990, 5000)
        ),
        ("/ask", "NaN", 422),
        ("/gradio_api/component_server/", {"data": {}, "fn_name": "info", "component_id": 999, "session_hash": "s"}, 404),
        ("/gradio_api/component_server/", {"data": {}, "fn_name": "__init__", "component_id": 1, "session_hash": "s"}, 404),
        ("/gradio_api/component_server/", {"data": {}, "fn_name": ["info"], "component_id": 1, "session_hash": "s"}, 404),
        ("/gradio_api/component_server/", {"data": {}, "fn_name": {"a": 1}, "component_id": 1, "session_hash": "s"}, 404),
        ("/gradio_api/cancel", {"session_hash": "s", "fn_index": "0", "event_id": "e"}, 404),
        ("/gradio_api/reset", {"event_id": {"a": 1}}, 404),
    ],
)
def test_request_that_the_page_never_sends_is_refused_without_a_traceback(addresses, places, path, body, status):
    text = body if isinstance(body, str) else json.dumps(body)
    assert request(addresses["own"], "POST", path, text, **{"Content-Type": "application/json"})[0] == status
    assert "Traceback" not in (places / "own.log").read_text()


@pytest.mark.parametrize(
    "name", ["judge", "unjudge", "recheck", "source", "context", "pages", "place", "take_away", "put_back", "info"]
)
def test_call_with_anything_gives_words_and_no_traceback(addresses, places, name):
    odd = [None, [], 1, "x", [[]], {"a": {}}]
    odd += [
        {key: value}
        for key in ("judgement", "quotes", "document", "name", "rows", "data")
        for value in (None, [1], {}, 1e9, "x")
    ]
    odd += [
        {"judgement": "right", "citations": [[]], "question": 7},
        {"rows": ["x"] * 30_000},
        {"name": "x" * 30_000, "data": "AA=="},
    ]
    for said in odd:
        status, given = call(addresses["own"], name, said)
        assert status == http.client.OK and isinstance(given, dict), said
    assert "Traceback" not in (places / "own.log").read_text()
    assert "defect" not in (places / "own.log").read_text()


@pytest.mark.parametrize("sent", [{"question": ["x"]}, {"question": 7}, {"chosen": {}}, {"chosen": [[]]}, {"before": {}}])
def test_question_of_another_kind_is_told_so(addresses, sent):
    status, text = asked(addresses["own"], **{"question": QUESTION} | sent)
    assert status == http.client.OK and "not what the window sends" in json.loads(text)["error"]


def test_question_with_more_than_is_known_is_answered(addresses):
    assert json.loads(asked(addresses["own"], QUESTION, language=["zh"], turn=[])[1])["citations"]


def test_judgements_come_no_faster_than_people_give_them(addresses, places):
    asked = answered(addresses["own"], QUESTION)
    row = {"judgement": "right", "question": QUESTION, "citations": asked["citations"]}
    told = [call(addresses["own"], "judge", row)[1] for _ in range(25)]
    assert "row" in told[0]
    assert "too many judgements at once" in told[-1]["error"]
    assert (places / "judged.jsonl").read_text().count("\n") == 1


def test_kept_quotes_are_told_from_forged_ones(addresses):
    asked = answered(addresses["own"], QUESTION)
    (quote,) = asked["citations"]
    kept = {"document": quote["document"]["id"], "start": quote["start"], "end": quote["end"], "quote": quote["quote"]}
    forged = [kept | {"quote": "Ferns have many seeds."}, kept | {"start": 1}, kept | {"document": "0" * 64}, {}, 7]
    states = call(addresses["own"], "recheck", {"quotes": [kept, *forged]})[1]["states"]
    assert states[0] == "exact"
    assert set(states[1:]) <= {"different", "missing"} and len(states) == 6


def test_nothing_that_is_sent_says_where_files_lie(addresses, places):
    config = request(addresses["own"], "GET", "/config")[1]
    page = request(addresses["own"], "GET", "/")[1]
    asked = answered(addresses["own"], QUESTION)
    about = call(addresses["own"], "info", {})[1]
    source = call(addresses["own"], "source", {"document": asked["citations"][0]["document"]["id"], "start": 0, "end": 5})[1]
    refused = call(addresses["own"], "place", {"name": "taken.txt", "data": "AAAA"})[1]
    for said in (config, page, *map(json.dumps, (asked, about, source, refused))):
        assert str(places) not in said and str(Path.home()) not in said.replace("/root-relative", "")
    assert asked["citations"][0]["document"]["source"] == "ferns.txt"


def test_folder_is_never_moved_for_a_file_of_its_name(addresses, places):
    data = base64.b64encode(b"A file with the name of a folder.\n").decode()
    given = call(addresses["own"], "place", {"name": "taken.txt", "data": data})[1]
    assert (given["state"], given["why"]) == (
        "refused",
        "something else of that name is in the folder; rename the file and add it again",
    )
    assert (places / "own" / "taken.txt" / "thesis.txt").read_text() == "Years of work on moss.\n"


@pytest.mark.parametrize("host", ["::1", "127.0.0.2", "localhost", "[::1]"])
def test_every_address_of_this_machine_alone_needs_no_password(host, tmp_path):
    with server("--reader", "off", "--host", host, log=tmp_path / "log") as address:
        until = time.monotonic() + 60
        while "Open http://" not in (log := (tmp_path / "log").read_text()):
            assert time.monotonic() < until and address.process.poll() is None, log
            time.sleep(0.05)
        url = log.split("Open ")[1].split(" ")[0]
        assert request(url, "GET", "/config")[0] == http.client.OK


def test_link_local_address_is_one_line(tmp_path):
    import subprocess

    command = [str(Path(os.sys.executable).parent / "pincite"), "chat", "--host", "fe80::1%lo"]
    run = subprocess.run(command, env={**os.environ, "PINCITE_PASSWORD": PASSWORD}, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "link-local address" in run.stderr and "Traceback" not in run.stderr


def test_connections_that_say_too_little_starve_nobody(addresses):
    """1,100 of them against 1,024 files that the server may open, without the password."""
    host, port = urlsplit(addresses["others"]).netloc.split(":")
    held = []
    try:
        for _ in range(1_100):
            one = socket.create_connection((host, int(port)), timeout=10)
            one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            held.append(one)
        began = time.monotonic()
        status, _ = request(addresses["others"], "GET", "/config", **basic(PASSWORD))
        assert status == http.client.OK
        assert time.monotonic() - began < 10
    finally:
        for one in held:
            one.close()


def test_wrong_passwords_make_nobody_else_wait(addresses):
    def wrong(n):
        try:
            return request(addresses["others"], "GET", "/config", **basic(f"wrong {n}"))[0]
        except OSError:  # turned away
            return 429

    with concurrent.futures.ThreadPoolExecutor(60) as pool:
        tries = [pool.submit(wrong, n) for n in range(300)]
        time.sleep(0.3)
        began = time.monotonic()
        assert request(addresses["others"], "GET", "/config", **basic(PASSWORD))[0] == http.client.OK
        right = time.monotonic() - began
        assert {one.result() for one in tries} <= {401, 429}
    began = time.monotonic()
    assert request(addresses["others"], "GET", "/config", **basic("mistyped"))[0] == 401
    assert right < 5 and time.monotonic() - began < 5


def test_window_answers_while_a_file_that_takes_long_is_added(addresses):
    data = base64.b64encode(("# a" + " " * 12_000 + "b\n" + "Moss grows slowly. " * 20_000).encode()).decode()
    adding = Thread(
        target=lambda: (
            call(addresses["own"], "place", {"name": "slow.md", "data": data}),
            call(addresses["own"], "update", {}),
        )
    )
    adding.start()
    slowest = 0.0
    while adding.is_alive():
        began = time.monotonic()
        assert call(addresses["own"], "progress", {})[0] == http.client.OK
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.02)
    assert slowest < 3


def test_watching_survives_what_nobody_foresaw_and_says_so(tmp_path, encoder: OnnxEncoder, monkeypatch):
    monkeypatch.setattr(shelves, "PAUSES", (0.1,))
    (tmp_path / "ferns.txt").write_text("Ferns have no seeds.\n")
    library = open_folder(tmp_path, encoder=encoder, note=lambda line: None, progress=quiet)
    said: list[str] = []
    collection = DocumentCollection(library, encoder=encoder, folder=tmp_path, note=lambda line: None)
    real, failures = (
        shelves.index_folder,
        [SystemError("AST constructor recursion depth mismatch"), MemoryError(), OSError("gone")],
    )

    def failing(*args, **more):
        if failures:
            raise failures.pop(0)
        real(*args, **more)

    monkeypatch.setattr(shelves, "index_folder", failing)
    stop = Event()
    thread = Thread(target=collection.watch, args=(stop, Unforeseen(heard.into(said))))
    thread.start()
    try:
        (tmp_path / "pelican.txt").write_text("A pelican fishes.\n")
        until = time.monotonic() + 30
        while len(collection.documents) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert thread.is_alive() and len(collection.documents) == 2
        assert any("SystemError: AST constructor" in line and "\n" not in line for line in said)
    finally:
        stop.set()
        thread.join(10)


def test_folder_that_another_one_has_taken_the_place_of_is_watched_on_and_none_is_made(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr(shelves, "PAUSES", (0.1,))
    folder, away = tmp_path / "notes", tmp_path / "away"
    folder.mkdir()
    (folder / "ferns.txt").write_text("Ferns have no seeds.\n")
    library = open_folder(folder, encoder=encoder, note=lambda line: None, progress=quiet)
    said: list[str] = []
    collection = DocumentCollection(library, encoder=encoder, folder=folder, note=lambda line: None)
    stop = Event()
    thread = Thread(target=collection.watch, args=(stop, Unforeseen(heard.into(said))))
    thread.start()

    def waits_for(what):
        until = time.monotonic() + 30
        while not what() and time.monotonic() < until:
            time.sleep(0.05)
        return what()

    def names():
        return sorted(Path(document.source).name for document in collection.documents)

    try:
        time.sleep(1.5)
        folder.rename(away)
        assert waits_for(lambda: any("the folder is gone" in line or "cannot be watched" in line for line in said))
        time.sleep(1)
        assert not folder.exists() and names() == ["ferns.txt"]
        folder.mkdir()
        (folder / "moss.txt").write_text("Moss is soft.\n")
        assert waits_for(lambda: names() == ["moss.txt"])
        (folder / "oaks.txt").write_text("Oaks grow slowly.\n")
        assert waits_for(lambda: names() == ["moss.txt", "oaks.txt"])
    finally:
        stop.set()
        thread.join(10)
    assert thread.is_alive() is False and sorted(path.name for path in away.iterdir() if path.suffix) == ["ferns.txt"]


def test_who_only_announces_files_holds_no_place(addresses):
    host, port = urlsplit(addresses["own"]).netloc.split(":")
    data = base64.b64encode(b"Moss grows slowly. " * 30_000).decode()
    held = []
    try:
        for _ in range(12):
            one = socket.create_connection((host, int(port)), timeout=10)
            one.sendall(
                b"POST /gradio_api/component_server/ HTTP/1.1\r\nHost: 127.0.0.1:" + port.encode() + b"\r\n"
                b"Content-Type: application/json\r\nContent-Length: 22000000\r\n\r\n{"
            )
            held.append(one)
        time.sleep(0.5)
        assert call(addresses["own"], "place", {"name": "held.txt", "data": data})[0] == http.client.OK
    finally:
        for one in held:
            one.close()


def test_path_that_is_far_too_long_is_not_there(addresses, places):
    assert request(addresses["own"], "GET", "/assets/" + "a" * 5_000)[0] == 404
    assert "defect" not in (places / "own.log").read_text()


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("127.0.0.2", True), ("::1", True), ("::ffff:127.0.0.1", True), ("::ffff:10.0.0.1", False)],
)
def test_this_machine_is_known_in_both_families(host, own):
    assert is_loopback(host) is own


def test_promise_of_a_calibration_is_forgotten_with_the_state_it_was_measured_on(tmp_path, encoder):
    (tmp_path / "ferns.txt").write_text("Ferns have no seeds.\n")
    library = open_folder(tmp_path, encoder=encoder, note=lambda line: None, progress=quiet)
    sessions = Sessions(NoReader(), note=print)
    before = sessions.of(library)
    assert not before.promise
    kept = Calibration(1.25, 0.05, 0.95, questions=100, answered=90, wrong=1, bound=0.04, set="s", fingerprint="f", reader=None)
    store(kept, library)
    assert sessions.of(library).options.threshold == 1.25
    assert sessions.of(library).promise
    (tmp_path / "moss.txt").write_text("Moss holds water.\n")
    again = open_folder(tmp_path, encoder=encoder, note=lambda line: None, progress=quiet)
    assert (sessions.of(again).promise, sessions.of(again).options) == (before.promise, before.options)
