"""Texts become vectors: an exported sentence-transformers model, run by onnxruntime and tokenizers alone."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError

FORMAT = 1
"""Of an exported encoder's folder: ``encoder.json``, ``model.onnx``, ``tokenizer.json``."""

BATCH_TOKENS = 2048
"""Tokens per batch, padding included: the fastest of the budgets tried on two cores."""

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]


class Encoder(Protocol):
    """What an index needs of a model.

    ``name`` is what the user calls it, ``fingerprint`` the SHA-256 of its weights, ``dim`` the length of its vectors.
    """

    name: str
    fingerprint: str
    dim: int

    def encode_query(self, question: str) -> Vectors:
        """A question as a ``(dim,)`` float32 unit vector."""
        ...

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as ``(n, dim)`` float32 unit rows, in their order; ``progress(done, total)`` is called as they come."""
        ...


class OnnxEncoder:
    """An exported model in a folder; equal to sentence-transformers on the same weights to about 1e-6 in cosine.

    Raises ModelError when the folder is incomplete, of another format, or ``model.onnx`` is not the exported file.
    """

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            made = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self.name, self.fingerprint, self.dim = str(made["name"]), str(made["fingerprint"]), int(made["dim"])
            self._prompts = {"query": str(made["prompts"]["query"]), "document": str(made["prompts"]["document"])}
            if made["format"] != FORMAT:
                raise ModelError(f"{folder}: encoder format {made['format']}, this program reads {FORMAT}; delete the folder")
            with ThreadPoolExecutor(1) as pool:  # hashing and loading the 90 MB overlap
                digests = {name: pool.submit(file_digest, folder / name) for name in made["sha256"]}
                try:
                    options = onnxruntime.SessionOptions()
                    options.log_severity_level = 4
                    self._session = onnxruntime.InferenceSession(
                        str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
                    )
                    self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
                finally:  # a damaged file is named as such, whatever its library thinks of it
                    for name, digest in digests.items():
                        if digest.result() != made["sha256"][name]:
                            raise ModelError(f"{folder / name}: not the file that was exported; delete {folder}")
            self._inputs = [node.name for node in self._session.get_inputs()]
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(int(made["max_tokens"]))
        except ModelError:
            raise
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder}: this exported encoder cannot be used ({reason}); delete the folder") from error

    def encode_query(self, question: str) -> Vectors:
        """A question as a ``(dim,)`` float32 unit vector."""
        _, rows = next(self._batches([self._tokenizer.encode(self._prompts["query"] + question)]))
        return np.asarray(rows[0], dtype=np.float32)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as ``(n, dim)`` float32 unit rows, in their order; ``progress(done, total)`` is called as they come."""
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        done = 0
        for at in range(0, len(texts), 1024):  # tokenised in slices, so that memory stays bounded
            order = by_length[at : at + 1024]
            encodings = self._tokenizer.encode_batch([self._prompts["document"] + texts[i] for i in order])
            for places, vectors in self._batches(encodings):
                rows[[order[place] for place in places]] = vectors
                done += len(places)
                progress(done, len(texts))
        return rows

    def _batches(self, encodings: list) -> Iterator[tuple[list[int], Vectors]]:  # type: ignore[type-arg]
        """Places and ``(k, dim)`` unit rows of each batch; neighbours in length share one."""
        order = sorted(range(len(encodings)), key=lambda place: len(encodings[place].ids))
        while order:
            take = 1
            while take < len(order) and (take + 1) * len(encodings[order[take]].ids) <= BATCH_TOKENS:
                take += 1
            places, order = order[:take], order[take:]
            width = max(len(encodings[place].ids) for place in places)
            columns = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
            batch = {}
            for name in self._inputs:
                array = np.zeros((take, width), dtype=np.int64)
                for row, place in enumerate(places):
                    values = getattr(encodings[place], columns[name])
                    array[row, : len(values)] = values
                batch[name] = array
            yield places, self._session.run(None, batch)[0]


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
