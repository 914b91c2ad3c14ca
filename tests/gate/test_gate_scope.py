"""Only what is new is read, where the caller vouches for the rest; and what may not appear is taken from the
data of all places, whatever the number of processes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import samples
from gongbao.data.dataset import Dataset
from gongbao.gate import check_output
from planted import Site

PAGE = "reports/2019/511923/finance.html"
OTHER = f"reports/2019/{samples.SAMPLE_A}/finance.html"


def with_table(dataset: Dataset, name: str, frame: pd.DataFrame) -> Dataset:
    """The dataset with another table in the place of one."""
    tables = {**dataset.tables, name: frame}
    return Dataset(tables, dataset.covers, dataset.letters, dataset.digests, dataset.warnings)


def test_only_new_files_are_read(site: Site) -> None:
    site.say("降级处理3人")
    site.say("驷马镇得胜小学", OTHER)
    for only, rules in (([PAGE], ["small-count"]), ([OTHER], ["school"]), (["index.html"], []), ([], [])):
        leaks = check_output(site.folder, site.dataset, 1, only=only)
        assert [(leak.address, leak.rule) for leak in leaks] == [(*only, rule) for rule in rules]
    assert len(check_output(site.folder, site.dataset, 1)) == 2


def test_a_new_file_that_is_not_there_is_an_error(site: Site) -> None:
    with pytest.raises(FileNotFoundError):
        check_output(site.folder, site.dataset, 1, only=["reports/none.html"])


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_processes_does_not_matter(site: Site, workers: int) -> None:
    for address in (PAGE, OTHER, "index.html", "site/data.html"):
        site.say("驷马镇得胜小学，电话13812345678", address)
    leaks = check_output(site.folder, site.dataset, workers)
    assert [(leak.address, leak.rule) for leak in leaks] == [
        (address, rule)
        for address in sorted((PAGE, OTHER, "index.html", "site/data.html"))
        for rule in ("personal", "school")
    ]


def test_what_becomes_secret_is_found_in_a_page_of_another_place(site: Site) -> None:
    site.say("平昌县第一小学", OTHER)
    assert site.check() == []
    secret = with_table(site.dataset, "schools", site.dataset.tables["schools"].assign(publish_name=0.0))
    assert [leak.rule for leak in check_output(site.folder, secret, 1, only=[OTHER])] == ["school"]


def test_a_number_of_a_place_is_sought_on_its_pages_and_on_those_of_several(site: Site) -> None:
    site.say("2019年平昌县降级处理3人", "index.html")
    site.say("2019年平昌县降级处理3人", OTHER)
    assert site.found() == {("index.html", "small-count")}


def test_kept_words_are_those_of_todays_data(site: Site, tmp_path: Path) -> None:
    """What is kept spares reading, and no more: a school that may no longer be named is found, also where the
    file that keeps the words is damaged."""
    memory = tmp_path / "state/words.json"
    site.say("平昌县第一小学", OTHER)
    for _ in range(2):
        assert check_output(site.folder, site.dataset, 1, memory=memory) == []
    before = memory.read_text("utf-8")
    secret = with_table(site.dataset, "schools", site.dataset.tables["schools"].assign(publish_name=0.0))
    for content in (before, "", "{", "[]", "null", '{"511923": 1}'):
        memory.write_text(content, "utf-8")
        for _ in range(2):
            leaks = check_output(site.folder, secret, 1, memory=memory, only=[OTHER])
            assert [leak.rule for leak in leaks] == ["school"]
    assert check_output(site.folder, site.dataset, 1, memory=memory) == []
    assert memory.read_text("utf-8") == before


def test_kept_words_are_used(site: Site, tmp_path: Path) -> None:
    """Seen by what only the kept words could have said."""
    memory = tmp_path / "words.json"
    check_output(site.folder, site.dataset, 1, memory=memory)
    kept = json.loads(memory.read_text("utf-8"))
    assert "驷马镇得胜小学" in kept[samples.REAL][1] and "平昌县第一小学" in kept[samples.REAL][2]
    kept[samples.REAL][1].remove("驷马镇得胜小学")
    memory.write_text(json.dumps(kept), "utf-8")
    site.say("驷马镇得胜小学", OTHER)
    assert check_output(site.folder, site.dataset, 1, memory=memory) == []
    assert len(check_output(site.folder, site.dataset, 1)) == 1


@pytest.mark.parametrize(
    "address",
    ["en/reports/2019/511923/finance.html", "2019/en/511923/finance.html", "2019/r1/en/511923/finance.html"],
)
def test_an_english_page_is_held_against_the_same_as_the_chinese_one(site: Site, address: str) -> None:
    """What a place may not publish, and what may stand nowhere, also where the rest of the page is English."""
    page = (site.folder / PAGE).read_text("utf-8").replace('<html lang="zh-CN"', '<html lang="en"')
    site.write(address, page)
    assert site.check() == []
    said = "<p>Demotions: 3 persons</p><table><tr><th>降级处理</th><td>3</td></tr></table>"
    said += "<p>责任人：张建国，身份证号511923201003071239</p><p>高考一本人数 1483</p>"
    site.change(address, lambda html: html.replace("</article>", f"{said}</article>"))
    found = site.found()
    assert {where for where, _ in found} == {address}
    assert {rule for _, rule in found} >= {"name", "personal", "internal", "small-count"}
