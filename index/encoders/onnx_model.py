"""A folder with an ONNX graph and its tokenizer, checked by hash and run by onnxruntime and tokenizers alone."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.digest import file_digest
from corpus.errors import ModelError
from corpus.messages import Message
from corpus.silence import onnxruntime

GRAPH, TOKENIZER = "model.onnx", "tokenizer.json"
BATCH_TOKENS = 2048
"""Tokens per batch, padding included: the fastest of the budgets tried on two cores, all of them at work on one batch."""

SHARED_TOKENS = 512
"""The same where each core works on a batch of its own: 152 texts a second on two cores, 148 with 1024 tokens, 143 with 2048,
and 122 with both cores on one batch of 2048."""

Loaded = TypeVar("Loaded")

_COLUMNS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


class Files(NamedTuple):
    """Where a model lies: its graph, its tokenizer, and its weights where these are apart from the graph."""

    graph: Path
    tokenizer: Path
    weights: Path | None = None


def files_in(folder: Path) -> Files:
    """The files of a model that lies in one folder."""
    return Files(folder / GRAPH, folder / TOKENIZER)


Weights = Callable[[Path], Mapping[str, NDArray[np.float32]]]
"""Gives what a file of weights holds, by the names that the graph has for it."""


def session(graph: Path, *, threads: int, weights: Mapping[str, NDArray[np.float32]] | None = None) -> Any:
    """A graph of onnxruntime on so many threads, 0 for all cores; ``weights`` that are apart from it are copied into it."""
    runtime = onnxruntime()
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    if weights:
        values = [runtime.OrtValue.ortvalue_from_numpy(one) for one in weights.values()]
        options.add_external_initializers(list(weights), values)
    return runtime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def checked(files: Mapping[Path, str], load: Callable[[], Loaded], *, library: str, remedy: Message) -> Loaded:
    """What ``load()`` makes of files while they are compared with their SHA-256.

    Raises ModelError where onnxruntime or the ``library`` that it needs beside cannot be used, and when a file is missing,
    damaged, or no such file; ``remedy`` then says what to do about it.
    """
    try:
        onnxruntime()
        import_module(library)
    except (ImportError, OSError) as error:
        raise ModelError("model.no_runtime", why=str(error)) from error
    if missing := [path for path in files if not path.is_file()]:
        raise ModelError("model.missing", where=missing[0], remedy=remedy)
    with ThreadPoolExecutor(1) as pool:  # hashing and loading overlap
        found = {path: pool.submit(file_digest, path) for path in files}
        try:
            return load()
        except Exception as error:  # onnxruntime and tokenizers raise exceptions of many kinds, some of them bare
            reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError("model.unusable", where=next(iter(files)).parent, why=reason, remedy=remedy) from error
        finally:  # a damaged file is named as such, whatever its library thinks of it
            for path, digest in found.items():
                if digest.result() != files[path]:
                    raise ModelError("model.damaged", where=path, remedy=remedy)


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxModel:
    """A graph and its tokenizer; ``digests`` has the SHA-256 that each of their files must have, by its name.

    ``weights`` gives those that are apart from the graph. With ``shared`` each core works on a batch of its own, which is
    quicker where there are many. Raises ModelError when a file is missing or damaged; ``remedy`` then says what to do about it.
    """

    def __init__(
        self,
        files: Files,
        *,
        digests: Mapping[str, str],
        remedy: Message,
        shared: bool = False,
        weights: Weights | None = None,
    ) -> None:
        def load() -> tuple[Any, Any]:
            from tokenizers import Tokenizer

            held = weights(files.weights) if files.weights and weights else None
            graph = session(files.graph, threads=1 if shared else 0, weights=held)
            return graph, Tokenizer.from_file(str(files.tokenizer))

        expected = {path: digests.get(path.name, "") for path in files if path}
        self._session, self.tokenizer = checked(expected, load, library="tokenizers", remedy=remedy)
        self._workers, self._tokens = (cores(), SHARED_TOKENS) if shared else (1, BATCH_TOKENS)
        self._inputs = [node.name for node in self._session.get_inputs()]
        self.tokenizer.no_padding()

    def run(self, encodings: Sequence[Any]) -> Iterator[tuple[list[int], list[NDArray[np.float32]]]]:
        """Places of the encodings of one batch, and the graph's outputs for them; neighbours in length share a batch."""
        batches = list(self._batches(encodings))
        if self._workers == 1 or len(batches) < 2:
            yield from ((places, self._session.run(None, batch)) for places, batch in batches)
            return
        pool = ThreadPoolExecutor(min(self._workers, len(batches)))
        try:
            found = pool.map(lambda batch: self._session.run(None, batch), [batch for _, batch in batches])
            yield from zip([places for places, _ in batches], found, strict=True)
        finally:
            pool.shutdown(cancel_futures=True)

    def _batches(self, encodings: Sequence[Any]) -> Iterator[tuple[list[int], dict[str, NDArray[np.int64]]]]:
        order = sorted(range(len(encodings)), key=lambda place: len(encodings[place].ids))
        while order:
            take = 1
            while take < len(order) and (take + 1) * len(encodings[order[take]].ids) <= self._tokens:
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
            yield places, batch
