"""How quickly the chat window is there, how much it loads, and how it bears fifty people who ask at once.

    python benchmarks/window.py [--runs 3]

Start to first answer: from the start of the process ``pincite chat`` until a browser that is already running shows the
first quote. Page: what a browser with an empty cache requests and receives until then. Fifty people: each asks its own
question over HTTP, as the page does, all at the same time.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from served import CHROMIUM, FLAGS, answered, server

QUESTION = "what did Heilongjiang plan?"


def main() -> None:
    """Print the three figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--people", type=int, default=50)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        runs = [_first_answer(browser) for _ in range(options.runs + 1)][1:]
    for name, column in zip(("served", "page ready", "first answer"), zip(*(run[0] for run in runs), strict=True), strict=True):
        print(f"start to {name:<13} median {statistics.median(column):5.2f} s of {len(column)} {[round(x, 2) for x in column]}")
    print(f"page                   {runs[-1][1]} requests, {runs[-1][2] / 1024:.0f} KiB")
    for reader in ("on", "off"):
        with _server("--reader", reader) as address:
            answered(address, QUESTION)
            seconds = sorted(_people(address, options.people))
        p95 = seconds[max(0, round(0.95 * len(seconds)) - 1)]
        print(f"{options.people} people, reader {reader:<3}   median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s")


@contextmanager
def _server(*arguments: str) -> Iterator[str]:
    with TemporaryDirectory() as folder, server(*arguments, log=Path(folder, "log")) as address:
        yield address()


def _first_answer(browser: Browser) -> tuple[tuple[float, float, float], int, int]:
    """Seconds until served, until the box is there, until the first quote; requests and bytes over the wire."""
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    received: list[int] = []
    network.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    began = time.perf_counter()
    with _server() as address:
        served = time.perf_counter() - began
        page.goto(address)
        page.locator("#question").fill(QUESTION)
        ready = time.perf_counter() - began
        page.keyboard.press("Enter")
        page.locator("blockquote").first.wait_for()
        answered = time.perf_counter() - began
        context.close()
    return (served, ready, answered), len(received), sum(received)


def _people(address: str, people: int) -> list[float]:
    names = ["Heilongjiang", "Zhejiang", "Guangdong", "Shanghai", "Beijing"]
    seconds = list[float]()

    def ask(n: int) -> None:
        question, began = f"what did {names[n % len(names)]} plan?", time.perf_counter()
        answer = answered(address, question)
        assert answer["question"] == question
        seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seconds) == people
    return seconds


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    main()
