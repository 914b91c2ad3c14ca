"""教师队伍与培训 as a workbook asks for it: who came, who moved, who is qualified, who was trained."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Basis, Fact, Number, Sentence, Verdict, against, basis_of, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import LocalTargets, Outcome
from gongbao.standards.disclosure import LEAST_BASE, LEAST_COUNT, WITHHELD, rate_withheld
from gongbao.standards.guarantee import CERTIFIED, TRAINING_FUND, county_rate
from gongbao.standards.training import by_programme
from gongbao.workbooks.bases import frame_place, from_rows, place_of, share_basis, with_place
from gongbao.workbooks.judging import SIGNS
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import item_name, key_facts, of_topics, parts_of, topic_sentences
from gongbao.workbooks.value_area import ValueArea, value_area
from gongbao.workbooks.values import none

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

CATEGORIES = ("教师招聘", "教师配备", "教师交流", "教师资格", "名师队伍", "师德处理")
RECRUITMENT = "教师招聘"
# Rates that rows of 教师交流 give: indicator, label, and the kinds that are their part and their whole.
EXCHANGE = (
    ("teacher_rotation_rate", "交流轮岗教师占应交流教师比例", "交流轮岗教师", "应交流教师"),
    ("backbone_rotation_share", "交流轮岗教师中骨干教师占比", "其中骨干教师", "交流轮岗教师"),
)
TOTAL = "合计"
_PREFIX = "teachers_recruited_"
_CHANNELS = ("item", "value", "value_shown", "value_text", "unit", "note", "quote", "source")


@dataclass(frozen=True)
class Rate:
    """A county's rate: `part` of `whole` (in %), held against the target of `indicator_id`; `basis` says from
    what, `data` where that stands."""

    indicator_id: str
    label: str
    part_label: str
    whole_label: str
    part: float
    whole: float
    basis: str = "按学校数据计算"
    persons: bool = True
    data: str = ""

    @property
    def value(self) -> float:
        """In %, unrounded; NaN when nothing was reported."""
        return self.part * 100 / self.whole if self.whole > 0 else math.nan

    @property
    def withheld(self) -> bool:
        """Whether the exact rate would tell a small number of persons: those it counts or those it leaves out."""
        return self.persons and rate_withheld(self.part, self.whole, LEAST_COUNT, base_public=True)

    def shown(self, limit: float = math.nan) -> str:
        """As printed; of a withheld rate only the whole per cent below it."""
        if self.withheld:
            return f"{math.floor(self.value)}%以上"
        return f"{against(self.value, limit, 2)}%"

    def said(self, limit: float = math.nan) -> Basis:
        """How it was computed; of a withheld rate without the numbers."""
        names = self.part_label, self.whole_label
        numbers = ("隐去", "隐去") if self.withheld else (plain(self.part, None), plain(self.whole, None))
        basis = share_basis(
            (f"teachers.{self.indicator_id}",), self.label, self.shown(limit),
            (names[0], numbers[0]), (names[1], numbers[1]), scope=self.basis, data=self.data,
            indicator_id=self.indicator_id, statistic="数值", stage="义务教育",
        )  # fmt: skip
        return replace(basis, counted="人数太少，不列出本数") if self.withheld else basis


@dataclass(frozen=True, eq=False)
class Teachers:
    """One region and year. `base` the area's indicator values, `staffing` rows as they may be shown
    (staffing.COLUMNS), `trainings` rows of schema.TRAINING with the titles of their sources as `source`,
    `rates` what school data give for the county as a whole."""

    base: ValueArea
    staffing: pd.DataFrame
    trainings: pd.DataFrame
    rates: tuple[Rate, ...]
    targets: LocalTargets

    def __bool__(self) -> bool:
        return bool(self.base or len(self.staffing) or len(self.trainings))

    @property
    def values(self) -> pd.DataFrame:
        return self.base.values

    # --- recruitment -----------------------------------------------------------------------------

    @once
    def channels(self) -> pd.DataFrame:
        """Teachers recruited by channel, without totals: item, value, value_shown, value_text, unit, note,
        quote, source. Indicator values where there are any, else rows of 队伍."""
        topic = of_topics(self.values, RECRUITMENT)
        totals = set(self.base.part_of.values())
        rows = [
            row | {"item": _channel(row)} for row in row_dicts(topic) if row["indicator_id"] not in totals
        ]
        if not rows:
            own = self.staffing[self.staffing["category"] == RECRUITMENT]
            rows = [row | {"item": row["kind"]} for row in row_dicts(own) if TOTAL not in row["kind"]]
        return pd.DataFrame(rows, columns=list(_CHANNELS))

    @once
    def recruited(self) -> Number | None:
        """All channels together: the total reported, else their sum.

        No sum where a channel is missing or withheld (it would tell which), carries a qualifier, or may
        count what another counts too (channels are parts of one total, or of the recruitment indicators).
        """
        topic = of_topics(self.values, RECRUITMENT)
        totals = set(self.base.part_of.values())
        for row in row_dicts(topic[topic["indicator_id"].isin(totals)]):
            if not math.isnan(row["value"]):
                return Number(row["value"], row["unit"], 0, row["qualifier"], origin=row["origin"])
        own = self.staffing[self.staffing["category"] == RECRUITMENT]
        for row in row_dicts(own):
            if TOTAL in row["kind"] and len(topic) == 0 and not math.isnan(row["value"]):
                return Number(row["value"], row["unit"], 0, row["qualifier"])
        rows = row_dicts(topic if len(topic) else own)
        ids = [row.get("indicator_id", _PREFIX) for row in rows]
        together = (
            all(i.startswith(_PREFIX) for i in ids) or len({self.base.part_of.get(i) for i in ids}) == 1
        )
        plain_numbers = all(not math.isnan(row["value"]) and not row["qualifier"] for row in rows)
        if len(rows) < 2 or not together or not plain_numbers or len({row["unit"] for row in rows}) > 1:
            return None
        whole = Number(sum(row["value"] for row in rows), rows[0]["unit"], 0)
        counted = " ＋ ".join(f"{_channel_of(row)} {row['value_text']}" for row in rows)
        places = "；".join(dict.fromkeys(row["origin"] for row in rows if row.get("origin")))
        said = basis_of(
            ("teachers", "recruited"),
            "招聘教师（各渠道合计）",
            str(whole),
            formula="各渠道相加",
            counted=counted,
            data=places,
        )
        return replace(whole, basis=said)

    @once
    def channel_bars(self) -> pd.DataFrame:
        """The known channels for a chart, most first: label (with the number), item, value, value_shown."""
        rows = self.channels().dropna(subset=["value"]).sort_values("value", ascending=False, kind="stable")
        return rows.assign(label=[f"{r['item']}　{r['value_text']}" for r in row_dicts(rows)])

    @once
    def recruitment_sentence(self) -> Sentence | None:
        """“招聘教师473人：公开考试229人、…”; None when nothing is known."""
        bars = self.channel_bars()
        total = self.recruited()
        if bars.empty and total is None:
            return None
        parts = "、".join(f"{r['item']}{r['value_text']}" for r in row_dicts(bars))
        if total is None:
            return bind("招聘教师：{parts}。", {"parts": parts})
        return bind("共招聘教师{total}{parts}。", {"total": total, "parts": f"：{parts}" if parts else ""})

    # --- staff by category -----------------------------------------------------------------------

    def staff(self, *categories: str) -> pd.DataFrame:
        """Rows of 队伍 of those categories (default: all that this area shows)."""
        return self.staffing[self.staffing["category"].isin(categories)] if categories else self.staffing

    @once
    def rate_table(self) -> pd.DataFrame:
        """The rates that school data give: label, part, whole, rate, limit, outcome; as printed too."""
        rows = []
        for rate in self.rates:
            target = self.targets.find(rate.indicator_id, "数值", "义务教育")
            limit = target.value if target else math.nan
            outcome = target.judge(rate.value) if target and target.confirmed else Outcome.UNDETERMINED
            hidden = rate.withheld
            rows.append(
                {
                    "label": rate.label, "indicator_id": rate.indicator_id, "basis": rate.basis,
                    "what": f"{rate.part_label}÷{rate.whole_label}",
                    "part": math.nan if hidden else rate.part,
                    "part_shown": WITHHELD if hidden else plain(rate.part, None),
                    "whole": rate.whole,
                    "rate": math.nan if hidden else rate.value, "rate_shown": rate.shown(limit),
                    "limit": limit, "limit_shown": f"{SIGNS[target.op]}{plain(limit, None)}%" if target else "—",
                    "outcome": outcome if target else None, "rate_basis": rate.said(limit),
                }
            )  # fmt: skip
        columns = ["label", "indicator_id", "basis", "what", "part", "part_shown", "whole", "rate", "rate_shown",
                   "limit", "limit_shown", "outcome", "rate_basis"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    # --- training ----------------------------------------------------------------------------------

    @once
    @from_rows("trainings")
    def programmes(self) -> pd.DataFrame:
        """Training by programme (standards.training.by_programme), persons and person-times as printed too,
        and `remark`: what a sum leaves out."""
        frame = by_programme(self.trainings)
        rows = row_dicts(frame)
        for name in ("persons", "person_times"):
            frame[f"{name}_shown"] = [_qualified(r[name], r["qualifier"]) for r in rows]
        named = (("sessions", "班次"), ("persons", "人数"), ("person_times", "人次"), ("cost", "经费"))
        frame["remark"] = [
            "；".join(
                f"{word}只含{r['items']}项中的{int(r[f'given_{name}'])}项"
                for name, word in named
                if 0 < r[f"given_{name}"] < r["items"]
            )
            for r in rows
        ]
        return frame

    @from_rows("trainings")
    def training_list(self) -> pd.DataFrame:
        """Each training: programme, type, subject, sessions, persons, person_times (as printed with their
        qualifier), hours, cost, period, note, quote, source."""
        frame = self.trainings.copy()
        for name in ("persons", "person_times"):
            frame[f"{name}_shown"] = [
                _qualified(r[name], r["qualifier"] if _carries(r, name) else "") for r in row_dicts(frame)
            ]
        return frame

    def training_groups(self) -> list[pd.DataFrame]:
        """Trainings of one programme and form that give persons for three subjects or more, for a chart each."""
        known = self.training_list().dropna(subset=["persons", "subject"])
        groups = [g for _, g in known.groupby(["programme", "type"], sort=False, dropna=False) if len(g) > 2]
        return [
            g.assign(label=[f"{r['subject']}　{r['persons_shown']}人" for r in row_dicts(g)]) for g in groups
        ]

    def wholes(self) -> list[tuple[str, pd.DataFrame]]:
        """Totals outside recruitment of which three parts or more are known, with `topics.parts_of` and label."""
        parts = parts_of(self.values[~self.values["topic"].str.contains(RECRUITMENT)], self.base.part_of)
        parts = parts.assign(
            label=[f"{r['item']}　{r['value_shown']}{r['unit']}" for r in row_dicts(parts)],
        ).dropna(subset=["value"])
        groups = parts.groupby(["total", "stage"], sort=False)
        return [(str(name), rows) for (name, _), rows in groups if len(rows) > 2]

    def training_sentence(self) -> Sentence | None:
        """The year's training in one sentence, by programme; None when no training was reported."""
        rows = row_dicts(self.programmes())
        if not rows:
            return None
        parts = []
        for r in rows:
            said = [
                f"{_qualified(r[name], r['qualifier'] if name != 'sessions' else '')}{unit}"
                for name, unit in (("sessions", "班次"), ("persons", "人"), ("person_times", "人次"))
                if not math.isnan(r[name])
            ]
            parts.append(f"{r['programme']}{r['items']}项" + (f"（{'、'.join(said)}）" if said else ""))
        return bind("教师培训：{parts}。", {"parts": "；".join(parts)})

    # --- what the area says --------------------------------------------------------------------------

    @once
    def verdicts(self) -> list[Verdict]:
        """Values with a threshold, then the rates from school data that no reported value covers."""
        found = self.base.verdicts()
        covered = {verdict.indicator_id for verdict in found}
        for row in row_dicts(self.rate_table()):
            if row["outcome"] is None or row["indicator_id"] in covered:
                continue
            target = self.targets.find(row["indicator_id"], "数值", "义务教育")
            assert target is not None
            gap = f"{row['basis']}。" if target.confirmed else "标准值的依据尚待核实，不作结论。"
            found.append(
                Verdict(
                    key=f"teachers.{row['indicator_id']}", label=row["label"], outcome=row["outcome"].value,
                    shown=row["rate_shown"], target=row["limit_shown"] + ("" if target.confirmed else "（待核实）"),
                    gap=gap, value=none(row["rate"]), limit=row["limit"], op=target.op, stage="义务教育",
                    indicator_id=row["indicator_id"], statistic="数值", basis=row["rate_basis"],
                )
            )  # fmt: skip
        return found

    def facts(self) -> list[Fact]:
        """At most eight: recruited, trained, the rates, then the values of each topic in turn."""
        found = []
        if (total := self.recruited()) is not None:
            found.append(
                Fact("招聘教师", str(total), "各渠道合计", total.public, total.unit, basis=total.basis)
            )
        times = self.programmes()["person_times"].dropna()
        if len(times):
            whole = float(times.sum())
            marked = "余" if set(self.programmes()["qualifier"]) & {"余"} else ""
            shown, rows = f"{plain(whole, None)}{marked}人次", row_dicts(self.programmes())
            said = basis_of(
                ("teachers", "trained"), "教师培训", shown, formula="各层级的人次相加；同一人参加几次算几人次",
                counted=" ＋ ".join(
                    f"{r['programme']} {r['person_times_shown']}" for r in rows if not math.isnan(r["person_times"])
                ),
                data=place_of(self.programmes()),
            )  # fmt: skip
            found.append(Fact("教师培训", shown, "", whole, "人次", basis=said))
        found += [
            Fact(
                r.label,
                r.shown(),
                r.basis,
                None if r.withheld else r.value,
                "%",
                r.indicator_id,
                basis=r.said(),
            )
            for r in self.rates
        ]
        others = self.values[~self.values["topic"].str.contains(RECRUITMENT)]
        return [*found, *key_facts(others, 8 - len(found))][:8]

    def summary(self) -> list[Sentence]:
        """Recruitment, rates, training, then a sentence for each other topic and category."""
        found = [self.recruitment_sentence()]
        for basis in dict.fromkeys(r.basis for r in self.rates):
            rates = "，".join(f"{r.label}{r.shown()}" for r in self.rates if r.basis == basis)
            found.append(bind("{basis}：{rates}。", {"basis": basis, "rates": rates}))
        found.append(self.training_sentence())
        said: list[Sentence] = [sentence for sentence in found if sentence is not None]
        said += topic_sentences(self.values[~self.values["topic"].str.contains(RECRUITMENT)], self.base.year)
        for category, rows in self.staffing[self.staffing["category"] != RECRUITMENT].groupby(
            "category", sort=False
        ):
            known = [r for r in row_dicts(rows) if not math.isnan(r["value"])][:4]
            if known:
                words = "，".join(f"{r['kind']}{r['value_text']}" for r in known)
                said.append(bind("{category}：{words}。", {"category": category, "words": words}))
        return said


