"""From executed notebooks to a folder that holds the whole site."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gongbao.data.dataset import Dataset
from gongbao.present import Figure, Table
from gongbao.publication import Publication
from gongbao.site import compare, places, reference, written
from gongbao.site.bodies import render_bodies
from gongbao.site.catalogue import Catalogue, plan_of
from gongbao.site.charts import Drawings, character_warning, vega_bundle
from gongbao.site.downloads import county_downloads, county_files, county_sheets, shared_downloads
from gongbao.site.drawers import Drawers
from gongbao.site.group_pages import leaf_pages, shared_pages, upper_pages
from gongbao.site.groups import GROUP, Group, group_places, leaf_of, leaves
from gongbao.site.layout import Page, navigation, whole
from gongbao.site.reading import Info, ReportContent, in_order, read_report
from gongbao.site.snapshot import county_snapshot, edition_snapshot
from gongbao.site.store import Store
from gongbao.site.summary import add_up, summarise
from gongbao.site.tabular import Sheet, table_csv, write_books
from gongbao.standards.rectification import DeadlineRule
from gongbao.workbooks.planning import ReportKey

Engine = Literal["embedded", "quarto"]
# Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


Compared = tuple[str, str]
"""An area, and the code of the leaf whose counties are compared."""


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What a build made: `drawn` charts and `rendered` report bodies are those not taken from the cache."""

    pages: int
    figures: int
    drawn: int
    rendered: int
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Material:
    """Everything that both engines write: read once, drawn once."""

    publication: Publication
    catalogue: Catalogue
    contents: Sequence[ReportContent]
    sheets: Mapping[tuple[int, str], Mapping[str, Sheet]]
    root: Group
    comparisons: Mapping[Compared, list[compare.Comparison]]
    svgs: Mapping[str, str]
    drawn: int
    store: Store
    workers: int
    drawers: Drawers
    progress: Progress | None
    warnings: list[str]

    def steps(self, label: str) -> Callable[[int, int], None] | None:
        return _steps(self.progress, label)


