"""The publication's own data: the real documents as transcribed, and what the invented counties are for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from gongbao.data import examine
from gongbao.data.dataset import Dataset
from gongbao.data.succession import submitted_years
from gongbao.standards import (
    RULES,
    BalanceResult,
    Outcome,
    composite_coefficient,
    cv_from,
    evaluate_balance,
    previous_from_growth,
    split_shared,
)

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = tuple(f"99010{n}" for n in range(1, 7))
YEARS = (2021, 2022, 2023)
# Lighter submissions: 甲 and 乙 before the full years, 庚 under its old and its new code.
EARLY = {
    "990101": (2017, 2018, 2019, 2020), "990102": (2018, 2019, 2020),
    "990117": (2018, 2019), "990107": (2020, 2021, 2022, 2023),
}  # fmt: skip
INVENTED = (*SAMPLE, "990107", "990117")
LEVELS = ("小学", "初中")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    found, problems = examine(ROOT, ROOT / "data")
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    return found


@pytest.fixture(scope="module")
def balance(dataset: Dataset) -> dict[tuple[str, int], BalanceResult]:
    targets = dataset.table("targets")
    return {
        (region, year): evaluate_balance(
            dataset.table("schools", region, year),
            dataset.table("school_year", region, year),
            targets,
            region=region,
            year=year,
            ancestors=("990100", "990000"),
        )
        for region in SAMPLE
        for year in YEARS
    }


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    names = ("make_sample", "make_real_submissions", "sample_early", "submissions")
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    yield {name: importlib.import_module(name) for name in names}
    for name in set(sys.modules) - before:
        if name.startswith(("make_", "sample_")) or name == "submissions":
            sys.modules.pop(name)


def values(dataset: Dataset, region: str, year: int, **where: str) -> pd.DataFrame:
    found = dataset.table("indicator_values", region, year)
    for column, value in where.items():
        found = found[found[column] == value]
    return found


def by_statistic(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each indicator, a column for each statistic."""
    return rows.pivot(index="indicator_id", columns="statistic", values="value")


# --- real places ---------------------------------------------------------------------------------


def test_jiujiang_coefficients_follow_from_the_published_means_and_deviations(dataset: Dataset) -> None:
    table = by_statistic(values(dataset, "340207", 2023, stage="小学"))
    seven = table.loc[[rule.indicator_id for rule in RULES["quality_2017"]]]
    for row in seven.itertuples(index=False):
        published = dict(zip(seven.columns, row, strict=True))
        computed = cv_from(published["数值"], published["标准差"])
        assert computed == pytest.approx(published["差异系数"], abs=1e-6)
    assert seven.loc["backbone_teachers_per_100", "差异系数"] == 0.501787
    mean = composite_coefficient(seven["差异系数"])
    assert mean == pytest.approx(table.loc["composite_2017", "差异系数"], abs=5.1e-7)
    composites = values(dataset, "340207", 2023, indicator_id="composite_2012").set_index("stage")["value"]
    assert composites.to_dict() == {"小学": 0.335, "初中": 0.328}


@pytest.mark.parametrize(
    ("region", "level", "published"),
    [
        ("340103", "小学", 0.592),
        ("340103", "初中", 0.314),
        ("340104", "小学", 0.417),
        ("340104", "初中", 0.493),
    ],
)
def test_hefei_composites_are_the_mean_of_the_eight(
    dataset: Dataset, region: str, level: str, published: float
) -> None:
    table = by_statistic(values(dataset, region, 2015, stage=level))["差异系数"]
    eight = [table[rule.indicator_id] for rule in RULES["basic_2012"]]
    assert table["composite_2012"] == published
    # the eight are printed to three decimals, so their mean may differ by one in the last place
    assert composite_coefficient(eight) == pytest.approx(published, abs=0.001)


def test_hefei_values_say_that_their_year_is_not_known(dataset: Dataset) -> None:
    for region in ("340103", "340104"):
        assert set(values(dataset, region, 2015)["period"]) == {"原文未注年份"}
        cover = dataset.covers[dataset.covers["region_code"] == region]
        assert "未注年份" in cover["note"].item()


