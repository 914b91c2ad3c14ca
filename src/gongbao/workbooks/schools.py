"""学校督导评估 as a workbook asks for it: rounds of evaluation, grades, coverage, 合格学校, 示范校."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Basis, Fact, Sentence, Verdict, basis_of, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.grades import grade_counts, latest_grades, names_of
from gongbao.standards.rounds import coverage, round_years, three_checks
from gongbao.workbooks.bases import frame_place, from_rows, share_basis
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import key_facts, of_topics, parts_of, topic_sentences
from gongbao.workbooks.value_area import ValueArea, value_area

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

_NOT_SCHOOLS = ("幼儿园",)
LONGEST = 6  # years that a round can take


@dataclass(frozen=True, eq=False)
class Schools:
    """One region and year. `base` the area's indicator values, `evaluations` the schools' evaluations of
    this and earlier years (rows of schema.EVALUATIONS), `register` this year's schools, `spans`
    framework_id -> years of its round, `phases` 三查三改 (standards.rounds.three_checks)."""

    base: ValueArea
    year: int
    evaluations: pd.DataFrame
    register: pd.DataFrame
    bands: pd.DataFrame
    frameworks: Mapping[str, str]
    spans: Mapping[str, int]
    phases: pd.DataFrame
    source: str

    def __bool__(self) -> bool:
        return bool(self.base or len(self.evaluations))

    @property
    def values(self) -> pd.DataFrame:
        return self.base.values

    # --- rounds -------------------------------------------------------------------------------------

    @cached_property
    def _current(self) -> pd.DataFrame:
        """The evaluations that count: of a framework with a round those within its years, else this year's."""
        first = [self.year - self.spans.get(f, 1) for f in self.evaluations["framework_id"]]
        return self.evaluations[
            self.evaluations["year"] > pd.Series(first, self.evaluations.index, dtype=float)
        ]

    def years_known(self) -> str:
        """The years of which this site has evaluations of schools, for a note: “2021、2022年”."""
        return "、".join(str(int(year)) for year in sorted(set(self.evaluations["year"]))) + "年"

    @once
    @from_rows("_current")
    def grades(self) -> pd.DataFrame:
        """Schools by grade and framework within the round so far: framework, grade, order, count, share.
        A school counts with its last evaluation."""
        frame = grade_counts(latest_grades(self._current, self.bands), self.bands)
        return frame.assign(
            framework=[self.frameworks.get(f, f) for f in frame["framework_id"]],
            share_shown=[plain(share, 1) for share in frame["share"]],
        )

    @from_rows("_current")
    def by_year(self) -> pd.DataFrame:
        """Schools evaluated in each year by framework and grade: framework, year, grade, order, count."""
        rows = []
        years = self._current["year"]
        for year in sorted(set(years.astype(int))):
            own = latest_grades(self._current[years == year], self.bands)
            for r in row_dicts(grade_counts(own, self.bands)):
                if r["count"]:
                    name = self.frameworks.get(r["framework_id"], r["framework_id"])
                    rows.append((name, f"{year}年", r["grade"], r["order"], r["count"]))
        return pd.DataFrame(rows, columns=["framework", "year", "grade", "order", "count"])

    @once
    @from_rows("_current", "register")
    def rounds(self) -> pd.DataFrame:
        """Each framework: evaluated (this year); for one with a round also covered (schools of this year's
        register evaluated within its years), schools (in the register), share (%), span (in words).

        Only a round is meant for every school: of other frameworks no share is computed.
        """
        codes = [r["school_id"] for r in row_dicts(self.register)]
        found = []
        for framework, own in self._current.groupby("framework_id", sort=True):
            span = self.spans.get(str(framework))
            row = coverage(own, codes if span else (), self.year, span or 1).iloc[0].to_dict()
            if not span:
                row |= {"covered": math.nan, "schools": math.nan}
            row["framework"] = self.frameworks.get(str(framework), str(framework))
            row["span"] = f"{self.year - span + 1}—{self.year}年" if span and span > 1 else f"{self.year}年"
            row["share_shown"] = "—" if math.isnan(row["share"]) else f"{plain(row['share'], 1)}%"
            row["share_basis"] = None if math.isnan(row["share"]) else self._covered(row)
            found.append(row)
        columns = [
            "framework_id",
            "framework",
            "evaluated",
            "covered",
            "schools",
            "share",
            "share_shown",
            "share_basis",
            "span",
        ]
        return pd.DataFrame(found, columns=columns)

    def _covered(self, row: Mapping[Any, Any]) -> Basis:
        """How the coverage of a round was computed."""
        return share_basis(
            ("schools", "covered", row["framework_id"]),
            f"{row['framework']}：{row['span']}的覆盖率", row["share_shown"],
            ("评过的学校", f"{row['covered']:g}所"), ("本年度名册上的学校", f"{row['schools']:g}所"),
            scope="同一所学校在这一轮里评过几次的，只算一所；幼儿园不在内", source=self.source,
            data="；".join(filter(None, (frame_place(self._current), frame_place(self.register)))),
        )  # fmt: skip

    @from_rows("_current")
    def listed(self) -> pd.DataFrame:
        """This year's evaluations of schools that may be named, in the order of the register, with the grade
        and no score: framework, school, stage, grade, step, date."""
        named = {
            r["school_id"]: (place, r["school_name"], r["stage"])
            for place, r in enumerate(row_dicts(self.register))
            if r["publish_name"] == 1
        }
        own = latest_grades(self.evaluations[self.evaluations["year"] == self.year], self.bands)
        rows = [r | {"place": named[r["object_id"]]} for r in row_dicts(own) if r["object_id"] in named]
        rows.sort(key=lambda r: (r["framework_id"], r["place"][0]))
        found = [
            (
                self.frameworks.get(r["framework_id"], r["framework_id"]), r["place"][1], r["place"][2],
                r["grade"], r["step"], r["date"],
            )
            for r in rows
        ]  # fmt: skip
        return pd.DataFrame(found, columns=["framework", "school", "stage", "grade", "step", "date"])

    def unnamed(self) -> int:
        """How many schools evaluated this year may not be named."""
        own = self.evaluations[self.evaluations["year"] == self.year]
        cleared = {r["school_id"] for r in row_dicts(self.register) if r["publish_name"] == 1}
        return len(set(own["object_id"]) - cleared)

    # --- values ---------------------------------------------------------------------------------------

    def wholes(self) -> list[tuple[str, pd.DataFrame]]:
        """Totals with parts (`topics.parts_of`), each with its topic: 接受评估学校 by grade, 复查 by stage."""
        parts = parts_of(self.values, self.base.part_of).dropna(subset=["value"])
        found = []
        for name, rows in parts.groupby("total", sort=False):
            if len(rows) > 1:
                items = _told_apart(list(rows["item"]))
                labels = [
                    f"{i}　{r['value_shown']}{r['unit']}" for i, r in zip(items, row_dicts(rows), strict=True)
                ]
                shares = [plain(share, 1) for share in rows["share"]]
                found.append((str(name), rows.assign(item=items, label=labels, share_shown=shares)))
        return found

    def about(self, *words: str) -> pd.DataFrame:
        """The values whose topic holds one of `words`, with a label for a chart."""
        rows = of_topics(self.values, *words)
        return rows.assign(label=[f"{r['short']}　{r['value_text']}" for r in row_dicts(rows)])

    def pyramid(self) -> pd.DataFrame:
        """素质教育优秀学校 by level (省级 above 市级 above 县级): rows of `about` whose short name says so."""
        rows = self.about("素质教育").dropna(subset=["value"])
        order = {"省级优秀": 0, "市级优秀": 1, "县级优秀": 2}
        own = rows[rows["short"].isin(list(order))]
        return own.assign(order=own["short"].map(order)).sort_values("order", kind="stable")

    def progress(self) -> pd.DataFrame:
        """合格学校建设 counted in schools: how many have passed, are due, applied or are being built."""
        rows = self.about("合格学校").dropna(subset=["value"])
        return rows[rows["unit"] == "所"]

    def phase_sentence(self) -> Sentence:
        """Problems found and mended in each phase of 三查三改."""
        words = "；".join(
            f"{r['phase']}发现{r['found']}个、已整改{r['fixed']}个" for r in row_dicts(self.phases)
        )
        return bind("三查三改：{words}。", {"words": words})

    # --- what the area says ------------------------------------------------------------------------------

    @once
    def verdicts(self) -> list[Verdict]:
        """Values that have a threshold. Grades of schools are reported and not judged."""
        return self.base.verdicts()

    def facts(self) -> list[Fact]:
        """At most eight: evaluated this year and coverage of each round, then the values of each topic."""
        found = []
        for r in row_dicts(self.rounds()):
            share = "" if math.isnan(r["share"]) else f"本轮覆盖{r['share_shown']}"
            shown = f"{r['evaluated']}所"
            said = basis_of(
                ("schools", "evaluated", r["framework_id"]), f"{r['framework']}：本年度评估的学校", shown,
                formula="本年度评估过的学校；一所学校评几次的，只算一所", source=self.source,
                data=frame_place(self._current[self._current["framework_id"] == r["framework_id"]]),
            )  # fmt: skip
            found.append(Fact(_short(r["framework"]), shown, share, float(r["evaluated"]), "所", basis=said))
        return [*found, *key_facts(self.values, 8 - len(found))][:8]

    def summary(self) -> list[Sentence]:
        """Each round with its grades and coverage, then the values of each topic."""
        phases = [self.phase_sentence()] if len(self.phases) else []
        return [*self.round_sentences(), *phases, *topic_sentences(self.values, self.year, 4)]

    @once
    def round_sentences(self) -> list[Sentence]:
        """“学校发展水平督导评估：本年度评估24所，2021—2023年共评估70所，优秀20所、…；覆盖学校的90%。”"""
        found = []
        grades = self.grades()
        for r in row_dicts(self.rounds()):
            own = row_dicts(grades[grades["framework_id"] == r["framework_id"]])
            listed = "、".join(f"{g['grade']}{g['count']}所" for g in own if g["count"])
            every = (
                f"；{r['span']}共评估{sum(g['count'] for g in own)}所"
                if r["framework_id"] in self.spans
                else ""
            )
            found.append(
                bind(
                    "{framework}：本年度评估{now}所{every}，其中{listed}{share}。",
                    {
                        "framework": r["framework"], "now": r["evaluated"], "every": every, "listed": listed,
                        "share": "" if math.isnan(r["share"])
                        else f"；覆盖{r['schools']:g}所学校中的{r['covered']:g}所（{r['share_shown']}）",
                    },
                )
            )  # fmt: skip
        return found


