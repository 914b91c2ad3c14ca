"""What inspections, problems and visits come to, in sentences bound to their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gongbao.present import Number, Sentence
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import Target
from gongbao.standards.rectification import State, Timing
from gongbao.workbooks.inspect_problems import RATE_FROM, SEVERITIES, Problems, day_words
from gongbao.workbooks.inspect_visits import Visits

# What is said of one inspection: column, words before the number, unit.
_EFFORT = (
    ("teams", "派出督导组", "个"), ("people", "参加", "人"), ("schools_n", "检查中小学", "所"),
    ("kg_n", "检查幼儿园", "所"), ("towns_n", "检查乡镇", "个"), ("questionnaires_issued", "发放问卷", "份"),
    ("questionnaires_valid", "收回有效问卷", "份"), ("interviews", "座谈访谈", "人"),
)  # fmt: skip


def counted(count: int, unit: str) -> Number:
    """A count of whole things for a sentence."""
    return Number(float(count), unit, 0)


def inspection(row: Mapping[Any, Any]) -> Sentence:
    """One row of `Inspect.inspections`: when, what, how many people and places, what was found."""
    parts = [] if row["when"] == "—" else ["{when}"]
    parts.append("开展{type}" + ("（{topic}）" if row["topic"] != "—" else ""))
    values: dict[str, Any] = {"when": row["when"], "type": row["type"], "topic": row["topic"]}
    for column, before, unit in _EFFORT:
        if row[column] == row[column]:
            parts.append(f"{before}{{{column}}}")
            values[column] = Number(row[column], unit, qualifier=row["qualifier"])
    if row["found"] == row["found"] and row["found"]:
        parts.append("发现问题{found}，已解决{resolved}")
        values |= {"found": counted(int(row["found"]), "个"), "resolved": counted(int(row["resolved"]), "个")}
    return bind("，".join(parts) + "。", values)


def calendar(months: pd.DataFrame, inspections: int, unplaced: int) -> Sentence:
    """From `Inspect.calendar`: the fullest months; `unplaced` inspections have no month."""
    sums = months.groupby("month")["n"].sum()
    fullest = [f"{int(month)}月" for month in sums.index[sums == sums.max()]]
    said = (
        "全年{n}"
        + ("；最多的是{fullest}，{most}。" if len(fullest) < len(sums) else "，在{fullest}。")
        + "{rest}"
    )
    return bind(
        said,
        {
            "n": counted(inspections, "次"), "fullest": "、".join(fullest), "most": counted(int(sums.max()), "次"),
            "rest": f"另有{unplaced}次没有写明月份。" if unplaced else "",
        },
    )  # fmt: skip


def held(kinds: Mapping[str, int]) -> Sentence | None:
    """How many inspections, by kind; None without any."""
    if not kinds:
        return None
    each = "、".join(f"{kind}{n}次" for kind, n in kinds.items())
    return bind("开展督导检查{n}（{kinds}）。", {"n": counted(sum(kinds.values()), "次"), "kinds": each})


def of_problems(problems: Problems) -> list[Sentence]:
    """How the cases stand, what became of last year's, and what was found; each only if there is any."""
    return [said for said in (life(problems), carried(problems), found(problems)) if said]


def found(problems: Problems) -> Sentence | None:
    """How many problems of which gravity, and where most of them are; None without findings."""
    findings = problems.findings
    if findings.empty:
        return None
    counts = [(s, int((findings["severity"] == s).sum())) for s in SEVERITIES]
    topics = problems.by_topic()
    values: dict[str, Any] = {
        "n": counted(len(findings), "个"), "parts": "、".join(f"{s}问题{n}个" for s, n in counts if n),
        "topic": "、".join(topics.loc[topics["all"] == topics["all"].max(), "topic"]),
        "most": counted(int(topics["all"].max()), "个"),
    }  # fmt: skip
    spread = len(topics) > 1 and topics["all"].max() > topics["all"].min()
    return bind("发现问题{n}：{parts}" + ("；最多的主题是{topic}，有{most}。" if spread else "。"), values)


def life(problems: Problems) -> Sentence | None:
    """How many cases were closed, in time or not, and how many are overdue; None without cases."""
    cases = problems.filed
    if not cases:
        return None
    timings, rate = problems.timings(), problems.on_time()
    closed = timings[Timing.ON_TIME] + timings[Timing.LATE]
    said = ["截至{day}，立项整改{n}，已办结{closed}"]
    values: dict[str, Any] = {
        "day": day_words(problems.as_of), "n": counted(len(cases), "项"), "closed": counted(closed, "项"),
        "overdue": counted(timings[Timing.OVERDUE], "项"),
    }  # fmt: skip
    if rate.percent is not None:
        said.append("应在此前办结的{due}中按期办结{intime}" + ("（{rate}）" if rate.of >= RATE_FROM else ""))
        values |= {"due": counted(rate.of, "项"), "intime": counted(rate.on_time, "项"),
                   "rate": Number(rate.percent, "%", 1)}  # fmt: skip
    said.append("逾期未结{overdue}" if timings[Timing.OVERDUE] else "没有逾期未结的")
    days = problems.median_days()
    if days is not None:
        said.append("从立项到办结用时的中位数为{days}")
        values["days"] = Number(days, "天")
    return bind("；".join(said) + "。", values)


