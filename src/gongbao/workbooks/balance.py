"""义务教育均衡 as a workbook asks for it: from school data where there are any, else as published."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from gongbao.present import Fact, Sentence, Verdict, against, plain
from gongbao.rows import row_dicts
from gongbao.standards import RULES, BalanceResult, LocalTargets, Outcome, Target, all_of, cv_from
from gongbao.standards.rules import BASIC, COMPOSITE, LEVELS, QUALITY, SCHOOL_RULE, TEACHING_POINT_PUPILS
from gongbao.workbooks.balance_bases import coefficient_basis, composite_basis, parts_basis, schools_basis
from gongbao.workbooks.balance_counts import layout_points
from gongbao.workbooks.balance_parts import Parts
from gongbao.workbooks.balance_schools import CV_DECIMALS, BalanceSchools
from gongbao.workbooks.balance_words import balance_facts, balance_summary
from gongbao.workbooks.bases import frame_place, rows_place
from gongbao.workbooks.once import once
from gongbao.workbooks.values import COLUMNS as VALUES

FROM_SCHOOLS, PUBLISHED = "按学校数据计算", "按已公布的县级数据"
_COEFFICIENTS = (
    "level", "indicator_id", "name", "short", "unit", "mean", "mean_shown", "std", "std_shown", "cv", "cv_shown",
    "limit", "limit_shown", "outcome", "verdict", "units", "note", "basis", "mean_basis", "std_basis", "cv_basis",
)  # fmt: skip
_COMPOSITES = ("level", "cv", "cv_shown", "limit", "limit_shown", "outcome", "note", "basis", "cv_basis")


@dataclass(frozen=True)
class Balance:
    """Both balance standards for one region and year.

    `result` is None when no school data were submitted; then only coefficients published for the
    county as a whole are known (`published`: rows of schema.INDICATOR_VALUES). `school_rows` says where
    the school data stand, `titles` the documents' titles by id.
    """

    region: str
    year: int
    ancestors: tuple[str, ...]
    targets: pd.DataFrame
    indicators: pd.DataFrame
    published: pd.DataFrame
    result: BalanceResult | None
    parts: Parts | None = None
    values: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(VALUES)))
    school_rows: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was reported on balance."""
        known = len(self.coefficients(QUALITY)) or len(self.composites()) or len(self.values)
        return bool(known or self.result is not None or self.parts)

    @property
    def held(self) -> bool:
        """Whether 优质均衡 is asked of this place and year at all (before 2017 it was not)."""
        return self._target(RULES[QUALITY][0].indicator_id, "差异系数", LEVELS[0]) is not None

    @property
    def others(self) -> pd.DataFrame:
        """The area's values (rows of `Report.values`) that the coefficient tables don't show."""
        return self.values[~self.values["indicator_id"].isin(self.used_indicators())]

    @cached_property
    def schools(self) -> BalanceSchools | None:
        """The school-level results, None when no school data were submitted."""
        return None if self.result is None else BalanceSchools(self.result, self.named, self.school_rows)

    def named(self, indicator_id: str) -> dict[str, Any]:
        """name, short (for charts), unit and decimals of an indicator."""
        row = self._definitions[indicator_id]
        decimals, short = row["decimals"], row["short_zh"]
        return {
            "name": row["name_zh"],
            "short": short if isinstance(short, str) else row["name_zh"],
            "unit": row["unit"],
            "decimals": 2 if math.isnan(decimals) else int(decimals),
        }

    @cached_property
    def _definitions(self) -> dict[str, dict[Any, Any]]:
        return {str(row["indicator_id"]): row for row in row_dicts(self.indicators)}

    def rule(self) -> dict[str, str]:
        """The thresholds in words, for a sentence: primary, junior, needed, all, share, pupils,
        composite_primary, composite_junior ("—" where no threshold holds for this place and year)."""
        school = self._target(SCHOOL_RULE, "数值", "小学")
        return {
            "primary": _limit(self._target(RULES[QUALITY][0].indicator_id, "差异系数", "小学"), 2),
            "junior": _limit(self._target(RULES[QUALITY][0].indicator_id, "差异系数", "初中"), 2),
            "needed": _limit(school),
            "all": str(len(RULES[QUALITY])),
            "share": plain(school.basic_value * 100) + "%" if school and school.basic_value else "—",
            "pupils": _limit(self._target(TEACHING_POINT_PUPILS, "数值", "小学")),
            "composite_primary": _limit(self._target(COMPOSITE, "差异系数", "小学"), 2),
            "composite_junior": _limit(self._target(COMPOSITE, "差异系数", "初中"), 2),
            "eight": str(len(RULES[BASIC])),
        }

    def layout(self, history: pd.DataFrame) -> list[pd.DataFrame]:
        """How the counts of 学校布局 at a point in time (schools there are, not those built in a year)
        developed, from rows of `Report.history`: see balance_counts.layout_points."""
        stocks = [i for i, row in self._definitions.items() if row["period_type"] == "时点"]
        return layout_points(history[history["indicator_id"].isin(stocks)])

    def used_indicators(self) -> list[str]:
        """Indicators that the coefficient tables show; the rest of the area's values are shown apart."""
        return [
            *dict.fromkeys(r.indicator_id for rules in RULES.values() for r in rules),
            COMPOSITE,
            "composite_2017",
        ]

    @once
    def coefficients(self, standard: str) -> pd.DataFrame:
        """Each difference coefficient of a standard ("quality_2017", "basic_2012").

        Columns: level, indicator_id, name, short, unit, mean, std, cv, limit, outcome (None for 2012,
        which judges the composite), verdict (outcome in words), units (schools counted), note, basis;
        mean, std, cv and limit also as printed, and how the first three were computed.
        """
        if standard == QUALITY and not self.held:
            return pd.DataFrame(columns=list(_COEFFICIENTS))
        rows = self._computed(standard) if self.result is not None else self._published(standard)
        for row in rows:
            row |= self.named(row["indicator_id"])
            row["verdict"] = row["outcome"].label if row["outcome"] else ""
            row["mean_shown"] = plain(row["mean"], row["decimals"])
            row["std_shown"] = plain(row["std"], row["decimals"])
            row["cv_shown"] = against(row["cv"], row["limit"], CV_DECIMALS)
            row["limit_shown"] = "—" if math.isnan(row["limit"]) else f"≤{plain(row['limit'], 2)}"
            place = self._place(row["level"], row["indicator_id"])
            basis = coefficient_basis(row, standard, self.year, *place)
            row |= dict.fromkeys(("mean_basis", "std_basis", "cv_basis"), basis)
        return pd.DataFrame(rows, columns=list(_COEFFICIENTS))

    def _computed(self, standard: str) -> list[dict[str, Any]]:
        assert self.result is not None
        table = self.result.coefficients
        table = table[(table["standard"] == standard) & (table["units"] + table["units_missing"] > 0)]
        kept = ("level", "indicator_id", "mean", "std", "cv", "limit", "units", "note")
        return [
            {name: r[name] for name in kept} | {"outcome": _outcome(r["outcome"]), "basis": FROM_SCHOOLS}
            for r in row_dicts(table)
        ]

    def _published(self, standard: str) -> list[dict[str, Any]]:
        rows = []
        for level in LEVELS:
            for rule in RULES[standard]:
                mean, std, cv = (
                    self._reported(rule.indicator_id, level, s) for s in ("数值", "标准差", "差异系数")
                )
                if math.isnan(cv) and not math.isnan(mean) and not math.isnan(std):
                    cv = cv_from(mean, std)
                if math.isnan(cv):
                    continue
                target = self._target(rule.indicator_id, "差异系数", level) if standard == QUALITY else None
                outcome = None if standard != QUALITY else _judge(target, cv)
                rows.append(
                    {
                        "level": level,
                        "indicator_id": rule.indicator_id,
                        "mean": mean,
                        "std": std,
                        "cv": cv,
                        "limit": target.value if target else math.nan,
                        "outcome": outcome,
                        "units": math.nan,
                        "note": "",
                        "basis": PUBLISHED,
                    }
                )
        return rows

    def _place(self, level: str, indicator_id: str) -> tuple[str, str]:
        """Where the numbers behind a coefficient stand, and the documents that they are from."""
        if self.result is not None:
            return self.school_rows, ""
        rows = row_dicts(self.published)
        own = [r for r in rows if (r["indicator_id"], r["stage"]) == (indicator_id, level)]
        names = dict.fromkeys(self.titles[r["source_id"]] for r in own if r["source_id"] in self.titles)
        return rows_place(own), "；".join(names)

    @cached_property
    def _county_values(self) -> dict[tuple[str, str, str], float]:
        table = self.published
        keys = zip(table["indicator_id"], table["stage"], table["statistic"], strict=True)
        return dict(zip(keys, table["value"].astype(float), strict=True))

    def _reported(self, indicator_id: str, level: str, statistic: str) -> float:
        return self._county_values.get((indicator_id, level, statistic), math.nan)

    def _target(self, indicator_id: str, statistic: str, level: str) -> Target | None:
        return self._local.find(indicator_id, statistic, level)

    @cached_property
    def _local(self) -> LocalTargets:
        return LocalTargets(self.targets, self.region, self.year, self.ancestors)

    @once
    def composites(self) -> pd.DataFrame:
        """The 2012 composite (mean of eight coefficients): level, cv, limit, outcome, note, basis; as printed too."""
        rows, parts = [], self.coefficients(BASIC)
        for level in LEVELS:
            target = self._target(COMPOSITE, "差异系数", level)
            if self.result is not None:
                units = self.result.units
                if not (units["included"] & (units["level"] == level)).any():
                    continue
                table = self.result.composite_2012
                row = table[table["level"] == level].iloc[0]
                cv, outcome = float(row["cv"]), Outcome(row["outcome"])
                note, basis = row["note"] if isinstance(row["note"], str) else "", FROM_SCHOOLS
            else:
                cv = self._reported(COMPOSITE, level, "差异系数")
                if math.isnan(cv):
                    continue
                outcome, note, basis = _judge(target, cv), "", PUBLISHED
            limit = target.value if target else math.nan
            shown = against(cv, limit, CV_DECIMALS), _limit(target, 2, "≤")
            eight = row_dicts(parts[parts["level"] == level]) if len(parts) else []
            said = composite_basis(level, shown[0], eight, self.year, note, *self._place(level, COMPOSITE))
            rows.append((level, cv, shown[0], limit, shown[1], outcome, note, basis, said))
        return pd.DataFrame(rows, columns=list(_COMPOSITES))

    # --- what the area says -----------------------------------------------------------------------

    def facts(self) -> list[Fact]:
        """At most eight: schools that meet the rule, approval, then the other values."""
        return balance_facts(self)

    def summary(self) -> list[Sentence]:
        """Coefficients, schools, the parts beyond resources, approval, then the other values by topic."""
        return balance_summary(self)

    # --- verdicts ------------------------------------------------------------------------------

    @once
    def verdicts(self) -> list[Verdict]:
        """优质均衡 as a whole; by level the 2017 resource part, each coefficient, the schools; the parts beyond
        resources; then the 2012 composite."""
        found: list[Verdict] = []
        table = self.coefficients(QUALITY)
        if (whole := self._whole(table)) is not None:
            found.append(whole)
        counts = {} if self.schools is None else {r["level"]: r for r in row_dicts(self.schools.counts())}
        plans = (
            {}
            if self.schools is None
            else {(r["level"], r["indicator_id"]): r for r in row_dicts(self.schools.plans())}
        )
        failed = any(count["failed"] for count in counts.values())
        lacking = row_dicts(self.schools.shortfalls()) if self.schools is not None and failed else []
        for level in LEVELS:
            rows = row_dicts(table[table["level"] == level])
            if rows:
                found.append(self._headline(level, rows, counts.get(level)))
                found.extend(self._coefficient(r, plans.get((level, r["indicator_id"]))) for r in rows)
            if level in counts:
                found.append(self._school_verdict(level, counts[level], lacking))
        found += self.parts.verdicts() if self.parts else []
        for r in row_dicts(self.composites()):
            alone = table[table["level"] == r["level"]].empty
            found.append(
                Verdict(
                    key=f"balance.{BASIC}.{r['level']}.composite",
                    label=f"{r['level']}基本均衡综合差异系数",
                    outcome=r["outcome"].value,
                    shown=r["cv_shown"],
                    target=r["limit_shown"],
                    gap=r["note"],
                    value=_none(r["cv"]),
                    limit=_none(r["limit"]),
                    op="<=",
                    stage=r["level"],
                    indicator_id=COMPOSITE,
                    statistic="差异系数",
                    headline=alone,
                    basis=r["cv_basis"],
                )
            )
        return found

    @once
    def outcomes(self) -> dict[str, Outcome]:
        """What 优质均衡 consists of -> its outcome: resources by level, then the other parts."""
        table = self.coefficients(QUALITY)
        found = {f"资源配置（{level}）": self._level(level, list(rows["outcome"])) for level in LEVELS
                 if len(rows := table[table["level"] == level])}  # fmt: skip
        missing = {f"资源配置（{level}）": Outcome.UNDETERMINED for level in LEVELS}
        return missing | found | (self.parts.outcomes() if self.parts is not None else {})

    def part_table(self) -> pd.DataFrame:
        """`outcomes` as a table: part, outcome."""
        return pd.DataFrame(list(self.outcomes().items()), columns=["part", "outcome"])

    def _level(self, level: str, outcomes: list[Outcome]) -> Outcome:
        # Without school data the coefficients alone can fail a county, never pass it.
        if self.result:
            return self.result.outcome(QUALITY, level)
        return all_of([*outcomes, Outcome.UNDETERMINED])

    def _whole(self, table: pd.DataFrame) -> Verdict | None:
        """优质均衡 is met only when each of its parts is; None where the standard doesn't hold yet or
        nothing was reported."""
        if not self.held or not (len(table) or self.parts):
            return None
        outcomes = self.outcomes()
        words = []
        for outcome, start in ((Outcome.FAIL, "未达标"), (Outcome.UNDETERMINED, "待定")):
            if which := [name for name, found in outcomes.items() if found is outcome]:
                words.append(f"{start}：{'、'.join(which)}。")
        met = sum(found is Outcome.PASS for found in outcomes.values())
        key, label = f"balance.{QUALITY}", "县域义务教育优质均衡（总体）"
        shown, said = f"{len(outcomes)}个部分中达标{met}个", {name: o.label for name, o in outcomes.items()}
        return Verdict(
            key=key, label=label, outcome=all_of(outcomes.values()).value, shown=shown, target="各部分都达标",
            gap="".join(words), headline=True, basis=parts_basis(key, label, shown, said, self.year, self.school_rows),
        )  # fmt: skip

    def _headline(self, level: str, rows: list[dict[Any, Any]], count: Mapping[Any, Any] | None) -> Verdict:
        outcomes = [r["outcome"] for r in rows]
        outcome = self._level(level, outcomes)
        counted = [(o.label, outcomes.count(o)) for o in Outcome]
        shown = "差异系数" + "、".join(f"{label}{n}项" for label, n in counted if n)
        if count:
            shown += f"；学校达标{count['passed']}所/{count['schools']}所"
        words = []
        if failing := [r["short"] for r in rows if r["outcome"] is Outcome.FAIL]:
            words.append(f"差异系数未达标：{'、'.join(failing)}。")
        if count and count["failed"]:
            words.append(f"{count['failed']}所学校未达到学校标准。")
        if count and count["open"]:
            words.append(f"{count['open']}所学校数据不全，尚不能判定。")
        if self.result is None:
            words.append("没有学校数据，学校是否达标无法判定。")
        key, label = f"balance.{QUALITY}.{level}", f"{level}优质均衡（资源配置）"
        said = {f"{r['short']} {r['cv_shown']}": r["outcome"].label for r in rows}
        return Verdict(
            key=key, label=label, outcome=outcome.value, shown=shown, target="各项差异系数和每所学校都达标",
            gap="".join(words), stage=level, headline=True,
            basis=parts_basis(key, label, shown, said, self.year, self.school_rows),
        )  # fmt: skip

    def _coefficient(self, row: Mapping[Any, Any], plan: Mapping[Any, Any] | None) -> Verdict:
        words = row["note"]
        if plan is not None:
            words = (
                f"先补最低的学校，共需增加{plan['total_shown']}{plan['unit']}（{plan['schools']}所学校），"
                f"差异系数可降到{plan['cv_after_shown']}。"
            )
        return Verdict(
            key=f"balance.{QUALITY}.{row['level']}.{row['indicator_id']}", label=f"{row['level']}{row['name']}差异系数",
            outcome=row["outcome"].value, shown=row["cv_shown"], target=row["limit_shown"], gap=words,
            value=_none(row["cv"]), limit=_none(row["limit"]), op="<=", stage=row["level"],
            indicator_id=row["indicator_id"], statistic="差异系数", basis=row["cv_basis"],
        )  # fmt: skip

    def _school_verdict(
        self, level: str, count: Mapping[Any, Any], lacking: Sequence[Mapping[Any, Any]]
    ) -> Verdict:
        outcome = Outcome.FAIL if count["failed"] else Outcome.UNDETERMINED if count["open"] else Outcome.PASS
        missing = lacking if count["failed"] else []
        words = "；".join(
            f"{r['name']}缺{r['shortfall_shown']}{r['unit']}" for r in missing if r["level"] == level
        )
        return Verdict(
            key=f"balance.{QUALITY}.{level}.schools", label=f"{level}学校资源配置达标", outcome=outcome.value,
            shown=f"{count['passed']}所/{count['schools']}所", target="每所学校",
            gap=f"要使各校各项都达到标准：{words}。" if words else "",
            value=count["passed"] / count["schools"] * 100, limit=100.0, op=">=", stage=level,
            basis=schools_basis(level, count, self.rule(), self.year, self.school_rows),
        )  # fmt: skip


