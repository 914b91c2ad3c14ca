"""Invented county indicators of every area for the sample counties, agreeing with their tables of work."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
from sample_profiles import Row, Setting, whole

WORK = "sample-work"
STUDIOS_A_YEAR = 2
# What a county did not report, or does not have.
MISSING = {
    ("990105", 2021, "fitness_pass_rate", "义务教育"): "未报",
    ("990104", 2022, "training_refunds", "全部"): "未报",
    ("990106", 2021, "vocational_interns", "职业高中"): "未报",
}
_QUALIFIERS = {"teacher_training_person_times": "约", "hazards_found": "余", "research_activities": "余"}

# indicator, stage, lowest and highest of the first year, change a year, decimals
_TRENDS: Sequence[tuple[str, str, float, float, float, int]] = (
    ("large_classes_resolved", "义务教育", 6, 22, -2, 0),
    ("schools_expanded", "全部", 3, 9, 0.5, 0),
    ("party_committee_meetings", "全部", 3, 6, 0.4, 0),
    ("government_meetings", "全部", 4, 7, 0.5, 0),
    ("leaders_school_visits", "全部", 16, 40, 2, 0),
    ("party_lectures", "全部", 12, 24, 1, 0),
    ("leadership_seminars", "全部", 10, 20, 1, 0),
    ("party_organ_committees", "全部", 1, 1, 0, 0),
    ("party_base_committees", "全部", 2, 4, 0, 0),
    ("party_general_branches", "全部", 4, 8, 0, 0),
    ("party_branches", "全部", 60, 130, 1, 0),
    ("ideology_meetings", "全部", 3, 6, 0.3, 0),
    ("training_agencies_checked", "全部", 40, 95, -4, 0),
    ("training_agencies_refunding", "全部", 18, 38, -5, 0),
    ("training_refunds", "全部", 42, 110, -12, 2),
    ("training_pupils_returned", "全部", 640, 1500, -160, 0),
    ("safety_meetings", "全部", 8, 14, 0.5, 0),
    ("substitute_teachers_pension", "全部", 60, 220, 8, 0),
    ("substitute_teachers_subsidy", "全部", 90, 300, -6, 0),
    ("demonstration_kindergartens", "幼儿园", 1, 4, 0.5, 0),
    ("public_kindergartens_expanded", "幼儿园", 2, 5, 0.3, 0),
    ("preschool_1y_gross_enrolment", "幼儿园", 96.5, 99, 0.4, 1),
    ("compulsory_enrolment_rate", "义务教育", 99.9, 99.97, 0.015, 2),
    ("migrant_enrolment_rate", "义务教育", 100, 100, 0, 0),
    ("senior_gross_enrolment", "高中", 89.5, 93.5, 1.1, 1),
    ("vocational_categories", "职业高中", 6, 10, 0.3, 0),
    ("vocational_majors", "职业高中", 12, 20, 0.5, 0),
    ("vocational_interns", "职业高中", 180, 340, 12, 0),
    ("broadband_school_rate", "全部", 96, 98, 0.7, 1),
    ("it_works_provincial_awards", "全部", 6, 14, 0.5, 0),
    ("it_works_first_prizes", "全部", 2, 5, 0, 0),
    ("city_quality_lessons", "全部", 40, 100, 6, 0),
    ("campus_film_provincial_awards", "全部", 1, 5, 0.4, 0),
    ("it_contest_city_awards", "全部", 60, 150, 5, 0),
    ("it_contest_first_prizes", "全部", 10, 26, 1, 0),
    ("teacher_training_pass_rate", "全部", 97.5, 99, 0.3, 1),
    ("teacher_training_fund_share_floor", "全部", 5, 5, 0, 0),
    ("research_activities", "全部", 24, 46, 3, -1),
    ("special_ed_public_funds", "义务教育", 6000, 6800, 200, -2),
    ("nearby_enrolment_rate", "小学", 100, 100, 0, 0),
    ("nearby_enrolment_rate", "初中", 95.5, 98, 0.6, 2),
    ("senior_quota_share", "初中", 50, 58, 1.5, 1),
    ("migrant_public_school_rate", "义务教育", 86, 93, 1, 2),
    ("canteens_built", "义务教育", 2, 7, -0.5, 0),
    ("schools_repaired", "义务教育", 5, 14, -1, 0),
    ("playgrounds_paved", "义务教育", 1, 5, 0, 0),
    ("nutrition_inspection_teams", "义务教育", 3, 6, 0, 0),
    ("nutrition_checks_per_school", "义务教育", 4, 6, 0.5, 0),
    ("leader_visits_per_year", "全部", 2, 4, 0.3, 0),
    ("homework_checked", "全部", 1600, 3600, 120, 0),
    ("plans_notes_checked", "全部", 700, 1800, 60, 0),
    ("lesson_plans_checked", "全部", 380, 900, 30, 0),
    ("lessons_heard_per_person", "全部", 36, 58, 3, 0),
    ("tutoring_sites_checked", "全部", 20, 60, -5, 0),
    ("tutoring_classes_closed", "全部", 8, 18, -3, 0),
    ("complaints_handled", "全部", 160, 420, -20, 0),
    ("safety_inspections", "全部", 120, 320, 12, 0),
    ("liability_insurance", "全部", 18, 46, 1, 2),
    ("alarm_investment", "全部", 20, 60, -3, 2),
    ("school_buses", "全部", 14, 46, 2, 0),
    ("school_bus_lines", "全部", 13, 40, 1.5, 0),
    ("supervision_budget", "全部", 32, 70, 4, 2),
    ("public_kindergarten_per_child_funds", "幼儿园", 500, 620, 20, -1),
    ("inclusive_private_per_child_funds", "幼儿园", 500, 560, 20, -1),
    ("non_staff_wage_ratio", "幼儿园", 70, 82, 2, 1),
    ("outdoor_area_per_child", "幼儿园", 3.9, 5.2, 0.15, 2),
    ("activity_room_area_per_child", "幼儿园", 7.9, 9.4, 0.15, 2),
    ("building_area_per_child", "幼儿园", 10.1, 12.2, 0.2, 2),
    ("children_per_teacher", "幼儿园", 13.6, 15.4, -0.3, 2),
    ("town_centre_kindergartens", "幼儿园", 16, 28, 0, 0),
    ("kindergartens_new", "幼儿园", 1, 3, 0, 0),
    ("preschool_places_new", "幼儿园", 0.05, 0.12, -0.01, 2),
    ("migrant_workers", "全部", 4, 14, -0.3, 1),
    ("monitoring_trainings", "全部", 3, 7, 0, 0),
    ("monitoring_staff", "全部", 240, 400, 10, 0),
    ("youth_palaces", "全部", 8, 20, 2, 0),
    ("sports_gold_medals", "全部", 4, 14, 1, 0),
    ("sports_silver_medals", "全部", 4, 12, 1, 0),
    ("sports_bronze_medals", "全部", 6, 14, 1, 0),
    ("training_hours_rate", "义务教育", 96.5, 99.2, 0.9, 2),
    ("teacher_salary_ratio", "义务教育", 98.6, 102.4, 0.7, 1),
    ("teacher_workshops", "全部", 6, 14, 1, 0),
    ("town_teacher_allowance", "全部", 320, 520, 20, -1),
    ("model_teachers", "全部", 6, 24, 1, 0),
    ("demonstration_schools_batch", "全部", 3, 8, 0, 0),
    ("quality_schools_assessed", "全部", 18, 34, 1, 0),
    ("quality_schools_county", "全部", 4, 9, 0.5, 0),
    ("quality_schools_city", "全部", 1, 3, 0, 0),
    ("green_schools", "全部", 2, 5, 0, 0),
    ("sports_tradition_schools", "全部", 3, 8, 0.5, 0),
    ("virtue_pupils", "全部", 20, 60, 2, 0),
    ("science_contest_pupils", "全部", 24, 70, 4, 0),
    ("junior_pe_test_pass_rate", "初中", 96.5, 98.6, 0.4, 2),
    ("junior_pe_test_excellent_rate", "初中", 58, 68, 1.8, 2),
    ("lifelong_person_times", "全部", 0.4, 1.6, 0.1, 2),
    ("county_area", "全部", 860, 2400, 0, 0),
)  # fmt: skip


def trend(place: Setting, name: str, low: float, high: float, step: float, decimals: int) -> float:
    """A figure that the county keeps near its own level and that moves by about `step` a year."""
    seed = [int(place.code), *name.encode()]
    level = np.random.default_rng(seed).uniform(low, high)
    wobble = np.random.default_rng([*seed, place.year]).uniform(-0.35, 0.35) * abs(step)
    value = round(float(max(0.0, level + step * place.age + wobble)), decimals)
    return min(value, 100.0) if name.endswith(("_rate", "_enrolment")) else value


def share(part: float, base: float, decimals: int = 2) -> float:
    """Per cent, half-up."""
    quotient = Decimal(part) * 100 / Decimal(base)
    return float(quotient.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def general_values(place: Setting) -> dict[tuple[str, str], Row]:
    """Figures of every area that no other table gives: (indicator, stage) -> row."""
    rows = {
        (name, stage): {"value": trend(place, name, low, high, step, decimals)}
        for name, stage, low, high, step, decimals in _TRENDS
    }
    if place.code == "990102" and place.age == 2:  # the county that meets every requirement
        rows["training_hours_rate", "义务教育"]["value"] = 100
    return rows | _preschool(place) | _access(place) | _outcomes(place) | _counted(place)


def _rate(part: int, base: int, decimals: int = 2) -> Row:
    return {"value": share(part, base, decimals), "numerator": part, "denominator": base}


def _preschool(place: Setting) -> dict[tuple[str, str], Row]:
    return preschool_rates(place, place.profile.preschool[place.age], WITH_CLASSES)


# What counts as a child in kindergarten; the sample province counts classes at primary schools since 2020.
WITH_CLASSES = "在园幼儿含小学附设幼儿班"


def preschool_rates(
    place: Setting, percents: tuple[float, float, float], note: str
) -> dict[tuple[str, str], Row]:
    """The three rates, from children of 3 to 5 years and those in kindergartens. `note`: who counts as one."""
    gross, inclusive, public = percents
    children = round(place.total("students", "小学") * 0.5) - 60 * place.age
    enrolled = math.floor(children * gross / 100 + 0.5)
    rates = {
        "preschool_3y_gross_enrolment": _rate(enrolled, children),
        "inclusive_kindergarten_coverage": _rate(math.ceil(enrolled * inclusive / 100), enrolled),
        "public_kindergarten_share": _rate(math.ceil(enrolled * public / 100), enrolled),
    }
    return {(name, "幼儿园"): row | {"note": note} for name, row in rates.items()}


def _access(place: Setting) -> dict[tuple[str, str], Row]:
    rng = place.chance(32)
    pupils = place.total("students", "小学", "初中")
    disabled = round(pupils * 0.0062) + whole(rng, -4, 4)
    enrolled = disabled - round(disabled * max(0.0, place.profile.unplaced - 0.022 * place.age))
    home = 3 if place.code == "990105" else round(disabled * rng.uniform(0.09, 0.14))
    regular = round(disabled * rng.uniform(0.56, 0.64))
    leaving = round(place.total("students", "初中") * 0.33)
    kept = 0.958 + 0.007 * place.age + rng.uniform(0, 0.006) - (0.022 if place.code == "990103" else 0)
    return {
        ("disabled_children", "义务教育"): {"value": disabled},
        ("disabled_in_regular_classes", "义务教育"): {"value": regular},
        ("disabled_taught_at_home", "义务教育"): {"value": home},
        ("disabled_enrolment_rate", "义务教育"): _rate(enrolled, disabled),
        ("junior_retention_rate", "初中"): _rate(round(leaving * kept), leaving),
        ("disabled_in_special_schools", "义务教育"): {"value": enrolled - regular - home},
        ("migrant_children", "义务教育"): {"value": place.total("migrant", "小学", "初中")},
    } | _absent(place, rng)


def _absent(place: Setting, rng: np.random.Generator) -> dict[tuple[str, str], Row]:
    """Pupils who did not come at the start of term: few in primary schools, and fewer each year."""
    rows: dict[tuple[str, str], Row] = {}
    for stage, share_ in (("小学", 0.0003), ("初中", 0.0021)):
        pupils = place.total("students", stage)
        away = round(pupils * share_ * (1.3 - 0.35 * place.age) * (2.2 - place.profile.prompt) / 1.4)
        away += whole(rng, 0, 1)
        rows["pupils_present", stage] = {"value": pupils - away}
        rows["pupils_absent", stage] = {"value": away}
        if place.code == "990101":
            rows["dropout_rate", stage] = _rate(away, pupils)
    return rows


def _outcomes(place: Setting) -> dict[tuple[str, str], Row]:
    rng = place.chance(33)
    tested = round(place.total("students", "小学", "初中") * 0.97)
    passed = round(tested * (0.93 + 0.012 * place.age + rng.uniform(0, 0.01)))
    hazards = int(trend(place, "hazards", 12, 38, -1.4, 0)) * 10
    petitions = int(trend(place, "petitions_received", 40, 90, -5, 0))
    late = 0 if place.profile.prompt > 0.85 else whole(rng, 1, 4)
    return {
        ("fitness_pass_rate", "义务教育"): _rate(passed, tested),
        ("hazards_found", "全部"): {"value": hazards},
        ("hazards_resolved", "全部"): {"value": round(hazards * rng.uniform(0.9, 0.995))},
        ("petitions_received", "全部"): {"value": petitions},
        ("petitions_handled", "全部"): {"value": petitions},
        ("petitions_answered", "全部"): {"value": petitions - late},
        ("petitions_satisfied", "全部"): {"value": round((petitions - late) * rng.uniform(0.88, 0.95))},
        ("petitions_answered_rate", "全部"): _rate(petitions - late, petitions, 1),
        ("large_class_count", "义务教育"): {
            "value": place.total("cls_56plus", "小学", "初中"),
        },
    }


_ACTIONS = (
    "criticised", "warned_talks", "admonished", "warning_sanctions", "demerit_sanctions", "demotions", "dismissals",
)  # fmt: skip


def _counted(place: Setting) -> dict[tuple[str, str], Row]:
    """Figures that follow from the schools, and small numbers of persons held to account."""
    rng = place.chance(35)
    gardens = {s["school_id"] for s in place.kindergartens}
    own = [r for r in place.school_year if r["school_id"] in gardens]
    classes = sum(int(r["classes"]) for r in own)
    kept = round(classes * min(1.0, 0.83 + 0.035 * place.age + 0.05 * place.profile.prompt))
    staff = sum(int(r["teachers"]) for r in own)
    towns = len(place.towns)
    compulsory = [r for r in place.school_year if r["stage"] in ("小学", "初中")]
    teachers, certified = (int(sum(r.get(c) or 0 for r in compulsory)) for c in ("teachers", "t_cert"))
    budget, training = (place.total(c) for c in ("public_fund_budget", "training_fund"))
    primary, junior = (14, 8) if len(place.schools) > 60 else (10, 6)
    linked = towns + whole(rng, 6, 12)
    ordinary = len([s for s in place.education if s["stage"] not in ("中职", "特教")])
    public = [s["urban_rural"] == "城区" for s in place.schools if s["ownership"] == "公办"]
    rechecked = {"senior": 1, "junior": 2, "primary": 3, "kindergarten": 2, "vocational": 0}
    everyone = place.total("students", "小学", "初中")
    rows: dict[tuple[str, str], Row] = {
        ("county_population", "全部"): {"value": round(everyone / 0.079 / 10000, 2)},
        ("master_studios_new", "全部"): {"value": STUDIOS_A_YEAR},
        ("public_schools_total", "全部"): {"value": len(public)},
        ("public_schools_urban", "全部"): {"value": sum(public)},
        ("public_schools_rural", "全部"): {"value": len(public) - sum(public)},
        ("demonstration_recheck", "全部"): {"value": sum(rechecked.values())},
        ("demonstration_recheck_senior", "全部"): {"value": rechecked["senior"]},
        ("demonstration_recheck_junior", "全部"): {"value": rechecked["junior"]},
        ("demonstration_recheck_primary", "全部"): {"value": rechecked["primary"]},
        ("demonstration_recheck_kindergarten", "全部"): {"value": rechecked["kindergarten"]},
        ("demonstration_recheck_vocational", "全部"): {"value": rechecked["vocational"]},
        ("class_size_compliance_rate", "幼儿园"): _rate(kept, classes),
        ("kindergarten_certified_rate", "幼儿园"): _rate(staff - (place.code == "990103"), staff),
        ("certified_teacher_rate", "义务教育"): _rate(certified, teachers),
        ("training_fund_share", "义务教育"): _rate(training, budget),
        ("schools_total", "全部"): {"value": ordinary},
        ("towns_total", "全部"): {"value": towns},
        ("linked_units", "全部"): {"value": linked},
        ("linked_town_districts", "全部"): {"value": towns},
        ("linked_schools", "全部"): {"value": linked - towns},
        ("monitoring_schools", "义务教育"): {"value": primary + junior},
        ("monitoring_schools_primary", "义务教育"): {"value": primary},
        ("monitoring_schools_junior", "义务教育"): {"value": junior},
        ("alarm_schools", "全部"): {"value": round(ordinary * min(1.0, 0.8 + 0.1 * place.age))},
        ("school_bus_schools", "全部"): {"value": whole(rng, 6, 14)},
    }
    for number, action in enumerate(_ACTIONS):
        rows[f"accountability_{action}", "全部"] = {
            "value": whole(rng, 0, max(1, 12 - 2 * number)),
        }
    return rows


def recruits(place: Setting) -> dict[str, int]:
    """Channel of recruitment -> teachers hired in the year."""
    rng = place.chance(34)
    teachers = place.total("teachers")
    return {
        "公开招聘": round(teachers * rng.uniform(0.016, 0.024)),
        "公费师范生": whole(rng, 6, 18),
        "特岗教师": whole(rng, 10, 40),
        "赴高校招聘高中教师": whole(rng, 2, 12),
        "人才引进": whole(rng, 2, 9),
    }


CHANNELS = {
    "公开招聘": ("teachers_recruited_by_exam", "全部"),
    "公费师范生": ("teachers_recruited_free_normal", "全部"),
    "特岗教师": ("teachers_recruited_special_post", "全部"),
    "赴高校招聘高中教师": ("teachers_recruited_senior_from_universities", "高中"),
    "人才引进": ("teachers_recruited_talents", "全部"),
}


def value_rows(place: Setting, values: Mapping[tuple[str, str], Row], indicators: pd.DataFrame) -> list[Row]:
    """Rows of 指标数据 in the order of the indicator list, each in its indicator's unit.

    Raises ValueError for an indicator that isn't listed.
    """
    units = dict(zip(indicators["indicator_id"], indicators["unit"], strict=True))
    order = {name: i for i, name in enumerate(units)}
    if strangers := sorted({name for name, _ in values} - set(order)):
        raise ValueError(f"no such indicators: {', '.join(strangers)}")
    rows: list[Row] = []
    for name, stage in sorted(values, key=lambda key: order[key[0]]):
        missing = MISSING.get((place.code, place.year, name, stage))
        row: Row = {
            "indicator_id": name,
            "stage": stage,
            "statistic": "数值",
            "unit": units[name],
            "source_id": WORK,
            "qualifier": _QUALIFIERS.get(name),
            "missing_code": missing,
        } | values[name, stage]
        if missing:
            row |= {"value": None, "qualifier": None, "numerator": None, "denominator": None}
        rows.append(row)
    return rows
