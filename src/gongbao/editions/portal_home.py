"""The portal's own pages: home, all editions, the log of corrections, and what a wrong address gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gongbao.editions.change import Change
from gongbao.editions.change_words import counted
from gongbao.editions.portal_frame import CORRECTIONS, EDITIONS, HOME, edition_links, portal_fragment
from gongbao.editions.portal_places import edition_groups, everyone, place_groups, place_lines
from gongbao.editions.portal_shelf import OVERVIEW, CountyRevision, Shelf, json_bytes
from gongbao.editions.tree import STATE_WORDS, Event, Revision
from gongbao.publication import Publication
from gongbao.site.entries import is_sample
from gongbao.site.groups import GROUP
from gongbao.site.layout import Crumb, Page
from gongbao.site.places import LISTED, County, Line, ReportLink
from gongbao.standards.outcome import Outcome

CRUMB = Crumb("首页", HOME)
RECENT = 5  # corrections on the home page
DETAILED = 30  # corrections told with their numbers; the older ones' own pages have them
FLIPS = 3  # verdict flips named in a list of corrections


@dataclass(frozen=True, slots=True)
class Flip:
    """A verdict that turned: old and new word, and the pages that say so."""

    name: str
    subject: str
    old: str
    new: str
    old_page: str
    new_page: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A revision after the first, or a withdrawal, as the log of corrections tells it.

    `counts`: how many things changed, by kind; "" where it is not told here. `page`: 更正说明.
    """

    event: Event
    withdrawn: bool
    old_page: str
    new_page: str
    page: str
    counts: str
    flips: tuple[Flip, ...]
    more_flips: int
    sample: bool = False


def corrections(shelf: Shelf, limit: int) -> Iterator[Correction]:
    """The corrections of all editions, the latest first; only the first `limit` with what they changed,
    so that the log needn't open the files of all years."""
    events = [e for e in shelf.tree.log if e.event == "withdrawn" or e.revision > 1]
    for number, event in enumerate(reversed(events)):
        yield correction(shelf, event, told=number < limit)


def correction(shelf: Shelf, event: Event, *, told: bool = True) -> Correction:
    """What the log of corrections says of an event that is one; without `told` no file is read for it."""
    year = event.edition
    if event.event == "withdrawn":
        latest = shelf.tree.latest(year)
        new_page = f"/{year}/index.html" if latest else f"/{year}/withdrawn.html"
        old_page = f"/{year}/r{event.revision}/index.html" if event.revision and not event.erased else ""
        return Correction(event, True, old_page, new_page, "", "", (), 0)
    revisions = {r.revision: r for r in shelf.tree.revisions(year) if not r.erased}
    if event.revision not in revisions:
        return Correction(event, False, "", "", "", "", (), 0)
    old = f"/{year}/r{event.revision - 1}/" if event.revision - 1 in revisions else ""
    new = f"/{year}/r{event.revision}/"
    found = shelf.changes(revisions[event.revision]) if told else None
    flips = [_flip(c, found.name(c.region), old, new) for c in found.of("flip")] if found else []
    regions = {c.region for c in found.items if c.region} if found else set()
    return Correction(
        event,
        False,
        old and f"{old}index.html",
        f"{new}index.html",
        f"{new}corrections.html",
        counted(found) if found is not None else "",
        tuple(flips[:FLIPS]),
        max(0, len(flips) - FLIPS),
        bool(regions) and all(map(is_sample, regions)),
    )


def _flip(change: Change, name: str, old: str, new: str) -> Flip:
    def word(outcome: str) -> str:
        return Outcome(outcome).label if outcome else "没有结论"

    before, after = change.old, change.new
    return Flip(
        name,
        change.subject,
        word(before.outcome) if before else "没有结论",
        word(after.outcome) if after else "没有结论",
        old + before.page if old and before and before.page else "",
        new + after.page if after and after.page else "",
    )


# --- home ----------------------------------------------------------------------------------------


def home_page(publication: Publication, shelf: Shelf, limit: int = GROUP) -> Page:
    """The latest edition with its counties and verdicts, all places, all editions, what was corrected. More
    than `limit` counties are listed by groups, and their verdicts stand in the edition."""
    latest = shelf.shown[0] if shelf.shown else None
    groups = edition_groups(shelf, latest, limit) if latest else []
    counties = [
        county_card(shelf, found)
        for code in _in_order(shelf.places(latest) if latest else {})
        if latest and not groups and (found := shelf.county(latest, code))
    ]
    pages = shelf.edition(latest).get("pages", {}) if latest else {}
    all_places = everyone(shelf)
    sample = any(p["sample"] for p in all_places)
    places = place_groups(shelf, [p["code"] for p in all_places], limit)
    listed = all_places if places.leaf else []
    body = portal_fragment(
        "home.html.j2",
        HOME,
        description=publication.description,
        latest=latest,
        offline=shelf.offline(latest),
        inside=edition_links(publication, latest, pages) if latest else [],
        real=[c for c in counties if not c.sample],
        samples=[c for c in counties if c.sample],
        groups=groups,
        place_groups=place_lines(places),
        real_places=[p for p in listed if not p["sample"]],
        sample_places=[p for p in listed if p["sample"]],
        editions=[_edition(shelf, year) for year in reversed(shelf.tree.editions)],
        corrections=list(corrections(shelf, RECENT))[:RECENT],
    )
    return Page(HOME, publication.title, body, publication.description, sample=sample)


