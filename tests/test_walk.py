"""Which files are found under what a user named: folders, patterns, and the rules of .gitignore."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import heard
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpus.errors import ReadError
from corpus.ignore import parsed
from corpus.read import read_paths
from corpus.walk import LARGEST_RULES, found_under


def names(root, roots, **options):
    found = found_under([str(root / one) for one in roots], note=options.pop("note", lambda _: None), **options)
    return [one.path.relative_to(root).as_posix() for one in found]


@pytest.fixture
def tree(tmp_path):
    """A repository with rules at three heights."""
    for name in ("a.txt", "drafts/b.md", "drafts/keep.md", "node/c.txt", "deep/er/d.txt", "deep/er/e.html", "f.xyz", ".g.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Words.")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("node/\ndrafts/*\n*.html\n")
    (tmp_path / "drafts" / ".pinciteignore").write_text("!keep.md\n")
    return tmp_path


def test_files_that_the_rules_name_are_left_alone(tree):
    assert names(tree, ["."]) == ["a.txt", "deep/er/d.txt", "drafts/keep.md"]


def test_rules_above_count_up_to_the_root_of_the_repository(tree):
    assert names(tree, ["deep"]) == ["deep/er/d.txt"]
    (tree / ".git").rmdir()
    assert names(tree, ["deep"]) == ["deep/er/d.txt", "deep/er/e.html"]


def test_file_that_is_named_itself_is_taken_whatever_the_rules_say(tree):
    assert names(tree, ["node/c.txt", "f.xyz", ".g.txt"]) == ["node/c.txt", "f.xyz", ".g.txt"]


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_rules_are_gits_own(tree):
    rules = ["*.md", "!drafts/keep.md", "/deep/*/d.txt", "e.*", "!**/er/e.html", "# a.txt", "\\#x", "node", " "]
    (tree / ".gitignore").write_text("\n".join(rules))
    (tree / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"], cwd=tree, check=True, capture_output=True, text=True
    ).stdout.split()
    known = [name for name in listed if not name.startswith(".") and "/." not in name and not name.endswith(".xyz")]
    assert sorted(names(tree, ["."])) == sorted(known)


def test_patterns_are_followed_by_us_where_no_shell_has_done_it(tree):
    assert names(tree, ["**/*.txt"]) == ["a.txt", "deep/er/d.txt", "node/c.txt"]
    assert names(tree, ["dr*"]) == ["drafts/keep.md"]
    with pytest.raises(ReadError, match="nothing matches this pattern"):
        names(tree, ["*.pdf"])


def test_file_whose_name_looks_like_a_pattern_is_that_file(tree):
    (tree / "a[1].txt").write_text("Words.")
    assert names(tree, ["a[1].txt"]) == ["a[1].txt"]


def test_excluded_paths_and_what_lies_under_them_are_left_out(tree):
    assert names(tree, ["."], excluded={str(tree / "deep"), str(tree / "a.txt")}) == ["drafts/keep.md"]


def test_each_file_comes_once(tree):
    assert names(tree, [".", "deep", "a.txt"]) == ["a.txt", "deep/er/d.txt", "drafts/keep.md"]


def test_link_that_leads_back_is_not_followed(tree):
    (tree / "deep" / "loop").symlink_to(tree, target_is_directory=True)
    assert names(tree, ["deep"]) == ["deep/er/d.txt"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_folder_that_cannot_be_looked_into_is_said_and_named(tree):
    tree.chmod(0o755)
    for parent in tree.parents:
        if parent.owner() == "root" and str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    (tree / "deep").chmod(0o700)
    said, denied = [], []
    os.seteuid(65534)
    try:
        assert names(tree, ["."], note=heard.into(said), deny=denied.append) == ["a.txt", "drafts/keep.md"]
    finally:
        os.seteuid(0)
    assert denied == [str(tree / "deep")]
    assert any("skipped, Permission denied" in line for line in said)


def test_rules_of_the_folder_one_stands_in_do_not_reach_another_one(tree, tmp_path_factory, monkeypatch):
    """A path with ``..`` in it lies where it leads, not below where it is written from."""
    (tree / ".gitignore").write_text("*.txt\n")
    other = tmp_path_factory.mktemp("notes")
    (other / "a.txt").write_text("Words.")
    monkeypatch.chdir(tree)
    assert [one.path.name for one in found_under([os.path.relpath(other)], note=print)] == ["a.txt"]


def test_folder_that_rules_above_leave_out_is_said(tree):
    said = []
    assert names(tree, ["node"], note=heard.into(said)) == []
    assert said == [f"{tree / 'node'}: rules above it leave it out; nothing in it is read"]


GLOBS = st.lists(
    st.sampled_from(
        [*"ab", "*", "**", "?", "/", "/", "[ab]", "[!a]", "[a-b]", "[^b]", "\\a", "[]a]", "[", "!", "#", " ", "\\ ", "\\"]
    ),
    min_size=1,
    max_size=6,
).map("".join)
PATHS = [
    f"{one}{two}{three}" for one in ("", "a/", "b/a/", "ab/b/") for two in ("a", "b", "ab", "bb", "]") for three in ("", "a")
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository full of short names."""
    root = tmp_path_factory.mktemp("repository")
    for path in PATHS:
        (root / f"{path}.txt").parent.mkdir(parents=True, exist_ok=True)
        (root / f"{path}.txt").write_text("Words.")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@settings(max_examples=150)
