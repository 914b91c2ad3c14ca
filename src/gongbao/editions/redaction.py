"""A correction must not print again what it withholds.

A number that a revision stops publishing (a few persons, or one that would give them back) stays out of
what the revision says about the one before, with whatever of that county could repeat it.
"""

from __future__ import annotations

from dataclasses import replace

from gongbao.editions.change import Change, Changes, Part, Said
from gongbao.site.work_downloads import SMALL_WITHHELD

NOT_REPEATED = "（原来的内容含现已隐去的数，不再重印）"
_MISSING = "缺失原因"
# What may repeat a county's number in its own words.
_REPEATING = ("flip", "verdict", "value", "fact", "text", "figure", "table", "record")


def without_withheld(changes: Changes) -> Changes:
    """`changes` as they may be published: of a county that withholds a number now, the old side is not told."""
    counties = withholding(changes)
    if not counties:
        return changes
    items = tuple(
        _redacted(change) if change.region in counties and change.kind in _REPEATING else change
        for change in changes.items
    )
    breaks = tuple(
        replace(b, text=NOT_REPEATED) if b.region in counties and b.kind not in ("page", "definition") else b
        for b in changes.breaks
    )
    return replace(changes, items=items, breaks=breaks)


def withholding(changes: Changes) -> set[str]:
    """The counties that withhold a number now which the revision before printed."""
    return {change.region for change in changes.items if change.kind == "value" and _withholds(change)}


def _withholds(change: Change) -> bool:
    return any(part.label == _MISSING and part.new == SMALL_WITHHELD for part in change.parts)


def _redacted(change: Change) -> Change:
    old = change.old and Said(
        change.old.subject if change.new else NOT_REPEATED, NOT_REPEATED, outcome=change.old.outcome,
        unit=change.old.unit, cell=change.old.cell, source=change.old.source, page=change.old.page,
    )  # fmt: skip
    parts = tuple(Part(p.label, None if p.old is None else NOT_REPEATED, p.new) for p in change.parts)
    # A sentence is its own key.
    key = tuple("" if change.old and part == change.old.shown else part for part in change.key)
    return replace(change, key=key, old=old, parts=parts)
