"""What the tables of a year's work refer to: within the submission, its region, or an earlier year's bulletin.

Way in: `check_work_references`. References to what the whole publication shares (indicators, sources)
are `checking`'s.
"""

from __future__ import annotations

from collections.abc import Collection

from gongbao.data.cells import did_you_mean
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import TABLES
from gongbao.data.work_checks import before

Key = tuple[str, float]
# (table, column, table referred to): its row stands in the same submission
_SAME_SUBMISSION = (
    ("visits", "insp_id", "inspections"),
    ("visits", "school_id", "schools"),
    ("task_progress", "task_id", "tasks"),
    ("project_reports", "project_id", "projects"),
)
# … or in one of the same region: an inspection in December is answered in spring
_SAME_REGION = (
    ("findings", "insp_id", "inspections"),
    ("findings", "eval_id", "evaluations"),
)
# What `checking` needn't look up once more, without regard to place and year.
CHECKED_HERE = frozenset((table, column) for table, column, _ in (*_SAME_SUBMISSION, *_SAME_REGION))
_OF_SCHOOLS = ("学校", "幼儿园")


def check_work_references(dataset: Dataset, findings: Findings) -> None:
    """Report every reference of the tables of a year's work that leads nowhere."""
    for table, column, target in _SAME_SUBMISSION:
        _check_column(dataset, table, column, target, findings)
    for table, column, target in _SAME_REGION:
        _check_column(dataset, table, column, target, findings, any_year=True)
    _check_objects(dataset, findings)
    _check_items(dataset, findings)
    _check_rectified(dataset, findings)
    _check_visit_dates(dataset, findings)


def _by_submission(dataset: Dataset, table: str, column: str) -> dict[Key, set[str]]:
    known: dict[Key, set[str]] = {}
    frame = dataset.tables[table]
    for region, year, value in zip(
        *(frame[c].tolist() for c in ("region_code", "year", column)), strict=True
    ):
        if isinstance(value, str):
            known.setdefault((region, year), set()).add(value)
    return known


def _check_column(
    dataset: Dataset, table: str, column: str, target: str, findings: Findings, any_year: bool = False
) -> None:
    known = _by_submission(dataset, target, column)
    if any_year:
        by_region: dict[str, set[str]] = {}
        for (region, _), values in known.items():
            by_region.setdefault(region, set()).update(values)
        known = {key: by_region.get(key[0], set()) for key in _keys(dataset, table)}
    frame = dataset.tables[table]
    for index, (region, year, value) in enumerate(
        zip(*(frame[c].tolist() for c in ("region_code", "year", column)), strict=True)
    ):
        own = known.get((region, year), set())
        if isinstance(value, str) and value not in own:
            label = TABLES[target].label
            _unknown(
                dataset.place(frame.iloc[index], column),
                f"本县的“{label}”表" if any_year else f"本填报表的“{label}”表",
                TABLES[table].column(column).label,
                value,
                own,
                findings,
            )


def _keys(dataset: Dataset, table: str) -> set[Key]:
    frame = dataset.tables[table]
    return set(zip(frame["region_code"], frame["year"], strict=True))


def _unknown(
    place: Place, where: str, label: str, value: str, known: Collection[str], findings: Findings
) -> None:
    findings.error(
        "unknown-reference",
        place,
        f"{where}里没有{label}“{value}”。{did_you_mean(value, sorted(known), 0.8)}",
        f"请改正，或先在{where}里登记。",
    )


def _check_objects(dataset: Dataset, findings: Findings) -> None:
    """A finding's school is one of the submission's, its county a region."""
    frame = dataset.tables["findings"]
    regions = set(dataset.tables["regions"]["region_code"].dropna())
    schools = _by_submission(dataset, "schools", "school_id")
    columns = ("region_code", "year", "object_type", "object_id")
    for index, (region, year, kind, code) in enumerate(
        zip(*(frame[c].tolist() for c in columns), strict=True)
    ):
        if not isinstance(code, str):
            continue
        known = schools.get((region, year), set()) if kind in _OF_SCHOOLS else regions
        if kind in (*_OF_SCHOOLS, "县") and code not in known:
            where = "本填报表的“学校”表" if kind in _OF_SCHOOLS else "区划表"
            place = dataset.place(frame.iloc[index], "object_id")
            _unknown(place, where, "对象代码", code, known, findings)