@given(st.lists(st.tuples(GLOBS, st.sampled_from(["", "*", ".txt", "/", "/**"])).map("".join), min_size=1, max_size=3))
def test_any_rules_leave_out_what_git_leaves_out(repository, rules):
    assume(not any(re.search(r"[^/]\*\*|\*\*[^/]", rule) for rule in rules))  # Git sees folders there by where its prefix ends
    (repository / ".gitignore").write_text("\n".join(rules))
    command = ["git", "ls-files", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout.split("\0")
    assert sorted(names(repository, ["."])) == sorted(name for name in listed if name.endswith(".txt"))


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("*" + "a*" * 25 + "b", ["a" * 250]),
        ("*" + "?a*" * 40 + "b", ["a" * 250]),
        ("**/a/" * 100 + "b", ["a"] * 1000),
        ("[a-z]*" * 50 + "1", ["a" * 250]),
        ("*" * 5000 + "b", ["a" * 250]),
    ],
)
def test_rule_takes_time_that_grows_with_its_length_and_the_names(rule, path):
    """The first took a pattern that backtracks more than a minute."""
    began = time.process_time()
    (found,) = parsed(rule)
    assert not found.matches(path, folder=False)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", [".gitignore", ".pinciteignore"])
def test_rules_that_are_no_file_or_do_not_end_are_said_and_not_followed(tree, name):
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.write_text("*.md\n" * LARGEST_RULES)):
        (tree / name).unlink(missing_ok=True)
        make(tree / name)
        said = []
        assert "a.txt" in names(tree, ["."], note=heard.into(said))
        assert sum("its rules are not followed" in line and name in line for line in said) == 1


