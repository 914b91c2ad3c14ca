"""What the tasks of a build share, and how each of them writes its pages and files."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongbao.english import Pages, english_address, missing_words
from gongbao.present import Figure, Table
from gongbao.publication import Publication
from gongbao.site import addresses
from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import Group
from gongbao.site.layout import NavigationLink, Page, whole
from gongbao.site.plan import Files
from gongbao.site.reading import ReportSummary
from gongbao.site.store import Store
from gongbao.site.tabular import table_csv

Place = tuple[int, str]  # year, region


@dataclass(frozen=True)
class Site:
    """A site in the making. Every process of a build has it; nothing in it is of a single place.

    `catalogue` knows no report: a task makes one of its own with `catalogue.of`. `summaries` are the
    folders in which those of places are kept, the newest first. With `project` pages are written there as
    Quarto's sources, and not as HTML. `english` makes the twins of pages, None where there are to be none.
    """

    publication: Publication
    catalogue: Catalogue
    root: Group
    links: tuple[NavigationLink, ...]
    out: Path
    store: Store
    summaries: tuple[Path, ...]
    project: Path | None = None
    english: Pages | None = None

    def summary(self, place: Place) -> PlaceSummary:
        """What a task said of a place, in this build or in an earlier one whose pages are taken over."""
        name = f"{place[0]}/{place[1]}.summary"
        path = next(path for folder in self.summaries if (path := folder / name).exists())
        found: PlaceSummary = pickle.loads(path.read_bytes())
        return found

    def keep(self, place: Place, summary: PlaceSummary) -> None:
        path = self.summaries[0] / f"{place[0]}/{place[1]}.summary"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(summary, pickle.HIGHEST_PROTOCOL))


@dataclass(frozen=True, slots=True)
class PlaceSummary:
    """What the lists of a group say of a place: its reports, in brief, its downloads, and the terms that its
    pages are found by (`search_text.packed_terms`)."""

    reports: tuple[ReportSummary, ...]
    files: Files
    terms: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """What tasks have made. `files`: of a place and of a leaf its units with their contents (`gongbao.units`),
    else the files with the SHA-256 of each; names below the site. `drawn` charts and `rendered` bodies are
    those not taken from the store."""

    files: Mapping[str, str]
    pages: int = 0
    figures: int = 0
    drawn: int = 0
    rendered: int = 0
    warnings: tuple[str, ...] = ()
    more: Any = None


@dataclass
class Writer:
    """Writes what one task makes, and remembers what that was."""

    site: Site
    digests: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Phrases without English, and the page that has each first."""
    _folders: set[Path] = field(default_factory=set)

    def file(self, address: str, data: bytes) -> None:
        """A file of the site; `address` begins with “/”."""
        self._write(self.site.out / address[1:], data)
        self.digests[address[1:]] = hashlib.sha256(data).hexdigest()

    def page(self, page: Page) -> None:
        self.titles[page.address] = page.title
        for address, data in page.files:
            self.file(address, data)
        if self.site.project is None:
            english = self.site.english is not None
            html = whole(page, self.site.publication, self.site.links, english=english)
            self.file(page.address, html.encode())
            if self.site.english is not None:
                self._english(page.address, html)
        else:
            from gongbao.site.quarto import page_source

            source = self.site.project / page.address[1:].replace(".html", ".qmd")
            self._write(source, page_source(page).encode())

    def _english(self, address: str, html: str) -> None:
        assert self.site.english is not None
        release = self.site.publication.release
        if release is not None:  # the address to cite
            sealed = addresses.sealed(address, release).removeprefix("/-")
            html = html.replace(sealed, english_address(sealed))
        twin = self.site.english.page(address, html)
        self.file(twin.address, twin.html.encode())
        for phrase in twin.missing:
            self.missing.setdefault(phrase, address)

    @property
    def warnings(self) -> list[str]:
        """What the pages written lack."""
        return missing_words(self.missing)

    def displays(
        self, folder: str, figures: Sequence[Figure], tables: Sequence[Table], svgs: Mapping[str, str]
    ) -> None:
        """The files of figures and tables that their page links to."""
        for figure in figures:
            text = figure.spec_text()
            self.file(f"{folder}/{figure.id}.svg", svgs[text].encode())
            self.file(f"{folder}/{figure.id}.csv", table_csv(figure.table))
            self.file(f"{folder}/{figure.id}.json", text.encode())
        for table in tables:
            self.file(f"{folder}/{table.id}.csv", table_csv(table))

    def _write(self, path: Path, data: bytes) -> None:
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        path.write_bytes(data)
