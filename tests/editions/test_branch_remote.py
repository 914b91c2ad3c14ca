"""A published branch of a remote: pushed, raced for, refused, killed in the middle; nothing lost or half done."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from git_repositories import (
    Counter,
    clone,
    editions,
    git,
    released,
    state,
)
from gongbao.editions.branch import BranchError, change_branch, copy_branch, needed_to_change
from gongbao.editions.branch_tree import checkout_tree
from gongbao.editions.git import Git
from gongbao.editions.tree import Tree
from publications import ROOT

# A remote


def test_it_is_pushed_and_the_local_branch_follows(repository: Path, remote: Path) -> None:
    before = state(repository)
    first = change_branch(repository, "gh-pages", released(2019), remote="origin")
    second = change_branch(repository, "gh-pages", released(2020), remote="origin")
    assert first.previous is None and second.previous == first.commit and not second.note
    assert editions(remote) == ["2019 r1", "2020 r1"]
    assert git(repository, "rev-parse", "gh-pages") == second.commit == git(remote, "rev-parse", "gh-pages")
    assert not change_branch(repository, "gh-pages", lambda _: "same", remote="origin").changed
    assert state(repository) == before


def test_a_release_stands_on_what_the_remote_holds(repository: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    change_branch(other, "gh-pages", released(2018), remote="origin")
    made = change_branch(repository, "gh-pages", released(2019), remote="origin")
    assert editions(remote) == ["2018 r1", "2019 r1"] and made.attempts == 1


def test_a_local_branch_that_the_remote_lacks_goes_there_whole(repository: Path, remote: Path) -> None:
    change_branch(repository, "gh-pages", released(2018))
    change_branch(repository, "gh-pages", released(2019), remote="origin")
    assert (
        editions(remote) == ["2018 r1", "2019 r1"] and git(remote, "rev-list", "--count", "gh-pages") == "2"
    )


def test_commits_that_were_not_pushed_are_not_lost(repository: Path, remote: Path) -> None:
    change_branch(repository, "gh-pages", released(2018), remote="origin")
    local = change_branch(repository, "gh-pages", released(2019))
    with pytest.raises(BranchError, match="本地分支 gh-pages 有 origin 没有的提交"):
        change_branch(repository, "gh-pages", released(2020), remote="origin")
    assert editions(remote) == ["2018 r1"] and git(repository, "rev-parse", "gh-pages") == local.commit


def test_a_branch_known_from_a_remote_is_not_begun_anew(
    remote: Path, repository: Path, tmp_path: Path
) -> None:
    change_branch(repository, "gh-pages", released(2018), remote="origin")
    fresh = clone(remote, tmp_path / "fresh")
    with pytest.raises(BranchError, match="请加 --remote origin"):
        change_branch(fresh, "gh-pages", released(2019))
    assert git(fresh, "for-each-ref", "refs/heads/gh-pages") == ""


def test_a_shallow_clone_of_one_branch_stays_shallow(remote: Path, repository: Path, tmp_path: Path) -> None:
    """What CI checks out."""
    for year in (2016, 2017):
        change_branch(repository, "gh-pages", released(year), remote="origin")
    shallow = clone(remote, tmp_path / "shallow", "--depth=1", "--branch=main")
    change_branch(shallow, "gh-pages", released(2018), remote="origin", wanted=needed_to_change(2018))
    change_branch(shallow, "gh-pages", released(2019), remote="origin", wanted=needed_to_change(2019))
    assert editions(remote) == ["2016 r1", "2017 r1", "2018 r1", "2019 r1"]
    assert git(remote, "rev-list", "--count", "gh-pages") == "4"
    assert git(shallow, "rev-parse", "--is-shallow-repository") == "true"
    assert git(remote, "fsck", "--strict", "--no-dangling") == ""


def test_a_branch_checked_out_here_is_pushed_all_the_same(
    repository: Path, remote: Path, tmp_path: Path
) -> None:
    change_branch(repository, "gh-pages", released(2018), remote="origin")
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"), "gh-pages")
    before = state(tmp_path / "linked")
    made = change_branch(repository, "gh-pages", released(2019), remote="origin")
    assert editions(remote)[-1] == "2019 r1" and "git pull" in made.note
    assert state(tmp_path / "linked") == before


def test_a_remote_that_refuses(repository: Path, remote: Path) -> None:
    hook = remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho protected branch >&2\nexit 1\n")
    hook.chmod(0o755)
    asked = 0

    def once(_: Path) -> None:
        nonlocal asked
        asked += 1

    with pytest.raises(BranchError, match=r"origin 不接受推送[\s\S]*protected branch"):
        change_branch(repository, "gh-pages", released(2019, work=once), remote="origin")
    assert asked == 1  # a refusal isn't tried again
    for place in (repository, remote):
        assert git(place, "for-each-ref", "refs/heads/gh-pages") == ""


def test_a_remote_that_is_not_there(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(BranchError, match=r"不能从 .* 取得分支"):
        change_branch(repository, "gh-pages", released(2019), remote=str(tmp_path / "nowhere"))
    with pytest.raises(BranchError) as caught:
        change_branch(repository, "gh-pages", released(2019), remote="http://me:s3cret@127.0.0.1:9/x.git")
    assert "s3cret" not in str(caught.value) and "127.0.0.1" in str(caught.value)


def test_a_remote_by_relative_address(repository: Path, remote: Path) -> None:
    git(repository, "remote", "set-url", "origin", "../remote.git")
    change_branch(repository, "gh-pages", released(2019), remote="origin")
    assert editions(remote) == ["2019 r1"]


# Others at the same time


def test_who_is_overtaken_makes_the_change_again(repository: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    years = iter((2017, 2018))

    def overtake(_: Path) -> None:
        if year := next(years, None):  # another county: the same content in the same second is one commit
            change_branch(other, "gh-pages", released(year, ("990102",)), remote="origin")

    made = change_branch(repository, "gh-pages", released(2017, work=overtake), remote="origin")
    assert made.attempts == 3
    assert editions(remote) == ["2017 r1", "2018 r1", "2017 r2"]  # r2: made again on top of the other's r1
    assert git(remote, "rev-list", "--merges", "--count", "gh-pages") == "0"


@pytest.mark.parametrize("over", ["remote", "local"])
def test_who_is_always_overtaken_gives_up(repository: Path, remote: Path, tmp_path: Path, over: str) -> None:
    where = {"remote": "origin"} if over == "remote" else {}
    other = clone(remote, tmp_path / "other") if where else repository
    years = iter(range(2001, 2020))
    with pytest.raises(BranchError, match="试了 5 次"):
        change_branch(
            repository, "gh-pages",
            released(2020, work=lambda _: change_branch(other, "gh-pages", released(next(years)), **where) and None),
            **where,
        )  # fmt: skip
    assert editions(remote if where else repository) == [f"{y} r1" for y in range(2001, 2006)]


RACE = """
import sys
from pathlib import Path
from git_repositories import released
from gongbao.editions.branch import change_branch, needed_to_change
repository, remote = Path(sys.argv[1]), sys.argv[2] or None
sys.stdin.readline()  # all begin at once
for year in map(int, sys.argv[3:]):
    change_branch(repository, "gh-pages", released(year), remote=remote, wanted=needed_to_change(year))
