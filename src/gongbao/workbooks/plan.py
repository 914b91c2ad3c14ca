"""工作计划、项目工程与督导力量 as a workbook asks for it: tasks, projects, inspectors and zones, money."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Cell, Fact, Number, Sentence, Verdict, basis_of, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import Outcome, Target
from gongbao.standards.tasks import TaskState, TaskStatus, task_met, task_status
from gongbao.workbooks.bases import frame_place, from_rows, place_of, rows_place, with_place
from gongbao.workbooks.findings import told
from gongbao.workbooks.inspect_problems import day_words
from gongbao.workbooks.judging import SIGNS, judge_values
from gongbao.workbooks.names import Names
from gongbao.workbooks.once import once
from gongbao.workbooks.plan_projects import FINISHED, Projects
from gongbao.workbooks.topics import key_facts, of_topics, parts_of, topic_sentences
from gongbao.workbooks.values import text

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

INSPECTORS = ("专职督学", "兼职督学")
BUDGET = "supervision_budget"
PER_INSPECTOR, PER_ZONE = "schools_per_inspector_max", "schools_per_zone_max"
BANDS = ("考评", "绩效")
NO_SECTION = "未分类"
_CHIPS = {TaskState.DONE: Outcome.PASS, TaskState.LATE: Outcome.FAIL, TaskState.SILENT: Outcome.UNDETERMINED}
_FULL = 150.0  # a bar that is far beyond its target is drawn no longer than this

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Plan:
    """One region's plan of a year as known on `as_of`: tasks and what came of them, projects, inspectors.

    `progress` is the last report of each task by then; `force` the rows of 督导力量 (`Report.staffing`);
    `rules` the limits that hold for inspectors and zones.
    """

    year: int
    as_of: date
    rows: Sequence[Row]
    progress: Mapping[str, Row]
    reports: Sequence[Row]
    projects: Projects
    schools: Sequence[Row]
    force: pd.DataFrame
    values: pd.DataFrame
    part_of: Mapping[str, str]
    judged: tuple[Verdict, ...]
    rules: Mapping[str, Target]
    titles: Mapping[str, str]
    names: Names

    def __bool__(self) -> bool:
        return bool(self.rows or self.projects or len(self.force) or len(self.values))

    @property
    def day(self) -> str:
        """The day for which everything is said, in words."""
        return day_words(self.as_of)

    # --- tasks ---------------------------------------------------------------------------------

    def _status(self, row: Row) -> TaskStatus:
        last = self.progress.get(str(row["task_id"]))
        value = last["value"] if last else math.nan
        met = task_met(value, text(row["op"]), row["target"], text(row["qualifier"]))
        due = date.fromisoformat(text(row["due"])) if text(row["due"]) else None
        return task_status(text(last["status"]) if last else "", met, text(row["op"]), due, self.as_of)

    @once
    @from_rows("rows", "reports")
    def tasks(self) -> pd.DataFrame:
        """Tasks in the order of their document: no, title, section, owner, months, due, target (with its sign
        and qualifier), value, percent (of the target), state (a chip), remark, note, quote, source."""
        return pd.DataFrame([self._task(row) for row in self.rows], columns=_TASK)

    def _task(self, row: Row) -> dict[str, Any]:
        status, last = self._status(row), self.progress.get(str(row["task_id"]))
        value, target = last["value"] if last else math.nan, row["target"]
        unit, state = text(row["unit"]), status.state.value
        chip = _CHIPS.get(status.state)
        note = self.names.clean(
            "；".join(n for n in (text(row["note"]), text(last["note"]) if last else "") if n)
        )
        return {
            "no": text(row["no"]) or "—", "title": self.names.clean(row["title"]),
            "section": text(row["section"]) or NO_SECTION, "owner": self.names.clean(text(row["owner"])),
            "months": _month_words(row), "due": text(row["due"]), "due_shown": day_words(text(row["due"])),
            "target": target, "target_shown": _target_words(row),
            "value": value, "value_shown": str(Number(value, unit)),
            "percent": 100 * value / target if target and not math.isnan(target) else math.nan,
            "op": text(row["op"]), "met": status.met.value, "state": Cell(state, state, chip.value) if chip else state,
            "remark": status.remark, "note": "；".join(n for n in (status.remark, note) if n),
            "quote": self.names.clean(text(row["quote"])), "source": self.titles.get(text(row["source_id"]), ""),
        }  # fmt: skip

    def states(self) -> dict[TaskState, int]:
        """Tasks by state, every state named; together they are all tasks."""
        found = [self._status(row).state for row in self.rows]
        return {state: found.count(state) for state in TaskState}

    @from_rows("rows", "reports")
    def by_section(self) -> pd.DataFrame:
        """Sections in the order of the document: section, 完成, 推进, 滞后, 未启动, 未报进展, all."""
        counts: dict[str, dict[str, int]] = {}
        for row in self.rows:
            own = counts.setdefault(text(row["section"]) or NO_SECTION, dict.fromkeys((*TaskState, "all"), 0))
            own[self._status(row).state] += 1
            own["all"] += 1
        rows = [{"section": name} | {str(k): n for k, n in own.items()} for name, own in counts.items()]
        return pd.DataFrame(rows, columns=["section", *(s.value for s in TaskState), "all"])

    def bullets(self) -> pd.DataFrame:
        """Tasks whose number can be held against a target above zero: label, percent (at most 150), full (100),
        met (an outcome). A target to reach is met from 100 on, a limit to keep up to 100."""
        frame = self.tasks()
        rows = [
            {
                "label": f"{row['no']} {_short(row['title'])}　{row['value_shown']}／{row['target_shown']}",
                "percent": min(row["percent"], _FULL), "full": 100.0, "met": row["met"],
            }
            for row in row_dicts(frame)
            if not math.isnan(row["percent"])
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["label", "percent", "full", "met"])

    @from_rows("rows")
    def calendar(self) -> pd.DataFrame:
        """Tasks on hand by month and section: month, section, tasks."""
        counts: dict[tuple[int, str], int] = {}
        for row in self.rows:
            for month in _months(row):
                key = month, text(row["section"]) or NO_SECTION
                counts[key] = counts.get(key, 0) + 1
        rows = [{"month": month, "section": name, "tasks": n} for (month, name), n in sorted(counts.items())]
        return pd.DataFrame(rows, columns=["month", "section", "tasks"])

    def sections(self) -> list[str]:
        """The sections of the plan that name a month, in the order of the document."""
        named = [text(row["section"]) or NO_SECTION for row in self.rows if _months(row)]
        return list(dict.fromkeys(named))

    @from_rows("reports")
    def history(self) -> pd.DataFrame:
        """What the offices reported by day: as_of, 完成, 推进, 滞后, 未启动 (as ticked, not checked)."""
        words = ["完成", "推进", "滞后", "未启动"]
        days = sorted({str(row["as_of"]) for row in self.reports if row["as_of"] <= self.as_of.isoformat()})
        rows = []
        for day in days:
            said = [row["status"] for row in self.reports if row["as_of"] == day]
            rows.append({"as_of": day, "as_of_shown": day_words(day)} | {w: said.count(w) for w in words})
        return pd.DataFrame(rows, columns=["as_of", "as_of_shown", *words])

    # --- inspectors ------------------------------------------------------------------------------

    @once
    def strength(self) -> pd.DataFrame:
        """Inspectors, zones and the like as reported (`Report.staffing`, or else the values of 督导队伍):
        kind, value, value_text, note, quote, source."""
        rows = row_dicts(self.force)
        said = {row["kind"] for row in rows}
        for row in row_dicts(of_topics(self.values, "督导队伍", "责任区")):
            kind = str(row["short"]).removesuffix("人数")
            if kind not in said:
                rows.append(row | {"kind": kind})
        return pd.DataFrame(
            rows, columns=["kind", "value", "value_shown", "value_text", "unit", "note", "quote", "source"]
        )

    def inspectors(self) -> float | None:
        """专职 and 兼职督学 together; None unless both are known (one of them withheld: neither is told)."""
        known = {row["kind"]: row["value"] for row in row_dicts(self.strength())}
        numbers = [known.get(kind, math.nan) for kind in INSPECTORS]
        return None if any(math.isnan(n) for n in numbers) else float(sum(numbers))

    @once
    def coverage(self) -> pd.DataFrame:
        """Ratios that this year's list of schools gives: item, value, limit, basis. Empty where the list or
        the number of inspectors is missing: two counts of other origin are not divided by each other."""
        inspectors, schools = self.inspectors(), len(self.schools)
        rows = []
        if inspectors and schools:
            rows.append(self._ratio("每名督学负责的学校（园）", schools / inspectors, "所", PER_INSPECTOR))
            rows.append(self._ratio("每百所学校（园）的督学", 100 * inspectors / schools, "人", ""))
        zones = self.zones()
        if len(zones):
            rows.append(self._ratio("最大的责任区有学校（园）", float(zones["all"].max()), "所", PER_ZONE))
        return pd.DataFrame(rows, columns=["item", "value", "value_shown", "limit", "basis"])

    def _ratio(self, item: str, value: float, unit: str, rule: str) -> dict[str, Any]:
        target = self.rules.get(rule)
        limit = f"{SIGNS[target.op]}{plain(target.value)}{unit}" if target else "—"
        basis = self.titles.get(target.source_id or "", "") if target else ""
        shown = f"{plain(value, None if value.is_integer() else 1)}{unit}"
        return {"item": item, "value": value, "value_shown": shown, "limit": limit, "basis": basis}

    @once
    @from_rows("schools")
    def zones(self) -> pd.DataFrame:
        """Inspector zones of this year's schools: zone, schools, kindergartens, all."""
        found: dict[str, list[int]] = {}
        for row in self.schools:
            if text(row["zone_id"]):
                counts = found.setdefault(str(row["zone_id"]), [0, 0])
                counts[row["stage"] == "幼儿园"] += 1
        rows = [
            {"zone": z, "schools": s, "kindergartens": k, "all": s + k} for z, (s, k) in sorted(found.items())
        ]
        return pd.DataFrame(rows, columns=["zone", "schools", "kindergartens", "all"])

    # --- values ----------------------------------------------------------------------------------

    def budget_words(self) -> Sentence | None:
        """督导经费; plainly where it is nil. None where it was not reported."""
        rows = row_dicts(self.values[self.values["indicator_id"] == BUDGET])
        if not rows:
            return None
        row = rows[0]
        if row["value"] == 0:
            return bind("督导经费没有列入财政预算（{value}）。", {"value": row["value_text"]})
        growth = "" if row["growth_shown"] == "—" else "，{growth}"
        bound = {"value": told(row, "value", self.year), "growth": told(row, "growth", self.year, "比上年{}")}
        return bind(f"列入财政预算的督导经费{{value}}{growth}。", bound)

    def bands(self) -> pd.DataFrame:
        """绩效考评 among the values: how many in each band, never who."""
        return of_topics(self.values, *BANDS)

    @once
    def parts(self) -> pd.DataFrame:
        """Totals and their parts among the values (topics.parts_of)."""
        return parts_of(self.values, self.part_of)

    @once
    def others(self) -> pd.DataFrame:
        """The values that no section of its own shows."""
        shown = {*of_topics(self.values, "督导队伍", "责任区", *BANDS)["indicator_id"]}
        return self.values[~self.values["indicator_id"].isin(shown)]

    # --- what the bulletin takes --------------------------------------------------------------------

    def verdicts(self) -> list[Verdict]:
        """Values of the area that have a threshold at this place; tasks are targets of the office's own."""
        return list(self.judged)

    def facts(self) -> list[Fact]:
        """At most eight: tasks done, late, projects, investment, inspectors, zones, then values."""
        found, states = [], self.states()
        if self.rows:
            said = f"完成{states[TaskState.DONE]}项" if self.progress else "没有报送进展"
            listed = "，".join(f"{state.value}{n}项" for state, n in states.items() if n)
            told = Fact("年度任务", f"{len(self.rows)}项", said, float(len(self.rows)), "项")
            found.append(self._counted(told, "列出的任务", listed if self.progress else ""))
            if self.progress:
                late = states[TaskState.LATE]
                told = Fact("滞后的任务", f"{late}项", f"截至{self.day}", float(late), "项")
                formula = "过了期限没有完成的任务；完成值没有达到目标的不算完成"
                found.append(self._counted(told, formula, listed))
        if self.projects:
            n = len(self.projects.rows)
            finished = sum(row["stage"] in FINISHED for row in self.projects.rows)
            said = f"完工和投用{finished}个" if finished else ""
            basis = basis_of(
                ("plan", "projects"),
                "列出的工程项目",
                f"{n}个",
                formula="项目清单里的条数",
                data=rows_place(self.projects.rows),
            )
            found.append(Fact("列出的工程项目", f"{n}个", said, float(n), "个", basis=basis))
        for row in row_dicts(self.strength())[:3]:
            value = None if math.isnan(row["value"]) else row["value"]
            basis = basis_of(
                ("plan", "force", row["kind"]), row["kind"], row["value_text"], formula="填报的数，原样引用",
                data=place_of(self.force),
            )  # fmt: skip
            found.append(Fact(row["kind"], row["value_text"], "", value, row["unit"], basis=basis))
        return (found + key_facts(self._rest(), max(0, 8 - len(found))))[:8]

    def _counted(self, fact: Fact, formula: str, counted: str) -> Fact:
        """A number of tasks with what it was counted from."""
        title = f"{fact.label}（截至{self.day}）"
        rows = rows_place(self.rows)
        basis = basis_of(("plan", fact.label), title, fact.shown, formula=formula, counted=counted, data=rows)
        return replace(fact, basis=basis)

    def _rest(self) -> pd.DataFrame:
        """Values that the tables of tasks and projects don't tell better."""
        told = {"tasks_planned", "tasks_done"} if self.rows else set()
        told |= {"projects"} if self.projects else set()
        others = self.others()
        return others[~others["indicator_id"].isin(told)]

    def summary(self) -> list[Sentence]:
        """What the bulletin says of the area: tasks, projects, inspectors, money, then other topics."""
        first = self.task_words(), self.target_words(), self.projects.words()
        said = [s for s in (*first, self.force_words(), self.budget_words()) if s]
        rest = self._rest()
        return said + topic_sentences(rest[rest["indicator_id"] != BUDGET], self.year)

    def task_words(self) -> Sentence | None:
        """How many tasks, and how many done, under way, late; None without tasks."""
        if not self.rows:
            return None
        n = Number(float(len(self.rows)), "项", 0)
        if not self.progress:
            return bind("{year}年计划列出任务{n}，没有报送进展。", {"year": self.year, "n": n})
        counts = "、".join(f"{state.value}{k}项" for state, k in self.states().items() if k)
        return bind("{year}年计划列出任务{n}，截至{day}：{counts}。", {
            "year": self.year, "n": n, "day": self.day, "counts": counts,
        })  # fmt: skip

    def target_words(self) -> Sentence | None:
        """The targets of a plan of which no progress is known, at most eight; else None (the table has them)."""
        rows = [row for row in row_dicts(self.tasks()) if not math.isnan(row["target"])]
        if self.progress or not rows:
            return None
        words = "；".join(f"{_short(row['title'], 24)}{row['target_shown']}" for row in rows[:8])
        more = f"等{len(rows)}项" if len(rows) > 8 else ""
        return bind("有数量目标的任务：{words}{more}。", {"words": words, "more": more})

    def force_words(self) -> Sentence | None:
        """Inspectors and zones in one sentence; None when nothing is known."""
        rows = [row for row in row_dicts(self.strength()) if not math.isnan(row["value"])]
        if not rows:
            return None
        words = "、".join(f"{row['kind']}{row['value_text']}" for row in rows[:6])
        return bind("督导力量：{words}。", {"words": words})

    def notes(self) -> list[str]:
        """Where a task's ticked state and its number disagree, and where totals and lists do."""
        frame = self.tasks()
        found = [
            f"任务{row['no']}“{row['title']}”：{row['remark']}" for row in row_dicts(frame) if row["remark"]
        ]
        known = {r["indicator_id"]: r for r in row_dicts(self.values) if not math.isnan(r["value"])}
        for name, word, listed in (
            ("tasks_planned", "任务", len(self.rows)),
            ("projects", "项目", len(self.projects.rows)),
        ):
            if listed and name in known and known[name]["value"] != listed:
                found.append(
                    f"{known[name]['name']}填报为{known[name]['value_text']}，{word}表列出{listed}项；两处都照列"
                )
        return found


