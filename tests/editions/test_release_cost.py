"""What a release costs does not grow with what was published before: counted in files opened, not in seconds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.editions.releasing import MISTYPED, release, set_spending, small_publication

from gongbao.editions.tree import LOG, Tree, format_log

EDITIONS, REVISIONS = 19, 3  # besides the one that is released into

# The real command, with every file of the tree that it opens counted.
COUNTED = """
import atexit, json, sys
from gongbao.cli import main
tree, report = sys.argv[1:3]
opened = {}
def hook(event, arguments):
    if event == "open" and str(arguments[0]).startswith(tree + "/"):
        opened[str(arguments[0])] = opened.get(str(arguments[0]), 0) + 1
sys.addaudithook(hook)
try:
    main(["release", "2019", "--into", tree, "--date", "2020-06-01", "--reason", "更正"])
finally:
    json.dump(opened, open(report, "w"))
"""


def grown(tree: Path) -> None:
    """Add editions of three revisions each, as large as the one that is there."""
    real = tree / "2019/r1"
    for year in range(2019 - EDITIONS, 2019):
        for _ in range(REVISIONS):
            after = Tree(tree)
            number = len(after.revisions(year)) + 1
            shutil.copytree(real, tree / f"{year}/r{number}", copy_function=os.link)
            event = after.next_event(
                event="released", edition=year, revision=number, date="2020-01-01", reason="更正",
                manifest_sha256=after.revisions(2019)[0].manifest_sha256,
            )  # fmt: skip
            (tree / LOG).write_bytes(format_log(after.after(event).log))


def count(tree: Path) -> int:
    return sum(path.is_file() for path in tree.rglob("*") if ".gongbao" not in path.parts)


def opened_by_a_release(publication: Path, tree: Path, report: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, str(tree), str(report)],
        cwd=publication, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text())


def test_a_release_opens_no_more_files_of_a_tree_with_twenty_editions(tmp_path: Path) -> None:
    publication, small, large = (
        small_publication(tmp_path / "publication"),
        tmp_path / "one",
        tmp_path / "many",
    )
    first = release(publication, small, "--date", "2020-03-31")
    assert first.returncode == 0, first.stderr
    shutil.copytree(small, large)
    grown(large)
    files = count(large) - count(small)
    set_spending(publication, MISTYPED)
    few = opened_by_a_release(publication, small, tmp_path / "few.json")
    many = opened_by_a_release(publication, large, tmp_path / "many.json")
    assert len(few) > 100  # the revision and its copy are written below the tree
    # Of what was published before, only what the county's own pages of versions and history tell:
    # a snapshot of the county and of the edition for each revision, among hundreds of files.
    more = len(many) - len(few)
    assert more <= 3 * EDITIONS * REVISIONS < files / 50
    others = [Path(path).relative_to(large).as_posix() for path in many]
    older = [path for path in others if path[:4].isdigit() and path[:4] != "2019"]
    assert {path.split("/")[2] for path in older} <= {"snapshot", "manifest.json", "changes.json"}
