"""What columns and tables are made of, and the words several tables use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "code", "number", "count", "year", "date", "flag", "enum", "enums"]

STAGES = ("幼儿园", "小学", "初中", "普通高中", "职业高中", "高中", "义务教育", "全部")
SCHOOL_STAGES = ("小学", "初中", "高中", "全校")
SCHOOL_TYPES = (
    "幼儿园",
    "小学",
    "教学点",
    "初中",
    "九年一贯制",
    "十二年一贯制",
    "完全中学",
    "高中",
    "中职",
    "特教",
)
STATISTICS = ("数值", "标准差", "差异系数", "增长率")
MISSING = ("不适用", "未报", "隐去")
QUALIFIERS = ("约", "近", "以上", "以下", "左右", "余")
AREAS = {
    "overview": "总览与结论",
    "duty": "政府履职评价",
    "balance": "义务教育均衡",
    "preschool": "学前普及普惠与办园行为",
    "access": "入学保障",
    "finance": "经费与专项资金",
    "teachers": "教师队伍与培训",
    "schools": "学校督导评估",
    "inspect": "督导检查与整改",
    "quality": "质量与德体美劳",
    "safety": "安全与信访",
    "plan": "工作计划与项目工程",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `type`: text; code (digits kept as text); number; count (whole number ≥ 0); year; date (ISO text);
    flag (是/否, stored 1/0); enum (one of `choices`); enums (several, joined by “；”).
    `implied`: a submission's file name and cover give it, so templates leave it out; where it is
    written all the same it must agree. `refers`: "table.column" that must hold the value.
    """

    name: str
    label: str
    type: ColumnType = "text"
    help: str = ""
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    refers: str = ""
    implied: bool = False

    @property
    def numeric(self) -> bool:
        return self.type in ("number", "count", "year", "flag")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `scope` says whether it is shared by the publication or filled in for a region and year."""

    name: str
    label: str
    scope: Literal["shared", "submission"]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    help: str = ""

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


REGION = Column(
    "region_code",
    "行政区划代码",
    "code",
    "6位行政区划代码（GB/T 2260）",
    required=True,
    refers="regions.region_code",
    implied=True,
)
YEAR = Column("year", "年度", "year", "公报年度", required=True, minimum=1990, maximum=2100, implied=True)
SOURCE = Column(
    "source_id", "来源编号", "code", "数据出自哪份文件；留空则用封面的默认来源", refers="sources.source_id"
)
NOTE = Column("note", "说明", help="口径、变化原因等，会印在公报里")


def count(name: str, label: str, help: str = "", unit: str = "人") -> Column:
    return Column(name, label, "count", help, unit, minimum=0)


def amount(name: str, label: str, help: str, unit: str) -> Column:
    return Column(name, label, "number", help, unit, minimum=0)
