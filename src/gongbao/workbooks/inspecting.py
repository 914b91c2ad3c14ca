"""督导检查与整改 as a workbook asks for it: inspections, visits, problems, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Fact, Number, Sentence, Verdict
from gongbao.rows import row_dicts
from gongbao.standards import Target
from gongbao.standards.rectification import DeadlineRule, read_cases
from gongbao.workbooks import inspect_words as words
from gongbao.workbooks import records
from gongbao.workbooks.bases import frame_place, from_rows, rows_place
from gongbao.workbooks.inspect_facts import case_facts, count, counted_in
from gongbao.workbooks.inspect_problems import Problems, day_words
from gongbao.workbooks.inspect_visits import Visits
from gongbao.workbooks.judging import judge_values
from gongbao.workbooks.names import Names
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import key_facts, of_topics, topic_sentences
from gongbao.workbooks.values import text

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

KINDS = ("开学督查", "专项督导", "综合督导", "经常性督导", "视导", "办园行为督导")
TUTORING, ACCOUNTABILITY = ("校外培训", "双减"), ("问责",)
PER_TERM, PER_MONTH = "visits_per_term_min", "visits_per_month_min"
# What an inspection counts: column -> unit.
COUNTS = {
    "teams": "个", "people": "人", "schools_n": "所", "kg_n": "所", "towns_n": "个",
    "questionnaires_issued": "份", "questionnaires_valid": "份", "interviews": "人",
}  # fmt: skip
_MONTH = re.compile(r"(\d{1,2})\s*月")


@dataclass(frozen=True)
class Inspect:
    """One region's inspections and problems in a year, as known on the day `problems.as_of`.

    `values` are the area's indicator values (`Report.values`); `per_term` and `per_month` the least
    numbers of regular visits that hold here, None where no rule is on record; `staff` is 问责处理 of
    the table 队伍; `places` says where the tables findings and rectifications stand.
    """

    year: int
    rows: Sequence[Mapping[Any, Any]]
    problems: Problems
    visits: Visits
    values: pd.DataFrame
    judged: tuple[Verdict, ...]
    per_term: Target | None
    per_month: Target | None
    staff: pd.DataFrame
    titles: Mapping[str, str]
    source_ids: Mapping[str, Sequence[str]]
    places: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.rows or self.problems or self.visits or len(self.values) or len(self.staff))

    @property
    def as_of(self) -> str:
        """The day for which everything is said, in words."""
        return day_words(self.problems.as_of)

    # --- inspections ---------------------------------------------------------------------------

    @once
    @from_rows("rows")
    def inspections(self, *kinds: str) -> pd.DataFrame:
        """Inspections (of those kinds, or all) by date: when, type, topic, basis_doc, the counts of COUNTS
        with …_shown, found and resolved (findings of this inspection, empty where none is listed), note,
        quote, source."""
        chosen = [row for row in self.rows if not kinds or row["type"] in kinds]
        chosen.sort(
            key=lambda row: (text(row["start"]) or f"{self.year}-{_first_month(row):02d}", row["insp_id"])
        )
        found = [self._inspection(row) for row in chosen]
        counts = [name for column in COUNTS for name in (column, f"{column}_shown")]
        columns = [
            "when",
            "type",
            "topic",
            "basis_doc",
            *counts,
            "qualifier",
            "found",
            "resolved",
            "note",
            "quote",
            "source",
        ]
        return pd.DataFrame(found, columns=columns)

    @cached_property
    def _found_by(self) -> dict[str, list[str]]:
        """Inspection -> the ids of what it found."""
        found: dict[str, list[str]] = {}
        for row in row_dicts(self.problems.findings):
            found.setdefault(row["insp_id"], []).append(str(row["finding_id"]))
        return found

    def _inspection(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        own = self._found_by.get(row["insp_id"], [])
        said: dict[str, Any] = {
            "when": _when(row, self.year), "type": row["type"], "topic": text(row["topic"]) or "—",
            "basis_doc": text(row["basis_doc"]),
            "qualifier": text(row["qualifier"]), "note": self.problems.names.clean(text(row["note"])),
            "quote": self.problems.names.clean(text(row["quote"])),
            "source": self.titles.get(text(row["source_id"]), ""),
            "found": len(own) or None,
            "resolved": sum(map(self.problems.resolved, own)) if own else None,
        }  # fmt: skip
        for column in COUNTS:
            number = Number(row[column], qualifier=text(row["qualifier"]))
            said |= {column: row[column], f"{column}_shown": number.digits}
        return said

    @from_rows("rows")
    def calendar(self) -> pd.DataFrame:
        """Inspections by month and kind: month, type, n. One over several months is in each of them; one
        whose month is not known is in none."""
        counts: dict[tuple[int, str], int] = {}
        for row in self.rows:
            for month in _months(row, self.year):
                counts[month, row["type"]] = counts.get((month, row["type"]), 0) + 1
        rows = [{"month": month, "type": kind, "n": n} for (month, kind), n in sorted(counts.items())]
        return pd.DataFrame(rows, columns=["month", "type", "n"])

    def kinds(self) -> dict[str, int]:
        """How many inspections of each kind, in the order of KINDS; kinds without any are left out."""
        found = [row["type"] for row in self.rows]
        return {kind: found.count(kind) for kind in KINDS if kind in found}

    def opening_topics(self) -> pd.DataFrame:
        """What the inspections at the start of term found: topic, 重大, 较重, 一般, all, resolved."""
        ids = {row["insp_id"] for row in self.rows if row["type"] == "开学督查"}
        frame = self.problems.findings
        return self._only(frame[frame["insp_id"].isin(ids)]).by_topic()

    def _only(self, findings: pd.DataFrame) -> Problems:
        p = self.problems
        return Problems(
            p.year, p.as_of, p.rule, findings, p.earlier, p.cases, p.last_cases, p.measures, p.notices,
            p.last_measures, p.names, p.place,
        )  # fmt: skip

    # --- values --------------------------------------------------------------------------------

    @once
    def tutoring(self) -> pd.DataFrame:
        """双减、校外培训治理 among the values."""
        return of_topics(self.values, *TUTORING)

    @once
    def accountability(self) -> pd.DataFrame:
        """问责处理 among the values."""
        return of_topics(self.values, *ACCOUNTABILITY)

    @once
    def others(self) -> pd.DataFrame:
        """The values that no section of its own shows."""
        shown = {*self.tutoring()["indicator_id"], *self.accountability()["indicator_id"]}
        return self.values[~self.values["indicator_id"].isin(shown)]

    def notes(self) -> list[str]:
        """Where a reported total and the lists disagree: both are shown, neither is mended."""
        lists = (
            ("inspections_held", "开展督导检查", len(self.rows), "督导检查表"),
            ("findings_total", "发现问题", len(self.problems.findings), "问题表"),
        )
        known = {r["indicator_id"]: r for r in row_dicts(self.values) if r["value"] == r["value"]}
        return [
            f"{said}填报为{known[name]['value_text']}，{table}列出{listed}项；两处都照列"
            for name, said, listed, table in lists
            if listed and name in known and known[name]["value"] != listed
        ]

    # --- what the bulletin takes ------------------------------------------------------------------

    def overdue(self) -> pd.DataFrame:
        """Problems.overdue: unit, object, text, issued, deadline, days_over, reminders, notice_no."""
        return self.problems.overdue()

    def open_problems(self) -> pd.DataFrame:
        """Problems.open_problems: object_type, object, topic, severity, text, unit, state, deadline."""
        return self.problems.open_problems()

    def carried_over(self) -> pd.DataFrame:
        """Problems.carried_over: text, object, unit, measure, deadline, closed, fate, days_over."""
        return self.problems.carried_over()

    def demands(self) -> pd.DataFrame:
        """Problems.demands: problem, object, unit, measure, deadline, basis, state."""
        return self.problems.demands()

    def problems_by_unit_type(self) -> pd.DataFrame:
        """Problems.problems_by_unit_type: object_type, object, topic, severity, text, state."""
        return self.problems.problems_by_unit_type()

    def verdicts(self) -> list[Verdict]:
        """Values of the area that have a threshold at this place; without one there is no verdict."""
        return list(self.judged)

    def inspection_words(self, *kinds: str) -> list[Sentence]:
        """One sentence for each inspection (of those kinds): when, what, how many people and places."""
        frame = self.inspections(*kinds)
        return [words.inspection(row) for row in row_dicts(frame)]

    def calendar_words(self) -> Sentence:
        """In which months most inspections fell, and how many have no month."""
        placed = sum(bool(list(_months(row, self.year))) for row in self.rows)
        return words.calendar(self.calendar(), len(self.rows), len(self.rows) - placed)

    def sources(self, *tables: str) -> str:
        """The documents that rows of 问题 (findings) and 整改 (rectifications) name, as a table's source line."""
        chosen = tables or ("findings", "rectifications")
        ids = [i for table in chosen for i in self.source_ids[table]]
        return "；".join(dict.fromkeys(self.titles[i] for i in ids if i in self.titles))

    def facts(self) -> list[Fact]:
        """At most eight: inspections, findings, cases closed, in time, overdue, days, carried over, then values."""
        found = []
        if self.rows:
            kinds = "，".join(f"{kind}{n}" for kind, n in list(self.kinds().items())[:3])
            told = count("督导检查", len(self.rows), "次", kinds)
            found.append(counted_in(self, "inspections", told, formula="督导检查表里的条数"))
        findings = self.problems.findings
        if len(findings):
            grave = int((findings["severity"] == "重大").sum())
            told = count("发现问题", len(findings), "个", f"重大问题{grave}个" if grave else "")
            found.append(counted_in(self, "findings", told, formula="问题清单里的条数"))
        found += case_facts(self)
        if len(self.values):
            own = {"inspections_held", "findings_total", "findings_closed"} if self.rows else set()
            found += key_facts(self.values[~self.values["indicator_id"].isin(own)], max(0, 8 - len(found)))
        return (found + self._opening_facts())[:8]

    def _opening_facts(self) -> list[Fact]:
        """Places and people of the first inspection at the start of a term, for a year with little else."""
        opening = row_dicts(self.inspections("开学督查"))[:1]
        labels = (
            ("schools_n", "检查中小学"),
            ("kg_n", "检查幼儿园"),
            ("teams", "督导组"),
            ("people", "参加人数"),
        )
        return [
            Fact(f"开学督查{label}", str(number), row["when"], number.public, number.unit)
            for row in opening
            for column, label in labels
            if (number := Number(row[column], COUNTS[column], qualifier=row["qualifier"])).public is not None
        ]

    def summary(self) -> list[Sentence]:
        """What the bulletin says of the area: inspections, problems, rectification, last year's problems."""
        held = words.held(self.kinds())
        said = [held] if held else []
        said += words.of_problems(self.problems)
        own = {"inspections_held", "findings_total", "findings_closed"} if self.rows else set()
        return said + topic_sentences(self.values[~self.values["indicator_id"].isin(own)], self.year)


