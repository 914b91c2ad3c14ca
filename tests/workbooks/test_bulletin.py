"""The bulletin: its order, its numbering, its counts; nothing is said of which nothing is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gongbao.data import Dataset
from gongbao.data.empty import empty_table
from gongbao.present import Cell, Verdict
from gongbao.present.sentence import bind
from gongbao.publication import open_publication
from gongbao.standards.outcome import Outcome
from gongbao.workbooks.bulletin import Bulletin
from gongbao.workbooks.report import Report

ROOT = Path(__file__).parents[2]
PROBLEMS = ["object_type", "object", "topic", "severity", "text", "state"]
DEMANDS = ["problem", "object", "unit", "measure", "deadline", "deadline_shown", "basis", "state"]


def inspections(*rows: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(as reported, as shown)."""
    empty = empty_table("inspections")
    frame = pd.DataFrame([{"_row": 4, **row} for row in rows], columns=list(empty.columns))
    frame = frame.astype(dict(empty.dtypes)) if len(frame) else empty
    return frame, frame.assign(when="2月23日至25日")


def changes(*rows: tuple[str, Outcome, Outcome | str]) -> pd.DataFrame:
    found = [
        dict(zip(("area", "label", "before", "after", "shown"), ("经费", *row, "—"), strict=True))
        for row in rows
    ]
    return pd.DataFrame(found, columns=["area", "label", "before", "after", "shown"])


def bulletin(**changed: Any) -> Bulletin:
    rows, shown = inspections()
    parts: dict[str, Any] = {
        "region_name": "示例县甲", "year": 2023, "office": "", "doc_prefix": "", "rows": rows, "inspections": shown,
        "sources": (), "verdicts": (), "changes": changes(), "compared": False, "summaries": (),
        "problems": pd.DataFrame(columns=PROBLEMS),
        "demands": pd.DataFrame(columns=DEMANDS), "carried": pd.DataFrame(columns=["fate"]),
        "values": pd.DataFrame(), "coefficients": pd.DataFrame(), "composites": pd.DataFrame(),
        "remarks": pd.DataFrame(),
    }  # fmt: skip
    return Bulletin(**(parts | changed))


def verdict(key: str, outcome: str, *, headline: bool = False) -> Verdict:
    return Verdict(key, key, outcome, headline=headline)


def problem(kind: str, severity: str, words: str) -> dict[str, str]:
    return dict(zip(PROBLEMS, (kind, "某处", "校园安全", severity, words, "立项"), strict=True))


def test_sections_without_content_are_left_out_and_the_numbers_close_up() -> None:
    found = bulletin(
        summaries=(("入学保障", (bind("入学率{v}。", {"v": "100%"}),)),),
        carried=pd.DataFrame({"fate": ["按期办结"]}),
    )
    assert [found.heading(s) for s in ("results", "work", "problems", "demands", "carried")] == [
        "", "一、主要做法和成效", "", "", "二、上轮整改落实情况",
    ]  # fmt: skip
    assert [title for title, content in found.lacking().items() if not content] == [
        "主要指标达标情况与结论", "存在问题", "整改要求",
    ]  # fmt: skip


def test_a_failing_verdict_alone_is_a_problem() -> None:
    found = bulletin(verdicts=(verdict("balance.x", "fail"),))
    assert found.heading("problems") == "二、存在问题"
    assert len(found.failing()) == 1


def test_an_area_without_headline_stands_with_all_its_verdicts() -> None:
    verdicts = (
        verdict("balance.all", "fail", headline=True), verdict("balance.a", "fail"), verdict("balance.b", "pass"),
        verdict("preschool.a", "pass"), verdict("preschool.b", "undetermined"),
    )  # fmt: skip
    found = bulletin(verdicts=verdicts)
    assert [v.key for v in found.conclusions()] == ["balance.all", "preschool.a", "preschool.b"]
    assert found.outcome_words().text == (
        "示例县甲2023年度按标准判定3项，达标1项，未达标1项，待定1项。未达标的在义务教育均衡。"
    )


def test_no_document_number_is_made_up() -> None:
    assert bulletin().issued_by() is None
    known = bulletin(office="示例县甲人民政府教育督导室", doc_prefix="示政教督").issued_by()
    assert known is not None
    assert known.text == "发文机关：示例县甲人民政府教育督导室；机关代字：示政教督（文号由发文机关编定）。"


def test_one_inspection_is_told_as_it_was() -> None:
    rows, shown = inspections(
        {
            "type": "开学督查",
            "teams": 8.0,
            "people": 32.0,
            "schools_n": 63.0,
            "kg_n": 94.0,
            "basis_doc": "示政教督〔2023〕1号",
        }
    )
    found = bulletin(rows=rows, inspections=shown)
    assert [s.text for s in found.process()] == [
        "示例县甲2023年度开展督导检查1次，为开学督查，时间为2月23日至25日，派出督导组8个，参加32人，检查中小学63所，检查幼儿园94所。"
    ]
    assert [s.text for s in found.basis()] == ["督导检查依据：示政教督〔2023〕1号。"]


