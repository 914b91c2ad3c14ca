"""Reading a workbook, its parameters, and everything that can be wrong with it."""

from __future__ import annotations

import json

import nbformat
import pytest

from gongbao.workbooks import Workbook, WorkbookError, load_workbooks
from running import PARAMETERS, code, notebook, read, store


def load(tmp_path, made):
    return Workbook.load(store(tmp_path, "finance", made))


def refused(tmp_path, made):
    with pytest.raises(WorkbookError) as caught:
        load(tmp_path, made)
    assert "finance.ipynb" in str(caught.value)
    return str(caught.value)


def test_defaults_are_the_literals_of_the_parameters_cell(tmp_path):
    parameters = '"""说明"""\nregion = "511923"  # 县\nyear: int = 2019\nshare = -0.5\n'
    parameters += 'stages = ["小学", "初中"]\nnote = None'
    workbook = load(tmp_path, notebook(parameters=parameters))
    assert workbook.defaults == {
        "region": "511923",
        "year": 2019,
        "share": -0.5,
        "stages": ["小学", "初中"],
        "note": None,
    }
    assert workbook.area == "finance"


def test_injected_cell_comes_after_the_parameters(tmp_path):
    workbook = load(tmp_path, notebook("print(region)"))
    made = workbook.with_parameters({"year": 2020, "region": '51"19\\23'})
    assert [cell.id for cell in made.cells] == ["parameters", "injected-parameters", "cell-2"]
    assert made.cells[1].metadata.tags == ["injected-parameters"]
    namespace = {}
    exec(made.cells[1].source, namespace)
    assert (namespace["region"], namespace["year"]) == ('51"19\\23', 2020)
    assert made.cells[1].source.startswith('region = "')
    nbformat.validate(made)
    assert len(workbook.with_parameters({}).cells) == 3


@pytest.mark.parametrize(
    "value", ["文'\"\n\u2028", True, 3, -2.5, None, [1, "二"], (1,), (1, 2), {"键": [None, 0.1]}]
)
def test_values_come_back_as_they_were(tmp_path, value):
    workbook = load(tmp_path, notebook(parameters="x = None"))
    namespace = {}
    exec(workbook.with_parameters({"x": value}).cells[1].source, namespace)
    assert namespace["x"] == value and type(namespace["x"]) is type(value)


def test_unknown_parameter(tmp_path):
    with pytest.raises(WorkbookError, match=r"finance\.ipynb 没有参数“county”；它的参数有：region、year"):
        load(tmp_path, notebook()).with_parameters({"county": "511923"})


@pytest.mark.parametrize(
    ("name", "value"), [("year", "2019"), ("region", 511923), ("year", True), ("year", 2019.0)]
)
def test_value_of_another_type(tmp_path, name, value):
    with pytest.raises(WorkbookError, match=f"finance.ipynb 的参数“{name}”应当是"):
        load(tmp_path, notebook()).with_parameters({name: value})


def test_whole_number_may_stand_for_a_float(tmp_path):
    made = load(tmp_path, notebook(parameters="share = 0.5")).with_parameters({"share": 1})
    assert made.cells[1].source == "share = 1"


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_value_that_cannot_be_written(tmp_path, value):
    with pytest.raises(WorkbookError, match="参数的值不能是"):
        load(tmp_path, notebook(parameters="x = None")).with_parameters({"x": value})


def test_outputs_are_cleared(tmp_path):
    made = notebook("1")
    made.cells[1].execution_count = 7
    made.cells[1].outputs = [nbformat.v4.new_output("stream", text="旧")]
    cell = load(tmp_path, made).with_parameters({}).cells[2]
    assert (cell.outputs, cell.execution_count) == ([], None)


