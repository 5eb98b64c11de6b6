"""The window under people who ask, open sources, add files and take them away, and send nonsense, for as long as one likes.

    python benchmarks/soak.py [--minutes 10] [--clients 8]

Three in four clients ask and open what they are shown, the others put files into the folder and take them away again; at times
a client sends what no page sends. Every quote is compared with the file that it names. Counted are errors that nobody meant to
cause (all must be 0, the exit code says so), quotes that differ from their file (0), and how much memory, how many open files
and threads the server has. A document that was taken away by another client while it was asked for is no error; it is counted.
"""

import argparse
import base64
import json
import random
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from served import answered, request, server

WORDS = ("ferns", "moss", "oaks", "rivers", "stones", "foxes", "clouds", "harbours", "engines", "letters")
QUESTIONS = (
    "How much water did the {} of region {} need?",
    "What was the budget for {} in region {}?",
    "Who counted the {} of region {}?",
    "foxs {} watr {}?",
    "and {} {}?",
    "What did Beijing plan for {} in {}?",
    "浙江的{}计划了什么{}？",
    "{}? moss? ferns? {}?",
)
FLAT = 1.1
"""How much more memory than after a quarter of the time is flat."""

TRUE_RACES = (
    "not searched any more",
    "searched any more",
    "among those that are searched now",
    "is not there any more",
    "was not taken away here",
)
JSON = {"Content-Type": "application/json"}


class Soak:
    """What the clients share: the address, the texts that files have, and what is counted."""

    def __init__(self, address: str, folder: Path, until: float) -> None:
        self.address, self.folder, self.until = address, folder, until
        config = json.loads(request(address, "GET", "/config")[1])
        (self.component,) = (one["id"] for one in config["components"] if one["props"].get("server_fns"))
        self.texts = {path.name: path.read_text() for path in folder.glob("*.txt")}
        self.counts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.lock = threading.Lock()

    def call(self, name: str, sent: dict[str, Any]) -> dict[str, Any]:
        """What a call of the page gives."""
        body = {"data": sent, "fn_name": name, "component_id": self.component, "session_hash": "soak"}
        status, text = request(self.address, "POST", "/gradio_api/component_server/", json.dumps(body), **JSON)
        given: dict[str, Any] = json.loads(text) if status == 200 else {"error": f"{status} {text}"}
        if error := given.get("error"):
            with self.lock:
                race = any(part in error for part in TRUE_RACES)
                (self.counts if race else self.errors)[f"{name}: {error[:100]}"] += 1
        return given

    def ask(self, rng: random.Random) -> None:
        """Ask, compare every quote, and open one."""
        question = rng.choice(QUESTIONS).format(rng.choice(WORDS), rng.randrange(60))
        began = time.monotonic()
        given = answered(self.address, question)
        with self.lock:
            self.seconds.append(time.monotonic() - began)
            self.counts["asked"] += 1
            if "error" in given:
                race = any(part in given["error"] for part in TRUE_RACES)
                (self.counts if race else self.errors)[f"ask: {given['error'][:100]}"] += 1
        for quote in given.get("citations", []):
            text = self.texts.get(Path(quote["document"]["source"]).name, "")
            right = text[quote["start"] : quote["end"]] == quote["quote"]
            with self.lock:
                self.counts["quotes compared"] += 1
                self.errors["a quote differs from its file"] += not right
        if given.get("citations") and rng.random() < 0.3:
            quote = rng.choice(given["citations"])
            sent = {"document": quote["document"]["id"], **{key: quote[key] for key in ("start", "end", "quote")}}
            self.call("source", sent)
            self.counts["opened"] += 1

    def change(self, rng: random.Random, mine: list[str], person: str) -> None:
        """Add a file, or take one of one's own away."""
        if mine and (len(mine) > 5 or rng.random() < 0.4):
            name = mine.pop(rng.randrange(len(mine)))
            (row,) = [one for one in self.call("info", {})["documents"] if one["file"] == name] or [None]
            if row:
                self.call("take_away", {"document": row["document"]})
                self.counts["taken away"] += 1
        else:
            name, text = f"{person}-{rng.randrange(10**9)}.txt", some_text(rng, rng.randrange(10**6))
            self.texts[name] = text
            given = self.call("place", {"name": name, "data": base64.b64encode(text.encode()).decode()})
            if given.get("state") != "added":
                self.errors[f"place: {given}"[:120]] += 1
            mine.append(name)
            self.counts["added"] += 1
        self.call("update", {})

    def nonsense(self, rng: random.Random) -> None:
        """What no page sends; it must be refused, and nothing more."""
        body = rng.choice(("[]", "NaN", '"x"', "{" * 1000))
        path = rng.choice(("ask", "gradio_api/component_server/", "gradio_api/cancel", "nowhere"))
        status, _ = request(self.address, "POST", f"/{path}", body, **JSON)
        with self.lock:
            self.counts["nonsense refused"] += 1
            self.errors[f"nonsense: {status}"] += not 400 <= status < 500

    def client(self, number: int, *, changes: bool) -> None:
        """One client, until the time is over."""
        rng, mine, person = random.Random(number), [], f"c{number}"
        while time.monotonic() < self.until:
            try:
                if rng.random() < 0.05:
                    self.nonsense(rng)
                elif changes:
                    self.change(rng, mine, person)
                    time.sleep(rng.random() * 2)
                else:
                    self.ask(rng)
            except Exception as error:
                with self.lock:
                    self.errors[f"{type(error).__name__}: {str(error)[:100]}"] += 1
                time.sleep(0.2)


