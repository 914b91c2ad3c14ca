"""What of a submitted value may be shown: the one place that withholds small counts, small bases and
what would give them back. The rules are `standards.disclosure`; this applies them to the rows of a
region and a year."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongbao.present.numbers import Number, half_up, plain, written_decimals
from gongbao.standards.disclosure import (
    AGAINST_INFERENCE,
    DERIVED,
    LEAST_COUNT,
    SMALL,
    WITHHELD,
    Count,
    Reason,
    Sum,
    rate_withheld,
    table_sums,
    withhold,
)

# A growth is in percent and a coefficient has no unit, whatever the unit of the indicator itself.
STATISTIC_UNITS = {"增长率": "%", "差异系数": ""}
PERSONS = ("人", "名", "位", "人次")
# The office's own posts and inspectors are made public by the rules on 挂牌督导; they tell nothing of anyone.
PUBLIC_STAFF = ("督导力量",)
TOTAL = "合计"

Row = Mapping[Any, Any]
ValueKey = tuple[str, str, str, str]  # indicator, stage, statistic, period


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What of one region's and year's values is withheld, and why. `internal`: nothing is, for a build
    that stays in the office."""

    reasons: Mapping[ValueKey, Reason] = field(default_factory=dict)
    quotes: frozenset[str] = frozenset()
    internal: bool = False

    def reason(self, row: Row) -> Reason | None:
        return self.reasons.get(value_key(row))

    def words(self, row: Row, column: str) -> str:
        """A row's quote or note as it may be printed: "" where it holds a withheld number."""
        words = _text(row[column])
        if not words or self.internal:
            return words
        if self.reason(row) and (column == "quote" or plain(_number(row["value"])) in words):
            return ""
        return "" if words in self.quotes else words


def value_key(row: Row) -> ValueKey:
    """What tells one value of a region and year from the others."""
    return row["indicator_id"], _text(row["stage"]), _text(row["statistic"]) or "数值", _text(row["period"])


def make_disclosure(rows: Sequence[Row], indicators: Iterable[Row], last: Sequence[Row] = ()) -> Disclosure:
    """What must be withheld of `rows`, the indicator values of a region and year (all of them: a total
    may stand in another area), when `last` are those of the year before."""
    public = {i["indicator_id"]: i for i in indicators if i["publish"] == "public"}
    now = {value_key(r): r for r in rows if r["indicator_id"] in public}
    before = {value_key(r): r for r in last if r["indicator_id"] in public}
    counts = _withheld_counts(now, public)
    reasons = counts | _withheld_rates(now, public, counts)
    earlier = _withheld_counts(before, public)
    for key, row in now.items():
        if key[2] == "增长率" and _growth_tells(key, row, now, public, reasons, earlier):
            reasons[key] = DERIVED
    quotes = {_text(now[key]["quote"]) for key in reasons} - {""}
    return Disclosure(reasons, frozenset(quotes))


def _least(row: Row, definition: Row) -> int:
    """The least count of this row's own unit that may be published: 5 人 is no limit for 3 万人."""
    least = int(_number(definition["min_n"]) or 0)
    unit = _text(row["unit"]) or _text(definition["unit"])
    return 0 if unit.startswith(("万", "百", "千", "亿")) else least


def value_sums(rows: Mapping[ValueKey, Row], public: Mapping[str, Row]) -> tuple[list[Count], list[Sum]]:
    """The counts and amounts among the values, and which of them add up to which; by (indicator, stage, period)."""
    added = {
        (id, stage, period): row
        for (id, stage, statistic, period), row in rows.items()
        if statistic == "数值" and public[id]["kind"] in ("count", "amount")
    }
    counts = [
        Count(
            key,
            _number(row["value"]),
            _least(row, public[key[0]]) if public[key[0]]["kind"] == "count" else 0,
        )
        for key, row in added.items()
    ]
    if not any(count.small for count in counts):
        return counts, []
    part_of = {id: total for id, i in public.items() if (total := _text(i.get("part_of")))}
    return counts, table_sums(added, part_of)


def _withheld_counts(rows: Mapping[ValueKey, Row], public: Mapping[str, Row]) -> dict[ValueKey, Reason]:
    counts, sums = value_sums(rows, public)
    hidden = withhold(counts, sums)
    return {(id, stage, "数值", period): reason for (id, stage, period), reason in hidden.items()}


def _withheld_rates(
    rows: Mapping[ValueKey, Row], public: Mapping[str, Row], counts: Mapping[ValueKey, Reason]
) -> dict[ValueKey, Reason]:
    """Rates of too few, and rates that give back a withheld count because the other one is published."""
    by_name = {_text(i["name_zh"]): id for id, i in public.items() if i["kind"] == "count"}
    found: dict[ValueKey, Reason] = {}
    for key, row in rows.items():
        definition = public[key[0]]
        if definition["kind"] not in ("rate", "ratio") or key[2] != "数值":
            continue
        linked = [
            (by_name.get(_text(definition[part]), ""), key[1], "数值", key[3])
            for part in ("numerator", "denominator")
        ]
        shown = [k in rows and k not in counts for k in linked]
        least = int(_number(definition["min_n"]) or 0)
        if _rate_small(row, definition, least, base_public=shown[1]):
            found[key] = SMALL
        elif any(k in counts for k in linked):
            found[key] = DERIVED
    return found


