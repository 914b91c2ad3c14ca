"""Gongbao 公报: annual education-supervision bulletins from Excel submissions and Jupyter workbooks.

What a workbook imports: `open_report` gives the report of a region, a year and an area; `findings`
puts what a chart or table shows into words.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongbao.workbooks import findings as findings
    from gongbao.workbooks.session import open_report as open_report

__all__ = ["findings", "open_report"]


def __getattr__(name: str) -> object:
    # Loaded on demand, so that `gongbao --help` doesn't wait for pandas and Altair.
    if name == "open_report":
        return import_module("gongbao.workbooks.session").open_report
    if name == "findings":
        return import_module("gongbao.workbooks.findings")
    raise AttributeError(name)