def some_text(rng: random.Random, number: int) -> str:
    """Some sentences that no other file has."""
    lines = (
        f"In line {n} the {rng.choice(WORDS)} of region {number % 60} needed {rng.randrange(10**6)} litres of water."
        for n in range(8)
    )
    return "\n".join(lines) + "\n"


def state(process: int) -> tuple[float, int, int]:
    """Megabytes in memory, open files, and threads of a process."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":\t" in line)
    return int(status["VmRSS"].split()[0]) / 1024, len(list(Path(f"/proc/{process}/fd").iterdir())), int(status["Threads"])


def main() -> int:
    """Let the clients loose, look at the server every half minute, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="pincite-soak-") as place:
        root = Path(place)
        (root / "own").mkdir()
        for number in range(60):
            (root / "own" / f"region-{number}.txt").write_text(some_text(random.Random(number), number))
        log = root / "log"
        with server("--library", root / "own", "--judged", root / "judged.jsonl", log=log) as address:
            soak = Soak(address(), root / "own", time.monotonic() + 60 * options.minutes)
            crowd = [
                threading.Thread(target=soak.client, args=(n,), kwargs={"changes": n % 4 == 3}) for n in range(options.clients)
            ]
            for one in crowd:
                one.start()
            began, seen = time.monotonic(), []
            while any(one.is_alive() for one in crowd):
                seen.append(state(address.process.pid))
                at = time.monotonic() - began
                print(f"{at:5.0f} s  {seen[-1][0]:6.0f} MB  {seen[-1][1]:4d} files  {seen[-1][2]:3d} threads", flush=True)
                for one in crowd:
                    one.join(30 / len(crowd))
        said = log.read_text()
    soak.errors["lines of a defect in the terminal"] += said.count("this is a defect") + said.count("Traceback")
    for name, n in sorted(soak.counts.items()):
        print(f"{n:7d}  {name}")
    wrong = {name: n for name, n in soak.errors.items() if n}
    for name, n in wrong.items():
        print(f"{n:7d}  ERROR  {name}")
    quarter = seen[max(1, len(seen) // 4)][0]
    ordered = sorted(soak.seconds)
    print(f"answers: {statistics.median(ordered):.2f} s median, {ordered[int(len(ordered) * 0.95)]:.2f} s 95th percentile")
    print(
        f"memory: {quarter:.0f} MB after a quarter of the time, {seen[-1][0]:.0f} MB at the end ({seen[-1][0] / quarter:.2f})"
    )
    print(f"errors: {sum(wrong.values())}")
    return int(bool(wrong) or seen[-1][0] > FLAT * quarter)


if __name__ == "__main__":
    sys.exit(main())
