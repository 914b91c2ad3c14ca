"""What pages say of an indicator, a value and a source: single entries, as they are printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongbao.data.columns import STAGES
from gongbao.data.schema import STANDARD_NAMES
from gongbao.present import Number

STAGE_ORDER = {stage: i for i, stage in enumerate(STAGES)}
OPERATORS = {">=": "≥", "<=": "≤", "=": "="}


@dataclass(frozen=True, slots=True)
class Source:
    """A document that numbers come from. `date` is as precise as it is known."""

    source_id: str
    title: str
    doc_no: str
    issuer: str
    date: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A public indicator, with its definition as printed; empty text where nothing is said."""

    indicator_id: str
    area: str
    name: str
    unit: str
    stages: str
    statistics: str
    fields: tuple[tuple[str, str], ...]
    source_id: str

    @property
    def page(self) -> str:
        return f"/site/indicators/{self.indicator_id}.html"


@dataclass(frozen=True, slots=True)
class Value:
    """One published number with its place. `number.origin` is the cell it was typed into; numerator and
    denominator are known only of what may be shown."""

    indicator_id: str
    region: str
    year: int
    period: str
    stage: str
    statistic: str
    number: Number
    source_id: str
    note: str
    quote: str = ""
    numerator: float | None = None
    denominator: float | None = None


def source_of(row: Mapping[Any, Any]) -> Source:
    """A row of the table of sources."""
    names = ("source_id", "title", "doc_no", "issuer", "date", "url", "note")
    return Source(*(text(row[name]) for name in names))


def is_sample(region: str) -> bool:
    """Whether a region is invented (codes 99xxxx) and its data marked 示例数据."""
    return region.startswith("99")


def text(value: Any) -> str:
    """The text of a cell; empty where missing."""
    return value if isinstance(value, str) else ""


def number_or_none(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


DEFINITION_FIELDS = (
    ("定义", "definition"),
    ("计算方法", "formula"),
    ("分子", "numerator"),
    ("分母", "denominator"),
    ("分母口径", "denominator_basis"),
    ("时期", "period_type"),
    ("所属标准", "standard"),
    ("主题", "topic"),
)


def indicator_of(row: Mapping[Any, Any]) -> Indicator:
    shown = {name: text(row[name]) for _, name in DEFINITION_FIELDS}
    codes = [code.strip() for code in shown["standard"].split(";") if code.strip()]
    shown["standard"] = "；".join(STANDARD_NAMES.get(code, code) for code in codes)
    fields = tuple((label, shown[name]) for label, name in DEFINITION_FIELDS if shown[name])
    return Indicator(
        str(row["indicator_id"]),
        str(row["area_id"]),
        str(row["name_zh"]),
        text(row["unit"]),
        text(row["stage"]).replace("；", "、"),
        text(row["statistics"]).replace("；", "、"),
        fields,
        text(row["source_id"]),
    )


def value_order(value: Value) -> tuple[Any, ...]:
    return (
        is_sample(value.region),
        value.region,
        -value.year,
        STAGE_ORDER.get(value.stage, len(STAGE_ORDER)),
        value.statistic != "数值",
        value.statistic,
        value.period,
    )
