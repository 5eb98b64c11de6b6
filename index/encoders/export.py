"""Encoders by name: those that are shipped need no export, any other sentence-transformers model is exported to ONNX once.

From then on nothing imports torch. An export lies in the user's cache under the SHA-256 of its weights, so it is found again
without loading torch and shared by every index.
"""

import json
import platform
import shutil
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.digest import file_digest
from corpus.errors import ModelError
from corpus.folders import cache_folder
from corpus.messages import Message
from corpus.progress import Note
from corpus.silence import be_silent
from index.encoders.e5 import DEFAULT_MODEL, E5Encoder
from index.encoders.encoder import FORMAT, Encoder, OnnxEncoder
from index.encoders.minilm import NAME as MINILM
from index.encoders.minilm import WEIGHTS as MINILM_WEIGHTS
from index.encoders.minilm import open_minilm, package
from index.encoders.onnx_model import GRAPH, TOKENIZER

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_SAMPLES = ("What did the province plan?", "Plain words.", "Zwei Jahre später: 24 Städte, 3.5 % — und 东北的工业。" * 8)


_SHIPPED: dict[str, Callable[[], Encoder]] = {DEFAULT_MODEL: E5Encoder, MINILM: open_minilm}


def open_encoder(name: str = DEFAULT_MODEL, fingerprint: str | None = None, *, note: Note) -> Encoder:
    """The encoder of a model, exported first if that has not been done on this machine.

    ``name`` is that of one that is shipped, a folder's or a hub model's. With a ``fingerprint``, the weights must
    be those: an index asks so for the model it was made with. Raises ModelError when there is no such model or it is another
    one.
    """
    if name in _SHIPPED:
        encoder = _SHIPPED[name]()
        _expect(name, encoder.fingerprint, fingerprint)
        return encoder
    if fingerprint and (folder := _folder(fingerprint)).is_dir():
        try:
            return OnnxEncoder(folder)
        except ModelError as error:
            note(Message("encoder.again", what=error.message))
            shutil.rmtree(folder)
    folder = export(name, expected=fingerprint, note=note)
    return OnnxEncoder(folder)


def _expect(name: str, found: str, expected: str | None) -> None:
    """Raise ModelError when a model's weights are not those that were asked for."""
    if expected and found != expected:
        raise ModelError("model.other_weights", where=name, found=found[:12], expected=expected[:12])


def _folder(fingerprint: str) -> Path:
    return cache_folder() / "encoders" / f"{fingerprint[:16]}-{FORMAT}"


def export(name: str, *, expected: str | None, note: Note) -> Path:
    """The folder of a model's export, made if it is not there yet. Raises ModelError."""
    note(Message("encoder.preparing", name=name))
    above = cache_folder() / "encoders"
    try:
        above.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(prefix=".export-", dir=above))
    except OSError as error:
        raise _unwritable(above, error) from error
    try:
        model = load_model(name)
        found = _fingerprint(model) if name != MINILM else MINILM_WEIGHTS
        _expect(name, found, expected)
        folder = _folder(found)
        if folder.is_dir():
            return folder
        try:
            _write(model, beside, name=name, fingerprint=found)
            beside.replace(folder)
        except OSError as error:
            if folder.is_dir():  # another process was quicker, with the same weights
                return folder
            raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    note(Message("encoder.ready", folder=str(folder)))
    return folder


def _unwritable(path: Path, error: OSError) -> ModelError:
    return ModelError("encoder.unwritable", where=path, why=error.strerror or "")


def load_model(name: str) -> "SentenceTransformer":
    """The sentence-transformers model of this name, on the CPU. Imports torch.

    Raises ModelError when it cannot be found, or when all-MiniLM-L6-v2's weights are not the genuine ones.
    """
    be_silent()
    path = name
    if name == MINILM:
        path = str(package())
        digest = file_digest(Path(path) / "model.safetensors")
        if digest != MINILM_WEIGHTS:
            raise ModelError("model.not_genuine", where=path, found=digest[:12])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()
            return SentenceTransformer(path, device="cpu", local_files_only=name == MINILM).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise ModelError("model.unknown", where=name, why=reason) from error


def _fingerprint(model: "SentenceTransformer") -> str:
    digest = sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).numpy().tobytes())
    return digest.hexdigest()


def _write(model: "SentenceTransformer", folder: Path, *, name: str, fingerprint: str) -> None:
    """Write encoder.json, model.onnx and tokenizer.json, and compare the result with the model by value."""
    import torch

    features = {key: value for key, value in model.preprocess(["a first text", "another"]).items() if torch.is_tensor(value)}
    columns = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in features]

    class Embedding(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            found = self.model(dict(zip(columns, inputs, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(found, dim=-1)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Embedding(),
                tuple(features[key] for key in columns),
                str(folder / GRAPH),
                input_names=columns,
                output_names=["embedding"],
                dynamic_axes={**{key: {0: "texts", 1: "tokens"} for key in columns}, "embedding": {0: "texts"}},
                opset_version=17,
                dynamo=False,
            )
        model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    except (RuntimeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError("model.no_export", where=name, why=str(error).splitlines()[0][:160]) from error
    prompts = {kind: str((model.prompts or {}).get(kind) or "") for kind in ("query", "document")}
    made = {
        "format": FORMAT,
        "name": name,
        "fingerprint": fingerprint,
        "sha256": {name: file_digest(folder / name) for name in (GRAPH, TOKENIZER)},
        "dim": int(model.get_embedding_dimension() or 0),
        "max_tokens": int(model.max_seq_length or 512),
        "prompts": prompts,
        "made_with": {"torch": torch.__version__, "python": platform.python_version()},
    }
    (folder / "encoder.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    ours = OnnxEncoder(folder).encode_passages(_SAMPLES, progress=lambda done, total: None)
    theirs = model.encode([prompts["document"] + text for text in _SAMPLES], normalize_embeddings=True)
    worst = float(np.min(np.sum(ours * np.asarray(theirs), axis=1)))
    if not worst > 0.9999:
        raise ModelError("model.export_differs", where=name, cosine=f"{worst:.4f}")
