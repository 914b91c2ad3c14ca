"""Keeps executed notebooks, so that a report runs again only when something it depends on has changed."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gongbao.workbooks.outcome import Job, Run
from gongbao.workbooks.records import ABSENT, Read, file_digest

_LIBRARIES = ("altair", "pandas", "ipython", "nbformat", "nbclient", "ipykernel", "chinese-calendar")
_PACKAGE = Path(__file__).resolve().parents[1]

Current = Callable[[Read], str | None]


class RunStore:
    """Executed notebooks by the report's address, each beside a record of what it depends on.

    The executor is no part of the record: both give the same bytes. An entry that is damaged,
    incomplete or from another version is passed over like one that is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lookup(self, job: Job, current: Current) -> Path | None:
        """The stored notebook, if running the job again would give the same; else None.

        `current` gives the present digest of a thing that the report read, None if there is none.
        """
        notebook, record = self._paths(job)
        try:
            entry = json.loads(record.read_text("utf-8"))
            reads = [Read(*read) for read in entry.pop("reads")]
            digest = entry.pop("notebook")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        # Compared as JSON gives it back, where a tuple is a list.
        if entry != json.loads(json.dumps(_inputs(job))):
            return None
        # A state may be an empty text; only None says that there is no such thing.
        states = ((ABSENT if (state := current(read)) is None else state, read.digest) for read in reads)
        if any(state != digest for state, digest in states):
            return None
        return notebook if file_digest(notebook) == digest else None

    def save(self, job: Job, run: Run) -> None:
        """Store a successful run's notebook; raises ValueError for a run that failed."""
        if run.failure is not None:
            raise ValueError(f"a failed run can't be stored: {run.key.address}")
        notebook, record = self._paths(job)
        content = run.target.read_bytes()
        entry = _inputs(job) | {
            "reads": [astuple(read) for read in run.reads],
            "notebook": hashlib.sha256(content).hexdigest(),
        }
        notebook.parent.mkdir(parents=True, exist_ok=True)
        _replace(notebook, content)
        # Last, so that an entry cut short has a record that doesn't fit.
        _replace(record, json.dumps(entry, ensure_ascii=False, indent=1).encode("utf-8"))

    def _paths(self, job: Job) -> tuple[Path, Path]:
        base = self.folder / job.key.address
        return base.with_name(base.name + ".ipynb"), base.with_name(base.name + ".json")


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def _inputs(job: Job) -> dict[str, Any]:
    """What a report depends on besides what it reads."""
    return {
        "workbook": job.workbook.digest,
        "parameters": dict(job.parameters),
        "internal": job.internal,
        "code": code_digest(),
        "versions": _versions(),
    }


@functools.cache
def code_digest() -> str:
    """SHA-256 over the names and bytes of this package's code and settings."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".json") and path.is_file():
            digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\0{file_digest(path)}\n".encode())
    return digest.hexdigest()


@functools.cache
def _versions() -> dict[str, str]:
    versions = {name: version(name) for name in _LIBRARIES}
    return versions | {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
