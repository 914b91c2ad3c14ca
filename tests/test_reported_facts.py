"""Every fact of the source documents is in the data: at its place and year, with its words and its source.

`reported_facts.csv` beside this file lists the 326 facts as they were collected from the documents
(place, topic, metric, value, unit, quote), where each stands in the data (table, column, row), and the
qualifier that goes with the number. Facts tagged 高考(仅内部) and 高校服务 are kept for the office alone.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gongbao.data import examine
from gongbao.data.dataset import Dataset

ROOT = Path(__file__).resolve().parents[1]
FACTS = list(csv.DictReader((Path(__file__).with_name("reported_facts.csv")).open(encoding="utf-8")))
ROW_ID = {
    "indicator_values": "indicator_id",
    "staffing": "kind",
    "inspections": "insp_id",
    "training": "training_id",
    "tasks": "task_id",
}
# What a count of an inspection or a training is measured in; the other tables have a column for it.
FIXED_UNITS = {
    "people": "人", "teams": "个", "schools_n": "所", "kg_n": "所", "towns_n": "个", "sessions": "班次",
    "persons": "人", "person_times": "人次", "hours": "学时",
}  # fmt: skip
EXAMS, NOT_COUNTY = "高考(仅内部)", "高校服务"
MULTIPLES = {"亿": Decimal(10**8), "万": Decimal(10**4)}
# Words for the same thing: persons, bodies, yearly amounts of money.
SAME = {"名": "人", "家": "个", "所": "个", "期": "班次", "个专业": "个", "元/年": "元", "元/生·年": "元",
        "%或百分点(原文歧义)": "%或百分点"}  # fmt: skip


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return examine(ROOT, ROOT / "data")[0]


def in_base_unit(value: Any, unit: str) -> tuple[Decimal, str]:
    """2.2 亿元 -> (220000000, 元); 17 所 -> (17, 个)."""
    multiple = MULTIPLES.get(unit[0], Decimal(1))
    base = unit[1:] if unit[0] in MULTIPLES else unit
    return Decimal(str(value)) * multiple, SAME.get(base, base)


def row_of(dataset: Dataset, fact: dict[str, str]) -> pd.Series:
    frame = dataset.table(fact["table"], fact["region"], int(fact["year"]))
    frame = frame[frame[ROW_ID[fact["table"]]] == fact["row"]]
    for column in ("stage", "statistic", "period"):
        if column in frame and (fact[column] or column == "period"):
            frame = frame[frame[column].fillna("") == fact[column]]
    assert len(frame) == 1, f"{fact['place']} {fact['metric']}: {len(frame)} rows"
    return frame.iloc[0]


def plain(text: str) -> str:
    """Words without the marks that copies of a document set differently."""
    return re.sub(r"[\s，,、“”\"]", "", text)


def label(fact: dict[str, str]) -> str:
    return "-".join((fact["place"], fact["metric"], fact["stage"] or fact["column"]))


@pytest.mark.parametrize("fact", FACTS, ids=label)
def test_fact_is_in_the_data(dataset: Dataset, fact: dict[str, str]) -> None:
    row = row_of(dataset, fact)
    unit = FIXED_UNITS.get(fact["column"]) or row["unit"]
    if unit != unit:
        unit = "%"
    assert in_base_unit(f"{row[fact['column']]:.10g}", unit) == in_base_unit(fact["value"], fact["unit"])
    qualifier = row["qualifier"] if isinstance(row["qualifier"], str) else ""
    if fact["column"] != "sessions":  # a training's qualifier goes with its persons
        assert qualifier == fact["qualifier"]
    assert row["source_id"] == fact["source_id"]
    # a collected quote may leave words out (“...”); what it keeps stands in the data in the same order
    kept = [plain(part) for part in fact["quote"].split("...")]
    assert re.search(".*".join(map(re.escape, kept)), plain(row["quote"])), (kept, row["quote"])


def test_each_fact_stands_in_one_table_only() -> None:
    assert len({(f["place"], f["topic"], f["metric"], f["value"]) for f in FACTS}) == 326
    places = Counter((f["region"], f["year"], f["table"], f["column"], f["row"], f["stage"], f["statistic"],
                      f["period"]) for f in FACTS)  # fmt: skip
    assert max(places.values()) == 1
    # one fact of 晋江 gives a standard for kindergartens, senior schools and vocational schools at once
    several = Counter((f["metric"], f["value"], f["quote"]) for f in FACTS)
    assert [key[0] for key, n in several.items() if n > 1] == ["生均公用经费-幼儿园高中中职"]


def test_examination_results_are_internal_and_nothing_else_is_but_what_is_no_county_matter(
    dataset: Dataset,
) -> None:
    publish = dataset.tables["indicators"].set_index("indicator_id")["publish"]
    definition = dataset.tables["indicators"].set_index("indicator_id")["definition"]
    values = [f for f in FACTS if f["table"] == "indicator_values"]
    internal = {(f["place"], f["metric"]) for f in values if publish[f["row"]] == "internal"}
    exams = {(f["place"], f["metric"]) for f in FACTS if f["topic"] == EXAMS}
    others = {(f["place"], f["metric"]) for f in FACTS if f["topic"] == NOT_COUNTY}
    assert len(exams) == 20
    assert len(others) == 3
    assert internal == exams | others
    for fact in FACTS:
        if fact["topic"] == EXAMS:
            assert fact["table"] == "indicator_values"
        if fact["topic"] == NOT_COUNTY:
            assert definition[fact["row"]] == "不属县级教育督导范围，只存不列"


def test_what_documents_hide_is_missing_and_not_zero(dataset: Dataset) -> None:
    values = dataset.table("indicator_values", "980001", 2015)
    masked = values[values["missing_code"] == "隐去"]
    assert masked["value"].isna().all()
    # 小学到校x人…流失率达x.3%；初中…x.44%；高中到校x人,未到校x人,流失率达x.84%；项目总投资x.81万元
    assert Counter(masked["indicator_id"]) == {
        "pupils_present": 3, "dropout_rate": 3, "pupils_absent": 1, "project_investment_planned": 1,
    }  # fmt: skip
    degrees = dataset.table("staffing", "980001", 2015)
    assert degrees["missing_code"].tolist() == ["隐去"] * 3 and degrees["value"].isna().all()


@pytest.mark.parametrize(
    ("region", "year"), [("433127", 2012), ("980002", 2012), ("430124", 2010), ("340422", 2021)]
)
def test_a_hidden_year_is_said_on_every_value_and_on_the_cover(
    dataset: Dataset, region: str, year: int
) -> None:
    assert set(dataset.table("indicator_values", region, year)["period"]) == {"原文未注年份"}
    cover = dataset.covers[dataset.covers["region_code"] == region]
    assert f"原文隐去年份，暂列{year}年度：" in cover["note"].item()


def test_parts_that_documents_give_add_up_to_their_totals_but_one(dataset: Dataset) -> None:
    indicators = dataset.tables["indicators"]
    sums: dict[str, tuple[float, float]] = {}
    for total, region, year in (
        ("schools_assessed", "610200", 2012), ("public_schools_total", "510725", 2020),
        ("training_team", "510725", 2020), ("training_books", "510725", 2020),
        ("linked_units", "340422", 2021), ("monitoring_schools", "340422", 2021),
        ("building_projects", "350582", 2015), ("demonstration_recheck", "430124", 2010),
    ):  # fmt: skip
        parts = indicators.loc[indicators["part_of"] == total, "indicator_id"]
        values = dataset.table("indicator_values", region, year).set_index("indicator_id")["value"]
        sums[total] = (values[total], values[parts].sum())
    assert sums == {
        "schools_assessed": (272, 78 + 112 + 82),
        "public_schools_total": (45, 7 + 38),
        "training_team": (70, 20 + 20 + 10 + 10 + 10),
        "training_books": (26, 6 + 3 + 4 + 3 + 3 + 3 + 4),
        "linked_units": (42, 25 + 17),
        "monitoring_schools": (22, 8 + 14),
        "building_projects": (134, 5 + 52 + 77),
        "demonstration_recheck": (11, 1 + 2 + 2 + 2 + 3),
    }


def test_what_does_not_add_up_in_a_document_is_explained() -> None:
    _, problems = examine(ROOT, ROOT / "data")
    answered = {(p.place.file, p.code) for p in problems if p.answer}
    assert ("data/2010/430124.xlsx", "parts-sum") in answered
    assert ("data/2019/511923.xlsx", "impossible-rate") in answered
    assert [str(p) for p in problems if p.severity == "error"] == []
