"""The invented counties' year of work: complete, and its tables, figures and years agree with each other.

Sums and states are worked out here from the rows themselves, not with the functions that pages use.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gongbao.data import Problem, examine
from gongbao.data.dataset import Dataset
from gongbao.data.work import WORK_TABLES
from gongbao.rows import row_dicts
from gongbao.standards.rectification import DeadlineRule, Timing, read_cases, timing_counts
from gongbao.standards.targets import find_target

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = tuple(f"99010{n}" for n in range(1, 7))
YEARS = (2021, 2022, 2023)
EVERY = [(region, year) for region in SAMPLE for year in YEARS]
Row = dict[Any, Any]


@pytest.fixture(scope="module")
def examined() -> tuple[Dataset, list[Problem]]:
    dataset, problems = examine(ROOT, ROOT / "data")
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    return dataset, problems


@pytest.fixture(scope="module")
def dataset(examined: tuple[Dataset, list[Problem]]) -> Dataset:
    return examined[0]


def rows(dataset: Dataset, table: str, region: str, year: int, **where: str) -> list[Row]:
    found = row_dicts(dataset.table(table, region, year))
    return [row for row in found if all(row[name] == value for name, value in where.items())]


def value(dataset: Dataset, region: str, year: int, indicator: str) -> Row:
    return rows(dataset, "indicator_values", region, year, indicator_id=indicator, statistic="数值")[0]


def given(cell: object) -> bool:
    return isinstance(cell, str)


# --- complete ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_every_table_of_work_is_filled(dataset: Dataset, region: str, year: int) -> None:
    empty = {t.name for t in WORK_TABLES if dataset.table(t.name, region, year).empty}
    assert empty <= {"explanations"}


def test_every_area_has_figures_of_every_year(dataset: Dataset) -> None:
    area = dataset.table("indicators").set_index("indicator_id")["area_id"]
    for region, year in EVERY:
        filed = dataset.table("indicator_values", region, year)["indicator_id"].map(area).value_counts()
        assert len(filed) == 12
        assert (filed >= 3).all(), (region, year)


def test_one_submission_is_a_folder_of_csv_files(dataset: Dataset) -> None:
    folder = ROOT / "data/2022/990105"
    assert {path.suffix for path in folder.iterdir()} == {".csv"}
    files = set(dataset.table("visits", "990105", 2022)["_file"])
    assert files == {"data/2022/990105/到校督导.csv"}


def test_most_warnings_are_answered_and_two_are_not(examined: tuple[Dataset, list[Problem]]) -> None:
    own = [p for p in examined[1] if "/99010" in p.place.file]
    open_ = sorted((p.place.file, p.code) for p in own if not p.answer)
    assert open_ == [("data/2022/990104.xlsx", "part-above-whole"), ("data/2023/990103.xlsx", "parts-sum")]
    assert len(own) > 2 * len(open_)


# --- inspections and visits ----------------------------------------------------------------------


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_visits_belong_to_their_inspections(dataset: Dataset, region: str, year: int) -> None:
    held = {row["insp_id"]: row for row in rows(dataset, "inspections", region, year)}
    assert Counter(row["type"] for row in held.values())["开学督查"] == 2
    schools: dict[str, set[str]] = {}
    for visit in rows(dataset, "visits", region, year):
        inspection = held[visit["insp_id"]]
        assert inspection["start"] <= visit["date"] <= inspection["end"]
        schools.setdefault(visit["insp_id"], set()).add(visit["school_id"])
    for code, visited in schools.items():
        told = sum(held[code][name] for name in ("schools_n", "kg_n") if held[code][name] > 0)
        assert len(visited) == told


@pytest.mark.parametrize("region", SAMPLE)
def test_five_things_are_checked_at_each_school(dataset: Dataset, region: str) -> None:
    checked = [v for v in rows(dataset, "visits", region, 2023) if given(v["check_item"])]
    items: dict[tuple[str, str], list[str]] = {}
    for visit in checked:
        items.setdefault((visit["insp_id"], visit["school_id"]), []).append(visit["check_item"])
    assert {code for code, _ in items} == {"2023-专项-3", "2023-专项-6"}
    assert all(found == ["作业", "睡眠", "手机", "读物", "体质"] for found in items.values())


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_problems_are_of_the_county_and_few_have_words_kept_inside(
    dataset: Dataset, region: str, year: int
) -> None:
    found = rows(dataset, "findings", region, year)
    assert 20 <= len(found) <= 40
    schools = set(dataset.table("schools", region, year)["school_id"])
    assert all(f["object_id"] in schools for f in found if f["object_type"] in ("学校", "幼儿园"))
    inside = [f for f in found if given(f["text_internal"])]
    assert len(inside) <= len(found) / 3
    assert not any("内部" in f["text_public"] for f in found)


# --- the life of a problem -----------------------------------------------------------------------


def due(row: Row) -> date:
    """The day that counts: extended, own, or 30 days after it was filed."""
    for name in ("extended_to", "deadline"):
        if given(row[name]):
            return date.fromisoformat(row[name])
    return date.fromisoformat(row["issued"]) + timedelta(days=30)


def still_open(row: Row) -> bool:
    failed = row["recheck_result"] == "不合格" and not row["recheck_date"] < row["closed"]
    return not given(row["closed"]) or failed


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_overdue_by_hand(dataset: Dataset, region: str, year: int) -> None:
    end = date(year, 12, 31)
    cases = rows(dataset, "rectifications", region, year)
    overdue = [row for row in cases if still_open(row) and due(row) < end]
    running = [row for row in cases if still_open(row) and due(row) >= end]
    late = [row for row in cases if not still_open(row) and date.fromisoformat(row["closed"]) > due(row)]
    counts = timing_counts(
        read_cases(dataset.table("rectifications", region, year), DeadlineRule(), year), end
    )
    assert counts == {
        Timing.OVERDUE: len(overdue),
        Timing.RUNNING: len(running),
        Timing.LATE: len(late),
        Timing.ON_TIME: len(cases) - len(overdue) - len(running) - len(late),
    }


def test_every_state_of_a_problem_occurs(dataset: Dataset) -> None:
    cases = [row for year in YEARS for row in rows(dataset, "rectifications", "990101", year)]
    assert {row["recheck_result"] for row in cases if given(row["recheck_result"])} == {"合格", "不合格"}
    assert any(not given(row["deadline"]) for row in cases)
    assert any(given(row["extended_to"]) for row in cases)
    assert any(row["reminders"] >= 2 for row in cases)
    assert any(not given(row["closed"]) for row in cases)
    assert any(given(row["closed"]) and date.fromisoformat(row["closed"]) > due(row) for row in cases)


@pytest.mark.parametrize("region", SAMPLE)
@pytest.mark.parametrize("year", YEARS[1:])
def test_what_was_open_is_carried_over(dataset: Dataset, region: str, year: int) -> None:
    before = {r["rect_id"]: r for r in rows(dataset, "rectifications", region, year - 1) if still_open(r)}
    now = {r["rect_id"]: r for r in rows(dataset, "rectifications", region, year) if r["finding_year"] < year}
    assert set(now) == set(before)
    for code, row in now.items():
        assert row["issued"] == before[code]["issued"] < f"{year}"
        assert row["finding_id"] == before[code]["finding_id"]
        assert not given(row["closed"]) or row["closed"] >= f"{year}" or row["recheck_result"] == "不合格"
        named = rows(dataset, "findings", region, int(row["finding_year"]), finding_id=row["finding_id"])
        assert len(named) == 1


def test_the_slack_county_mends_less_in_time(dataset: Dataset) -> None:
    def share(region: str) -> float:
        in_time = all_ = 0
        for year in YEARS:
            for row in rows(dataset, "rectifications", region, year):
                if still_open(row):
                    all_ += due(row) < date(year, 12, 31)
                else:
                    all_ += 1
                    in_time += date.fromisoformat(row["closed"]) <= due(row)
        return in_time / all_

    assert share("990103") < 0.55 < 0.75 < share("990102")


# --- figures agree with the tables ---------------------------------------------------------------


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_figures_are_what_the_tables_hold(dataset: Dataset, region: str, year: int) -> None:
    def count(table: str, **where: str) -> int:
        return len(rows(dataset, table, region, year, **where))

    own = [r for r in rows(dataset, "rectifications", region, year) if r["finding_year"] != r["finding_year"]]
    ends = rows(dataset, "task_progress", region, year, as_of=f"{year}-12-31")
    staff = {(r["category"], r["kind"]): r["value"] for r in rows(dataset, "staffing", region, year)}
    aid = sum(r["paid"] for r in rows(dataset, "funds", region, year, programme="学生资助"))
    schools = rows(dataset, "evaluations", region, year, framework_id="project_316", step="市复评")
    grades = Counter(r["grade"] for r in schools)
    expected = {
        "inspections_held": count("inspections"),
        "findings_total": count("findings"),
        "findings_closed": sum(given(r["closed"]) for r in own),
        "tasks_planned": count("tasks"),
        "tasks_done": sum(r["status"] == "完成" for r in ends),
        "projects": count("projects"),
        "inspectors_full_time": staff["督导力量", "专职督学"],
        "teachers_recruited_special_post": staff["教师招聘", "特岗教师"],
        "aid_amount": pytest.approx(aid, abs=0.006),
        "schools_assessed": sum(grades.values()),
        "schools_rated_excellent": grades["优秀"],
    }
    for name, wanted in expected.items():
        assert value(dataset, region, year, name)["value"] == wanted, name


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_the_rate_of_satisfaction_is_the_groups_together(dataset: Dataset, region: str, year: int) -> None:
    groups = rows(dataset, "surveys", region, year, survey="义务教育社会认可度")
    assert len(groups) == 7
    rate = value(dataset, region, year, "satisfaction_rate")
    assert rate["numerator"] == sum(g["satisfied"] for g in groups)
    assert rate["denominator"] == sum(g["valid"] for g in groups)
    assert rate["value"] == pytest.approx(100 * rate["numerator"] / rate["denominator"], abs=0.005001)
    assert (rate["value"] < 85) == (region == "990103")


def test_one_group_is_too_small_to_publish(dataset: Dataset) -> None:
    small = {
        (region, year, row["group"]): row["valid"]
        for region, year in EVERY
        for row in rows(dataset, "surveys", region, year)
        if row["valid"] < 10
    }
    assert small == {("990106", 2022, "校长"): 9, ("990106", 2023, "校长"): 8}


def test_small_numbers_of_disciplined_persons_stand_beside_their_total(dataset: Dataset) -> None:
    for region, year in EVERY:
        own = rows(dataset, "staffing", region, year, category="师德处理")
        counts = {r["kind"]: r["value"] for r in own if r["publish"] != 0}
        assert counts["合计"] == sum(n for kind, n in counts.items() if kind != "合计")
        assert any(0 < n < 5 for n in counts.values())
        assert [r["kind"] for r in own if r["publish"] == 0] == ["正在核实的线索"]
    # one small number alone: the total would give it away
    alone = {r["kind"]: r["value"] for r in rows(dataset, "staffing", "990101", 2023, category="师德处理")}
    assert [kind for kind, n in alone.items() if n < 5] == ["诫勉谈话"]


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_money_shrinks_from_budget_to_paid(dataset: Dataset, region: str, year: int) -> None:
    funds = rows(dataset, "funds", region, year)
    added = [f for f in funds if f["received"] > f["budget"]]
    assert len(added) == ((region, year) == ("990102", 2023))
    assert all(f["paid"] <= f["received"] for f in funds)
    share = sum(f["paid"] for f in funds) / sum(f["received"] for f in funds)
    assert share < 0.65 if region == "990103" else share > 0.88


# --- what the counties are for -------------------------------------------------------------------


def test_kindergarten_rates_fail_by_a_fraction_and_by_the_provinces_own_target(dataset: Dataset) -> None:
    def rate(region: str, year: int, name: str = "preschool_3y_gross_enrolment") -> float:
        row = value(dataset, region, year, name)
        assert row["value"] == pytest.approx(100 * row["numerator"] / row["denominator"], abs=0.005001)
        return float(row["value"])

    targets = dataset.table("targets")
    wanted = {
        year: find_target(
            targets, "preschool_3y_gross_enrolment", "数值", "幼儿园", "990105", year, ("990100", "990000")
        )
        for year in YEARS
    }
    assert [t.value for t in wanted.values() if t] == [85, 85, 90]
    assert 84.95 <= rate("990104", 2022) < 85  # prints as 85.0
    assert 79.95 <= rate("990104", 2023, "inclusive_kindergarten_coverage") < 80
    assert 85 <= rate("990105", 2023) < 90
    assert all(rate("990103", year) < 85 for year in YEARS)
    assert all(rate("990102", year) >= 85 for year in YEARS)
    assert rate("990102", 2023) >= 90


def test_only_one_county_meets_all_that_is_asked_of_governments(dataset: Dataset) -> None:
    def unmet(region: str, framework: str) -> int:
        [own] = rows(dataset, "evaluations", region, 2023, framework_id=framework)
        scores = rows(dataset, "eval_scores", region, 2023, eval_id=own["eval_id"])
        assert len(scores) == {"quality_2017_support": 15, "quality_2017_quality": 9}[framework]
        return sum(s["status"] != "全部达到" for s in scores)

    assert [r for r in SAMPLE if unmet(r, "quality_2017_support") == 0] == ["990102"]
    assert unmet("990102", "quality_2017_quality") == 0 < unmet("990103", "quality_2017_quality")


def test_every_kindergarten_has_its_turn_in_three_years(dataset: Dataset) -> None:
    for region in SAMPLE:
        schools = rows(dataset, "schools", region, 2023, stage="幼儿园")
        seen = Counter(
            row["object_id"]
            for year in YEARS
            for row in rows(dataset, "evaluations", region, year, framework_id="kindergarten_2017")
            if row["step"] == "市复评"
        )
        assert seen == Counter({s["school_id"]: 1 for s in schools})


def test_a_kindergarten_that_fails_is_looked_at_again(dataset: Dataset) -> None:
    failed = again = 0
    for region in SAMPLE:
        for year in YEARS[:-1]:
            own = rows(dataset, "evaluations", region, year, framework_id="kindergarten_2017", step="市复评")
            codes = {row["object_id"] for row in own if row["grade"] == "不合格"}
            later = rows(
                dataset, "evaluations", region, year + 1, framework_id="kindergarten_2017", step="复查"
            )
            assert {row["object_id"] for row in later} == codes
            failed, again = failed + len(codes), again + sum(row["grade"] == "不合格" for row in later)
    assert failed >= 4
    assert again >= 1


def test_towns_add_up_to_their_grades(dataset: Dataset) -> None:
    for year in YEARS:
        towns = rows(dataset, "evaluations", "990101", year, framework_id="sample_town")
        assert len(towns) == 6
        for town in towns:
            scores = rows(dataset, "eval_scores", "990101", year, eval_id=town["eval_id"])
            assert sum(s["score"] for s in scores) == town["total"]
            assert town["grade"] == ("优秀" if town["total"] >= 90 else "良好")


# --- over the years ------------------------------------------------------------------------------


def test_projects_go_forward_and_reports_rise(dataset: Dataset) -> None:
    order = ("前期", "招标", "在建", "完工", "投用")
    for region in SAMPLE:
        reached: dict[str, int] = {}
        for year in YEARS:
            listed = {row["project_id"]: row for row in rows(dataset, "projects", region, year)}
            assert 3 <= len(listed) <= 9
            for code, row in listed.items():
                stage = order.index(row["stage"])
                assert stage >= reached.get(code, 0)
                assert (stage >= 3) == given(row["done"])
                reached[code] = stage
            percent: dict[str, float] = {}
            for report in rows(dataset, "project_reports", region, year):
                assert report["percent"] >= percent.get(report["project_id"], 0)
                percent[report["project_id"]] = report["percent"]


def test_campaigns_climb(dataset: Dataset) -> None:
    ladder = ("计划", "启动", "申报", "初验", "省验", "认定")
    for region in SAMPLE:
        last: set[tuple[Any, ...]] = set()
        for year in YEARS:
            steps = rows(dataset, "campaigns", region, year)
            told = {(s["campaign"], str(s["object_name"]), s["stage"], s["date"]) for s in steps}
            assert last <= told  # what has been reached stays
            last = told
            by_campaign: dict[tuple[str, str], list[Row]] = {}
            for step in steps:
                by_campaign.setdefault((step["campaign"], str(step["object_name"])), []).append(step)
            for own in by_campaign.values():
                assert [s["date"] for s in own] == sorted(s["date"] for s in own)
                assert [ladder.index(s["stage"]) for s in own] == sorted(
                    ladder.index(s["stage"]) for s in own
                )


@pytest.mark.parametrize(("region", "year"), EVERY)
def test_a_task_is_done_when_its_number_is_reached(dataset: Dataset, region: str, year: int) -> None:
    tasks = {row["task_id"]: row for row in rows(dataset, "tasks", region, year)}
    assert 12 <= len(tasks) <= 20
    for report in rows(dataset, "task_progress", region, year, as_of=f"{year}-12-31"):
        task = tasks[report["task_id"]]
        if not given(task["op"]):
            continue
        met = report["value"] >= task["target"] if task["op"] == ">=" else report["value"] <= task["target"]
        assert report["status"] == ("完成" if met else "滞后"), task["title"]
        if given(task["indicator_id"]):
            assert report["value"] == value(dataset, region, year, task["indicator_id"])["value"]
