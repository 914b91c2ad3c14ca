"""The CI files: what they run exists, what they promise holds; their own shell lines run in a real clone."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from openpyxl import load_workbook

from git_repositories import clone, git, isolate, make_remote
from gongbao.commands import cli
from gongbao.editions.branch import copy_branch
from gongbao.editions.tree import Tree
from gongbao.editions.verify import verify_tree
from publications import ROOT, copy_publication, keep_scripts, run_gongbao

sys.path.insert(0, str(ROOT / "scripts"))
from ci_release import release_arguments

SITE, RELEASE, GITLAB = (
    yaml.safe_load((ROOT / name).read_text("utf-8"))
    for name in (".github/workflows/site.yml", ".github/workflows/release.yml", ".gitlab-ci.yml")
)
ON = True  # YAML 1.1 reads the key `on` as true
JOBS = {k: v for k, v in GITLAB.items() if isinstance(v, dict) and "script" in v}


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def step(workflow: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [s for s in steps(workflow) if s.get("name") == name]
    return found


def shell_lines() -> Iterator[tuple[str, str]]:
    for name, workflow in (("site", SITE), ("release", RELEASE)):
        for each in steps(workflow):
            yield from ((name, line) for line in each.get("run", "").splitlines())
    for name, job in JOBS.items():
        yield from ((f"gitlab {name}", line) for line in job["script"])


LINES = sorted(set(shell_lines()))


@pytest.mark.parametrize(("where", "line"), LINES, ids=[f"{w}: {t[:50]}" for w, t in LINES])
def test_every_command_exists_with_these_options(where: str, line: str) -> None:
    assert subprocess.run(["bash", "-n"], input=line, text=True, check=False).returncode == 0
    words = [w for w in shlex.split(line) if "=" not in w or w.startswith("-")]
    match words:
        case [program, *rest] if program == ".venv/bin/gongbao":
            check_gongbao(rest)
        case [".venv/bin/python", script, *rest]:
            assert (ROOT / script).is_file()
            assert script == "scripts/ci_release.py"
            check_gongbao(["release", "2019", *rest])  # it hands these on
        case ["make", target]:
            rule = target.replace(".venv/.ready", "$(READY)")
            assert f"\n{rule}:" in (ROOT / "Makefile").read_text("utf-8")
        case _:
            assert words[0] in ("git", "cat", "rm", "mkdir"), line


def check_gongbao(words: list[str]) -> None:
    """The command line is understood: the command, its options, and a value where one is needed."""
    command = cli.commands[words[0]]
    with click.Context(command, info_name=words[0]) as context:
        command.make_parser(context).parse_args(words[1:])


@pytest.mark.parametrize("workflow", [SITE, RELEASE], ids=["site", "release"])
def test_nothing_that_somebody_typed_reaches_a_shell(workflow: dict[str, Any]) -> None:
    """A pull request's title or an input would be run as a command; variables are not."""
    assert [s["run"] for s in steps(workflow) if "${{" in s.get("run", "")] == []


def test_only_a_release_may_write() -> None:
    assert SITE["permissions"] == {"contents": "read"} and RELEASE["permissions"] == {"contents": "write"}
    writes = re.compile(r"gongbao (release|withdraw)|ci_release|git push|deploy-pages")
    assert not any(writes.search(str(s)) for s in steps(SITE))
    assert [name for name, job in JOBS.items() if writes.search(str(job["script"]))] == ["release"]


def test_a_release_runs_for_a_tag_or_by_hand_only() -> None:
    assert RELEASE[ON]["push"] == {"tags": ["release/*"]} and set(RELEASE[ON]) == {
        "push",
        "workflow_dispatch",
    }
    inputs = RELEASE[ON]["workflow_dispatch"]["inputs"]
    assert inputs["year"]["required"] is True and inputs["reason"]["required"] is False
    conditions = [rule["if"] for rule in JOBS["release"]["rules"]]
    assert conditions == ["$CI_COMMIT_TAG =~ /^release\\//", '$CI_PIPELINE_SOURCE == "web" && $RELEASE_YEAR']
    assert JOBS["pages"]["rules"] == JOBS["release"]["rules"]


def test_check_and_build_come_before_the_release_and_stop_it() -> None:
    names = [s.get("name") for s in steps(RELEASE)]
    assert names.index("Check the data") < names.index("Build the site") < names.index("Release")
    assert not any("continue-on-error" in s or "if" in s for s in steps(RELEASE))
    assert JOBS["release"]["needs"] == ["build"] and JOBS["pages"]["needs"] == ["release"]
    assert not any("allow_failure" in job for job in JOBS.values())
    assert JOBS["build"]["script"] == ["make .venv/.ready", ".venv/bin/gongbao check", "make site"]