def make_schools(report: Report, year: int | None = None) -> Schools:
    """Collect the area's values, the schools' evaluations as far back as a round reaches (and this site has
    them), and the problems of schools."""
    when = year or report.year
    years = [y for y in report.years() if when - LONGEST < y <= when]
    items = report.read("framework_items")
    rows = [report.read("evaluations", year=y) for y in years]
    every = pd.concat(rows, ignore_index=True) if rows else report.read("evaluations", year=when)
    evaluations = every[every["object_type"] == "学校"]
    register = report.read("schools", year=when)
    titles = report.titles(year)
    sources = [titles[s] for s in evaluations["source_id"] if isinstance(s, str) and s in titles]
    return Schools(
        base=value_area(report, "schools", when),
        year=when,
        evaluations=evaluations,
        register=register[~register["stage"].isin(_NOT_SCHOOLS)],
        bands=report.read("grade_bands"),
        frameworks=names_of(items),
        spans=round_years(items),
        phases=three_checks(
            report.read("findings", year=when),
            report.read("rectifications", year=when),
            report.read("evaluations", year=when),
        ),
        source="；".join(dict.fromkeys(sources)),
    )


def _told_apart(names: list[str]) -> list[str]:
    """“优秀”, “良好” of “督导评估优秀等级学校数”, “督导评估良好等级学校数”; whole names where that leaves
    one of them with less than two characters."""
    first = _shared_start(names)
    last = _shared_start([name[::-1] for name in names])[::-1]
    short = [name.removeprefix(first).removesuffix(last) for name in names]
    return short if all(len(name) > 1 for name in short) else names


def _shared_start(names: list[str]) -> str:
    same = 0
    while all(len(name) > same for name in names) and len({name[same] for name in names}) == 1:
        same += 1
    return names[0][:same]


def _short(name: str) -> str:
    """“学校发展水平督导评估” of “学校发展水平督导评估（316工程）”."""
    return name.split("（")[0]
