"""A folder with an ONNX graph and its tokenizer, checked by hash and run by onnxruntime and tokenizers alone."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError

GRAPH, TOKENIZER = "model.onnx", "tokenizer.json"
BATCH_TOKENS = 2048
"""Tokens per batch, padding included: the fastest of the budgets tried on two cores."""

_COLUMNS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


class Graph:
    """``model.onnx`` and ``tokenizer.json`` of a folder, each with the SHA-256 it must have.

    Raises ModelError when a file is missing or damaged; ``remedy`` then says what to do about it.
    """

    def __init__(self, folder: Path, *, digests: Mapping[str, str], remedy: str) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except (ImportError, OSError) as error:
            raise ModelError(f"onnxruntime or tokenizers cannot be used here ({error}); install them again") from error
        try:
            with ThreadPoolExecutor(1) as pool:  # hashing and loading overlap
                found = {name: pool.submit(file_digest, folder / name) for name in digests}
                try:
                    options = onnxruntime.SessionOptions()
                    options.log_severity_level = 4
                    self._session = onnxruntime.InferenceSession(
                        str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
                    )
                    self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
                finally:  # a damaged file is named as such, whatever its library thinks of it
                    for name, digest in found.items():
                        if digest.result() != digests[name]:
                            raise ModelError(f"{folder / name}: damaged (its SHA-256 differs); {remedy}")
            self._inputs = [node.name for node in self._session.get_inputs()]
            self.tokenizer.no_padding()
        except ModelError:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise exceptions of many kinds, some of them bare
            reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"{folder}: this model cannot be used ({reason}); {remedy}") from error

    def run(self, encodings: Sequence[Any]) -> Iterator[tuple[list[int], list[NDArray[np.float32]]]]:
        """Places of the encodings of one batch, and the graph's outputs for them; neighbours in length share a batch."""
        order = sorted(range(len(encodings)), key=lambda place: len(encodings[place].ids))
        while order:
            take = 1
            while take < len(order) and (take + 1) * len(encodings[order[take]].ids) <= BATCH_TOKENS:
                take += 1
            places, order = order[:take], order[take:]
            width = max(len(encodings[place].ids) for place in places)
            batch = {}
            for name in self._inputs:
                array = np.zeros((take, width), dtype=np.int64)
                for row, place in enumerate(places):
                    values = getattr(encodings[place], _COLUMNS[name])
                    array[row, : len(values)] = values
                batch[name] = array
            yield places, self._session.run(None, batch)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
