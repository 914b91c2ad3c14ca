"""`gongbao pack`: a site or an edition as one file that is read without a network."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongbao.publication import Publication, open_publication, today

if TYPE_CHECKING:
    from gongbao.editions.offline import Original
    from gongbao.editions.tree import Revision, Tree

PUBLISHED = "_published"
_EDITION = re.compile(r"(\d{4})(?:/r([1-9]\d*))?")


@click.command()
@click.option(
    "--edition", help="打包已发布的哪个年度版，如 2023（现行的修订版）或 2023/r1；不写则打包刚生成的网站。"
)
@click.option(
    "--into",
    "tree",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"年度版所在的发布目录；默认 {PUBLISHED}。",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪个文件；默认写在当前文件夹里。"
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="未发布的网站上印的打包日期；默认今天（北京时间）。已发布的印发布记录里的日期。",
)
def pack(edition: str | None, tree: Path | None, out: Path | None, day: datetime | None) -> None:
    """打包成一个 zip，供离线阅读：解压后双击“打开.html”，不联网也能看、能搜索、能下载数据。

    已发布的年度版由封存的文件打包，逐个核对；发布时已自动做好现行的一份（<年度>/gongbao-<年度>.zip）。
    刚生成的网站是草稿，打包前会检查有没有不得公开的内容；内部资料不能打包。同样的内容打出的文件相同。
    """
    from gongbao.build import only_build
    from gongbao.editions.offline import of_draft, write_offline
    from gongbao.zipped import size_in_words

    publication = open_publication()
    if edition:
        if day:
            raise click.UsageError("--date 只用于未发布的网站；已发布的年度版印发布记录里的日期。")
        original = _released(publication, edition, tree or publication.root / PUBLISHED)
        closed = (tree or publication.root / PUBLISHED).resolve()
    else:
        if tree:
            raise click.UsageError("--into 和 --edition 一起用：请写明打包哪个年度版，如 --edition 2023。")
        original = of_draft(publication, day.date() if day else today())
        closed = publication.output_folder.resolve()
    target = out or Path(f"{original.top}.zip")
    if closed in (target.resolve(), *target.resolve().parents):
        raise click.UsageError(f"--out 不能在 {closed.name}/ 里：那里只能有生成或发布的文件。")
    with nullcontext() if edition else only_build(publication):  # else the site could change meanwhile
        if not edition:
            _check(publication)
        made = write_offline(original, target)
    click.echo(
        f"已打包{original.about.which}：{target.name}，文件 {made.files} 个，{size_in_words(made.bytes)}。"
        "解压后双击“打开.html”。"
    )


def _released(publication: Publication, edition: str, root: Path) -> Original:
    from gongbao.editions.offline import of_revision
    from gongbao.editions.tree import LOG, Tree

    wanted = _EDITION.fullmatch(edition.strip("/"))
    if wanted is None:
        raise click.UsageError(f"--edition 应写成 2023 或 2023/r1 这样，写的是“{edition}”。")
    if not (root / LOG).is_file():
        raise click.UsageError(f"{root.name}/ 不是发布目录（没有 {LOG}）；请用 --into 指出发布目录。")
    tree = Tree(root)
    return of_revision(tree, _revision(tree, int(wanted[1]), int(wanted[2] or 0)), publication)


def _revision(tree: Tree, year: int, number: int) -> Revision:
    """A revision of the tree; 0: the one that its edition shows."""
    known = tree.revisions(year)
    found = next((r for r in known if r.revision == number), None) if number else tree.latest(year)
    if found is not None:
        return found
    if not known:
        years = "、".join(map(str, tree.editions))
        raise click.UsageError(f"发布目录里没有 {year} 年度版；有的是：{years}。")
    if not number:
        raise click.UsageError(f"{year} 年度版已全部撤回，没有可以打包的修订版。")
    raise click.UsageError(f"{year} 年度版没有 r{number}；有的是：{'、'.join(r.name for r in known)}。")


def _check(publication: Publication) -> None:
    """Let the gate read the site, unless it is still what the last build made and its gate has read."""
    from gongbao.standing import Standing

    whole: dict[str, tuple[str, ...]] = {"regions": (), "years": (), "areas": ()}
    if Standing.look(publication, whole).last() is not None:
        return
    from gongbao.data import read_dataset
    from gongbao.gate import LeaksFoundError, check_output

    dataset = read_dataset(publication.root, publication.data, keep=publication.kept_data)
    leaks = check_output(publication.output_folder, dataset)
    if leaks:
        raise LeaksFoundError(leaks)


COMMANDS = (pack,)
