"""What the publication's Git repository holds: asked, never changed."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gongbao.editions.git import Git, GitError

_NO_GIT = 127
_AT_ONCE = 64  # files asked for with one command: their contents are in memory together


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository around a folder. `revision`: its HEAD (a commit, in hex); `prefix`: the folder's path
    below the top of the repository, "" or ending in "/"."""

    folder: Path
    git: Git
    revision: str
    prefix: str

    @classmethod
    def at(cls, folder: Path) -> Repository | None:
        """The repository that `folder` is in; None if there is none, no commit in it, or no Git here.

        Raises GitError if there is one that Git refuses to read.
        """
        try:
            git = Git.at(folder)
            prefix = git.run("rev-parse", "--show-prefix")
        except GitError as error:
            if error.status == _NO_GIT or "not a git repository" in error.said:
                return None
            raise
        revision = git.commit_of("HEAD")
        return cls(folder, git, revision, prefix) if revision else None

    def holds(self, revision: str) -> bool:
        """Whether this clone has that commit (a shallow one may not)."""
        return self.git.commit_of(revision) is not None

    def lacking(self, digests: Mapping[str, str], revision: str = "") -> list[str]:
        """Which of these files (path below the folder -> SHA-256) the revision doesn't hold with these bytes."""
        held = {
            name: hashlib.sha256(content).hexdigest() for name, content in self.contents(digests, revision)
        }
        return sorted(name for name, digest in digests.items() if held.get(name) != digest)

    def contents(self, names: Iterable[str], revision: str = "") -> Iterator[tuple[str, bytes]]:
        """(path, bytes as committed) of those files that the revision (default: HEAD) holds."""
        chosen = sorted(name for name in names if "\n" not in name)
        for start in range(0, len(chosen), _AT_ONCE):
            part = chosen[start : start + _AT_ONCE]
            asked = "".join(f"{revision or self.revision}:{self.prefix}{name}\n" for name in part)
            answers = io.BytesIO(self.git.raw("cat-file", "--batch", given=asked.encode("utf-8")))
            for name in part:
                line = answers.readline()
                if line.endswith((b" missing\n", b" ambiguous\n")):
                    continue
                _, kind, size = line.split()
                content = answers.read(int(size))
                answers.read(1)
                if kind == b"blob":
                    yield name, content

    def export(self, revision: str, path: str, target: Path) -> bool:
        """Lay out a folder (path below the repository's top) of a revision in `target`, byte for byte.

        False if the revision isn't in this clone or has no such folder.
        """
        tree = f"{revision}:{path.rstrip('/')}"
        if self.git.raw("cat-file", "-t", tree, allowed=(0, 128)).strip() != b"tree":
            return False
        # From the top: in a folder below it, Git would look for that folder in the tree. And no line ends
        # are converted: wanted is what was committed.
        top = Git.at(Path(self.git.run("rev-parse", "--show-toplevel")))
        archive = top.raw("-c", "core.autocrlf=false", "archive", "--format=tar", tree)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(target, filter="data")
        return True
