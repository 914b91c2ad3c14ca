"""Downloads: what the pages show, as CSV and Excel files. Public data only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.data.schema import TABLES
from gongbao.present.published import STATISTIC_UNITS
from gongbao.publication import Release
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import is_sample, text
from gongbao.site.plan import Files
from gongbao.site.reading import ReportContent
from gongbao.site.tabular import Book, Scalar, Sheet, csv_bytes
from gongbao.site.work_downloads import SMALL_WITHHELD, work_sheets

SHARED_FILES = (
    ("指标定义", "/data/indicators.csv"),
    ("标准值", "/data/targets.csv"),
    ("来源", "/data/sources.csv"),
)
# What every row of a CSV repeats, so that files of several places, years and revisions can be put together.
# The revision first: a word between a number and a year, which together would look like a telephone number.
IDENTITY = ("修订版", "年度", "区划代码", "地区")
SHARED_IDENTITY = ("修订版", "年度版")
DRAFT, UNRELEASED = "草稿", "未发布"


def county_sheets(
    catalogue: Catalogue, year: int, region: str, contents: Sequence[ReportContent]
) -> dict[str, Sheet]:
    """Name of the CSV file -> its sheet, of a county and year; only what holds a row. `contents` are the
    reports of the county and year."""
    sheets = {
        "values": _values(catalogue, year, region),
        "verdicts": _verdicts(catalogue, year, region),
        "charts": _charts(catalogue, contents),
        "evaluations": _evaluations(catalogue, year, region),
        "scores": _scores(catalogue, year, region),
    }
    sheets = {name: sheet for name, sheet in sheets.items() if sheet.rows}
    return sheets | work_sheets(catalogue, year, region)


def county_files(year: int, region: str, sheets: Mapping[str, Sheet]) -> Files:
    """Where the sheets of a county and year are downloaded."""
    folder = f"/data/{year}/{region}"
    csvs = tuple((sheet.label, f"{folder}/{name}.csv") for name, sheet in sheets.items())
    return Files(f"{folder}.xlsx", csvs)


def county_downloads(
    catalogue: Catalogue,
    year: int,
    region: str,
    sheets: Mapping[str, Sheet],
    release: Release | None = None,
) -> tuple[list[tuple[str, bytes]], Book]:
    """(address, bytes) of each CSV of a county and year, and the Excel file that holds them all.

    Every row of a CSV ends with the revision, the year and the county; the Excel file says them once, at
    its top.
    """
    files = county_files(year, region, sheets)
    own = tuple(sheets.values())
    reviewed = catalogue.edition(year).reviewed
    revision = release.name if release else UNRELEASED if reviewed else DRAFT
    identity = (revision, year, region, catalogue.name(region, year))
    csvs = [
        (address, csv_bytes((*sheet.header, *IDENTITY), [(*row, *identity) for row in sheet.rows]))
        for (_, address), sheet in zip(files.csvs, own, strict=True)
    ]
    sample = "（示例数据，虚构）" if is_sample(region) else ""
    draft = "" if release or reviewed else "（草稿，未经审核，不得引用）"
    title = f"{catalogue.name(region, year)} {year}年教育督导公报数据{sample}{draft}"
    return csvs, Book(files.xlsx, title, (*own, *_named(catalogue, sheets)), edition_words(release))


def _named(catalogue: Catalogue, sheets: Mapping[str, Sheet]) -> Iterator[Sheet]:
    """Of the definitions that all counties share those that a county's own sheets name: its indicators,
    their targets, and the documents that any of these come from."""
    indicators, targets, sources = _shared(catalogue)
    own = {
        row[sheets[name].header.index("指标代码")]
        for name in ("values", "verdicts")
        if name in sheets
        for row in sheets[name].rows
    }
    kept = [
        replace(sheet, rows=[row for row in sheet.rows if row[0] in own]) for sheet in (indicators, targets)
    ]
    titles = {
        row[column]
        for sheet in (*sheets.values(), *kept)
        for column, label in enumerate(sheet.header)
        if label in ("来源", "依据")
        for row in sheet.rows
    }
    yield from kept
    yield replace(sources, rows=[row for row in sources.rows if row[1] in titles])


def edition_words(release: Release | None) -> str:
    """Which revision a file is of, as one line; "" for none."""
    if release is None:
        return ""
    parts = (f"{release.year}年度", f"修订版 {release.name}", release.doc_no, f"发布日期 {release.date}")
    approved = f"批准机关 {release.approved_by}" if release.approved_by else ""
    return " · ".join(part for part in (*parts, approved) if part)


def shared_downloads(catalogue: Catalogue, release: Release | None = None) -> Iterator[tuple[str, bytes]]:
    """(address, bytes) of the definitions that all counties share; of a release, with edition and revision."""
    identity = (release.name, release.year) if release else ()
    header = SHARED_IDENTITY if release else ()
    for (_, address), sheet in zip(SHARED_FILES, _shared(catalogue), strict=True):
        yield address, csv_bytes((*sheet.header, *header), [(*row, *identity) for row in sheet.rows])


def _values(catalogue: Catalogue, year: int, region: str) -> Sheet:
    values = catalogue.place_values(year, region)
    rows = [
        (
            AREAS.get(indicator.area, indicator.area),
            indicator.indicator_id,
            indicator.name,
            v.stage,
            v.statistic,
            v.period,
            v.number.public,
            v.number.unit,
            v.number.qualifier,
            str(v.number),
            _missing(v.number.suppressed, v.number.missing),
            catalogue.title_of(v),
            v.number.origin,
            v.note,
        )
        for indicator in catalogue.indicators.values()
        for v in values.get(indicator.indicator_id, ())
    ]
    return Sheet(
        "指标数据",
        "县级指标，一行一个数",
        (
            "指标领域",
            "指标代码",
            "指标",
            "学段",
            "统计量",
            "时期",
            "数值",
            "单位",
            "限定词",
            "显示",
            "缺失原因",
            "来源",
            "出处",
            "说明",
        ),
        rows,
    )


def _missing(suppressed: bool, missing: str) -> str:
    return SMALL_WITHHELD if suppressed else missing


def _verdicts(catalogue: Catalogue, year: int, region: str) -> Sheet:
    rows = [
        (
            catalogue.area_title(r.area),
            v.key,
            v.label,
            v.stage,
            v.word,
            v.value,
            v.shown,
            v.op,
            v.limit,
            v.target,
            v.gap,
            "是" if v.headline else "否",
            v.indicator_id,
            v.statistic,
            _unit(catalogue, v.indicator_id, v.statistic),
        )
        for r in catalogue.reports(year, region)
        for v in catalogue.verdicts(r)
    ]
    return Sheet(
        "结论",
        "按标准作出的判定",
        (
            "指标领域",
            "判定代码",
            "判定对象",
            "学段",
            "结论",
            "数值",
            "显示",
            "比较",
            "标准值",
            "标准",
            "差距",
            "代表本领域",
            "指标代码",
            "统计量",
            "单位",
        ),
        rows,
    )


def _unit(catalogue: Catalogue, indicator_id: str, statistic: str) -> str:
    """The unit of a verdict's numbers; "" where it judges no indicator and only its text names one."""
    indicator = catalogue.indicators.get(indicator_id)
    return STATISTIC_UNITS.get(statistic, indicator.unit) if indicator else ""


