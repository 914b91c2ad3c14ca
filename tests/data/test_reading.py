"""A clean publication reads without a problem, with the right types, order and places."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pytest

from gongbao.data import examine, examine_submission, read_dataset
from gongbao.data.empty import empty_table
from gongbao.data.problems import DataError, Place
from gongbao.data.schema import SUBMISSION_TABLES, TABLES


def test_clean_publication(publication) -> None:
    path = publication.submit()
    dataset = read_dataset(publication.root, publication.data)
    assert dataset.warnings == ()
    for name, frame in dataset.tables.items():
        wanted = empty_table(name)
        assert list(frame.columns) == list(wanted.columns)
        # Texts of submissions are objects, which stand together in one block (docs/decisions.md).
        kinds = [
            str(t).replace("str", "object") if name in SUBMISSION_TABLES else str(t) for t in wanted.dtypes
        ]
        assert [str(t) for t in frame.dtypes] == kinds, name
    assert dataset.submissions() == [("990101", 2023)]
    assert dataset.digests["data/2023/990101.xlsx"] == hashlib.sha256(path.read_bytes()).hexdigest()
    values = dataset.table("indicator_values", "990101", 2023)
    assert values["value"].tolist() == [15.16, 99.5, 2621.0]  # 面积 was listed but not filled in
    assert values["source_id"].tolist() == ["S1", "S1", "S2"]
    assert values["statistic"].tolist() == ["数值"] * 3
    assert values["unit"].tolist() == ["亿元", "%", "次"]
    assert values["_row"].tolist() == [4, 5, 6]
    assert math.isnan(values["numerator"].iloc[0])


def test_places_and_order(publication) -> None:
    publication.submit()
    dataset, _ = publication.examine()
    row = dataset.table("school_year").iloc[3]
    assert (row["school_id"], row["stage"], row["books"]) == ("002", "全校", 23226.0)
    assert dataset.place(row, "students") == Place("data/2023/990101.xlsx", "学校年度", "C7")
    region = dataset.table("regions").iloc[1]
    assert dataset.place(region, "level") == Place("data/regions.csv", None, "F3")
    assert list(dataset.covers.columns) == ["region_code", "year", "office", "source_id", "note", "_file"]


def _school_rows(publication, filled: int, empty: int) -> None:
    numbers = [f"S{i}" for i in range(filled + empty)]
    school = {"stage": "小学", "ownership": "公办", "publish_name": "是"}
    publication.submit(
        schools=[school | {"school_id": n, "school_name": f"示例{n}"} for n in numbers],
        school_year=[
            {"school_id": n, "stage": "小学"} | ({"students": 90} if i < filled else {})
            for i, n in enumerate(numbers)
        ],
    )


def test_school_without_numbers_keeps_its_row(publication) -> None:
    _school_rows(publication, filled=2, empty=1)
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.table("school_year")["students"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(("empty", "cells"), [(3, ["A6", "A7", "A8"]), (12, ["A6"])])
def test_rows_that_a_template_listed_and_nobody_filled_in(publication, empty, cells) -> None:
    _school_rows(publication, filled=2, empty=empty)
    assert publication.problems() == [("warning", "not-reported", cell) for cell in cells]


def test_a_form_that_nobody_filled_in(publication) -> None:
    publication.submit(schools=[], school_year=[], indicator_values=[], evaluations=[], eval_scores=[])
    assert publication.problems() == [("warning", "nothing-filled", None)]


def test_csv_folder_reads_like_a_workbook(publication) -> None:
    publication.submit()
    before, _ = publication.examine()
    (publication.root / "data/2023/990101.xlsx").unlink()
    for name, rows in publication.submitted.items():
        publication.csv(f"data/2023/990101/{TABLES[name].label}.csv", name, rows, "gbk")
    (publication.root / "data/2023/990101/封面.csv").write_text("年度,2023\n默认来源编号,S1\n", "utf-8-sig")
    after, problems = publication.examine()
    assert problems == []
    for name in publication.submitted:
        origin = ["_file", "_sheet", "_row"]
        assert before.tables[name].drop(columns=origin).equals(after.tables[name].drop(columns=origin)), name


def test_own_sources_of_a_submission(publication) -> None:
    publication.submit(
        sources=[{"source_id": "X1", "title": "本县文件"}],
        indicator_values=[{"indicator_id": "checks", "stage": "全部", "value": 3, "source_id": "X1"}],
    )
    dataset, problems = publication.examine()
    assert problems == []
    sources = dataset.tables["sources"]
    assert sources["region_code"].fillna("").tolist() == ["", "", "990101"]


def test_examine_is_repeatable(publication) -> None:
    publication.submit(lambda book: book["学校年度"].__setitem__("C4", "abc"))
    first, problems = publication.examine()
    second, again = publication.examine()
    assert problems == again
    assert first.fingerprint("school_year") == second.fingerprint("school_year")


def test_read_dataset_raises_every_problem_at_once(publication) -> None:
    publication.submit(lambda book: [book["学校年度"].__setitem__(c, "abc") for c in ("C4", "I5")])
    (publication.root / "data/2023/990102.xlsx").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        read_dataset(publication.root, publication.data)
    assert {(p.code, p.place.cell) for p in caught.value.errors} == {
        ("empty-file", None), ("not-a-number", "C4"), ("not-a-number", "I5"),
    }  # fmt: skip


def test_check_of_a_file_that_was_just_received(publication, tmp_path: Path) -> None:
    publication.submit()
    other = publication.submit(lambda book: book["学校年度"].__setitem__("C4", -1), name="收到/平县报表.xlsx")
    outside = tmp_path.parent / f"{tmp_path.name}-elsewhere.xlsx"
    other.rename(outside)
    dataset, problems = examine_submission(publication.root, publication.data, outside)
    assert [(p.code, p.place.cell) for p in problems] == [("negative", "C4")]
    assert problems[0].place.file == outside.name
    assert set(dataset.table("school_year")["_file"]) == {outside.name}  # it takes the old one's place
    outside.unlink()


def test_a_file_of_the_data_folder_is_checked_against_its_place(publication) -> None:
    """Last year's form, copied into this year's folder."""
    path = publication.submit(name="data/2024/990101.xlsx")
    problems = examine_submission(publication.root, publication.data, path)[1]
    assert [(p.code, p.place.cell) for p in problems] == [("cover-mismatch", "B3")]


def test_check_of_a_folder_of_csv_files(publication, tmp_path: Path) -> None:
    values = [{"indicator_id": "spend", "stage": "全部", "value": "很多", "source_id": "S1"}]
    for place in ("data/2023/990101", "收到"):
        publication.csv(f"{place}/指标数据.csv", "indicator_values", values)
        (publication.root / place / "封面.csv").write_text("行政区划代码,990101\n年度,2023\n", "utf-8-sig")
        problems = examine_submission(publication.root, publication.data, publication.root / place)[1]
        assert [(p.code, p.place.file) for p in problems if p.severity == "error"] == [
            ("not-a-number", f"{place}/指标数据.csv")
        ]


def test_an_empty_folder_is_not_a_submission(publication) -> None:
    (publication.data / "2023/990101").mkdir(parents=True)
    assert publication.problems() == [("warning", "empty-folder", None)]


def test_received_file_must_say_what_it_is_for(publication) -> None:
    path = publication.submit(name="收到.xlsx", cover={"year": 2023})
    problems = examine_submission(publication.root, publication.data, path)[1]
    assert [(p.code, p.place.cell) for p in problems] == [("cover-empty", "B2")]


def test_missing_folder_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="没有数据文件夹"):
        read_dataset(tmp_path, tmp_path / "data")


def test_a_file_is_checked_with_its_region_alone(publication, tmp_path: Path) -> None:
    """With all its years, but no other region's file is opened, and what was kept of those stays."""
    others = [f"9902{i:02d}" for i in range(12)]
    publication.share(
        regions=[{"region_code": c, "region_name": c, "level": "县"} for c in ("990101", *others)]
    )
    values = [{"indicator_id": "spend", "stage": "全部", "value": 1.516, "unit": "亿元"}]
    publication.submit(
        name="data/2022/990101.xlsx", cover={"year": 2022, "source_id": "S1"}, indicator_values=values
    )
    for code in others:
        publication.submit(
            name=f"data/2023/{code}.xlsx", cover={"region_code": code}, evaluations=[], eval_scores=[]
        )
    own = publication.submit()
    keep = tmp_path / "keep"
    whole = examine(publication.root, publication.data, keep=keep)[1]
    kept = {path for path in keep.glob("*/*/*") if path.is_file()}
    publication.submit(cover={"region_code": "990101", "year": 2023, "source_id": "S1"})  # another office
    for code in others:
        (publication.data / f"2023/{code}.xlsx").write_bytes(b"")
    for folder in (None, keep):
        dataset, problems = examine_submission(publication.root, publication.data, own, keep=folder)
        assert dataset.submissions() == [("990101", 2022), ("990101", 2023)]
        assert not [name for name in dataset.digests if "/9902" in name]
        assert problems == [p for p in whole if p.place.file == "data/2023/990101.xlsx"]
        assert [p.code for p in problems] == ["unit-jump"]
    assert kept < {path for path in keep.glob("*/*/*") if path.is_file()}
