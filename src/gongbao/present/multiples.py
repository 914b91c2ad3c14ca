"""A county's values over the years as a small drawing, the same scale for all that stand beside it.

The line breaks where a year is missing, which a short dash at the foot says; the threshold is drawn for the
years in which it holds; a dashed line marks a year from which values count something else. Dots have the
form and the colour of their outcome. First and last value are written beside them: no legend is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from gongbao.present.theme import COLOURS, FONTS

WIDTH, HEIGHT = 168, 88
_LEFT, _RIGHT, _TOP, _FOOT = 16, 152, 20, 64
_LABEL_GAP = 6
_PER_ROW = 4
_HEAD = 22

# What a page's style sheet says of these classes, for a drawing that stands alone.
STYLE = f"""text{{font:12px {FONTS};fill:{COLOURS["ink"]};
paint-order:stroke;stroke:#fff;stroke-width:3px}}.n{{font-weight:700}}.y{{fill:#4f5b69}}
path{{fill:none;stroke-linecap:round}}.gb-foot,.gb-gap{{stroke:#8b949e}}.gb-limit{{stroke:{COLOURS["line"]}}}
.gb-break{{stroke:{COLOURS["undetermined"]};stroke-dasharray:3 3}}.gb-run{{stroke:{COLOURS["this"]};stroke-width:1.5}}
.gb-dot{{stroke:{COLOURS["this"]};stroke-width:7}}.gb-dot.gb-pass{{stroke:{COLOURS["pass"]}}}
.gb-dot.gb-fail{{stroke:{COLOURS["fail"]};stroke-width:2.5}}
.gb-dot.gb-undetermined{{stroke:{COLOURS["undetermined"]};stroke-linecap:square}}"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A year's value: `shown` as printed, `outcome` "" where there is no threshold, which is `limit`."""

    year: int
    value: float
    shown: str
    outcome: str = ""
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """What all drawings of a set share: the years from first to last, and the range of the values."""

    years: tuple[int, int]
    low: float
    high: float

    def x(self, year: int) -> float:
        first, last = self.years
        if first == last:
            return (_LEFT + _RIGHT) / 2
        return _LEFT + (_RIGHT - _LEFT) * (year - first) / (last - first)

    def y(self, value: float) -> float:
        return _FOOT - (_FOOT - _TOP) * (value - self.low) / (self.high - self.low)


def scale_of(marks: Iterable[Mark]) -> Scale:
    """The scale that holds all of these values and their thresholds. Raises ValueError for none."""
    known = list(marks)
    if not known:
        raise ValueError("nothing to draw")
    numbers = [m.value for m in known] + [m.limit for m in known if m.limit is not None]
    low, high = min(numbers), max(numbers)
    if low == high:
        low, high = low - (abs(low) or 1) * 0.1, high + (abs(high) or 1) * 0.1
    years = [m.year for m in known]
    return Scale((min(years), max(years)), low, high)


def mini(marks: Sequence[Mark], scale: Scale, breaks: Iterable[int] = ()) -> str:
    """One county's drawing as SVG for the inside of a page, whose style sheet colours it."""
    return (
        f'<svg class="gb-mini" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true" focusable="false">{_inside(marks, scale, breaks)}</svg>'
    )


def sheet(drawings: Sequence[tuple[str, Sequence[Mark], Iterable[int]]], scale: Scale) -> str:
    """All of a set as one drawing that stands alone: (name, marks, breaks) of each, four in a row."""
    rows = -(-len(drawings) // _PER_ROW)
    width, height = WIDTH * min(_PER_ROW, len(drawings)), (HEIGHT + _HEAD) * rows
    parts = [
        f'<g transform="translate({WIDTH * (i % _PER_ROW)} {(HEIGHT + _HEAD) * (i // _PER_ROW)})">'
        f'<text class="n" x="{_LEFT - 8}" y="16">{escape(name)}</text>'
        f'<g transform="translate(0 {_HEAD})">{_inside(marks, scale, breaks)}</g></g>'
        for i, (name, marks, breaks) in enumerate(drawings)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><style>{STYLE}</style>{"".join(parts)}</svg>'
    )


def _inside(marks: Sequence[Mark], scale: Scale, breaks: Iterable[int]) -> str:
    known = sorted(marks, key=lambda m: m.year)
    years = range(scale.years[0], scale.years[1] + 1)
    present = {m.year for m in known}
    parts = [
        _path("gb-foot", f"M{_LEFT - 8} {_FOOT + 6}H{_RIGHT + 8}"),
        _path("gb-gap", "".join(f"M{_n(scale.x(y) - 3)} {_FOOT}h6" for y in years if y not in present)),
        _path("gb-break", "".join(f"M{_n(_between(scale, y))} {_TOP - 6}V{_FOOT + 6}" for y in breaks)),
        _path("gb-limit", _limits(known, scale)),
        _path("gb-run", _runs(known, scale)),
    ]
    by_outcome: dict[str, list[Mark]] = {}
    for mark in known:
        by_outcome.setdefault(mark.outcome, []).append(mark)
    for outcome, own in by_outcome.items():
        dots = "".join(_dot(outcome, scale.x(m.year), scale.y(m.value)) for m in own)
        parts.append(_path(f"gb-dot gb-{outcome}" if outcome else "gb-dot", dots))
    return "".join(parts) + _labels(known, scale) + _years(scale)


def _between(scale: Scale, year: int) -> float:
    """Half a year before: a break lies between two values."""
    return (scale.x(year - 1) + scale.x(year)) / 2


def _limits(marks: Sequence[Mark], scale: Scale) -> str:
    """The threshold as steps half a year to both sides of each year in which it holds."""
    half = (scale.x(scale.years[0] + 1) - scale.x(scale.years[0])) / 2 if len(set(scale.years)) > 1 else 24
    return "".join(
        f"M{_n(scale.x(m.year) - half)} {_n(scale.y(m.limit))}H{_n(scale.x(m.year) + half)}"
        for m in marks
        if m.limit is not None
    )


def _runs(marks: Sequence[Mark], scale: Scale) -> str:
    found = ""
    for before, here in pairwise(marks):
        if here.year == before.year + 1:
            start = f"M{_at(before, scale)}" if not found.endswith(_at(before, scale)) else ""
            found += f"{start}L{_at(here, scale)}"
    return found


def _at(mark: Mark, scale: Scale) -> str:
    return f"{_n(scale.x(mark.year))} {_n(scale.y(mark.value))}"


def _dot(outcome: str, x: float, y: float) -> str:
    if outcome == "fail":
        return f"M{_n(x - 3.5)} {_n(y - 3.5)}l7 7m0-7l-7 7"
    return f"M{_n(x)} {_n(y)}h0"


def _labels(marks: Sequence[Mark], scale: Scale) -> str:
    """The last value, and the first where there is room for both."""
    if not marks:
        return ""
    ends = [marks[-1]] if len(marks) == 1 else [marks[0], marks[-1]]
    if len(ends) > 1 and scale.x(ends[1].year) - scale.x(ends[0].year) < 4 * (_RIGHT - _LEFT) / 10:
        ends = ends[1:]
    found = []
    for mark in ends:
        x = scale.x(mark.year)
        anchor = "start" if x < WIDTH / 3 else "end" if x > 2 * WIDTH / 3 else "middle"
        edge = {"start": x - 8, "end": x + 8, "middle": x}[anchor]
        y = scale.y(mark.value) - _LABEL_GAP - 2
        found.append(f'<text x="{_n(edge)}" y="{_n(y)}" text-anchor="{anchor}">{escape(mark.shown)}</text>')
    return "".join(found)


def _years(scale: Scale) -> str:
    first, last = scale.years
    if first == last:
        return (
            f'<text class="y" x="{_n(scale.x(first))}" y="{HEIGHT - 4}" text-anchor="middle">{first}</text>'
        )
    return (
        f'<text class="y" x="{_LEFT - 8}" y="{HEIGHT - 4}">{first}</text>'
        f'<text class="y" x="{_RIGHT + 8}" y="{HEIGHT - 4}" text-anchor="end">{last}</text>'
    )


def _path(names: str, path: str) -> str:
    return f'<path class="{names}" d="{path}"/>' if path else ""


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
