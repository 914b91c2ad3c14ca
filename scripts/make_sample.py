"""Invent the sample province's submissions: 6 counties in 3 full years, 3 places in lighter years around
them (`sample_early`), all through the same template an office uses.

Every number is drawn from a seeded generator, so a second run gives the same bytes. What the
counties are for (2023):
- 990101 甲 fails 优质均衡 by one coefficient alone, in the third decimal; all its schools pass;
- 990102 乙 passes everything, having failed in the years before;
- 990103 丙 fails clearly, in coefficients and schools; in 2022 one stage's spending fell;
- 990104 丁 has nine- and twelve-year schools whose shared resources stand on the 全校 row;
- 990105 戊 has a teaching point of 30 pupils, too small to count;
- 990106 己 has a school that reported nothing, which leaves the verdict open.

and in their daily work (`sample_profiles`): 丙 mends late, pays late and falls short of 85 % satisfaction;
丁 misses 85 and 80 by what rounding hides; 戊 meets the nation's 85 and not the province's 90, and sends
2022 as CSV files; 己 asked fewer than ten headmasters; 甲 has towns that are evaluated.

    python scripts/make_sample.py [data folder]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sample_early import make_early
from sample_profiles import PROFILES, SEED, Setting
from sample_reports import FALL, evaluation_rows, finance_rows
from sample_schools import YEARS, County, Policy, found_schools, school_rows, year_rows
from sample_work import Case
from sample_year import work_year
from submissions import run, write_folder

from gongbao.data import read_dataset
from gongbao.data.template import fill_template, write_template

NOTE = "示例数据（虚构）：地名、校名和全部数值都是编造的，不代表任何地方。"

COUNTIES = (
    County(
        "990101",
        "示例县甲",
        {
            "小学": 42,
            "教学点": 3,
            "初中": 14,
            "九年一贯制": 3,
            "完全中学": 1,
            "高中": 2,
            "幼儿园": 9,
            "中职": 1,
            "特教": 1,
        },
        (Policy(0.92, 0.06, 0.2), Policy(0.97, 0.03, 0.1), Policy(1.0)),
        near_miss=True,
        budget=9.4,
        early={
            2017: Policy(0.78, 0.11, 0.4),
            2018: Policy(0.81, 0.1, 0.35),
            2019: Policy(0.85, 0.09, 0.3),
            2020: Policy(0.88, 0.07, 0.25),
        },
    ),
    County(
        "990102",
        "示例县乙",
        {"小学": 30, "初中": 9, "九年一贯制": 2, "高中": 1, "幼儿园": 6, "中职": 1, "特教": 1},
        (Policy(0.8, 0.11, 0.3), Policy(0.9, 0.06, 0.1), Policy(1.02, -0.02)),
        budget=6.1,
        early={2018: Policy(0.72, 0.15, 0.4), 2019: Policy(0.74, 0.14, 0.4), 2020: Policy(0.77, 0.13, 0.35)},
    ),
    County(
        "990103",
        "示例县丙",
        {
            "小学": 58,
            "教学点": 8,
            "初中": 17,
            "九年一贯制": 5,
            "完全中学": 2,
            "高中": 2,
            "幼儿园": 14,
            "中职": 1,
            "特教": 1,
        },
        (Policy(0.76, 0.17, 0.5), Policy(0.8, 0.16, 0.45), Policy(0.85, 0.15, 0.4)),
        town_schools=7,
        budget=12.7,
    ),
    County(
        "990104",
        "示例县丁",
        {
            "小学": 34,
            "初中": 9,
            "九年一贯制": 4,
            "十二年一贯制": 1,
            "完全中学": 1,
            "高中": 1,
            "幼儿园": 8,
            "特教": 1,
        },
        (Policy(0.9, 0.04, 0.2), Policy(0.93, 0.02, 0.1), Policy(0.97)),
        budget=7.2,
    ),
    County(
        "990105",
        "示例县戊",
        {"小学": 33, "教学点": 6, "初中": 10, "九年一贯制": 1, "高中": 1, "幼儿园": 7, "中职": 1},
        (Policy(0.86, 0.05, 0.2), Policy(0.9, 0.03, 0.2), Policy(0.95, 0.01)),
        small_point=True,
        budget=5.3,
    ),
    County(
        "990106",
        "示例县己",
        {"小学": 24, "初中": 7, "九年一贯制": 1, "高中": 1, "幼儿园": 6, "中职": 1},
        (Policy(0.95, 0.03, 0.1), Policy(1.0), Policy(1.02, -0.02)),
        town_schools=4,
        silent_school=True,
        budget=4.6,
    ),
)

# What an office sends as a folder of CSV files instead.
AS_CSV = (("990105", 2022),)

# Deductions that a county's own figures explain: (county, year) -> item -> reason, planned fix.
EXPLAINED = {
    ("990101", 2023): {
        "M11": ("小学县级以上骨干教师配置的校际差异系数略高于0.50", "向骨干教师少的学校调配并培养骨干教师")
    },
    (FALL[0], FALL[1]): {"M23": ("普通高中生均一般公共预算教育经费低于上年", "下年度预算补足并单列")},
}


def make(data: Path, counties: tuple[County, ...] = COUNTIES) -> list[Path]:
    """Write the submissions of all years into `data`, which holds the definitions; returns their paths.

    Years are made one after the other, because a template shows the year before.
    """
    written: list[Path] = []
    chance = {c.code: np.random.default_rng([SEED, int(c.code)]) for c in counties}
    founded = {c.code: found_schools(c, chance[c.code]) for c in counties}
    finance = {c.code: finance_rows(c.code, c.budget, YEARS, chance[c.code]) for c in counties}
    left: dict[str, list[Case]] = {c.code: [] for c in counties}
    for age, year in enumerate(YEARS):
        dataset = read_dataset(data.parent, data)
        items, bands = dataset.table("framework_items"), dataset.table("grade_bands")
        for county in counties:
            rng, code = chance[county.code], county.code
            school_year = year_rows(county, founded[code], year, dataset.table("targets"), rng)
            strict = float(np.clip(1.15 - county.policies[age].floor, 0.08, 0.5))
            evaluations, scores = evaluation_rows(
                code, year, strict, items, bands, EXPLAINED.get((code, year), {}), rng
            )
            schools = school_rows(founded[code])
            place = Setting(code, county.name, year, age, schools, school_year, PROFILES[code])
            tables, left[code] = work_year(
                place, left[code], finance[code][year], (evaluations, scores), dataset
            )
            tables |= {"schools": schools, "school_year": school_year}
            office = f"{county.name}人民政府教育督导委员会办公室"
            cover = {"office": office, "source_id": "sample-schools", "note": NOTE}
            path = data / str(year) / f"{code}.xlsx"
            path.parent.mkdir(exist_ok=True)
            if (code, year) in AS_CSV:
                own = {"region_code": code, "year": year} | cover
                written += write_folder(path.with_suffix(""), tables, own)
                continue
            write_template(path, dataset, code, year)
            fill_template(path, tables, cover)
            written.append(path)
    return written


def make_all(data: Path) -> list[Path]:
    """Everything of the sample. The lighter years come last: the forms of the full years were handed out
    before anyone had entered them, and say nothing of them."""
    return [*make(data), *make_early(data, COUNTIES)]


if __name__ == "__main__":
    run(make_all)
