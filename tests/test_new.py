"""`gongbao new`: a publication of one's own that works at once."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongbao.data.columns import AREAS
from gongbao.starting import StartError, start_publication
from gongbao.starting.codes import find_name, known_regions, lineage
from publications import ROOT, run_gongbao


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new publication for a county and a city, made by the real command."""
    parent = tmp_path_factory.mktemp("new")
    done = run_gongbao(parent, "new", "mine", "--region", "511923", "--name", "铜川市", "--year", "2024")
    assert done.returncode == 0, done.stderr
    assert "data/2024/511923.xlsx、data/2024/610200.xlsx" in done.stdout
    return parent / "mine"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_it_holds_what_an_office_needs(made: Path) -> None:
    assert {p.stem for p in (made / "workbooks").glob("*.ipynb")} == {
        p.stem for p in (ROOT / "workbooks").glob("*.ipynb")
    }
    for name in (
        "README.md",
        "Makefile",
        "requirements.txt",
        ".gitignore",
        ".github/workflows/site.yml",
        "site/about.qmd",
    ):
        assert (made / name).is_file(), name
    assert "四川省巴中市平昌县（511923）" in (made / "README.md").read_text("utf-8")


def test_regions_come_with_those_above_them(made: Path) -> None:
    found = {
        row["行政区划代码"]: (row["名称"], row["上级代码"], row["级别"])
        for row in rows(made / "data/regions.csv")
    }
    assert found == {
        "510000": ("四川省", "", "省"),
        "511900": ("巴中市", "510000", "市"),
        "511923": ("平昌县", "511900", "县"),
        "610000": ("陕西省", "", "省"),
        "610200": ("铜川市", "610000", "市"),
    }


def test_counties_come_with_their_kind_so_that_they_are_compared_with_their_like(made: Path) -> None:
    found = {row["行政区划代码"]: row["类别"] for row in rows(made / "data/regions.csv")}
    assert found == {"510000": "", "511900": "", "511923": "县", "610000": "", "610200": ""}
    assert "类别" in (made / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("510104", "市辖区"),
        ("511781", "县级市"),
        ("513221", "县"),
        ("150121", "县"),
        ("130171", ""),
        ("441900", ""),
    ],
)
def test_a_countys_kind_follows_from_its_code(code: str, kind: str) -> None:
    assert known_regions()[code].kind == kind


def test_the_first_edition_is_a_draft(made: Path) -> None:
    (row,) = rows(made / "data/editions.csv")
    assert (row["年度"], row["状态"]) == ("2024", "草稿")
    assert not any(row[name] for name in ("文号", "成文日期", "批准机关", "禁发至", "说明"))


def test_definitions_are_national_and_nothing_is_invented(made: Path) -> None:
    for path in (made / "data").glob("*.csv"):
        text = path.read_text("utf-8-sig")
        assert "sample" not in text and "示例" not in text, path.name
    targets = rows(made / "data/targets.csv")
    assert {row["适用区划"] for row in targets} <= {"*", "510000", "511900", "511923", "610000", "610200"}
    assert {r["测评体系代码"] for r in rows(made / "data/framework_items.csv")} >= {"preschool_2020"}
    cited = {
        r["依据"]
        for name in ("targets", "indicators", "framework_items")
        for r in rows(made / f"data/{name}.csv")
    }
    assert cited - {""} <= {r["来源编号"] for r in rows(made / "data/sources.csv")}


def test_no_word_of_this_machine_is_in_it(made: Path) -> None:
    for path in made.rglob("*"):
        if path.is_file() and path.suffix not in (".xlsx", ".woff2"):
            text = path.read_text("utf-8", errors="replace")
            assert str(ROOT) not in text and str(made) not in text, path


