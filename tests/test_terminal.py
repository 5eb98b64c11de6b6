"""What reaches a person's terminal: no character that drives it, hides or turns what stands beside it, and no forged line."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ui.cli.main import main

PINCITE = Path(sys.executable).parent / "pincite"
STYLES = re.compile("\x1b\\[(?:0|2|33|1;4)m")
"""What Pincite itself sends to a terminal."""

NASTY = st.lists(
    st.sampled_from(
        [
            "\x1b]0;PWNED\x07",
            "\x1b[2J",
            "\x9b31m",
            "\n",
            "\r",
            "\x85",
            "\u2028",
            "\u2029",
            "\x0b",
            "\x0c",
            "\t",
            "\x7f",
            "\u202e",
        ]
        + [
            "\u200b",
            "\u2066",
            "\ufeff",
            "\u061c",
            "\xad",
            "\u3164",
            "\U000e0041",
            "\udcff",
            "a",
            " ",
            "é",
            "中",
            "😀\ufe0f",
        ]
        + ["\nlibrary: 99 files added, all is well"]
    ),
    min_size=1,
    max_size=6,
).map("".join)


class Terminal(io.TextIOWrapper):
    """A stream that says whether it is a terminal, and keeps what it gets."""

    def __init__(self, *, drawn):
        self.kept, self._drawn = io.BytesIO(), drawn
        super().__init__(self.kept, encoding="utf-8", write_through=True)

    def isatty(self):
        return self._drawn


@contextmanager
def terminal():
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err = Terminal(drawn=True), Terminal(drawn=False)  # no bar is drawn
    try:
        yield lambda: [stream.kept.getvalue().decode() for stream in (out, err)]
    finally:
        sys.stdout, sys.stderr = before


def shown(*arguments):
    """The exit code of a command and the lines that it puts on a terminal, which holds none of what it must not."""
    with terminal() as got:
        code = main([str(one) for one in arguments])
    text = "".join(got())
    harmless(text)
    return code, text.split("\n")


def harmless(text):
    rest = STYLES.sub("", text).replace("\n", "")
    for character in rest:
        assert unicodedata.category(character) not in {"Cc", "Cf", "Zl", "Zp", "Cs"}, (character, text)


def filled(folder, nasty):
    """A folder with a file, its twin, a broken one, an e-mail and a page; this is in all names, titles and attachments."""
    folder.mkdir()
    inner = folder / f"i{nasty}"
    inner.mkdir()
    for name in ("n", "twin"):
        (folder / f"{name}{nasty}.txt").write_text("The fern \x1b[31m\u202e grows\u2028on the\x85 north wall.\n", "utf-8")
    (inner / f"b{nasty}.pdf").write_bytes(b"broken")
    subject = "".join(nasty.replace("\udcff", "").split())
    (inner / f"m{nasty}.eml").write_bytes(
        f"From: a@b.c\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n"
        f"Moss holds water.\n--x\nContent-Type: application/pdf\nContent-Disposition: attachment; "
        f'filename="{subject}.pdf"\n\nzz\n--x--\n'.encode()
    )
    (inner / f"t{nasty}.html").write_text(
        f"<title>T{nasty.replace(chr(0xDCFF), '')}</title><p>Larch trees stand here.", "utf-8"
    )
    return folder


@contextmanager
def inside(folder):
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@cache
def lines_of(word):
    """The exit code and the number of lines of every command over files whose names and titles hold a word."""
    with tempfile.TemporaryDirectory() as folder, inside(folder):
        filled(Path("d"), word)
        lib = f"l{word}".replace("\udcff", "")  # FAISS opens no path that is not UTF-8
        said = [
            shown("index", "d", "-o", lib),
            shown("status", lib),
            shown("status", lib, "--json"),
            shown("doctor", lib),
            shown("ask", "Where does the fern grow?", "--index", lib, "--explain"),
            shown("ask", "Where does the fern grow?", "--index", lib, "--json"),
            shown("ask", "Which trees stand here?", f"d/i{word}"),
            shown("remove", lib, f"d/i{word}"),
            shown("ask", f"Where is the {word}?", f"d/no{word}.txt"),
            shown("status", f"no{word}"),
            shown("ask", "--index", f"no{word}", "--no-such"),
            shown("ask", f"--no{word}"),
            shown(f"a{word}"),
            shown("eval", "add", "--from-answer", f"no{word}", "--right"),
            shown("eval", "compare", f"no{word}", "b"),
        ]
    assert not [row for _, rows in said for row in rows if row.startswith("library:")]
    return [(code, len(rows)) for code, rows in said]


@settings(max_examples=2)
@given(NASTY)
@example("\x1b]0;P\x07\nl\u2028\x85\x9b31m\u202e\u200b\U000e0041\udcff\r")
def test_no_name_title_or_text_drives_a_terminal_or_forges_a_line(nasty):
    assert lines_of(nasty) == lines_of("plain")


@given(NASTY)
def test_a_piped_answer_keeps_the_quote_and_one_line_for_all_else(nasty):
    from corpus.document import Document, Passage, Places, Quote
    from corpus.messages import Message
    from rag.answer import Answer, Citation, Refusal, Verdict
    from ui.cli.render import render

    text = f"The fern{nasty.replace(chr(0xDCFF), '').replace(chr(13), '')} grows."
    document = Document(text, "t", f"/d/{nasty}.txt", places=(Places("sheet", (0,), (f"s{nasty}",)),))
    citation = Citation(1, Quote(Passage(document, 0, len(text)), 0, len(text)), 0.5, (), Verdict("q", (), 0.0))
    unsure = replace(citation, verdict=Verdict(nasty, (), 1.0), doubt=Message("doubt.has", has=nasty))
    for answer in (
        Answer(f"q{nasty}", (unsure,), None, verdicts=(unsure.verdict,) * 2),
        Answer(f"q{nasty}", (citation,), None, notes=(Message("turn.read_as", question=nasty),)),
        Answer(
            nasty,
            (),
            Refusal(
                Verdict(f"q{nasty}", (), 0.0), Message("text", text=f'It never mentions "{nasty}".'), (nasty,), (citation,)
            ),
        ),
    ):
        plain = render(answer)
        assert text in plain
        harmless(plain.replace(text, ""))
        harmless(render(answer, terminal=True, colour=True))
        assert render(answer, terminal=True).count("\n") == plain.count("\n")


@given(st.text(min_size=1))
def test_json_holds_the_exact_characters_and_none_that_drives_a_terminal(text):
    from ui.cli.console import put_json

    with terminal() as got:
        put_json({"quote": text, text: [text]})
    line, rest = got()[0].split("\n")
    assert rest == "" and json.loads(line) == {"quote": text, text: [text]}
    harmless(line)


def on_pty(command, cwd):
    """The exit code and all that a command writes when its streams are a real terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    got = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        got += piece
    os.close(ours)
    return process.wait(timeout=60), got.decode()


