"""One place's part of the site: the reports of a county and year, its own page, its downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gongbao.site import places
from gongbao.site.bodies import Body, render_bodies
from gongbao.site.charts import character_warning, draw
from gongbao.site.downloads import county_downloads, county_files, county_sheets
from gongbao.site.groups import Group
from gongbao.site.reading import ReportContent, area_order, read_notebook
from gongbao.site.search_text import packed_terms, place_texts, text_files
from gongbao.site.snapshot import county_snapshot
from gongbao.site.tabular import book_bytes
from gongbao.site.writing import Made, Place, PlaceSummary, Site, Writer
from gongbao.units import unit_contents
from gongbao.workbooks.planning import ReportKey


@dataclass(frozen=True, slots=True)
class PlaceJob:
    """A place, its executed notebooks, and the group that lists it."""

    place: Place
    reports: tuple[tuple[ReportKey, Path], ...]
    leaf: Group


def make_place(site: Site, job: PlaceJob) -> Made:
    """Write a place's pages and files, and keep its summary. Raises ChartError."""
    year, region = job.place
    reports = sorted(
        (read_notebook(key, path) for key, path in job.reports), key=lambda read: area_order(read[0].area)
    )
    contents = [content for content, _ in reports]
    catalogue = site.catalogue.of([content.summary for content in contents])
    sheets = county_sheets(catalogue, year, region, contents)
    files = county_files(year, region, sheets)
    catalogue.files = {job.place: files}
    spec_places = _spec_places(contents)
    svgs, drawn = draw(spec_places, site.store)
    writer, rendered = Writer(site), 0
    bodies = [Body("", ())] * len(contents)
    if site.project is None:
        bodies, rendered = render_bodies(reports, svgs, site.store)
        for content, body in zip(contents, bodies, strict=True):
            writer.page(places.report(catalogue, content, body, job.leaf))
    else:
        for content in contents:  # `quarto.write_reports` makes the notebooks
            page = places.report(catalogue, content, bodies[0], job.leaf)
            writer.titles[page.address] = page.title
    writer.page(places.county_overview(site.publication, catalogue, year, region, job.leaf))
    for content in contents:
        writer.displays(f"/reports/{content.address}", content.figures, content.tables, svgs)
    csvs, book = county_downloads(catalogue, year, region, sheets, site.publication.release)
    for address, data in csvs:
        writer.file(address, data)
    writer.file(book.address, book_bytes(book, site.store))
    if site.publication.release is not None and site.project is None:
        release = site.publication
        writer.file(*county_snapshot(catalogue, release, region, contents, sheets, writer.titles))
    texts = place_texts(catalogue, year, region, contents, bodies)
    for address, data in text_files(year, region, texts):
        writer.file(address, data)
    briefs = tuple(content.summary.brief for content in contents)
    site.keep(job.place, PlaceSummary(briefs, files, packed_terms(texts)))
    warnings = [w for content in contents for w in content.warnings]
    warnings += [w for spec, at in spec_places.items() if (w := character_warning(spec, at))]
    warnings += writer.warnings
    return Made(
        unit_contents(writer.digests),
        len(writer.titles),
        sum(len(content.specs) for content in contents),
        drawn,
        rendered,
        tuple(warnings),
    )


def _spec_places(contents: Sequence[ReportContent]) -> dict[str, str]:
    """Where each distinct chart stands first."""
    found: dict[str, str] = {}
    for content in contents:
        for i, spec in enumerate(content.specs):
            label = f"图 {content.figures[i].number}" if i < len(content.figures) else "未编号的图"
            found.setdefault(spec, f"{content.address} {label}")
    return found
