"""The command that shows a reviewer what the files at hand would change in what is published."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from gongbao.publication import open_publication


@click.command()
@click.option(
    "--into",
    "tree",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="发布目录：存放全部已发布年度版的文件夹。",
)
@click.option("--branch", help="发布在哪个 Git 分支（如 gh-pages）；代替 --into，只读。")
@click.option("--remote", help="分支所在的远程仓库（如 origin）；只和 --branch 一起用。")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="changes",
    show_default=True,
    help="写到哪个文件夹。",
)
@click.option("--workers", type=click.IntRange(min=1), help="同时运行几份；默认为处理器核数。")
def review(tree: Path | None, branch: str | None, remote: str | None, out: Path, workers: int | None) -> None:
    """把现有数据与每个已发布的年度版比较，写出 diff.md、diff.json、diff.html，供审核时看。

    diff.md 可以直接贴到合并请求里。有不同不算错；退出码为 1 只表示比较不了。什么也不发布。
    """
    if (tree is None) == (branch is None):
        raise click.UsageError("请用 --into 指出发布目录，或用 --branch 指出分支，二者取一。")
    if remote and branch is None:
        raise click.UsageError("--remote 只和 --branch 一起用。")
    from gongbao.build import Options
    from gongbao.editions.branch import copy_branch, needed_to_compare
    from gongbao.editions.preview import preview, preview_files, summary
    from gongbao.progress import progress_for

    publication = open_publication()
    with ExitStack() as stack:
        if tree is None:
            assert branch is not None
            tree = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongbao-")))
            copy_branch(publication.root, branch, tree, remote=remote, wanted=needed_to_compare)
        progress = stack.enter_context(progress_for(sys.stderr))
        options = Options(workers=workers) if workers else Options()
        found = preview(publication, tree, options, progress)
    out.mkdir(parents=True, exist_ok=True)
    for name, data in preview_files(found, publication):
        (out / name).write_bytes(data)
    click.echo(f"{summary(found)}全部见 {out.name}/diff.html。")
