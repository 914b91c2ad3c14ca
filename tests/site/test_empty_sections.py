"""A heading of a notebook stands on the page only when something stands under it."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gongbao.site.finish import finish


def words(id: str) -> object:
    return new_code_cell("x", id=id, outputs=[new_output("display_data", {"text/plain": "字"})])


def silent(id: str) -> object:
    return new_code_cell("x", id=id, outputs=[])


def kept(*cells: object) -> list[str]:
    notebook = finish(new_notebook(cells=list(cells)), {}, "finance")
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def md(text: str) -> object:
    return new_markdown_cell(text)


def test_a_section_whose_cells_show_nothing_loses_its_heading_and_prose() -> None:
    assert kept(md("## 专项资金\n\n预算是……"), silent("a"), silent("b"), md("## 其他"), words("c")) == [
        "## 其他"
    ]
    assert kept(md("## 最后"), silent("a")) == []


def test_one_output_keeps_it() -> None:
    assert kept(md("## 专项资金"), silent("a"), words("b")) == ["## 专项资金"]


def test_a_section_of_prose_alone_stays() -> None:
    assert kept(md("## 说明"), md("一段文字。"), md("## 空"), silent("a")) == ["## 说明", "一段文字。"]
    assert kept(md("## 说明\n\n一段文字。")) == ["## 说明\n\n一段文字。"]


def test_a_heading_stands_while_one_below_it_has_content() -> None:
    cells = md("## 经费"), md("### 空"), silent("a"), md("### 有"), words("b")
    assert kept(*cells) == ["## 经费", "### 有"]
    assert kept(md("## 经费"), md("### 空"), silent("a"), md("## 有"), words("b")) == ["## 有"]


def test_the_title_and_its_prose_stay() -> None:
    assert kept(md("# 经费\n\n本篇说明。"), silent("a")) == ["\n本篇说明。"]
