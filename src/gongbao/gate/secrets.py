"""What of a dataset may not appear in an output: words, numbers beside words, and sums that tell too much."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gongbao.data.dataset import Dataset
from gongbao.data.succession import changes_of, code_in
from gongbao.gate.leaks import Rule
from gongbao.gate.words import squeezed
from gongbao.present.numbers import plain
from gongbao.present.published import ValueKey, make_disclosure, staffing_numbers, value_key, value_sums
from gongbao.rows import row_dicts
from gongbao.standards.disclosure import Count, Reason, Sum

Place = tuple[str, int]  # region, year
Row = Mapping[Any, Any]
# Words that turn a number beside them into an examination's.
EXAM_WORDS = (
    "高考",
    "中考",
    "上线",
    "录取",
    "升学",
    "最高分",
    "一本",
    "二本",
    "三本",
    "总分",
    "考生",
    "状元",
    "名次",
)
_SHORT = 6  # characters; what is shorter is sought on its own region's pages only
_CLAUSE = re.compile(r"[,.;:!?、\n]")
_TAIL = re.compile(r"(?:人数|数|率)$")


@dataclass(frozen=True, slots=True)
class Word:
    """A text that may not appear. `places`: the regions and years it belongs to. `near`: sought only
    on pages of its regions."""

    rule: Rule
    what: str
    places: frozenset[Place]
    near: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Numbers that may not stand beside one of `words` (squeezed) on a page of this region and year. `page`: the
    indicator whose own page names it in the address only."""

    rule: Rule
    what: str
    region: str
    year: int
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    page: str = ""
    unit: str = ""  # where it is one of persons, the same number of something else is another
    apart: bool = False  # words and number may be anywhere in the same text


@dataclass(frozen=True, slots=True)
class Values:
    """The true numbers of a region and year, what of them is withheld, and how they add up."""

    names: Mapping[str, str]
    reasons: Mapping[ValueKey, Reason]
    kinds: Mapping[str, str]
    counts: tuple[Count, ...]
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Secrets:
    """`words` by squeezed text; `allowed` texts that may contain one, with the places that clear them."""

    words: Mapping[str, tuple[Word, ...]]
    allowed: Mapping[str, frozenset[Place]]
    pairs: Mapping[Place, tuple[Pair, ...]]
    values: Mapping[Place, Values]
    regions: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Gathered:
    words: dict[str, list[Word]] = field(default_factory=dict)
    allowed: dict[str, set[Place]] = field(default_factory=dict)
    pairs: dict[Place, list[Pair]] = field(default_factory=dict)

    def word(self, text: str, rule: Rule, what: str, places: Iterable[Place], *, near: bool = False) -> None:
        key = squeezed(text)
        if len(key) > 1:
            short = near or len(key) < _SHORT
            self.words.setdefault(key, []).append(Word(rule, what, frozenset(places), short))

    def pair(self, pair: Pair) -> None:
        if pair.numbers and pair.words:
            words = tuple(squeezed(word) for word in pair.words)
            self.pairs.setdefault((pair.region, pair.year), []).append(replace(pair, words=words))


def make_secrets(dataset: Dataset) -> Secrets:
    """Everything of `dataset` that an output may not hold."""
    found = _Gathered()
    indicators = row_dicts(dataset.table("indicators"))
    values: dict[Place, Values] = {}
    by_place = _by_place(dataset, "indicator_values")
    changes = changes_of(dataset)
    for place, rows in by_place.items():
        before = place[1] - 1
        last = by_place.get((code_in(changes, place[0], before), before), [])
        values[place] = _values(found, place, rows, indicators, last)
    _indicators(found, indicators, by_place)
    _internal_rows(found, by_place, {i["indicator_id"]: i for i in indicators if i["publish"] != "public"})
    for place, rows in _by_place(dataset, "staffing").items():
        _staffing(found, place, rows)
    for place, rows in _by_place(dataset, "findings").items():
        _findings(found, place, rows)
    _schools(found, _by_place(dataset, "schools"))
    regions: dict[str, tuple[str, ...]] = {}
    for row in row_dicts(dataset.table("regions")):
        regions[row["region_code"]] = (*regions.get(row["region_code"], ()), str(row["region_name"]))
    return Secrets(
        {key: tuple(dict.fromkeys(each)) for key, each in found.words.items()},
        {key: frozenset(each) for key, each in found.allowed.items()},
        {place: tuple(each) for place, each in found.pairs.items()},
        values,
        regions,
    )


def _by_place(dataset: Dataset, table: str) -> dict[Place, list[dict[Any, Any]]]:
    found: dict[Place, list[dict[Any, Any]]] = {}
    for row in row_dicts(dataset.tables[table]):
        found.setdefault((str(row["region_code"]), int(row["year"])), []).append(row)
    return found


def _indicators(found: _Gathered, indicators: Sequence[Row], by_place: Mapping[Place, Sequence[Row]]) -> None:
    public = [i for i in indicators if i["publish"] == "public"]
    for i in public:
        for name in _names(i):
            found.allowed.setdefault(squeezed(name), set())
        found.allowed.setdefault(squeezed(str(i["indicator_id"])), set())
    for i in indicators:
        if i["publish"] == "public":
            continue
        what = f"内部指标 {i['name_zh']}"
        places = [
            p for p, rows in by_place.items() if any(r["indicator_id"] == i["indicator_id"] for r in rows)
        ]
        for text in (str(i["indicator_id"]), *_names(i)):
            if squeezed(text) not in found.allowed and len(text) >= 4:
                found.words.setdefault(squeezed(text), []).append(Word("internal", what, frozenset(places)))


