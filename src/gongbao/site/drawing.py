"""What processes that draw run: the engine for SVG, vl-convert for the rest, imported when needed.

Never called in a process that will fork: V8 starts threads.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongbao.site.engine import MEASURES_FOLDER, VEGALITE_VERSION, Engine, libraries
from gongbao.site.store import Store
from gongbao.site.svg import tidy


class Drawing(NamedTuple):
    """A specification to draw with the measures of a folder and a version of Vega-Lite.

    `store` is the folder that keeps the engine's libraries; without one, every process bundles them anew
    (a second).
    """

    text: str
    measures: str = str(MEASURES_FOLDER)
    vegalite: str = VEGALITE_VERSION
    store: str = ""


class Picture(NamedTuple):
    """An SVG to draw with the fonts of a folder."""

    svg: str
    fonts: str


@cache
def _engine(measures: str, vegalite: str, store: str) -> Engine:
    return Engine(libraries(vegalite, Store(Path(store)) if store else None), Path(measures))


def start_engine(store: str = "") -> None:
    """Start the engine, so that the first chart needn't wait for it."""
    _engine(*Drawing("", store=store)[1:]).start()


def to_svg(job: Drawing) -> tuple[str, str]:
    """(SVG, "") or ("", what went wrong), in a process that doesn't fork afterwards."""
    svg, fault = _engine(job.measures, job.vegalite, job.store).draw(job.text)
    return tidy(svg), fault


def to_png(job: Picture) -> bytes:
    """An SVG as PNG at twice its size, for Word and print."""
    import vl_convert

    _register(job.fonts)
    png: bytes = vl_convert.svg_to_png(job.svg, scale=2)
    return png


@cache
def _register(fonts: str) -> None:
    import vl_convert

    vl_convert.register_font_directory(fonts)
