"""Grades of many objects, coverage of a round, 三查三改."""

import math

from gongbao.standards.grades import NO_GRADE, band_table, grade_counts, latest_grades
from gongbao.standards.rounds import coverage, round_years, three_checks

BANDS = [
    {"framework_id": "f", "grade": "优秀", "min": 90, "order": 1},
    {"framework_id": "f", "grade": "良好", "min": 80, "max": 90, "order": 2},
    {"framework_id": "f", "grade": "合格", "min": 65, "max": 80, "order": 3},
]


def evaluation(school, year, step="市复评", framework="f", **more):
    row = {"eval_id": f"{school}-{year}-{step}", "framework_id": framework, "object_type": "学校"}
    return row | {"object_id": school, "year": year, "step": step} | more


def test_the_last_evaluation_counts_and_no_score_is_given_away(rows_of):
    rows = [
        evaluation("b", 2022, grade="合格", total=70),
        evaluation("b", 2023, "自评", grade="优秀", total=95),
        evaluation("b", 2023, "市复评", total=80),
        evaluation("a", 2023),
    ]
    grades = latest_grades(rows_of("evaluations", rows), rows_of("grade_bands", BANDS))
    assert list(grades["object_id"]) == ["a", "b"]  # by id, never by score
    assert list(grades["grade"]) == [NO_GRADE, "良好"]
    assert "total" not in grades


def test_all_bands_are_counted_best_first(rows_of):
    rows = [evaluation("a", 2023, grade="优秀"), evaluation("b", 2023, grade="合格"), evaluation("c", 2023)]
    bands = rows_of("grade_bands", BANDS)
    counts = grade_counts(latest_grades(rows_of("evaluations", rows), bands), bands)
    assert list(zip(counts["grade"], counts["count"], strict=True)) == [
        ("优秀", 1), ("良好", 0), ("合格", 1), (NO_GRADE, 1),
    ]  # fmt: skip


def test_the_reached_band_is_marked(rows_of):
    table = band_table(rows_of("grade_bands", BANDS[::-1]), "良好")
    assert list(table["grade"]) == ["优秀", "良好", "合格"] and list(table["reached"]) == [False, True, False]


def test_a_round_covers_schools_of_today_seen_within_its_years(rows_of):
    rows = [
        evaluation("a", 2020, grade="优秀"),  # before the round
        evaluation("b", 2021), evaluation("b", 2023), evaluation("c", 2022),
        evaluation("closed", 2022),
    ]  # fmt: skip
    (row,) = coverage(rows_of("evaluations", rows), ["a", "b", "c", "d"], 2023, 3).to_dict("records")
    assert (row["evaluated"], row["covered"], row["schools"], row["share"]) == (1, 2, 4, 50)


def test_without_a_register_there_is_no_share(rows_of):
    (row,) = coverage(rows_of("evaluations", [evaluation("a", 2023)]), [], 2023, 3).to_dict("records")
    assert row["evaluated"] == 1 and math.isnan(row["share"])


def test_a_framework_says_how_long_its_round_is(rows_of):
    items = [
        {"framework_id": "f", "item_id": "R", "level": "体系", "name": "316工程", "evidence": "三年一轮"},
        {"framework_id": "g", "item_id": "R", "level": "体系", "name": "另一种", "evidence": "5年一轮，县级"},
        {"framework_id": "h", "item_id": "R", "level": "体系", "name": "没有轮次"},
    ]
    assert round_years(rows_of("framework_items", items)) == {"f": 3, "g": 5}


def test_problems_are_of_the_check_that_found_them(rows_of):
    evaluations = rows_of("evaluations", [evaluation("a", 2023, "自评"), evaluation("a", 2023, "市复评")])
    about = {"object_type": "学校", "year": 2023}
    findings = rows_of(
        "findings",
        [
            about | {"finding_id": "1", "eval_id": "a-2023-自评"},
            about | {"finding_id": "2", "insp_id": "i"},
            about | {"finding_id": "3", "insp_id": "i"},
            about | {"finding_id": "4", "eval_id": "a-2023-市复评"},
            {"object_type": "县", "year": 2023, "finding_id": "5", "insp_id": "i"},
        ],
    )
    done = [
        {"finding_id": "1", "closed": "2023-06-01", "year": 2023},
        {"finding_id": "2", "closed": "2023-06-01", "recheck_result": "不合格", "year": 2023},
        {
            "finding_id": "4",
            "closed": "2023-06-01",
            "finding_year": 2022,
            "year": 2023,
        },  # another year's no. 4
    ]
    frame = three_checks(findings, rows_of("rectifications", done), evaluations)
    assert frame.values.tolist() == [["自查自评", 1, 1], ["过程督查", 2, 0], ["评估检查", 1, 0]]