def test_an_empty_form_builds_and_says_what_is_missing_then_a_number_appears(
    made: Path, tmp_path: Path
) -> None:
    site = shutil.copytree(made, tmp_path / "site")
    done = run_gongbao(site, "build", "--workers", "1")
    assert done.returncode == 0, done.stderr
    county = (site / "_site/reports/2024/511923/index.html").read_text("utf-8")
    others = "、".join(title for area, title in AREAS.items() if area != "overview")
    assert f"没有报送的领域：{others}。" in county
    overview = (site / "_site/reports/2024/511923/overview.html").read_text("utf-8")
    assert "平昌县2024年没有报送" in overview

    form = site / "data/2024/511923.xlsx"
    book = load_workbook(form)
    sheet = book["指标数据"]
    columns = {str(cell.value): cell.column for cell in sheet[2]}
    own = next(
        r
        for r in range(4, sheet.max_row + 1)
        if sheet.cell(r, columns["指标代码"]).value == "total_education_funds"
    )
    sheet.cell(own, columns["数值"], 17.31)
    book["封面"].cell(6, 2, "pingchang-2019")
    book.save(form)
    done = run_gongbao(site, "check")
    assert done.returncode == 0, done.stdout
    done = run_gongbao(site, "build", "--workers", "1")
    assert done.returncode == 0, done.stderr
    finance = (site / "_site/reports/2024/511923/finance.html").read_text("utf-8")
    assert "17.31亿元" in finance
    county = (site / "_site/reports/2024/511923/index.html").read_text("utf-8")
    assert AREAS["finance"] not in county.split("没有报送的领域：")[1].split("。")[0]


def test_make_finds_the_installed_command(made: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["make", "check"],
        cwd=made,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "0 个错误" in done.stdout and not (made / ".venv").exists()


def test_everything_wrong_is_said_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/a.txt").write_text("a")
    done = run_gongbao(
        tmp_path, "new", "full", "--region", "511924", "--name", "平昌市", "--name", "鼓楼区", "--year", "23"
    )
    assert done.returncode == 1
    for words in (
        "没有 511924",
        "511923（四川省巴中市平昌县）",
        "没有“平昌市”",
        "叫“鼓楼区”的有 4 个",
        "已有内容",
        "年度 23 不对",
    ):
        assert words in done.stderr, words
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["a.txt"]


def test_a_place_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="没有说是哪个地方"):
        start_publication(tmp_path / "x", [], [], 2024)
    assert not (tmp_path / "x").exists()


def test_names_are_found_with_and_without_their_ending() -> None:
    assert [find_name(name).code for name in ("平昌县", "平昌", "四川省巴中市平昌县")] == ["511923"] * 3  # type: ignore[union-attr]


def test_a_district_of_a_municipality_belongs_to_it_directly() -> None:
    assert [r.name for r in lineage(known_regions()["110101"])] == ["北京市", "东城区"]


def test_a_wheel_carries_what_is_copied(tmp_path: Path) -> None:
    source = tmp_path / "source"
    names = (
        "src",
        "workbooks",
        "site",
        "scripts",
        "data",
        "pyproject.toml",
        "setup.py",
        "README.md",
        "LICENSE",
        "_quarto.yml",
    )
    for name in names:
        origin = ROOT / name
        if origin.is_dir():
            shutil.copytree(
                origin, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "*.xlsx")
            )
        else:
            shutil.copy2(origin, source / name)
    code = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    # run from the unpacked wheel, not from the checkout
    done = subprocess.run(
        [sys.executable, "-m", "gongbao", "new", "mine", "--region", "511923", "--year", "2024"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(unpacked)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    packed = {
        p.relative_to(unpacked / "gongbao/starting/publication")
        for p in (unpacked / "gongbao/starting/publication").rglob("*")
    }
    assert Path("workbooks/overview.ipynb") in packed and Path("site/theme/gongbao.css") in packed
    assert (tmp_path / "mine/workbooks/overview.ipynb").read_bytes() == (
        ROOT / "workbooks/overview.ipynb"
    ).read_bytes()
