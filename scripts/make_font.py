"""Make the chart font: a subset of Noto Sans CJK SC under a family name of its own.

vl-convert measures text with the fonts of the machine; a font that ships with the project makes
the same chart the same bytes everywhere. Run once, by hand, with Noto Sans CJK installed:

    python scripts/make_font.py NotoSansCJK-Regular.ttc
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

from gongbao.present.characters import characters

FAMILY = "Gongbao Sans"
TARGET = Path(__file__).parents[1] / "src/gongbao/present/fonts/GongbaoSans-Regular.otf"


def main(source: str) -> None:
    collection = TTCollection(source)
    font = next(f for f in collection.fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = subset.Options(
        layout_features=["kern", "liga"], name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters())
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = FAMILY
        elif record.nameID == 6:
            record.string = FAMILY.replace(" ", "") + "-Regular"
    cff = font["CFF "].cff
    cff.fontNames = ["GongbaoSans-Regular"]
    cff.topDictIndex[0].FullName = FAMILY
    cff.topDictIndex[0].FamilyName = FAMILY
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    font.save(TARGET)


if __name__ == "__main__":
    main(sys.argv[1])
