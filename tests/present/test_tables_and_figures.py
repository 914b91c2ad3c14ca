"""Tables and figures as they leave a notebook."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd
import pytest

from gongbao.present import Column, Figure, Table, read_display
from gongbao.present.charts import chart_spec, use_theme
from gongbao.present.display import VEGALITE
from gongbao.present.table import make_table
from gongbao.standards import Outcome


@pytest.fixture
def table() -> Table:
    return make_table(
        "table-1", 1, "经费", [Column("学段"), Column("金额", "元", 2), Column("结论"), Column("说明")],
        [["小学", 11648.775, Outcome.PASS, math.nan], ["初中", math.nan, Outcome.FAIL, None]],
    )  # fmt: skip


def test_what_is_shown_is_rounded_and_what_is_downloaded_is_not(table: Table) -> None:
    assert table.rows[0][1].shown == "11648.78"
    assert table.rows[0][1].raw == 11648.775


def test_missing_is_a_dash_and_never_zero(table: Table) -> None:
    assert (table.rows[1][1].shown, table.rows[1][1].raw) == ("—", None)


def test_a_column_in_which_nothing_is_known_is_left_out(table: Table) -> None:
    assert [c.label for c in table.columns] == ["学段", "金额", "结论"]


def test_html_has_caption_scopes_units_and_words_for_verdicts(table: Table) -> None:
    html = table.html()
    assert "<caption><b>表 1</b> 经费</caption>" in html
    assert '<th scope="col" class="num nw">金额（元）</th>' in html
    assert '<th scope="row" class="nw">小学</th>' in html
    assert "达标" in html and "未达标" in html


def test_markdown_escapes_what_would_break_the_row() -> None:
    table = make_table("t", 1, "表", [Column("甲|乙"), Column("x")], [["a|b", 1]])
    assert "| 甲\\|乙 | x |" in table.markdown()
    assert "| a\\|b | 1 |" in table.markdown()


def test_the_site_reads_back_what_the_notebook_displays(table: Table) -> None:
    bundle = table._repr_mimebundle_()
    kind, content = read_display(bundle) or ("", {})
    assert kind == "table"
    assert Table.from_content(content) == table


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="应有 1 列"):
        make_table("t", 1, "表", [Column("甲")], [["a", "b"]])


def test_a_chart_carries_only_the_columns_that_it_draws() -> None:
    use_theme()
    frame = pd.DataFrame({"学段": ["小学"], "value": [1.0], "school_id": ["S1"], "note": ["内部"]})
    chart = alt.Chart(frame).mark_bar().encode(x="value:Q", y="学段:N")
    spec = chart_spec(chart)
    (rows,) = spec["datasets"].values()
    assert rows == [{"学段": "小学", "value": 1.0}]
    assert "S1" not in str(spec)


def test_a_figure_shows_as_a_chart_in_jupyterlab_and_comes_back(table: Table) -> None:
    use_theme()
    chart = alt.Chart(pd.DataFrame({"a": [1]})).mark_point().encode(x="a:Q")
    figure = Figure("fig-1", 1, "题", "看到什么", chart_spec(chart), table)
    bundle = figure._repr_mimebundle_()
    assert VEGALITE in bundle
    assert Figure.from_bundle(bundle) == figure


def test_a_figures_markup_states_the_finding_and_offers_the_data(table: Table) -> None:
    html = Figure("fig-1", 1, "题", "小学最高", {}, table).html("<svg></svg>", "finance/fig-1")
    assert 'role="img" aria-label="小学最高"' in html
    assert 'href="finance/fig-1.csv"' in html
    assert "<table" in html
