"""An executed notebook is written by code of our own: it must be what nbformat writes, byte for byte."""

from __future__ import annotations

from copy import deepcopy

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.workbooks.written import notebook_text

texts = st.text(st.characters(codec="utf-8"), max_size=20)
plain = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    plain, lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3), max_leaves=12
)


@given(values, texts, texts)
def test_any_output_is_written_as_nbformat_writes_it(value, line, source):
    notebook = nbformat.v4.new_notebook(
        metadata={"显示": value, "signature": "x"},
        cells=[
            nbformat.v4.new_markdown_cell(source, id="a", metadata={"trusted": True}),
            nbformat.v4.new_code_cell(
                source,
                id="b",
                outputs=[
                    nbformat.v4.new_output("stream", text=f"{line}\n{line}"),
                    nbformat.v4.new_output("display_data", {"text/plain": f"{line}\r\n{line}"}),
                    nbformat.v4.new_output("display_data", {"application/x+json": value}),
                    nbformat.v4.new_output("display_data", {"image/svg+xml": line, "image/png": line}),
                ],
            ),
        ],
    )  # fmt: skip
    expected = nbformat.v4.writes(deepcopy(notebook))
    assert notebook_text(notebook) == expected


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(TypeError):
        notebook_text(nbformat.v4.new_notebook(metadata={"x": object()}))
