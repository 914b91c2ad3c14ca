"""Which reports there are: a workbook run for one region and one year, where it has data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every kernel imports this module; the dataset's own imports can wait
    from gongbao.data import Dataset


@dataclass(frozen=True, slots=True, order=True)
class ReportKey:
    """One report: the year it is about, the region's GB/T 2260 code and the indicator area.

    Reports sort by year, then region, then area, which is the order of the published site.
    """

    year: int
    region: str
    area: str

    @property
    def address(self) -> str:
        """Where the report stands below a folder or a site, without an ending: "2019/511923/finance"."""
        return f"{self.year}/{self.region}/{self.area}"


def plan_reports(dataset: Dataset, areas: Iterable[str]) -> list[ReportKey]:
    """The reports that have data, sorted: for each submission those of `areas` it says something about.

    An area has data when the submission holds one of its indicators (a stated reason for a missing
    value counts: the page says so), for balance also school data, for duty an evaluation of its
    frameworks. The overview is planned for every submission.
    """
    chosen = set(areas)
    area_of = dataset.tables["indicators"].set_index("indicator_id")["area_id"]
    found = {(region, year, "overview") for region, year in dataset.submissions()}
    values = dataset.tables["indicator_values"]
    found |= set(
        zip(
            values["region_code"],
            values["year"].astype(int),
            values["indicator_id"].map(area_of),
            strict=True,
        )
    )
    for table, area in (("school_year", "balance"), ("evaluations", "duty")):
        frame = dataset.tables[table]
        found |= {
            (region, int(year), area)
            for region, year in zip(frame["region_code"], frame["year"], strict=True)
        }
    return sorted(
        ReportKey(int(year), str(region), str(area)) for region, year, area in found if area in chosen
    )
