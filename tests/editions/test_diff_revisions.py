"""`gongbao diff` of revisions and working data, and the page 更正说明 that a revision carries."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Browser

from browsing import STANDARDS, served, too_wide, watch
from gongbao.editions.change import changes_from_json
from gongbao.editions.snapshots import EDITION_FILE, FOLDER
from publications import copy_publication, run_gongbao
from published_trees import PublishedTree, example


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    """2020 has r1 and r2: 8100 became 7900, a verdict turned and the page of safety went."""
    return example(tmp_path_factory.mktemp("tree"))


def test_two_revisions(tree: PublishedTree, tmp_path: Path) -> None:
    done = run_gongbao(tree.publication.root, "diff", str(tree.root / "2020/r1"), str(tree.root / "2020/r2"))
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["2020年度 r1 → 2020年度 r2", "共 3 处：结论翻转 1，数值 1，网页 1。"]
    assert "8100.00元  7900.00元  −200（−2.47%）" in done.stdout  # 200 ÷ 8100 = 2.469… % by hand
    assert "网页“示例甲县 2020年 安全与信访”（990101/safety.html）在新的一版里没有了。" in done.stdout
    same = run_gongbao(tmp_path, "diff", str(tree.root / "2020/r2"), str(tree.root / "2020/r2"))
    assert (same.returncode, same.stdout.splitlines()[1]) == (0, "没有不同。")


def test_an_edition_stands_for_its_latest_revision(tree: PublishedTree, tmp_path: Path) -> None:
    out = tmp_path / "diff.json"
    done = run_gongbao(
        tmp_path,
        "diff",
        str(tree.root / "2020/r1"),
        str(tree.root / "2020"),
        "--format",
        "json",
        "--out",
        str(out),
    )
    assert done.returncode == 1, done.stderr
    found = json.loads(out.read_bytes())
    assert (found["old"], found["new"]) == ("2020年度 r1", "2020年度 r2")
    # what the revision itself says of its changes
    own = changes_from_json((tree.root / "2020/r2/changes.json").read_bytes())
    assert changes_from_json(out.read_bytes()).items == own.items


def test_backwards_it_tells_what_would_be_lost_again(tree: PublishedTree, tmp_path: Path) -> None:
    done = run_gongbao(tmp_path, "diff", str(tree.root / "2020/r2"), str(tree.root / "2020/r1"))
    assert "由未达标变为达标" in done.stdout and "+200（+2.53%）" in done.stdout  # 200 ÷ 7900


def test_a_damaged_snapshot_is_trouble(tree: PublishedTree, tmp_path: Path) -> None:
    folder = tmp_path / "r1" / FOLDER
    folder.mkdir(parents=True)
    (folder / EDITION_FILE).write_text("{", "utf-8")
    done = run_gongbao(tmp_path, "diff", "r1", str(tree.root / "2020/r2"))
    assert done.returncode == 2 and "损坏" in done.stderr and "Traceback" not in done.stderr


def test_the_correction_page_leads_from_the_old_page_to_the_new(
    tree: PublishedTree, browser: Browser
) -> None:
    with served(tree.root) as address:
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            faults = watch(page, address)
            page.goto(f"{address}/2020/r2/corrections.html")
            assert too_wide(page) <= 0
            assert Axe().run(page, options=STANDARDS).response["violations"] == []
            assert faults == []
            if width == 390:
                page.close()
        page = browser.new_page()
        page.goto(f"{address}/2020/r2/corrections.html")
        assert page.inner_text("h1") == "2020年度公报更正说明（r2）"
        assert "示例甲县填报表里小学生均经费录入有误" in page.inner_text("main")
        assert page.inner_text("h2 >> nth=0").startswith("结论翻转")
        row = page.locator("#flip + .gb-scroll tbody tr")
        links = row.get_by_role("link").evaluate_all("links => links.map(l => [l.innerText, l.href])")
        assert links == [
            ["r1 的页面", f"{address}/2020/r1/990101/finance.html"],
            ["r2 的页面", f"{address}/2020/r2/990101/finance.html"],
        ]
        # every link that can be seen leads somewhere, in the sealed revision and in its copy
        for start in (f"{address}/2020/r2/corrections.html", f"{address}/2020/corrections.html"):
            page.goto(start)
            hrefs = page.locator(".gb-content a:visible").evaluate_all(
                "links => links.map(l => l.getAttribute('href'))"
            )
            for href in {h for h in hrefs if not h.startswith(("#", "http"))}:
                target = tree.root / urlsplit(urljoin(start, href)).path.removeprefix("/")
                assert target.exists(), (start, href)
        page.close()


def test_the_copy_of_the_correction_page_still_leads_to_the_old_revision(tree: PublishedTree) -> None:
    """/2020/corrections.html must name r1's pages, not those that took their place."""
    text = (tree.root / "2020/corrections.html").read_text("utf-8")
    assert 'href="r1/990101/finance.html"' in text
    assert 'href="990101/finance.html"' in text


def test_working_data_against_what_was_released(tmp_path: Path) -> None:
    publication = copy_publication(tmp_path / "publication", "2019/990102", "2018/990102")
    released = run_gongbao(publication, "release", "2019", "--into", str(tmp_path / "tree"))
    assert released.returncode == 0, released.stderr
    same = run_gongbao(publication, "diff", str(tmp_path / "tree/2019"), ".")
    assert same.returncode == 0, same.stdout + same.stderr
    path = publication / "data/2019/990102.xlsx"
    workbook = load_workbook(path)
    sheet = workbook["指标数据"]
    row = next(r for r in range(1, sheet.max_row) if sheet.cell(r, 1).value == "nutrition_county_funds")
    column = next(c.column for c in (*sheet[1], *sheet[2]) if c.value == "数值")
    old = sheet.cell(row, column).value
    sheet.cell(row, column).value = old + 7
    workbook.save(path)
    done = run_gongbao(publication, "diff", str(tmp_path / "tree/2019"), ".", "--format", "json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    (change,) = (c for c in found["changes"] if c["kind"] == "value")
    assert (change["old"]["value"], change["new"]["value"]) == (old, old + 7)
    assert change["new"]["cell"].startswith("data/2019/990102.xlsx 工作表“指标数据” 单元格 ")
    assert found["old"] == "2019年度 r1"
    # the working publication is not built by it
    assert not (publication / "_site").exists()
