"""A published tree in two languages: English pages sealed with their revision, and around it those of the portal.

2019/r1 was released in Chinese alone, r2 and r3 in both languages; then r2 is withdrawn and r3 erased.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from browsing import STANDARDS, served, too_wide, watch
from gongbao.editions.verify import verify_tree
from links import broken_links as links_of
from publications import run_gongbao
from releasing import MISTYPED, REASON, SPENDING, release, set_spending, small_publication

SITE = "https://example.org/gongbao"
COUNTY = "511923"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def speak(publication: Path, *, english: bool) -> None:
    settings = publication / "_quarto.yml"
    text = settings.read_text("utf-8").replace("  languages: [zh, en]\n", "")
    if english:
        text = text.replace("gongbao:\n", "gongbao:\n  languages: [zh, en]\n")
    settings.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication, with its tree in `tree/`."""
    root = small_publication(tmp_path_factory.mktemp("bilingual") / "publication")
    for path in (root / "workbooks").glob("*.ipynb"):
        if path.stem not in ("overview", "finance"):
            path.unlink()
    settings = root / "_quarto.yml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if "site-url:" not in line]
    lines.insert(lines.index("website:") + 1, f"  site-url: {SITE}")
    settings.write_text("\n".join(lines) + "\n", "utf-8")
    done = release(root, root / "tree", "--date", "2020-04-01")
    assert done.returncode == 0, done.stderr
    assert not list((root / "tree").rglob("en"))
    speak(root, english=True)
    for day, value in (("2020-05-01", MISTYPED), ("2020-06-01", SPENDING)):
        set_spending(root, value)
        done = release(root, root / "tree", "--date", day, "--reason", REASON)
        assert done.returncode == 0 and "没有英文" not in done.stderr, done.stderr
    return root


@pytest.fixture(scope="module")
def tree(published: Path) -> Path:
    return published / "tree"


def broken_links(tree: Path) -> dict[str, str]:
    """But for those of the page for wrong addresses, which begin at the server's root."""
    return {address: page for address, page in links_of(tree).items() if page != "/404.html"}


def main(tree: Path, name: str) -> str:
    html = (tree / name).read_text("utf-8")
    assert '<html lang="en">' in html
    return html[html.index("<main") : html.index("</main>")]


def test_every_page_of_a_revision_has_its_twin_and_every_link_leads_somewhere(tree: Path) -> None:
    for revision in ("2019/r2", "2019/r3", "2019"):
        pages = [p.relative_to(tree / revision) for p in (tree / revision).rglob("*.html")]
        chinese = {p for p in pages if p.parts[0] not in ("en", "r1", "r2", "r3")}
        assert {p.relative_to("en") for p in pages if p.parts[0] == "en"} == chinese
        assert len(chinese) > 10
    assert not (tree / "2019/r1/en").exists()
    assert broken_links(tree) == {}
    assert verify_tree(tree) == []


def test_english_pages_lead_to_english_pages_where_there_are_some(tree: Path) -> None:
    home = main(tree, "en/index.html")
    assert f'href="../2019/en/{COUNTY}/index.html"' in home
    versions = main(tree, f"en/versions/{COUNTY}.html")
    assert f'href="../../2019/en/{COUNTY}/finance.html"' in versions
    assert f'href="../../2019/r2/en/{COUNTY}/finance.html"' in versions
    assert f'href="../../2019/r1/{COUNTY}/finance.html"' in versions, "r1 is in Chinese alone"
    page = (tree / f"2019/r3/en/{COUNTY}/finance.html").read_text("utf-8")
    assert f'href="../../../../en/versions/{COUNTY}.html#finance"' in page
    assert f'data-versions="../../../../versions/{COUNTY}.json"' in page
    assert 'href="../../../../en/index.html"' in page
    switch = re.search(r'<a class="gb-language" href="([^"]+)"', page)
    assert switch and switch[1] == f"../../{COUNTY}/finance.html"


def test_an_english_page_names_its_own_addresses(tree: Path) -> None:
    for name in (f"2019/r3/en/{COUNTY}/finance.html", f"2019/en/{COUNTY}/finance.html"):
        html = (tree / name).read_text("utf-8")
        assert f'<link rel="canonical" href="{SITE}/2019/en/{COUNTY}/finance.html">' in html
        assert f'hreflang="zh-CN" href="{SITE}/2019/{COUNTY}/finance.html"' in html
        cited = re.sub(r"<[^>]*>", "", html[html.index('<span id="cite"') :].partition("<button")[0]).strip()
        assert cited.endswith(f"{SITE}/2019/r3/en/{COUNTY}/finance.html")
        assert "released 1 June 2020" in cited


