"""Gradio, invited quietly and quickly: no word to other machines, no stub files written for every component."""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from corpus.silence import be_silent

_STUBS = "gradio.component_meta"


def gradio() -> Any:
    """The module, imported if it was not yet.

    While it comes in, Gradio would write a ``.pyi`` file beside the source of each of its components, which takes half of
    the time; the function that does so is replaced by one that does nothing. Without that function it just takes longer.
    """
    if "gradio" in sys.modules:
        return sys.modules["gradio"]
    be_silent()
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own server for a sign of life
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost")))
    finder = _WithoutStubs()
    sys.meta_path.insert(0, finder)
    try:
        import gradio
    finally:
        sys.meta_path.remove(finder)
    return gradio


class _WithoutStubs(MetaPathFinder):
    """Finds one module of Gradio as Python does, and takes its stub writing out once it is loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of that module; None for all others."""
        if fullname != _STUBS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                if hasattr(module, "create_or_modify_pyi"):
                    module.create_or_modify_pyi = lambda *_, **__: None  # type: ignore[attr-defined]

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
