"""What is kept of a file, as bytes and back: JSON, so that nothing that is read can run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from gongbao.data.cells import Number
from gongbao.data.covers import Cover
from gongbao.data.files import FileContent
from gongbao.data.problems import Place, Problem
from gongbao.data.sheets import RawTable


def dump(value: Any) -> bytes:
    """JSON with NaN, and with every text that a file may hold, also half a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def load(data: bytes) -> Any:
    return json.loads(data.decode("utf-8", "surrogatepass"))


def plain_problems(problems: Iterable[Problem]) -> list[list[str | None]]:
    return [
        [p.severity, p.code, p.place.file, p.place.sheet, p.place.cell, p.message, p.advice, p.answer]
        for p in problems
    ]


def problems_of(plain: Iterable[list[Any]]) -> tuple[Problem, ...]:
    return tuple(
        Problem(severity, code, Place(file, sheet, cell), message, advice, answer)
        for severity, code, file, sheet, cell, message, advice, answer in plain
    )


def pack_content(content: FileContent) -> bytes:
    """What `read_file` made of a file."""
    cover = content.cover
    return dump(
        {
            "name": content.name,
            "digest": content.digest,
            "tables": [
                {
                    "table": raw.table,
                    "file": raw.file,
                    "sheet": raw.sheet,
                    "letters": raw.letters,
                    "columns": raw.columns,
                    "rows": raw.rows,
                    "numbers": [
                        [position, asdict(number) | {"value": str(number.value)}]
                        for position, number in raw.numbers.items()
                    ],
                }
                for raw in content.tables
            ],
            "cover": None
            if cover is None
            else {
                "region_code": cover.region_code,
                "year": cover.year,
                "office": cover.office,
                "source_id": cover.source_id,
                "note": cover.note,
                "places": {name: [p.file, p.sheet, p.cell] for name, p in cover.places.items()},
            },
            "problems": plain_problems(content.problems),
        }
    )


def unpack_content(data: bytes) -> FileContent:
    """The same content again."""
    plain = load(data)
    tables = tuple(
        RawTable(**raw | {"numbers": {position: _number(number) for position, number in raw["numbers"]}})
        for raw in plain["tables"]
    )
    cover = plain["cover"]
    if cover is not None:
        places = {name: Place(*place) for name, place in cover["places"].items()}
        cover = Cover(**cover | {"places": places})
    return FileContent(plain["name"], plain["digest"], tables, cover, problems_of(plain["problems"]))


def _number(plain: dict[str, Any]) -> Number:
    return Number(**plain | {"value": Decimal(plain["value"])})
