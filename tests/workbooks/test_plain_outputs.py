"""Outputs that are taken as valid without asking nbformat are valid to nbformat."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import ValidationError
from nbformat.v4 import nbbase
from nbformat.validator import validate

from gongbao.workbooks.outputs import plainly_valid

_TEXTS = st.one_of(
    st.text(max_size=3), st.integers(-2, 2), st.none(), st.lists(st.text(max_size=2), max_size=2)
)
_NAMES = st.sampled_from(
    ["text/plain", "text/html", "application/json", "application/vnd.x+json", "application/pdf", "json", ""]
)
_KINDS = st.sampled_from(["display_data", "execute_result", "stream", "error"])
_OUTPUTS = st.fixed_dictionaries(
    {},
    optional={
        "output_type": _KINDS,
        "data": st.one_of(st.dictionaries(_NAMES, _TEXTS, max_size=3), _TEXTS),
        "metadata": st.one_of(st.just({}), st.just({"a": 1}), _TEXTS),
        "execution_count": st.one_of(st.integers(-1, 3), st.booleans(), st.none(), st.just(1.5)),
        "name": _TEXTS,
        "text": _TEXTS,
        "more": _TEXTS,
    },
)


@given(_OUTPUTS, _KINDS)
def test_an_output_that_is_plainly_valid_is_valid_to_nbformat(output: dict[str, Any], kind: str) -> None:
    if plainly_valid(output, kind):
        validate(output, ref=kind, version=4)


@pytest.mark.parametrize(
    "output",
    [
        {
            "output_type": "display_data",
            "data": {"text/plain": "字", "application/x+json": [1]},
            "metadata": {},
        },
        {"output_type": "execute_result", "data": {}, "metadata": {"a": 1}, "execution_count": None},
        {"output_type": "stream", "name": "stdout", "text": "字"},
    ],
)
def test_usual_outputs_are_plainly_valid_and_broken_ones_are_not(output: dict[str, Any]) -> None:
    assert plainly_valid(output, output["output_type"])
    for name in output:
        without = {key: value for key, value in output.items() if key != name}
        assert not plainly_valid(without, output["output_type"])
        with pytest.raises(ValidationError):
            validate(without, ref=output["output_type"], version=4)
    assert not plainly_valid(output | {"more": 1}, output["output_type"])


def test_an_invalid_output_is_still_refused_by_the_executor() -> None:
    from gongbao.workbooks import child  # what it sets in nbformat

    assert nbbase.validate is child._validate_output
    with pytest.raises(ValidationError):
        nbbase.new_output("display_data", data={"text/plain": 5})