def _steps(progress: Progress | None, label: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, whole: progress(label, done, whole)


def build_site(
    publication: Publication,
    dataset: Dataset,
    reports: Mapping[ReportKey, Path],
    workbooks: Mapping[str, Info],
    out: Path,
    *,
    engine: Engine = "embedded",
    workers: int = 1,
    store: Path,
    progress: Progress | None = None,
    drawers: Drawers | None = None,
    group: int = GROUP,
) -> SiteSummary:
    """Write the site into `out`, a fresh folder of the caller's.

    `reports` are the executed notebooks; `workbooks` gives the title and description of each area.
    `store` keeps drawings and rendered bodies between builds; it may be deleted at any time. `drawers`
    are drawing processes that run already; they are ended here. `group`: the most counties that a page
    lists. The same
    input gives the same bytes, whatever `workers` and whatever `store` holds. Raises ChartError for
    charts that can't be drawn, QuartoMissing / QuartoFailed with the quarto engine.
    """
    with drawers or Drawers(workers, store) as drawers:
        material = gather(
            publication,
            dataset,
            reports,
            workbooks,
            workers=workers,
            store=store,
            drawers=drawers,
            progress=progress,
            group=group,
        )
        out.mkdir(parents=True, exist_ok=True)
        if engine == "quarto":
            from gongbao.site.quarto import render_with_quarto

            rendered, count = render_with_quarto(material, out)
        else:
            contents = material.contents
            bodies, rendered = render_bodies(
                contents, material.svgs, material.store, workers, material.steps("排版")
            )
            links, listed = navigation(publication), leaf_of(material.root)
            titles: dict[str, str] = {}
            report_pages = (
                places.report(material.catalogue, content, body, listed[content.region])
                for content, body in zip(contents, bodies, strict=True)
            )
            for page in (
                *other_pages(material),
                *written_pages(publication),
                reference.not_found_page(),
                *report_pages,
            ):
                _write(out, page.address, whole(page, publication, links).encode())
                titles[page.address] = page.title
            count = len(titles)
            copy_theme(publication, out)
            if publication.release is not None:
                for address, data in _snapshot_files(material, titles):
                    _write(out, address, data)
        write_files(material, out)
    figures = sum(len(c.specs) for c in material.contents)
    figures += sum(len(c.figures) for found in material.comparisons.values() for c in found)
    return SiteSummary(count, figures, material.drawn, rendered, material.warnings)


def gather(
    publication: Publication,
    dataset: Dataset,
    reports: Mapping[ReportKey, Path],
    workbooks: Mapping[str, Info],
    *,
    workers: int,
    store: Path,
    drawers: Drawers,
    progress: Progress | None = None,
    group: int = GROUP,
) -> Material:
    """Read the notebooks and draw every chart of the site."""
    contents = in_order(read_report(key, path) for key, path in reports.items())
    folder = Store(store)
    drawings = Drawings(folder, drawers)
    drawings.ask(spec for content in contents for spec in content.specs)
    plan, by_place = plan_of(contents), _by_place(contents)
    catalogue = Catalogue(
        dataset,
        [content.summary for content in contents],
        plan,
        workbooks,
        internal=publication.internal,
        deadline_rule=_deadline_rule(publication),
    )
    sheets = {place: county_sheets(catalogue, *place, by_place[place]) for place in plan}
    catalogue.files = {place: county_files(*place, own) for place, own in sheets.items()}
    root = group_places(catalogue, group)
    comparisons = {
        (area, leaf.code): compare.compare(catalogue, area, leaf)
        for leaf in leaves(root)
        for area in catalogue.areas
    }
    places_of = _spec_places(contents, comparisons)
    drawings.ask(places_of)
    warnings = [w for content in contents for w in content.warnings]
    warnings += [w for spec, place in places_of.items() if (w := character_warning(spec, place))]
    svgs, drawn = drawings.collect(places_of, _steps(progress, "画图"))
    return Material(
        publication, catalogue, contents, sheets, root, comparisons, svgs, drawn, folder, workers, drawers,
        progress, warnings,
    )  # fmt: skip


def _by_place(contents: Sequence[ReportContent]) -> dict[tuple[int, str], list[ReportContent]]:
    found: dict[tuple[int, str], list[ReportContent]] = {}
    for content in contents:
        found.setdefault((content.year, content.region), []).append(content)
    return found


def _snapshot_files(material: Material, titles: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    catalogue, publication = material.catalogue, material.publication
    left = dict(titles)
    for (year, region), contents in _by_place(material.contents).items():
        folder = f"/reports/{year}/{region}/"
        own = {address: left.pop(address) for address in titles if address.startswith(folder)}
        yield county_snapshot(catalogue, publication, region, contents, material.sheets[year, region], own)
    yield edition_snapshot(catalogue, publication, left)


def _deadline_rule(publication: Publication) -> DeadlineRule:
    setting = publication.settings.deadlines
    return DeadlineRule(setting.rectification_days, setting.working_days)


def _spec_places(
    contents: Sequence[ReportContent], comparisons: Mapping[Compared, list[compare.Comparison]]
) -> dict[str, str]:
    """Where each distinct chart stands first."""
    found: dict[str, str] = {}
    for content in contents:
        for i, spec in enumerate(content.specs):
            label = f"图 {content.figures[i].number}" if i < len(content.figures) else "未编号的图"
            found.setdefault(spec, f"{content.address} {label}")
    for key, years in comparisons.items():
        place = compare.displays_folder(*key).removeprefix("/")
        for comparison in years:
            for figure in comparison.figures:
                found.setdefault(figure.spec_text(), f"{place} 图 {figure.number}")
    return found


def other_pages(material: Material) -> Iterator[Page]:
    """Every generated page except the reports."""
    publication, catalogue, root = material.publication, material.catalogue, material.root
    summaries = {}
    for leaf in leaves(root):
        for year in catalogue.years:
            for region in leaf.regions:
                if (year, region) in catalogue.plan:
                    yield places.county_overview(publication, catalogue, year, region, leaf)
        own = {area: material.comparisons[area, leaf.code] for area in catalogue.areas}
        yield from leaf_pages(publication, catalogue, leaf, own, material.svgs)
        summaries[leaf.code] = summarise(catalogue, leaf)
    yield from upper_pages(publication, catalogue, root, add_up(root, summaries))
    yield from shared_pages(catalogue)


def written_pages(publication: Publication) -> list[Page]:
    return [written.written_page(page) for page in written.read_written(publication.pages)]


def write_files(material: Material, out: Path) -> None:
    """Figures' and tables' own files, downloads and the script of the interactive view."""
    catalogue = material.catalogue
    release = material.publication.release
    downloads = [county_downloads(catalogue, *place, own, release) for place, own in material.sheets.items()]
    books = [book for _, book in downloads]

    def write_others() -> None:
        for content in material.contents:
            folder = f"/reports/{content.address}"
            _write_displays(out, folder, content.figures, content.tables, material.svgs)
        for key, found in material.comparisons.items():
            folder = compare.displays_folder(*key)
            for each in found:
                _write_displays(out, folder, each.figures, each.tables, material.svgs)
        for csvs in (*(csvs for csvs, _ in downloads), shared_downloads(catalogue, release)):
            for address, data in csvs:
                _write(out, address, data)

    made = write_books(books, material.store, material.workers, write_others)
    for book, data in zip(books, made, strict=True):
        _write(out, book.address, data)
    if material.svgs:
        _write(out, "/assets/vega.js", vega_bundle(material.store, material.drawers))


def _write_displays(
    out: Path, folder: str, figures: Sequence[Figure], tables: Sequence[Table], svgs: Mapping[str, str]
) -> None:
    for figure in figures:
        text = figure.spec_text()
        _write(out, f"{folder}/{figure.id}.svg", svgs[text].encode())
        _write(out, f"{folder}/{figure.id}.csv", table_csv(figure.table))
        _write(out, f"{folder}/{figure.id}.json", text.encode())
    for table in tables:
        _write(out, f"{folder}/{table.id}.csv", table_csv(table))


def copy_theme(publication: Publication, out: Path) -> None:
    """The theme's files as they are, in the order of their names."""
    theme = publication.pages / "theme"
    for path in sorted(theme.rglob("*")) if theme.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            target = out / "site" / "theme" / path.relative_to(theme)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _write(out: Path, address: str, data: bytes) -> None:
    path = out / address.removeprefix("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
