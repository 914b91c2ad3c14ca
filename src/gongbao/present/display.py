"""What a notebook's output carries for the site, and how to read it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MIME = {
    "figure": "application/vnd.gongbao.figure+json",
    "table": "application/vnd.gongbao.table+json",
    "sentence": "application/vnd.gongbao.sentence+json",
    "verdicts": "application/vnd.gongbao.verdicts+json",
    "facts": "application/vnd.gongbao.facts+json",
    "points": "application/vnd.gongbao.points+json",
}
# JupyterLab 4.6 draws up to version 5 of this type; the specs used here mean the same in 5 and 6.
VEGALITE = "application/vnd.vegalite.v5+json"


def fields_of(record: Any) -> dict[str, Any]:
    """What `dataclasses.asdict` gives of a record with slots whose fields are plain values, sooner."""
    return {name: getattr(record, name) for name in record.__slots__}


def read_display(data: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """(kind, content) of an output's MIME bundle that one of the present objects made, else None."""
    for kind, mime in MIME.items():
        if mime in data:
            return kind, dict(data[mime])
    return None
