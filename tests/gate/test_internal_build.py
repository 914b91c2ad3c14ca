"""`gongbao build --internal` and `gongbao gate`: what stays in the office stays there."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from html import unescape
from pathlib import Path

import pytest

from publications import copy_publication, run_gongbao

PLACES = {"xx县": "980001", "晋江市": "350582"}
FACTS = Path(__file__).with_name("exam_facts.csv")


def facts() -> list[dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything(folder: Path) -> str:
    """All text of an output, without tags and spaces, Excel files unpacked."""
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                texts += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        elif path.is_file() and path.suffix not in (".js", ".css"):
            texts.append(path.read_text("utf-8-sig"))
    joined = unescape("\n".join(texts))
    joined = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), joined)
    return re.sub(r"<[^>]*>|[ \t]", "", joined).replace("，", ",")


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two real places whose submissions hold examination results, built for the public and for the office."""
    root = tmp_path_factory.mktemp("internal") / "publication"
    copy_publication(root, *(f"2015/{code}" for code in PLACES.values()))
    for arguments in (["build"], ["build", "--internal"]):
        done = run_gongbao(root, *arguments)
        assert done.returncode == 0, done.stderr
    return root


def test_there_are_twenty_rows_of_examination_results() -> None:
    assert len(facts()) == 20
    assert {row["place"] for row in facts()} == set(PLACES)


def test_no_examination_result_is_anywhere_in_the_public_output(publication: Path) -> None:
    public = everything(publication / "_site")
    assert len(public) > 50_000
    for row in facts():
        assert row["quote"].replace("，", ",") not in public
        beside = r"(?:上线|高考|录取|最高分|总分|总成绩|考试)[^。；\n]{0,30}"
        told = rf"{beside}(?<![\d.]){re.escape(row['value'])}(?![\d.])"
        assert not re.search(told, public), row
    assert "exam_" not in public


def test_every_examination_result_is_in_the_internal_output(publication: Path) -> None:
    inside = everything(publication / "_internal")
    for row in facts():
        assert row["quote"].replace("，", ",") in inside, row


@pytest.mark.parametrize("code", PLACES.values())
def test_internal_results_stand_in_a_section_of_their_own(publication: Path, code: str) -> None:
    page = (publication / f"_internal/reports/2015/{code}/quality.html").read_text("utf-8")
    assert "内部资料（不得公开）" in page and "上线" in page.partition('id="internal"')[2]


def test_every_internal_page_is_marked_and_kept_from_search_engines(publication: Path) -> None:
    pages = list((publication / "_internal").rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        text = path.read_text("utf-8")
        assert "内部资料 不得公开" in text and '<meta name="robots" content="noindex' in text, path.name
    assert (publication / "_internal/INTERNAL").is_file()
    public = [path.read_text("utf-8") for path in (publication / "_site").rglob("*.html")]
    assert not any("内部资料 不得公开" in text or "noindex" in text for text in public)
    assert not (publication / "_site/INTERNAL").exists()


def test_the_gate_passes_the_public_output_and_refuses_the_internal_one(publication: Path) -> None:
    done = run_gongbao(publication, "gate")
    assert done.returncode == 0 and "没有发现" in done.stdout, done.stderr
    done = run_gongbao(publication, "gate", "_internal")
    assert done.returncode == 1
    assert "内部资料" in done.stderr and "Traceback" not in done.stderr


def test_without_its_marker_the_gate_names_what_the_internal_output_holds(
    publication: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(publication / "_internal", copied)
    (copied / "INTERNAL").unlink()
    done = run_gongbao(publication, "gate", str(copied), "--format", "json")
    assert done.returncode == 1
    leaks = json.loads(done.stdout)
    assert {"address", "place", "rule", "value", "what", "advice"} <= set(leaks[0])
    found = {(leak["rule"], leak["address"]) for leak in leaks}
    for code in PLACES.values():
        assert ("internal", f"reports/2015/{code}/quality.html") in found
        assert ("exam", f"reports/2015/{code}/quality.html") in found
    names = {leak["what"] for leak in leaks if leak["rule"] == "internal"}
    assert len(names) >= 20


def test_neither_build_uses_the_runs_of_the_other(publication: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(publication, tmp_path / "again"))
    again = run_gongbao(root, "build")
    assert again.returncode == 0 and "运行 0，" in again.stdout
    # Even where the records of the internal runs lie in the public build's folder.
    shutil.rmtree(root / ".gongbao/cache")
    shutil.move(root / ".gongbao/internal/cache", root / ".gongbao/cache")
    # Else the site and its places stand as they are, and nothing is looked up.
    (root / ".gongbao/last-build.json").unlink()
    shutil.rmtree(root / ".gongbao/places")
    mixed = run_gongbao(root, "build")
    assert mixed.returncode == 0 and "未变 0，" in mixed.stdout
    assert everything(root / "_site") == everything(publication / "_site")


def test_a_kernel_runs_in_the_mode_of_its_build(publication: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(publication, tmp_path / "kernels"))
    expected = {
        name: everything(root / name / "reports/2015/350582/quality") for name in ("_site", "_internal")
    }
    assert expected["_site"] != expected["_internal"]
    only = ("--fresh", "--executor", "jupyter", "--area", "quality", "--region", "350582")
    for name, mode in (("_internal", ["--internal"]), ("_site", [])):
        # What stands in the environment by chance doesn't count.
        done = run_gongbao(root, "build", *only, *mode, GONGBAO_INTERNAL="1" if name == "_site" else "")
        assert done.returncode == 0, done.stderr
        assert everything(root / name / "reports/2015/350582/quality") == expected[name]


def test_a_build_with_a_leak_fails_names_it_and_leaves_the_old_site(
    publication: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(publication, tmp_path / "leaking"))
    before = everything(root / "_site")
    about = root / "site/about.qmd"
    about.write_text(about.read_text("utf-8") + "\n举报电话：13812345678。2015年二本上线1483人。\n", "utf-8")
    done = run_gongbao(root, "build")
    assert done.returncode == 1
    assert (
        "site/about.html" in done.stderr and "138******78" in done.stderr and "二本上线1483人" in done.stderr
    )
    assert "原有网站未改动" in done.stderr and "Traceback" not in done.stderr
    assert everything(root / "_site") == before
    assert not (root / ".gongbao/staging").exists()
