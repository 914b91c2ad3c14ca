"""Which numbers of a published table must be withheld so that no small count can be told (domain.md B11).

A count of 1 to `least` - 1 persons is withheld (primary). Where the numbers around it would give it
back, more are withheld (secondary). Everything here assumes a reader who knows these rules: that a
withheld count lies between 1 and `least` - 1, and that a number withheld beside it is at least `least`.
Pure functions on numbers; the texts that stand in place of a withheld number are constants.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

Key = Any  # whatever tells the numbers of a table apart; hashable
Reason = Literal["small", "derived"]
SMALL: Reason = "small"  # the count itself is small
DERIVED: Reason = "derived"  # it would give back one that is
LEAST_COUNT = 5  # counts of persons 1 to 4 are not published
LEAST_BASE = 10  # nor a rate of fewer than ten, nor the answers of a group of fewer
WITHHELD = "隐去"
AGAINST_INFERENCE = "隐去（避免推算）"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of a table. `value` None: not reported, unknown to everyone. `least` 0: not a count of
    persons, may be withheld for the sake of others only."""

    key: Key
    value: float | None
    least: int = 0

    @property
    def small(self) -> bool:
        return self.value is not None and 0 < self.value < self.least


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the parts that add up to it, by key."""

    total: Key
    parts: tuple[Key, ...]


def withhold(counts: Iterable[Count], sums: Iterable[Sum]) -> dict[Key, Reason]:
    """Which of `counts` are withheld, and why; the smallest set that the rules below find.

    A small count is withheld. While a reader could work one out from the totals and the other parts,
    one number more is withheld: the smallest other part of the same total that is not zero or, if
    there is none, the total. Nested and crossing totals are followed until nothing can be worked out.
    Where nothing is left to withhold and the mark of a small total still tells (four parts of a total
    below five are one each), the total is marked as withheld beside them instead.
    A sum that the numbers contradict (parts above the total, or all parts known and still less) gives
    nothing back and is left out.
    """
    known = {count.key: count for count in counts}
    valid = [s for s in sums if _holds(s, known)]
    hidden: dict[Key, Reason] = {key: SMALL for key, count in known.items() if count.small}
    while exposed := _exposed(known, valid, hidden):
        more = _next(exposed, valid, known, hidden) or _telling(exposed, valid, known, hidden)
        if more is None:
            break
        hidden[more] = DERIVED
    return hidden


def recomputed(counts: Iterable[Count], sums: Iterable[Sum], published: Mapping[Key, float]) -> list[Key]:
    """The small counts that a reader of the `published` numbers can work out, for checking an output.

    `counts` are the true numbers, `published` those that are printed (by key).
    """
    known = {count.key: count for count in counts}
    valid = [s for s in sums if _holds(s, known)]
    marks = withhold(known.values(), valid)
    hidden: dict[Key, Reason] = {
        key: marks.get(key, DERIVED)
        for key, count in known.items()
        if key not in published and count.value is not None
    }
    return _exposed(known, valid, hidden)


def _holds(s: Sum, known: Mapping[Key, Count]) -> bool:
    """Whether the total is what its parts give; a little off (rounding, a late correction) still tells."""
    if s.total not in known or known[s.total].value is None:
        return False
    parts = [known[p].value for p in s.parts if p in known]
    given = [v for v in parts if v is not None]
    difference = (known[s.total].value or 0) - sum(given)
    if len(given) < len(s.parts):
        return bool(given) and difference > -LEAST_COUNT
    return bool(given) and abs(difference) < LEAST_COUNT


def _exposed(known: Mapping[Key, Count], sums: Sequence[Sum], hidden: Mapping[Key, Reason]) -> list[Key]:
    """Withheld small counts whose value follows from the rest, in the order of `hidden`."""
    equations = _equations(known, sums, hidden)
    if not equations:
        return []
    bounds = _bounds(known, hidden, equations)
    solved = _determined([terms for terms, _ in equations])
    # With `least` 2 the mark “<2” itself says 1: there is nothing left to protect.
    return [
        key
        for key in hidden
        if known[key].small and known[key].least > 2 and (key in solved or _one_value(bounds[key]))
    ]


# Σ sign × unknown = constant; unknown keys that were not reported stand for themselves.
_Equation = tuple[dict[Key, int], float]


def _equations(
    known: Mapping[Key, Count], sums: Sequence[Sum], hidden: Mapping[Key, Reason]
) -> list[_Equation]:
    found: list[_Equation] = []
    for s in sums:
        terms: dict[Key, int] = {}
        constant = 0.0
        for key, sign in ((s.total, -1), *((part, 1) for part in s.parts)):
            count = known.get(key)
            if count is None or count.value is None or key in hidden:
                terms[key] = sign
            else:
                constant -= sign * count.value
        true = [known[k].value for k in (s.total, *s.parts) if k in known]
        if len(true) == len(s.parts) + 1 and None not in true:
            # parts and total a little apart: what counts is what a reader would work out
            total, parts = true[0] or 0.0, sum(v or 0.0 for v in true[1:])
            constant -= total - parts
        if terms:
            found.append((terms, constant))
    return found


def _bounds(
    known: Mapping[Key, Count], hidden: Mapping[Key, Reason], equations: Sequence[_Equation]
) -> dict[Key, tuple[float, float]]:
    """The least and greatest value of each unknown that the equations allow."""
    bounds = {key: _own(known.get(key), hidden.get(key)) for key in hidden}
    for terms, _ in equations:
        for key in terms:
            bounds.setdefault(key, _own(known.get(key), hidden.get(key)))
    # Each round carries what one sum says to the next; trees of totals settle in as many as they have.
    for _ in range(2 * len(equations) + 1):
        before = dict(bounds)
        for terms, constant in equations:
            for key, sign in terms.items():
                low, high = (
                    sum(_reach(bounds[k], s)[end] for k, s in terms.items() if k != key) for end in (0, 1)
                )
                new = sorted(((constant - high) * sign, (constant - low) * sign))
                tight = max(bounds[key][0], new[0]), min(bounds[key][1], new[1])
                if tight[0] <= tight[1]:
                    bounds[key] = tight
        if bounds == before:
            break
    return bounds


def _own(count: Count | None, reason: Reason | None) -> tuple[float, float]:
    if count is None or reason is None:
        return 0.0, math.inf  # not reported
    if reason == SMALL:
        return 1.0, count.least - 1.0
    return 1.0 if count.small else float(max(count.least, 1)), math.inf


def _reach(bounds: tuple[float, float], sign: int) -> tuple[float, float]:
    return bounds if sign > 0 else (-bounds[1], -bounds[0])


def _one_value(bounds: tuple[float, float]) -> bool:
    """Whether no more than one whole number lies between the bounds."""
    return math.floor(bounds[1] + 1e-9) <= math.ceil(bounds[0] - 1e-9)


def _determined(rows: Sequence[Mapping[Key, int]]) -> set[Key]:
    """Unknowns that linear equations fix, whatever their right-hand sides (Gauss–Jordan elimination)."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    matrix = [[Fraction(row.get(key, 0)) for key in keys] for row in rows]
    rank = 0
    for column in range(len(keys)):
        pivot = next((i for i in range(rank, len(matrix)) if matrix[i][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        lead = matrix[rank][column]
        matrix[rank] = [value / lead for value in matrix[rank]]
        for i, row in enumerate(matrix):
            if i != rank and row[column]:
                factor = row[column]
                matrix[i] = [a - factor * b for a, b in zip(row, matrix[rank], strict=True)]
        rank += 1
    single = [[key for key, value in zip(keys, row, strict=True) if value] for row in matrix[:rank]]
    return {row[0] for row in single if len(row) == 1}


def _next(
    exposed: Sequence[Key], sums: Sequence[Sum], known: Mapping[Key, Count], hidden: Mapping[Key, Reason]
) -> Key | None:
    """The number to withhold next: the smallest part beside an exposed count, else a total above it."""
    parts: dict[Key, float] = {}
    totals: dict[Key, float] = {}
    # A count can be pinned through another that is exposed or unknown: look at every sum it reaches.
    reached = set(exposed)
    for _ in sums:
        linked = [s for s in sums if reached & {s.total, *s.parts}]
        reached |= {k for s in linked for k in (s.total, *s.parts) if k in hidden}
    for s in sums:
        if not reached & {s.total, *s.parts}:
            continue
        for key in s.parts:
            value = known[key].value if key in known else None
            if key not in hidden and value:
                parts[key] = value
        total = known[s.total].value
        if s.total not in hidden and total:
            totals[s.total] = total
    direct = {
        k: v for k, v in parts.items() if any(k in s.parts and set(exposed) & set(s.parts) for s in sums)
    }
    for candidates in (direct, parts, totals):
        if candidates:
            return min(candidates, key=lambda key: candidates[key])
    return None


def _telling(
    exposed: Sequence[Key], sums: Sequence[Sum], known: Mapping[Key, Count], hidden: Mapping[Key, Reason]
) -> Key | None:
    """The greatest total above an exposed count whose mark says that it is small itself."""
    totals = [s.total for s in sums if hidden.get(s.total) == SMALL and set(exposed) & {s.total, *s.parts}]
    return max(totals, key=lambda key: known[key].value or 0.0, default=None)


def rate_withheld(
    numerator: float | None, denominator: float | None, least: int, *, base_public: bool = False
) -> bool:
    """Whether a rate may not be shown.

    It may not when fewer than `LEAST_BASE` stand below it (or fewer than `least`, where that is more);
    when `least` is set (the rate is one of persons) and its numerator is a small count; and, where the
    denominator is public, when those it leaves out are. A `least` of 1 says that institutions are
    counted and not persons: then nothing is withheld. Unknown numbers (None) withhold nothing.
    """
    if least == 1:
        return False
    if denominator is not None and 0 < denominator < max(LEAST_BASE, least):
        return True
    if not least or numerator is None:
        return False
    left = denominator - numerator if denominator is not None else None
    return 0 < numerator < LEAST_COUNT or (base_public and left is not None and 0 < left < LEAST_COUNT)


def group_shown(valid: float | None) -> bool:
    """Whether the answers of a surveyed group may be shown: at least `LEAST_BASE` valid ones."""
    return valid is not None and not math.isnan(valid) and valid >= LEAST_BASE


@dataclass(frozen=True, slots=True)
class School:
    """A school as one part of a published sum: whether it may be named, and its share of the sum."""

    school_id: str
    cleared: bool
    size: float


def schools_to_list(schools: Iterable[School], wanted: Container[str] | None = None) -> set[str]:
    """Which schools behind one published sum may be listed with their numbers.

    Those that may be named (and are `wanted`, where a page lists only some). But where exactly one
    school is not listed and may not be named, the sum less the listed schools would be its number: then
    the smallest listed school stays out too (the first by code where two are equally small).
    """
    every = list(schools)
    listed = [s for s in every if s.cleared and (wanted is None or s.school_id in wanted)]
    others = [s for s in every if s not in listed]
    if len(others) == 1 and not others[0].cleared and listed:
        listed.remove(min(listed, key=lambda school: (school.size, school.school_id)))
    return {school.school_id for school in listed}


# 全部 and 义务教育 are sums of stages where the numbers say so.
STAGE_SUMS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("义务教育", (("小学", "初中"),)),
    ("高中", (("普通高中", "职业高中"),)),
    (
        "全部",
        (
            ("小学", "初中"),
            ("幼儿园", "小学", "初中"),
            ("幼儿园", "义务教育", "高中"),
            ("幼儿园", "小学", "初中", "高中"),
            ("幼儿园", "小学", "初中", "普通高中"),
            ("幼儿园", "小学", "初中", "普通高中", "职业高中"),
            ("小学", "初中", "高中"),
            ("小学", "初中", "普通高中"),
            ("小学", "初中", "普通高中", "职业高中"),
            ("义务教育", "高中"),
            ("普通高中", "职业高中"),
        ),
    ),
)


def table_sums(keys: Iterable[tuple[str, str, str]], part_of: Mapping[str, str]) -> list[Sum]:
    """The sums among counts keyed (indicator, stage, period): an indicator and those that are part of
    it, and a stage and those it consists of. Whether they add up is seen by whoever uses them."""
    present = list(dict.fromkeys(keys))
    have = set(present)
    by_total: dict[tuple[str, str, str], list[Key]] = {}
    wholes = Counter((indicator, period) for indicator, _, period in present)
    for indicator, stage, period in present:
        whole_id = part_of.get(indicator, "")
        totals = [(whole_id, stage, period)]
        if wholes[whole_id, period] == 1:  # a total given once has parts of whatever stages
            totals = [key for key in present if (key[0], key[2]) == (whole_id, period)]
        for total in totals:
            if total in have:
                by_total.setdefault(total, []).append((indicator, stage, period))
    found = [Sum(total, tuple(parts)) for total, parts in by_total.items()]
    for (indicator, period), number in wholes.items():
        if number < 2:
            continue
        for whole, ways in STAGE_SUMS:
            for way in ways:
                parts = tuple((indicator, stage, period) for stage in way)
                if (indicator, whole, period) in have and all(part in have for part in parts):
                    found.append(Sum((indicator, whole, period), parts))
    return found