def make_inspect(report: Report, year: int, as_of: str | None = None) -> Inspect:
    """The inspections and problems of a report's region and year, as known on `as_of` (ISO).

    By default that is the last day of the year, so that a bulletin says the same whenever it is built.
    Raises ValueError for a day outside of the year or its next two, which is a slip of the pen.
    """
    day = date.fromisoformat(as_of) if as_of else date(year, 12, 31)
    if not year <= day.year <= year + 2:
        raise ValueError(f"as_of {day} is not a day for the bulletin of {year}")
    rule = deadline_rule(report)
    years = [y for y in report.years() if y <= year]
    schools = [
        row for y in (year, year - 1) if y in years for row in row_dicts(report.read("schools", year=y))
    ]
    names = Names.of(report.region, report.region_name, list(reversed(schools)))
    findings = report.read("findings", year=year)
    rows = report.read("rectifications", year=year)
    had_last = year - 1 in years
    before = report.read("findings", year=year - 1) if had_last else findings.iloc[:0]
    last_rows = report.read("rectifications", year=year - 1) if had_last else rows.iloc[:0]
    only_last = {str(i) for i in before["finding_id"]} - {str(i) for i in findings["finding_id"]}
    cases = read_cases(rows, rule, year, only_last)
    earlier = {
        (y, str(row["finding_id"])): row
        for y in sorted({case.year for case in cases} | {year - 1})
        if y in years and y < year
        for row in row_dicts(report.read("findings", year=y))
    }
    problems = Problems(
        year, day, rule, findings, earlier, cases, read_cases(last_rows, rule, year - 1),
        _texts(rows, "measure"), _texts(rows, "notice_no"), _texts(last_rows, "measure"), names, frame_place(rows),
    )  # fmt: skip
    inspections = row_dicts(report.read("inspections", year=year))
    own_schools = row_dicts(report.read("schools", year=year))
    visits = Visits(
        row_dicts(report.read("visits", year=year)),
        {str(row["insp_id"]): str(row["type"]) for row in inspections}, own_schools, names,
    )  # fmt: skip
    values = report.values(area="inspect", year=year)
    targets = report.targets(year)
    documents = {"findings": findings, "rectifications": rows}
    places = {name: frame_place(frame) for name, frame in documents.items()}
    return Inspect(
        year=year,
        rows=inspections,
        problems=problems,
        visits=visits,
        values=values,
        judged=tuple(judge_values(values, targets, "inspect")),
        per_term=targets.find(PER_TERM, "数值", "全部"),
        per_month=targets.find(PER_MONTH, "数值", "全部"),
        staff=report.staffing("问责处理", year=year),
        titles=report.titles(year),
        places=places | {"inspections": rows_place(inspections)},
        source_ids={name: [text(i) for i in frame["source_id"]] for name, frame in documents.items()}
        | {"inspections": [text(row["source_id"]) for row in inspections]},
    )