"""


@pytest.mark.parametrize("where", ["two-clones", "one-repository"])
def test_releases_that_race_all_land(repository: Path, remote: Path, tmp_path: Path, where: str) -> None:
    clones = [clone(remote, tmp_path / n) for n in ("a", "b")] if where == "two-clones" else [repository] * 2
    name = "origin" if where == "two-clones" else ""
    racing = []
    for place, years in zip(clones, ((2011, 2012, 2013), (2021, 2022, 2023)), strict=True):
        command = [sys.executable, "-c", RACE, str(place), name, *map(str, years)]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
        pipe = subprocess.PIPE
        racing.append(subprocess.Popen(command, stdin=pipe, stderr=pipe, env=environment))
    for process in racing:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in racing:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    target = remote if where == "two-clones" else repository
    assert sorted(editions(target)) == [f"{y} r1" for y in (2011, 2012, 2013, 2021, 2022, 2023)]
    assert git(target, "rev-list", "--count", "gh-pages") == "6"
    assert git(target, "rev-list", "--merges", "--count", "gh-pages") == "0"
    checkout_tree(Git.at(target), git(target, "rev-parse", "gh-pages"), tmp_path / "out")
    assert [e.n for e in Tree(tmp_path / "out").log] == [1, 2, 3, 4, 5, 6]


# Killed


@pytest.mark.parametrize("where", ["local", "remote"])
def test_killed_at_any_of_git_s_calls_nothing_is_half_done(
    repository: Path, remote: Path, tmp_path: Path, where: str
) -> None:
    name = "origin" if where == "remote" else None
    target = remote if name else repository
    old = change_branch(repository, "gh-pages", released(2019), remote=name).commit
    before = state(repository)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    deaths = 0
    for deadly in range(1, 60):
        with Counter(tmp_path, deadly):
            process = get_context("fork").Process(
                target=change_branch,
                args=(repository, "gh-pages", released(2020)),
                kwargs={"remote": name, "wanted": needed_to_change(2020), "scratch": scratch},
            )
            process.start()
            process.join(60)
        assert state(repository) == before
        now = git(target, "rev-parse", "gh-pages")
        if now != old:
            break  # from here on it is published, whatever dies afterwards
        assert process.exitcode == -9
        assert editions(target) == ["2019 r1"]
        deaths += 1
    assert deaths > 10
    assert editions(target) == ["2019 r1", "2020 r1"] and git(target, "rev-parse", "gh-pages^") == old
    assert git(repository, "fsck", "--strict", "--no-dangling") == ""
    change_branch(repository, "gh-pages", released(2021), remote=name)
    assert editions(target) == ["2019 r1", "2020 r1", "2021 r1"]


def test_an_error_of_the_release_leaves_everything(repository: Path, tmp_path: Path) -> None:
    old = change_branch(repository, "gh-pages", released(2019)).commit
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        change_branch(repository, "gh-pages", released(2020, work=fail), scratch=scratch)
    assert git(repository, "rev-parse", "gh-pages") == old and not any(scratch.iterdir())


# Reading


def test_a_branch_can_be_laid_out_to_read(repository: Path, remote: Path, tmp_path: Path) -> None:
    assert copy_branch(repository, "gh-pages", tmp_path / "none", remote="origin") is None
    made = change_branch(repository, "gh-pages", released(2019), remote="origin")
    fresh = clone(remote, tmp_path / "fresh")
    git(fresh, "config", "--unset", "user.email")  # who only reads needs no name
    commit = copy_branch(
        fresh, "gh-pages", tmp_path / "out", remote="origin", wanted=lambda p: p.startswith("2019/")
    )
    assert commit == made.commit
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"2019"}
