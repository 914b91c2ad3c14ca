"""学前教育: rates against the targets of place and year, the county's framework, kindergartens and their rounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from gongbao.standards import Outcome
from gongbao.workbooks.kindergartens import UNNAMED
from gongbao.workbooks.preschool import Preschool
from gongbao.workbooks.report import Report
from office import Year, open_report, publish

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int], Preschool]
REGION = "990101"


@pytest.fixture(scope="module")
def open_(sample_report: Callable[[str, int, str], Report]) -> Open:
    return lambda region, year: sample_report(region, year, "preschool").preschool()


def garden(id: str, shown: str = "是") -> dict[str, object]:
    return {"school_id": id, "school_name": f"示例{id}幼儿园", "stage": "幼儿园", "ownership": "公办",
            "publish_name": shown}  # fmt: skip


def judged(eval_id: str, id: str, grade: str, step: str = "市复评", date: str = "") -> dict[str, object]:
    return {"eval_id": eval_id, "framework_id": "kindergarten_2017", "object_type": "幼儿园", "object_id": id,
            "step": step, "grade": grade, "date": date}  # fmt: skip


def rate(id: str, number: float, **more: object) -> dict[str, object]:
    return {"indicator_id": id, "stage": "幼儿园", "value": number, **more}


GARDENS = [garden("K1"), garden("K2", "否"), garden("K3"), garden("K4")]
FIRST: Year = {
    "schools": GARDENS,
    "evaluations": [
        judged("E1", "K1", "不合格", date="2021-05-10"), judged("E2", "K2", "不合格", date="2021-05-11"),
        judged("E3", "K3", "合格", date="2021-05-12"), judged("E0", "K4", "合格", "自评", "2021-04-01"),
    ],
}  # fmt: skip
SECOND: Year = {
    "schools": GARDENS,
    "evaluations": [judged("E4", "K1", "合格", "复查", "2022-03-01")],
    "eval_scores": [
        {"eval_id": "E4", "item_id": "K1", "status": "全部达到"},
        {"eval_id": "E4", "item_id": "K2", "status": "基本达到"},
    ],
    "indicator_values": [
        rate("preschool_3y_gross_enrolment", 84.96, numerator=2124, denominator=2500),
        rate("inclusive_kindergarten_coverage", 80),
        rate("public_kindergarten_share", 49.5, qualifier="以上"),
    ],
    "surveys": [
        {"survey": "学前教育社会认可度", "group": "家长", "issued": 100, "valid": 100, "satisfied": 84},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Preschool:
    folder = publish(tmp_path_factory.mktemp("preschool") / "site", REGION, {2021: FIRST, 2022: SECOND})
    return open_report(folder, REGION, 2022, "preschool").preschool()


def test_rates_are_compared_before_rounding_and_the_gap_is_in_children(county: Preschool) -> None:
    rates = county.rates().set_index("indicator_id")
    enrolment = rates.loc["preschool_3y_gross_enrolment"]
    assert enrolment["value_shown"] == "85.0" and enrolment["outcome"] is Outcome.FAIL
    # 85 % of 2500 are 2125
    assert enrolment["gap"].endswith("在园幼儿数还差1。") and "0.04个百分点" in enrolment["gap"]
    assert rates.loc["inclusive_kindergarten_coverage", "outcome"] is Outcome.PASS
    assert rates.loc["public_kindergarten_share", "outcome"] is Outcome.UNDETERMINED  # “49.5以上” may be 50
    assert enrolment["basis"] and enrolment["words"].endswith("（标准≥85%）")


def test_a_share_of_a_survey_is_judged(county: Preschool) -> None:
    verdict = next(v for v in county.verdicts() if v.key == "preschool.survey")
    assert (verdict.outcome, verdict.shown, verdict.target) == ("fail", "84.00%", "≥85%")


def test_grades_and_coverage_count_each_kindergarten_once(county: Preschool) -> None:
    gardens = county.kindergartens
    assert gardens.number == 1
    assert dict(zip(gardens.grades()["grade"], gardens.grades()["count"], strict=True)) == {
        "合格": 1, "不合格": 0,
    }  # fmt: skip
    assert [(c.first, c.evaluated, c.kindergartens) for c in gardens.coverage()] == [
        (2020, 3, 4),
        (2018, 3, 4),
    ]
    said = "".join(s.text for s in gardens.coverage_sentences())
    assert "有3所接受过" in said and "占75.0%" in said and "从2021年开始" in said
    (verdict,) = gardens.verdicts()
    assert verdict.outcome == "undetermined"  # K4 may have been evaluated before the first submission


def test_failures_are_followed_and_only_cleared_names_are_shown(county: Preschool) -> None:
    rows = county.kindergartens.follow_up()
    assert list(zip(rows["kindergarten"], rows["state"], strict=True)) == [
        ("示例K1幼儿园", "复查通过"), (UNNAMED, "尚未复查"),
    ]  # fmt: skip
    assert "示例K2" not in rows.to_csv() and "object_id" not in rows
    (said,) = county.kindergartens.follow_up_sentences()
    assert said.text == "共2所次评为不合格：复查通过1所次，复查仍不合格0所次，尚未复查1所次。"


def test_areas_of_behaviour_are_counted_over_kindergartens(county: Preschool) -> None:
    rows = county.kindergartens.behaviour()
    assert rows.to_dict("records") == [
        {"name": "办园条件", "evaluated": 1, "met": 1, "basic": 0, "unmet": 0},
        {"name": "安全卫生", "evaluated": 1, "met": 0, "basic": 1, "unmet": 0},
    ]


def test_pingchang_2019_has_no_target_yet(open_: Open) -> None:
    preschool = open_("511923", 2019)
    rates = preschool.rates().set_index("indicator_id")
    assert rates.loc["preschool_3y_gross_enrolment", "value_text"] == "85.8%以上"
    assert rates["target"].isna().all() and preschool.verdicts() == []
    notes = "".join(s.text for s in preschool.rate_notes())
    assert "自2020年起适用" in notes and "2019年的数值只列出，不作结论" in notes


def test_a_stricter_province_is_named_beside_the_nation(tmp_path: Path) -> None:
    values: Year = {"indicator_values": [rate("preschool_3y_gross_enrolment", 88)]}
    folder = publish(tmp_path, REGION, {2022: values})
    (row,) = open_report(folder, REGION, 2022, "preschool").preschool().rates().to_dict("records")
    assert row["outcome"] is Outcome.PASS and math.isnan(row["national"])
    said = "".join(s.text for s in open_report(folder, REGION, 2022, "preschool").preschool().rate_notes())
    assert "河南省对学前三年毛入园率另定≥90%，高于全国的≥85%。" in said
    # the same county with the stricter value of its own province
    targets = folder / "data" / "targets.csv"
    text = targets.read_text("utf-8-sig").replace(",410000,幼儿园,2021,", ",990000,幼儿园,2021,")
    targets.write_text(text, "utf-8")
    (row,) = open_report(folder, REGION, 2022, "preschool").preschool().rates().to_dict("records")
    assert (row["outcome"], row["target"], row["national_shown"]) == (Outcome.FAIL, 90.0, "≥85%")


def test_the_countys_framework_lists_its_indicators_by_group(tmp_path: Path) -> None:
    year: Year = {
        "evaluations": [
            {"eval_id": "C1", "framework_id": "preschool_2020", "object_type": "县", "object_id": REGION,
             "step": "自评", "date": "2022-11-20"},
        ],
        "eval_scores": [
            {"eval_id": "C1", "item_id": "P1.1", "status": "全部达到"},
            {"eval_id": "C1", "item_id": "P2.5", "status": "基本达到", "planned_fix": "补足拨款"},
        ],
    }  # fmt: skip
    preschool = open_report(publish(tmp_path, REGION, {2022: year}), REGION, 2022, "preschool").preschool()
    items = preschool.items.set_index("name")
    assert len(items) == 17 and preschool.county == "自评（2022-11-20）"
    assert items.loc["财政投入到位", "group"] == "政府保障情况"
    assert items.loc["财政投入到位", "planned_fix"] == "补足拨款"
    assert preschool.item_finding().text == "17项指标中全部达到1项、基本达到1项、未报15项。"