def test_a_real_terminal_gets_nothing_raw(tmp_path):
    filled(tmp_path / "d", "\x1b]0;PWNED\x07\x1b[2J\nlib: 99 files added\u202e\u2028\x85")
    for command in (["index", "d", "-o", "lib"], ["status", "lib"], ["ask", "Where does the fern grow?", "d"]):
        code, got = on_pty([str(PINCITE), *command], tmp_path)
        assert code == 0
        bare = re.sub(r"\rIndexing[^\r]*|\r +\r", "", got)  # a bar that was drawn and wiped away
        harmless(bare.replace("\r\n", "\n"))
        assert "99 files added" in bare and not re.search("^lib: 99", bare, re.M)


@pytest.mark.parametrize("wait", [0.06, 0.15, 0.3, 0.5])
@pytest.mark.parametrize("command", [["ask", "what did Heilongjiang plan?"], ["chat", "--port", "0"]], ids=lambda c: c[0])
def test_ctrl_c_at_any_moment_leaves_no_traceback(command, wait):
    process = subprocess.Popen([str(PINCITE), *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said and "ignored" not in said and "terminate" not in said
    assert process.returncode in {0, 130, -signal.SIGINT}


def test_interrupt_that_a_library_makes_another_error_of_is_an_interrupt():
    """As onnxruntime does when it is interrupted while it comes in."""
    code = (
        "import os, signal, sys, ui.cli.commands as commands, ui.cli.main as cli\n"
        "class Options:\n"
        "    def run(self, options):\n"
        "        try:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "            import time; time.sleep(5)\n"
        "        except KeyboardInterrupt:\n"
        "            raise AttributeError('half of a library') from None\n"
        "commands.parser = lambda: type('P', (), {'parse_args': lambda self, arguments: Options()})()\n"
        "sys.exit(cli.main())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "pincite: interrupted; nothing was changed\n")


def test_words_for_people_leave_through_one_door():
    root = Path(__file__).parents[1]
    found = {
        str(path.relative_to(root))
        for floor in ("corpus", "index", "rag", "ui")
        for path in (root / floor).rglob("*.py")
        if re.search(r"sys\.(stdout|stderr)\.write|(?<![\w.])print\(", path.read_text("utf-8"))
    }
    assert found == {"ui/cli/console.py"}
