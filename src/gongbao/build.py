"""One build: check the data, run the reports, make the site, and put it in place whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from gongbao.cache import cache_at
from gongbao.cache_room import in_use
from gongbao.data import Dataset, Problem, read_dataset
from gongbao.gate import LeaksFoundError, TakenOver, check_output
from gongbao.in_place import put_in_place, recover
from gongbao.publication import Publication
from gongbao.running import Progress, Reports
from gongbao.site import SiteSummary, build_site
from gongbao.site.build import make_site
from gongbao.site.charts import scripts_ahead
from gongbao.site.inputs import SiteInputs
from gongbao.site.internal import MARKER, MARKER_TEXT
from gongbao.site.plan import Plan, plan_of
from gongbao.site.quarto import prepare_in_place, quarto_command
from gongbao.site.writing import Place
from gongbao.standing import Standing
from gongbao.unchanged import Unchanged
from gongbao.units import unit_contents
from gongbao.workbooks import Failure, ReportKey, Workbook, default_executor, load_workbooks, plan_reports
from gongbao.workbooks.store import KIND

Engine = Literal["embedded", "quarto"]
Executor = Literal["forked", "jupyter"]


class BuildError(Exception):
    """A build can't go on; the text says why and what to do. The site in place is untouched."""


class ReportsFailedError(BuildError):
    """Reports of an edition could not be run; the text has a line for each."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__("\n".join([f"有 {len(failures)} 份报告运行失败：", *map(str, failures)]))
        self.failures = failures


class SiteSteps:
    """Turns the site's reports (what, done, of how many) into stages and steps."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._stage, self._done = progress, "", 0

    def __call__(self, name: str, done: int, whole: int) -> None:
        if name != self._stage:
            self._stage, self._done = name, 0
            self._progress.stage(name, whole)
        for _ in range(done - self._done):
            self._progress.step("")
        self._done = done


