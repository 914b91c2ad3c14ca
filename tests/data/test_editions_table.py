"""data/editions.csv: what the publication says of its editions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gongbao.data.editions import Edition, edition_of

Publication = Any  # conftest.Publication, which a test can't import
OFFICE = "示例市人民政府教育督导委员会办公室"
GOOD = {"year": 2023, "status": "已审核", "doc_no": "示政教督〔2024〕1号", "date": "2024-03-20",
        "approved_by": OFFICE, "embargo_until": "2024-04-01"}  # fmt: skip


def problems(publication: Publication, *rows: dict[str, object]) -> list[tuple[str, str, str | None]]:
    publication.share(editions=rows)
    publication.submit()
    return publication.problems()


def test_a_publication_without_the_file_has_drafts_only(publication: Publication) -> None:
    publication.submit()
    dataset, found = publication.examine()
    assert found == [] and not (publication.data / "editions.csv").exists()
    assert edition_of(dataset, 2023) == Edition(2023, "草稿")
    assert not edition_of(dataset, 2023).reviewed


def test_a_year_is_what_its_row_says_and_others_are_drafts(publication: Publication) -> None:
    assert problems(publication, GOOD, {"year": 2022, "status": "草稿"}) == []
    dataset, _ = publication.examine()
    assert edition_of(dataset, 2023) == Edition(
        2023, "已审核", "示政教督〔2024〕1号", "2024-03-20", OFFICE, "2024-04-01"
    )
    assert edition_of(dataset, 2023).reviewed and not edition_of(dataset, 2022).reviewed
    assert not edition_of(dataset, 2021).reviewed


def test_headers_may_be_chinese_and_dates_written_out(publication: Publication) -> None:
    publication.submit()
    text = "\ufeff年度,状态,文号,成文日期,批准机关,禁发至,说明\n2023,已审核,,2024年3月20日," + OFFICE + ",,\n"
    (publication.data / "editions.csv").write_text(text, "utf-8")
    dataset, found = publication.examine()
    assert found == []
    assert edition_of(dataset, 2023).date == "2024-03-20"


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        ({"status": "已发布"}, "not-a-choice", "B2"),
        ({"status": ""}, "required", "B2"),
        ({"year": "二〇二三"}, "bad-year", "A2"),
        ({"year": 1889}, "out-of-range", "A2"),
        ({"date": "2024"}, "not-a-day", "D2"),
        ({"embargo_until": "2024-04"}, "not-a-day", "F2"),
        ({"embargo_until": "2024-03-19"}, "embargo-before-date", "F2"),
        ({"date": "2022-12-31"}, "date-before-year", "D2"),
    ],
)
def test_what_can_not_be_right_is_an_error(
    publication: Publication, change: dict[str, object], code: str, cell: str
) -> None:
    found = problems(publication, GOOD | change)
    assert [(severity, at) for severity, _, at in found] == [("error", cell)], found
    assert found[0][1] == code


def test_a_year_twice_names_both_rows(publication: Publication) -> None:
    assert problems(publication, GOOD, GOOD | {"doc_no": ""}) == [("error", "duplicate-key", "A3")]
    (problem,) = publication.examine()[1]
    assert problem.message == "与 data/editions.csv 单元格 A2 重复：年度 2023。"


def test_the_embargo_may_end_on_the_day_of_the_document(publication: Publication) -> None:
    assert problems(publication, GOOD | {"embargo_until": GOOD["date"]}) == []


def test_an_approval_by_nobody_and_other_brackets_are_remarked(publication: Publication) -> None:
    assert problems(publication, GOOD | {"approved_by": ""}) == [("warning", "no-approval", "E2")]
    assert problems(publication, GOOD | {"doc_no": "示政教督[2024]1号"}) == [
        ("warning", "doc-no-brackets", "C2")
    ]
    (problem,) = publication.examine()[1]
    assert "示政教督〔2024〕1号" in problem.advice


def test_the_sample_has_every_year_reviewed_by_the_sample_city() -> None:
    text = (Path(__file__).parents[2] / "data" / "editions.csv").read_text("utf-8-sig")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    assert [row[0] for row in rows] == [str(year) for year in range(2010, 2024)]
    assert {row[1] for row in rows} == {"已审核"} and {row[4] for row in rows} == {OFFICE}
    assert all(row[2] == "" or row[2].startswith("示例教督〔") for row in rows)
