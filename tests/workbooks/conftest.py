"""Reports of the sample publication, as a notebook has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gongbao.data import Dataset
from gongbao.publication import open_publication
from gongbao.workbooks.report import Report

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sample_report(sample_dataset: Dataset) -> Callable[[str, int, str], Report]:
    """A report of the sample publication by region, year and area."""
    publication = open_publication(ROOT)
    return lambda region, year, area: Report(publication, sample_dataset, region, year, area)
