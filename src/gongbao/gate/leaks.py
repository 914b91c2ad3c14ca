"""A leak, the rules it may break, and how it is told: page, place, value, what to do. The texts stand here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Literal

Style = Literal["text", "json", "github"]
Rule = Literal[
    "internal", "exam", "ranking", "personal", "name", "small-count", "recomputed", "small-base", "school"
]

# rule -> (what is wrong, what to do)
RULES: dict[Rule, tuple[str, str]] = {
    "internal": (
        "内部资料",
        "这项只在本单位使用（公开属性为 internal、可公开为“否”或“问题（内部）”一栏）；请从工作簿、说明或页面里去掉。",
    ),
    "exam": (
        "中考、高考成绩或升学情况",
        "各地规定不得以任何形式公布；请删去这句话，或把所在的指标改为 internal。",
    ),
    "ranking": ("排名", "学校和地区不得按成绩排名公布；请改写，不写名次。"),
    "personal": ("个人信息", "请在填报表或页面里删去；人员只写职务。"),
    "name": ("人名", "请在填报表或页面里改写为单位或职务。"),
    "small-count": (
        "不得公布的小数值",
        "小于最小公布数的人数应印作“<5”；工作簿请用 report.values、report.staffing 给出的数，不要自行读取或输入。",
    ),
    "recomputed": ("可由合计推算的小数值", "同一合计下还须隐去一个数；请不要另外印出被隐去的数或合计。"),
    "small-base": ("分母不足的比率", "人数少于 10 的比率不公布；请去掉这个数。"),
    "school": ("未获准公开的学校", "“学校”表里“可公开校名”不是“是”；请去掉校名、标识码和它的数值。"),
}


class GateError(Exception):
    """A folder can't be checked; the text says why."""


class LeaksFoundError(Exception):
    """A finished site holds what may not be published; it was not put in place."""

    def __init__(self, leaks: Sequence[Leak]) -> None:
        super().__init__(leaks)
        self.leaks = tuple(leaks)

    def __str__(self) -> str:
        return f"公开前检查没有通过，原有网站未改动。\n{format_leaks(self.leaks)}"


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Something that may not be published and stands in an output.

    `address` is the file below the site's folder, `place` where in it, `value` what stands there
    (personal data masked), `what` names it.
    """

    address: str
    place: str
    rule: Rule
    value: str
    what: str = ""

    @property
    def advice(self) -> str:
        return RULES[self.rule][1]

    def __str__(self) -> str:
        what = f"（{self.what}）" if self.what else ""
        return f"{self.place}：{RULES[self.rule][0]}“{self.value}”{what}。"


def format_leaks(leaks: Iterable[Leak], style: Style = "text") -> str:
    """All leaks in one text. text: by page, with what to do once for each rule; json: a list of objects;
    github: workflow commands."""
    found = sorted(leaks)
    if style == "json":
        return json.dumps(
            [asdict(leak) | {"advice": leak.advice} for leak in found], ensure_ascii=False, indent=2
        )
    if style == "github":
        return "\n".join(
            f"::error title={leak.rule}::{_escaped(f'{leak.address} {leak}{leak.advice}')}" for leak in found
        )
    if not found:
        return "没有发现不得公开的内容。"
    lines: list[str] = []
    for address, group in groupby(found, key=lambda leak: leak.address):
        lines.append(address)
        lines += [f"  {leak}" for leak in group]
    lines.append("")
    lines += [
        f"{RULES[rule][0]}：{RULES[rule][1]}" for rule in RULES if any(leak.rule == rule for leak in found)
    ]
    pages = len({leak.address for leak in found})
    return "\n".join([*lines, f"{len(found)} 处不得公开的内容，在 {pages} 个文件里"])


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def masked(value: str) -> str:
    """A personal value with its middle hidden, so that a log doesn't repeat the leak."""
    if len(value) <= 4:
        return value[:1] + "*" * (len(value) - 1)
    return f"{value[:3]}{'*' * (len(value) - 5)}{value[-2:]}"


def cut(value: str, most: int = 60) -> str:
    return value if len(value) <= most else f"{value[:most]}…"
