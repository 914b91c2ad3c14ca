"""Training by programme, with the numbers of 梓潼县 2018–2020 (40 and 42 班次, 3500余 person-times each)."""

import math

import pytest

from gongbao.standards.training import by_programme


def test_sums_say_what_they_leave_out_and_keep_the_qualifier(rows_of):
    rows = [
        {"programme": "国培", "hours": 80},
        {"programme": "国培", "sessions": 40, "person_times": 3500, "qualifier": "余"},
        {"programme": "国培", "sessions": 42, "person_times": 3500, "qualifier": "余"},
        {"programme": "县培", "persons": 96},
    ]
    frame = by_programme(rows_of("training", rows)).set_index("programme")
    national = frame.loc["国培"]
    assert (national["sessions"], national["person_times"], national["qualifier"]) == (82, 7000, "余")
    assert (national["items"], national["given_person_times"]) == (3, 2)
    assert math.isnan(national["persons"])
    assert list(frame.index) == ["国培", "县培"] and frame.loc["县培", "persons"] == 96


@pytest.mark.parametrize(
    ("words", "whole"),
    [((), ""), (("余", "以上"), "余"), (("近",), "近"), (("余", "近"), "约"), (("约",), "约")],
)
def test_the_qualifier_of_a_sum(rows_of, words, whole):
    rows = [{"programme": "市培", "persons": 10, "qualifier": word} for word in words] or [
        {"programme": "市培"}
    ]
    assert by_programme(rows_of("training", rows))["qualifier"].iloc[0] == whole
