"""What readers come for, answered in the built site: each of these is somebody's minute."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import served
from published_trees import example

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("published")]

FINANCE = "reports/2019/511923/finance.html"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 850})
    yield context.new_page()
    context.close()


def test_did_a_county_pass_and_if_not_why(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="示例县丙", exact=True).first.click()
    points = page.locator(".gb-points")
    expect(points).to_contain_text("未达标11项")
    expect(points).to_contain_text("比上年")
    lacking = page.locator(".gb-lacking li", has_text="学前三年毛入园率")
    expect(lacking).to_contain_text("差6.9个百分点")
    # From the list to the card, where value and threshold are drawn.
    lacking.get_by_role("link").click()
    card = page.locator("section.gb-area", has=page.locator("#preschool")).locator(
        "li.gb-verdict", has_text="毛入园率"
    )
    expect(card.locator("svg.gb-bullet")).to_be_visible()
    expect(card).to_contain_text("≥90%")


def test_which_document_a_number_is_known_from(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="平昌县", exact=True).first.click()
    page.get_by_role("link", name="经费与专项资金", exact=True).first.click()
    row = page.locator("table:visible tbody tr", has_text="小学").filter(has_text="11648.78").first
    expect(row).to_contain_text("（推算）")  # last year's, from the growth that the document tells
    asked = row.locator("a.gb-ask", has_text="11648.78")
    asked.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("平昌县2019年履行教育职责自查自评报告")
    expect(box).to_contain_text("data/2019/511923.xlsx 工作表“指标数据”")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(asked).to_be_focused()


def test_without_a_script_the_number_leads_to_its_entry_and_back(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{FINANCE}")
    asked = page.locator("a.gb-ask", has_text="15.16").first
    asked.click()
    entry = page.locator(".gb-origin:target")
    expect(entry).to_contain_text("教育经费总投入")
    entry.get_by_role("link", name="回到原处").click()
    assert page.url.rpartition("#")[2].startswith("a-")
    context.close()


def test_every_link_to_an_entry_has_one(page: Page, address: str) -> None:
    for name in (FINANCE, "reports/2019/511923/overview.html", "reports/2023/990103/index.html"):
        page.goto(f"{address}/{name}")
        links, lost, ids = page.evaluate(
            """() => {
                const links = [...document.querySelectorAll('a.gb-ask')];
                const lost = links.filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1))));
                const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
                return [links.length, lost.length, ids.length - new Set(ids).size];
            }"""
        )
        assert links > 5 and (lost, ids) == (0, 0), name


def test_dark_screens_have_enough_contrast(browser: Browser, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from browsing import STANDARDS

    context = browser.new_context(color_scheme="dark", bypass_csp=True)
    page = context.new_page()
    for name in ("index.html", FINANCE, "reports/2023/990103/index.html", "site/areas/balance.html"):
        page.goto(f"{address}/{name}")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, results.generate_report()
    context.close()


def test_how_much_more_a_county_spent_per_pupil_and_which_document_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="平昌县", exact=True).first.click()
    page.get_by_role("link", name="经费与专项资金", exact=True).first.click()
    row = page.locator("figure.gb-table tbody tr", has_text="小学").filter(has_text="11648.78").first
    row.get_by_role("link", name="增长6.2%").click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("小学生均一般公共预算教育经费比上年的变化（2019年）")
    # 11648.78 less last year's, which follows from it and the growth that the document tells.
    expect(box).to_contain_text("2019年 11648.78元 － 2018年 10968.72元（推算） ＝ 增加约 680.06元")
    expect(box).to_contain_text("平昌县2019年履行教育职责自查自评报告")
    expect(box).to_contain_text("增长率：data/2019/511923.xlsx 工作表“指标数据” 单元格")


def test_a_growth_in_a_sentence_can_be_asked(page: Page, address: str) -> None:
    page.goto(f"{address}/reports/2023/990103/finance.html")
    said = page.locator("p.gb-say", has_text="比上年").first
    said.locator("a.gb-ask", has_text="比上年").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("比上年的变化（2023年）")


def test_the_numbers_behind_a_chart(page: Page, address: str) -> None:
    page.goto(f"{address}/{FINANCE}")
    figure = page.locator("figure.gb-figure", has_text="各学段生均一般公共预算教育经费").first
    figure.locator("summary").click()
    expect(figure.locator("tbody tr", has_text="小学")).to_contain_text("11648.78")
    with page.expect_download() as download:
        figure.get_by_role("link", name="数据（CSV）").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    primary = next(row for row in rows if "小学" in row)
    assert "11648.78" in primary


def test_which_problems_are_overdue(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="示例县丙", exact=True).first.click()
    point = page.locator(".gb-points > div", has_text="整改要求")
    expect(point).to_contain_text("已经超过期限")
    point.get_by_role("link", name="整改要求").click()
    page.locator(".gb-where-toc summary").click()
    page.locator(".gb-where-toc").get_by_role("link", name="逾期未结的整改").click()
    table = page.locator("figure.gb-table", has_text="逾期未结的整改").first
    expect(table).to_be_in_viewport()
    rows = table.locator("tbody tr")
    for column in ("问题", "责任单位", "期限", "逾期天数"):
        expect(table.locator("thead")).to_contain_text(column)
    # As many as the county's page counts.
    shown = rows.count()
    page.go_back()
    page.go_back()
    fact = page.locator(".gb-facts > div", has_text="逾期未结").first
    expect(fact).to_contain_text(f"{shown}项")
    fact.locator("a.gb-ask").click()
    expect(page.get_by_role("dialog")).to_contain_text("没有办结、又过了期限")


def test_what_a_computed_number_was_computed_from(page: Page, address: str) -> None:
    page.goto(f"{address}/reports/2023/990103/balance.html")
    card = page.locator("li.gb-verdict", has_text="小学每百名学生拥有县级以上骨干教师数差异系数")
    card.locator("a.gb-ask").first.click()
    box = page.get_by_role("dialog")
    shown = box.locator("dl").all_inner_texts()
    told = "\n".join(shown)
    for words in (
        "标准差 ÷ 平均值",
        "所学校",
        "≤0.5",
        "教督〔2017〕6号",
        "data/2023/990103.xlsx 工作表“学校年度”",
    ):
        assert words in told, words
    std, mean = (float(part.split()[1]) for part in told.partition("本数\n")[2].split("（")[0].split(" ÷ "))
    assert std / mean == pytest.approx(float(card.locator("a.gb-ask").first.inner_text()), abs=0.0002)


def test_what_was_corrected_in_the_last_edition(browser: Browser, tmp_path: Path) -> None:
    tree = example(tmp_path)
    with served(tree.root) as found:
        page = browser.new_page()
        page.goto(f"{found}/index.html")
        page.get_by_role("link", name="更正说明").first.click()
        expect(page.locator("h1")).to_contain_text("2020年度公报更正说明（r2）")
        body = page.locator("main")
        expect(body).to_contain_text("示例甲县填报表里小学生均经费录入有误")
        expect(body).to_contain_text("8100.00元")
        expect(body).to_contain_text("7900.00元")
        page.get_by_role("link", name="r1 的页面").first.click()
        expect(page).to_have_url(f"{found}/2020/r1/990101/finance.html")
        page.close()
