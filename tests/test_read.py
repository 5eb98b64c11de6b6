"""Files become documents: encodings, line ends, headings, folders, and every way a file can be unreadable."""

import html
import os
import re
import sys

import heard
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Passage, Quote
from corpus.errors import ReadError
from corpus.formats.builder import settle
from corpus.formats.text import decode
from corpus.messages import Message
from corpus.read import file_signature, from_text, read_file, read_paths
from corpus.verify import verify

WORDS = "Zwei Jahre später plante die Provinz 24 Städte; das kostete 3,5 Millionen €. "


@given(st.text())
def test_settle_is_settled_once(text):
    settled = settle(text)
    assert settle(settled) == settled
    assert "\r" not in settled
    assert not settled.startswith("\ufeff")
    settled.encode()  # no lone surrogate is left


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_file_reads_the_same_in_every_unicode_encoding(tmp_path, encoding, newline):
    path = tmp_path / "notes.txt"
    path.write_bytes("Line 1 😀\nZeile 2 – 黑龙江\n".replace("\n", newline).encode(encoding))
    document = read_file(path, note=_never)
    assert document.text == "Line 1 😀\nZeile 2 – 黑龙江\n"
    assert document.source == str(path)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", WORDS * 3),
        ("gb18030", "黑龙江省制定了行动计划，重点发展二十四个产业。" * 4),
        ("cp1251", "Провинция приняла план действий. " * 4),
    ],
)
def test_file_in_an_older_encoding_is_read_and_said(tmp_path, encoding, text):
    path = tmp_path / "old.txt"
    path.write_bytes(text.encode(encoding))
    said = []
    assert read_file(path, note=heard.into(said)).text == text
    assert len(said) == 1
    assert "not UTF-8; read as" in said[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\t\r\n", "only white space"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\xff\xfe\x80", "not text"),
        (bytes(range(32)) * 20, "not text"),
        (b"GIF89a\x01\0\x01\0", "not text but a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "cannot be opened as a picture"),
        (b"\xef\xbb\xbfabc\xff", "starts as utf-8 but byte"),
        (b"\xff\xfea\0b", "starts as utf-16 but byte"),
    ],
)
def test_file_that_is_no_text_is_refused_in_one_line(tmp_path, data, message):
    path = tmp_path / "odd.txt"
    path.write_bytes(data)
    with pytest.raises(ReadError) as error:
        read_file(path, note=_never)
    assert str(path) in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_file_that_is_not_there_a_pipe_or_a_bad_name_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for name, message in [
        ("none.txt", "no such file"),
        ("pipe.txt", "not a regular file"),
        ("a\0b", "not a possible file name"),
    ]:
        with pytest.raises(ReadError, match=message):
            read_file(tmp_path / name, note=_never)
    with pytest.raises(ReadError, match="File name too long"):
        read_file(tmp_path / ("x" * 300), note=_never)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_file_without_permission_is_refused(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("Secret words.")
    path.chmod(0)
    for above in tmp_path.parents:
        if above.stat().st_uid == 0 and str(above).startswith("/tmp/"):
            above.chmod(0o755)
    tmp_path.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(ReadError, match="no permission"):
            read_file(path, note=_never)
    finally:
        os.seteuid(0)


def test_folder_reads_what_it_can_and_says_the_rest(folder):
    (folder / "broken.txt").write_bytes(b"")
    (folder / ".hidden.txt").write_text("Hidden.")
    (folder / "again.txt").write_text("Ferns have no seeds.\r\nThey have spores under their leaves.\r\n", newline="")
    (folder / "deep").mkdir()
    (folder / "deep" / "leaf.markdown").write_text("Leaves fall.")
    said = []
    documents = read_paths([folder], note=heard.into(said))
    assert [document.source.rsplit("/", 1)[1] for document in documents] == ["again.txt", "moss.md", "leaf.markdown"]
    assert any("broken.txt: the file is empty" in line for line in said)
    assert any("ferns.txt: the same text as" in line for line in said)
    assert any("1 file of other kinds left alone" in line for line in said)


def test_folder_with_nothing_readable_is_refused(tmp_path):
    (tmp_path / "photo.gif").write_bytes(b"GIF89a")
    with pytest.raises(ReadError, match="nothing readable in this folder"):
        read_paths([tmp_path], note=lambda _: None)


@pytest.mark.skipif(sys.platform == "darwin", reason="APFS refuses names that are not UTF-8")
def test_file_with_an_undecodable_name_is_read(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"b\xe9.txt")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"Ferns have no seeds.")
    (document,) = read_paths([tmp_path], note=_never)
    document.title.encode()
    assert document.text == "Ferns have no seeds."


def test_markdown_headings_are_found_with_the_range_of_their_words():
    text = "# One #\n\nIntro\n=====\n\n```\n# not one\n```\n\n## Two ideas\ntext\n- a\n---\n\nA: b\n---\n"
    document = from_text(text, name="n", source="s", markdown=True)
    found = [(document.text[h.start : h.end], h.level) for h in document.headings]
    assert found == [("One", 1), ("Intro", 1), ("Two ideas", 2), ("A: b", 2)]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("```\n# a\n``` py\n# b\n```\n# c", ["c"]),  # a fence with words behind it closes none
        ("````\n```\n# a\n````\n# b", ["b"]),
        ("~~~\n```\n# a\n~~~\n# b", ["b"]),
        ("``` a`b\n# c", ["c"]),
        ("one\n---", ["one"]),
        ("one\ntwo\n---\n# c", ["c"]),
        ("one\ntwo\nthree\n---\n# c", ["c"]),
        ("one\ntwo\nthree\nfour\n===\nfive\n===", ["five"]),
        ("    code\n---\n# c", ["c"]),
        ("- item\ntext\n---\n# c", ["c"]),
        ("> quote\ntext\n---\n# c", ["c"]),
        ("---\ntitle: x\n---\n# c", ["c"]),
        ("a\n\n---\n\nb\n***\nc\n---", ["c"]),
        ("#\n# #\n#x\n#\tb\t#\n# c\\#\n# d#\n####### e", ["b", "c\\#", "d#"]),
    ],
)
def test_fences_and_underlines_are_commonmarks(text, headings):
    document = from_text(text, name="n", source="s", markdown=True)
    assert [document.text[h.start : h.end] for h in document.headings] == headings


