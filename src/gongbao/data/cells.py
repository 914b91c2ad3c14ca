"""One cell -> one value of a column's type, or what is wrong with it. No file, no table, no other cell."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from gongbao.data.columns import MISSING, QUALIFIERS, Column
from gongbao.data.units import conversion_factor, exact

CellValue = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta

# Characters nobody sees (zero width, soft hyphen, byte order mark) and the spaces that are not " ".
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0x00AD], None)
_SPACES = dict.fromkeys([0x00A0, 0x3000, 0x202F, 0x205F, *range(0x2000, 0x200B)], " ")
# Full-width ASCII only. Unicode's NFKC would also turn 5² into 52 and ① into 1: wrong numbers, silently.
_HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x2212: "-", 0x2010: "-", 0x2011: "-", 0x066A: "%"}
_TRIM = _INVISIBLE | _SPACES
_NARROW = _TRIM | _HALF_WIDTH

_GROUP_SPACE = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_NUMBER = re.compile(
    r"(?P<before>大约|约|近)?(?P<sign>[+-]?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?"
    r"(?P<more>余|多)?(?P<percent>%?)(?P<unit>[^\d.,%+\-*]*?)(?P<after>以上|以下|左右|上下|余|多)?",
    re.ASCII,
)
# said of a number, and none of the qualifiers that are kept with it
_ABOUT = re.compile(
    r"超过|超|逾|不足|不到|不少于|不低于|不超过|不高于|至少|至多|大于|小于|将近|接近|几乎|达到?|[><≥≤]"
)
_QUALIFIER = {"大约": "约", "多": "余", "上下": "左右"}
_DASHES = re.compile(r"[-—–―─_~]+|[/\\]|\.{2,}|[…⋯]+")
# x, XX, **, x.3%, 1xx, x万元; but 12* is a number with a footnote mark: not readable, not masked
_MASKED = re.compile(r"(?=.*[xX×*])(?!\d+(\.\d+)?\*$)[\dxX×*.,%]+[一-龥㎡%]{0,4}")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
_CHANGE = re.compile(r"比增|增长|增加|提高|上升|下降|减少|降低|同比|增|降")
_DATE = re.compile(r"(\d{4})(?:[年/\-.](\d{1,2})(?:[月/\-.](\d{1,2})日?|月)?|年)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_FLAGS = dict.fromkeys(("是", "1", "Y", "YES", "TRUE", "√", "✓", "✔", "有"), 1.0) | dict.fromkeys(
    ("否", "0", "N", "NO", "FALSE", "×", "X", "✗", "✘", "无"), 0.0
)
_EXCEL_EPOCH = dt.date(1899, 12, 30)
MISSING_ADVICE = f"没有数据请留空（指标数据表还要在“缺失原因”列选 {'、'.join(MISSING)}）；确实为零填 0。"


class CellError(Exception):
    """A cell that can't be read; carries the parts of a Problem."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        self.code, self.message, self.advice = code, message, advice
        super().__init__(code, message, advice)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written in a cell: 近2亿 -> (2, 近, unit 亿); 85.8% -> (85.8, percent).

    `changed` says that something besides spaces was left out to read it; `masked`: x, **, — and the like;
    `dash`: — or / where nothing was reported, rather than something hidden.
    """

    value: Decimal = Decimal(0)
    percent: bool = False
    qualifier: str = ""
    unit: str = ""
    changed: bool = False
    masked: bool = False
    dash: bool = False


@lru_cache(maxsize=65536)
def trimmed(text: str) -> str:
    """The text without invisible characters and without spaces at its ends; inside it is left alone."""
    if text.isascii():
        return text.strip().replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_TRIM).strip().replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=65536)
def narrowed(text: str) -> str:
    """Like `trimmed`, with full-width letters, digits and punctuation made half-width."""
    return text.strip() if text.isascii() else text.translate(_NARROW).strip()


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word that looks most like `word`, or ""."""
    found = difflib.get_close_matches(word, list(dict.fromkeys(known)), n=1, cutoff=cutoff)
    return found[0] if found else ""


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    guess = closest(word, known, cutoff)
    return f"是不是“{guess}”？" if guess else ""


