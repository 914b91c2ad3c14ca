"""One build: check the data, run the reports, make the site, and put it in place whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from filelock import FileLock, Timeout

from gongbao.cache import cache_at
from gongbao.cache_room import in_use, remove_former
from gongbao.data import Dataset, Problem, read_dataset
from gongbao.gate import LeaksFoundError, check_output
from gongbao.present.theme import VEGALITE_VERSION
from gongbao.publication import Publication
from gongbao.site import SiteSummary, build_site
from gongbao.site.drawers import Drawers
from gongbao.site.internal import MARKER, MARKER_TEXT
from gongbao.site.quarto import prepare_in_place, quarto_command
from gongbao.workbooks import (
    Failure,
    Job,
    ReportKey,
    Run,
    RunStore,
    Workbook,
    default_executor,
    load_workbooks,
    plan_reports,
    run_reports,
)
from gongbao.workbooks.records import note_opened
from gongbao.workbooks.session import prepare
from gongbao.workbooks.state import current_state, make_jobs

Engine = Literal["embedded", "quarto"]
Executor = Literal["forked", "jupyter"]


class BuildError(Exception):
    """A build can't go on; the text says why and what to do. The site in place is untouched."""


class ReportsFailedError(BuildError):
    """Reports of an edition could not be run; the text has a line for each."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__("\n".join([f"有 {len(failures)} 份报告运行失败：", *map(str, failures)]))
        self.failures = failures


class Progress(Protocol):
    """Told how far a build is; implementations must start no threads (the build forks)."""

    def stage(self, name: str, total: int) -> None: ...
    def step(self, label: str) -> None: ...


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


Finish = Callable[[Dataset, Mapping[ReportKey, Path], Mapping[str, Workbook], Path], SiteSummary]


def build(
    publication: Publication, options: Options, progress: Progress, drawers: Drawers | None = None
) -> Summary:
    """Build the site of a publication into its output folder.

    The finished pages pass the publication gate before they replace the old ones; an internal build
    is marked instead, and can't be published. Raises DataError (every problem of the data),
    WorkbookError, BuildError, QuartoMissing, LeaksFoundError; then nothing has been changed. If
    reports fail, the others are still run, the old site stays, and the
    summary holds the failures. `drawers`: drawing processes that a first build has started already.
    """
    if options.engine == "quarto" and publication.internal:
        raise BuildError("内部资料只能用 embedded 方式生成：请去掉 --engine quarto。")
    if options.engine == "quarto":
        quarto_command()  # before anything runs: who hasn't got it is told at once
    if drawers is not None and drawers.started:
        drawers.request_bundle(VEGALITE_VERSION)

    def finish(
        dataset: Dataset, reports: Mapping[ReportKey, Path], workbooks: Mapping[str, Workbook], staging: Path
    ) -> SiteSummary:
        summary = build_site(
            publication, dataset, reports, workbooks, staging / "site", engine=options.engine,
            workers=options.workers, store=publication.cache, progress=SiteSteps(progress),
            drawers=drawers,
        )  # fmt: skip
        progress.stage("公开前检查", 1)
        _guard(publication, dataset, staging / "site", options.workers)
        progress.step("")
        put_in_place(staging / "site", publication)
        return summary

    return _carry_out(publication, options, progress, finish)


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
    drawers: Drawers | None = None,
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

    def finish(
        dataset: Dataset, reports: Mapping[ReportKey, Path], workbooks: Mapping[str, Workbook], staging: Path
    ) -> SiteSummary:
        read.append(dataset)
        summary = build_site(
            publication, dataset, reports, workbooks, staging / "site", workers=options.workers,
            store=publication.cache, progress=SiteSteps(progress), drawers=drawers,
        )  # fmt: skip
        for key, notebook in reports.items():
            target = staging / "site" / "notebooks" / f"{key.address}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(notebook, target)
        shutil.move(staging / "site", site)
        return summary

    summary = _carry_out(publication, replace(options, years=(release.year,)), progress, finish)
    if summary.failures:
        raise ReportsFailedError(summary.failures)
    return EditionBuild(summary, read[0])


def _guard(publication: Publication, dataset: Dataset, site: Path, workers: int) -> None:
    """Nothing that may not be published leaves a public build; an internal one says what it is."""
    if publication.internal:
        (site / MARKER).write_text(MARKER_TEXT, "utf-8")
        return
    leaks = check_output(site, dataset, workers, memory=publication.state / "gate-words.json")
    if leaks:
        raise LeaksFoundError(leaks)


def prepare_quarto(publication: Publication, options: Options, progress: Progress) -> Summary:
    """What plain `quarto render` needs: the reports run, the pages' sources in the publication's folder.

    Raises and reports failures like `build`; `_site` is Quarto's and is left alone.
    """

    def finish(
        dataset: Dataset, reports: Mapping[ReportKey, Path], workbooks: Mapping[str, Workbook], staging: Path
    ) -> SiteSummary:
        return prepare_in_place(
            publication, dataset, reports, workbooks,
            workers=options.workers, store=publication.cache,
        )  # fmt: skip

    return _carry_out(publication, options, progress, finish)


def _carry_out(publication: Publication, options: Options, progress: Progress, finish: Finish) -> Summary:
    publication.state.mkdir(parents=True, exist_ok=True)
    cache, limit = cache_at(publication.cache), publication.settings.cache.limit
    with _only_build(publication), _disk_errors(), in_use(cache, limit):
        recover(publication)
        progress.stage("读取并检查数据", 1)
        dataset = read_dataset(
            publication.root, publication.data, keep=publication.state / "data", workers=options.workers
        )
        progress.step("")
        workbooks = load_workbooks(publication.workbooks)
        keys = _selected(plan_reports(dataset, workbooks, internal=publication.internal), options)
        staging = publication.state / "staging"
        try:
            reports, failures, executed, left_out, notes = _run(
                publication, dataset, workbooks, keys, options, staging, progress
            )
            _raise_if_disk_full(failures)
            site = None if failures else finish(dataset, reports, workbooks, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    unchanged = len(reports) - executed
    return Summary(len(keys), executed, unchanged, left_out, failures, dataset.warnings, site, notes)


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


def _run(
    publication: Publication,
    dataset: Dataset,
    workbooks: Mapping[str, Workbook],
    keys: list[ReportKey],
    options: Options,
    staging: Path,
    progress: Progress,
) -> tuple[dict[ReportKey, Path], tuple[Failure, ...], int, tuple[ReportKey, ...], tuple[str, ...]]:
    """Run what has changed. A report that isn't selected is taken from the store if it is still valid."""
    store = RunStore(publication.cache)
    jobs = make_jobs(publication, workbooks, keys, staging / "reports")
    current = current_state(publication, dataset)
    ready: dict[ReportKey, Path] = {}
    waiting: list[Job] = []
    left_out: list[ReportKey] = []
    for job in jobs:
        stored = None if options.fresh and options.selects(job.key) else store.lookup(job, current)
        if stored is not None:
            ready[job.key] = stored
        elif options.selects(job.key):
            waiting.append(job)
        else:
            left_out.append(job.key)
    progress.stage("运行工作簿", len(waiting))
    by_key = {job.key: job for job in waiting}

    def done(run: Run) -> None:
        if run.failure is None:
            store.save(by_key[run.key], run)
        progress.step(run.key.address)

    runs = run_reports(
        waiting,
        executor="dask" if options.scheduler else options.executor,
        scheduler=options.scheduler,
        workers=options.workers,
        time_limit=publication.settings.time_limit,
        root=publication.root,
        on_done=done,
        prepare=lambda: prepare(publication, dataset),
    )
    note_opened(publication.state, store.opened)
    failures = tuple(run.failure for run in runs if run.failure is not None)
    ready.update((run.key, run.target) for run in runs if run.failure is None)
    ordered = {key: ready[key] for key in keys if key in ready}
    # A workbook says the same for all its reports, those that are taken from the store too.
    notes = dict.fromkeys(warning for job in jobs for warning in job.workbook.warnings)
    notes |= dict.fromkeys(
        f"{run.key.address}：forked 方式没有运行完（{run.retried}），改用 jupyter 方式运行成功。"
        for run in runs
        if run.retried and run.failure is None
    )
    return ordered, failures, len(runs) - len(failures), tuple(left_out), tuple(notes)


