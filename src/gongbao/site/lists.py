"""The parts of the site that are of many places: the lists of a group, and what all groups share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gongbao.english import SCRIPT_WORDS, script_words
from gongbao.publication import Publication
from gongbao.site import compare, reference, written
from gongbao.site.catalogue import Catalogue
from gongbao.site.charts import character_warning, draw
from gongbao.site.compare import Comparison
from gongbao.site.downloads import shared_downloads
from gongbao.site.engine import VEGALITE_VERSION, libraries
from gongbao.site.group_pages import comparison_pages, leaf_pages, shared_pages, upper_pages
from gongbao.site.groups import Group, inner, leaves
from gongbao.site.layout import Page
from gongbao.site.pinyin import spell
from gongbao.site.places import edition_page
from gongbao.site.search_index import finder_files, group_files, leaf_files
from gongbao.site.search_pages import (
    english_file,
    groups_places_page,
    leaf_places_page,
    search_page,
    shared_file,
    spelling_names,
)
from gongbao.site.snapshot import edition_snapshot
from gongbao.site.summary import GroupSummary, add_up, summarise
from gongbao.site.where import places_file
from gongbao.site.writing import Made, Place, Site, Writer
from gongbao.units import unit_contents


@dataclass(frozen=True, slots=True)
class SharedJob:
    """What the pages above all places need: the summaries of the leaves, whether the site has charts, and
    of a release the titles of the leaves' pages."""

    summaries: Mapping[str, GroupSummary]
    charts: bool
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LeafTold:
    """What a leaf's task tells the one above: its counts, and the titles of its pages."""

    summary: GroupSummary
    titles: Mapping[str, str]


def leaf_places(site: Site, leaf: Group) -> list[Place]:
    """The places of a leaf's counties, of all years."""
    plan, years = site.catalogue.plan, site.catalogue.years
    return [(year, region) for region in leaf.regions for year in years if (year, region) in plan]


def make_compared(site: Site, leaf: Group) -> Made:
    """Write the pages that compare the counties of a leaf, with their charts. Raises ChartError."""
    catalogue = _catalogue(site, leaf)
    comparisons = {area: compare.compare(catalogue, area, leaf) for area in catalogue.areas}
    spec_places = _spec_places(comparisons, leaf)
    svgs, drawn = draw(spec_places, site.store)
    writer = Writer(site)
    for page in comparison_pages(catalogue, leaf, comparisons, svgs):
        writer.page(page)
    for area, found in comparisons.items():
        folder = compare.displays_folder(area, leaf.code)
        for each in found:
            writer.displays(folder, each.figures, each.tables, svgs)
    warnings = [w for spec, at in spec_places.items() if (w := character_warning(spec, at))]
    warnings += writer.warnings
    figures = sum(len(each.figures) for found in comparisons.values() for each in found)
    return Made(writer.digests, len(writer.titles), figures, drawn, 0, tuple(warnings), _titles(site, writer))


def make_listed(site: Site, leaf: Group) -> Made:
    """Write the other pages that list the counties of a leaf, and count them."""
    catalogue, writer = _catalogue(site, leaf), Writer(site)
    for page in leaf_pages(site.publication, catalogue, leaf):
        writer.page(page)
    for year in catalogue.years:
        if not set(leaf.regions).isdisjoint(catalogue.regions(year)):
            writer.file(*places_file(catalogue, year, leaf, edition_page(year, leaf.code)))
    told = LeafTold(summarise(catalogue, leaf), _titles(site, writer))
    return Made(writer.digests, len(writer.titles), warnings=tuple(writer.warnings), more=told)


def make_found(site: Site, leaf: Group) -> Made:
    """Write the index by which the pages of a leaf's counties are found, and the list of these counties."""
    catalogue, writer = site.catalogue, Writer(site)
    terms = [(*place, site.summary(place).terms) for place in leaf_places(site, leaf)]
    spelt = spell(spelling_names(catalogue, (), leaf.regions), site.store)
    for address, data in leaf_files(catalogue, leaf, terms, spelt):
        writer.file(address, data)
    writer.page(leaf_places_page(catalogue, leaf, spelt))
    return Made(
        writer.digests, len(writer.titles), warnings=tuple(writer.warnings), more=_titles(site, writer)
    )