_TASK = [
    "no", "title", "section", "owner", "months", "due", "due_shown", "target", "target_shown", "value", "value_shown",
    "percent", "op", "met", "state", "remark", "note", "quote", "source",
]  # fmt: skip


def make_plan(report: Report, year: int, as_of: str | None = None) -> Plan:
    """The plan of a report's region and year, as known on `as_of` (ISO; by default the last day of the year).

    Raises ValueError for a day outside of the year or its next two.
    """
    day = date.fromisoformat(as_of) if as_of else date(year, 12, 31)
    if not year <= day.year <= year + 2:
        raise ValueError(f"as_of {day} is not a day for the plan of {year}")
    schools = row_dicts(report.read("schools", year=year))
    names = Names.of(report.region, report.region_name, schools)
    reports = row_dicts(report.read("task_progress", year=year))
    progress: dict[str, Row] = {}
    for row in sorted(reports, key=lambda r: str(r["as_of"])):
        if row["as_of"] <= day.isoformat():
            progress[str(row["task_id"])] = row
    values, targets, titles = report.values(area="plan", year=year), report.targets(year), report.titles(year)
    projects = Projects(
        day, row_dicts(report.read("projects", year=year)), row_dicts(report.read("project_reports", year=year)),
        names, titles,
    )  # fmt: skip
    found = {name: targets.find(name, "数值", "全部") for name in (PER_INSPECTOR, PER_ZONE)}
    part_of = {
        str(row["indicator_id"]): str(row["part_of"])
        for row in row_dicts(report.read("indicators"))
        if text(row["part_of"])
    }
    own = report.read("staffing", year=year)
    return Plan(
        year=year,
        as_of=day,
        rows=row_dicts(report.read("tasks", year=year)),
        progress=progress,
        reports=reports,
        projects=projects,
        schools=schools,
        force=with_place(
            report.staffing("督导力量", year=year), frame_place(own[own["category"] == "督导力量"])
        ),
        values=values,
        part_of=part_of,
        judged=tuple(judge_values(values, targets, "plan")),
        rules={name: target for name, target in found.items() if target},
        titles=titles,
        names=names,
    )


def _months(row: Row) -> range:
    """The months a task runs; one that names a single month runs in that month, none where it names none."""
    first, last = row["month_from"], row["month_to"]
    if math.isnan(first) and math.isnan(last):
        return range(0)
    first, last = (last if math.isnan(first) else first), (first if math.isnan(last) else last)
    return range(int(first), int(last) + 1)


def _month_words(row: Row) -> str:
    months = _months(row)
    if not months:
        return "—"
    first, last = months[0], months[-1]
    return f"{first}月" if first == last else "全年" if (first, last) == (1, 12) else f"{first}—{last}月"


def _target_words(row: Row) -> str:
    """“≥90所次”, “≤3%左右”, “82%以上” (the word says what the sign would); “—” without a target."""
    if math.isnan(row["target"]):
        return "—"
    number = Number(row["target"], text(row["unit"]), qualifier=text(row["qualifier"]))
    alone = number.qualifier in ("以上", "以下") or row["op"] == "="
    sign = "" if alone else SIGNS.get(text(row["op"]), "")
    return f"{sign}{number}"


def _short(title: str, most: int = 14) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}…"
