"""One year of a sample county: its tables of work, and the figures of 指标数据 that agree with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sample_evaluations import (
    QUALIFIED,
    Evaluated,
    county_findings,
    evaluate_county,
    evaluate_schools,
    evaluate_towns,
)
from sample_money import ADDED, PRESCHOOL_SURVEY, SURVEY, fund_rows, staffing_rows, survey_rows, training_rows
from sample_plan import campaign_rows, plan_goals, project_tables, task_tables
from sample_profiles import Row, Setting
from sample_values import CHANNELS, general_values, recruits, share, value_rows
from sample_work import Case, inspection_tables

from gongbao.data.dataset import Dataset

Values = dict[tuple[str, str], Row]
UNANSWERED = ("990103", 2023)
_PLACED = ("disabled_in_regular_classes", "disabled_taught_at_home", "disabled_in_special_schools")


def work_year(
    place: Setting,
    carried: Sequence[Case],
    finance: Sequence[Mapping[str, object]],
    duty: tuple[Sequence[Row], Sequence[Row]],
    dataset: Dataset,
) -> tuple[dict[str, list[Row]], list[Case]]:
    """The tables of work, evaluations and figures of one year, and the cases left open.

    `carried`: cases left open by the year before; `finance`: the year's money rows; `duty`: the
    evaluations of the government and their scores; `dataset`: the publication's definitions.
    """
    done = evaluate_schools(place)
    reviewed = [*done.found, *county_findings(place, *duty, dataset.table("framework_items"))]
    tables, left = inspection_tables(place, carried, reviewed)
    hired = recruits(place)
    tables["training"] = training_rows(place)
    tables["staffing"] = staffing_rows(place, hired)
    tables["surveys"] = survey_rows(place)
    tables["funds"] = fund_rows(place, _nutrition(finance))
    tables |= project_tables(place)
    tables["campaigns"] = campaign_rows(place)
    values = general_values(place) | _told(tables, done, hired)
    own = next(row for row in duty[0] if row["step"] == "自评")
    values["self_evaluation_score", "全部"] = _count(own["total"])
    goals = plan_goals(place, _known(place, tables, values, hired))
    tables |= task_tables(place, goals)
    ends = [row for row in tables["task_progress"] if row["as_of"].endswith("12-31")]
    values["tasks_planned", "全部"] = _count(len(tables["tasks"]))
    values["tasks_done", "全部"] = _count(sum(row["status"] == "完成" for row in ends))
    tables["indicator_values"] = [*finance, *value_rows(place, values, dataset.table("indicators"))]
    _evaluate(place, values, dataset, done)
    tables["evaluations"] = [*duty[0], *done.evaluations]
    tables["eval_scores"] = [*duty[1], *done.scores]
    tables["explanations"] = _answers(place, values)
    return tables, left


def _answers(place: Setting, values: Values) -> list[Row]:
    """What the office answers to the check's warnings; some stay unanswered."""
    placed = sum(values[name, "义务教育"]["value"] for name in _PLACED)
    rows: list[tuple[str, str, str, str]] = []
    if placed < values["disabled_children", "义务教育"]["value"] and (place.code, place.year) != UNANSWERED:
        why = "其余儿童因病延缓入学或正在办理入学，另册管理，按月回访。"
        rows.append(("parts-sum", "指标数据", "disabled_children", why))
    if ("dropout_rate", "初中") in values:
        rows.append(
            ("maybe-percent", "指标数据", "dropout_rate", "比率确实不到1%，由未到校人数和学生数计算。")
        )
    if (place.code, place.year) == ADDED[:2]:
        why = "省级资金年中追加，预算数按年初下达文件填报。"
        rows.append(("part-above-whole", "专项资金", ADDED[2], why))
    columns = ("code", "sheet", "row_key", "explanation")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _evaluate(place: Setting, values: Values, dataset: Dataset, done: Evaluated) -> None:
    items, bands = dataset.table("framework_items"), dataset.table("grade_bands")
    evaluate_county(place, values, items, done)
    regions = dataset.table("regions")
    towns = regions[(regions["level"] == "乡镇") & (regions["parent_code"] == place.code)]
    evaluate_towns(place, towns["region_code"].tolist(), items, bands, done)


def _nutrition(finance: Sequence[Mapping[str, object]]) -> float | None:
    row = next(r for r in finance if r["indicator_id"] == "nutrition_county_funds")
    value = row["value"]
    return float(value) if isinstance(value, int | float) else None


def _count(value: float) -> Row:
    return {"value": value}


def _ratio(part: int, base: int) -> Row:
    return {"value": share(part, base), "numerator": part, "denominator": base}


def _closed(tables: Mapping[str, Sequence[Row]]) -> int:
    """This year's problems that were mended by its end."""
    open_ = sum(r["finding_year"] is None and r.get("closed") is None for r in tables["rectifications"])
    return len(tables["findings"]) - open_


def satisfaction(tables: Mapping[str, Sequence[Row]], survey: str) -> Row:
    surveyed = [r for r in tables["surveys"] if r["survey"] == survey]
    valid, satisfied = (sum(r[name] for r in surveyed) for name in ("valid", "satisfied"))
    return {"value": share(satisfied, valid), "numerator": satisfied, "denominator": valid}


