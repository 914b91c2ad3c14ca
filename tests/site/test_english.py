"""Pages in English: words from catalogues, links, what stays Chinese and how that is marked and told."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gongbao.english import CatalogueError, Pages, english_address, english_of, in_brief, missing_words
from gongbao.english.phrases import CHINESE
from gongbao.english.words import HERE, read_rows
from gongbao.units import SiteFiles, stamps_of, unit_contents, unit_of
from publications import copy_publication, run_gongbao

NAMES = ("示例县甲", "示例市教育局")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return english_of(tmp_path_factory.mktemp("site"), NAMES)


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("达标", "Met"),
        ("2023年3月1日", "1 March 2023"),
        ("5.23亿元", "523 million yuan"),
        ("约1.2万人", "about 12,000 persons"),
        ("≥4平方米", "≥4 m²"),
        ("300余次", "more than 300 times"),
        ("数值（%）", "Value (%)"),
        ("差异系数达标7项；达标8所/8所", "coefficient met for 7; 8 of 8 schools met"),
        ("表 12", "Table 12"),
        ("24所/25所", "24 of 25 schools"),
        ("小学生均图书册数的差异系数", "Books per pupil, primary: coefficient of variation"),
        ("这是没有人译过的话", None),
        ("13月", None),
        (
            "差6.9个百分点，在园幼儿数还差898。",
            "6.9 percentage points short, 898 more needed (children in kindergartens).",
        ),
        (
            "初中2020至2023年增长6.94%；小学2020至2023年持平",
            "Junior secondary up 6.94% from 2020 to 2023; primary unchanged from 2020 to 2023",
        ),
        ("到位 30万元 ÷ 预算 40万元", "Received 0.3 million yuan ÷ budget 0.4 million yuan"),
        ("4月、5月", "April, May"),
        ("小学图书、初中图书", "Books, primary; books, junior secondary"),
        (
            "小学每百名学生拥有体育、艺术（美术、音乐）专任教师数",
            "Physical education and arts teachers per 100 pupils, primary",
        ),
        ("比上年增长3%。各项都达标", "up 3% on last year. All met"),
        ("1所学校未达到学校标准", "1 school below the school standard"),
        ("完成投资约300万元", "Completed investment about 3 million yuan"),
    ],
)
def test_phrases(pages: Pages, chinese: str, english: str | None) -> None:
    assert pages.phrases.english(chinese) == english


def test_no_row_of_a_catalogue_is_hidden_by_another() -> None:
    seen: dict[str, str] = {}
    for file in sorted(HERE.glob("*.csv")):
        for chinese, english, _ in read_rows(file):
            assert chinese not in seen, (chinese, seen[chinese], file.name)
            assert not CHINESE.search(english), english
            seen[chinese] = file.name


def test_a_catalogue_that_names_an_unknown_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.csv").write_text("中文,英文,类别\n共{n}项,{m} items,\n", "utf-8")
    with pytest.raises(CatalogueError, match=r"第 2 行.*\{m\}"):
        english_of(tmp_path, ())


def test_the_publications_own_words_go_first(tmp_path: Path) -> None:
    (tmp_path / "en.csv").write_text("中文,英文,类别\n达标,Passed,\n", "utf-8")
    assert english_of(tmp_path, ()).phrases.english("达标") == "Passed"


def test_addresses() -> None:
    assert english_address("/reports/2019/511923/finance.html") == "/en/reports/2019/511923/finance.html"
    assert english_address("/2019/r1/511923/finance.html") == "/2019/r1/en/511923/finance.html"
    assert english_address("/2019/index.html") == "/2019/en/index.html"


PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head><title>示例县甲 2023年 经费与专项资金</title>
<link rel="alternate" hreflang="zh-CN" href="finance.html">
<link rel="stylesheet" href="../../../site/theme/gongbao.css"></head>
<body><a class="gb-language" href="../../../en/reports/2023/990101/finance.html" hreflang="en" lang="en">English</a>
<h1>示例县甲 2023年 经费与专项资金</h1>
<a href="index.html#verdict">结论</a> <a href="finance/fig-1.csv" download>数据（CSV）</a>
<h2>从未译过的标题</h2>
<article><p>全县<b>很重视</b>教育。</p><p>未达标</p>
<table><tr><th scope="col">学段</th></tr><tr><td>小学</td><td>某校整改中</td></tr></table></article>
</body></html>
"""


