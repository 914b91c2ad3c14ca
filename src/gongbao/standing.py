"""Whether the site in place is what a build would make again: then nothing is left to do.

A build writes down everything that it depended on (the publication's files, what its reports opened
besides, this program and the installed libraries) and what it made. The next one compares both with
the files as they are. A file whose size, times and number are the ones written down is the same file;
any other is read and compared by its SHA-256. Imports nothing heavy: it is the first thing a build does.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import sysconfig
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongbao.publication import SETTINGS_FILE, Publication
from gongbao.units import SETTLED, SiteFiles, Unit, stamped, stamps_of, stamps_within
from gongbao.workbooks.records import ABSENT

if TYPE_CHECKING:
    from gongbao.pool import Pool

FORMAT = 3
_PACKAGE = Path(__file__).parent
# Written by editors and by Python beside the files that count.
_PASSED_OVER = ("__pycache__", ".ipynb_checkpoints")

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was seen: its digest, and by what it is recognised without being read (None: by nothing)."""

    digest: str
    stamp: Stamp | None = None


@dataclass
class Standing:
    """What a build of `publication` depends on at this moment, and the record of the last one, if any."""

    publication: Publication
    selection: Mapping[str, Any]
    inputs: dict[str, Seen]
    record: dict[str, Any]
    contents: dict[str, str] = field(default_factory=dict)
    """The units of the site that a build has just put in place: its part of `keep`."""
    opened: dict[str, str] = field(default_factory=dict)
    """Files that the site's reports read besides, and the digests they had."""
    exchanged: Collection[str] | None = None
    """The files and folders in which the site in place differs from the last one; None: in everything."""
    _ahead: Pool | None = None
    _parts: list[int] = field(default_factory=list)

    @classmethod
    def look(cls, publication: Publication, selection: Mapping[str, Any]) -> Standing:
        """See what is there. `selection` is what the build was asked to make of it."""
        record = _read(_record_file(publication))
        known = _seen_of(record.get("inputs"))
        files = {f"publication/{name}": path for name, path in _own_files(publication)}
        files |= {f"package/{name}": path for name, path in _below(_PACKAGE)}
        return cls(publication, selection, _see(files, known), record)

    @cached_property
    def site(self) -> SiteFiles:
        """The site in place, beside what the last build wrote down of it."""
        folder, stamps = self.publication.output_folder, None
        if self._ahead is not None:
            # Where another build has just exchanged files under its eyes, all is looked at here.
            with self._ahead as pool, suppress(FileNotFoundError):
                stamps = {name: stamp for part in pool.results(self._parts) for name, stamp in part.items()}
            self._ahead = None
        return SiteFiles(
            folder, _units_of(self.record.get("outputs")), stamps_of(folder) if stamps is None else stamps
        )

    def look_ahead(self) -> None:
        """Have the site in place looked at by other processes from now on: of a country's it takes seconds, in
        which this one can begin its own work. Nothing where they can't be forked: to start them would take longer."""
        from gongbao.in_place import interrupted
        from gongbao.pool import Pool

        folder = self.publication.output_folder
        if sys.platform == "linux" and folder.is_dir() and not interrupted(self.publication):
            entries = sorted(path.name for path in folder.iterdir())
            self._ahead = Pool(len(entries), inherit=True)
            self._parts = [self._ahead.submit(stamps_within, (folder, name)) for name in entries]

    def look_no_more(self) -> None:
        """End these processes if nothing has asked for the site yet: all of it will be new."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def content(self, unit: str) -> str:
        """What a unit of the site in place holds now (`units.content_of`), "" if it isn't there."""
        return self.site.unit(unit).content

    def digest_of(self, name: str) -> str:
        """The SHA-256 of a file of the publication, "" for one that is not there."""
        seen = self.inputs.get(f"publication/{os.path.normpath(name)}")
        return seen.digest if seen else ""

    def recipe(self) -> str:
        """A digest of what every page depends on: this program, the libraries, the settings."""
        digests = _digests(self.inputs)
        own = [f"{name} {digest}" for name, digest in sorted(digests.items()) if name.startswith("package/")]
        settings = digests[f"publication/{SETTINGS_FILE}"]
        text = "\n".join([*own, settings, *_libraries(), repr(self.publication.internal)])
        return hashlib.sha256(text.encode()).hexdigest()

    def last(self) -> dict[str, Any] | None:
        """What the last build said of itself, if this one would make the same and the site is still as it
        made it; else None."""
        record = self.record
        same = (
            record.get("format") == FORMAT
            and record.get("libraries") == _libraries()
            and record.get("selection") == json.loads(json.dumps(self.selection))
            and _digests(_seen_of(record.get("inputs"))) == _digests(self.inputs)
        )
        if not same or not self.publication.output_folder.is_dir():
            return None
        reads, known = _seen_of(record.get("reads")), self.site.known
        now = _see({name: self.publication.root / name for name in reads}, reads)
        if _digests(now) != _digests(reads) or self.site.names != set(known):
            return None
        there = {name: self.site.unit(name) for name in known}
        if any(there[name].content != unit.content for name, unit in known.items()):
            return None
        if (now, there, self.inputs) != (reads, known, _seen_of(record["inputs"])):
            self._write(now, there, record["said"])
        said: dict[str, Any] = record["said"]
        return said

    def keep(self, said: Mapping[str, Any]) -> None:
        """Write down a build that has just put its site in place; `said` is what `last` shall give."""
        still = {} if self.exchanged is None else self.site.apart_from(self.exchanged)
        outputs = stamped(self.publication.output_folder, self.contents, still)
        self._write({name: Seen(digest) for name, digest in self.opened.items()}, outputs, said)

    def _write(self, reads: dict[str, Seen], outputs: Mapping[str, Unit], said: Mapping[str, Any]) -> None:
        record = {
            "format": FORMAT,
            "libraries": _libraries(),
            "selection": self.selection,
            "inputs": _plain(self.inputs),
            "reads": _plain(reads),
            "outputs": {name: [unit.content, unit.stamp] for name, unit in outputs.items()},
            "said": said,
        }
        path = _record_file(self.publication)
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        partial.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        partial.replace(path)