def _told(tables: Mapping[str, Sequence[Row]], done: Evaluated, hired: Mapping[str, int]) -> Values:
    """Figures that the tables of work hold already."""
    staff = {(r["category"], r["kind"]): r["value"] for r in tables["staffing"]}
    paid = sum(r["paid"] for r in tables["funds"] if r["programme"] == "学生资助")
    aided = sum(r.get("person_times") or 0 for r in tables["funds"] if r["programme"] == "学生资助")
    trained = sum(r["person_times"] for r in tables["training"])
    built = sum(r["invest_done"] for r in tables["projects"])
    national = sum(r["person_times"] for r in tables["training"] if r["programme"] == "国培")
    stages = [r["stage"] for r in tables["projects"]]
    finished = [r for r in tables["projects"] if r["stage"] in ("完工", "投用")]
    moved, backbone, eligible = (
        staff["教师交流", kind] for kind in ("交流轮岗教师", "其中骨干教师", "应交流教师")
    )
    passed = sum(r["framework_id"] == QUALIFIED and r["grade"] == "合格" for r in done.evaluations)
    failed = sum(r["framework_id"] == QUALIFIED and r["grade"] == "不合格" for r in done.evaluations)
    told = {
        ("satisfaction_rate", "义务教育"): satisfaction(tables, SURVEY),
        ("preschool_satisfaction_rate", "幼儿园"): satisfaction(tables, PRESCHOOL_SURVEY),
        ("teacher_rotation_rate", "义务教育"): _ratio(moved, eligible),
        ("backbone_rotation_share", "义务教育"): _ratio(backbone, moved),
        ("national_training_person_times", "全部"): _count(national),
        ("qualified_schools_passed", "义务教育"): _count(passed),
        ("qualified_schools_due", "义务教育"): _count(failed),
        ("project_investment_planned", "全部"): _count(
            round(sum(r["invest_plan"] for r in tables["projects"]), 1)
        ),
        ("building_projects", "全部"): _count(len(stages)),
        ("building_projects_done", "全部"): _count(len(finished)),
        ("building_projects_under_way", "全部"): _count(stages.count("在建")),
        ("building_projects_preparing", "全部"): _count(stages.count("前期") + stages.count("招标")),
        ("building_area_done", "全部"): _count(sum(r["area_m2"] for r in finished)),
        ("construction_investment_done", "全部"): _count(round(built, 1)),
        ("aid_amount", "全部"): _count(round(paid, 2)),
        ("aid_person_times", "全部"): _count(round(aided / 10000, 1)),
        ("teacher_training_person_times", "全部"): _count(round(trained / 10000, 2)),
        ("master_studios", "全部"): _count(staff["名师队伍", "名师工作室"]),
        ("inspectors_full_time", "全部"): _count(staff["督导力量", "专职督学"]),
        ("inspectors_part_time", "全部"): _count(staff["督导力量", "兼职督学"]),
        ("inspections_held", "全部"): _count(len(tables["inspections"])),
        ("findings_total", "全部"): _count(len(tables["findings"])),
        ("findings_closed", "全部"): _count(_closed(tables)),
        ("projects", "全部"): _count(len(tables["projects"])),
        ("project_investment_done", "全部"): _count(round(built / 10000, 2)),
        ("schools_assessed", "全部"): _count(sum(done.grades.values())),
    }  # fmt: skip
    grades = {"优秀": "excellent", "良好": "good", "合格": "qualified"}
    for grade, word in grades.items():
        told[f"schools_rated_{word}", "全部"] = _count(done.grades.get(grade, 0))
    for channel, key in CHANNELS.items():
        told[key] = _count(hired[channel])
    return told


def _known(
    place: Setting,
    tables: Mapping[str, Sequence[Row]],
    values: Values,
    hired: Mapping[str, int],
) -> dict[str, float]:
    """What the tasks of the year aim at, as it stood at the year's end."""
    held = tables["inspections"]
    regular = {r["insp_id"] for r in held if r["type"] == "经常性督导"}
    visits = sum(r["insp_id"] in regular for r in tables["visits"])
    months = 4 * sum((r["schools_n"] or 0) + (r["kg_n"] or 0) for r in held if r["insp_id"] in regular)
    terms = [r for r in held if r["type"] == "开学督查"]
    gone = sum((r["schools_n"] or 0) + (r["kg_n"] or 0) for r in terms)
    projects = tables["projects"]
    due = [r for r in projects if r["due"] <= f"{place.year}-12-31"]
    done = [r for r in due if r.get("done") is not None]
    inspectors = (
        values["inspectors_full_time", "全部"]["value"] + values["inspectors_part_time", "全部"]["value"]
    )
    assessed = values["schools_assessed", "全部"]["value"]
    return {name: row["value"] for (name, _), row in values.items()} | {
        "closed_rate": share(_closed(tables), len(tables["findings"]), 1),
        "visits": visits,
        "visits_goal": months,
        "term_schools": gone,
        "term_goal": round(gone * 0.95 / 5) * 5,
        "special": sum(r["type"] == "专项督导" for r in held),
        "assess_goal": max(1, assessed - (place.age != 1)),
        "gardens": sum(r["kg_n"] or 0 for r in held if r["type"] == "办园行为督导"),
        "full_goal": values["inspectors_full_time", "全部"]["value"] + (place.code in ("990103", "990104")),
        "inspectors_all": inspectors,
        "inspectors_trained": inspectors - (place.age == 0) * 3,
        "recruited": sum(hired.values()),
        "recruit_goal": round(sum(hired.values()) / 10) * 10,
        "projects_done": len(done),
        "projects_due": len(due),
    }
