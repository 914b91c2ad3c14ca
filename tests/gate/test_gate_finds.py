"""Every kind of leak in every kind of file is found, with the page, the place and the value."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

import samples
from gongbao.data.dataset import Dataset
from gongbao.gate import GateError, TakenOver, check_output
from gongbao.site.search_terms import SHARDS, shard_of
from gongbao.site.search_text import packed_terms, script, text_files
from planted import HERE, SECRET_TEXT, Site

PAGE = "reports/2019/511923/finance.html"
FIGURE = "reports/2019/511923/finance/fig-1"
VALUES = "data/2019/511923/values.csv"
BOOK = "data/2019/511923.xlsx"
ID_NUMBER = "51192320100307123"  # a check digit is added below, by GB 11643


def with_check_digit(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(w * int(d) for w, d in zip(weights, first, strict=True)) % 11]


def test_a_site_made_by_the_rules_passes(site: Site) -> None:
    assert site.check() == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("高考一本人数持续增加", "internal"),  # the name of an internal indicator
        ("代码 exam_top 的数据", "internal"),
        ("据介绍，二本上线1483人，比去年增加了272人。", "internal"),
        ("二本上线 <b>1483</b> 人", "internal"),  # part of its quote, with a tag in between
        (SECRET_TEXT, "internal"),
        ("据悉，该校把食堂承包给校长亲属，未经过招标。", "internal"),
        ("立案审查37件", "internal"),
        ("今年高考本科上线率76.2%。", "exam"),
        ("中考平均分比上年提高12分。", "exam"),
        ("教学质量考核排名第3的学校", "ranking"),
        ("该中学名列全县第二名", "ranking"),
        (f"学生身份证号 {with_check_digit(ID_NUMBER)}", "personal"),
        (f"学籍号G{with_check_digit(ID_NUMBER)}", "personal"),
        ("举报电话：138 1234 5678", "personal"),
        ("邮箱 zhangsan@example.com", "personal"),
        ("责任人：张建国", "name"),
        ("降级处理3人", "small-count"),
        ("记过处分：2人", "small-count"),
        ("警告处分12人", "recomputed"),  # withheld so that 46 - 31 - 12 doesn't tell
        ("安置率62.5%", "small-base"),  # five of eight
        ("驷马镇得胜小学", "school"),
        ("学校标识码 511923000003", "school"),
    ],
)  # fmt: skip
def test_in_a_paragraph(site: Site, words: str, rule: str) -> None:
    site.say(words)
    assert {(address, found) for address, found in site.found() if found == rule} == {(PAGE, rule)}


@pytest.mark.parametrize(
    "words",
    [
        "中考体育考试优秀率70.47%。",  # a test of fitness
        "获全国中学生运动会第一名。",
        "专职督学3人",  # the office's own posts
        "通报批评31人，受处理46人",
        "平昌县第一小学",  # cleared; another school's name begins with it
        "省政府教育督导室电话 0827-6222222",
        "责任人：教育股股长",
        "受处理人数<5",
        "全县小学12所，排在前列的工作经验",
        "年份 2019，代码 511923，投入 1381234.5678 万元",
        "降级处理的单位3个，记过处分涉及学校2所",  # the same numbers, but not of persons
        "2018年降级处理3人",  # another year's, which may be told
        "2017—2019年共评估学校12所；2018年记过处分2人",
        "数据集 data-1741234567890abcdef0123456789abc",  # a digest, not a telephone
        "urn:uuid:0d9be153-4234-5672-8f0b-3c1f6c1a2b19",  # the name of a feed's entry
    ],
)
def test_what_may_be_said_passes(site: Site, words: str) -> None:
    site.say(words.replace("<", "&lt;"))
    assert site.check() == []


def test_a_leak_says_page_place_value_and_what_to_do(site: Site) -> None:
    site.say("举报电话：13812345678")
    (leak,) = site.check()
    assert leak.address == PAGE
    assert "二、生均经费" in leak.place
    assert leak.value == "138******78"  # never repeated in a log
    assert "删去" in leak.advice


def test_in_attributes_comments_and_scripts(site: Site) -> None:
    site.change(PAGE, lambda page: page.replace("<main ", '<main data-note="高考一本人数" '))
    assert site.found() == {(PAGE, "internal")}
    site.change(PAGE, lambda page: page.replace("高考一本人数", ""))
    site.change(PAGE, lambda page: page.replace("</main>", "<!-- 驷马镇得胜小学 --></main>"))
    assert site.found() == {(PAGE, "school")}
    site.change(PAGE, lambda page: page.replace("驷马镇得胜小学", ""))
    data = json.dumps({"rows": [{"name": "受处理", "note": "电话13812345678"}]}, ensure_ascii=True)
    site.change(
        PAGE, lambda page: page.replace("</main>", f'<script type="application/json">{data}</script></main>')
    )
    (leak,) = site.check()
    assert (leak.rule, leak.place) == ("personal", "脚本中的数据/rows/0")
    site.change(
        PAGE, lambda page: page.replace("电话13812345678", "").replace("\\u7535\\u8bdd13812345678", "")
    )
    site.change(PAGE, lambda page: page.replace("</main>", '<script>var x = "exam_top";</script></main>'))
    assert site.found() == {(PAGE, "internal")}


def test_written_with_entities_and_full_width_digits(site: Site) -> None:
    site.say("&#39640;&#32771;一本人数；电话 １３８１２３４５６７８")
    assert site.found() == {(PAGE, "internal"), (PAGE, "personal")}


def test_numbers_side_by_side_are_no_telephone(site: Site) -> None:
    row = "<table><tr><td>{}</td></tr></table>"
    site.say(row.format("</td><td>".join(("营养改善计划", "137", "1438", "2876"))))
    labels = "<text>137</text><text>1438</text><text>2876</text>"
    site.change(f"{FIGURE}.svg", lambda svg: svg.replace("</svg>", f"{labels}</svg>"))
    site.change(f"{FIGURE}.csv", lambda text: text + "营养改善计划,137,1438,2876\r\n")
    assert site.found() == set()
    site.say(row.format("</td><td>".join(("营养改善计划", "137 1438 2876"))))
    site.change(f"{FIGURE}.svg", lambda svg: svg.replace("</svg>", "<text>137 1438 2876</text></svg>"))
    site.change(f"{FIGURE}.csv", lambda text: text + "营养改善计划,137 1438 2876,3\r\n")
    assert site.found() == {(name, "personal") for name in (PAGE, f"{FIGURE}.svg", f"{FIGURE}.csv")}


def test_in_a_table_of_a_page(site: Site) -> None:
    head = "<tr><th>项目</th><th>联系人</th><th>人数</th></tr>"
    table = f"<table>{head}<tr><td>降级处理</td><td>{{}}</td><td>{{}}</td></tr></table>"
    site.say(table.format("王小虎", "&lt;5"))
    (leak,) = site.check()
    assert (leak.rule, leak.value, leak.what) == ("name", "王**", "联系人")
    assert "第 2 行" in leak.place
    site.change(PAGE, lambda page: page.replace("王小虎", "办公室").replace("<td>&lt;5</td>", "<td>3</td>"))
    (leak,) = site.check()
    assert (leak.rule, leak.value, leak.what) == ("small-count", "3", "降级处理人数")


def test_in_a_chart(site: Site) -> None:
    site.change(f"{FIGURE}.svg", lambda svg: svg.replace("</svg>", "<text>驷马镇得胜小学</text></svg>"))
    assert site.found() == {(f"{FIGURE}.svg", "school")}
    site.change(f"{FIGURE}.svg", lambda svg: svg.replace("驷马镇得胜小学", "降级处理"))
    site.change(
        f"{FIGURE}.svg",
        lambda svg: svg.replace("</svg>", '<path aria-label="项目: 降级处理; 人数: 3"/></svg>'),
    )
    assert (f"{FIGURE}.svg", "small-count") in site.found()


def test_in_the_data_of_a_chart(site: Site) -> None:
    spec = json.loads((site.folder / f"{FIGURE}.json").read_text("utf-8"))
    spec["datasets"] = {"extra": [{"stage": "降级处理", "value": 3}, {"stage": "驷马镇得胜小学", "value": 1}]}
    site.write(f"{FIGURE}.json", json.dumps(spec))
    found = {(leak.rule, leak.place) for leak in site.check()}
    assert found == {("small-count", "/datasets/extra/0"), ("school", "/datasets/extra/1")}


def test_in_a_csv(site: Site) -> None:
    site.change(f"{FIGURE}.csv", lambda text: text + "高考一本人数,384\r\n")
    assert site.found() == {(f"{FIGURE}.csv", "internal")}


def test_a_withheld_value_in_the_published_values(site: Site) -> None:
    site.change(VALUES, lambda text: text.replace(",,人,,<5人,小数值隐去,", ",3,人,,3人,,", 1))
    assert (VALUES, "small-count") in site.found()


def test_published_values_that_give_a_withheld_one_back(site: Site) -> None:
    """46 and 31 are printed, 12 and “<5” are not; with 12 anyone can subtract."""
    lines = (site.folder / VALUES).read_text("utf-8-sig").splitlines()
    (index,) = [i for i, line in enumerate(lines) if ",warned," in line]
    cells = lines[index].split(",")
    assert cells[6] == "" and "避免推算" in lines[index]
    cells[6] = "12"
    lines[index] = ",".join(cells)
    site.write(VALUES, "\r\n".join(lines))
    leaks = [leak for leak in site.check() if leak.address == VALUES]
    assert {(leak.rule, leak.what) for leak in leaks} >= {
        ("recomputed", "全部警告处分人数"),
        ("recomputed", "全部降级处理人数"),
    }


def test_a_total_that_gives_the_only_withheld_part_back(site: Site) -> None:
    address = "reports/2019/511923/finance/table-9.csv"
    site.write(address, "项目,人数\r\n甲,12\r\n乙,<5\r\n合计,15\r\n")
    (leak,) = site.check()
    assert (leak.address, leak.rule, leak.place) == (address, "recomputed", "第 4 行")
    site.write(address, "项目,人数\r\n甲,12\r\n乙,<5\r\n丙,<5\r\n合计,18\r\n")
    assert site.check() == []
    site.write(address, "项目,人数\r\n甲,12\r\n乙,<5\r\n丙,<5\r\n合计,14\r\n")  # 1 and 1
    assert site.found() == {(address, "recomputed")}


def excel(site: Site) -> openpyxl.Workbook:
    return openpyxl.load_workbook(site.folder / BOOK)


def test_in_a_cell_of_a_hidden_sheet(site: Site) -> None:
    book = excel(site)
    sheet = book.create_sheet("备用")
    sheet.append(["姓名", "人数"])
    sheet.append(["李春花", 3])
    sheet.sheet_state = "hidden"
    book.save(site.folder / BOOK)
    (leak,) = site.check()
    assert (leak.address, leak.rule, leak.place) == (BOOK, "name", "工作表“备用” 第 2 行")


def test_in_a_comment_and_in_the_properties_of_an_excel_file(site: Site) -> None:
    book = excel(site)
    book["说明"]["A1"].comment = Comment("据说是驷马镇得胜小学", "x")
    book.properties.description = "高考一本人数"
    book.save(site.folder / BOOK)
    leaks = site.check()
    assert {(leak.rule, leak.address) for leak in leaks} == {("school", BOOK), ("internal", BOOK)}
    assert any("批注" in leak.place or "comments" in leak.place for leak in leaks)
    assert any("docProps/core.xml" in leak.place for leak in leaks)


def test_in_a_notebook(site: Site) -> None:
    shown = {"text/html": "<p>今年高考本科<b>上线率</b>76.2%</p>", "text/plain": "…"}
    output = nbformat.v4.new_output("display_data", shown)
    cell = nbformat.v4.new_code_cell("x = 1", id="a", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("驷马镇得胜小学", id="b"), cell])
    buffer = io.StringIO()
    nbformat.write(notebook, buffer)
    site.write("reports/2019/511923/finance.ipynb", buffer.getvalue())
    assert {rule for _, rule in site.found()} == {"school", "exam"}


def test_in_a_search_index(site: Site) -> None:
    site.write("search/index.json", json.dumps([{"url": "x", "text": "……驷马镇得胜小学……"}]))
    packed = site.folder / "pagefind/fragment.pf_fragment"
    packed.parent.mkdir()
    packed.write_bytes(
        gzip.compress(
            b'pagefind_dcd{"content":"\xe9\xab\x98\xe8\x80\x83\xe4\xb8\x80\xe6\x9c\xac\xe4\xba\xba\xe6\x95\xb0"}'
        )
    )
    assert site.found() == {("search/index.json", "school"), ("pagefind/fragment.pf_fragment", "internal")}


def test_in_the_passages_of_the_search(site: Site) -> None:
    levels = [[["经费"]], [], [["食堂"], ["驷马镇得胜小学的食堂"]]]
    site.write("search/2019/511923/finance.js", script("2019/511923/finance", levels).decode())
    assert site.found() == {("search/2019/511923/finance.js", "school")}


Texts = dict[str, list[tuple[int, str]]]


def write_index(site: Site, texts: Texts) -> None:
    """The index of a group of one place whose page says this."""
    levels = json.loads(packed_terms(texts))["finance"]
    place = ["511923", "平昌县", "pcx", "pingchangxian", "", [[2019, [0]]]]
    meta = {"areas": [["finance", "经费"]], "places": [place], "shards": SHARDS}
    site.write("search/all/meta.js", script("all/meta", meta).decode())
    for number in range(SHARDS):
        told = {word: [[0, 1]] for words in levels for word in words.split() if shard_of(word) == number}
        site.write(f"search/all/{number:02}.js", script(f"all/{number:02}", told).decode())


def write_passages(site: Site, texts: Texts) -> None:
    for address, data in text_files(2019, "511923", texts):
        site.write(address.removeprefix("/"), data.decode())


def test_in_the_search_index_as_pairs_of_characters(site: Site) -> None:
    """A name is no text there: it is found where all its pairs stand on a page whose passages don't say them."""
    share = f"search/all/{shard_of('得胜'):02}.js"
    texts = {"finance": [(0, "经费"), (2, "得胜小学")]}
    write_passages(site, texts)
    write_index(site, {"finance": [*texts["finance"], (2, "小学")]})
    assert site.found() == set()
    write_index(site, {"finance": [*texts["finance"], (2, "驷马镇得胜小学")]})
    assert {rule for _, rule in site.found()} == {"school"}
    assert {address.rpartition("/")[0] for address, _ in site.found()} == {"search/all"}
    (site.folder / share).unlink()
    with pytest.raises(GateError, match="搜索索引"):
        site.found()


