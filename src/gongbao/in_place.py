"""Putting a finished site in the place of the old one: whole or not at all, whenever it is interrupted.

What the new site takes over from the old one stays where it is: of a country's eight hundred thousand files a
build that changes one county exchanges some hundred files and folders, under a journal (`gongbao.exchange`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from gongbao.cache_room import remove_former
from gongbao.exchange import Exchange, Part
from gongbao.publication import Publication


def interrupted(publication: Publication) -> bool:
    """Whether the site is half exchanged, until the next build makes it what it was."""
    return _exchange(publication).interrupted


def recover(publication: Publication) -> None:
    """Clear what an interrupted build left: staging goes, a site half exchanged is again as it was."""
    _exchange(publication).recover()
    shutil.rmtree(_staging(publication), ignore_errors=True)
    remove_former(publication.state)


def put_in_place(publication: Publication, taken: Iterable[str] = ()) -> list[str]:
    """Replace the site by the finished one in the folder `site` of the publication's staging folder, but for
    the files and folders `taken`, which stay; if anything fails, all is undone. Returns the names of the files
    and folders that came, went or were replaced."""
    site, staged = publication.output_folder, _staging(publication) / "site"
    names = set(taken)
    parts = list(_parts(site, staged, names, _above(names)))
    _exchange(publication).carry_out(parts)
    return [part.path for part in parts]


def _staging(publication: Publication) -> Path:
    return publication.state / "staging"


def _exchange(publication: Publication) -> Exchange:
    return Exchange(publication.output_folder, publication.state / "exchange", _staging(publication) / "site")


def _above(names: Iterable[str]) -> set[str]:
    """The folders that these stand in."""
    found: set[str] = set()
    for name in names:
        while (name := name.rpartition("/")[0]) and name not in found:
            found.add(name)
    return found


def _parts(
    site: Path, staged: Path, taken: Collection[str], above: Collection[str], folder: str = ""
) -> Iterator[Part]:
    """The largest files and folders below `folder` that hold nothing of what is taken over."""
    old, new = _entries(site / folder), _entries(staged / folder)
    for name in sorted(old.keys() | new.keys()):
        path = f"{folder}/{name}" if folder else name
        if path in above and old.get(name, False) and new.get(name, True):
            yield from _parts(site, staged, taken, above, path)
        elif path not in taken or name in new:
            yield Part(path, name in old, name in new)


def _entries(folder: Path) -> dict[str, bool]:
    """The names in a folder, and whether each is a folder; none where there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    except FileNotFoundError:
        return {}
