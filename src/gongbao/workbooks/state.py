"""What a report would read today: held against what it read when it ran, it tells whether it must run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from gongbao.data import Dataset
from gongbao.data.succession import submitted_years
from gongbao.publication import Publication
from gongbao.workbooks.notebook import Workbook
from gongbao.workbooks.outcome import Job
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.records import Read, file_state
from gongbao.workbooks.remarks import remark_state


def make_jobs(
    publication: Publication, workbooks: Mapping[str, Workbook], keys: Iterable[ReportKey], folder: Path
) -> list[Job]:
    """What is to be run for these reports, the notebooks to be written below `folder`."""
    return [
        Job(
            key,
            workbooks[key.area],
            {"region": key.region, "year": key.year},
            folder / f"{key.address}.ipynb",
            internal=publication.internal,
        )
        for key in keys
    ]


def current_state(publication: Publication, dataset: Dataset) -> Callable[[Read], str | None]:
    """The present digest of a thing that a report read, None if there is none. Each is looked at once."""
    seen: dict[tuple[str, str], str | None] = {}
    files = file_state(publication.root)

    def look(read: Read) -> str | None:
        if read.kind == "table":
            table, region, year = read.name.split(":")
            return dataset.fingerprint(table, region, int(year))
        if read.kind == "submissions":
            region, limit = read.name.split(":")
            return ",".join(map(str, submitted_years(dataset, region, int(limit))))
        if read.kind == "cover":
            region, year = read.name.split(":")
            known = dataset.has(region, int(year))
            return "\n".join(dataset.cover(region, int(year)).values()) if known else None
        if read.kind == "remarks":
            region, year = read.name.split(":")
            return remark_state(dataset, region, int(year))
        if read.kind == "deadlines":
            return publication.settings.deadlines.model_dump_json()
        return files(read)

    def digest(read: Read) -> str | None:
        which = read.kind, read.name
        if which not in seen:
            seen[which] = look(read)
        return seen[which]

    return digest
