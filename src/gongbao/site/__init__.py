"""Pages and downloads: executed notebooks -> a website.

Way in: `build_site`. Takes what a page says from the notebooks' outputs (`present`) and from the
checked Dataset; may not open a file of data, run a notebook or compute a statistic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongbao.site.build import SiteSummary as SiteSummary
    from gongbao.site.build import build_site as build_site

__all__ = ["SiteSummary", "build_site"]


def __getattr__(name: str) -> object:
    # Loaded on demand: a process that only draws charts imports this package, and pandas, Altair and
    # nbconvert would cost it three seconds.
    if name in __all__:
        from gongbao.site import build

        return getattr(build, name)
    raise AttributeError(name)
