"""What the publication says of its editions: reviewed or still a draft, under which number, until when held back.

That an edition has been released, superseded or withdrawn is a fact of the published tree and stands
nowhere in the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings
from gongbao.data.schema import EDITION_STATES, TABLES
from gongbao.rows import row_dicts

DRAFT, REVIEWED = EDITION_STATES
_DATES = ("date", "embargo_until")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# GB/T 9704: the year of a document number stands in 六角括号
_OTHER_BRACKETS = re.compile(r"[\[［(（【{]\s*(?:19|20)\d\d\s*[\]］)）】}]")


@dataclass(frozen=True, slots=True)
class Edition:
    """A row of the table `editions`. Days are ISO; "" where nothing is said."""

    year: int
    status: str = DRAFT
    doc_no: str = ""
    date: str = ""
    approved_by: str = ""
    embargo_until: str = ""
    note: str = ""

    @property
    def reviewed(self) -> bool:
        return self.status == REVIEWED


def edition_of(dataset: Dataset, year: int) -> Edition:
    """What is said of a year's edition; a draft where nothing is."""
    for row in row_dicts(dataset.table("editions")):
        if row["year"] == year:
            names = ("status", "doc_no", "date", "approved_by", "embargo_until", "note")
            return Edition(year, *(_text(row[name]) for name in names))
    return Edition(year)


def check_editions(dataset: Dataset, findings: Findings) -> None:
    """Dates that are no days, or in an order that can't be; an approval nobody gave; a number written wrong."""
    for row in row_dicts(dataset.tables["editions"]):
        days = {name: _day(dataset, row, name, findings) for name in _DATES}
        written, embargo = days["date"], days["embargo_until"]
        if row["year"] != row["year"]:
            continue  # a row without its year has been reported as such
        if written and written.year < row["year"]:
            findings.error(
                "date-before-year",
                dataset.place(row, "date"),
                f"成文日期 {written} 早于公报年度 {row['year']:.0f} 年。",
                "请核对年度和成文日期。",
            )
        if written and embargo and embargo < written:
            findings.error(
                "embargo-before-date",
                dataset.place(row, "embargo_until"),
                f"“禁发至”{embargo} 早于成文日期 {written}。",
                "请核对这两个日期；不限发布时间的，“禁发至”留空。",
            )
        if row["status"] == REVIEWED and not _text(row["approved_by"]):
            findings.warning(
                "no-approval",
                dataset.place(row, "approved_by"),
                f"{row['year']:.0f} 年度版已审核，却没有填批准机关。",
                "请填批准公开的机关，公报的每一页都会印上。",
            )
        doc_no = _text(row["doc_no"])
        if found := _OTHER_BRACKETS.search(doc_no):
            right = doc_no.replace(found[0], f"〔{found[0][1:-1].strip()}〕")
            findings.warning(
                "doc-no-brackets",
                dataset.place(row, "doc_no"),
                f"文号“{doc_no}”的年份没有用六角括号。",
                f"按公文格式写作“{right}”。",
            )


def _day(dataset: Dataset, row: Mapping[Any, Any], name: str, findings: Findings) -> date | None:
    """The date in a cell; one that is not exact to the day is reported."""
    value = _text(row[name])
    if value and not _DAY.fullmatch(value):
        label = TABLES["editions"].column(name).label
        findings.error(
            "not-a-day",
            dataset.place(row, name),
            f"“{label}”{value} 没有写到日。",
            "请填完整的日期，例如 2020-03-31。",
        )
        return None
    return date.fromisoformat(value) if value else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
