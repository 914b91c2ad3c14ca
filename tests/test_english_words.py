"""The whole sample in English: no phrase of the interface lacks words, and what is said is said whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gongbao.data.dataset import Dataset
from gongbao.english import Pages
from gongbao.publication import open_publication
from gongbao.site.inputs import SiteInputs

SAMPLE = "reports/2023/990101"
# All pages of a county that has every area, of real ones whose documents hold less, and all that lead to them.
PAGES = (
    "*.html", "site/*.html", "site/areas/*.html", "site/indicators/*.html", "reports/2023/index.html",
    f"{SAMPLE}/*.html", "reports/2023/compare/990101.html", "reports/2019/511923/*.html",
    "reports/2013/210100/*.html", "reports/2010/430124/*.html",
)  # fmt: skip


@pytest.fixture(scope="module")
def english(published: Path, sample_dataset: Dataset) -> Pages:
    """The translator that a build of the sample in both languages would use."""
    plan: dict[tuple[int, str], tuple[str, ...]] = {}
    for page in (published / "_site/reports").glob("[12]*/[1-9]*/*.html"):
        place = (int(page.parts[-3]), page.parts[-2])
        plan[place] = (*plan.get(place, ()), *(() if page.stem == "index" else (page.stem,)))
    return SiteInputs(
        open_publication(published), sample_dataset, {}, {}, published / ".gongbao/cache", whole=plan
    ).translator


def test_no_phrase_of_the_interface_lacks_english(published: Path, english: Pages) -> None:
    site = published / "_site"
    found = [path for pattern in PAGES for path in sorted(site.glob(pattern))]
    assert len(found) > 200
    missing: dict[str, str] = {}
    for path in found:
        address = f"/{path.relative_to(site).as_posix()}"
        for phrase in english.page(address, path.read_text("utf-8")).missing:
            missing.setdefault(phrase, address)
    assert missing == {}


def test_a_reader_gets_the_verdicts_and_findings_in_english(published: Path, english: Pages) -> None:
    """In the reports of a county with every area: conclusions, what is lacking, and what charts show."""
    for path in sorted((published / "_site" / SAMPLE).glob("*.html")):
        address = f"/{path.relative_to(published / '_site').as_posix()}"
        html = english.page(address, path.read_text("utf-8")).html
        kept = re.findall(r'<[^>]*role="img"[^>]* lang="zh-CN">', html)
        assert not kept, (address, kept[0])
        kept = re.findall(r'<p class="gb-say" lang="zh-CN">(.*?)</p>', html)
        assert not kept, (address, kept[0])