def _in_order(codes: Mapping[str, str]) -> list[str]:
    """Real places, then samples, by code."""
    return sorted(codes, key=lambda code: (is_sample(code), code))


def county_card(shelf: Shelf, county: CountyRevision) -> County:
    """A county of the latest edition as the lists of the site show it."""
    root = f"/{county.revision.year}/"
    by_area: dict[str, list[Mapping[str, Any]]] = {}
    for verdict in county.content["verdicts"]:
        by_area.setdefault(verdict["area"], []).append(verdict)
    lines = [
        Line(v["outcome"], v["word"], v["label"], county.titles.get(area, area), root + county.pages[area])
        for area, verdicts in by_area.items()
        if area in county.pages
        for v in ([v for v in verdicts if v.get("headline")] or verdicts)
    ]
    return County(
        county.name,
        county.code,
        county.revision.year,
        "",
        is_sample(county.code),
        root + county.pages.get(OVERVIEW, f"{county.code}/index.html"),
        tuple(sorted(lines, key=lambda line: line.outcome != Outcome.FAIL)[:LISTED]),
        max(0, len(lines) - LISTED),
        tuple((o.value, o.label, sum(line.outcome == o for line in lines)) for o in Outcome),
        tuple(
            ReportLink(county.titles[area], root + page)
            for area, page in county.pages.items()
            if area != OVERVIEW
        ),
    )


# --- editions ------------------------------------------------------------------------------------


def _edition(shelf: Shelf, year: int) -> dict[str, Any]:
    """What a list of editions says of one."""
    latest = shelf.tree.latest(year)
    return {
        "year": year,
        "latest": latest,
        "page": f"/{year}/index.html" if latest else f"/{year}/withdrawn.html",
        "count": len(shelf.places_by_year.get(year, {})),
        "revisions": list(reversed(shelf.tree.revisions(year))),
        "offline": shelf.offline(latest),
    }


def editions_page(shelf: Shelf) -> Page:
    """Every edition with all its revisions: state, document, date, office, reason."""
    editions = [_edition(shelf, year) for year in reversed(shelf.tree.editions)]
    body = portal_fragment("editions.html.j2", EDITIONS, editions=editions)
    return Page(EDITIONS, "年度版和修订版", body, "全部年度版、修订版，文号、日期和更正原因", (CRUMB,))


def editions_file(shelf: Shelf) -> tuple[str, bytes]:
    """(address, bytes) of what a program needs to know about the editions; the switcher reads it."""

    def shown(revision: Revision) -> dict[str, Any]:
        return {
            "revision": revision.revision, "state": revision.state, "state_zh": STATE_WORDS[revision.state],
            "date": revision.date, "doc_no": revision.doc_no, "approved_by": revision.approved_by,
            "reason": revision.reason, "manifest_sha256": revision.manifest_sha256,
        }  # fmt: skip

    content = []
    for year in reversed(shelf.tree.editions):
        latest = shelf.tree.latest(year)
        revisions = [shown(r) for r in shelf.tree.revisions(year)]
        entry: dict[str, Any] = {
            "year": year,
            "latest": latest.revision if latest else None,
            "revisions": revisions,
        }
        if copy := shelf.offline(latest):
            entry["offline"] = {"file": copy.address.removeprefix("/"), "bytes": copy.bytes}
        content.append(entry)
    return "/editions.json", json_bytes({"format": 1, "editions": content})


def corrections_page(shelf: Shelf) -> Page:
    """What was corrected, why and when; the latest with what it changed."""
    found = list(corrections(shelf, DETAILED))
    body = portal_fragment("corrections.html.j2", CORRECTIONS, corrections=found)
    return Page(
        CORRECTIONS, "更正记录", body, "已发布公报的更正和撤回：改了什么、为什么、什么时候", (CRUMB,),
        sample=any(c.sample for c in found),
    )  # fmt: skip


def not_found_page() -> Page:
    address = "/404.html"
    return Page(address, "没有这个页面", portal_fragment("404.html.j2", address))
