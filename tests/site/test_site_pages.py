"""What each kind of page says."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import samples
from samples import Built


def text_of(html: str) -> str:
    """The words of a page's main part."""
    main = html[html.index("<main") : html.index("</main>")]
    main = re.sub(r"<svg.*?</svg>", "", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "data-spec") and value:
                self.found.append((tag, value))
            if name == "id" and value:
                self.ids.append(value)


def links(html: str) -> Links:
    parser = Links()
    parser.feed(html)
    return parser


def test_home_lists_real_places_and_samples_apart(built: Built) -> None:
    page = built.page("/index.html")
    real, sample = page.index("<h3>县（市、区）</h3>"), page.index("<h3>示例地区")
    assert real < page.index("平昌县") < sample < page.index("示例甲县") < page.index("示例乙县")
    assert "示例数据" in page[:real]  # the banner


def test_home_shows_headline_verdicts_in_words(built: Built) -> None:
    words = text_of(built.page("/index.html"))
    assert re.search(r"✗ 未达标 义务教育均衡 县域义务教育优质均衡", words)
    assert re.search(r"✓ 达标 经费与专项资金 小学生均一般公共预算教育经费比上年", words)


def test_edition_lists_counties_by_code_and_counts_verdicts(built: Built) -> None:
    words = text_of(built.page("/reports/2019/index.html"))
    assert words.index("平昌县") < words.index("示例甲县") < words.index("示例乙县")
    assert "不是排名" in words
    assert "达标 1 ✗ 未达标 1" in words  # 平昌县: finance met, balance not
    assert "2018年" in words


def test_county_page_puts_the_verdict_before_everything_else(built: Built) -> None:
    words = text_of(built.page("/reports/2019/511923/index.html"))
    order = [
        "要点",
        "✓ 达标 1 ✗ 未达标 1",
        "还差什么",
        "县域义务教育优质均衡",
        "各领域",
        "须再降低0.0018以上",
        "11648.78元",
        "数据下载",
    ]
    places = [words.index(part) for part in order]
    assert places == sorted(places)
    assert "四川省巴中市" in words and "平昌县人民政府教育督导室" in words


def test_a_value_is_drawn_against_its_threshold(built: Built) -> None:
    page = built.page("/reports/2019/511923/index.html")
    [drawn] = re.findall(r'<svg class="gb-bullet gb-fail".*?</svg>', page)
    found = re.search(r'gb-value" y="3" width="([\d.]+)".* d="M([\d.]+) 0', drawn)
    assert found is not None
    value, limit = map(float, found.groups())
    assert abs(value / limit - 0.501787 / 0.5) < 1e-3 and value < 200


def test_county_page_links_to_the_same_county_in_another_year(built: Built) -> None:
    assert "../../2018/511923/index.html" in {
        h for _, h in links(built.page("/reports/2019/511923/index.html")).found
    }


def test_report_has_one_title_breadcrumbs_contents_and_sources(built: Built) -> None:
    page = built.page("/reports/2019/511923/finance.html")
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["平昌县 2019年 经费与专项资金"]
    words = text_of(page)
    assert "首页 2019年 平昌县" in words
    assert '<a href="#sec-1">一、主要数字</a>' in page and '<h2 id="sec-1">一、主要数字</h2>' in page
    assert "平昌县2019年自评报告" in words
    assert "本篇说明教育经费的投入和使用。" in words


def test_report_never_shows_code_or_stderr_but_shows_what_was_printed(built: Built) -> None:
    page = built.page("/reports/2019/511923/finance.html")
    assert "secret_code" not in page and "warning on stderr" not in page
    assert "共 3 个学段" in page


def test_report_shows_a_plain_data_frame(built: Built) -> None:
    page = built.page("/reports/2019/511923/balance.html")
    assert 'class="dataframe"' in page and "骨干教师" in page


def test_cells_marked_for_the_analyst_stay_out(built: Built) -> None:
    page = built.page("/reports/2019/511923/balance.html")
    assert "写给分析员" not in page and "中间结果" not in page


def test_report_says_sample_only_for_invented_places(built: Built) -> None:
    assert "虚构，只用来演示" in built.page("/reports/2019/990101/finance.html")
    assert 'class="gb-sample"' not in built.page("/reports/2019/511923/finance.html")


def test_every_page_with_an_invented_place_says_so(built: Built) -> None:
    for path in sorted(built.folder.rglob("*.html")):
        page = path.read_text("utf-8")
        if re.search("示例[甲乙]县", page):
            assert "示例数据" in page, path.name


def test_area_page_compares_by_code_and_draws_each_comparable_verdict(built: Built) -> None:
    page = built.page("/site/areas/balance.html")
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page)
    assert rows[:3] == ["平昌县", "示例甲县", "示例乙县"]
    assert "3个县（市、区）中1个达标（标准≤0.50）。" in page
    assert page.count("<svg") == 1
    assert (built.folder / "site/areas/balance/fig-1.csv").read_text("utf-8-sig").splitlines()[1] == (
        "平昌县,0.501787,0.5,未达标"
    )


