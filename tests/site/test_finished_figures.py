"""How the charts and tables of a notebook get onto the page."""

from pathlib import Path

import altair as alt
import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import samples
from gongbao.present import theme
from gongbao.present.charts import chart_spec
from gongbao.present.display import VEGALITE
from gongbao.site import build_site, svg
from gongbao.site.charts import ChartError, spec_text
from gongbao.site.finish import finish
from gongbao.site.reading import read_report
from gongbao.site.svg import inline, tidy

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" class="marks" width="530" height="109" '
    'viewBox="0 0 530 109"><g role="graphics-symbol" aria-label="a > b: 0.501787" clip-path="url(#clip1)">'
    '<path transform="translate(41.81818181818182,17)"/><text font-family="Gongbao Sans">0.501787</text></g>'
    '<defs><clipPath id="clip1"><rect/></clipPath></defs></svg>'
)


def test_tidy_shortens_coordinates_but_never_text() -> None:
    tidied = tidy(SVG)
    assert "translate(41.82,17)" in tidied and ">0.501787</text>" in tidied
    assert "aria-label" not in tidied and "role=" not in tidied
    assert tidied.count("font-family") == 1 and "sans-serif" in tidied


def test_drawings_name_the_fonts_of_the_theme() -> None:
    assert svg.FONTS == theme.FONTS


def test_inline_makes_ids_unique_and_the_size_fluid() -> None:
    drawn = inline(tidy(SVG), "fig-3")
    assert 'id="fig-3-clip1"' in drawn and "url(#fig-3-clip1)" in drawn
    assert 'viewBox="0 0 530 109"' in drawn and ' width="636"' in drawn and "gb-least-418" in drawn
    assert "style=" not in drawn  # which a page's policy refuses


def notebook_of(*outputs: object) -> object:
    return new_notebook(cells=[new_code_cell("x", id="a", outputs=list(outputs))])


def test_a_figure_gets_page_and_word_representations() -> None:
    figure = samples.make_figure()
    notebook = finish(notebook_of(samples.output(figure)), {figure.spec_text(): tidy(SVG)}, "finance")
    data = notebook.cells[0].outputs[0].data
    assert 'data-spec="finance/fig-1.json"' in data["text/html"] and "<svg" in data["text/html"]
    assert (
        "<table" in data["text/html"] and 'aria-label="小学11648.78元，初中13418.99元。"' in data["text/html"]
    )
    assert data["text/markdown"].startswith("![图 1 生均一般公共预算教育经费](finance/fig-1.svg)")


def test_an_image_for_word_is_embedded_when_asked_for() -> None:
    figure = samples.make_figure()
    text = figure.spec_text()
    notebook = finish(notebook_of(samples.output(figure)), {text: tidy(SVG)}, "finance", {text: b"\x89PNG"})
    assert "](data:image/png;base64,iVBORw==)" in notebook.cells[0].outputs[0].data["text/markdown"]


def test_the_title_line_is_dropped_and_only_that() -> None:
    notebook = finish(samples.finance_notebook(samples.REAL, 2019), _any_svg(), "finance")
    assert notebook.cells[0].source == "\n本篇说明教育经费的投入和使用。"
    assert notebook.cells[2].source == "## 一、主要数字"


def _any_svg() -> dict[str, str]:
    return {samples.make_figure().spec_text(): tidy(SVG)}


def bare_chart(title: str = "未编号") -> dict[str, object]:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    return chart_spec(alt.Chart(frame, title=title).mark_bar().encode(x="a:Q", y="b:N"))


def test_a_bare_chart_is_drawn_without_number_and_warned_of(tmp_path: Path) -> None:
    spec = bare_chart()
    key = samples.Key(2019, samples.REAL, "finance")
    path = tmp_path / "n.ipynb"
    notebook = notebook_of(new_output("display_data", {VEGALITE: spec, "text/plain": "图"}))
    nbformat.write(notebook, path)
    content = read_report(key, path)
    assert content.specs == (spec_text(spec),)
    assert content.warnings and "2019/511923/finance" in content.warnings[0]
    finished = finish(notebook, {spec_text(spec): tidy(SVG)}, "finance")
    html = finished.cells[0].outputs[0].data["text/html"]
    assert "<svg" in html and "图 1" not in html and 'aria-label="未编号"' in html


def test_a_chart_that_cannot_be_drawn_names_its_place(tmp_path: Path) -> None:
    publication = samples.make_publication(tmp_path)
    key = samples.Key(2019, samples.REAL, "finance")
    path = tmp_path / "n.ipynb"
    broken = {"mark": "bar", "data": {"values": []}, "transform": [{"filter": "1 +"}]}
    nbformat.write(notebook_of(new_output("display_data", {VEGALITE: broken, "text/plain": "图"})), path)
    with pytest.raises(ChartError, match="2019/511923/finance"):
        build_site(
            publication,
            samples.make_dataset(),
            {key: path},
            samples.WORKBOOKS,
            tmp_path / "out",
            store=tmp_path / "store",
        )


def test_charts_never_fetch_data(tmp_path: Path) -> None:
    publication = samples.make_publication(tmp_path)
    key = samples.Key(2019, samples.REAL, "finance")
    path = tmp_path / "n.ipynb"
    outside = {"mark": "bar", "data": {"url": "https://example.org/x.csv"}, "encoding": {"x": {"field": "a"}}}
    nbformat.write(notebook_of(new_output("display_data", {VEGALITE: outside, "text/plain": "图"})), path)
    with pytest.raises(ChartError, match="2019/511923/finance"):
        build_site(
            publication,
            samples.make_dataset(),
            {key: path},
            samples.WORKBOOKS,
            tmp_path / "out",
            store=tmp_path / "store",
        )
