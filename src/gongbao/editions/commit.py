"""Putting a finished change into a published tree: wholly or not at all (`gongbao.exchange`).

The parts that change are a revision's folder, a page, a file of data. A change that was cut short is undone by
`recover`, which every command that opens the tree calls.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gongbao.editions.tree import LATEST, WORKING, TreeError
from gongbao.exchange import Exchange, Part

STAGING = "staging"
_REVISION = re.compile(r"r\d+")
_EDITION = re.compile(r"\d{4}")


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
    parts = list(_parts(root, staging))
    for part in parts:
        if part.existed and _REVISION.fullmatch(part.path.rpartition("/")[2]) and part.path not in erased:
            raise TreeError(f"{part.path} 已经封存，不能改写。")
    _exchange(root).carry_out(parts, through=True)


def _parts(root: Path, staging: Path) -> Iterator[Part]:
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
                yield Part(f"{top.name}/{name}", (place / name).exists(), (top / name).exists())
        elif top.is_dir():
            for path in sorted(p for p in top.rglob("*") if p.is_file()):
                inside = path.relative_to(staging).as_posix()
                yield Part(inside, (root / inside).exists(), True)
        else:
            yield Part(top.name, (root / top.name).exists(), True)


def interrupted(root: Path) -> bool:
    """Whether a release was cut short and not yet undone."""
    return _exchange(root).interrupted


def recover(root: Path) -> None:
    """Undo a change that was cut short, and clear what a finished one left."""
    _exchange(root).recover()


def _exchange(root: Path) -> Exchange:
    return Exchange(root, root / WORKING, root / WORKING / STAGING)
