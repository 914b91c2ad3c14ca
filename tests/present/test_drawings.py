"""Charts that several workbooks draw: as wide as a phone allows, every value written, no colour without meaning."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd
import pytest
import vl_convert

from gongbao.present import drawings
from gongbao.present.charts import chart_spec, use_theme
from gongbao.present.theme import COLOURS, FONT_FOLDER


@pytest.fixture(scope="module", autouse=True)
def look() -> None:
    use_theme()
    vl_convert.register_font_directory(str(FONT_FOLDER))


def drawn(chart: alt.TopLevelMixin) -> tuple[float, list[str], str]:
    """Width, texts and the SVG of a chart."""
    svg = vl_convert.vegalite_to_svg(chart_spec(chart))
    width = re.search(r'<svg[^>]*? width="([\d.]+)"', svg)
    assert width
    return float(width[1]), re.findall(r"<text[^>]*>([^<]*)</text>", svg), svg


RATES = pd.DataFrame(
    {
        "words": ["三年毛入园率 83.1%（标准≥90%）", "公办占比 60%（标准≥50%）", "学前一年毛入园率 99%"],
        "value": [83.1, 60.0, 99.0], "limit": [90.0, 50.0, float("nan")],
        "colour": ["fail", "pass", "this"],
    }
)  # fmt: skip


def test_bars_carry_their_words_and_a_tick_where_there_is_a_limit() -> None:
    width, texts, svg = drawn(drawings.bars(RATES, "words", "value", limit="limit", colour="colour", end=100))
    assert width <= 400
    assert [t for t in texts if t in set(RATES["words"])] == list(RATES["words"])
    for name in ("fail", "pass", "this"):
        assert f'fill="{COLOURS[name]}"' in svg
    assert svg.count('aria-roledescription="tick"') == 2


def test_small_charts_of_several_rates_share_one_span_and_write_every_value() -> None:
    history = pd.DataFrame(
        {
            "item": ["巩固率"] * 3 + ["入学率"] * 2, "year": [2021, 2022, 2023, 2021, 2023],
            "value": [94.0, 95.5, 97.0, 99.9, 100.0], "shown": ["94", "95.5", "97", "99.9", "100"],
            "limit": [95.0] * 3 + [float("nan")] * 2, "limit_words": ["标准≥95%"] * 3 + [""] * 2,
        }
    )  # fmt: skip
    chart = drawings.lines(history, "value", "item", "shown", limit="limit", limit_label="limit_words")
    width, texts, _ = drawn(chart)
    assert width <= 400
    assert {"94", "95.5", "97", "99.9", "100", "巩固率（虚线：标准≥95%）", "入学率"} <= set(texts)
    spans = set()
    for panel in chart_spec(chart)["vconcat"]:
        low, high = panel["layer"][0]["encoding"]["y"]["scale"]["domain"]
        spans.add(round(high - low, 9))
    assert len(spans) == 1


def test_one_value_in_all_years_is_drawn_as_a_level_line() -> None:
    history = pd.DataFrame(
        {"item": ["甲", "甲"], "year": [2021, 2022], "value": [100.0, 100.0], "shown": ["100", "100"]}
    )
    width, texts, _ = drawn(drawings.lines(history, "value", "item", "shown"))
    assert width <= 400 and texts.count("100") == 2


def test_parts_of_a_whole_name_themselves_and_the_rest_is_grey() -> None:
    parts = pd.DataFrame(
        {"words": ["随班就读 437人", "送教上门 122人", "未说明 35人"], "value": [437.0, 122.0, 35.0],
         "rest": [False, False, True]}
    )  # fmt: skip
    width, texts, svg = drawn(drawings.share_bar(parts, "words", "value", "rest"))
    assert width <= 400 and set(parts["words"]) <= set(texts)
    assert "#c9ced4" in svg


def test_money_stands_in_steps_below_its_programme() -> None:
    rows = pd.DataFrame(
        {
            "programme": ["营养改善计划"] * 3, "step": ["预算", "到位", "支出"], "amount": [200.0, 180.0, 0.0],
            "words": ["预算 200.00", "到位 180.00", "支出 0.00"],
        }
    )  # fmt: skip
    chart = drawings.grouped_bars(rows, "programme", "step", "amount", "words", ["预算", "到位", "支出"])
    width, texts, _ = drawn(chart)
    assert width <= 400 and {"营养改善计划", *rows["words"]} <= set(texts)


def test_dots_of_a_survey_stand_against_a_line_with_words() -> None:
    rows = pd.DataFrame(
        {"words": ["家长（309份）", "教师（88份）"], "share": [94.5, 80.25], "shown": ["94.50", "80.25"]}
    )
    width, texts, _ = drawn(drawings.dots(rows, "words", "share", "shown", limit=85, limit_label="标准85%"))
    assert width <= 400 and {"94.50", "80.25", "标准85%", *rows["words"]} <= set(texts)
