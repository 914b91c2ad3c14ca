"""search.html: the search of the newest edition, and the way to the others.

Index and script are the edition's own, so that a script never reads an index of another form.
"""

from __future__ import annotations

from gongbao.editions.english import in_english
from gongbao.editions.portal_frame import HOME, SEARCH, portal_fragment
from gongbao.editions.portal_shelf import Shelf
from gongbao.site import layout
from gongbao.site.layout import Crumb, Page

_IN_EDITION, _PLACES = layout.SEARCH.removeprefix("/"), layout.PLACES.removeprefix("/")


def portal_search(shelf: Shelf, *, english: bool = False) -> Page:
    """Only the newest edition is looked at, whatever number of them there is: each page of an edition leads to
    its own search. One that was sealed before there was a search can't be searched; the page says so. Where the
    page has an English twin (`english`) and the edition none, the search finds its Chinese pages."""
    latest = shelf.shown[0] if shelf.shown else None
    pages = shelf.edition(latest).get("pages", {}) if latest else {}
    year = latest.year if latest and _IN_EDITION in pages else 0
    places = f"/{year}/{_PLACES}" if year and _PLACES in pages else ""
    alone = english and latest is not None and not in_english(shelf.tree, latest)
    body = portal_fragment("search.html.j2", SEARCH, year=year, places=places, chinese_alone=alone)
    return Page(SEARCH, "搜索", body, "按地区、指标、内容查找公报", (Crumb("首页", HOME),), kind="search")
