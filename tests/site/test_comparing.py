"""Counties beside each other on the sample's numbers: an indicator's page, tiles, and a county's own page."""

from __future__ import annotations

import csv
import io
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gongbao.data import Dataset
from gongbao.present.multiples import Mark, mini, scale_of
from gongbao.publication import open_publication
from gongbao.site import reference
from gongbao.site.beside import beside_pages, peers_of
from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import Group, group_places
from gongbao.site.layout import Page, whole
from gongbao.site.observed import Series, observe, rows_of
from gongbao.site.reading import ReportSummary
from gongbao.site.tiles import City, Tile, cities, short_name
from gongbao.workbooks import load_workbooks, plan_reports
from publications import ROOT

ENROLMENT = "preschool_3y_gross_enrolment"
Observed = Mapping[str, Sequence[Series]]


@pytest.fixture(scope="module")
def catalogue(sample_dataset: Dataset) -> Catalogue:
    """The sample as its lists know it, without what its reports found."""
    workbooks = load_workbooks(ROOT / "workbooks")
    reports = [
        ReportSummary(key.year, key.region, key.area, "0" * 64)
        for key in plan_reports(sample_dataset, workbooks)
    ]
    plan: dict[tuple[int, str], tuple[str, ...]] = {}
    for report in reports:
        place = report.year, report.region
        plan[place] = (*plan.get(place, ()), report.area)
    return Catalogue(sample_dataset, reports, plan, workbooks)


@pytest.fixture(scope="module")
def root(catalogue: Catalogue) -> Group:
    return group_places(catalogue)


@pytest.fixture(scope="module")
def observed(catalogue: Catalogue, root: Group) -> Observed:
    return observe(catalogue, root)


@pytest.fixture(scope="module")
def beside(catalogue: Catalogue, root: Group, observed: Observed) -> dict[str, Page]:
    return {page.address: page for page in beside_pages(catalogue, root, observed)}


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def indicator(catalogue: Catalogue, root: Group, observed: Observed, id: str) -> Page:
    return reference.indicator_page(catalogue, catalogue.indicators[id], root, observed[id])


def test_a_year_is_put_into_bands_in_the_order_of_the_codes(
    catalogue: Catalogue, root: Group, observed: Observed
) -> None:
    page = indicator(catalogue, root, observed, ENROLMENT)
    assert "2023年8个县（市、区）中，达标3个，未达标4个，没有可比的数据1个。标准≥90%。" in page.body
    codes = re.findall(r'<li class="gb-tile gb-(\w+)" data-r="(\d{6})"', page.body)
    assert codes == [
        ("none", "511923"), ("pass", "990101"), ("pass", "990102"), ("fail", "990103"), ("fail", "990104"),
        ("fail", "990105"), ("pass", "990106"), ("fail", "990107"),
    ]  # fmt: skip
    assert "第1名" not in page.body and "排名" not in words(page.body).replace("不排名次", "")


def test_a_tile_says_its_band_in_words_and_leads_to_the_county(
    catalogue: Catalogue, root: Group, observed: Observed
) -> None:
    body = indicator(catalogue, root, observed, ENROLMENT).body
    tile = re.search(r'<li class="gb-tile[^>]*data-r="990103".*?</li>', body, re.DOTALL)
    assert tile is not None
    assert 'href="../../reports/2023/990103/index.html"' in tile[0]
    assert words(tile[0]).split() == ["示例县丙", "✗", "83.1", "未达标"]


