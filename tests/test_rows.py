"""Frames taken apart and made the quick way are those that pandas makes."""

import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gongbao.rows import block_frame, make_frame, row_dicts

NUMBERS = st.one_of(st.none(), st.floats(allow_nan=True), st.integers(-(2**40), 2**40))
ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from([None, "", "甲", "a b"]), "flag": st.booleans()},
        optional={"value": NUMBERS},
    ),
    max_size=6,
)


@given(ROWS)
def test_made_frames_are_those_of_pandas(rows: list[dict[str, object]]) -> None:
    columns = ["flag", "value", "name"]
    expected = pd.DataFrame(rows, columns=columns).astype({"value": "float64"})
    pd.testing.assert_frame_equal(make_frame(rows, columns, ("value",)), expected, check_dtype=bool(rows))


@given(ROWS)
def test_rows_are_those_of_to_dict(rows: list[dict[str, object]]) -> None:
    frame = make_frame(rows, ["name", "flag", "value"], ("value",))
    quick, slow = row_dicts(frame), frame.to_dict("records")
    assert repr(quick) == repr(slow)
    assert [[type(v) for v in row.values()] for row in quick] == [
        [type(v) for v in row.values()] for row in slow
    ]


def test_a_missing_number_is_nan_and_a_whole_one_a_float() -> None:
    first, second = row_dicts(make_frame([{"a": 3}, {}], ["a"], ("a",)))
    assert first == {"a": 3.0} and isinstance(first["a"], float)
    assert math.isnan(second["a"])


def test_rows_of_frames_put_together_and_of_other_types() -> None:
    frame = pd.DataFrame(
        {
            "text": ["甲", None],
            "day": pd.to_datetime(["2023-01-02", None]),
            "kind": pd.Categorical(["x", "y"]),
            "whole": pd.array([1, 2], dtype="Int64"),
        }
    )
    frame = frame.assign(value=[1.5, math.nan], later=pd.to_datetime(["2024-01-01", "2024-01-02"]), flag=True)
    for one in (frame, frame[["flag", "value", "text"]], frame[frame["flag"]].iloc[::-1], frame.iloc[:0]):
        assert repr(row_dicts(one)) == repr(one.to_dict("records"))


def test_a_frame_of_blocks_holds_texts_as_objects_in_the_order_given() -> None:
    columns = {"name": ["甲", math.nan], "value": [1.0, 2.0], "note": ["", "乙"], "flag": [True, False]}
    frame = block_frame(columns, {"value": "float64", "flag": "bool"})
    assert [str(kind) for kind in frame.dtypes] == ["object", "float64", "object", "bool"]
    assert repr(frame.to_dict("list")) == repr(columns)
    assert list(block_frame({"name": [], "value": []}, {"value": "float64"}).columns) == ["name", "value"]
