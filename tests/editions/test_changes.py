"""Comparing two snapshots: what is told, in which order, and that it reads the same backwards."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.editions.align import align, inline, row_pairs, sentence_likeness
from gongbao.editions.change import Change, Changes, ChangesError, changes_from_json
from gongbao.editions.change_words import difference
from gongbao.editions.changes import compare
from gongbao.editions.changes_page import diff_page
from gongbao.editions.changes_text import format_changes
from gongbao.editions.redaction import without_withheld
from gongbao.editions.snapshots import Snapshot
from gongbao.editions.text_table import display_width, text_table


def value(
    indicator: str,
    number: float | None,
    *,
    year: int = 2021,
    stage: str = "全部",
    cell: str = "C5",
    **more: Any,
) -> dict[str, Any]:
    return {
        "region": "990101", "year": year, "period": "", "stage": stage, "indicator": indicator,
        "name": "学前三年毛入园率" if indicator == "enrolment" else "生均公用经费", "statistic": "数值",
        "shown": "未报" if number is None else f"{number:g}%", "value": number, "unit": "%", "qualifier": "",
        "missing": "未报" if number is None else "", "source": "示例甲县2021年统计表", "source_id": "s1",
        "origin": f"data/2021/990101.xlsx 工作表“指标数据” 单元格 {cell}", "note": "",
    } | more  # fmt: skip


def verdict(outcome: str, shown: str, number: float | None, **more: Any) -> dict[str, Any]:
    word = {"pass": "达标", "fail": "未达标", "undetermined": "待定"}[outcome]
    return {
        "area": "preschool", "key": "preschool.enrolment.全部", "label": "学前三年毛入园率", "outcome": outcome,
        "word": word, "shown": shown, "target": "≥85%", "gap": "", "value": number, "limit": 85.0, "op": ">=",
        "stage": "", "indicator_id": "enrolment", "statistic": "数值", "headline": True,
        "page": "990101/preschool.html",
    } | more  # fmt: skip


def fact(shown: str, number: float | None) -> dict[str, Any]:
    return {
        "area": "preschool",
        "label": "毛入园率",
        "shown": shown,
        "remark": "",
        "value": number,
        "unit": "%",
    }


def county(name: str = "示例甲县", code: str = "990101", **more: Any) -> dict[str, Any]:
    return {
        "format": 1, "region": code, "name": name, "year": 2021,
        "pages": {f"{code}/index.html": name, f"{code}/preschool.html": "学前普及普惠与办园行为"},
        "values": [value("enrolment", 86.1)], "verdicts": [verdict("pass", "86.1%", 86.1)],
        "facts": [fact("86.1%", 86.1)],
        "texts": [
            {"area": "preschool", "text": "学前三年毛入园率为86.1%，达到标准。"},
            {"area": "preschool", "text": "全县有公办幼儿园12所。"},
        ],
        "figures": [], "tables": [], "records": {},
    } | more  # fmt: skip


def shared(**more: Any) -> dict[str, Any]:
    indicator = {
        "name": "学前三年毛入园率", "area": "preschool", "unit": "%", "stages": "全部", "statistics": "",
        "source_id": "s1", "definition": "在园幼儿数与适龄幼儿数之比", "formula": "",
    }  # fmt: skip
    target = {
        "indicator_id": "enrolment", "region_code": "*", "stage": "全部", "statistic": "数值", "valid_from": 2020,
        "valid_to": None, "op": ">=", "value": 85.0, "basic_value": None, "confirmed": True, "source_id": "s1",
        "source": "教督〔2020〕1号", "note": "",
    }  # fmt: skip
    return {
        "format": 1, "year": 2021, "places": {"990101": "示例甲县"}, "pages": {"index.html": "2021年度公报"},
        "indicators": {"enrolment": indicator}, "targets": [target], "frameworks": {"f1": "a" * 64},
        "sources": {"s1": "教督〔2020〕1号"}, "methods": {"工作簿“经费”": "b" * 64},
    } | more  # fmt: skip


def snapshot(*places: dict[str, Any], **more: Any) -> Snapshot:
    return Snapshot(2021, shared(**more), {p["region"]: p for p in places})


OLD = snapshot(county())


def with_wrong_cell(number: float | None = 68.1) -> Snapshot:
    """The county after a cell was mended: its rate no longer meets the standard."""
    shown = "未报" if number is None else f"{number:g}%"
    outcome = "undetermined" if number is None else "fail"
    text = f"学前三年毛入园率为{shown}，未达到标准。"
    return snapshot(
        county(
            values=[value("enrolment", number)],
            verdicts=[verdict(outcome, shown, number, gap="差16.9个百分点。")],
            facts=[fact(shown, number)],
            texts=[{"area": "preschool", "text": text}, {"area": "preschool", "text": "全县有公办幼儿园12所。"}],
        )
    )  # fmt: skip


def test_a_wrong_cell_is_followed_from_the_verdict_to_the_sentence() -> None:
    changes = compare(OLD, with_wrong_cell())
    assert [c.kind for c in changes.items] == ["flip", "value", "fact", "text"]
    flip, number, fact, text = changes.items
    assert flip.old and flip.new and (flip.old.outcome, flip.new.outcome) == ("pass", "fail")
    assert number.old and number.new
    assert (number.old.shown, number.new.shown) == ("86.1%", "68.1%")
    assert number.new.cell == "data/2021/990101.xlsx 工作表“指标数据” 单元格 C5"
    assert number.new.source == "示例甲县2021年统计表"
    assert difference(number) == "−18个百分点"
    assert fact.subject == "毛入园率"
    assert text.old and text.old.shown == "学前三年毛入园率为86.1%，达到标准。"
    assert text.new and text.new.shown == "学前三年毛入园率为68.1%，未达到标准。"
    assert [b.kind for b in changes.breaks] == ["verdict", "text"]


def test_a_number_taken_back_leaves_its_target_without_a_value() -> None:
    changes = compare(OLD, with_wrong_cell(None))
    assert "“学前三年毛入园率（2021年）”有标准值，现在没有数值可比（原为86.1%）。" in [
        b.text for b in changes.breaks
    ]
    assert [b.kind for b in changes.breaks] == [
        "verdict",
        "text",
        "target",
    ]  # told once, not for the verdict too


@pytest.mark.parametrize(
    ("place", "applies"),
    [("*", True), ("990000", True), ("990100", True), ("990101", True), ("990200", False), ("510000", False)],
)
def test_a_target_belongs_to_the_places_below_its_own(place: str, applies: bool) -> None:
    targets = [shared()["targets"][0] | {"region_code": place}]
    lost = county(values=[value("enrolment", None)], verdicts=[])
    changes = compare(snapshot(county(verdicts=[]), targets=targets), snapshot(lost, targets=targets))
    assert any(b.kind == "target" for b in changes.breaks) == applies


def test_a_target_no_longer_in_force_asks_for_no_value() -> None:
    targets = [shared()["targets"][0] | {"valid_to": 2020}]
    lost = county(values=[value("enrolment", None)], verdicts=[])
    changes = compare(snapshot(county(verdicts=[]), targets=targets), snapshot(lost, targets=targets))
    assert not [b for b in changes.breaks if b.kind == "target"]


def test_a_county_that_compares_itself_is_told() -> None:
    other = county("示例乙县", "990102")
    new = with_wrong_cell()
    changes = compare(snapshot(county(), other), Snapshot(2021, new.shared, {**new.places, "990102": other}))
    told = [(b.text, b.page) for b in changes.breaks if b.kind == "comparison"]
    assert told == [
        ("“学前三年毛入园率”与示例乙县的数值并列比较。", "site/indicators/enrolment.html"),
        ("结论“学前三年毛入园率”与示例乙县的结论并列比较。", "site/areas/preschool.html"),
    ]


def test_definitions_targets_methods_and_pages() -> None:
    definition = shared()["indicators"]["enrolment"] | {"definition": "在园幼儿数与户籍适龄幼儿数之比"}
    target = shared()["targets"][0] | {"value": 90.0}
    new = snapshot(
        county(pages={"990101/index.html": "示例甲县"}), indicators={"enrolment": definition}, targets=[target],
        frameworks={"f1": "c" * 64}, methods={"工作簿“经费”": "d" * 64},
        sources={"s1": "教督〔2020〕1号", "s2": "新文件"},
    )  # fmt: skip
    changes = compare(OLD, new)
    assert [c.kind for c in changes.items] == ["target", "indicator", "framework", "source", "method", "page"]
    assert [(c.old.shown if c.old else "", c.new.shown if c.new else "") for c in changes.of("target")] == [
        ("≥85%", "≥90%")
    ]
    assert [(p.label, p.new) for p in changes.of("indicator")[0].parts] == [
        ("指标解释", "在园幼儿数与户籍适龄幼儿数之比")
    ]
    assert {b.kind for b in changes.breaks} == {"target", "page", "definition"}


def test_a_value_that_only_moved_to_another_cell_is_no_new_value() -> None:
    changes = compare(OLD, snapshot(county(values=[value("enrolment", 86.1, cell="C6")])))
    assert [c.kind for c in changes.items] == ["cell"]
    assert not changes.breaks


def test_a_value_of_an_earlier_year_is_named_with_it() -> None:
    earlier = value("enrolment", 80.0, year=2019)
    changes = compare(
        snapshot(county(values=[earlier])),
        snapshot(county(values=[earlier | {"value": 80.5, "shown": "80.5%"}])),
    )
    assert [c.subject for c in changes.items] == ["学前三年毛入园率（2019年）"]
    assert difference(changes.items[0]) == "+0.5个百分点"  # 80.5 − 80.0 by hand


def test_qualifiers_and_missing_codes_are_changes() -> None:
    about = value("enrolment", 86.1, qualifier="约", shown="约86.1%")
    hidden = value("enrolment", None, missing="隐去", shown="隐去")
    parts = compare(snapshot(county(values=[about])), snapshot(county(values=[hidden]))).items[0].parts
    assert {(p.label, p.old, p.new) for p in parts} >= {("限定词", "约", None), ("缺失原因", None, "隐去")}


def test_a_difference_below_the_printed_digits_is_not_lost() -> None:
    near = verdict("pass", "0.50", 0.4999, limit=0.5, op="<=", target="≤0.50")
    over = verdict("fail", "0.50", 0.501787, limit=0.5, op="<=", target="≤0.50")  # 鸠江区 2023, domain B3
    changes = compare(snapshot(county(verdicts=[near])), snapshot(county(verdicts=[over])))
    assert [(p.label, p.old, p.new) for p in changes.items[0].parts] == [
        ("结论", "达标", "未达标"), ("实际（未舍入）", "0.4999", "0.501787"),
    ]  # fmt: skip


def test_a_figure_put_in_before_another_is_one_new_figure() -> None:
    def figure(id: str, title: str, digest: str = "1") -> dict[str, str]:
        return {"area": "preschool", "id": id, "title": title, "finding": "", "sha256": digest * 64}

    old = snapshot(county(figures=[figure("fig-1", "甲"), figure("fig-2", "乙")]))
    new = snapshot(county(figures=[figure("fig-1", "丙"), figure("fig-2", "甲"), figure("fig-3", "乙")]))
    assert [(c.kind, c.state, c.subject) for c in compare(old, new).items] == [("figure", "added", "丙")]
    renamed = snapshot(county(figures=[figure("fig-1", "甲"), figure("fig-2", "乙（修订）")]))
    assert [(c.state, c.subject) for c in compare(old, renamed).items] == [("changed", "乙（修订）")]


def test_cells_of_a_table_are_named_by_row_and_column() -> None:
    def table(*rows: list[str]) -> dict[str, Any]:
        return {
            "area": "preschool",
            "id": "table-1",
            "caption": "幼儿园",
            "header": ["幼儿园", "等级"],
            "rows": list(rows),
        }

    old = snapshot(county(tables=[table(["一园", "优秀"], ["二园", "合格"])]))
    new = snapshot(county(tables=[table(["一园", "良好"], ["三园", "合格"])]))
    (change,) = compare(old, new).items
    assert [(p.label, p.old, p.new) for p in change.parts] == [
        ("一园 · 等级", "优秀", "良好"), ("行 二园", "二园｜合格", None), ("行 三园", None, "三园｜合格"),
    ]  # fmt: skip


def test_a_county_that_came_or_went_is_told_as_a_whole() -> None:
    other = county("示例乙县", "990102")
    added = compare(OLD, snapshot(county(), other))
    assert [(c.kind, c.state, c.subject) for c in added.items] == [("place", "added", "示例乙县")]
    gone = compare(snapshot(county(), other), OLD)
    assert [(b.kind, b.page) for b in gone.breaks] == [("page", "990102/index.html")]


def test_json_gives_the_same_changes_back() -> None:
    changes = compare(OLD, with_wrong_cell(), old_label="2021年度 r1", new_label="2021年度 r2")
    again = changes_from_json(changes.to_json())
    assert again == changes
    assert again.to_json() == changes.to_json()
    with pytest.raises(ChangesError):
        changes_from_json(b'{"format": 1}')


def test_sentences_that_changed_stand_beside_what_they_were() -> None:
    old = ["全县共有学校12所。", "教育总投入15.16亿元，比上年增长5.59%。", "未发生安全事故。"]
    new = ["教育总投入15.61亿元，比上年增长8.72%。", "未发生安全事故。", "信访办结率100%。"]
    assert align(old, new, sentence_likeness) == [(0, None), (1, 0), (2, 1), (None, 2)]
    before, after = inline(old[1], new[0])
    assert [text for text, differs in before if differs] == ["15.16", "5.59"]
    assert [text for text, differs in after if differs] == ["15.61", "8.72"]


def test_rows_are_known_by_the_fewest_columns_that_tell_them_apart() -> None:
    old = [["e1", "1", "3"], ["e1", "2", "4"]]
    new = [["e1", "2", "5"], ["e1", "3", "1"]]
    assert row_pairs(old, new) == [(0, None), (1, 0), (None, 1)]


def test_the_text_lines_up_chinese_columns() -> None:
    text = text_table(("县", "数值"), [("示例甲县", "86.1%"), ("平昌", "5")])
    assert text.splitlines() == ["县        数值", "────────  ─────", "示例甲县  86.1%", "平昌      5"]
    wide = text_table(("说明",), [("一二三四五六七八九十" * 8,)], 40)
    assert max(display_width(line) for line in wide.splitlines()) == 40


def test_text_and_page_name_what_flips_before_everything_else() -> None:
    changes = compare(OLD, with_wrong_cell())
    text = format_changes(changes)
    assert (
        text.index("改动会影响什么")
        < text.index("结论翻转】")
        < text.index("【数值】")
        < text.index("【文字】")
    )
    page = diff_page(changes, "body { margin: 0 }").decode()
    assert (
        page.index('id="breaks"')
        < page.index('id="flip"')
        < page.index('id="value"')
        < page.index('id="text"')
    )
    assert "<del>86.1</del>" in page
    assert "−18个百分点" in page


# --- properties ---------------------------------------------------------------------------------------

_words = st.sampled_from(
    ["", "甲", "乙", "丙丁", "全县共有学校3所。", "全县共有学校5所。", "教育投入增长2%。"]
)
_numbers = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.5, 85.0]))


@st.composite
def _snapshots(draw: st.DrawFn) -> Snapshot:
    def some(make: Any, most: int = 3) -> list[Any]:
        return draw(st.lists(make, max_size=most))

    values = st.builds(
        value, st.sampled_from(["enrolment", "budget"]), _numbers, year=st.sampled_from([2020, 2021]),
        cell=st.sampled_from(["C5", "C6"]), note=_words,
    )  # fmt: skip
    verdicts = st.builds(
        verdict, st.sampled_from(["pass", "fail", "undetermined"]), _words, _numbers,
        key=st.sampled_from(["a.b", "a.c"]), label=_words,
    )  # fmt: skip
    texts = st.builds(lambda a, t: {"area": a, "text": t}, st.sampled_from(["preschool", "finance"]), _words)
    tables = st.builds(
        lambda i, c, r: {"area": "preschool", "id": i, "caption": c, "header": ["甲", "乙"], "rows": r},
        st.sampled_from(["table-1", "table-2"]), _words, st.lists(st.tuples(_words, _words).map(list), max_size=3),
    )  # fmt: skip
    figures = st.builds(
        lambda i, t, d: {"area": "preschool", "id": i, "title": t, "finding": "", "sha256": d},
        st.sampled_from(["fig-1", "fig-2"]), _words, st.sampled_from(["a", "b"]),
    )  # fmt: skip
    unique = {"unique_by": lambda row: row["id"], "max_size": 2}
    places = {
        code: county(
            f"示例{code}", code, values=some(values), verdicts=some(verdicts), texts=some(texts, 5),
            figures=draw(st.lists(figures, **unique)), tables=draw(st.lists(tables, **unique)),
        )
        for code in draw(st.sets(st.sampled_from(["990101", "990102"])))
    }  # fmt: skip
    areas = st.sampled_from(["preschool", "finance"])
    indicators = {
        "enrolment": shared()["indicators"]["enrolment"] | {"area": draw(areas), "definition": draw(_words)}
    }
    targets = [shared()["targets"][0] | {"value": v, "valid_to": draw(st.sampled_from([None, 2020]))} for v in
               draw(st.lists(st.sampled_from([80.0, 85.0]), max_size=1))]  # fmt: skip
    more = {
        name: draw(st.dictionaries(_words, _words, max_size=2)) for name in ("methods", "sources", "pages")
    }
    return Snapshot(2021, shared(indicators=indicators, targets=targets, **more), places)


@given(_snapshots())
@settings(max_examples=60, deadline=None)
def test_a_snapshot_does_not_differ_from_itself(one: Snapshot) -> None:
    changes = compare(one, copy.deepcopy(one))
    assert not changes
    assert changes.items == changes.breaks == ()


@given(_snapshots(), _snapshots())
@settings(max_examples=120, deadline=None)
def test_a_comparison_read_backwards_is_its_mirror(one: Snapshot, other: Snapshot) -> None:
    def bag(changes: list[Change]) -> Counter[Change]:
        """In whatever order: parts of a table stand as the new one has them."""
        return Counter(replace(c, parts=tuple(sorted(c.parts, key=repr))) for c in changes)

    there, back = compare(one, other), compare(other, one)
    assert bag([c.mirrored() for c in there.items]) == bag(list(back.items))
    assert there.counts == back.counts
    assert _round(there) == there


@given(st.lists(_words, max_size=6), st.lists(_words, max_size=6))
def test_every_sentence_has_its_place_once(old: list[str], new: list[str]) -> None:
    pairs = align(old, new, sentence_likeness)
    assert [i for i, _ in pairs if i is not None] == list(range(len(old)))
    assert [j for _, j in pairs if j is not None] == list(range(len(new)))


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_marked_pieces_are_the_sentences(old: str, new: str) -> None:
    before, after = inline(old, new)
    assert ("".join(t for t, _ in before), "".join(t for t, _ in after)) == (old, new)
    assert [t for t, differs in before if not differs] == [t for t, differs in after if not differs]


def _round(changes: Changes) -> Changes:
    return changes_from_json(changes.to_json())


def test_a_correction_does_not_repeat_what_it_withholds() -> None:
    few = county(
        values=[value("enrolment", 3.0, unit="人", shown="3人")],
        texts=[{"area": "preschool", "text": "有3人未入园。"}], facts=[fact("3人", 3.0)], verdicts=[],
    )  # fmt: skip
    hidden = county(
        values=[value("enrolment", None, unit="人", shown="隐去", missing="小数值隐去")],
        texts=[{"area": "preschool", "text": "未入园人数隐去。"}], facts=[fact("隐去", None)], verdicts=[],
    )  # fmt: skip
    found = compare(snapshot(few), snapshot(hidden))
    assert "3人" in found.to_json().decode()  # the office sees it before it releases
    published = without_withheld(found)
    assert "3人" not in published.to_json().decode() and '"value": 3.0' not in published.to_json().decode()
    assert published.counts == found.counts
    # where nothing is withheld, all of it is told
    other = compare(OLD, with_wrong_cell())
    assert without_withheld(other) == other
