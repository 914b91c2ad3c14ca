"""From executed notebooks to a folder that holds the whole site, place by place.

One task makes all of a place (a county and year), another the lists of a group of counties, the last one
what stands above them. They run in processes of their own, which read the notebooks, draw, render and
write; this process holds no notebook, drawing or page, so its memory does not grow with the reports.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from gongbao.data.dataset import Dataset
from gongbao.pool import Pool
from gongbao.publication import Publication
from gongbao.site.bodies import warm
from gongbao.site.catalogue import Catalogue
from gongbao.site.county import PlaceJob, make_place
from gongbao.site.groups import GROUP, Group, group_places, leaf_of, leaves
from gongbao.site.layout import environment, navigation
from gongbao.site.lists import SharedJob, make_leaf, make_shared
from gongbao.site.plan import Plan, plan_of
from gongbao.site.reading import Info
from gongbao.site.store import Store
from gongbao.site.writing import Made, Place, Site
from gongbao.standards.rectification import DeadlineRule
from gongbao.units import unit_contents
from gongbao.workbooks.planning import ReportKey

Engine = Literal["embedded", "quarto"]
# Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What a build made: `drawn` charts and `rendered` report bodies are those not taken from the cache."""

    pages: int
    figures: int
    drawn: int
    rendered: int
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SiteMade:
    """All parts of a site, those taken over included."""

    places: Mapping[Place, Made]
    leaves: Mapping[str, Made]
    shared: Made

    def contents(self) -> dict[str, str]:
        """The content of every unit of the site (`gongbao.units`)."""
        found: dict[str, str] = {}
        digests = dict(self.shared.files)
        for made in self.places.values():
            found |= made.files
        for made in self.leaves.values():
            digests |= made.files
        return found | unit_contents(digests)

    def summary(self) -> SiteSummary:
        made = [*self.places.values(), *self.leaves.values(), self.shared]
        return SiteSummary(
            sum(each.pages for each in made),
            sum(each.figures for each in made),
            sum(each.drawn for each in made),
            sum(each.rendered for each in made),
            [warning for each in made for warning in each.warnings],
        )


class Kept(Protocol):
    """What of the site need not be made, because it stands already (`gongbao.unchanged`)."""

    @property
    def places(self) -> Mapping[Place, Made]: ...
    @property
    def summaries(self) -> Path: ...
    def leaf(self, leaf: Group, places: Mapping[Place, Made]) -> Made | None: ...


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
    group: int = GROUP,
) -> SiteSummary:
    """Write the site into `out`, a fresh folder of the caller's.

    `reports` are the executed notebooks; `workbooks` gives the title and description of each area.
    `store` keeps drawings and rendered bodies between builds; it may be deleted at any time. `group`: the
    most counties that a page lists. The same input gives the same bytes, whatever `workers` and whatever
    `store` holds. Raises ChartError for charts that can't be drawn, QuartoMissing / QuartoFailed with the
    quarto engine.
    """
    if engine == "quarto":
        from gongbao.site.quarto import render_with_quarto

        return render_with_quarto(publication, dataset, reports, workbooks, out, workers, store, group)
    with tempfile.TemporaryDirectory(prefix="gongbao-site-") as summaries:
        return make_site(
            publication, dataset, reports, workbooks, out, summaries=Path(summaries),
            workers=workers, store=store, progress=progress, group=group,
        ).summary()  # fmt: skip


