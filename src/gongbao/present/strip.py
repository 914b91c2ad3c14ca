"""Values on one scale as a strip without words: many counties of a year, or one beside its city and its like.

The ends of the scale are values, which stand in words beside the drawing; the scale need not begin at zero,
because positions are compared and no lengths. The order of the marks in the markup is that of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 22
_EDGE = 12
_MIDDLE = HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Ends:
    """The values at the ends of a strip."""

    low: float
    high: float

    def x(self, value: float) -> str:
        part = 0.5 if self.high == self.low else (value - self.low) / (self.high - self.low)
        return f"{_EDGE + (WIDTH - 2 * _EDGE) * part:.1f}".removesuffix(".0")


def ends_of(values: Iterable[float]) -> Ends:
    """The least and the greatest of the values. Raises ValueError for none."""
    known = list(values)
    if not known:
        raise ValueError("nothing to draw")
    return Ends(min(known), max(known))


def dots(values: Sequence[tuple[str, float]], limits: Iterable[float], ends: Ends) -> str:
    """A mark for each (outcome or "", value) of a year, and a line for each threshold."""
    by_outcome: dict[str, list[float]] = {}
    for outcome, value in values:
        by_outcome.setdefault(outcome, []).append(value)
    marks = "".join(
        f'<path class="gb-dot{f" gb-{outcome}" if outcome else ""}" '
        f'd="{"".join(_dot(outcome, ends.x(value)) for value in own)}"/>'
        for outcome, own in by_outcome.items()
    )
    return _svg(f"{_axis()}{_lines(limits, ends)}{marks}")


def beside(
    own: float | None,
    last: float | None,
    city: float | None,
    similar: float | None,
    limit: float | None,
    outcome: str,
    ends: Ends,
) -> str:
    """A county (a full dot), its last year (a ring), its city (a square), those like it (a diamond), and the
    threshold (a line); None is not drawn."""
    parts = [_axis(), _lines([] if limit is None else [limit], ends)]
    if similar is not None:
        parts.append(f'<path class="gb-similar" d="M{ends.x(similar)} {_MIDDLE - 7:g}l7 7l-7 7l-7-7z"/>')
    if city is not None:
        parts.append(f'<path class="gb-city" d="M{ends.x(city)} {_MIDDLE - 5:g}m-5 0h10v10h-10z"/>')
    if last is not None:
        parts.append(f'<circle class="gb-last" cx="{ends.x(last)}" cy="{_MIDDLE:g}" r="5"/>')
    if own is not None:
        found = f" gb-{outcome}" if outcome else ""
        parts.append(f'<circle class="gb-own-value{found}" cx="{ends.x(own)}" cy="{_MIDDLE:g}" r="6"/>')
    return _svg("".join(parts))


def beside_key() -> list[tuple[str, str]]:
    """What each mark of `beside` stands for: (drawing, word)."""
    ends, at = Ends(0.0, 1.0), 0.5
    drawn = (
        (beside(at, None, None, None, None, "", ends), "本县（颜色是结论）"),
        (beside(None, at, None, None, None, "", ends), "上年"),
        (beside(None, None, at, None, None, "", ends), "全市"),
        (beside(None, None, None, at, None, "", ends), "同类县"),
        (beside(None, None, None, None, at, "", ends), "标准"),
    )
    middle = f'viewBox="{WIDTH // 2 - 16} 0 32 {HEIGHT}"'
    return [(svg.replace(f'viewBox="0 0 {WIDTH} {HEIGHT}"', middle), word) for svg, word in drawn]


def _dot(outcome: str, x: str) -> str:
    if outcome == "fail":
        return f"M{x} {_MIDDLE - 4:g}m-4 0l8 8m0-8l-8 8"
    return f"M{x} {_MIDDLE:g}h0"


def _axis() -> str:
    return f'<path class="gb-foot" d="M{_EDGE} {_MIDDLE:g}H{WIDTH - _EDGE}"/>'


def _lines(limits: Iterable[float], ends: Ends) -> str:
    path = "".join(f"M{ends.x(limit)} 0V{HEIGHT}" for limit in sorted(set(limits)))
    return f'<path class="gb-limit" d="{path}"/>' if path else ""


def _svg(inside: str) -> str:
    return (
        f'<svg class="gb-strip" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">'
        f"{inside}</svg>"
    )
