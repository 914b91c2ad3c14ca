"""A published tree on a branch, with real Git repositories: nothing disturbed, nothing sealed changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from git_repositories import (
    AUTHOR,
    Counter,
    editions,
    git,
    identify,
    published,
    released,
    state,
    write,
)
from gongbao.editions.branch import BranchError, change_branch, needed_to_change
from gongbao.editions.branch_tree import LayoutError
from gongbao.editions.git import GitError
from gongbao.editions.tree import Tree, format_log

# The branch itself


def test_the_first_release_begins_a_branch_of_its_own(repository: Path) -> None:
    made = change_branch(repository, "gh-pages", released(2019))
    assert made.previous is None and made.changed and made.attempts == 1
    assert git(repository, "rev-list", "--count", "gh-pages") == "1"
    assert git(repository, "merge-base", "main", "gh-pages", check=False) == ""
    assert git(repository, "log", "-1", "--format=%an|%ae|%s", "gh-pages") == (
        f"{AUTHOR}|office@example.org|2019/r1：发布"
    )
    assert published(repository)["2019/r1/990101/finance.html"] == b"<h1>2019 r1 990101 finance</h1>\r\n"
    assert git(repository, "fsck", "--strict", "--no-dangling") == ""


def test_it_is_served_as_it_is_and_without_the_working_folder(repository: Path) -> None:
    change_branch(repository, "gh-pages", released(2019))
    files = published(repository)
    assert files[".nojekyll"] == b""
    assert not [name for name in files if name.startswith(".gongbao")]


def test_a_second_release_stands_on_the_first(repository: Path) -> None:
    first = change_branch(repository, "gh-pages", released(2019))
    before = published(repository)
    second = change_branch(repository, "gh-pages", released(2019))
    assert git(repository, "rev-parse", "gh-pages^") == first.commit == second.previous
    after = published(repository)
    assert editions(repository) == ["2019 r1", "2019 r2"]
    assert {n: before[n] for n in before if "/r1/" in n} == {n: after[n] for n in after if "/r1/" in n}
    assert after["2019/990101/index.html"].startswith(b"<h1>2019 r2")


def test_what_goes_from_the_tree_goes_from_the_branch(repository: Path) -> None:
    change_branch(repository, "gh-pages", released(2019, ("990101", "990102")))
    change_branch(
        repository, "gh-pages", released(2019, work=lambda tree: shutil.rmtree(tree / "2019/990102"))
    )
    names = published(repository)
    assert "2019/990102/index.html" not in names and "2019/r1/990102/index.html" in names


def test_the_same_tree_makes_no_commit(repository: Path) -> None:
    first = change_branch(repository, "gh-pages", released(2019))
    again = change_branch(repository, "gh-pages", lambda tree: "nothing new")
    assert not again.changed and again.commit == first.commit
    assert git(repository, "rev-list", "--count", "gh-pages") == "1"


def test_no_setting_of_git_changes_a_byte(repository: Path) -> None:
    git(repository, "config", "core.autocrlf", "true")
    write(repository / ".git/info/attributes", "* text eol=crlf\n*.html export-ignore\n")
    page = b"one\ntwo\r\n\xff\x00\n"

    def change(tree: Path) -> str:
        message = released(2019)(tree)
        (tree / "2019/r1/990101/index.html").write_bytes(page)
        return message

    change_branch(repository, "gh-pages", change)
    assert published(repository)["2019/r1/990101/index.html"] == page
    seen: list[bytes] = []

    def look(tree: Path) -> str:
        seen.append((tree / "2019/r1/990101/index.html").read_bytes())
        return "nothing new"

    change_branch(repository, "gh-pages", look)
    assert seen == [page]


def test_the_host_s_own_file_stays(repository: Path) -> None:
    change_branch(
        repository, "gh-pages", lambda tree: write(tree / "CNAME", "bulletin.example.org\n") or "domain"
    )
    change_branch(repository, "gh-pages", released(2019))
    assert published(repository)["CNAME"] == b"bulletin.example.org\n"
    change_branch(repository, "gh-pages", released(2020), wanted=needed_to_change(2020))
    assert published(repository)["CNAME"] == b"bulletin.example.org\n"


# Checkouts


@pytest.mark.parametrize("detached", [False, True], ids=["on-main", "detached"])
def test_a_dirty_checkout_is_left_as_it_is(repository: Path, detached: bool) -> None:
    (repository / "_quarto.yml").write_text("lang: en\n")
    git(repository, "stash")
    (repository / "staged").write_text("1")
    git(repository, "add", "staged")
    (repository / "_quarto.yml").write_text("lang: zh-Hans\n")
    (repository / "untracked").write_text("2")
    if detached:
        git(repository, "checkout", "-q", "--detach")
    before = state(repository)
    change_branch(repository, "gh-pages", released(2019))
    change_branch(repository, "gh-pages", released(2020))
    assert state(repository) == before
    assert editions(repository) == ["2019 r1", "2020 r1"]


def test_a_bare_repository_and_a_subfolder_will_do(remote: Path, repository: Path) -> None:
    identify(remote)
    change_branch(remote, "gh-pages", released(2019))
    assert editions(remote) == ["2019 r1"]
    (repository / "data").mkdir()
    git(repository, "remote", "remove", "origin")
    change_branch(repository / "data", "gh-pages", released(2018))
    assert editions(repository) == ["2018 r1"]


def test_a_branch_that_is_checked_out_elsewhere_is_refused(repository: Path, tmp_path: Path) -> None:
    first = change_branch(repository, "gh-pages", released(2019))
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", str(linked), "gh-pages")
    before = state(linked)
    with pytest.raises(BranchError, match=r"正检出在 .*linked"):
        change_branch(repository, "gh-pages", released(2020))
    with pytest.raises(BranchError, match="正检出在"):
        change_branch(linked, "gh-pages", released(2020))
    assert git(repository, "rev-parse", "gh-pages") == first.commit and state(linked) == before


def test_a_branch_checked_out_while_the_release_runs_is_refused(repository: Path, tmp_path: Path) -> None:
    change_branch(repository, "gh-pages", released(2019))

    def meanwhile(_: Path) -> None:
        git(repository, "worktree", "add", "-q", str(tmp_path / "linked"), "gh-pages")

    with pytest.raises(BranchError, match="正检出在"):
        change_branch(repository, "gh-pages", released(2020, work=meanwhile))
    assert git(tmp_path / "linked", "status", "--porcelain") == ""


def test_a_release_from_a_hook_uses_the_repository_named(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", str(other))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    change_branch(repository, "gh-pages", released(2019))
    monkeypatch.delenv("GIT_DIR")
    assert git(other, "for-each-ref") == "" and editions(repository) == ["2019 r1"]


# What is refused, in words


def test_without_a_name_nothing_is_published(repository: Path) -> None:
    git(repository, "config", "--unset", "user.name")
    git(repository, "config", "--unset", "user.email")
    with pytest.raises(BranchError, match=r"不知道提交人是谁[\s\S]*git config user.name"):
        change_branch(repository, "gh-pages", released(2019))
    assert git(repository, "for-each-ref", "refs/heads/gh-pages") == ""


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(BranchError, match="不在 Git 仓库里"):
        change_branch(tmp_path, "gh-pages", released(2019))


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(GitError, match="没有找到 git 命令"):
        change_branch(repository, "gh-pages", released(2019))


@pytest.mark.parametrize("name", ["a..b", "x.lock", "a b", "-x~1", ""])
def test_a_name_that_git_does_not_allow(repository: Path, name: str) -> None:
    with pytest.raises(BranchError, match="不能作分支名"):
        change_branch(repository, name, released(2019))


def test_a_branch_with_something_else_in_it_is_left_alone(repository: Path) -> None:
    git(repository, "branch", "gh-pages")
    with pytest.raises(BranchError, match="里不是发布目录"):
        change_branch(repository, "gh-pages", released(2019))
    assert git(repository, "rev-parse", "gh-pages") == git(repository, "rev-parse", "main")


def test_a_sealed_revision_is_never_changed(repository: Path) -> None:
    first = change_branch(repository, "gh-pages", released(2019))
    for spoil in (
        lambda tree: write(tree / "2019/r1/990101/index.html", "better"),
        lambda tree: write(tree / "2019/r1/extra.html", "more"),
        lambda tree: shutil.rmtree(tree / "2019/r1"),
    ):
        with pytest.raises(BranchError, match="2019/r1 已经封存"):
            change_branch(repository, "gh-pages", released(2020, work=spoil))
    assert git(repository, "rev-parse", "gh-pages") == first.commit


def test_files_that_the_law_forbids_can_be_taken_away(repository: Path) -> None:
    change_branch(repository, "gh-pages", released(2019))

    def erase(tree: Path) -> str:
        log = Tree(tree)
        event = log.next_event(event="withdrawn", edition=2019, revision=1, date="2020-05-01", erased=True)
        shutil.rmtree(tree / "2019/r1/990101")
        (tree / "log.json").write_bytes(format_log((*log.log, event)))
        return "2019/r1：撤回"

    change_branch(repository, "gh-pages", erase)
    assert not [name for name in published(repository) if name.startswith("2019/r1/990101")]


def test_a_log_never_loses_an_event(repository: Path) -> None:
    change_branch(repository, "gh-pages", released(2019))
    change_branch(repository, "gh-pages", released(2020))

    def forget(tree: Path) -> str:
        (tree / "log.json").write_bytes(format_log(Tree(tree).log[:1]))
        return "forgetful"

    with pytest.raises(BranchError, match="2020 年度 r1"):
        change_branch(repository, "gh-pages", forget)


def test_a_page_can_be_added_where_nothing_was_laid_out(repository: Path) -> None:
    """A release adds redirects to other editions, whose pages it doesn't read."""
    change_branch(repository, "gh-pages", released(2019))
    before = published(repository)

    def redirects(tree: Path) -> None:
        assert not (tree / "2019/990101").exists()
        write(tree / "2019/990101/former.html", "to finance.html")
        write(tree / "2019/990107/index.html", "to 990101")

    change_branch(repository, "gh-pages", released(2020, work=redirects), wanted=needed_to_change(2020))
    after = published(repository)
    assert after["2019/990101/former.html"] == b"to finance.html" and "2019/990107/index.html" in after
    assert {n: after[n] for n in before if n[:5] == "2019/"} == {
        n: before[n] for n in before if n[:5] == "2019/"
    }


