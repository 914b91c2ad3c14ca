"""What a new publication is made of: workbooks, pages, settings and definitions that come with the package.

A wheel carries them in `gongbao/starting/publication/` (setup.py copies them there when it is built); in a
checkout they are the repository's own, so that there is one copy of each.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from gongbao.data.schema import TABLES

SAMPLE = "sample"  # ids of invented sources and frameworks begin so

Row = dict[str, str]


class MaterialsError(Exception):
    """The package was installed without what a new publication is made of."""


def materials() -> Path:
    """The folder that holds `_quarto.yml`, `workbooks/`, `site/`, `data/` and `scripts/`."""
    here = Path(__file__).resolve().parent
    for folder in (here / "publication", here.parents[2]):
        if (folder / "_quarto.yml").is_file() and (folder / "workbooks" / "overview.ipynb").is_file():
            return folder
    raise MaterialsError("安装的 gongbao 里缺少工作簿和页面，请重新安装。")


def national_definitions(root: Path, regions: Iterable[str]) -> dict[str, list[Row]]:
    """The shared tables (by Chinese header) that hold nationwide or in `regions`, without anything invented.

    A target stays if it holds everywhere or in one of `regions` (the chosen ones and those above). A
    framework stays unless it is a sample or the document of another place: its source is national if
    the definitions that stay rest on it too, or if a State body issued it. Sources stay where something
    that stays rests on them.
    """
    places = {"*", *regions}
    sources = {row["来源编号"]: row for row in read_rows(root, "sources")}
    targets = [row for row in read_rows(root, "targets") if row["适用区划"] in places]
    targets = [row for row in targets if not row["依据"].startswith(SAMPLE)]
    indicators = [row for row in read_rows(root, "indicators") if not row["指标代码"].startswith(SAMPLE)]
    used = {row["依据"] for row in targets}
    state = {id for id, row in sources.items() if row["发文机关"].startswith(("国务院", "教育部", "国家"))}
    items = [
        row
        for row in read_rows(root, "framework_items")
        if row["依据"] in used | state and not row["测评体系代码"].startswith(SAMPLE)
    ]
    frameworks = {row["测评体系代码"] for row in items}
    bands = [row for row in read_rows(root, "grade_bands") if row["测评体系代码"] in frameworks]
    for row in (*indicators, *bands):  # a definition taken from one county's report rests on nothing here
        row["依据"] = row["依据"] if row["依据"] in used | state else ""
    cited = {row["依据"] for row in (*targets, *indicators, *items, *bands)}
    return {
        "indicators": indicators,
        "targets": targets,
        "framework_items": items,
        "grade_bands": bands,
        "sources": [row for id, row in sources.items() if id in cited],
    }


def read_rows(root: Path, table: str) -> list[Row]:
    """The rows of a shared table as written, by their Chinese headers."""
    return list(csv.DictReader(io.StringIO((root / "data" / f"{table}.csv").read_text("utf-8-sig"))))


def csv_text(table: str, rows: Iterable[Row]) -> str:
    """A shared table as Excel shows it right: byte order mark, Chinese headers."""
    out = io.StringIO()
    labels = [column.label for column in TABLES[table].columns]
    writer = csv.DictWriter(out, labels, lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()
