"""Fill in the templates for the real places of the sample publication, from transcribed documents.

`real_submissions/` holds what was copied from the documents, one CSV for each table, named
<code>-<year>-<table>.csv. Only what a document says goes in; everything else stays empty.

    python scripts/make_real_submissions.py [data folder]
"""

from __future__ import annotations

import csv
from pathlib import Path

from submissions import run

from gongbao.data import read_dataset
from gongbao.data.template import fill_template, write_template

TRANSCRIPTS = Path(__file__).resolve().parent / "real_submissions"

COVERS = {
    ("511923", 2019): {
        "source_id": "pingchang-2019",
        "note": "按平昌县2019年履行教育职责自查自评报告逐项录入，照录原文，未作修改；原文没有校级数据。",
    },
    ("340207", 2023): {
        "source_id": "jiujiang-2023",
        "note": "按来源网页公布的2023年监测结果录入；优质均衡七项只录小学部分，原文没有校级数据。",
    },
    ("340103", 2015): {
        "source_id": "anhui-cv-table",
        "note": "原表未注年份，也未注发布机关；表格于2015年在网上发布，暂归入2015年度，年份待查。",
    },
    ("340104", 2015): {
        "source_id": "anhui-cv-table",
        "note": "原表未注年份，也未注发布机关；表格于2015年在网上发布，暂归入2015年度，年份待查。",
    },
}


def transcript(region: str, year: int, table: str) -> list[dict[str, str]]:
    """The rows of one transcribed table; none where the document has nothing of the kind."""
    path = TRANSCRIPTS / f"{region}-{year}-{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def make(data: Path) -> list[Path]:
    """Write the submissions into `data`, which holds the definitions; returns their paths."""
    definitions = read_dataset(data.parent, data)
    written = []
    for (region, year), cover in sorted(COVERS.items(), key=lambda item: (item[0][1], item[0][0])):
        path = data / str(year) / f"{region}.xlsx"
        path.parent.mkdir(exist_ok=True)
        write_template(path, definitions, region, year)
        tables = ("indicator_values", "evaluations", "eval_scores")
        fill_template(path, {table: transcript(region, year, table) for table in tables}, cover)
        written.append(path)
    return written


if __name__ == "__main__":
    run(make)
