"""The rows a template lists beforehand: what last year's submission and the definitions lead to expect."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from gongbao.data.columns import Table
from gongbao.data.dataset import Dataset
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from gongbao.data.spreadsheet import excel_value
from gongbao.data.succession import changes_of, code_in
from gongbao.data.work import PRELISTED
from gongbao.data.work_checks import FINISHED
from gongbao.rows import row_dicts

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]
# Headers that begin so only help the person who fills in; readers pass over them.
REFERENCE_PREFIX = "（参考）"
# Topics whose "indicators" are parameters of rules or computed from school rows: nobody fills them in.
COMPUTED_TOPICS = ("规则参数", "校际综合差异系数")
NAME, ITEM_NAME, FULL_SCORE, SCHOOL = (
    REFERENCE_PREFIX + text for text in ("指标名称", "测评项名称", "满分", "学校名称")
)
# table -> columns that show last year's value beside them (None: every numeric one)
COMPARED: dict[str, tuple[str, ...] | None] = {
    "school_year": None,
    "indicator_values": ("value",),
    "eval_scores": ("score",),
    "funds": ("budget", "received", "paid"),
    "projects": ("stage", "invest_done"),
    "staffing": ("value",),
    "surveys": ("issued", "valid", "satisfied"),
    "tasks": ("target",),
}
Key = tuple[str, ...]
_COUNTY = "县"


def row_key(table: Table, record: Mapping[str, Any]) -> Key:
    """A row's key within its submission, with the defaults an empty cell stands for."""
    defaults = {"statistic": "数值"}
    names = [k for k in table.key if not table.column(k).implied]
    return tuple(str(excel_value(table.column(k), record.get(k)) or defaults.get(k, "")) for k in names)


def records(rows: Rows) -> list[dict[str, Any]]:
    """Rows as dicts, without the columns that say where a dataset's row came from."""
    if isinstance(rows, pd.DataFrame):
        rows = [{str(k): v for k, v in r.items() if not str(k).startswith("_")} for r in row_dicts(rows)]
    return [dict(row) for row in rows]


def last_year(dataset: Dataset, region: str, year: int) -> dict[str, dict[Key, dict[str, Any]]]:
    """Compared table -> key -> last year's row; evaluations under the id they have this year."""
    found = {}
    for name in COMPARED:
        table = TABLES[name]
        rows = _last_rows(dataset, name, region, year)
        for row in rows:
            for code in ("eval_id", "task_id"):
                if code in row:
                    row[code] = _this_year(row[code], year)
        found[name] = {row_key(table, row): row for row in rows}
    return found


def _last_rows(dataset: Dataset, table: str, region: str, year: int) -> list[dict[str, Any]]:
    """Last year's rows of the region; of a region with a new code those of its former one, under the new."""
    code = code_in(changes_of(dataset), region, year - 1)
    rows = records(dataset.table(table, code, year - 1))
    if code != region:
        for row in rows:
            if "eval_id" in row:
                row["eval_id"] = row["eval_id"].replace(code, region)
            if row.get("object_id") == code:  # the county itself; schools keep their ids
                row["object_id"] = region
    return rows


def _this_year(eval_id: str, year: int) -> str:
    """Last year's evaluation id made this year's: 990101-2022-ZP -> 990101-2023-ZP."""
    old, new = str(year - 1), str(year)
    return eval_id.replace(old, new) if old in eval_id else f"{eval_id}-{new}"


def expected_rows(
    dataset: Dataset, region: str, year: int, statistics: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    schools = _last_rows(dataset, "schools", region, year)
    names = {s["school_id"]: s["school_name"] for s in schools}
    stages = _last_rows(dataset, "school_year", region, year)
    evaluations = _expected_evaluations(dataset, region, year)
    held_before = any(_of_county(row) for row in _last_rows(dataset, "evaluations", region, year))
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SUBMISSION_TABLES}
    return rows | {
        "schools": schools,
        "school_year": [
            {"school_id": r["school_id"], "stage": r["stage"], SCHOOL: names.get(r["school_id"])}
            for r in stages
        ],
        "indicator_values": _expected_values(dataset, statistics, _reported(dataset, region, year)),
        # without last year's, a listed row would look like an evaluation that was held
        "evaluations": evaluations if held_before else [],
        "eval_scores": _expected_scores(dataset, region, year, evaluations),
        **_expected_work(dataset, region, year),
    }


# An open rectification goes on as it is, whether or not anything is added to it.
_CARRIED = ("rect_id", "finding_id", "finding_year", "unit", "measure", "mode", "issued", "deadline",
            "extended_to", "reminders", "notice_no")  # fmt: skip


