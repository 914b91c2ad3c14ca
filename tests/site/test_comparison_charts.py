"""The charts of comparisons, and notebooks read for them: what is done sooner gives the same."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest

from gongbao.site.compare import _spec, altair_spec
from gongbao.site.reading import load

ROWS = {
    "two": [("示例甲县", 0.43, 0.5, "0.43", "达标"), ("示例乙县", 0.61, 0.5, "0.61", "未达标")],
    "whole numbers": [("甲", 12, 10, "12人", "待定"), ("乙", 7, 10, "约7人", "未达标"), ("丙", 10, 10, "10", "达标")],
    "mixed": [("甲", 12, 0.5, "12", "达标"), ("乙", -0.0, 1e-9, "0", "未达标"), ("甲", 3.25, 1, "3.3", "达标")],
}  # fmt: skip


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_a_comparisons_chart_is_what_altair_makes_of_its_rows(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["place", "value", "limit", "shown", "outcome"])
    made, expected = _spec(frame), altair_spec(frame)
    assert made == expected
    assert str(made["datasets"]) == str(expected["datasets"])  # 12 is not 12.0


def test_a_notebook_is_read_as_nbformat_reads_it(tmp_path: Path) -> None:
    deep = {"rows": [[{"shown": "1", "raw": 1}, {"shown": "—", "raw": None}]], "lines": ["a\n", "b"]}
    cells = [
        nbformat.v4.new_markdown_cell("# 题\n\n正文"),
        nbformat.v4.new_code_cell(
            "x",
            outputs=[
                nbformat.v4.new_output(
                    "display_data", {"text/html": "<p>a</p>\n<p>b</p>", "application/vnd.gongbao.table+json": deep}
                ),
                nbformat.v4.new_output("stream", name="stdout", text="一\n二\n"),
                nbformat.v4.new_output("execute_result", {"text/plain": "1"}, execution_count=1),
            ],
        ),
    ]  # fmt: skip
    for i, cell in enumerate(cells):
        cell["id"] = f"cell-{i}"
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    found = load(text)
    assert found == nbformat.reads(text, as_version=4)
    [output, *_] = found.cells[1].outputs
    assert list(output.data) == list(nbformat.reads(text, as_version=4).cells[1].outputs[0].data)
    assert output.data["text/html"] == "<p>a</p>\n<p>b</p>"


def test_what_nbformat_refuses_is_refused() -> None:
    with pytest.raises(nbformat.ValidationError):
        load('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "worksheets": []}')
    with pytest.raises(nbformat.reader.NotJSONError):
        load("no notebook")
