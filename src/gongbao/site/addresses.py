"""Addresses that a page of one revision names outside itself.

A site is built at working addresses (/reports/2019/511923/finance.html); a released edition is moved to
short ones (/2019/r1/511923/finance.html). A page is built once, before it is moved: what stands
outside its revision is written `/-/…`, which the move turns into the address in the published tree.
"""

from __future__ import annotations

from gongbao.publication import Release

OUTSIDE = "/-/"


def in_edition(address: str, year: int) -> str:
    """Where a page or file of the working build stands below /<year>/ or /<year>/r<n>/, no slash before it."""
    for folder, place in (("reports", ""), ("data", "data/"), ("notebooks", "notebooks/")):
        start = f"/{folder}/{year}/"
        if address.startswith(start):
            return place + address.removeprefix(start)
    return address.removeprefix("/")


def latest(address: str, release: Release) -> str:
    """The same page in the latest revision of the edition."""
    return f"{OUTSIDE}{release.year}/{in_edition(address, release.year)}"


def sealed(address: str, release: Release) -> str:
    """The page's own address for ever, below the root of the published tree."""
    return release.address + in_edition(address, release.year)


def versions(region: str, area: str = "") -> str:
    """A county's years and revisions; at the line of an area where one is named."""
    return f"{OUTSIDE}versions/{region}.html" + (f"#{area}" if area else "")


def versions_data(region: str) -> str:
    """The same as data, for the script that makes a switcher of it."""
    return f"{OUTSIDE}versions/{region}.json"


def status_style(release: Release) -> str:
    """The style sheet by which the tree says, without touching the revision, that it no longer holds."""
    return f"{OUTSIDE}status/{release.year}/{release.name}.css"


def corrections(release: Release) -> str:
    """The revision's own page of what it corrects."""
    return f"/reports/{release.year}/corrections.html"
