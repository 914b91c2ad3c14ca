"""From executed notebooks to a folder that holds the whole site, place by place.

One task makes all of a place (a county and year), another the lists of a group of counties, the last one
what stands above them. They run in processes of their own, which read the notebooks, draw, render and
write; this process holds no notebook, drawing or page, so its memory does not grow with the reports.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from gongbao.data.dataset import Dataset
from gongbao.english import in_brief
from gongbao.pool import Pool
from gongbao.publication import Publication
from gongbao.site.bodies import warm
from gongbao.site.county import PlaceJob, make_place
from gongbao.site.groups import GROUP, Group, leaf_of, leaves
from gongbao.site.inputs import SiteInputs
from gongbao.site.layout import environment, navigation
from gongbao.site.lists import SharedJob, joined, make_compared, make_found, make_listed, make_shared
from gongbao.site.reading import Info
from gongbao.site.store import Store
from gongbao.site.writing import Made, Place, Site
from gongbao.units import unit_contents
from gongbao.workbooks.memory import collect_seldom
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
        found = unit_contents(self.shared.files)
        for made in (*self.places.values(), *self.leaves.values()):
            # What stays in place and what is new may not stand in one folder that is exchanged as a whole.
            assert found.keys().isdisjoint(made.files), "two tasks wrote into one unit of the site"
            found |= made.files
        return found

    def summary(self) -> SiteSummary:
        made = [*self.places.values(), *self.leaves.values(), self.shared]
        return SiteSummary(
            sum(each.pages for each in made),
            sum(each.figures for each in made),
            sum(each.drawn for each in made),
            sum(each.rendered for each in made),
            in_brief([warning for each in made for warning in each.warnings]),
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
    """Write the site into `out`, a fresh folder of the caller's; the arguments are those of SiteInputs.

    The same input gives the same bytes, whatever `workers` and whatever `store` holds. Raises ChartError for
    charts that can't be drawn, QuartoMissing / QuartoFailed with the quarto engine.
    """
    inputs = SiteInputs(publication, dataset, reports, workbooks, store, workers, group=group)
    if engine == "quarto":
        from gongbao.site.quarto import render_with_quarto

        return render_with_quarto(inputs, out)
    with tempfile.TemporaryDirectory(prefix="gongbao-site-") as summaries:
        return make_site(inputs, out, Path(summaries), progress=progress).summary()


def make_site(
    inputs: SiteInputs,
    out: Path,
    summaries: Path,
    *,
    progress: Progress | None = None,
    project: Path | None = None,
    kept: Kept | None = None,
) -> SiteMade:
    """The same in parts. What `kept` has is not written: `inputs.reports` are then those of the places that it
    lacks. The summaries of the places made are put into `summaries`. With `project` pages are written there
    as Quarto's sources."""
    site = _site_in(inputs, out, (summaries, kept.summaries) if kept else (summaries,), project)
    jobs = _begun(site, inputs)
    with Pool(min(inputs.workers, max(1, len(jobs))), inherit=True, prepare=partial(_begin, site)) as pool:
        steps = _steps(progress, "网页")
        done = pool.map(_place, jobs, steps)
        places = {job.place: made for job, made in zip(jobs, done, strict=True)}
        if kept:
            places = {place: places.get(place) or kept.places[place] for place in inputs.plan}
        found = {leaf.code: kept.leaf(leaf, places) if kept else None for leaf in leaves(site.root)}
        todo = [leaf for leaf in leaves(site.root) if found[leaf.code] is None]
        # The comparisons of all first: they take longest.
        tasks = (make_compared, make_listed, make_found)
        made = pool.map(_leaf, [(make, leaf) for make in tasks for leaf in todo])
        for i, leaf in enumerate(todo):
            compared, listed, index = made[i :: len(todo)]
            found[leaf.code] = joined(compared, listed, index)
        of_leaves = {code: made for code, made in found.items() if made is not None}
        charts = any(made.figures for made in (*places.values(), *of_leaves.values()))
        titles = {a: title for made in of_leaves.values() for a, title in made.more.titles.items()}
        job = SharedJob({code: made.more.summary for code, made in of_leaves.items()}, charts, titles)
        [shared] = pool.map(_shared, [job])
    return SiteMade(places, of_leaves, shared)


def draw_places(inputs: SiteInputs, out: Path, *, progress: Progress | None = None) -> None:
    """Draw the charts of these reports and render them, for what `inputs.store` then holds: another process
    makes the site from it. The pages in `out` are of no use."""
    with tempfile.TemporaryDirectory(prefix="gongbao-site-") as summaries:
        site = _site_in(inputs, out, (Path(summaries),))
        jobs = _begun(site, inputs)
        with Pool(min(inputs.workers, len(jobs)), inherit=True, prepare=partial(_begin, site)) as pool:
            pool.map(_place, jobs, _steps(progress, "画图排版"))


def _site_in(inputs: SiteInputs, out: Path, summaries: tuple[Path, ...], project: Path | None = None) -> Site:
    links = navigation(inputs.publication)
    return Site(
        inputs.publication, inputs.catalogue, inputs.root, links, out, Store(inputs.store), summaries, project,
        inputs.english,
    )  # fmt: skip


def _begun(site: Site, inputs: SiteInputs) -> list[PlaceJob]:
    """What the places' processes are to do; what they inherit is loaded."""
    site.out.mkdir(parents=True, exist_ok=True)
    warm()
    environment()
    listed = leaf_of(site.root)
    return [PlaceJob(place, reports, listed[place[1]]) for place, reports in inputs.places().items()]


def _steps(progress: Progress | None, label: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, whole: progress(label, done, whole)


# --- in the processes --------------------------------------------------------------------------------

_site: list[Site] = []  # the one that this process works on


def _begin(site: Site) -> None:
    gc.freeze()  # what this process inherits outlives its work
    collect_seldom()
    _site[:] = [site]


def _place(job: PlaceJob) -> Made:
    return make_place(_site[0], job)


def _leaf(task: tuple[Callable[[Site, Group], Made], Group]) -> Made:
    make, leaf = task
    return make(_site[0], leaf)


def _shared(job: SharedJob) -> Made:
    return make_shared(_site[0], job)