def _charts(catalogue: Catalogue, contents: Sequence[ReportContent]) -> Sheet:
    """Which figures and tables there are, and the file of each: what they show stands in that alone."""
    rows: list[tuple[Scalar, ...]] = []
    for report in contents:
        title = catalogue.area_title(report.area)
        shown = [(f"图 {f.number}", f.title, f.table, f.source, f.id) for f in report.figures]
        shown += [(f"表 {t.number}", t.caption, t, t.source, t.id) for t in report.tables]
        for label, caption, table, source, id in shown:
            rows.append((title, label, caption, len(table.rows), source, f"{report.area}/{id}.csv"))
    return Sheet(
        "图表目录",
        "各篇报告的图和表，一行一个；各有自己的 CSV，在报告页上下载",
        ("指标领域", "图表", "标题", "行数", "来源", "数据文件"),
        rows,
    )


def _evaluations(catalogue: Catalogue, year: int, region: str) -> Sheet:
    names = ("eval_id", "framework_id", "object_type", "step", "date", "total", "grade", "note")
    rows = [
        (*(_scalar(row[n]) for n in names), name, catalogue.source_title(text(row["source_id"])))
        for row, name in _public_evaluations(catalogue, year, region)
    ]
    header = tuple(TABLES["evaluations"].column(n).label for n in names)
    about = "对县（市、区）、乡镇和可以公开校名的学校、幼儿园的评价"
    return Sheet("评价", about, (*header, "对象", "来源"), rows)


