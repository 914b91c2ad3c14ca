"""What several test folders share: one real build of the whole sample publication, one browser."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from browsing import ARGUMENTS, chromium, served
from gongbao.data import Dataset, read_dataset
from publications import ROOT, copy_publication, start_gongbao

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in the background by a shell: the programs that are tested would not hear Ctrl-C either.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class ByFile(LoadScopeScheduling):
    """Several processes share the tests by file, so that what a file sets up is set up once, and the files
    that use the whole publication go to one of them. (The mark `xdist_group` has no effect under pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "published" if _uses_published(file) else file


@cache
def _uses_published(file: str) -> bool:
    text = (ROOT / file).read_text("utf-8")
    return "published: Path" in text or 'usefixtures("published")' in text


# Files that take long begin first, the longest at once: at the end they would leave the other processes idle.
_LONG = (
    "test_incremental", "test_dask", "test_docs", "test_release", "test_build", "test_workflows", "test_rebuild",
    "test_shards", "test_diff_submissions", "test_packages", "test_internal_build", "test_release_cost",
    "test_diff_revisions", "test_release_sample", "test_workbook_failures", "test_why", "test_sample_data",
    "test_bench", "test_engine", "test_new", "test_workbook_retries", "test_country", "test_country_pages",
    "test_workbook_executors_agree",
)  # fmt: skip


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: it works while others wait for a browser, a cluster or a clock."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first. Tests that need Quarto itself are deselected where it is missing: it can't be had
    everywhere."""
    items.sort(key=lambda item: _LONG.index(item.path.stem) if item.path.stem in _LONG else len(_LONG))
    if shutil.which("quarto"):
        return
    unwanted = [item for item in items if "quarto" in item.keywords]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in unwanted]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    """A test marked `alone` measures the machine: it waits until the other processes have ended theirs, and they
    wait for it and for those marked so that follow it."""
    alone = "alone" in item.keywords
    if not _held:  # whoever wants to be alone closes the door, then waits for the room to empty
        _held.extend(os.open(ROOT / name, os.O_RDONLY) for name in ("Makefile", "pyproject.toml"))
        for lock in _held:
            fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(_held[0], fcntl.LOCK_UN)
    try:
        return (yield)
    finally:
        if not (alone and nextitem is not None and "alone" in nextitem.keywords):
            while _held:
                lock = _held.pop()
                fcntl.flock(lock, fcntl.LOCK_UN)  # a process that a test forked may have it too
                os.close(lock)


_held: list[int] = []  # the door and the room, while a test of this process runs


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
    done = start_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture(scope="session")
def site(published: Path) -> Path:
    """The whole sample's pages. Files that use it or `address` say `usefixtures("published")`, for `ByFile`."""
    return published / "_site"


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the whole sample's pages are served."""
    with served(site) as found:
        yield found