def test_a_proposed_change_gets_the_built_site_and_the_comparison() -> None:
    kept = {
        s["with"]["name"]: s["with"]["path"] for s in steps(SITE) if "upload-artifact" in s.get("uses", "")
    }
    assert kept == {"site": "_site", "changes": "changes"}
    assert "pull_request" in SITE[ON] and "pull_request_target" not in SITE[ON]
    assert JOBS["build"]["artifacts"]["paths"] == ["_site"]
    assert JOBS["preview"]["artifacts"]["paths"] == ["changes"]
    assert [rule["if"] for rule in JOBS["preview"]["rules"]] == [
        '$CI_PIPELINE_SOURCE == "merge_request_event"'
    ]


def test_days_are_china_s_and_python_is_one_that_fits() -> None:
    assert {SITE["env"]["TZ"], RELEASE["env"]["TZ"], GITLAB["variables"]["TZ"]} == {"Asia/Shanghai"}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    set_up = [s for w in (SITE, RELEASE) for s in steps(w) if "setup-python" in s.get("uses", "")]
    versions = [s["with"]["python-version"] for s in set_up]
    versions.append(GITLAB["image"].removeprefix("python:").partition("-")[0])
    assert wanted == ">=3.11" and all(tuple(map(int, v.split("."))) >= (3, 11) for v in versions)


def test_the_guide_tells_commands_that_exist() -> None:
    text = (ROOT / "docs/publishing.md").read_text("utf-8")
    told = re.findall(r"gongbao ([a-z]+)([^`\n]*)`", text)
    assert {name for name, _ in told} >= {"release", "withdraw", "diff", "review", "verify", "check"}
    for name, rest in told:
        known = {option for p in cli.commands[name].params for option in p.opts}
        assert set(re.findall(r"--[a-z]+", rest)) <= known, (name, rest)
    for name in re.findall(r"`((?:data/|scripts/|\.github/|\.gitlab)[\w./-]+\.\w+)`", text):
        assert (ROOT / name).exists(), name


# What a tag or a form means


def test_a_tag_names_edition_and_revision() -> None:
    assert release_arguments({"RELEASE_TAG": "release/2019"}, "") == ["2019", "--revision=1"]
    assert release_arguments({"RELEASE_TAG": "release/2019-r2"}, "改正\n\n平昌县一个数\n") == [
        "2019", "--revision=2", "--reason=改正 平昌县一个数",
    ]  # fmt: skip
    for tag in (
        "release/2019-2",
        "release/19",
        "release/2019-r0",
        "release/2019-r2x",
        "release/2019 --into /",
    ):
        with pytest.raises(ValueError, match="看不懂"):
            release_arguments({"RELEASE_TAG": tag}, "")
    with pytest.raises(ValueError, match="更正要写原因"):
        release_arguments({"RELEASE_TAG": "release/2019-r2"}, " \n")


def test_a_form_names_year_and_reason() -> None:
    assert release_arguments({"RELEASE_TAG": "", "RELEASE_YEAR": " 2019 "}, "") == ["2019"]
    typed = {"RELEASE_YEAR": "2019", "RELEASE_REASON": "--into x"}
    assert release_arguments(typed, "") == ["2019", "--reason=--into x"]  # a value, never an option
    with pytest.raises(ValueError, match="不是年度"):
        release_arguments({"RELEASE_YEAR": "2019; rm -rf /"}, "")


