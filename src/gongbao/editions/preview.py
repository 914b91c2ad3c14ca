"""What a proposed change of the data, the workbooks or the program would change in what is published.

Each published edition's latest revision is compared with the same edition made from the files at hand.
Nothing is released; a reviewer reads the result beside the proposed change.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from gongbao.build import Options
from gongbao.editions.change import Changes
from gongbao.editions.change_words import counted
from gongbao.editions.changes import compare
from gongbao.editions.changes_markdown import format_markdown, shortened
from gongbao.editions.changes_page import changes_html, whole_page
from gongbao.editions.diff import Given, look_at, snapshot_of
from gongbao.editions.inputs import lay_out
from gongbao.editions.manifest import MANIFEST, present_software, read_manifest
from gongbao.editions.tree import Revision, Tree
from gongbao.publication import Publication
from gongbao.running import Progress

NEW = "现有数据"
TITLE = "与已发布公报的比较"


@dataclass(frozen=True, slots=True)
class Preview:
    """`compared`: year and changes of each published edition, the latest first. `gone`: published years
    that the data no longer have; `unreleased`: years of the data that are not published."""

    compared: tuple[tuple[int, Changes], ...]
    gone: tuple[int, ...]
    unreleased: tuple[int, ...]

    @property
    def changed(self) -> tuple[tuple[int, Changes], ...]:
        return tuple((year, changes) for year, changes in self.compared if changes)


def preview(publication: Publication, tree: Path, options: Options, progress: Progress) -> Preview:
    """Compare the files of a publication with every edition that the published tree shows.

    An edition whose inputs and program are those it was made of is not built: it says what it said. Raises
    DataError, BuildError, SnapshotError and TreeError.
    """
    published = Tree(tree)
    latest = [r for year in reversed(published.editions) if (r := published.latest(year))]
    at_hand = {int(p.name) for p in publication.data.iterdir() if p.is_dir() and p.name.isdigit()}
    return Preview(
        tuple(
            (r.year, _changes(publication, published, r, options, progress))
            for r in latest
            if r.year in at_hand
        ),
        tuple(sorted({r.year for r in latest} - at_hand)),
        tuple(sorted(at_hand - {r.year for r in latest})),
    )


def _changes(
    publication: Publication, tree: Tree, revision: Revision, options: Options, progress: Progress
) -> Changes:
    folder = tree.folder(revision.year, revision.revision)
    old = look_at(folder)
    if _made_of_the_same(publication, folder, revision.year):
        return Changes(old.label, NEW)
    new = Given(publication.root, "publication", label=NEW)
    sides = (snapshot_of(side, revision.year, options, progress) for side in (old, new))
    return compare(*sides, old_label=old.label, new_label=NEW)


def _made_of_the_same(publication: Publication, folder: Path, year: int) -> bool:
    manifest = read_manifest(folder / MANIFEST)
    if manifest.software != present_software():
        return False
    with tempfile.TemporaryDirectory(prefix="gongbao-") as scratch:
        return lay_out(publication, year, Path(scratch) / "inputs") == manifest.inputs


def preview_files(found: Preview, publication: Publication) -> Iterator[tuple[str, bytes]]:
    """(name, bytes): diff.md, which fits in a comment, diff.json and diff.html, which hold everything."""
    yield "diff.md", shortened(_markdown(found)).encode()
    content = {
        "format": 1, "gone": found.gone, "unreleased": found.unreleased,
        "editions": [{"edition": year} | changes.content() for year, changes in found.compared],
    }  # fmt: skip
    yield "diff.json", (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    style = (publication.pages / "theme" / "gongbao.css").read_text("utf-8")
    body = Markup("").join(
        Markup("<h2>{}</h2>\n{}").format(f"{changes.old} → {changes.new}", changes_html(changes))
        for _, changes in found.changed
    )
    body += Markup("").join(Markup("<p>{}</p>\n").format(escape(line)) for line in _remarks(found))
    yield "diff.html", whole_page(
        TITLE, "已发布的公报", NEW, summary(found), body, style, brand=publication.title, notice=""
    )  # fmt: skip


def _markdown(found: Preview) -> str:
    lines = [f"## {TITLE}", "", summary(found), *(f"\n{line}" for line in _remarks(found)), ""]
    return "\n".join(lines) + "".join(f"\n{format_markdown(changes)}" for _, changes in found.changed)


def summary(found: Preview) -> str:
    """One sentence: how many differences in which editions."""
    if not found.compared:
        return "还没有已发布的年度版可以比较。"
    if not found.changed:
        return f"已发布的 {len(found.compared)} 个年度版都没有不同。"
    return (
        "；".join(f"{year}年度{counted(changes).removesuffix('。')}" for year, changes in found.changed)
        + "。"
    )


def _remarks(found: Preview) -> Iterator[str]:
    same = [f"{year}" for year, changes in found.compared if not changes]
    if same and found.changed:
        yield f"没有不同的年度：{'、'.join(same)}。"
    if found.gone:
        yield f"已发布而现有数据里没有的年度：{'、'.join(map(str, found.gone))}。"
    if found.unreleased:
        yield f"还没有发布的年度：{'、'.join(map(str, found.unreleased))}。"