def make_site(
    publication: Publication,
    dataset: Dataset,
    reports: Mapping[ReportKey, Path],
    workbooks: Mapping[str, Info],
    out: Path,
    *,
    summaries: Path,
    workers: int,
    store: Path,
    progress: Progress | None = None,
    group: int = GROUP,
    project: Path | None = None,
    plan: Plan | None = None,
    kept: Kept | None = None,
) -> SiteMade:
    """The same in parts. `plan`: all reports of the site, when `reports` are only those of the places that
    `kept` lacks; what it has is not written. The summaries of the places made are put into `summaries`. With
    `project` pages are written there as Quarto's sources."""
    plan = plan_of(reports) if plan is None else plan
    catalogue = shared_catalogue(publication, dataset, plan, workbooks)
    site = Site(
        publication, catalogue, group_places(catalogue, group), navigation(publication), out, Store(store),
        (summaries, kept.summaries) if kept else (summaries,), project,
    )  # fmt: skip
    jobs = _begun(site, reports)
    with Pool(min(workers, max(1, len(jobs))), inherit=True, prepare=partial(_begin, site)) as pool:
        steps = _steps(progress, "网页")
        done = pool.map(_place, jobs, steps)
        places = {job.place: made for job, made in zip(jobs, done, strict=True)}
        places = {place: places.get(place) or kept.places[place] for place in plan} if kept else places
        found = {leaf.code: kept.leaf(leaf, places) if kept else None for leaf in leaves(site.root)}
        todo = [leaf for leaf in leaves(site.root) if found[leaf.code] is None]
        for leaf, made in zip(todo, pool.map(_leaf, todo), strict=True):
            found[leaf.code] = made
        of_leaves = {code: made for code, made in found.items() if made is not None}
        charts = any(made.figures for made in (*places.values(), *of_leaves.values()))
        titles = {a: title for made in of_leaves.values() for a, title in made.more.titles.items()}
        job = SharedJob({code: made.more.summary for code, made in of_leaves.items()}, charts, titles)
        [shared] = pool.map(_shared, [job])
    return SiteMade(places, of_leaves, shared)


def draw_places(
    publication: Publication,
    dataset: Dataset,
    reports: Mapping[ReportKey, Path],
    workbooks: Mapping[str, Info],
    out: Path,
    *,
    workers: int,
    store: Path,
    progress: Progress | None = None,
    plan: Plan,
) -> None:
    """Draw the charts of these reports and render them, for what `store` then holds: another process makes the
    site from it. The pages in `out` are of no use. `plan`: all reports of the site."""
    catalogue = shared_catalogue(publication, dataset, plan, workbooks)
    with tempfile.TemporaryDirectory(prefix="gongbao-site-") as summaries:
        site = Site(
            publication, catalogue, group_places(catalogue, GROUP), navigation(publication), out, Store(store),
            (Path(summaries),), None,
        )  # fmt: skip
        jobs = _begun(site, reports)
        with Pool(min(workers, len(jobs)), inherit=True, prepare=partial(_begin, site)) as pool:
            pool.map(_place, jobs, _steps(progress, "画图排版"))


def _begun(site: Site, reports: Mapping[ReportKey, Path]) -> list[PlaceJob]:
    """What the places' processes are to do; what they inherit is loaded."""
    site.out.mkdir(parents=True, exist_ok=True)
    warm()
    environment()
    return _place_jobs(site, reports)


def shared_catalogue(
    publication: Publication, dataset: Dataset, plan: Plan, workbooks: Mapping[str, Info]
) -> Catalogue:
    """The catalogue of a publication without any report, from which tasks make their own."""
    setting = publication.settings.deadlines
    rule = DeadlineRule(setting.rectification_days, setting.working_days)
    catalogue = Catalogue(dataset, (), plan, workbooks, internal=publication.internal, deadline_rule=rule)
    return catalogue.warmed()


def _place_jobs(site: Site, reports: Mapping[ReportKey, Path]) -> list[PlaceJob]:
    found: dict[Place, list[tuple[ReportKey, Path]]] = {}
    for key, path in sorted(reports.items(), key=lambda item: (item[0].year, item[0].region, item[0].area)):
        found.setdefault((key.year, key.region), []).append((key, path))
    listed = leaf_of(site.root)
    return [PlaceJob(place, tuple(own), listed[place[1]]) for place, own in found.items()]


def _steps(progress: Progress | None, label: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, whole: progress(label, done, whole)


# --- in the processes --------------------------------------------------------------------------------

_site: list[Site] = []  # the one that this process works on


def _begin(site: Site) -> None:
    _site[:] = [site]


def _place(job: PlaceJob) -> Made:
    return make_place(_site[0], job)


def _leaf(leaf: Group) -> Made:
    return make_leaf(_site[0], leaf)


def _shared(job: SharedJob) -> Made:
    return make_shared(_site[0], job)