@pytest.fixture
def linked(tree, tmp_path_factory):
    """A folder with links: to a file and a folder outside, to a file and a folder inside, to nothing."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("Nobody is to read this.")
    (outside / "back").symlink_to(tree, target_is_directory=True)
    docs = tree / "deep"
    (docs / "out.txt").symlink_to(outside / "secret.txt")
    (docs / "away").symlink_to(outside, target_is_directory=True)
    (docs / "in.txt").symlink_to(docs / "er" / "d.txt")
    (docs / "again").symlink_to(docs / "er", target_is_directory=True)
    (docs / "lost.txt").symlink_to(outside / "nothing.txt")
    return tree


def test_links_that_lead_out_are_named_and_not_followed(linked):
    said = []
    assert names(linked, ["deep"], note=heard.into(said)) == ["deep/in.txt", "deep/er/d.txt"]
    (line,) = [line for line in said if "--follow-links" in line]
    assert line.startswith(f"{linked / 'deep'}: 3 links lead out of it and are not followed (")
    assert all(name in line for name in ("out.txt", "away", "lost.txt", "--follow-links"))


def test_links_that_lead_out_are_followed_where_that_is_asked_for_and_each_once(linked):
    said = []
    found = names(linked, ["deep"], note=heard.into(said), follow_links=True)
    assert {"deep/out.txt", "deep/away/secret.txt", "deep/in.txt", "deep/er/d.txt", "deep/lost.txt"} <= set(found)
    assert len(found) < 20
    assert not any("--follow-links" in line for line in said)


def test_link_that_is_named_itself_is_followed(linked):
    assert names(linked, ["deep/out.txt", "deep/away"]) == ["deep/out.txt", "deep/away/secret.txt"]
    (document,) = read_paths([linked / "deep" / "out.txt"], note=print)
    assert document.text == "Nobody is to read this."


def test_pattern_follows_no_link_out_and_no_loop(linked):
    for name in ("one", "two"):
        (linked / "deep" / name).symlink_to(linked / "deep", target_is_directory=True)
    said = []
    began = time.process_time()
    assert names(linked, ["deep/**/*.txt"], note=heard.into(said)) == ["deep/er/d.txt", "deep/in.txt"]
    assert time.process_time() - began < 5
    assert any("2 links lead out" in line for line in said)


@pytest.fixture
def deep(tmp_path):
    """1,500 folders inside one another, more than Python may call inside one another, and a file at the end."""
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.txt").write_text("Words.")
        yield tmp_path
    finally:
        os.chdir(here)
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=False)


def test_folders_may_lie_deep(deep):
    assert names(deep, ["."]) == ["d/" * 1500 + "a.txt"]
    with pytest.raises(ReadError, match="nested too deeply for a pattern"):
        names(deep, ["**/*.txt"])


def test_rules_that_take_too_long_are_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("corpus.walk.RULES_SECONDS", 0.0)
    monkeypatch.setattr("corpus.walk.RULES_SECONDS_A_PATH", 0.0)
    (tmp_path / "ferns.txt").write_text("Ferns.")
    (tmp_path / ".pinciteignore").write_text("".join(f"**/a/**/{'*a*' * 9}{n}/b\n" for n in range(200)))
    deep = tmp_path.joinpath(*["a"] * 40, "b")
    deep.mkdir(parents=True)
    (deep / "moss.txt").write_text("Moss.")
    with pytest.raises(ReadError, match="rules that take too long to follow; shorten them"):
        list(found_under([str(tmp_path)], note=print))


@pytest.mark.parametrize("size", [10_000, 40_000])
def test_long_rules_over_deep_folders_cost_little(tmp_path, size):
    """A rule is held against the end of a path first, so that most end there."""
    parts = size // 40
    (tmp_path / ".pinciteignore").write_text(f"**/{'a/' * 20}b\n" * (size // 46))
    deep = tmp_path.joinpath(*["a"] * min(parts, 300))
    deep.mkdir(parents=True)
    (deep / "moss.txt").write_text("Moss.")
    began = time.process_time()
    assert len(list(found_under([str(tmp_path)], note=print))) == 1
    assert time.process_time() - began < 2


def test_files_of_other_kinds_are_named_by_their_endings_and_the_first_by_their_names(tmp_path):
    for name in ("a.txt", "b.srt", "c.XML", "d.xml", "deep/e.xml", "deep/none"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Words.")
    said = []
    assert len([*found_under([str(tmp_path)], note=heard.into(said))]) == 1
    kinds = "5 files of other kinds left alone (3 .xml, 1 .srt, 1 –): b.srt, c.XML, d.xml, …"
    assert said == [f"{tmp_path}: {kinds}"]