def test_what_was_corrected_is_told_in_english(tree: Path) -> None:
    page = main(tree, "2019/r3/en/corrections.html")
    assert "Revision r3 of the 2019 bulletin replaces revision r2." in page
    assert REASON in page
    assert 'href="../../r2/en/511923/finance.html' in page
    older = main(tree, "2019/r2/en/corrections.html")
    assert 'href="../../r1/511923/finance.html' in older, "r1 is in Chinese alone"
    report = (tree / f"2019/r3/en/{COUNTY}/finance.html").read_text("utf-8")
    (line,) = set(re.findall(r'<p class="gb-revised"[^>]*>.*?</p>', report))
    assert "Corrected in revision r3: was 1561 million yuan, corrected to 1516 million yuan." in line
    assert '<a href="../corrections.html">Explanation of corrections</a>' in line
    log = main(tree, "en/corrections.html")
    assert "2019 edition r2 → r3" in log


def test_the_interface_around_an_edition_is_english(tree: Path) -> None:
    """All that the templates say; what data, analysts and offices say may stay Chinese and is marked."""
    for name in (
        "index",
        "editions",
        "corrections",
        "history/index",
        f"history/{COUNTY}",
        f"versions/{COUNTY}",
    ):
        page = main(tree, f"en/{name}.html")
        kept = re.sub(r"<(\w+)[^>]*lang=\"zh-CN\".*?</\1>", "", page, flags=re.DOTALL)
        words = re.sub(r"<[^>]*>", " ", kept)
        assert not re.findall(r"[^ ]*[\u4e00-\u9fff]+[^ ]*", words), name
        headings = re.findall(r"<(h1|h2|th|caption|summary|button)\b[^>]*>(.*?)</\1>", page, re.DOTALL)
        assert headings
        for tag, text in headings:
            bare = re.sub(r"<[^>]*>", "", text).replace("平昌县", "")
            assert tag == "th" or not re.search(r"[\u4e00-\u9fff]", bare), (name, text)


def test_a_superseded_revision_says_so_in_english_on_its_english_pages(tree: Path) -> None:
    style = (tree / "status/2019/r2.css").read_text("utf-8")
    assert '.gb-superseded::after{content:"最新的是 r3，2020-06-01 发布。"}' in style
    assert '[lang=en] .gb-superseded::after{content:"The latest is r3, released on 2020-06-01."}' in style
    assert "lang=en" not in (tree / "status/2019/r1.css").read_text("utf-8")
    page = main(tree, f"2019/r2/en/{COUNTY}/finance.html")
    assert "This page has a later revision" in page


def test_sitemaps_name_both_languages(tree: Path) -> None:
    root = ET.parse(tree / "sitemap-2019.xml").getroot()
    found = {url.findtext(f"{MAP}loc"): url for url in root}
    own, twin = f"{SITE}/2019/{COUNTY}/finance.html", f"{SITE}/2019/en/{COUNTY}/finance.html"
    for each in (own, twin):
        links = {link.get("hreflang"): link.get("href") for link in found[each].iter(LINK)}
        assert links == {"zh-CN": own, "en": twin}
    portal = {url.findtext(f"{MAP}loc") for url in ET.parse(tree / "sitemap-portal.xml").getroot()}
    assert f"{SITE}/en/versions/{COUNTY}.html" in portal
    for address in [*found, *portal]:
        assert address
        assert (tree / address.removeprefix(f"{SITE}/")).is_file()