def test_pingchang_has_every_reported_fact_with_its_quote(dataset: Dataset) -> None:
    rows = values(dataset, "511923", 2019)
    assert len(rows) == 86
    assert rows["quote"].notna().all()
    assert set(rows["source_id"]) == {"pingchang-2019"}
    # the qualifier stands in the quote, beside the number
    marked = rows[rows["qualifier"].notna()].set_index("indicator_id")["qualifier"].to_dict()
    assert marked == {
        "leaders_school_visits": "余",
        "safety_meetings": "余",
        "hazards_resolved": "余",
        "research_activities": "余",
        "preschool_3y_gross_enrolment": "以上",
        "inclusive_kindergarten_coverage": "以上",
        "migrant_children": "近",
    }
    for row in rows[rows["qualifier"].notna()].itertuples():
        assert row.qualifier in row.quote
    for row in rows.itertuples():
        assert f"{row.value:.10g}" in row.quote.replace(" ", "")


def test_pingchang_per_pupil_spending_gives_the_year_before(dataset: Dataset) -> None:
    rows = values(dataset, "511923", 2019, indicator_id="per_pupil_budget")
    table = rows.pivot(index="stage", columns="statistic", values="value")
    before = {stage: previous_from_growth(row["数值"], row["增长率"]) for stage, row in table.iterrows()}
    expected = {
        "幼儿园": 2289.88,
        "小学": 10968.72,
        "初中": 12476.98,
        "普通高中": 7793.24,
        "职业高中": 17327.19,
    }
    assert before == pytest.approx(expected, abs=0.006)


def test_pingchang_self_evaluation_adds_up(dataset: Dataset) -> None:
    items = dataset.table("framework_items")
    items = items[items["framework_id"] == "bazhong_2019"].set_index("item_id")
    scores = dataset.table("eval_scores", "511923", 2019).set_index("item_id")
    aspects = items[items["level"] == "一级"]
    assert aspects["full_score"].tolist() == [19, 9, 24, 8, 27, 11, 2]
    assert scores.loc[aspects.index, "score"].tolist() == [19, 9, 23, 8, 26, 11, 2]
    own = scores.loc[items[items["level"] == "二级"].index]
    assert own["status"].value_counts().to_dict() == {"全部达到": 32, "基本达到": 3}
    assert own[own["status"] == "基本达到"].index.tolist() == ["M13", "M18", "M28"]
    evaluation = dataset.table("evaluations", "511923", 2019)
    assert evaluation[["total", "grade"]].values.tolist() == [[98, "履职到位"]]


def test_nothing_is_invented_for_a_real_place(dataset: Dataset) -> None:
    for name in ("schools", "school_year"):
        assert set(dataset.table(name)["region_code"]) == set(INVENTED)
    for name in ("school_year", "indicator_values", "evaluations"):
        rows = dataset.table(name)
        invented = rows["source_id"].str.startswith("sample-")
        assert (invented == rows["region_code"].isin(INVENTED)).all()


def test_invented_places_and_sources_say_so(dataset: Dataset) -> None:
    regions = dataset.table("regions")
    invented = regions["region_code"].str.startswith("99")
    assert (regions["region_name"].str.startswith("示例") == invented).all()
    sources = dataset.table("sources")
    marked = sources["title"].str.startswith("示例数据（虚构）")
    assert (marked == sources["source_id"].str.startswith("sample-")).all()
    assert dataset.table("schools")["school_name"].str.startswith(("示例县", "示例市")).all()


# --- definitions ---------------------------------------------------------------------------------


def test_framework_scores_add_up(dataset: Dataset) -> None:
    items = dataset.table("framework_items")
    for framework in ("bazhong_2019", "sample_duty"):
        tree = items[items["framework_id"] == framework]
        full = tree.set_index("item_id")["full_score"]
        assert full["R"] == 100
        assert (tree["level"] == "二级").sum() == 35
        for parent, parts in tree.groupby("parent_id"):
            if parts["full_score"].notna().all():
                assert parts["full_score"].sum() == full[parent]


def test_small_numbers_of_disciplined_people_are_not_published(dataset: Dataset) -> None:
    indicators = dataset.table("indicators").set_index("indicator_id")
    counts = indicators[indicators.index.str.startswith("accountability_")]
    assert len(counts) == 7
    assert (counts["min_n"] == 5).all()


