"""A trained reader becomes the weights that ship.

    python -m training.export training/work/run/checkpoint.pt --base training/work/e5 -o rag/reader/weights --tuning
    training/work/tuning.npz

Several checkpoints are averaged (Wortsman et al. 2022). The word vectors stay in the base's own file; the layers and the head
become an ONNX graph of 8-bit weights, a scale for each of their columns. With `--tuning` its figures are printed beside those
before.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn

from corpus.digest import file_digest
from corpus.silence import onnxruntime
from index.encoders.base import FOLDER, GRAPH, WORDS
from index.encoders.words import Words
from rag.reader.model import FORMAT
from training.base import export
from training.train import Examples, Reader, rounded, tune


class Marking(nn.Module):
    """``forward(words (1, t, 384))`` gives starts and ends ``(1, t)``."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of where an answer starts and ends."""
        scores = self.reader.head(self.reader.encoder(inputs_embeds=words).last_hidden_state)
        return scores[:, :, 0], scores[:, :, 1]


class Exported(nn.Module):
    """A graph in place of the model that it came from."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.session = onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.words = Words(FOLDER / WORDS)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """As ``Reader.forward``, with nothing as the third."""
        made = [torch.zeros(ids.shape), torch.zeros(ids.shape)]
        for row, length in enumerate(mask.sum(1).tolist()):
            found = self.session.run(None, {"words": self.words.of(ids[row : row + 1, :length].numpy().astype(np.int64))})
            for one, value in zip(made, found, strict=True):
                one[row, :length] = torch.from_numpy(value[0])
        return (*made, torch.zeros(len(ids)))


def mean(checkpoints: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each weight; what is no weight is that of the first."""
    return {
        name: torch.stack([one[name] for one in checkpoints]).mean(0) if value.is_floating_point() else value
        for name, value in checkpoints[0].items()
    }


def main() -> None:
    """Export, quantise, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="CHECKPOINT")
    parser.add_argument("--base", type=Path, required=True, help="the folder of the base")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder of the weights")
    parser.add_argument("--tuning", type=Path, help="measure torch, float32 and int8 on these examples")
    options = parser.parse_args()
    model = Reader(options.base)
    model.load_state_dict(
        mean([torch.load(one, map_location="cpu", weights_only=True)["model"] for one in options.checkpoints]), strict=False
    )
    model.eval()
    options.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as work:
        floats, small = Path(work) / "floats.onnx", Path(work) / "small.onnx"
        export(Marking(model), small, outputs=["starts", "ends"], floats=floats)
        (options.output / GRAPH).write_bytes(small.read_bytes())
        if options.tuning:
            tuning = Examples(options.tuning)
            for name, path in (("float32", floats), ("int8", small)):
                figures = tune(Exported(path), tuning, torch.device("cpu"), None)
                print(name, json.dumps(rounded(figures)), flush=True)
    record = {
        "format": FORMAT,
        "sha256": {GRAPH: file_digest(options.output / GRAPH)},
        "made_from": {
            "checkpoints": [file_digest(one) for one in options.checkpoints],
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
    }
    (options.output / "reader.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
