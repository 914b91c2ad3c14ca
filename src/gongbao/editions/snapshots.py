"""What a revision says, as data: the snapshot that `site.snapshot` wrote, read back.

Everything that compares revisions, lists them or follows a county through the years reads this and never
the pages. Contents are described where they are written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "snapshot"
EDITION_FILE = "edition.json"
FORMAT = 1


class SnapshotError(Exception):
    """A folder holds no snapshot that can be read; the text says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`shared`: what all counties of the revision share (edition.json); `places`: region code -> what its
    own file holds."""

    year: int
    shared: Mapping[str, Any]
    places: Mapping[str, Mapping[str, Any]]


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot of a revision's folder, or of the output of a build made with one.

    Raises SnapshotError if there is none, a part is missing or damaged, or it is of a format that this
    version doesn't know.
    """
    shared = read_part(folder, EDITION_FILE)
    year = shared.get("year")
    codes = shared.get("places")
    if not isinstance(year, int) or not isinstance(codes, dict):
        raise SnapshotError(_DAMAGED.format(name=EDITION_FILE))
    return Snapshot(year, shared, {code: read_part(folder, f"{code}.json") for code in sorted(codes)})


def read_part(folder: Path, name: str) -> dict[str, Any]:
    """One file of a snapshot ("edition.json", "511923.json"). Raises SnapshotError like `read_snapshot`."""
    path = folder / FOLDER / name
    try:
        content = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SnapshotError(_MISSING.format(folder=folder.name, name=name)) from error
    except ValueError as error:
        raise SnapshotError(_DAMAGED.format(name=name)) from error
    if not isinstance(content, dict):
        raise SnapshotError(_DAMAGED.format(name=name))
    if content.get("format") != FORMAT:
        raise SnapshotError(_OTHER_FORMAT.format(name=name, found=content.get("format"), known=FORMAT))
    return content


_MISSING = "{folder} 里没有 snapshot/{name}：它不是一个修订版的文件夹，或文件不全。"
_DAMAGED = "snapshot/{name} 损坏，不是公报的快照；可用 gongbao verify 查哪些文件被改动。"
_OTHER_FORMAT = "snapshot/{name} 的格式是 {found}，本版本只认识 {known}；请用写它的那个版本的 gongbao。"
