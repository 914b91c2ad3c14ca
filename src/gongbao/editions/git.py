"""Git's plumbing, as publishing on a branch needs it: objects read and written, no index, no checkout.

Every command has the repository named, answers in plain English (the answers are read here, and shown to a
person where Git refuses), asks nothing on a terminal, and sees none of the variables by which a hook points
the commands it calls at its own repository.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_OF_A_HOOK = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_QUARANTINE_PATH",
)  # fmt: skip
_SECRET = re.compile(r"(?<=://)[^/@\s']+@")
FILE_MODE, FOLDER_MODE = "100644", "40000"


def without_password(text: str) -> str:
    """A text in which addresses name nobody and give no password: it may end up in a public log."""
    return _SECRET.sub("", text)


class GitError(Exception):
    """A Git command failed. `said`: its own words, passwords in addresses left out."""

    def __init__(self, command: str, status: int, said: str) -> None:
        self.command, self.status = command, status
        self.said = without_password(said).strip()
        super().__init__(f"git {command} 出错（退出码 {status}）：{self.said}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a Git tree: `mode` as Git writes it ("100644", "40000"), `id` of the blob or tree."""

    mode: str
    id: str

    @property
    def is_folder(self) -> bool:
        return self.mode == FOLDER_MODE


@dataclass(frozen=True, slots=True)
class Git:
    """A repository, bare or not. `place`: a folder in it, `folder`: its Git folder, the one that linked
    worktrees share."""

    place: Path
    folder: Path

    @classmethod
    def at(cls, place: Path) -> Git:
        """The repository that `place` is in. Raises GitError: none there, Git refuses, or no Git here."""
        said = _run(place, "rev-parse", "--path-format=absolute", "--git-common-dir")
        return cls(place.resolve(), Path(said.decode("utf-8").rstrip("\n")))

    def run(self, *arguments: str, given: bytes = b"", allowed: tuple[int, ...] = (0,)) -> str:
        """Output of a command, without the last newline. Raises GitError unless its status is `allowed`."""
        return self.raw(*arguments, given=given, allowed=allowed).decode("utf-8", "replace").rstrip("\n")

    def raw(self, *arguments: str, given: bytes = b"", allowed: tuple[int, ...] = (0,)) -> bytes:
        """The same, as bytes."""
        return _run(self.place, *arguments, given=given, allowed=allowed)

    def commit_of(self, reference: str) -> str | None:
        """The commit that a reference or id stands for; None if there is none in this repository."""
        found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}",
                         allowed=(0, 1, 128))  # fmt: skip
        return found or None

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether everything in commit `old` is part of the history of `new`."""
        asked = _start(self.place, "merge-base", "--is-ancestor", old, new)
        _, said = asked.communicate()
        if asked.returncode not in (0, 1):
            raise GitError("merge-base", asked.returncode, said.decode("utf-8", "replace"))
        return asked.returncode == 0

    def worktree_of(self, reference: str) -> str | None:
        """The folder where a branch ("refs/heads/…") is checked out; None if it is nowhere."""
        place = ""
        for line in self.run("worktree", "list", "--porcelain").splitlines():
            if line.startswith("worktree "):
                place = line.removeprefix("worktree ")
            elif line == f"branch {reference}":
                return place
        return None

    def write_blobs(self, files: Iterable[Path]) -> list[str]:
        """Store files byte for byte (no line-end conversion, whatever is configured); their ids, in order."""
        given = "".join(f"{path}\n" for path in files).encode("utf-8")
        if not given:
            return []
        return self.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=given).splitlines()

    def write_trees(self, trees: Iterable[Mapping[str, Entry]]) -> list[str]:
        """Store trees (name -> entry) whose entries exist; their ids, in order. One process for all."""
        given = b"".join(
            b"".join(
                f"{entry.mode} {'tree' if entry.is_folder else 'blob'} {entry.id}\t{name}\0".encode()
                for name, entry in tree.items()
            )
            + b"\0"
            for tree in trees
        )
        return self.run("mktree", "--missing", "-z", "--batch", given=given).splitlines() if given else []

    @contextmanager
    def objects(self) -> Iterator[Objects]:
        """Read objects through one process, however many they are."""
        process = _start(self.place, "cat-file", "--batch", errors=subprocess.DEVNULL)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Objects(process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait()


class Objects:
    """Objects of a repository, asked for one at a time of `git cat-file --batch`."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions, self._answers = questions, answers

    def tree(self, id: str) -> dict[str, Entry]:
        """Entries of a tree; of a commit: those of its tree. Raises GitError for anything unsafe to lay out."""
        kind, size = self._ask(f"{id}^{{tree}}")
        data = self._answers.read(size)
        self._answers.read(1)
        if kind != "tree":
            raise GitError("cat-file", 0, f"{id} is not a tree")
        return dict(_entries(data, len(id) // 2))

    def blob(self, id: str, target: Path) -> None:
        """Write a blob's bytes to a file."""
        _, left = self._ask(id)
        with target.open("wb") as file:
            while left:
                part = self._answers.read(min(left, 1 << 20))
                if not part:
                    raise GitError("cat-file", 0, f"the answer for {id} ended early")
                file.write(part)
                left -= len(part)
        self._answers.read(1)

    def _ask(self, name: str) -> tuple[str, int]:
        try:
            self._questions.write(f"{name}\n".encode())
            self._questions.flush()
        except BrokenPipeError as error:
            raise GitError("cat-file", 0, f"{name}: it ended early") from error
        header = self._answers.readline().decode("utf-8", "replace").split()
        if len(header) != 3 or not header[2].isdigit():
            raise GitError("cat-file", 0, f"{name}: {' '.join(header[1:]) or 'no answer'}")
        return header[1], int(header[2])


def _entries(data: bytes, width: int) -> Iterator[tuple[str, Entry]]:
    """A tree as Git stores it: mode, space, name, NUL, `width` bytes of id; and so on."""
    at = 0
    while at < len(data):
        space, end = data.index(b" ", at), data.index(b"\0", at)
        name = data[space + 1 : end].decode("utf-8")
        # Git checks names when it checks out, not here; a name must not lead out of the folder.
        if name in ("", ".", "..") or "/" in name or "\\" in name:
            raise GitError("cat-file", 0, f"名称 {name!r} 会指到文件夹以外。")
        mode = data[at:space].decode("ascii")
        if mode not in (FILE_MODE, "100755", FOLDER_MODE):
            raise GitError("cat-file", 0, f"{name} 既不是普通文件也不是文件夹，发布目录里不应有它。")
        yield name, Entry(mode, data[end + 1 : end + 1 + width].hex())
        at = end + 1 + width


def _run(place: Path, *arguments: str, given: bytes = b"", allowed: tuple[int, ...] = (0,)) -> bytes:
    process = _start(place, *arguments)
    answer, said = process.communicate(given)
    if process.returncode not in allowed:
        command = next((a for a in arguments if not a.startswith("-") and "=" not in a), "")
        raise GitError(command, process.returncode, (said or answer).decode("utf-8", "replace"))
    return answer


def _start(place: Path, *arguments: str, errors: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.Popen(
            ["git", "-C", str(place), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise GitError("", 127, "没有找到 git 命令：请先安装 Git（2.31 或更新）。") from error
