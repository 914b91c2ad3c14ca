"""Pages and downloads: executed notebooks -> a website.

Way in: `build_site`. Takes what a page says from the notebooks' outputs (`present`) and from the
checked Dataset; may not open a file of data, run a notebook or compute a statistic. Names are loaded
on demand: the processes that draw charts import this package and import nothing heavy before they draw.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongbao.site.build import SiteSummary, build_site

__all__ = ["SiteSummary", "build_site"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("gongbao.site.build"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
