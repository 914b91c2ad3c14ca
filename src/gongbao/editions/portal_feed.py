"""feed.xml: releases, corrections and withdrawals as an Atom feed (RFC 4287).

An entry's id comes from the log alone, so it stays the same when the tree moves to another address; its
date is the log's, so the same log gives the same bytes.
"""

from __future__ import annotations

import uuid
from html import escape
from xml.etree import ElementTree as ET

from gongbao.editions.portal_frame import CORRECTIONS, FEED, HOME, portal_fragment
from gongbao.editions.portal_home import correction
from gongbao.editions.portal_shelf import Shelf, xml_bytes
from gongbao.editions.tree import Event
from gongbao.publication import Publication
from gongbao.site.layout import relative

ENTRIES = 30
_ATOM = "http://www.w3.org/2005/Atom"
# Any fixed namespace: what matters is that the same event gives the same id for ever.
_IDS = uuid.UUID("7d1f9a52-6f0e-5f0b-9d0a-5c1f6c1a2b19")


def entry_id(event: Event) -> str:
    """The id of an event's entry, the same wherever and whenever the feed is written."""
    return uuid.uuid5(_IDS, event.digest).urn


def _moment(day: str) -> str:
    """A day of the log as the moment it begins in China, which Atom's dates need."""
    return f"{day}T00:00:00+08:00"


def feed_file(publication: Publication, shelf: Shelf) -> tuple[str, bytes]:
    """(address, bytes) of the feed with the latest events. The log must hold at least one."""
    log = shelf.tree.log
    site = publication.site_url

    def address(target: str) -> str:
        return site + target if site else relative(FEED, target)

    ET.register_namespace("", _ATOM)
    feed = ET.Element(
        f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": publication.language}
    )

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = text or None
        return element

    add(feed, "id", uuid.uuid5(_IDS, f"feed {log[0].digest}").urn)
    add(feed, "title", f"{publication.title}：发布与更正")
    add(feed, "updated", _moment(max(event.date for event in log)))
    add(add(feed, "author"), "name", publication.settings.office or publication.title)
    add(feed, "link", rel="self", type="application/atom+xml", href=address(FEED))
    add(feed, "link", rel="alternate", type="text/html", href=address(HOME))
    for event in reversed(log[-ENTRIES:]):
        entry = add(feed, "entry")
        add(entry, "id", entry_id(event))
        add(entry, "title", _title(event))
        add(entry, "updated", _moment(event.date))
        add(entry, "published", _moment(event.date))
        add(entry, "link", rel="alternate", type="text/html", href=address(_page(shelf, event)))
        add(entry, "category", term=_term(event), label=_LABELS[_term(event)])
        add(entry, "content", _content(shelf, event, address), type="html")
    return FEED, xml_bytes(feed)


_LABELS = {"release": "发布", "correction": "更正", "withdrawal": "撤回"}


def _term(event: Event) -> str:
    if event.event == "withdrawn":
        return "withdrawal"
    return "correction" if event.revision > 1 else "release"


def _title(event: Event) -> str:
    revision = f"r{event.revision}" if event.revision else ""
    what = {"release": "发布", "correction": f"更正（{revision}）", "withdrawal": f"{revision}撤回"}[
        _term(event)
    ]
    return f"{event.edition}年度公报{what}"


def _page(shelf: Shelf, event: Event) -> str:
    """Where an entry leads: the revision as it was then, its 更正说明, or the notice of withdrawal."""
    year = event.edition
    revision = next((r for r in shelf.tree.revisions(year) if r.revision == event.revision), None)
    if event.event == "withdrawn":
        return CORRECTIONS if shelf.tree.latest(year) else f"/{year}/withdrawn.html"
    if revision is None or revision.erased:
        return CORRECTIONS
    return f"/{year}/r{event.revision}/{'corrections' if event.revision > 1 else 'index'}.html"


def _content(shelf: Shelf, event: Event, address: object) -> str:
    """What an entry says, as HTML text."""
    if _term(event) == "release":
        parts = [event.doc_no, event.approved_by]
        said = "，".join(part for part in parts if part)
        return f"<p>{event.edition}年度公报发布{escape('：' + said if said else '')}。</p>"
    return portal_fragment("feed_entry.html.j2", FEED, item=correction(shelf, event), place=address).strip()