@contextmanager
def _only_build(publication: Publication) -> Any:
    lock = FileLock(publication.state / "build.lock", timeout=0)
    try:
        with lock:
            yield
    except Timeout as error:
        raise BuildError("另一个构建正在进行（同一文件夹一次只能有一个）；请等它结束后再试。") from error


@contextmanager
def _disk_errors() -> Any:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BuildError(
                f"磁盘已满（{error.filename or ''}）：原有网站未改动；请腾出空间后再构建。"
            ) from error
        raise


def _raise_if_disk_full(failures: tuple[Failure, ...]) -> None:
    """A report that could not be written for want of space is not its workbook's fault."""
    for failure in failures:
        if f"[Errno {errno.ENOSPC}]" in failure.evalue:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), failure.key.address)


def recover(publication: Publication) -> None:
    """Clear what an interrupted build left: staging goes, a site moved aside comes back."""
    aside = _aside(publication)
    if aside.exists():
        if publication.output_folder.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(publication.output_folder)
    shutil.rmtree(publication.state / "staging", ignore_errors=True)
    remove_former(publication.state)


def put_in_place(staged: Path, publication: Publication) -> None:
    """Replace the site by a finished one with two renames; if the second fails the first is undone."""
    target, aside = publication.output_folder, _aside(publication)
    if target.exists():
        target.rename(aside)
    try:
        staged.rename(target)
    except OSError:
        if aside.exists():
            aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _aside(publication: Publication) -> Path:
    return publication.state / "previous-site"
