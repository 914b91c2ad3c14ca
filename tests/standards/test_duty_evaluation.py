import math
from pathlib import Path

import pandas as pd
import pytest

from gongbao.standards import evaluate_duty, grade_for, self_vs_recheck

HERE = Path(__file__).parent


@pytest.fixture
def pingchang(rows_of):
    """平昌县 2019 as published: 7 aspects with scores, 35 items with a status and no score."""
    aspects = pd.read_csv(HERE / "pingchang_2019_framework.csv").to_dict("records")
    measures = pd.read_csv(HERE / "pingchang_2019_measures.csv").to_dict("records")
    fixed = {"framework_id": "bazhong_2019"}
    items = [fixed | {"item_id": "R", "level": "体系", "name": "测评体系", "full_score": 100}]
    scores = []
    for place, aspect in enumerate(aspects, 1):
        key = aspect["aspect_id"]
        items.append(
            fixed
            | {"item_id": key, "parent_id": "R", "level": "一级", "no": str(place)}
            | {"name": aspect["aspect_name"], "full_score": aspect["full_score"]}
        )
        lost = aspect["full_score"] - aspect["self_score"]
        scores.append({"item_id": key, "score": aspect["self_score"]})
        if lost:
            scores[-1] |= {"deduction": lost, "reason": "基本达到标准"}
        for measure in measures:
            if measure["aspect_id"] == key:
                item = f"M{measure['measure_no']:02}"
                items.append(
                    fixed
                    | {"item_id": item, "parent_id": key, "level": "二级", "no": str(measure["measure_no"])}
                    | {"name": measure["measure_name"]}
                )
                scores.append({"item_id": item, "status": measure["status"].removesuffix("标准")})
    return {
        "framework_items": rows_of("framework_items", items),
        "eval_scores": rows_of("eval_scores", [{"eval_id": "e1"} | score for score in scores]),
        "evaluations": rows_of(
            "evaluations",
            [{"eval_id": "e1", "object_type": "县", "object_id": "511923", "step": "自评", "total": 98,
              "grade": "履职到位", "year": 2019} | fixed],
        ),
        "grade_bands": rows_of("grade_bands", [fixed | {"grade": "履职到位", "order": 1}]),
    }  # fmt: skip


def test_published_totals(pingchang):
    (result,) = evaluate_duty(**pingchang)
    totals = result.totals
    assert (totals.full, totals.score, totals.reported, totals.total) == (100, 98, 98, 98)
    assert (totals.aspects, totals.items) == (7, 35)
    assert totals.by_status == {"全部达到": 32, "基本达到": 3, "未达到": 0, "未报": 0}
    assert result.notes == ()


def test_items_by_status_in_each_aspect(pingchang):
    (result,) = evaluate_duty(**pingchang)
    frame = result.aspects.set_index("aspect_id")
    assert list(frame["items"]) == [9, 3, 10, 4, 5, 3, 1]
    assert list(frame["basic"]) == [0, 0, 2, 0, 1, 0, 0]
    assert list(frame["met"]) == [9, 3, 8, 4, 4, 3, 1]
    assert list(frame["score"]) == [19, 9, 23, 8, 26, 11, 2]
    assert list(frame["deduction"]) == [0, 0, 1, 0, 1, 0, 0]


def test_tree_is_in_order_and_infers_no_score(pingchang):
    (result,) = evaluate_duty(**pingchang)
    tree = result.tree.set_index("item_id")
    assert list(tree.index[:3]) == ["R", "A1", "M01"]
    assert list(tree.loc[["R", "A1", "M01"], "depth"]) == [0, 1, 2]
    assert tree.loc["M35", "aspect_id"] == "A7"
    assert tree.loc["R", "score"] == 98
    # the source gives no score for a single item: fully met does not become a number
    assert tree.loc["M01":"M09", ["full_score", "score", "deduction"]].isna().all(axis=None)


def test_deductions_name_the_items_behind_them(pingchang):
    (result,) = evaluate_duty(**pingchang)
    found = result.deductions
    assert list(found["item_id"]) == ["A3", "A5"]
    assert list(found["deduction"]) == [1, 1]
    assert list(found["reason"]) == ["基本达到标准"] * 2
    assert list(found["related"]) == [
        "13 鼓励和支持普惠性学前教育发展；18 努力办好特殊教育",
        "28 加强教师队伍建设",
    ]


def test_the_reported_grade_stays_where_bands_have_no_bounds(pingchang):
    (result,) = evaluate_duty(**pingchang)
    assert grade_for(98, pingchang["grade_bands"]) is None
    assert (result.grade, result.grade_computed) == ("履职到位", False)


@pytest.fixture
def ningxia(rows_of) -> pd.DataFrame:
    # 宁夏 2019: 优秀≥90, 良好80–89, 合格65–79, 不合格<65
    bands = [("优秀", 90, None), ("良好", 80, 90), ("合格", 65, 80), ("不合格", 0, 65)]
    rows = [
        {"framework_id": "f", "grade": grade, "min": low, "max": high, "order": place}
        for place, (grade, low, high) in enumerate(bands, 1)
    ]
    return rows_of("grade_bands", rows[::-1])  # the order column counts, not the order of rows


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        (100, "优秀"),
        (90, "优秀"),
        (89.99, "良好"),
        (80, "良好"),
        (65, "合格"),
        (64.9, "不合格"),
        (0, "不合格"),
    ],
)
def test_grade_bands(ningxia, total, grade):
    assert grade_for(total, ningxia) == grade


def test_no_grade_without_a_total_or_bands(ningxia):
    assert grade_for(math.nan, ningxia) is None
    assert grade_for(None, ningxia) is None
    assert grade_for(-1, ningxia) is None
    assert grade_for(90, ningxia.iloc[:0]) is None


