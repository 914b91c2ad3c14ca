"""The cover of a submission: which region and year it is for, and its default source."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongbao.data.cells import CellError, read_code, read_text, read_year
from gongbao.data.columns import Column
from gongbao.data.grids import Grid
from gongbao.data.headers import plain_label
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import COVER_FIELDS
from gongbao.data.sheets import require_computed

_REGION_CODE = Column("region_code", COVER_FIELDS["region_code"], "code")


@dataclass(slots=True)
class Cover:
    """`region_code` "" and `year` 0 where they are not given; `places` says where each field stands."""

    region_code: str = ""
    year: int = 0
    office: str = ""
    source_id: str = ""
    note: str = ""
    places: dict[str, Place] = field(default_factory=dict)


def read_cover(grid: Grid, findings: Findings) -> Cover:
    """Labels in column A, values in column B. Errors name the cell of the value."""
    fields = {plain_label(label): name for name, label in COVER_FIELDS.items()}
    fields |= {name: name for name in COVER_FIELDS}
    cover = Cover()
    for index in range(len(grid.rows)):
        name = fields.get(plain_label(grid.cell(index, 0)).rstrip(":"))
        if name is None:
            continue
        place = grid.place(index, 1)
        if name in cover.places:
            findings.error(
                "duplicate-column", place, f"封面上“{COVER_FIELDS[name]}”写了两次。", "请只保留一行。"
            )
            continue
        cover.places[name] = place
        value = grid.cell(index, 1)
        try:
            require_computed(grid, index, 1)
            if value == "" or (isinstance(value, str) and not value.strip()):
                continue
            if name == "year":
                cover.year = int(read_year(value))
            elif name in ("region_code", "source_id"):
                setattr(cover, name, read_code(value, _REGION_CODE))
            else:
                setattr(cover, name, read_text(value, Column(name, COVER_FIELDS[name])))
        except CellError as error:
            findings.error(error.code, place, error.message, error.advice)
    return cover
