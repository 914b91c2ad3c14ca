"""What a change breaks: conclusions, sentences, targets, pages, definitions, and other counties' comparisons.

Told for the new side, in the order of `change.BREAKS`; every line follows from the changes and the two
snapshots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.editions.change import BREAKS, Break, Change
from gongbao.editions.snapshots import Snapshot
from gongbao.standards.outcome import Outcome

# (indicator, stage, statistic, year as text) -> codes of the regions that have a value
Neighbours = Mapping[tuple[str, str, str, str], Iterable[str]]
_NAMED = 3  # regions told by name before “等”


def find_breaks(
    items: Sequence[Change],
    old: Snapshot,
    new: Snapshot,
    names: Mapping[str, str],
    neighbours: Neighbours | None = None,
) -> tuple[Break, ...]:
    """The lines of “what the change would break”. `neighbours` as in `changes.compare`."""
    found = [
        *_verdicts(items),
        *_texts(items, new),
        *_targets(items, new, old),
        *_pages(items),
        *_definitions(items),
        *_comparisons(items, new, names, neighbours),
    ]
    rank = {kind: i for i, kind in enumerate(BREAKS)}
    return tuple(sorted(found, key=lambda b: rank[b.kind]))


def _verdicts(items: Sequence[Change]) -> Iterator[Break]:
    for c in items:
        if c.kind != "flip" or c.old is None:
            continue
        before = Outcome(c.old.outcome).label
        if c.new is None:
            text = f"“{c.old.subject}”原为{before}，新的一版不再作这项结论。"
            yield Break("verdict", text, c.region, c.area, c.old.page)
        else:
            text = f"“{c.subject}”由{before}变为{Outcome(c.new.outcome).label}（{c.old.shown} → {c.new.shown}）。"
            yield Break("verdict", text, c.region, c.area, c.new.page)


def _texts(items: Sequence[Change], new: Snapshot) -> Iterator[Break]:
    """Each sentence that is gone; those that changed are told as a number for each report."""
    changed: dict[tuple[str, str], int] = {}
    kept = {
        (code, row["area"], row["text"])
        for code in {c.region for c in items if c.kind == "text"}
        for row in new.places.get(code, {}).get("texts", ())
    }
    for c in items:
        if c.kind != "text" or c.old is None:
            continue
        if c.new is not None:
            changed[c.region, c.area] = changed.get((c.region, c.area), 0) + 1
        elif (c.region, c.area, c.old.shown) not in kept:  # one that only moved is still said
            yield Break("text", f"这一句不再出现：“{c.old.shown}”", c.region, c.area, c.old.page)
    for (region, area), number in changed.items():
        text = f"《{AREAS.get(area, area)}》有 {number} 句话改变，引用过的需要核对。"
        yield Break("text", text, region, area, f"{region}/{area}.html")


def _targets(items: Sequence[Change], new: Snapshot, old: Snapshot) -> Iterator[Break]:
    """Thresholds that nothing can be held against any more, and thresholds that changed or went."""
    told: set[tuple[str, str, str]] = set()
    rows = new.shared.get("targets", ())
    lost = [
        (c, c.old)
        for c in items
        if c.old and c.old.value is not None and not (c.new and c.new.value is not None)
    ]
    for c, before in lost:
        if c.kind == "value":
            region, year, indicator, stage, statistic = c.key[:5]
            if any(_applies(row, region, year, indicator, stage, statistic) for row in rows):
                told |= {
                    (region, indicator, stage),
                    (region, indicator, ""),
                }  # a verdict may leave the stage out
                text = f"“{c.subject}”有标准值，现在没有数值可比（原为{before.shown}）。"
                yield Break("target", text, c.region, c.area, before.page)
    for c, before in lost:
        if c.kind in ("flip", "verdict"):
            row = _verdict_row(old, c)
            if row["limit"] is not None and (c.region, row["indicator_id"], row["stage"]) not in told:
                text = f"“{c.subject}”的标准{row['target']}现在没有数值可比（原为{row['shown']}）。"
                yield Break("target", text, c.region, c.area, before.page)
    for c in items:
        if c.kind == "target" and c.old is not None:
            after = f"改为{c.new.shown}" if c.new else "已取消"
            if c.new and c.new.shown == c.old.shown:
                after = f"仍为{c.new.shown}，但{'、'.join(p.label for p in c.parts)}改变"
            page = (c.new or c.old).page
            yield Break("target", f"“{c.subject}”的标准值原为{c.old.shown}，{after}。", page=page)


def _verdict_row(snapshot: Snapshot, change: Change) -> Mapping[str, Any]:
    rows = snapshot.places[change.region].get("verdicts", ())
    return next(r for r in rows if (r["area"], r["key"]) == (change.area, change.key[2]))


def _applies(
    row: Mapping[str, Any], region: str, year: str, indicator: str, stage: str, statistic: str
) -> bool:
    return (
        (row["indicator_id"], row["stage"], row["statistic"]) == (indicator, stage, statistic)
        and _covers(str(row["region_code"]), region)
        and (row.get("valid_from") is None or int(row["valid_from"]) <= int(year))
        and (row.get("valid_to") is None or int(row["valid_to"]) >= int(year))
    )


def _covers(place: str, region: str) -> bool:
    """Whether a region's code lies in a place: everywhere, itself, its city (5119 00) or province (51 0000)."""
    if place in ("*", region):
        return True
    prefix = place[:2] if place.endswith("0000") else place[:4] if place.endswith("00") else place
    return len(prefix) < len(place) and region.startswith(prefix)


