"""The page that stands where something was withdrawn, and says so and why."""

from __future__ import annotations

from gongbao.editions.portal_frame import CORRECTIONS, EDITIONS, Frame, portal_fragment
from gongbao.editions.tree import Tree
from gongbao.publication import Publication
from gongbao.site.layout import Crumb, Page


def withdrawn_page(tree: Tree, publication: Publication, year: int, address: str) -> bytes:
    """The notice about the withdrawn revisions of an edition, to stand at `address` of the tree."""
    latest = tree.latest(year)
    revisions = [r for r in tree.revisions(year) if r.state == "withdrawn"]
    body = portal_fragment(
        "withdrawn.html.j2", address, year=year, revisions=revisions, latest=latest, whole=latest is None
    )
    title = f"{year}年度版已撤回" if latest is None else f"{year}年度版有修订版已撤回"
    page = Page(
        address,
        title,
        body,
        f"{title}：原因和日期",
        (Crumb("年度版", EDITIONS), Crumb("更正记录", CORRECTIONS)),
    )
    return Frame(publication).document(page, canonical=f"/{year}/withdrawn.html")[1]