def make_balance(
    read: Callable[[str], pd.DataFrame],
    region: str,
    year: int,
    ancestors: list[str],
    evaluate: Callable[..., BalanceResult],
    parts: Parts | None = None,
    values: pd.DataFrame | None = None,
    titles: Mapping[str, str] | None = None,
) -> Balance:
    """Collect what the standards need through `read` (a table of this region and year)."""
    school_year, targets = read("school_year"), read("targets")
    result = None
    if len(school_year):
        result = evaluate(
            read("schools"), school_year, targets, region=region, year=year, ancestors=ancestors
        )
    more = {} if values is None else {"values": values}
    return Balance(
        region,
        year,
        tuple(ancestors),
        targets,
        read("indicators"),
        read("indicator_values"),
        result,
        parts,
        **more,
        school_rows=frame_place(school_year),
        titles=titles or {},
    )


def _judge(target: Target | None, value: float) -> Outcome:
    return Outcome.UNDETERMINED if target is None else target.judge(value)


def _outcome(value: Any) -> Outcome | None:
    return Outcome(value) if isinstance(value, str) and value else None


def _limit(target: Target | None, decimals: int | None = None, sign: str = "") -> str:
    return "—" if target is None else sign + plain(target.value, decimals)


def _none(value: float) -> float | None:
    return None if math.isnan(value) else value
