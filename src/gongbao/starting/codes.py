"""The list of county codes: finding a region by code or name, and the regions above it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources

# Cities of the list that are not places: what stands there belongs to the province directly.
_NO_CITY = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_MANY = 6  # candidates that a message names


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the code list; `parent` is "" for a province."""

    code: str
    name: str
    level: str
    parent: str

    @property
    def kind(self) -> str:
        """市辖区, 县级市 or 县 (with banners and autonomous counties), of which places are compared with their
        like; "" for cities and development zones. As GB/T 2260 numbers them: 01–20 districts, 21–80 counties,
        from 81 cities; the list has zones, which are none of these, from 71."""
        number = int(self.code[4:])
        if self.level != "县" or number == 0 or 70 < number <= 80:
            return ""
        return "市辖区" if number <= 20 else "县" if number <= 70 else "县级市"


@cache
def known_regions() -> dict[str, Region]:
    """Every province, city and county of the list by its six-digit code."""
    content = resources.files("gongbao.starting").joinpath("county_codes.csv").read_text("utf-8")
    found: dict[str, Region] = {}
    for row in csv.DictReader(io.StringIO(content)):
        province, city = row["province_code"] + "0000", row["city_code"] + "00"
        found.setdefault(province, Region(province, row["province_name"], "省", ""))
        parent = province
        if row["city_name"] not in _NO_CITY:
            found.setdefault(city, Region(city, row["city_name"], "市", province))
            parent = city
        if row["region_code"] not in found:  # 东莞 and its like are listed as counties of themselves
            found[row["region_code"]] = Region(row["region_code"], row["region_name"], "县", parent)
    return found


def lineage(region: Region) -> list[Region]:
    """The regions above, the highest first, and the region itself."""
    line = [region]
    while line[0].parent:
        line.insert(0, known_regions()[line[0].parent])
    return line


def full_name(region: Region) -> str:
    """四川省巴中市平昌县."""
    return "".join(part.name for part in lineage(region))


def find_code(code: str) -> Region | str:
    """The region of a code, or what is wrong with it, in Chinese."""
    region = known_regions().get(code.strip())
    if region:
        return region
    near = get_close_matches(code, list(known_regions()), n=3, cutoff=0.8)
    return f"代码表（2023年）里没有 {code}。{_suggestion(near)}"


def find_name(name: str) -> Region | str:
    """The one region of that name (“平昌县”, “平昌”, “安徽省合肥市庐阳区”), or what is wrong, in Chinese."""
    wanted = name.strip()
    regions = known_regions().values()
    exact = [r for r in regions if wanted == r.name or (wanted.endswith(r.name) and wanted == full_name(r))]
    found = exact or [r for r in regions if wanted and r.name.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        shown = "、".join(f"{full_name(r)} {r.code}" for r in found[:_MANY])
        more = "等" if len(found) > _MANY else ""
        return f"叫“{name}”的有 {len(found)} 个：{shown}{more}。请改用 --region 加代码。"
    # 平昌市 is more likely a slip for 平昌县 than for 高平市.
    stem = [r.name for r in regions if len(wanted) > 2 and r.name.startswith(wanted[:-1])]
    near = stem or get_close_matches(wanted, [r.name for r in regions], n=3, cutoff=0.5)
    return f"代码表（2023年）里没有“{name}”。{_suggestion([r.code for r in regions if r.name in near])}"


def _suggestion(codes: list[str]) -> str:
    if not codes:
        return "代码见 GB/T 2260，是6位数字，如 511923（平昌县）。"
    shown = "、".join(f"{code}（{full_name(known_regions()[code])}）" for code in codes[:_MANY])
    return f"是不是 {shown}？"
