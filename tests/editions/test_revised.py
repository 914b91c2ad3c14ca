"""Which revision last changed a number, kept from revision to revision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gongbao.editions.change import Change, Changes, Part, Said
from gongbao.editions.redaction import NOT_REPEATED, without_withheld
from gongbao.editions.revised import FILE, last_revised, revised_json, tell_revisions
from gongbao.publication import Release
from gongbao.site.work_downloads import SMALL_WITHHELD

R2 = Release(2019, 2, "2020-05-06", "文〔2020〕2号", "办公室", "录入有误。")
R3 = replace(R2, revision=3, reason="另有更正")
COUNTY = "990101"


def value(indicator: str, old: str | None, new: str | None, *parts: Part, year: str = "2019") -> Change:
    sides = [None if shown is None else Said(indicator, shown) for shown in (old, new)]
    return Change("value", (COUNTY, year, indicator, "小学", "数值", ""), *sides, parts, COUNTY, "finance")


def changes(*items: Change) -> Changes:
    return without_withheld(Changes("r1", "r2", items))


def kept(folder: Path, found: Changes, release: Release, before: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(revised_json(last_revised(found, release, before, folder)))
    return folder


def test_the_last_correction_of_each_number_is_told(tmp_path: Path) -> None:
    first = changes(
        value("a", "1元", "2元"), value("b", "3元", "4元", year="2018"), value("new", None, "5元")
    )
    r2 = kept(tmp_path / "r2", first, R2, tmp_path / "r1")
    found = last_revised(changes(value("a", "2元", "3元"), value("new", "5元", None)), R3, r2, tmp_path)[
        COUNTY
    ]
    assert {ref: (r.revision, r.old, r.new) for ref, r in found.items()} == {
        "a.小学": (3, "2元", "3元"),
        "2018.b.小学": (2, "3元", "4元"),
    }
    assert found["2018.b.小学"].reason == "录入有误。"


def test_a_verdict_is_found_under_its_key_and_a_new_source_is_told_as_such(tmp_path: Path) -> None:
    sides = Said("差异系数", "达标，实际0.48"), Said("差异系数", "未达标，实际0.51")
    flip = Change("flip", (COUNTY, "balance", "balance.quality_2017.小学.x"), *sides, (), COUNTY, "balance")
    same = value("a", "1元", "1元", Part("来源", "甲", "乙"))
    found = last_revised(changes(flip, same), R2, tmp_path, tmp_path)[COUNTY]
    assert found["c-balance.quality_2017.小学.x"].new == "未达标，实际0.51"
    assert (found["a.小学"].old, found["a.小学"].parts) == ("", "来源")


def test_what_a_revision_withholds_is_in_no_later_one(tmp_path: Path) -> None:
    r2 = kept(tmp_path / "r2", changes(value("a", "17人", "18人")), R2, tmp_path / "r1")
    hidden = value("b", "3人", "<5人", Part("缺失原因", "", SMALL_WITHHELD))
    folder = kept(tmp_path / "r3", changes(hidden), R3, r2)
    text = (folder / FILE).read_text("utf-8")
    assert NOT_REPEATED in text and "17人" not in text and "18人" not in text and "3人" not in text


def test_the_entry_on_a_page_says_it_with_a_link(tmp_path: Path) -> None:
    page = tmp_path / COUNTY / "finance.html"
    page.parent.mkdir()
    entry = '<div class="gb-origin" id="n-{0}">\n<p><span>{0}</span> <b>2元</b></p>\n</div>\n'
    page.write_text(entry.format("a.小学") + entry.format("b.小学"), "utf-8")
    r2 = kept(tmp_path / "r2", changes(value("b", "<1", "2元")), R2, tmp_path / "r1")
    tell_revisions(tmp_path, R3, last_revised(changes(value("a", "1元", "2元")), R3, r2, tmp_path))
    told = page.read_text("utf-8").split("</div>")
    assert (
        "修订版 r3 更正：原为1元，更正为2元。原因：另有更正。" in told[0]
        and 'href="../corrections.html"' in told[0]
    )
    assert (
        "修订版 r2 更正：原为&lt;1，更正为2元。" in told[1] and 'href="../../r2/corrections.html"' in told[1]
    )


ENTRY = '<div class="gb-origin" id="n-{0}">\n<p><span>{0}</span> <b>{1}</b></p>\n</div>\n'


def computed(folder: Path, **shown: str) -> Path:
    """A revision whose county page says of computed numbers where they come from."""
    (folder / COUNTY).mkdir(parents=True, exist_ok=True)
    page = "".join(ENTRY.format(f"c-{name}", text) for name, text in shown.items())
    (folder / COUNTY / "finance.html").write_text(page + ENTRY.format("a.小学", "2元"), "utf-8")
    return folder


def test_a_computed_number_that_a_correction_changes_says_so_until_it_goes(tmp_path: Path) -> None:
    r1 = computed(tmp_path / "r1", funds="1万元", share="50%", same="3")
    r2 = computed(tmp_path / "r2", funds="2万元", share="50%", same="3", fresh="&lt;1")
    cause = value("a", "1元", "2元")
    found = last_revised(changes(cause), R2, r1, r2)
    told = {ref: (r.revision, r.old, r.new) for ref, r in found[COUNTY].items()}
    assert told == {
        "a.小学": (2, "1元", "2元"),
        "c-funds": (2, "1万元", "2万元"),
    }
    (r2 / FILE).write_bytes(revised_json(found))
    r3 = computed(tmp_path / "r3", funds="2万元", share="51%", same="3")
    last = last_revised(changes(value("a", "2元", "3元")), R3, r2, r3)[COUNTY]
    assert {ref: r.revision for ref, r in last.items()} == {"a.小学": 3, "c-funds": 2, "c-share": 3}


def test_a_verdicts_own_words_stay_and_what_is_withheld_is_not_repeated(tmp_path: Path) -> None:
    sides = Said("差异系数", "达标，实际0.48"), Said("差异系数", "未达标，实际0.51")
    flip = Change("flip", (COUNTY, "balance", "x"), *sides, (), COUNTY, "balance")
    r1, r2 = computed(tmp_path / "r1", x="0.48", y="17人"), computed(tmp_path / "r2", x="0.51", y="3人")
    assert last_revised(changes(flip), R2, r1, r2)[COUNTY]["c-x"].new == "未达标，实际0.51"
    hidden = value("b", "3人", "<5人", Part("缺失原因", "", SMALL_WITHHELD))
    text = revised_json(last_revised(changes(hidden), R2, r1, r2)).decode()
    assert "17人" not in text and "3人" not in text and NOT_REPEATED in text
