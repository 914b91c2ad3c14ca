"""Writes docs/dictionary.md from the schemas and docs/mechanisms.md from docs/mechanisms.csv.

python scripts/make_docs.py           write them
python scripts/make_docs.py --check   say whether they are up to date (exit code 1 if not)
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gongbao.data.columns import AREAS, Column, Table
from gongbao.data.schema import TABLES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
TYPES = {
    "text": "text", "code": "code (digits stay text)", "number": "number", "count": "whole number",
    "year": "year", "date": "date (YYYY-MM-DD)", "flag": "是 / 否", "enum": "one of",
    "enums": "several of, joined by “；”",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A row of domain.md A: where its data are kept and which pages show it. `area` "" means: stored only."""

    row: int
    name: str
    area: str
    tables: tuple[str, ...]
    indicators: tuple[str, ...]
    frameworks: tuple[str, ...]
    text: tuple[str, ...]
    examples: tuple[str, ...]


def read_mechanisms() -> list[Mechanism]:
    """docs/mechanisms.csv. `tables` may choose rows (`staffing:category=督导力量`); `text` are words that
    a page of `examples` (year/region/area) must hold."""
    lists = ("tables", "indicators", "frameworks", "text", "examples")
    with (DOCS / "mechanisms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Mechanism(
            int(row["row"]),
            row["name"],
            row["area"],
            *(tuple(filter(None, row[c].split("；"))) for c in lists),
        )
        for row in rows
    ]


def dictionary() -> str:
    """Every table with every column: what it is called in a form, what it holds, its rules."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from `src/gongbao/data/schema.py` and `work.py` by `scripts/make_docs.py`; do not edit.",
        "A header may be written in Chinese (as in the forms) or by the column's name. An empty cell is a",
        "missing value, never zero. **Bold** columns are the key; ● must be filled in; ○ follows from the",
        "file's name and cover.",
        "",
    ]
    for scope, heading in (
        ("shared", "Shared by the publication"),
        ("submission", "Filled in for a region and year"),
    ):
        chosen = [table for table in TABLES.values() if table.scope == scope]
        where = (
            "`data/<table>.csv`"
            if scope == "shared"
            else "sheets of `data/<year>/<region>.xlsx`, or CSV files"
        )
        lines += [f"## {heading} ({where})", ""]
        for table in chosen:
            lines += _table_section(table)
    return "\n".join(lines).rstrip() + "\n"


def _table_section(table: Table) -> Iterator[str]:
    yield f"### {table.name} · {table.label}"
    yield ""
    if table.help:
        yield f"{table.help}。"
        yield ""
    yield "| column | 列 | holds | unit | rule | 说明 |"
    yield "|---|---|---|---|---|---|"
    for column in table.columns:
        name = f"**{column.name}**" if column.name in table.key else column.name
        mark = " ○" if column.implied else " ●" if column.required else ""
        cells = (name + mark, column.label, _holds(column), column.unit, _rule(column), column.help)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _holds(column: Column) -> str:
    words = TYPES[column.type]
    return f"{words} {'、'.join(column.choices)}" if column.choices else words


def _rule(column: Column) -> str:
    rules = []
    if column.minimum is not None:
        rules.append(f"≥ {column.minimum:g}")
    if column.maximum is not None:
        rules.append(f"≤ {column.maximum:g}")
    if column.refers:
        rules.append(f"in {column.refers}")
    return ", ".join(rules)


def mechanisms() -> str:
    """Which tables, indicators and frameworks hold each mechanism, and which pages of the sample site show it."""
    lines = [
        "# Mechanisms of county education supervision",
        "",
        "Where each mechanism of the source documents lives. Generated from `docs/mechanisms.csv` by",
        "`scripts/make_docs.py`; a test holds every row to the built sample site: the data are there and",
        "the page shows them. Addresses are those of a build (`/reports/<address>.html`).",
        "",
        "| # | mechanism | area | tables | indicators, frameworks | shown at |",
        "|---|---|---|---|---|---|",
    ]
    for m in read_mechanisms():
        area = f"{AREAS[m.area]} (`{m.area}`)" if m.area else "stored, not shown"
        held = [*(f"`{i}`" for i in m.indicators), *(f"framework `{f}`" for f in m.frameworks)]
        cells = (
            str(m.row), m.name, area, _codes(m.tables), ", ".join(held) or "—",
            _codes(m.examples),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "Exam results and admission (rows 33 and 43) are internal: their indicators are stored and shown only",
        "by an internal build. The public page says that they are not published.",
    ]
    return "\n".join(lines) + "\n"


def _codes(items: tuple[str, ...]) -> str:
    return ", ".join(f"`{item}`" for item in items) or "—"


PAGES = {"dictionary.md": dictionary, "mechanisms.md": mechanisms}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        for name, make in PAGES.items():
            (DOCS / name).write_text(make(), "utf-8", newline="\n")
        return 0
    stale = [
        n for n, make in PAGES.items() if not (DOCS / n).is_file() or (DOCS / n).read_text("utf-8") != make()
    ]
    for name in stale:
        print(f"docs/{name} is out of date: run python scripts/make_docs.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
