"""总览与结论: the bulletin itself, composed from the other areas in the order of domain.md B10.

标题 → 依据与过程 → 一、结论 → 二、做法和成效 → 三、问题 → 四、整改要求 → 五、上轮整改落实 → 附表.
A section of which nothing is known is left out and the numbers close up, so that a county with five
known values gets a short bulletin and not a form with empty headings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from gongbao.data.columns import AREAS
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from gongbao.present import Cell, Number, Point, Sentence, Verdict
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.outcome import Outcome
from gongbao.standards.rules import BASIC, QUALITY
from gongbao.workbooks import findings
from gongbao.workbooks.inspect_problems import SEVERITIES
from gongbao.workbooks.names import OBJECT_TYPES

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

# The parts that carry a Chinese number, in the order of a bulletin.
SECTIONS = {
    "results": "主要指标达标情况与结论",
    "work": "主要做法和成效",
    "problems": "存在问题",
    "demands": "整改要求",
    "carried": "上轮整改落实情况",
}
NUMERALS = "一二三四五六七八九十"
# How many inspections of a kind, and what they did: column, words before and after the number.
_EFFORT = (
    ("teams", "派出督导组", "个"),
    ("people", "参加", "人"),
    ("schools_n", "检查中小学", "所"),
    ("kg_n", "检查幼儿园", "所"),
    ("towns_n", "检查乡镇", "个"),
    ("interviews", "座谈访谈", "人"),
)
# What became of a verdict since last year.
# The report that tells a point in full.
_TOLD_IN = {"比上年": "overview", "上轮承诺": "inspect", "督导发现": "inspect", "整改要求": "inspect"}
_BECAME = {"达标": "转为达标", "未达标": "转为未达标", "待定": "不能再判定", "没有结论": "今年没有结论"}
_NAMED = 4  # of a list of verdicts; the table has them all
# Counting the same people or schools in several inspections gives times, not heads.
_REPEATED = {"人": "人次", "所": "所次", "个": "个次"}


class Area(Protocol):
    """What the bulletin needs of an area's result (every `make_<area>` returns such a thing)."""

    def verdicts(self) -> list[Verdict]: ...
    def summary(self) -> list[Sentence]: ...


