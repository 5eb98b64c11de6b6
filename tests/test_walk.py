"""Which files are found under what a user named: folders, patterns, and the rules of .gitignore."""

import os
import shutil
import subprocess

import pytest

from corpus.errors import ReadError
from corpus.walk import found_under


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
        assert names(tree, ["."], note=said.append, deny=denied.append) == ["a.txt", "drafts/keep.md"]
    finally:
        os.seteuid(0)
    assert denied == [str(tree / "deep")]
    assert any("skipped, Permission denied" in line for line in said)
