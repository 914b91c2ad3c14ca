"""What reports of a county share: the same results and records as without, and nobody can spoil them."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

import pytest

from gongbao.publication import open_publication
from gongbao.workbooks import records
from gongbao.workbooks.report import Report
from gongbao.workbooks.shared import Shared
from publications import ROOT, copy_publication

AREAS = ("access", "balance", "duty", "finance", "inspect", "plan", "preschool", "quality", "safety", "schools",
         "teachers")  # fmt: skip


@pytest.fixture
def make(sample_dataset):
    publication = open_publication(ROOT)
    return lambda area, shared=None: Report(publication, sample_dataset, "990101", 2023, area, shared)


@pytest.fixture
def recording(tmp_path):
    """Reads of a call, as a build records them."""

    def reads(call):
        records.start()
        try:
            return call(), records.recorded()
        finally:
            records._recorder.active = False

    return reads


@pytest.mark.parametrize("area", AREAS)
def test_a_prepared_area_says_and_records_what_a_new_one_does(make, recording, area):
    fresh, own = recording(lambda: getattr(make(area), area)())
    shared = Shared()
    for other in AREAS:
        shared.prepare(getattr(make("overview", shared), other))
    found, taken = recording(lambda: getattr(make(area, shared), area)())
    assert taken == own
    assert [v.key for v in found.verdicts()] == [v.key for v in fresh.verdicts()]
    assert [s.text for s in found.summary()] == [s.text for s in fresh.summary()]


def test_the_bulletin_records_the_same_with_and_without_sharing(make, recording):
    def overview(shared):
        report = make("overview", shared)
        return report.bulletin().title, len(report.verdict_changes())

    shared = Shared()
    for area in AREAS:
        shared.prepare(getattr(make(area, shared), area))
    assert recording(lambda: overview(shared)) == recording(lambda: overview(Shared()))


def test_a_changed_frame_changes_nobody_elses(make):
    shared = Shared()
    first = make("finance", shared).values()
    before = first.copy()
    first.loc[:, "value"] = -1.0
    first["unit"] = "坏"
    del first["name"]
    again = make("finance", shared).values()
    assert again.equals(before)


def test_a_prepared_result_is_given_once_and_then_made_anew(make):
    shared = Shared()
    shared.prepare(make("finance", shared).finance)
    report = make("finance", shared)
    first = report.finance()
    first.values.loc[:, "value"] = -1.0
    second = report.finance()
    assert second is not first
    assert not (second.values["value"] == -1.0).any()


def test_what_raises_warns_or_prints_is_left_to_the_reports():
    shared, asked = Shared(), []

    def failing():
        asked.append("failing")
        raise ValueError("坏")

    def warning():
        asked.append("warning")
        warnings.warn("小心", stacklevel=1)
        return 1

    def printing():
        asked.append("printing")
        print("说")
        return 2

    for name, make_it in (("failing", failing), ("warning", warning), ("printing", printing)):
        shared.prepare(lambda name=name, make_it=make_it: shared.take(name, make_it))
    assert asked == ["failing", "warning", "printing"]
    for _ in range(2):
        with pytest.raises(ValueError, match="坏"):
            shared.take("failing", failing)
    with pytest.warns(UserWarning, match="小心"):
        assert shared.take("warning", warning) == 1
    assert shared.take("printing", printing) == 2
    assert asked.count("failing") == 3 and asked.count("printing") == 2


def test_reads_inside_reads_all_count(monkeypatch):
    monkeypatch.setattr(records, "_recorder", records._Recorder())
    shared = Shared()

    def inner():
        records.note("table", "inner", "1")
        return 1

    def outer():
        records.note("table", "outer", "2")
        return shared.recall("inner", inner)

    for _ in range(2):
        records.start()
        assert shared.recall("outer", outer) == 1
        assert [read.name for read in records.recorded()] == ["inner", "outer"]


RUN = """
import sys, json
from pathlib import Path
from gongbao.publication import open_publication
from gongbao.data import read_dataset
from gongbao.workbooks import Job, load_workbooks, plan_reports, run_reports
from gongbao.workbooks.session import prepare
target, areas, workers = Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3])
publication = open_publication(Path.cwd())
dataset, books = read_dataset(publication.root, publication.data), load_workbooks(publication.workbooks)
jobs = [Job(key, books[key.area], {"region": key.region, "year": key.year}, target / f"{key.address}.ipynb")
        for key in plan_reports(dataset, books) if key.area in areas]
runs = []
run_reports(jobs, executor="forked", workers=workers, time_limit=120, root=publication.root,
            on_done=runs.append, prepare=lambda: prepare(publication, dataset))
assert [run.failure for run in runs] == [None] * len(jobs)
runs.sort(key=lambda run: run.key)
(target / "reads.json").write_text(json.dumps({r.key.address: [str(x) for x in r.reads] for r in runs}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can't fork")
def test_a_report_alone_equals_the_one_that_shared(tmp_path):
    root = copy_publication(tmp_path / "publication", "2022/990106", "2023/990106")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}

    def run(name, areas, workers):
        target = tmp_path / name
        line = [sys.executable, "-c", RUN, str(target), areas, str(workers)]
        subprocess.run(line, cwd=root, env=environment, check=True)
        return {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*.ipynb")}, (
            target / "reads.json"
        ).read_text()

    together, reads = run("together", "overview,balance,finance,plan", 2)
    overviews, alone = run("alone", "overview", 1)
    assert overviews == {name: content for name, content in together.items() if "overview" in name}
    import json

    apart = json.loads(alone)
    assert apart == {address: found for address, found in json.loads(reads).items() if address in apart}
