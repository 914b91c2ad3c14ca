"""A tiny publication with one submission, written as real files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from gongbao.data import examine
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Problem
from gongbao.data.schema import COVER_FIELDS, COVER_SHEET, SUBMISSION_TABLES, TABLES

Rows = Sequence[Mapping[str, Any]]
FILE = "data/2023/990101.xlsx"

SHARED: dict[str, Rows] = {
    "regions": [
        {"region_code": "990101", "region_name": "示例县", "level": "县", "valid_from": 2000},
        {"region_code": "990102", "region_name": "示例旧县", "level": "县", "valid_to": 2015},
    ],
    "indicators": [
        _indicator
        | {
            "area_id": "finance",
            "direction": "up",
            "period_type": "年",
            "publish": "public",
            "statistics": "",
        }
        | ({"statistics": "增长率；差异系数"} if _indicator["indicator_id"] == "spend" else {})
        for _indicator in (
            {"indicator_id": "spend", "name_zh": "投入", "stage": "全部", "unit": "亿元", "kind": "amount"},
            {"indicator_id": "rate", "name_zh": "入学率", "stage": "小学；初中", "unit": "%", "kind": "rate"},
            {"indicator_id": "checks", "name_zh": "检查", "stage": "全部", "unit": "次", "kind": "count"},
            {"indicator_id": "area", "name_zh": "面积", "stage": "全部", "unit": "平方米", "kind": "amount"},
            {"indicator_id": "people", "name_zh": "人数", "stage": "全部", "unit": "人", "kind": "amount"},
        )
    ],
    "targets": [
        {
            "indicator_id": "rate",
            "statistic": "数值",
            "region_code": "*",
            "stage": "小学",
            "valid_from": 2012,
            "op": ">=",
            "value": 95,
        },
    ],
    "framework_items": [
        {"framework_id": "F", "item_id": "F0", "level": "体系", "name": "测评", "full_score": 100},
        {
            "framework_id": "F",
            "item_id": "A1",
            "parent_id": "F0",
            "level": "一级",
            "name": "甲",
            "full_score": 60,
        },
        {
            "framework_id": "F",
            "item_id": "A2",
            "parent_id": "F0",
            "level": "一级",
            "name": "乙",
            "full_score": 40,
        },
    ],
    "grade_bands": [{"framework_id": "F", "grade": "优秀", "min": 90, "order": 1}],
    "sources": [
        {"source_id": "S1", "title": "年报", "date": "2023-12"},
        {"source_id": "S2", "title": "简报"},
    ],
}

SUBMITTED: dict[str, Rows] = {
    "schools": [
        {
            "school_id": "001",
            "school_name": "示例一小",
            "stage": "小学",
            "ownership": "公办",
            "publish_name": "是",
        },
        {
            "school_id": "002",
            "school_name": "示例学校",
            "stage": "九年一贯制",
            "ownership": "公办",
            "publish_name": "否",
        },
    ],
    "school_year": [
        {
            "school_id": "001",
            "stage": "小学",
            "students": 90,
            "classes": 2,
            "cls_le45": 2,
            "cls_46_50": 0,
            "cls_51_55": 0,
            "cls_56plus": 0,
            "teachers": 6,
            "t_above_edu": 5,
            "teach_area": 450.5,
        },
        {"school_id": "002", "stage": "小学", "students": 166, "teachers": 10},
        {"school_id": "002", "stage": "初中", "students": 210, "teachers": 15},
        {"school_id": "002", "stage": "全校", "books": 23226},
    ],
    "indicator_values": [
        {"indicator_id": "spend", "stage": "全部", "value": 15.16, "unit": "亿元"},
        {"indicator_id": "rate", "stage": "小学", "value": 99.5, "unit": "%"},
        {"indicator_id": "checks", "stage": "全部", "value": 2621, "source_id": "S2"},
        {"indicator_id": "area", "stage": "全部"},
    ],
    "evaluations": [
        {
            "eval_id": "E1",
            "framework_id": "F",
            "object_type": "县",
            "object_id": "990101",
            "step": "自评",
            "date": "2023-12-31",
            "total": 98,
            "grade": "优秀",
        },
    ],
    "eval_scores": [
        {"eval_id": "E1", "item_id": "A1", "score": 59, "deduction": 1, "reason": "一项基本达到"},
        {"eval_id": "E1", "item_id": "A2", "score": 39, "deduction": 1, "reason": "一项未达到"},
    ],
    "sources": [],
}
COVER = {"region_code": "990101", "year": 2023, "office": "示例县人民政府教育督导室", "source_id": "S1"}


class Publication:
    """Writes files and reads them back. `edit` gets the workbook before it is saved."""

    shared, submitted, cover = SHARED, SUBMITTED, COVER

    def __init__(self, root: Path) -> None:
        self.root, self.data = root, root / "data"

    def share(self, **tables: Rows) -> None:
        self.data.mkdir(exist_ok=True)
        for name, rows in {**SHARED, **tables}.items():
            self.csv(f"data/{name}.csv", name, rows)

    def csv(self, name: str, table: str, rows: Rows, encoding: str = "utf-8") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = [c for c in TABLES[table].columns if not (c.implied and table in SUBMISSION_TABLES)]
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file)
            writer.writerow([c.label for c in columns])
            writer.writerows([[row.get(c.name, "") for c in columns] for row in rows])
        return path

    def submit(
        self,
        edit: Callable[[Workbook], object] | None = None,
        *,
        name: str = FILE,
        cover: Mapping[str, Any] | None = None,
        **tables: Rows,
    ) -> Path:
        book = Workbook()
        sheet = book.active
        sheet.title = COVER_SHEET
        sheet["A1"] = "督导公报填报表"
        for row, (field, label) in enumerate(COVER_FIELDS.items(), 2):
            sheet.cell(row, 1, label)
            sheet.cell(row, 2, (COVER if cover is None else cover).get(field))
        for table_name, rows in {**SUBMITTED, **tables}.items():
            table = TABLES[table_name]
            sheet = book.create_sheet(table.label)
            columns = [c for c in table.columns if not c.implied]
            sheet["A1"] = table.label
            for index, column in enumerate(columns, 1):
                sheet.cell(2, index, column.label)
                sheet.cell(3, index, "单位：" if index == 1 else column.unit)
                for row, record in enumerate(rows, 4):
                    sheet.cell(row, index, record.get(column.name))
        if edit is not None:
            edit(book)
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    def examine(self) -> tuple[Dataset, list[Problem]]:
        return examine(self.root, self.data)

    def problems(self) -> list[tuple[str, str, str | None]]:
        """(severity, code, cell) of every problem; its text must name file, sheet and cell."""
        return self.shown(self.examine()[1])

    @staticmethod
    def shown(found: Sequence[Problem]) -> list[tuple[str, str, str | None]]:
        for problem in found:
            place, text = problem.place, str(problem)
            assert place.file in text
            assert not place.sheet or place.sheet in text
            assert not place.cell or place.cell in text
            assert any("一" <= character <= "鿿" for character in problem.message)
        return [(p.severity, p.code, p.place.cell) for p in found]

    def changed(
        self, sheet: str, cells: Mapping[str, Any]
    ) -> tuple[Dataset, list[tuple[str, str, str | None]]]:
        """The clean submission with some cells of one sheet replaced."""

        def edit(book: Workbook) -> None:
            for cell, value in cells.items():
                book[sheet][cell] = value

        self.submit(edit)
        dataset, problems = self.examine()
        return dataset, self.shown(problems)
