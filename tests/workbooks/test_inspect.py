"""督导检查与整改: what a report says of an office's year, written here by hand and counted by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest

from gongbao.present import Cell
from gongbao.publication import PublicationError, open_publication
from gongbao.workbooks import inspect_words as words
from gongbao.workbooks import records
from gongbao.workbooks.inspecting import Inspect
from gongbao.workbooks.planning import plan_reports
from gongbao.workbooks.state import current_state
from office import Year, open_report, publish, read

REGION = "990101"


def school(id: str, name: str, stage: str, zone: str, shown: str = "是") -> dict[str, object]:
    return {"school_id": id, "school_name": name, "stage": stage, "ownership": "公办", "zone_id": zone,
            "publish_name": shown}  # fmt: skip


SCHOOLS = [
    school("S1", "示例甲第一小学", "小学", "Z1"),
    school("S2", "示例甲第二小学", "小学", "Z1", "否"),
    school("S3", "示例甲中学", "初中", "Z1"),
    school("S4", "示例甲第四小学", "小学", "Z2"),
    school("K1", "示例甲幼儿园", "幼儿园", "Z2"),
]


def finding(
    id: str, kind: str, where: str, topic: str, severity: str, text: str, insp: str = ""
) -> dict[str, object]:
    return {"finding_id": id, "object_type": kind, "object_id": where, "topic": topic, "severity": severity,
            "text_public": text, "insp_id": insp}  # fmt: skip


def shown(cells: Iterable[object]) -> list[str]:
    """Words and chips as they are printed."""
    return [cell.shown if isinstance(cell, Cell) else str(cell) for cell in cells]


def case(id: str, finding_id: str, unit: str, issued: str, **more: object) -> dict[str, object]:
    return {"rect_id": id, "finding_id": finding_id, "unit": unit, "issued": issued, **more}


LAST: Year = {
    "schools": SCHOOLS,
    "findings": [
        finding("F1", "学校", "S1", "规范办学", "一般", "课程表与上课不一致。"),
        finding("F2", "学校", "S3", "校园安全", "较重", "消防通道堆放杂物。"),
        finding("F3", "部门", "县财政局", "经费", "较重", "督导经费没有单列。"),
        finding("F4", "县", "", "师资", "一般", "缺编教师没有补充。"),
    ],
    "rectifications": [
        case("R1", "F1", "示例甲第一小学", "2022-11-01", deadline="2022-12-01", closed="2022-11-20"),
        case("R2", "F2", "县教育局", "2022-12-01", measure="清理通道，每日巡查。"),
        case("R3", "F3", "县财政局", "2022-11-15", deadline="2022-12-15", measure="列入预算。"),
    ],
}
THIS: Year = {
    "schools": SCHOOLS,
    "inspections": [
        {"insp_id": "I1", "type": "开学督查", "topic": "春季开学", "start": "2023-02-23", "end": "2023-02-25",
         "teams": 8, "people": 32, "schools_n": 63, "kg_n": 94, "qualifier": "余"},
        {"insp_id": "I2", "type": "专项督导", "topic": "经费", "basis_doc": "示甲政教督〔2023〕5号",
         "when_text": "4月至5月"},
        {"insp_id": "I3", "type": "经常性督导", "start": "2023-03-01", "end": "2023-06-30"},
        {"insp_id": "I4", "type": "专项督导", "topic": "五项管理", "start": "2023-10-10"},
        {"insp_id": "I5", "type": "视导"},
    ],
    "visits": [
        {"insp_id": "I3", "school_id": s, "date": d}
        for s, d in (("S1", "2023-03-05"), ("S1", "2023-04-02"), ("S2", "2023-03-05"), ("S2", "2023-03-06"),
                     ("S3", "2023-03-07"))
    ] + [
        {"insp_id": "I4", "school_id": s, "date": d, "check_item": item, "result": result}
        for s, d, item, result in (
            ("S1", "2023-10-10", "作业", "符合"), ("S1", "2023-10-10", "睡眠", "基本符合"),
            ("S1", "2023-10-10", "手机", "不符合"), ("S1", "2023-11-10", "手机", "符合"),
            ("S2", "2023-10-10", "作业", "不符合"), ("S3", "2023-10-10", "作业", "符合"),
        )
    ],
    "findings": [
        finding("G1", "乡镇", "示例镇", "校园安全", "重大", "校车超员。", "I1"),
        finding("G2", "学校", "S2", "校园安全", "一般", "示例甲第二小学门卫没有登记。", "I1"),
        finding("G3", "学校", "S1", "规范办学", "较重", "分班没有见证。"),
        finding("G4", "县", "", "经费", "较重", "公用经费拨付迟。"),
        finding("G5", "幼儿园", "K1", "校园安全", "一般", "监控有盲区。"),
        finding("G6", "部门", "县编办", "师资", "一般", "空编没有使用。"),
    ],
    "rectifications": [
        case("R2", "F2", "县教育局", "2022-12-01", finding_year=2022, closed="2023-01-10"),
        case("C1", "G1", "示例镇", "2023-03-01", deadline="2023-03-31", extended_to="2023-04-15", closed="2023-04-15",
             recheck_date="2023-05-10", recheck_result="合格"),
        case("C2", "G2", "示例甲第二小学", "2023-03-01", closed="2023-03-31", recheck_date="2023-05-20",
             recheck_result="不合格", notice_no="示甲督办〔2023〕1号"),
        case("C3", "G3", "示例甲第一小学", "2023-09-01", deadline="2023-10-01", measure="重新分班。", reminders=2),
        case("C4", "G4", "县财政局", "2023-12-15"),
        case("C6", "G6", "县编办", "2023-06-01", deadline="2023-06-30", closed="2023-07-05", measure="公开招聘。"),
    ],
    "indicator_values": [
        {"indicator_id": "findings_total", "stage": "全部", "value": 7},
        {"indicator_id": "training_agencies_checked", "stage": "全部", "value": 103},
        {"indicator_id": "accountability_criticised", "stage": "全部", "value": 11},
        {"indicator_id": "accountability_dismissals", "stage": "全部", "value": 2},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("inspect"), REGION, {2022: LAST, 2023: THIS})


@pytest.fixture(scope="module")
def work(folder: Path) -> Inspect:
    return open_report(folder, REGION, 2023, "inspect").inspect()


def test_the_key_figures_of_the_year(work: Inspect) -> None:
    facts = {fact.label: (fact.shown, fact.remark) for fact in work.facts()}
    assert facts["督导检查"] == ("5次", "开学督查1，专项督导2，经常性督导1")
    assert facts["发现问题"] == ("6个", "重大问题1个")
    assert facts["整改办结"] == ("3项", "立项6项")
    assert facts["整改按期办结"] == ("1项", "应办结5项，按期1项")  # fewer than ten: no percentage
    assert facts["逾期未结"] == ("2项", "截至2023年12月31日")
    assert facts["办结用时（中位数）"] == ("40天", "从立项到办结")
    assert facts["上年遗留问题"] == ("3项", "2项未报告进展")
    assert len(work.facts()) <= 8


def test_the_sentences_say_the_same(work: Inspect) -> None:
    life = words.life(work.problems)
    assert life is not None
    assert life.text == (
        "截至2023年12月31日，立项整改6项，已办结3项；应在此前办结的5项中按期办结1项；逾期未结2项；"
        "从立项到办结用时的中位数为40天。"
    )
    carried = words.carried(work.problems)
    assert carried is not None
    assert carried.text == "上年遗留问题3项，截至2023年12月31日：逾期办结1项、本年未报告进展2项。"
    assert words.burn(work.problems).text == (
        "年初未办结1项，全年新立项5项，办结4项次，复查不合格重开1项，年末（2023年12月31日）未办结3项；"
        "最多时是12月末，3项。"
    )


def test_every_case_is_in_one_row_of_states_and_of_timings(work: Inspect) -> None:
    states = work.problems.states().set_index("state")["cases"]
    assert dict(states) == {"立项": 1, "办理": 0, "催办": 1, "办结": 2, "复查合格": 1, "复查不合格": 1}
    assert dict(work.problems.timing_table().to_numpy().tolist()) == {
        "按期办结": 1, "逾期办结": 2, "逾期未结": 2, "未到期": 1,
    }  # fmt: skip
    assert len(work.problems.register()) == 6


def test_overdue_names_units_longest_first_and_no_hidden_school(work: Inspect) -> None:
    overdue = work.overdue()
    assert list(overdue["days_over"]) == [275, 91]
    assert list(overdue["unit"]) == ["某校", "示例甲第一小学"]
    assert list(overdue["object"]) == ["学校（不公开名称）", "示例甲第一小学"]
    assert list(overdue["text"]) == ["某校门卫没有登记。", "分班没有见证。"]
    assert list(overdue["deadline"]) == ["2023-03-31", "2023-10-01"]


def test_open_problems_are_those_without_a_case_or_with_an_open_one(work: Inspect) -> None:
    found = work.open_problems()
    assert list(found["text"]) == ["某校门卫没有登记。", "分班没有见证。", "公用经费拨付迟。", "监控有盲区。"]
    assert shown(found["state"]) == ["复查不合格", "催办", "立项", "未立项"]


def test_demands_have_deadlines_and_their_basis(work: Inspect) -> None:
    demands = work.demands()
    assert list(demands["basis"]) == ["未写期限，按30日计算", "规定期限", "未写期限，按30日计算", "尚未立项"]
    assert list(demands["deadline_shown"]) == ["2023年3月31日", "2023年10月1日", "2024年1月14日", "—"]


def test_problems_stand_by_kind_of_unit_and_gravity(work: Inspect) -> None:
    found = work.problems_by_unit_type()
    assert list(found["object_type"]) == ["县", "部门", "乡镇", "学校", "学校", "幼儿园"]
    assert list(found[found["object_type"] == "学校"]["severity"]) == ["较重", "一般"]


def test_what_last_years_bulletin_left_open_and_what_became_of_it(work: Inspect) -> None:
    carried = work.carried_over()
    assert list(carried["text"]) == ["消防通道堆放杂物。", "督导经费没有单列。", "缺编教师没有补充。"]
    assert shown(carried["fate"]) == ["逾期办结", "本年未报告进展", "本年未报告进展"]
    assert list(carried["measure"]) == ["清理通道，每日巡查。", "列入预算。", "—"]


def test_findings_by_topic_and_by_kind_of_object(work: Inspect) -> None:
    topics = work.problems.by_topic().set_index("topic")
    assert dict(topics["all"]) == {"校园安全": 3, "规范办学": 1, "经费": 1, "师资": 1}
    assert dict(topics["resolved"]) == {"校园安全": 1, "规范办学": 0, "经费": 0, "师资": 1}
    assert dict(topics.loc["校园安全", ["重大", "较重", "一般"]]) == {"重大": 1, "较重": 0, "一般": 2}
    kinds = work.problems.by_object()
    assert list(kinds["object_type"]) == ["县级政府", "部门", "乡镇", "学校", "幼儿园"]


def test_inspections_by_month_also_where_only_words_give_it(work: Inspect) -> None:
    months = {(row.month, row.type): row.n for row in work.calendar().itertuples()}
    assert months == {
        (2, "开学督查"): 1, (3, "经常性督导"): 1, (4, "专项督导"): 1, (4, "经常性督导"): 1, (5, "专项督导"): 1,
        (5, "经常性督导"): 1, (6, "经常性督导"): 1, (10, "专项督导"): 1,
    }  # fmt: skip
    assert work.calendar_words().text == "全年5次；最多的是4月、5月，2次。另有1次没有写明月份。"
    said = work.inspection_words("开学督查")
    assert said[0].text == (
        "2月23日至25日，开展开学督查（春季开学），派出督导组8余个，参加32余人，检查中小学63余所，"
        "检查幼儿园94余所，发现问题2个，已解决1个。"
    )
    assert list(work.inspections()["when"]) == [
        "2月23日至25日",
        "3月1日至6月30日",
        "4月至5月",
        "10月10日",
        "—",
    ]


def test_visits_by_term_and_month(work: Inspect) -> None:
    spring = work.visits.by_term(2).iloc[0]
    assert (spring["term"], spring["schools"], spring["met"], spring["never"], spring["share"]) == (
        "春季学期", 5, 2, 2, 40,
    )  # fmt: skip
    assert len(work.visits.by_term(2)) == 1  # no visit on record in autumn: nothing is said of it
    months = work.visits.by_month().set_index("month")
    assert (months.loc[3, "visits"], months.loc[3, "schools"], months.loc[3, "share"]) == (4, 3, 60)
    assert (months.loc[4, "schools"], months.loc[5, "schools"]) == (1, 0)


def test_visits_by_school_only_where_no_unnamed_school_can_be_worked_out(
    tmp_path: Path, work: Inspect
) -> None:
    assert work.visits.school_months().empty  # S2 may not be named
    assert work.visits.zone_months().to_numpy().tolist() == [["责任区Z1", 3, 4], ["责任区Z1", 4, 1]]
    named = [school | {"publish_name": "是"} for school in SCHOOLS]
    year = {name: THIS[name] for name in ("inspections", "visits")} | {"schools": named}
    found = open_report(publish(tmp_path, REGION, {2023: year}), REGION, 2023, "inspect").inspect()
    months = found.visits.school_months()
    assert months.to_numpy().tolist() == [
        ["示例甲第一小学", 3, 1], ["示例甲第一小学", 4, 1], ["示例甲第二小学", 3, 2], ["示例甲中学", 3, 1],
    ]  # fmt: skip


def test_the_rules_of_visits_come_from_the_targets(work: Inspect) -> None:
    assert work.per_term is not None
    assert work.per_month is not None
    assert (work.per_term.value, work.per_term.confirmed) == (2, True)
    assert (work.per_month.value, work.per_month.confirmed) == (1, False)
    assert "待核实" in words.rule_note(work.per_month, "每月", work.titles)


def test_five_managements_name_no_hidden_school_and_take_the_last_look(work: Inspect) -> None:
    matrix = work.visits.five_matrix().set_index("school")
    assert list(matrix.index) == ["示例甲第一小学", "示例甲中学"]
    assert [cell.shown for cell in matrix.loc["示例甲第一小学"]] == [
        "符合",
        "基本符合",
        "符合",
        "未查",
        "未查",
    ]
    counts = work.visits.five_counts().set_index("item")
    # the one unnamed school is left out: with it the table would tell its result
    assert (counts.loc["作业管理", "schools"], counts.loc["作业管理", "不符合"]) == (2, 0)
    assert work.visits.five_left_out() == 1


def test_reported_totals_that_the_lists_contradict_are_shown_beside_them(work: Inspect) -> None:
    assert work.notes() == ["发现问题填报为7个，问题表列出6项；两处都照列"]


def test_small_counts_of_persons_stay_hidden(work: Inspect) -> None:
    rows = work.accountability().set_index("indicator_id")
    assert math.isnan(rows.loc["accountability_dismissals", "value"])
    assert all("2人" not in said.text for said in work.summary())


def test_without_a_threshold_there_is_no_verdict(work: Inspect) -> None:
    assert work.verdicts() == []
    assert work


def test_the_day_may_be_chosen(folder: Path) -> None:
    spring = open_report(folder, REGION, 2023, "inspect").inspect(as_of="2023-04-10")
    assert len(spring.problems.filed) == 3
    assert list(spring.overdue()["unit"]) == []
    assert spring.as_of == "2023年4月10日"
    with pytest.raises(ValueError, match="2019-01-01"):
        open_report(folder, REGION, 2023, "inspect").inspect(as_of="2019-01-01")


def test_the_setting_decides_the_period(tmp_path: Path) -> None:
    settings = "  deadlines: {rectification_days: 15, working_days: true}\n"
    folder = publish(tmp_path, REGION, {2023: {"schools": SCHOOLS, "findings": THIS["findings"],
                     "inspections": THIS["inspections"],
                     "rectifications": [case("C4", "G4", "县财政局", "2023-12-15")]}}, settings)  # fmt: skip
    found = open_report(folder, REGION, 2023, "inspect").inspect()
    # 15 working days after Friday 15 December 2023: 18–22, 25–29 December (10), 2–5 January (4), 8 January
    assert found.demands()["deadline"].iloc[0] == "2024-01-08"
    assert found.demands()["basis"].iloc[0] == "未写期限，按15个工作日计算"


def test_a_report_runs_again_when_the_setting_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = {name: THIS[name] for name in ("schools", "inspections", "findings")}
    before = publish(tmp_path / "before", REGION, {2023: year})
    after = publish(tmp_path / "after", REGION, {2023: year}, "  deadlines: {rectification_days: 45}\n")
    monkeypatch.setattr(records, "_recorder", type(records._recorder)())
    records.start()
    open_report(before, REGION, 2023, "inspect").inspect()
    (noted,) = [read_ for read_ in records.recorded() if read_.kind == "deadlines"]
    today = {
        folder: current_state(open_publication(folder), read(folder))(noted) for folder in (before, after)
    }
    assert today[before] == noted.digest
    assert today[after] != noted.digest


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("{rectification_days: 0}", "应当大于 0"),
        ("{working_days: 30}", "true 或 false"),
        ("{days: 30}", "rectification_days"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(tmp_path: Path, setting: str, said: str) -> None:
    (tmp_path / "_quarto.yml").write_text(f"gongbao:\n  deadlines: {setting}\n", "utf-8")
    with pytest.raises(PublicationError, match=said):
        open_publication(tmp_path)


def test_a_place_with_one_inspection_gets_a_page(tmp_path: Path) -> None:
    year = {"inspections": [{"insp_id": "I1", "type": "开学督查", "when_text": "2月23日至25日", "teams": 8}]}
    folder = publish(tmp_path, REGION, {2023: year})
    found = open_report(folder, REGION, 2023, "inspect").inspect()
    assert [(fact.label, fact.shown) for fact in found.facts()] == [
        ("督导检查", "1次"),
        ("开学督查督导组", "8个"),
    ]
    assert found.calendar_words().text == "全年1次，在2月。"
    assert [said.text for said in found.summary()] == ["开展督导检查1次（开学督查1次）。"]
    assert found.calendar().to_dict("records") == [{"month": 2, "type": "开学督查", "n": 1}]
    assert [found.overdue().empty, found.demands().empty, found.carried_over().empty] == [True] * 3
    keys = plan_reports(read(folder), ["inspect", "plan"])
    assert [key.area for key in keys] == ["inspect"]


def test_nothing_reported_is_nothing(tmp_path: Path) -> None:
    folder = publish(tmp_path, REGION, {2023: {"schools": SCHOOLS}})
    found = open_report(folder, REGION, 2023, "inspect").inspect()
    assert not found
    assert (found.facts(), found.summary(), found.verdicts()) == ([], [], [])
