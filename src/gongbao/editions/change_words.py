"""Words that every showing of changes uses: the size of a change, the rows of a table, the summary line."""

from __future__ import annotations

from decimal import Decimal

from gongbao.data.columns import AREAS
from gongbao.editions.change import DRAWN, KINDS, UNROUNDED, Change, Changes, Part, Said
from gongbao.present.numbers import half_up, plain, written_decimals

# Fields that stand in the columns 原为 and 现为 already.
_SHOWN = {
    "flip": ("结论", "实际"), "verdict": ("结论", "实际"), "value": ("显示", "数值"), "fact": ("显示", "数值"),
}  # fmt: skip
DRAWN_WORDS = "图中数据改变"
NOTHING = "（无）"
SHOWN_PARTS = 12  # of one table or record; the JSON file holds all
_WRITTEN = 4  # decimals that a person types
_MOST = 8
STATES = {"added": "新增", "removed": "取消", "changed": "改变"}


def counted(changes: Changes) -> str:
    """“共 5 处：结论翻转 1，数值 2，文字 2”, or that nothing differs."""
    if not changes:
        return "没有不同。"
    kinds = "，".join(f"{KINDS[kind]} {n}" for kind, n in changes.counts.items())
    return f"共 {len(changes.items)} 处：{kinds}。"


def shown(said: Said | None) -> str:
    return said.shown or "（空）" if said else NOTHING


def where(changes: Changes, change: Change) -> str:
    """County and area: “平昌县 · 经费与专项资金”."""
    area = AREAS.get(change.area, change.area)
    return " · ".join(part for part in (changes.name(change.region), area) if part)


def difference(change: Change) -> str:
    """By how much a value changed: “+1.20个百分点” for a percentage, “−35（−1.2%）” for an amount.

    Computed from the unrounded decimals, as written; "" where one side has no number or another unit.
    """
    old, new = change.old, change.new
    if old is None or new is None or old.value is None or new.value is None or old.unit != new.unit:
        return ""
    before, after = (Decimal(repr(float(v))) for v in (old.value, new.value))
    step = after - before
    if step == 0:
        return ""
    # what was computed has as many digits as a float holds
    decimals = None if max(written_decimals(v) for v in (old.value, new.value)) <= _WRITTEN else 2
    if new.unit in ("%", "％"):
        return f"{_signed(step, decimals)}个百分点"
    share = f"（{_signed(step / before * 100, 2)}%）" if before > 0 else ""
    return f"{_signed(step, decimals)}{share}"


def _signed(number: Decimal, decimals: int | None) -> str:
    size = abs(float(number))
    while decimals is not None and decimals < _MOST and half_up(size, decimals) == 0:
        decimals += 1  # a small change is not none
    return f"{'+' if number > 0 else '−'}{plain(size, decimals)}"


def places(change: Change) -> str:
    """Cell and source of a value; both sides where they differ."""
    found = []
    for name in ("cell", "source"):
        sides = [getattr(said, name) for said in (change.old, change.new) if said and getattr(said, name)]
        unique = list(dict.fromkeys(sides))
        if unique:
            found.append(" → ".join(unique))
    return "\n".join(found)


def details(change: Change, limit: int | None = SHOWN_PARTS) -> list[str]:
    """The fields of a change, one a line: “标准：≥85% → ≥90%”."""
    fields = told_parts(change)
    parts = fields[:limit]
    lines = [_part(p) for p in parts]
    if len(fields) > len(parts):
        lines.append(f"另有 {len(fields) - len(parts)} 处，见 JSON 文件。")
    return lines or (
        ["行的次序改变"] if change.kind in ("table", "record") and change.state == "changed" else []
    )


def told_parts(change: Change) -> tuple[Part, ...]:
    """The fields that 原为 and 现为 don't show already: an unrounded number only where the rounded is the same."""
    hidden = _SHOWN.get(change.kind, ())
    labels = {p.label for p in change.parts}
    return tuple(
        p for p in change.parts if p.label not in hidden and not (p.label == UNROUNDED and "实际" in labels)
    )


def _part(part: Part) -> str:
    if part.label == DRAWN:
        return DRAWN_WORDS
    whole = part.label.startswith(("行 ", "列"))
    if whole and part.old is None:
        return f"新增{part.label}：{part.new}"
    if whole and part.new is None:
        return f"删去{part.label}：{part.old}"
    return f"{part.label}：{_side(part.old)} → {_side(part.new)}"


def _side(text: str | None) -> str:
    return NOTHING if text is None else text or "（空）"
