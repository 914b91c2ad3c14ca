"""Charts are measured with a font without outlines: it must give every text the width of the real one."""

from __future__ import annotations

import json
from multiprocessing import get_context
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from gongbao.present.characters import characters
from gongbao.present.theme import FONT_FOLDER, FONTS, MEASURES_FOLDER, VEGALITE_VERSION
from gongbao.site.drawing import Drawing, to_svg

REAL = FONT_FOLDER / "GongbaoSans-Regular.otf"
MEASURES = MEASURES_FOLDER / "GongbaoSans-Measures.otf"
# Titles and labels of every kind of width: Chinese, digits, kerned pairs (AV, To, P.), a ligature (fi).
TEXTS = [
    "平昌县（2019年）",
    "15.16亿元，增长7.3%",
    "AVATAR To P. “Ty” office",
    "≥85%",
    "①②③ ａｂｃ",
    "ひらがな、カタカナ",
]


def test_every_character_is_as_wide_as_in_the_real_font() -> None:
    real, measures = TTFont(REAL), TTFont(MEASURES)
    glyphs = real.getBestCmap(), measures.getBestCmap()
    assert set(glyphs[0]) == set(glyphs[1]) >= set(map(ord, characters()))
    for code, name in glyphs[0].items():
        assert real["hmtx"][name][0] == measures["hmtx"][glyphs[1][code]][0], chr(code)
    for table, field in [
        ("hhea", "ascent"),
        ("hhea", "descent"),
        ("head", "unitsPerEm"),
        ("OS/2", "sTypoAscender"),
    ]:
        assert getattr(real[table], field) == getattr(measures[table], field)
    assert MEASURES.stat().st_size < REAL.stat().st_size / 10


@pytest.mark.parametrize("orient", ["left", "right"])
def test_a_chart_is_the_same_bytes_with_either_font(orient: str) -> None:
    """Each in a process of its own, since a font once registered stays."""
    spec = {
        "data": {"values": [{"name": text, "n": len(text)} for text in TEXTS]},
        "title": TEXTS[2],
        "mark": "bar",
        "encoding": {
            "y": {"field": "name", "type": "nominal", "axis": {"orient": orient, "labelLimit": 400}},
            "x": {"field": "n", "type": "quantitative", "title": TEXTS[0]},
            "color": {"field": "name", "type": "nominal"},
        },
        "config": {"font": FONTS},
    }
    drawn = [_drawn(json.dumps(spec), folder) for folder in (FONT_FOLDER, MEASURES_FOLDER)]
    assert drawn[0] == drawn[1]
    assert drawn[0][0].startswith("<svg") and not drawn[0][1]


def _drawn(text: str, folder: Path) -> tuple[str, str]:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(to_svg, (Drawing(text, str(folder), VEGALITE_VERSION),))
