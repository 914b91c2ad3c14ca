"""Frames as `Dataset.table` gives them, from a few written-out rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gongbao.data.empty import empty_table

HERE = Path(__file__).parent
REGION, YEAR = "990101", 2023  # outside GB/T 2260: sample data

Frame = Callable[..., pd.DataFrame]

# 教督〔2017〕6号 (L1 to L7: 小学, 初中; coefficients ≤ 0.50, 0.45), 教督〔2012〕3号 (0.65, 0.55)
THRESHOLDS = {
    "above_required_edu_teachers_per_100": (4.2, 5.3),
    "backbone_teachers_per_100": (1, 1),
    "pe_art_teachers_per_100": (0.9, 0.9),
    "per_student_teaching_area": (4.5, 5.8),
    "per_student_sports_area": (7.5, 10.2),
    "per_student_equipment_value": (2000, 2500),
    "multimedia_rooms_per_100": (2.3, 2.4),
}
LIMITS_2017, LIMITS_2012 = (0.50, 0.45), (0.65, 0.55)


def _rows_of(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows in a table's columns and types; what a row does not name is missing."""
    empty = empty_table(table)
    frame = pd.DataFrame(rows, columns=list(empty.columns))
    return frame.drop(columns=["_file", "_sheet", "_row"]).astype(
        {name: kind for name, kind in empty.dtypes.items() if not str(name).startswith("_")}
    )


def _target(indicator_id: str, stage: str, value: float, **more: Any) -> dict[str, Any]:
    row = {"indicator_id": indicator_id, "stage": stage, "value": value, "region_code": "*", "op": ">="}
    return row | {"statistic": "数值", "valid_from": 2012, "source_id": "rule"} | more


@pytest.fixture
def targets() -> pd.DataFrame:
    rows = []
    limit = {"op": "<=", "statistic": "差异系数"}
    for place, stage in enumerate(("小学", "初中")):
        rows += [_target(name, stage, pair[place]) for name, pair in THRESHOLDS.items()]
        rows += [_target(name, stage, LIMITS_2017[place], **limit) for name in THRESHOLDS]
        rows.append(_target("composite_2012", stage, LIMITS_2012[place], **limit))
        rows.append(_target("school_rule_met_2017", stage, 6, basic_value=0.85))
    for stage, weight in (("小学", 1), ("初中", 1.1), ("高中", 1.32)):
        rows.append(_target("stage_weight", stage, weight, op="="))
    rows.append(_target("teaching_point_min_pupils", "小学", 50))
    return _rows_of("targets", rows)


@pytest.fixture
def schools() -> Frame:
    """`schools({"A": "小学", …})`: a table of schools by id and type; more columns by keyword."""

    def build(types: dict[str, str], **more: Any) -> pd.DataFrame:
        fixed = {"region_code": REGION, "year": YEAR, "ownership": "公办", "urban_rural": "乡村"}
        rows = [
            {"school_id": key, "school_name": f"示例{key}校", "stage": kind, "publish_name": 1} | fixed | more
            for key, kind in types.items()
        ]
        return _rows_of("schools", rows)

    return build


@pytest.fixture
def school_year() -> Frame:
    """`school_year(("A", "小学", {"students": 100}), …)`: yearly rows; what is not named is missing."""

    def build(*rows: tuple[str, str, dict[str, float]]) -> pd.DataFrame:
        fixed = {"region_code": REGION, "year": YEAR}
        return _rows_of(
            "school_year",
            [{"school_id": key, "stage": stage} | fixed | values for key, stage, values in rows],
        )

    return build


def _meeting(students: float, /, **changes: float) -> dict[str, float]:
    """The numbers of a stage that meets each of the seven exactly (primary thresholds)."""
    values = {
        "students": students,
        "teachers": students * 0.06,
        "t_above_edu": students * 0.042,
        "t_backbone": students * 0.01,
        "t_pe_art": students * 0.009,
        "t_mid_senior": students * 0.03,
        "teach_area": students * 5,
        "indoor_pe_area": students * 0.5,
        "sports_area": students * 7,
        "equip_value": students * 2000,
        "multimedia_rooms": students * 0.023,
        "computers": students * 0.1,
        "books": students * 20,
    }
    return {name: round(value, 6) for name, value in values.items()} | changes


@pytest.fixture
def meeting() -> Callable[..., dict[str, float]]:
    return _meeting


@pytest.fixture
def rows_of() -> Frame:
    return _rows_of


@pytest.fixture
def target() -> Callable[..., dict[str, Any]]:
    return _target


@pytest.fixture(scope="session")
def published() -> pd.DataFrame:
    """Published county means, standard deviations and coefficients; the source stands in each row."""
    return pd.read_csv(HERE / "published_coefficients.csv")