def deadline_rule(report: Report) -> DeadlineRule:
    """The publication's setting `deadlines`; noted, so that a report runs again when it changes."""
    setting = report.publication.settings.deadlines
    records.note("deadlines", "rectification", setting.model_dump_json())
    return DeadlineRule(setting.rectification_days, setting.working_days)


def _texts(rows: pd.DataFrame, column: str) -> dict[str, str]:
    return {str(row["rect_id"]): text(row[column]) for row in row_dicts(rows)}


def _when(row: Mapping[Any, Any], year: int) -> str:
    """“2月20日至22日”, with the year only where it isn't the bulletin's; the words of the source without a date."""
    start, end = text(row["start"]), text(row["end"])
    if not start:
        return text(row["when_text"]) or "—"
    first, last = date.fromisoformat(start), date.fromisoformat(end or start)
    if first.year != year or last.year != year:
        return day_words(first) if first == last else f"{day_words(first)}至{day_words(last)}"
    begun, ended = f"{first.month}月{first.day}日", f"{last.day}日"
    if first == last:
        return begun
    return f"{begun}至{ended}" if first.month == last.month else f"{begun}至{last.month}月{ended}"


def _months(row: Mapping[Any, Any], year: int) -> Iterable[int]:
    """The months of this year that an inspection lasted, from its dates or from the words of its source."""
    start, end = text(row["start"]), text(row["end"])
    if start:
        first = date.fromisoformat(start)
        last = date.fromisoformat(end) if end else first
        return [m for m in range(1, 13) if (first.year, first.month) <= (year, m) <= (last.year, last.month)]
    named = [int(month) for month in _MONTH.findall(text(row["when_text"])) if 1 <= int(month) <= 12]
    return range(named[0], named[-1] + 1) if named else ()


def _first_month(row: Mapping[Any, Any]) -> int:
    named = _MONTH.search(text(row["when_text"]))
    return int(named.group(1)) if named else 99
