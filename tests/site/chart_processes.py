"""What tests of the engine run in processes of their own: V8 starts threads, and pytest's process forks."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import vl_convert

from gongbao.present.theme import FONT_FOLDER
from gongbao.site import engine
from gongbao.site.drawing import Drawing, to_svg
from gongbao.site.engine import MEASURES_FOLDER, VEGALITE_VERSION, Engine, libraries
from gongbao.site.store import Store
from gongbao.site.svg import tidy


def reference(texts: list[str]) -> list[str]:
    """The drawings of vl-convert, which opens the font itself."""
    vl_convert.register_font_directory(str(FONT_FOLDER))
    drawn = (vl_convert.vegalite_to_svg(text, vl_version=VEGALITE_VERSION) for text in texts)
    return [tidy(svg) for svg in drawn]


def reference_widths(words: list[tuple[str, str]]) -> list[float]:
    """The width of each (text, font weight) at 13 px as vl-convert measures it, through Vega's own bounds."""
    vl_convert.register_font_directory(str(FONT_FOLDER))
    told = {"text": {"signal": "'w=' + (datum.bounds.x2 - datum.bounds.x1)"}}
    text = {
        "text": {"field": "t"},
        "fontWeight": {"field": "w"},
        "fontSize": {"value": 13},
        "font": {"value": "Gongbao Sans"},
    }
    spec = {
        "data": [{"name": "words", "values": [{"t": text, "w": weight} for text, weight in words]}],
        "marks": [
            {"name": "shown", "type": "text", "from": {"data": "words"}, "encode": {"enter": text}},
            {"type": "text", "from": {"data": "shown"}, "encode": {"enter": told}},
        ],
    }  # fmt: skip
    svg = vl_convert.vega_to_svg(spec)
    return [float(part.partition("<")[0]) for part in svg.split(">w=")[1:]]


def widths(words: list[tuple[str, str]], store: str) -> list[float]:
    """The same by the engine."""
    context = make_engine(store).start()
    context.eval("const measured = (texts) => texts.map((text) => gongbao.measure(text, 13))")
    found: list[float] = context.call("measured", [text for text, _ in words])
    return found


def make_engine(store: str) -> Engine:
    return Engine(libraries(VEGALITE_VERSION, Store(Path(store))), MEASURES_FOLDER)


def measured(job: tuple[list[tuple[str, str]], str]) -> list[float]:
    return widths(*job)


def limited(job: tuple[dict[str, float], list[str], str]) -> list[tuple[str, str]]:
    """Drawings by an engine with other limits."""
    limits, texts, store = job
    for name, value in limits.items():
        assert hasattr(engine, name)
        setattr(engine, name, value)
    own = make_engine(store)
    return [own.draw(text) for text in texts]


def in_zone(job: tuple[str, str, str]) -> tuple[str, str]:
    """A drawing in a process that stands in another time zone and speaks another language."""
    zone, text, store = job
    os.environ |= {"TZ": zone, "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    found = to_svg(Drawing(text, store=store))
    assert os.environ["TZ"] == zone
    return found


def memory(job: tuple[list[str], int, int, str]) -> tuple[int, int]:
    """Bytes that this process has held at most, after some rounds of drawings and after more."""
    texts, some, more, store = job
    found = []
    for rounds in (some, more):
        for _ in range(rounds):
            for text in texts:
                assert not to_svg(Drawing(text, store=store))[1]
        found.append(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        )
    return found[0], found[1]
