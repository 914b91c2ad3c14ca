"""Words that must not be published: personal numbers and examination results (domain.md B11)."""

from __future__ import annotations

import pytest

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
