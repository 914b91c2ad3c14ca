"""Counties as equal tiles, city by city: a map without boundaries, and in HTML a list in a list.

A tile stands where the region list puts it (方格行, 方格列), else in the order of the codes. Its colour is
that of its band, which a sign and a word in it say too. No tile stands before another because of its value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import number_or_none, text
from gongbao.site.observed import BANDS, NEUTRAL, NOTHING
from gongbao.standards.outcome import Outcome

SIGNS = {
    Outcome.PASS.value: "✓",
    Outcome.FAIL.value: "✗",
    Outcome.UNDETERMINED.value: "?",
    NEUTRAL: "",
    NOTHING: "",
}
WIDEST = 5  # columns of a city without places of its own for its tiles: what a phone shows
UNPLACED = "未列上级的地区"
_SUFFIX = re.compile(r"(?:自治县|自治旗|自治州|县|区|市|旗)$")


@dataclass(frozen=True, slots=True)
class Tile:
    """A county: `band` is a key of BANDS, `shown` what stands below its name, `place` its row and column."""

    region: str
    name: str
    short: str
    kind: str
    page: str
    band: str
    shown: str
    place: tuple[int, int] | None = None

    @property
    def sign(self) -> str:
        return SIGNS[self.band]

    @property
    def word(self) -> str:
        return BANDS[self.band]


@dataclass(frozen=True, slots=True)
class City:
    """The tiles of the counties below one region. `columns`: how many stand side by side."""

    name: str
    columns: int
    tiles: tuple[Tile, ...]


def short_name(name: str) -> str:
    """平昌县 -> 平昌; a name of two characters stays, as does one that ends otherwise."""
    short = _SUFFIX.sub("", name)
    return short if len(short) > 1 else name


def kind_of(catalogue: Catalogue, region: str, year: int | None = None) -> str:
    """The kind of county that the region list says it is (类别), "" where it says none."""
    row = catalogue.region(region, year)
    return text(row["kind"]) if row else ""


def parent_of(catalogue: Catalogue, region: str, year: int | None = None) -> str:
    """The code of the region right above, "" where the list names none."""
    return next(iter(catalogue.ancestors(region, year)), "")


def cities(catalogue: Catalogue, tiles: Iterable[Tile], year: int) -> list[City]:
    """The tiles by the region above them, in the order given."""
    found: dict[str, list[Tile]] = {}
    for tile in tiles:
        found.setdefault(parent_of(catalogue, tile.region, year), []).append(tile)
    return [
        City(catalogue.name(code, year) if code else UNPLACED, _columns(own), tuple(_placed(own)))
        for code, own in found.items()
    ]


def make_tile(
    catalogue: Catalogue, region: str, year: int, page: str, band: str = NOTHING, shown: str = "—"
) -> Tile:
    name = catalogue.name(region, year)
    return Tile(
        region,
        name,
        short_name(name),
        kind_of(catalogue, region, year),
        page,
        band,
        shown,
        _place(catalogue, region, year),
    )


def tally(tiles: Iterable[Tile]) -> dict[str, int]:
    """How many counties there are of each band, in the order of BANDS; those without any left out."""
    found = dict.fromkeys(BANDS, 0)
    for tile in tiles:
        found[tile.band] += 1
    return {band: count for band, count in found.items() if count}


def tally_words(counts: Mapping[str, int]) -> str:
    """“达标5个，未达标1个”."""
    return "，".join(f"{BANDS[band]}{count}个" for band, count in counts.items())


def _place(catalogue: Catalogue, region: str, year: int) -> tuple[int, int] | None:
    row = catalogue.region(region, year)
    if row is None:
        return None
    across, down = number_or_none(row["tile_column"]), number_or_none(row["tile_row"])
    return None if across is None or down is None else (int(down), int(across))


def _placed(tiles: list[Tile]) -> list[Tile]:
    """Places hold only where all tiles of a city have one of their own."""
    places = {tile.place for tile in tiles}
    if None not in places and len(places) == len(tiles):
        return tiles
    return [Tile(t.region, t.name, t.short, t.kind, t.page, t.band, t.shown) if t.place else t for t in tiles]


def _columns(tiles: list[Tile]) -> int:
    placed = _placed(tiles)
    if placed[0].place:
        return max(tile.place[1] for tile in placed if tile.place)
    return min(WIDEST, math.ceil(math.sqrt(len(tiles))))
