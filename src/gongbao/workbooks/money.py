"""经费与专项资金 as a workbook asks for it: 只增不减, funds from budget to paid, nutrition, public funds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Basis, Fact, Sentence, Verdict, basis_of, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import Outcome
from gongbao.standards.funds import fund_flow, fund_totals
from gongbao.workbooks.bases import frame_place, from_rows, rows_place, share_basis, with_bases
from gongbao.workbooks.finance import BUDGET, PER_PUPIL
from gongbao.workbooks.findings import told
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import by_topic, item_name, number
from gongbao.workbooks.value_area import ValueArea, value_area

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

TOTAL = "total_education_funds"
MAIN = (TOTAL, BUDGET, PER_PUPIL)
NUTRITION = "营养"
PUBLIC_FUNDS = "生均公用经费"
OFFICE = "督导经费"
_STEPS = {"budget": "预算", "received": "到位", "paid": "支出"}
# What follows from the amounts of a programme: its name, and from which two steps.
_FOLLOWS = {
    "arrival_rate": ("到位率", "received", "budget"), "payment_rate": ("支出率", "paid", "received"),
    "not_received": ("未到位", "received", "budget"), "unpaid": ("到位未支出", "paid", "received"),
}  # fmt: skip
TOGETHER = "合计"
_RESULTS = ("符合", "基本符合", "不符合")


@dataclass(frozen=True, eq=False)
class Finance(ValueArea):
    """经费与专项资金 of one region and year.

    `grown` are the verdicts of 两个只增不减, `funds` the rows of schema.FUNDS, `inspections` and
    `checks` those on nutrition, `office` the values of 督导经费 (which the plan's page holds too).
    """

    grown: tuple[Verdict, ...]
    funds: pd.DataFrame
    inspections: pd.DataFrame
    checks: pd.DataFrame
    office: pd.DataFrame
    fund_source: str

    def __bool__(self) -> bool:
        return bool(len(self.values) or len(self.funds))

    # --- 专项资金 ----------------------------------------------------------------------------------

    @from_rows("funds")
    def flow(self) -> pd.DataFrame:
        """Each programme and level (`standards.funds.fund_flow`), 万元."""
        flow = fund_flow(self.funds)
        notes = {(r["programme"], r["level"]): r["note"] for r in row_dicts(self.funds)}
        return self._told(flow.assign(note=[notes[r["programme"], r["level"]] for r in row_dicts(flow)]))

    @once
    @from_rows("funds")
    def programmes(self) -> pd.DataFrame:
        """Each programme over its levels (`standards.funds.fund_totals`), 万元."""
        return self._told(fund_totals(self.funds))

    def _told(self, flow: pd.DataFrame) -> pd.DataFrame:
        """The rates and remainders of rows of `standards.funds` with how they were computed."""
        rows: dict[tuple[str, str], list[Mapping[Any, Any]]] = {}
        for row in row_dicts(self.funds):
            for level in (row["level"], TOGETHER):
                rows.setdefault((row["programme"], level), []).append(row)
        places = {key: rows_place(own) for key, own in rows.items()}
        for column in _FOLLOWS:
            flow = with_bases(flow, column, partial(self._fund_basis, column, places))
        return flow

    def _fund_basis(
        self, column: str, places: Mapping[tuple[str, str], str], row: Mapping[Any, Any]
    ) -> Basis | None:
        if math.isnan(row[column]):
            return None
        label, part, whole = _FOLLOWS[column]
        one, other = ((_STEPS[name], f"{plain(row[name], 2, grouping=True)}万元") for name in (part, whole))
        key, title = (
            ("funds", row["programme"], row["level"], column),
            f"{row['programme']}（{row['level']}）{label}",
        )
        said = {"data": places[row["programme"], row["level"]], "source": self.fund_source}
        if column.endswith("_rate"):
            return share_basis(key, title, f"{plain(row[column], 1)}%", one, other, **said)
        return basis_of(
            key, title, f"{plain(row[column], 2, grouping=True)}万元", formula=f"{other[0]} － {one[0]}",
            counted=f"{' '.join(other)} － {' '.join(one)}", **said,
        )  # fmt: skip

    @from_rows("funds")
    def programme_bars(self) -> pd.DataFrame:
        """For a chart: programme, step (预算, 到位, 支出), amount (万元) and words; missing steps are left out."""
        rows = []
        for row in row_dicts(self.programmes()):
            for name, step in _STEPS.items():
                if not math.isnan(row[name]):
                    words = f"{step} {plain(row[name], 2, grouping=True)}"
                    rows.append(
                        {"programme": row["programme"], "step": step, "amount": row[name], "words": words}
                    )
        return pd.DataFrame(rows, columns=["programme", "step", "amount", "words"])

    def fund_finding(self) -> Sentence:
        """Which programme's money came and was spent least, and what remains unspent of all."""
        rows = [r for r in row_dicts(self.programmes()) if not math.isnan(r["payment_rate"])]
        late = [r for r in row_dicts(self.programmes()) if r["not_received"] > 0]
        if not rows:
            return bind(
                "{n}个项目没有报全预算、到位和支出，不计算到位率和支出率。", {"n": len(self.programmes())}
            )
        least = min(rows, key=lambda r: r["payment_rate"])
        return bind(
            "{late}；到位资金的支出率最低的是{programme}（{rate}%），还有{unpaid}万元未支出。",
            {
                "late": f"{len(late)}个项目的资金没有全部到位：{'、'.join(r['programme'] for r in late)}"
                if late else f"{len(rows)}个项目的资金已按预算到位",
                "programme": least["programme"], "rate": plain(least["payment_rate"], 1),
                "unpaid": plain(least["unpaid"], 2, grouping=True),
            },
        )  # fmt: skip

    # --- 营养改善 ----------------------------------------------------------------------------------

    def nutrition(self) -> pd.DataFrame:
        """Values on 营养改善, ready for a table."""
        return self.about(NUTRITION)

    @from_rows("checks")
    def nutrition_checks(self) -> pd.DataFrame:
        """What visits on 营养改善 checked: check_item (such as 公示), schools, met, basic, unmet. Over all
        schools: no school is named."""
        rows = self.checks[self.checks["check_item"].notna()]
        found = []
        for item, group in rows.groupby("check_item", sort=False):
            counts = [int((group["result"] == word).sum()) for word in _RESULTS]
            schools = int(group["school_id"].nunique())
            found.append(
                dict(
                    zip(
                        ("check_item", "schools", "met", "basic", "unmet"),
                        (item, schools, *counts),
                        strict=True,
                    )
                )
            )
        return pd.DataFrame(found, columns=["check_item", "schools", "met", "basic", "unmet"])

    def nutrition_sentences(self) -> list[Sentence]:
        """The inspections on 营养改善 of this year."""
        n = len(self.inspections)
        schools = self.inspections["schools_n"].sum(min_count=1) if n else math.nan
        if not n:
            return []
        return [
            bind(
                "当年开展营养改善专项督查{n}次{schools}。",
                {"n": n, "schools": "" if math.isnan(schools) else f"，到校{plain(schools, 0)}所次"},
            )
        ]

    # --- 其他 --------------------------------------------------------------------------------------

    @once
    def public_funds(self) -> pd.DataFrame:
        """生均公用经费 by stage with its verdict where a threshold holds (columns outcome, target)."""
        rows = self.about(PUBLIC_FUNDS)
        verdicts = {(v.indicator_id, v.stage): v for v in self.judged}
        mine = [verdicts.get((r["indicator_id"], r["stage"])) for r in row_dicts(rows)]
        return rows.assign(
            target=[v.target if v else "—" for v in mine],
            outcome=pd.Series(
                [Outcome(v.outcome) if v else None for v in mine], index=rows.index, dtype=object
            ),
        )

    def office_sentences(self) -> list[Sentence]:
        """督导经费 in one sentence, none where nothing was said; nil is said to be nil."""
        rows = row_dicts(self.office)
        if not rows:
            return []
        listed = "，".join(f"{item_name(r)}{number(r)}" for r in rows)
        nil = any(r["value"] == 0 for r in rows)
        return [bind("{listed}{nil}。", {"listed": listed, "nil": "，当年没有安排" if nil else ""})]

    @once
    def others(self) -> pd.DataFrame:
        """Values that have no section of their own, by topic."""
        rows = by_topic(self.values, MAIN)
        own = [NUTRITION in str(t) or PUBLIC_FUNDS in str(t) for t in rows["topic"]]
        return rows[[not o for o in own]]

    # --- what it all says -------------------------------------------------------------------------

    @once
    def verdicts(self) -> list[Verdict]:
        """两个只增不减, then the values that have a threshold."""
        return [*self.grown, *self.judged]

    def facts(self) -> list[Fact]:
        found = super().facts()
        whole = self.programmes()["paid"].sum(min_count=1) if len(self.funds) else math.nan
        if not math.isnan(whole) and not self.programmes()["paid"].isna().any():
            shown = f"{plain(whole, 2, grouping=True)}万元"
            parts = " ＋ ".join(
                f"{r['programme']} {plain(r['paid'], 2, grouping=True)}" for r in row_dicts(self.programmes())
            )
            said = basis_of(
                ("funds", "paid"), "专项资金支出", shown, formula="各项目支出相加", counted=parts,
                data=frame_place(self.funds), source=self.fund_source,
            )  # fmt: skip
            return [*found[:7], Fact("专项资金支出", shown, "", float(whole), "万元", basis=said)]
        return found

    def summary(self) -> list[Sentence]:
        found = []
        for id in (TOTAL, BUDGET):
            for row in row_dicts(self.values[self.values["indicator_id"] == id]):
                if not math.isnan(row["value"]):
                    growth = "" if row["growth_shown"] == "—" else "，{growth}"
                    bound: dict[str, Any] = {"item": item_name(row), "value": number(row, self.year)}
                    bound["growth"] = told(row, "growth", self.year, "比上年{}")
                    found.append(bind(f"{{item}}{{value}}{growth}。", bound))
        if len(self.funds):
            found.append(self.fund_finding())
        return found


def make_finance(report: Report, year: int | None = None) -> Finance:
    """经费 of `report`'s region in a year (default: the report's)."""
    base = value_area(report, "finance", year)
    when = base.year
    inspections, visits = report.read("inspections", year=when), report.read("visits", year=when)
    about = inspections["topic"].fillna("").astype(str).str.contains(NUTRITION)
    ids = set(inspections.loc[about, "insp_id"])
    funds = report.read("funds", year=when)
    every = report.values(area="all", year=when)
    titles = {str(s["source_id"]): str(s["title"]) for s in row_dicts(report.read("sources", year=when))}
    sources = dict.fromkeys(titles[s] for s in funds["source_id"] if isinstance(s, str) and s in titles)
    return Finance(
        base.area, base.year, base.values, base.internal, base.judged, base.part_of,
        grown=tuple(report.finance_verdicts(when)),
        funds=funds,
        inspections=inspections[about],
        checks=visits[visits["insp_id"].isin(ids)],
        office=every[every["topic"].astype(str).str.contains(OFFICE)],
        fund_source="；".join(sources),
    )  # fmt: skip
