"""What has been read once, kept in a folder by everything it came from, so that it isn't read again.

An entry's name is a digest of all that made it (the file's bytes, the definitions, our code and the
libraries), so an entry is never out of date: it is found, or it isn't. Each begins with the digest of
what follows; one that is damaged or cut is not given out. Entries appear whole, by a rename.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

Kind = Literal["files", "shared", "groups", "parts"]
_LIBRARIES = ("numpy", "pandas", "python-calamine")
_MAY_NOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS)
# So many entries stay for each one in use: other branches' and last week's. The oldest go first.
_SPARE = 4


@dataclass(frozen=True, slots=True)
class Keep:
    """A folder of entries. Several processes, also of several builds, may use it at the same time."""

    folder: Path

    def get(self, kind: Kind, key: str) -> bytes | None:
        """What was put under this key; None if nothing was, or if it isn't what was put there."""
        try:
            entry = self._path(kind, key).read_bytes()
        except OSError:
            return None
        if len(entry) < 32 or hashlib.sha256(entry[32:]).digest() != entry[:32]:
            return None
        return zlib.decompress(entry[32:])

    def put(self, kind: Kind, key: str, data: bytes) -> bool:
        """Keep `data`; whether it could be. False where nobody may write; a full disk raises OSError."""
        packed = zlib.compress(data, 1)
        return write_whole(self._path(kind, key), hashlib.sha256(packed).digest() + packed)

    def clear_old(self, in_use: Collection[str]) -> None:
        """Where there are many times more entries than are `in_use` (keys), remove the oldest of the others, and
        what was cut short."""
        found = list(self.folder.glob("*/*/*"))
        others = sorted((_age(path), path) for path in found if path.name not in in_use)
        for _, path in others[: max(0, len(found) - _SPARE * len(in_use))]:
            path.unlink(missing_ok=True)

    def _path(self, kind: Kind, key: str) -> Path:
        return self.folder / kind / key[:2] / key


def _age(path: Path) -> int:
    """When a file was written; 0 if another process has removed it meanwhile."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def write_whole(path: Path, data: bytes) -> bool:
    """Write a file that appears whole or not at all; whether it could be written. False where nobody may
    write; a full disk raises OSError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        if error.errno in _MAY_NOT_WRITE:
            return False
        partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    return True


def key_of(*parts: Any) -> str:
    """The digest of plain values (texts, numbers, lists) and of the code that reads."""
    text = json.dumps([_code(), *parts], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache
def _code() -> str:
    """The digest of the modules that read and check, and the versions of what they stand on."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (*sorted(here.glob("*.py")), here.parent / "rows.py"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    libraries = [platform.python_version(), *(version(name) for name in _LIBRARIES)]
    return f"{digest.hexdigest()} {' '.join(libraries)}"