def _pages(items: Sequence[Change]) -> Iterator[Break]:
    for c in items:
        if c.kind == "page" and c.old is not None and c.new is None:
            yield Break(
                "page", f"网页“{c.subject}”（{c.old.page}）在新的一版里没有了。", c.region, page=c.old.page
            )
        elif c.kind == "place" and c.old is not None and c.new is None:
            text = f"{c.subject}的全部内容在新的一版里没有了（{c.old.shown}）。"
            yield Break("page", text, c.region, page=c.old.page)


def _definitions(items: Sequence[Change]) -> Iterator[Break]:
    for c in items:
        if c.kind == "indicator" and c.old is not None:
            if c.new is None:
                text = f"指标“{c.subject}”不再列入指标目录。"
            else:
                text = (
                    f"指标“{c.subject}”的{'、'.join(p.label for p in c.parts)}改变，与以前的数值不一定可比。"
                )
            yield Break("definition", text, area=c.area, page=(c.new or c.old).page)
        elif c.kind == "framework" and c.old is not None:
            word = "的内容改变" if c.new else "不再使用"
            yield Break("definition", f"测评体系 {c.subject} {word}。")


def _comparisons(
    items: Sequence[Change], new: Snapshot, names: Mapping[str, str], neighbours: Neighbours | None
) -> Iterator[Break]:
    """Other counties stand beside a changed value on the indicator's page, or beside a verdict on the area's."""
    values = [c for c in items if c.kind == "value"]
    if values:
        beside = _values_by_indicator(new) if neighbours is None else neighbours
        others: dict[tuple[str, str, str], set[str]] = {}
        for c in values:
            region, year, indicator, stage, statistic = c.key[:5]
            codes = set(beside.get((indicator, stage, statistic, year), ())) - {region}
            if codes:
                others.setdefault((region, indicator, c.area), set()).update(codes)
        labels = {c.key[2]: c.subject.partition("（")[0] for c in values}
        for (region, indicator, area), codes in others.items():
            text = f"“{labels[indicator]}”与{_places(codes, names)}的数值并列比较。"
            yield Break("comparison", text, region, area, f"site/indicators/{indicator}.html")
    verdicts = [
        c for c in items
        if c.kind in ("flip", "verdict") and (c.old is None or c.new is None or c.old.shown != c.new.shown)
    ]  # fmt: skip
    if not verdicts:
        return
    by_key: dict[str, set[str]] = {}
    for code, place in new.places.items():
        for row in place.get("verdicts", ()):
            by_key.setdefault(row["key"], set()).add(code)
    for c in verdicts:
        codes = by_key.get(c.key[2], set()) - {c.region}
        if codes:
            text = f"结论“{c.subject}”与{_places(codes, names)}的结论并列比较。"
            yield Break("comparison", text, c.region, c.area, f"site/areas/{c.area}.html")


def _values_by_indicator(snapshot: Snapshot) -> Neighbours:
    found: dict[tuple[str, str, str, str], set[str]] = {}
    for code, place in snapshot.places.items():
        for row in place.get("values", ()):
            key = (row["indicator"], row["stage"], row["statistic"], str(row["year"]))
            found.setdefault(key, set()).add(code)
    return found


def _places(codes: set[str], names: Mapping[str, str]) -> str:
    ordered = sorted(codes)
    named = "、".join(names.get(code, code) for code in ordered[:_NAMED])
    return f"{named}等 {len(ordered)} 个县（市、区）" if len(ordered) > _NAMED else named