@dataclass(frozen=True, slots=True)
class Options:
    """What to build. Empty selections mean everything that has data."""

    executor: Executor = field(default_factory=default_executor)
    engine: Engine = "embedded"
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    regions: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()
    fresh: bool = False
    scheduler: str = ""
    """Address of a Dask scheduler whose workers run the reports; empty: they run here."""

    def selects(self, key: ReportKey) -> bool:
        return (
            (not self.regions or key.region in self.regions)
            and (not self.years or key.year in self.years)
            and (not self.areas or key.area in self.areas)
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. `left_out`: reports not selected for which no valid earlier result was at hand.
    `notes`: what of the workbooks would differ another time, and which reports needed the second executor."""

    planned: int
    executed: int
    unchanged: int
    left_out: tuple[ReportKey, ...]
    failures: tuple[Failure, ...]
    warnings: tuple[Problem, ...]
    site: SiteSummary | None
    notes: tuple[str, ...] = ()


def again_unchanged(summary: Summary) -> Summary:
    """What a second build of the same would say: every report at hand, nothing drawn or rendered."""
    site = summary.site and replace(summary.site, drawn=0, rendered=0)
    done = summary.executed + summary.unchanged
    return replace(summary, executed=0, unchanged=done, site=site)


def build(
    publication: Publication, options: Options, progress: Progress, standing: Standing | None = None
) -> Summary:
    """Build the site of a publication into its output folder.

    The finished pages pass the publication gate before they replace the old ones; an internal build
    is marked instead, and can't be published. Raises DataError (every problem of the data),
    WorkbookError, BuildError, QuartoMissing, LeaksFoundError; then nothing has been changed. If
    reports fail, the others are still run, the old site stays, and the
    summary holds the failures. With `standing` what has not changed is taken over from the site in
    place, and what `standing.keep` needs is put there.
    """
    if options.engine == "quarto" and publication.internal:
        raise BuildError("内部资料只能用 embedded 方式生成：请去掉 --engine quarto。")
    if options.engine == "quarto":
        quarto_command()  # before anything runs: who hasn't got it is told at once

    def finish(ready: Ready) -> SiteSummary:
        site, summaries = ready.staging / "site", ready.staging / "summaries"
        if options.engine == "quarto":
            summary = build_site(
                publication, ready.dataset, ready.reports, ready.workbooks, site, engine="quarto",
                workers=options.workers, store=publication.cache, progress=SiteSteps(progress),
            )  # fmt: skip
            made = None
        else:
            inputs = SiteInputs(
                publication, ready.dataset, ready.reports, ready.workbooks, publication.cache, options.workers,
                ready.plan,
            )  # fmt: skip
            made = make_site(inputs, site, summaries, progress=SiteSteps(progress), kept=ready.unchanged)
            summary = made.summary()
        progress.stage("公开前检查", 1)
        taken_over = None
        if ready.unchanged is not None:
            taken_over = TakenOver(publication.output_folder, ready.unchanged.places)
        _guard(publication, ready.dataset, site, options.workers, taken_over)
        if ready.unchanged is not None and not publication.internal and ready.unchanged.words_changed():
            _check(
                publication,
                ready.dataset,
                publication.output_folder,
                options.workers,
                list(ready.unchanged.kept_files()),
            )
        progress.step("")
        taken = ready.unchanged.taken() if ready.unchanged else []
        parts = put_in_place(publication, taken)
        if made is not None and standing is not None and ready.unchanged is not None:
            ready.unchanged.keep(made.places, made.leaves, summaries, ready.work.reads_of)
            standing.contents, standing.opened = made.contents(), ready.unchanged.opened
            standing.exchanged = parts if taken else None
            if publication.internal:
                standing.contents |= unit_contents({MARKER: hashlib.sha256(MARKER_TEXT.encode()).hexdigest()})
        return summary

    return _carry_out(publication, options, progress, finish, standing)


@dataclass(frozen=True, slots=True)
class EditionBuild:
    """The site of one edition at its working addresses, and the dataset it says what it says by."""

    summary: Summary
    dataset: Dataset


def build_edition(
    publication: Publication,
    options: Options,
    site: Path,
    progress: Progress,
) -> EditionBuild:
    """Build the pages of `publication.release`, with its executed notebooks and snapshots, into `site`.

    `site` must not exist. The publication's data should hold no later year (`editions.inputs.lay_out`):
    what an edition says must not depend on data that came after it. Neither the output folder nor the
    gate is touched; the caller checks the finished revision. Raises like `build`, and ReportsFailedError.
    """
    release = publication.release
    if release is None or publication.internal:
        raise ValueError("an edition is built for a release, and never for the office alone")
    read: list[Dataset] = []

    def finish(ready: Ready) -> SiteSummary:
        read.append(ready.dataset)
        staging = ready.staging
        summary = build_site(
            publication, ready.dataset, ready.reports, ready.workbooks, staging / "site",
            workers=options.workers,
            store=publication.cache, progress=SiteSteps(progress),
        )  # fmt: skip
        for key, notebook in ready.reports.items():
            target = staging / "site" / "notebooks" / f"{key.address}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(notebook, target)
        shutil.move(staging / "site", site)
        return summary

    summary = _carry_out(publication, replace(options, years=(release.year,)), progress, finish)
    if summary.failures:
        raise ReportsFailedError(summary.failures)
    return EditionBuild(summary, read[0])


def _guard(
    publication: Publication, dataset: Dataset, site: Path, workers: int, taken_over: TakenOver | None
) -> None:
    """Nothing that may not be published leaves a public build; an internal one says what it is."""
    if publication.internal:
        (site / MARKER).write_text(MARKER_TEXT, "utf-8")
        return
    _check(publication, dataset, site, workers, taken_over=taken_over)


def _check(
    publication: Publication,
    dataset: Dataset,
    site: Path,
    workers: int,
    only: Collection[str] | None = None,
    taken_over: TakenOver | None = None,
) -> None:
    leaks = check_output(
        site, dataset, workers,
        memory=publication.state / "gate-words.json", only=only, taken_over=taken_over,
    )  # fmt: skip
    if leaks:
        raise LeaksFoundError(leaks)


def prepare_quarto(publication: Publication, options: Options, progress: Progress) -> Summary:
    """What plain `quarto render` needs: the reports run, the pages' sources in the publication's folder.

    Raises and reports failures like `build`; `_site` is Quarto's and is left alone.
    """

    def finish(ready: Ready) -> SiteSummary:
        return prepare_in_place(
            SiteInputs(
                publication, ready.dataset, ready.reports, ready.workbooks, publication.cache, options.workers
            )
        )

    return _carry_out(publication, options, progress, finish)


@dataclass(frozen=True)
class Ready:
    """What the pages are made from. `reports`: the executed notebooks, but of the places that `unchanged`
    takes over; `plan`: all reports of the site."""

    dataset: Dataset
    workbooks: Mapping[str, Workbook]
    work: Reports
    plan: Plan
    staging: Path
    unchanged: Unchanged | None

    @property
    def reports(self) -> Mapping[ReportKey, Path]:
        return self.work.ready


Finish = Callable[[Ready], SiteSummary]


def _carry_out(
    publication: Publication,
    options: Options,
    progress: Progress,
    finish: Finish,
    standing: Standing | None = None,
) -> Summary:
    publication.state.mkdir(parents=True, exist_ok=True)
    cache, limit = cache_at(publication.cache), publication.settings.cache.limit
    with (
        only_build(publication), disk_errors(), in_use(cache, limit) as relied_on,
        scripts_ahead(publication.cache),
    ):  # fmt: skip
        recover(publication)
        progress.stage("读取并检查数据", 1)
        dataset = read_dataset(
            publication.root, publication.data, keep=publication.state / "data", workers=options.workers
        )
        progress.step("")
        workbooks = load_workbooks(publication.workbooks)
        keys = _selected(plan_reports(dataset, workbooks, internal=publication.internal), options)
        staging = publication.state / "staging"
        work = Reports(publication, dataset, workbooks, options, staging)
        unchanged = None
        if standing is not None:
            unchanged = Unchanged(publication, dataset, workbooks, standing, work.current)
        try:
            plan = _find(keys, work, unchanged)
            if standing is not None:
                standing.look_no_more()
            if unchanged is not None:
                kept = unchanged.places
                relied_on[KIND] = [key.address for key in keys if (key.year, key.region) in kept]
            work.run(progress)
            raise_if_disk_full(work.failures)
            ready = Ready(dataset, workbooks, work, plan, staging, unchanged)
            site = None if work.failures else finish(ready)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    done = len(keys) - len(work.left_out) - len(work.failures)
    return Summary(
        len(keys), work.executed, done - work.executed, tuple(work.left_out), work.failures,
        dataset.warnings, site, work.notes(keys),
    )  # fmt: skip


def _find(keys: list[ReportKey], work: Reports, unchanged: Unchanged | None) -> Plan:
    """Find which places are unchanged and look up the reports of the others; returns the plan of the site.

    Whether a place is unchanged depends on the reports of its other years: where one of those is left out,
    it is asked again.
    """
    plan = plan_of(keys)
    while True:
        kept: Collection[Place] = ()
        if unchanged is not None:
            unchanged.choose(plan, but={(key.year, key.region) for key in keys if work.afresh(key)})
            kept = unchanged.places
        work.look_up(key for key in keys if (key.year, key.region) not in kept)
        left_out = set(work.left_out)
        now = plan_of(key for key in keys if key not in left_out)
        if now == plan:
            return plan
        plan = now


def _selected(keys: list[ReportKey], options: Options) -> list[ReportKey]:
    if not keys:
        raise BuildError("没有可生成的报告：data/ 里没有填报表，或没有对应的工作簿。")
    if not any(options.selects(key) for key in keys):
        asked = (
            ("区划", options.regions, {key.region for key in keys}),
            ("年度", options.years, {key.year for key in keys}),
            ("领域", options.areas, {key.area for key in keys}),
        )
        unknown = [
            f"{label} {value}" for label, values, known in asked for value in values if value not in known
        ]
        which = f"没有{'、'.join(unknown)}的数据" if unknown else "所选的区划、年度、领域合在一起没有数据"
        raise BuildError(f"{which}；可用 gongbao list 查看有哪些报告。")
    return keys


@contextmanager
def only_build(publication: Publication) -> Any:
    """Hold the lock of a publication. Raises BuildError if another build does."""
    lock = FileLock(publication.state / "build.lock", timeout=0)
    try:
        with lock:
            yield
    except Timeout as error:
        raise BuildError("另一个构建正在进行（同一文件夹一次只能有一个）；请等它结束后再试。") from error


@contextmanager
def disk_errors() -> Any:
    """A full disk is an error that a person can mend."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BuildError(
                f"磁盘已满（{error.filename or ''}）：原有网站未改动；请腾出空间后再构建。"
            ) from error
        raise


def raise_if_disk_full(failures: tuple[Failure, ...]) -> None:
    """A report that could not be written for want of space is not its workbook's fault."""
    for failure in failures:
        if f"[Errno {errno.ENOSPC}]" in failure.evalue:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), failure.key.address)
