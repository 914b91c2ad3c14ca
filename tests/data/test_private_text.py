"""Words that must not be published: personal numbers and examination results (domain.md B11)."""

from __future__ import annotations

import pytest

from gongbao.data.privacy import exam_results, person_names, personal_data

ERROR = "error"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("联系人电话13812345678", "personal-data"),
        ("138 1234 5678", "personal-data"),
        ("身份证 11010119900307001X", "personal-data"),
        ("请发 office@example.cn", "personal-data"),
        ("全县高考一本上线384人。", "exam-results"),
        ("中考平均分提高；其他正常", "exam-results"),
    ],
)
def test_found_in_notes_and_on_the_cover(publication, text, code) -> None:
    row = {"indicator_id": "spend", "stage": "全部", "value": 3, "note": text}
    publication.submit(indicator_values=[row], cover={**publication.cover, "note": text})
    assert [(severity, found) for severity, found, _ in publication.problems()] == [(ERROR, code)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "投入1516000000元",
        "文号〔2019〕13号，网页38916753",
        "学校标识码 3151000123",
        "落实中考改革方案。全县小学合格率98%",
        "完成高考考点建设，安排经费200万元",
    ],
)
def test_ordinary_words_pass(publication, text) -> None:
    publication.submit(
        indicator_values=[{"indicator_id": "spend", "stage": "全部", "value": 3, "note": text}]
    )
    assert publication.problems() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # GB 11643's own example; its check digit is right
        ("11010519491231002X", [("居民身份证号", "11010519491231002X")]),
        ("证件号110105194912310021", [("居民身份证号", "110105194912310021")]),  # mistyped, no less a secret
        ("１１０１０５１９４９１２３１００２Ｘ", [("居民身份证号", "11010519491231002X")]),
        ("110105 19491231 002X", [("居民身份证号", "110105 19491231 002X")]),
        ("身份证号110105491231002", [("居民身份证号", "110105491231002")]),
        ("110105194913310024", []),  # no thirteenth month
        ("990105194912310020", []),  # no such province
        ("G11010519491231002X", [("学籍号", "G11010519491231002X")]),
        ("L511923201901010012", [("学籍号", "L511923201901010012")]),
        ("学籍号：2019511923001", [("学籍号", "2019511923001")]),
        ("+86 138-1234-5678", [("手机号码", "+86 138-1234-5678")]),
        ("0827-6222334", []),  # an office's line
        ("投资13812345678.5元", []),
        ("1381234 5678", []),  # two cells of a table
        ("sha256 9f13812345678138123456781381234567813812", []),
        ("人均0.13812345678", []),
    ],
)
def test_numbers_of_persons(text, expected) -> None:
    assert personal_data(text) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("责任人：张三", ["张三"]),
        ("张三同志", ["张三"]),
        ("教育股、李小红局长", ["李小红"]),
        ("校长欧阳修", ["欧阳修"]),
        ("示例一小（联系人 王小五）", ["王小五"]),
        *((plain, []) for plain in (
            "教育股", "高中校长", "张家镇中心小学", "江口镇人民政府主任", "分管副局长", "党组书记", "班主任",
            "于都小学校长", "责任人：校长", "责任人：马鞍镇", "联系人：办公室", "安全主任", "各校校长、园长",
            "示例县教育局党委书记",
        )),
    ],
)  # fmt: skip
def test_names_where_an_office_or_post_is_asked_for(text, names) -> None:
    assert person_names(text) == names


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("一本上线384人", True),
        ("高考600分以上11人", True),
        ("工作正常。中考升学率居全市第二；其他", True),
        ("体育中考优秀率70.47%", False),
        ("中考体育测试平均分", False),
        ("期中考试平均分", False),
        ("集中考核合格率100%", False),
        ("在评估中考虑升学率", False),
        ("高考考点3个，考生3000人", False),
    ],
)
def test_results_of_examinations(text, told) -> None:
    assert (exam_results(text) is not None) is told


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("责任人：张三", [(ERROR, "person-named")]),
        ("张三", [("warning", "maybe-person")]),
        ("教育股、王小五", [("warning", "maybe-person")]),
        ("教育股、财政局", []),
        ("何家村", []),
        ("各校校长", []),
    ],
)
def test_a_person_in_charge_is_a_post(publication, owner, expected) -> None:
    publication.submit(tasks=[{"task_id": "R1", "title": "任务", "owner": owner, "no": "1"}])
    assert [(severity, code) for severity, code, _ in publication.problems()] == expected


def test_the_object_of_a_finding_is_no_person(publication) -> None:
    finding = {"finding_id": "W1", "object_type": "部门", "object_id": "张三校长", "topic": "师德", "severity": "一般",
               "text_public": "管理不严"}  # fmt: skip
    publication.submit(findings=[finding])
    assert [(severity, code) for severity, code, _ in publication.problems()] == [(ERROR, "person-named")]


def test_staff_rows_that_are_not_public_may_tell_of_examinations(publication) -> None:
    row = {
        "category": "名师队伍",
        "kind": "高考名师",
        "value": 3,
        "unit": "人",
        "quote": "高考平均分第一的教师3人",
    }
    publication.submit(staffing=[row])
    assert [(severity, code) for severity, code, _ in publication.problems()] == [(ERROR, "exam-results")]
    publication.submit(staffing=[row | {"publish": "否"}])
    assert publication.problems() == []


def test_an_offices_own_codes_may_look_like_telephone_numbers(publication) -> None:
    school = publication.submitted["schools"][0] | {"school_id": "13812345678"}
    year = publication.submitted["school_year"][0] | {"school_id": "13812345678"}
    publication.submit(schools=[school], school_year=[year])
    assert publication.problems() == []


def test_internal_rows_and_columns_may_tell(publication) -> None:
    row = {"indicator_id": "spend", "stage": "全部", "value": 3, "quote": "高考一本上线384人"}
    finding = {"finding_id": "W1", "object_type": "部门", "topic": "师德", "severity": "一般",
               "text_public": "管理不严", "text_internal": "张三校长，电话13812345678"}  # fmt: skip
    publication.submit(indicator_values=[row], findings=[finding])
    assert [(severity, code) for severity, code, _ in publication.problems()] == [(ERROR, "exam-results")]
    internal = [i | {"publish": "internal"} for i in publication.shared["indicators"]]
    publication.share(indicators=internal)
    assert publication.problems() == []


def test_a_digest_is_no_telephone_number() -> None:
    digest = "9ae2bdd7beedc2e766c6b76585530e16925115707dc7a06ab5ee4aa2776b2c7b"
    assert personal_data(f'"sha256": "{digest}"') == []
    assert personal_data("a16925115707b") == [("手机号码", "16925115707")]
    assert personal_data(f"{digest}，电话 13800001111") == [("手机号码", "13800001111")]
