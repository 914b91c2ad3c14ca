"""Small published trees: sealed revisions of a few pages, written by hand, put together by the library.

Snapshots say what the tests ask for; pages, copies, notices, log and digests are made by the functions
that make real ones. Numbers belong to sample regions, those of 平昌县 are from its 2019 report.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongbao.editions.changes import compare
from gongbao.editions.commit import open_for_change, put_in_place
from gongbao.editions.correction import correction_page
from gongbao.editions.latest import edition_files
from gongbao.editions.manifest import Previous, make_manifest
from gongbao.editions.release import write_around
from gongbao.editions.relocate import relocate
from gongbao.editions.snapshots import read_snapshot
from gongbao.editions.tree import Tree
from gongbao.publication import Publication, Release, open_publication
from gongbao.site.layout import Page, Subject, navigation, whole
from publications import chinese_alone

REPOSITORY = Path(__file__).parents[1]
TITLES = {"finance": "经费与专项资金", "balance": "义务教育均衡", "safety": "安全与信访"}
OFFICE = "示例市人民政府教育督导委员会办公室"


def make_publication(root: Path, *, site_url: str = "", renamed: Mapping[str, str] = {}) -> Publication:
    """This repository's settings and theme in `root`, with another address."""
    root.mkdir(parents=True, exist_ok=True)
    text = chinese_alone((REPOSITORY / "_quarto.yml").read_text("utf-8"))
    lines = [line for line in text.splitlines() if not line.strip().startswith("site-url:")]
    at = lines.index("website:") + 1
    if site_url:
        lines.insert(at, f"  site-url: {site_url}")
    if renamed:
        lines += ["  renamed_areas:", *(f"    {old}: {new}" for old, new in renamed.items())]
    (root / "_quarto.yml").write_text("\n".join(lines) + "\n", "utf-8")
    shutil.copytree(REPOSITORY / "site" / "theme", root / "site" / "theme")
    return open_publication(root)


def value(year: int, number: float | None, **more: Any) -> dict[str, Any]:
    """A record of a snapshot's values: per-pupil spending of primary schools, unless `more` says otherwise."""
    return {
        "region": "", "year": year, "period": "", "stage": "小学", "indicator": "per_pupil_budget",
        "name": "生均一般公共预算教育经费", "statistic": "数值",
        "shown": "未报" if number is None else f"{number:.2f}元",
        "value": number, "unit": "元", "qualifier": "", "missing": "" if number is not None else "未报",
        "source": "统计表", "source_id": "s1", "origin": f"data/{year}/x.xlsx 工作表“指标数据” 单元格 C5", "note": "",
    } | more  # fmt: skip