def test_an_index_that_tells_of_pages_which_are_taken_over(site: Site, tmp_path: Path) -> None:
    """The passages of an unchanged place lie in the site that stands, until the new one takes them over."""
    texts = {"finance": [(0, "经费"), (2, "驷马镇的"), (2, "城镇得胜小学")]}
    standing = Site(tmp_path / "standing", site.dataset)
    shutil.rmtree(site.folder / "search/2019/511923")
    write_passages(standing, texts)
    write_index(site, texts)

    def rules(*places: tuple[int, str]) -> set[str]:
        taken_over = TakenOver(standing.folder, places)
        return {
            leak.rule for leak in check_output(site.folder, site.dataset, workers=1, taken_over=taken_over)
        }

    assert rules((2019, "511923")) == set()
    assert rules((2018, "511923")) == {"school"}
    write_index(site, {"finance": [*texts["finance"], (2, "平昌县第一小学江口校区")]})
    assert rules((2019, "511923")) == {"school"}


def test_in_a_file_name(site: Site) -> None:
    site.write("site/indicators/exam_top.html", "<p>没有</p>")
    assert site.found() == {("site/indicators/exam_top.html", "internal")}


def test_an_internal_number_beside_an_examinations_words(site: Site) -> None:
    """The number alone may stand there: only the words beside it make it an examination's."""
    site.say("全县补充图书1483册。")
    assert site.check() == []
    site.say("高中毕业生中，考生1483名")
    assert site.found() == {(PAGE, "internal")}