def parse_number(text: str) -> Number:
    """Read a number that was written as text. Raises CellError where it isn't one."""
    plain = _GROUP_SPACE.sub("", narrowed(text))
    compact = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", plain)
    if _DASHES.fullmatch(compact) or _MASKED.fullmatch(compact):
        return Number(masked=True, changed=True, dash=_DASHES.fullmatch(compact) is not None)
    if _SCIENTIFIC.fullmatch(compact):
        raise CellError(
            "scientific", f"“{text}”是科学记数法，读不准。", "请把单元格格式改为“数值”，写出完整的数。"
        )
    match = _NUMBER.fullmatch(compact)
    # a superscript or a circled figure is a digit to Unicode: 5² is neither 5 nor 52
    if match is None or match["unit"][:1].isdigit() or _CHANGE.search(match["unit"]):
        if re.search(r"\d", compact) and _CHANGE.search(compact):
            raise CellError(
                "ambiguous-change",
                f"“{text}”既可能是增减百分之几，也可能是增减几个百分点，不能猜。",
                "请填本年的数值本身；增长率另起一行，统计量选“增长率”，只填数字，下降填负数。",
            )
        about = _ABOUT.search(compact)
        if about and re.search(r"\d", compact):
            raise CellError(
                "qualifier-in-number",
                f"“{text}”带有“{about[0]}”，读不准。",
                f"请只填数字；“限定词”可选 {'、'.join(QUALIFIERS)}，原话写在“原文摘录”。",
            )
        raise CellError("not-a-number", f"“{text}”不是数字。", "请填一个数。" + MISSING_ADVICE)
    written = match["before"] or match["more"] or match["after"] or ""
    digits = match["sign"] + match["digits"].replace(",", "") + (match["fraction"] or "")
    changed = bool(written or match["unit"]) or "," in match["digits"]
    qualifier = _QUALIFIER.get(written, written)
    return Number(Decimal(digits), bool(match["percent"]), qualifier, match["unit"], changed)


def number_of(value: CellValue, percent_format: bool = False) -> Number:
    """The number in a cell of any kind. A percent-formatted 0.858 is 85.8 with `percent`."""
    if isinstance(value, bool):
        raise CellError(
            "bool-in-number", f"这里是逻辑值 {'TRUE' if value else 'FALSE'}，不是数字。", "请填一个数。"
        )
    if isinstance(value, (float, int)):
        if not math.isfinite(value):
            raise CellError("not-a-number", "这个数太大，读不出来。", "请检查数值。")
        number = exact(value)
        return Number(number * 100, percent=True) if percent_format else Number(number)
    if isinstance(value, str):
        return parse_number(value)
    raise _date_in(value, "数字")


def read_number(value: CellValue, column: Column, percent_format: bool = False) -> tuple[float, str]:
    """A cell of a number or count column as (number or NaN, remark or "").

    The remark says what was left out or converted; it becomes a warning. Raises CellError.
    """
    number = number_of(value, percent_format)
    if number.masked:
        return math.nan, f"“{value}”是遮盖或占位的符号，按缺失处理（不是 0）。"
    if number.qualifier:
        raise CellError(
            "qualifier-in-number",
            f"“{value}”带有“{number.qualifier}”，这一列只能填数字。",
            f"请只填 {plain_number(number.value)}，不确切之处写在说明里。",
        )
    if number.percent and column.unit != "%":
        raise CellError(
            "percent-in-number",
            f"这一列的单位是“{column.unit or '数值'}”，却填了百分数 {plain_number(number.value)}%。",
            "请填数值本身，并把单元格格式改为“常规”。",
        )
    result, remark = number.value, ""
    if number.unit:
        factor = conversion_factor(number.unit, column.unit) if column.unit else None
        if factor is None:
            raise CellError(
                "not-a-number",
                f"“{value}”里的“{number.unit}”不是这一列的单位。",
                f"请只填数字，单位是“{column.unit}”。" if column.unit else "请只填数字。",
            )
        result = number.value * factor
    if number.changed:
        remark = f"“{value}”按 {plain_number(result)} 读取。"
    if column.type == "count" and result != result.to_integral_value():
        raise CellError(
            "not-whole", f"{plain_number(result)} 不是整数。", f"“{column.label}”是个数，请填整数。"
        )
    return float(result), remark


def plain_number(value: Decimal | float) -> str:
    """A number as a person writes it, without exponent and trailing zeros."""
    number = exact(value) if isinstance(value, float) else value
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date_in(value: CellValue, wanted: str) -> CellError:
    return CellError(
        "date-in-number" if wanted == "数字" else "date-in-text",
        f"Excel 把这里的内容变成了日期或时间（{value}）。",
        f"请先把单元格格式改为“{'常规' if wanted == '数字' else '文本'}”，再重新填写{wanted}。",
    )


def read_text(value: CellValue, column: Column) -> str:
    """A text cell. Dates are kept only where the column is named for one (sources.date)."""
    if isinstance(value, str):
        return trimmed(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (float, int)):
        return plain_number(float(value))
    if column.name == "date" and isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    raise _date_in(value, "文字")


