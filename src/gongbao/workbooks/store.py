"""Keeps executed notebooks, so that a report runs again only when something it depends on has changed."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gongbao.cache import Entry, cache_at
from gongbao.workbooks.outcome import Job, Run
from gongbao.workbooks.records import ABSENT, Read, file_digest

_LIBRARIES = ("altair", "pandas", "ipython", "nbformat", "nbclient", "ipykernel", "chinese-calendar")
_PACKAGE = Path(__file__).resolve().parents[1]
KIND = "run"
CANDIDATES = 8
"""Runs kept of one report with the same workbook, code and versions: branches read different data."""

Current = Callable[[Read], str | None]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that is kept: what it depended on (`inputs`: workbook, parameters, code, versions), what it read,
    and the cache's entry of its notebook."""

    entry: Entry
    inputs: Mapping[str, Any]
    reads: tuple[Read, ...]
    submissions: Mapping[str, str]
    """"region:year" of each submission that was read -> under which key the build kept its rows."""


class RunStore:
    """Executed notebooks in the cache, each with a record of what it depends on.

    The executor is no part of the record: both give the same bytes. An entry that is damaged,
    incomplete or from another version is passed over like one that is not there.
    """

    def __init__(
        self, folder: Path, submission_key: Callable[[str, int], str | None] = lambda region, year: None
    ) -> None:
        """`submission_key` gives the key under which a submission's rows are kept (`data.parts`)."""
        self.folder = folder
        self._cache = cache_at(folder)
        self._submission_key = submission_key
        self.opened: dict[str, dict[str, str]] = {}
        """What the reports that were looked up or saved here opened: address -> file -> its SHA-256."""

    def lookup(self, job: Job, current: Current) -> Path | None:
        """The stored notebook, if running the job again would give the same; else None.

        `current` gives the present digest of a thing that the report read, None if there is none.
        """
        key = _key(inputs_of(job))
        for entry in self._cache.entries(KIND, job.key.address):
            run = _stored(entry) if entry.key == key else None
            if run is not None and not changed(run.reads, current):
                notebook = self._cache.intact(entry)
                if notebook is not None:
                    self._note(job.key.address, run.reads)
                    return notebook
        return None

    def save(self, job: Job, run: Run) -> None:
        """Store a successful run's notebook; raises ValueError for a run that failed."""
        if run.failure is not None:
            raise ValueError(f"a failed run can't be stored: {run.key.address}")
        inputs = inputs_of(job)
        key, reads = _key(inputs), [astuple(read) for read in run.reads]
        content = {"inputs": inputs, "reads": reads, "submissions": self._submissions(run.reads)}
        record = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        address = job.key.address
        self._cache.add(
            KIND, key, run.target.read_bytes(), variant=_digest(reads), name=address, record=record
        )
        for entry in [e for e in self._cache.entries(KIND, address) if e.key == key][CANDIDATES:]:
            self._cache.forget(entry)
        self._note(address, run.reads)

    def runs(self, address: str) -> list[StoredRun]:
        """What is kept of a report, used last first, whatever it was made with."""
        found = (_stored(entry) for entry in self._cache.entries(KIND, address))
        return [run for run in found if run is not None]

    def _submissions(self, reads: tuple[Read, ...]) -> dict[str, str]:
        names = {read.name.partition(":")[2] for read in reads if read.kind == "table"}
        keys = {name: self._submission_key(name[:-5], int(name[-4:])) for name in names - {"*:0"}}
        return {name: key for name, key in sorted(keys.items()) if key}

    def _note(self, address: str, reads: tuple[Read, ...]) -> None:
        self.opened[address] = {read.name: read.digest for read in reads if read.kind == "file"}


def changed(reads: tuple[Read, ...], current: Current) -> list[Read]:
    """Those of the reads whose state is another now."""
    # A state may be an empty text; only None says that there is no such thing.
    states = ((read, ABSENT if (state := current(read)) is None else state) for read in reads)
    return [read for read, state in states if state != read.digest]


def _stored(entry: Entry) -> StoredRun | None:
    """None for a record that isn't one."""
    try:
        record = json.loads(entry.record)
        reads = tuple(Read(*read) for read in record["reads"])
        return StoredRun(entry, record["inputs"], reads, record["submissions"])
    except (ValueError, KeyError, TypeError):
        return None


def _key(inputs: Mapping[str, Any]) -> str:
    return _digest(inputs)


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def inputs_of(job: Job) -> dict[str, Any]:
    """What a report depends on besides what it reads."""
    return {
        "workbook": job.workbook.digest,
        "parameters": dict(job.parameters),
        "internal": job.internal,
        "code": code_digest(),
        "versions": versions(),
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
def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that a notebook's bytes depend on."""
    found = {name: version(name) for name in _LIBRARIES}
    return found | {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
