"""The commands as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from openpyxl import load_workbook

from gongbao.commands import cli
from gongbao.data.columns import AREAS
from publications import ROOT, copy_publication, run_gongbao


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_publication(tmp_path_factory.mktemp("cli") / "publication", "2019/511923")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_explained_and_in_both_readmes(name: str) -> None:
    command = cli.commands[name]
    assert command.help and "。" in command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"
    for readme in ("README.md", "README.zh-CN.md"):
        assert f"gongbao {name}" in (ROOT / readme).read_text("utf-8")


def test_a_template_is_written_filled_in_and_checked(publication: Path, tmp_path: Path) -> None:
    form = tmp_path / "表.xlsx"
    done = run_gongbao(publication, "template", "--region", "511923", "--year", "2020", "--out", str(form))
    assert done.returncode == 0, done.stderr
    assert "data/2020/511923.xlsx" in done.stdout
    book = load_workbook(form)
    sheet = book["指标数据"]
    headers = {cell.value: cell.column for cell in sheet[2]}
    last = next(
        r for r in sheet.iter_rows(min_row=4) if r[headers["指标代码"] - 1].value == "total_education_funds"
    )
    assert last[headers["上年数值"] - 1].value == 15.16  # 平昌 2019
    last[headers["数值"] - 1].value = "16亿多"
    book.save(form)
    again = run_gongbao(publication, "template", "--region", "511923", "--year", "2020", "--out", str(form))
    assert again.returncode == 1 and "--force" in again.stderr
    checked = run_gongbao(publication, "check", str(form))
    assert checked.returncode == 1
    assert "表.xlsx" in checked.stdout and f"F{last[0].row}" in checked.stdout


def test_check_speaks_json_and_github(publication: Path, tmp_path: Path) -> None:
    broken = tmp_path / "坏.xlsx"
    broken.write_text("<html>not Excel</html>")
    done = run_gongbao(publication, "check", str(broken), "--format", "json")
    (problem,) = json.loads(done.stdout)
    assert problem["severity"] == "error" and problem["file"].endswith("坏.xlsx")
    done = run_gongbao(publication, "check", str(broken), "--format", "github")
    assert done.stdout.startswith("::error file=")


def test_clean_data_pass(publication: Path) -> None:
    done = run_gongbao(publication, "check")
    # what the self-evaluation says of its disabled children doesn't add up, and the submission says so
    assert done.returncode == 0 and done.stdout.strip().endswith("0 个错误，0 个提醒，1 个已说明")


def test_the_list_names_the_reports_that_have_data(publication: Path) -> None:
    done = run_gongbao(publication, "list")
    areas = set(AREAS) - {"schools"}  # the self-evaluation tells nothing of single schools
    assert done.stdout.split() == [f"2019/511923/{area}" for area in sorted(areas)]


def test_outside_a_publication_it_says_where_to_go(tmp_path: Path) -> None:
    done = run_gongbao(tmp_path, "check")
    assert done.returncode == 1
    assert "_quarto.yml" in done.stderr and "Traceback" not in done.stderr


def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text("gongbao:\n  colour: red\n  time_limit: -1\n", "utf-8")
    done = run_gongbao(tmp_path, "check")
    assert "colour" in done.stderr and "time_limit" in done.stderr and "可用的有" in done.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("- a\n- b\n", "名称: 值"),
        ("website:\n  navbar: [1]\n", "website.navbar"),
        ("gongbao: {time_limit: soon}\n", "应当是整数"),
        ("a: [1\nb: 2\n", "行附近"),
    ],
)
def test_settings_of_any_shape_get_a_sentence(tmp_path: Path, settings: str, words: str) -> None:
    (tmp_path / "_quarto.yml").write_text(settings, "utf-8")
    done = run_gongbao(tmp_path, "check")
    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["publish"], "没有这个命令；有的命令：build、check"),
        (["template", "--region", "511923"], "缺少 --year"),
        (["template", "--region", "511923", "--year", "去年"], "--year 的值不能用"),
        (["build", "--engine", "latex"], "--engine 只能是 embedded、quarto"),
        (["build", "--regoin", "1"], "没有选项 --regoin。是不是 --region"),
        (["build", "--area", "money"], "没有领域 money的数据"),
    ],
)
def test_a_wrong_command_line_is_explained_in_chinese(
    publication: Path, arguments: list[str], words: str
) -> None:
    done = run_gongbao(publication, *arguments)
    assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr


def test_no_template_from_broken_definitions(tmp_path: Path) -> None:
    broken = copy_publication(tmp_path / "publication", "2019/511923")
    table = broken / "data/indicators.csv"
    table.write_bytes(table.read_bytes().replace("指标名称".encode(), "名".encode(), 1))
    done = run_gongbao(broken, "template", "--region", "511923", "--year", "2020")
    assert done.returncode == 1 and "indicators.csv" in done.stderr
    assert not list(broken.glob("*.xlsx"))


def test_debug_shows_where_it_happened(tmp_path: Path) -> None:
    assert "Traceback" in run_gongbao(tmp_path, "--debug", "check").stderr


def test_a_summary_for_ci_is_written(publication: Path, tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    done = run_gongbao(publication, "build", "--area", "duty", "--summary", str(path))
    assert done.returncode == 0, done.stderr
    summary = json.loads(path.read_text("utf-8"))
    assert summary["executed"] == 1 and summary["failures"] == []
