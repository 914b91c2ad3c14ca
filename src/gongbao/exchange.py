"""Changing the content of a folder wholly or not at all, whenever it is interrupted.

Everything new is written into a staging folder first (same file system, so that each move is one rename).
Then each part that changes (a folder or a file) is moved in, what it replaces aside, under a journal. What
doesn't change isn't touched. A crash at any point is undone by `recover`; once the journal is marked done
the change stands and only leftovers are cleared.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ASIDE = "replaced"
_JOURNAL = "journal.json"
_DONE = "done.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A path below the folder that changes as one: `existed` before, `new` whether something takes its place.
    No part stands in another."""

    path: str
    existed: bool
    new: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """Changes of the folder `root` by what stands at the same paths below `staging`; `working` holds the
    journal and what was moved aside. All three on one file system, neither of the others in a part of `root`."""

    root: Path
    working: Path
    staging: Path

    def carry_out(self, parts: Iterable[Part], *, through: bool = False) -> None:
        """Make the change, or none of it if anything fails. `through`: have everything on the disk itself before
        it counts as done, for what can't be made again."""
        parts = list(parts)
        content = [[part.path, part.existed, part.new] for part in parts]
        self.working.mkdir(parents=True, exist_ok=True)
        _write_through(self.working / _JOURNAL, json.dumps(content).encode())
        try:
            for part in parts:
                target = self.root / part.path
                if part.existed:
                    aside = self.working / _ASIDE / part.path
                    aside.parent.mkdir(parents=True, exist_ok=True)
                    target.rename(aside)
                if part.new:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    (self.staging / part.path).rename(target)
            if through and hasattr(os, "sync"):
                os.sync()
            (self.working / _JOURNAL).rename(self.working / _DONE)
        except BaseException:  # Ctrl-C too
            self.recover()
            raise
        self.recover()

    @property
    def interrupted(self) -> bool:
        """Whether a change was cut short and not yet undone."""
        return (self.working / _JOURNAL).exists()

    def recover(self) -> None:
        """Undo a change that was cut short, and clear what a finished one left."""
        journal = self.working / _JOURNAL
        if journal.exists():
            for path, existed, new in reversed(json.loads(journal.read_bytes())):
                self._undo(Part(path, existed, new))
            _write_through(self.working / _DONE, b"[]")
            journal.unlink()
        for left in (self.staging, self.working / _ASIDE):
            shutil.rmtree(left, ignore_errors=True)
        (self.working / _DONE).unlink(missing_ok=True)

    def _undo(self, part: Part) -> None:
        target = self.root / part.path
        aside, staged = self.working / _ASIDE / part.path, self.staging / part.path
        moved_in = part.new and not staged.exists() and (aside.exists() or not part.existed)
        if moved_in and target.exists():
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink()
        if aside.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            aside.rename(target)
        for parent in target.relative_to(self.root).parents:
            folder = self.root / parent
            if parent != Path() and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _write_through(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
