"""A CSV file -> a grid: UTF-8 (with or without a mark) or GBK, as Excel and WPS save it."""

from __future__ import annotations

import csv
import io
import re

from gongbao.data.cells import CellValue
from gongbao.data.grids import Grid
from gongbao.data.problems import Findings, Place

_UNUSUAL = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
_SAVE_AS = "请用 Excel 打开，另存为“CSV UTF-8（逗号分隔）”。"


def read_csv(data: bytes, file: str, findings: Findings) -> Grid | None:
    """The file as a grid without a sheet name; None (and an error) where it can't be read."""
    place = Place(file)
    if not data.strip():
        findings.error("empty-file", place, "文件是空的。", "请重新发送这份文件。")
        return None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        findings.error(
            "not-csv", place, "这不是 CSV，里面其实是 Excel 文件。", "请把扩展名改为 .xlsx，或" + _SAVE_AS[1:]
        )
        return None
    text = _decoded(data)
    if text is None:
        findings.error("undecodable", place, "文字编码既不是 UTF-8 也不是 GBK，读不出来。", _SAVE_AS)
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[CellValue]] = []
    try:
        rows.extend(list(row) for row in reader)
    except csv.Error as error:
        findings.error(
            "broken-csv",
            Place(file, None, str(len(rows) + 1)),
            f"引号没有配对或格式有误（{error}）。",
            "含逗号、引号、换行的内容要放在一对英文双引号里，其中的双引号写两遍。",
        )
        return None
    return Grid(file, "", rows)


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _UNUSUAL.search(text):
            return text
    return None
