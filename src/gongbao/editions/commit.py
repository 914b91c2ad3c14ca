"""Putting a finished change into a published tree: wholly or not at all.

Everything new is written into the tree's staging folder first (same file system, so that each move is
one rename). Then each unit (a revision's folder, a page, a file of data) is moved in, what it replaces
aside, under a journal. A crash at any point is undone by `recover`, which every command that opens the
tree calls; once the journal is marked done the change stands and only leftovers are cleared.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from gongbao.editions.tree import LATEST, WORKING, TreeError

STAGING = "staging"
_ASIDE = "replaced"
_JOURNAL = "journal.json"
_DONE = "done.json"
_REVISION = re.compile(r"r\d+")
_EDITION = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A path below the tree that changes as one: `new` whether something takes its place."""

    path: str
    existed: bool
    new: bool


@contextmanager
def open_for_change(root: Path, wait: float) -> Iterator[Path]:
    """Hold the tree for one change; gives its empty staging folder.

    Waits up to `wait` seconds for another release. An interrupted one is undone first. Raises TreeError
    when the tree is in use, can't be written to or the disk is full; then it is as it was.
    """
    working = root / WORKING
    try:
        working.mkdir(parents=True, exist_ok=True)
        with FileLock(working / "lock", timeout=wait):
            recover(root)
            staging = working / STAGING
            staging.mkdir()
            try:
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except Timeout as error:
        raise TreeError(
            f"另一个发布正在写入 {root.name}/，等了 {wait:g} 秒还没有结束；请稍后再试（--wait 可以等得更久）。"
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise TreeError("磁盘已满：已发布的内容没有改动；请腾出空间后再发布。") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise TreeError(f"不能写入 {root.name}/（只读或没有权限）：已发布的内容没有改动。") from error
        raise


def put_in_place(root: Path, staging: Path, erased: Container[str] = ()) -> None:
    """Move everything below `staging` into the tree, as one change.

    A revision's folder must be new, unless it is one of `erased` ("2019/r1"). In an edition's folder
    whatever is not staged (but its revisions) goes: the copy of the latest revision is replaced whole.
    """
    units = list(_units(root, staging))
    working = root / WORKING
    for unit in units:
        if unit.existed and _REVISION.fullmatch(unit.path.rpartition("/")[2]) and unit.path not in erased:
            raise TreeError(f"{unit.path} 已经封存，不能改写。")
    content = [[unit.path, unit.existed, unit.new] for unit in units]
    _write_through(working / _JOURNAL, json.dumps(content).encode())
    try:
        for unit in units:
            target = root / unit.path
            if unit.existed:
                aside = working / _ASIDE / unit.path
                aside.parent.mkdir(parents=True, exist_ok=True)
                target.rename(aside)
            if unit.new:
                target.parent.mkdir(parents=True, exist_ok=True)
                (staging / unit.path).rename(target)
        if hasattr(os, "sync"):
            os.sync()
        (working / _JOURNAL).rename(working / _DONE)
    except BaseException:
        recover(root)
        raise
    recover(root)


def _units(root: Path, staging: Path) -> Iterator[_Unit]:
    for top in sorted(staging.iterdir()):
        if top.is_dir() and _EDITION.fullmatch(top.name):
            place = root / top.name
            names = {p.name for p in top.iterdir()}
            copied = {name for name in names if not _REVISION.fullmatch(name)}
            # The digests without the edition's page: redirects (portal_redirects) that join the copy there is.
            added = LATEST in copied and "index.html" not in copied
            if copied and not added and place.is_dir():  # what the copy no longer has
                names |= {p.name for p in place.iterdir() if not _REVISION.fullmatch(p.name)}
            for name in sorted(names):
                yield _Unit(f"{top.name}/{name}", (place / name).exists(), (top / name).exists())
        elif top.is_dir():
            for path in sorted(p for p in top.rglob("*") if p.is_file()):
                inside = path.relative_to(staging).as_posix()
                yield _Unit(inside, (root / inside).exists(), True)
        else:
            yield _Unit(top.name, (root / top.name).exists(), True)


def interrupted(root: Path) -> bool:
    """Whether a release was cut short and not yet undone."""
    return (root / WORKING / _JOURNAL).exists()


def recover(root: Path) -> None:
    """Undo a change that was cut short, and clear what a finished one left."""
    working = root / WORKING
    journal = working / _JOURNAL
    if journal.exists():
        for path, existed, new in reversed(json.loads(journal.read_bytes())):
            _undo(root, _Unit(path, existed, new))
        _write_through(working / _DONE, b"[]")
        journal.unlink()
    for name in (STAGING, _ASIDE):
        shutil.rmtree(working / name, ignore_errors=True)
    (working / _DONE).unlink(missing_ok=True)


def _undo(root: Path, unit: _Unit) -> None:
    working, target = root / WORKING, root / unit.path
    aside, staged = working / _ASIDE / unit.path, working / STAGING / unit.path
    moved_in = unit.new and not staged.exists() and (aside.exists() or not unit.existed)
    if moved_in and target.exists():
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()
    if aside.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(target)
    for parent in target.relative_to(root).parents:
        folder = root / parent
        if parent != Path() and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _write_through(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
