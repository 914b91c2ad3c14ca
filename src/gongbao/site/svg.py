"""Making an SVG fit to stand inside a page: light, scalable, without an id that a second one has."""

from __future__ import annotations

import re

# present.theme.FONTS, held equal by a test: drawing processes import nothing but vl-convert and this.
FONTS = "Gongbao Sans, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
# On a wide page a chart may grow so far; its text stays smaller than a heading.
LARGEST = 1.2
# Shrinking below this share of its natural width would make the chart's 13 px text too small to read.
SMALLEST = 0.8
# The style sheet has a class for each least width, `gb-least-240` and so on: a page's policy allows no style
# attributes. Rounded down; among them the 358 px of a phone's column, in which no chart is to scroll by a hair.
LEAST_WIDTHS = range(98, 1200, 20)

_TAG = re.compile(r'<[a-zA-Z][^>"]*(?:"[^"]*"[^>"]*)*>')
# The text alternative stands on the element around the drawing; inside, descriptions of every
# single mark (in English, with raw numbers) would only double the page.
_DESCRIPTIONS = re.compile(r' (?:aria-[a-z]+|role|pointer-events)="[^"]*"')
_FONT = re.compile(r' font-family="[^"]*"')
_DECIMALS = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_SIZE = re.compile(r' width="([\d.]+)" height="([\d.]+)"')


def tidy(svg: str) -> str:
    """The drawing as it is offered for download: descriptions dropped, coordinates to a hundredth of a
    pixel, the font named once with fallbacks."""
    svg = _TAG.sub(_tidy_tag, svg)
    return svg.replace("<svg ", f'<svg font-family="{FONTS}" ', 1)


def _tidy_tag(match: re.Match[str]) -> str:
    tag = _FONT.sub("", _DESCRIPTIONS.sub("", match.group()))
    return _DECIMALS.sub(lambda number: f"{float(number.group()):.2f}".rstrip("0").rstrip("."), tag)


def linked(svg: str, address: str) -> str:
    """A tidied drawing as an image of its own file, read when the reader comes to it: for pages of many and
    large drawings. As wide as `inline` would show it; what it shows is said beside it."""
    size = _SIZE.search(svg)
    shape = ""
    if size is not None:
        width, height = (float(n) for n in size.groups())
        shape = (
            f' class="{_least(width)}" width="{round(width * LARGEST)}" height="{round(height * LARGEST)}"'
        )
    return f'<img src="{address}" alt="" loading="lazy"{shape}>'


def inline(svg: str, prefix: str) -> str:
    """A tidied drawing for the inside of a page: scales with the column, ids begin with `prefix`."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = re.sub(r' xmlns(?::xlink)?="[^"]*"| version="[^"]*"', "", svg, count=3)
    size = _SIZE.search(svg)
    if size is None:
        return svg
    width = float(size.group(1))
    given = f' width="{round(width * LARGEST)}" aria-hidden="true" focusable="false"'
    return svg.replace(size.group(), given, 1).replace('class="marks"', f'class="marks {_least(width)}"', 1)


def _least(width: float) -> str:
    """The class of the style sheet below whose width a chart of this natural width does not shrink."""
    steps = int(width * SMALLEST - LEAST_WIDTHS.start) // LEAST_WIDTHS.step
    return f"gb-least-{LEAST_WIDTHS[min(max(steps, 0), len(LEAST_WIDTHS) - 1)]}"
