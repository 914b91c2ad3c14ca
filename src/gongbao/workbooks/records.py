"""What a report read while it ran: the record that decides later whether it must run again.

Only a build records. When an analyst runs a workbook by hand nothing has called `start`, and `note`
does nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

RECORD_VARIABLE = "GONGBAO_RECORD"
"""Environment variable that tells a kernel where to write its record."""

_OPENED = "opened.json"
ABSENT = "absent"
"""Digest of a file that was asked for and did not exist: creating it later changes the report."""


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """One thing a report read, and its state at that time.

    `kind` is "file" (name: path below the publication with `/`, or absolute outside of it; digest:
    SHA-256 in hex, or ABSENT) or "table" (name: table and partition of the Dataset; digest: the
    partition's fingerprint).
    """

    kind: str
    name: str
    digest: str


Reads = dict[tuple[str, str], Read]
"""Reads by kind and name."""


class _Recorder:
    """The reads of the report that this process runs; one report, one process."""

    def __init__(self) -> None:
        self.active = False
        self.reads: Reads = {}
        # What parts of the report that are being computed right now have read, each inside the one before.
        self.collecting: list[Reads] = []
        self.path: Path | None = None


_recorder = _Recorder()


def start(path: Path | None = None) -> None:
    """Begin an empty record; with `path`, every read is also written there at once.

    Writing at once, and not at exit, keeps the record whole when the process is killed.
    """
    _recorder.active, _recorder.path = True, path
    _recorder.reads.clear()
    if path is not None:
        path.write_text("", "utf-8")


def note(kind: str, name: str, digest: str) -> None:
    """Add a read. A second read of the same thing is not noted again: the first state counts."""
    if not is_noted(kind, name):
        note_all({(kind, name): Read(kind, name, digest)})


def note_all(reads: Reads) -> None:
    """Add reads that were noted before, when a result that is now used again was computed."""
    for collected in _recorder.collecting:
        if not reads.keys() <= collected.keys():
            collected |= reads | collected
    if not _recorder.active or reads.keys() <= _recorder.reads.keys():
        return
    new = {key: read for key, read in reads.items() if key not in _recorder.reads}
    _recorder.reads |= new
    if _recorder.path is not None:
        with _recorder.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(astuple(read), ensure_ascii=False) + "\n" for read in new.values())


@contextmanager
def collected() -> Iterator[Reads]:
    """Gather what is read meanwhile, beside noting it as ever; the dict is filled as reads are noted."""
    reads: Reads = {}
    _recorder.collecting.append(reads)
    try:
        yield reads
    finally:
        _recorder.collecting.pop()


@contextmanager
def paused() -> Iterator[None]:
    """Note nothing for a while: for loading what all reports share, of which each notes its own part."""
    before = _recorder.active, _recorder.collecting
    _recorder.active, _recorder.collecting = False, []
    try:
        yield
    finally:
        _recorder.active, _recorder.collecting = before


def recording() -> bool:
    """Whether a build runs this report, and not an analyst by hand."""
    return _recorder.active


def is_noted(kind: str, name: str) -> bool:
    """Whether a note of this thing would add nothing, so that its digest need not be computed."""
    key = kind, name
    noted = not _recorder.active or key in _recorder.reads
    return noted and all(key in collected for collected in _recorder.collecting)


def recorded() -> tuple[Read, ...]:
    """Everything noted since `start`, in a fixed order."""
    return tuple(sorted(_recorder.reads.values()))


def load(path: Path) -> tuple[Read, ...]:
    """Read a record that another process wrote; empty if that process never started one."""
    if not path.exists():
        return ()
    return tuple(sorted(Read(*json.loads(line)) for line in path.read_text("utf-8").splitlines()))


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes in hex, or ABSENT."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ABSENT


def file_state(root: Path) -> Callable[[Read], str | None]:
    """A function that gives the present digest of a "file" read, and None for any other kind."""
    return lambda read: file_digest(root / read.name) if read.kind == "file" else None


def note_opened(state: Path, opened: Mapping[str, Mapping[str, str]]) -> None:
    """Write down beside a publication's other state which files its reports opened: address -> file -> SHA-256."""
    path = state / _OPENED
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps({a: dict(files) for a, files in sorted(opened.items()) if files}), "utf-8")
    partial.replace(path)


def opened_files(state: Path) -> dict[str, dict[str, str]]:
    """What the last build wrote with `note_opened`; empty if none has."""
    path = state / _OPENED
    found: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found
