"""What of a dataset may not appear in an output: words, numbers beside words, and sums that tell too much."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gongbao.gate.leaks import Rule
from gongbao.gate.words import squeezed
from gongbao.present.numbers import plain
from gongbao.present.published import ValueKey, make_disclosure, staffing_numbers, value_key, value_sums
from gongbao.standards.disclosure import Count, Reason, Sum

Place = tuple[str, int]  # region, year
Row = Mapping[Any, Any]
Tables = Mapping[str, Sequence[Row]]  # of one submission, by name
READ = ("indicator_values", "staffing", "findings", "schools")
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
    others: tuple[str, ...] = ()  # names of published numbers that hold a word and happen to be as large


@dataclass(frozen=True, slots=True)
class Values:
    """The true numbers of a region and year, what of them is withheld, and how they add up."""

    names: Mapping[str, str]
    reasons: Mapping[ValueKey, Reason]
    kinds: Mapping[str, str]
    counts: tuple[Count, ...]
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """The texts of one region, of all its years: `words` that may not appear, by squeezed text, and those
    that may (`cleared`: names of schools), with the places that clear them."""

    words: Mapping[str, tuple[Word, ...]]
    cleared: Mapping[str, frozenset[Place]]


@dataclass(frozen=True, slots=True)
class Definitions:
    """The indicators by id. `words`: names of internal ones; `allowed`: names of public ones, which may
    hold one of them (squeezed)."""

    public: Mapping[str, Row]
    internal: Mapping[str, Row]
    words: Mapping[str, tuple[Word, ...]]
    allowed: frozenset[str]

    @property
    def rows(self) -> Iterable[Row]:
        return (*self.public.values(), *self.internal.values())


@dataclass(slots=True)
class _Gathered:
    words: dict[str, list[Word]] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)

    def word(self, text: str, rule: Rule, what: str, places: Iterable[Place], *, near: bool = False) -> None:
        key = squeezed(text)
        if len(key) > 1:
            short = near or len(key) < _SHORT
            self.words.setdefault(key, []).append(Word(rule, what, frozenset(places), short))

    def all_words(self) -> dict[str, tuple[Word, ...]]:
        return {key: tuple(dict.fromkeys(each)) for key, each in self.words.items()}

    def pair(self, pair: Pair) -> None:
        if pair.numbers and pair.words:
            self.pairs.append(replace(pair, words=tuple(squeezed(word) for word in pair.words)))


def read_definitions(indicators: Sequence[Row]) -> Definitions:
    """What the list of indicators says for every region."""
    public = {str(i["indicator_id"]): i for i in indicators if i["publish"] == "public"}
    internal = {str(i["indicator_id"]): i for i in indicators if i["publish"] != "public"}
    allowed = frozenset(
        squeezed(text) for i in public.values() for text in (str(i["indicator_id"]), *_names(i))
    )
    words: dict[str, list[Word]] = {}
    for i in internal.values():
        for name in (str(i["indicator_id"]), *_names(i)):
            if squeezed(name) not in allowed and len(name) >= 4:
                word = Word("internal", f"内部指标 {i['name_zh']}", frozenset())
                words.setdefault(squeezed(name), []).append(word)
    return Definitions(public, internal, {key: tuple(each) for key, each in words.items()}, allowed)


def own_texts(definitions: Definitions, tables: Mapping[Place, Tables]) -> Own:
    """The texts of a region; `tables` are those of its submissions."""
    found = _Gathered()
    for place, rows in tables.items():
        for row in rows["indicator_values"]:
            if row["indicator_id"] in definitions.internal:
                what = f"内部指标 {definitions.internal[row['indicator_id']]['name_zh']}"
                for column in ("quote", "note"):
                    _long_text(found, text(row[column]), what, place, _CLAUSE, digits=True)
        for row in rows["staffing"]:
            if row["publish"] == 0:
                what = f"不公开的队伍数据 {row['kind']}"
                _long_text(found, text(row["quote"]), what, place, _CLAUSE, digits=True)
        _findings(found, place, rows["findings"])
    cleared = _schools(found, {place: rows["schools"] for place, rows in tables.items()})
    return Own(found.all_words(), {key: frozenset(each) for key, each in cleared.items()})


def pairs_of(
    definitions: Definitions, place: Place, rows: Tables, last: Sequence[Row]
) -> tuple[tuple[Pair, ...], Values]:
    """What of a region's year may not stand beside its words, and its numbers as a whole. `last`: its
    indicator values of the year before."""
    found = _Gathered()
    values = _values(found, place, rows["indicator_values"], definitions, last)
    for row in rows["indicator_values"]:
        definition = definitions.internal.get(row["indicator_id"])
        if definition is not None:
            what = f"内部指标 {definition['name_zh']}"
            words = (*_names(definition), *EXAM_WORDS)
            found.pair(Pair("internal", what, *place, words, _numbers(row, definition), apart=True))
    _staffing(found, place, rows["staffing"], _printed(rows["indicator_values"], values))
    return tuple(found.pairs), values


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
    found: _Gathered, place: Place, rows: Sequence[Row], definitions: Definitions, last: Sequence[Row]
) -> Values:
    public = definitions.public
    disclosure = make_disclosure(rows, definitions.rows, last)
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


def _printed(rows: Sequence[Row], values: Values) -> dict[str, set[str]]:
    """The names of the indicators whose numbers are published, by number."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["indicator_id"] in values.names and value_key(row) not in values.reasons:
            for number in _numbers(row, {}):
                found.setdefault(number, set()).add(squeezed(values.names[row["indicator_id"]]))
    return found


def rule_of(kind: str, reason: Reason) -> Rule:
    """The rule that a withheld value would break if it were printed."""
    if reason == "derived":
        return "recomputed"
    return "small-count" if kind == "count" else "small-base"


def _staffing(
    found: _Gathered, place: Place, rows: Sequence[Row], printed: Mapping[str, Collection[str]]
) -> None:
    for row in rows:
        if row["publish"] == 0:
            what = f"不公开的队伍数据 {row['kind']}"
            found.pair(Pair("internal", what, *place, (row["kind"],), _numbers(row, {}), unit=row["unit"]))
    for row, number in staffing_numbers(rows):
        if number.public is None and not math.isnan(row["value"]):
            rule: Rule = "small-count" if number.suppressed else "recomputed"
            numbers, word = _numbers(row, {}), squeezed(row["kind"])
            # As many may have been criticised for something else, and that is said under a name of its own.
            others = sorted({name for n in numbers for name in printed.get(n, ()) if word in name != word})
            found.pair(
                Pair(rule, row["kind"], *place, (word,), numbers, unit=row["unit"], others=tuple(others))
            )


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


def _schools(found: _Gathered, by_place: Mapping[Place, Sequence[Row]]) -> dict[str, set[Place]]:
    """The names and codes of schools that may be named, with the places that say so; the others are words."""
    cleared: dict[str, set[Place]] = {}
    hidden: dict[tuple[str, str], set[Place]] = {}
    for place, rows in by_place.items():
        for row in rows:
            texts = (str(row["school_name"]), "校名"), (str(row["school_id"]), "学校标识码")
            for each, what in texts:
                if row["publish_name"] == 1:
                    cleared.setdefault(squeezed(each), set()).add(place)
                else:
                    hidden.setdefault((each, what), set()).add(place)
    for (each, what), places in hidden.items():
        found.word(each, "school", what, places)
    return cleared


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