def test_indicator_page_gives_definition_target_values_and_cells(built: Built) -> None:
    words = text_of(built.page("/site/indicators/per_pupil_budget.html"))
    assert "一般公共预算教育经费÷年平均在校生数" in words
    assert "小学 增长率 ≥0 全国 2018年起 预算办法" in words
    assert (
        "平昌县 2019年 小学 11648.78 平昌县2019年自评报告 data/2019/511923.xlsx 工作表“指标数据” 单元格 E2"
        in words
    )
    assert "未报" in words


def test_small_counts_and_small_denominators_are_withheld(built: Built) -> None:
    assert "&lt;5" in built.page("/site/indicators/sent_home.html")
    rate = built.page("/site/indicators/placement_rate.html")
    assert "隐去" in rate and "62.5" not in rate


def test_internal_indicators_are_nowhere(built: Built) -> None:
    for path in built.folder.rglob("*"):
        if path.suffix in (".html", ".csv", ".json", ".svg"):
            body = path.read_text("utf-8")
            assert (
                "exam_top" not in body
                and "高考一本" not in body
                and "384" not in re.sub(r"[\d.]{4,}", "", body)
            )


def test_sources_page_gives_document_number_and_address(built: Built) -> None:
    page = built.page("/site/sources.html")
    assert '<a href="https://example.org/report" rel="noopener">' in page
    assert "教财〔2015〕9号" in page


def test_hand_written_page_has_title_contents_and_working_links(built: Built) -> None:
    page = built.page("/site/about.html")
    assert "<h1>方法与说明</h1>" in page and "<math" in page
    assert 'href="indicators.html"' in page and ".qmd" not in page


def test_every_local_link_leads_somewhere(built: Built) -> None:
    for path in built.folder.rglob("*.html"):
        for tag, target in links(path.read_text("utf-8")).found:
            parts = urlsplit(target)
            if parts.scheme in ("https", "data"):
                assert tag != "script"
                continue
            assert not target.startswith("/"), f"{path.name}: {target} is not relative"
            goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert goal.is_file(), f"{path.relative_to(built.folder)} -> {target}"
            if parts.fragment and goal.suffix == ".html":
                assert unquote(parts.fragment) in links(goal.read_text("utf-8")).ids, target


def test_ids_are_unique_on_every_page(built: Built) -> None:
    for path in built.folder.rglob("*.html"):
        ids = links(path.read_text("utf-8")).ids
        assert len(ids) == len(set(ids)), (
            f"{path.relative_to(built.folder)}: {sorted(i for i in ids if ids.count(i) > 1)}"
        )


def test_nothing_is_loaded_from_elsewhere(built: Built) -> None:
    for path in built.folder.rglob("*.html"):
        for tag, target in links(path.read_text("utf-8")).found:
            assert tag == "a" or "://" not in target or target.startswith("data:")
    assert "http" not in (built.folder / "site/theme/gongbao.css").read_text("utf-8")


def test_navigation_marks_the_section_of_the_page(built: Built) -> None:
    page = built.page("/site/indicators/sent_home.html")
    assert re.search(r'<a href="\.\./indicators\.html" aria-current="page">指标</a>', page)


def test_summary_counts_pages_and_charts(built: Built, tmp_path: Path) -> None:
    assert built.summary.pages == len(list(built.folder.rglob("*.html")))
    assert built.summary.warnings == []
    alone = built.again(tmp_path / "out", store=tmp_path / "store")  # two workers may render one body twice
    assert alone.rendered == built.notebooks and alone.drawn > 0
    assert alone.pages == built.summary.pages


def test_no_report_of_no_county_is_an_empty_but_whole_site(built: Built, tmp_path: Path) -> None:
    from gongbao.site import build_site

    build_site(built.publication, built.dataset, {}, samples.WORKBOOKS, tmp_path, store=built.store)
    assert "还没有公报" in (tmp_path / "index.html").read_text("utf-8")


def test_the_overview_does_not_list_other_areas_verdicts_twice(built: Built, tmp_path: Path) -> None:
    import nbformat

    from gongbao.site import build_site

    reports = dict(built.reports)
    key = samples.Key(2019, samples.REAL, "overview")
    reports[key] = tmp_path / "overview.ipynb"
    nbformat.write(samples.balance_notebook(samples.REAL, 2019), reports[key])
    build_site(
        built.publication, built.dataset, reports, samples.WORKBOOKS, tmp_path / "out", store=built.store
    )
    page = (tmp_path / "out/reports/2019/511923/index.html").read_text("utf-8")
    assert page.count('<span class="gb-what">县域义务教育优质均衡</span>') == 1


def test_a_county_says_what_it_did_not_report(built: Built) -> None:
    county = (built.folder / "reports/2019/511923/index.html").read_text("utf-8")
    line = county.split("没有报送的领域：")[1].split("。")[0]
    assert "入学保障" in line and "经费与专项资金" not in line and "总览" not in line


def test_how_the_data_were_checked_has_a_page(built: Built) -> None:
    page = (built.folder / "site/checks.html").read_text("utf-8")
    assert "没有写期限的，从督导意见发出的次日起算30日" in page
    assert "本站的填报数据没有提醒" in page
