"""Old addresses lead on: another code of a county, a former name of an area, a page taken away."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gongbao.editions.verify import verify_tree
from published_trees import COUNTY, NEW, OLD, PublishedTree, county, example, make_publication

SITE = "https://example.org/gongbao"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    return example(tmp_path_factory.mktemp("redirects"), site_url=SITE)


def lead(tree: PublishedTree, name: str) -> tuple[str, str, str]:
    """Where a redirect leads by refresh, by link, and its canonical address."""
    html = (tree.root / name).read_text("utf-8")
    refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', html)
    link, canonical = (
        re.search(r'<a href="([^"]+)"', html),
        re.search(r'rel="canonical" href="([^"]+)"', html),
    )
    assert refresh and link and canonical
    assert "<script" not in html
    return refresh[1], link[1], canonical[1]


def test_the_former_code_leads_to_the_new_one_in_later_editions(tree: PublishedTree) -> None:
    target = f"../{NEW}/finance.html"
    assert lead(tree, f"2021/{OLD}/finance.html") == (target, target, f"{SITE}/2021/{NEW}/finance.html")


def test_the_new_code_leads_back_in_earlier_editions_released_before_it_was_known(
    tree: PublishedTree,
) -> None:
    for year in (2019, 2020):
        target = f"../{OLD}/index.html"
        assert lead(tree, f"{year}/{NEW}/index.html") == (target, target, f"{SITE}/{year}/{OLD}/index.html")
        listed = json.loads((tree.root / f"{year}/latest.json").read_bytes())["files"]
        assert f"{NEW}/index.html" in listed and f"{OLD}/index.html" in listed
    assert not (tree.root / f"2020/{NEW}/balance.html").exists()  # no such report then
    assert verify_tree(tree.root) == []


def test_the_earlier_editions_own_pages_are_left_as_they_were(tree: PublishedTree) -> None:
    assert "refresh" not in (tree.root / f"2020/{OLD}/index.html").read_text("utf-8")
    assert (tree.root / "2020/index.html").is_file() and (tree.root / f"2020/{COUNTY}/finance.html").is_file()
    assert not (tree.root / f"2020/r2/{NEW}").exists()


def test_a_correction_of_an_earlier_edition_keeps_its_redirects(tmp_path: Path) -> None:
    tree = example(tmp_path, site_url=SITE)
    old = json.loads((tree.root / f"2020/r2/snapshot/{OLD}.json").read_bytes())
    from published_trees import Place

    again = Place(old["name"], ("finance",), old["values"], old["verdicts"])
    tree.release(2020, {COUNTY: county(7950.0, 2020, "fail"), OLD: again}, date="2022-06-01", reason="更正")
    assert lead(tree, f"2020/{NEW}/finance.html")[0] == f"../{OLD}/finance.html"
    assert verify_tree(tree.root) == []


def test_a_page_that_a_correction_took_away_leads_to_the_list_of_versions(tree: PublishedTree) -> None:
    target = f"../../versions/{COUNTY}.html#safety"
    assert lead(tree, f"2020/{COUNTY}/safety.html")[0] == target
    assert (tree.root / f"2020/r1/{COUNTY}/safety.html").is_file()
    html = (tree.root / f"versions/{COUNTY}.html").read_text("utf-8")
    row = next(line for line in html.splitlines() if '<tr id="safety">' in line)
    # 2021: none; 2020: r1 only; 2019: none
    cells = re.findall(r"<td>(.*?)</td>", row)
    assert ["没有" in cell for cell in cells] == [True, False, True]
    assert "r1" in cells[1] and "现行" not in cells[1]


def test_a_renamed_area_is_one_area_over_the_years(tmp_path: Path) -> None:
    publication = make_publication(tmp_path / "publication", renamed={"safety": "campus"})
    tree = PublishedTree(tmp_path / "tree", publication, tmp_path / "scratch")
    tree.release(2019, {COUNTY: county(1.0, 2019, areas=("safety",))}, date="2020-03-01")
    tree.release(2020, {COUNTY: county(2.0, 2020, areas=("campus",))}, date="2021-03-01")
    assert lead(tree, f"2020/{COUNTY}/safety.html")[0] == "campus.html"
    content = json.loads((tree.root / f"versions/{COUNTY}.json").read_bytes())
    assert [e["pages"]["campus"] for e in content["editions"]] == [
        f"2020/r1/{COUNTY}/campus.html",
        f"2019/r1/{COUNTY}/safety.html",
    ]


def test_both_codes_pages_lead_to_each_other(tree: PublishedTree) -> None:
    for own, other in ((OLD, NEW), (NEW, OLD)):
        for folder in ("versions", "history"):
            assert f'href="{other}.html"' in (tree.root / f"{folder}/{own}.html").read_text("utf-8")
