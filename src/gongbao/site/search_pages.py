"""The page to search from, the index of places, and what is found that is of no single place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.english import Pages
from gongbao.publication import Publication
from gongbao.site import compare, reference, written
from gongbao.site.catalogue import Catalogue
from gongbao.site.checks import CHECKS_PAGE
from gongbao.site.entries import Indicator, is_sample
from gongbao.site.groups import Group
from gongbao.site.layout import PLACES, SEARCH, Crumb, Page, fragment
from gongbao.site.pinyin import Spelling
from gongbao.site.places import HOME, area_page, county_page
from gongbao.site.search_terms import OTHER_WORDS
from gongbao.site.search_text import script

PLACES_PAGE = Crumb("地区索引", PLACES)
EXCERPT = 90  # characters of a definition


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A county in the index of places: its newest bulletin and the others."""

    name: str
    code: str
    page: str
    sample: bool
    years: tuple[tuple[str, str], ...]


def search_page(publication: Publication) -> Page:
    """The page that every search field leads to. Without its script it leads on to the indexes."""
    body = fragment("search.html.j2", SEARCH)
    return Page(SEARCH, "搜索", body, "按地区、指标、内容查找公报", (HOME,), kind="search")


def leaf_places_page(catalogue: Catalogue, leaf: Group, spelt: dict[str, Spelling]) -> Page:
    """The counties of a leaf by the region above them, then by the first letter of their spelling."""
    address = reference.below(PLACES_PAGE.address, leaf.code)
    counties = [region for region in leaf.regions if catalogue.years_of(region)]
    by_parent: dict[str, list[PlaceLine]] = {}
    by_letter: dict[str, list[PlaceLine]] = {}
    for region in counties:
        line = _line(catalogue, region)
        by_parent.setdefault(catalogue.lineage(region) or "其他", []).append(line)
        letter = spelt[line.name][0][:1].upper()
        by_letter.setdefault(letter if letter.isalpha() else "#", []).append(line)
    for lines in by_letter.values():
        lines.sort(key=lambda line: (spelt[line.name][1], line.code))
    body = fragment(
        "places.html.j2", address, parents=by_parent, letters=dict(sorted(by_letter.items())), groups=()
    )
    return _places_frame(leaf, body, any(is_sample(region) for region in counties))


def groups_places_page(group: Group) -> Page:
    """The groups of a group."""
    address = reference.below(PLACES_PAGE.address, group.code)
    groups = [
        (each.name, reference.below(PLACES_PAGE.address, each.code), len(each.regions))
        for each in group.groups
    ]
    body = fragment("places.html.j2", address, parents={}, letters={}, groups=groups)
    return _places_frame(group, body, any(is_sample(region) for region in group.regions))


def _places_frame(group: Group, body: str, sample: bool) -> Page:
    return Page(
        reference.below(PLACES_PAGE.address, group.code),
        f"{PLACES_PAGE.text}：{group.name}" if group.code else PLACES_PAGE.text,
        body,
        "按上级地区和拼音首字母查找县（市、区）",
        reference.crumbs_below((HOME,), PLACES_PAGE, group),
        sample,
    )


def _line(catalogue: Catalogue, region: str) -> PlaceLine:
    years = catalogue.years_of(region)
    return PlaceLine(
        catalogue.name(region, years[0]),
        region,
        county_page(years[0], region),
        is_sample(region),
        tuple((catalogue.year_label(year), county_page(year, region)) for year in years),
    )


# --- pages of no single place ------------------------------------------------------------------------


def shared_file(catalogue: Catalogue, publication: Publication) -> tuple[str, bytes]:
    """The file of the pages that are of no single place: definitions, comparisons, methods, lists.

    Each is [address, title, kind, other names of it, area, words]; `edition` is the year of a release, whose
    pages stand without /reports/<year>; `others`: what is looked for beside a word.
    """
    release = publication.release
    told = {
        "edition": release.year if release else 0,
        "others": OTHER_WORDS,
        "pages": [[each[0][1:], *each[1:]] for each in _shared(catalogue, publication)],
    }
    return "/search/pages.js", script("pages", told)


def english_file(catalogue: Catalogue, publication: Publication, pages: Pages) -> tuple[str, bytes]:
    """The same for the search in English: titles, kinds and areas in English, and the Chinese title before the
    words, so that both are found. Addresses are those of the Chinese pages, below the folder of the English
    ones. `areas`: id -> title."""
    release = publication.release
    told = {
        "edition": release.year if release else 0,
        "others": OTHER_WORDS,
        "areas": {area: pages.text(catalogue.area_title(area)) for area in catalogue.areas},
        "pages": [
            [address[1:], pages.text(title), pages.text(kind), names, pages.text(area),
             "：".join(filter(None, (title, words)))]
            for address, title, kind, names, area, words in _shared(catalogue, publication)
        ],
    }  # fmt: skip
    return "/search/english.js", script("english", told)


def _shared(catalogue: Catalogue, publication: Publication) -> Iterator[tuple[str, str, str, str, str, str]]:
    for indicator in catalogue.indicators.values():
        yield (
            indicator.page,
            indicator.name,
            "指标",
            indicator.indicator_id,
            AREAS.get(indicator.area, indicator.area),
            _cut(_defined(indicator)),
        )
    for area in catalogue.areas:
        title, told = catalogue.area_title(area), catalogue.area_description(area)
        yield area_page(area), f"各县比较：{title}", "比较", area, title, _cut(told)
    for page in written.read_written(publication.pages):
        yield from _written(written.written_page(page))
    for crumb, told in (
        (PLACES_PAGE, "按上级地区和拼音首字母查找县（市、区）"),
        (reference.INDICATORS_PAGE, "全部公开指标的定义、标准值和数据"),
        (compare.AREAS_PAGE, "各指标领域的县（市、区）比较"),
        (reference.SOURCES_PAGE, "数据出自哪些文件"),
        (reference.DATA_PAGE, "全部数据的下载"),
        (CHECKS_PAGE, "数据怎样核对，哪些标准待核实"),
    ):
        yield crumb.address, crumb.text, "目录", "", "", told


def _written(page: Page) -> Iterator[tuple[str, str, str, str, str, str]]:
    yield page.address, page.title, "说明", "", "", _cut(page.description)
    for heading in page.headings:
        yield f"{page.address}#{heading.id}", heading.text, "说明", "", page.title, ""


def _defined(indicator: Indicator) -> str:
    fields: dict[str, Any] = dict(indicator.fields)
    return next((fields[label] for label in ("定义", "计算方法") if label in fields), "")


def _cut(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def spelling_names(catalogue: Catalogue, groups: Iterable[Group], regions: Iterable[str]) -> list[str]:
    """Every name under which these groups and counties are listed."""
    names = [group.name for group in groups]
    for region in regions:
        names += [catalogue.name(region)]
        names += [catalogue.name(region, year) for year in catalogue.years_of(region)[:1]]
    return names
