"""Part of a branch as a folder, and the folder put back into the whole.

A release reads little of what was published before and changes still less. So only what it needs is laid
out; what was not laid out is taken over by the id of its Git tree, unread. The work is that of one
edition, however many the branch holds.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gongbao.editions.git import FILE_MODE, FOLDER_MODE, Entry, Git, Objects
from gongbao.editions.manifest import UNLISTED
from gongbao.editions.tree import LATEST, LOG, WORKING

Wanted = Callable[[str], bool]
"""Whether a path of the branch is to be laid out; a folder's path ends in "/" and False leaves out all of it."""

SEALED = re.compile(r"(\d{4})/r\d+/")
_EDITION = re.compile(r"(\d{4})/")
# What of a sealed revision the release of another edition may read: what it says as data, what it corrected.
_READ = ("snapshot/", "changes.json", *UNLISTED)
_NOT_SHOWN = ("snapshot/", "notebooks/")


class LayoutError(Exception):
    """A published tree can't be stored in Git as it is; the text names the path."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What was laid out of a commit (None: of an empty branch). `files`: path -> its entry in the commit;
    `folders`: path ("" is the top, others without "/" at the end) -> all entries it has there."""

    commit: str | None
    files: Mapping[str, Entry]
    folders: Mapping[str, Mapping[str, Entry]]


def everything(path: str) -> bool:
    """Lay out the whole branch."""
    return True


def needed_to_change(year: int) -> Wanted:
    """What a release into, or a withdrawal from, the edition of `year` reads.

    Everything outside the editions (log, portal, history), that edition, and of the others the list of
    their latest copy and what each revision says as data. Pages of others are written (redirects), never read.
    """

    def wanted(path: str) -> bool:
        edition = _EDITION.match(path)
        if edition is None or int(edition[1]) == year:
            return True
        inside = path[edition.end() :]
        sealed = SEALED.match(path)
        if sealed is None:
            return inside in ("", LATEST)
        return not path[sealed.end() :] or path[sealed.end() :].startswith(_READ)

    return wanted


def needed_to_compare(path: str) -> bool:
    """What a comparison with the published revisions reads: the log, and what each says as data."""
    return path == LOG or (bool(_EDITION.match(path)) and needed_to_change(0)(path))


def needed_to_show(revisions: Collection[str]) -> Wanted:
    """What a reader sees of these revisions ("2019/r2"): the log, their status, their pages with all files these
    lead to; not what they say as data nor their notebooks."""
    shown = {f"{revision}/" for revision in revisions}

    def wanted(path: str) -> bool:
        if _EDITION.fullmatch(path):
            return any(revision.startswith(path) for revision in shown)
        sealed = SEALED.match(path)
        if sealed is None:
            return path == LOG or path.startswith("status/")
        return sealed[0] in shown and not path[sealed.end() :].startswith(_NOT_SHOWN)

    return wanted


def checkout_tree(git: Git, commit: str | None, target: Path, wanted: Wanted = everything) -> Layout:
    """Lay out a commit's files in the folder `target` byte for byte, those that are `wanted`.

    No index and no checkout of the repository is touched, no attribute or line-end setting applies.
    Raises GitError for a tree that holds more than files and folders.
    """
    target.mkdir(parents=True, exist_ok=True)
    if commit is None:
        return Layout(None, {}, {})
    files: dict[str, Entry] = {}
    folders: dict[str, Mapping[str, Entry]] = {}
    with git.objects() as objects:
        for path, entry in _walk(objects, commit, "", wanted, folders):
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            objects.blob(entry.id, place)
            files[path] = entry
    return Layout(commit, files, folders)


def _walk(
    objects: Objects, id: str, folder: str, wanted: Wanted, folders: dict[str, Mapping[str, Entry]]
) -> Iterator[tuple[str, Entry]]:
    entries = folders[folder] = objects.tree(id)
    for name, entry in entries.items():
        path = posixpath.join(folder, name)
        if entry.is_folder and wanted(f"{path}/"):
            yield from _walk(objects, entry.id, path, wanted, folders)
        elif not entry.is_folder and wanted(path):
            yield path, entry


def write_tree(git: Git, folder: Path, layout: Layout, empty: Sequence[str] = ()) -> str:
    """Store a folder as a Git tree and give its id: what `layout` laid out, as it is in the folder now; what
    it did not lay out, as in its commit, unless the folder has something there; and the `empty` files at the top.

    The release's own working folder is left out, and so is an empty folder, which Git doesn't know. Raises
    LayoutError for anything but files and folders, and for a name that Git's plumbing can't be told.
    """
    kept = dict(_kept(layout))
    found = dict(_files(folder, {path for path in kept if SEALED.fullmatch(f"{path}/")}))
    _give_way(git, kept, found)
    ids = git.write_blobs(found.values())
    trees: dict[str, dict[str, Entry]] = {"": {}}
    for path, id in zip(found, ids, strict=True):
        before = layout.files.get(path)
        _put(trees, path, Entry(before.mode if before else FILE_MODE, id))
    for path, entry in kept.items():
        _put(trees, path, entry)
    for name in empty:
        trees[""][name] = Entry(FILE_MODE, git.run("hash-object", "-w", "--stdin"))
    return _stored(git, trees)


def _kept(layout: Layout) -> Iterator[tuple[str, Entry]]:
    for folder, entries in layout.folders.items():
        for name, entry in entries.items():
            path = posixpath.join(folder, name)
            if path not in layout.files and path not in layout.folders:
                yield path, entry


def _give_way(git: Git, kept: dict[str, Entry], found: Mapping[str, Path]) -> None:
    """Where a file was written into a folder that was not laid out, keep that folder's entries one by one."""
    with git.objects() as objects:
        for path in found:
            parts = path.split("/")
            for depth in range(1, len(parts)):
                above = "/".join(parts[:depth])
                if above in kept and kept[above].is_folder:
                    inside = objects.tree(kept.pop(above).id)
                    kept.update((f"{above}/{name}", entry) for name, entry in inside.items())
            kept.pop(path, None)


def _put(trees: dict[str, dict[str, Entry]], path: str, entry: Entry) -> None:
    above, name = posixpath.split(path)
    trees.setdefault(above, {})[name] = entry


def _stored(git: Git, trees: dict[str, dict[str, Entry]]) -> str:
    """Store folders (path -> entries but for folders among them), the deepest first, a process for each depth."""
    for path in list(trees):
        while path:
            path = posixpath.dirname(path)
            trees.setdefault(path, {})
    by_depth: dict[int, list[str]] = {}
    for path in trees:
        by_depth.setdefault(path.count("/") + 1 if path else 0, []).append(path)
    for depth in sorted(by_depth.keys() - {0}, reverse=True):
        for path, id in zip(by_depth[depth], git.write_trees(trees[p] for p in by_depth[depth]), strict=True):
            _put(trees, path, Entry(FOLDER_MODE, id))
    return git.write_trees([trees[""]])[0]


def _files(folder: Path, taken_over: Container[str], inside: str = "") -> Iterator[tuple[str, Path]]:
    """(path below the top, file) of a folder, sorted, but for the folders `taken_over` and the working folder."""
    for place in sorted(folder.iterdir()):
        path = posixpath.join(inside, place.name)
        if path in (WORKING, ".git") or path in taken_over:
            continue
        if place.is_symlink() or any(ord(c) < 32 or c == "\\" for c in place.name):
            raise LayoutError(
                f"{path!r} 不能放到分支上：只能是普通文件和文件夹，名称里不能有控制字符和反斜线。"
            )
        if place.is_dir():
            yield from _files(place, taken_over, path)
        else:
            yield path, place
