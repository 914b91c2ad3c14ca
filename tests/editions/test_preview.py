"""What a reviewer is shown of a proposed change: Markdown that fits a comment and can't do harm in one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gongbao.editions.change import Break, Change, Changes, Part, Said
from gongbao.editions.changes_markdown import LIMIT, format_markdown, shortened
from gongbao.editions.preview import Preview, preview_files, summary
from gongbao.publication import open_publication
from publications import ROOT

FLIP = Change(
    "flip", ("990101", "balance", "x"),
    Said("差异系数（小学）", "达标", "pass"), Said("差异系数（小学）", "未达标", "fail"),
    (Part("实际", "0.49", "0.51"),), "990101", "balance",
)  # fmt: skip
SPENDING = Said(
    "生均公用经费（小学，2019年）", "700元", "", 700, "元", "data/2019/990101.xlsx 单元格 F9", "决算"
)
VALUE = Change(
    "value", ("990101", "a"), SPENDING, replace(SPENDING, shown="735元", value=735),
    (Part("显示", "700元", "735元"), Part("数值", "700", "735"), Part("说明", None, "按决算")), "990101", "finance",
)  # fmt: skip
CHANGES = Changes(
    "2019年度 r1", "现有数据", (FLIP, VALUE),
    (Break("verdict", "差异系数（小学）由达标变为不达标。", "990101"),), {"990101": "示例一县"},
)  # fmt: skip


def test_what_breaks_and_flips_comes_first_and_open() -> None:
    text = format_markdown(CHANGES)
    assert text.startswith("### 2019年度 r1 → 现有数据\n\n共 2 处：结论翻转 1，数值 1。\n")
    told = ("**结论翻转或取消**（1）", "- 示例一县：差异系数", "<details open>", "数值（1）")
    order = [text.index(words) for words in told]
    assert order == sorted(order)
    # 700 -> 735 is +35, and 35/700 = 5 %
    size, cell = "\\+35（\\+5.00%）", "data/2019/990101.xlsx 单元格 F9"
    assert f"| 700元 | 735元 | {size}<br>说明：（无） → 按决算<br>{cell}<br>决算 |" in text
    assert "显示：" not in text  # the columns show it


def test_a_sentence_shows_what_differs_and_what_is_near() -> None:
    same = "县委常委会专题研究教育工作三次，" * 6
    said = [Said("总览", f"{same}会议{n}次。") for n in (5, 6)]
    text = format_markdown(Changes("r1", "r2", (Change("text", ("x",), *said),)))
    assert "<del>" in text and "<ins>" in text and "…" in text and same not in text
    was, now = re.search(r"<del>(.*?)</del>.*<ins>(.*?)</ins>", text).groups()  # type: ignore[union-attr]
    assert ("5" in was, "6" in now) == (True, True)


def test_data_can_not_speak_for_the_program() -> None:
    """A name typed into a form may hold anything; in a comment it would call people, link, hide a table."""
    evil = "@all <script>x</script> [a](http://b) | `c` </details>\n## Approved &#64;x #12 !45"
    side = Said(evil, evil)
    text = format_markdown(Changes("a", "b", (Change("value", ("x",), side, None, (), "990101"),)))
    (row,) = [line for line in text.splitlines() if line.startswith("| ") and "&#64;all" in line]
    assert "@" not in text and "<script" not in text and "\n## " not in text
    assert text.count("</details>") == 1  # ours
    assert row.count("|") - row.count("\\|") == 6  # five columns
    assert "\\[a\\]\\(http&#58;//b\\)" in row and "&amp;\\#64;x" in row and "\\#12" in row and "\\!45" in row


def test_a_comment_has_a_limit_and_says_that_it_was_cut() -> None:
    many = tuple(
        Change("value", (str(n),), Said(f"指标{n}", "1"), Said(f"指标{n}", "2"), (), "990101")
        for n in range(100)
    )
    text = format_markdown(Changes("a", "b", many))
    assert "指标39 " in text and "指标40 " not in text and "其余 60 处见 diff.html" in text
    long = "".join(format_markdown(Changes("a", "b", many)) for _ in range(60))
    cut = shortened(long)
    assert len(long) > LIMIT >= len(cut) and cut.endswith("全部见 diff.html 和 diff.json。\n")
    assert cut.count("<details") == cut.count("</details>")
    assert shortened(text) == text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Preview((), (), (2020,)), "还没有已发布的年度版可以比较。"),
        (Preview(((2019, Changes("r1", "现有数据")),), (), ()), "已发布的 1 个年度版都没有不同。"),
        (
            Preview(((2019, CHANGES), (2018, Changes("r1", "x"))), (), ()),
            "2019年度共 2 处：结论翻转 1，数值 1。",
        ),
    ],
    ids=["nothing-published", "no-difference", "differences"],
)
def test_one_sentence_says_it(found: Preview, expected: str) -> None:
    assert summary(found) == expected


def test_three_files_tell_the_same(tmp_path: Path) -> None:
    found = Preview(((2019, CHANGES), (2018, Changes("2018年度 r1", "现有数据"))), (2016,), (2021, 2022))
    files = dict(preview_files(found, open_publication(ROOT)))
    assert set(files) == {"diff.md", "diff.json", "diff.html"}
    content = json.loads(files["diff.json"])
    assert [(e["edition"], len(e["changes"])) for e in content["editions"]] == [(2019, 2), (2018, 0)]
    assert content["gone"] == [2016] and content["unreleased"] == [2021, 2022]
    for name in ("diff.md", "diff.html"):
        text = files[name].decode()
        for words in (
            "没有不同的年度：2018。",
            "数据里没有的年度：2016。",
            "没有发布的年度：2021、2022。",
            "735元",
        ):
            assert words in text, (name, words)
    assert dict(preview_files(found, open_publication(ROOT))) == files
