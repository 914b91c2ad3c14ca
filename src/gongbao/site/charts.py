"""Drawing: Vega-Lite specifications -> SVG, each distinct one once as long as the store keeps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gongbao.pool import Pool
from gongbao.present.characters import known_characters, missing_characters
from gongbao.present.theme import FONT_FOLDER, VEGALITE_VERSION
from gongbao.site.drawing import Drawing, Picture, to_png, to_svg
from gongbao.site.engine import LIBRARIES, MEASURES_FOLDER, SCRIPT, has_libraries, libraries
from gongbao.site.store import Store, digest

REVISION = "1"  # raise when `svg.tidy` makes different bytes of the same drawing


class ChartError(Exception):
    """Charts that could not be drawn, each with where it stands and what the engine said."""


@cache
def _tools(folder: Path) -> str:
    files = [SCRIPT, *(p for p in sorted(folder.iterdir()) if p.is_file())]
    return "/".join(
        [
            version("vl-convert-python"), version("mini-racer"), *LIBRARIES[VEGALITE_VERSION], REVISION,
            *(hashlib.sha256(path.read_bytes()).hexdigest() for path in files),
        ]
    )  # fmt: skip


def spec_text(spec: Mapping[str, Any]) -> str:
    """A specification as canonical JSON: equal charts give equal text."""
    return json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def drawing_key(text: str) -> str:
    """What a drawing depends on: the specification, the tools and the measures of the font."""
    return digest(text, _tools(MEASURES_FOLDER))


def draw(places: Mapping[str, str], store: Store) -> tuple[dict[str, str], int]:
    """(SVG by specification, how many had to be drawn). `places` says where each stands, for errors.

    Draws in this process, which may not fork afterwards. Raises ChartError naming every chart that can't
    be drawn.
    """
    svgs: dict[str, str] = {}
    faults: list[str] = []
    made: dict[str, bytes] = {}
    drawn = 0
    for text, place in places.items():
        key = drawing_key(text)
        found = store.get("svg", key)
        if found is None:
            svg, fault = to_svg(Drawing(text, store=str(store.folder)))
            drawn += 1
            if fault:
                faults.append(f"{place}：图画不出来：{fault}")
                continue
            found = made[key] = svg.encode()
        svgs[text] = found.decode()
    store.put_all("svg", made)
    if faults:
        raise ChartError("\n".join(sorted(faults)))
    return svgs, drawn


def stored_drawing(text: str, store: Store) -> str:
    """A drawing that this build has made already. Raises KeyError if the store lacks it."""
    found = store.get("svg", drawing_key(text))
    if found is None:
        raise KeyError(text)
    return found.decode()


def draw_png(svg: str, store: Store) -> bytes:
    """An SVG as PNG (at twice its size, for Word and print). In this process, which may not draw SVGs: it
    knows the font with outlines, they are drawn with one that has none."""
    key = digest(svg, _tools(FONT_FOLDER))
    found = store.get("png", key)
    if found is None:
        found = to_png(Picture(svg, str(FONT_FOLDER)))
        store.put("png", key, found)
    return found


@contextmanager
def scripts_ahead(folder: Path) -> Iterator[None]:
    """Have another process make the libraries' script if the store in `folder` lacks it, while this one does
    something else: it takes a second, once for each version of Vega."""
    store = Store(folder)
    if has_libraries(VEGALITE_VERSION, store):
        yield
        return
    with Pool(1, inherit=True) as pool:
        pool.submit(
            _make_script, folder
        )  # nobody asks for the result: who needs the script looks in the store
        yield


def _make_script(folder: Path) -> None:
    libraries(VEGALITE_VERSION, Store(folder))


def character_warning(text: str, place: str) -> str | None:
    """A warning that names the characters of a chart which the shipped font lacks, or None."""
    if "\\u" not in text and known_characters().issuperset(text):
        return None  # nor does any of its texts
    missing = missing_characters(json.loads(text))
    if not missing:
        return None
    names = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in missing)
    return f"{place}：图中的字符 {names} 不在图表字库里，各台机器画出的图可能不同。"
