"""Characters that the chart font lacks are named; the list of characters is the font's own."""

from fontTools.ttLib import TTFont

from gongbao.present.characters import characters, missing_characters
from gongbao.present.theme import FONT_FOLDER
from gongbao.site.charts import character_warning


def test_the_list_holds_only_characters_of_the_shipped_font() -> None:
    font = TTFont(FONT_FOLDER / "GongbaoSans-Regular.otf")
    assert set(map(ord, characters())) <= set(font.getBestCmap())


def test_missing_characters_are_found_anywhere_in_a_specification() -> None:
    spec = {"title": "平昌县", "data": {"values": [{"a": "㙟镇"}, {"a": "䶮"}]}}
    assert missing_characters(spec) == "㙟䶮"


def test_the_warning_names_place_and_characters() -> None:
    warning = character_warning('{"title":"㙟镇"}', "2019/511923/finance 图 1")
    assert warning is not None
    assert "2019/511923/finance 图 1" in warning and "“㙟”（U+365F）" in warning
    assert character_warning('{"title":"平昌县"}', "x") is None
