"""Taking what another cache holds into this one, every file checked on the way."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time

from gongbao.cache import PARTIAL, Cache, stamp_of, transaction

_TOGETHER = 200  # files that are put in place in one transaction


def take_over(cache: Cache, other: Cache) -> list[str]:
    """Take every entry of `other` over. Returns what was damaged there and left: name (or kind and key)."""
    if other.folder == cache.folder:
        return []
    rows = other.do(
        lambda index: index.execute(
            "SELECT kind, key, variant, name, digest, record FROM entry ORDER BY kind, name, key, variant"
        ).fetchall()
    )
    damaged: list[str] = []
    for start in range(0, len(rows), _TOGETHER):
        damaged += _take(cache, other, rows[start : start + _TOGETHER])
    return damaged


def _take(cache: Cache, other: Cache, rows: list[tuple[str, ...]]) -> list[str]:
    damaged: list[str] = []
    ready = []
    folder = cache.folder / PARTIAL
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows:
        kind, key, _, name, digest, _ = row
        try:
            data = other.path(digest).read_bytes()
        except FileNotFoundError:
            data = b""
        if hashlib.sha256(data).hexdigest() != digest:
            damaged.append(name or f"{kind} {key}")
            continue
        partial = folder / f"{os.getpid()}-{digest}"
        partial.write_bytes(data)
        ready.append((row, partial, len(data)))

    def put(index: sqlite3.Connection) -> None:
        with transaction(index):
            for (kind, key, variant, name, digest, record), partial, size in ready:
                path = cache.path(digest)
                path.parent.mkdir(parents=True, exist_ok=True)
                if partial.exists():  # two entries may have the same data
                    partial.replace(path)
                blob = digest, size, stamp_of(path)
                index.execute("INSERT OR REPLACE INTO blob VALUES (?, ?, ?)", blob)
                entry = kind, key, variant, name, digest, record, time.time_ns()
                index.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", entry)

    cache.do(put)
    return damaged
