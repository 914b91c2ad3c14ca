"""What `Report.values`, `Report.staffing` and the downloads withhold of submitted numbers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

import samples
from gongbao.present.published import Disclosure, make_disclosure, published_number, staffing_numbers
from gongbao.rows import row_dicts
from gongbao.workbooks.staffing import staffing_frame
from gongbao.workbooks.values import public_rows, value_frame

NOTHING = float("nan")
COUNT = {
    "area_id": "inspect",
    "stage": "全部",
    "kind": "count",
    "unit": "人",
    "min_n": 5.0,
    "publish": "public",
}
LIST: list[dict[Any, Any]] = row_dicts(
    samples.rows(
        "indicators",
        {**COUNT, "indicator_id": "all", "name_zh": "处理人数"},
        {**COUNT, "indicator_id": "a", "name_zh": "甲类人数", "part_of": "all"},
        {**COUNT, "indicator_id": "b", "name_zh": "乙类人数", "part_of": "all"},
        {**COUNT, "indicator_id": "c", "name_zh": "丙类人数", "part_of": "all"},
        {**COUNT, "indicator_id": "secret", "name_zh": "内部人数", "publish": "internal"},
        {**COUNT, "indicator_id": "rate", "name_zh": "甲类率", "kind": "rate", "unit": "%", "min_n": 10.0,
         "decimals": 2.0, "numerator": "甲类人数", "denominator": "处理人数"},
    )
)  # fmt: skip


def value(id: str, number: float, **more: Any) -> dict[Any, Any]:
    row = {
        "indicator_id": id, "stage": "全部", "statistic": "数值", "period": NOTHING, "value": number, "unit": NOTHING,
        "qualifier": NOTHING, "missing_code": NOTHING, "numerator": NOTHING, "denominator": NOTHING, "source_id": "s",
        "quote": NOTHING, "note": NOTHING,
    }  # fmt: skip
    return row | more


def frame(
    rows: list[dict[Any, Any]], last: list[dict[Any, Any]] | None = None, *, internal: bool = False
) -> pd.DataFrame:
    earlier = last or []
    disclosures = (make_disclosure(rows, LIST, earlier), make_disclosure(earlier, LIST))
    if internal:
        disclosures = (Disclosure(internal=True), Disclosure(internal=True))
    shown = [public_rows(each, LIST, "all", (), internal=internal) for each in (rows, earlier)]
    return value_frame(*shown, {}, lambda row: "", disclosures).set_index("indicator_id")


def test_a_part_that_the_total_would_give_back_takes_another_with_it() -> None:
    shown = frame([value("all", 46), value("a", 3), value("b", 12), value("c", 31)])["value_shown"]
    assert shown.to_dict() == {"all": "46", "a": "<5", "b": "隐去（避免推算）", "c": "31"}


def test_a_quote_that_holds_a_withheld_number_is_left_out_wherever_it_stands() -> None:
    quote = "甲类3人，乙类12人，丙类31人"
    rows = [
        value("a", 3, quote=quote),
        value("b", 12, quote=quote),
        value("c", 31, quote="丙类31人", note="其中31人受训"),
    ]
    shown = frame(rows)
    assert shown["quote"].to_dict() == {"a": "", "b": "", "c": "丙类31人"}
    assert frame([value("a", 3, note="3人都已复职")]).loc["a", "note"] == ""
    assert shown.loc["c", "note"] == "其中31人受训"


def test_last_years_value_and_growth_do_not_give_this_years_back() -> None:
    rows = [value("a", 3), value("a", -50.0, statistic="增长率", unit="%")]
    shown = frame(rows, [value("a", 6)])
    assert shown.loc["a", "previous"] == 6 and shown.loc["a", "value_shown"] == "<5"
    assert math.isnan(shown.loc["a", "growth"]) and shown.loc["a", "growth_shown"] == "—"


def test_this_years_value_and_growth_do_not_give_last_years_back() -> None:
    rows = [value("a", 6), value("a", 100.0, statistic="增长率", unit="%")]
    for last in ([value("a", 3)], []):  # submitted, or to be derived from the growth
        shown = frame(rows, last)
        assert shown.loc["a", "value"] == 6
        assert math.isnan(shown.loc["a", "previous"]) and math.isnan(shown.loc["a", "growth"])


def test_a_rate_does_not_give_its_withheld_numerator_back() -> None:
    rows = [value("all", 46), value("a", 3), value("rate", 6.52)]
    shown = frame([*rows, value("b", 12), value("c", 31)])
    assert math.isnan(shown.loc["rate", "value"]) and shown.loc["rate", "value_shown"].startswith("隐去")
    assert (
        frame([value("all", 46), value("a", 12), value("b", 34), value("rate", 26.09)]).loc["rate", "value"]
        == 26.09
    )


def test_a_rate_of_fewer_than_ten_is_withheld_also_with_its_base() -> None:
    shown = frame([value("rate", 62.5, numerator=5.0, denominator=8.0)]).loc["rate"]
    assert shown["value_shown"] == "隐去"
    assert math.isnan(shown["numerator"]) and math.isnan(shown["denominator"])


def test_ten_thousands_of_persons_are_no_small_count() -> None:
    assert frame([value("a", 3.2, unit="万人")]).loc["a", "value_text"] == "3.2万人"


def test_a_build_for_the_office_shows_everything() -> None:
    rows = [
        value("all", 46),
        value("a", 3, quote="甲类3人"),
        value("b", 12),
        value("c", 31),
        value("secret", 2),
    ]
    assert "secret" not in frame(rows).index
    shown = frame(rows, internal=True)
    assert shown["value"].to_dict() == {"all": 46, "a": 3, "b": 12, "c": 31, "secret": 2}
    assert shown.loc["a", "quote"] == "甲类3人"


def test_one_row_alone_is_judged_by_itself() -> None:
    assert str(published_number(value("a", 3), LIST[1])) == "<5人"


def staff(category: str, kind: str, number: float, **more: Any) -> dict[Any, Any]:
    row = {
        "category": category, "kind": kind, "value": number, "unit": "人", "qualifier": NOTHING,
        "missing_code": NOTHING, "period": NOTHING, "publish": NOTHING, "note": NOTHING, "source_id": "s",
        "quote": NOTHING,
    }  # fmt: skip
    return row | more


def test_staffing_withholds_few_persons_and_what_gives_them_back() -> None:
    rows = [
        staff("师德处理", "合计", 46), staff("师德处理", "警告", 31), staff("师德处理", "记过", 12),
        staff("师德处理", "开除", 3),
        staff("教师招聘", "特岗教师", 4), staff("教师招聘", "招聘学校", 3, unit="所"),
    ]  # fmt: skip
    shown = staffing_frame(rows, {"s": "自评报告"}).set_index("kind")
    assert shown["value_shown"].to_dict() == {
        "合计": "46", "警告": "31", "记过": "隐去（避免推算）", "开除": "<5", "特岗教师": "<5", "招聘学校": "3",
    }  # fmt: skip
    assert math.isnan(shown.loc["开除", "value"]) and shown.loc["警告", "source"] == "自评报告"


def test_the_offices_own_posts_are_public() -> None:
    rows = [staff("督导力量", "专职督学", 3, unit="名", quote="督学3名")]
    shown = staffing_frame(rows, {}).iloc[0]
    assert (shown["value_text"], shown["quote"]) == ("3名", "督学3名")


def test_rows_that_are_not_public_are_left_out_except_in_the_office() -> None:
    rows = [staff("问责处理", "约谈", 12, publish=0.0), staff("问责处理", "通报", 14, publish=1.0)]
    assert list(staffing_frame(rows, {})["kind"]) == ["通报"]
    assert list(staffing_frame(rows, {}, internal=True)["kind"]) == ["约谈", "通报"]
    assert [number.public for _, number in staffing_numbers(rows)] == [14]


@pytest.mark.parametrize("categories", [(), ("师德处理",)])
def test_what_is_withheld_depends_on_all_rows_not_on_those_asked_for(categories: tuple[str, ...]) -> None:
    rows = [staff("师德处理", "合计", 15), staff("师德处理", "警告", 12), staff("师德处理", "开除", 3)]
    shown = staffing_frame(rows, {}, categories).set_index("kind")["value_shown"]
    assert shown["警告"] == "隐去（避免推算）" and shown["开除"] == "<5"


def test_a_quote_of_a_withheld_staffing_row_is_left_out() -> None:
    quote = "警告12人，开除3人"
    rows = [staff("师德处理", "警告", 12, quote=quote), staff("师德处理", "开除", 3, quote=quote)]
    assert list(staffing_frame(rows, {})["quote"]) == ["", ""]
