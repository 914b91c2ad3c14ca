"""What several test folders share: one real build of the whole sample publication, one browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import ARGUMENTS, chromium
from gongbao.data import Dataset, read_dataset
from publications import ROOT, copy_publication, run_gongbao


@pytest.hookimpl(tryfirst=True)  # before the processes are told of the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need Quarto itself are deselected where it is missing: it can't be had everywhere.

    Several processes share the tests by file, so that what a file sets up is set up once, and those of
    the whole publication go to one of them.
    """
    for item in items:
        shared = "published" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("published" if shared else item.path.as_posix()))
    if shutil.which("quarto"):
        return
    unwanted = [item for item in items if "quarto" in item.keywords]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in unwanted]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real headless Chromium; `make test` sees to it that there is one."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def sample_dataset() -> Dataset:
    """The checked data of the sample publication, read once; nobody may change it."""
    return read_dataset(ROOT, ROOT / "data")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample publication, built once from clean by the real command."""
    root = copy_publication(tmp_path_factory.mktemp("whole") / "publication")
    done = run_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return root