def carried(problems: Problems) -> Sentence | None:
    """What became of last year's problems; None when nothing was carried over."""
    fates = problems.fates()
    if not fates:
        return None
    return bind(
        "上年遗留问题{n}，截至{day}：{fates}。",
        {
            "n": counted(sum(fates.values()), "项"), "day": day_words(problems.as_of),
            "fates": "、".join(f"{fate}{n}项" for fate, n in fates.items()),
        },
    )  # fmt: skip


def states(problems: Problems) -> Sentence:
    """The cases by state; the states add up to all cases."""
    frame = problems.states()
    failed = int(frame.loc[frame["state"] == State.FAILED.value, "cases"].sum())
    held = problems.rechecks()
    return bind(
        "截至{day}共{n}：{parts}。{rechecks}{again}",
        {
            "day": day_words(problems.as_of), "n": counted(int(frame["cases"].sum()), "项"),
            "parts": "、".join(f"{r['state']}{r['cases']}项" for r in row_dicts(frame) if r["cases"]),
            "rechecks": f"已复查{sum(held.values())}项，合格{held['合格']}项。" if sum(held.values()) else "",
            "again": "复查不合格的重新计入未办结。" if failed else "",
        },
    )  # fmt: skip


def burn(problems: Problems) -> Sentence:
    """From the start of the year to its end, and when most were open."""
    rows = row_dicts(problems.burn_down())
    first, last = rows[0], rows[-1]
    most = max(rows[1:], key=lambda row: row["open"])
    again = sum(r["reopened"] for r in rows)
    return bind(
        "年初未办结{first}，全年新立项{opened}，办结{closed}{again}，年末（{day}）未办结{last}；最多时是{month}月末，{most}。",
        {
            "first": counted(first["open"], "项"), "opened": counted(sum(r["opened"] for r in rows), "项"),
            "closed": counted(sum(r["closed"] for r in rows), "项次"), "last": counted(last["open"], "项"),
            "again": f"，复查不合格重开{again}项" if again else "",
            "day": day_words(last["end"]), "month": str(most["month"]), "most": counted(most["open"], "项"),
        },
    )  # fmt: skip


def deadline_note(problems: Problems) -> str:
    """How deadlines were told where the office gave none."""
    computed = sum(not case.due_given and not case.extended for case in problems.filed)
    extended = sum(case.extended for case in problems.filed)
    said = [f"{computed}项没有写期限，按立项次日起{problems.rule.words}计算" if computed else "",
            f"{extended}项经批准延期，按延期后的期限计算" if extended else "",
            "未到期的不计入按期办结率"]  # fmt: skip
    return "；".join(part for part in said if part) + "。"


def labelled_steps(problems: Problems) -> pd.DataFrame:
    """`Problems.steps` with its words for a chart: label, cases."""
    frame = problems.steps()
    return frame.assign(label=[f"{r['step']}　{r['cases']}项" for r in row_dicts(frame)])


def busiest(months: pd.DataFrame) -> Sentence:
    """In which months the most and the fewest schools were visited, and in how many none (`Visits.by_month`)."""
    most = max(row_dicts(months), key=lambda row: row["schools"])
    none = [f"{month}月" for month in months.loc[months["schools"] == 0, "month"]]
    return bind(
        "到过学校最多的是{month}月，{schools}，占{share}{none}。",
        {
            "month": str(most["month"]), "schools": counted(int(most["schools"]), "所"),
            "share": Number(float(most["share"]), "%", 1),
            "none": f"；没有到校记录的月份：{'、'.join(none)}" if none else "",
        },
    )  # fmt: skip


def visits(visited: Visits, per_term: Target | None) -> list[Sentence]:
    """How many visits to how many schools, lessons heard, and the share visited often enough each term."""
    months = visited.by_month()
    if months.empty:
        return []
    zone = len(visited.in_zones())
    said = [bind(
        "责任督学全年到校{visits}，责任区内共有学校和幼儿园{schools}{lessons}。",
        {
            "visits": counted(int(months["visits"].sum()), "次"), "schools": counted(zone, "所"),
            "lessons": f"，听课{visited.lessons()}节" if visited.lessons() else "",
        },
    )]  # fmt: skip
    for row in row_dicts(visited.by_term(per_term.value)) if per_term else ():
        said.append(bind(
            "{term}到校不少于{least}的有{met}，占{share}；没有到校记录的{never}。",
            {
                "term": row["term"], "least": Number(per_term.value if per_term else None, "次"),
                "met": counted(row["met"], "所"), "share": Number(row["share"], "%", 1),
                "never": counted(row["never"], "所"),
            },
        ))  # fmt: skip
    return said


def rule_note(rule: Target | None, each: str, titles: Mapping[str, str]) -> str:
    """The least number of visits that holds here, with its source; marked where it is not confirmed."""
    if rule is None:
        return ""
    source = titles.get(rule.source_id or "", "")
    where = f"（{source}）" if source else ""
    known = "" if rule.confirmed else "，依据待核实，不作结论"
    return f"规定每校{each}不少于{Number(rule.value, '次')}{where}{known}。"


def five_note(visited: Visits) -> str:
    left = visited.five_left_out()
    return f"另有{left}所不公开校名的学校也查过；所数太少，不计入本表，以免推算出单校结果。" if left else ""
