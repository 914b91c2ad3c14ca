"""A number leads to where it comes from: links that have an entry, and none that lead nowhere."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from gongbao.present import MIME, Cell, Fact, Facts, Number, Table, Verdict, Verdicts, basis_of
from gongbao.present.asking import asked, value_ref
from gongbao.present.charts import chart_spec, use_theme
from gongbao.present.published import published_parts
from gongbao.present.sentence import bind
from gongbao.present.table import Column, make_table
from gongbao.site.asking import Origin, entries_in, linked, origins, origins_html, refs_in, together
from gongbao.site.catalogue import Catalogue
from gongbao.site.plan import plan_of
from gongbao.workbooks.bases import from_rows, place_of, rows_place, value_basis, with_bases
from gongbao.workbooks.table_cells import table_rows
from gongbao.workbooks.teachers import Rate
from gongbao.workbooks.values import row_ref
from samples import REAL, WORKBOOKS, Built

OWN = value_ref("per_pupil_budget", "小学")


def catalogue_of(built: Built) -> Catalogue:
    return Catalogue(built.dataset, (), plan_of(built.reports), WORKBOOKS)


def test_a_name_is_fit_for_an_address() -> None:
    assert OWN == "per_pupil_budget.小学"
    assert value_ref("a", "全部", "2018—2019 学年", year=2018) == "2018.a.全部.2018-2019-学年"


def test_what_is_shown_leads_to_its_entry() -> None:
    link = f'<a class="gb-ask" href="#n-{OWN}">'
    assert link in Facts((Fact("经费", "1元", ref=OWN),)).html()
    assert link in Verdicts((Verdict("k", "经费", "pass", "1元", ref=OWN),)).html()
    assert link in bind("经费{v}。", {"v": Number(1.0, "元", ref=OWN)}).html
    table = make_table("t", 1, "经费", [Column("学段"), Column("数")], [["小学", Cell("1", 1, ref=OWN)]])
    assert link in table.html() and Table.from_content(table.content()) == table
    assert "gb-ask" not in asked("", "1")


def test_links_without_an_entry_are_plain_text_and_the_first_can_be_returned_to() -> None:
    html = asked(OWN, "1") + asked("else", "<b>2</b>") + asked(OWN, "3")
    assert refs_in(html) == [OWN, "else"]
    first: set[str] = set()
    found = linked(html, {OWN}, first)
    assert found == (
        f'<a class="gb-ask" id="a-{OWN}" href="#n-{OWN}">1</a><b>2</b><a class="gb-ask" href="#n-{OWN}">3</a>'
    )
    assert linked(asked(OWN, "4"), {OWN}, first) == asked(OWN, "4")  # a later part of the same page


def test_an_entry_says_definition_document_and_cell(built: Built) -> None:
    catalogue = catalogue_of(built)
    value = next(v for v in catalogue.values_of(2019, REAL) if v.statistic == "数值")
    ref = value_ref(value.indicator_id, value.stage, value.period)
    [entry] = origins(catalogue, 2019, REAL, [ref, "nothing.全部"])
    assert entry.ref == ref and entry.shown == str(value.number)
    said = {label: (words, address) for label, words, address in entry.lines}
    assert said["定义"][1] == f"/site/indicators/{value.indicator_id}.html"
    assert said["文件"][0] == catalogue.title_of(value) and "511923.xlsx" in said["填报位置"][0]
    html = origins_html("/reports/2019/511923/finance.html", [entry])
    assert entries_in(html) == {ref} and f'href="#a-{ref}"' in html
    assert origins_html("/x.html", []) == ""


def test_another_years_value_is_looked_up_in_that_year(built: Built) -> None:
    catalogue = catalogue_of(built)
    value = next(v for v in catalogue.values_of(2019, REAL) if v.statistic == "数值")
    name = value.indicator_id, value.stage, value.period
    [entry] = origins(catalogue, 2020, REAL, [value_ref(*name, year=2019), value_ref(*name)])
    assert "2019年" in entry.title and entry.shown == str(value.number)


@pytest.mark.parametrize(
    "numerator, denominator, least, shown",
    [
        (234.0, 240.0, 10, True),
        (237.0, 240.0, 10, False),  # three of them are left out
        (3.0, 240.0, 10, False),
        (6.0, 8.0, 10, False),
        (237.0, 240.0, 1, True),  # institutions, not persons
        (237.0, 240.0, 0, True),
    ],
)
def test_numerator_and_denominator_tell_of_no_few_persons(
    numerator: float, denominator: float, least: int, shown: bool
) -> None:
    row = {"numerator": numerator, "denominator": denominator}
    number = Number(numerator / denominator * 100, "%")
    expected = (numerator, denominator) if shown else (None, None)
    assert published_parts(row, {"min_n": least}, number) == expected
    assert published_parts(row, {"min_n": least}, number, internal=True) == (numerator, denominator)
    assert published_parts(row, {"min_n": least}, Number(None, "%")) == (None, None)


def test_only_submitted_values_of_a_row_lead_anywhere() -> None:
    row = {
        "indicator_id": "per_pupil_budget", "stage": "小学", "period": "", "origin": "F6", "previous_derived": False,
    }  # fmt: skip
    assert row_ref(row, "value", 2019) == OWN
    assert row_ref(row, "previous", 2019) == f"2018.{OWN}"
    assert row_ref(row | {"previous_derived": True}, "previous", 2019) == ""
    assert row_ref(row | {"year": 2017}, "value", 2019) == f"2017.{OWN}"
    assert row_ref(row, "growth", 2019) == row_ref(row | {"origin": ""}, "value", 2019) == ""
    assert row_ref(pd.Series({"a": 1}).to_dict(), "value", 2019) == ""


def test_a_computed_number_says_formula_numbers_rows_rule_and_target(built: Built) -> None:
    catalogue = catalogue_of(built)
    basis = basis_of(
        ("balance.x", "小学 1"), "差异系数（2019年）", "0.51", formula="标准差 ÷ 平均值", counted="标准差 1 ÷ 平均值 2",
        data="data/2019/511923.xlsx 工作表“学校年度” 第5—74行", rule="教督〔2017〕6号", indicator_id="per_pupil_budget",
    )  # fmt: skip
    assert basis.ref == "c-balance.x-小学-1"
    cell = Cell("0.51", 0.51, basis=basis)
    table = make_table("t", 1, "系数", [Column("学段"), Column("系数")], [["小学", cell], ["初中", cell]])
    assert Table.from_content(table.content()) == table and table.bases == (basis,)
    assert '<a class="gb-ask" href="#n-c-balance.x-小学-1">0.51</a>' in table.html()
    shown = Verdicts(
        (Verdict("k", "系数", "fail", "0.51", basis=basis), Verdict("l", "经费", "pass", ref=OWN))
    )
    content = shown._repr_mimebundle_()[MIME["verdicts"]]
    assert Verdicts.from_content(content) == shown and "basis" not in content["items"][1]
    sentence = bind("系数{v}。", {"v": Number(0.51, basis=basis)})
    assert sentence.bases == (basis,) and f"#n-{basis.ref}" in sentence.html
    [entry] = origins(catalogue, 2019, REAL, [basis.ref, "c-unknown"], {basis.ref: basis})
    said = {label: (words, address) for label, words, address in entry.lines}
    assert said["定义"][1] == "/site/indicators/per_pupil_budget.html"
    assert said["算法"][0] == basis.formula and said["本数"][0] == basis.counted
    assert said["依据"][0] == basis.rule and said["数据位置"][0] == basis.data


def test_what_several_entries_of_an_indicator_say_stands_once() -> None:
    both, own = ("定义", "同", "/a.html"), ("文件", "甲", "")
    entries = [Origin("a", "小学", "1", (both, own), "i"), Origin("x", "别的", "2", (both,), "j"),
               Origin("b", "初中", "3", (both, ("文件", "乙", "")), "i")]  # fmt: skip
    first, alone = together(entries)
    assert [e.ref for e in first.entries] == ["a", "b"] and first.shared == (both,)
    assert first.entries[0].lines == (own,)
    assert alone.entries[0].lines == (both,) and not alone.shared
    html = origins_html("/reports/2019/511923/finance.html", entries)
    assert html.count("同</a>") == 2 and entries_in(html) == {"a", "b", "x"}


ROW = {
    "indicator_id": "per_pupil_budget", "name": "生均经费", "stage": "小学", "stages": "小学、初中", "period": "",
    "kind": "amount", "unit": "元", "value": 9800.0, "value_text": "9800元", "previous": 9000.0,
    "previous_text": "9000元", "previous_derived": False, "growth": 8.89, "growth_shown": "增长8.89%", "decimals": 2,
    "qualifier": "", "source": "统计表", "origin": "a.xlsx F6", "previous_origin": "b.xlsx F6", "growth_origin": "",
}  # fmt: skip


def test_a_growth_says_both_years_their_difference_and_their_cells() -> None:
    basis = value_basis(ROW, "growth", 2019)
    assert basis is not None and basis.counted == "2019年 9800元 － 2018年 9000元 ＝ 增加 800元"
    assert basis.data == "2019年：a.xlsx F6；2018年：b.xlsx F6" and "÷ 上年" in basis.formula
    down = value_basis(ROW | {"value": 8999.9, "value_text": "8999.9元"}, "growth", 2019)
    assert down is not None and down.counted.endswith("减少 0.1元")  # exact, not 0.1000000000003638
    reported = value_basis(ROW | {"growth_origin": "a.xlsx F7"}, "growth", 2019)
    assert (
        reported is not None
        and reported.formula.startswith("填报的数")
        and "增长率：a.xlsx F7" in reported.data
    )
    rate = value_basis(ROW | {"kind": "rate", "unit": "%"}, "growth", 2019)
    assert rate is not None and rate.counted.endswith("增加 800个百分点")


def test_a_growth_without_both_values_has_no_numbers_and_none_without_growth() -> None:
    hidden = value_basis(ROW | {"previous": math.nan, "previous_text": "隐去"}, "growth", 2019)
    assert hidden is not None and hidden.counted == ""
    assert value_basis(ROW | {"growth": math.nan}, "growth", 2019) is None
    assert value_basis(ROW, "value", 2019) is value_basis(ROW, "previous", 2019) is None
    derived = value_basis(ROW | {"previous_derived": True}, "previous", 2019)
    assert derived is not None and derived.counted == "2019年 9800元 ÷（1 ＋ 8.89%）"


def test_rows_are_named_by_sheet_and_span() -> None:
    rows = [{"_file": "d/a.xlsx", "_sheet": "学校年度", "_row": n} for n in (5, 6, 9)]
    assert rows_place(rows) == "d/a.xlsx 工作表“学校年度” 第5—9行（其中3行）"
    assert rows_place([{"_file": "d/a.csv", "_sheet": math.nan, "_row": 3}]) == "d/a.csv 第3行"


def test_a_withheld_rate_tells_none_of_its_numbers() -> None:
    rate = Rate("cert", "持证率", "持证教师", "专任教师", 597.0, 600.0)
    assert (
        rate.withheld and "597" not in str(rate.said().content()) and "600" not in str(rate.said().content())
    )
    assert Rate("cert", "持证率", "持证教师", "专任教师", 500.0, 600.0).said().counted == (
        "持证教师 500 ÷ 专任教师 600"
    )


def test_an_analysts_own_column_says_how_it_was_computed() -> None:
    frame = pd.DataFrame({"item": ["甲", "乙"], "rate": [50.0, math.nan]})
    frame = with_bases(
        frame, "rate", lambda r: None if math.isnan(r["rate"]) else basis_of(("r",), "率", "50%")
    )
    (_, first), (_, second) = table_rows(frame, {"item": Column("项目"), "rate": Column("率", "%", 1)}, 2019)
    assert first.basis.title == "率" and first.shown == "50.0" and math.isnan(second)
    import altair as alt

    use_theme()
    spec = chart_spec(alt.Chart(frame).mark_bar().encode(x="rate:Q", y="item:N"))
    assert "basis" not in str(spec)


def test_a_table_counted_from_records_says_where_they_stand() -> None:
    class Cases:
        rows = (
            {"_file": "d/a.xlsx", "_sheet": "整改", "_row": 4},
            {"_file": "d/a.xlsx", "_sheet": "整改", "_row": 5},
        )

        @from_rows("rows")
        def states(self) -> pd.DataFrame:
            return pd.DataFrame({"state": ["办结"], "n": [2]})

    frame = Cases().states().assign(more=1)  # what is made of it keeps it
    assert place_of(frame) == "d/a.xlsx 工作表“整改” 第4—5行"
    table = make_table("t", 1, "状态", [Column("状态")], [["办结"]], place=place_of(frame))
    assert "数据位置：d/a.xlsx 工作表“整改” 第4—5行" in table.html() and "数据位置" in table.markdown()
    assert Table.from_content(table.content()) == table
    assert "place" not in make_table("t", 1, "状态", [Column("状态")], [["办结"]]).content()