def test_the_same_bytes_again(published: Path) -> None:
    done = run_gongbao(published, "verify", "tree", "--rebuild", "2019/r3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "个文件逐字节相同" in done.stdout


@pytest.mark.browser
def test_a_tree_in_english_in_a_browser(browser: Browser, tree: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 850}, bypass_csp=True)
    page = context.new_page()
    with served(tree) as address:
        faults = watch(page, address)
        for name in ("en/index.html", "en/corrections.html", f"en/history/{COUNTY}.html",
                     "en/editions.html", f"en/versions/{COUNTY}.html", f"2019/r2/en/{COUNTY}/finance.html",
                     "2019/r3/en/corrections.html", "2019/en/index.html", "en/search.html"):  # fmt: skip
            page.goto(f"{address}/{name}")
            assert too_wide(page) <= 0, name
            results = Axe().run(page, options=STANDARDS)
            assert results.violations_count == 0, f"{name}: {results.generate_report()}"
        # A superseded page, in its reader's language.
        page.goto(f"{address}/2019/r2/en/{COUNTY}/finance.html")
        expect(page.locator(".gb-superseded")).to_be_visible()
        # The switcher of years and revisions.
        page.get_by_role("button", name="Other editions and revisions").click()
        lines = page.locator("#gb-switch li")
        expect(lines.first).to_contain_text("Current")
        lines.first.get_by_role("link", name="r3").click()
        assert page.url == f"{address}/2019/r3/en/{COUNTY}/finance.html"
        page.wait_for_load_state()
        page.get_by_role("button", name="Other editions and revisions").click()
        lines.first.get_by_role("link", name="r1").click()
        assert page.url == f"{address}/2019/r1/{COUNTY}/finance.html"
        page.wait_for_load_state()
        # Where a number comes from.
        page.goto(f"{address}/2019/en/{COUNTY}/finance.html")
        page.locator("a.gb-ask").first.click()
        box = page.get_by_role("dialog", name="Where the numbers come from")
        expect(box).to_be_visible()
        box.get_by_role("button", name="Close").click()
        # The search of the newest edition, and of a sealed one.
        for start, folder in (("en/search.html", "2019/en"), ("2019/r2/en/site/search.html", "2019/r2/en")):
            page.goto(f"{address}/{start}?q=pcx")
            expect(page.locator("#gb-status")).to_contain_text("pages found")
            links = page.locator("#gb-results li > a").evaluate_all("links => links.map(link => link.href)")
            assert f"{address}/{folder}/{COUNTY}/index.html" in links
            assert all(link.startswith(f"{address}/{folder}/") for link in links)
        assert faults == []
    context.close()


def test_what_is_withdrawn_says_so_in_english(published: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(published, tmp_path / "publication"))
    tree = root / "tree"
    settings = root / "_quarto.yml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub("page-footer: .*", "page-footer: 本站的数字都有出处。", text), "utf-8")
    done = run_gongbao(
        root, "withdraw", "2019", "--revision", "2", "--into", "tree", "--date", "2020-07-01", "--reason", "数字有误"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "提醒 没有英文：“本站的数字都有出处。”；请补在 site/en.csv。" in done.stderr
    assert "Withdrawn on 2020-07-01." in (tree / "status/2019/r2.css").read_text("utf-8")
    notice = main(tree, "2019/en/withdrawn.html")
    assert "r2 of the 2019 edition was withdrawn." in notice
    assert 'href="../r2/en/index.html"' in notice
    assert broken_links(tree) == {}
    assert verify_tree(tree) == []
    done = run_gongbao(
        root, "withdraw", "2019", "--into", "tree", "--date", "2020-08-01", "--reason", "数字有误", "--erase"
    )
    assert done.returncode == 0, done.stderr
    for name in (f"2019/en/{COUNTY}/finance.html", f"2019/r3/en/{COUNTY}/finance.html", "2019/en/index.html"):
        assert "The 2019 edition was withdrawn." in main(tree, name)
    assert broken_links(tree) == {}
    assert verify_tree(tree) == []


def test_the_portal_stays_english_when_a_later_edition_is_in_chinese_alone(
    published: Path, tmp_path: Path
) -> None:
    """Sealed English pages lead to it."""
    root = Path(shutil.copytree(published, tmp_path / "publication"))
    tree = root / "tree"
    speak(root, english=False)
    set_spending(root, MISTYPED)
    done = release(root, tree, "--date", "2020-09-01", "--reason", REASON)
    assert done.returncode == 0, done.stderr
    assert not (tree / "2019/r4/en").exists()
    assert f'href="../2019/{COUNTY}/index.html"' in main(tree, "en/index.html")
    leads = (tree / f"2019/en/{COUNTY}/finance.html").read_text("utf-8")
    assert f'content="0; url=../../{COUNTY}/finance.html"' in leads
    assert broken_links(tree) == {}
    assert verify_tree(tree) == []
