"""A small publication with secrets in its data, and copies of its site to plant them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import samples
from gongbao.data.dataset import Dataset
from gongbao.data.empty import empty_table
from gongbao.data.schema import TABLES
from gongbao.gate import Leak, check_output

HERE = {"region_code": samples.REAL, "year": 2019}
SECRET_TEXT = "经查，该校把食堂承包给校长亲属，未经过招标。已移交纪检部门处理。"


def make_dataset() -> Dataset:
    base = samples.make_dataset()
    indicators = base.tables["indicators"].to_dict("records")
    common = {
        "area_id": "inspect",
        "stage": "全部",
        "unit": "人",
        "kind": "count",
        "publish": "public",
        "min_n": 5.0,
    }
    indicators += [
        {**common, "indicator_id": "punished", "name_zh": "受处理人数"},
        {**common, "indicator_id": "criticised", "name_zh": "通报批评人数", "part_of": "punished"},
        {**common, "indicator_id": "demoted", "name_zh": "降级处理人数", "part_of": "punished"},
        {**common, "indicator_id": "warned", "name_zh": "警告处分人数", "part_of": "punished"},
    ]
    values = base.tables["indicator_values"].to_dict("records")
    for id, value in (("punished", 46.0), ("criticised", 31.0), ("demoted", 3.0), ("warned", 12.0)):
        row = {**HERE, "indicator_id": id, "stage": "全部", "statistic": "数值", "value": value, "unit": "人"}
        values.append(row | {"quote": "通报批评31人，警告处分12人，降级处理3人"})
    values.append(
        {**HERE, "indicator_id": "exam_top", "stage": "高中", "statistic": "数值", "value": 1483.0, "unit": "人",
         "period": "应届", "quote": "二本上线1483人，比去年增加了272人"}
    )  # fmt: skip
    staffing = samples.rows(
        "staffing",
        {**HERE, "category": "督导力量", "kind": "专职督学", "value": 3.0, "unit": "人"},
        {**HERE, "category": "师德处理", "kind": "记过处分", "value": 2.0, "unit": "人"},
        {**HERE, "category": "问责处理", "kind": "立案审查", "value": 37.0, "unit": "件", "publish": 0.0,
         "quote": "当年立案审查37件"},
    )  # fmt: skip
    findings = samples.rows(
        "findings",
        {**HERE, "finding_id": "F-1", "object_type": "学校", "topic": "规范办学", "severity": "较重",
         "text_public": "个别学校食堂管理不规范。", "text_internal": SECRET_TEXT},
    )  # fmt: skip
    schools = samples.rows(
        "schools",
        {**HERE, "school_id": "511923000001", "school_name": "平昌县第一小学", "publish_name": 1.0},
        {**HERE, "school_id": "511923000002", "school_name": "平昌县第一小学江口校区", "publish_name": 0.0},
        {**HERE, "school_id": "511923000003", "school_name": "驷马镇得胜小学", "publish_name": 0.0},
    )
    tables = dict(base.tables) | {
        "indicators": samples.rows("indicators", *indicators),
        "indicator_values": samples.rows("indicator_values", *values),
        "staffing": staffing,
        "findings": findings,
        "schools": schools,
    }
    for name in TABLES:
        tables.setdefault(name, empty_table(name))
    return Dataset(tables, base.covers, base.letters, {})


@dataclass(frozen=True)
class Site:
    """A copy of the built site that a test may spoil."""

    folder: Path
    dataset: Dataset

    def check(self) -> list[Leak]:
        return check_output(self.folder, self.dataset, workers=1)

    def found(self) -> set[tuple[str, str]]:
        """(address, rule) of each leak."""
        return {(leak.address, leak.rule) for leak in self.check()}

    def write(self, address: str, content: str) -> None:
        path = self.folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")

    def change(self, address: str, change: Callable[[str], str]) -> None:
        path = self.folder / address
        before = path.read_text("utf-8")
        after = change(before)
        assert after != before
        path.write_text(after, "utf-8")

    def say(self, words: str, address: str = "reports/2019/511923/finance.html") -> None:
        """Put a paragraph on a page."""
        end = "</article>" if address.endswith("finance.html") else "</main>"
        self.change(address, lambda page: page.replace(end, f"<p>{words}</p>{end}"))
