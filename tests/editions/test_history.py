"""One file for each indicator: all years and places, marked, and kept up to date one edition at a time."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from frictionless import validate

from gongbao.editions.history import history_files
from gongbao.editions.state import Wish
from gongbao.editions.tree import Tree
from gongbao.editions.withdraw import withdraw_edition
from published_trees import COUNTY, NEW, OLD, REAL, Place, PublishedTree, county, example, value

SERIES = "history/indicators/per_pupil_budget.csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    """2019 r1, 2020 r1 and r2, 2021 r1: see `published_trees.example`."""
    return example(tmp_path_factory.mktemp("history"))


@pytest.fixture
def own(published: PublishedTree, tmp_path: Path) -> PublishedTree:
    """A copy that a test may change."""
    shutil.copytree(published.root, tmp_path / "tree")
    return PublishedTree(tmp_path / "tree", published.publication, tmp_path / "scratch")


def rows(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")  # Excel opens it as UTF-8
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def lines(tree: PublishedTree) -> list[tuple[str, ...]]:
    wanted = ("年度", "区划代码", "地区", "数值", "修订版", "标记", "前身代码")
    return [tuple(row[name] for name in wanted) for row in rows(tree.root / SERIES)]


def test_one_file_has_all_years_and_places_of_an_indicator(published: PublishedTree) -> None:
    assert lines(published) == [
        ("2019", REAL, "平昌县", "11648.78", "r1", "", ""),
        ("2019", COUNTY, "示例甲县", "8000", "r1", "", ""),
        ("2019", OLD, "示例己县", "9001", "r1", "", ""),
        ("2020", COUNTY, "示例甲县", "7900", "r2", "已更正", ""),  # 8100 in r1
        ("2020", OLD, "示例己县", "9100", "r2", "", ""),
        ("2021", COUNTY, "示例甲县", "8200", "r1", "口径变化", ""),
        ("2021", NEW, "示例己区", "9200", "r1", "口径变化；区划变更", OLD),
    ]


def test_every_line_tells_its_unit_source_and_place_by_itself(published: PublishedTree) -> None:
    first = rows(published.root / SERIES)[0]
    assert (first["学段"], first["统计量"], first["单位"], first["显示"]) == (
        "小学",
        "数值",
        "元",
        "11648.78元",
    )
    assert (first["来源"], first["指标"]) == ("统计表", "生均一般公共预算教育经费")
    assert first["出处"] == "data/2019/x.xlsx 工作表“指标数据” 单元格 C5"


def test_the_index_names_years_and_the_definitions_stand_edition_by_edition(published: PublishedTree) -> None:
    assert rows(published.root / "history/index.csv") == [
        {
            "指标代码": "per_pupil_budget", "指标": "生均一般公共预算教育经费", "指标领域": "经费与专项资金",
            "单位": "元", "数值年度": "2019；2020；2021", "地区数": "4", "行数": "7",
            "文件": "indicators/per_pupil_budget.csv",
        }
    ]  # fmt: skip
    found = {
        r["年度"]: (r["修订版"], r["计算方法"], r["依据"])
        for r in rows(published.root / "history/definitions.csv")
    }
    assert found == {
        "2019": ("r1", "经费÷年平均在校生数", "统计表"),
        "2020": ("r2", "经费÷年平均在校生数", "统计表"),
        "2021": ("r1", "经费÷期初在校生数", "统计表"),
    }


def test_frictionless_accepts_the_package_and_its_keys(published: PublishedTree) -> None:
    report = validate(published.root / "history" / "datapackage.json")
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])
    assert len(report.tasks) == 3


def test_frictionless_sees_a_line_that_stands_twice(own: PublishedTree) -> None:
    path = own.root / SERIES
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[1])
    report = validate(own.root / "history" / "datapackage.json")
    assert "primary-key" in [error[0] for error in report.flatten(["type"])]


def everything(tree: PublishedTree) -> dict[str, bytes]:
    return dict(history_files(tree.tree, tree.publication))


def on_disk(tree: PublishedTree) -> dict[str, bytes]:
    """The history's own files, without the counties' pages beside them."""
    folder = tree.root / "history"
    found = [*folder.glob("indicators/*.csv"), folder / "index.csv", folder / "definitions.csv"]
    return {f"/history/{p.relative_to(folder).as_posix()}": p.read_bytes() for p in found} | {
        "/history/datapackage.json": (folder / "datapackage.json").read_bytes()
    }


def test_edition_by_edition_gives_what_all_at_once_gives(published: PublishedTree) -> None:
    assert everything(published) == on_disk(published)


def test_a_release_reads_its_own_edition_only(own: PublishedTree) -> None:
    """Other editions may be out of reach, and of its own the revisions between the first and the last."""
    own.release(2020, {COUNTY: county(7950.0, 2020)}, date="2022-05-01", reason="再次核对")
    before = on_disk(own)
    for gone in ("2019/r1/snapshot", "2021/r1/snapshot", "2020/r2/snapshot"):
        shutil.rmtree(own.root / gone)
    assert dict(history_files(own.tree, own.publication, 2020)) == before


def test_a_third_revision_replaces_the_lines_of_its_edition_alone(own: PublishedTree) -> None:
    more = Place("示例甲县", values=(value(2020, 8100.0), value(2020, 9500.0, stage="初中")))
    own.release(2020, {COUNTY: more}, date="2022-05-01", reason="再次核对")
    found = [line for line in lines(own) if line[0] == "2020"]
    assert found == [
        ("2020", COUNTY, "示例甲县", "8100", "r3", "", ""),  # what r1 said, after all
        ("2020", COUNTY, "示例甲县", "9500", "r3", "增补", ""),
    ]
    assert {line[0] for line in lines(own)} == {"2019", "2020", "2021"}
    assert everything(own) == on_disk(own)


def withdraw(tree: PublishedTree, year: int, revision: int = 0) -> None:
    day = date(2022, 6, 1)
    withdraw_edition(tree.publication, Wish(year, day, day, "数据来源有误"), tree.root, revision=revision)


def test_a_withdrawn_edition_is_left_out_and_the_next_year_follows_the_one_before(own: PublishedTree) -> None:
    withdraw(own, 2020)
    assert [line[:4] for line in lines(own)] == [
        ("2019", REAL, "平昌县", "11648.78"),
        ("2019", COUNTY, "示例甲县", "8000"),
        ("2019", OLD, "示例己县", "9001"),
        ("2021", COUNTY, "示例甲县", "8200"),
        ("2021", NEW, "示例己区", "9200"),
    ]
    assert lines(own)[-1][5] == "口径变化；区划变更"
    assert {row["年度"] for row in rows(own.root / "history/definitions.csv")} == {"2019", "2021"}
    assert everything(own) == on_disk(own)


def test_a_withdrawn_revision_gives_way_to_the_one_before(own: PublishedTree) -> None:
    withdraw(own, 2020, 2)
    assert ("2020", COUNTY, "示例甲县", "8100", "r1", "", "") in lines(own)
    assert everything(own) == on_disk(own)


def test_an_indicator_without_any_line_keeps_its_address(own: PublishedTree) -> None:
    for year in (2019, 2020, 2021):
        withdraw(own, year)
    assert lines(own) == [] and (own.root / SERIES).read_text("utf-8-sig").startswith("年度,区划代码,地区")
    (entry,) = rows(own.root / "history/index.csv")
    assert (entry["指标"], entry["数值年度"], entry["行数"]) == ("生均一般公共预算教育经费", "", "0")
    assert validate(own.root / "history" / "datapackage.json").valid


def test_a_missing_number_stays_missing_with_its_reason(own: PublishedTree) -> None:
    own.release(2022, {COUNTY: Place("示例甲县", values=(value(2022, None),))}, date="2023-03-30")
    last = rows(own.root / SERIES)[-1]
    assert (last["数值"], last["显示"], last["缺失原因"]) == ("", "未报", "未报")
    assert validate(own.root / "history" / "datapackage.json").valid


def test_an_older_tree_without_a_history_gets_a_whole_one(own: PublishedTree) -> None:
    before = on_disk(own)
    shutil.rmtree(own.root / "history")
    assert dict(history_files(Tree(own.root), own.publication, 2021)) == before
