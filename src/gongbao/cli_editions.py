"""Commands about editions: release, withdraw, diff, verify. Everything they print is printed here."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao.cli_review import review
from gongbao.publication import open_publication, today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gongbao.editions.rebuild import Rebuilt
    from gongbao.editions.release import Released
    from gongbao.editions.state import Wish
    from gongbao.publication import Publication

TREE = click.option(
    "--into",
    "tree",
    type=click.Path(path_type=Path, file_okay=False),
    help="发布目录：存放全部已发布年度版的文件夹，不在时新建。",
)
WAIT = click.option(
    "--wait",
    default=600.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="另一个发布正在进行时最多等几秒；0 表示不等。",
)
DATE = click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="印在网页上的发布日期；默认今天（北京时间）。"
)


BRANCH = click.option("--branch", help="发布到这个 Git 分支（如 gh-pages），不改动工作文件夹；代替 --into。")
REMOTE = click.option(
    "--remote", help="分支所在的远程仓库（如 origin）：先取回最新内容，发布后推送；只和 --branch 一起用。"
)


@click.command()
@click.argument("year", type=int)
@TREE
@BRANCH
@REMOTE
@click.option("--reason", default="", help="更正原因；从第二个修订版起必填，印在更正说明里。")
@click.option(
    "--revision", type=click.IntRange(min=1), help="应当是第几个修订版；不是就不发布（免得重复发布）。"
)
@DATE
@click.option("--workers", type=click.IntRange(min=1), help="同时运行几份；默认为处理器核数。")
@click.option("--executor", type=click.Choice(["forked", "jupyter"]), help="同 build。")
@WAIT
def release(
    year: int,
    tree: Path | None,
    branch: str | None,
    remote: str | None,
    reason: str,
    revision: int | None,
    day: datetime | None,
    workers: int | None,
    executor: Any,
    wait: float,
) -> None:
    """发布一个年度版：从头生成，通过检查后封存为新的修订版（r1、r2……），以后不再改动。

    年度版须先在 data/editions.csv 里审核；已发布过的再次发布即为更正，要写 --reason。
    """
    from gongbao.build import Options
    from gongbao.editions.release import release_edition
    from gongbao.progress import progress_for

    chosen: dict[str, Any] = {"executor": executor, "workers": workers}
    options = Options(**{name: value for name, value in chosen.items() if value})
    wish = _wish(year, day, reason, revision or 0)
    publication = open_publication()
    done: list[Released] = []

    def change(folder: Path) -> str:
        with progress_for(sys.stderr) as progress:
            done[:] = [release_edition(publication, wish, folder, options, progress, wait=wait)]
        made = done[0].revision
        return f"发布 {year} 年度版 {made.name}" + (f"：{made.reason}" if made.reason else "")

    place = _change(publication, year, tree, branch, remote, change)
    _say(done[0], place)


@click.command()
@click.argument("year", type=int)
@TREE
@BRANCH
@REMOTE
@click.option("--revision", type=click.IntRange(min=1), help="只撤回这一个修订版；默认撤回整个年度版。")
@click.option("--reason", required=True, help="撤回原因，会公开。")
@click.option("--erase", is_flag=True, help="连封存的内容一起撤下（依法不得公开的），只留封存清单。")
@DATE
@WAIT
def withdraw(
    year: int,
    tree: Path | None,
    branch: str | None,
    remote: str | None,
    revision: int | None,
    reason: str,
    erase: bool,
    day: datetime | None,
    wait: float,
) -> None:
    """撤回一个年度版或其中一个修订版：原来的地址改为撤回说明，写明原因。"""
    from gongbao.editions.withdraw import Withdrawn, withdraw_edition

    publication = open_publication()
    wish = _wish(year, day, reason)
    done: list[Withdrawn] = []

    def change(folder: Path) -> str:
        done[:] = [
            withdraw_edition(publication, wish, folder, revision=revision or 0, erase=erase, wait=wait)
        ]
        return f"撤回 {year} 年度版{f' r{revision}' if revision else ''}：{reason}"

    place = _change(publication, year, tree, branch, remote, change)
    names = "、".join(r.name for r in done[0].revisions)
    now = f"现行的是 {done[0].latest.name}" if done[0].latest else "这个年度没有现行的修订版"
    click.echo(f"已撤回 {year} 年度版 {names}；{now}。发布目录：{place}。")
    _remind(done[0].notes)


def _wish(year: int, day: datetime | None, reason: str, revision: int = 0) -> Wish:
    from gongbao.editions.state import Wish

    now = today()
    return Wish(year, day.date() if day else now, now, reason, revision)


def _change(
    publication: Publication,
    year: int,
    tree: Path | None,
    branch: str | None,
    remote: str | None,
    change: Callable[[Path], str],
) -> str:
    """Change the tree in a folder or on a branch; gives what to call it."""
    if (tree is None) == (branch is None):
        raise click.UsageError("请用 --into 指出发布目录，或用 --branch 指出分支，二者取一。")
    if tree is not None:
        if remote:
            raise click.UsageError("--remote 只和 --branch 一起用。")
        change(tree)
        return f"{tree.name}/"
    from gongbao.editions.branch import change_branch, needed_to_change

    assert branch is not None
    done = change_branch(publication.root, branch, change, remote=remote, wanted=needed_to_change(year))
    if done.note:
        click.echo(done.note, err=True)
    return f"分支 {branch}（{done.commit[:12]}）"


def _say(done: Released, place: str) -> None:
    from gongbao.data import format_problems

    if done.warnings:
        click.echo(format_problems(list(done.warnings), "text"), err=True)
    revision = done.revision
    files = len(done.manifest.outputs)
    click.echo(f"已发布 {revision.year} 年度版 {revision.name}：{place}，文件 {files} 个，全部封存。")
    if done.archive is not None:
        click.echo(f"生成所用的数据另存为 {done.archive.name}（内部文件，不得公开；重新核验时要用）。")
    _remind(done.notes)


def _remind(notes: Iterable[str]) -> None:
    for note in notes:
        click.echo(f"提醒 {note}", err=True)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--rebuild",
    "again",
    multiple=True,
    metavar="年度/rN",
    help="用封存时的数据重新生成这个修订版，逐字节比较（可重复）；在公报站点的文件夹里运行。",
)
@click.option(
    "--key", default="", help="公钥（PEM）文件：每个修订版都须有它的签名；默认用 GONGBAO_PUBLIC_KEY。"
)
@click.option("--head", default="", help="以前记下的末尾摘要：发布记录里须仍有它。")
@click.option("--workers", type=click.IntRange(min=1), help="重新生成时同时运行几份。")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="输出格式。")
@click.pass_context
def verify(
    context: click.Context,
    folder: Path,
    again: tuple[str, ...],
    key: str,
    head: str,
    workers: int | None,
    style: str,
) -> None:
    """核验发布目录：每个字节都和封存时一样，修订版首尾相接，没有少的、多的、改过的文件。

    DIR 是发布目录或它的副本（例如从网站下载的），只读不写。退出码：0 完好；1 有不符，逐一列出；
    2 无法核验（不是发布目录、密钥不能用、找不回当时的数据或程序）。
    """
    from gongbao.editions.signing import public_keys
    from gongbao.editions.verify import verify as check
    from gongbao.editions.verify_text import as_json, as_text

    rebuilt: list[Rebuilt] = []
    try:
        result = check(folder, public_key=public_keys(key), head=head)
        for name in again:
            rebuilt.append(_rebuild(folder, name, workers))
    except _unverifiable() as error:
        if context.find_root().obj:  # --debug
            raise
        click.echo(f"无法核验：{error}", err=True)
        raise SystemExit(2) from error
    click.echo((as_json if style == "json" else as_text)(result, rebuilt))
    if result.findings or any(each.findings for each in rebuilt):
        raise SystemExit(1)


def _rebuild(folder: Path, name: str, workers: int | None) -> Rebuilt:
    from gongbao.editions.rebuild import RebuildError, rebuild

    year, _, revision = name.strip("/").partition("/r")
    if not (year.isdigit() and revision.isdigit()):
        raise RebuildError(f"--rebuild 应写成 2019/r1 这样，写的是“{name}”。")
    options = {"workers": workers} if workers else {}
    return rebuild(folder, open_publication(), int(year), int(revision), options=options)


def _unverifiable() -> tuple[type[Exception], ...]:
    """Errors that say nothing about the tree, only that it couldn't be checked."""
    from gongbao.editions.git import GitError
    from gongbao.editions.inputs import InputsError
    from gongbao.editions.manifest import ManifestError
    from gongbao.editions.rebuild import RebuildError
    from gongbao.editions.signing import SigningError
    from gongbao.editions.tree import TreeError
    from gongbao.publication import PublicationError

    return (TreeError, SigningError, RebuildError, InputsError, ManifestError, GitError, PublicationError)


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="比较哪一年；两边都是公报站点时必填。")
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "html"]), default="text", help="输出格式。"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪个文件；默认印在屏幕上。")
@click.option("--only-data", is_flag=True, help="比较填报表时只比较数据，不生成公报看影响。")
@click.option("--workers", type=click.IntRange(min=1), help="同时运行几份；默认为处理器核数。")
@click.option("--executor", type=click.Choice(["forked", "jupyter"]), help="同 build。")
@click.pass_context
def diff(
    context: click.Context,
    old: Path,
    new: Path,
    year: int | None,
    style: Any,
    out: Path | None,
    only_data: bool,
    workers: int | None,
    executor: Any,
) -> None:
    """比较两个修订版、修订版和现有数据，或两份填报表：改了什么，会影响什么。

    OLD 和 NEW 可以是：修订版的文件夹（…/2019/r1）；年度版的文件夹（…/2019，即最新修订版）；公报站点的
    文件夹（现有数据，如 .）；填报表（.xlsx 或 CSV 文件夹，两边都须是）。先列翻转的结论，再列数值、文字、
    标准值和网页；填报表逐行逐格比较，并用两份各生成一次该县的公报，看结论和文字有什么不同。

    退出码：0 没有不同；1 有不同；2 不能比较（找不到、读不懂、数据有错误）。
    """
    from gongbao.build import Options
    from gongbao.editions.diff import compare_paths, publication_for, rendered, style_for
    from gongbao.progress import progress_for

    chosen: dict[str, Any] = {"executor": executor, "workers": workers}
    options = Options(**{name: value for name, value in chosen.items() if value})
    try:
        with progress_for(sys.stderr) as progress:
            result = compare_paths(old, new, options, progress, year=year, effect=not only_data)
        publication = publication_for(old, new)
        brand = publication.title if publication else "教育督导公报"
        theme = style_for(old, new) if style == "html" else ""
        data = rendered(result, style, _width(), theme=theme, brand=brand)
    except Exception as error:
        if context.find_root().obj or type(error).__module__.split(".")[0] != "gongbao":
            raise  # --debug, or a fault of the program
        click.echo(f"不能比较：{error}", err=True)
        raise SystemExit(2) from error
    if out is not None:
        out.write_bytes(data)
        click.echo(f"{'有不同' if result else '没有不同'}，已写到 {out}。", err=True)
    else:
        click.echo(data.decode(), nl=False)
    if result:
        raise SystemExit(1)


def _width() -> int:
    """Columns of the terminal; 100 where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 100


COMMANDS = (release, withdraw, diff, verify, review)
