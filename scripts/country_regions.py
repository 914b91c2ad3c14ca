"""The provinces, cities and counties of 示例国: invented places in the numbers and sizes of a real country.

Codes are 99xxxx and say nothing of where a place belongs: `parent_code` does. A county keeps its code, its
name and its place in the hierarchy however many counties are made.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gongbao.data.schema import TABLES

# (counties, cities) of each province: uneven, as in reality. A province without cities has its counties itself.
PROVINCES = (
    (167, 11), (117, 11), (103, 12), (100, 14), (60, 9), (121, 13), (96, 13), (90, 11), (105, 16), (85, 9),
    (16, 0), (100, 11), (137, 16), (158, 17), (103, 13), (122, 14), (122, 21), (111, 14), (23, 4), (38, 0),
    (183, 21), (88, 9), (129, 16), (74, 7), (107, 10), (16, 0), (86, 14), (44, 8), (22, 5), (107, 14), (16, 0),
)  # fmt: skip
COUNTIES = sum(counties for counties, _ in PROVINCES)
# Apart from the codes of the sample province, whose counties have figures of their own in the generators.
_FIRST_PROVINCE, _FIRST_CITY, _FIRST_COUNTY = 990001, 990201, 991001
_SIGNS = (
    "山川河湖溪泉云雨雪风星松竹梅兰荷菊桂柳桃杏梨枫榆槐桑麦稻禾谷茶棉"
    "麻豆银铜玉石珠贝青白红紫蓝绿东西南北春夏秋冬晨夕沙岭坡塘"
)


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    level: str
    parent: str

    @property
    def office(self) -> str:
        return f"{self.name}人民政府教育督导委员会办公室"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A city, or a province without cities, with the counties right below it."""

    above: tuple[Region, ...]  # highest first
    counties: tuple[Region, ...]


def choose(count: int) -> tuple[list[Region], list[Region]]:
    """The first `count` counties of the country and the provinces and cities above them, each sorted by code.

    Counties come city by city, from cities spread evenly over the country: 10 are about a city's, 100 stand
    in a dozen provinces, 1,000 in nearly all. The choice for 10 is a part of the choice for 100.
    """
    if not 1 <= count <= COUNTIES:
        raise ValueError(f"a country has 1 to {COUNTIES} counties, not {count}")
    units = list(_units())
    chosen: list[Region] = []
    above: dict[str, Region] = {}
    for number in _spread(len(units)):
        taken = units[number].counties[: count - len(chosen)]
        if not taken:
            break
        chosen += taken
        above |= {region.code: region for region in units[number].above}
    return sorted(above.values(), key=_code), sorted(chosen, key=_code)


def write_regions(path: Path, regions: Sequence[Region]) -> None:
    """The table of regions, in the columns that an office keeps it in."""
    columns = TABLES["regions"].columns
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([column.label for column in columns])
        for region in regions:
            row = {
                "region_code": region.code,
                "region_name": region.name,
                "parent_code": region.parent,
                "level": region.level,
                "office_name": region.office,
            }
            out.writerow([row.get(column.name) for column in columns])


def _code(region: Region) -> str:
    return region.code


def _units() -> Iterator[_Unit]:
    city, county = 0, 0
    for number, (counties, cities) in enumerate(PROVINCES):
        province = Region(str(_FIRST_PROVINCE + number), f"示例省{_SIGNS[number]}", "省", "")
        for size in _sizes(counties, cities):
            above: tuple[Region, ...] = (province,)
            if cities:
                code = str(_FIRST_CITY + city)
                above = (province, Region(code, f"示例市{_signs(city)}", "市", province.code))
                city += 1
            own = tuple(
                Region(str(_FIRST_COUNTY + i), f"示例县{_signs(i)}", "县", above[-1].code)
                for i in range(county, county + size)
            )
            county += size
            yield _Unit(above, own)


def _signs(number: int) -> str:
    high, low = divmod(number, len(_SIGNS))
    return _SIGNS[high] + _SIGNS[low]


def _sizes(counties: int, cities: int) -> list[int]:
    """How a province's counties are divided among its cities: unevenly, none without one."""
    if not cities:
        return [counties]
    weights = [3 + 5 * i % 4 for i in range(cities)]
    ends = [round(counties * sum(weights[:i]) / sum(weights)) for i in range(cities + 1)]
    return [high - low for low, high in pairwise(ends)]


def _spread(count: int) -> list[int]:
    """0 to count - 1 in van der Corput's order: every beginning of it is spread evenly."""
    digits = (count - 1).bit_length()
    return sorted(range(count), key=lambda number: f"{number:0{digits}b}"[::-1])
