"""The commands about what is kept: why a report would run again, and putting shards together."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao.publication import open_publication
from gongbao.workbooks.memory import lasting_imports

if TYPE_CHECKING:
    from gongbao.publication import Publication
    from gongbao.why import Answer

_SHOWN = 10  # changed cells of a table


@click.command()
@click.argument("address")
@click.option("--reads", is_flag=True, help="另列出它读了什么。")
@click.option("--internal", is_flag=True, help="问的是内部资料（build --internal）的报告。")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="输出格式。")
def why(address: str, reads: bool, internal: bool, style: str) -> None:
    """说明一份报告（如 2019/511923/finance）现在会不会重新运行，为什么，读了什么，结果存在哪里。"""
    with lasting_imports():
        from gongbao.why import why as ask

    publication = open_publication()
    if internal:
        publication = publication.for_office()
    answer = ask(publication, address)
    if style == "json":
        content = asdict(answer)
        content["reads"] = [asdict(read) for read in answer.reads] if reads else len(answer.reads)
        click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
        return
    click.echo("\n".join(_why_lines(answer, reads)))


def _why_lines(answer: Answer, reads: bool) -> list[str]:
    if not answer.runs:
        return [f"{answer.address}：没有运行过（缓存里没有它的结果），下次构建会运行。"]
    if not answer.runs_again:
        lines = [f"{answer.address}：没有变化，不会重新运行。"]
    else:
        lines = [f"{answer.address}：会重新运行。和缓存里最接近的一次运行相比（共存有 {answer.runs} 次）："]
        for reason in answer.reasons:
            more = [f"等 {len(reason.cells)} 处"] if len(reason.cells) > _SHOWN else []
            lines += [f"  · {reason.text}", *(f"      {cell}" for cell in (*reason.cells[:_SHOWN], *more))]
    lines.append(f"那次运行读了 {len(answer.reads)} 项" + ("：" if reads else "（--reads 列出）。"))
    if reads:
        lines += [
            f"  {words}  {read.digest[:12]}" for read, words in zip(answer.reads, answer.labels, strict=True)
        ]
    lines.append(f"结果存在 {answer.kept}。" if answer.kept else "它的结果已不在缓存里。")
    return lines


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(min=1), help="同时做几份；默认为处理器核数。")
@click.option("--internal", is_flag=True, help="分片是内部资料（build --internal --shard）。")
@click.option(
    "--summary", type=click.Path(path_type=Path, dir_okay=False), help="把结果另存为 JSON，供 CI 使用。"
)
def merge(folders: tuple[Path, ...], workers: int | None, internal: bool, summary: Path | None) -> None:
    """合并各分片（build --shard）的缓存文件夹，生成网站；缺份、不配套、已损坏的都会说明，退出码为 1。

    FOLDERS 是各分片的缓存，或装有它们的文件夹（如 CI 下载的产物）。
    """
    from gongbao.build import Options
    from gongbao.commands import tell
    from gongbao.progress import progress_for
    from gongbao.shard_build import merge as run_merge
    from gongbao.standing import Standing

    publication = open_publication()
    if internal:
        publication = publication.for_office()
    options = Options(workers=workers) if workers else Options()
    standing = Standing.look(publication, {"regions": (), "years": (), "areas": ()})
    with progress_for(sys.stderr) as progress:
        result = run_merge(publication, folders, options, progress, standing)
    tell(publication, result, summary, standing)


def run_shard(publication: Publication, text: str, chosen: dict[str, Any], summary: Path | None) -> None:
    """`gongbao build --shard`: run, say what came of it, end the command if reports failed."""
    from gongbao.build import Options
    from gongbao.commands import notices, say, write_summary
    from gongbao.progress import progress_for
    from gongbao.shard_build import build_shard
    from gongbao.shards import Shard

    shard = Shard.parse(text)
    options = Options(**{name: value for name, value in chosen.items() if value})
    with progress_for(sys.stderr) as progress:
        result = build_shard(publication, options, shard, progress)
    say(notices(result))
    counts = f"报告 {result.planned} 份：运行 {result.executed}，未变 {result.unchanged}，失败 {len(result.failures)}"
    click.echo(f"分片 {shard}：{counts}。结果在缓存 {publication.cache} 里，用 gongbao merge 合并。")
    write_summary(asdict(result), summary)
    if result.failures:
        raise SystemExit(1)


COMMANDS = (why, merge)
