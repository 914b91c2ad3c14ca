"""A stored run is used again only while everything it depends on is as it was."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from gongbao.cache import cache_at
from gongbao.workbooks import Failure, Job, Read, ReportKey, Run, RunStore, Workbook
from gongbao.workbooks import store as storing
from gongbao.workbooks.records import ABSENT, file_state
from running import notebook, store

TABLE = Read("table", "school_year:990101:2019", "aa")
FILE = Read("file", "data/sources.csv", hashlib.sha256(b"1").hexdigest())
MISSING = Read("file", "data/extra.csv", ABSENT)
KEY = ReportKey(2019, "990101", "finance")


@pytest.fixture
def stored(tmp_path):
    workbook = Workbook.load(store(tmp_path, "finance", notebook("1")))
    job = Job(KEY, workbook, {"region": "990101", "year": 2019}, tmp_path / "out" / "finance.ipynb")
    job.target.parent.mkdir()
    job.target.write_text("executed", "utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sources.csv").write_bytes(b"1")
    kept = RunStore(tmp_path / "runs")
    assert kept.lookup(job, lambda read: read.digest) is None
    kept.save(job, Run(KEY, job.target, 1.0, None, (FILE, MISSING, TABLE)))
    return kept, job


def same(read):
    return read.digest


def test_unchanged_run_is_found(stored):
    kept, job = stored
    found = kept.lookup(job, same)
    assert found.read_text("utf-8") == "executed"
    assert found.name == hashlib.sha256(b"executed").hexdigest() and found.is_relative_to(kept.folder)


def test_a_state_may_be_empty(stored):
    """What was read may say nothing; that is not the same as not being there."""
    kept, job = stored
    silent = Read("remarks", "990101:2019", "")
    kept.save(job, Run(KEY, job.target, 1.0, None, (silent,)))
    assert kept.lookup(job, same) is not None
    assert kept.lookup(job, lambda read: None) is None
    assert kept.lookup(job, lambda read: "重复") is None


def test_runs_for_the_office_and_for_the_public_are_not_mixed(stored):
    kept, job = stored
    assert kept.lookup(dataclasses.replace(job, internal=True), same) is None


def test_target_may_be_removed(stored):
    kept, job = stored
    job.target.unlink()
    assert kept.lookup(job, same) is not None


@pytest.mark.parametrize("changed", [TABLE, FILE, MISSING])
def test_changed_read(stored, changed):
    kept, job = stored
    assert kept.lookup(job, lambda read: "other" if read == changed else read.digest) is None


def test_read_that_is_gone(stored):
    kept, job = stored
    assert kept.lookup(job, lambda read: None if read == TABLE else read.digest) is None
    # What was absent then and is absent now has not changed.
    assert kept.lookup(job, lambda read: None if read == MISSING else read.digest) is not None


def test_state_of_files(stored, tmp_path):
    kept, job = stored
    files = file_state(tmp_path)

    def current(read):
        return files(read) if read.kind == "file" else read.digest

    assert kept.lookup(job, current) is not None
    (tmp_path / "data" / "extra.csv").write_text("now here", "utf-8")
    assert kept.lookup(job, current) is None
    (tmp_path / "data" / "extra.csv").unlink()
    (tmp_path / "data" / "sources.csv").write_bytes(b"2")
    assert kept.lookup(job, current) is None


def test_changed_parameters(stored):
    kept, job = stored
    assert kept.lookup(Job(KEY, job.workbook, {"region": "990101", "year": 2018}, job.target), same) is None


def test_changed_workbook(stored, tmp_path):
    kept, job = stored
    changed = Workbook.load(store(tmp_path, "finance", notebook("2")))
    assert kept.lookup(Job(KEY, changed, job.parameters, job.target), same) is None


def test_changed_code_or_library(stored, monkeypatch):
    kept, job = stored
    with monkeypatch.context() as patch:
        patch.setattr(storing, "code_digest", lambda: "other")
        assert kept.lookup(job, same) is None
    with monkeypatch.context() as patch:
        patch.setattr(storing, "versions", lambda: {"pandas": "0"})
        assert kept.lookup(job, same) is None
    assert kept.lookup(job, same) is not None


def test_damaged_notebook(stored):
    kept, job = stored
    kept.lookup(job, same).write_text("execute", "utf-8")
    assert kept.lookup(job, same) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"reads": 3, "inputs": {}}', '{"reads": [[1]], "inputs": {}}']
)
def test_damaged_record(stored, text):
    kept, job = stored
    cache_at(kept.folder).do(lambda index: index.execute("UPDATE entry SET record = ?", (text,)))
    assert kept.lookup(job, same) is None


def test_missing_half(stored):
    kept, job = stored
    path = kept.lookup(job, same)
    path.unlink()
    assert kept.lookup(job, same) is None


def test_run_again_replaces(stored):
    kept, job = stored
    job.target.write_text("executed again", "utf-8")
    kept.save(job, Run(KEY, job.target, 1.0, None, (FILE, MISSING, TABLE)))
    assert kept.lookup(job, same).read_text("utf-8") == "executed again"
    assert len(kept.runs(KEY.address)) == 1


def test_two_branches_keep_both_runs(stored):
    """The same report read other data in another branch: each finds its own, in any order."""
    kept, job = stored
    other = dataclasses.replace(TABLE, digest="bb")
    job.target.write_text("of the other branch", "utf-8")
    kept.save(job, Run(KEY, job.target, 1.0, None, (FILE, MISSING, other)))
    there = {"aa": "executed", "bb": "of the other branch"}
    for state in ("bb", "aa", "bb"):
        found = kept.lookup(job, lambda read, state=state: state if read.name == TABLE.name else read.digest)
        assert found.read_text("utf-8") == there[state]


def test_of_many_states_the_latest_are_kept(stored):
    kept, job = stored
    for number in range(storing.CANDIDATES + 3):
        kept.save(job, Run(KEY, job.target, 1.0, None, (dataclasses.replace(TABLE, digest=str(number)),)))
    digests = [run.reads[0].digest for run in kept.runs(KEY.address)]
    assert digests == [str(n) for n in range(storing.CANDIDATES + 2, 2, -1)]


def test_what_reports_opened_is_told(stored):
    kept, job = stored
    fresh = RunStore(kept.folder)
    fresh.lookup(job, same)
    assert fresh.opened == kept.opened == {KEY.address: {FILE.name: FILE.digest, MISSING.name: ABSENT}}


def test_record_holds_no_machine_path(stored, tmp_path):
    kept, _ = stored
    (run,) = kept.runs(KEY.address)
    assert str(tmp_path) not in run.entry.record
    assert run.inputs["parameters"] == {"region": "990101", "year": 2019}


def test_failed_run_is_not_stored(stored):
    kept, job = stored
    failure = Failure("error", KEY, "finance.ipynb", 1, "a", 1, "", "ValueError", "坏")
    with pytest.raises(ValueError, match="2019/990101/finance"):
        kept.save(job, Run(KEY, job.target, 1.0, failure, ()))


def test_code_digest_covers_the_package():
    digest = storing.code_digest()
    assert len(digest) == 64
    storing.code_digest.cache_clear()
    assert storing.code_digest() == digest
