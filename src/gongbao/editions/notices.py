"""The page that stands where something was withdrawn, and says so and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from gongbao.editions.english import WITHDRAWN_PAGE, speaks_english, translator, twin_of
from gongbao.editions.portal_frame import CORRECTIONS, EDITIONS, Frame, portal_fragment
from gongbao.editions.tree import Tree
from gongbao.publication import Publication
from gongbao.site.layout import Crumb, Page

_ENGLISH = "en/"


def notice_names(tree: Tree, publication: Publication) -> list[str]:
    """The names of an edition's own notice: in Chinese, and in English where the tree has English pages."""
    return [WITHDRAWN_PAGE, *([_ENGLISH + WITHDRAWN_PAGE] if speaks_english(publication, tree) else [])]


def withdrawn_pages(
    tree: Tree, publication: Publication, folder: str, names: Collection[str], staging: Path
) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the notice at each of the pages `names` below `folder` (“/2019/”, “/2019/r1/”) of the
    tree, in English for those below en/."""
    year = int(folder[1:5])
    english = {name for name in names if name.startswith(_ENGLISH)}
    pages = translator(publication, tree) if english else None
    for name in sorted(set(names) - english):
        twin = _ENGLISH + name
        page = withdrawn_page(tree, publication, year, folder + name, english=twin in english)
        yield name, page
        if pages and twin in english:
            has_twin = twin_of(tree, year, staging)
            yield twin, pages.page(folder + name, page.decode(), has_twin).html.encode()


def withdrawn_page(
    tree: Tree, publication: Publication, year: int, address: str, *, english: bool = False
) -> bytes:
    """The notice about the withdrawn revisions of an edition, to stand at `address` of the tree. `english`:
    it has a twin."""
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
    return Frame(publication, english=english).document(page, canonical=f"/{year}/withdrawn.html")[1]
