"""What the gate remembers between builds never hides a leak, and spares reading what has not changed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import samples
from gongbao.data.dataset import Dataset
from gongbao.gate import check_output
from gongbao.gate.memory import Memory
from gongbao.gate.secrets import make_secrets
from planted import Site

PAGE = "reports/2019/511923/finance.html"


@pytest.fixture
def memory(site: Site, tmp_path: Path) -> Path:
    """The memory of a check that found nothing."""
    file = tmp_path / "gate.json"
    assert check_output(site.folder, site.dataset, 1, memory=file) == []
    return file


def plant(site: Site, words: str) -> None:
    path = site.folder / PAGE
    path.write_text(path.read_text("utf-8").replace("</main>", f"<p>{words}</p></main>"), "utf-8")


def with_table(dataset: Dataset, name: str, frame: pd.DataFrame) -> Dataset:
    """The dataset with another table in the place of one."""
    tables = {**dataset.tables, name: frame}
    return Dataset(tables, dataset.covers, dataset.letters, dataset.digests, dataset.warnings)


def test_a_leak_in_a_page_that_was_clean_is_found_and_found_again(site: Site, memory: Path) -> None:
    plant(site, "降级处理3人")
    for _ in range(2):  # a file with a leak is never remembered
        leaks = check_output(site.folder, site.dataset, 1, memory=memory)
        assert [(leak.address, leak.rule) for leak in leaks] == [(PAGE, "small-count")]


def test_what_becomes_secret_is_found_in_pages_that_did_not_change(site: Site, memory: Path) -> None:
    plant(site, "平昌县第一小学")
    assert check_output(site.folder, site.dataset, 1, memory=memory) == []
    schools = site.dataset.tables["schools"].assign(publish_name=0.0)
    secret = with_table(site.dataset, "schools", schools)
    assert [leak.rule for leak in check_output(site.folder, secret, 1, memory=memory)] == ["school"]


def test_a_number_that_changes_is_sought_in_pages_that_did_not(site: Site, memory: Path) -> None:
    plant(site, "记过处分：4人")  # two are reported
    assert check_output(site.folder, site.dataset, 1, memory=memory) == []
    staffing = site.dataset.tables["staffing"].copy()
    staffing.loc[staffing["kind"] == "记过处分", "value"] = 4.0
    other = with_table(site.dataset, "staffing", staffing)
    assert [leak.rule for leak in check_output(site.folder, other, 1, memory=memory)] == ["small-count"]


def test_a_clean_page_is_not_read_again_and_a_number_elsewhere_does_not_matter(
    site: Site, memory: Path
) -> None:
    """Seen by making the memory say that a page with a leak was clean: only then is the leak passed over."""
    plant(site, "降级处理3人")
    known = json.loads(memory.read_text("utf-8"))
    check_output(site.folder, site.dataset, 1, memory=memory)
    assert PAGE not in json.loads(memory.read_text("utf-8"))
    data = (site.folder / PAGE).read_bytes()
    scope = (samples.REAL, 2019)
    key = Memory(memory, make_secrets(site.dataset)).key(PAGE, data, scope)
    memory.write_text(json.dumps(known | {PAGE: key}), "utf-8")
    assert check_output(site.folder, site.dataset, 1, memory=memory) == []

    elsewhere = pd.DataFrame([{**site.dataset.tables["staffing"].iloc[1], "region_code": "990101"}])
    more = pd.concat([site.dataset.tables["staffing"], elsewhere], ignore_index=True)
    other = with_table(site.dataset, "staffing", more)
    keys = Memory(memory, make_secrets(other))
    assert keys.key(PAGE, data, scope) == key
    assert keys.key("index.html", data, None) != Memory(memory, make_secrets(site.dataset)).key(
        "index.html", data, None
    )


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "null"])
def test_a_damaged_memory_is_no_memory(site: Site, memory: Path, content: str) -> None:
    memory.write_text(content, "utf-8")
    plant(site, "降级处理3人")
    assert len(check_output(site.folder, site.dataset, 1, memory=memory)) == 1
