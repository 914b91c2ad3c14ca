"""Drawing: Vega-Lite specifications -> SVG, each distinct one once, in processes of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gongbao.pool import Pool
from gongbao.present.characters import missing_characters
from gongbao.present.theme import FONT_FOLDER, VEGALITE_VERSION
from gongbao.site.drawers import Drawers
from gongbao.site.drawing import Drawing, Picture, to_png, to_svgs
from gongbao.site.engine import LIBRARIES, MEASURES_FOLDER, SCRIPT
from gongbao.site.store import Store, digest

_TOGETHER = 16  # charts that a drawing process gets at a time: about a second's work
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


class Drawings:
    """The SVGs of a site's charts: asked for as they become known, drawn meanwhile, collected at the end."""

    def __init__(self, store: Store, drawers: Drawers) -> None:
        self._store, self._drawers = store, drawers
        self._svgs: dict[str, str] = {}
        self._asked: dict[int, list[str]] = {}  # by the pool's number

    def ask(self, specs: Iterable[str]) -> None:
        """Have those specs drawn that neither the store has nor an earlier call has asked for."""
        asked = {text for texts in self._asked.values() for text in texts}
        todo: list[str] = []
        for text in sorted(set(specs) - asked - self._svgs.keys()):
            found = self._store.get("svg", drawing_key(text))
            if found is None:
                todo.append(text)
            else:
                self._svgs[text] = found.decode()
        # Several at once: a drawing process gets the next ones only when this process has time for it.
        size = max(1, min(_TOGETHER, len(todo) // (2 * self._drawers.workers)))
        for start in range(0, len(todo), size):
            texts = todo[start : start + size]
            number = self._drawers.start().submit(
                to_svgs, [Drawing(text, store=str(self._store.folder)) for text in texts]
            )
            self._asked[number] = texts

    def collect(
        self, places: Mapping[str, str], progress: Callable[[int, int], None] | None = None
    ) -> tuple[dict[str, str], int]:
        """(SVG by spec text, how many had to be drawn). `places` says where each spec stands, for errors.

        Raises ChartError naming every chart that can't be drawn.
        """
        faults: list[str] = []
        drawn, whole = 0, sum(map(len, self._asked.values()))
        for number, texts in self._asked.items():
            [answers] = self._drawers.start().results([number])
            for text, (svg, fault) in zip(texts, answers, strict=True):
                if fault:
                    faults.append(f"{places.get(text, '?')}：图画不出来：{fault}")
                    continue
                self._svgs[text] = svg
                self._store.put("svg", drawing_key(text), svg.encode())
            drawn += len(texts)
            if progress:
                progress(drawn, whole)
        if faults:
            raise ChartError("\n".join(sorted(faults)))
        return dict(sorted(self._svgs.items())), drawn


def draw_png(svgs: Mapping[str, str], store: Store, workers: int) -> dict[str, bytes]:
    """PNG (at twice the size, for Word and print) by spec text, from the SVGs of the same."""
    keys = {text: digest(svg, _tools(FONT_FOLDER)) for text, svg in svgs.items()}
    found = {text: store.get("png", key) for text, key in keys.items()}
    todo = sorted(text for text, png in found.items() if png is None)
    jobs = [Picture(svgs[text], str(FONT_FOLDER)) for text in todo]
    drawn: list[bytes] = []
    if jobs:
        with Pool(min(workers, len(jobs))) as pool:
            drawn = pool.map(to_png, jobs)
    for text, png in zip(todo, drawn, strict=True):
        store.put("png", keys[text], png)
        found[text] = png
    return {text: png for text, png in found.items() if png is not None}


def vega_bundle(store: Store, drawers: Drawers) -> bytes:
    """The one script of the interactive view: vega-embed with Vega and Vega-Lite, about 0.9 MB."""
    key = digest(_tools(FONT_FOLDER))
    found = store.get("vega", key)
    if found is None:
        found = drawers.bundle(VEGALITE_VERSION)
        store.put("vega", key, found)
    return found


def character_warning(text: str, place: str) -> str | None:
    """A warning that names the characters of a chart which the shipped font lacks, or None."""
    missing = missing_characters(json.loads(text))
    if not missing:
        return None
    names = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in missing)
    return f"{place}：图中的字符 {names} 不在图表字库里，各台机器画出的图可能不同。"