def _internal_rows(
    found: _Gathered, by_place: Mapping[Place, Sequence[Row]], internal: Mapping[str, Row]
) -> None:
    for place, rows in by_place.items():
        for row in rows:
            definition = internal.get(row["indicator_id"])
            if definition is None:
                continue
            what = f"内部指标 {definition['name_zh']}"
            for column in ("quote", "note"):
                _long_text(found, text(row[column]), what, place, _CLAUSE, digits=True)
            found.pair(
                Pair(
                    "internal",
                    what,
                    *place,
                    (*_names(definition), *EXAM_WORDS),
                    _numbers(row, definition),
                    apart=True,
                )
            )


def _long_text(
    found: _Gathered, given: str, what: str, place: Place, cut: re.Pattern[str], *, digits: bool
) -> None:
    """A text that stays inside, whole anywhere, and its parts on the region's own pages."""
    whole = squeezed(given)
    if len(whole) >= _SHORT:
        found.word(whole, "internal", what, [place])
    for part in cut.split(whole):
        if len(part) >= 8 and part != whole and (not digits or re.search(r"\d", part)):
            found.word(part, "internal", what, [place], near=True)


def _values(
    found: _Gathered, place: Place, rows: Sequence[Row], indicators: Sequence[Row], last: Sequence[Row]
) -> Values:
    public = {i["indicator_id"]: i for i in indicators if i["publish"] == "public"}
    disclosure = make_disclosure(rows, indicators, last)
    now = {value_key(r): r for r in rows if r["indicator_id"] in public}
    for key, reason in disclosure.reasons.items():
        definition, row = public[key[0]], now[key]
        if key[2] != "数值":
            continue
        names = _names(definition)
        words = dict.fromkeys((*names, *(_TAIL.sub("", n) for n in names if len(n) > 4)))
        stage = f"{key[1]}" if key[1] not in ("", "全部") else ""
        rule = rule_of(str(definition["kind"]), reason)
        what = f"{stage}{definition['name_zh']}"
        unit = text(row["unit"]) or text(definition["unit"])
        found.pair(Pair(rule, what, *place, tuple(words), _numbers(row, definition), key[0], unit))
    counts, sums = value_sums(now, public)
    return Values(
        {id: str(i["name_zh"]) for id, i in public.items()},
        disclosure.reasons,
        {id: str(i["kind"]) for id, i in public.items()},
        tuple(counts),
        tuple(sums),
    )


def rule_of(kind: str, reason: Reason) -> Rule:
    """The rule that a withheld value would break if it were printed."""
    if reason == "derived":
        return "recomputed"
    return "small-count" if kind == "count" else "small-base"


def _staffing(found: _Gathered, place: Place, rows: Sequence[Row]) -> None:
    for row in rows:
        if row["publish"] == 0:
            what = f"不公开的队伍数据 {row['kind']}"
            _long_text(found, text(row["quote"]), what, place, _CLAUSE, digits=True)
            found.pair(Pair("internal", what, *place, (row["kind"],), _numbers(row, {}), unit=row["unit"]))
    for row, number in staffing_numbers(rows):
        if number.public is None and not math.isnan(row["value"]):
            rule: Rule = "small-count" if number.suppressed else "recomputed"
            numbers = _numbers(row, {})
            found.pair(Pair(rule, row["kind"], *place, (row["kind"],), numbers, unit=row["unit"]))


def _findings(found: _Gathered, place: Place, rows: Sequence[Row]) -> None:
    public = squeezed("\n".join(text(row["text_public"]) for row in rows))
    for row in rows:
        inside = squeezed(text(row["text_internal"]))
        if inside and inside not in public:
            what = f"问题（内部）{row['finding_id']}"
            found.word(inside, "internal", what, [place])
            for part in _CLAUSE.split(inside):
                if len(part) >= 10 and part != inside and part not in public:
                    found.word(part, "internal", what, [place], near=True)


def _schools(found: _Gathered, by_place: Mapping[Place, Sequence[Row]]) -> None:
    for place, rows in by_place.items():
        for row in rows:
            texts = str(row["school_name"]), str(row["school_id"])
            if row["publish_name"] == 1:
                for each in texts:
                    found.allowed.setdefault(squeezed(each), set()).add(place)
    places: dict[tuple[str, str], set[Place]] = {}
    for place, rows in by_place.items():
        for row in rows:
            if row["publish_name"] != 1:
                places.setdefault((str(row["school_name"]), "校名"), set()).add(place)
                places.setdefault((str(row["school_id"]), "学校标识码"), set()).add(place)
    for (each, what), where in places.items():
        found.word(each, "school", what, where)


def _names(definition: Row) -> tuple[str, ...]:
    names = (text(definition["name_zh"]), text(definition.get("short_zh")))
    return tuple(dict.fromkeys(name for name in names if name))


def _numbers(row: Row, definition: Row) -> tuple[str, ...]:
    """A value as it may be printed: as written, and with the indicator's decimals."""
    value = row["value"]
    if value is None or math.isnan(value):
        return ()
    decimals = definition.get("decimals", math.nan)
    forms = [plain(value)]
    if decimals is not None and not math.isnan(decimals) and decimals > 0:
        forms.append(plain(value, int(decimals)))
    return tuple(dict.fromkeys(forms))


def text(value: Any) -> str:
    """A cell's text, "" where it is missing."""
    return value if isinstance(value, str) else ""
