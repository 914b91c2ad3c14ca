"""`gongbao pack` of a draft: the whole sample as one file, and what may not be packed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browsing import watch
from offline_copies import dead_links, loaded_from_web, unpacked
from publications import copy_publication, run_gongbao


@pytest.fixture(scope="module")
def packed(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft of the whole sample, packed by the real command and unpacked."""
    folder = tmp_path_factory.mktemp("packed")
    target = str(folder / "draft.zip")
    done = run_gongbao(published, "pack", "--out", target, "--date", "2024-03-01")
    assert done.returncode == 0, done.stderr
    assert "草稿" in done.stdout
    return unpacked(folder / "draft.zip", folder / "unpacked")


def test_no_link_of_the_whole_sample_is_dead(packed: Path) -> None:
    assert dead_links(packed) == []
    assert loaded_from_web(packed) == []
    assert not list(packed.rglob("*.ipynb")) and not (packed / "files/assets").exists()


@pytest.mark.browser
def test_a_draft_is_marked_on_every_page(browser: Browser, packed: Path) -> None:
    page = browser.new_page()
    faults = watch(page, "file:")
    page.goto((packed / "打开.html").as_uri())
    expect(page.locator("[role=note]")).to_contain_text("草稿")
    for name in ("index.html", "reports/2023/990103/finance.html", "site/about.html"):
        page.goto((packed / "files" / name).as_uri())
        said = page.evaluate("getComputedStyle(document.querySelector('.gb-head'), '::before').content")
        assert "草稿" in said and "2024年3月1日" in said
    assert faults == []
    page.close()


def test_a_site_that_was_changed_by_hand_is_read_by_the_gate_first(tmp_path: Path) -> None:
    publication = copy_publication(tmp_path / "publication", "2019/511923")
    site = publication / "_site"
    site.mkdir()
    (site / "index.html").write_text("<!DOCTYPE html><p>没有数字。</p>", "utf-8")
    done = run_gongbao(publication, "pack", "--out", "a.zip")
    assert done.returncode == 0, done.stderr
    (site / "index.html").write_text("<!DOCTYPE html><p>联系人：13800001111</p>", "utf-8")
    done = run_gongbao(publication, "pack", "--out", "b.zip")
    assert done.returncode == 1 and "index.html" in done.stderr
    assert (publication / "a.zip").exists() and not list(publication.glob("*b.zip*"))


def test_what_is_asked_wrongly_is_told(tmp_path: Path) -> None:
    publication = copy_publication(tmp_path / "publication", "2019/511923")

    def said(*arguments: str) -> str:
        done = run_gongbao(publication, "pack", *arguments)
        assert done.returncode in (1, 2) and "Traceback" not in done.stderr
        return done.stderr

    assert "没有网站" in said()
    assert "不是发布目录" in said("--edition", "2019")
    assert "2023/r1 这样" in said("--edition", "今年")
    assert "--edition" in said("--into", str(publication))
    assert "--date" in said("--edition", "2019", "--date", "2024-03-01")
    (publication / "_site").mkdir()
    (publication / "_site/index.html").write_text("x")
    assert "_site/ 里" in said("--out", "_site/x.zip")
    assert not list(publication.rglob("*.zip*"))
