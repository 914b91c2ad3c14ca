"""What a page says when a reader asks where a number comes from: an entry for each value it links to.

Works without a script: the link leads to the entry below, the entry back. The script shows it in place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from gongbao.present import Basis, plain
from gongbao.present.asking import value_ref
from gongbao.present.published import STATISTIC_UNITS
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, Indicator, Value
from gongbao.site.layout import fragment

_LINK = re.compile(r'<a class="gb-ask" href="#n-([^"]+)">(.*?)</a>', re.DOTALL)
_REF = re.compile(r"#n-([\w.-]+)")
_ENTRY = re.compile(r'id="n-([^"]+)"')
_YEAR = re.compile(r"(\d{4})\.")
_NONE: Mapping[str, Basis] = {}


Line = tuple[str, str, str]  # label, text, address or ""


@dataclass(frozen=True, slots=True)
class Origin:
    """One entry. `about` is the indicator that it is of, "" for none."""

    ref: str
    title: str
    shown: str
    lines: tuple[Line, ...]
    about: str = ""


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


def origins(
    catalogue: Catalogue, year: int, region: str, refs: Iterable[str], bases: Mapping[str, Basis] = _NONE
) -> list[Origin]:
    """The entries of those values, in the order given, that the county submitted and the site may show, and of
    those that were computed as `bases` tell."""
    values: dict[int, Mapping[str, Value]] = {}
    found = []
    for ref in refs:
        if basis := bases.get(ref):
            found.append(_computed(catalogue, year, region, basis))
            continue
        match = _YEAR.match(ref)
        when = int(match[1]) if match else year
        if when not in values:
            values[when] = _values(catalogue, when, catalogue.code_in(region, when))
        value = values[when].get(ref[match.end() :] if match else ref)
        if value is not None:
            found.append(_submitted(catalogue, ref, value))
    return found


@dataclass(frozen=True, slots=True)
class Together:
    """Entries of one indicator; `shared` is what all of them say, and stands once."""

    entries: tuple[Origin, ...]
    shared: tuple[Line, ...] = ()


def together(entries: Iterable[Origin]) -> list[Together]:
    """The entries by their indicators, each where its first stands."""
    groups: dict[str, list[Origin]] = {}
    for entry in entries:
        groups.setdefault(entry.about or entry.ref, []).append(entry)
    return [_together(group) for group in groups.values()]


def _together(entries: list[Origin]) -> Together:
    if len(entries) == 1:
        return Together(tuple(entries))
    shared = tuple(line for line in entries[0].lines if all(line in entry.lines for entry in entries))
    own = (replace(e, lines=tuple(line for line in e.lines if line not in shared)) for e in entries)
    return Together(tuple(own), shared)


def origins_html(address: str, entries: list[Origin]) -> str:
    """The section of a page that holds its entries, "" without any."""
    if not entries:
        return ""
    return fragment("origins.html.j2", address, groups=together(entries), count=len(entries))


def _values(catalogue: Catalogue, year: int, region: str) -> Mapping[str, Value]:
    own = (v for v in catalogue.values_of(year, region) if v.statistic == "数值")
    return {value_ref(v.indicator_id, v.stage, v.period): v for v in own}


def _submitted(catalogue: Catalogue, ref: str, value: Value) -> Origin:
    indicator = catalogue.indicators[value.indicator_id]
    stage = "" if value.stage in ("全部", indicator.stages) or value.stage in indicator.name else value.stage
    period = f"，{value.period}" if value.period else ""
    fields = dict(indicator.fields)
    lines = _definition(indicator)
    if method := fields.get("计算方法", ""):
        lines.append(("算法", method, ""))
    if value.numerator is not None and value.denominator:
        names = fields.get("分子", "分子"), fields.get("分母", "分母")
        counted = f"{names[0]} {plain(value.numerator, None)} ÷ {names[1]} {plain(value.denominator, None)}"
        lines.append(("本数", counted, ""))
    own = value.indicator_id, value.statistic, value.stage
    lines += _targets(catalogue, value.year, value.region, *own, value.number.unit)
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
    return Origin(ref, title, str(value.number), tuple(lines), value.indicator_id)


def _computed(catalogue: Catalogue, year: int, region: str, basis: Basis) -> Origin:
    indicator = catalogue.indicators.get(basis.indicator_id)
    lines = _definition(indicator) if indicator else []
    before = (("算法", basis.formula), ("本数", basis.counted), ("范围", basis.scope))
    after = (("依据", basis.rule), ("文件", basis.source), ("数据位置", basis.data))
    lines += [(label, words, "") for label, words in before if words]
    if indicator and basis.statistic:
        unit = STATISTIC_UNITS.get(basis.statistic, indicator.unit)
        own = basis.indicator_id, basis.statistic, basis.stage
        lines += _targets(catalogue, year, region, *own, unit)
    lines += [(label, words, "") for label, words in after if words]
    return Origin(basis.ref, basis.title, basis.shown, tuple(lines), basis.indicator_id)


def _definition(indicator: Indicator) -> list[Line]:
    return [("定义", dict(indicator.fields).get("定义", "") or indicator.name, indicator.page)]


def _targets(
    catalogue: Catalogue, year: int, region: str, indicator_id: str, statistic: str, stage: str, unit: str
) -> list[Line]:
    """The threshold in that place and year: words, and where they are written down."""
    target = catalogue.local_targets(year, region).find(indicator_id, statistic, stage)
    if target is None:
        return []
    limit = f"{OPERATORS.get(target.op, target.op)}{plain(target.value, None)}{unit}"
    doubt = "" if target.confirmed else "（依据待核实）"
    source = catalogue.source_title(target.source_id) if target.source_id else ""
    address = f"/site/sources.html#{target.source_id}" if target.source_id else ""
    return [("标准", f"{limit}{doubt}{f'，{source}' if source else ''}", address)]
