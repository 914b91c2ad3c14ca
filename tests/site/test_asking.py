"""A number leads to where it comes from: links that have an entry, and none that lead nowhere."""

from __future__ import annotations

import pandas as pd
import pytest

from gongbao.present import Cell, Fact, Facts, Number, Table, Verdict, Verdicts
from gongbao.present.asking import asked, value_ref
from gongbao.present.published import published_parts
from gongbao.present.sentence import bind
from gongbao.present.table import Column, make_table
from gongbao.site.asking import entries_in, linked, origins, origins_html, refs_in
from gongbao.site.catalogue import Catalogue
from gongbao.site.plan import plan_of
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
