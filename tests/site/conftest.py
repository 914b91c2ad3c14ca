"""One built site for the tests that only look at it."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import samples

from gongbao.data.dataset import Dataset
from gongbao.publication import Publication
from gongbao.site import SiteSummary, build_site


@dataclass(frozen=True)
class Built:
    folder: Path
    publication: Publication
    dataset: Dataset
    reports: dict[samples.Key, Path]
    store: Path
    summary: SiteSummary

    def page(self, address: str) -> str:
        return (self.folder / address.removeprefix("/")).read_text("utf-8")

    def again(self, out: Path, *, store: Path | None = None, workers: int = 1) -> SiteSummary:
        return build_site(
            self.publication,
            self.dataset,
            self.reports,
            samples.WORKBOOKS,
            out,
            workers=workers,
            store=store or self.store,
        )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("publication")
    publication, dataset = samples.make_publication(root), samples.make_dataset()
    reports = samples.write_reports(root / "executed")
    summary = build_site(
        publication, dataset, reports, samples.WORKBOOKS, root / "out", workers=2, store=root / "store"
    )
    return Built(root / "out", publication, dataset, reports, root / "store", summary)


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
