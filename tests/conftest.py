"""What several test folders share: one real build of the whole sample publication."""

from __future__ import annotations

from pathlib import Path

import pytest

from publications import copy_publication, run_gongbao


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample publication, built once from clean by the real command."""
    root = copy_publication(tmp_path_factory.mktemp("whole") / "publication")
    done = run_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return root