def test_several_inspections_count_times_and_keep_doubt() -> None:
    rows, shown = inspections(
        {"type": "开学督查", "start": "2023-02-23", "end": "2023-02-25", "schools_n": 60.0,
         "questionnaires_issued": 200.0, "questionnaires_valid": 150.0},
        {"type": "专项督导", "start": "2023-05-04", "schools_n": 30.0, "qualifier": "余"},
    )  # fmt: skip
    told, asked = (s.text for s in bulletin(rows=rows, inspections=shown).process())
    assert told == (
        "示例县甲2023年度开展督导检查2次（开学督查1次、专项督导1次），时间为2023年2月23日至2023年5月4日，检查中小学约90所次。"
    )
    assert asked == "发放问卷200份，收回有效问卷150份，有效率75.00%。"


def test_problems_are_numbered_through_all_kinds_of_unit() -> None:
    found = bulletin(
        problems=pd.DataFrame(
            [problem("县", "重大", "甲"), problem("学校", "一般", "乙"), problem("学校", "一般", "丙")]
        )
    )
    assert [(kind, list(rows["no"])) for kind, rows in found.problem_groups()] == [
        ("县级政府", [1]),
        ("学校", [2, 3]),
    ]
    assert [s.text for s in found.problem_words()] == [
        "2023年督导共发现问题3个，按对象分：县级政府1个、学校2个；按程度分：重大1个、一般2个。"
    ]


def test_demands_name_units_deadlines_and_what_is_overdue() -> None:
    rows = [
        dict(zip(DEMANDS, ("a", "校甲", "校甲", "", "2023-06-30", "", "", ""), strict=True)),
        dict(zip(DEMANDS, ("b", "校甲", "校甲", "", "2024-01-15", "", "", ""), strict=True)),
        dict(zip(DEMANDS, ("c", "校乙", "校乙", "", None, "", "尚未立项", ""), strict=True)),
    ]
    [words] = bulletin(demands=pd.DataFrame(rows)).demand_words()
    assert words.text == (
        "尚有3项须继续整改，涉及2个责任单位，其中1项到2023年底已经超过期限。期限最早的是2023年6月30日。"
    )


def test_what_last_year_promised_is_counted_by_what_became_of_it() -> None:
    carried = pd.DataFrame(
        {"fate": [Cell("按期办结", "按期办结", "pass"), "本年未报告进展", Cell("按期办结")]}
    )
    [words] = bulletin(carried=carried).carried_words()
    assert words.text == "2022年公报留下的3项整改，到本年度的情况：按期办结2项，本年未报告进展1项。"


def test_what_changed_since_last_year_is_told_by_what_became_of_it() -> None:
    known = {"compared": True, "verdicts": (verdict("balance.x", "pass"),)}
    one = bulletin(**known).change_words()
    assert one is not None and one.text == "各项结论与上年相同。"
    rows = [(f"事项{word}", Outcome.FAIL, Outcome.PASS) for word in "甲乙丙丁戊"]
    some = changes(*rows, ("巩固率", Outcome.PASS, Outcome.FAIL), ("认可度", Outcome.PASS, "没有结论"))
    told = bulletin(**known, changes=some).change_words()
    assert told is not None and told.text == (
        "与上年相比，7项结论有变化；5项转为达标：事项甲、事项乙、事项丙、事项丁等；1项转为未达标：巩固率；1项今年没有结论：认可度。"
    )


def test_without_last_year_nothing_is_said_of_changes() -> None:
    found = bulletin(verdicts=(verdict("balance.x", "fail"),))
    assert found.change_words() is None
    assert [(p.label, p.text) for p in found.points()] == [("结论", found.outcome_words().text)]
    assert bulletin().points() == []


def test_paragraphs_carry_chinese_numbers_beyond_ten() -> None:
    summaries = tuple((f"领域{'甲乙丙丁戊己庚辛壬癸子丑'[i]}", (bind("有。", {}),)) for i in range(12))
    texts = [s.text for s in bulletin(summaries=summaries).work()]
    assert (
        texts[0].startswith("（一）领域甲。")
        and texts[9].startswith("（十）")
        and texts[11].startswith("（十二）")
    )


@pytest.fixture(scope="module")
def publication(sample_dataset: Dataset) -> Any:
    return open_publication(ROOT), sample_dataset


def test_a_real_county_with_published_coefficients(publication: Any) -> None:
    """鸠江区 2023: 0.501787 prints as 0.50 and fails; the annex holds what was published."""
    found = Report(*publication, "340207", 2023, "overview").bulletin()
    assert found.heading("results") == "一、主要指标达标情况与结论"
    annex = found.annex_coefficients()
    backbone = annex[(annex["level"] == "小学") & annex["name"].str.contains("骨干教师")].iloc[0]
    assert (backbone["mean"], backbone["std"], backbone["cv"]) == (0.887611, 0.445392, 0.501787)
    assert backbone["outcome"] == "fail" and len(found.failing()) >= 1


def test_a_self_evaluation_is_composed_from_its_areas(publication: Any) -> None:
    """平昌县 2019 (domain.md A2): 98 of 100 points; two points lost."""
    found = Report(*publication, "511923", 2019, "overview").bulletin()
    paragraphs = [s.text for s in found.work()]
    assert any(p.startswith("（一）政府履职评价。") and "98分" in p for p in paragraphs)
    assert any("15.16亿元" in p for p in paragraphs)
    assert found.title == "平昌县2019年度教育督导公报"
    assert not found.heading("carried")
