"""Which reports there are: a workbook run for one region and one year, where it has data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


# Which area a row of a table belongs to: by what a column says, or ("") every row to the same.
_AREAS_OF: dict[str, tuple[str, dict[str, str]]] = {
    "school_year": ("", {"": "balance"}),
    "inspections": ("", {"": "inspect"}),
    "findings": ("", {"": "inspect"}),
    "rectifications": ("", {"": "inspect"}),
    "tasks": ("", {"": "plan"}),
    "projects": ("", {"": "plan"}),
    "funds": ("", {"": "finance"}),
    "training": ("", {"": "teachers"}),
    "staffing": (
        "category",
        {
            "督导力量": "plan", "教师配备": "teachers", "教师招聘": "teachers", "教师交流": "teachers",
            "教师资格": "teachers", "名师队伍": "teachers", "师德处理": "teachers", "问责处理": "inspect",
        },
    ),
    "surveys": (
        "survey",
        {"义务教育社会认可度": "balance", "学前教育社会认可度": "preschool", "教育工作满意度": "quality"},
    ),
    "campaigns": ("", {"": "duty"}),
}  # fmt: skip


def row_areas(dataset: Dataset) -> Callable[[str, Mapping[Any, Any]], str]:
    """A function that gives the area that a row of a submission's table belongs to, "" if none."""
    areas = _areas_of(dataset)

    def area(table: str, row: Mapping[Any, Any]) -> str:
        column, area_by = areas.get(table, ("", {}))
        return area_by.get(row[column] if column else "", "")

    return area


def _areas_of(dataset: Dataset) -> dict[str, tuple[str, dict[str, str]]]:
    """An evaluation belongs to the area of its framework."""
    items = dataset.tables["framework_items"]
    frameworks = items[(items["level"] == "体系") & items["area_id"].notna()]
    by_framework = dict(zip(frameworks["framework_id"], frameworks["area_id"], strict=True))
    return _AREAS_OF | {"evaluations": ("framework_id", by_framework)}


def plan_reports(dataset: Dataset, areas: Iterable[str], *, internal: bool = False) -> list[ReportKey]:
    """The reports that have data, sorted: for each submission those of `areas` it says something about.

    An area has data when the submission holds one of its indicators (a stated reason for a missing
    value counts: the page says so) or a row of another table that belongs to it. The overview is
    planned for every submission. Internal indicators count for an `internal` build only. The index of
    the dataset answers all of it: no submission's rows are loaded.
    """
    chosen = set(areas)
    indicators = dataset.tables["indicators"]
    shown = indicators if internal else indicators[indicators["publish"] == "public"]
    by_indicator = dict(zip(shown["indicator_id"].tolist(), shown["area_id"].tolist(), strict=True))
    found: set[tuple[int, str, str]] = set()
    chosen_by = _areas_of(dataset)
    for region, year in dataset.submissions():
        here = {"overview"} | {
            by_indicator.get(w, "") for w in dataset.words("indicator_values", region, year)
        }
        for table, (column, area_by) in chosen_by.items():
            if column:
                here |= {area_by.get(word, "") for word in dataset.words(table, region, year)}
            elif dataset.count(table, region, year):
                here.add(area_by[""])
        found |= {(year, region, area) for area in here if area in chosen}
    return sorted(ReportKey(year, region, area) for year, region, area in found)
