"""Fill in the templates for the real places of the sample publication, from transcribed documents.

`real_submissions/` holds what was copied from the documents, one CSV for each table, named
<code>-<year>-<table>.csv, and `covers.csv`, one row for each submission. Only what a document says
goes in; everything else stays empty.

    python scripts/make_real_submissions.py [data folder]
"""

from __future__ import annotations

import csv
from pathlib import Path

from submissions import run

from gongbao.data import read_dataset
from gongbao.data.schema import SUBMISSION_TABLES
from gongbao.data.template import fill_template, write_template

TRANSCRIPTS = Path(__file__).resolve().parent / "real_submissions"


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one transcribed CSV; none where the document has nothing of the kind."""
    path = TRANSCRIPTS / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def make(data: Path) -> list[Path]:
    """Write the submissions into `data`, which holds the definitions; returns their paths, by year."""
    definitions = read_dataset(data.parent, data)
    written = []
    for cover in sorted(rows_of("covers"), key=lambda row: (row["year"], row["region_code"])):
        region, year = cover["region_code"], int(cover["year"])
        path = data / str(year) / f"{region}.xlsx"
        path.parent.mkdir(exist_ok=True)
        write_template(path, definitions, region, year)
        tables = {table: rows_of(f"{region}-{year}-{table}") for table in SUBMISSION_TABLES}
        fill_template(path, tables, {"source_id": cover["source_id"], "note": cover["note"]})
        written.append(path)
    return written


if __name__ == "__main__":
    run(make)
