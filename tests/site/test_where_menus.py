"""What the menus of place, year and area hold, where a place has not reported everything every year."""

import samples
from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import WHOLE, Group
from gongbao.site.where import where

PLAN = {
    (2015, samples.REAL): ("finance",),
    (2018, samples.REAL): ("finance",),
    (2019, samples.REAL): ("overview", "finance"),
    (2017, "990101"): ("finance",),
}


def catalogue() -> Catalogue:
    return Catalogue(samples.make_dataset(), (), PLAN, samples.WORKBOOKS)


def test_years_between_are_told_to_be_missing_and_those_of_other_places_are_not() -> None:
    bar = where(catalogue(), 2019, samples.REAL, "overview", WHOLE)
    shown = [(c.text.partition("（")[0], c.page, c.current, c.note) for c in bar.years]
    home = f"/reports/{{}}/{samples.REAL}/index.html"
    missing = "没有这一篇，看公报首页"
    assert shown == [
        ("2019年", f"/reports/2019/{samples.REAL}/overview.html", True, ""),
        ("2018年", home.format(2018), False, missing),
        ("2016–2017年", "", False, "没有报告"),
        ("2015年", home.format(2015), False, missing),
    ]


def test_a_countys_own_page_leads_to_those_of_its_other_years() -> None:
    bar = where(catalogue(), 2019, samples.REAL, "", WHOLE)
    assert bar.area_title == "公报首页" and bar.areas[0].current
    assert [c.page for c in bar.years if c.page][-1] == f"/reports/2015/{samples.REAL}/index.html"


def test_areas_that_were_not_reported_lead_nowhere() -> None:
    bar = where(catalogue(), 2019, samples.REAL, "finance", WHOLE)
    there = [c.page.rpartition("/")[2] for c in bar.areas if c.page]
    assert there == ["index.html", "overview.html", "finance.html"]
    assert [c.note for c in bar.areas if not c.page] == ["没有报送"] * 10
    assert [c.current for c in bar.areas].count(True) == 1


def test_the_lists_of_places_are_those_of_the_groups_above_the_nearest_first() -> None:
    leaf = Group("511900", "巴中市", (samples.REAL,), above=(("510000", "四川省"),))
    bar = where(catalogue(), 2019, samples.REAL, "finance", leaf)
    assert [(c.text, c.page) for c in bar.lists] == [
        ("2019年巴中市", "/reports/2019/511900/index.html"),
        ("2019年四川省", "/reports/2019/510000/index.html"),
        ("2019年各县（市、区）", "/reports/2019/index.html"),
    ]
