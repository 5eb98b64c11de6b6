"""How the shipped graph of all-MiniLM-L6-v2 is made: its export, with every weight taken out.

    python -m training.encoder_graph

Each weight keeps its place in the graph under the name that its tensor has in the package of weights, with ``.T`` behind it
where the graph has it transposed. A weight that is not there, number for number, ends it.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

from corpus.digest import file_digest
from index.encoders.export import export
from index.encoders.minilm import FOLDER, NAME, WEIGHTS, package


def main() -> None:
    """Export, take the weights out, write."""
    exported = export(NAME, expected=WEIGHTS, note=print)
    tensors = load_file(package() / "model.safetensors")
    names = {(value.shape, value.tobytes()): name for name, value in tensors.items()}
    model = onnx.load(str(exported / "model.onnx"))
    renamed = {}
    for weight in model.graph.initializer:
        value = numpy_helper.to_array(weight)
        name = names.get((value.shape, value.tobytes()))
        if name is None:
            name = names[(value.T.shape, np.ascontiguousarray(value.T).tobytes())] + ".T"
        renamed[weight.name] = name
        weight.ClearField("raw_data")
        weight.ClearField("float_data")
        weight.ClearField("int64_data")
        weight.name = name
        weight.data_location = onnx.TensorProto.EXTERNAL
        for key, said in (("location", "model.safetensors"), ("offset", "0"), ("length", str(value.nbytes))):
            entry = weight.external_data.add()
            entry.key, entry.value = key, said
    for node in model.graph.node:
        for at, name in enumerate(node.input):
            node.input[at] = renamed.get(name, name)
        node.ClearField("doc_string")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "graph.onnx").write_bytes(model.SerializeToString(deterministic=True))
    held = json.loads((exported / "encoder.json").read_text(encoding="utf-8"))
    made = {key: held[key] for key in ("format", "name", "fingerprint", "dim", "max_tokens", "prompts", "made_with")}
    made["sha256"] = {
        "graph.onnx": file_digest(FOLDER / "graph.onnx"),
        "tokenizer.json": file_digest(package() / "tokenizer.json"),
        "model.safetensors": WEIGHTS,
    }
    made["weights"] = sorted(renamed.values())
    (FOLDER / "encoder.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    size = sum(Path(one).stat().st_size for one in FOLDER.iterdir())
    print(f"{FOLDER}: {size:,} bytes, {len(renamed)} weights taken out")


if __name__ == "__main__":
    main()