def _growth_tells(
    key: ValueKey,
    row: Row,
    now: Mapping[ValueKey, Row],
    public: Mapping[str, Row],
    reasons: Mapping[ValueKey, Reason],
    earlier: Mapping[ValueKey, Reason],
) -> bool:
    """Whether a reported growth would give back a count that is withheld this year or last."""
    own = (key[0], key[1], "数值", key[3])
    if own in reasons or own in earlier:
        return True
    value, growth = _number(now[own]["value"]) if own in now else None, _number(row["value"])
    if value is None or growth is None or growth <= -100 or public[key[0]]["kind"] != "count":
        return False
    last = half_up(value / (1 + growth / 100), 0)
    return 0 < last < _least(now[own], public[key[0]])


def published_number(
    row: Row,
    definition: Row,
    statistic: str = "数值",
    origin: str = "",
    disclosure: Disclosure | None = None,
    ref: str = "",
) -> Number:
    """A row of schema.INDICATOR_VALUES as it may be shown, by its indicator's definition.

    A count of 1 to `min_n` - 1 is printed “<5” (with that `min_n`); what `disclosure` (of the row's
    region and year) withholds is printed 隐去; without one only the row itself is looked at
    (domain.md B11). The value is printed with at most the definition's decimals and with no more than
    were written (98 is not 98.0); a growth or coefficient keeps its own.
    """
    reason = disclosure.reason(row) if disclosure else _own_reason(row, definition)
    internal = disclosure is not None and disclosure.internal
    value, missing = _number(row["value"]), _text(row["missing_code"])
    decimals = _number(definition["decimals"])
    own, places = statistic == "数值", None
    least = _least(row, definition) if definition["kind"] == "count" and own and not internal else 0
    if reason and not (reason == SMALL and least):
        value, missing = None, AGAINST_INFERENCE if reason == DERIVED else WITHHELD
    if own and decimals is not None and value is not None:
        places = min(int(decimals), written_decimals(value))
    return Number(
        value=value,
        unit=STATISTIC_UNITS.get(statistic, _text(row["unit"]) or _text(definition["unit"])),
        decimals=places,
        qualifier=_text(row["qualifier"]),
        missing=missing,
        min_n=least,
        origin=origin,
        ref=ref,
    )


def published_parts(
    row: Row, definition: Row, number: Number, *, internal: bool = False
) -> tuple[float | None, float | None]:
    """Numerator and denominator as they may stand beside the published `number` of the row: neither without it,
    nor where the two together would tell of too few, also of those whom the numerator leaves out."""
    numerator, denominator = _number(row["numerator"]), _number(row["denominator"])
    least = int(_number(definition["min_n"]) or 0)
    if number.public is None:
        return None, None
    if not internal and rate_withheld(numerator, denominator, least, base_public=True):
        return None, None
    return numerator, denominator


def _own_reason(row: Row, definition: Row) -> Reason | None:
    """Whether a rate or ratio is withheld for what its own row says."""
    least = int(_number(definition["min_n"]) or 0)
    return SMALL if _rate_small(row, definition, least, base_public=False) else None


def _rate_small(row: Row, definition: Row, least: int, *, base_public: bool) -> bool:
    numerator, denominator = _number(row.get("numerator")), _number(row["denominator"])
    if definition["kind"] == "rate":
        return rate_withheld(numerator, denominator, least, base_public=base_public)
    # a ratio is mostly one of things to persons, where only the indicator knows what is too few
    return definition["kind"] == "ratio" and denominator is not None and 0 < denominator < least


def staffing_numbers(rows: Sequence[Row], *, internal: bool = False) -> list[tuple[Row, Number]]:
    """The rows of schema.STAFFING of a region and year that may be shown, each with its number.

    Rows with publish=否 are left out. Of categories other than the office's own (督导力量), 1 to 4
    persons are printed “<5”; where a row of the kind 合计 would give them back, another number of the
    category and period is withheld too.
    """
    kept = [row for row in rows if internal or row["publish"] != 0]
    counts = [Count(i, _number(row["value"]), _least_staff(row)) for i, row in enumerate(kept)]
    groups: dict[tuple[str, str, str], list[int]] = {}
    for i, row in enumerate(kept):
        groups.setdefault((row["category"], _text(row["period"]), _text(row["unit"])), []).append(i)
    sums = []
    for members in groups.values():
        totals = [i for i in members if TOTAL in _text(kept[i]["kind"])]
        parts = tuple(i for i in members if i not in totals)
        sums += [Sum(total, parts) for total in totals[:1] if parts]
    hidden = {} if internal else withhold(counts, sums)
    shown = []
    for i, row in enumerate(kept):
        derived = hidden.get(i) == DERIVED
        value = None if derived else counts[i].value
        number = Number(
            value=value,
            unit=_text(row["unit"]),
            decimals=None if value is None else written_decimals(value),
            qualifier=_text(row["qualifier"]),
            missing=AGAINST_INFERENCE if derived else _text(row["missing_code"]),
            min_n=0 if internal else counts[i].least,
        )
        shown.append((row, number))
    return shown


def _least_staff(row: Row) -> int:
    return LEAST_COUNT if row["unit"] in PERSONS and row["category"] not in PUBLIC_STAFF else 0


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
