"""What a site is made from: the same for all that make it, with either engine and in either order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gongbao.data.dataset import Dataset
from gongbao.english import Pages, english_of
from gongbao.publication import Publication
from gongbao.site.boundaries import Boundaries, check_complete, read_boundaries
from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import GROUP, Group, group_places
from gongbao.site.observed import rows_of
from gongbao.site.plan import Plan, plan_of
from gongbao.site.reading import Info
from gongbao.site.tiles import short_name
from gongbao.standards.rectification import DeadlineRule
from gongbao.workbooks.planning import ReportKey


@dataclass(frozen=True)
class SiteInputs:
    """A publication, its dataset and its executed notebooks, and how a site is made of them.

    `workbooks` gives the title and description of each area. `store` keeps drawings and rendered bodies
    between builds; it may be deleted at any time. `whole`: all reports of the site, when `reports` are only
    some of them. `group`: the most counties that a page lists.
    """

    publication: Publication
    dataset: Dataset
    reports: Mapping[ReportKey, Path]
    workbooks: Mapping[str, Info]
    store: Path
    workers: int = 1
    whole: Plan | None = None
    group: int = GROUP

    @property
    def plan(self) -> Plan:
        return plan_of(self.reports) if self.whole is None else self.whole

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue without any report, from which tasks make their own. Raises PublicationError for a map
        that can't be used."""
        publication = self.publication
        setting = publication.settings.deadlines
        rule = DeadlineRule(setting.rectification_days, setting.working_days)
        catalogue = Catalogue(
            self.dataset, (), self.plan, self.workbooks, internal=publication.internal, deadline_rule=rule
        ).warmed()
        catalogue.boundaries = self._boundaries(catalogue)
        return catalogue

    def _boundaries(self, catalogue: Catalogue) -> Boundaries | None:
        """The office's own map, which has every county under the code that it has last."""
        found, setting = read_boundaries(self.publication), self.publication.settings.map
        if found is not None and setting is not None:
            codes = rows_of(catalogue, Group("", "", tuple(catalogue.regions())))
            rows = {code: catalogue.region(code, None) for code in codes}
            counties = {
                code: str(row["region_name"]) for code, row in rows.items() if row and row["level"] == "县"
            }
            check_complete(found, setting.file, counties)
        return found

    @property
    def english(self) -> Pages | None:
        """What puts pages into English, None where the publication is in Chinese alone. Raises CatalogueError."""
        return self.translator if self.publication.in_english else None

    @cached_property
    def translator(self) -> Pages:
        """What would put pages into English. Raises CatalogueError."""
        names = self.catalogue.proper_names()
        names |= {short_name(name) for name in names} | self.publication.proper_names
        return english_of(self.publication.pages, names)

    @cached_property
    def root(self) -> Group:
        return group_places(self.catalogue, self.group)

    def places(self) -> dict[tuple[int, str], tuple[tuple[ReportKey, Path], ...]]:
        """The reports by place: (year, region)."""
        found: dict[tuple[int, str], list[tuple[ReportKey, Path]]] = {}
        for key, path in sorted(self.reports.items(), key=lambda i: (i[0].year, i[0].region, i[0].area)):
            found.setdefault((key.year, key.region), []).append((key, path))
        return {place: tuple(own) for place, own in found.items()}