# --- what the invented counties are for ----------------------------------------------------------


def test_jia_fails_by_one_coefficient_in_the_third_decimal(
    balance: dict[tuple[str, int], BalanceResult],
) -> None:
    result = balance["990101", 2023]
    seven = result.coefficients[result.coefficients["standard"] == "quality_2017"]
    failed = seven[seven["outcome"] != Outcome.PASS]
    assert failed[["level", "indicator_id"]].values.tolist() == [["小学", "backbone_teachers_per_100"]]
    assert 0.5005 < failed["cv"].item() < 0.5045
    assert failed["limit"].item() == 0.5
    assert set(result.schools["outcome"]) == {Outcome.PASS}
    assert result.outcome("quality_2017", "小学") is Outcome.FAIL
    assert result.outcome("quality_2017", "初中") is Outcome.PASS


def test_yi_passes_after_failing(balance: dict[tuple[str, int], BalanceResult]) -> None:
    outcomes = [balance["990102", year].outcome("quality_2017") for year in YEARS]
    assert outcomes == [Outcome.FAIL, Outcome.FAIL, Outcome.PASS]
    failing = [(balance["990102", year].schools["outcome"] == Outcome.FAIL).sum() for year in YEARS]
    assert failing[0] > failing[1] > failing[2] == 0


def test_bing_fails_in_coefficients_and_schools(balance: dict[tuple[str, int], BalanceResult]) -> None:
    result = balance["990103", 2023]
    seven = result.coefficients[result.coefficients["standard"] == "quality_2017"]
    assert (seven["outcome"] == Outcome.FAIL).sum() >= 3
    assert (result.schools["outcome"] == Outcome.FAIL).sum() >= 10


def test_ding_shares_out_what_stands_on_the_whole_school_row(
    dataset: Dataset, balance: dict[tuple[str, int], BalanceResult]
) -> None:
    schools = dataset.table("schools", "990104", 2023).set_index("school_id")["stage"]
    rows = dataset.table("school_year", "990104", 2023)
    units = balance["990104", 2023].units.set_index(["school_id", "level"])
    weights = {"小学": 1.0, "初中": 1.1, "高中": 1.32}
    kinds = {"九年一贯制", "十二年一贯制", "完全中学"}
    assert kinds <= set(schools)
    for school, kind in schools[schools.isin(kinds)].items():
        own = rows[rows["school_id"] == school].set_index("stage")
        assert own.loc["全校", "equip_value"] > 0
        assert own.drop("全校")["equip_value"].isna().all(), kind
        shares = split_shared(own.loc["全校", "equip_value"], own.drop("全校")["students"].to_dict(), weights)
        for stage, share in shares.items():
            assert units.loc[(school, stage), "equip_value"] == pytest.approx(share)


def test_wu_has_a_teaching_point_too_small_to_count(balance: dict[tuple[str, int], BalanceResult]) -> None:
    excluded = balance["990105", 2023].excluded
    points = excluded[excluded["type"] == "教学点"]
    assert points["students"].tolist() == [30]
    assert "50" in points["excluded_reason"].item()
    counted = balance["990105", 2023].units.query("type == '教学点' and included")
    assert len(counted) == 5


def test_ji_has_a_school_that_reported_nothing(balance: dict[tuple[str, int], BalanceResult]) -> None:
    result = balance["990106", 2023]
    silent = result.units[result.units["included"] & ~result.units["reported"]]
    assert len(silent) == 1
    assert result.outcome("quality_2017", "小学") is Outcome.UNDETERMINED
    assert result.outcome("quality_2017", "初中") is Outcome.PASS
    assert balance["990106", 2022].outcome("quality_2017") is Outcome.PASS


def test_spending_falls_in_one_county_year_and_stage_only(dataset: Dataset) -> None:
    rows = dataset.table("indicator_values")
    rows = rows[rows["region_code"].isin(INVENTED)]
    growth = rows[(rows["statistic"] == "增长率") & (rows["value"] < 0)]
    fallen = growth[["region_code", "year", "indicator_id", "stage"]].values.tolist()
    assert fallen == [["990103", 2022, "per_pupil_budget", "普通高中"]]


