"""All years of an indicator in one file: `history/indicators/<indicator>.csv`, with an index, the definitions
of each edition, and a Data Package that describes them.

A number stands as the latest revision of its own year's edition says it; withdrawn editions are left out.
A release replaces the lines of its edition and no others: it reads the file as it is and that edition's
snapshots, whatever else the tree holds. What the whole file implies (which line follows which, where a
definition or a code changed) is worked out anew from the lines themselves.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongbao.data.columns import AREAS, STAGES, STATISTICS
from gongbao.editions.package_fields import Kind, Reference, kind_of, make_schema
from gongbao.editions.packages import PACKAGE, PROFILE, created, json_text
from gongbao.editions.snapshots import Snapshot, read_snapshot
from gongbao.editions.tree import Revision, Tree
from gongbao.publication import Publication
from gongbao.site.entries import is_sample
from gongbao.site.tabular import csv_bytes

FOLDER = "history"
HEADER = (
    "年度", "区划代码", "地区", "学段", "统计量", "时期", "数值", "单位", "限定词", "显示", "缺失原因", "修订版",
    "来源", "出处", "标记", "说明", "指标代码", "指标", "前身代码",
)  # fmt: skip
INDEX_HEADER = ("指标代码", "指标", "指标领域", "单位", "数值年度", "地区数", "行数", "文件")
# What makes two years comparable, as `snapshot/edition.json` calls it.
_DEFINITION = {
    "指标": "name", "单位": "unit", "定义": "definition", "计算方法": "formula", "分子": "numerator",
    "分母": "denominator", "分母口径": "denominator_basis", "时期": "period_type", "依据": "source_id",
}  # fmt: skip
DEFINITIONS_HEADER = ("指标代码", "年度", "修订版", "指标领域", *_DEFINITION)
KEY = ("年度", "区划代码", "学段", "统计量", "时期")

CORRECTED, ADDED, REDEFINED, RECODED = "已更正", "增补", "口径变化", "区划变更"
_OF_THE_EDITION = (CORRECTED, ADDED)  # marks that a line keeps; the others follow from the line before it
_BETWEEN = "；"

Line = dict[str, Any]


@dataclass
class _History:
    """The files as they stood before: indicator -> index entry, and the definitions of each edition."""

    index: dict[str, Line] = field(default_factory=dict)
    definitions: dict[tuple[str, str], Line] = field(default_factory=dict)


def history_files(
    tree: Tree, publication: Publication, changed: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """(address in the tree, bytes) of the history files that a release or withdrawal of the edition `changed`
    alters; of all of them when it is None.

    `tree` is the tree as it will be; what its folder `history` holds is taken to be right for every other
    edition; where there is nothing yet, everything is made. An indicator that no edition has any more keeps
    its file, with the header alone.
    """
    folder = tree.root / FOLDER
    before = _read_history(folder)
    if not before.index:
        changed = None
    years = tree.editions if changed is None else (changed,)
    kept = _History(before.index) if changed is None else before
    definitions = {key: row for key, row in kept.definitions.items() if int(key[1]) not in years}
    fresh: dict[str, list[Line]] = {}
    for year in years:
        latest = tree.latest(year)
        if latest is not None:
            snapshot = read_snapshot(tree.folder(year, latest.revision))
            lines = list(_lines(snapshot, latest, _first_said(tree, latest)))
            for line in lines:
                fresh.setdefault(line["指标代码"], []).append(line)
            definitions |= _definitions(snapshot, latest, {line["指标代码"] for line in lines})
    index: dict[str, Line] = {}
    for indicator in sorted({*before.index, *fresh}):
        entry = before.index.get(indicator, {})
        if changed is not None and indicator not in fresh and str(changed) not in _years(entry):
            index[indicator] = entry
            continue
        others = [] if changed is None else _other_lines(folder, indicator, changed)
        lines = _in_order([*others, *fresh.get(indicator, ())])
        _mark(lines, definitions)
        index[indicator] = _entry(indicator, lines, definitions, entry)
        yield f"/{FOLDER}/{_file(indicator)}", _csv(HEADER, lines)
    ordered = [index[i] for i in sorted(index, key=lambda i: (_area_order(index[i]["指标领域"]), i))]
    yield f"/{FOLDER}/index.csv", _csv(INDEX_HEADER, ordered)
    rows = [definitions[key] for key in sorted(definitions)]
    yield f"/{FOLDER}/definitions.csv", _csv(DEFINITIONS_HEADER, rows)
    yield f"/{FOLDER}/{PACKAGE}", json_text(_package(tree, publication, ordered))


# --- reading what is there --------------------------------------------------------------------------


def _read_history(folder: Path) -> _History:
    index = {row["指标代码"]: row for row in _read(folder / "index.csv")}
    definitions = {(row["指标代码"], row["年度"]): row for row in _read(folder / "definitions.csv")}
    return _History(index, definitions)


def _read(path: Path) -> list[Line]:
    """The lines of a CSV; none if there is no such file."""
    if not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def _other_lines(folder: Path, indicator: str, changed: int) -> list[Line]:
    return [line for line in _read(folder / _file(indicator)) if line["年度"] != str(changed)]


def _file(indicator: str) -> str:
    return f"indicators/{indicator}.csv"


def _years(entry: Mapping[str, str]) -> list[str]:
    return entry.get("数值年度", "").split(_BETWEEN)


# --- one edition ------------------------------------------------------------------------------------


def _values(snapshot: Snapshot) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(region code, value) of the edition's own year."""
    for code, place in snapshot.places.items():
        for value in place["values"]:
            if value["year"] == snapshot.year:
                yield code, value


