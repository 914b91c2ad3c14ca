"""What an analyst's notebook calls: values, tables, figures, sentences, verdicts of one report.

The methods read the checked dataset (and record what they read), hand frames to `standards`, and
show results through `present`. A formula belongs to `standards`, a look to `present`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Any, TypeVar

import altair as alt
import pandas as pd
from IPython.display import HTML, display

from gongbao.data import Dataset
from gongbao.data.columns import AREAS
from gongbao.data.schema import SUBMISSION_TABLES
from gongbao.data.succession import code_changes, submitted_years
from gongbao.present import Column, Fact, Facts, Figure, Number, Sentence, Table, Verdict, Verdicts
from gongbao.present.charts import chart_spec, check_whole_charts, use_theme
from gongbao.present.points import Point, Points
from gongbao.present.published import Disclosure, make_disclosure
from gongbao.present.sentence import bind
from gongbao.present.table import make_table
from gongbao.publication import Publication
from gongbao.rows import row_dicts
from gongbao.standards import LocalTargets, evaluate_balance
from gongbao.workbooks import findings, records
from gongbao.workbooks.access import Access, make_access
from gongbao.workbooks.balance import Balance, make_balance
from gongbao.workbooks.balance_parts import make_parts
from gongbao.workbooks.bases import place_of
from gongbao.workbooks.breaks import code_breaks, scope_breaks
from gongbao.workbooks.bulletin import Bulletin, make_bulletin
from gongbao.workbooks.duty import Duty, make_duty
from gongbao.workbooks.finance import BUDGET, PER_PUPIL, finance_verdicts, only_grow
from gongbao.workbooks.inspecting import Inspect, make_inspect
from gongbao.workbooks.judging import judge_values
from gongbao.workbooks.location import Location, locate
from gongbao.workbooks.money import Finance, make_finance
from gongbao.workbooks.plan import Plan, make_plan
from gongbao.workbooks.preschool import Preschool, make_preschool
from gongbao.workbooks.quality import Quality, make_quality
from gongbao.workbooks.remarks import public_remarks, remark_state
from gongbao.workbooks.safety import Safety, make_safety
from gongbao.workbooks.schools import Schools, make_schools
from gongbao.workbooks.shared import Shared
from gongbao.workbooks.showing import Heading, show
from gongbao.workbooks.staffing import staffing_frame
from gongbao.workbooks.table_cells import sources_line, table_rows
from gongbao.workbooks.teachers import Teachers, make_teachers
from gongbao.workbooks.values import derived_year, number_of, public_rows, text, value_frame

# The columns of `Report.values` that a table shows by default; this year's and last year's name their year.
HEADINGS = {
    "name": "项目", "stage": "学段", "value": "", "unit": "单位", "previous": "", "growth": "比上年",
    "outcome": "结论", "note": "说明",
}  # fmt: skip

T = TypeVar("T")


class ReportError(Exception):
    """A workbook asks for something that isn't there; the text says what there is."""


