"""What may be printed of a place in a text: schools that may not be named are called by their kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OBJECT_TYPES = {
    "县": "县级政府",
    "部门": "部门",
    "乡镇": "乡镇",
    "片区": "片区",
    "学校": "学校",
    "幼儿园": "幼儿园",
}


@dataclass(frozen=True)
class Names:
    """What may be printed of a place: a school that may not be named is called by its kind.

    `schools` is school_id -> (name, 学校 or 幼儿园, whether it may be named); `hidden` the names that
    may not appear in any text, longest first.
    """

    region: str
    region_name: str
    schools: Mapping[str, tuple[str, str, bool]]
    hidden: tuple[str, ...] = ()

    @classmethod
    def of(cls, region: str, region_name: str, schools: Sequence[Mapping[Any, Any]]) -> Names:
        """From rows of schema.SCHOOLS; a name that any row forbids is hidden."""
        known, forbidden = {}, set()
        for row in schools:
            kind = "幼儿园" if row["stage"] == "幼儿园" else "学校"
            shown = row["publish_name"] == 1
            known[str(row["school_id"])] = (str(row["school_name"]), kind, shown)
            if not shown:
                forbidden.add(str(row["school_name"]))
        return cls(region, region_name, known, tuple(sorted(forbidden, key=lambda n: (-len(n), n))))

    def clean(self, words: str) -> str:
        """Text without the names of schools that may not be named."""
        for name in self.hidden:
            words = words.replace(name, "某幼儿园" if name.endswith("园") else "某校")
        return words

    def object(self, kind: str, object_id: str) -> str:
        """What a finding is about: a school by name if it may be named, another unit as written."""
        if kind in ("学校", "幼儿园") or object_id in self.schools:
            name, own, shown = self.schools.get(object_id, ("", kind, False))
            return name if shown else f"{own}（不公开名称）"
        if not object_id or object_id == self.region:
            return self.region_name if kind == "县" else OBJECT_TYPES.get(kind, kind)
        return self.clean(object_id)