def test_growth_follows_from_the_years_filed(dataset: Dataset) -> None:
    rows = dataset.table("indicator_values")
    rows = rows[rows["region_code"].isin(INVENTED)].replace({"region_code": {"990117": "990107"}})
    table = rows.pivot_table(
        index=["region_code", "indicator_id", "stage", "year"], columns="statistic", values="value"
    ).dropna()
    checked = 0
    for (region, indicator, stage, year), row in table.iterrows():  # type: ignore[misc]
        if (region, indicator, stage, year - 1) not in table.index:
            continue
        before = table.loc[(region, indicator, stage, year - 1), "数值"]
        assert row["增长率"] == pytest.approx((row["数值"] / before - 1) * 100, abs=0.005001)
        checked += 1
    # counties × series × later years, one not reported; then the earlier years of 甲 and 乙 and those of 庚
    assert checked == 6 * 7 * 2 - 1 + 7 * (4 + 3 + 5)


def test_missing_values_say_why(dataset: Dataset) -> None:
    rows = dataset.table("indicator_values")
    assert (rows["value"].isna() == rows["missing_code"].notna()).all()
    sample = rows["region_code"].isin(INVENTED)
    assert set(rows.loc[sample, "missing_code"].dropna()) == {"未报", "不适用"}


def test_parts_never_exceed_wholes(dataset: Dataset) -> None:
    rows = dataset.table("school_year")
    stages = rows[rows["students"].notna()]
    bands = stages[["cls_le45", "cls_46_50", "cls_51_55", "cls_56plus"]].sum(axis=1)
    assert (bands == stages["classes"]).all()
    for part in ("t_above_edu", "t_backbone", "t_pe_art", "t_mid_senior", "t_cert"):
        assert not (stages[part] > stages["teachers"]).any(), part
    assert not (stages["migrant"] > stages["students"]).any()
    assert not (rows["indoor_pe_area"] > rows["teach_area"]).any()
    assert not (rows["training_fund"] > rows["public_fund_budget"]).any()


@pytest.mark.parametrize("level", LEVELS)
def test_counties_are_as_large_and_as_uneven_as_real_ones(
    dataset: Dataset, balance: dict[tuple[str, int], BalanceResult], level: str
) -> None:
    for region in SAMPLE:
        assert 40 <= len(dataset.table("schools", region, 2023)) <= 120
        cv = balance[region, 2023].coefficients.query("standard == 'quality_2017' and level == @level")["cv"]
        assert cv.between(0.15, 0.65).all()  # 鸠江 2023: 0.288 to 0.502


def test_every_area_has_something_to_show(dataset: Dataset) -> None:
    indicators = dataset.table("indicators").set_index("indicator_id")["area_id"]
    filed = values(dataset, "990101", 2023)["indicator_id"].map(indicators)
    assert {"balance", "preschool", "access", "finance", "teachers", "schools", "inspect"} <= set(filed)
    assert {"quality", "safety", "plan", "overview"} <= set(filed)
    of_county = dataset.table("evaluations", "990101", 2023).query("framework_id == 'sample_duty'")
    assert of_county["step"].tolist() == ["自评", "市复评"]  # duty


# --- the earlier, lighter years --------------------------------------------------------------------


def test_every_year_from_2017_has_an_invented_county(dataset: Dataset) -> None:
    filed = {(region, year) for region, year in dataset.submissions() if region in INVENTED}
    full = {(region, year) for region in SAMPLE for year in YEARS}
    early = {(region, year) for region, years in EARLY.items() for year in years}
    assert filed == full | early
    assert {year for _, year in filed} == set(range(2017, 2024))


def test_the_checks_have_nothing_to_say_of_the_lighter_submissions(dataset: Dataset) -> None:
    files = {f"{year}/{region}.xlsx" for region, years in EARLY.items() for year in years}
    said = [str(problem) for problem in dataset.warnings if any(f in str(problem) for f in files)]
    assert said == []