LINES = st.sampled_from(
    [
        "# a",
        "## b ##",
        "#",
        "###   ",
        "#x",
        "#\tc\t#",
        "   # d",
        "    # e",
        "# f #g",
        "# h\\#",
        "---",
        "===",
        "- - -",
        "***",
        "----  ",
    ]
    + [
        "   ---",
        "    ---",
        "```",
        "```py",
        "``` a`b",
        "~~~",
        "~~~ x",
        "   ```",
        "    ```",
        "````",
        "words",
        "more words",
        "  words",
    ]
    + ["    code", "\tcode", "", "", "   ", "a | b", "#######  x", "-x"]
)


@settings(max_examples=1000)
@given(st.lists(LINES, max_size=8))
def test_headings_of_any_flat_text_are_those_of_cmark(lines):
    """The reference program of CommonMark says so, but for setext headings of several lines, which stay text here."""
    import cmarkgfm
    from cmarkgfm.cmark import Options

    text = "\n".join(["x", "", *lines])
    shown = cmarkgfm.markdown_to_html(text, options=Options.CMARK_OPT_SOURCEPOS)
    found = re.findall(r'^<h([1-6]) data-sourcepos="(\d+):\d+-\d+:\d+">(.*?)</h\1>$', shown, re.DOTALL | re.MULTILINE)
    every = [*text.split("\n"), ""]
    theirs = [
        (int(level), int(line) - 1, bare(words))
        for level, line, words in found
        if words
        and (re.match(r" {0,3}#{1,6}(\s|$)", every[int(line) - 1]) or re.fullmatch(r" {0,3}(=+|-+)\s*", every[int(line)]))
    ]
    document = from_text(text, name="n", source="s", markdown=True)
    ours = [(h.level, document.line_at(h.start) - 1, bare(document.text[h.start : h.end])) for h in document.headings]
    assert ours == theirs


def bare(words):
    """Words of a heading without marks of either form."""
    return re.sub(r"<[^>]+>|[\\`]", "", html.unescape(words))


def test_plain_headings_of_the_material(material):
    assert [material.line_at(heading.start) for heading in material.headings] == [6, 16]


def test_standing_tells_exact_changed_and_missing(tmp_path):
    path = tmp_path / "ferns.txt"
    path.write_text("Ferns have no seeds.")
    document = read_file(path, note=_never)
    quote = Quote(Passage(document, 0, 20), 0, 20)
    assert verify(quote) == "exact"
    path.write_text("Ferns have few seeds.")
    assert verify(quote) == "changed"
    path.unlink()
    assert verify(quote) == "missing"


def test_mark_vouches_for_the_place_and_not_for_the_characters_alone(tmp_path):
    path = tmp_path / "elk.md"
    path.write_text("# One\n\nfirst line\nsecond line\n\n## Deep\n\nThe elk of Visby eats apples.\n")
    document = read_file(path, note=_never)
    start = document.text.index("The elk")
    quote = Quote(Passage(document, start, start + 29), start, start + 29)
    assert quote.text == "The elk of Visby eats apples." and verify(quote) == "exact"
    path.write_text("# Two\n\nfirst line second line\n\n## Else\n\nThe elk of Visby eats apples.\n")
    assert path.read_text()[start : start + 29] == quote.text
    assert verify(quote) == "changed"


def test_mark_is_not_fooled_by_two_changes_in_one_tick_of_the_clock(tmp_path, monkeypatch):
    path = tmp_path / "elk.txt"
    path.write_text("The elk of Visby eats apples.")
    document, state = read_file(path, note=_never), file_signature(path)
    quote = Quote(Passage(document, 0, 16), 0, 16)
    monkeypatch.setattr("corpus.verify.file_signature", lambda path: state)
    for text, found in (("The elk", "exact"), ("The owl", "changed"), ("The ant", "changed"), ("The elk", "exact")):
        path.write_text(f"{text} of Visby eats apples.")
        assert verify(quote) == found


def test_file_whose_bytes_are_unchanged_is_not_parsed_for_a_mark(tmp_path, monkeypatch):
    path = tmp_path / "elk.txt"
    path.write_text("The elk of Visby eats apples.")
    document = read_file(path, note=_never)
    os.utime(path, (1, 1))
    monkeypatch.setattr("corpus.verify.read_file", None)
    assert verify(Quote(Passage(document, 0, 16), 0, 16)) == "exact"


@given(st.binary(max_size=400))
def test_decode_gives_text_or_one_clear_line(data):
    try:
        text, encoding = decode(data)
    except ReadError as error:
        assert str(error) and "\n" not in str(error)
    else:
        encoding = dict(encoding.arguments)["encoding"] if isinstance(encoding, Message) else encoding
        assert settle(text) == settle(data.decode(encoding))


def _never(line: str) -> None:
    raise AssertionError(line)
