"""What a report reads is recorded, whichever executor runs it."""

from __future__ import annotations

import hashlib
import sys
from contextlib import nullcontext

import pytest

from gongbao.data import read_dataset
from gongbao.data.kept import Keep
from gongbao.publication import open_publication
from gongbao.workbooks import Read, ReportKey, records, session
from gongbao.workbooks.guard import _FileWatch
from publications import copy_publication
from running import Order, carry_out, notebook, store

EXECUTORS = [
    pytest.param("forked", marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows can't fork")),
    "jupyter",
]

READING = [
    "import pandas as pd\nimport beside\npd.read_csv('../data/表.csv')",
    "open('../data/表.csv').read(); open('../data/other.csv', 'rb').read();",
    "open('../data/written.txt', 'w').write('x')",
    "from pathlib import Path\nPath('../data/absent.csv').exists()\n"
    "try:\n    open('../data/absent.csv')\nexcept FileNotFoundError:\n    pass",
    "open('/dev/null').read(); open('/proc/self/stat').read();",
    "from gongbao.workbooks import records\nrecords.note('table', 'school_year:990199:2020', 'abc')\n"
    "with records.paused():\n    open('../data/shared.csv').read()\n    records.note('table', 'x', 'y')",
]


def digest(content):
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_files_and_tables(tmp_path, executor):
    (tmp_path / "data").mkdir()
    contents = {"表.csv": b"a,b\n1,2\n", "other.csv": b"x", "shared.csv": b"s"}
    for name, content in contents.items():
        (tmp_path / "data" / name).write_bytes(content)
    store(tmp_path, "reading", notebook(*READING))
    (tmp_path / "workbooks" / "beside.py").write_bytes(b"value = 1\n")
    # A cached module: its source is what counts.
    [run], _ = carry_out(Order(tmp_path, executor, ["reading"]), tmp_path)
    assert run.failure is None, run.failure
    assert run.reads == (
        Read("file", "data/absent.csv", records.ABSENT),
        Read("file", "data/other.csv", digest(b"x")),
        Read("file", "data/表.csv", digest(contents["表.csv"])),
        Read("file", "workbooks/beside.py", digest(b"value = 1\n")),
        Read("table", "school_year:990199:2020", "abc"),
    )


def test_cached_module_stands_for_its_source(tmp_path):
    import py_compile

    store(tmp_path, "reading", notebook("import beside"))
    source = tmp_path / "workbooks" / "beside.py"
    source.write_bytes(b"value = 1\n")
    py_compile.compile(str(source))
    assert (tmp_path / "workbooks" / "__pycache__").is_dir()
    [run], _ = carry_out(Order(tmp_path, "jupyter", ["reading"]), tmp_path)
    assert run.reads == (Read("file", "workbooks/beside.py", digest(b"value = 1\n")),)


def test_by_hand_nothing_is_recorded(monkeypatch):
    monkeypatch.setattr(records, "_recorder", records._Recorder())
    records.note("table", "school_year:990101:2019", "abc")
    assert records.recorded() == ()


def test_first_state_counts_and_file_is_written_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_recorder", records._Recorder())
    path = tmp_path / "record"
    records.start(path)
    records.note("table", "b", "1")
    records.note("table", "b", "2")
    records.note("table", "a", "3")
    assert records.load(path) == records.recorded() == (Read("table", "a", "3"), Read("table", "b", "1"))
    assert records.load(tmp_path / "none") == ()


def test_address_and_order_of_reports():
    keys = [
        ReportKey(2019, "511923", "finance"),
        ReportKey(2018, "990101", "a"),
        ReportKey(2019, "511923", "b"),
    ]
    assert keys[0].address == "2019/511923/finance"
    assert sorted(keys) == [keys[1], keys[2], keys[0]]


def test_the_file_in_which_rows_are_kept_is_none_of_a_reports_reading(tmp_path, monkeypatch):
    """Rows of an earlier year, which no report asked for before the fork, are loaded in the report's process."""
    root = copy_publication(tmp_path / "publication", "2019/511923")
    publication = open_publication(root)
    dataset = read_dataset(root, publication.data, keep=publication.kept_data)
    monkeypatch.setattr(session, "_session", None)
    session.prepare(publication, dataset)
    watch, get = _FileWatch(root), Keep.get

    def seen(keep, kind, key):
        watch.opened((keep._path(kind, key), "r", 0))  # as the audit hook tells it
        return get(keep, kind, key)

    monkeypatch.setattr(Keep, "get", seen)
    records.start()
    try:
        report = session.open_report("511923", 2019, area="finance")
        assert len(report.read("indicator_values"))
        assert {read.kind for read in records.recorded()} >= {"table"} and not opened_by(records.recorded())
        dataset.parts.around = nullcontext
        dataset.parts.forget("511923", 2019)
        dataset.rows("indicator_values", "511923", 2019)
        assert [name.startswith(".gongbao/data/parts/") for name in opened_by(records.recorded())] == [True]
    finally:
        records._recorder.active = False


def opened_by(reads):
    return [read.name for read in reads if read.kind == "file"]