class Report:
    """One workbook's view of the publication: a region, a year, an area. `shared`: what other reports of
    the same publication and dataset have computed."""

    def __init__(
        self, publication: Publication, dataset: Dataset, region: str, year: int, area: str,
        shared: Shared | None = None,
    ) -> None:  # fmt: skip
        if area not in AREAS:
            raise ReportError(f"没有“{area}”这个指标领域；可用的有：{'、'.join(AREAS)}。")
        if not dataset.has(region, year):
            known = "、".join(f"{r}（{y}年）" for r, y in dataset.submissions())
            raise ReportError(f"没有 {region} {year}年的填报表；已有：{known}。")
        self.publication, self._dataset = publication, dataset
        self.region, self.year, self.area = region, year, area
        self._figures = self._tables = 0
        self._shared = shared or Shared()
        self._judged: dict[int, list[Verdict]] = {}
        self._areas: dict[int, dict[str, Any]] = {}
        use_theme()
        if records.recording():
            check_whole_charts()

    # --- reading -----------------------------------------------------------------------------

    def read(self, table: str, *, year: int | None = None) -> pd.DataFrame:
        """The rows of a table: of this region and year (or another year, under the code of that year);
        shared tables whole, and of the sources the publication's own and those that the submission lists."""
        part = self._part(table, year)
        # Here and below: pandas copies the cells of such a copy when, and if, somebody changes them.
        return self._shared.recall(("read", *part), lambda: self._dataset.table(*part)).copy(deep=False)

    def _part(self, table: str, year: int | None) -> tuple[str, str | None, int | None]:
        """Which part of a table `read` gives, noted as read: its name, region and year (None: all)."""
        own = table in SUBMISSION_TABLES
        where, when = (self.code_in(year or self.year), year or self.year) if own else ("*", 0)
        records.note("table", f"{table}:{where}:{when}", self._dataset.fingerprint(table, where, when))
        return table, where if own else None, when or None

    def _location(self) -> Location:
        place = self.region, self.year
        return self._shared.recall(("location", *place), lambda: locate(self._rows("regions"), *place))

    @property
    def region_name(self) -> str:
        """The region's name in this year."""
        return self._location().name

    def ancestors(self) -> list[str]:
        """Codes of the regions above this one, nearest first."""
        return list(self._location().ancestors)

    def code_in(self, year: int) -> str:
        """The code this region had in a year: its former one before it was given this one."""
        return self._location().code_in(year)

    def years(self) -> list[int]:
        """Years with a submission of this region, under its former code too, oldest first, up to this
        report's year."""
        years = submitted_years(self._dataset, self.region, self.year)
        records.note("submissions", f"{self.region}:{self.year}", ",".join(map(str, years)))
        return years

    def region_text(self, column: str) -> str:
        """What the list of regions says of this one in this year (office_name, doc_prefix), "" if nothing."""
        return self._location().text(column)

    def cover(self) -> dict[str, str]:
        """The cover of the submission: office, source_id, note; "" where it says nothing."""
        cover = self._dataset.cover(self.region, self.year)
        records.note("cover", f"{self.region}:{self.year}", "\n".join(cover.values()))
        return cover

    def cover_note(self) -> str:
        """What the office wrote on the cover of its submission, "" if nothing."""
        return self.cover()["note"]

    def remarks(self) -> pd.DataFrame:
        """What the checks remarked on this submission, answered or not (remarks.public_remarks)."""
        state = remark_state(self._dataset, self.region, self.year)
        records.note("remarks", f"{self.region}:{self.year}", state)
        return public_remarks(self._dataset, self.region, self.year)

    # --- values ------------------------------------------------------------------------------

    def values(self, *indicator_ids: str, area: str | None = None, year: int | None = None) -> pd.DataFrame:
        """The published values of indicators (default: all of this area; area="all": every one).

        One row for each stage: area, indicator_id, topic, name, short, stage, unit, value, previous,
        growth (% for amounts, percentage points for rates), these three also as printed (…_shown,
        without unit), previous_derived (last year's value computed from this year's and the reported
        growth), qualifier, missing, decimals, kind, period, note, source, origin (the cell; previous_origin and
        growth_origin where last year's value and the growth were submitted too). Numbers
        are NaN where missing and where a small count is suppressed. Internal indicators never appear.
        Raises ReportError for an unknown indicator.
        """
        when, what = year or self.year, "" if indicator_ids else area or self.area
        key = "values", self.region, when, indicator_ids, what
        return self._shared.recall(key, lambda: self._values(indicator_ids, what, when)).copy(deep=False)

    def _values(self, indicator_ids: tuple[str, ...], area: str, when: int) -> pd.DataFrame:
        indicators = self._indicators(indicator_ids)
        rows, last = (
            public_rows(
                self._rows("indicator_values", y), indicators, area, indicator_ids,
                internal=self.publication.internal,
            )
            for y in (when, when - 1)
        )  # fmt: skip
        disclosures = self._disclosure(when), self._disclosure(when - 1)
        return value_frame(rows, last, self.titles(when), self._origin, disclosures)

    def history(self, *indicator_ids: str) -> pd.DataFrame:
        """`values` of every year up to this one, with a column year; oldest first."""
        frames = [self.values(*indicator_ids, year=y).assign(year=y) for y in self.years()]
        if frames and "previous_derived" in frames[0]:
            frames = [*derived_year(frames[0]), *frames]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["year"])

    def trend_note(self, history: pd.DataFrame) -> str:
        """What breaks the trend of a `history`, for a figure's note; "" if nothing does."""
        regions = self._rows("regions")
        lines = code_breaks(code_changes(regions), regions, self.region, history["year"])
        return "；".join([*lines, *scope_breaks(row_dicts(history))])

    def number(self, indicator_id: str, stage: str = "全部", *, year: int | None = None) -> Number:
        """One value, ready for a sentence; “—” when it was not reported."""
        indicators = self._indicators((indicator_id,))
        rows = public_rows(
            self._rows("indicator_values", year), indicators, self.area, (indicator_id,),
            internal=self.publication.internal,
        )  # fmt: skip
        for row in rows:
            if (row["stage"], row["statistic"]) == (stage, "数值"):
                return number_of(row, self._origin(row), self._disclosure(year or self.year), self.year)
        return Number(None, text(next(i["unit"] for i in indicators if i["indicator_id"] == indicator_id)))

    def staffing(self, *categories: str, year: int | None = None) -> pd.DataFrame:
        """The rows of 队伍 that may be shown (of those categories, or all): staffing.COLUMNS.

        Rows marked 可公开=否 are left out; 1 to 4 persons are “<5”, and what would give them back 隐去.
        """
        rows = self._rows("staffing", year)
        return staffing_frame(rows, self.titles(year), categories, internal=self.publication.internal)

    def _disclosure(self, year: int) -> Disclosure:
        """What of a year's values is withheld: small counts and what would give them back."""
        if self.publication.internal:
            return Disclosure(internal=True)
        return self._shared.recall(("disclosure", self.region, year), lambda: self._withheld(year))

    def _withheld(self, year: int) -> Disclosure:
        now, last = (self._rows("indicator_values", y) for y in (year, year - 1))
        return make_disclosure(now, self._rows("indicators"), last)

    def _rows(self, table: str, year: int | None = None) -> list[dict[Any, Any]]:
        """The rows that `read` gives: nobody may change them."""
        return self._dataset.rows(*self._part(table, year))

    def _indicators(self, wanted: Sequence[str]) -> list[dict[Any, Any]]:
        indicators = self._rows("indicators")
        known = {row["indicator_id"] for row in indicators}
        unknown = [i for i in wanted if i not in known]
        if unknown:
            raise ReportError(f"没有指标“{'、'.join(unknown)}”；见 data/indicators.csv。")
        return indicators

    def titles(self, year: int | None = None) -> dict[str, str]:
        """source_id -> title of every source that the submission of this year (or another) may name."""
        # Of two with one id the first counts.
        return {str(s["source_id"]): str(s["title"]) for s in reversed(self._rows("sources", year))}

    def _origin(self, row: Mapping[Any, Any]) -> str:
        return str(self._dataset.place(row, "value"))

    # --- what the rules say --------------------------------------------------------------------

    def targets(self, year: int | None = None) -> LocalTargets:
        """The thresholds that hold in this region and year."""
        when = year or self.year
        return self._shared.recall(
            ("targets", self.region, when),
            lambda: LocalTargets(self.read("targets"), self.region, when, self.ancestors()),
        )

    def judged(self, *indicator_ids: str, year: int | None = None) -> list[Verdict]:
        """A verdict for each value (of those indicators, or all of this area) that has a threshold."""
        return judge_values(self.values(*indicator_ids, year=year), self.targets(year), self.area)

    def _area(self, name: str, year: int | None, make: Callable[[int], T], *more: str) -> T:
        """The result of an area, computed here unless the county's process has prepared it."""
        when = year or self.year
        return self._shared.take((name, self.region, self.year, when, *more), lambda: make(when))

    def balance(self, year: int | None = None) -> Balance:
        """义务教育均衡 of this region: coefficients, school rule, what is missing, verdicts."""
        return self._area("balance", year, self._balance)

    def _balance(self, when: int) -> Balance:
        return make_balance(
            lambda table: self.read(table, year=when), self.region, when, self.ancestors(), evaluate_balance,
            make_parts(self, when), self.values(area="balance", year=when), self.titles(when),
        )  # fmt: skip

    def duty(self, year: int | None = None) -> Duty:
        """政府履职评价 of this region: its evaluations, towns, campaigns and what the year says of them."""
        return self._area("duty", year, lambda when: make_duty(self, when))

    def plan(self, year: int | None = None, as_of: str | None = None) -> Plan:
        """工作计划、项目工程与督导力量 of this region as known on `as_of` (ISO; by default the year's last day)."""
        day = as_of or f"{year or self.year}-12-31"
        return self._area("plan", year, lambda when: make_plan(self, when, day), day)

    def inspect(self, year: int | None = None, as_of: str | None = None) -> Inspect:
        """督导检查与整改 of this region as known on `as_of` (ISO; by default the last day of the year)."""
        day = as_of or f"{year or self.year}-12-31"
        return self._area("inspect", year, lambda when: make_inspect(self, when, day), day)

    def preschool(self, year: int | None = None) -> Preschool:
        """学前普及普惠与办园行为 of this region: rates, framework, kindergartens."""
        return self._area("preschool", year, lambda when: make_preschool(self, when))

    def access(self, year: int | None = None) -> Access:
        """入学保障 of this region: enrolment, special education, migrant children, aid."""
        return self._area("access", year, lambda when: make_access(self, when))

    def finance(self, year: int | None = None) -> Finance:
        """经费与专项资金 of this region: 只增不减, funds, nutrition."""
        return self._area("finance", year, lambda when: make_finance(self, when))

    def quality(self, year: int | None = None) -> Quality:
        """质量与德体美劳 of this region."""
        return self._area("quality", year, lambda when: make_quality(self, when))

    def safety(self, year: int | None = None) -> Safety:
        """安全与信访 of this region."""
        return self._area("safety", year, lambda when: make_safety(self, when))

    def teachers(self, year: int | None = None) -> Teachers:
        """教师队伍与培训 of this region: recruitment, qualification, exchange, training."""
        return self._area("teachers", year, lambda when: make_teachers(self, when))

    def schools(self, year: int | None = None) -> Schools:
        """学校督导评估 of this region: rounds, grades, coverage, 合格学校, 示范校."""
        return self._area("schools", year, lambda when: make_schools(self, when))

    def only_grow(self, *indicator_ids: str, year: int | None = None) -> pd.DataFrame:
        """`values` with the verdict of 只增不减 on each row (columns outcome and remark)."""
        return only_grow(self.values(*indicator_ids, year=year))

    def finance_verdicts(self, year: int | None = None) -> list[Verdict]:
        """两个只增不减 of this region."""
        last = self.values(PER_PUPIL, year=(year or self.year) - 1)
        budget, each = (self.only_grow(id, year=year) for id in (BUDGET, PER_PUPIL))
        return finance_verdicts(budget, each, list(last["stage"]), year or self.year)

    def areas(self, year: int | None = None) -> dict[str, Any]:
        """Area -> its result (`Report.<area>`), in the order of the domain, without the overview."""
        when = year or self.year
        if when not in self._areas:
            # As the reports of that year say it, so that these and this one's last year agree.
            place = self.code_in(when), when, self.area
            own = self if when == self.year else Report(self.publication, self._dataset, *place, self._shared)
            self._areas[when] = {area: getattr(own, area)() for area in AREAS if area != "overview"}
        return self._areas[when]

    def bulletin(self) -> Bulletin:
        """The bulletin of this region and year, composed from all areas."""
        return make_bulletin(self, self.areas())

    def all_verdicts(self, year: int | None = None) -> list[Verdict]:
        """The verdicts of every area that judges something."""
        when = year or self.year
        if when not in self._judged:
            self._judged[when] = [v for area in self.areas(when).values() for v in area.verdicts()]
        return list(self._judged[when])

    def verdict_changes(self) -> pd.DataFrame:
        """Verdicts that differ from last year's: area, label, before, after, shown. Empty without last year."""
        before = self.all_verdicts(self.year - 1) if self.year - 1 in self.years() else []
        return findings.verdict_changes(before, self.all_verdicts())

    # --- showing -------------------------------------------------------------------------------

    def table(
        self, data: pd.DataFrame, caption: str, columns: Mapping[str, str | Column] | None = None, *,
        note: str = "", source: str | None = None,
    ) -> None:  # fmt: skip
        """Show a frame as a published table.

        `columns` chooses, orders and names the columns: {"stage": "学段", "value": Column("本年",
        unit="元", decimals=2)}; by default those of `values` that say something. A column x with a
        companion x_shown is printed as the companion says and downloaded as the number; a companion x_basis
        says how it was computed (`bases.with_bases`). `source` is by default what the frame's column source says.
        """
        self._tables += 1
        show(self._table(f"table-{self._tables}", self._tables, data, caption, columns, note, source))

    def figure(
        self, chart: alt.TopLevelMixin, title: str, data: pd.DataFrame,
        columns: Mapping[str, str | Column] | None = None,
        finding: str | Sentence = "", *, note: str = "", source: str | None = None,
    ) -> None:  # fmt: skip
        """Show a chart with its caption, the finding in words (also its text alternative) and its data.

        `data` and `columns` are the table beneath the chart, as in `table`.
        """
        self._figures += 1
        id = f"fig-{self._figures}"
        words = finding.text if isinstance(finding, Sentence) else finding
        table = self._table(f"{id}-data", self._figures, data, title, columns, "", "")
        line = sources_line(data, source)
        shown = Figure(id, self._figures, title, words or title, chart_spec(chart), table, note, line)
        show(shown)
        if not records.recording():  # in JupyterLab; on the page the figure carries its caption itself
            display(HTML(shown.caption_html()))

    def _table(
        self, id: str, number: int, data: pd.DataFrame, caption: str,
        columns: Mapping[str, str | Column] | None, note: str, source: str | None,
    ) -> Table:  # fmt: skip
        if columns is None:
            years = {"value": f"{self.year}年", "previous": f"{self.year - 1}年"}
            columns = {name: label for name, label in (HEADINGS | years).items() if name in data}
        if lacking := [name for name in columns if name not in data]:
            raise ReportError(
                f"表“{caption}”里没有列“{'、'.join(lacking)}”；有的列：{'、'.join(map(str, data.columns))}。"
            )
        specs = [c if isinstance(c, Column) else Column(c) for c in columns.values()]
        rows = table_rows(data, dict(zip(columns, specs, strict=True)), self.year)
        return make_table(id, number, caption, specs, rows, note, sources_line(data, source), place_of(data))

    def sentence(self, template: str, **values: Any) -> Sentence:
        """A sentence bound to data, for a finding; `say` shows one as a paragraph."""
        known = {"region": self.region_name, "year": self.year, "last_year": self.year - 1}
        return bind(template, known | values)

    def say(self, template: str, **values: Any) -> None:
        """Show a paragraph. Numbers are given by name, never typed; {region}, {year}, {last_year} are known."""
        show(self.sentence(template, **values))

    def heading(self, words: str) -> None:
        """Show a heading that only stands where there is something under it."""
        show(Heading(words))

    def paragraphs(self, sentences: Iterable[Sentence]) -> None:
        """Show sentences that are bound already, each as a paragraph."""
        for sentence in sentences:
            show(sentence)

    def unreported(self, sections: Mapping[str, Sized]) -> None:
        """One paragraph that names the sections (heading -> their frame) of which nothing was reported."""
        if empty := [heading for heading, content in sections.items() if not len(content)]:
            self.say("{region}{year}年没有报送：{what}。", what="、".join(empty))

    def verdicts(self, items: Iterable[Verdict]) -> None:
        """Show judgements as cards; the county's page and the comparisons take them from here."""
        if shown := tuple(items):
            show(Verdicts(shown))

    def facts(self, items: Iterable[Fact]) -> None:
        """Show a strip of key figures, which the county's page repeats."""
        if shown := tuple(items):
            show(Facts(shown))

    def points(self, items: Iterable[Point]) -> None:
        """Show the year in a few labelled sentences, with which the county's page opens."""
        if shown := tuple(items):
            show(Points(shown))
