"""The page 更正说明 of a revision: what it corrects, why, and where the earlier text still stands."""

from __future__ import annotations

from gongbao.editions.change import KINDS, Changes
from gongbao.editions.change_words import counted
from gongbao.editions.changes_page import changes_html, environment
from gongbao.editions.relocate import released_address, rewritten
from gongbao.publication import Publication, Release
from gongbao.site.addresses import corrections
from gongbao.site.bodies import Heading
from gongbao.site.entries import is_sample
from gongbao.site.layout import Crumb, Page, Subject, chinese_day, navigation, relative, whole

_LOG = "/-/corrections.html"


def correction_page(
    changes: Changes, release: Release, publication: Publication, *, previous: int | None = None
) -> bytes:
    """The bytes of /<year>/r<n>/corrections.html, links as they are in the sealed revision.

    `previous` is the revision that was corrected, by default the one before. Everything but the reason,
    the document and the date is computed from the two revisions' snapshots.
    """
    address = corrections(release)
    before = release.revision - 1 if previous is None else previous

    def link(target: str) -> str:
        return relative(address, target)

    def old_page(page: str) -> str:
        return link(f"/-/{release.year}/r{before}/{page}")

    def new_page(page: str) -> str:
        return link(_working(page, release.year))

    lead = f"{release.year}年度公报的修订版 {release.name} 取代修订版 r{before}。"
    body = environment().get_template("correction.html.j2").render(
        lead=lead,
        facts=[
            ("更正原因", release.reason),
            ("文号", release.doc_no),
            ("批准机关", release.approved_by),
            ("发布日期", chinese_day(release.date)),
        ],
        counted=counted(changes),
        name_before=f"r{before}",
        address_before=old_page("index.html"),
        address_json=link(f"/reports/{release.year}/changes.json"),
        address_log=link(_LOG),
        sections=changes_html(
            changes, old_address=old_page, new_address=new_page, old_link=f"r{before} 的页面",
            new_link=f"{release.name} 的页面", before=f"原为（r{before}）", after=f"更正为（{release.name}）",
            breaks=False,
        ),
    )  # fmt: skip
    page = Page(
        address,
        f"{release.year}年度公报更正说明（{release.name}）",
        body,
        f"{lead}{counted(changes)}",
        (Crumb("首页", "/index.html"), Crumb(f"{release.year}年", f"/reports/{release.year}/index.html")),
        sample=any(is_sample(change.region) for change in changes.items),
        headings=_headings(changes),
        subject=Subject(release.year, draft=False),
    )
    own = publication.for_release(release)
    text = whole(page, own, navigation(publication), english=own.in_english)
    return rewritten(text.encode(), address, lambda a: released_address(a, release.year, release.revision))


def _working(page: str, year: int) -> str:
    """The working address of a page that snapshots call "511923/finance.html"."""
    top = page.partition("/")[0]
    shared = top in ("site", "data", "assets", "notebooks")
    return f"/{page}" if shared else f"/reports/{year}/{page}"


def _headings(changes: Changes) -> tuple[Heading, ...]:
    return tuple(Heading(2, kind, KINDS[kind]) for kind in changes.counts)
