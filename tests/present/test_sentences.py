"""Sentences whose numbers are bound to data."""

from __future__ import annotations

import pytest

from gongbao.present import Number
from gongbao.present.sentence import TypedNumberError, bind


def test_numbers_come_with_unit_and_machine_readable_value() -> None:
    sentence = bind("总投入{total}。", {"total": Number(15.16, "亿元", decimals=2, origin="a.xlsx C5")})
    assert sentence.text == "总投入15.16亿元。"
    assert '<data value="15.16" title="a.xlsx C5">15.16亿元</data>' in sentence.html


def test_a_typed_number_is_refused_in_chinese() -> None:
    with pytest.raises(TypedNumberError, match="直接写了数字“98”"):
        bind("自评98分", {})


def test_document_numbers_and_titles_are_names() -> None:
    assert bind("依据教督〔2017〕6号和《方案2019》。", {}).text == "依据教督〔2017〕6号和《方案2019》。"


def test_a_suppressed_count_is_not_in_the_markup() -> None:
    sentence = bind("{n}", {"n": Number(3.0, "人", min_n=5)})
    assert "3" not in sentence.html
    assert sentence.text == "<5人"
    assert sentence.html == "&lt;5人"


def test_a_place_without_data_is_named() -> None:
    with pytest.raises(KeyError, match="total"):
        bind("总投入{total}", {})


def test_text_from_data_is_escaped() -> None:
    assert bind("{name}", {"name": "<b>甲</b>"}).html == "&lt;b&gt;甲&lt;/b&gt;"
