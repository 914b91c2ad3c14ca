"""What the drawing processes run: vl-convert, and nothing else that takes time to import.

Never called in the process that builds: V8 starts threads, and that process may fork.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from gongbao.site.svg import tidy


class Drawing(NamedTuple):
    """A specification to draw with the fonts of a folder and a version of Vega-Lite."""

    text: str
    fonts: str
    vegalite: str


def start_engine() -> None:
    """Start V8 and load Vega into it, so that the first chart needn't wait for them."""
    import vl_convert

    vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "point"}, allowed_base_urls=[])


@cache
def _register(fonts: str) -> None:
    import vl_convert

    vl_convert.register_font_directory(fonts)


def to_svg(job: Drawing) -> tuple[str, str]:
    """(SVG, "") or ("", what went wrong)."""
    import vl_convert

    _register(job.fonts)
    try:
        svg = vl_convert.vegalite_to_svg(job.text, vl_version=job.vegalite, allowed_base_urls=[])
    except ValueError as error:
        return "", str(error).split("\n\nStack backtrace", 1)[0].strip()
    return tidy(svg), ""


def to_svgs(jobs: list[Drawing]) -> list[tuple[str, str]]:
    """`to_svg` of each."""
    return [to_svg(job) for job in jobs]


def to_png(job: Drawing) -> bytes:
    """An SVG as PNG at twice its size, for Word and print."""
    import vl_convert

    _register(job.fonts)
    png: bytes = vl_convert.svg_to_png(job.text, scale=2)
    return png


def bundle(vegalite: str) -> bytes:
    """vega-embed with Vega and Vega-Lite as one script that sets `window.vegaEmbed`."""
    import vl_convert

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=vegalite)
    return script.encode()
