"""Frames taken apart and made the quick way are those that pandas makes."""

import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gongbao.rows import make_frame, row_dicts

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
