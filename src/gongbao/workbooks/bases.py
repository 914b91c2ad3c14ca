"""How a report's computed numbers were computed, in words: `present.Basis` for each kind of computation.

Operands are those that the report prints; what it withholds has none. The formulas are those of `standards`,
whose functions cite the rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec

import pandas as pd

from gongbao.present import Basis, basis_of, plain
from gongbao.rows import row_dicts
from gongbao.standards.outcome import exact

P = ParamSpec("P")
Row = Mapping[Any, Any]
SUFFIX = "_basis"  # of the column that says of another how its numbers were computed
ONLY_GROW = (
    "两个只增不减：一般公共预算教育支出逐年只增不减，按在校学生人数平均的一般公共预算教育支出逐年只增不减"
)


def rows_place(rows: Iterable[Row]) -> str:
    """Where rows of the dataset's tables stand: “data/2023/990106.xlsx 工作表“学校年度” 第5—74行（其中23行）”."""
    return _place((row["_file"], row["_sheet"], row["_row"]) for row in rows)


def frame_place(frame: pd.DataFrame) -> str:
    """`rows_place` of a frame of `Report.read`, "" of one without rows."""
    return _place(zip(*(frame[name].tolist() for name in ("_file", "_sheet", "_row")), strict=True))


def _place(cells: Iterable[tuple[Any, Any, Any]]) -> str:
    sheets: dict[tuple[str, str], list[int]] = {}
    for file, sheet, row in cells:
        sheets.setdefault((file, sheet if isinstance(sheet, str) else ""), []).append(int(row))
    found = []
    for (file, sheet), numbers in sheets.items():
        first, last = min(numbers), max(numbers)
        span = f"第{first}行" if first == last else f"第{first}—{last}行"
        more = f"（其中{len(numbers)}行）" if len(numbers) < last - first + 1 else ""
        found.append(
            " ".join(part for part in (file, f"工作表“{sheet}”" if sheet else "", span + more) if part)
        )
    return "；".join(found)


def with_place(frame: pd.DataFrame, *places: str) -> pd.DataFrame:
    """The frame with where its numbers stand, for the line below its table; tables made of it keep it."""
    frame.attrs["place"] = "；".join(dict.fromkeys(place for place in places if place))
    return frame


def place_of(frame: pd.DataFrame) -> str:
    """What `with_place` said of a frame, "" if nothing."""
    return str(frame.attrs.get("place", ""))


def from_rows(*names: str) -> Callable[[Callable[P, pd.DataFrame]], Callable[P, pd.DataFrame]]:
    """For a result's method that gives a frame computed from rows of a submission: `names` are the attributes
    that hold those rows (a frame, a list of dicts, or already the words of `rows_place`)."""

    def of(method: Callable[P, pd.DataFrame]) -> Callable[P, pd.DataFrame]:
        @wraps(method)
        def placed(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
            held = (getattr(args[0], name) for name in names)
            return with_place(method(*args, **kwargs), *map(_place_of_rows, held))

        return placed

    return of


def _place_of_rows(held: Any) -> str:
    if isinstance(held, str):
        return held
    return frame_place(held) if isinstance(held, pd.DataFrame) else rows_place(held)


def with_bases(frame: pd.DataFrame, column: str, make: Callable[[Row], Basis | None]) -> pd.DataFrame:
    """The frame with what `make` says of a column's number in each row, for `Report.table`."""
    made = [make(row) for row in row_dicts(frame)]
    return frame.assign(**{f"{column}{SUFFIX}": pd.Series(made, index=frame.index, dtype=object)})


def share_basis(
    key: Sequence[str], title: str, shown: str, part: tuple[str, str], whole: tuple[str, str], **said: str
) -> Basis:
    """Of a share in %: `part` and `whole` are (name, number as printed)."""
    return basis_of(
        key, title, shown, formula=f"{part[0]} ÷ {whole[0]} × 100%",
        counted=f"{part[0]} {part[1]} ÷ {whole[0]} {whole[1]}", **said,
    )  # fmt: skip


def value_basis(row: Row, column: str, year: int) -> Basis | None:
    """How a column of a row of `Report.values` (or `history`) was computed, None for what was not."""
    if column == "growth" and "growth_origin" in row:
        return growth_basis(row, int(row.get("year", year)))
    if column == "previous" and row.get("previous_derived") is True:
        return previous_basis(row, int(row.get("year", year)))
    return None


def growth_basis(row: Row, year: int, key: Sequence[str] = (), **said: str) -> Basis | None:
    """Of a growth in a row of `Report.values`: both years' values, their difference, and what follows."""
    if math.isnan(row["growth"]):
        return None
    rate = row["kind"] == "rate"
    formula = "本年 － 上年，单位是百分点" if rate else "（本年 － 上年）÷ 上年 × 100%"
    counted = _change(row, year)
    if row["growth_origin"]:
        formula = "填报的数，原样引用" + (
            f"；由两年的数值计算，应为{formula}" if counted and not row["previous_derived"] else ""
        )
    return basis_of(
        key or ("growth", str(year), row["indicator_id"], row["stage"], row["period"]),
        f"{_name(row)}比上年的变化（{year}年{_period(row)}）", row["growth_shown"], formula=formula, counted=counted,
        data=_places(row, year), source=row["source"], indicator_id=row["indicator_id"], **said,
    )  # fmt: skip


def previous_basis(row: Row, year: int) -> Basis:
    """Of a last year's value that was computed from this year's and the reported growth."""
    return basis_of(
        ("previous", str(year), row["indicator_id"], row["stage"], row["period"]),
        f"{_name(row)}（{year - 1}年{_period(row)}，推算）", row["previous_text"],
        formula="本年 ÷（1 ＋ 填报的增长率）：上年的数没有填报，由本年的数和填报的增长率推算，只和增长率一样精确",
        counted=f"{year}年 {row['value_text']} ÷（1 ＋ {plain(row['growth'], None)}%）",
        data=_places(row, year), source=row["source"], indicator_id=row["indicator_id"],
    )  # fmt: skip


def _change(row: Row, year: int) -> str:
    """“2019年 9800元 － 2018年 9000元 ＝ 增加 800元”, "" where one of the two is not known."""
    if math.isnan(row["value"]) or math.isnan(row["previous"]):
        return ""
    size = exact(row["value"]) - exact(row["previous"])
    decimals = row["decimals"] if row["previous_derived"] and not math.isnan(row["decimals"]) else None
    unit = "个百分点" if row["kind"] == "rate" else row["unit"]
    about = "约 " if row["previous_derived"] or row["qualifier"] else " "
    word = "相同" if not size else f"{'增加' if size > 0 else '减少'}{about}{_size(size, decimals)}{unit}"
    return f"{year}年 {row['value_text']} － {year - 1}年 {row['previous_text']} ＝ {word}"


def _size(size: Any, decimals: float | None) -> str:
    return plain(float(abs(size)), None if decimals is None else int(decimals))


def _places(row: Row, year: int) -> str:
    named = (
        (f"{year}年", row["origin"]),
        (f"{year - 1}年", row["previous_origin"]),
        ("增长率", row["growth_origin"]),
    )
    return "；".join(f"{name}：{place}" for name, place in named if place)


def _name(row: Row) -> str:
    stage, name = str(row["stage"]), str(row["name"])
    return name if stage in ("全部", row["stages"]) or stage in name else f"{stage}{name}"


def _period(row: Row) -> str:
    return f"，{row['period']}" if row["period"] else ""
