"""The dataset that reports of this process read: loaded once, shared by every forked child."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from IPython.display import HTML, display

from gongbao.data import DataError, Dataset, Problem, examine
from gongbao.data.columns import AREAS
from gongbao.data.schema import SHARED_TABLES, SUBMISSION_TABLES
from gongbao.present.notebook_style import notebook_style
from gongbao.publication import INTERNAL_VARIABLE, Publication, open_publication
from gongbao.workbooks import records
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.report import Report
from gongbao.workbooks.shared import Shared

OVERVIEW = "overview"
Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Session:
    """A publication and its dataset; `signature` tells whether the files have changed since."""

    publication: Publication
    dataset: Dataset
    signature: Signature
    problems: tuple[Problem, ...] = ()
    shared: Shared = field(default_factory=Shared, compare=False)

    def __post_init__(self) -> None:
        if self.dataset.parts is not None:
            # A report notes the rows that it asks for; the file in which they are kept is none of its reading.
            self.dataset.parts.around = records.paused


_session: Session | None = None


def prepare(publication: Publication, dataset: Dataset) -> None:
    """Use a dataset that has been read and checked already (before forking children)."""
    global _session
    _session = Session(publication, dataset, ())
    # Every report asks for these: computed once, before the forks.
    # What a submission's tables hold is in the dataset's index; its rows are loaded by who asks.
    for table in SHARED_TABLES:
        if table not in SUBMISSION_TABLES:
            dataset.fingerprint(table)
            dataset.rows(table)


def share(keys: Iterable[ReportKey]) -> None:
    """Compute the areas that several of these reports will ask for, for processes forked from this one.

    An area that fails, or has something to say on the way, is left to the reports: each shall say it itself.
    """
    if _session is None:
        return
    wanted: Counter[tuple[int, str, str]] = Counter()
    known = set(_session.dataset.submissions())
    for key in keys:
        if key.area == OVERVIEW:  # composed of all areas, beside last year's
            years = key.year, key.year - 1
            wanted.update((y, key.region, area) for y in years for area in AREAS if area != OVERVIEW)
        else:
            wanted[key.year, key.region, key.area] += 1
    for (year, region, area), reports in sorted(wanted.items()):
        if reports > 1 and area in AREAS and (region, year) in known:
            report = Report(_session.publication, _session.dataset, region, year, area, _session.shared)
            _session.shared.prepare(partial(_say_all, getattr(report, area)))


def _say_all(make: Callable[[], Any]) -> None:
    """Have an area say what its own report and the bulletin show: it keeps what it computed (`once`)."""
    area = make()
    for say in (area.verdicts, area.facts, area.summary):
        say()


def _signature(folder: Path) -> Signature:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files)


def open_report(region: str, year: int, *, area: str) -> Report:
    """The report of one region and year, with everything that its workbook may ask for.

    In JupyterLab the data are read again whenever a file below data/ has changed; only errors in
    the shared definitions and in this region's own submission stop it, and what the notebook shows looks as
    on the page. Raises DataError with all of those, and ReportError when there is no such submission or area.
    """
    if _session is None or _session.signature:
        with records.paused():  # a report notes the parts that it asks for, not the loading of all
            _load()
    session = _session
    assert session is not None
    folder = session.publication.settings.data
    own = f"{folder}/{int(year)}/{region}"
    shared = tuple(f"{folder}/{name}" for name in SHARED_TABLES)
    blocking = [
        p for p in session.problems if p.severity == "error" and p.place.file.startswith((own, *shared))
    ]
    if blocking:
        raise DataError(blocking)
    report = Report(session.publication, session.dataset, str(region), int(year), area, session.shared)
    if not records.recording():  # a page has its style sheet; a notebook that a build ran is the same without
        _dress(session.publication)
    return report


def _dress(publication: Publication) -> None:
    """Show the publication's style sheet as one for notebooks (nothing is seen of it)."""
    sheet = publication.pages / "theme" / "gongbao.css"
    if sheet.is_file():
        display(HTML(notebook_style(sheet.read_text("utf-8"))))


def _load() -> None:
    """Read the publication around the working folder, unless nothing has changed since the last time."""
    global _session
    publication = open_publication()
    if os.environ.get(INTERNAL_VARIABLE) == "1":
        publication = publication.for_office()
    signature = _signature(publication.data)
    if _session is not None and (_session.signature, _session.publication) == (signature, publication):
        return
    dataset, problems = examine(publication.root, publication.data, keep=publication.kept_data)
    _session = Session(publication, dataset, signature, tuple(problems))
