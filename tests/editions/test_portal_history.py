"""Values over the years: which one counts, and what is marked."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gongbao.editions.portal_series import Series, county_series
from gongbao.editions.portal_shelf import Shelf
from published_trees import COUNTY, NEW, OLD, Place, PublishedTree, example, make_publication, value

AREA = ("finance",)


def tree_of(root: Path) -> PublishedTree:
    return PublishedTree(root / "tree", make_publication(root / "publication"), root / "scratch")


def place(*values: dict[str, object]) -> dict[str, Place]:
    return {COUNTY: Place("示例甲县", AREA, values)}


def series(tree: PublishedTree, code: str = COUNTY) -> Series:
    shelf = Shelf(tree.tree)
    (found,) = county_series(shelf, shelf.county_revisions(code))
    return found


def shown(found: Series) -> list[tuple[int, str]]:
    return [(p.year, p.statement.shown if p.statement else "") for p in found.points]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    return example(tmp_path_factory.mktemp("history"))


def test_each_year_is_told_by_the_latest_revision_of_its_own_edition(tree: PublishedTree) -> None:
    assert shown(series(tree)) == [(2019, "8000.00元"), (2020, "7900.00元"), (2021, "8200.00元")]


def test_a_corrected_number_is_marked_with_old_and_new_and_leads_to_the_correction(
    tree: PublishedTree,
) -> None:
    point = series(tree).points[1]
    (restated,) = point.restated
    assert (restated.mark, restated.old, restated.new) == ("已更正", "8100.00元", "7900.00元")
    assert restated.page == "/2020/r2/corrections.html"
    assert restated.date == "2021-05-10"


def test_a_number_that_a_later_edition_tells_differently_is_marked(tree: PublishedTree) -> None:
    point = series(tree).points[0]
    (restated,) = point.restated
    assert (restated.mark, restated.old, restated.new) == ("改述", "8000.00元", "8050.00元")
    assert restated.page == f"/2021/r1/{COUNTY}/index.html"


def test_a_changed_definition_is_marked_in_the_year_it_changed(tree: PublishedTree) -> None:
    points = series(tree).points
    assert [bool(p.redefined) for p in points] == [False, False, True]
    assert "计算方法由“经费÷年平均在校生数”改为“经费÷期初在校生数”" in points[2].redefined
    assert "分母口径由“年平均”改为“期初”" in points[2].redefined


def test_a_place_under_two_codes_is_one_series(tree: PublishedTree) -> None:
    for code in (OLD, NEW):
        found = series(tree, code)
        assert shown(found) == [(2019, "9001.00元"), (2020, "9100.00元"), (2021, "9200.00元")]
        assert [p.recoded for p in found.points] == ["", "", f"{OLD} → {NEW}"]


def test_the_file_holds_the_same_with_codes_and_marks(tree: PublishedTree) -> None:
    data = (tree.root / f"history/{NEW}.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    assert [(r["年度"], r["行政区划代码"], r["名称"], r["数值"], r["区划变更"]) for r in rows] == [
        ("2019", OLD, "示例己县", "9001", ""),
        ("2020", OLD, "示例己县", "9100", ""),
        ("2021", NEW, "示例己区", "9200", f"{OLD} → {NEW}"),
    ]


def test_numbers_are_compared_unrounded(tmp_path: Path) -> None:
    """0.501787 and 0.501791 print alike and are still not the same number."""
    tree = tree_of(tmp_path)
    said = {"indicator": "per_pupil_budget", "unit": "", "shown": "0.50"}
    tree.release(2019, place(value(2019, 0.501787, **said)), date="2020-03-01")
    tree.release(2019, place(value(2019, 0.501791, **said)), date="2020-04-01", reason="更正")
    assert [r.mark for r in series(tree).points[0].restated] == ["已更正"]


def test_a_year_before_the_first_edition_is_taken_from_it_and_marked(tmp_path: Path) -> None:
    tree = tree_of(tmp_path)
    tree.release(2019, place(value(2018, 1.0), value(2019, 2.0)), date="2020-03-01")
    tree.release(2020, place(value(2018, 1.0), value(2019, 2.0), value(2020, 3.0)), date="2021-03-01")
    points = series(tree).points
    assert [p.from_edition for p in points] == [2019, 0, 0]
    assert [p.restated for p in points] == [(), (), ()]


def test_missing_is_neither_zero_nor_a_change_to_itself(tmp_path: Path) -> None:
    tree = tree_of(tmp_path)
    tree.release(2019, place(value(2019, None)), date="2020-03-01")
    tree.release(2020, place(value(2019, None), value(2020, 0.0)), date="2021-03-01")
    found = series(tree)
    assert shown(found) == [(2019, "未报"), (2020, "0.00元")]
    assert found.points[0].restated == ()
    tree.release(2020, place(value(2019, 0.0), value(2020, 0.0)), date="2021-04-01", reason="更正")
    (restated,) = series(tree).points[0].restated
    assert (restated.old, restated.new) == ("未报", "0.00元")


def test_a_value_that_a_revision_takes_back_or_adds_is_told(tmp_path: Path) -> None:
    tree = tree_of(tmp_path)
    junior = {"stage": "初中"}
    tree.release(2019, place(value(2019, 1.0)), date="2020-03-01")
    tree.release(2019, place(value(2019, 5.0, **junior)), date="2020-04-01", reason="学段填错")
    shelf = Shelf(tree.tree)
    primary, other = county_series(shelf, shelf.county_revisions(COUNTY))
    assert primary.points[0].statement is None
    assert [(r.old, r.new) for r in primary.points[0].restated] == [("1.00元", "不再列出")]
    assert [(r.mark, r.old, r.new) for r in other.points[0].restated] == [("增补", "没有", "5.00元")]


def test_an_area_and_indicator_page_keep_samples_apart(tree: PublishedTree) -> None:
    html = (tree.root / "history/indicators/per_pupil_budget.html").read_text("utf-8")
    real, samples = html.split("示例地区 <span", 1)
    assert "平昌县" in real and "11648.78元" in real and "8000.00元" not in real
    assert "8000.00元" in samples and "口径变化" in samples
    assert "经费÷期初在校生数" in samples  # and what changed is said below
