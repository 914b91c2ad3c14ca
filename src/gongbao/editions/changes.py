"""What changed between two snapshots of a bulletin: `compare(old, new)`.

Nothing is typed: every difference comes from what the two revisions say as data (site.snapshot writes
it). The same snapshot twice gives no change, and the comparison read backwards is `Change.mirrored` of
each (parts of a table stand in the order of the new one). What a change breaks (`breaks`) has a direction
and is told for the new side only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.data.schema import TABLES
from gongbao.editions.align import align, keyed_pairs, sentence_likeness
from gongbao.editions.breaks import Neighbours, find_breaks
from gongbao.editions.change import (
    DRAWN,
    KINDS,
    UNROUNDED,
    Change,
    Changes,
    ChangesError,
    Part,
    Said,
    changes_from_json,
)
from gongbao.editions.change_tables import table_change
from gongbao.editions.snapshots import Snapshot
from gongbao.present.numbers import plain
from gongbao.standards.outcome import Outcome

__all__ = ["Change", "Changes", "ChangesError", "changes_from_json", "compare"]

Record = Mapping[str, Any]
_EMPTY: Record = {}

_VALUE_PARTS = (
    ("name", "指标名称"), ("shown", "显示"), ("value", "数值"), ("unit", "单位"), ("qualifier", "限定词"),
    ("missing", "缺失原因"), ("source", "来源"), ("note", "说明"),
)  # fmt: skip
_VERDICT_PARTS = (
    ("word", "结论"), ("shown", "实际"), ("value", UNROUNDED), ("target", "标准"), ("limit", "标准值"),
    ("op", "比较"), ("gap", "差距"), ("label", "判定对象"), ("stage", "学段"), ("indicator_id", "指标代码"),
    ("statistic", "统计量"),
)  # fmt: skip
_FACT_PARTS = (("shown", "显示"), ("value", "数值"), ("unit", "单位"), ("remark", "备注"))
_TARGET_FIELDS = ("op", "value", "basic_value", "valid_to", "confirmed", "source", "note")
# Fields of a definition that the table of indicators calls otherwise.
_INDICATOR_WORDS = {"name": "指标名称", "area": "指标领域", "stages": "适用学段", "statistics": "统计量"}
_SIGNS = {">=": "≥", "<=": "≤", "=": "="}


def compare(
    old: Snapshot,
    new: Snapshot,
    *,
    old_label: str = "",
    new_label: str = "",
    neighbours: Neighbours | None = None,
) -> Changes:
    """All differences from `old` to `new`, verdicts that flip first, and what they break.

    The labels name the sides for a reader (“2019年度 r1”). `neighbours` tells which other regions have a
    value, where the snapshots don't hold every region; by default it is taken from `new`.
    """
    found: list[Change] = []
    codes = sorted(set(old.places) | set(new.places))
    for code in codes:
        left, right = old.places.get(code), new.places.get(code)
        if left is not None and right is not None:
            if left != right:
                found += _county(code, left, right, (old.shared, new.shared))
        else:
            found.append(_place(code, left, right))
    found += _shared(old.shared, new.shared)
    rank = {kind: i for i, kind in enumerate(KINDS)}
    items = tuple(sorted(found, key=lambda change: rank[change.kind]))  # stable: reading order within a kind
    regions = {**old.shared.get("regions", {}), **new.shared.get("regions", {})}
    names = {code: str(place.get("name", code)) for side in (old, new) for code, place in side.places.items()}
    names = {code: str(region["name"]) for code, region in regions.items()} | names
    return Changes(
        old_label or f"{old.year}年度",
        new_label or f"{new.year}年度",
        items,
        find_breaks(items, old, new, names, neighbours),
        {code: names[code] for code in sorted({c.region for c in items if c.region in names})},
    )


# --- a county --------------------------------------------------------------------------------------


def _county(code: str, old: Record, new: Record, shared: tuple[Record, Record]) -> Iterator[Change]:
    yield from _verdicts(code, old, new)
    yield from _values(code, old, new, shared)
    yield from _facts(code, old, new)
    yield from _texts(code, old, new)
    yield from _figures(code, old, new)
    yield from _tables(code, old, new)
    yield from _records(code, old, new)
    yield from _pages(old.get("pages", _EMPTY), new.get("pages", _EMPTY), code)


def _place(code: str, old: Record | None, new: Record | None) -> Change:
    """A county that came or went, as a whole: what it says is not told line by line."""

    def said(place: Record | None) -> Said | None:
        if place is None:
            return None
        counts = (("网页", "pages", "个"), ("结论", "verdicts", "项"), ("数值", "values", "个"))
        shown = "，".join(f"{word} {len(place.get(name, ()))} {unit}" for word, name, unit in counts)
        return Said(str(place.get("name", code)), shown, page=f"{code}/index.html")

    return Change("place", (code,), said(old), said(new), (), code)


def _pairs(
    old: Sequence[Record], new: Sequence[Record], key: Callable[[Record], tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], Record | None, Record | None]]:
    """(key, record or None, record or None): records with the same key, in the new order."""
    for i, j in keyed_pairs([key(r) for r in old], [key(r) for r in new]):
        left, right = (None if i is None else old[i]), (None if j is None else new[j])
        yield key(right or left or _EMPTY), left, right


def _verdicts(code: str, old: Record, new: Record) -> Iterator[Change]:
    def key(row: Record) -> tuple[str, ...]:
        return (code, str(row["area"]), str(row["key"]))

    def said(row: Record | None) -> Said | None:
        if row is None:
            return None
        shown = "，".join(p for p in (row["word"], row["shown"] and f"实际{row['shown']}") if p)
        return Said(
            row["label"], shown, row["outcome"], row["value"], page=_released(str(row.get("page", "")))
        )

    for own, left, right in _pairs(old.get("verdicts", ()), new.get("verdicts", ()), key):
        parts = _parts(left, right, _VERDICT_PARTS)
        if parts or not (left and right):
            flipped = left is None or right is None or left["outcome"] != right["outcome"]
            kind = "flip" if flipped else "verdict"
            yield Change(kind, own, said(left), said(right), parts, code, own[1])


def _values(code: str, old: Record, new: Record, shared: tuple[Record, Record]) -> Iterator[Change]:
    def key(row: Record) -> tuple[str, ...]:
        names = ("year", "indicator", "stage", "statistic", "period")
        return (code, *(_plain(row[name]) for name in names))

    def said(row: Record | None, place: Record, area: str) -> Said | None:
        if row is None:
            return None
        page = f"{code}/{area}.html" if f"{code}/{area}.html" in place.get("pages", _EMPTY) else ""
        return Said(
            _value_name(row), row["shown"], "", row["value"], row["unit"], row["origin"], row["source"], page
        )

    moved: list[tuple[Record, Record]] = []
    for own, left, right in _pairs(old.get("values", ()), new.get("values", ()), key):
        parts = _parts(left, right, _VALUE_PARTS)
        if parts or not (left and right):
            area = _common(_indicator(side, own[2]).get("area") for side in shared)
            yield Change("value", own, said(left, old, area), said(right, new, area), parts, code, area)
        elif left["origin"] != right["origin"]:
            moved.append((left, right))
    if moved:
        yield _moved(code, moved)


def _indicator(shared: Record, id: str) -> Record:
    found: Record = shared.get("indicators", _EMPTY).get(id, _EMPTY)
    return found


def _common(values: Iterable[Any]) -> str:
    """What both sides say, "" where they say different things."""
    found = {str(value) for value in values if value}
    return found.pop() if len(found) == 1 else ""


def _moved(code: str, moved: list[tuple[Record, Record]]) -> Change:
    """Values that only stand in another cell: told together, for a row put in moves all below it."""
    said = Said("数值没有变，所在的单元格变了", f"{len(moved)} 个数值")
    parts = tuple(Part(_value_name(b), a["origin"], b["origin"]) for a, b in moved)
    return Change("cell", (code,), said, said, parts, code)


def _value_name(row: Record) -> str:
    """生均公用经费（小学，2018年，差异系数）: what tells it from other values of the county."""
    more = [f"{row['year']}年"]
    if row["stage"] and row["stage"] not in ("全部", row["name"]):
        more.insert(0, row["stage"])
    more += [text for text in (row["statistic"], row["period"]) if text and text != "数值"]
    return f"{row['name']}（{'，'.join(more)}）"


def _facts(code: str, old: Record, new: Record) -> Iterator[Change]:
    def said(row: Record | None) -> Said | None:
        if row is None:
            return None
        shown = f"{row['shown']}（{row['remark']}）" if row["remark"] else row["shown"]
        return Said(row["label"], shown, "", row["value"], row["unit"], page=f"{code}/{row['area']}.html")

    rows = (old.get("facts", ()), new.get("facts", ()))
    for own, left, right in _pairs(*rows, lambda r: (code, str(r["area"]), str(r["label"]))):
        parts = _parts(left, right, _FACT_PARTS)
        if parts or not (left and right):
            yield Change("fact", own, said(left), said(right), parts, code, own[1])


def _texts(code: str, old: Record, new: Record) -> Iterator[Change]:
    """Sentences: a changed one beside the one it was, the others as gone or new."""
    sides = [_by_area(place.get("texts", ())) for place in (old, new)]
    for area in _areas(*sides):
        before, after = ([str(row["text"]) for row in side.get(area, ())] for side in sides)
        title = AREAS.get(area, area)
        page = f"{code}/{area}.html"
        numbers: dict[tuple[str, str], int] = {}
        for i, j in align(before, after, sentence_likeness):
            left, right = (None if i is None else before[i]), (None if j is None else after[j])
            if left == right:
                continue
            text = (left or "", right or "")
            numbers[text] = numbers.get(text, 0) + 1
            # its key is the sentence itself, the same from either side
            key = (code, area, *sorted(t for t in text if t), str(numbers[text]))
            said = [None if t is None else Said(title, t, page=page) for t in (left, right)]
            yield Change("text", key, said[0], said[1], (), code, area)


def _figures(code: str, old: Record, new: Record) -> Iterator[Change]:
    for left, right in _by_title(old.get("figures", ()), new.get("figures", ()), "title"):
        if left and right and (left["sha256"], left["finding"], left["title"]) == (
            right["sha256"], right["finding"], right["title"],
        ):  # fmt: skip
            continue
        area = str((right or left or _EMPTY)["area"])
        parts = _parts(left, right, (("title", "标题"), ("finding", "图上的结论")))
        if left and right and left["sha256"] != right["sha256"]:
            parts = (*parts, Part(DRAWN, str(left["sha256"])[:12], str(right["sha256"])[:12]))
        said = [
            None if r is None else Said(r["title"], r["finding"] or "（图）", page=_anchor(code, r))
            for r in (left, right)
        ]
        yield Change("figure", _display_key(code, left, right, "title"), said[0], said[1], parts, code, area)


def _tables(code: str, old: Record, new: Record) -> Iterator[Change]:
    for left, right in _by_title(old.get("tables", ()), new.get("tables", ()), "caption"):
        if left and right and all(left[n] == right[n] for n in ("caption", "header", "rows")):
            continue
        area = str((right or left or _EMPTY)["area"])
        key = _display_key(code, left, right, "caption")
        pages = [_anchor(code, r) if r else "" for r in (left, right)]
        yield table_change("table", key, code, area, left, right, "caption", pages)


def _records(code: str, old: Record, new: Record) -> Iterator[Change]:
    before, after = old.get("records", _EMPTY), new.get("records", _EMPTY)
    for name in sorted(set(before) | set(after)):
        left, right = before.get(name), after.get(name)
        if left != right:
            yield table_change("record", (code, name), code, "", left, right, "label", ["", ""])


def _pages(old: Record, new: Record, code: str) -> Iterator[Change]:
    for address in sorted(set(old) | set(new)):
        if old.get(address) != new.get(address):
            said = [
                Said(str(side[address]), str(side[address]), page=address) if address in side else None
                for side in (old, new)
            ]
            yield Change("page", (address,), said[0], said[1], (), code)


# --- what counties share ----------------------------------------------------------------------------


def _shared(old: Record, new: Record) -> Iterator[Change]:
    yield from _targets(old, new)
    yield from _indicators(old.get("indicators", _EMPTY), new.get("indicators", _EMPTY))
    for kind, name, word in (("framework", "frameworks", "测评体系"), ("method", "methods", "内容")):
        for key, left, right in _named(old.get(name, _EMPTY), new.get(name, _EMPTY)):
            said = [None if t is None else Said(key, f"{word} {str(t)[:12]}") for t in (left, right)]
            yield Change(kind, (key,), said[0], said[1])
    for key, left, right in _named(old.get("sources", _EMPTY), new.get("sources", _EMPTY)):
        said = [None if t is None else Said(key, str(t)) for t in (left, right)]
        yield Change("source", (key,), said[0], said[1])
    yield from _pages(old.get("pages", _EMPTY), new.get("pages", _EMPTY), "")


def _named(old: Record, new: Record) -> Iterator[tuple[str, Any, Any]]:
    for key in sorted(set(old) | set(new)):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _targets(old: Record, new: Record) -> Iterator[Change]:
    def key(row: Record) -> tuple[str, ...]:
        names = ("indicator_id", "statistic", "region_code", "stage", "valid_from")
        return tuple(_plain(row.get(name)) for name in names)

    def said(row: Record | None, shared: Record) -> Said | None:
        if row is None:
            return None
        indicator = _indicator(shared, row["indicator_id"])
        unit = str(indicator.get("unit", ""))
        place = "全国" if row["region_code"] == "*" else str(row["region_code"])
        more = [row["stage"], *([row["statistic"]] if row["statistic"] != "数值" else []), place]
        subject = f"{indicator.get('name', row['indicator_id'])}（{'，'.join(more)}，{_plain(row['valid_from'])}年起）"
        shown = f"{_SIGNS.get(row['op'], row['op'])}{_plain(row['value'])}{unit if row['statistic'] == '数值' else ''}"
        page = f"site/indicators/{row['indicator_id']}.html"
        return Said(subject, shown, "", row["value"], unit, source=str(row.get("source") or ""), page=page)

    for own, left, right in _pairs(old.get("targets", ()), new.get("targets", ()), key):
        parts = _parts(left, right, [(n, _label("targets", n)) for n in _TARGET_FIELDS])
        if parts or not (left and right):
            yield Change("target", own, said(left, old), said(right, new), parts)


def _indicators(old: Record, new: Record) -> Iterator[Change]:
    for id, left, right in _named(old, new):
        names = sorted({*(left or ()), *(right or ())})
        parts = _parts(left, right, [(n, _INDICATOR_WORDS.get(n) or _label("indicators", n)) for n in names])
        page = f"site/indicators/{id}.html"
        said = [None if r is None else Said(str(r["name"]), id, page=page) for r in (left, right)]
        area = _common(r["area"] for r in (left, right) if r)
        yield Change("indicator", (id,), said[0], said[1], parts, area=area)


# --- small ------------------------------------------------------------------------------------------


def _parts(old: Record | None, new: Record | None, fields: Iterable[tuple[str, str]]) -> tuple[Part, ...]:
    """The fields in which two records differ; none where one of them is missing."""
    if old is None or new is None:
        return ()
    return tuple(
        Part(label, _field(name, old), _field(name, new))
        for name, label in fields
        if old.get(name) != new.get(name)
    )


def _field(name: str, row: Record) -> str | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if name == "outcome":
        return Outcome(value).label
    if name in ("op",):
        return _SIGNS.get(value, value)
    return _plain(value)


def _plain(value: Any) -> str:
    """A field as text: numbers without “.0”, nested fields one after the other."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return plain(float(value))
    if isinstance(value, Mapping):
        return "；".join(f"{k}：{_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "；".join(_plain(v) for v in value)
    return "" if value is None else str(value)


def _label(table: str, field: str) -> str:
    """What the tables of definitions call a column; 依据 for the title of its source."""
    if field == "source":
        return "依据"
    known = TABLES[table]
    return known.column(field).label if field in known.names else field


def _by_area(rows: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(str(row["area"]), []).append(row)
    return found


def _areas(*sides: Iterable[str]) -> list[str]:
    found = {area for side in sides for area in side}
    return [a for a in AREAS if a in found] + sorted(found - set(AREAS))


def _by_title(
    old: Sequence[Record], new: Sequence[Record], title: str
) -> Iterator[tuple[Record | None, Record | None]]:
    """Figures or tables paired by area and title, then what is left by area and id: one put in before
    others gives those new numbers, and a new title alone makes no new figure."""
    pairs = keyed_pairs([(r["area"], r[title]) for r in old], [(r["area"], r[title]) for r in new])
    gone = {(old[i]["area"], old[i]["id"]): i for i, j in pairs if i is not None and j is None}
    renamed = {
        j: gone[new[j]["area"], new[j]["id"]]
        for i, j in pairs
        if i is None and j is not None and (new[j]["area"], new[j]["id"]) in gone
    }
    for i, j in pairs:
        if j is None and i in renamed.values():
            continue
        i = renamed.get(j, i) if j is not None else i
        yield (None if i is None else old[i]), (None if j is None else new[j])


def _display_key(code: str, old: Record | None, new: Record | None, title: str) -> tuple[str, ...]:
    rows = [row for row in (old, new) if row]
    return (code, str(rows[0]["area"]), *sorted({str(row[title]) for row in rows}))


def _anchor(code: str, row: Record) -> str:
    return f"{code}/{row['area']}.html#{row['id']}"


def _released(page: str) -> str:
    """A page's address in its revision without a leading slash, from a working address where it is one."""
    inside = page.lstrip("/")
    return inside.split("/", 2)[2] if inside.startswith("reports/") else inside
