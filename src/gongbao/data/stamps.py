"""Digests of files, which are read again only when their size, times or number have changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gongbao.data.kept import write_whole

# A file that changed so short a time ago could change once more within the same tick of its clock.
_SETTLED = 2_000_000_000
_NAME = "stamps.json"


def digests(paths: Iterable[Path], folder: Path | None = None) -> dict[Path, str]:
    """SHA-256 of each file, "" for one that can't be read. `folder` remembers them with their stamps."""
    known = _known(folder)
    now = time.time_ns()
    found: dict[Path, str] = {}
    stamped: dict[str, list[Any]] = {}
    for path in paths:
        name = str(path)
        try:
            state = path.stat()
            stamp = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
            old = known.get(name)
            if old and old[1:] == stamp:
                found[path] = old[0]
            else:
                with path.open("rb") as file:
                    found[path] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            found[path] = ""
            continue
        if max(state.st_mtime_ns, state.st_ctime_ns) < now - _SETTLED:
            stamped[name] = [found[path], *stamp]
    if folder is not None and stamped != known:
        write_whole(folder / _NAME, json.dumps(stamped).encode())  # if it can't be, they are read each time
    return found


def _known(folder: Path | None) -> dict[str, list[Any]]:
    """What was remembered, empty if it can't be read."""
    if folder is None:
        return {}
    try:
        known = json.loads((folder / _NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