@pytest.mark.parametrize("where", ["in-the-tree", "on-the-branch"])
def test_only_files_and_folders_are_published(repository: Path, where: str) -> None:
    if where == "in-the-tree":
        with pytest.raises(LayoutError, match="只能是普通文件"):
            change_branch(
                repository, "gh-pages", released(2019, work=lambda t: (t / "x").symlink_to("/etc/passwd"))
            )
        return
    (repository / "x").symlink_to("/etc/passwd")
    git(repository, "add", "x")
    git(repository, "commit", "-q", "-m", "a link")
    git(repository, "branch", "gh-pages")
    with pytest.raises(GitError, match="既不是普通文件也不是文件夹"):
        change_branch(repository, "gh-pages", released(2019))


# What a release costs


def test_only_what_a_release_needs_is_laid_out(repository: Path) -> None:
    for year in (2017, 2018, 2019):
        change_branch(repository, "gh-pages", released(year))
        change_branch(repository, "gh-pages", released(year))
    whole = published(repository)
    laid_out: set[str] = set()

    def change(tree: Path) -> str:
        laid_out.update(p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_file())
        return released(2019)(tree)

    change_branch(repository, "gh-pages", change, wanted=needed_to_change(2019))
    others = {
        f"{year}/{name}" for year in (2017, 2018)
        for name in ("latest.json", "r1/manifest.json", "r1/snapshot/990101.json", "r2/manifest.json",
                     "r2/snapshot/990101.json")
    }  # fmt: skip
    assert {n for n in laid_out if n[:4] in ("2017", "2018")} == others
    assert {n for n in whole if n.startswith("2019/")} <= laid_out
    after = published(repository)
    assert {n: after[n] for n in whole if n[:4] in ("2017", "2018")} == {
        n: whole[n] for n in whole if n[:4] in ("2017", "2018")
    }
    assert editions(repository)[-1] == "2019 r3"


def test_the_number_of_git_s_processes_does_not_grow(repository: Path, tmp_path: Path) -> None:
    counted = Counter(tmp_path)
    numbers = []
    for year in (2017, 2018, 2019, 2020, 2021):
        with counted:
            change_branch(repository, "gh-pages", released(year), wanted=needed_to_change(year))
        numbers.append(counted.calls)
    assert len(set(numbers[2:])) == 1 and numbers[-1] < 30
