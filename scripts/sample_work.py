"""Invented inspections, visits, problems and their rectification for the sample counties (codes 99xxxx)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sample_profiles import Row, Setting, after, iso, likely, pick, round_part, some, whole, workday
from sample_texts import (
    COUNTY_PROBLEMS,
    DEPARTMENTS,
    INTERNAL,
    ITEM_OF,
    OTHERWISE,
    PROBLEMS,
    TOPICS_OF,
    TOWN_PROBLEMS,
)

SOURCE = "sample-work"
CHECK_ITEMS = ("作业", "睡眠", "手机", "读物", "体质")
GRAVE = ("校园安全", "食堂与卫生", "双减", "经费管理")  # topics of which a problem may be 重大
MODES = ("文件督查", "会议督查", "现场督查", "跟踪督查", "调研督查", "专项督查", "联合督查")
# (key, type, topic, month and day it begins, days it takes, share of the county's schools it goes to)
_PLAN: tuple[tuple[str, str, str, tuple[int, int], int, float], ...] = (
    ("开学-1", "开学督查", "春季开学", (2, 20), 3, 0.6),
    ("专项-1", "专项督导", "控辍保学", (3, 14), 3, 0.2),
    ("专项-2", "专项督导", "经费", (4, 11), 4, 0.15),
    ("视导-1", "视导", "课堂教学", (4, 24), 5, 0.12),
    ("综合-1", "综合督导", "学校发展水平", (5, 15), 8, 0.0),
    ("专项-3", "专项督导", "五项管理", (5, 29), 3, 0.0),
    ("园所-1", "办园行为督导", "办园行为", (6, 12), 5, 0.0),
    ("专项-4", "专项督导", "双减", (7, 10), 3, 0.1),
    ("开学-2", "开学督查", "秋季开学", (9, 1), 3, 0.7),
    ("专项-5", "专项督导", "教师", (10, 16), 3, 0.14),
    ("专项-6", "专项督导", "五项管理", (10, 30), 3, 0.0),
    ("专项-7", "专项督导", "营养改善", (11, 13), 3, 0.2),
)
# What a county that holds fewer inspections leaves out.
_LEFT_OUT = {"990103": ("专项-4", "视导-1"), "990105": ("专项-2",), "990106": ("专项-1", "视导-1")}
_TERMS = {"经常-1": (3, 4, 5, 6), "经常-2": (9, 10, 11, 12)}
_FIVE_CHECKED = 10  # schools in each round of 五项管理
_DEADLINES = (15, 30, 30, 60, 90, None)  # None: the publication's own rule counts
_DEFAULT_DAYS = 30


@dataclass(slots=True)
class Case:
    """A rectification's whole life, of which a year's table shows what has happened by its end."""

    base: Row
    year: int
    issued: date
    deadline: date | None
    extended: tuple[date, date] | None  # when it was decided, until when
    reminders: list[date]
    rounds: list[tuple[date, date | None, bool]] = field(default_factory=list)  # closed, rechecked, good
    notice: str = ""

    def row(self, year: int) -> Row:
        """The case as the office files it for `year`."""
        end = date(year, 12, 31)
        row = self.base | {
            "finding_year": None if year == self.year else self.year,
            "issued": iso(self.issued),
            "deadline": iso(self.deadline),
            "extended_to": iso(self.extended[1]) if self.extended and self.extended[0] <= end else None,
            "reminders": sum(day <= end for day in self.reminders) or None,
        }
        for closed, rechecked, good in self.rounds:
            if closed > end:
                break
            seen = rechecked is not None and rechecked <= end
            row |= {
                "closed": iso(closed),
                "recheck_date": iso(rechecked) if seen else None,
                "recheck_result": ("合格" if good else "不合格") if seen else None,
            }
            if seen and not good:
                row["notice_no"] = self.notice
        return row

    def settled(self, year: int) -> bool:
        """Whether nothing of it is left for the year after."""
        row = self.row(year)
        return row.get("closed") is not None and row.get("recheck_result") != "不合格"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A problem that an evaluation found: columns of 问题, the measure, and the day of the evaluation."""

    row: Row
    measure: str
    day: date


