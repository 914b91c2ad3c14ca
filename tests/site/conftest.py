"""One built site for the tests that only look at it."""

import pytest

import samples
from gongbao.site import build_site
from samples import Built


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("publication")
    publication, dataset = samples.make_publication(root), samples.make_dataset()
    reports = samples.write_reports(root / "executed")
    summary = build_site(
        publication, dataset, reports, samples.WORKBOOKS, root / "out", workers=2, store=root / "store"
    )
    return Built(root / "out", publication, dataset, reports, root / "store", summary)