def test_digest_is_of_sources_not_of_outputs(tmp_path):
    plain = load(tmp_path, notebook("1")).digest
    made = notebook("1")
    made.cells[1].execution_count = 7
    made.cells[1].outputs = [nbformat.v4.new_output("stream", text="旧")]
    made.cells[1].metadata["execution"] = {"iopub.status.busy": "2024-01-01T00:00:00Z"}
    made.metadata["language_info"] = {"name": "python", "version": "3.13.0"}
    made.metadata["kernelspec"] = {"name": "mine", "display_name": "Mine", "language": "python"}
    assert load(tmp_path, made).digest == plain
    assert load(tmp_path, notebook("2")).digest != plain
    tagged = notebook(code("1", "cell-2", ["hide-input"]))
    assert load(tmp_path, tagged).digest != plain


def test_digest_does_not_depend_on_how_json_is_written(tmp_path):
    path = store(tmp_path, "finance", notebook("a = 1\nb = 2"))
    before = Workbook.load(path).digest
    raw = read(path)
    raw["cells"][1]["source"] = "".join(raw["cells"][1]["source"])
    path.write_text(json.dumps(raw, indent=7, ensure_ascii=True), "utf-8")
    assert Workbook.load(path).digest == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "不是 JSON",
        "[]",
        '{"a": 1}',
        '{"cells": 3, "nbformat": 4, "nbformat_minor": 5}',
        '{"cells": [], "nbformat": "四", "nbformat_minor": 5}',
        '{"cells": [1], "nbformat": 4, "nbformat_minor": 5}',
    ],
)
def test_not_a_notebook(tmp_path, text):
    path = tmp_path / "finance.ipynb"
    path.write_text(text, "utf-8")
    with pytest.raises(WorkbookError, match=r"finance\.ipynb"):
        Workbook.load(path)


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "finance.ipynb"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WorkbookError, match=r"finance\.ipynb 不是 Jupyter 笔记本"):
        Workbook.load(path)


def test_missing_file(tmp_path):
    with pytest.raises(WorkbookError, match=r"找不到工作簿 finance\.ipynb"):
        Workbook.load(tmp_path / "finance.ipynb")


def test_old_format(tmp_path):
    path = store(tmp_path, "finance", notebook("1"))
    raw = read(path)
    raw["nbformat_minor"] = 4
    for cell in raw["cells"]:
        del cell["id"]
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(WorkbookError, match="格式版本太旧"):
        Workbook.load(path)


def test_no_parameters_cell(tmp_path):
    made = notebook("1")
    made.cells[0].metadata["tags"] = []
    assert "恰好有一个带标签“parameters”的代码单元，现有 0 个" in refused(tmp_path, made)


def test_two_parameters_cells(tmp_path):
    assert "现有 2 个" in refused(tmp_path, notebook(code(PARAMETERS, "again", ["parameters"])))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("region = '1'\nimport os", "第 2 行不是参数"),
        ("year = int('2019')", "参数“year”只能写成字面值"),
        ("a, b = 1, 2", "第 1 行不是参数"),
        ("a = b = 1", "第 1 行不是参数"),
        ("a: int", "第 1 行不是参数"),
        ("a = = 1", "第 1 行写法有误"),
    ],
)
def test_parameters_cell_that_does_more(tmp_path, source, message):
    assert message in refused(tmp_path, notebook(parameters=source))


def test_repeated_cell_ids(tmp_path):
    path = store(tmp_path, "finance", notebook("1", "2"))
    raw = read(path)
    raw["cells"][2]["id"] = raw["cells"][1]["id"]
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(WorkbookError, match=r"finance\.ipynb 里有重复的单元编号：cell-2"):
        Workbook.load(path)


def test_cell_of_an_earlier_build(tmp_path):
    assert "injected-parameters" in refused(tmp_path, notebook(code("1", "injected-parameters")))


def test_all_wrong_workbooks_are_named_at_once(tmp_path):
    folder = store(tmp_path, "good", notebook()).parent
    for name in ("one", "two"):
        (folder / f"{name}.ipynb").write_text("{}", "utf-8")
    with pytest.raises(WorkbookError, match=r"one\.ipynb(.|\n)*two\.ipynb"):
        load_workbooks(folder)
    for name in ("one", "two"):
        (folder / f"{name}.ipynb").unlink()
    assert list(load_workbooks(folder)) == ["good"]