def _record_file(publication: Publication) -> Path:
    return publication.state / "last-build.json"


def _read(path: Path) -> dict[str, Any]:
    """The record, empty if there is none that can be read."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _own_files(publication: Publication) -> Iterator[tuple[str, Path]]:
    yield SETTINGS_FILE, publication.root / SETTINGS_FILE
    for folder in (publication.data, publication.workbooks, publication.pages):
        for name, path in _below(folder):
            yield f"{folder.relative_to(publication.root).as_posix()}/{name}", path


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name below the folder, path) of every file."""
    for here, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in _PASSED_OVER]
        prefix = Path(here).relative_to(folder).as_posix()
        for name in names:
            yield (name if prefix == "." else f"{prefix}/{name}"), Path(here, name)


def _see(files: Mapping[str, Path], known: Mapping[str, Seen]) -> dict[str, Seen]:
    now = time.time_ns()
    return {name: _look_at(path, known.get(name), now) for name, path in files.items()}


def _look_at(path: Path, known: Seen | None, now: int) -> Seen:
    try:
        state = path.stat()
        stamp: Stamp = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        if known is not None and known.stamp == stamp:
            return known
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return Seen(ABSENT)
    settled = max(state.st_mtime_ns, state.st_ctime_ns) < now - SETTLED
    return Seen(digest, stamp if settled else None)


def _libraries() -> list[str]:
    """The interpreter and every installed distribution, by the folders that name its version."""
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    names = {path.name for folder in folders for path in Path(folder).glob("*.dist-info")}
    return [platform.python_version(), platform.machine(), *sorted(names)]


def _digests(seen: Mapping[str, Seen]) -> dict[str, str]:
    return {name: each.digest for name, each in seen.items()}


def _plain(seen: Mapping[str, Seen]) -> dict[str, list[Any]]:
    return {name: [each.digest, each.stamp] for name, each in seen.items()}


def _seen_of(plain: Any) -> dict[str, Seen]:
    """Back from JSON; empty if it isn't what `_plain` made."""
    try:
        return {
            str(name): Seen(str(digest), (stamp[0], stamp[1], stamp[2], stamp[3]) if stamp else None)
            for name, (digest, stamp) in plain.items()
        }
    except (AttributeError, TypeError, ValueError, IndexError):
        return {}


def _units_of(plain: Any) -> dict[str, Unit]:
    """The same of the units of a site."""
    try:
        return {str(name): Unit(str(content), str(stamp)) for name, (content, stamp) in plain.items()}
    except (AttributeError, TypeError, ValueError):
        return {}
