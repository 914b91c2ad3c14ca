"""政府履职评价: self-evaluation beside re-check, losses and what is done about them, bands, campaigns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gongbao.standards import Target
from gongbao.workbooks.duty import INDENT
from gongbao.workbooks.report import Report

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int], Report]


@pytest.fixture(scope="module")
def open_(sample_report: Callable[[str, int, str], Report]) -> Open:
    return lambda region, year: sample_report(region, year, "duty")


def test_pingchang_keeps_its_98_points_and_two_losses(open_: Open) -> None:
    duty = open_("511923", 2019).duty()
    assert (duty.score, duty.full_score, duty.latest.grade) == ("98", "100", "履职到位")
    assert list(duty.deductions()["deduction"]) == [1, 1]
    tree = duty.tree()
    assert len(tree) == 7 + 35
    assert tree["name"].str.startswith(INDENT).sum() == 35
    assert duty.gap_sentence() is None and duty.gaps().empty
    words = [sentence.text for sentence in duty.summary()]
    assert words[0].startswith(
        "政府履行教育职责自评得98分（满分100分），等级为“履职到位”；35项测评内容中全部达到32项、基本达到3项"
    )


def test_the_county_has_only_its_own_frameworks(open_: Open) -> None:
    report = open_("990101", 2023)
    own = report.read("evaluations")
    county = set(own.loc[own["object_type"] == "县", "framework_id"])
    assert len(county) > 1  # 优质均衡 and 普及普惠 are evaluated too, by other frameworks
    assert {r.framework_id for r in report.duty().results} == {"sample_duty"}


def test_self_and_recheck_end_in_their_totals(open_: Open) -> None:
    duty = open_("990101", 2023).duty()
    last = duty.gaps().iloc[-1]
    assert last["name"] == "合计"
    own, checked = (r.totals.total for r in duty.results)
    assert (last["self"], last["recheck"], last["gap"]) == (own, checked, checked - own)


def test_the_gap_is_judged_only_by_a_rule(open_: Open) -> None:
    duty = open_("990101", 2023).duty()
    assert [v.key for v in duty.verdicts()] == ["duty.total"]
    limit = Target("duty_self_gap", "数值", "*", "全部", "<=", abs(duty.gap), None, 2019, None, "rule")
    assert replace(duty, gap_limit=limit).verdicts()[1].outcome == "pass"
    stricter = replace(limit, value=abs(duty.gap) - 0.1)
    assert replace(duty, gap_limit=stricter).verdicts()[1].outcome == "fail"
    unconfirmed = replace(duty, gap_limit=replace(stricter, confirmed=False)).verdicts()[1]
    assert unconfirmed.outcome == "undetermined" and "待核实" in unconfirmed.target


def test_one_band_is_reached(open_: Open) -> None:
    bands = open_("990101", 2023).duty().grades()
    assert list(bands["grade"]) == ["优秀", "良好", "合格", "不合格"]
    assert (bands["reached"] != "").sum() == 1
    assert bands["range"].iloc[1] == "80分及以上、低于90分"


def test_losses_are_joined_with_the_problems_of_the_same_item(open_: Open) -> None:
    report = open_("990101", 2023)
    duty = report.duty()
    fixes = duty.fixes()
    texts = set(report.read("findings")["text_public"])
    assert len(fixes) and set(fixes["finding"]) <= texts
    lost = set(duty.deductions()["name"])
    assert set(fixes["name"]) & lost
    assert set(fixes["state"].str[:3]) <= {"已办结", "办理中", "未立项", "复查不"}


def test_tongchuan_shows_how_far_each_campaign_has_come(open_: Open) -> None:
    duty = open_("610200", 2012).duty()
    assert duty and not duty.evaluated
    ladder = duty.work.ladder().set_index(["campaign", "object"])
    # 耀州 2010启动, 2011-12初验 (domain.md A2 row 16)
    assert ladder.loc[("双高双普", "耀州区"), ["启动", "初验", "reached"]].tolist() == [
        "2010",
        "2011-12",
        "初验",
    ]
    assert ladder.loc[("双高普九", "印台区"), "省验"] == "未注时间"


def test_towns_have_grades_and_no_scores(open_: Open) -> None:
    report = open_("990101", 2023)
    towns = report.duty().work
    own = report.read("evaluations")
    assert towns.town_bands()["count"].sum() == (own["object_type"] == "乡镇").sum()
    assert not {"total", "score"} & set(towns.town_list().columns)