def test_bands_with_a_hole_or_without_a_bound_give_no_grade(ningxia):
    hole = ningxia[ningxia["grade"] != "良好"]
    assert grade_for(85, hole) is None
    unbounded = ningxia.assign(min=ningxia["min"].where(ningxia["grade"] != "优秀"))
    assert grade_for(85, unbounded) is None


@pytest.fixture
def small(rows_of, ningxia):
    """Two aspects; the first has points with scores. `small(scores_by_eval, evaluations)`."""
    items = [
        {"item_id": "A", "level": "一级", "name": "一", "full_score": 60},
        {"item_id": "a1", "level": "二级", "parent_id": "A", "name": "甲", "full_score": 40},
        {"item_id": "a2", "level": "二级", "parent_id": "A", "name": "乙", "full_score": 20},
        {"item_id": "p", "level": "测评点", "parent_id": "a1", "name": "点", "full_score": 40},
        {"item_id": "B", "level": "一级", "name": "二", "full_score": 40},
    ]

    def build(scores, evaluations):
        fixed = {"framework_id": "f"}
        of_eval = {"object_type": "县", "object_id": "990101", "year": 2023} | fixed
        return {
            "framework_items": rows_of("framework_items", [fixed | item for item in items]),
            "eval_scores": rows_of(
                "eval_scores",
                [{"eval_id": e, "item_id": i} | row for e, rows in scores.items() for i, row in rows.items()],
            ),
            "evaluations": rows_of("evaluations", [of_eval | row for row in evaluations]),
            "grade_bands": ningxia,
        }

    return build


def test_scores_rise_from_points_and_losses_are_listed_once(small):
    rows = {
        "p": {"deduction": 1.1, "reason": "台账不全", "planned_fix": "补齐台账"},
        "a2": {"score": 19.8},
        "A": {"deduction": 1.6, "reason": "另扣0.3"},
        "B": {"score": 40},
    }
    (result,) = evaluate_duty(**small({"e": rows}, [{"eval_id": "e", "step": "自评"}]))
    tree = result.tree.set_index("item_id")
    assert list(tree.loc[["p", "a1", "a2", "A"], "score"]) == [38.9, 38.9, 19.8, 58.4]
    assert result.totals.score == 98.4
    assert math.isnan(result.totals.reported)
    listed = result.deductions.set_index("item_id")["deduction"]
    assert listed.to_dict() == {"A": 0.3, "p": 1.1, "a2": 0.2}
    assert listed.sum() == pytest.approx(100 - 98.4)
    assert result.deductions.set_index("item_id").loc["p", "planned_fix"] == "补齐台账"
    assert (result.grade, result.grade_computed) == ("优秀", True)


def test_a_missing_score_is_not_zero(small):
    rows = {"p": {"score": 40}, "B": {"score": 40}}  # a2 is missing, so A and the sum are
    evaluations = [{"eval_id": "e", "step": "自评", "grade": "良好"}]
    (result,) = evaluate_duty(**small({"e": rows}, evaluations))
    assert math.isnan(result.aspects["score"].iloc[0])
    assert math.isnan(result.totals.total)
    assert (result.grade, result.grade_computed) == ("良好", False)


def test_disagreeing_numbers_are_noted(small):
    rows = {"A": {"score": 58, "deduction": 1}, "B": {"score": 31}}
    evaluations = [{"eval_id": "e", "step": "自评", "total": 90, "grade": "良好"}]
    (result,) = evaluate_duty(**small({"e": rows}, evaluations))
    assert result.notes == (
        "填报总分90分，与各方面得分合计89分不一致",
        "“一”得分58分，不等于满分减扣分59分",
        "填报等级“良好”，按等级标准为“优秀”",
    )
    assert result.totals.total == 90


def test_self_evaluation_beside_recheck(small):
    scores = {
        "s": {"A": {"score": 60}, "B": {"score": 39.5}},
        "c": {"A": {"score": 57.5}, "B": {"score": 40}},
        "r": {"A": {"score": 58}},
    }
    evaluations = [
        {"eval_id": "r", "step": "省评"},
        {"eval_id": "c", "step": "市复评"},
        {"eval_id": "s", "step": "自评"},
    ]
    results = evaluate_duty(**small(scores, evaluations))
    assert [r.step for r in results] == ["自评", "市复评", "省评"]
    city = self_vs_recheck(results[:2])
    assert list(city["gap"]) == [-2.5, 0.5]
    assert list(city["step"]) == ["市复评"] * 2
    province = self_vs_recheck(results)  # the last one counts
    assert province["recheck"].iloc[0] == 58
    assert list(province["gap"].isna()) == [False, True]
    assert self_vs_recheck(results[:1]).empty
    assert self_vs_recheck(results[1:]).empty


def test_wrong_trees_and_strangers(small, rows_of):
    frames = small({"e": {"X": {"score": 1}}}, [{"eval_id": "e", "step": "自评"}])
    with pytest.raises(ValueError, match="没有测评项 X"):
        evaluate_duty(**frames)
    frames = small({}, [{"eval_id": "e", "step": "自评"}])
    circle = [
        {"framework_id": "f", "item_id": "A", "parent_id": "B", "level": "一级", "name": "一"},
        {"framework_id": "f", "item_id": "B", "parent_id": "A", "level": "一级", "name": "二"},
    ]
    with pytest.raises(ValueError, match="互相循环：A、B"):
        evaluate_duty(**frames | {"framework_items": rows_of("framework_items", circle)})
    with pytest.raises(ValueError, match="没有测评项"):
        evaluate_duty(**frames | {"framework_items": rows_of("framework_items", [])})
