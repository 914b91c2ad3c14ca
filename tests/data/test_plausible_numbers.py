"""Numbers that can be read and can hardly be right."""

from __future__ import annotations

import pytest

ERROR, WARNING = "error", "warning"
SPEND = {"indicator_id": "spend", "stage": "全部"}
GROWTH = {**SPEND, "statistic": "增长率"}


def _problems(publication, *rows):
    publication.submit(indicator_values=list(rows))
    return publication.problems()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"indicator_id": "checks", "stage": "全部", "value": 594.5}, (ERROR, "not-whole", "E4")),
        ({"indicator_id": "checks", "stage": "全部", "value": -3}, (ERROR, "negative", "E4")),
        ({**SPEND, "value": -0.5}, (ERROR, "negative", "E4")),
        ({"indicator_id": "rate", "stage": "初中", "value": 105}, (WARNING, "above-100", "E4")),
        ({**GROWTH, "value": 0.0559}, (WARNING, "maybe-percent", "E4")),
    ],
)
def test_impossible_or_unlikely(publication, row, expected) -> None:
    assert _problems(publication, row) == [expected]


@pytest.mark.parametrize(
    "row",
    [
        {"indicator_id": "checks", "stage": "全部", "value": 3},
        {"indicator_id": "rate", "stage": "初中", "value": 100},
        {**GROWTH, "value": -3},
        {**GROWTH, "value": 0.5},
        {**GROWTH, "value": 33.44},
    ],
)
def test_ordinary(publication, row) -> None:
    assert _problems(publication, row) == []


def test_people_in_ten_thousands_are_whole_people(publication) -> None:
    """平昌 2019: 24.7万人次, a count whose unit is 万."""
    indicator = {
        "indicator_id": "aid", "name_zh": "资助人次", "stage": "全部", "unit": "万人次", "kind": "count",
        "area_id": "access", "direction": "none", "period_type": "年", "publish": "public",
    }  # fmt: skip
    publication.share(indicators=[*publication.shared["indicators"], indicator])
    assert _problems(publication, {"indicator_id": "aid", "stage": "全部", "value": 24.7}) == []
    assert _problems(publication, {"indicator_id": "aid", "stage": "全部", "value": 1.00001}) == [
        (ERROR, "not-whole", "E4")
    ]


def _two_years(publication, last, this):
    publication.submit(
        name="data/2022/990101.xlsx", cover={**publication.cover, "year": 2022}, indicator_values=last
    )
    return _problems(publication, *this)


@pytest.mark.parametrize(
    ("last", "this", "growth", "warned"),
    [
        # 平昌 2019: 11.71 亿元, +5.59 %, and the 11.09 that follow from it (domain.md A5)
        (11.09, 11.71, 5.59, False),
        (11.09, 11.71, 5.95, True),
        # the national notice of domain.md B9: 22576.01 after 21405.67 is +5.47 %
        (21405.67, 22576.01, 5.47, False),
        (21405.67, 22576.01, 5.48, True),
        # rounding explains it: 15.2 may be 15.249, 15.1 may be 15.05
        (15.1, 15.2, 1.3, False),
    ],
)
def test_growth_beside_the_two_years(publication, last, this, growth, warned) -> None:
    found = _two_years(
        publication, [{**SPEND, "value": last}], [{**SPEND, "value": this}, {**GROWTH, "value": growth}]
    )
    assert found == ([(WARNING, "growth-mismatch", "E5")] if warned else [])


def test_a_growth_may_change_its_sign_and_size(publication) -> None:
    assert _two_years(publication, [{**GROWTH, "value": 33.44}], [{**GROWTH, "value": -3}]) == []


def test_a_difference_beyond_every_unit_is_a_jump(publication) -> None:
    found = _two_years(publication, [{**SPEND, "value": 15.16}], [{**SPEND, "value": 0.0003}])
    assert found == [(WARNING, "unit-jump", "E4")]


def test_last_years_form_under_a_new_name(publication) -> None:
    rows = [
        {"indicator_id": "spend", "stage": "全部", "period": period, "value": number}
        for number, period in enumerate(("上半年", "下半年", *(f"{m}月" for m in range(1, 11))), 2)
    ]
    assert _two_years(publication, rows, rows) == [(WARNING, "same-as-last-year", None)]
    changed = [*rows[:-1], {**rows[-1], "value": 14}]
    assert _two_years(publication, rows, changed) == []


def _schools(publication, year, amounts):
    schools = [
        {
            "school_id": f"S{i}",
            "school_name": f"示例{i}",
            "stage": "小学",
            "ownership": "公办",
            "publish_name": "是",
        }
        for i in range(len(amounts))
    ]
    rows = [
        {"school_id": f"S{i}", "stage": "小学", "students": 100, "equip_value": amount, "source_id": "S1"}
        for i, amount in enumerate(amounts)
    ]
    publication.submit(
        name=f"data/{year}/990101.xlsx",
        cover={**publication.cover, "year": year},
        schools=schools,
        school_year=rows,
    )


def test_one_school_in_another_unit(publication) -> None:
    _schools(publication, 2023, [200_000, 250_000, 21, 300_000, 180_000, 400_000])
    assert publication.problems() == [(WARNING, "far-from-others", "R6")]


def test_small_and_rich_schools_are_not_suspect(publication) -> None:
    _schools(publication, 2023, [200_000, 30_000, 1_600_000, 300_000, 180_000, 400_000])
    assert publication.problems() == []


def test_a_whole_county_in_another_unit(publication) -> None:
    amounts = [200_000, 250_000, 300_000, 180_000, 400_000]
    _schools(publication, 2022, amounts)
    _schools(publication, 2023, [a / 10_000 for a in amounts])
    assert publication.problems() == [(WARNING, "unit-jump", "R4")]
