"""Putting a finished site in the place of the old one: whole or not at all, whenever it is interrupted.

What the new site takes over from the old one is moved, not copied: of a country's half a million files
a build that changes one county moves some thousand folders. The list of them is written down first, so
that an interrupted change is undone by the next build.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Container, Iterable
from itertools import groupby
from pathlib import Path

from gongbao.cache_room import remove_former
from gongbao.publication import Publication


def recover(publication: Publication) -> None:
    """Clear what an interrupted build left: staging goes, a site moved aside comes back."""
    aside, staging = _aside(publication), publication.state / "staging"
    if aside.exists():
        if publication.output_folder.exists():
            shutil.rmtree(aside)
        else:
            _move(_listed(publication), staging / "site", aside)
            aside.rename(publication.output_folder)
    shutil.rmtree(staging, ignore_errors=True)
    remove_former(publication.state)


def put_in_place(staged: Path, publication: Publication, taken: Iterable[str] = ()) -> list[str]:
    """Replace the site by a finished one with two renames, between which the files and folders `taken` are
    moved from the old one to the new one; if anything fails, all is undone. `staged` is the folder `site`
    of the publication's staging folder. Returns the names of what was moved: folders with all that they hold."""
    target, aside, names = publication.output_folder, _aside(publication), list(taken)
    _list(publication, names)
    if target.exists():
        target.rename(aside)
    try:
        moved = _move(names, aside, staged)
        staged.rename(target)
    except BaseException:  # Ctrl-C too
        if aside.exists():
            _move(names, staged, aside)
            aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
    return moved


def _move(names: Iterable[str], source: Path, target: Path) -> list[str]:
    """Move what is there, and not yet in the target; returns what was moved."""
    moved = []
    for folder, inside in groupby(
        _gathered(list(names), source, target), lambda name: name.rpartition("/")[0]
    ):
        old, new = source / folder, target / folder
        left, there = _entries(old), _entries(new)  # asked once: a country's folder has thousands
        wanted = [name for name in inside if name.rpartition("/")[2] in left - there]
        if wanted:
            new.mkdir(parents=True, exist_ok=True)
        for name in wanted:
            (source / name).rename(target / name)
            moved.append(name)
    return moved


def _entries(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _gathered(names: list[str], source: Path, target: Path) -> list[str]:
    """The same names, but folders instead of all that they hold where the target has none of that name: a country's
    groups have some thirty thousand, and to make them and remove them takes longer than all the rest."""
    moved, asked = set(names), set(names)
    while asked:
        folders = {name.rpartition("/")[0] for name in asked} - {""}
        asked = {folder for folder in folders - moved if _whole(folder, moved, source, target)}
        moved |= asked
    return [name for name in sorted(moved) if name.rpartition("/")[0] not in moved]


def _whole(folder: str, moved: Container[str], source: Path, target: Path) -> bool:
    """Whether all that a folder holds is moved, to where there is no such folder."""
    if (target / folder).exists() or not (source / folder).is_dir():
        return False
    with os.scandir(source / folder) as entries:
        return all(f"{folder}/{entry.name}" in moved for entry in entries)


def _aside(publication: Publication) -> Path:
    return publication.state / "previous-site"


def _list(publication: Publication, names: list[str]) -> None:
    path = publication.state / "moving.json"
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(names, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _listed(publication: Publication) -> list[str]:
    names: list[str] = json.loads((publication.state / "moving.json").read_text("utf-8"))
    return names
