"""A new site takes over from the old one what has not changed, whole folders where it can; and gives it back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gongbao import in_place
from gongbao.in_place import put_in_place, recover
from gongbao.publication import Publication, open_publication
from publications import copy_publication

OLD = ["a/x/1", "a/x/2", "a/y/1", "a/y/2", "a/z/deep/1", "b/1", "c/1/2/3", "index"]
TAKEN = ["a/x/1", "a/x/2", "a/y/1", "a/z/deep/1", "b", "c/1/2/3"]


def write(root: Path, names: list[str], words: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{words} {name}", "utf-8")


def told(root: Path) -> dict[str, str]:
    return {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    found = open_publication(copy_publication(tmp_path / "publication", "2019/511923"))
    write(found.output_folder, OLD, "old")
    write(found.state / "staging/site", ["a/y/2", "a/z/new", "index"], "new")
    return found


def test_the_new_site_has_the_old_ones_unchanged_files_and_folders(publication: Publication) -> None:
    put_in_place(publication.state / "staging/site", publication, TAKEN)
    kept = ["a/x/1", "a/x/2", "a/y/1", "a/z/deep/1", "b/1", "c/1/2/3"]
    expected = {name: f"old {name}" for name in kept} | {n: f"new {n}" for n in ("a/y/2", "a/z/new", "index")}
    assert told(publication.output_folder) == expected
    assert not (publication.state / "previous-site").exists()


@pytest.mark.parametrize("moves", range(6))
def test_a_change_that_fails_between_two_moves_is_undone(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    before, rename, done = told(publication.output_folder), os.rename, 0

    def failing(path: Path, target: Path) -> None:
        nonlocal done
        if done == moves:
            done += 1
            raise KeyboardInterrupt
        done += 1
        rename(path, target)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(KeyboardInterrupt):
        put_in_place(publication.state / "staging/site", publication, TAKEN)
    assert told(publication.output_folder) == before


def test_a_change_that_was_killed_is_undone_by_the_next_build(publication: Publication) -> None:
    before, staged = told(publication.output_folder), publication.state / "staging/site"
    aside = publication.state / "previous-site"
    in_place._list(publication, TAKEN)
    publication.output_folder.rename(aside)
    in_place._move(TAKEN, aside, staged)
    recover(publication)
    assert told(publication.output_folder) == before
    assert not staged.exists()
