"""Values on one scale as a strip without words: many counties of a year, or one beside its city and its like.

The ends of the scale are values, which stand in words beside the drawing; the scale need not begin at zero,
because positions are compared and no lengths. The order of the marks in the markup is that of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from gongbao.present.theme import COLOURS, FONTS

WIDTH, HEIGHT = 360, 22
_EDGE = 12
_MIDDLE = HEIGHT / 2
# A sheet of strips: the label above each, the values at its ends beside it.
_SHEET, _STRIP_AT, _ROW, _TITLE, _KEY = 600, 120, 46, 34, 110
# What a page's style sheet says of these classes, for a drawing that stands alone.
STYLE = f"""text{{font:13px {FONTS};fill:{COLOURS["ink"]}}}.t{{font-weight:700;font-size:15px}}.e{{fill:#4f5b69}}
.gb-foot{{stroke:#8b949e}}.gb-limit{{stroke:{COLOURS["line"]};stroke-width:2}}.gb-own-value{{fill:{COLOURS["this"]}}}
.gb-own-value.gb-pass{{fill:{COLOURS["pass"]}}}.gb-own-value.gb-fail{{fill:{COLOURS["fail"]}}}
.gb-own-value.gb-undetermined{{fill:{COLOURS["undetermined"]}}}.gb-last{{fill:#fff;stroke:{COLOURS["this"]};stroke-width:2}}
.gb-city{{fill:#4f5b69}}.gb-similar{{fill:none;stroke:{COLOURS["ink"]};stroke-width:1.75}}"""


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


Labelled = tuple[str, str, tuple[str, str]]  # label, drawing of `beside`, the values at its ends as printed


def beside_sheet(groups: Sequence[tuple[str, Sequence[Labelled]]]) -> str:
    """Drawings of `beside` under the titles of their groups, with their key, as one that stands alone."""
    parts, y = [], 0
    for i, (drawing, word) in enumerate(beside_key()):
        at = 8 + _KEY * i
        parts.append(f'{_placed(drawing, at, 6, 32)}<text x="{at + 34}" y="22">{escape(word)}</text>')
    y = 6 + HEIGHT
    for title, lines in groups:
        parts.append(f'<text class="t" x="8" y="{y + 26}">{escape(title)}</text>')
        y += _TITLE
        for label, drawing, (low, high) in lines:
            parts.append(
                f'<text x="8" y="{y + 14}">{escape(label)}</text>{_placed(drawing, _STRIP_AT, y + 18, WIDTH)}'
                f'<text class="e" x="{_STRIP_AT - 6}" y="{y + 34}" text-anchor="end">{escape(low)}</text>'
                f'<text class="e" x="{_STRIP_AT + WIDTH + 6}" y="{y + 34}">{escape(high)}</text>'
            )
            y += _ROW
    height = y + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SHEET} {height}" width="{_SHEET}" '
        f'height="{height}"><style>{STYLE}</style>{"".join(parts)}</svg>'
    )


def _placed(drawing: str, x: int, y: int, width: int) -> str:
    """A drawing at a place of a larger one."""
    return drawing.replace("<svg ", f'<svg x="{x}" y="{y}" width="{width}" height="{HEIGHT}" ', 1)


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
