"""The commands about what is kept: why a report would run again, and putting shards together."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from gongbao.publication import open_publication

if TYPE_CHECKING:
    from gongbao.why import Answer


@click.command()
@click.argument("address")
@click.option("--reads", is_flag=True, help="另列出它读了什么。")
@click.option("--internal", is_flag=True, help="问的是内部资料（build --internal）的报告。")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="输出格式。")
def why(address: str, reads: bool, internal: bool, style: str) -> None:
    """说明一份报告（如 2019/511923/finance）现在会不会重新运行，为什么，读了什么，结果存在哪里。"""
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
        lines += [f"  · {reason.text}" for reason in answer.reasons]
    lines.append(f"那次运行读了 {len(answer.reads)} 项" + ("：" if reads else "（--reads 列出）。"))
    if reads:
        lines += [
            f"  {words}  {read.digest[:12]}" for read, words in zip(answer.reads, answer.labels, strict=True)
        ]
    lines.append(f"结果存在 {answer.kept}。" if answer.kept else "它的结果已不在缓存里。")
    return lines


COMMANDS = (why,)
