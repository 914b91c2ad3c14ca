"""The reports of a build: which are at hand, and running the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gongbao.data import Dataset
from gongbao.publication import Publication
from gongbao.workbooks import Failure, Job, Read, ReportKey, Run, RunStore, Workbook, run_reports
from gongbao.workbooks.records import note_opened
from gongbao.workbooks.session import prepare
from gongbao.workbooks.state import current_state, make_jobs
from gongbao.workbooks.store import changed, inputs_of

if TYPE_CHECKING:
    from gongbao.build import Options


class Progress(Protocol):
    """Told how far a build is; implementations must start no threads (the build forks)."""

    def stage(self, name: str, total: int) -> None: ...
    def step(self, label: str) -> None: ...


class Reports:
    """The executed notebooks of a build: `ready` as they become known; `left_out` are the reports that are
    not selected and of which no valid earlier result is at hand."""

    def __init__(
        self,
        publication: Publication,
        dataset: Dataset,
        workbooks: Mapping[str, Workbook],
        options: Options,
        staging: Path,
    ) -> None:
        self.publication, self.dataset, self.workbooks = publication, dataset, workbooks
        self.options, self.staging = options, staging
        self.current = current_state(publication, dataset)
        self.ready: dict[ReportKey, Path] = {}
        self.left_out: list[ReportKey] = []
        self.failures: tuple[Failure, ...] = ()
        self.executed = 0
        self._retried: list[str] = []
        self._waiting: dict[ReportKey, Job] = {}
        self._looked: set[ReportKey] = set()
        self._store = RunStore(publication.cache, dataset.kept_under)

    def afresh(self, key: ReportKey) -> bool:
        """Whether a report is to be run whatever is at hand."""
        return self.options.fresh and self.options.selects(key)

    def look_up(self, keys: Iterable[ReportKey]) -> None:
        """Find which of the reports have to be run; each is looked up once."""
        for key in keys:
            if key in self._looked:
                continue
            self._looked.add(key)
            job = self._job(key)
            stored = None if self.afresh(key) else self._store.lookup(job, self.current)
            if stored is not None:
                self.ready[key] = stored
            elif self.options.selects(key):
                self._waiting[key] = job
            else:
                self.left_out.append(key)

    def run(self, progress: Progress) -> None:
        """Run those that have to be; each is stored as soon as it is done."""
        waiting = [self._waiting[key] for key in sorted(self._waiting)]
        progress.stage("运行工作簿", len(waiting))
        failures: list[Failure] = []
        retried: dict[ReportKey, str] = {}

        def done(run: Run) -> None:
            job = self._waiting.pop(run.key)
            if run.failure is not None:
                failures.append(run.failure)
            else:
                self._store.save(job, run)
                self.ready[run.key] = run.target
                if run.retried:
                    retried[run.key] = run.retried
            progress.step(run.key.address)

        run_reports(
            waiting,
            executor="dask" if self.options.scheduler else self.options.executor,
            scheduler=self.options.scheduler,
            workers=self.options.workers,
            time_limit=self.publication.settings.time_limit,
            root=self.publication.root,
            on_done=done,
            prepare=lambda: prepare(self.publication, self.dataset),
        )
        note_opened(self.publication.state, self._store.opened)
        self.failures = tuple(sorted(failures, key=lambda failure: failure.key))
        self._retried = [
            f"{key.address}：forked 方式没有运行完（{why}），改用 jupyter 方式运行成功。"
            for key, why in sorted(retried.items())
        ]
        self.executed = len(waiting) - len(failures)

    def reads_of(self, place: tuple[int, str]) -> list[Read] | None:
        """What the reports of a place read, None if the cache no longer knows it of each of them."""
        found: list[Read] = []
        for key in self._of_place.get(place, ()):
            inputs = inputs_of(self._job(key))
            stored = next(
                (
                    run
                    for run in self._store.runs(key.address)
                    if run.inputs == inputs and not changed(run.reads, self.current)
                ),
                None,
            )
            if stored is None:
                return None
            found.extend(stored.reads)
        return found

    @cached_property
    def _of_place(self) -> dict[tuple[int, str], list[ReportKey]]:
        found: dict[tuple[int, str], list[ReportKey]] = {}
        for key in self.ready:
            found.setdefault((key.year, key.region), []).append(key)
        return found

    def notes(self, keys: Iterable[ReportKey]) -> tuple[str, ...]:
        """What is to be said of the workbooks and of the runs. A workbook says the same for all its reports,
        those that need not run too."""
        found = {
            w: None for area in dict.fromkeys(k.area for k in keys) for w in self.workbooks[area].warnings
        }
        return tuple(found | dict.fromkeys(self._retried))

    def _job(self, key: ReportKey) -> Job:
        [job] = make_jobs(self.publication, self.workbooks, [key], self.staging / "reports")
        return job
