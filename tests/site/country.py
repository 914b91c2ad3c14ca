"""A country of 2,846 counties in 31 provinces and 333 cities, as the lists of a site know it: what its reports
found, a few indicators, sources. Small reports, as many verdicts and figures in them as real ones have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import samples
from gongbao.data.dataset import Dataset
from gongbao.present import Fact, Verdict
from gongbao.publication import Publication
from gongbao.site.catalogue import Catalogue
from gongbao.site.compare import Comparison, compare
from gongbao.site.group_pages import comparison_pages, leaf_pages, shared_pages, upper_pages
from gongbao.site.groups import GROUP, Group, group_places, leaves
from gongbao.site.layout import Page
from gongbao.site.plan import Files, Plan
from gongbao.site.reading import ReportSummary
from gongbao.site.summary import add_up, summarise
from samples import WORKBOOKS, rows

YEAR = 2023
# Counties of each province, as uneven as real ones; the first fills a page that lists them.
PROVINCES = (
    120, 167, 117, 103, 100, 60, 121, 96, 90, 105, 85, 16, 100, 137, 158, 103, 122, 122, 111, 23, 38, 183, 88, 129, 74,
    107, 16, 86, 44, 22, 3,
)  # fmt: skip
COUNTIES = sum(PROVINCES)
OF_A_CITY = 9
AREAS = ("finance", "balance")
FIGURES = 18  # comparable verdicts of the area that has most of them, in a province that stands for all
RICH = "11"
STAGES = ("幼儿园", "小学", "初中", "普通高中", "中职", "特教")


@dataclass(frozen=True)
class Country:
    """Codes of the counties, by province and city, and what is above each of them."""

    counties: tuple[str, ...]
    parents: dict[str, str]

    @property
    def plan(self) -> Plan:
        return {(YEAR, code): AREAS for code in self.counties}


def make_country(counties: int) -> Country:
    """The first counties of the country."""
    parents: dict[str, str] = {}
    found: list[str] = []
    for province, size in enumerate(PROVINCES, start=11):
        for n in range(size):
            city = f"{province}{1 + n // OF_A_CITY:02}00"
            parents[city] = f"{province}0000"
            parents[code := f"{city[:4]}{21 + n % OF_A_CITY}"] = city
            found.append(code)
    kept = found[:counties]
    return Country(tuple(kept), {code: parents[code] for code in [*kept, *(parents[c] for c in kept)]})


def make_dataset(country: Country) -> Dataset:
    above = sorted({*country.parents.values()})
    regions = [
        {
            "region_code": code,
            "region_name": f"地区{code}",
            "level": "县",
            "parent_code": country.parents.get(code),
        }
        for code in [*above, *country.counties]
    ]
    values = [
        {
            "region_code": code, "year": YEAR, "indicator_id": "per_pupil_budget", "stage": stage,
            "statistic": statistic, "value": 11648.78, "source_id": f"self-{code}",
        }
        for code in country.counties
        for stage in STAGES
        for statistic in ("数值", "增长率")
    ]  # fmt: skip
    own = {"source_id": "law", "title": "预算办法", "doc_no": "教财〔2015〕9号"}
    listed = [
        {
            "source_id": f"self-{code}",
            "title": f"地区{code}{YEAR}年自评报告",
            "region_code": code,
            "year": YEAR,
        }
        for code in country.counties
    ]
    return samples.make_dataset(
        regions=rows("regions", *regions),
        indicator_values=rows("indicator_values", *values),
        sources=rows("sources", own, *listed),
    )


def summaries_of(regions: Iterable[str]) -> list[ReportSummary]:
    """What the reports of these counties found; every third county doesn't meet one verdict."""
    return [_report(code, area, i) for i, code in enumerate(regions) for area in AREAS]


def _report(code: str, area: str, i: int) -> ReportSummary:
    rich = area == "balance" and code.startswith(RICH)
    found = ["fail" if (i + n) % 3 == 0 else "pass" for n in range(FIGURES if rich else 2)]
    verdicts = tuple(
        Verdict(
            f"{area}.item{n}", f"小学每百名学生拥有的第{n}项资源差异系数", outcome, f"{0.3 + n / 100:.4f}", "≤0.50",
            value=0.3 + n / 100 if rich else None, limit=0.5, op="<=", headline=n < 6,
        )
        for n, outcome in enumerate(found)
    )  # fmt: skip
    facts = tuple(Fact(f"第{n}个主要数字", "11648.78元", "", 11648.78, "元", f"fact{n}") for n in range(8))
    return ReportSummary(YEAR, code, area, "0" * 64, verdicts, facts)


def pages_of(publication: Publication, country: Country, limit: int = GROUP) -> tuple[Group, list[Page]]:
    """Every page that lists places, made as a build does: one leaf's reports at a time, then the counts."""
    dataset, plan = make_dataset(country), country.plan
    whole = Catalogue(dataset, [], plan, WORKBOOKS)
    root = group_places(whole, limit)
    pages, counts = [], {}
    for leaf in leaves(root):
        files = {(YEAR, code): Files(f"/data/{YEAR}/{code}.xlsx", ()) for code in leaf.regions}
        catalogue = Catalogue(dataset, summaries_of(leaf.regions), plan, WORKBOOKS, files=files)
        found = {area: compare(catalogue, area, leaf) for area in AREAS}
        pages += leaf_pages(publication, catalogue, leaf)
        pages += comparison_pages(catalogue, leaf, found, drawings(found))
        counts[leaf.code] = summarise(catalogue, leaf)
    pages += upper_pages(publication, whole, root, add_up(root, counts))
    pages += shared_pages(whole)
    return root, pages


def drawings(found: dict[str, list[Comparison]]) -> dict[str, str]:
    """A drawing's frame for each figure: what is inside of it is read as a file of its own."""
    figures = (f for years in found.values() for comparison in years for f in comparison.figures)
    return {figure.spec_text(): '<svg width="380" height="300"></svg>' for figure in figures}
