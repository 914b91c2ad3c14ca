"""The finished notebook: the executed one with every chart drawn, ready for any renderer."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from gongbao.present import Figure, Table, read_display
from gongbao.site.charts import spec_text
from gongbao.site.reading import ReportContent, vegalite
from gongbao.site.svg import inline

_TITLE = re.compile(r"\A\s*# [^\n]*\n?")
_HEADING = re.compile(r"\A\s*(#{2,6}) ")


def finish(
    notebook: Any,
    svgs: Mapping[str, str],
    assets: str,
    pngs: Mapping[str, bytes] | None = None,
    read: ReportContent | None = None,
) -> Any:
    """Give each figure and table of `notebook` (changed in place) its `text/html` and `text/markdown`.

    `svgs` and `pngs` are by spec text. `assets` is the address of the report's files relative to its
    page ("finance"). The first line of the first Markdown cell, when it is the title, is dropped: the
    page has the title already. So is a heading whose cells show nothing. `read` is what `read_notebook`
    took from this notebook, so that its displays need not be read again. Returns the notebook.
    """
    first = next((cell for cell in notebook.cells if cell.cell_type == "markdown"), None)
    if first is not None:
        first.source = _TITLE.sub("", first.source)
    notebook.cells = [cell for i, cell in enumerate(notebook.cells) if not _shows_nothing(notebook.cells, i)]
    figures = iter(zip(read.figures, read.specs, strict=False)) if read else None
    tables = iter(read.tables) if read else None
    bare = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", ()) if cell.cell_type == "code" else ():
            if output.output_type not in ("display_data", "execute_result"):
                continue
            shown = read_display(output.data)
            if shown is None:
                spec = vegalite(output.data)
                if spec is not None:
                    bare += 1
                    _finish_bare(output.data, spec, svgs, f"chart-{bare}")
            elif shown[0] == "figure":
                figure, text = next(figures) if figures else _figure(output.data)
                _finish_figure(output.data, figure, text, svgs, assets, pngs)
            elif shown[0] == "table":
                table = next(tables) if tables else Table.from_content(shown[1])
                output.data["text/html"] = table.figure_html(f"{assets}/{table.id}")
    return notebook


def _shows_nothing(cells: Sequence[Any], at: int) -> bool:
    """Whether a Markdown cell heads code cells of which none shows anything: one notebook serves places
    that report everything and places that report five numbers. Prose alone is a section and stays.
    """
    level = _level(cells[at])
    if not level:
        return False
    code = False
    for cell in cells[at + 1 :]:
        if cell.cell_type == "code":
            code = True
            if cell.get("outputs"):
                return False
        elif 0 < _level(cell) <= level:
            break
        elif not _level(cell):
            return False
    return code


def _level(cell: Any) -> int:
    """2 to 6 for a Markdown cell that begins with a heading, else 0."""
    match = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    return len(match[1]) if match else 0


def _figure(data: Any) -> tuple[Figure, str]:
    figure = Figure.from_bundle(data)
    return figure, figure.spec_text()


def _finish_figure(
    data: Any,
    figure: Figure,
    text: str,
    svgs: Mapping[str, str],
    assets: str,
    pngs: Mapping[str, bytes] | None,
) -> None:
    address = f"{assets}/{figure.id}"
    data["text/html"] = figure.html(inline(svgs[text], figure.id), address)
    image = f"{address}.svg"
    if pngs is not None:
        image = "data:image/png;base64," + base64.b64encode(pngs[text]).decode()
    data["text/markdown"] = figure.markdown(image)


def _finish_bare(data: Any, spec: dict[str, Any], svgs: Mapping[str, str], id: str) -> None:
    """A chart displayed as it is: drawn, but without number, words and data table."""
    title = spec.get("title")
    words = title if isinstance(title, str) else str(spec.get("description") or "图表（无文字说明）")
    data["text/html"] = (
        f'<figure class="gb-figure" id="{id}"><div class="gb-scroll" role="region" tabindex="0" '
        f'aria-label="{escape(words)}（图形）"><div class="gb-chart" role="img" aria-label="{escape(words)}">'
        f"{inline(svgs[spec_text(spec)], id)}</div></div></figure>"
    )
    data["text/markdown"] = f"（{words}）"