def inspection_tables(
    place: Setting, carried: Sequence[Case], reviewed: Sequence[Reviewed]
) -> tuple[dict[str, list[Row]], list[Case]]:
    """Tables inspections, visits, findings and rectifications of one year, and the cases still open at
    its end. `carried`: those that the year before left open; `reviewed`: what evaluations found."""
    held = _inspections(place)
    visits = _visits(place, held)
    found = _findings(place, held)
    first = len(found) + 1
    found += [
        (
            {"finding_id": f"{place.year}-问-{number:02d}", "source_id": SOURCE} | problem.row,
            problem.measure,
        )
        for number, problem in enumerate(reviewed, first)
    ]
    cases = [*carried, *_cases(place, held, found, [problem.day for problem in reviewed])]
    tables = {
        "inspections": [h.row for h in held],
        "visits": visits,
        "findings": [row for row, _ in found],
        "rectifications": [case.row(place.year) for case in cases],
    }
    return tables, [case for case in cases if not case.settled(place.year)]


@dataclass(frozen=True, slots=True)
class _Held:
    """An inspection that was held, when, and the schools it went to."""

    key: str
    row: Row
    start: date
    end: date
    schools: Sequence[Mapping[str, Any]]


def _inspections(place: Setting) -> list[_Held]:
    rng = place.chance(1)
    held: list[_Held] = []
    number = 0
    for key, kind, topic, (month, day), days, share in _PLAN:
        start = workday(date(place.year, month, day) if month != 9 else date(place.year, 9, 1))
        end = after(start, days - 1)
        schools = _objects(place, key, share, rng)
        number += 1
        if key in _LEFT_OUT.get(place.code, ()):
            continue
        held.append(_held(place, key, kind, topic, start, end, schools, number, rng))
    for key, months in _TERMS.items():
        schools = some(rng, [s for s in place.schools if s["stage"] != "教学点"], place.profile.visited)
        start, end = workday(date(place.year, months[0], 1)), workday(date(place.year, months[-1], 22))
        number += 1
        held.append(_held(place, key, "经常性督导", "责任督学挂牌督导", start, end, schools, number, rng))
    return sorted(held, key=lambda h: (h.start, h.key))


def _objects(place: Setting, key: str, share: float, rng: np.random.Generator) -> Sequence[Mapping[str, Any]]:
    if key.startswith("园所"):
        return round_part(place, place.kindergartens)
    if key.startswith("综合"):
        return place.assessed
    both = place.schools if key.startswith("开学") else place.education
    small = [s for s in both if s["stage"] != "教学点"]
    count = _FIVE_CHECKED if not share else max(4, round(len(small) * share))
    return some(rng, small, count)


def _held(
    place: Setting,
    key: str,
    kind: str,
    topic: str,
    start: date,
    end: date,
    schools: Sequence[Mapping[str, Any]],
    number: int,
    rng: np.random.Generator,
) -> _Held:
    gardens = sum(s["stage"] == "幼儿园" for s in schools)
    teams = max(1, round(len(schools) / 9))
    row: Row = {
        "insp_id": f"{place.year}-{key}",
        "type": kind,
        "topic": topic,
        "start": iso(start),
        "end": iso(end),
        "teams": teams,
        "people": teams * 3 + whole(rng, 1, 4),
        "schools_n": len(schools) - gardens or None,
        "kg_n": gardens or None,
        "source_id": SOURCE,
    }
    if kind != "经常性督导":
        row["basis_doc"] = f"示{place.name[-1]}政教督〔{place.year}〕{number + 2}号"
    if kind == "综合督导":
        issued = whole(rng, 60, 90) * 10
        row |= {
            "questionnaires_issued": issued,
            "questionnaires_valid": issued - whole(rng, 5, 40),
            "interviews": whole(rng, 60, 130),
        }
    if kind == "开学督查":
        row |= {"towns_n": len(place.towns_of(schools)), "note": "检查结果当场反馈学校"}
    return _Held(key, row, start, end, schools)


