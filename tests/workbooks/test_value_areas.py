"""What the areas that rest on indicator values say: real places as they reported, and years written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gongbao.present import Sentence
from gongbao.workbooks.report import Report
from gongbao.workbooks.topics import COLUMNS, ONE_TOPIC
from office import Year, open_report, publish

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int, str], Report]
REGION = "990101"


@pytest.fixture(scope="module")
def open_(sample_report: Open) -> Open:
    return sample_report


def texts(sentences: list[Sentence]) -> str:
    return "".join(sentence.text for sentence in sentences)


def value(id: str, number: object, stage: str = "全部", **more: object) -> dict[str, object]:
    return {"indicator_id": id, "stage": stage, "value": number, **more}


# --- 入学保障 ------------------------------------------------------------------------------------------


def test_pingchang_disabled_children_with_35_unexplained(open_: Open) -> None:
    access = open_("511923", 2019, "access").access()
    placement = access.placement()
    # 000-6: 594 = 437 + 122 + 35 that the report doesn't explain
    assert list(zip(placement["item"], placement["value"], placement["rest"], strict=True)) == [
        ("随班就读", 437.0, False), ("送教上门", 122.0, False), ("未说明", 35.0, True),
    ]  # fmt: skip
    assert "还有35人未说明" in texts(access.part_sentences(*access.SPECIAL))
    notes = texts(access.rate_notes())
    assert "96.75%" in notes and "574人为96.63%" in notes and "575人为96.80%" in notes


def test_a_place_with_hidden_numbers_keeps_them_hidden(open_: Open) -> None:
    access = open_("980001", 2015, "access").access()
    absent = access.counts(*access.DROPOUT).set_index(["indicator_id", "stage"])
    assert absent.loc[("pupils_absent", "小学"), "value"] == 543
    assert absent.loc[("pupils_absent", "初中"), "value"] == 8506
    hidden = absent[absent["missing"] == "隐去"]
    assert {"pupils_present", "dropout_rate"} <= {id for id, _ in hidden.index}
    assert hidden["value"].isna().all() and "隐去的数不是零" in texts(access.masked())
    assert access.rates().empty  # no rate is made of numbers of which one is hidden


def test_a_withheld_part_gives_no_remainder(tmp_path: Path) -> None:
    year: Year = {
        "indicator_values": [
            value("disabled_children", 60, "义务教育"),
            value("disabled_in_regular_classes", 50, "义务教育"),
            value("disabled_taught_at_home", 3, "义务教育"),
        ]
    }
    report = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, "access")
    access = report.access()
    assert not access.placement()["rest"].any()
    shown = texts(access.part_sentences()) + texts(access.summary())
    assert "7人" not in shown and "10人" not in shown and "3人" not in shown


@pytest.mark.parametrize(
    ("regular", "said"), [(57, "还有不足5人未说明"), (55, "还有5人未说明"), (61, "超出合计1人")]
)
def test_a_small_remainder_of_persons_is_not_printed(tmp_path: Path, regular: int, said: str) -> None:
    year: Year = {
        "indicator_values": [
            value("disabled_children", 60, "义务教育"), value("disabled_in_regular_classes", regular, "义务教育"),
        ],
        "explanations": [
            {"code": code, "sheet": "指标数据", "explanation": "示例"} for code in ("parts-sum", "part-above-whole")
        ],
    }  # fmt: skip
    access = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, "access").access()
    assert said in texts(access.part_sentences(*access.SPECIAL))
    assert 3 not in list(access.placement()["value"])


def test_aid_by_stage_is_drawn_where_stages_were_reported(tmp_path: Path) -> None:
    year: Year = {
        "indicator_values": [
            value("aid_amount", 120, "小学"), value("aid_amount", 300.5, "初中"), value("aid_amount", 420.5),
            value("aid_person_times", 1.2),
        ]
    }  # fmt: skip
    access = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, "access").access()
    rows = access.aid_by_stage()
    assert list(zip(rows["stage"], rows["value"], strict=True)) == [("小学", 120.0), ("初中", 300.5)]
    assert access.most(rows).text == "学生资助金额最多的是初中，300.5万元。"


def test_rates_of_several_years_come_with_their_threshold(tmp_path: Path) -> None:
    years = {
        y: {
            "indicator_values": [
                value("junior_retention_rate", v, "初中"), value("migrant_enrolment_rate", 100, "义务教育"),
            ]
        }
        for y, v in ((2021, 94.5), (2022, 95.0))
    }  # fmt: skip
    report = open_report(publish(tmp_path, REGION, years), REGION, 2022, "access")
    access = report.access()
    (verdict,) = access.verdicts()
    assert (verdict.key, verdict.outcome) == ("access.junior_retention_rate.初中", "pass")
    history = access.rate_history(report).set_index(["item", "year"])
    assert history.loc[("初中三年巩固率", 2021), "limit"] == 95
    assert math.isnan(history.loc[("随迁子女入学率", 2022), "limit"])
    assert access.rate_finding_over(history.reset_index()).text == (
        "初中三年巩固率2021至2022年提高0.50个百分点；随迁子女入学率2021至2022年持平。"
    )


# --- 质量 -----------------------------------------------------------------------------------------------


def test_shouxian_monitoring_adds_up(open_: Open) -> None:
    year = next(y for r, y in open_("511923", 2019, "quality")._dataset.submissions() if r == "340422")
    quality = open_("340422", year, "quality").quality()
    known = dict(zip(quality.monitoring()["indicator_id"], quality.monitoring()["value"], strict=True))
    # 001-4: 22 sample schools = 8 + 14, 396 staff, 7 trainings
    assert (known["monitoring_schools"], known["monitoring_staff"], known["monitoring_trainings"]) == (
        22,
        396,
        7,
    )
    assert texts(quality.part_sentences(*quality.MONITORING)).endswith(
        "22所：初中8所、小学14所；各项之和与合计一致。"
    )


def test_examination_results_are_only_in_an_internal_report(open_: Open) -> None:
    public = open_("980001", 2015, "quality")
    assert public.quality().internal.empty and public.quality().internal_table().empty
    assert not set(public.quality().values["topic"]) & {"考试与升学"}
    office = Report(
        replace(public.publication, internal=True), public._dataset, public.region, public.year, "quality"
    ).quality()
    inside = office.internal_table().set_index("indicator_id")
    assert inside.loc["exam_tier1", "value"] == 384  # 000-5, internal
    assert not set(office.values["indicator_id"]) & set(inside.index)
    assert "384" not in texts(office.summary()) and not [f for f in office.facts() if f.value == 384]


def test_a_survey_hides_small_groups_and_decides_nothing_without_a_rule(tmp_path: Path) -> None:
    year: Year = {
        "surveys": [
            {"survey": "教育工作满意度", "group": group, "issued": n, "valid": n, "satisfied": s}
            for group, n, s in (("家长", 200, 180), ("教师", 40, 30), ("校长", 8, 8), ("人大代表", 4, 2))
        ]
    }
    quality = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, "quality").quality()
    groups = quality.survey.groups()
    assert list(groups["group"]) == ["家长", "教师", "其他对象（合并）"]
    assert list(groups["valid"]) == [200, 40, 12] and list(groups["satisfied"]) == [180, 30, 10]
    assert list(groups["share_shown"]) == ["90.00", "75.00", "83.33"]
    # 220 of 252
    assert texts(quality.summary()).endswith("收回有效问卷252份，满意（认可）的占87.30%。")
    assert quality.verdicts() == []
    assert quality.survey.line == (85.0, "参照：义务教育社会认可度标准85%")


# --- 安全与信访 -----------------------------------------------------------------------------------------


def test_petitions_step_by_step_with_answers_from_the_rates_numerator(tmp_path: Path) -> None:
    year: Year = {
        "indicator_values": [
            value("petitions_received", 80), value("petitions_handled", 76), value("petitions_satisfied", 57),
            value("petitions_answered_rate", 92.5, numerator=74, denominator=80),
            value("hazards_found", 120), value("hazards_resolved", 117),
        ]
    }  # fmt: skip
    report = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, "safety")
    safety = report.safety()
    steps = safety.petitions()
    assert list(steps["value"]) == [80, 76, 74, 57]
    assert [round(share, 2) for share in steps["share"]] == [100.0, 95.0, 92.5, 71.25]
    assert safety.open_hazards() == 3
    assert "年末还有3处未解决" in safety.hazard_finding().text
    assert safety.hazard_history(report)["item"].tolist() == ["解决隐患", "排查隐患"]
    assert safety.hazard_steps(safety.hazard_history(report)) == ["排查隐患", "解决隐患"]


def test_a_number_that_is_only_about_right_is_not_subtracted(open_: Open) -> None:
    safety = open_("511923", 2019, "safety").safety()
    assert math.isnan(safety.open_hazards())
    assert list(safety.hazards()["value_text"]) == ["1200余处"]


def test_jinjiang_buses_and_insurance(open_: Open) -> None:
    safety = open_("350582", 2015, "safety").safety()
    known = dict(zip(safety.values["indicator_id"], safety.values["value"], strict=True))
    assert [known[f"school_bus{end}"] for end in ("es", "_schools", "_lines")] == [35, 11, 32]
    assert (known["alarm_schools"], known["alarm_investment"], known["liability_insurance"]) == (
        647,
        283,
        196,
    )
    assert all("上半年" in fact.remark for fact in safety.facts())


# --- tables of few and of many ---------------------------------------------------------------------------


def test_few_values_share_a_table_and_many_of_a_topic_have_their_own(open_: Open) -> None:
    few = open_("980001", 2015, "quality").quality()
    ((caption, rows, columns),) = few.topic_tables(few.others())
    assert caption == "填报的数据" and len(rows) == len(few.others()) and columns == COLUMNS
    many = open_("511923", 2019, "quality").quality()
    tables = many.topic_tables(many.others())
    assert ("教育信息化", ONE_TOPIC) in [(caption, columns) for caption, _, columns in tables]
    assert sum(len(rows) for _, rows, _ in tables) == len(many.others())


@pytest.mark.parametrize("area", ["preschool", "access", "finance", "quality", "safety"])
def test_a_place_that_reported_nothing_says_nothing(tmp_path: Path, area: str) -> None:
    year: Year = {"campaigns": [{"campaign": "双高双普", "stage": "启动", "date": "2022"}]}
    report = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, area)
    made = getattr(report, area)()
    assert not made
    assert (made.verdicts(), made.facts(), made.summary()) == ([], [], [])
