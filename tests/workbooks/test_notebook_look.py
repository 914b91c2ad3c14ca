"""An analyst's notebook is dressed like the page, a notebook that a build runs is not: the page has its own style."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from publications import copy_publication

OPEN = "from gongbao import open_report\nreport = open_report('511923', 2019, area='finance')\n"
BUILD = "from gongbao.workbooks import records\nrecords.start()\n"


def test_the_style_is_shown_once_by_hand_and_never_in_a_build(tmp_path: Path) -> None:
    folder = copy_publication(tmp_path / "publication", "2019/511923")
    cells = [OPEN, "report.facts(report.finance().facts())", BUILD + OPEN]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    by_hand, shown, built = (cell.outputs for cell in notebook.cells)
    [style] = [output.data["text/html"] for output in by_hand]
    assert style.startswith('<style class="gb-style">') and ".gb-verdict" in style and "@import" not in style
    assert [set(o.data) & {"text/html"} for o in shown] == [{"text/html"}] and built == []