def _visits(place: Setting, held: Sequence[_Held]) -> list[Row]:
    rng = place.chance(2)
    rows: list[Row] = []
    for inspection in held:
        code = inspection.row["insp_id"]
        if inspection.key in _TERMS:
            for month in _TERMS[inspection.key]:
                # a month is missed now and then, oftener where work is slack
                for school in inspection.schools:
                    if likely(rng, 0.97 - 0.25 * (1 - place.profile.prompt)):
                        day = min(after(date(place.year, month, 1), whole(rng, 0, 24)), inspection.end)
                        rows.append(
                            {
                                "insp_id": code,
                                "school_id": school["school_id"],
                                "date": iso(day),
                                "lessons": whole(rng, 0, 3) if school["stage"] != "幼儿园" else None,
                            }
                        )
        elif inspection.row["topic"] == "五项管理":
            good = 0.62 + 0.06 * place.age + (0.08 if inspection.start.month > 8 else 0)
            for school in inspection.schools:
                day = after(inspection.start, whole(rng, 0, 2))
                for item in CHECK_ITEMS:
                    draw = rng.random()
                    own = good - (0.12 if item in ("手机", "体质") else 0)
                    result = "符合" if draw < own else "基本符合" if draw < own + 0.25 else "不符合"
                    rows.append(
                        {
                            "insp_id": code,
                            "school_id": school["school_id"],
                            "date": iso(day),
                            "check_item": item,
                            "result": result,
                        }
                    )
    return rows


def _findings(place: Setting, held: Sequence[_Held]) -> list[tuple[Row, str]]:
    """Problems in the order in which they were found, each with the measure that would mend it.

    Larger inspections find more of them.
    """
    rng = place.chance(3)
    weights = np.array([len(h.schools) ** 0.5 for h in held])
    wanted = place.profile.findings[place.age]
    found = np.sort(rng.choice(len(held), wanted, p=weights / weights.sum()))
    unused: dict[tuple[str, str], list[int]] = {}
    rows: list[tuple[Row, str]] = []
    for number, index in enumerate(found.tolist(), 1):
        inspection = held[index]
        whose, pool, about = _object(place, inspection, rng)
        kind = inspection.row["type"]
        topics = TOPICS_OF[inspection.row["topic"] if kind == "专项督导" else kind]
        if about["object_type"] == "幼儿园":
            topics = ("办园行为", "食堂与卫生")
        own = [t for t in topics if t in pool] or list(pool)
        left = {t: unused.setdefault((whose, t), rng.permutation(len(pool[t])).tolist()) for t in own}
        topic = pick(rng, [t for t in own if left[t]] or own)
        fitting = [i for i in left[topic] if _fits(pool[topic][i][0], place, about)]
        choice = fitting[-1] if fitting else whole(rng, 0, len(pool[topic]) - 1)
        if fitting:
            left[topic].remove(choice)
        problem, measure = pool[topic][choice]
        if about["object_type"] == "部门":
            about = about | {"object_id": DEPARTMENTS.get(topic, OTHERWISE)}
        draw = rng.random() if topic in GRAVE else rng.uniform(0.05, 1)
        row: Row = {
            "finding_id": f"{place.year}-问-{number:02d}",
            "insp_id": inspection.row["insp_id"],
            "topic": topic,
            "severity": "重大" if draw < 0.04 else "较重" if draw < 0.3 else "一般",
            "text_public": problem.format(n=whole(rng, 2, 9)),
            "text_internal": pick(rng, INTERNAL) if likely(rng, 0.08) else None,
            "item_id": ITEM_OF.get(topic),
            "source_id": SOURCE,
        }
        rows.append((row | about, measure))
    return rows


def _fits(problem: str, place: Setting, about: Mapping[str, Any]) -> bool:
    """Not a dormitory at a day school, nor a laboratory at a primary school."""
    if about["object_type"] != "学校":
        return True
    school = next(s for s in place.schools if s["school_id"] == about["object_id"])
    return not (
        ("宿舍" in problem and not school["boarding"])
        or ("实验" in problem and school["stage"] in ("小学", "教学点"))
    )


Pool = Mapping[str, Sequence[tuple[str, str]]]


def _object(place: Setting, inspection: _Held, rng: np.random.Generator) -> tuple[str, Pool, Row]:
    """Whose problem it is: a word for it, the problems such a body may have, and the columns."""
    draw = rng.random()
    kind, topic = inspection.row["type"], inspection.row["topic"]
    if (topic in ("经费", "教师", "双减") and draw < 0.3) or (kind == "综合督导" and draw < 0.1):
        if draw < 0.12:
            return "县", COUNTY_PROBLEMS, {"object_type": "县", "object_id": place.code}
        return "县", COUNTY_PROBLEMS, {"object_type": "部门"}
    if kind == "开学督查" and draw > 0.9:
        return "乡镇", TOWN_PROBLEMS, {"object_type": "乡镇", "object_id": pick(rng, place.towns)}
    school = pick(rng, inspection.schools)
    code = school["school_id"]
    if school["stage"] == "幼儿园":
        return "幼儿园", PROBLEMS, {"object_type": "幼儿园", "object_id": code}
    return "学校", PROBLEMS, {"object_type": "学校", "object_id": code}


