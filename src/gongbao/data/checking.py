"""What must hold between tables: references, schools and their stages, sources.

Way in: `check_dataset`. Evaluations and their frameworks are `evaluations`' business, the units of
indicator values `values`', rules within one table `rules`'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from gongbao.data.cells import did_you_mean
from gongbao.data.consistency import check_consistency, check_definitions
from gongbao.data.covers import Cover
from gongbao.data.dataset import Dataset
from gongbao.data.editions import check_editions
from gongbao.data.evaluations import check_evaluations, check_frameworks
from gongbao.data.plausible import check_school_amounts
from gongbao.data.privacy import check_public_text
from gongbao.data.problems import Findings, Place
from gongbao.data.rules import check_table
from gongbao.data.schema import SHARED_TABLES, SUBMISSION_TABLES, TABLES
from gongbao.data.succession import check_former_codes
from gongbao.data.work import WORK_TABLES
from gongbao.data.work_checks import check_work
from gongbao.data.work_references import CHECKED_HERE, check_work_references

# Which stages a school of each type reports; 全校 holds what the stages of one school share.
_STAGES = {
    "小学": ("小学",),
    "教学点": ("小学",),
    "初中": ("初中",),
    "高中": ("高中",),
    "九年一贯制": ("小学", "初中", "全校"),
    "十二年一贯制": ("小学", "初中", "高中", "全校"),
    "完全中学": ("初中", "高中", "全校"),
    "特教": ("小学", "初中", "高中", "全校"),
    "幼儿园": ("全校",),
    "中职": ("全校",),
}
_NEED_NOT_REPORT = ("幼儿园", "中职", "特教")
_SHARED_RESOURCES = (
    "teach_area",
    "indoor_pe_area",
    "sports_area",
    "equip_value",
    "multimedia_rooms",
    "computers",
    "books",
    "music_rooms_ok",
    "art_rooms_ok",
)
_NAMED_SCHOOLS = 10  # more without data are told together
_WITH_SOURCE = ("school_year", "indicator_values", "evaluations")
_SUBMITTED = tuple(name for name in TABLES if name in SUBMISSION_TABLES)
# Shared tables that no check of a submission reads: a change of them leaves what was found as it is.
CHECKED_ALONE = ("editions", "targets", "grade_bands")
# References checked elsewhere: beside other rules, or against the region's own rows.
_OWN_CHECK = {
    ("indicator_values", "indicator_id"), ("school_year", "school_id"), ("eval_scores", "eval_id"),
} | CHECKED_HERE  # fmt: skip


def check_shared(dataset: Dataset, findings: Findings) -> None:
    """Report everything that is wrong with the shared tables of a dataset that has no submission."""
    for name in SHARED_TABLES:
        check_table(dataset, name, findings)
    _check_parents(dataset, findings)
    check_former_codes(dataset, findings)
    _check_references(dataset, SHARED_TABLES, findings)
    _check_targets(dataset, findings)
    check_frameworks(dataset, findings)
    check_editions(dataset, findings)
    check_definitions(dataset, findings)


def check_submissions(dataset: Dataset, covers: Mapping[str, Cover], findings: Findings) -> None:
    """Report everything that is wrong with submissions that could be read. `covers`: cover file -> cover.

    What is found for a region depends on its own submissions, on those of its former codes and on the
    shared tables, whichever other regions the dataset holds; and on no table in CHECKED_ALONE.
    """
    for name in _SUBMITTED:
        check_table(dataset, name, findings)
    _check_regions(dataset, covers, findings)
    _check_references(dataset, _SUBMITTED, findings)
    _check_sources(dataset, covers, findings)
    _check_filled(dataset, findings)
    _check_schools(dataset, findings)
    check_school_amounts(dataset, findings)
    check_public_text(dataset, covers, findings)
    check_evaluations(dataset, findings)
    check_work(dataset, findings)
    check_work_references(dataset, findings)
    check_consistency(dataset, findings)


def _known(frame: pd.DataFrame, column: str) -> set[str]:
    return set(frame[column].dropna())


def _unknown(
    place: Place, label: str, value: str, where: str, known: Collection[str], findings: Findings
) -> None:
    findings.error(
        "unknown-reference",
        place,
        f"{where}里没有{label}“{value}”。{did_you_mean(value, known, 0.8)}",
        f"请改正，或先在{where}里登记。",
    )


def _check_regions(dataset: Dataset, covers: Mapping[str, Cover], findings: Findings) -> None:
    spans: dict[str, list[tuple[float, float]]] = {}
    regions = dataset.tables["regions"]
    for code, *span in zip(
        *(regions[c].tolist() for c in ("region_code", "valid_from", "valid_to")), strict=True
    ):
        if isinstance(code, str):
            spans.setdefault(code, []).append((span[0], span[1]))
    if not spans:
        return  # said already: one missing file is one problem
    for code, year, file in zip(
        *(dataset.covers[c].tolist() for c in ("region_code", "year", "_file")), strict=True
    ):
        place = covers[file].places.get("region_code", Place(file))
        if code not in spans:
            _unknown(place, "行政区划代码", code, "区划表", spans, findings)
            continue
        if not any(not first > year and not last < year for first, last in spans[code]):
            listed = "、".join(_span(first, last) for first, last in spans[code])
            findings.error(
                "region-not-valid",
                place,
                f"区划 {code} 在 {year} 年无效（有效期：{listed}）。",
                "请核对代码和年度，或在区划表里补上这一时期。",
            )


def _check_parents(dataset: Dataset, findings: Findings) -> None:
    regions = dataset.tables["regions"]
    parents = regions["parent_code"].dropna()
    for index in parents.index[parents == regions.loc[parents.index, "region_code"]]:
        place = dataset.place(regions.iloc[index], "parent_code")
        findings.error("own-parent", place, "上级代码就是它自己。", "请填上级区划的代码。")


def _span(start: float, end: float) -> str:
    first, last = ("" if value != value else str(int(value)) for value in (start, end))
    return f"{first or '…'}—{last or '今'}"


def _check_references(dataset: Dataset, names: Iterable[str], findings: Findings) -> None:
    """Columns with `refers` hold a value of that column; a submission may also refer to its own sources."""
    sources, covers = dataset.tables["sources"], dataset.covers
    columns = ("region_code", "year", "source_id")
    # an unknown default source is said once, at the cover
    own: dict[tuple[Any, Any], set[str]] = {}
    for frame in (sources, covers):
        for region, year, source in zip(*(frame[c].tolist() for c in columns), strict=True):
            own.setdefault((region, year), set()).add(source)
    shared = _known(sources[sources["region_code"].isna()], "source_id")
    for name in names:
        frame = dataset.tables[name]
        for column in TABLES[name].columns:
            if not column.refers or column.implied or (name, column.name) in _OWN_CHECK:
                continue
            target, _, target_column = column.refers.partition(".")
            known = shared if target == "sources" else _known(dataset.tables[target], target_column)
            given = frame[column.name].dropna()
            suspects: list[int] = given.index[~given.isin(known)].tolist()
            for index in suspects:
                row = frame.iloc[index]
                value = str(row[column.name])
                listed = own.get((row.get("region_code"), row.get("year")), set())
                if target == "sources" and value in listed:
                    continue
                where = f"“{TABLES[target].label}”表"
                close = known | {s for s in listed if isinstance(s, str)} if target == "sources" else known
                _unknown(dataset.place(row, column.name), column.label, value, where, close, findings)


def _check_sources(dataset: Dataset, covers: Mapping[str, Cover], findings: Findings) -> None:
    sources = dataset.tables["sources"]
    shared = sources[sources["region_code"].isna()]
    own = sources[sources["region_code"].notna()]
    for index in own.index[own["source_id"].isin(shared["source_id"])]:
        code = str(sources.at[index, "source_id"])
        other = dataset.place(shared[shared["source_id"] == code].iloc[0], "source_id")
        findings.error(
            "duplicate-key",
            dataset.place(sources.iloc[index], "source_id"),
            f"来源编号 {code} 与 {other} 重复。",
            "请换一个编号；如果就是那份文件，删除这一行。",
        )
    columns = ("region_code", "year", "source_id", "_file")
    for region, year, source, file in zip(*(dataset.covers[c].tolist() for c in columns), strict=True):
        if not isinstance(source, str):
            continue
        mine = sources["region_code"].isna() | (
            (sources["region_code"] == region) & (sources["year"] == year)
        )
        known = _known(sources[mine], "source_id")
        if source not in known:
            place = covers[file].places.get("source_id", Place(file))
            _unknown(place, "来源编号", source, "“来源”表", known, findings)
    for name in _WITH_SOURCE:
        frame = dataset.tables[name]
        without = frame[frame["source_id"].isna() & _holds_numbers(frame, name)]
        for _, rows in without.groupby(["_file", "_sheet"], sort=False):
            others = f"等 {len(rows)} 行" if len(rows) > 1 else ""
            findings.error(
                "no-source",
                dataset.place(rows.iloc[0], "source_id"),
                f"第 {rows.iloc[0]['_row']} 行{others}缺来源，封面也没有默认来源。",
                "请在封面填默认来源编号，或在各行填来源编号。",
            )


def _holds_numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    """Rows that state something a source must stand behind."""
    if name == "indicator_values":
        return frame["value"].notna()
    if name == "evaluations":
        return frame["total"].notna() | frame["grade"].notna()
    names = [c.name for c in TABLES[name].columns if c.numeric and c.name != "year"]
    return frame[names].notna().any(axis=1)


def _check_targets(dataset: Dataset, findings: Findings) -> None:
    targets, known = dataset.tables["targets"], _known(dataset.tables["regions"], "region_code")
    given = targets["region_code"].dropna()
    given = given[~given.isin(known | {"*"})]
    for index, code in zip(given.index.tolist(), given.tolist(), strict=True):
        _unknown(
            dataset.place(targets.iloc[index], "region_code"), "适用区划", code, "区划表", known, findings
        )


def _check_schools(dataset: Dataset, findings: Findings) -> None:
    schools, years = dataset.tables["schools"], dataset.tables["school_year"]
    types = {
        key: kind
        for *key_parts, kind in zip(
            *(schools[c].tolist() for c in ("region_code", "year", "school_id", "stage")), strict=True
        )
        for key in [tuple(key_parts)]
    }
    by_submission: dict[tuple[str, float], list[str]] = {}
    for region, year, school in types:
        if isinstance(school, str):
            by_submission.setdefault((region, year), []).append(school)
    reported: dict[tuple[str, float, str], list[int]] = {}
    columns = ("region_code", "year", "school_id", "stage")
    for index, (region, year, school, stage) in enumerate(
        zip(*(years[c].tolist() for c in columns), strict=True)
    ):
        if not isinstance(school, str):
            continue
        reported.setdefault((region, year, school), []).append(index)
        if (region, year, school) not in types:
            place = dataset.place(years.iloc[index], "school_id")
            known = by_submission.get((region, year), [])
            _unknown(place, "学校标识码", school, "本填报表的“学校”表", known, findings)
            continue
        kind = types[region, year, school]
        if isinstance(kind, str) and isinstance(stage, str) and stage not in _STAGES[kind]:
            findings.error(
                "stage-not-of-school",
                dataset.place(years.iloc[index], "stage"),
                f"学校 {school} 是“{kind}”，不能有“{stage}”行。",
                f"可填：{'、'.join(_STAGES[kind])}。",
            )
    filled = set(zip(*(years.loc[_holds_numbers(years, "school_year"), c] for c in columns[:3]), strict=True))
    reporting = schools[schools["school_id"].notna() & ~schools["stage"].isin(_NEED_NOT_REPORT)]
    for _, own in reporting.groupby("_file", sort=False):
        keys = list(zip(*(own[c].tolist() for c in columns[:3]), strict=True))
        empty = [key not in filled for key in keys]
        # one row that is there and empty says 未报 by itself; where most are, nobody has filled them in
        if sum(empty) <= len(empty) / 2:
            empty = [key not in reported for key in keys]
        if any(empty):
            _not_reported(dataset, own[empty], findings)
    _check_shared_resources(dataset, years, reported.values(), findings)


def _not_reported(dataset: Dataset, schools: pd.DataFrame, findings: Findings) -> None:
    """Schools without a number in 学校年度: each by name, or together where a sheet was left empty."""
    advice = "请补报；已停办的请从“学校”表删除。"
    named = [
        f"{code}（{name}）" for code, name in zip(schools["school_id"], schools["school_name"], strict=True)
    ]
    if len(named) > _NAMED_SCHOOLS:
        findings.warning(
            "not-reported",
            dataset.place(schools.iloc[0], "school_id"),
            f"{len(named)} 所学校在“学校年度”表里没有数据，按未报处理：{'、'.join(named[:3])}等。",
            advice,
        )
        return
    for index, name in enumerate(named):
        place = dataset.place(schools.iloc[index], "school_id")
        findings.warning("not-reported", place, f"学校 {name}在“学校年度”表里没有数据，按未报处理。", advice)


def _check_filled(dataset: Dataset, findings: Findings) -> None:
    """A submission in which nothing was reported: a template that nobody filled in."""
    told = {
        key
        for name in _WITH_SOURCE
        for frame in [dataset.tables[name]]
        for key in zip(
            *(frame.loc[_says_something(frame, name), c] for c in ("region_code", "year")), strict=True
        )
    }
    for table in WORK_TABLES:  # a template lists none of their rows: whatever stands there was filled in
        told |= set(
            zip(*(dataset.tables[table.name][c].tolist() for c in ("region_code", "year")), strict=True)
        )
    for region, year, file in zip(
        *(dataset.covers[c].tolist() for c in ("region_code", "year", "_file")), strict=True
    ):
        if (region, year) not in told:
            findings.warning(
                "nothing-filled",
                Place(file),
                "填报表里还没有填任何数据。",
                "请填好再发布，或先移出 data 文件夹。",
            )


def _says_something(frame: pd.DataFrame, name: str) -> pd.Series:
    """Rows that report a number, or say why there is none."""
    told = _holds_numbers(frame, name)
    return told | frame["missing_code"].notna() if name == "indicator_values" else told


def _check_shared_resources(
    dataset: Dataset, years: pd.DataFrame, groups: Iterable[list[int]], findings: Findings
) -> None:
    """What the stages of a school share stands on its 全校 row or on the stage rows, never on both."""
    stages = years["stage"].tolist()
    for indexes in groups:
        whole = [i for i in indexes if stages[i] == "全校"]
        if not whole or len(indexes) == 1:
            continue
        total = years.iloc[whole[0]]
        for index in (i for i in indexes if stages[i] != "全校"):
            row = years.iloc[index]
            for name in _SHARED_RESOURCES:
                if row[name] > 0 and total[name] > 0:
                    label, twin = TABLES["school_year"].column(name).label, dataset.place(total, name).cell
                    findings.error(
                        "counted-twice",
                        dataset.place(row, name),
                        f"“{label}”在“{stages[index]}”行和“全校”行（{twin}）都填了，会重复计算。",
                        "共用资源只在“全校”行填一次。",
                    )
