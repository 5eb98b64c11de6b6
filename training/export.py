"""Writes the trained reader as the ONNX file that is shipped, and says what int8 costs.

    python training/export.py training/work/run/checkpoint.pt [MORE] -o rag/reader/weights --examples training/work/examples.npz

Of several checkpoints of one line of training the mean of their weights is taken (Wortsman et al. 2022, Model soups). The
graph takes ids, mask and token types ``(b, t)`` and gives starts, ends ``(b, t)`` and answers ``(b,)`` as logits. Matrix
products and the embedding table are quantised to int8 (dynamic, per channel), as onnxruntime does it. Printed are the figures
of the tuning questions for torch, for float32 and for int8.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from corpus.digest import file_digest
from corpus.silence import onnxruntime
from index.encoders.minilm import DEFAULT_PACKAGE
from index.encoders.onnx_model import GRAPH, TOKENIZER
from rag.reader.model import FORMAT
from training.examples import tokenizer
from training.train import Examples, Reader, tune


class Exported(nn.Module):
    """An ONNX session that stands in for the torch model, so that both are measured by the same code."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.session = onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, ...]:
        """As ``Reader.forward``."""
        names = ("input_ids", "attention_mask", "token_type_ids")
        fed = {name: value.numpy() for name, value in zip(names, (ids, mask, kinds), strict=True)}
        return tuple(torch.from_numpy(found) for found in self.session.run(None, fed))


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
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder of the weights")
    parser.add_argument("--examples", type=Path, help="measure torch, float32 and int8 on the tuning questions of this file")
    parser.add_argument("--float", action="store_true", help="write float32 weights instead of int8")
    options = parser.parse_args()
    (weights,) = Path(str(files(DEFAULT_PACKAGE))).rglob("model.safetensors")
    model = Reader(weights.parent)
    model.load_state_dict(
        mean([torch.load(one, map_location="cpu", weights_only=True)["model"] for one in options.checkpoints])
    )
    model.eval()
    options.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as work, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, ready, small = (Path(work) / name for name in ("plain.onnx", "ready.onnx", "small.onnx"))
        names = ["input_ids", "attention_mask", "token_type_ids"]
        sample = torch.ones(2, 9, dtype=torch.long)
        torch.onnx.export(
            model,
            (sample, sample, torch.zeros_like(sample)),
            str(plain),
            input_names=names,
            output_names=["starts", "ends", "answers"],
            dynamic_axes={
                **{name: {0: "windows", 1: "tokens"} for name in (*names, "starts", "ends")},
                "answers": {0: "windows"},
            },
            opset_version=17,
            dynamo=False,
        )
        onnxruntime()
        from onnxruntime.quantization import QuantType, quantize_dynamic
        from onnxruntime.quantization.shape_inference import quant_pre_process

        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(str(ready), str(small), per_channel=True, weight_type=QuantType.QInt8)
        if options.examples:
            tuning = Examples(options.examples, "tune")
            for name, made in (("torch", model), ("float32", Exported(plain)), ("int8", Exported(small))):
                figures = tune(made, tuning, torch.device("cpu"), None)
                print(name, {key: round(value, 4) for key, value in figures.items()}, flush=True)
        (options.output / GRAPH).write_bytes((plain if options.float else small).read_bytes())
    coder = tokenizer()
    coder.no_truncation()
    coder.save(str(options.output / TOKENIZER))
    digests = {name: file_digest(options.output / name) for name in (GRAPH, TOKENIZER)}
    checkpoints = [file_digest(one) for one in options.checkpoints]
    made_from = {"checkpoints": checkpoints, "torch": torch.__version__, "numpy": np.__version__}
    record = {"format": FORMAT, "sha256": digests, "made_from": made_from}
    (options.output / "reader.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
