"""What a published tree says about itself: its log, its manifests, its lists of mutable files.

Each is read strictly and held against the others. What is wrong is a Finding, never an exception: one
damaged record must not hide the state of everything else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gongbao.editions.latest import json_bytes
from gongbao.editions.manifest import MANIFEST, SIGNATURE, Manifest, ManifestError, parse_manifest
from gongbao.editions.signing import PublicKeys, SignatureFault, can_check, check_signature
from gongbao.editions.tree import LOG, Event, TreeError, format_log, parse_log

Kind = Literal["missing", "added", "altered", "chain", "signature", "log", "interrupted"]
KIND_WORDS: Mapping[Kind, str] = {
    "interrupted": "发布中断",
    "log": "发布记录",
    "chain": "链条",
    "signature": "签名",
    "altered": "被改动",
    "missing": "缺少",
    "added": "多出",
}

_REVISION = re.compile(r"(\d{4})/r([1-9]\d*)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that isn't as sealed. `path`: below the tree; `text`: what is wrong, in Chinese."""

    kind: Kind
    path: str
    text: str


@dataclass(frozen=True)
class Records:
    """What the records say. `manifests`: those that could be read, by address ("2019/r1"); `unreadable`:
    addresses of revisions whose files can't be checked one by one; `erased`: of those taken away;
    `events` None: the log could not be read."""

    events: tuple[Event, ...] | None
    manifests: Mapping[str, Manifest] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    signed: Mapping[str, str] = field(default_factory=dict)
    """Ids of the keys by which manifests are signed, by address."""

    @property
    def head(self) -> str:
        """SHA-256 of the last event: whoever keeps it can prove later that nothing was taken out since."""
        return self.events[-1].digest if self.events else ""

    def holds(self, head: str) -> bool:
        """Whether the log has an event with this digest."""
        return any(event.digest == head for event in self.events or ())

    @property
    def released(self) -> tuple[str, ...]:
        """Addresses of all revisions that the log names."""
        return tuple(f"{e.edition}/r{e.revision}" for e in self.events or () if e.event == "released")


def read_log(root: Path, found: list[Finding]) -> tuple[Event, ...] | None:
    """The events of the log, held against each other; None if they can't be read."""
    path = root / LOG
    if not path.is_file():
        found.append(Finding("log", LOG, "没有发布记录：无从知道有哪些修订版、有没有少了的。"))
        return None
    try:
        content = path.read_bytes()
        events = parse_log(content)
        written = format_log(events)
    except (OSError, TreeError) as error:
        found.append(Finding("log", LOG, f"发布记录读不出来：{error}"))
        return None
    wrong = [event for event in events if not _well_formed(event)]
    if wrong:
        found.append(Finding("log", LOG, f"第 {events.index(wrong[0]) + 1} 条写法不对，记录被改动过。"))
        return None
    if written != content:
        found.append(Finding("log", LOG, "写法与写出时不同，文件被改动过。"))
    found += _chain(events)
    return events


def _well_formed(event: Event) -> bool:
    texts = (event.date, event.doc_no, event.approved_by, event.reason, event.manifest_sha256, event.previous)
    numbers = (event.n, event.edition, event.revision)
    return (
        event.event in ("released", "withdrawn")
        and all(isinstance(text, str) for text in texts)
        and all(type(number) is int for number in numbers)
        and type(event.erased) is bool
        and (event.event == "withdrawn" or bool(_DIGEST.fullmatch(event.manifest_sha256)))
    )


def _chain(events: Sequence[Event]) -> Iterator[Finding]:
    last: dict[int, int] = {}
    for place, event in enumerate(events, 1):
        name = f"第 {place} 条（{event_name(event)}）"
        before = events[place - 2].digest if place > 1 else ""
        if event.previous != before:
            told = f"第 {place - 1} 条" if place > 1 else "开头"
            yield Finding("chain", LOG, f"{name}和{told}接不上：其间有记录被改动、删去或插入。")
        if event.n != place:
            yield Finding("chain", LOG, f"{name}的编号是 {event.n}：有记录被删去或插入。")
        if event.event == "released":
            if event.revision != last.get(event.edition, 0) + 1:
                yield Finding("chain", LOG, f"{name}之前缺少 {event.edition}/r{event.revision - 1} 的发布。")
            last[event.edition] = event.revision
        elif event.edition not in last or event.revision > last[event.edition]:
            yield Finding("chain", LOG, f"{name}撤回的修订版没有发布过。")


def event_name(event: Event) -> str:
    """What an event is called in messages: "2019/r1 发布"."""
    which = f"{event.edition}/r{event.revision}" if event.revision else f"{event.edition} 年度版"
    return f"{which} {'发布' if event.event == 'released' else '撤回'}"


def erased_revisions(events: Sequence[Event]) -> frozenset[str]:
    """Addresses of the revisions whose files were taken away by a withdrawal, whatever came after."""
    released: dict[int, list[int]] = {}
    gone = set()
    for event in events:
        if event.event == "released":
            released.setdefault(event.edition, []).append(event.revision)
        elif event.erased:
            gone |= {
                f"{event.edition}/r{revision}"
                for revision in released.get(event.edition, ())
                if event.revision in (0, revision)
            }
    return frozenset(gone)


