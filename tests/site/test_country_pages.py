"""No page grows with the number of counties: those of a whole country against those of a tenth of it."""

from __future__ import annotations

import gzip

import pytest

import samples
from country import COUNTIES, YEAR, make_country, pages_of
from gongbao.site.compare import MANY
from gongbao.site.groups import GROUP, Group, inner, leaves
from gongbao.site.layout import Page, navigation, whole

MOST = 300_000  # bytes of a page that lists counties, before it is compressed

Made = tuple[Group, dict[str, Page], dict[str, str]]


def make(tmp_path_factory: pytest.TempPathFactory, counties: int) -> Made:
    publication = samples.make_publication(tmp_path_factory.mktemp(f"country{counties}"))
    root, pages = pages_of(publication, make_country(counties))
    links = navigation(publication)
    html = {page.address: whole(page, publication, links) for page in pages}
    assert len(html) == len(pages), "an address for each page"
    return root, {page.address: page for page in pages}, html


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory, COUNTIES)


@pytest.fixture(scope="module")
def tenth(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory, 300)


def largest(made: Made, kind: str) -> int:
    return max(len(text.encode()) for address, text in made[2].items() if kind_of(address) == kind)


def kind_of(address: str) -> str:
    parts = address.strip("/").removesuffix(".html").split("/")
    if parts[0] == "reports":
        return "edition"
    return parts[0] if len(parts) == 1 else parts[1]


def test_no_page_of_a_country_is_large(country: Made) -> None:
    sizes = sorted(((len(t.encode()), a) for a, t in country[2].items()), reverse=True)
    packed = max(len(gzip.compress(country[2][address].encode())) for _, address in sizes[:20])
    print(len(sizes), "pages;", *sizes[:8], "gzip:", packed)
    assert sizes[0][0] < MOST
    assert packed < MOST / 10


def test_no_page_that_lists_counties_grows_from_300_to_2846(country: Made, tenth: Made) -> None:
    kinds = {kind_of(address) for address in tenth[2]}
    assert kinds == {kind_of(address) for address in country[2]}
    assert max(len(leaf.regions) for leaf in leaves(tenth[0])) == GROUP
    for kind in kinds - {"index"}:
        assert largest(country, kind) == largest(tenth, kind), kind


def test_a_page_that_lists_groups_lists_no_more_than_a_page_may_hold(country: Made) -> None:
    root, _, html = country
    assert max(len(group.groups) for group in inner(root)) <= GROUP
    assert len(html["/index.html"].encode()) < 500 * len(root.groups) + 5000


def test_every_county_is_reached_from_the_home_page(country: Made) -> None:
    root, _, html = country
    assert len(root.regions) == COUNTIES
    reached: set[str] = set()
    for leaf in leaves(root):
        text = html[f"/reports/{YEAR}/{leaf.code}/index.html"]
        for code in leaf.regions:
            assert f'href="../{code}/index.html"' in text
            reached.add(code)
    assert reached == set(root.regions)
    for group in inner(root):
        text = html[
            f"/reports/{YEAR}/{group.code}/index.html" if group.code else f"/reports/{YEAR}/index.html"
        ]
        for each in group.groups:
            assert f'{each.code}/index.html"' in text
    for group in root.groups:
        assert f'href="reports/{YEAR}/{group.code}/index.html"' in html["/index.html"]


def test_the_counts_of_groups_add_up(country: Made) -> None:
    _, _, html = country
    assert f"共 {COUNTIES} 个县（市、区）" in html["/index.html"]
    assert f"{COUNTIES} 个县（市、区）有本领域的报告" in html["/site/areas/balance.html"]


@pytest.mark.parametrize("counties", [MANY, MANY + 1])
def test_the_charts_of_a_list_of_many_counties_are_files_of_their_own(
    tmp_path_factory: pytest.TempPathFactory, counties: int
) -> None:
    root, _, html = make(tmp_path_factory, counties)
    assert root.leaf
    page = html["/site/areas/balance.html"]
    assert ('<img src="balance/fig-1.svg"' in page) == (counties > MANY)
    assert ("各县（市、区）与标准比较的数值" in page) == (counties > MANY)