def _cases(
    place: Setting,
    held: Sequence[_Held],
    found: Sequence[tuple[Row, str]],
    reviewed: Sequence[date],
) -> list[Case]:
    """A rectification for each problem; a few were settled on the spot.

    `reviewed`: the days of the evaluations that found the last of them.
    """
    rng = place.chance(4)
    by_id = {h.row["insp_id"]: h for h in held}
    days = [_found_on(by_id[f["insp_id"]], rng) for f, _ in found if "insp_id" in f] + list(reviewed)
    cases: list[Case] = []
    for (finding, measure), day in zip(found, days, strict=True):
        opened = after(day, whole(rng, 2, 9))
        on_the_spot = "insp_id" in finding and finding["severity"] == "一般" and likely(rng, 0.1)
        if opened.year > place.year:
            opened = date(place.year, 12, 29)
        number = len(cases) + 1
        base: Row = {
            "rect_id": f"{place.year}-改-{number:02d}",
            "finding_id": finding["finding_id"],
            "unit": _unit(place, finding, rng),
            "measure": measure,
            "mode": pick(rng, MODES) if likely(rng, 0.8) else None,
            "source_id": SOURCE,
        }
        if on_the_spot:
            base |= {"measure": f"立行立改：{measure}", "mode": "现场督查"}
            cases.append(Case(base, place.year, opened, None, None, [], [(opened, None, True)]))
        else:
            cases.append(_life(place, base, opened, number, finding["severity"], rng))
    return cases


def _found_on(inspection: _Held, rng: np.random.Generator) -> date:
    """Problems of a short inspection are known at its end, of a term's visits at any time in it."""
    days = (inspection.end - inspection.start).days
    return after(inspection.start, days * rng.random()) if days > 30 else inspection.end


def _unit(place: Setting, finding: Mapping[str, Any], rng: np.random.Generator) -> str:
    kind, code = finding["object_type"], finding["object_id"]
    if kind == "部门":
        return str(code)
    if kind == "乡镇":
        return f"{code}人民政府"
    if kind == "县" or likely(rng, 0.22):
        return DEPARTMENTS.get(finding["topic"], OTHERWISE)
    school = next(s for s in place.schools if s["school_id"] == code)
    return str(school["school_name"]) if school["publish_name"] else f"有关{kind}"


def _life(
    place: Setting, base: Row, issued: date, number: int, severity: str, rng: np.random.Generator
) -> Case:
    days = pick(rng, _DEADLINES)
    deadline = after(issued, days) if days else None
    due = deadline or after(issued, _DEFAULT_DAYS)
    given = (due - issued).days
    prompt = place.profile.prompt + 0.03 * place.age - (0.1 if severity != "一般" else 0)
    draw, late = rng.random(), rng.random()
    extended: tuple[date, date] | None = None
    if draw < prompt:
        closed = min(after(issued, given * rng.uniform(0.35, 1)), due)
    else:
        if late < 0.3:
            extended = (after(due, -2) if given > 5 else due, after(due, 30))
        slow = 60 if place.profile.prompt > 0.6 else 150
        closed = after(due, 4 + rng.exponential(slow))
    reminders = [day for day in (after(due, n) for n in (-5, 14, 45, 90)) if issued < day < closed]
    rounds: list[tuple[date, date | None, bool]] = []
    again = likely(rng, 0.03 + 0.3 * (1 - place.profile.prompt))
    rechecked = after(closed, whole(rng, 8, 45)) if likely(rng, 0.75) or again else None
    rounds.append((closed, rechecked, not again))
    if again and rechecked:
        second = after(rechecked, whole(rng, 30, 150))
        rounds.append((second, after(second, whole(rng, 10, 30)), True))
    return Case(
        base=base, year=place.year, issued=issued, deadline=deadline, extended=extended, reminders=reminders,
        rounds=rounds, notice=f"示{place.name[-1]}督办〔{place.year}〕{number}号",
    )  # fmt: skip
