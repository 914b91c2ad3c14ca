"""What a page says when a reader asks where a number comes from: an entry for each value it links to.

Works without a script: the link leads to the entry below, the entry back. The script shows it in place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from gongbao.present import plain
from gongbao.present.asking import value_ref
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, Value
from gongbao.site.layout import fragment

_LINK = re.compile(r'<a class="gb-ask" href="#n-([^"]+)">(.*?)</a>', re.DOTALL)
_REF = re.compile(r"#n-([\w.-]+)")
_ENTRY = re.compile(r'id="n-([^"]+)"')
_YEAR = re.compile(r"(\d{4})\.")


@dataclass(frozen=True, slots=True)
class Origin:
    """One entry: `lines` are (label, text, address or "")."""

    ref: str
    title: str
    shown: str
    lines: tuple[tuple[str, str, str], ...]


def refs_in(text: str) -> list[str]:
    """The values that a page or a notebook links to, each once."""
    return list(dict.fromkeys(_REF.findall(text)))


def entries_in(html: str) -> set[str]:
    """The values that a page has entries of."""
    return set(_ENTRY.findall(html))


def linked(html: str, known: Collection[str], first: set[str] | None = None) -> str:
    """The same with links to values that there is no entry for as plain text. The first link to each of the others
    carries the id to which its entry leads back; `first` are those of earlier parts of the page."""
    first = set() if first is None else first

    def one(match: re.Match[str]) -> str:
        ref = match[1]
        if ref not in known:
            return match[2]
        if ref in first:
            return match[0]
        first.add(ref)
        return f'<a class="gb-ask" id="a-{ref}" href="#n-{ref}">{match[2]}</a>'

    return _LINK.sub(one, html)


def origins(catalogue: Catalogue, year: int, region: str, refs: Iterable[str]) -> list[Origin]:
    """The entries of those values, in the order given, that the county submitted and the site may show."""
    values: dict[int, Mapping[str, Value]] = {}
    found = []
    for ref in refs:
        match = _YEAR.match(ref)
        when = int(match[1]) if match else year
        if when not in values:
            values[when] = _values(catalogue, when, catalogue.code_in(region, when))
        value = values[when].get(ref[match.end() :] if match else ref)
        if value is not None:
            found.append(_origin(catalogue, ref, value))
    return found


def origins_html(address: str, entries: list[Origin]) -> str:
    """The section of a page that holds its entries, "" without any."""
    return fragment("origins.html.j2", address, origins=entries) if entries else ""


def _values(catalogue: Catalogue, year: int, region: str) -> Mapping[str, Value]:
    own = (v for v in catalogue.values_of(year, region) if v.statistic == "数值")
    return {value_ref(v.indicator_id, v.stage, v.period): v for v in own}


def _origin(catalogue: Catalogue, ref: str, value: Value) -> Origin:
    indicator = catalogue.indicators[value.indicator_id]
    stage = "" if value.stage in ("全部", indicator.stages) or value.stage in indicator.name else value.stage
    period = f"，{value.period}" if value.period else ""
    fields = dict(indicator.fields)
    lines = [("定义", fields.get("定义", "") or indicator.name, indicator.page)]
    if method := fields.get("计算方法", ""):
        lines.append(("算法", method, ""))
    if value.numerator is not None and value.denominator:
        names = fields.get("分子", "分子"), fields.get("分母", "分母")
        counted = f"{names[0]} {plain(value.numerator, None)} ÷ {names[1]} {plain(value.denominator, None)}"
        lines.append(("本数", counted, ""))
    lines += [("标准", text, to) for text, to in _targets(catalogue, value)]
    if value.number.qualifier:
        lines.append(("原文写法", f"“{value.number.qualifier}”：不是精确数", ""))
    if value.note:
        lines.append(("说明", value.note, ""))
    if value.quote:
        lines.append(("原文", f"“{value.quote}”", ""))
    if value.source_id:
        lines.append(("文件", catalogue.title_of(value), ""))
    if value.number.origin:
        lines.append(("填报位置", value.number.origin, ""))
    title = f"{stage}{indicator.name}（{value.year}年{period}）"
    return Origin(ref, title, str(value.number), tuple(lines))


def _targets(catalogue: Catalogue, value: Value) -> list[tuple[str, str]]:
    """The thresholds for the value in its place and year: words, and where they are written down."""
    target = catalogue.local_targets(value.year, value.region).find(
        value.indicator_id, value.statistic, value.stage
    )
    if target is None:
        return []
    limit = f"{OPERATORS.get(target.op, target.op)}{plain(target.value, None)}{value.number.unit}"
    doubt = "" if target.confirmed else "（依据待核实）"
    source = catalogue.source_title(target.source_id) if target.source_id else ""
    address = f"/site/sources.html#{target.source_id}" if target.source_id else ""
    return [(f"{limit}{doubt}{f'，{source}' if source else ''}", address)]