@pytest.mark.parametrize(("region", "first"), [("990101", 2017), ("990102", 2018), ("990107", 2018)])
def test_provision_improves_step_by_step_into_the_full_years(
    dataset: Dataset, region: str, first: int
) -> None:
    """The mean difference coefficient falls every year, by no more than the full years do; pupils hardly move."""
    means, pupils = [], []
    for year in range(first, 2024):
        code = "990117" if region == "990107" and year < 2020 else region
        result = evaluate_balance(
            dataset.table("schools", code, year),
            dataset.table("school_year", code, year),
            dataset.table("targets"),
            region=code,
            year=year,
            ancestors=("990100", "990000"),
        )
        seven = result.coefficients.query("standard == 'quality_2017'")
        assert len(seven) == 14
        assert seven["cv"].between(0.15, 0.65).all()
        means.append(seven["cv"].mean())
        pupils.append(dataset.table("school_year", code, year)["students"].sum())
    falls = [before - after for before, after in pairwise(means)]
    assert all(0 < fall <= max(falls[-2:]) for fall in falls)
    assert all(abs(now / before - 1) < 0.02 for before, now in pairwise(pupils))


def test_the_scope_of_the_kindergarten_rates_changes_in_2020(dataset: Dataset) -> None:
    rows = dataset.table("indicator_values")
    rates = rows[
        rows["region_code"].isin(INVENTED) & (rows["indicator_id"] == "preschool_3y_gross_enrolment")
    ]
    scope = rates["note"].map({"在园幼儿不含小学附设幼儿班": "without", "在园幼儿含小学附设幼儿班": "with"})
    assert ((scope == "without") == (rates["year"] < 2020)).all()
    assert scope.notna().all()


def test_geng_is_one_place_under_two_codes(dataset: Dataset) -> None:
    before, after = (
        dataset.table("schools", code, year) for code, year in (("990117", 2019), ("990107", 2020))
    )
    assert before["school_id"].tolist() == after["school_id"].tolist()
    assert before["school_name"].str.startswith("示例县庚").all()
    assert after["school_name"].str.startswith("示例市庚区").all()
    assert submitted_years(dataset, "990107", 2023) == [2018, 2019, 2020, 2021, 2022, 2023]
    assert submitted_years(dataset, "990117", 2023) == [2018, 2019]


# --- the scripts ---------------------------------------------------------------------------------


def test_real_submissions_are_what_the_script_makes(scripts: dict[str, ModuleType], tmp_path: Path) -> None:
    data = scripts["submissions"].copy_definitions(ROOT / "data", tmp_path)
    made = scripts["make_real_submissions"].make(data)
    assert len(made) == 17
    for path in made:
        assert path.read_bytes() == (ROOT / "data" / path.relative_to(data)).read_bytes(), path.name


# the tuned one; the one that sends CSV files in 2022; the one with a silent school
@pytest.mark.parametrize("region", ["990101", "990105", "990106"])
def test_sample_is_what_the_script_makes(scripts: dict[str, ModuleType], tmp_path: Path, region: str) -> None:
    """Each county is drawn from its own generator, so one can be made again without the others."""
    data = scripts["submissions"].copy_definitions(ROOT / "data", tmp_path)
    script = scripts["make_sample"]
    made = script.make(data, tuple(county for county in script.COUNTIES if county.code == region))
    names = [path.relative_to(data).as_posix() for path in made]
    own = sorted(p for year in YEARS for p in (ROOT / "data" / str(year)).rglob("*") if region in str(p))
    assert sorted(names) == [p.relative_to(ROOT / "data").as_posix() for p in own if p.is_file()]
    for path, name in zip(made, names, strict=True):
        assert path.read_bytes() == (ROOT / "data" / name).read_bytes(), name


def test_early_sample_is_what_the_script_makes(scripts: dict[str, ModuleType], tmp_path: Path) -> None:
    """The years before the full ones, and the place that changes its code."""
    data = scripts["submissions"].copy_definitions(ROOT / "data", tmp_path)
    chosen = tuple(county for county in scripts["make_sample"].COUNTIES if county.code == "990102")
    made = scripts["sample_early"].make_early(data, chosen)
    expected = [f"{year}/{code}.xlsx" for code in ("990102", "990117", "990107") for year in EARLY[code]]
    assert [path.relative_to(data).as_posix() for path in made] == expected
    for path, name in zip(made, expected, strict=True):
        assert path.read_bytes() == (ROOT / "data" / name).read_bytes(), name