def read_records(root: Path, files: Sequence[str], keys: PublicKeys | None, found: list[Finding]) -> Records:
    """Read the log and every manifest, hold them against each other, check the signatures."""
    events = read_log(root, found)
    present = [path.rpartition("/")[0] for path in files if _is_manifest(path)]
    erased = erased_revisions(events or ())
    by_address = {f"{e.edition}/r{e.revision}": e for e in events or () if e.event == "released"}
    there = set(files)
    manifests: dict[str, Manifest] = {}
    signed: dict[str, str] = {}
    unreadable = set()
    for address in sorted(set(by_address) | (set(present) if events is None else set()), key=_order):
        if f"{address}/{MANIFEST}" not in there:
            unreadable.add(address)
            continue  # missing: told with the files
        try:
            content = (root / address / MANIFEST).read_bytes()
        except OSError as error:
            found.append(Finding("altered", f"{address}/{MANIFEST}", f"打不开：{error.strerror}。"))
            unreadable.add(address)
            continue
        event = by_address.get(address)
        if event and hashlib.sha256(content).hexdigest() != event.manifest_sha256:
            found.append(
                Finding("altered", f"{address}/{MANIFEST}", "和发布记录里的摘要不符，封存后被改动过。")
            )
        try:
            manifests[address] = manifest = parse_manifest(content)
        except ManifestError as error:
            unreadable.add(address)
            found += [Finding("altered", f"{address}/{MANIFEST}", line) for line in str(error).splitlines()]
        else:
            found += _compare(manifest, address, event, by_address, manifests)
        key = _signature(root, address, content, f"{address}/{SIGNATURE}" in there, keys, found)
        if key:
            signed[address] = key
    return Records(events, manifests, frozenset(unreadable - erased), erased, signed)


def _is_manifest(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name == MANIFEST and _REVISION.fullmatch(folder) is not None


def _order(address: str) -> tuple[int, int]:
    year, _, revision = address.partition("/r")
    return int(year), int(revision)


def _compare(
    manifest: Manifest,
    address: str,
    event: Event | None,
    released: Mapping[str, Event],
    manifests: Mapping[str, Manifest],
) -> Iterator[Finding]:
    """A manifest against its place, the event of its release and the revision before it."""
    path = f"{address}/{MANIFEST}"
    if manifest.name != address:
        yield Finding("altered", path, f"写的是 {manifest.name}，却放在 {address}/。")
    if event is not None:
        for label, ours, theirs in (
            ("发布日期", manifest.released, event.date), ("文号", manifest.doc_no, event.doc_no),
            ("批准机关", manifest.approved_by, event.approved_by), ("更正原因", manifest.reason, event.reason),
        ):  # fmt: skip
            if ours != theirs:
                yield Finding("log", path, f"{label}“{ours}”和发布记录里的“{theirs}”不同。")
    if manifest.previous is None:
        return
    before = f"{manifest.edition}/r{manifest.previous.revision}"
    if before in released:
        sha256: str | None = released[before].manifest_sha256
    else:
        sha256 = manifests[before].sha256 if before in manifests else None
    if sha256 is None:
        yield Finding("chain", path, f"前一个修订版 {before} 不在：链条断了。")
    elif sha256 != manifest.previous.manifest_sha256:
        yield Finding("chain", path, f"记下的前一个修订版 {before} 的摘要，和发布记录里的不同：链条断了。")


def _signature(
    root: Path, address: str, manifest: bytes, there: bool, keys: PublicKeys | None, found: list[Finding]
) -> str:
    path = f"{address}/{SIGNATURE}"
    if there and keys is None and not can_check():
        return ""  # who hasn't asked for signatures needs no library for them
    if not there:
        if keys is not None:
            found.append(Finding("signature", path, "没有签名。"))
        return ""
    try:
        return check_signature(manifest, (root / path).read_bytes(), keys)
    except SignatureFault as error:
        found.append(Finding("signature", path, f"{error}。"))
    except OSError as error:
        found.append(Finding("signature", path, f"打不开：{error.strerror}。"))
    return ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of mutable files: path -> SHA-256, and (for an edition's copy) of which revision it is."""

    files: Mapping[str, str]
    revision: int | None = None


def read_listing(root: Path, path: str, found: list[Finding]) -> Listing | None:
    """`portal.json` or a `latest.json`; None if it is missing or damaged, which is told."""
    if not (root / path).is_file():
        found.append(Finding("missing", path, "缺少可变文件的清单。"))
        return None
    try:
        content = (root / path).read_bytes()
        fields: Any = json.loads(content)
        listing = Listing(dict(fields["files"]), fields.get("revision"))
        good = (
            json_bytes(fields) == content
            and fields["format"] == 1
            and set(fields) <= {"format", "files", "revision"}
            and all(isinstance(v, str) and _DIGEST.fullmatch(v) for v in listing.files.values())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        found.append(Finding("altered", path, "清单已损坏或被改动过，读不出来。"))
        return None
    return listing
