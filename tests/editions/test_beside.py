"""A draft beside what is released of it: what differs is marked in both, listed, and stepped through by keys."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from git_repositories import git, state
from gongbao.editions.beside import START, Beside
from gongbao.editions.branch import BranchError, change_branch, copy_shown
from gongbao.editions.marking import mark, same
from gongbao.site.layout import Page as SitePage
from gongbao.site.layout import Subject, navigation, whole
from gongbao.site.preview import State, open_server
from publications import run_gongbao
from published_trees import REAL, Place, PublishedTree, make_publication

OLD = (
    "<h2>经费</h2><p>全县共投入<b>15.61</b>亿元，比上年增长3%。</p><p>只在原来。</p>"
    "<table><tbody><tr><th>小学</th><td>9000</td><td>3.5</td></tr><tr><th>初中</th><td>1</td></tr></tbody></table>"
    '<div class="gb-chart"><svg><path d="M0 0"/></svg></div><p>相同。</p><svg class="gb-bullet"><rect/></svg>'
)
NEW = (
    "<h2>经费</h2><p>全县共投入<b>15.16</b>亿元，比上年增长3%。</p>"
    "<table><tbody><tr><th>小学</th><td>9800</td><td>3.5</td></tr><tr><th>初中</th><td>1</td></tr></tbody></table>"
    '<div class="gb-chart"><svg><path d="M1 1"/></svg></div><p>相同。</p><p>只在现在，A &lt; B。</p>'
    '<svg class="gb-bullet"><rect width="2"/></svg>'
)


def page(body: str) -> str:
    entries = '<section class="gb-section gb-origins">条目</section>'
    return f'<h1>题</h1><div class="gb-content">\n{body}\n{entries}</div>\n</main>'


def test_the_words_that_differ_are_marked_on_either_side() -> None:
    found = mark(page(OLD), page(NEW))
    assert '全县共投入<b><del data-gb-difference="1">15.61</del></b>亿元' in found.old
    assert '全县共投入<b><ins data-gb-difference="1">15.16</ins></b>亿元' in found.new
    assert '<td><del data-gb-difference="3">9000</del></td><td>3.5</td>' in found.old
    assert '<td><ins data-gb-difference="3">9800</ins></td><td>3.5</td>' in found.new
    assert "<p>相同。</p>" in found.old and found.new.count("data-gb-difference") == 4
    assert '<svg data-gb-difference="4"><path d="M1 1"/>' in found.new
    assert '<ins data-gb-difference="5">只在现在，A &lt; B。</ins>' in found.new


def test_differences_are_listed_in_reading_order() -> None:
    found = mark(page(OLD), page(NEW)).differences
    assert [d.state for d in found] == ["changed", "removed", "changed", "changed", "added"]
    assert found[2].new == (("小学 ｜ ", False), ("9800", True), (" ｜ 3.5", False))
    assert found[3].new == (("（图形）", True),) and found[1].new == ()


def test_marks_aside_nothing_of_a_page_changes_and_the_same_has_none() -> None:
    import re

    found = mark(page(OLD), page(NEW))
    for marked, given in ((found.old, OLD), (found.new, NEW)):
        plain = re.sub(r"</?(?:ins|del)[^>]*>| data-gb-difference=\"\d+\"", "", marked)
        assert plain == page(given)
    assert mark(page(OLD), page(OLD)).differences == ()
    assert same(page(OLD), page(OLD.replace("。</p>", "。\n</p>"))) and not same(page(OLD), page(NEW))


def test_a_long_page_with_changes_all_over_is_marked_where_they_are() -> None:
    rows = [[f"第{n}项", str(n * 7), "没有变的文字"] for n in range(1500)]
    body = "<table><tbody>{}</tbody></table>"

    def html(numbers: list[list[str]]) -> str:
        return page(body.format("".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in numbers)))

    changed = [[a, f"{b}1" if n in (0, 700, 1499) else b, c] for n, (a, b, c) in enumerate(rows)]
    found = mark(html(rows), html(changed))
    assert [d.state for d in found.differences] == ["changed"] * 3
    assert found.old.count("<del") == found.new.count("<ins") == 3


def test_what_a_page_says_below_of_its_numbers_is_no_difference() -> None:
    assert same(page(OLD), page(OLD).replace("条目", "别的条目"))
    tools = '<p class="gb-tools"><a href="a.svg">{}</a></p>'
    assert same(page(OLD + tools.format("图（SVG）")), page(OLD + tools.format("图（PNG）")))
    assert same(page(OLD), page(OLD).replace("<section", '<section class="gb-cite">引用</section><section'))


@pytest.fixture
def beside(tmp_path: Path) -> tuple[Beside, Path]:
    """A tree with a released edition of 2019 and a draft of 2019 and 2020."""
    publication = make_publication(tmp_path / "publication")
    published = PublishedTree(tmp_path / "tree", publication, tmp_path / "scratch")
    published.release(2019, {REAL: Place("平昌县")}, date="2020-03-31")
    sealed = published.root / "2019/r1" / REAL / "finance.html"
    sealed.write_text(sealed.read_text("utf-8").replace("<p>正文。</p>", OLD), "utf-8")
    site = tmp_path / "_site"
    for year in (2019, 2020):
        for name in ("finance.html", "plan.html"):
            address = f"/reports/{year}/{REAL}/{name}"
            made = SitePage(address, "平昌县 经费", NEW, subject=Subject(year, True, REAL))
            target = site / address.removeprefix("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(whole(made, publication, navigation(publication)), "utf-8")
    return Beside(published.root, site), site


def test_each_report_says_whether_it_can_be_compared(beside: tuple[Beside, Path]) -> None:
    found, _ = beside
    assert found.offer(f"/reports/2019/{REAL}/finance.html") == (
        "与已发布的 r1 对照", f"{START}2019/{REAL}/finance.html",
    )  # fmt: skip
    assert found.offer(f"/reports/2020/{REAL}/finance.html") == ("2020年度还没有发布，没有可以对照的版本", "")
    assert found.offer(f"/reports/2019/{REAL}/plan.html")[1] == ""
    assert found.offer("/index.html") == ("", "")
    listed = found.answer(START, "")
    assert listed is not None
    text = listed[2].decode()
    assert "有不同" in text and "2020年度" in text and "还没有发布" in text and "未发布" in text


def test_only_files_of_the_tree_are_told(beside: tuple[Beside, Path]) -> None:
    found, _ = beside
    for path in ("/_gongbao/released/../publication/_quarto.yml", "/_gongbao/released/2019/r9/x.html"):
        answer = found.answer(path, "")
        assert answer is not None and answer[0] == 404
    assert found.answer(f"{START}2020/{REAL}/finance.html", "")[0] == 404  # type: ignore[index]
    assert found.answer(f"/reports/2019/{REAL}/finance.html", "") is None


def test_a_tree_in_a_branch_is_read_without_touching_the_checkout(
    beside: tuple[Beside, Path], repository: Path, tmp_path: Path
) -> None:
    found, site = beside

    def publish(folder: Path) -> str:
        ignored = shutil.ignore_patterns(".gongbao")
        shutil.copytree(found.root, folder, ignore=ignored, dirs_exist_ok=True)
        return "2019/r1：发布"

    change_branch(repository, "gh-pages", publish)
    before = state(repository)
    shown = tmp_path / "shown"
    copy_shown(repository, "gh-pages", shown)
    again = Beside(shown, site)
    path = f"/reports/2019/{REAL}/finance.html"
    assert again.offer(path) == found.offer(path)
    for address in (f"{START}2019/{REAL}/finance.html", "/_gongbao/released/2019/r1/site/theme/gongbao.css"):
        answer = again.answer(address, "")
        assert answer is not None and answer[0] == 200 and answer == found.answer(address, "")
    assert (shown / "status/2019/r1.css").is_file()
    assert not (shown / "2019/r1/snapshot").exists() and not (shown / "2019/index.html").exists()
    assert state(repository) == before
    with pytest.raises(BranchError, match="没有分支 none"):
        copy_shown(repository, "none", tmp_path / "none")
    git(repository, "branch", "other")
    with pytest.raises(BranchError, match="不是发布目录"):
        copy_shown(repository, "other", tmp_path / "other")


@pytest.mark.parametrize(
    ("given", "said"),
    [(("--into", ".", "--branch", "b"), "二者取一"), (("--remote", "origin"), "只和 --branch")],
)
def test_a_tree_is_a_folder_or_a_branch(tmp_path: Path, given: tuple[str, ...], said: str) -> None:
    done = run_gongbao(tmp_path, "preview", *given)
    assert done.returncode != 0 and said in done.stderr


@pytest.fixture
def address(beside: tuple[Beside, Path], tmp_path: Path) -> Iterator[str]:
    from dataclasses import replace

    found, site = beside
    publication = make_publication(tmp_path / "again")
    publication = replace(publication, root=site.parent)
    server = open_server(publication, State(stopped=False), "127.0.0.1", 0, found)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.RequestHandlerClass.keywords["state"].set(stopped=True)  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.browser
def test_two_columns_with_keys_from_one_difference_to_the_next(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/reports/2019/{REAL}/finance.html")
    page.get_by_role("link", name="与已发布的 r1 对照").click()
    expect(page.locator("h1")).to_have_text("平昌县 经费")
    expect(page.locator("header")).to_contain_text("5 处不同")
    old, new = page.frame_locator(".gb-old iframe"), page.frame_locator(".gb-new iframe")
    expect(old.locator("del").first).to_have_text("15.61")
    expect(new.locator("ins").first).to_have_text("15.16")
    page.keyboard.press("n")
    expect(page.get_by_role("status")).to_have_text("第 1 处，共 5 处")
    expect(old.locator(".gb-here")).to_have_text("15.61")
    expect(new.locator(".gb-here")).to_have_text("15.16")
    new.locator("h2").first.click()  # the keys work inside a column too
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(new.locator(".gb-here")).to_have_text("9800")
    page.keyboard.press("p")
    expect(old.locator(".gb-here")).to_have_text("只在原来。")
    page.locator("[data-go='5']").click()
    expect(new.locator(".gb-here")).to_contain_text("只在现在")
    page.close()


@pytest.mark.browser
def test_a_phone_shows_one_side_and_the_other_on_request(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{address}{START}2019/{REAL}/finance.html")
    expect(page.locator(".gb-new")).to_be_visible()
    expect(page.locator(".gb-old")).to_be_hidden()
    page.get_by_role("button", name="看已发布的").click()
    expect(page.locator(".gb-old")).to_be_visible()
    expect(page.locator(".gb-new")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_an_unreleased_year_says_so_on_its_pages(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/reports/2020/{REAL}/finance.html")
    expect(page.locator("#gongbao-beside")).to_have_text("2020年度还没有发布，没有可以对照的版本")
    page.close()
