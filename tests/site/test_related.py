"""Where a reader goes on from: related pages at the foot, the index of places from everywhere."""

from __future__ import annotations

import re
from pathlib import Path

from gongbao.site.asking import Origin
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import Indicator
from gongbao.site.plan import plan_of
from gongbao.site.related import LISTED, indicators_beside, indicators_of, related_html
from samples import WORKBOOKS, Built

FINANCE = "/reports/2019/511923/finance.html"


def related(html: str) -> str:
    found = re.search(r'<nav class="gb-related".*?</nav>', html, re.DOTALL)
    assert found is not None
    return found[0]


def targets(built: Built, address: str, html: str) -> list[Path]:
    folder = (built.folder / address.removeprefix("/")).parent
    return [(folder / href.partition("#")[0]).resolve() for href in re.findall(r'href="([^"]+)"', html)]


def test_a_report_leads_to_its_county_its_comparisons_and_its_indicators(built: Built) -> None:
    foot = related(built.page(FINANCE))
    for name in ('"index.html"', "site/areas/finance.html", "compare/511923.html"):
        assert name in foot
    assert all(path.is_file() for path in targets(built, FINANCE, foot))


def test_an_indicators_page_leads_to_its_area_and_the_indicators_beside_it(built: Built) -> None:
    address = "/site/indicators/per_pupil_budget.html"
    foot = related(built.page(address))
    assert "各县比较：经费与专项资金" in foot and "per_pupil_budget" not in foot
    assert all(path.is_file() for path in targets(built, address, foot))


def test_the_indicators_are_those_of_the_numbers_that_the_page_can_be_asked_for(built: Built) -> None:
    catalogue = Catalogue(built.dataset, (), plan_of(built.reports), WORKBOOKS)
    entries = [
        Origin("a", "", "", (), "per_pupil_budget"),
        Origin("b", "", "", (), ""),
        Origin("c", "", "", (), "x"),
    ]
    assert [i.indicator_id for i in indicators_of(catalogue, entries * 2)] == ["per_pupil_budget"]


def test_the_list_is_short_whatever_there_is() -> None:
    class Catalogue:
        indicators = {f"i{n}": Indicator(f"i{n}", "a", f"第{n}项", "", "", "", (), "") for n in range(40)}

    for n in (0, 3, 20, 39):
        beside = indicators_beside(Catalogue, Catalogue.indicators[f"i{n}"])  # type: ignore[arg-type]
        assert len(beside) == LISTED and Catalogue.indicators[f"i{n}"] not in beside
        near = [abs(int(each.indicator_id[1:]) - n) for each in beside]
        assert max(near) <= LISTED
    html = related_html("/x.html", [], "同领域的指标", list(Catalogue.indicators.values()))
    assert html.count("<li>") == LISTED


def test_the_index_of_places_is_found_from_home_search_and_every_county(built: Built) -> None:
    for address, href in (
        ("/index.html", "site/places.html"),
        ("/site/search.html", "places.html"),
        (FINANCE, "../../../site/places.html"),
    ):
        assert f'href="{href}"' in built.page(address), address
