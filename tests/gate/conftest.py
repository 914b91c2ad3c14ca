"""One built site for the tests that plant leaks in copies of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import samples
from gongbao.site import build_site
from planted import Site, make_dataset


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("gate")
    publication, dataset = samples.make_publication(root), make_dataset()
    reports = samples.write_reports(root / "executed")
    build_site(
        publication, dataset, reports, samples.WORKBOOKS, root / "out", workers=1, store=root / "store"
    )
    return Site(root / "out", dataset)


@pytest.fixture
def site(master: Site, tmp_path: Path) -> Site:
    return Site(Path(shutil.copytree(master.folder, tmp_path / "site")), master.dataset)