def test_on_the_page_of_an_indicator_for_all_counties(site: Site) -> None:
    site.say(
        "<table><tr><th>地区</th><th>年度</th><th>数值</th></tr><tr><td>平昌县</td><td>2019</td><td>3</td></tr></table>",
        "site/indicators/demoted.html",
    )
    assert site.found() == {("site/indicators/demoted.html", "small-count")}


def test_last_years_number_on_the_next_years_page(site: Site) -> None:
    address = "reports/2020/511923/inspect/table-1.csv"
    site.write(address, "项目,2020年,上年\r\n降级处理,12,3\r\n通报批评,20,31\r\n")
    assert site.found() == {(address, "small-count")}
    site.write(address, "项目,2020年,上年\r\n降级处理,3,<5\r\n通报批评,20,31\r\n")  # 3 is another year's
    assert site.check() == []
    site.write(address, "项目,年度,人数\r\n降级处理,2020,12\r\n降级处理,2019,3\r\n")
    assert site.found() == {(address, "small-count")}


def test_this_years_number_that_happens_to_be_last_years_withheld_one(site: Site) -> None:
    """A comparison with last year doesn't tell last year's number; a row of a text file is a text."""
    address = "data/2020/511923/texts.json"
    texts = (
        "问责处理：降级处理人数3人（比上年下降40%），通报批评20人。",
        "上年遗留问题7项已经办结。问责处理：降级处理人数3人。",
    )
    for text in texts:
        site.write(address, json.dumps([{"area": "inspect", "text": text}]))
        assert site.check() == []
    for text in (
        "上年降级处理人数3人。",
        "降级处理人数12人，比上年的降级处理人数3人增加。",
        "2019年降级处理人数3人。",
    ):
        site.write(address, json.dumps([{"area": "inspect", "text": text}]))
        assert site.found() == {(address, "small-count")}


