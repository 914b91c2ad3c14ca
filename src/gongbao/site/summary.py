"""What the pages of a group say of the counties below it: counts, which add up.

A leaf of the tree of groups is summed up from the reports of its counties; a group above it is the sum of
its groups. So a build holds the reports of one leaf at a time, and counters for the rest. No counter
grows with the number of counties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import is_sample
from gongbao.site.groups import Group
from gongbao.site.observed import observe_place
from gongbao.site.reading import ReportSummary, leading
from gongbao.site.source_lists import submitted_sources
from gongbao.standards.outcome import Outcome

NONE = "none"  # the outcome of a county without any verdict

Said = TypeVar("Said")
VerdictKey = tuple[str, str]  # area, key of the verdict


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """Counts of the counties of a group.

    `counties`, `samples`: year -> counties with a report. `reports`: (year, area) -> reports.
    `outcomes`: (year, outcome) -> counties, each once, by `county_outcome`. `verdicts`: (year, area, key,
    outcome) -> counties. `labels`: the verdicts' names in the order of the reports; `leading`: those of
    them that stand for their area. `values`: (indicator, year) -> counties with a published or computed value.
    `sources`: documents that the counties' own submissions list, those of several counties as often.
    """

    counties: Counter[int] = field(default_factory=Counter)
    samples: Counter[int] = field(default_factory=Counter)
    reports: Counter[tuple[int, str]] = field(default_factory=Counter)
    outcomes: Counter[tuple[int, str]] = field(default_factory=Counter)
    verdicts: Counter[tuple[int, str, str, str]] = field(default_factory=Counter)
    labels: dict[VerdictKey, str] = field(default_factory=dict)
    leading: dict[VerdictKey, None] = field(default_factory=dict)
    values: Counter[tuple[str, int]] = field(default_factory=Counter)
    sources: int = 0

    def __add__(self, other: GroupSummary) -> GroupSummary:
        return GroupSummary(
            self.counties + other.counties,
            self.samples + other.samples,
            self.reports + other.reports,
            self.outcomes + other.outcomes,
            self.verdicts + other.verdicts,
            _united(self.labels, other.labels),
            _united(self.leading, other.leading),
            self.values + other.values,
            self.sources + other.sources,
        )

    def counted(self, year: int, area: str, key: str) -> dict[Outcome, int]:
        """How many counties have each outcome of a verdict."""
        return {o: self.verdicts[year, area, key, o.value] for o in Outcome}


def _united(first: dict[VerdictKey, Said], then: dict[VerdictKey, Said]) -> dict[VerdictKey, Said]:
    """Both, the first one's words and order before those of the other."""
    return {**first, **{key: said for key, said in then.items() if key not in first}}


def county_outcome(outcomes: Iterable[str]) -> str:
    """What a county is counted as: one verdict not met, else one undetermined, else all of them met;
    NONE without a verdict. Each county is counted once, so that counts add up to the counties."""
    found = set(outcomes)
    return next((o for o in (Outcome.FAIL, Outcome.UNDETERMINED, Outcome.PASS) if o in found), NONE)


def summarise(catalogue: Catalogue, leaf: Group) -> GroupSummary:
    """The counts of a leaf. `catalogue` has the reports of its counties, of all years."""
    found = GroupSummary(sources=len(submitted_sources(catalogue, leaf.regions)))
    for region in leaf.regions:
        for year in catalogue.years_of(region):
            reports = catalogue.reports(year, region)
            found.counties[year] += 1
            found.samples[year] += is_sample(region)
            found.reports.update((year, report.area) for report in reports)
            outcomes = [_count(catalogue, report, found) for report in reports]
            found.outcomes[year, county_outcome(o for own in outcomes for o in own)] += 1
            told = {v.indicator_id for v in catalogue.values_of(year, region) if not v.number.missing}
            told |= {
                key[0] for key, o in observe_place(catalogue, year, region).items() if o.value is not None
            }
            found.values.update((indicator, year) for indicator in told)
    return found


def _count(catalogue: Catalogue, report: ReportSummary, found: GroupSummary) -> list[str]:
    """Count a report's verdicts; returns the outcomes of those that stand for its area."""
    verdicts = catalogue.verdicts(report)
    first = leading(verdicts)
    for v in {v.key: v for v in verdicts}.values():
        found.labels.setdefault((report.area, v.key), v.label)
        found.verdicts[report.year, report.area, v.key, v.outcome] += 1
    for v in first:
        found.leading.setdefault((report.area, v.key))
    return [v.outcome for v in first]


def add_up(root: Group, leaves: Mapping[str, GroupSummary]) -> dict[str, GroupSummary]:
    """The summary of every group by its code, from those of the leaves."""
    found: dict[str, GroupSummary] = {}

    def summed(group: Group) -> GroupSummary:
        below = [summed(each) for each in group.groups]
        found[group.code] = sum(below, GroupSummary()) if below else leaves[group.code]
        return found[group.code]

    summed(root)
    return found
