"""A revision as data: checked by the real validators on a really released revision and its correction."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from frictionless import validate
from openpyxl import load_workbook
from playwright.sync_api import Browser
from pydantic import ValidationError

from browsing import served, watch
from gongbao.editions.package_fields import Kind, guessed, kind_of, make_schema
from gongbao.editions.packages import CsvFile, resource
from publications import copy_publication, run_gongbao
from schema_org_models import read_json_ld

COUNTY, REAL = "990117", "511923"
SITE = "https://gongbao.example.org"
LICENCE = "  licence:\n    title: 知识共享署名 4.0\n    url: https://creativecommons.org/licenses/by/4.0/\n"


@dataclass(frozen=True)
class Released:
    tree: Path

    def folder(self, revision: int) -> Path:
        return self.tree / "2019" / f"r{revision}"

    def package(self, revision: int) -> dict[str, Any]:
        return self.json(f"2019/r{revision}/datapackage.json")

    def card(self, revision: int) -> dict[str, Any]:
        return self.json(f"2019/r{revision}/dataset.jsonld")

    def json(self, path: str) -> dict[str, Any]:
        found = json.loads((self.tree / path).read_text("utf-8"))
        assert isinstance(found, dict)
        return found

    def rows(self, path: str) -> list[dict[str, str]]:
        text = (self.tree / path).read_text("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """2019 of a real county and a sample: r1 with neither address nor licence; r2 corrects a cell, and has both."""
    root = tmp_path_factory.mktemp("packages")
    publication = copy_publication(root / "publication", f"2019/{REAL}", f"2019/{COUNTY}")
    settings = publication / "_quarto.yml"
    text = "".join(
        line for line in settings.read_text("utf-8").splitlines(keepends=True) if "site-url" not in line
    )
    settings.write_text(text, "utf-8")
    release(publication, root / "tree", "2020-03-31")
    book = load_workbook(publication / "data" / "2019" / f"{COUNTY}.xlsx")
    book["指标数据"]["F4"] = 3.7606
    book.save(publication / "data" / "2019" / f"{COUNTY}.xlsx")
    text = text.replace("website:\n", f"website:\n  site-url: {SITE}\n").rstrip("\n") + "\n" + LICENCE
    settings.write_text(text, "utf-8")
    release(publication, root / "tree", "2020-06-30", "--reason", "教育经费总投入录入有误")
    return Released(root / "tree")


def release(publication: Path, tree: Path, day: str, *more: str) -> None:
    done = run_gongbao(publication, "release", "2019", "--into", str(tree), "--date", day, *more)
    assert done.returncode == 0, done.stderr + done.stdout


# --- the Data Package -------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [1, 2])
def test_frictionless_accepts_every_file_with_its_types_keys_and_digests(
    released: Released, revision: int
) -> None:
    report = validate(released.folder(revision) / "datapackage.json")
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "type", "note"])
    assert len(report.tasks) == len(released.package(revision)["resources"]) > 90


def test_every_csv_of_the_revision_is_described_or_has_a_reason(released: Released) -> None:
    package = released.package(1)
    described = {r["path"] for r in package["resources"]}
    left_out = {entry["path"] for entry in package.get("undescribed", ())}
    found = {p.relative_to(released.folder(1)).as_posix() for p in released.folder(1).rglob("*.csv")}
    assert described | left_out == found and not described & left_out


@pytest.mark.parametrize(
    ("column", "wrong", "fault"),
    [
        ("数值", "约十五", "type-error"),
        ("限定词", "大约", "constraint-error"),
        ("修订版", "", "constraint-error"),
        ("指标代码", "no_such_indicator", "foreign-key"),
        ("来源", "没有列出的文件", "foreign-key"),
        ("", "", "primary-key"),  # the line a second time
    ],
)
def test_frictionless_sees_what_breaks_a_promise_of_the_package(
    released: Released, tmp_path: Path, column: str, wrong: str, fault: str
) -> None:
    folder = shutil.copytree(released.folder(1), tmp_path / "r1")
    path = folder / "data" / REAL / "values.csv"
    header, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
    row = list(rows[0])
    if column:
        row[header.index(column)] = wrong
    changed = [row, *rows[1:]] if column else [row, *rows]
    out = io.StringIO()
    csv.writer(out).writerows([header, *changed])
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    package["resources"] = [
        r for r in package["resources"] if r["name"] in (f"{REAL}.values", "indicators", "sources")
    ]
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    report = validate(folder / "datapackage.json")
    found = {(task.name, error.type) for task in report.tasks for error in task.errors}
    assert {(f"{REAL}.values", fault), (f"{REAL}.values", "hash-count")} <= found


def test_the_package_says_what_it_is_of(released: Released) -> None:
    first, second = released.package(1), released.package(2)
    assert (first["name"], first["version"], first["created"]) == (
        "gongbao-2019-r1", "r1", "2020-03-31T00:00:00+08:00",
    )  # fmt: skip
    assert first["contributors"] == [{"title": "示例市人民政府教育督导委员会办公室", "roles": ["publisher"]}]
    assert {"title": "平昌县2019年履行教育职责自查自评报告"} in first["sources"]
    assert "示例县庚为示例地区，数据是虚构的" in first["description"]
    assert "licenses" not in first and "homepage" not in first
    assert second["licenses"] == [
        {"title": "知识共享署名 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
    ]
    assert second["homepage"] == f"{SITE}/2019/r2/"
    assert (second["gongbao"]["previous"], second["gongbao"]["reason"]) == ("r1", "教育经费总投入录入有误")


def test_fields_have_the_names_types_and_units_of_the_definitions(released: Released) -> None:
    by_name = {r["name"]: r for r in released.package(1)["resources"]}
    values = {f["name"]: f for f in by_name[f"{REAL}.values"]["schema"]["fields"]}
    assert values["数值"]["type"] == "number" and "四舍五入" in values["数值"]["description"]
    assert values["限定词"]["constraints"]["enum"] == ["约", "近", "以上", "以下", "左右", "余"]
    assert values["年度"]["type"] == "year"
    funds = {f["name"]: f for f in by_name[f"{COUNTY}.funds"]["schema"]["fields"]}
    assert (funds["预算数（万元）"]["type"], funds["预算数（万元）"]["unit"]) == ("number", "万元")
    assert funds["受益人数（人）"]["type"] == "integer"
    scores = by_name[f"{REAL}.scores"]["schema"]
    assert scores["primaryKey"] == ["评价编号", "测评项代码"]
    assert {
        "fields": ["评价编号"], "reference": {"resource": f"{REAL}.evaluations", "fields": ["评价编号"]},
    } in scores["foreignKeys"]  # fmt: skip
    assert by_name["targets"]["schema"]["primaryKey"] == [
        "指标代码",
        "统计量",
        "适用区划",
        "学段",
        "启用年份",
    ]


def test_somebody_has_said_what_every_column_of_a_download_is(released: Released) -> None:
    for path in sorted(released.folder(1).glob("data/**/*.csv")):
        file = CsvFile(path.relative_to(released.folder(1)).as_posix(), path.read_bytes())
        unknown = [name for name in file.header if kind_of(file.table, name) is None]
        assert not unknown, (file.path, unknown)


def test_figures_and_tables_are_called_by_their_titles(released: Released) -> None:
    titles = {r["path"]: r["title"] for r in released.package(1)["resources"]}
    snapshot = released.json(f"2019/r1/snapshot/{REAL}.json")
    for figure in snapshot["figures"]:
        assert titles[f"{REAL}/{figure['area']}/{figure['id']}.csv"] == f"平昌县 {figure['title']}"
    assert titles[f"data/{REAL}/values.csv"] == "平昌县 指标数据"


# --- the downloads themselves -----------------------------------------------------------------------


def test_every_line_of_a_download_tells_its_revision_and_place(released: Released) -> None:
    for path in sorted(released.folder(2).glob(f"data/{COUNTY}/*.csv")):
        for row in released.rows(path.relative_to(released.tree).as_posix()):
            place = (row["修订版"], row["年度"], row["区划代码"], row["地区"])
            assert place == ("r2", "2019", COUNTY, "示例县庚")
    assert {r["修订版"] for r in released.rows("2019/r2/data/indicators.csv")} == {"r2"}
    changed = released.rows(f"2019/r2/data/{COUNTY}/values.csv")[0]
    assert (changed["指标"], changed["数值"], changed["单位"]) == ("教育经费总投入", "3.7606", "亿元")


def test_verdicts_carry_the_indicator_and_unit_that_they_judge(released: Released) -> None:
    rows = {r["判定代码"]: r for r in released.rows(f"2019/r1/data/{REAL}/verdicts.csv")}
    budget = rows["finance.budget"]
    judged = ("general_public_budget", "增长率", "%")
    assert (budget["指标代码"], budget["统计量"], budget["单位"]) == judged
    assert (rows["duty.total"]["指标代码"], rows["duty.total"]["单位"]) == ("", "")


def test_the_excel_file_says_at_its_top_which_revision_it_is_of(released: Released) -> None:
    sheet = load_workbook(released.folder(2) / "data" / f"{COUNTY}.xlsx")["说明"]
    assert sheet["A1"].value == "示例县庚 2019年教育督导公报数据（示例数据，虚构）"
    assert sheet["A2"].value == (
        "2019年度 · 修订版 r2 · 示例教督〔2020〕1号 · 发布日期 2020-06-30 · "
        "批准机关 示例市人民政府教育督导委员会办公室"
    )


# --- the schema.org Dataset -------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [1, 2])
def test_the_card_keeps_to_the_schema_org_vocabulary(released: Released, revision: int) -> None:
    card = released.card(revision)
    assert card["@context"] == "https://schema.org" and card["@type"] == "Dataset"
    read_json_ld(card)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("distrubution", []),  # no such property
        ("contentUrl", "x"),  # a property of another type
        ("datePublished", {"@type": "Place", "name": "x"}),
        ("spatialCoverage", [{"@type": "DataDownload", "name": "x"}]),
        ("variableMeasured", [{"@type": "PropertyValue", "unit": "元"}]),
    ],
)
def test_the_validator_refuses_what_the_vocabulary_does_not_have(
    released: Released, name: str, wrong: Any
) -> None:
    with pytest.raises(ValidationError):
        read_json_ld(released.card(1) | {name: wrong})


def test_the_card_tells_places_times_and_indicators_with_units(released: Released) -> None:
    card = released.card(1)
    assert (card["temporalCoverage"], card["datePublished"], card["version"]) == ("2019", "2020-03-31", "r1")
    assert card["identifier"] == "示例教督〔2020〕1号"
    places = {p["name"]: p["identifier"] for p in card["spatialCoverage"]}
    assert places["平昌县"] == {
        "@type": "PropertyValue", "name": "行政区划代码", "value": REAL, "propertyID": "GB/T 2260",
    }  # fmt: skip
    assert "propertyID" not in places["示例县庚"]  # 99xxxx is outside of the standard
    variables = {v["propertyID"]: v for v in card["variableMeasured"]}
    assert variables["total_education_funds"]["unitText"] == "亿元"
    assert "exam_top" not in json.dumps(card)  # internal
    assert "license" not in card and "url" not in card


def test_the_card_lists_every_download_with_its_digest(released: Released) -> None:
    folder = released.folder(1)
    found = {d["contentUrl"]: d for d in released.card(1)["distribution"]}
    offered = {p.relative_to(folder).as_posix() for p in (folder / "data").rglob("*") if p.is_file()}
    assert set(found) == offered | {"datapackage.json"}
    for path in offered:
        assert found[path]["sha256"] == hashlib.sha256((folder / path).read_bytes()).hexdigest()
    kinds = {Path(path).suffix: d["encodingFormat"] for path, d in found.items()}
    assert kinds == {
        ".csv": "text/csv", ".json": "application/json",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }  # fmt: skip


def test_a_correction_names_what_it_corrects_and_why(released: Released) -> None:
    card = released.card(2)
    assert card["@id"] == card["url"] == f"{SITE}/2019/r2/"
    assert card["correction"] == "教育经费总投入录入有误"
    assert (card["isBasedOn"]["version"], card["isBasedOn"]["url"]) == ("r1", f"{SITE}/2019/r1/")
    assert card["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert f"{SITE}/2019/r2/data/{COUNTY}.xlsx" in {d["contentUrl"] for d in card["distribution"]}
    assert "isBasedOn" not in released.card(1)


@pytest.mark.browser
@pytest.mark.parametrize(("page", "base"), [("2019/r1/site/data.html", ""), ("2019/site/data.html", SITE)])
def test_the_strict_policy_lets_the_card_stand_in_the_page(
    released: Released, browser: Browser, page: str, base: str
) -> None:
    with served(released.tree) as own:
        window = browser.new_page()
        faults = watch(window, own)
        window.goto(f"{own}/{page}")
        text = window.locator('script[type="application/ld+json"]').text_content()
        for link in window.locator(".gb-files a").evaluate_all("links => links.map(link => link.href)"):
            assert window.request.get(link).status == 200
        if not base:  # relative: as seen from the page
            for download in json.loads(text or "")["distribution"]:
                assert window.request.get(f"{own}/2019/r1/site/{download['contentUrl']}").status == 200
        policy = window.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
        window.close()
    assert faults == []
    assert "script-src 'self';" in (policy or "")
    card = json.loads(text or "")
    read_json_ld(card)
    assert card["name"] == f"教育督导公报（2019年度）修订版 r{2 if base else 1}"


# --- what a file's own content tells ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("2019年（元）", ["11648.78", "未报", ""], Kind("number", unit="元")),
        ("人数（人）", ["12", "<5"], Kind("integer", unit="人")),
        ("学校代码", ["511923"], Kind()),
        ("数", ["007"], Kind()),  # a number does not begin with 0
        ("比上年", ["增长6.20%"], Kind()),
        ("空", ["", ""], Kind()),
    ],
)
def test_columns_of_figures_are_told_from_what_stands_in_them(
    header: str, values: list[str], kind: Kind
) -> None:
    assert guessed(header, values) == kind


def test_a_promise_that_the_file_breaks_is_not_made() -> None:
    header, kinds = ["键", "数"], [Kind(required=True), Kind("integer")]
    schema = make_schema(header, [["a", "1"], ["", "2.5"], ["a", "<5"]], kinds, ("键",), [])
    assert "primaryKey" not in schema and "constraints" not in schema["fields"][0]
    assert schema["fields"][1] == {"name": "数", "type": "number", "missingValues": ["", "<5"]}


def test_names_of_resources_hold_what_the_profile_allows() -> None:
    file = CsvFile("990101/finance/fig-1.csv", "学段,2019年（元）\r\n小学,1\r\n".encode("utf-8-sig"))
    found = resource(file, "题", {})
    assert (found["name"], found["bytes"]) == ("990101.finance.fig-1", len(file.data))
