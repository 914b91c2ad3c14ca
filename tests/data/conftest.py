"""A tiny publication with one submission, written as real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_publication import Publication


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    made = Publication(tmp_path)
    made.share()
    return made
