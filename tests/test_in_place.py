"""A new site takes over from the old one what has not changed, which nobody touches, or nothing changes at all."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from multiprocessing import active_children
from pathlib import Path

import pytest

from gongbao.in_place import interrupted, put_in_place, recover
from gongbao.publication import Publication, open_publication
from gongbao.standing import Standing
from gongbao.units import stamps_of
from publications import copy_publication

FORKS = sys.platform == "linux"
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
    before = {name: (publication.output_folder / name).stat().st_ctime_ns for name in OLD}
    exchanged = put_in_place(publication, TAKEN)
    kept = ["a/x/1", "a/x/2", "a/y/1", "a/z/deep/1", "b/1", "c/1/2/3"]
    expected = {name: f"old {name}" for name in kept} | {n: f"new {n}" for n in ("a/y/2", "a/z/new", "index")}
    assert told(publication.output_folder) == expected
    assert exchanged == ["a/y/2", "a/z/new", "index"]
    assert all((publication.output_folder / name).stat().st_ctime_ns == before[name] for name in kept)
    assert list((publication.state / "exchange").iterdir()) == []


def test_what_is_neither_taken_over_nor_made_goes(publication: Publication) -> None:
    write(publication.output_folder, ["a/x/stray", "stray/deep/1", "b2"], "strange")
    put_in_place(publication, [name for name in TAKEN if name != "c/1/2/3"])
    assert not {"a/x/stray", "stray/deep/1", "b2", "c/1/2/3"} & told(publication.output_folder).keys()


def test_a_file_may_take_a_folders_place_and_a_folder_a_files(publication: Publication) -> None:
    staged = publication.state / "staging/site"
    write(staged, ["index.d/1"], "new")
    (staged / "index").unlink()
    (staged / "index.d").rename(staged / "index")
    write(staged, ["c"], "new")
    put_in_place(publication, ["a/x", "b/1"])
    assert told(publication.output_folder) == {
        "a/x/1": "old a/x/1", "a/x/2": "old a/x/2", "b/1": "old b/1",
        "a/y/2": "new a/y/2", "a/z/new": "new a/z/new", "c": "new c", "index/1": "new index.d/1",
    }  # fmt: skip


@pytest.mark.parametrize("taken", [TAKEN, []], ids=["some taken over", "all new"])
@pytest.mark.parametrize("moves", range(8))
def test_a_change_that_fails_between_two_moves_is_undone(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, moves: int, taken: list[str]
) -> None:
    before, rename, done = told(publication.output_folder), os.rename, 0

    def failing(path: Path, target: Path) -> None:
        nonlocal done
        done += 1
        if done == moves + 1:
            raise KeyboardInterrupt
        rename(path, target)

    monkeypatch.setattr(os, "rename", failing)
    with suppress(KeyboardInterrupt):
        put_in_place(publication, taken)
        assert done <= moves  # nothing failed
        return
    assert told(publication.output_folder) == before
    assert not interrupted(publication)


@pytest.mark.parametrize("moves", range(7))
def test_a_change_that_was_killed_is_undone_by_the_next_build(publication: Publication, moves: int) -> None:
    before = told(publication.output_folder)
    script = f"""
import os, sys
from pathlib import Path
from gongbao.in_place import put_in_place
from gongbao.publication import open_publication
rename, done = os.rename, 0
def dying(path, target):
    global done
    if done == {moves}:
        os.kill(os.getpid(), 9)
    done += 1
    rename(path, target)
os.rename = dying
put_in_place(open_publication(Path(sys.argv[1])), {TAKEN!r})
"""
    ended = subprocess.run([sys.executable, "-c", script, str(publication.root)], check=False).returncode
    if ended == 0:
        assert moves == 6  # three parts, two of them in the place of others, and the journal's end
        return
    assert ended != 1
    assert interrupted(publication)
    recover(publication)
    assert told(publication.output_folder) == before
    assert not interrupted(publication) and not (publication.state / "staging").exists()


@pytest.mark.parametrize("asked", [True, False])
def test_what_was_looked_at_ahead_is_the_site_and_nobody_goes_on_looking(
    publication: Publication, asked: bool
) -> None:
    standing = Standing.look(publication, {})
    standing.look_ahead()
    assert len(active_children()) == (len(list(publication.output_folder.iterdir())) if FORKS else 0)
    if not asked:
        standing.look_no_more()
        assert active_children() == []
    assert standing.site.stamps == stamps_of(publication.output_folder)
    assert standing.site.names == {"a/x/1", "a/x/2", "a/y/1", "a/y/2", "a/z/deep", "b/1", "c/1/2", "index"}
    assert active_children() == []
