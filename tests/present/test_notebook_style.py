"""What a notebook shows in JupyterLab looks as on the page, and nothing else in JupyterLab is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gongbao.present import Column, Fact, Facts, Sentence, Verdict, Verdicts
from gongbao.present.notebook_style import notebook_style, selectors
from gongbao.present.table import make_table
from gongbao.standards import Outcome

SHEET = (Path(__file__).parents[2] / "site/theme/gongbao.css").read_text("utf-8")
STYLE = notebook_style(SHEET)


def test_each_rule_is_kept_to_what_the_library_shows() -> None:
    found = notebook_style(
        ":root { --a: 1 } body, table { b: 2 } .gb-facts > div { c: 3 } /* x { } */ figure { d: 4 }\n"
        "@media print { p { e: 5 } } @media screen and (prefers-color-scheme: dark) { :root { --a: 6 } }"
    )
    roots = ":is(.gb-verdicts, .gb-facts, .gb-points, .gb-say, .gb-table, .gb-figure, #gb-none)"
    assert f"{roots} {{--a: 1}}" in found and f"{roots} table {{b: 2}}" in found
    assert ":is(.gb-facts, #gb-none) > div {c: 3}" in found
    assert f":where(figure){roots} {{d: 4}}" in found
    assert f'[data-jp-theme-light="false"] {roots} {{--a: 6}}' in found
    assert " body" not in found and "e: 5" not in found and "x {" not in found


def test_no_selector_reaches_beyond() -> None:
    rules = re.findall(r"(?:^|})\s*([^{}]+){", STYLE.removeprefix('<style class="gb-style">'))
    assert len(rules) > 100
    for rule in rules:
        for selector in selectors(rule):
            assert "#gb-none" in selector or "style.gb-style" in selector, selector


def test_a_style_sheet_cannot_end_the_element() -> None:
    found = notebook_style('.gb-chip::before { content: "</style><b>" }')
    assert found.count("</style>") == 1 and found.endswith("</style>")


@pytest.mark.browser
@pytest.mark.parametrize("light", [True, False])
def test_cards_and_tables_are_dressed_as_on_the_page_in_either_theme(browser: Browser, light: bool) -> None:
    table = make_table("table-1", 1, "结论", [Column("项目"), Column("结论")], [["甲", Outcome.FAIL]])
    cards = Verdicts((Verdict("k", "毛入园率", "fail", "80%", "≥90%", value=80, limit=90),))
    shown = [
        table.figure_html(),
        cards.html(),
        Facts((Fact("经费", "1元"),)).html(),
        Sentence("共<b>1</b>。", "").html,
    ]
    # JupyterLab's own rules for what it renders, as strong as they are there.
    lab = """.jp-RenderedHTMLCommon table { border: none; margin-left: auto; margin-right: auto; table-layout: fixed }
    .jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th { text-align: right; max-width: 100px }
    .jp-RenderedHTMLCommon tbody tr:nth-child(odd) { background: rgb(1, 2, 3) }
    .jp-RenderedHTMLCommon ul:not(.list-inline) { padding-left: 2em }
    .jp-RenderedHTMLCommon dt { float: left; width: 20% }"""
    foreign = '<table id="other"><tbody><tr><td>1</td></tr></tbody></table>'
    body = "".join(f'<div class="jp-RenderedHTMLCommon">{part}</div>' for part in [STYLE, *shown, foreign])
    page = browser.new_page()
    page.set_content(f'<style>{lab}</style><body data-jp-theme-light="{str(light).lower()}">{body}</body>')

    def css(selector: str, name: str) -> str:
        return str(page.eval_on_selector(selector, f"e => getComputedStyle(e)[{name!r}]"))

    assert css(".gb-chip", "backgroundColor") == ("rgb(251, 234, 226)" if light else "rgb(64, 36, 24)")
    assert css(".gb-verdicts", "display") == "grid" and css(".gb-verdicts", "paddingLeft") == "0px"
    assert (
        css(".gb-table td", "textAlign") == "left"
        and css(".gb-table tbody tr", "backgroundColor") == "rgba(0, 0, 0, 0)"
    )
    assert css(".gb-facts dt", "float") == "none" and css(".gb-facts", "display") == "grid"
    assert css("#other td", "textAlign") == "right"
    assert css("#other tr", "backgroundColor") == "rgb(1, 2, 3)"
    page.close()
