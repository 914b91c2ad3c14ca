"""Real Git repositories for tests, and changes of a published tree as a release makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gongbao.editions.tree import Tree, format_log

AUTHOR = "示例市督导办"


def isolate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine or its user, and none of a hook that the tests may run in."""
    for name in list(os.environ):
        if name.startswith("GIT_") or name == "EMAIL":
            monkeypatch.delenv(name)
    empty = folder / "gitconfig"
    empty.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(empty))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    assert not check or done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().rstrip("\n")


def identify(repository: Path) -> Path:
    git(repository, "config", "user.name", AUTHOR)
    git(repository, "config", "user.email", "office@example.org")
    return repository


def make_repository(root: Path) -> Path:
    """A publication's repository with one commit on main."""
    root.mkdir(exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    identify(root)
    (root / "_quarto.yml").touch()
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "Data of 2019")
    return root


def make_remote(bare: Path, repository: Path) -> Path:
    """A bare repository that `repository` knows as origin, with its main branch."""
    git(bare.parent, "init", "-q", "--bare", "-b", "main", str(bare))
    git(repository, "remote", "add", "origin", str(bare))
    git(repository, "push", "-q", "origin", "main")
    return bare


def clone(remote: Path, target: Path, *options: str) -> Path:
    git(remote, "clone", "-q", *options, remote.as_uri(), str(target))
    return identify(target)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def released(year: int, places: tuple[str, ...] = ("990101",), work: Callable[[Path], None] | None = None):
    """A change as a release makes it: seal the next revision, copy it, renew the portal, write the log."""

    def change(folder: Path) -> str:
        tree = Tree(folder)
        number = len(tree.revisions(year)) + 1
        event = tree.next_event(event="released", edition=year, revision=number, date=f"{year + 1}-03-31")
        for code in places:
            for area in ("index", "finance"):
                page = f"<h1>{year} r{number} {code} {area}</h1>\r\n"
                write(folder / f"{year}/r{number}/{code}/{area}.html", page)
                write(folder / f"{year}/{code}/{area}.html", page)
            write(folder / f"{year}/r{number}/snapshot/{code}.json", f'{{"region": "{code}"}}\n')
        write(folder / f"{year}/r{number}/manifest.json", f'{{"edition": {year}, "revision": {number}}}\n')
        write(folder / f"{year}/latest.json", f'{{"r": {number}}}\n')
        write(folder / "index.html", "".join(f"{e.edition} r{e.revision}\n" for e in (*tree.log, event)))
        write(folder / ".gongbao/journal.json", "[]")
        (folder / "log.json").write_bytes(format_log((*tree.log, event)))
        if work:
            work(folder)
        return f"{year}/r{number}：发布"

    return change


def published(repository: Path, branch: str = "gh-pages") -> dict[str, bytes]:
    """Every file of the branch."""
    names = git(repository, "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", branch).splitlines()
    show = [subprocess.run(["git", "-C", str(repository), "cat-file", "blob", f"{branch}:{n}"],
                           capture_output=True, check=True).stdout for n in names]  # fmt: skip
    return dict(zip(names, show, strict=True))


def editions(repository: Path, branch: str = "gh-pages") -> list[str]:
    return published(repository, branch)["index.html"].decode().split("\n")[:-1]


def state(checkout: Path) -> tuple[str, ...]:
    """Everything of a checkout that publishing must leave alone."""
    index = (checkout / git(checkout, "rev-parse", "--git-path", "index")).read_bytes()
    files = {p: p.read_bytes() for p in checkout.rglob("*") if p.is_file() and ".git" not in p.parts}
    head = git(checkout, "rev-parse", "--symbolic-full-name", "HEAD"), git(checkout, "rev-parse", "HEAD")
    return (*head, git(checkout, "stash", "list"), repr(index), repr(sorted(files.items())))


class Counter:
    """Puts a `git` before the real one that counts its calls and, at the call `deadly`, kills who called it."""

    def __init__(self, folder: Path, deadly: int = 0) -> None:
        self.folder, self.calls = folder / "counted", 0
        real = shutil.which("git")
        self.folder.mkdir(exist_ok=True)
        self.tally = self.folder / "tally"
        (self.folder / "git").write_text(
            f'#!/bin/sh\necho x >> "{self.tally}"\n'
            f'if [ "$(wc -l < "{self.tally}")" -eq {deadly} ]; then kill -9 $PPID; exit 1; fi\nexec {real} "$@"\n'
        )
        (self.folder / "git").chmod(0o755)

    def __enter__(self) -> None:
        self.tally.write_text("")
        self.path = os.environ["PATH"]
        os.environ["PATH"] = f"{self.folder}:{self.path}"

    def __exit__(self, *_: object) -> None:
        os.environ["PATH"] = self.path
        self.calls = self.tally.read_text().count("x")
