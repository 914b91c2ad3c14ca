"""The same input gives the same bytes, and a cache never changes what is built."""

from pathlib import Path

import nbformat

import samples
from gongbao.site import build_site
from samples import Built, files


def test_another_build_without_cache_and_with_other_workers_is_identical(
    built: Built, tmp_path: Path
) -> None:
    summary = built.again(tmp_path / "out", store=tmp_path / "store", workers=1)
    assert summary.drawn > 0
    assert files(tmp_path / "out") == files(built.folder)


def test_a_build_from_the_cache_draws_nothing_and_is_identical(built: Built, tmp_path: Path) -> None:
    summary = built.again(tmp_path)
    assert (summary.drawn, summary.rendered) == (0, 0)
    assert files(tmp_path) == files(built.folder)


def test_the_order_of_the_reports_does_not_matter(built: Built, tmp_path: Path) -> None:
    backwards = dict(reversed(built.reports.items()))
    build_site(built.publication, built.dataset, backwards, samples.WORKBOOKS, tmp_path, store=built.store)
    assert files(tmp_path) == files(built.folder)


def test_damaged_cache_entries_are_made_again(built: Built, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = built.again(tmp_path / "first", store=store)
    entries = [path for path in store.rglob("*") if path.is_file()]
    for path in entries:
        path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    summary = built.again(tmp_path / "second", store=store)
    assert (summary.drawn, summary.rendered) == (first.drawn, first.rendered)
    assert first.drawn > 0 and first.rendered == built.notebooks
    assert files(tmp_path / "second") == files(built.folder)


def test_only_a_changed_report_is_rendered_again(built: Built, tmp_path: Path) -> None:
    reports = samples.write_reports(tmp_path / "executed")
    changed = reports[samples.KEYS[0]]
    notebook = nbformat.read(changed, as_version=4)
    notebook.cells[0].source += "\n\n新的一段。"
    nbformat.write(notebook, changed)
    summary = build_site(
        built.publication, built.dataset, reports, samples.WORKBOOKS, tmp_path / "out", store=built.store
    )
    assert (summary.drawn, summary.rendered) == (0, 1)
    assert "新的一段。" in (tmp_path / "out/reports/2018/511923/finance.html").read_text("utf-8")


def test_no_machine_path_is_in_the_output(built: Built) -> None:
    for name, body in files(built.folder).items():
        assert str(built.publication.root).encode() not in body, name
