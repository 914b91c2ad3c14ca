"""Make the chart font, a subset of Noto Sans CJK SC under a family name of its own, and its measures.

A font that ships with the project makes the same chart the same bytes everywhere. The text of a chart is
measured from a table of that font's widths, kerning and ligatures, so that no font is opened to draw one.
Run once, by hand, with Noto Sans CJK installed:

    python scripts/make_font.py NotoSansCJK-Regular.ttc

Without an argument only the table is made again, from the font.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from gongbao.present.characters import characters

FAMILY = "Gongbao Sans"
PRESENT = Path(__file__).parents[1] / "src/gongbao/present"
TARGET = PRESENT / "fonts/GongbaoSans-Regular.otf"
MEASURES = PRESENT / "measures/widths.json"


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
    """What measuring needs to know of the font, in thousandths of the font size.

    `widths`: characters by their width, without the Chinese ones (from U+2E80 on) of the `usual` width.
    `ligatures`: what is drawn as one glyph, under the character that Unicode has for it. `kerning`: by the
    first character, what follows it by how much nearer or farther it stands.
    """
    font = TTFont(TARGET)
    usual = font["head"].unitsPerEm
    ligatures = dict(_ligatures(font))
    named = _characters(font, ligatures)
    widths: defaultdict[int, list[str]] = defaultdict(list)
    for glyph, chars in named.items():
        width = font["hmtx"][glyph][0]
        widths[width] += [char for char in chars if width != usual or char < "\u2e80"]
    kerning: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (first, second), value in _pairs(font).items():
        for char in named[first] if value else ():
            kerning[char][value] += named[second]
    table = {
        "usual": usual,
        "widths": {str(width): _joined(chars) for width, chars in sorted(widths.items())},
        "ligatures": {parts: _sign(parts) for parts, _ in sorted(ligatures.items())},
        "kerning": {
            char: {str(value): _joined(seconds) for value, seconds in sorted(values.items())}
            for char, values in sorted(kerning.items())
        },
    }
    MEASURES.parent.mkdir(parents=True, exist_ok=True)
    MEASURES.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _joined(chars: list[str]) -> str:
    return "".join(sorted(chars))


def _sign(parts: str) -> str:
    """The character of Unicode's presentation forms for a ligature."""
    return {"ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02", "ffi": "\ufb03", "ffl": "\ufb04"}[parts]


def _characters(font: TTFont, ligatures: dict[str, str]) -> dict[str, list[str]]:
    """The characters of each glyph that text can reach."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for code, glyph in font.getBestCmap().items():
        named[glyph].append(chr(code))
    for parts, glyph in ligatures.items():
        named[glyph].append(_sign(parts))
    return named


def _ligatures(font: TTFont) -> Iterator[tuple[str, str]]:
    """(the letters, the glyph) of every ligature."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    for table in _tables(font, "GSUB", "LigatureSubst"):
        for first, found in table.ligatures.items():
            for each in found:
                yield "".join(letters[glyph] for glyph in (first, *each.Component)), each.LigGlyph


def _pairs(font: TTFont) -> dict[tuple[str, str], int]:
    """How much every pair of glyphs is kerned: the first subtable that has the pair decides."""
    found: dict[tuple[str, str], int] = {}
    for table in _tables(font, "GPOS", "PairPos"):
        if table.ValueFormat1 != 4 or table.ValueFormat2:  # 4: the first glyph's advance, nothing else
            raise ValueError("kerning of another kind")
        if table.Format == 1:
            for first, pairs in zip(table.Coverage.glyphs, table.PairSet, strict=True):
                for pair in pairs.PairValueRecord:
                    found.setdefault((first, pair.SecondGlyph), pair.Value1.XAdvance)
            continue
        firsts, seconds = table.ClassDef1.classDefs, table.ClassDef2.classDefs
        for first in table.Coverage.glyphs:
            row = table.Class1Record[firsts.get(first, 0)].Class2Record
            if row[0].Value1 is not None and row[0].Value1.XAdvance:
                raise ValueError("a glyph is kerned with whatever follows")
            for second, number in seconds.items():
                value = row[number].Value1
                found.setdefault((first, second), value.XAdvance if value is not None else 0)
    return found


def _tables(font: TTFont, tag: str, kind: str) -> Iterator[Any]:
    """The subtables, which have to be all of one kind, in one lookup that every script uses."""
    [lookup] = font[tag].table.LookupList.Lookup
    for table in lookup.SubTable:
        if type(table).__name__ != kind:
            raise ValueError(f"{tag} has a table of another kind: {type(table).__name__}")
        yield table


def _subset(font: Any, text: str) -> None:
    options = subset.Options(
        layout_features=["kern", "liga"], name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)


def _save(font: Any, target: Path) -> None:
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