def _expected_work(dataset: Dataset, region: str, year: int) -> dict[str, list[dict[str, Any]]]:
    """What is carried over: rectifications that are still open, projects that aren't finished, and what was
    planned, funded, counted and asked last year. A task's id is this year's; a problem keeps its own."""
    rows = {}
    for name, columns in {"rectifications": _CARRIED, **PRELISTED}.items():
        last = [row for row in _last_rows(dataset, name, region, year) if _goes_on(name, row)]
        rows[name] = [{column: row[column] for column in columns} for row in last]
    for row in rows["rectifications"]:
        if row["finding_year"] != row["finding_year"]:  # last year's own
            row["finding_year"] = year - 1
    for row in rows["tasks"]:
        row["task_id"] = _this_year(row["task_id"], year)
    for name in ("staffing", "surveys", "funds"):  # one listed for two periods is listed once
        rows[name] = list({row_key(TABLES[name], row): row for row in rows[name]}.values())
    return rows


def _goes_on(table: str, row: Mapping[str, Any]) -> bool:
    if table == "rectifications":
        return not isinstance(row["closed"], str) or row["recheck_result"] == "不合格"
    if table == "projects":
        return row["stage"] not in FINISHED
    return True


def _reported(dataset: Dataset, region: str, year: int) -> set[str]:
    """Indicators that the region reported last year."""
    return {row["indicator_id"] for row in _last_rows(dataset, "indicator_values", region, year)}


def _expected_values(
    dataset: Dataset, statistics: Collection[str], reported: Collection[str]
) -> list[dict[str, Any]]:
    """The indicators every county is asked for, and those that this one reported last year."""
    rows = []
    for record in records(dataset.table("indicators")):
        if record["topic"] in COMPUTED_TOPICS:
            continue
        asked = record["publish"] == "public" and record["listed"] != 0
        if not asked and record["indicator_id"] not in reported:
            continue
        extra = _split(record["statistics"])
        for stage in _split(record["stage"]):
            for statistic in ["数值", *extra]:
                if statistic not in statistics:
                    continue
                unit = {"数值": record["unit"], "增长率": "%"}.get(statistic)
                rows.append({"indicator_id": record["indicator_id"], "stage": stage, "statistic": statistic,
                             "unit": unit, NAME: record["name_zh"]})  # fmt: skip
    return rows


def _split(text: Any) -> list[str]:
    return [p for p in re.split(r"[；;]", text) if p] if isinstance(text, str) else []


def _expected_evaluations(dataset: Dataset, region: str, year: int) -> list[dict[str, Any]]:
    """Last year's evaluations of the county again, or a self-evaluation under each framework used in the same
    city. Schools, kindergartens and towns take turns: who was evaluated last year isn't asked for again."""
    kept = ("framework_id", "object_type", "object_id", "step")
    last = [row for row in _last_rows(dataset, "evaluations", region, year) if _of_county(row)]
    if last:
        return [{k: r[k] for k in kept} | {"eval_id": _this_year(r["eval_id"], year)} for r in last]
    used = dataset.table("evaluations")
    used = used[
        used["region_code"].astype("str").str.startswith(region[:4]) & (used["object_type"] == _COUNTY)
    ]
    frameworks = sorted(set(used["framework_id"]) or set(dataset.table("framework_items")["framework_id"]))
    return [
        {"eval_id": f"{region}-{year}-ZP" + (f"-{framework}" if len(frameworks) > 1 else ""),
         "framework_id": framework, "object_type": "县", "object_id": region, "step": "自评"}
        for framework in frameworks
    ]  # fmt: skip


def _of_county(evaluation: Mapping[str, Any]) -> bool:
    return bool(evaluation["object_type"] == _COUNTY)


def _expected_scores(
    dataset: Dataset, region: str, year: int, evaluations: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    items = dataset.table("framework_items")
    last = _last_rows(dataset, "eval_scores", region, year)
    rows = []
    for evaluation in evaluations:
        own = items[
            (items["framework_id"] == evaluation["framework_id"]) & items["level"].isin(["一级", "二级"])
        ]
        if last:  # the levels that were scored last year
            own = own[own["item_id"].isin({row["item_id"] for row in last})]
        for item in records(own):
            rows.append({"eval_id": evaluation["eval_id"], "item_id": item["item_id"],
                         ITEM_NAME: item["name"], FULL_SCORE: _number(item["full_score"])})  # fmt: skip
    return rows


def _number(value: Any) -> Any:
    return excel_value(TABLES["framework_items"].column("full_score"), value)
