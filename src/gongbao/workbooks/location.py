"""What the list of regions says of one region in one year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gongbao.data.succession import code_changes, code_in, former_codes
from gongbao.workbooks.values import text


@dataclass(frozen=True)
class Location:
    """`rows`: what the list says of the region, of this year only; `ancestors`: codes of the regions above,
    nearest first; `former`: (first year of the newer code, older code), the latest first."""

    region: str
    rows: tuple[dict[Any, Any], ...]
    ancestors: tuple[str, ...]
    former: tuple[tuple[int, str], ...]

    @property
    def name(self) -> str:
        """The region's name, its code where the list has none for this year."""
        return str(self.rows[-1]["region_name"]) if self.rows else self.region

    def text(self, column: str) -> str:
        """What a column says, "" if nothing."""
        return text(self.rows[-1][column]) if self.rows else ""

    def code_in(self, year: int) -> str:
        """The code this region had in a year."""
        changes = dict(zip([self.region, *(code for _, code in self.former)], self.former, strict=False))
        return code_in(changes, self.region, year)


def locate(regions: Sequence[dict[Any, Any]], region: str, year: int) -> Location:
    """The region with the code `region` in `year`, from the rows of schema.REGIONS."""
    rows = tuple(
        row
        for row in regions
        if row["region_code"] == region and not row["valid_from"] > year and not row["valid_to"] < year
    )
    parents = {row["region_code"]: row["parent_code"] for row in regions}
    line: list[str] = []
    code = parents.get(region)
    while isinstance(code, str) and code not in line:
        line.append(code)
        code = parents.get(code)
    return Location(region, rows, tuple(line), tuple(former_codes(code_changes(regions), region)))