def _check_items(dataset: Dataset, findings: Findings) -> None:
    """A finding's item is one of its evaluation's framework, or of any where no evaluation is named."""
    frame, items = dataset.tables["findings"], dataset.tables["framework_items"]
    if frame["item_id"].isna().all():
        return
    by_framework: dict[str, set[str]] = {}
    for framework, item in zip(items["framework_id"], items["item_id"], strict=True):
        by_framework.setdefault(framework, set()).add(item)
    everything = set().union(*by_framework.values())
    evaluations = dataset.tables["evaluations"]
    frameworks = {
        (region, evaluation): framework
        for region, evaluation, framework in zip(
            *(evaluations[c].tolist() for c in ("region_code", "eval_id", "framework_id")), strict=True
        )
    }
    columns = ("region_code", "eval_id", "item_id")
    for index, (region, evaluation, item) in enumerate(
        zip(*(frame[c].tolist() for c in columns), strict=True)
    ):
        if not isinstance(item, str):
            continue
        framework = frameworks.get((region, evaluation))
        known = by_framework.get(framework, set()) if isinstance(framework, str) else everything
        if item not in known:
            where = f"测评体系 {framework} " if isinstance(framework, str) else "测评体系表"
            _unknown(dataset.place(frame.iloc[index], "item_id"), where, "测评项代码", item, known, findings)


def _check_rectified(dataset: Dataset, findings: Findings) -> None:
    """A rectification's finding stands in the bulletin of the year that it names."""
    frame = dataset.tables["rectifications"]
    known = _by_submission(dataset, "findings", "finding_id")
    submitted = set(dataset.submissions())
    columns = ("region_code", "year", "finding_id", "finding_year")
    for index, (region, year, finding, found_in) in enumerate(
        zip(*(frame[c].tolist() for c in columns), strict=True)
    ):
        if not isinstance(finding, str):
            continue
        when = year if found_in != found_in else found_in
        own = known.get((region, when), set())
        if finding in own:
            continue

        def place(column: str, index: int = index) -> Place:
            return dataset.place(frame.iloc[index], column)

        if when > year:
            findings.error(
                "year-after",
                place("finding_year"),
                f"问题年度 {when:g} 晚于填报年度 {year:g}。",
                "请填问题所在公报的年度；本年度的问题留空。",
            )
        elif when != year and (region, int(when)) not in submitted:
            findings.warning(
                "earlier-year-missing",
                place("finding_year"),
                f"没有 {when:g} 年的填报表，找不到问题“{finding}”的内容。",
                "请把那一年的填报表放进 data 文件夹，或在说明里写明问题。",
            )
        else:
            years = [y for (r, y), ids in known.items() if r == region and finding in ids]
            hint = f" {years[0]:g} 年有这个编号，请核对问题年度。" if years else ""
            where = "本填报表的“问题”表" if when == year else f"{when:g} 年的“问题”表"
            findings.error(
                "unknown-reference",
                place("finding_id"),
                f"{where}里没有问题编号“{finding}”。{hint or did_you_mean(finding, sorted(own), 0.8)}",
                "请改正编号或问题年度。",
            )


def _check_visit_dates(dataset: Dataset, findings: Findings) -> None:
    """A visit falls into its inspection."""
    frame, inspections = dataset.tables["visits"], dataset.tables["inspections"]
    spans = {
        (region, year, code): (start, end)
        for region, year, code, start, end in zip(
            *(inspections[c].tolist() for c in ("region_code", "year", "insp_id", "start", "end")),
            strict=True,
        )
    }
    columns = ("region_code", "year", "insp_id", "date")
    for index, (region, year, code, day) in enumerate(
        zip(*(frame[c].tolist() for c in columns), strict=True)
    ):
        start, end = spans.get((region, year, code), (None, None))
        if _is_before(day, start) or _is_before(end, day):
            findings.warning(
                "visit-outside",
                dataset.place(frame.iloc[index], "date"),
                f"到校日期 {day} 不在检查 {code} 的起止日期（{_shown(start)} 至 {_shown(end)}）之内。",
                "请核对到校日期和检查的起止日期。",
            )


def _is_before(day: object, other: object) -> bool:
    return isinstance(day, str) and isinstance(other, str) and before(day, other)


def _shown(day: object) -> str:
    return day if isinstance(day, str) else "…"
