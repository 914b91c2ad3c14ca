"""Charts that differ only in what Vega-Lite's schema can't tell apart are checked once; others each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest

from gongbao.present import shapes

_SCHEMA = Path(alt.__file__).parent / "vegalite" / "v6" / "schema" / "vega-lite-schema.json"
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")


def _rules(value: Any) -> Iterator[tuple[str, float]]:
    """Every number that a rule of the schema names, by the rule."""
    if isinstance(value, dict):
        for name, inner in value.items():
            for number in inner if name in ("enum", "const") and isinstance(inner, list) else [inner]:
                if name not in ("default", *_COUNTS) and type(number) in (int, float):
                    yield name, number
            yield from _rules(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _rules(inner)


def test_every_number_that_the_schema_names_is_known() -> None:
    found = set(_rules(json.loads(_SCHEMA.read_text("utf-8"))))
    assert {rule for rule, _ in found} == {"minimum", "maximum", "enum"}
    assert {n for rule, n in found if rule != "enum"} == set(shapes.LIMITS)
    assert {n for _, n in found} == shapes.NAMED_NUMBERS


@pytest.fixture
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "_known", set())
    monkeypatch.setattr(shapes, "_learned", [])


def _chart(**mark: Any) -> alt.Chart:
    return alt.Chart(pd.DataFrame({"x": [1]})).mark_bar(**mark).encode(x="x:Q")


@pytest.mark.usefixtures("nothing_known")
def test_numbers_between_two_limits_count_as_one() -> None:
    for size in (13, 14, 23):
        shapes.checked_dict(_chart(size=size))
    assert len(shapes.learned()) == 1
    shapes.checked_dict(_chart(size=25))
    shapes.checked_dict(_chart(size=13.5))
    assert len(shapes.learned()) == 2


@pytest.mark.usefixtures("nothing_known")
@pytest.mark.parametrize("wrong", [{"opacity": 1.5}, {"opacity": -0.2}, {"size": -13}, {"fontWeight": 150}])
def test_a_number_beyond_a_limit_is_refused_after_a_right_one(wrong: dict[str, float]) -> None:
    right = {"opacity": 0.5, "size": 13, "fontWeight": 200}
    shapes.checked_dict(_chart(**{name: right[name] for name in wrong}))
    with alt.utils.schemapi.debug_mode(False):
        made = _chart(**wrong)
    with pytest.raises(alt.utils.schemapi.SchemaValidationError):
        shapes.checked_dict(made)