def read_code(value: CellValue, column: Column) -> str:
    """A code: digits stay text. 511923.0 -> "511923"."""
    if isinstance(value, str):
        code = re.sub(r"\s+", "", narrowed(value))
        if re.fullmatch(r"\d\.\d+[eE]\+?\d+", code):
            raise CellError(
                "scientific", f"“{code}”是科学记数法，代码已不完整。", "请把单元格格式改为“文本”后重填。"
            )
        return code
    if isinstance(value, bool):
        raise CellError("bad-code", f"这里是逻辑值，不是{column.label}。", f"请填{column.label}。")
    if isinstance(value, (float, int)):
        if not math.isfinite(value) or value != int(value) or value < 0 or value >= 1e15:
            why = "超过 15 位，Excel 已丢失后面的数字" if value >= 1e15 else "不是代码"
            raise CellError(
                "bad-code", f"{plain_number(float(value))} {why}。", "请把单元格格式改为“文本”后重填。"
            )
        return str(int(value))
    raise _date_in(value, "代码")


def read_year(value: CellValue) -> float:
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{4})年?", re.sub(r"\s+", "", narrowed(value)))
        if match is None:
            raise CellError("bad-year", f"“{value}”不是年份。", "请填四位年份，例如 2019。")
        return float(match[1])
    if isinstance(value, bool) or not isinstance(value, (float, int)) or value != int(value):
        raise CellError(
            "bad-year", f"“{value}”不是年份。", "请填四位年份，例如 2019，并把单元格格式改为“常规”。"
        )
    return float(value)


def read_date(value: CellValue) -> str:
    """A date as ISO text, as exact as it was given: 2019, 2019-12 or 2019-12-31."""
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, (bool, dt.time, dt.timedelta)):
        raise CellError("bad-date", f"“{value}”不是日期。", "请填日期，例如 2019-12-31。")
    if isinstance(value, (float, int)):
        if 20000 <= value < 80000:  # a serial number that lost its date format
            day = _EXCEL_EPOCH + dt.timedelta(days=int(value))
            raise CellError(
                "bad-date",
                f"这里是数字 {plain_number(float(value))}，可能是日期 {day}。",
                "请把单元格格式改为“日期”。",
            )
        value = plain_number(float(value))
    text = re.sub(r"\s+", "", narrowed(value))
    match = _COMPACT_DATE.fullmatch(text) or _DATE.fullmatch(text)
    parts = [int(part) for part in match.groups() if part] if match else []
    try:
        dt.date(*([*parts, 1, 1])[:3]) if parts else dt.date(0, 0, 0)
    except ValueError as error:
        raise CellError(
            "bad-date", f"“{value}”不是日期。", "请填日期，例如 2019-12-31 或 2019年12月31日。"
        ) from error
    return "-".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])])


def read_flag(value: CellValue) -> float:
    text = str(int(value)) if isinstance(value, (bool, float, int)) and value in (0, 1) else str(value)
    flag = _FLAGS.get(narrowed(text).upper())
    if flag is None:
        raise CellError("bad-flag", f"“{value}”既不是“是”也不是“否”。", "请填 是 或 否。")
    return flag


def read_choice(value: CellValue, column: Column) -> str:
    """A word of a list; several are joined by “；”."""
    text = re.sub(r"\s*\n\s*", "；", read_text(value, column))
    parts = [p for p in re.split(r"[；;、,，|]", text) if p.strip()] if column.type == "enums" else [text]
    return "；".join(dict.fromkeys(_choice(trimmed(part), column) for part in parts))


def _choice(word: str, column: Column) -> str:
    if word in column.choices:
        return word
    plain = re.sub(r"\s+", "", narrowed(word)).replace("≥", ">=").replace("≤", "<=")
    for choice in column.choices:
        if plain.lower() == narrowed(choice).lower():
            return choice
    guess = did_you_mean(word, column.choices, 0.5)
    raise CellError(
        "not-a-choice",
        f"“{column.label}”里没有“{word}”这个选项。{guess}",
        f"可填：{'、'.join(column.choices)}。",
    )


def read_cell(value: CellValue, column: Column, percent_format: bool = False) -> tuple[str | float, str]:
    """A filled cell as the value its column stores, and a remark ("" or what a warning should say)."""
    kind: Literal["text", "code", "number", "count", "year", "date", "flag", "enum", "enums"] = column.type
    if kind in ("number", "count"):
        return read_number(value, column, percent_format)
    if kind == "code":
        return read_code(value, column), ""
    if kind == "year":
        return read_year(value), ""
    if kind == "date":
        return read_date(value), ""
    if kind == "flag":
        return read_flag(value), ""
    if kind in ("enum", "enums"):
        return read_choice(value, column), ""
    return read_text(value, column), ""
