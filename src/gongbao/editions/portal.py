"""The portal: the pages of a published tree that belong to no edition, and change with every release.

They are made from the log and from what the sealed revisions say (their snapshots), never from other
pages; the same tree gives the same bytes. A release writes the tree's own pages and those of the
counties that its edition has, and opens little else (portal_shelf says what).
"""

from __future__ import annotations

from collections.abc import Iterator

from gongbao.editions.english import speaks_english
from gongbao.editions.portal_feed import feed_file
from gongbao.editions.portal_frame import Frame, theme_files
from gongbao.editions.portal_history import history_csv, history_page
from gongbao.editions.portal_home import (
    corrections_page,
    editions_file,
    editions_page,
    home_page,
    not_found_page,
)
from gongbao.editions.portal_places import places_pages
from gongbao.editions.portal_redirects import Files, edition_redirects, redirects_elsewhere, with_digests
from gongbao.editions.portal_search import portal_search
from gongbao.editions.portal_series import county_series
from gongbao.editions.portal_shelf import Shelf, concerned
from gongbao.editions.portal_sitemap import sitemap_files
from gongbao.editions.portal_versions import county_versions, versions_file, versions_page
from gongbao.editions.tree import Tree
from gongbao.publication import Publication


def portal_files(
    tree_after: Tree, publication: Publication, changed: int, offline: int = 0
) -> Iterator[tuple[str, bytes]]:
    """(address, bytes) of every portal file that a release or withdrawal of the edition `changed` alters.

    `tree_after`: the tree as it will be, its log with the new event and the new revision's folder. `offline`: the
    size in bytes of the changed edition's offline copy, 0 where it has none. Some of
    the files stand in the folders of editions: redirects; where one is added to an edition that
    doesn't change otherwise, its `latest.json` comes with it. Raises what reading a damaged snapshot raises.
    """
    shelf = Shelf(tree_after, {changed: offline})
    english = speaks_english(publication, tree_after)
    frame = Frame(publication, english=english)
    for page in (
        home_page(publication, shelf),
        editions_page(shelf),
        corrections_page(shelf),
        portal_search(shelf, english=english),
    ):
        yield frame.document(page)
    for page in places_pages(shelf):
        yield frame.document(page)
    yield frame.lost_document(not_found_page())
    yield feed_file(publication, shelf)
    yield editions_file(shelf)
    yield shelf.places_file()
    yield from theme_files(publication, english=english)
    yield from sitemap_files(publication.site_url, shelf, changed, english=english)
    yield from _counties(frame, publication, shelf, changed)


def _counties(
    frame: Frame, publication: Publication, shelf: Shelf, changed: int
) -> Iterator[tuple[str, bytes]]:
    """versions/, history/ and redirects of the counties that the edition has, or had."""
    added: dict[int, Files] = {}
    for code in concerned(shelf, changed):
        versions = county_versions(shelf, code, publication.settings.renamed_areas)
        series = county_series(shelf, versions.counties)
        yield frame.document(versions_page(versions))
        yield versions_file(versions)
        yield frame.document(history_page(versions, series))
        yield history_csv(versions, series)
        yield from sorted(edition_redirects(publication, shelf, versions, changed).items())
        for year, files in redirects_elsewhere(publication, shelf, versions, changed).items():
            added.setdefault(year, {}).update(files)
    for year, files in sorted(added.items()):
        yield from with_digests(shelf, year, files)
