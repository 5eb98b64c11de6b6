"""No package of ours or of others looks a name up or opens a connection that nobody asked for.

    python benchmarks/silence.py [--seconds 30]        (as root on Linux, with unshare and ip)

Everything that Pincite does is done by real processes in a network namespace in which every address leads to this machine,
every name that is looked up gets an answer, and every packet is seen: index, add, update, watch, ask, doctor, the window with a
question, eval with its report, and a training run with its export, with a home folder that is empty at first. A packet to
another address than this machine's own, a name that is looked up, or a file in the home folder that is not ours fails it; so
does a control that is not caught: a process that looks a name up, and onnxruntime left as it is installed. Long-lived processes
stay for so many ``--seconds``, since reports are sent every few seconds.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp

Run = Callable[[dict[str, str]], object]

ROOT = Path(__file__).resolve().parents[1]
INSIDE = "PINCITE_SILENCE_INSIDE"
PINCITE = Path(sys.executable).parent / "pincite"
EXAMPLES = """
import numpy as np, sys
from transformers import BertConfig, BertModel
rng, n, length = np.random.default_rng(1), 8, 24
gold = np.zeros((n, length), np.int8); gold[: n // 2, 12] = 3; gold[n // 2 :, 0] = 0
sentence = np.zeros((n, length), np.int8); sentence[:, 8:16] = 1; sentence[:, 16:23] = 2
np.savez(sys.argv[1], ids=rng.integers(1000, 20000, n * length, dtype=np.int32), offsets=np.arange(n + 1) * length,
         questions=np.full(n, 4), sentence=sentence.ravel(), gold=gold.ravel(), groups=np.arange(n),
         sources=np.array(["a"] * n), kinds=np.array(["answered"] * (n // 2) + ["unanswerable"] * (n // 2)))
shape = dict(vocab_size=20000, hidden_size=384, num_hidden_layers=2, num_attention_heads=12, intermediate_size=64)
BertModel(BertConfig(**shape)).save_pretrained(sys.argv[2])
"""
"""Examples of random word pieces and a base of random weights, so that training does its every step without a question set."""

TELLTALE = """
import onnxruntime, sys, time
session = onnxruntime.InferenceSession(sys.argv[1])
time.sleep(float(sys.argv[2]))
"""


class Recorder:
    """Every packet on the loopback device, and an answer to every name that is looked up."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self._packets.bind(("lo", 0))
        self._names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._names.bind(("127.0.0.1", 53))
        for work in (self._watch, self._answer):
            threading.Thread(target=work, daemon=True).start()

    def take(self) -> list[str]:
        """What was seen since the last time, after a moment for what is still on its way."""
        time.sleep(0.5)
        found, self.seen = sorted(self.seen), set()
        return found

    def _watch(self) -> None:
        while True:
            packet = self._packets.recv(65536)
            if said := _foreign(packet):
                self.seen.add(said)

    def _answer(self) -> None:
        while True:
            asked, sender = self._names.recvfrom(4096)
            name, end = _name(asked, 12)
            kind = asked[end : end + 2]
            address = socket.inet_aton("198.51.100.7") if kind == b"\0\1" else socket.inet_pton(socket.AF_INET6, "2001:db8::7")
            self.seen.add(f"looks up {name}")
            head = asked[:2] + b"\x81\x80\0\1" + (b"\0\1" if kind in {b"\0\1", b"\0\x1c"} else b"\0\0") + b"\0\0\0\0"
            body = b"\xc0\x0c" + kind + b"\0\1\0\0\0\x3c" + struct.pack(">H", len(address)) + address
            self._names.sendto(head + asked[12 : end + 4] + (body if kind in {b"\0\1", b"\0\x1c"} else b""), sender)


def _foreign(packet: bytes) -> str:
    """What a packet does that goes to another machine than this one, or to a resolver; empty for any other."""
    version = packet[0] >> 4
    if version == 4:
        to, protocol, inner = ip_address(packet[16:20]), packet[9], packet[(packet[0] & 15) * 4 :]
    elif version == 6:
        to, protocol, inner = ip_address(packet[24:40]), packet[6], packet[40:]
    else:
        return ""
    port = struct.unpack(">H", inner[2:4])[0] if protocol in {6, 17} and len(inner) >= 4 else 0
    source = ip_address(packet[12:16] if version == 4 else packet[8:24])
    if to.is_loopback and source.is_loopback and not (protocol == 6 and port == 53):
        return ""
    if version == 6 and protocol == 58:  # what the system itself says of its addresses
        return ""
    if not to.is_loopback and not source.is_loopback and to == source and protocol == 6 and inner[13] & 4:
        return ""  # the refusal that comes back
    return f"connects to {to} port {port}" if not to.is_loopback else ""


def _name(packet: bytes, at: int) -> tuple[str, int]:
    parts = []
    while at < len(packet) and (size := packet[at]):
        parts.append(packet[at + 1 : at + 1 + size].decode(errors="replace"))
        at += 1 + size
    return ".".join(parts), at + 1


def main() -> int:
    """Go into a namespace of its own, do everything there, and say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the window and watch stay (30)")
    options = parser.parse_args()
    if INSIDE not in os.environ:
        missing = [name for name in ("unshare", "ip", "mount") if not shutil.which(name)]
        if missing or os.geteuid():
            print(f"silence: needs root{''.join(f', and {name}' for name in missing)}; nothing was proved", file=sys.stderr)
            return 2
        command = ["unshare", "--net", "--mount", sys.executable, __file__, "--seconds", str(options.seconds)]
        return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode
    work = Path(mkdtemp(prefix="pincite-silence-"))
    try:
        return watched(work, options.seconds)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def watched(work: Path, seconds: float) -> int:
    """Prepare the namespace, run all steps and the controls; 1 when something was seen, or a control was not."""
    (work / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    for command in (
        "ip link set lo up",
        "ip route add local default dev lo",
        "ip -6 route add local default dev lo",
        f"mount --bind {work / 'resolv.conf'} /etc/resolv.conf",
    ):
        subprocess.run(command.split(), check=True, capture_output=True)
    recorder = Recorder()
    time.sleep(1.0)
    recorder.take()
    home = work / "home"
    home.mkdir()
    names = {"PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}
    environment = {name: value for name, value in os.environ.items() if name in names} | {"HOME": str(home)}
    failed = 0
    for label, run in steps(work, seconds):
        began = time.monotonic()
        run(environment)
        seen = recorder.take()
        print(
            f"{'✗' if seen else '✓'} {label:<34} {time.monotonic() - began:5.1f} s  {'; '.join(seen) or 'silent'}", flush=True
        )
        failed += bool(seen)
    ours = {".cache/pincite", ".local/share/pincite"}
    strays = sorted({"/".join(path.relative_to(home).parts[:3]) for path in home.rglob("*") if path.is_file()})
    strays = [stray for stray in strays if not any(stray.startswith(one) for one in ours)]
    print(f"{'✗' if strays else '✓'} files in the home folder that are not ours: {', '.join(strays) or 'none'}")
    failed += bool(strays)
    for label, command in controls(seconds):
        subprocess.run(command, env=environment, check=False, capture_output=True, cwd=work)
        seen = recorder.take()
        print(f"{'✓' if seen else '✗'} control, must be caught: {label}: {'; '.join(seen)[:200] or 'not caught'}")
        failed += not seen
    print(f"{'NOT SILENT' if failed else 'silent'}")
    return int(bool(failed))


def steps(work: Path, seconds: float) -> Iterator[tuple[str, Run]]:
    """Everything that Pincite does, a label and what runs it with an environment; ends with an error where one fails."""
    docs, lib = work / "docs", work / "lib"
    (docs / "deep").mkdir(parents=True)
    (docs / "ferns.txt").write_text("Ferns have no seeds.\nThey have spores under their leaves.\n" * 3)
    (docs / "moss.md").write_text("# On moss\n\nMoss holds water like a sponge. See https://example.org/moss for more.\n")
    page = (
        '<html><head><link rel="stylesheet" href="http://example.org/x.css"></head><body><img src="http://example.org/a.png">'
    )
    (docs / "page.html").write_text(page + "<p>Oaks grow for centuries.</p></body></html>")
    (docs / "deep" / "chinese.txt").write_text("黑龙江制定了行动计划。\n")

    (docs / "scan.png").write_bytes(picture("Oaks drop their leaves in autumn."))

    def pincite(*arguments: object) -> Run:
        return lambda environment: done([str(PINCITE), *map(str, arguments)], environment)

    def python(*arguments: object) -> Run:
        return lambda environment: done([sys.executable, *map(str, arguments)], environment)

    from index.encoders.minilm import package

    yield "index", pincite("index", docs, "-o", lib)
    yield "index with a model that is exported", pincite("index", docs, "-o", work / "other", "--model", package())
    (docs / "oaks.txt").write_text("An oak has acorns.\n")
    yield "update", pincite("update", lib)
    yield "add", pincite("add", lib, ROOT / "README.md")
    yield "watch", lambda environment: staying([str(PINCITE), "watch", str(lib)], environment, seconds)
    yield "ask", pincite("ask", "Do ferns have seeds?", "--index", lib)
    yield "ask PATHS, in Chinese", pincite("ask", "黑龙江制定了什么？", docs)
    yield "ask --explain, refused", pincite("ask", "--explain", "What did Beijing plan?")
    yield "status, doctor", lambda environment: (pincite("status", lib)(environment), pincite("doctor", lib)(environment))
    yield "the window, with a question", lambda environment: window(work, lib, environment, seconds)
    yield "eval run", pincite("eval", "run", "--limit", 12, "-o", work / "run.json")
    yield "eval report", pincite("eval", "report", work / "run.json", "-o", work / "report.html")
    yield "training, examples", python("-c", EXAMPLES, work / "examples.npz", work / "base")
    some, base = work / "examples.npz", ("--base", work / "base")
    train = ("-m", "training.train", some, some, "-o", work / "run", *base, "--minutes", 9, "--stop-at", 2, "--tune-every", 1)
    yield "training, a run of two steps", python(*train)
    yield "training, export", python("-m", "training.export", work / "run" / "checkpoint.pt", *base, "-o", work / "weights")


def picture(words: str) -> bytes:
    """A PNG with a line of text, to be recognised."""
    from io import BytesIO

    from PIL import Image, ImageDraw, ImageFont

    page, file = Image.new("L", (700, 100), 255), BytesIO()
    ImageDraw.Draw(page).text((30, 30), words, font=ImageFont.load_default(26), fill=0)
    page.save(file, "PNG")
    return file.getvalue()


def controls(seconds: float) -> Iterator[tuple[str, list[str]]]:
    """What must be caught, or the silence of everything else says nothing."""
    yield "a name that is looked up", [sys.executable, "-c", "import socket; socket.getaddrinfo('control.example', 443)"]
    graph = ROOT / "rag/reader/weights/model.onnx"
    yield "onnxruntime as it is installed", [sys.executable, "-c", TELLTALE, str(graph), str(max(20.0, seconds))]


def done(command: list[str], environment: dict[str, str]) -> None:
    """Run a command to its end, which must be a good one."""
    run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {run.returncode}\n{run.stdout[-500:]}\n{run.stderr[-2000:]}")


def staying(command: list[str], environment: dict[str, str], seconds: float) -> None:
    """Let a command that goes on run for a while, then end it as Ctrl-C does."""
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    process.wait(60)


def window(work: Path, lib: Path, environment: dict[str, str], seconds: float) -> None:
    """The window asked a question over HTTP as its page does, then left open for a while."""
    sys.path.insert(0, str(ROOT / "tests"))
    from served import answered

    log = work / "chat.log"
    with log.open("w") as stderr:
        process = subprocess.Popen([str(PINCITE), "chat", "--port", "0", "--index", str(lib)], env=environment, stderr=stderr)
        try:
            until = time.monotonic() + 180
            while not (found := re.search(r"Open (http://127\.0\.0\.1:\d+) ", log.read_text())):
                if time.monotonic() > until or process.poll() is not None:
                    raise SystemExit(f"no window: {log.read_text()}")
                time.sleep(0.1)
            answer = answered(found[1], "Do ferns have seeds?")
            if not answer.get("citations"):
                raise SystemExit(f"the window gave no quote: {answer}")
            time.sleep(seconds)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


if __name__ == "__main__":
    sys.exit(main())
