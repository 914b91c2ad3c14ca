"""Campaigns as ladders, with the stages that 铜川市 2012 reports (data/reported_facts.csv, 000-1)."""

from gongbao.standards.campaigns import NO_DATE, STAGES, ladder


def test_each_object_has_one_line_with_the_dates_of_its_stages(rows_of):
    rows = [
        {"campaign": "双高双普", "object_name": "耀州区", "stage": "初验", "date": "2011-12"},
        {"campaign": "双高双普", "object_name": "耀州区", "stage": "启动", "date": "2010"},
        {"campaign": "双高普九", "object_name": "印台区", "stage": "省验"},
        {"campaign": "双高双普", "object_name": "宜君县", "stage": "启动", "date": "2012"},
    ]
    frame = ladder(rows_of("campaigns", rows), "铜川市").set_index("object")
    assert list(frame.index) == ["耀州区", "印台区", "宜君县"]
    assert frame.loc["耀州区", ["启动", "初验", "reached", "date"]].tolist() == [
        "2010",
        "2011-12",
        "初验",
        "2011-12",
    ]
    assert frame.loc["印台区", "省验"] == NO_DATE and frame.loc["印台区", "reached"] == "省验"
    assert frame.loc["宜君县", ["申报", "初验", "认定"]].tolist() == ["", "", ""]


def test_a_row_without_an_object_is_the_region_itself_and_a_later_row_counts(rows_of):
    rows = [
        {"campaign": "教育强县", "stage": "申报", "date": "2021", "doc_no": "甲〔2021〕1号"},
        {"campaign": "教育强县", "stage": "申报", "date": "2021-06", "doc_no": "甲〔2021〕2号"},
    ]
    (row,) = ladder(rows_of("campaigns", rows), "示例县甲").to_dict("records")
    assert (row["object"], row["申报"], row["doc_no"]) == ("示例县甲", "2021-06", "甲〔2021〕2号")


def test_the_stages_are_a_ladder():
    assert STAGES == ("计划", "启动", "申报", "初验", "省验", "认定", "复查")
