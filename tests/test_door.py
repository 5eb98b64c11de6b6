"""The one door for Python users."""

import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import pincite
from rag.calibration import Calibration, store

ROOT = Path(__file__).parents[1]


def test_door_names_what_it_has():
    assert pincite.__all__ == sorted(pincite.__all__)
    for name in pincite.__all__:
        assert getattr(pincite, name).__doc__, name
    public = {name for name in vars(pincite) if not name.startswith("_")} - {"Sequence", "PathLike", "opening"}
    assert public == set(pincite.__all__)
    errors = [getattr(pincite, name) for name in pincite.__all__ if name.endswith("Error")]
    assert all(issubclass(error, pincite.PinciteError) for error in errors)


def test_file_is_asked_for_an_exact_quote(folder):
    answer = pincite.open([folder / "ferns.txt", str(folder / "moss.md")]).ask("Do ferns have seeds?")
    (citation,) = answer.citations
    assert citation.quote.text.startswith("Ferns have no seeds.")
    text = citation.document.text
    assert text[citation.quote.start : citation.quote.end] == citation.quote.text
    quote = citation.quote
    again = pincite.quote_again(quote.document, start=quote.start, end=quote.end, text=quote.text)
    assert again.text == quote.text
    with pytest.raises(pincite.QuoteError):
        pincite.quote_again(quote.document, start=quote.start, end=quote.end, text=quote.text.upper())


def test_one_path_is_a_path_and_not_letters(folder):
    assert pincite.open(str(folder / "ferns.txt")).searcher.ids == pincite.open([folder / "ferns.txt"]).searcher.ids


def test_what_is_not_asked_for_needs_nothing(folder):
    session = pincite.open([folder / "ferns.txt"], reader=False, options=pincite.Options(top=1))
    answer = session.ask("What did Beijing plan?")
    assert answer.refusal and answer.refusal.absent_terms[0] == "Beijing" and not answer.reader


def test_index_is_opened_alone(folder, tmp_path):
    made = subprocess.run(
        [sys.executable, "-m", "pincite", "index", str(folder / "ferns.txt"), "-o", str(tmp_path / "lib")], capture_output=True
    )
    assert made.returncode == 0
    assert pincite.open(index=tmp_path / "lib").ask("Do ferns have seeds?").citations
    with pytest.raises(pincite.LibraryError, match="name it alone"):
        pincite.open([folder], index=tmp_path / "lib")


def test_file_that_is_left_out_is_a_warning(folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        pincite.open([folder])
    assert [str(one.message) for one in said if "broken.pdf" in str(one.message)]
    assert {Path(one.filename).name for one in said} == {"test_door.py"}


def test_error_is_itself_where_warnings_are_errors(tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(pincite.ReadError) as error:
            pincite.open(tmp_path)
    assert any("broken.pdf" in note for note in error.value.__notes__)


@pytest.mark.parametrize("path", ["a" * 5000, "a\0b"])
def test_what_is_no_path_is_said(path):
    with pytest.raises(pincite.ReadError, match=r"no path|not a possible file name"):
        pincite.open(path)


def test_threshold_that_is_chosen_is_kept(folder, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pincite", "index", folder / "ferns.txt", "-o", tmp_path / "lib"],
        capture_output=True,
        check=True,
    )
    session = pincite.open(index=tmp_path / "lib")
    kept = Calibration(3.0, 0.05, 0.95, 100, 90, 1, 0.04, set="s", fingerprint="f", reader=session.reader.fingerprint)
    store(kept, session.searcher)
    calibrated = pincite.open(index=tmp_path / "lib")
    assert calibrated.options.threshold == 3.0 and calibrated.promise
    chosen = pincite.open(index=tmp_path / "lib", options=pincite.Options(threshold=9.0))
    assert chosen.options.threshold == 9.0 and not chosen.promise
    words = pincite.open(index=tmp_path / "lib", options=pincite.Options(fusion={"passage words": 1.0}))
    assert words.options.threshold == 3.0 and not words.promise
    assert pincite.open(index=tmp_path / "lib", options=pincite.Options(top=1)).promise


def test_missing_file_is_one_line():
    with pytest.raises(pincite.ReadError, match="no such file"):
        pincite.open(["/no/such/file.txt"])


def test_example_in_the_docs_runs_as_a_script(tmp_path):
    """In a file of its own, without the guard that Python's processes may want, as people write it."""
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "example.py").write_text(example)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "ferns.md").write_text("# Ferns\n\nFerns have no seeds. They have spores under their leaves.\n")
    ran = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.stderr, ran.returncode) == ("", 0)
    (shown,) = re.findall(
        r"```text\n(.*?)```", (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert ran.stdout == shown