# The real lines, in a real clone


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A hosted repository with a publication of one county, and no branch gh-pages yet."""
    folder = tmp_path_factory.mktemp("hosted")
    with pytest.MonkeyPatch.context() as patch:
        isolate(folder, patch)
        work = copy_publication(folder / "work", "2019/511923")
        for name in ("Makefile", "requirements.lock", "pyproject.toml"):
            shutil.copy2(ROOT / name, work / name)
        (work / ".gitignore").write_text(".venv\n.gongbao/\n_site/\nchanges/\n__pycache__/\n")
        git(work, "init", "-q", "-b", "main")
        identify_author(work)
        commit(work, "Data of 2019")
        yield make_remote(folder / "remote.git", work)


def identify_author(repository: Path) -> None:
    git(repository, "config", "user.name", "示例市督导办")
    git(repository, "config", "user.email", "office@example.org")


def commit(work: Path, message: str) -> None:
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", message)


def run_job(place: Path, workflow: dict[str, Any], **given: str) -> tuple[int, str]:
    """Run the shell steps of a workflow as GitHub does, one after the other until one fails.

    The environment that `make .venv/.ready` would install is this one.
    """
    if not (place / ".venv").exists():
        keep_scripts(place)
        (place / ".venv/bin").mkdir(parents=True)
        for name in ("gongbao", "python"):
            program = place / ".venv/bin" / name
            program.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).parent / name}" "$@"\n')
            program.chmod(0o755)
        (place / ".venv/.ready").touch()
    environment = os.environ | workflow["env"] | {"GITHUB_STEP_SUMMARY": str(place / ".venv/summary")} | given
    said = ""
    for each in steps(workflow):
        if "run" not in each or each["run"] == "make .venv/.ready":
            continue
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", each["run"]],
            cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        said += done.stdout
        if done.returncode:
            return done.returncode, said
    return 0, said


def published(hosted: Path, target: Path) -> Tree:
    copy_branch(hosted, "gh-pages", target)
    return Tree(target)


@pytest.mark.xdist_group("workflows")
def test_tags_release_and_correct_and_a_failed_check_publishes_nothing(hosted: Path, tmp_path: Path) -> None:
    git(hosted, "tag", "release/2019", "main")
    first = clone(hosted, tmp_path / "first", "--depth=1", "--branch=release/2019")
    status, said = run_job(first, RELEASE, RELEASE_TAG="release/2019")
    assert status == 0, said
    assert [r.address for r in published(hosted, tmp_path / "a").revisions(2019)] == ["2019/r1"]
    head = git(hosted, "rev-parse", "gh-pages")
    assert "bot" in git(hosted, "log", "-1", "--format=%an", "gh-pages")

    status, said = run_job(first, RELEASE, RELEASE_TAG="release/2019")  # the same tag, run once more
    assert status != 0 and "要发布的是 r1，而下一个修订版是 r2" in said
    assert git(hosted, "rev-parse", "gh-pages") == head

    work = clone(hosted, tmp_path / "work")
    change_cell(work / "data/2019/511923.xlsx", "十五亿多")
    commit(work, "A cell that is no number")
    git(work, "tag", "-a", "release/2019-r2", "-m", "改正一个数")
    git(work, "push", "-q", "origin", "release/2019-r2")
    wrong = clone(hosted, tmp_path / "wrong", "--depth=1", "--branch=release/2019-r2")
    status, said = run_job(wrong, RELEASE, RELEASE_TAG="release/2019-r2")
    assert status != 0 and "::error" in said and git(hosted, "rev-parse", "gh-pages") == head

    change_cell(work / "data/2019/511923.xlsx", 6)
    commit(work, "The right number")
    git(work, "tag", "-f", "-a", "release/2019-r2", "-m", "核实后改正：专题研究教育议题是 6 次")
    git(work, "push", "-q", "-f", "origin", "release/2019-r2")
    right = clone(hosted, tmp_path / "right", "--depth=1", "--branch=release/2019-r2")
    status, said = run_job(right, RELEASE, RELEASE_TAG="release/2019-r2")
    assert status == 0, said
    tree = published(hosted, tmp_path / "b")
    assert [(r.name, r.state, r.reason) for r in tree.revisions(2019)] == [
        ("r1", "superseded", ""), ("r2", "released", "核实后改正：专题研究教育议题是 6 次"),
    ]  # fmt: skip
    assert git(hosted, "rev-parse", "gh-pages^") == head

    assert verify_tree(tmp_path / "b") == []

    compared = clone(hosted, tmp_path / "compared", "--depth=1", "--branch=main")  # still has 5
    status, said = run_job(compared, SITE)
    assert status == 0, said
    comment = (compared / "changes/diff.md").read_text("utf-8")
    assert "2019年度 r2 → 现有数据" in comment and "| 6次 | 5次 |" in comment
    assert (compared / ".venv/summary").read_text("utf-8") == comment
    assert git(hosted, "log", "--format=%s", "-1", "gh-pages").startswith("发布 2019 年度版 r2")

    page = "2019/r1/511923/finance.html"
    assert page in git(hosted, "ls-tree", "-r", "--name-only", "gh-pages")
    voided = (tmp_path / "b" / page).read_bytes()
    done = run_gongbao(
        work, "withdraw", "2019", "--revision", "1", "--erase", "--reason", "依法不得公开", "--branch", "gh-pages",
        "--remote", "origin",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    tree = published(hosted, tmp_path / "c")
    assert [r.state for r in tree.revisions(2019)] == ["withdrawn", "released"]
    assert (tmp_path / "c" / page).read_bytes() != voided and "撤回" in (tmp_path / "c" / page).read_text(
        "utf-8"
    )
    assert verify_tree(tmp_path / "c") == []


def change_cell(path: Path, value: object) -> None:
    """县政府常务会议专题研究教育议题次数, 5 in the document."""
    book = load_workbook(path)
    sheet = book["指标数据"]
    assert sheet["A9"].value == "government_meetings"
    sheet["F9"] = value
    book.save(path)
