"""What a comparison finds, as data: changes between two snapshots and what they break.

Pure records and their JSON; how they are found is `changes`' business, how they are shown
`changes_text`'s and `changes_page`'s.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

# Kinds of change in the order in which they are told, with their headings.
KINDS: Mapping[str, str] = {
    "flip": "结论翻转",
    "verdict": "结论的细节",
    "value": "数值",
    "fact": "主要数字",
    "text": "文字",
    "figure": "图",
    "table": "表",
    "record": "工作记录",
    "target": "标准值",
    "indicator": "指标定义",
    "framework": "测评体系",
    "source": "来源文件",
    "method": "编制方法和页面",
    "page": "网页",
    "place": "县（市、区）",
    "cell": "单元格移动",
}
DRAWN = "图的数据"  # the label of what a figure draws, known by its digest
UNROUNDED = "实际（未舍入）"  # the label of a verdict's number as it was compared

# What a change breaks, in the order in which it is told.
BREAKS: Mapping[str, str] = {
    "verdict": "结论翻转或取消",
    "text": "句子改变或消失",
    "target": "标准值没有可比的数，或标准值改变",
    "page": "网页消失",
    "definition": "指标定义改变",
    "comparison": "与其他县（市、区）的比较随之改变",
}


class ChangesError(Exception):
    """A file of changes can't be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """One side of a change: `shown` is what it says of `subject`.

    `value` is the unrounded number in `unit`, None where it has none; `cell` the place it was typed into;
    `page` its address in that revision without a leading slash, "" where it has none.
    """

    subject: str
    shown: str
    outcome: str = ""
    value: float | None = None
    unit: str = ""
    cell: str = ""
    source: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A field of what changed; None on the side that lacks it."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `key` is what makes the two sides the same thing; at least one side is there."""

    kind: str
    key: tuple[str, ...]
    old: Said | None
    new: Said | None
    parts: tuple[Part, ...] = ()
    region: str = ""
    area: str = ""

    @property
    def state(self) -> str:
        """added, removed or changed"""
        return "changed" if self.old and self.new else "added" if self.new else "removed"

    @property
    def subject(self) -> str:
        said = self.new or self.old
        return said.subject if said else ""

    def mirrored(self) -> Change:
        """The same difference read backwards."""
        parts = tuple(Part(p.label, p.new, p.old) for p in self.parts)
        return replace(self, old=self.new, new=self.old, parts=parts)


@dataclass(frozen=True, slots=True)
class Break:
    """What a reader, a page or another county loses or must read anew; `text` is a Chinese sentence."""

    kind: str
    text: str
    region: str = ""
    area: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences between two snapshots in the order of KINDS, and what the new one breaks.

    `old` and `new` name the two sides for a reader (“2019年度 r1”); `names` gives the regions' names.
    """

    old: str
    new: str
    items: tuple[Change, ...] = ()
    breaks: tuple[Break, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def counts(self) -> dict[str, int]:
        """How many changes of each kind, in the order of KINDS; only kinds that have some."""
        found = Counter(change.kind for change in self.items)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def of(self, kind: str) -> tuple[Change, ...]:
        return tuple(change for change in self.items if change.kind == kind)

    def name(self, region: str) -> str:
        return self.names.get(region, region)

    def content(self) -> dict[str, Any]:
        """What `to_json` writes."""
        return {
            "format": 1,
            "old": self.old,
            "new": self.new,
            "counts": self.counts,
            "names": dict(self.names),
            "breaks": [asdict(b) for b in self.breaks],
            "changes": [{"state": c.state} | asdict(c) for c in self.items],
        }

    def to_json(self) -> bytes:
        """The file changes.json; the same changes give the same bytes."""
        return (json.dumps(self.content(), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def changes_from_json(text: str | bytes) -> Changes:
    """What `to_json` wrote. Raises ChangesError for anything else."""
    try:
        return changes_from_content(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise ChangesError("changes.json 读不懂：不是本程序写的更正记录，或已损坏。") from error


def changes_from_content(content: Mapping[str, Any]) -> Changes:
    """The inverse of `Changes.content`. Raises KeyError or TypeError for what that did not give."""
    return Changes(
        content["old"],
        content["new"],
        tuple(_change(row) for row in content["changes"]),
        tuple(Break(**row) for row in content["breaks"]),
        content["names"],
    )


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        row["kind"],
        tuple(row["key"]),
        Said(**row["old"]) if row["old"] else None,
        Said(**row["new"]) if row["new"] else None,
        tuple(Part(**part) for part in row["parts"]),
        row["region"],
        row["area"],
    )
