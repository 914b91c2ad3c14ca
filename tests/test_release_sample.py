"""The script that replays the sample's releases: a wrong cell in r1, its correction in r2, a changed definition."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from browsing import served, too_wide, watch
from gongbao.data import examine
from gongbao.editions.tree import Tree
from gongbao.editions.verify import verify_tree
from offline_copies import unpacked

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "scripts" / "release_sample.py"
WRONG = ("990103", "outdoor_area_per_child")


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPT.parent))
    yield importlib.import_module("release_sample")
    sys.path.remove(str(SCRIPT.parent))
    sys.modules.pop("release_sample")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One county, the edition that was corrected, and a year before the definition changed."""
    folder = tmp_path_factory.mktemp("sample") / "published"
    chosen = [part for name in ("2022/990103", "2019/990117") for part in ("--only", name)]
    done = subprocess.run(
        [sys.executable, SCRIPT, "--into", folder, *chosen], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "没有英文" not in done.stderr, re.findall("提醒 没有英文.*", done.stderr)
    return folder


def test_the_history_releases_every_year_once_and_corrects_one(script: ModuleType) -> None:
    acts = script.read_acts()
    assert [act.year for act in acts if act.revision == 1] == list(range(2017, 2024))
    assert [(act.year, act.revision) for act in acts if act.reason] == [(2022, 2)]
    assert [act.date for act in acts] == sorted(act.date for act in acts)


def test_what_was_said_otherwise_names_one_cell_that_says_something_else_today(
    script: ModuleType, tmp_path: Path
) -> None:
    acts, cells = script.read_acts(), script.read_cells()
    names = [act.name for act in acts]
    assert len(cells) == 2
    script.copy_publication(tmp_path / "copy", ["2022/990103"])
    for cell in cells:
        assert names.index(cell.first) <= names.index(cell.last)
        script.set_cell(tmp_path / "copy", cell)
    _, problems = examine(tmp_path / "copy", tmp_path / "copy" / "data")
    assert [str(p) for p in problems if p.severity == "error"] == []
    changed = []
    then, now = (load_workbook(p / "data/2022/990103.xlsx") for p in (tmp_path / "copy", ROOT))
    for sheet in now:
        for row in sheet.iter_rows():
            for cell in row:
                if then[sheet.title][cell.coordinate].value != cell.value:
                    changed.append((sheet.title, cell.value, then[sheet.title][cell.coordinate].value))
    assert changed == [("指标数据", 4.28, 2.48)]  # two figures changed places


def test_a_cell_that_is_not_there_is_refused(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text("代码,说明\na,\nb,\n", "utf-8")
    for key in ("c", ""):
        with pytest.raises(ValueError, match=r"data/t.csv"):
            script.set_cell(tmp_path, script.Cell("2017-r1", "2017-r1", "data/t.csv", "", key, "说明", "x"))


def test_the_correction_can_be_followed_from_the_old_page_to_the_new(tree: Path) -> None:
    assert [(r.name, r.state) for r in Tree(tree).revisions(2022)] == [
        ("r1", "superseded"),
        ("r2", "released"),
    ]
    old, new, latest = (
        (tree / part / "990103" / "preschool.html").read_text("utf-8")
        for part in ("2022/r1", "2022/r2", "2022")
    )
    assert "2.48平方米" in old and "4.28平方米" not in old
    # What was corrected is said by the number's own entry, and nowhere else.
    [said] = re.findall(r"<p[^>]*>[^<]*更正：原为2\.48平方米，更正为4\.28平方米。.*?</p>", new)
    assert "2.48平方米" not in new.replace(said, "")
    assert "4.28平方米" in new.replace(said, "")
    assert "4.28平方米" in latest
    assert re.search(r'class="gb-superseded"', old)
    assert "gb-superseded" in (tree / "status" / "2022" / "r1.css").read_text("utf-8")
    corrections = (tree / "2022" / "r2" / "corrections.html").read_text("utf-8")
    assert "2.48平方米" in corrections and "4.28平方米" in corrections and "数字录入颠倒" in corrections


def test_the_correction_flips_one_verdict_and_changes_one_value(tree: Path) -> None:
    changes = json.loads((tree / "2022" / "r2" / "changes.json").read_text("utf-8"))["changes"]
    flips = [change for change in changes if change["kind"] == "flip"]
    assert [(c["old"]["outcome"], c["new"]["outcome"]) for c in flips] == [("fail", "pass")]
    values = [change for change in changes if change["kind"] == "value"]
    assert [(c["old"]["value"], c["new"]["value"]) for c in values] == [(2.48, 4.28)]
    assert values[0]["new"]["cell"].startswith("data/2022/990103.xlsx 工作表“指标数据”")


def test_each_edition_keeps_the_definition_of_its_day(tree: Path) -> None:
    said = {
        year: (tree / str(year) / "r1" / "snapshot" / "edition.json").read_text("utf-8")
        for year in (2019, 2022)
    }
    assert "在园幼儿不含小学附设幼儿班" in json.dumps(
        json.loads(said[2019])["indicators"]["public_kindergarten_share"], ensure_ascii=False
    )
    assert "在园幼儿含小学附设幼儿班" in json.dumps(
        json.loads(said[2022])["indicators"]["public_kindergarten_share"], ensure_ascii=False
    )


@pytest.mark.browser
def test_an_edition_is_read_and_searched_from_disk_without_a_network(
    browser: Browser, tree: Path, tmp_path: Path
) -> None:
    """Unpacked where a path has blanks and Chinese words, opened by its first file, with the network switched off."""
    top = unpacked(tree / "2022/gongbao-2022.zip", tmp_path / "下载 的公报")
    context = browser.new_context(viewport={"width": 1280, "height": 850}, offline=True)
    page = context.new_page()
    faults = watch(page, "file:")
    page.goto((top / "打开.html").as_uri())
    expect(page.locator(".gb-unpack")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("2022年度版，修订版 r2")
    page.get_by_role("link", name="开始阅读").click()
    shown = page.evaluate("getComputedStyle(document.querySelector('.gb-head'), '::before').content")
    assert "离线版：2022年度版 r2" in shown and "以网上版为准" in shown
    for words, found in (
        ("示例县丙", "990103/index.html"), ("slxb", "990103/index.html"),
        ("室外活动场地", "site/indicators/outdoor_area_per_child.html"), ("入园率", "990103/preschool.html"),
    ):  # fmt: skip
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("searchbox").press("Enter")
        expect(page.locator("#gb-status")).to_contain_text("找到")
        expect(
            page.locator(f'#gb-results a[href="{(top / "files" / found).as_uri()}"]').first
        ).to_be_visible()
    page.locator(f'#gb-results a[href="{(top / "files/990103/preschool.html").as_uri()}"]').first.click()
    page.wait_for_url("**/990103/preschool.html")
    assert page.locator(".gb-chart svg").first.is_visible()
    assert page.locator(".gb-table tbody tr").count() > 3
    assert page.locator("button.gb-interactive").count() == 0
    page.locator(".gb-where summary").nth(2).click()
    page.locator(".gb-where").get_by_role("link", name="经费与专项资金").click()
    page.wait_for_url("**/990103/finance.html")
    assert too_wide(page) <= 0
    assert faults == []
    with page.expect_download() as saved:
        page.get_by_role("link", name="数据（CSV）").first.click()
    assert saved.value.path().read_bytes().startswith("\ufeff".encode())
    context.close()


def test_the_tree_is_proved_and_a_second_run_adds_nothing(tree: Path) -> None:
    assert verify_tree(tree) == []
    log = (tree / "log.json").read_bytes()
    subprocess.run([sys.executable, SCRIPT, "--into", tree, "--only", "2022/990103"], check=True)
    assert (tree / "log.json").read_bytes() == log


# Where a reader searches -> which revision's pages that leads to.
SEARCHED = {
    "search.html": "2022/990103/",  # of the tree: its newest edition
    "2022/site/search.html": "2022/990103/",
    "2022/r1/site/search.html": "2022/r1/990103/",
    "2022/r2/site/search.html": "2022/r2/990103/",
    "2019/site/search.html": "2019/990117/",
}


@pytest.mark.browser
@pytest.mark.parametrize("from_disk", [False, True])
@pytest.mark.parametrize("start", SEARCHED)
def test_a_search_leads_to_the_pages_of_its_own_revision(
    browser: Browser, tree: Path, start: str, from_disk: bool
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 850})
    with served(tree) as address:
        root = tree.as_uri() if from_disk else address
        faults = watch(page, "file:" if from_disk else address)
        county = f"{root}/{SEARCHED[start]}"
        page.goto(f"{root}/{start}")
        page.locator("#gb-q").fill(SEARCHED[start].split("/")[-2])
        page.get_by_role("button", name="搜索").click()
        expect(page.locator("#gb-status")).to_contain_text("找到")
        assert page.locator("#gb-results li > a").first.get_attribute("href") == f"{county}index.html"
        page.locator("#gb-q").fill("学前教育 毛入园率")
        page.get_by_role("button", name="搜索").click()
        report = page.locator(f"#gb-results li:has(> a[href^='{county}'])").first
        expect(report.locator("mark").first).to_be_visible()
        report.locator("a").first.click()
        page.wait_for_url(f"{county}*.html")
        indicator = page.locator("nav.gb-related a[href*='site/indicators/']").first
        assert indicator.count() == 0 or indicator.evaluate("a => a.href").startswith(root)
        assert faults == []
    page.close()


@pytest.mark.browser
def test_the_field_of_a_sealed_page_searches_its_revision(browser: Browser, tree: Path) -> None:
    page = browser.new_page()
    with served(tree) as address:
        page.goto(f"{address}/2022/r1/990103/preschool.html")
        page.keyboard.press("/")
        page.keyboard.type("slxb")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/2022/r1/site/search.html?q=slxb")
        page.locator("#gb-results li > a").first.click()
        page.wait_for_url(f"{address}/2022/r1/990103/index.html")
        page.goto(f"{address}/search.html")
        page.get_by_role("link", name="2022年度版的地区索引").click()
        expect(page.locator("main")).to_contain_text("示例县丙")
    page.close()
