"""The files of a site in units, each recognised without reading it while nobody has touched it.

A unit is a folder three levels below the site with everything in it (a county's reports of a year, its
downloads), or any file that stands higher. Some folders are no level: that of English pages, that of the pages
about no place, where a level more parts the groups of counties, and those of pages that each compare one county.
So no unit holds files of two groups or of two counties. Of a country's eight hundred thousand files some forty
thousand units have to be remembered. A unit is stamped with the sizes, times and numbers of its files: the same
stamp are the same files; with any other stamp they are read and compared by their SHA-256.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType

# A file that changed so short a time ago could change once more within the same tick of its clock.
SETTLED = 2_000_000_000
_LEVELS = 3
# English pages have the addresses of the others below their folder.
_NO_LEVEL = re.compile(r"en|(?:en/)?(?:site|reports/\d{4}/compare)")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is known of a unit: a digest of its files' names and bytes, and its stamp, "" while too fresh."""

    content: str
    stamp: str = ""


def unit_of(name: str) -> str:
    """The unit that a file belongs to, by its name below the site."""
    return _unit_around(name.rpartition("/")[0]) or name


@lru_cache(1 << 16)
def _unit_around(folder: str) -> str:
    """The unit that a folder is or stands in; "" where each of its files is one."""
    levels = _LEVELS + sum(map(_is_no_level, _path_to(folder)))
    parts = folder.split("/")
    return "/".join(parts[:levels]) if len(parts) >= levels else ""


def _is_no_level(folder: str) -> bool:
    return _NO_LEVEL.fullmatch(folder) is not None


def content_of(digests: Mapping[str, str]) -> str:
    """A digest of files: name below the site -> SHA-256 of its bytes."""
    lines = sorted(f"{name} {digest}\n" for name, digest in digests.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def unit_contents(digests: Mapping[str, str]) -> dict[str, str]:
    """The content of each unit that these files make up."""
    found: dict[str, dict[str, str]] = {}
    for name, digest in digests.items():
        found.setdefault(unit_of(name), {})[name] = digest
    return {unit: content_of(own) for unit, own in found.items()}


@dataclass
class SiteFiles:
    """The units of a folder as they are now, beside what was known of them."""

    folder: Path
    known: Mapping[str, Unit]
    stamps: Mapping[str, str]
    """Those of `stamps_of(folder)`."""
    _units: dict[str, Unit] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return set(self.stamps)

    def apart_from(self, names: Collection[str]) -> dict[str, str]:
        """The stamps of the units that share nothing with these files and folders; those too fresh left out."""
        units, folders = {unit_of(name) for name in names}, frozenset(names)
        return {
            name: stamp
            for name, stamp in self.stamps.items()
            if stamp and name not in units and folders.isdisjoint(_path_to(name))
        }

    def unit(self, name: str) -> Unit:
        """A unit as it is now, read if its stamp is not the known one; without content if it isn't there."""
        if name not in self._units:
            self._units[name] = self._look(name)
        return self._units[name]

    def _look(self, name: str) -> Unit:
        stamp, known = self.stamps.get(name), self.known.get(name)
        if stamp is None:
            return Unit("")
        if known is not None and stamp and known.stamp == stamp:
            return known
        digests = {}
        for path in _below(self.folder / name):
            with path.open("rb") as file:
                digests[path.relative_to(self.folder).as_posix()] = hashlib.file_digest(
                    file, "sha256"
                ).hexdigest()
        return Unit(content_of(digests), stamp)


def stamps_of(folder: Path) -> dict[str, str]:
    """The stamp of each unit of a folder, "" while a file of it is too fresh; none where there is no folder."""
    return dict(_stamps(folder)) if folder.is_dir() else {}


def stamps_within(place: tuple[Path, str]) -> dict[str, str]:
    """Those of the units within one of the entries of a folder: the folder, and the entry's name."""
    return dict(_stamps(*place))


def stamped(folder: Path, contents: Mapping[str, str], still: Mapping[str, str]) -> dict[str, Unit]:
    """The units of a folder whose contents are known, with the stamps that they have now; `still`: those of
    units that the build left where they were."""
    return {
        name: Unit(contents[name], stamp) for name, stamp in _stamps(folder, still=still) if name in contents
    }


def _path_to(name: str) -> Iterator[str]:
    """a, a/b and a/b/c of a/b/c."""
    return accumulate(name.split("/"), "{}/{}".format)


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for here, _, names in os.walk(path):
        yield from (Path(here, name) for name in names)


def _stamps(
    folder: Path, only: str = "", still: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[str, str]]:
    """(unit, its stamp, "" while a file of it is too fresh to be recognised). Units in `still` have the stamp
    given there; `only`: those within the entry of this name."""
    latest = time.time_ns() - SETTLED

    def stamp(lines: list[str], newest: int) -> str:
        lines.sort()
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32] if newest < latest else ""

    def walk(path: str, name: str, level: int) -> Iterator[tuple[str, str]]:
        with os.scandir(path) as entries:
            for entry in entries:
                own = f"{name}/{entry.name}" if name else entry.name
                if only and not name and own != only:
                    continue
                if own in still:
                    yield own, still[own]
                elif entry.is_dir():
                    below = level if _is_no_level(own) else level + 1
                    if below < _LEVELS:
                        yield from walk(entry.path, own, below)
                        continue
                    lines: list[str] = []
                    newest = _gather(entry.path, "", lines)
                    if lines:
                        yield own, stamp(lines, newest)
                else:
                    state = entry.stat()
                    yield own, stamp([_line("", state)], max(state.st_mtime_ns, state.st_ctime_ns))

    yield from walk(str(folder), "", 0)


def _gather(path: str, prefix: str, lines: list[str]) -> int:
    """Add a line for every file below; returns the time of the newest."""
    newest = 0
    with os.scandir(path) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                newest = max(newest, _gather(entry.path, f"{name}/", lines))
            else:
                state = entry.stat()
                lines.append(_line(name, state))
                newest = max(newest, state.st_mtime_ns, state.st_ctime_ns)
    return newest


def _line(name: str, state: os.stat_result) -> str:
    return f"{name} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"
