import pandas as pd
import pytest

from gongbao.standards import LocalTargets, Outcome, find_target

ENROLMENT = "preschool_3y_gross_enrolment"


@pytest.fixture
def table(rows_of, target) -> pd.DataFrame:
    # 毛入园率: ≥85 nationally (教督〔2020〕1号), 90 in Henan; the rest are invented places
    return rows_of(
        "targets",
        [
            target(ENROLMENT, "幼儿园", 80, valid_from=2010, valid_to=2019),
            target(ENROLMENT, "幼儿园", 85, valid_from=2020),
            target(ENROLMENT, "幼儿园", 84, valid_from=2018),
            target(ENROLMENT, "幼儿园", 90, valid_from=2020, region_code="410000", source_id="henan"),
            target(ENROLMENT, "幼儿园", 92, valid_from=2022, valid_to=2022, region_code="410100"),
            target(ENROLMENT, "幼儿园", 0.3, valid_from=2020, statistic="差异系数", op="<="),
        ],
    )


@pytest.mark.parametrize(
    ("region", "ancestors", "year", "value"),
    [
        ("990101", ("990100", "990000"), 2021, 85),
        ("410182", ("410100", "410000"), 2021, 90),
        ("410182", ("410100", "410000"), 2022, 92),
        ("410182", ("410100", "410000"), 2023, 90),
        ("410000", (), 2022, 90),
        ("410182", ("410100", "410000"), 2019, 84),  # both hold in 2019; the later one wins
        ("990101", (), 2012, 80),
    ],
)
def test_most_specific_place_then_latest(table, region, ancestors, year, value):
    found = find_target(table, ENROLMENT, "数值", "幼儿园", region, year, ancestors)
    assert found is not None
    assert found.value == value


def test_nothing_before_the_first_year_or_for_another_stage(table):
    assert find_target(table, ENROLMENT, "数值", "幼儿园", "990101", 2009) is None
    assert find_target(table, ENROLMENT, "数值", "小学", "990101", 2021) is None
    assert find_target(table, "other", "数值", "幼儿园", "990101", 2021) is None


def test_fields_and_verdict(table):
    found = find_target(table, ENROLMENT, "数值", "幼儿园", "410000", 2021)
    assert (found.op, found.basic_value, found.valid_from, found.valid_to, found.source_id) == (
        ">=", None, 2020, None, "henan",
    )  # fmt: skip
    assert found.judge(89.99) is Outcome.FAIL
    assert found.judge(90) is Outcome.PASS
    assert found.judge(None) is Outcome.UNDETERMINED


def test_statistics_are_kept_apart(table):
    assert find_target(table, ENROLMENT, "差异系数", "幼儿园", "990101", 2021).value == 0.3


def test_local_targets_take_the_first_stage_that_has_one(table):
    local = LocalTargets(table, "410182", 2021, ("410100", "410000"))
    assert local.find(ENROLMENT, "数值", "小学", "幼儿园").value == 90
    assert local.find(ENROLMENT, "数值", "小学") is None