def make_teachers(report: Report, year: int | None = None) -> Teachers:
    """Collect the area's values, staff, trainings and what school data say of the county's teachers."""
    when = year or report.year
    school_year = report.read("school_year", year=when)
    compulsory = school_year[school_year["stage"].isin(["小学", "初中", "全校"])]
    trainings = report.read("training", year=when)
    titles = report.titles(year)
    staffing = report.staffing(*CATEGORIES, year=when)
    counted = {(r["category"], r["kind"]): float(r["value"]) for r in row_dicts(staffing)}
    schools = frame_place(compulsory)
    own = report.read("staffing", year=when)
    exchange = frame_place(own[own["category"] == "教师交流"])
    rates = [
        Rate(
            CERTIFIED, "义务教育专任教师持证率", "持证教师", "专任教师",
            *county_rate(compulsory, "t_cert", "teachers"), data=schools,
        ),
        Rate(
            TRAINING_FUND, "教师培训经费占公用经费预算比例", "培训经费", "公用经费预算",
            *county_rate(compulsory, "training_fund", "public_fund_budget"), persons=False, data=schools,
        ),
        *(
            Rate(
                indicator, label, part, whole,
                counted.get(("教师交流", part), math.nan), counted.get(("教师交流", whole), math.nan), "按填报人数计算",
                data=exchange,
            )
            for indicator, label, part, whole in EXCHANGE
        ),
    ]  # fmt: skip
    return Teachers(
        base=value_area(report, "teachers", when),
        staffing=with_place(staffing, frame_place(own[own["category"].isin(CATEGORIES)])),
        trainings=trainings.assign(source=[titles.get(s, "") for s in trainings["source_id"]]),
        rates=tuple(r for r in rates if not math.isnan(r.value) and (r.whole >= LEAST_BASE)),
        targets=report.targets(when),
    )


def _channel_of(row: dict[Any, Any]) -> str:
    """The channel of a row of values or of 队伍."""
    return _channel(row) if "short" in row else str(row["kind"])


def _channel(row: dict[Any, Any]) -> str:
    """“特岗教师” of “招聘特岗教师数”: the channel is what the chart tells apart."""
    name = str(row["short"] if row["short"] != row["name"] else item_name(row))
    return name.removeprefix("招聘").removesuffix("数")


def _carries(row: dict[Any, Any], name: str) -> bool:
    """Whether a training's qualifier belongs to this number: to the person-times, else to the persons."""
    return name == ("persons" if math.isnan(row["person_times"]) else "person_times")


def _qualified(value: float, qualifier: Any) -> str:
    word = qualifier if isinstance(qualifier, str) else ""
    return Number(None if math.isnan(value) else value, decimals=0, qualifier=word).digits