def verdict(area: str, outcome: str, code: str, **more: Any) -> dict[str, Any]:
    word = {"pass": "达标", "fail": "未达标", "undetermined": "待定"}[outcome]
    return {
        "area": area, "key": f"{area}.main", "label": "生均经费只增不减", "outcome": outcome, "word": word,
        "shown": "", "target": "", "gap": "", "value": None, "limit": None, "op": ">=", "stage": "小学",
        "indicator_id": "per_pupil_budget", "statistic": "数值", "headline": True, "page": f"{code}/{area}.html",
    } | more  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A county as a revision has it."""

    name: str
    areas: Sequence[str] = ("finance",)
    values: Sequence[Mapping[str, Any]] = ()
    verdicts: Sequence[Mapping[str, Any]] = ()


INDICATOR = {
    "name": "生均一般公共预算教育经费", "area": "finance", "unit": "元", "stages": "小学、初中", "statistics": "",
    "source_id": "s1", "definition": "", "formula": "经费÷年平均在校生数", "numerator": "", "denominator": "",
    "denominator_basis": "年平均", "period_type": "年", "standard": "", "topic": "",
}  # fmt: skip


@dataclass
class PublishedTree:
    """A published tree that grows by `release` and `withdraw`."""

    root: Path
    publication: Publication
    scratch: Path
    number: int = field(default=0)

    @property
    def tree(self) -> Tree:
        return Tree(self.root)

    def release(
        self,
        year: int,
        places: Mapping[str, Place],
        *,
        date: str,
        reason: str = "",
        regions: Mapping[str, Mapping[str, Any]] = {},
        indicator: Mapping[str, Any] = {},
    ) -> None:
        tree = self.tree
        revision = len(tree.revisions(year)) + 1
        release = Release(
            year, revision, date, f"示政教督〔{year}〕{revision}号", OFFICE, reason, self.publication.site_url
        )
        self.number += 1
        built = self.scratch / str(self.number)
        self._build(built, release, places, regions, {**INDICATOR, **indicator})
        with open_for_change(self.root, 0) as staging:
            relocate(built, staging, year, revision)
            folder = staging / str(year) / release.name
            if revision > 1:
                old = tree.folder(year, revision - 1)
                changes = compare(read_snapshot(old), read_snapshot(folder))
                (folder / "changes.json").write_bytes(changes.to_json())
                page = correction_page(changes, release, self.publication.for_release(release))
                (folder / "corrections.html").write_bytes(page)
            (folder / "datapackage.json").write_text("{}", "utf-8")
            before = tree.revisions(year)
            manifest = make_manifest(
                folder, release, title=self.publication.title, inputs={}, root=self.publication.root,
                previous=Previous(revision=len(before), manifest_sha256=before[-1].manifest_sha256) if before else None,
            )  # fmt: skip
            (folder / "manifest.json").write_bytes(manifest.to_bytes())
            event = tree.next_event(
                event="released", edition=year, revision=revision, date=date, doc_no=release.doc_no,
                approved_by=OFFICE, reason=reason, manifest_sha256=manifest.sha256,
            )  # fmt: skip
            after = tree.after(event, folder)
            write_around(after, self.publication, year, staging)
            edition_files(after, self.publication, year, staging)
            put_in_place(self.root, staging)

    def _build(
        self,
        out: Path,
        release: Release,
        places: Mapping[str, Place],
        regions: Mapping[str, Mapping[str, Any]],
        indicator: Mapping[str, Any],
    ) -> None:
        """What `build_edition` gives: pages at working addresses, and the snapshot."""
        year = release.year
        publication = self.publication.for_release(release)
        links = navigation(publication)

        def write(address: str, data: str) -> None:
            path = out / address.removeprefix("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(data, "utf-8")

        def page(address: str, title: str, subject: Subject | None) -> None:
            found = Page(address, title, "<p>正文。</p>", title, subject=subject)
            write(address, whole(found, publication, links))

        shutil.copytree(self.publication.pages / "theme", out / "site" / "theme")
        shared = {
            "site/about.html": "方法与说明",
            "site/areas.html": "指标领域",
            "index.html": f"{year}年教育督导公报",
        }
        for inside, title in shared.items():
            working = f"/reports/{year}/index.html" if inside == "index.html" else f"/{inside}"
            page(working, title, Subject(year, False))
        for code, place in places.items():
            pages = {f"{code}/index.html": f"{place.name} {year}年教育督导公报"}
            page(
                f"/reports/{year}/{code}/index.html", pages[f"{code}/index.html"], Subject(year, False, code)
            )
            for area in place.areas:
                title = f"{place.name} {year}年 {TITLES.get(area, area)}"
                pages[f"{code}/{area}.html"] = title
                page(f"/reports/{year}/{code}/{area}.html", title, Subject(year, False, code, area))
            values = [{**v, "region": v["region"] or code} for v in place.values]
            content = {
                "format": 1, "region": code, "name": place.name, "year": year, "pages": pages, "values": values,
                "verdicts": list(place.verdicts), "facts": [], "texts": [], "figures": [], "tables": [], "records": {},
            }  # fmt: skip
            write(f"/snapshot/{code}.json", _json(content))
        edition = {
            "format": 1, "year": year, "places": {code: place.name for code, place in places.items()},
            "regions": {code: {"name": p.name, "former_code": ""} for code, p in places.items()} | dict(regions),
            "pages": shared, "indicators": {"per_pupil_budget": dict(indicator)}, "targets": [], "frameworks": {},
            "sources": {"s1": "统计表"}, "methods": {},
        }  # fmt: skip
        write("/snapshot/edition.json", _json(edition))


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


REAL, COUNTY, OLD, NEW = "511923", "990101", "990106", "990116"
CODE_CHANGE = {
    OLD: {"name": "示例己县", "former_code": "", "valid_from": None, "valid_to": 2020},
    NEW: {"name": "示例己区", "former_code": OLD, "valid_from": 2021, "valid_to": None},
}


def county(
    last: float | None, year: int, outcome: str = "pass", *, areas: Sequence[str] = ("finance",)
) -> Place:
    return Place("示例甲县", areas, (value(year, last),), (verdict("finance", outcome, COUNTY),))


def example(root: Path, **settings: Any) -> PublishedTree:
    """2019 to 2021: a correction that turns a verdict and takes a page away (2020 r2), a county that
    changed its code, a definition that changed and a number of 2019 told differently (2021)."""
    tree = PublishedTree(root / "tree", make_publication(root / "publication", **settings), root / "scratch")
    real = Place(
        "平昌县",
        ("finance",),
        (value(2018, 10968.72), value(2019, 11648.78)),
        (verdict("finance", "pass", REAL),),
    )
    old = Place("示例己县", ("finance",), (value(2019, 9001.0),), (verdict("finance", "pass", OLD),))
    tree.release(2019, {REAL: real, COUNTY: county(8000.0, 2019), OLD: old}, date="2020-03-31")
    both = (value(2019, 9001.0), value(2020, 9100.0))
    old = Place("示例己县", ("finance",), both, (verdict("finance", "pass", OLD),))
    first = county(8100.0, 2020, areas=("finance", "safety"))
    tree.release(2020, {COUNTY: first, OLD: old}, date="2021-03-30")
    second = county(7900.0, 2020, "fail")
    tree.release(
        2020, {COUNTY: second, OLD: old}, date="2021-05-10", reason="示例甲县填报表里小学生均经费录入有误"
    )
    new = Place(
        "示例己区", ("finance", "balance"),
        (value(2019, 9001.0, region=OLD), value(2020, 9100.0, region=OLD), value(2021, 9200.0)),
        (verdict("finance", "undetermined", NEW),),
    )  # fmt: skip
    later = Place(
        "示例甲县", ("finance", "balance"), (value(2019, 8050.0), value(2020, 7900.0), value(2021, 8200.0)),
        (verdict("finance", "pass", COUNTY),),
    )  # fmt: skip
    changed = {"formula": "经费÷期初在校生数", "denominator_basis": "期初"}
    tree.release(2021, {COUNTY: later, NEW: new}, date="2022-03-29", regions=CODE_CHANGE, indicator=changed)
    return tree
