"""经费: funds, nutrition and what the area judges; 平昌 2019 as reported, the rest written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongbao.data import read_dataset
from gongbao.publication import open_publication
from gongbao.standards import Outcome
from gongbao.workbooks.money import Finance
from gongbao.workbooks.report import Report
from office import Year, open_report, publish

ROOT = Path(__file__).resolve().parents[2]
REGION = "990101"
YEAR: Year = {
    "funds": [
        {"programme": "营养改善计划", "level": "中央", "budget": 600, "received": 600, "paid": 540,
         "beneficiaries": 7000},
        {"programme": "营养改善计划", "level": "县", "budget": 200, "received": 150, "paid": 150},
        {"programme": "校舍维修", "level": "省", "budget": 300, "received": 300},
    ],
    "schools": [
        {"school_id": f"S{n}", "school_name": f"示例{n}小学", "stage": "小学", "ownership": "公办",
         "publish_name": "否"}
        for n in (1, 2)
    ],
    "inspections": [
        {"insp_id": "N1", "type": "专项督导", "topic": "营养改善", "start": "2022-11-13", "schools_n": 2},
        {"insp_id": "F1", "type": "专项督导", "topic": "经费", "start": "2022-04-11", "schools_n": 9},
    ],
    "visits": [
        {"insp_id": insp, "school_id": school, "date": "2022-11-13", "check_item": item, "result": result}
        for insp, school, item, result in (
            ("N1", "S1", "资金公示", "符合"), ("N1", "S2", "资金公示", "不符合"), ("N1", "S1", "食谱公示", "基本符合"),
            ("F1", "S1", "收费公示", "符合"),
        )
    ],
    "indicator_values": [
        {"indicator_id": "nutrition_county_funds", "stage": "义务教育", "value": 150},
        {"indicator_id": "supervision_budget", "stage": "全部", "value": 0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def finance(tmp_path_factory: pytest.TempPathFactory) -> Finance:
    folder = publish(tmp_path_factory.mktemp("finance") / "site", REGION, {2022: YEAR})
    return open_report(folder, REGION, 2022, "finance").finance()


def test_money_from_budget_to_paid(finance: Finance) -> None:
    whole = finance.programmes().set_index("programme").loc["营养改善计划"]
    assert (whole["budget"], whole["received"], whole["paid"], whole["unpaid"]) == (800, 750, 690, 60)
    assert (whole["arrival_rate"], whole["payment_rate"]) == (93.75, 92.0)
    assert finance.fund_finding().text == (
        "1个项目的资金没有全部到位：营养改善计划；到位资金的支出率最低的是营养改善计划（92.0%），还有60.00万元未支出。"
    )
    steps = finance.programme_bars()
    assert list(steps[steps["programme"] == "校舍维修"]["step"]) == ["预算", "到位"]  # 支出 was not reported


def test_nutrition_is_what_its_own_inspections_checked(finance: Finance) -> None:
    assert finance.nutrition_checks().to_dict("records") == [
        {"check_item": "资金公示", "schools": 2, "met": 1, "basic": 0, "unmet": 1},
        {"check_item": "食谱公示", "schools": 1, "met": 0, "basic": 1, "unmet": 0},
    ]
    (said,) = finance.nutrition_sentences()
    assert said.text == "当年开展营养改善专项督查1次，到校2所次。"


def test_no_money_for_supervision_is_said_to_be_none(finance: Finance) -> None:
    (said,) = finance.office_sentences()
    assert said.text == "列入财政预算的督导经费0万元，当年没有安排。"


def test_pingchang_2019_spending_and_public_funds() -> None:
    publication = open_publication(ROOT)
    dataset = read_dataset(publication.root, publication.data)
    finance = Report(publication, dataset, "511923", 2019, "finance").finance()
    shown = {v.key: (v.outcome, v.shown) for v in finance.verdicts()}
    assert shown["finance.budget"] == ("pass", "11.71亿元，比上年增长5.59%")
    assert shown["finance.per_pupil"][0] == "pass"
    row = finance.public_funds().iloc[0]
    assert (row["value"], row["target"], row["outcome"]) == (500, "≥500元", Outcome.PASS)
    assert list(finance.nutrition()["value"]) == [800]
    assert "教育经费总投入15.16亿元。" in [s.text for s in finance.summary()]
    assert finance.programmes().empty and finance.others().empty


def test_numbers_in_sentences_lead_to_where_they_come_from(sample_report) -> None:
    said = next(s for s in sample_report("990103", 2023, "finance").finance().summary() if "比上年" in s.text)
    assert 'href="#n-total_education_funds.' in said.html
    assert '<a class="gb-ask" href="#n-c-growth-2023-total_education_funds' in said.html
    [basis] = said.bases
    assert basis.shown in said.text and "2023年" in basis.counted and "2022年" in basis.counted