def _key(code: str, value: Mapping[str, Any]) -> tuple[str, ...]:
    return (code, value["indicator"], value["stage"], value["statistic"], value["period"])


def _said(value: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must be equal for two revisions to say the same: the unrounded number, else the words."""
    number = value["value"]
    words = value["shown"] if number is None else value["qualifier"]
    return number, value["unit"], words, value["missing"]


def _first_said(tree: Tree, latest: Revision) -> dict[tuple[str, ...], tuple[Any, ...]] | None:
    """What the first revision of the edition that still stands said; None if that is the latest one."""
    first = next(r for r in tree.revisions(latest.year) if r.state != "withdrawn")
    if first.revision == latest.revision:
        return None
    snapshot = read_snapshot(tree.folder(first.year, first.revision))
    return {_key(code, value): _said(value) for code, value in _values(snapshot)}


def _lines(
    snapshot: Snapshot, revision: Revision, first: Mapping[tuple[str, ...], tuple[Any, ...]] | None
) -> Iterator[Line]:
    regions = snapshot.shared["regions"]
    for code, value in _values(snapshot):
        key, mark = _key(code, value), ""
        if first is not None and key not in first:
            mark = ADDED
        elif first is not None and first[key] != _said(value):
            mark = CORRECTED
        yield {
            "年度": str(snapshot.year),
            "区划代码": code,
            "地区": snapshot.places[code]["name"],
            "学段": value["stage"],
            "统计量": value["statistic"],
            "时期": value["period"],
            "数值": value["value"],
            "单位": value["unit"],
            "限定词": value["qualifier"],
            "显示": value["shown"],
            "缺失原因": value["missing"],
            "修订版": revision.name,
            "来源": value["source"],
            "出处": value["origin"],
            "标记": mark,
            "说明": value["note"],
            "指标代码": value["indicator"],
            "指标": value["name"],
            "前身代码": regions.get(code, {}).get("former_code", ""),
        }


def _definitions(
    snapshot: Snapshot, revision: Revision, indicators: Iterable[str]
) -> dict[tuple[str, str], Line]:
    """(indicator, year) -> how the edition defines it."""
    found = {}
    for indicator in indicators:
        said = {**snapshot.shared["indicators"][indicator]}
        said["source_id"] = snapshot.shared["sources"].get(said["source_id"], said["source_id"])
        year = str(snapshot.year)
        found[indicator, year] = {
            "指标代码": indicator,
            "年度": year,
            "修订版": revision.name,
            "指标领域": AREAS.get(said["area"], said["area"]),
            **{label: said[name] for label, name in _DEFINITION.items()},
        }
    return found


# --- all editions -----------------------------------------------------------------------------------


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """By year, then real places before samples, by code; then stages and statistics in the usual order."""

    def order(line: Line) -> tuple[Any, ...]:
        stage, statistic = line["学段"], line["统计量"]
        return (
            int(line["年度"]),
            is_sample(line["区划代码"]),
            line["区划代码"],
            STAGES.index(stage) if stage in STAGES else len(STAGES),
            STATISTICS.index(statistic) if statistic in STATISTICS else len(STATISTICS),
            line["时期"],
        )

    return sorted(lines, key=order)


def _mark(lines: Sequence[Line], definitions: Mapping[tuple[str, str], Line]) -> None:
    """Mark each line that can't be read on from the one before it: the same series of the same place."""
    former = {line["区划代码"]: line["前身代码"] for line in lines if line["前身代码"]}
    before: dict[tuple[str, ...], Line] = {}
    for line in lines:  # by year
        place = line["区划代码"]
        seen = {place}
        while former.get(place, place) not in seen:
            place = former[place]
            seen.add(place)
        series = (place, line["学段"], line["统计量"], line["时期"])
        earlier = before.get(series)
        marks = [mark for mark in line["标记"].split(_BETWEEN) if mark in _OF_THE_EDITION]
        if earlier is not None:
            then, now = (definitions[line["指标代码"], row["年度"]] for row in (earlier, line))
            marks += [REDEFINED] * any(then[label] != now[label] for label in _DEFINITION)
            marks += [RECODED] * any(earlier[label] != line[label] for label in ("区划代码", "地区"))
        line["标记"] = _BETWEEN.join(marks)
        before[series] = line


def _entry(
    indicator: str, lines: Sequence[Line], definitions: Mapping[tuple[str, str], Line], before: Line
) -> Line:
    years = list(dict.fromkeys(line["年度"] for line in lines))
    said = definitions[indicator, years[-1]] if years else before
    return {
        "指标代码": indicator,
        "指标": said["指标"],
        "指标领域": said["指标领域"],
        "单位": said["单位"],
        "数值年度": _BETWEEN.join(years),
        "地区数": str(len({line["区划代码"] for line in lines})),
        "行数": str(len(lines)),
        "文件": _file(indicator),
    }


def _area_order(title: str) -> int:
    titles = list(AREAS.values())
    return titles.index(title) if title in titles else len(titles)


def _csv(header: Sequence[str], lines: Iterable[Line]) -> bytes:
    return csv_bytes(header, [[line[name] for name in header] for line in lines])


# --- the package ------------------------------------------------------------------------------------


def _package(tree: Tree, publication: Publication, index: Sequence[Line]) -> dict[str, Any]:
    office, licence = publication.settings.office, publication.settings.licence
    last = tree.log[-1]
    package = {
        "$schema": PROFILE,
        "name": "gongbao-history",
        "title": f"{publication.title}：历年指标数据",
        "description": "一个指标一个文件，含各年度版的全部地区；每个数以该年度版的最新修订版为准，已撤回的不在其中。"
        "口径变化、区划变更、更正和增补写在“标记”一列。",
        "homepage": f"{publication.site_url}/" if publication.site_url else "",
        "version": str(last.n),
        "created": created(last.date),
        "licenses": [{"title": licence.title, "path": licence.url}] if licence else [],
        "contributors": [{"title": office, "roles": ["publisher"]}] if office else [],
        "resources": [
            _resource("index", "index.csv", "指标目录", _schema("index", INDEX_HEADER, ("指标代码",))),
            _resource(
                "definitions", "definitions.csv", "各年度版的指标定义",
                _schema("definitions", DEFINITIONS_HEADER, ("指标代码", "年度"), linked=True),
            ),
            *(
                _resource(
                    f"indicators.{row['指标代码']}".lower(), row["文件"], row["指标"],
                    _schema("indicator", HEADER, KEY, linked=True),
                )
                for row in index
            ),
        ],
    }  # fmt: skip
    return {key: value for key, value in package.items() if value not in ("", [])}


def _resource(name: str, path: str, title: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name, "type": "table", "path": path, "title": title, "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "schema": schema,
    }  # fmt: skip


def _schema(table: str, header: Sequence[str], key: Sequence[str], *, linked: bool = False) -> dict[str, Any]:
    """The schema of every file of a kind, whatever stands in it: files that a release leaves alone aren't read."""
    links = [Reference("指标代码", "index", "指标代码")] if linked else []
    kinds = [kind_of(table, name) or Kind() for name in header]
    schema = make_schema(header, (), kinds, key, links)
    for column in schema["fields"]:
        if column["name"] == "时期" and "时期" in key:
            column["missingValues"] = []  # empty is a value of its own: the whole year
    return schema
