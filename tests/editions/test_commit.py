"""A change of a published tree is whole or not at all, wherever it is cut short."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from gongbao.editions.commit import interrupted, open_for_change, put_in_place, recover
from gongbao.editions.tree import WORKING, TreeError

# Dies like kill -9 at its n-th rename, or just after it.
DIES = """
import os, sys
from pathlib import Path
from gongbao.editions.commit import open_for_change, put_in_place
from tests.editions.test_commit import stage_second
root, at, after = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "after"
seen = 0
def dying(name):
    real = getattr(Path, name)
    def move(self, target):
        global seen
        seen += 1
        if seen == at and not after:
            os._exit(9)
        real(self, target)
        if seen == at:
            os._exit(9)
    setattr(Path, name, move)
dying("rename"); dying("replace")
with open_for_change(root, 0) as staging:
    stage_second(staging)
    put_in_place(root, staging)
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def stage_first(staging: Path) -> None:
    write(staging, **{
        "2019__r1__a_html": "one", "2019__r1__511923__b_html": "b1", "2019__a_html": "one",
        "2019__511923__b_html": "b1", "2019__gone__c_html": "c", "index_html": "home 1",
        "versions__511923_html": "v1",
    })  # fmt: skip


def stage_second(staging: Path) -> None:
    write(staging, **{
        "2019__r2__a_html": "two", "2019__r2__511923__b_html": "b2", "2019__a_html": "two",
        "2019__511923__b_html": "b2", "2019__new_html": "n", "index_html": "home 2",
        "versions__511923_html": "v2", "versions__511924_html": "new",
    })  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "published"
    with open_for_change(root, 0) as staging:
        stage_first(staging)
        put_in_place(root, staging)
    return root


def content(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file() and WORKING not in path.parts
    }


def folders(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_dir() and WORKING not in p.parts}


def second(root: Path) -> None:
    with open_for_change(root, 0) as staging:
        stage_second(staging)
        put_in_place(root, staging)


def test_a_change_replaces_the_copy_whole_and_leaves_sealed_revisions(tree: Path) -> None:
    second(tree)
    assert content(tree) == {
        "2019/511923/b.html": "b2", "2019/a.html": "two", "2019/new.html": "n",
        "2019/r1/511923/b.html": "b1", "2019/r1/a.html": "one",
        "2019/r2/511923/b.html": "b2", "2019/r2/a.html": "two",
        "index.html": "home 2", "versions/511923.html": "v2", "versions/511924.html": "new",
    }  # fmt: skip
    assert not interrupted(tree)
    assert {p.name for p in (tree / WORKING).iterdir()} <= {"lock"}


def test_wherever_it_dies_the_tree_is_the_old_one_or_the_new_one(tree: Path, tmp_path: Path) -> None:
    before, folders_before = content(tree), folders(tree)
    second(tree)
    after = content(tree)
    deaths = 0
    for at in range(1, 60):
        for moment in ("before", "after"):
            root = tmp_path / f"{at}-{moment}"
            with open_for_change(root, 0) as staging:
                stage_first(staging)
                put_in_place(root, staging)
            died = subprocess.run([sys.executable, "-c", DIES, str(root), str(at), moment], check=False)
            assert died.returncode in (0, 9)
            deaths += died.returncode == 9
            recover(root)
            assert content(root) in (before, after)
            if content(root) == before:
                assert folders(root) == folders_before
            second_time = content(root) == before
            if second_time:  # and the release can be made after all
                second(root)
                assert content(root) == after
        if died.returncode == 0:
            break
    assert deaths > 20
    assert died.returncode == 0


def test_an_error_in_the_middle_is_undone_at_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(tree)
    real, seen = Path.rename, []

    def fails(self: Path, target: Path) -> Path:
        seen.append(self)
        if len(seen) == 5:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(TreeError, match="磁盘已满"), open_for_change(tree, 0) as staging:
        stage_second(staging)
        put_in_place(tree, staging)
    monkeypatch.undo()
    assert content(tree) == before


def test_a_sealed_revision_is_never_written_to(tree: Path) -> None:
    before = content(tree)
    with pytest.raises(TreeError, match="2019/r1 已经封存"), open_for_change(tree, 0) as staging:
        write(staging, **{"2019__r1__a_html": "other"})
        put_in_place(tree, staging)
    assert content(tree) == before


def test_a_second_change_waits_or_is_refused(tree: Path) -> None:
    with open_for_change(tree, 0), pytest.raises(TreeError, match="另一个发布"), open_for_change(tree, 0.1):
        pass
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with open_for_change(tree, 0):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(10)
    threading.Timer(0.3, leave.set).start()
    with open_for_change(tree, 30) as staging:
        stage_second(staging)
        put_in_place(tree, staging)
    thread.join()
    assert content(tree)["index.html"] == "home 2"


@pytest.mark.skipif(os.name == "nt", reason="folders of Windows have no such permission")
def test_a_tree_that_cannot_be_written_to() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own can't be entered by another user
        root = Path(folder) / "published"
        with open_for_change(root, 0) as staging:
            stage_first(staging)
            put_in_place(root, staging)
        Path(folder).chmod(0o755)
        (root / WORKING).chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(root)], capture_output=True, text=True, check=False
        )
        (root / WORKING).chmod(0o755)
    assert "TreeError: 不能写入 published/" in done.stderr


# As root nothing is unwritable: the child gives up its rights once everything is imported.
AS_NOBODY = """
import os, sys
from pathlib import Path
from gongbao.editions.commit import open_for_change
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
assert (Path(sys.argv[1]) / "index.html").exists()
with open_for_change(Path(sys.argv[1]), 0):
    pass
"""
