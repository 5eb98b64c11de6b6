"""A chat window in a process of its own, and a question to it over HTTP, for the tests and for benchmarks/window.py."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

PINCITE = Path(sys.executable).parent / "pincite"
CHROMIUM = shutil.which("chromium") or "chromium"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"


@contextmanager
def server(*arguments, log, port=0, program=(PINCITE,), **environment):
    """Start ``pincite chat``; gives a function that waits for its address, with its ``process``. It must end well on Ctrl+C."""
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [*program, "chat", "--port", str(port), *arguments], stderr=stderr, env={**os.environ, **environment}
        )

    def address():
        until = time.monotonic() + 180
        while time.monotonic() < until and process.poll() is None:
            if found := re.search(r"Open (http://127\.0\.0\.1:\d+) ", log.read_text(encoding="utf-8")):
                return found[1]
            time.sleep(0.01)
        raise RuntimeError(f"no server: {log.read_text(encoding='utf-8')}")

    address.process = process
    try:
        yield address
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert log.read_text(encoding="utf-8").endswith("Stopped.\n")
        assert "Traceback" not in log.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


def request(address, method, path, body=None, **headers):
    """Status and text of a reply, which must carry the policy of the guard."""
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request(method, path, body=body, headers={"Host": host} | headers)
        reply = connection.getresponse()
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        return reply.status, reply.read().decode(errors="replace")
    finally:
        connection.close()


def call(address, name, data, component=None):
    """The status and JSON of a call of the page; of one that was refused before Gradio, its text."""
    config = json.loads(request(address, "GET", "/config")[1])
    (offered,) = (one["id"] for one in config["components"] if one["props"].get("server_fns"))
    body = {"data": data, "fn_name": name, "component_id": offered if component is None else component, "session_hash": "s"}
    sent = json.dumps(body).encode()
    status, text = request(address, "POST", "/gradio_api/component_server/", sent, **{"Content-Type": "application/json"})
    return status, json.loads(text) if status == http.client.OK else text


def asked(address, question, **sent):
    """The status and text of the reply to a question, with what else the page sends."""
    body = json.dumps({"question": question, "before": "", "chosen": [], "language": "en"} | sent).encode()
    return request(address, "POST", "/ask", body, **{"Content-Type": "application/json"})


def answered(address, question):
    """Ask as the page does, without a browser. Raises RuntimeError where there is no answer."""
    status, text = asked(address, question)
    if status != http.client.OK:
        raise RuntimeError(text)
    return json.loads(text)
