"""A published tree in English: which of its pages have a twin, and the twins of those around revisions.

A revision holds its English pages below its own /en/, sealed with it; those of the portal stand below the
tree's. An edition that was released in Chinese alone stays so, and links to it from English pages lead to its
Chinese ones. A tree that has English pages once keeps them up, whatever the settings say later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from gongbao.editions.portal_shelf import Shelf
from gongbao.editions.revised import AllRevised, tell_revisions
from gongbao.editions.tree import Revision, Tree
from gongbao.english import EnglishPage, HasTwin, Pages, english_address, english_of, is_english
from gongbao.english.addresses import resolved
from gongbao.publication import Publication, Release

_EDITION = re.compile(r"/(\d{4})/(?:r(\d+)/)?(.+)")
_SEALED = re.compile(r"/\d{4}/r\d+/")
_LEADS = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]*)">')
LOST = "/404.html"  # what a server shows for any wrong address: in Chinese alone
WITHDRAWN_PAGE = "withdrawn.html"


def speaks_english(publication: Publication, tree: Tree) -> bool:
    """Whether the pages around the revisions have English twins."""
    return publication.in_english or (tree.root / "en" / "index.html").is_file()


def in_english(tree: Tree, revision: Revision) -> bool:
    """Whether a revision holds English pages."""
    return (tree.folder(revision.year, revision.revision) / "en").is_dir()


def translator(publication: Publication, tree: Tree) -> Pages:
    """Puts pages of a tree into English; names of places and offices, numbers of documents and reasons stay."""
    shelf = Shelf(tree)
    names = set(publication.proper_names) | _places(shelf.edition(shelf.shown[0]) if shelf.shown else {})
    for year in tree.editions:
        for r in tree.revisions(year):
            names |= {r.doc_no, r.approved_by, r.reason, r.withdrawn_for}
    return english_of(publication.pages, names - {""})


def _places(edition: Mapping[str, Any]) -> set[str]:
    regions = edition.get("regions", {}).values()
    return {str(region.get("name") or "") for region in regions} | set(edition.get("places", {}).values())


def tell_in_english(
    folder: Path, release: Release, publication: Publication, previous: Path, revised: AllRevised
) -> None:
    """Write into a revision's English pages what its Chinese ones were told when it was compared with the
    one in the folder `previous`, and its page of corrections."""
    edition = json.loads((folder / "snapshot" / "edition.json").read_bytes())
    release_names = publication.for_release(release).proper_names | {release.reason}
    pages = english_of(publication.pages, release_names | _places(edition) - {""})
    others = previous.parent

    def has_twin(address: str) -> bool:
        """Of this revision, of earlier ones, and of the tree around them, which will have its twins."""
        found = _EDITION.fullmatch(address)
        if found is None or not found[2] or int(found[2]) == release.revision:
            return True
        return (others / f"r{found[2]}" / "en" / found[3]).is_file()

    tell_revisions(folder / "en", release, revised, lambda address, html: pages.part(address, html, has_twin))
    name = "corrections.html"
    address = f"{release.address}{name}"
    html = (folder / name).read_text("utf-8").replace(address, english_address(address))
    (folder / "en" / name).write_text(pages.page(address, html, has_twin).html, "utf-8", newline="\n")


def twin_of(tree: Tree, changed: int, staging: Path) -> HasTwin:
    """Says of a page's address in the tree, with what is staged, whether it has a twin or will have one."""

    def has_twin(address: str) -> bool:
        edition = _EDITION.fullmatch(address)
        if edition and edition[3] == WITHDRAWN_PAGE and int(edition[1]) == changed:
            return True
        if edition is None or edition[3] == WITHDRAWN_PAGE:
            here = (staging / address[1:]).is_file() and address != LOST
            return here or (tree.root / english_address(address)[1:]).is_file()
        year = int(edition[1])
        revision = int(edition[2]) if edition[2] else getattr(tree.latest(year), "revision", 0)
        return bool(revision) and (tree.folder(year, revision) / "en" / edition[3]).is_file()

    return has_twin


def twins(pages: Pages, tree: Tree, changed: int, staging: Path) -> Iterator[EnglishPage]:
    """The twin of each staged page that belongs to no revision.

    Of an edition these are the pages that lead on from old addresses. Where they join an edition that
    doesn't change otherwise they stay in Chinese alone: its English pages are no part of the change.
    """
    has_twin = twin_of(tree, changed, staging)
    for path in sorted(staging.rglob("*.html")):
        address = "/" + path.relative_to(staging).as_posix()
        if address == LOST or is_english(address) or _SEALED.match(address):
            continue
        html = path.read_text("utf-8")
        if edition := _EDITION.fullmatch(address):
            leads = _LEADS.search(html)
            target = leads and resolved(address, unescape(leads[1]).partition("#")[0])
            if int(edition[1]) != changed or not (target and has_twin(target)):
                continue
        yield pages.page(address, html, has_twin)
