"""Git repositories that the tests of a branch share."""

from __future__ import annotations

from pathlib import Path

import pytest

from git_repositories import isolate, make_remote, make_repository


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A publication's repository with one commit; no setting of this machine or its user counts."""
    isolate(tmp_path, monkeypatch)
    return make_repository(tmp_path / "publication")


@pytest.fixture
def remote(tmp_path: Path, repository: Path) -> Path:
    """A bare repository that `repository` calls origin."""
    return make_remote(tmp_path / "remote.git", repository)
