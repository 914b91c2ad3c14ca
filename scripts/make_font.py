"""Make the chart fonts: a subset of Noto Sans CJK SC under a family name of its own, and its measures.

vl-convert measures text with the fonts of the machine; a font that ships with the project makes
the same chart the same bytes everywhere. It maps the file and reads the outlines anew for every text
that it measures, so the text of an SVG is measured with a second font: the same widths and kerning in
a twentieth of the size. Run once, by hand, with Noto Sans CJK installed:

    python scripts/make_font.py NotoSansCJK-Regular.ttc

Without an argument only the second font is made again, from the first.
"""

import sys
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from gongbao.present.characters import characters

FAMILY = "Gongbao Sans"
PRESENT = Path(__file__).parents[1] / "src/gongbao/present"
TARGET = PRESENT / "fonts/GongbaoSans-Regular.otf"
MEASURES = PRESENT / "measures/GongbaoSans-Measures.otf"
# What stands for every outline: a glyph without one would count as missing.
_BOX = [0, "hmoveto", 100, 100, -100, "hlineto", "endchar"]


def main(source: str | None) -> None:
    if source is not None:
        make_font(source)
    make_measures()


def make_font(source: str) -> None:
    """The font of the charts, for PNG and for those who have it installed."""
    collection = TTCollection(source)
    font = next(f for f in collection.fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    _subset(font, characters())
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = FAMILY
        elif record.nameID == 6:
            record.string = FAMILY.replace(" ", "") + "-Regular"
    cff = font["CFF "].cff
    cff.fontNames = ["GongbaoSans-Regular"]
    cff.topDictIndex[0].FullName = FAMILY
    cff.topDictIndex[0].FamilyName = FAMILY
    _save(font, TARGET)


def make_measures() -> None:
    """The same font without its drawings: characters of one width that nothing kerns share a glyph."""
    font = TTFont(TARGET)
    alone = _shaped(font)
    widths: dict[int, str] = {}
    for table in font["cmap"].tables:
        for code, name in table.cmap.items():
            if name not in alone:
                table.cmap[code] = widths.setdefault(font["hmtx"][name][0], name)
    _subset(font, characters())
    strings = font["CFF "].cff.topDictIndex[0].CharStrings
    for name in font.getGlyphOrder():
        strings[name].program = list(_BOX)
    font["CFF "].cff.remove_unused_subroutines()
    _save(font, MEASURES)


def _subset(font: Any, text: str) -> None:
    options = subset.Options(
        layout_features=["kern", "liga"], name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)


def _shaped(font: TTFont) -> set[str]:
    """The glyphs that kerning or a ligature names."""
    found: set[str] = set()
    for tag in ("GPOS", "GSUB"):
        for lookup in font[tag].table.LookupList.Lookup:
            for table in lookup.SubTable:
                match type(table).__name__, getattr(table, "Format", 0):
                    case "PairPos", 1:
                        pairs = [record for each in table.PairSet for record in each.PairValueRecord]
                        found |= {*table.Coverage.glyphs, *(record.SecondGlyph for record in pairs)}
                    case "PairPos", 2:
                        found |= {*table.Coverage.glyphs, *table.ClassDef2.classDefs}
                    case "LigatureSubst", _:
                        for first, ligatures in table.ligatures.items():
                            found |= {first, *(name for each in ligatures for name in each.Component)}
                    case kind, form:
                        raise ValueError(f"{tag} has a table of another kind: {kind} {form}")
    return found


def _save(font: Any, target: Path) -> None:
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
