"""The front page, the pages, and the help: their examples are run, their places are there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ui.cli.commands import parser
from ui.cli.examples import EXAMPLES, all_of

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if "_build" not in page.parts]


def test_front_page_is_short():
    assert len((ROOT / "README.md").read_bytes()) <= 8_000


@pytest.mark.parametrize("command", EXAMPLES)
def test_example_of_a_command_is_one(command):
    """The command of its help takes it, and its help ends in it."""
    (one,) = [one for one in all_of(parser()) if one.prog == command]
    program, *arguments = shlex.split(EXAMPLES[command])
    assert program == "pincite"
    chosen = parser().parse_args(arguments)
    assert callable(chosen.run)
    assert " ".join(one.format_help().split()).endswith(f"Example: {EXAMPLES[command]}")
    assert EXAMPLES[command].startswith(command)


def test_every_command_has_an_example():
    assert {one.prog for one in all_of(parser())} == set(EXAMPLES)


def test_reference_of_the_command_line_is_what_the_parsers_say():
    made = subprocess.run(
        [sys.executable, "-c", "import runpy; print(runpy.run_path('docs/command_line.py')['reference'](), end='')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert page == made.stdout, "make it anew: python docs/command_line.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_places_that_a_page_names_are_there(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not link.startswith("http"):
            assert (page.parent / link).exists(), link
    for name in re.findall(r"`((?:corpus|index|rag|ui|pincite|tests|benchmarks|training|docs)/[\w./-]+)", text):
        if "_build" not in name and not name.endswith("material/new-quality-productivity.txt:20"):
            assert (ROOT / name.rstrip("/.")).exists(), name


def test_commands_that_pages_show_are_commands():
    """Every ``pincite …`` of a code block is taken by the parsers, but where three dots stand for what is left out."""
    shown = [
        line
        for page in PAGES
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
    ]
    commands = [line.removeprefix("$ ").split(" #")[0].split(" > ")[0] for line in shown]
    commands = [line for line in commands if line.startswith("pincite ") and "…" not in line]
    assert len(commands) > 30
    for line in commands:
        arguments = shlex.split(line)[1:]
        assert callable(parser().parse_args(arguments).run), line


def test_pages_are_built_without_a_warning(tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", ROOT / "docs", tmp_path / "site"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stderr) == (0, "")
    assert "exact quotes" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_script_that_completes_commands_is_one():
    made = subprocess.run([sys.executable, "-m", "pincite", "completion", "bash"], capture_output=True, text=True, check=True)
    checked = subprocess.run(["bash", "-n"], input=made.stdout, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    for command in ("ask", "index", "calibrate", "completion"):
        assert command in made.stdout