def test_a_page(pages: Pages) -> None:
    twin = pages.page("/reports/2023/990101/finance.html", PAGE)
    html = twin.html
    assert twin.address == "/en/reports/2023/990101/finance.html"
    assert twin.missing == ("从未译过的标题",)
    assert '<html lang="en">' in html
    assert "<title>示例县甲 2023: Finance and earmarked funds</title>" in html
    assert '<h1><span lang="zh-CN">示例县甲</span> 2023: Finance and earmarked funds</h1>' in html
    assert '<a href="index.html#verdict">Conclusion</a>' in html, "pages lead to their twins"
    assert 'href="../../../../reports/2023/990101/finance/fig-1.csv"' in html, "files are the same ones"
    assert 'href="../../../../site/theme/gongbao.css"' in html
    assert (
        '<a class="gb-language" href="../../../../reports/2023/990101/finance.html" hreflang="zh-CN" '
        'lang="zh-CN">中文</a>' in html
    )
    assert '<p lang="zh-CN">全县<b>很重视</b>教育。</p>' in html
    assert "<p>Not met</p>" in html
    assert '<td>Primary</td><td><span lang="zh-CN">某校整改中</span></td>' in html
    assert '<h2><span lang="zh-CN">从未译过的标题</span></h2>' in html


def test_words_of_different_elements_are_kept_apart(pages: Pages) -> None:
    """Chinese needs no spaces between them; English does, and none within brackets or before a comma."""
    said = '<article><p>检查<data value="2">2所</data>，<a href="a.html">小学</a><b>达标</b>（初中）</p></article>'
    html = pages.page("/reports/2023/990101/inspect.html", said.replace("检查", "接受督导评估学校数")).html
    assert html == (
        '<article><p>Schools evaluated <data value="2">2 schools</data>, <a href="a.html">Primary</a> <b>Met</b> '
        "(Junior secondary)</p></article>"
    )


def test_what_a_template_marks_as_chinese_stays_within_an_english_paragraph(pages: Pages) -> None:
    said = '<li id="s">示例市教育局，2019年<span class="gb-small" lang="zh-CN">原文隐去年份</span></li>'
    twin = pages.page("/site/sources.html", said)
    assert twin.missing == ()
    assert twin.html == (
        '<li id="s"><span lang="zh-CN">示例市教育局</span>, 2019 '
        '<span class="gb-small" lang="zh-CN">原文隐去年份</span></li>'
    )


def test_a_build_names_the_first_phrases_that_lack_english() -> None:
    said = in_brief(["别的提醒", *missing_words([f"词{i}" for i in range(30)]), *missing_words(["词0"])])
    assert said[0] == "别的提醒"
    assert len(said) == 22
    assert said[-1] == "另有 10 处词句没有英文。"


def test_the_english_pages_of_a_place_are_a_unit_of_their_own(tmp_path: Path) -> None:
    assert unit_of("en/reports/2023/990101/finance.html") == "en/reports/2023/990101"
    # Pages of counties of several groups stand beside one another: each is exchanged by itself.
    assert unit_of("en/reports/2023/compare/990101.html") == "en/reports/2023/compare/990101.html"
    digests = {}
    for name in ("en/reports/2023/990101/a.html", "en/reports/2023/990102/a.html", "en/index.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
        digests[name] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    files = SiteFiles(tmp_path, {}, stamps_of(tmp_path))
    assert files.names == {"en/reports/2023/990101", "en/reports/2023/990102", "en/index.html"}
    assert {name: files.unit(name).content for name in files.names} == unit_contents(digests)


class _Texts(HTMLParser):
    """Texts with Chinese outside elements marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = (self.stack[-1][1] if self.stack else False) or ("lang", "zh-CN") in attrs
        if tag not in ("meta", "link", "br", "img", "input", "hr", "source", "col", "wbr"):
            self.stack.append((tag, kept))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.stack and not self.stack[-1][1] and self.stack[-1][0] not in ("title", "option"):
            self.found += [data] if CHINESE.search(data) else []


def test_a_site_in_two_languages(tmp_path: Path) -> None:
    """Every page has its twin, nothing Chinese is unmarked in it, every link of it leads somewhere; and a
    changed word changes the twins alone."""
    root = copy_publication(tmp_path / "p", "2019/511923", english=True)
    assert run_gongbao(root, "build").returncode == 0
    site = root / "_site"
    chinese = [p for p in site.rglob("*.html") if p.relative_to(site).parts[0] != "en"]
    for path in chinese:
        twin = site / "en" / path.relative_to(site)
        html = twin.read_text("utf-8")
        texts = _Texts()
        texts.feed(html)
        assert not texts.found, (twin, texts.found[:3])
        for link in re.findall(r'(?:href|src)="([^"#]+)["#]', html):
            if "://" not in link and not link.startswith(("data:", "mailto:")):
                assert (twin.parent / link).resolve().exists(), (twin, link)
    before = {p: p.read_bytes() for p in site.rglob("*") if p.is_file()}
    (root / "site" / "en.csv").write_text("中文,英文,类别\n跳到正文,Jump to the text,\n", "utf-8")
    again = run_gongbao(root, "build")
    assert "运行 0" in again.stdout + again.stderr
    changed = {p for p, data in before.items() if p.read_bytes() != data}
    assert changed
    outside = {p.relative_to(site).as_posix() for p in changed if p.relative_to(site).parts[0] != "en"}
    assert outside <= {"search/english.js"}, "the words of the search in English"
    clean = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    shutil.rmtree(site)
    shutil.rmtree(root / ".gongbao")
    assert run_gongbao(root, "build").returncode == 0
    assert {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()} == clean
