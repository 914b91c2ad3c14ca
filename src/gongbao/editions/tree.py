"""The published tree: which editions and revisions it holds, by its log. Reads only.

`log.json` is the tree's memory: one event for each release and withdrawal, each with the SHA-256 of the
one before it, so that nothing can be taken out unseen. What state a revision is in follows from the
events and is written nowhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

LOG = "log.json"
PORTAL = "portal.json"  # SHA-256 of each mutable file that belongs to no edition
LATEST = "latest.json"  # in an edition's folder: those of the copy of its latest revision
EDITIONS_FILE = "editions.json"  # the editions for programs; with the sizes of their offline copies
WORKING = ".gongbao"  # lock, staging and journal of a release; never served, never verified

State = Literal["released", "superseded", "withdrawn"]
STATE_WORDS: Mapping[State, str] = {
    "released": "已发布",
    "superseded": "已被取代",
    "withdrawn": "已撤回",
}


def offline_name(year: int) -> str:
    """The offline copy of what an edition shows, in the edition's folder."""
    return f"gongbao-{year}.zip"


class TreeError(Exception):
    """A published tree can't be read or written to; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Event:
    """A release or withdrawal. `revision` 0 in a withdrawal: the whole edition. `erased`: the sealed
    files were taken away too (what the law forbids to publish), only their hashes stay."""

    n: int
    event: Literal["released", "withdrawn"]
    edition: int
    revision: int
    date: str
    doc_no: str = ""
    approved_by: str = ""
    reason: str = ""
    manifest_sha256: str = ""
    previous: str = ""
    erased: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the event as canonical JSON: the next event's `previous`."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Revision:
    """A sealed revision as the log tells it. `withdrawn_for`: why it was withdrawn, "" if it was not."""

    year: int
    revision: int
    date: str
    doc_no: str
    approved_by: str
    reason: str
    manifest_sha256: str
    state: State = "released"
    withdrawn_on: str = ""
    withdrawn_for: str = ""
    erased: bool = False

    @property
    def name(self) -> str:
        return f"r{self.revision}"

    @property
    def address(self) -> str:
        """Folder below the tree: "2019/r1"."""
        return f"{self.year}/{self.name}"


@dataclass(frozen=True)
class Tree:
    """A published tree. `staged` says where the files of a revision stand that is not in place yet."""

    root: Path
    staged: Mapping[tuple[int, int], Path] = field(default_factory=dict)
    added: tuple[Event, ...] = ()

    @cached_property
    def log(self) -> tuple[Event, ...]:
        """All events, the oldest first. Raises TreeError for a log that can't be read."""
        path = self.root / LOG
        if not path.exists():
            return self.added
        return (*parse_log(path.read_bytes()), *self.added)

    @cached_property
    def _revisions(self) -> dict[int, tuple[Revision, ...]]:
        found: dict[int, dict[int, Revision]] = {}
        for event in self.log:
            own = found.setdefault(event.edition, {})
            if event.event == "released":
                own[event.revision] = Revision(
                    event.edition, event.revision, event.date, event.doc_no, event.approved_by, event.reason,
                    event.manifest_sha256,
                )  # fmt: skip
            else:  # of those that there were then
                for number in [event.revision] if event.revision else list(own):
                    if number not in own:
                        raise TreeError(f"{LOG} 第 {event.n} 条撤回的 {event.edition}/r{number} 没有发布过。")
                    own[number] = _withdrawn(own[number], event)
        return {year: _superseded([own[n] for n in sorted(own)]) for year, own in sorted(found.items())}

    @property
    def editions(self) -> tuple[int, ...]:
        """Years with at least one revision, the earliest first; withdrawn ones too."""
        return tuple(self._revisions)

    def revisions(self, year: int) -> tuple[Revision, ...]:
        """All revisions of an edition, r1 first; () where there are none."""
        return self._revisions.get(year, ())

    def latest(self, year: int) -> Revision | None:
        """The revision that /<year>/ shows: the last one that was not withdrawn."""
        return next((r for r in reversed(self.revisions(year)) if r.state != "withdrawn"), None)

    def folder(self, year: int, revision: int) -> Path:
        """Where the files of a revision stand now."""
        return self.staged.get((year, revision), self.root / str(year) / f"r{revision}")

    def after(self, event: Event, folder: Path | None = None) -> Tree:
        """The tree as it will be when `event` has happened; `folder`: the revision's files until then."""
        staged = dict(self.staged)
        if folder is not None:
            staged[event.edition, event.revision] = folder
        return Tree(self.root, staged, (*self.added, event))

    def next_event(self, **fields: Any) -> Event:
        """An event that follows the last one of the log."""
        last = self.log[-1] if self.log else None
        return Event(n=len(self.log) + 1, previous=last.digest if last else "", **fields)


def _withdrawn(revision: Revision, event: Event) -> Revision:
    return replace(
        revision, state="withdrawn", withdrawn_on=event.date, withdrawn_for=event.reason,
        erased=revision.erased or event.erased,
    )  # fmt: skip


def _superseded(revisions: Sequence[Revision]) -> tuple[Revision, ...]:
    """Those that still hold, but for the last of them, are superseded."""
    holding = [r.revision for r in revisions if r.state != "withdrawn"]
    return tuple(replace(r, state="superseded") if r.revision in holding[:-1] else r for r in revisions)


def offline_sizes(root: Path) -> dict[int, int]:
    """Year -> bytes of the offline copy, as far as the tree's list of editions says that there is one. Raises
    TreeError for a list that can't be read."""
    path = root / EDITIONS_FILE
    if not path.exists():
        return {}
    try:
        editions = json.loads(path.read_bytes())["editions"]
        return {int(each["year"]): int(each["offline"]["bytes"]) for each in editions if each.get("offline")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TreeError(f"{EDITIONS_FILE} 读不懂，或已损坏。") from error


def parse_log(data: bytes) -> tuple[Event, ...]:
    """The events of a log file. Raises TreeError."""
    try:
        content = json.loads(data)
        return tuple(Event(**event) for event in content["events"])
    except (ValueError, KeyError, TypeError) as error:
        raise TreeError(f"{LOG} 读不懂：不是本程序写的发布记录，或已损坏。") from error


def format_log(events: tuple[Event, ...]) -> bytes:
    """The log file that holds `events`."""
    content = {"format": 1, "events": [asdict(event) for event in events]}
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
