"""Room in the cache: which builds are using it, and what goes when it has grown too large."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gongbao.cache import BUILDS, INDEX, OBJECTS, PARTIAL, Cache, transaction

_TOGETHER = 500  # entries that go in one transaction, so that others needn't wait long


@contextmanager
def in_use(cache: Cache, limit: int) -> Iterator[dict[str, list[str]]]:
    """A build uses the cache: nothing that it uses goes, whoever makes room. Afterwards room is made, down to
    `limit` bytes. The lock of a process that is killed is free at once.

    Yields a place to name what the build stands on without having looked at it: kind -> names of entries."""
    folder = cache.folder / BUILDS
    folder.mkdir(parents=True, exist_ok=True)
    cache.begin()
    mark = folder / f"{time.time_ns()}-{os.getpid()}"
    try:
        with FileLock(mark):
            relied_on: dict[str, list[str]] = {}
            yield relied_on
            if size_of(cache) > limit:
                for kind, names in relied_on.items():
                    cache.use(kind, names)
                make_room(cache, limit, own=mark)
    finally:
        mark.unlink(missing_ok=True)
        cache.close()


def size_of(cache: Cache) -> int:
    """Bytes of all data and of the index."""
    data: int = cache.do(lambda index: index.execute("SELECT coalesce(sum(size), 0) FROM blob").fetchone()[0])
    return data + (cache.folder / INDEX).stat().st_size


def make_room(cache: Cache, limit: int, own: Path | None = None) -> int:
    """Remove what was used longest ago until the cache has at most `limit` bytes, but nothing that a running
    build has used. Returns how many bytes went."""
    before = _oldest_build(cache.folder / BUILDS, own)
    whole = size_of(cache)
    if whole <= limit:
        return 0
    surplus, gone, found = whole - limit, 0, _TOGETHER

    def some(index: sqlite3.Connection) -> tuple[int, int]:
        return _remove_some(cache, index, before, surplus - gone)

    while gone < surplus and found == _TOGETHER:
        freed, found = cache.do(some)
        gone += freed
    _sweep(cache, before)
    cache.do(lambda index: index.execute("PRAGMA incremental_vacuum").fetchall())
    return gone


def _oldest_build(folder: Path, own: Path | None) -> int:
    """When the first of the running builds began (now, if there is none); marks of dead ones go."""
    begun = time.time_ns()
    for mark in sorted(folder.iterdir()) if folder.is_dir() else ():
        if mark != own:
            try:
                with FileLock(mark, timeout=0):
                    mark.unlink(missing_ok=True)
                continue
            except Timeout:
                pass  # that build is running
        begun = min(begun, int(mark.name.partition("-")[0]))
    return begun


def _remove_some(cache: Cache, index: sqlite3.Connection, before: int, wanted: int) -> tuple[int, int]:
    """(bytes, entries) that went: at most `_TOGETHER`, used before that time, until `wanted` bytes are free."""
    freed = count = 0
    with transaction(index):
        rows = index.execute(
            "SELECT rowid, digest FROM entry WHERE used < ? ORDER BY used LIMIT ?", (before, _TOGETHER)
        ).fetchall()
        for number, digest in rows:
            if freed >= wanted:
                break
            index.execute("DELETE FROM entry WHERE rowid = ?", (number,))
            count += 1
            if index.execute("SELECT 1 FROM entry WHERE digest = ?", (digest,)).fetchone() is None:
                sizes = index.execute(
                    "DELETE FROM blob WHERE digest = ? RETURNING size", (digest,)
                ).fetchall()
                cache.path(digest).unlink(missing_ok=True)
                freed += sum(size for (size,) in sizes)
    return freed, count


def _sweep(cache: Cache, before: int) -> None:
    """Remove files that nothing refers to: left by killed processes, or of entries that were taken out."""

    def unused(index: sqlite3.Connection) -> set[str]:
        index.execute("DELETE FROM blob WHERE digest NOT IN (SELECT digest FROM entry)")
        return {row[0] for row in index.execute("SELECT digest FROM blob")}

    known = cache.do(unused)
    found = [*(cache.folder / OBJECTS).glob("*/*"), *(cache.folder / PARTIAL).glob("*")]
    for path in found:
        try:
            old = path.stat().st_mtime_ns < before
        except FileNotFoundError:
            continue  # another process has put it in place
        if old and path.name not in known:
            path.unlink(missing_ok=True)


def remove_former(state: Path) -> None:
    """Take away what earlier versions kept in other places."""
    for name in ("runs", "store"):
        shutil.rmtree(state / name, ignore_errors=True)