def joined(compared: Made, listed: Made, found: Made) -> Made:
    """All that is made of a leaf, from what its three tasks made."""
    told: LeafTold = listed.more
    return replace(
        compared,
        files=unit_contents({**listed.files, **compared.files, **found.files}),
        pages=listed.pages + compared.pages + found.pages,
        warnings=(*compared.warnings, *listed.warnings, *found.warnings),
        more=replace(told, titles={**told.titles, **compared.more, **found.more}),
    )


def _catalogue(site: Site, leaf: Group) -> Catalogue:
    """The catalogue of the reports and downloads of a leaf's counties."""
    told = {place: site.summary(place) for place in leaf_places(site, leaf)}
    reports = [report for each in told.values() for report in each.reports]
    return site.catalogue.of(reports, {place: each.files for place, each in told.items()})


def _titles(site: Site, writer: Writer) -> Mapping[str, str]:
    return writer.titles if site.publication.release else {}


def _spec_places(comparisons: Mapping[str, list[Comparison]], leaf: Group) -> dict[str, str]:
    return {
        figure.spec_text(): f"{compare.displays_folder(area, leaf.code)[1:]} 图 {figure.number}"
        for area, found in comparisons.items()
        for each in found
        for figure in each.figures
    }


def make_shared(site: Site, job: SharedJob) -> Made:
    """Write what stands above all places: the pages of groups of groups, pages that list no places, the
    written pages, shared downloads, the theme and the script of the interactive view."""
    publication, catalogue, writer = site.publication, site.catalogue, Writer(site)
    assert {leaf.code for leaf in leaves(site.root)} == set(job.summaries)
    for page in upper_pages(publication, catalogue, site.root, add_up(site.root, job.summaries)):
        writer.page(page)
    for page in shared_pages(catalogue):
        writer.page(page)
    _write_search(site, writer)
    if site.project is None:
        for page in (*written_pages(publication), reference.not_found_page()):
            writer.page(page)
        copy_theme(publication, writer)
        if publication.release is not None:
            writer.file(*edition_snapshot(catalogue, publication, {**job.titles, **writer.titles}))
    for address, data in shared_downloads(catalogue, publication.release):
        writer.file(address, data)
    if job.charts:
        writer.file("/assets/vega.js", libraries(VEGALITE_VERSION, site.store).encode())
    return Made(writer.digests, len(writer.titles), warnings=tuple(writer.warnings))


def _write_search(site: Site, writer: Writer) -> None:
    """The search page, and what leads from it to the groups and to the pages of no single place."""
    catalogue, groups = site.catalogue, list(inner(site.root))
    writer.page(search_page(site.publication))
    writer.file(*shared_file(catalogue, site.publication))
    if site.english is not None:
        writer.file(*english_file(catalogue, site.publication, site.english))
    if not groups:
        return
    listed = [(leaf, region) for leaf in leaves(site.root) for region in leaf.regions]
    below = [each for group in groups for each in group.groups]
    spelt = spell(spelling_names(catalogue, below, (region for _, region in listed)), site.store)
    for group in groups:
        writer.page(groups_places_page(group))
        for address, data in group_files(catalogue, group, spelt):
            writer.file(address, data)
    for address, data in finder_files(catalogue, listed, spelt):
        writer.file(address, data)


def written_pages(publication: Publication) -> list[Page]:
    return [written.written_page(page) for page in written.read_written(publication.pages)]


def copy_theme(publication: Publication, writer: Writer) -> None:
    """The theme's files as they are, in the order of their names."""
    theme = publication.pages / "theme"
    for path in sorted(theme.rglob("*")) if theme.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            writer.file(f"/site/theme/{path.relative_to(theme).as_posix()}", path.read_bytes())
    if publication.in_english:
        writer.file(f"/site/theme/{SCRIPT_WORDS}", script_words(publication.pages))