def test_the_table_has_every_year_and_missing_is_not_zero(
    catalogue: Catalogue, root: Group, observed: Observed
) -> None:
    page = indicator(catalogue, root, observed, ENROLMENT)
    row = re.search(r'<tr data-r="990103".*?</tr>', page.body)
    assert row is not None
    assert words(row[0]).split() == [
        "示例县丙", "—", "—", "—", "—", "80.3", "✗", "81.9", "✗", "83.1", "✗",
    ]  # fmt: skip
    files = dict(page.files)
    text = files[f"/site/indicators/{ENROLMENT}/series-1.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    own = [(r["年度"], r["数值"], r["标准值"], r["结论"]) for r in rows if r["区划代码"] == "990103"]
    assert own == [
        ("2021", "80.3", "85", "未达标"),
        ("2022", "81.9", "85", "未达标"),
        ("2023", "83.1", "90", "未达标"),
    ]
    assert files[f"/site/indicators/{ENROLMENT}/series-1.svg"].startswith(b"<svg xmlns=")


def test_a_value_just_below_the_standard_is_not_printed_as_meeting_it(observed: Observed) -> None:
    [series] = observed[ENROLMENT]
    own = series.of("990104", 2022)
    assert own is not None and (own.value, own.shown, own.band) == (84.96, "84.96", "fail")


def test_a_changed_code_and_a_changed_scope_are_said(observed: Observed) -> None:
    [series] = observed[ENROLMENT]
    assert "990117" not in series.regions, "one row, under the code that the place has now"
    assert [y for y in series.years if series.of("990107", y)] == [2018, 2019, 2020, 2021, 2022, 2023]
    said = {words for _, _, words in series.breaks}
    assert "2020年区划代码变更，此前为990117示例县庚" in said
    assert {year for _, year, _ in series.breaks} == {2020}


def test_a_withheld_count_stays_withheld(catalogue: Catalogue, observed: Observed) -> None:
    series = observed["disabled_taught_at_home"][0]
    small = [o for o in series.observed.values() if o.shown == "<5"]
    assert small and all(o.value is None and o.band == "none" for o in small)
    for o in series.observed.values():
        assert o.value is None or o.value == 0 or o.value >= 5


def test_a_missing_year_breaks_the_line() -> None:
    marks = [Mark(2018, 1.0, "1"), Mark(2019, 2.0, "2"), Mark(2021, 3.0, "3")]
    svg = mini(marks, scale_of(marks))
    run = re.search(r'class="gb-run" d="([^"]+)"', svg)
    gap = re.search(r'class="gb-gap" d="([^"]+)"', svg)
    assert run is not None and run[1].count("M") == 1 and run[1].count("L") == 1
    assert gap is not None and gap[1].count("M") == 1


def test_values_of_different_units_are_not_drawn_on_one_scale(observed: Observed) -> None:
    for all_series in observed.values():
        for series in all_series:
            units = {o.unit for o in series.observed.values() if o.value is not None}
            assert series.comparable is False or len(units) == 1


def test_the_citys_rate_is_that_of_all_its_counties_together(
    sample_dataset: Dataset, beside: dict[str, Page]
) -> None:
    frame = sample_dataset.table("indicator_values")
    own = frame[
        (frame["indicator_id"] == ENROLMENT)
        & (frame["year"] == 2023)
        & frame["region_code"].str.startswith("9901")
    ]
    assert len(own) == 7
    by_hand = 100 * own["numerator"].sum() / own["denominator"].sum()
    page = beside["/reports/2023/compare/990103.html"]
    row = re.search(r"<tr><th[^>]*><a[^>]*>学前三年毛入园率.*?</tr>", page.body)
    assert row is not None
    shown = words(row[0]).split()
    assert shown[1:3] == ["83.1%", "81.9%"] and shown[-1] == "未达标"
    city = float(re.match(r"[\d.]+", shown[3])[0])  # type: ignore[index]
    assert shown[3].endswith("%（加权，7个县）") and city == pytest.approx(by_hand, abs=0.06)
    assert shown[4] == "90.6%（中位数，5个县）", "of 86.4, 88.2, 90.6, 91.0 and 92.1"


def test_what_is_put_beside_a_county_can_be_taken_along(beside: dict[str, Page]) -> None:
    files = dict(beside["/reports/2023/compare/990103.html"].files)
    rows = list(csv.DictReader(io.StringIO(files["/reports/2023/compare/990103.csv"].decode("utf-8-sig"))))
    own = next(row for row in rows if row["指标"].startswith("学前三年毛入园率"))
    assert [own[k] for k in ("地区", "年度", "单位", "本县", "上年", "全市的算法", "全市有数的县")] == [
        "示例县丙", "2023", "%", "83.1", "81.9", "加权", "7",
    ]  # fmt: skip
    assert [own[k] for k in ("同类县中位数", "同类县有数的县", "比较", "标准值", "结论")] == [
        "90.6", "5", "≥", "90", "未达标",
    ]  # fmt: skip
    page = beside["/reports/2023/compare/990103.html"].body
    assert len(rows) == page.count('<tr><th scope="row">')
    drawing = files["/reports/2023/compare/990103.svg"].decode()
    ET.fromstring(drawing)
    assert drawing.count('class="gb-strip"') == page.count('class="gb-strip"')


def test_similar_are_those_of_the_same_kind_and_invented_ones_stay_among_themselves(
    catalogue: Catalogue, root: Group
) -> None:
    rows = rows_of(catalogue, root)
    assert peers_of(catalogue, rows, "990103", 2023).similar == (
        "990101", "990102", "990104", "990105", "990106",
    )  # fmt: skip
    assert peers_of(catalogue, rows, "990107", 2023).similar == ()
    real = peers_of(catalogue, rows, "511923", 2019)
    assert real.kind == "县" and real.similar
    assert not any(code.startswith("99") for code in real.similar)


def test_the_page_says_what_similar_means_and_has_no_number_of_too_few(beside: dict[str, Page]) -> None:
    text = words(beside["/reports/2023/compare/990107.html"].body)
    assert "区划表里“类别”同为“市辖区”的其他县" in text
    real = beside["/reports/2019/compare/511923.html"]
    assert "中位数，" not in words(real.body).split("结论", 1)[1], "no other county reported these"


def test_totals_of_large_and_small_counties_are_not_put_beside_each_other(beside: dict[str, Page]) -> None:
    body = beside["/reports/2023/compare/990101.html"].body
    assert "教育经费总投入</a></th>" not in body and "生均一般公共预算教育经费（小学）" in body


@pytest.mark.parametrize(
    ("name", "short"), [("平昌县", "平昌"), ("示例市庚区", "示例市庚"), ("示例县甲", "示例县甲"), ("郊区", "郊区")]
)  # fmt: skip
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_tiles_stand_where_the_region_list_puts_them(catalogue: Catalogue) -> None:
    def tile(code: str, place: tuple[int, int] | None) -> Tile:
        return Tile(code, code, code, "", "/", "pass", "", place)

    placed = [tile("990101", (2, 1)), tile("990102", (1, 3))]
    [city] = cities(catalogue, placed, 2023)
    assert city == City("示例市", 3, tuple(placed))
    [mixed] = cities(catalogue, [*placed, tile("990103", None)], 2023)
    assert mixed.columns == 2 and not any(t.place for t in mixed.tiles), "all of a city or none"


def test_a_reader_chooses_a_year_and_a_kind(
    catalogue: Catalogue, root: Group, observed: Observed, browser: Browser, tmp_path: Path
) -> None:
    page = indicator(catalogue, root, observed, ENROLMENT)
    folder = tmp_path / "site/indicators"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "site/theme", tmp_path / "site/theme")
    (folder / "page.html").write_text(whole(page, open_publication(ROOT), ()), "utf-8")
    shown = browser.new_page()
    shown.goto((folder / "page.html").as_uri())
    tile = shown.locator('.gb-map [data-r="990105"]')
    assert tile.inner_text().split() == ["示例县戊", "✗", "88.2", "未达标"]
    shown.get_by_role("combobox", name="年度").select_option("2022")
    assert tile.inner_text().split() == ["示例县戊", "✓", "86.3", "达标"]
    assert "gb-pass" in (tile.get_attribute("class") or "")
    finding = shown.locator(".gb-series-finding")
    # By the table: 甲, 乙, 戊, 己 and 庚区 meet 85 % in 2022, 丙 and 丁 don't, 平昌 reported nothing.
    assert finding.inner_text() == "2022年8个县（市、区）中，达标5个，未达标2个，没有可比的数据1个。"
    shown.get_by_role("combobox", name="类别").select_option("市辖区")
    assert finding.inner_text() == "2022年1个市辖区中，达标1个。"
    assert shown.locator(".gb-map [data-r]:visible").count() == 1
    assert shown.locator(".gb-multiples li:visible").count() == 1
    shown.close()
