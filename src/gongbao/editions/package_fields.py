"""What the columns of a published CSV are, for a Table Schema: type, unit, meaning, missing values, keys.

Columns that come from a table of the data keep that table's definition (data.schema); those that a download
adds are described here. What a definition promises is written only where the file keeps it: a public file
leaves out rows, and a promise that does not hold helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongbao.data.columns import MISSING, QUALIFIERS, STAGES, STATISTICS, Column
from gongbao.data.schema import TABLES
from gongbao.standards.disclosure import AGAINST_INFERENCE

Row = Sequence[str]

NUMERIC = ("integer", "number", "year")
# File -> the table of the data that it is made of, where the two are not called the same.
_TABLES = {"values": "indicator_values", "scores": "eval_scores"}
_IMPLIED = ("region_code", "year")  # the same for the whole file
# Keys of files that are made of no table, or that print it under other names.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "values": ("指标代码", "学段", "统计量", "时期"),
    "verdicts": ("指标领域", "判定代码"),
    "charts": ("指标领域", "图表"),
    "indicators": ("指标代码",),
    "sources": ("来源编号",),
}
# What stands in a column of numbers where there is none.
_NO_NUMBER = re.compile(r"<\d+")
_NO_NUMBERS = (*MISSING, AGAINST_INFERENCE)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"  # as exact as it was given


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds. `type` is Table Schema's; `choices` all it may hold."""

    type: str = "string"
    about: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Every filled value of `column` stands in `other_column` of the resource `resource`."""

    column: str
    resource: str
    other_column: str


@dataclass(frozen=True, slots=True)
class Target:
    """A file that others may refer to: its resource and the values of its columns."""

    resource: str
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)


_DERIVED: Mapping[str, Kind] = {
    "年度": Kind("year", "公报年度", required=True),
    "年度版": Kind("year", "年度版的年度", required=True),
    "区划代码": Kind(about="行政区划代码（GB/T 2260）；99 开头的是示例地区", required=True),
    "地区": Kind(about="该年度的区划名称", required=True),
    "修订版": Kind(about="修订版 r1、r2……", required=True),
    "指标领域": Kind(about="指标领域的名称"),
    "指标": Kind(about="指标名称"),
    "指标代码": Kind(about="见指标定义"),
    "学段": Kind(choices=STAGES),
    "统计量": Kind(choices=STATISTICS),
    "时期": Kind(about="空为整年"),
    "数值": Kind("number", "未经四舍五入；单位见“单位”一列；没有则空，原因见“缺失原因”"),
    "单位": Kind(about="“数值”的单位；空为没有单位"),
    "限定词": Kind(about="原文件里的约、近、以上、余等，随数一同引用", choices=QUALIFIERS),
    "显示": Kind(about="页面上印出的样子：四舍五入，带限定词和单位"),
    "缺失原因": Kind(about="数值为空时的原因：未报、不适用、隐去、小数值隐去等"),
    "来源": Kind(about="出自的文件，见来源"),
    "依据": Kind(about="依据的文件，见来源"),
    "出处": Kind(about="填报表里的文件、工作表和单元格"),
    "说明": Kind(),
    "对象": Kind(about="被评价、检查的单位；不能公开名称的只写类别"),
    "学校": Kind(about="校名"),
    "测评项": Kind(about="测评项名称"),
    "满分": Kind("number", "测评项的满分", "分"),
    "判定代码": Kind(about="同一判定在各县、各年相同", required=True),
    "判定对象": Kind(required=True),
    "结论": Kind(about="达标、未达标、待定等", required=True),
    "比较": Kind(choices=(">=", "<=", "=")),
    "标准值": Kind("number", "与“数值”同一单位"),
    "标准": Kind(about="页面上印出的标准"),
    "差距": Kind(about="怎样才能达标"),
    "代表本领域": Kind("boolean", "是否为该领域的总结论"),
    "图表": Kind(about="图或表在报告里的编号", required=True),
    "标题": Kind(),
    "数据文件": Kind(about="图或表自己的 CSV，从该县该年各篇报告所在的文件夹算起", required=True),
    "公开情况": Kind(about="数不公开时的原因"),
    "起作用的期限": Kind(about="整改期限：所填的，或按本站设定推算的", pattern=_DATE),
    "期限情况": Kind(about="按期、逾期"),
    "提醒代码": Kind(),
    "位置": Kind(about="填报表里的位置"),
    "核对时的提醒": Kind(),
    "状态": Kind(),
    "填报单位的说明": Kind(),
    "指标名称": Kind(required=True),
    "适用学段": Kind(about="顿号分隔"),
    "来源编号": Kind(required=True),
    "日期": Kind(about="写到知道的程度", pattern=_DATE),
    "网址": Kind(),
    # history
    "数值年度": Kind(about="有数的年度，分号分隔"),
    "地区数": Kind("integer", "有数的地区数"),
    "行数": Kind("integer", "文件里有几行数据"),
    "文件": Kind(about="相对于本文件的地址"),
    "标记": Kind(about="与同一地区上一年度版相比：口径变化、区划变更；与初版相比：已更正、增补；分号分隔"),
    "前身代码": Kind(about="该区划改用现代码以前的代码；没有改过为空"),
}
_STATE_AT_YEAR_END = re.compile(r"\d{4}年底的状态")
_FREE_TEXT = {"名称", "定义", "计算方法", "分子", "分母", "分母口径", "所属标准", "主题", "文号", "发文机关"}


def kind_of(table: str, header: str) -> Kind | None:
    """What the column printed as `header` of the file `table`.csv holds; None if nobody has said."""
    own = TABLES.get(_TABLES.get(table, table))
    if table not in ("values", "verdicts", "sources", "indicators"):
        for column in own.columns if own else ():
            printed = f"{column.label}（{column.unit}）" if column.unit else column.label
            if header in (printed, column.label) and header != "数值":
                return _from_column(column)
    if header in _DERIVED:
        return _DERIVED[header]
    if header in _FREE_TEXT:
        return Kind()
    if _STATE_AT_YEAR_END.fullmatch(header):
        return Kind(about="到当年 12 月 31 日为止的整改状态")
    return None


def _from_column(column: Column) -> Kind:
    types = {"number": "number", "count": "integer", "year": "year", "flag": "boolean"}
    return Kind(
        types.get(column.type, "string"),
        column.help,
        column.unit,
        column.choices if column.type == "enum" else (),
        column.required,
        _DATE if column.type == "date" else "",
    )


def guessed(header: str, values: Iterable[str]) -> Kind:
    """What a column of a figure's or table's own file holds, told from what stands in it."""
    filled = [v for v in values if v]
    numbers = [v for v in filled if not _is_no_number(v)]
    unit = header[header.rindex("（") + 1 : -1] if header.endswith("）") and "（" in header else ""
    coded = header.endswith(("代码", "编号", "号", "码"))
    if not numbers or coded or not all(_NUMBER.fullmatch(v) for v in numbers):
        return Kind()
    whole = all(v.lstrip("-").isdigit() for v in numbers)
    return Kind("integer" if whole else "number", unit=unit)


def _is_no_number(value: str) -> bool:
    return value in _NO_NUMBERS or bool(_NO_NUMBER.fullmatch(value))


def make_schema(
    header: Sequence[str],
    rows: Sequence[Row],
    kinds: Sequence[Kind],
    key: Sequence[str],
    links: Sequence[Reference],
) -> dict[str, Any]:
    """The Table Schema of a file. `key`: the columns that should tell its rows apart, () for none;
    `links` hold already."""
    places = {name: i for i, name in enumerate(header)}
    keyed = bool(key) and all(name in places for name in key) and _unique(rows, [places[k] for k in key])
    fields = []
    for name, kind in zip(header, kinds, strict=True):
        cells = [row[places[name]] for row in rows]
        found = _field(name, kind, cells)
        if keyed and name in key and "" in cells:
            if found["type"] != "string":
                keyed = False
            else:
                found["missingValues"] = []  # empty is a value of its own: the whole year
        fields.append(found)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if keyed:
        schema["primaryKey"] = list(key)
    if links:
        schema["foreignKeys"] = [
            {"fields": [link.column], "reference": {"resource": link.resource, "fields": [link.other_column]}}
            for link in links
        ]
    return schema


def _unique(rows: Sequence[Row], places: Sequence[int]) -> bool:
    return len({tuple(row[i] for i in places) for row in rows}) == len(rows)


def _field(name: str, kind: Kind, cells: Sequence[str]) -> dict[str, Any]:
    """A field as the file keeps it: of the kind it should be, or text where something else stands in it."""
    filled = [v for v in cells if v]
    type_, missing = kind.type, sorted({v for v in filled if _is_no_number(v)})
    if type_ in NUMERIC:
        values = [v for v in filled if v not in missing]
        if not all(_NUMBER.fullmatch(v) for v in values):
            type_ = "string"
        elif type_ == "integer" and not all(v.lstrip("-").isdigit() for v in values):
            type_ = "number"
    if type_ == "boolean" and not set(filled) <= {"是", "否"}:
        type_ = "string"
    found: dict[str, Any] = {"name": name, "type": type_}
    if kind.about:
        found["description"] = kind.about
    if kind.unit:
        found["unit"] = kind.unit
    if type_ == "boolean":
        found |= {"trueValues": ["是"], "falseValues": ["否"]}
    if type_ in NUMERIC and missing:
        found["missingValues"] = ["", *missing]
    constraints = dict(_constraints(kind, type_, cells, filled))
    if constraints:
        found["constraints"] = constraints
    return found


def _constraints(
    kind: Kind, type_: str, cells: Sequence[str], filled: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    if kind.required and len(filled) == len(cells):
        yield "required", True
    if type_ == "string" and kind.choices and set(filled) <= set(kind.choices):
        yield "enum", list(kind.choices)
    if type_ == "string" and kind.pattern and all(re.fullmatch(kind.pattern, v) for v in filled):
        yield "pattern", kind.pattern


def key_of(table: str) -> tuple[str, ...]:
    """The printed columns that tell the rows of the file `table`.csv apart; () where none do."""
    own = TABLES.get(_TABLES.get(table, table))
    if table in _KEYS:
        return _KEYS[table]
    if own is None:
        return ()
    left_out = _IMPLIED if own.scope == "submission" else ()
    return tuple(own.column(name).label for name in own.key if name not in left_out)


def links_of(
    table: str, header: Sequence[str], rows: Sequence[Row], targets: Mapping[str, Target]
) -> list[Reference]:
    """The references of the file `table`.csv that every row keeps. `targets`: file name -> what it holds."""
    own = TABLES.get(_TABLES.get(table, table))
    wanted = [
        (column.label, *column.refers.split("."))
        for column in (own.columns if own else ())
        if column.refers and column.label in header
    ]
    wanted += [(name, "sources", "title") for name in ("来源", "依据") if name in header]
    if "指标代码" in header and table not in ("indicators", "targets"):
        wanted.append(("指标代码", "indicators", "indicator_id"))
    found: dict[str, Reference] = {}
    for label, other, column_name in wanted:
        target, other_label = targets.get(other), TABLES[other].column(column_name).label
        if target is None or other == table or other_label not in target.columns:
            continue
        place = list(header).index(label)
        if {row[place] for row in rows} - {""} <= target.columns[other_label]:
            found.setdefault(label, Reference(label, target.resource, other_label))
    return list(found.values())