def _public_evaluations(catalogue: Catalogue, year: int, region: str) -> list[tuple[Mapping[Any, Any], str]]:
    """Evaluations that may be shown one by one, each with the name of what was evaluated."""
    schools = catalogue.dataset.rows("schools", region, year)
    named = {str(s["school_id"]): str(s["school_name"]) for s in schools if s["publish_name"] == 1}
    found: list[tuple[Mapping[Any, Any], str]] = []
    for row in catalogue.dataset.rows("evaluations", region, year):
        code = text(row["object_id"])
        if row["object_type"] in ("学校", "幼儿园"):
            if code in named:
                found.append((row, named[code]))
        else:
            found.append((row, catalogue.name(region, year) if code == region else code))
    return found


def _scores(catalogue: Catalogue, year: int, region: str) -> Sheet:
    public = _public_evaluations(catalogue, year, region)
    frameworks = {row["eval_id"]: row["framework_id"] for row, _ in public}
    sources = {row["eval_id"]: catalogue.source_title(text(row["source_id"])) for row, _ in public}
    items = catalogue.dataset.rows("framework_items")
    titles = {(r["framework_id"], r["item_id"]): r for r in items}
    names = ("eval_id", "item_id", "score", "status", "deduction", "reason", "planned_fix")
    rows = []
    for row in catalogue.dataset.rows("eval_scores", region, year):
        if row["eval_id"] not in frameworks:
            continue
        item: Mapping[Any, Any] = titles.get((frameworks[row["eval_id"]], row["item_id"]), {})
        values = [_scalar(row[n]) for n in names]
        named = (text(item.get("name")), _scalar(item.get("full_score")))
        rows.append((*values[:2], *named, *values[2:], sources[row["eval_id"]]))
    label = [TABLES["eval_scores"].column(n).label for n in names]
    header = (*label[:2], "测评项", "满分", *label[2:], "来源")
    return Sheet("评价得分", "每个测评项的得分、扣分和整改措施", header, rows)


def _shared(catalogue: Catalogue) -> tuple[Sheet, Sheet, Sheet]:
    labels = ("定义", "计算方法", "分子", "分母", "分母口径", "时期", "所属标准", "主题")
    indicators = [
        (
            i.indicator_id,
            i.name,
            AREAS.get(i.area, i.area),
            i.unit,
            i.stages,
            i.statistics,
            *(dict(i.fields).get(label) for label in labels),
            catalogue.source_title(i.source_id),
        )
        for i in catalogue.indicators.values()
    ]
    names = (
        "indicator_id",
        "statistic",
        "region_code",
        "stage",
        "valid_from",
        "valid_to",
        "op",
        "value",
        "basic_value",
        "confirmed",
    )
    targets = [
        (
            *(_scalar(row[n]) for n in names[:-1]),
            "否" if row["confirmed"] == 0 else "是",
            catalogue.source_title(text(row["source_id"])),
            _scalar(row["note"]),
        )
        for rows in catalogue.targets.values()
        for row in rows
    ]
    sources = [
        (s.source_id, s.title, s.doc_no, s.issuer, s.date, s.url, s.note) for s in catalogue.sources.values()
    ]
    return (
        Sheet(
            "指标定义",
            "公开指标的定义",
            ("指标代码", "指标名称", "指标领域", "单位", "适用学段", "统计量", *labels, "依据"),
            indicators,
        ),
        Sheet(
            "标准值",
            "指标的标准值及其适用地区和年份",
            (*(TABLES["targets"].column(n).label for n in names), "依据", "说明"),
            targets,
        ),
        Sheet(
            "来源",
            "数据和标准出自的文件",
            ("来源编号", "标题", "文号", "发文机关", "日期", "网址", "说明"),
            sources,
        ),
    )


def _scalar(value: Any) -> Scalar:
    """A cell of the dataset for a download: whole numbers without “.0”, missing as None."""
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number