def test_the_same_number_of_something_else_in_a_table(site: Site) -> None:
    address = "data/2019/511923/staffing.csv"
    site.write(address, "类别,项目,数值,单位\r\n问责处理,降级处理单位,3,个\r\n")
    assert site.check() == []
    site.write(address, "类别,项目,数值,单位\r\n问责处理,降级处理,3,人\r\n")
    assert site.found() == {(address, "small-count")}


def test_a_school_that_another_county_may_name(site: Site) -> None:
    """A page of another region may name a school of the same name that is cleared there."""
    tables = dict(site.dataset.tables)
    extra = samples.rows(
        "schools",
        {"region_code": samples.SAMPLE_A, "year": 2019, "school_id": "990101000009", "school_name": "驷马镇得胜小学",
         "publish_name": 1.0},
    )  # fmt: skip
    tables["schools"] = pd.concat([tables["schools"], extra])
    other = Site(site.folder, Dataset(tables, site.dataset.covers, site.dataset.letters, {}))
    other.say("驷马镇得胜小学", f"reports/2019/{samples.SAMPLE_A}/finance.html")
    assert other.check() == []
    other.say("驷马镇得胜小学")
    assert other.found() == {(PAGE, "school")}


def test_all_leaks_at_once(site: Site) -> None:
    site.say("电话13812345678，降级处理3人")
    site.say("驷马镇得胜小学", "index.html")
    assert site.found() == {(PAGE, "personal"), (PAGE, "small-count"), ("index.html", "school")}


def test_a_published_number_that_happens_to_be_as_large_as_a_withheld_one(site: Site) -> None:
    """31 were criticised in public (`planted`), and 31 others of teachers, whom the total would give back."""
    staffing = samples.rows(
        "staffing",
        *(
            {**HERE, "category": "师德处理", "kind": kind, "value": value, "unit": "人"}
            for kind, value in (("合计", 73.0), ("批评教育", 40.0), ("通报批评", 31.0), ("记过处分", 2.0))
        ),
    )
    base = site.dataset
    tables = dict(base.tables) | {"staffing": staffing}
    site = Site(site.folder, Dataset(tables, base.covers, base.letters, {}))
    address = "reports/2019/511923/inspect/table-1.csv"
    site.write(address, "项目,人数\r\n通报批评人数,31\r\n")
    assert site.check() == []
    for row in ("通报批评,31", "通报批评人数和通报批评,31"):
        site.write(address, f"项目,人数\r\n{row}\r\n")
        assert site.found() == {(address, "recomputed")}
    site.write(address, "")
    site.say("师德方面，通报批评31人。")
    assert site.found() == {(PAGE, "recomputed")}
