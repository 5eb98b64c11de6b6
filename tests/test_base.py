"""The base that ships, multilingual-e5-small: its pieces and word vectors, one meaning in several languages, no word to
anybody.
"""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ModelError
from index.encoders import base
from index.encoders.e5 import DEFAULT_MODEL, WEIGHTS, E5Encoder
from index.encoders.export import open_encoder
from index.encoders.words import DIM, Words

SAME = {
    "en": "The contract ends in October.",
    "de": "Der Vertrag endet im Oktober.",
    "fr": "Le contrat prend fin en octobre.",
    "es": "El contrato termina en octubre.",
    "ru": "Договор заканчивается в октябре.",
    "ar": "ينتهي العقد في أكتوبر.",
    "zh": "合同在十月结束。",
    "ja": "契約は10月に終了します。",
    "ko": "계약은 10월에 끝난다.",
}
OTHER = ["Ferns have no seeds.", "蕨类植物没有种子。", "Farne haben keine Samen.", "У папоротников нет семян."]
ODD = ["", " ", "\udc80 broken", "word " * 3000, "😀", "a"]


def test_vectors_are_unit_float32_rows_in_order(encoder):
    texts = [*SAME.values(), *ODD, *OTHER] * 20
    seen = []
    rows = encoder.encode_passages(texts, progress=lambda done, total: seen.append((done, total)))
    assert (rows.shape, rows.dtype) == ((len(texts), encoder.dim), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert seen == sorted(seen) and seen[-1] == (len(texts),) * 2
    for at in (0, len(SAME) + 3, len(texts) - 1):
        np.testing.assert_array_equal(encoder.encode_passages([texts[at]], progress=_quiet)[0], rows[at])


@pytest.mark.parametrize("language", SAME)
def test_translation_is_nearer_than_another_sentence(encoder, language):
    query = encoder.encode_query(SAME[language])
    near = encoder.encode_passages(list(SAME.values()), progress=_quiet) @ query
    far = encoder.encode_passages(OTHER, progress=_quiet) @ query
    assert near.min() > far.max()


def test_encoder_is_opened_by_its_name_and_an_index_asks_for_its_weights():
    assert open_encoder(note=_never).name == DEFAULT_MODEL
    assert open_encoder(DEFAULT_MODEL, WEIGHTS, note=_never).fingerprint == WEIGHTS
    with pytest.raises(ModelError, match="not those the index was made with"):
        open_encoder(DEFAULT_MODEL, "0" * 64, note=_never)


PARTS = ["Ferns ", "ﬁne  ", "黑龙江", "\u00a0x", "é́", "😀", "\n\n", "İ", "Ⅳ", "ｆｕｌｌ", "½", " ", "a"]


@given(st.lists(st.sampled_from(PARTS), max_size=12))
def test_places_of_pieces_rise_and_cover_every_character_but_spaces(parts):
    text = "".join(parts)
    ids, places = base.base().pieces.placed(text)
    assert ids.shape == (len(places),) and ids.tolist() == base.base().pieces.of([text])[0]
    assert (0 <= places[:, 0]).all() and (places[:, 0] <= places[:, 1]).all() and (places[:, 1] <= len(text)).all()
    assert (np.diff(places[:, 0]) >= 0).all() and (np.diff(places[:, 1]) >= 0).all()
    held = {n for start, end in places.tolist() for n in range(start, end)}
    assert [c for n, c in enumerate(text) if n not in held and not c.isspace()] == []


def test_word_vectors_are_read_block_by_block(tmp_path):
    rng = np.random.default_rng(1)
    scales = rng.normal(size=(5, DIM // 32)).astype(np.float16)
    halves = rng.integers(0, 16, (5, DIM // 32, 32))
    packed = (halves[..., :16] | (halves[..., 16:] << 4)).astype(np.uint8)
    blocks = np.concatenate([scales[..., None].view(np.uint8), packed], axis=-1)
    (tmp_path / "words.bin").write_bytes(blocks.tobytes())
    words = Words(tmp_path / "words.bin")
    expected = ((halves - 8) * scales[..., None].astype(np.float32)).reshape(5, DIM)
    np.testing.assert_array_equal(words.of(np.array([[4, 0], [1, 1]])), expected[[[4, 0], [1, 1]]])
    assert len(words) == 5
    (tmp_path / "words.bin").write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="100 bytes"):
        Words(tmp_path / "words.bin")


@pytest.mark.parametrize("name", [base.WORDS, base.PIECES, base.GRAPH])
@pytest.mark.parametrize("damage", ["missing", "cut", "flipped"])
def test_damaged_file_of_the_base_is_one_line_with_its_name(tmp_path, monkeypatch, name, damage):
    folder = tmp_path / "base"
    folder.mkdir()
    for path in base.FOLDER.iterdir():
        (folder / path.name).symlink_to(path)
    data = bytearray((folder / name).read_bytes())
    (folder / name).unlink()
    if damage == "cut":
        (folder / name).write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)
    monkeypatch.setattr(base, "FOLDER", folder)
    monkeypatch.setattr("index.encoders.e5.FOLDER", folder)
    monkeypatch.setattr(base, "_base", [])
    with pytest.raises(ModelError, match=rf"{name}: (missing|damaged).*reinstall") as error:
        E5Encoder()
    assert "\n" not in str(error.value)


def test_base_opens_no_socket_and_starts_no_process():
    script = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append(event) if event.startswith(("socket.", "subprocess.", "os.system")) else None)
from index.encoders.e5 import E5Encoder
E5Encoder().encode_query("What did the province plan?")
print(seen)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def _quiet(done, total):
    pass


def _never(line):
    raise AssertionError(line)