@dataclass(frozen=True)
class Bulletin:
    """One county's bulletin of a year. Frames are as the areas give them; empty where nothing is known.

    `changes` are the verdicts that differ from last year's, if there are any to be `compared` with.
    `rows` are schema.INSPECTIONS as reported, `inspections` the same as Inspect.inspections shows them.
    """

    region_name: str
    year: int
    office: str
    doc_prefix: str
    rows: pd.DataFrame
    inspections: pd.DataFrame
    sources: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    changes: pd.DataFrame
    compared: bool
    summaries: tuple[tuple[str, tuple[Sentence, ...]], ...]
    problems: pd.DataFrame
    demands: pd.DataFrame
    carried: pd.DataFrame
    values: pd.DataFrame
    coefficients: pd.DataFrame
    composites: pd.DataFrame
    remarks: pd.DataFrame

    # --- frame of the text ------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return f"{self.region_name}{self.year}年度教育督导公报"

    def issued_by(self) -> Sentence | None:
        """发文机关 and 机关代字, None when neither is known. A number is given by the office that
        issues the bulletin and is never made up here."""
        known = []
        if self.office:
            known.append("发文机关：{office}")
        if self.doc_prefix:
            known.append("机关代字：{prefix}（文号由发文机关编定）")
        return (
            bind("；".join(known) + "。", {"office": self.office, "prefix": self.doc_prefix})
            if known
            else None
        )

    def heading(self, section: str) -> str:
        """The numbered heading of a section (a key of SECTIONS), "" if it has nothing to say."""
        present = [name for name in SECTIONS if self._has(name)]
        return f"{NUMERALS[present.index(section)]}、{SECTIONS[section]}" if section in present else ""

    def _has(self, section: str) -> bool:
        contents: dict[str, Sequence[Any] | pd.DataFrame] = {
            "results": self.verdicts,
            "work": self.summaries,
            "problems": self.problems if len(self.problems) else self.failing(),
            "demands": self.demands,
            "carried": self.carried,
        }
        return len(contents[section]) > 0

    def lacking(self) -> dict[str, Sequence[Any]]:
        """Heading -> content, for `Report.unreported`."""
        return {title: [1] if self._has(name) else [] for name, title in SECTIONS.items()}

    # --- 依据与过程 ---------------------------------------------------------------------------------

    def basis(self) -> list[Sentence]:
        """What the bulletin rests on: documents of the inspections, then the sources of its numbers."""
        said = []
        documents = _distinct(self.rows["basis_doc"])
        if documents:
            said.append(bind("督导检查依据：{documents}。", {"documents": "；".join(documents)}))
        if self.sources:
            said.append(
                bind(
                    "本公报的数据出自{n}份文件：{titles}。",
                    {"n": len(self.sources), "titles": "、".join(f"《{title}》" for title in self.sources)},
                )
            )
        return said

    def process(self) -> list[Sentence]:
        """How often, when, by how many people and where was inspected, and what questionnaires gave."""
        rows = self.rows
        if rows.empty:
            return []
        counts = rows["type"].value_counts(sort=False)
        kinds = "、".join(f"{kind}{n}次" for kind, n in counts.items())
        first = "{region}{year}年度开展督导检查{n}次"
        words = [f"{first}（{{kinds}}）" if len(counts) > 1 or len(rows) > 1 else f"{first}，为{{kind}}"]
        values: dict[str, Any] = {
            "region": self.region_name, "year": self.year, "n": len(rows), "kinds": kinds,
            "kind": rows["type"].iloc[0], "when": self._when(),
        }  # fmt: skip
        if values["when"]:
            words.append("时间为{when}")
        for column, before, unit in _EFFORT:
            total = _total(rows, column, unit)
            if total is not None:
                words.append(f"{before}{{{column}}}")
                values[column] = total
        said = [bind("，".join(words) + "。", values)]
        asked = _questionnaires(rows)
        return [*said, asked] if asked else said

    def _when(self) -> str:
        """The time of a single inspection, or from the first to the last of several; "" when not known."""
        if len(self.rows) == 1:
            found = str(self.inspections["when"].iloc[0])
            return "" if found == "—" else found
        dates = sorted(
            d for column in ("start", "end") for d in self.rows[column] if isinstance(d, str) and d
        )
        whole = self.rows["start"].notna().all()
        return f"{_day(dates[0])}至{_day(dates[-1])}" if dates and whole else ""

    # --- 一、结论 -----------------------------------------------------------------------------------

    def conclusions(self) -> list[Verdict]:
        """The headline verdicts of each area; of an area that has none, all its verdicts."""
        with_headline = {_area(v) for v in self.verdicts if v.headline}
        return [v for v in self.verdicts if v.headline or _area(v) not in with_headline]

    def outcome_words(self) -> Sentence:
        """How many conclusions are 达标, 未达标 and 待定, and in which areas something fails."""
        shown = self.conclusions()
        counts = findings.verdict_counts(shown)
        failing = list(dict.fromkeys(AREAS[_area(v)] for v in shown if v.outcome == "fail"))
        words = ["{region}{year}年度按标准判定{n}项"]
        words += [f"{label}{{{label}}}项" for label, n in counts.items() if n]
        end = "未达标的在{areas}。" if failing else ""
        return bind(
            "，".join(words) + "。" + end,
            {"region": self.region_name, "year": self.year, "n": len(shown), "areas": "、".join(failing)}
            | counts,
        )

    def failing(self) -> pd.DataFrame:
        """What does not meet its standard (findings.verdict_table)."""
        return findings.verdict_table([v for v in self.verdicts if v.outcome == "fail"])

    def open(self) -> pd.DataFrame:
        """What can't be decided from what is known (findings.verdict_table)."""
        return findings.verdict_table([v for v in self.verdicts if v.outcome == "undetermined"])

    def change_words(self) -> Sentence | None:
        """Which verdicts differ from last year's, None where there is nothing to compare with."""
        if not self.compared or not self.verdicts:
            return None
        if self.changes.empty:
            return bind("各项结论与上年相同。", {})
        words = ["与上年相比，{n}项结论有变化"]
        values: dict[str, Any] = {"n": len(self.changes)}
        after = [o.label if isinstance(o, Outcome) else str(o) for o in self.changes["after"]]
        for key, word in enumerate(dict.fromkeys(after)):
            labels = [label for label, a in zip(self.changes["label"], after, strict=True) if a == word]
            words.append(f"{{n{key}}}项{_BECAME.get(word, word)}：{{names{key}}}")
            values |= {f"n{key}": len(labels), f"names{key}": _some(labels)}
        return bind("；".join(words) + "。", values)

    def points(self) -> list[Point]:
        """The bulletin in a few sentences, for a reader with two minutes."""
        said = [("结论", [self.outcome_words()] if self.verdicts else [])]
        change = self.change_words()
        said.append(("比上年", [change] if change else []))
        said.append(("上轮承诺", self.carried_words()))
        said.append(("督导发现", self.problem_words()))
        said.append(("整改要求", self.demand_words()))
        return [Point.of(label, s, _TOLD_IN.get(label, "")) for label, sentences in said for s in sentences]

    # --- 二、做法和成效 -------------------------------------------------------------------------------

    def work(self) -> list[Sentence]:
        """A paragraph for each area that has something to say: （一）领域。…"""
        return [
            _paragraph(f"（{_numeral(i)}）{area}。", sentences)
            for i, (area, sentences) in enumerate(self.summaries)
        ]

    # --- 三、问题，四、要求，五、上轮 -------------------------------------------------------------------

    def problem_groups(self) -> list[tuple[str, pd.DataFrame]]:
        """(kind of unit, its findings) in the order of the areas' list; `no` numbers them throughout."""
        frame = self.problems.copy()
        frame.insert(0, "no", range(1, len(frame) + 1))
        kinds = frame["object_type"]
        return [(OBJECT_TYPES.get(kind, kind), frame[kinds == kind]) for kind in dict.fromkeys(kinds)]

    def problem_words(self) -> list[Sentence]:
        """How many findings, by kind of unit and gravity."""
        if self.problems.empty:
            return []
        kinds = "、".join(f"{label}{len(rows)}个" for label, rows in self.problem_groups())
        grave = self.problems["severity"].value_counts()
        gravity = "、".join(f"{word}{grave[word]}个" for word in SEVERITIES if word in grave)
        return [
            bind(
                "{year}年督导共发现问题{n}个，按对象分：{kinds}；按程度分：{gravity}。",
                {"year": self.year, "n": len(self.problems), "kinds": kinds, "gravity": gravity},
            )
        ]

    def demand_words(self) -> list[Sentence]:
        """How many demands on how many units, and the next deadline."""
        if self.demands.empty:
            return []
        units = self.demands["unit"].nunique()
        dates = self.demands.dropna(subset=["deadline"]).sort_values("deadline", kind="stable")
        earliest = _day(str(dates["deadline"].iloc[0])) if len(dates) else ""
        overdue = int((dates["deadline"].astype(str) < f"{self.year}-12-31").sum())
        return [
            bind(
                "尚有{n}项须继续整改，涉及{units}个责任单位{overdue}。{first}",
                {
                    "n": len(self.demands),
                    "units": units,
                    "overdue": f"，其中{overdue}项到{self.year}年底已经超过期限" if overdue else "",
                    "first": f"期限最早的是{earliest}。" if earliest else "",
                },
            )
        ]

    def carried_words(self) -> list[Sentence]:
        """What became of what last year's bulletin left open."""
        if self.carried.empty:
            return []
        fates = [fate.shown if isinstance(fate, Cell) else str(fate) for fate in self.carried["fate"]]
        listed = "，".join(f"{fate}{fates.count(fate)}项" for fate in dict.fromkeys(fates))
        return [
            bind(
                "{last}年公报留下的{n}项整改，到本年度的情况：{listed}。",
                {"last": self.year - 1, "n": len(fates), "listed": listed},
            )
        ]

    # --- 附表 ---------------------------------------------------------------------------------------

    def annex_coefficients(self) -> pd.DataFrame:
        """County × level: standard, level, name, unit, mean, std, cv, limit, outcome of every coefficient
        known, then the 2012 composites."""
        frame = self.coefficients
        rows = [
            {
                "level": row["level"], "name": row["name"], "unit": row["unit"] or "—",
                "mean_basis": row["mean_basis"], "std_basis": row["std_basis"], "cv_basis": row["cv_basis"],
                "mean": row["mean"], "mean_shown": row["mean_shown"],
                "std": row["std"], "std_shown": row["std_shown"],
                "cv": row["cv"], "cv_shown": row["cv_shown"],
                "limit": row["limit"], "limit_shown": row["limit_shown"], "outcome": row["outcome"] or "—",
                "standard": row["standard"],
            }
            for row in row_dicts(frame)
        ]  # fmt: skip
        rows += [
            {
                "level": row["level"], "name": "综合差异系数", "unit": "—", "cv": row["cv"],
                "mean_shown": "—", "std_shown": "—", "cv_shown": row["cv_shown"], "limit": row["limit"],
                "limit_shown": row["limit_shown"], "outcome": row["outcome"], "standard": "基本均衡",
                "cv_basis": row["cv_basis"],
            }
            for row in row_dicts(self.composites)
        ]  # fmt: skip
        columns = [
            "standard", "level", "name", "unit", "mean", "mean_shown", "std", "std_shown", "cv", "cv_shown",
            "limit", "limit_shown", "outcome", "mean_basis", "std_basis", "cv_basis",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def make_bulletin(report: Report, areas: Mapping[str, Area]) -> Bulletin:
    """Compose the bulletin of `report`'s region and year from the results of the areas that have any.

    `areas`: area -> its result, in the order of the domain.
    """
    inspect: Any = areas["inspect"]
    balance: Any = areas["balance"]
    cover = report.cover()
    values = report.values(area="all")
    coefficients = [
        balance.coefficients(standard).assign(standard=name)
        for standard, name in ((QUALITY, "优质均衡"), (BASIC, "基本均衡"))
    ]
    return Bulletin(
        region_name=report.region_name,
        year=report.year,
        office=cover["office"] or report.region_text("office_name"),
        doc_prefix=report.region_text("doc_prefix"),
        rows=report.read("inspections"),
        inspections=inspect.inspections().replace({"basis_doc": {"": "—"}}),
        sources=_source_titles(report, values),
        verdicts=tuple(report.all_verdicts()),
        changes=report.verdict_changes(),
        compared=(report.year - 1) in report.years(),
        summaries=tuple(
            (AREAS[name], found) for name, area in areas.items() if (found := tuple(area.summary()))
        ),
        problems=inspect.problems_by_unit_type(),
        demands=inspect.demands(),
        carried=inspect.carried_over(),
        values=values,
        coefficients=pd.concat([frame for frame in coefficients if len(frame)] or coefficients[:1]),
        composites=balance.composites(),
        remarks=report.remarks(),
    )


def _source_titles(report: Report, values: pd.DataFrame) -> tuple[str, ...]:
    """Titles of the documents behind what this submission publishes, in the order of its tables."""
    rows = row_dicts(report.read("sources"))
    titles = {row["source_id"]: str(row["title"]) for row in reversed(rows)}
    cited = [str(title) for title in values["source"] if title]
    for table in SUBMISSION_TABLES:
        if table not in ("indicator_values", "sources") and "source_id" in TABLES[table].names:
            cited += [titles[id] for id in report.read(table)["source_id"] if id in titles]
    return tuple(dict.fromkeys(cited))


def _some(names: Sequence[str]) -> str:
    """The first few names, and that there are more."""
    first = "、".join(names[:_NAMED])
    return f"{first}等" if len(names) > _NAMED else first


def _area(verdict: Verdict) -> str:
    return verdict.key.split(".")[0]


def _distinct(column: pd.Series) -> list[str]:
    return list(dict.fromkeys(str(v) for v in column if isinstance(v, str) and v))


def _numeral(index: int) -> str:
    """一 to 九十九 for 0 to 98."""
    tens, ones = divmod(index + 1, 10)
    return (
        (NUMERALS[tens - 1] if tens > 1 else "")
        + ("十" if tens else "")
        + (NUMERALS[ones - 1] if ones else "")
    )


def _paragraph(lead: str, sentences: Iterable[Sentence]) -> Sentence:
    """Sentences as one paragraph behind a lead in bold."""
    parts = list(sentences)
    html = f"<strong>{escape(lead)}</strong>" + "".join(s.html for s in parts)
    bases = tuple(basis for s in parts for basis in s.bases)
    return Sentence(html, lead + "".join(s.text for s in parts), bases)


def _total(rows: pd.DataFrame, column: str, unit: str) -> Number | None:
    """The sum of what was reported, None when nothing was; of several inspections it counts times."""
    known = rows.dropna(subset=[column])
    if known.empty:
        return None
    qualifiers = _distinct(known["qualifier"])
    qualifier = qualifiers[0] if len(known) == 1 and qualifiers else "约" if qualifiers else ""
    return Number(
        float(known[column].sum()), unit if len(known) == 1 else _REPEATED[unit], qualifier=qualifier
    )


def _questionnaires(rows: pd.DataFrame) -> Sentence | None:
    issued = rows["questionnaires_issued"].sum()
    known = rows.dropna(subset=["questionnaires_issued", "questionnaires_valid"])
    if not issued:
        return None
    words, values = ["发放问卷{issued}"], {"issued": Number(float(issued), "份")}
    if len(known) and len(known) == rows["questionnaires_issued"].notna().sum():
        valid = float(known["questionnaires_valid"].sum())
        words.append("收回有效问卷{valid}，有效率{rate}")
        values |= {"valid": Number(valid, "份"), "rate": Number(valid / float(issued) * 100, "%", 2)}
    return bind("，".join(words) + "。", values)


def _day(date: str) -> str:
    year, month, day = date.split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"
