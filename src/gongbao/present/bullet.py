"""A value against its threshold as a small drawing without words, which stand beside it.

The scale begins at zero. One bar for the value, a line across it for the threshold; the colour is that of
the outcome. The same on a page, in JupyterLab and in print: it is made of three shapes and no library.
"""

from __future__ import annotations

import math

WIDTH, HEIGHT = 200, 12
_ROOM = 1.08  # beyond the greater of the two
_BAR = 6


def bullet(value: float | None, limit: float | None, outcome: str) -> str:
    """The drawing as SVG, "" where one of the two is missing, negative or both are zero."""
    if value is None or limit is None or not _fit(value) or not _fit(limit) or not value + limit:
        return ""
    whole = max(value, limit) * _ROOM
    end, at = (f"{WIDTH * part / whole:.2f}" for part in (value, limit))
    top = (HEIGHT - _BAR) // 2
    return (
        f'<svg class="gb-bullet gb-{outcome}" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">'
        f'<rect class="gb-track" y="{top}" width="{WIDTH}" height="{_BAR}"/>'
        f'<rect class="gb-value" y="{top}" width="{end}" height="{_BAR}"/>'
        f'<path class="gb-limit" d="M{at} 0V{HEIGHT}"/></svg>'
    )


def _fit(number: float) -> bool:
    return math.isfinite(number) and number >= 0
