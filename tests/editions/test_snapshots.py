"""What a revision says, as data: written beside its pages, read by everything that compares revisions."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import samples
from gongbao.data.dataset import Dataset
from gongbao.editions.snapshots import SnapshotError, read_part, read_snapshot
from gongbao.gate import check_output
from gongbao.publication import Publication, Release
from gongbao.site import build_site
from gongbao.site.catalogue import Catalogue
from gongbao.site.downloads import county_sheets
from gongbao.site.plan import plan_of
from gongbao.site.reading import in_order, read_report
from gongbao.site.snapshot import county_snapshot, edition_snapshot

RELEASE = Release(2019, 1, "2020-03-31", "", "示例市人民政府教育督导委员会办公室")
REAL, SAMPLE_A, SAMPLE_B = samples.REAL, samples.SAMPLE_A, samples.SAMPLE_B
TITLES = {"/index.html": "教育督导公报", "/site/areas.html": "指标领域", "/404.html": "没有这个页面",
          "/reports/2019/index.html": "2019年教育督导公报",
          "/reports/2019/511923/index.html": "平昌县 2019年教育督导公报",
          "/reports/2019/511923/finance.html": "平昌县 2019年 经费与专项资金"}  # fmt: skip


def _pages(titles: dict[str, str], region: str) -> dict[str, str]:
    """The pages of a county, or with "" those of none."""
    return {
        address: title
        for address, title in titles.items()
        if (address.split("/")[3] if address.count("/") == 4 else "") == region
    }


class Made:
    """A snapshot written to files; what it is made from can be changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.publication: Publication = samples.make_publication(root / "publication")
        self.keys = [key for key in samples.KEYS if key.year == 2019]
        self.reports = samples.write_reports(root / "executed", self.keys)

    def files(self, dataset: Dataset, *, backwards: bool = False) -> dict[str, bytes]:
        contents = [read_report(key, path) for key, path in self.reports.items()]  # type: ignore[arg-type]
        contents = contents[::-1] if backwards else contents
        catalogue = Catalogue(dataset, contents, plan_of(contents), samples.WORKBOOKS)
        titles = dict(reversed(TITLES.items())) if backwards else TITLES
        release = self.publication.for_release(RELEASE)
        files = dict([edition_snapshot(catalogue, release, _pages(titles, ""))])
        for region in catalogue.regions(2019):
            own = [content for content in in_order(contents) if content.region == region]
            sheets = county_sheets(catalogue, 2019, region, own)
            pages = _pages(titles, region)
            files |= [county_snapshot(catalogue, release, region, own, sheets, pages)]
        return files

    def written(self, dataset: Dataset, name: str = "out") -> Path:
        folder = self.root / name
        for address, data in self.files(dataset).items():
            path = folder / address.removeprefix("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(scope="module")
def folder(made: Made) -> Path:
    return made.written(samples.make_dataset())


def values(place: Any, indicator: str) -> list[dict[str, Any]]:
    return [value for value in place["values"] if value["indicator"] == indicator]


def indicator_values(*records: dict[str, Any]) -> pd.DataFrame:
    base = {"statistic": "数值", "source_id": "self", "region_code": REAL, "year": 2019}
    return samples.rows("indicator_values", *(base | record for record in records))


# --- contents --------------------------------------------------------------------------------------


def test_it_holds_every_county_of_the_edition(folder: Path) -> None:
    snapshot = read_snapshot(folder)
    assert snapshot.year == 2019
    assert snapshot.shared["places"] == {REAL: "平昌县", SAMPLE_A: "示例甲县", SAMPLE_B: "示例乙县"}
    assert set(snapshot.places) == {REAL, SAMPLE_A, SAMPLE_B}
    assert {p["name"] for p in snapshot.places.values()} == set(snapshot.shared["places"].values())


def test_pages_stand_under_their_released_addresses(folder: Path) -> None:
    snapshot = read_snapshot(folder)
    assert snapshot.shared["pages"] == {"index.html": "2019年教育督导公报", "site/areas.html": "指标领域"}
    assert snapshot.places[REAL]["pages"] == {
        "511923/index.html": "平昌县 2019年教育督导公报",
        "511923/finance.html": "平昌县 2019年 经费与专项资金",
    }
    assert snapshot.places[SAMPLE_B]["pages"] == {}


def test_a_value_comes_with_its_unit_source_and_cell(folder: Path) -> None:
    primary, growth, junior = values(read_snapshot(folder).places[REAL], "per_pupil_budget")
    assert primary == {
        "region": REAL,
        "year": 2019,
        "period": "",
        "stage": "小学",
        "indicator": "per_pupil_budget",
        "name": "生均一般公共预算教育经费",
        "statistic": "数值",
        "shown": "11648.78元",
        "value": 11648.78,
        "unit": "元",
        "qualifier": "",
        "missing": "",
        "source": "平昌县2019年自评报告",
        "source_id": "self",
        "origin": "data/2019/511923.xlsx 工作表“指标数据” 单元格 E2",
        "note": "",
    }
    assert junior["value"] is None and (junior["missing"], junior["shown"]) == ("未报", "未报")
    assert (growth["statistic"], growth["value"], growth["unit"]) == ("增长率", 6.2, "%")


def test_what_is_withheld_or_internal_is_in_no_file(folder: Path) -> None:
    """3 pupils taught at home, a rate of 8 (5 of them placed), 384 admissions."""
    place = read_snapshot(folder).places[REAL]
    (home,) = values(place, "sent_home")
    assert (home["value"], home["shown"], home["missing"]) == (None, "<5人", "小数值隐去")
    (rate,) = values(place, "placement_rate")
    assert (rate["value"], rate["shown"]) == (None, "隐去")
    everything = "".join(path.read_text("utf-8") for path in (folder / "snapshot").iterdir())
    assert "exam_top" not in everything and "一本" not in everything
    numbers = {value["value"] for value in place["values"]}
    assert not numbers & {3.0, 62.5, 384.0}


def test_verdicts_facts_and_sentences_are_those_of_the_notebooks(folder: Path) -> None:
    place = read_snapshot(folder).places[REAL]
    assert [(v["area"], v["outcome"], v["word"], v["shown"], v["page"]) for v in place["verdicts"]] == [
        ("balance", "fail", "未达标", "", "511923/balance.html"),
        ("balance", "fail", "未达标", "0.5018", "511923/balance.html"),
        ("balance", "undetermined", "待定", "", "511923/balance.html"),
        ("finance", "pass", "达标", "增长6.20%", "511923/finance.html"),
    ]
    backbone = place["verdicts"][1]
    assert (backbone["value"], backbone["limit"], backbone["op"]) == (0.501787, 0.5, "<=")
    assert place["texts"] == [{"area": "finance", "text": "小学生均经费11648.78元，比上年增长6.20%。"}]
    assert place["facts"][2] == {
        "area": "finance", "label": "教育经费总投入", "shown": "15.16亿元", "remark": "", "value": 15.16,
        "unit": "亿元",
    }  # fmt: skip


def test_figures_tables_and_records_are_told_too(folder: Path) -> None:
    place = read_snapshot(folder).places[REAL]
    spec = samples.make_figure().spec_text()
    assert place["figures"] == [
        {
            "area": "finance",
            "id": "fig-1",
            "title": "生均一般公共预算教育经费",
            "finding": "小学11648.78元，初中13418.99元。",
            "sha256": hashlib.sha256(spec.encode()).hexdigest(),
        }
    ]
    (table,) = place["tables"]
    assert table["header"] == ["学段", "2019年（元）", "2018年（元）", "比上年"]
    assert table["rows"][0] == ["小学", "11648.78", "约10968.72", "增长6.20%"]
    assert table["rows"][2][1] == "<5"
    record = place["records"]["evaluations"]
    assert record["label"] == "评价" and len(record["rows"]) == 1
    assert dict(zip(record["header"], record["rows"][0], strict=True))["总分"] == 98
    assert {"values", "verdicts", "charts"} & set(place["records"]) == set()


def test_what_counties_share_is_told_once(made: Made, folder: Path) -> None:
    shared = read_snapshot(folder).shared
    assert set(shared["indicators"]) == {"per_pupil_budget", "sent_home", "placement_rate"}
    budget = shared["indicators"]["per_pupil_budget"]
    assert budget["formula"] == "一般公共预算教育经费÷年平均在校生数" and budget["unit"] == "元"
    (target,) = shared["targets"]
    assert target["indicator_id"] == "per_pupil_budget" and target["value"] == 0.0
    assert (target["valid_from"], target["valid_to"], target["confirmed"]) == (2018, None, True)
    assert (target["source_id"], target["source"]) == ("law", "预算办法")
    assert shared["sources"] == {"law": "预算办法", "self": "平昌县2019年自评报告"}
    assert shared["regions"]["511900"]["parent_code"] == "510000"
    assert set(shared["frameworks"]) == {"f1"}
    assert set(shared["methods"]) == {"页面“方法与说明”", "工作簿“义务教育均衡”", "工作簿“经费与专项资金”"}


def test_a_framework_is_known_by_its_rows_and_not_by_where_they_stand(made: Made) -> None:
    item = {"framework_id": "f1", "item_id": "A3", "level": "一级", "name": "各类教育", "full_score": 24.0}

    def digest(**changed: Any) -> str:
        frame = samples.rows("framework_items", item | changed)
        files = made.files(samples.make_dataset(framework_items=frame))
        return str(json.loads(files["/snapshot/edition.json"])["frameworks"]["f1"])

    assert digest() == digest(_row=77, _file="data/other.csv")
    assert len({digest(), digest(full_score=25.0), digest(name="各级教育")}) == 3


def test_targets_that_begin_later_are_no_part_of_an_edition(made: Made) -> None:
    base = {"indicator_id": "per_pupil_budget", "statistic": "增长率", "region_code": "*", "op": ">="}
    frame = samples.rows(
        "targets",
        base | {"stage": "小学", "valid_from": 2019.0, "valid_to": 2022.0, "value": 1.0},
        base | {"stage": "小学", "valid_from": 2020.0, "value": 2.0},
    )
    files = made.files(samples.make_dataset(targets=frame))
    (target,) = json.loads(files["/snapshot/edition.json"])["targets"]
    assert (target["value"], target["valid_to"]) == (1.0, 2022)


# --- several years ---------------------------------------------------------------------------------


def test_values_of_earlier_years_are_there_without_a_report_of_them(made: Made) -> None:
    """The small count of 2018 stays withheld in the edition of 2019."""
    frame = indicator_values(
        {"indicator_id": "per_pupil_budget", "stage": "小学", "value": 11000.5, "year": 2018},
        {"indicator_id": "sent_home", "stage": "全部", "value": 4.0, "year": 2018},
        {"indicator_id": "per_pupil_budget", "stage": "小学", "value": 11648.78},
    )
    place = json.loads(made.files(samples.make_dataset(indicator_values=frame))[f"/snapshot/{REAL}.json"])
    assert [(v["year"], v["indicator"], v["value"]) for v in place["values"]] == [
        (2018, "per_pupil_budget", 11000.5),
        (2018, "sent_home", None),
        (2019, "per_pupil_budget", 11648.78),
    ]


def test_a_place_keeps_its_values_under_the_code_it_had_before(made: Made) -> None:
    dataset = samples.make_dataset(
        indicator_values=indicator_values(
            {"indicator_id": "per_pupil_budget", "stage": "小学", "value": 9000.0, "year": 2018,
             "region_code": "990190"},
            {"indicator_id": "per_pupil_budget", "stage": "小学", "value": 9500.0, "region_code": SAMPLE_A},
        ),
        regions=samples.rows(
            "regions",
            {"region_code": "990190", "region_name": "示例老县", "level": "县", "valid_to": 2018.0},
            {"region_code": SAMPLE_A, "region_name": "示例甲县", "level": "县", "valid_from": 2019.0,
             "former_code": "990190"},
        ),
    )  # fmt: skip
    covers = pd.concat([dataset.covers, dataset.covers.iloc[:1].assign(region_code="990190", year=2018)])
    dataset = Dataset(dataset.tables, covers, dataset.letters, dataset.digests)
    files = made.files(dataset)
    place = json.loads(files[f"/snapshot/{SAMPLE_A}.json"])
    assert [(v["year"], v["region"], v["value"]) for v in place["values"]] == [
        (2018, "990190", 9000.0),
        (2019, SAMPLE_A, 9500.0),
    ]
    assert json.loads(files["/snapshot/edition.json"])["regions"][SAMPLE_A]["former_code"] == "990190"


# --- bytes -----------------------------------------------------------------------------------------


def test_the_same_edition_gives_the_same_bytes(made: Made) -> None:
    dataset = samples.make_dataset()
    files = made.files(dataset)
    assert made.files(dataset, backwards=True) == files
    for data in files.values():
        text = data.decode()
        assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        assert str(made.root) not in text


def test_only_a_release_is_built_with_one(made: Made, tmp_path: Path) -> None:
    arguments = (samples.make_dataset(), made.reports, samples.WORKBOOKS)
    release = made.publication.for_release(RELEASE)
    build_site(release, *arguments, tmp_path / "r1", store=tmp_path / "store")
    build_site(made.publication, *arguments, tmp_path / "working", store=tmp_path / "store")
    assert not (tmp_path / "working/snapshot").exists()
    snapshot = read_snapshot(tmp_path / "r1")
    assert snapshot.places[REAL]["pages"] == {
        "511923/balance.html": "平昌县 2019年 义务教育均衡",
        "511923/finance.html": "平昌县 2019年 经费与专项资金",
        "511923/index.html": "平昌县 2019年教育督导公报",
    }
    # what a snapshot lists as pages is there
    for address in snapshot.shared["pages"]:
        assert any((tmp_path / "r1" / base / address).is_file() for base in (".", "reports/2019")), address


def test_what_stays_in_the_office_has_none(made: Made) -> None:
    dataset = samples.make_dataset()
    with pytest.raises(ValueError, match="public release"):
        edition_snapshot(Catalogue(dataset, [], {}, {}), made.publication, {})
    internal = Catalogue(dataset, [], {}, {}, internal=True)
    with pytest.raises(ValueError, match="public release"):
        edition_snapshot(internal, made.publication.for_release(RELEASE), {})


def test_the_gate_reads_it(made: Made) -> None:
    dataset = samples.make_dataset()
    folder = made.written(dataset, "gate")
    assert check_output(folder, dataset, 1) == []
    path = folder / f"snapshot/{REAL}.json"
    place = json.loads(path.read_text("utf-8"))
    place["texts"].append({"area": "access", "text": "平昌县2019年送教上门人数3人。"})
    path.write_text(json.dumps(place, ensure_ascii=False), "utf-8")
    (leak,) = check_output(folder, dataset, 1)
    assert leak.address == f"snapshot/{REAL}.json" and "送教上门人数" in leak.what


# --- reading ---------------------------------------------------------------------------------------


def test_a_folder_without_a_snapshot_is_named(made: Made, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"r7 里没有 snapshot/edition\.json"):
        read_snapshot(tmp_path / "r7")
    folder = made.written(samples.make_dataset(), "incomplete")
    (folder / f"snapshot/{SAMPLE_B}.json").unlink()
    with pytest.raises(SnapshotError, match=f"snapshot/{SAMPLE_B}.json"):
        read_snapshot(folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "损坏"),
        ("[]", "损坏"),
        ('{"format": 2, "year": 2019, "places": {}}', "格式是 2"),
        ('{"year": 2019, "places": {}}', "格式是 None"),
        ('{"format": 1, "places": {}}', "损坏"),
        ('{"format": 1, "year": 2019}', "损坏"),
    ],
)
def test_a_damaged_snapshot_or_one_of_another_version_is_refused(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot/edition.json").write_text(text, "utf-8")
    with pytest.raises(SnapshotError, match=says):
        read_snapshot(tmp_path)


def test_one_part_can_be_read_alone(folder: Path) -> None:
    assert read_part(folder, f"{SAMPLE_A}.json")["name"] == "示例甲县"
