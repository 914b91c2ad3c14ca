"""States: whether an edition may be released now, and as what.

An edition is a draft or reviewed in `data/editions.csv`; released, superseded and withdrawn are facts of
the published tree's log. What is printed on the pages (document number, approving office) comes from the
table, so that it can't differ from what was approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gongbao.data import read_shared
from gongbao.data.privacy import person_names, personal_data
from gongbao.editions.tree import Tree
from gongbao.publication import Publication, Release
from gongbao.rows import row_dicts
from gongbao.site.internal import MARKER

REVIEWED = "已审核"
TABLE = "editions"


class ReleaseError(Exception):
    """A release or withdrawal can't be made; the text says why and what to do. The tree is as it was."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a publisher asks for. `day`: the day of release as printed; `today`: the real day, for embargo;
    `revision`: which one it must become, 0 for the next, whichever that is."""

    year: int
    day: date
    today: date
    reason: str = ""
    revision: int = 0


def check_wish(wish: Wish, publication: Publication, tree: Tree) -> Release:
    """The release that `wish` comes to. Raises ReleaseError with everything that stands against it."""
    row = _row(publication, wish.year)
    file = f"{publication.settings.data}/{TABLE}.csv"
    earlier = tree.revisions(wish.year)
    faults = faults_of_reason(wish.reason)
    if publication.internal or (tree.root / MARKER).exists():
        faults.append("内部资料不能发布。")
    if row is None:
        faults.append(
            f"{file} 里没有 {wish.year} 年度：没有登记的年度版是草稿，审核后请加一行，状态填“{REVIEWED}”。"
        )
    elif row["status"] != REVIEWED:
        faults.append(
            f"{wish.year} 年度版还是{row['status']}：审核、批准后请在 {file} 把状态改为“{REVIEWED}”。"
        )
    if row is not None:
        if (embargo := _day(row["embargo_until"])) and wish.today < embargo:
            faults.append(f"{wish.year} 年度版禁发至 {embargo}，今天是 {wish.today}，还不能发布。")
        if (signed := _day(row["date"])) and wish.day < signed:
            faults.append(f"发布日期 {wish.day} 早于成文日期 {signed}。")
    if wish.day > wish.today:
        faults.append(f"发布日期 {wish.day} 还没有到。")
    if earlier and wish.day.isoformat() < earlier[-1].date:
        faults.append(f"发布日期 {wish.day} 早于 {earlier[-1].name} 的发布日期 {earlier[-1].date}。")
    if wish.revision not in (0, len(earlier) + 1):
        faults.append(f"要发布的是 r{wish.revision}，而下一个修订版是 r{len(earlier) + 1}。")
    reason = " ".join(wish.reason.split())
    if earlier and not reason:
        faults.append(f"{wish.year} 年度版已发布到 {earlier[-1].name}：更正要用 --reason 写明原因。")
    if faults or row is None:
        raise ReleaseError("\n".join([f"不能发布 {wish.year} 年度版：", *(f"- {fault}" for fault in faults)]))
    return Release(
        wish.year, len(earlier) + 1, wish.day.isoformat(), _text(row["doc_no"]), _text(row["approved_by"]),
        reason, publication.site_url,
    )  # fmt: skip


def faults_of_reason(reason: str) -> list[str]:
    """What a reason, which is printed for everyone, may not say."""
    named = [f"{what}（{found}）" for what, found in personal_data(reason)]
    named += [f"姓名（{name}）" for name in person_names(reason)]
    return [f"原因会公开，里面不能有{'、'.join(named)}。"] if named else []


def _row(publication: Publication, year: int) -> dict[Any, Any] | None:
    rows = row_dicts(read_shared(publication.root, publication.data, TABLE))
    return next((dict(row) for row in rows if row["year"] == year), None)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
