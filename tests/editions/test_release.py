"""Releasing, correcting, and what stops a release; every case with real files, notebooks and processes."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.editions.releasing import (
    MISTYPED,
    REASON,
    SPENDING,
    digests,
    release,
    set_spending,
    small_publication,
)

from gongbao.editions.tree import Tree
from gongbao.zipped import size_in_words
from offline_copies import dead_links, loaded_from_web, unpacked
from publications import run_gongbao


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, str]]:
    """A publication and its tree with r1 (a total mistyped) and r2; r1's digests before r2 came."""
    folder = tmp_path_factory.mktemp("released")
    publication, tree = small_publication(folder / "publication"), folder / "published"
    set_spending(publication, MISTYPED)
    first = release(publication, tree, "--date", "2020-03-31")
    assert first.returncode == 0, first.stderr
    before = digests(tree / "2019/r1")
    set_spending(publication, SPENDING)
    second = release(publication, tree, "--date", "2020-05-06", "--reason", REASON)
    assert second.returncode == 0, second.stderr
    return publication, tree, before


@pytest.fixture
def again(corrected: tuple[Path, Path, dict[str, str]], tmp_path: Path) -> tuple[Path, Path]:
    """Copies of that publication and tree, to be changed; what is kept of the notebooks that ran, too."""
    publication, tree, _ = corrected
    shutil.copytree(publication, tmp_path / "publication")
    shutil.copytree(tree, tmp_path / "published")
    return tmp_path / "publication", tmp_path / "published"


def test_a_revision_holds_pages_data_charts_notebooks_and_what_it_was_made_from(corrected) -> None:
    _, tree, _ = corrected
    sealed = tree / "2019/r2"
    for name in (
        "index.html", "511923/index.html", "511923/finance.html", "511923/finance/fig-1.svg",
        "data/511923/values.csv", "data/511923.xlsx", "notebooks/511923/finance.ipynb", "datapackage.json",
        "snapshot/511923.json", "corrections.html",
    ):  # fmt: skip
        assert (sealed / name).is_file(), name
    manifest = json.loads((sealed / "manifest.json").read_bytes())
    assert set(manifest["outputs"]) == set(digests(sealed)) - {"manifest.json"}
    assert {name: o["sha256"] for name, o in manifest["outputs"].items()} == {
        name: digest for name, digest in digests(sealed).items() if name != "manifest.json"
    }
    assert {"data/2019/511923.xlsx", "data/indicators.csv", "workbooks/finance.ipynb", "_quarto.yml"} <= set(
        manifest["inputs"]
    )
    assert manifest["lock_sha256"] and manifest["previous"]["revision"] == 1
    notebook = json.loads((sealed / "notebooks/511923/finance.ipynb").read_bytes())
    assert any(cell.get("outputs") for cell in notebook["cells"])
    assert "gb-style" not in str(notebook)  # what JupyterLab is dressed with is in no notebook of a build


def test_no_byte_of_the_first_revision_changes_when_it_is_corrected(corrected) -> None:
    _, tree, before = corrected
    assert digests(tree / "2019/r1") == before
    assert Tree(tree).revisions(2019)[0].state == "superseded"
    # but its pages say so: they link this style, and it stands outside the seal
    assert ".gb-superseded{display:block}" in (tree / "status/2019/r1.css").read_text("utf-8")
    assert "gb-superseded" not in (tree / "status/2019/r2.css").read_text("utf-8")
    page = (tree / "2019/r1/511923/finance.html").read_text("utf-8")
    assert 'href="../../../status/2019/r1.css"' in page
    assert 'href="../../511923/finance.html"' in page


def test_the_short_address_shows_the_latest_revision(corrected) -> None:
    _, tree, _ = corrected
    assert "15.61亿元" in (tree / "2019/r1/511923/finance.html").read_text("utf-8")
    for address in ("2019/511923/finance.html", "2019/r2/511923/finance.html"):
        page = (tree / address).read_text("utf-8")
        # What was corrected is told where a reader asks for the number, and nowhere else.
        shown, _, entries = page.partition('<section class="gb-section gb-origins"')
        assert "15.16亿元" in shown and "15.61" not in shown and "原为15.61亿元" in entries
    data = "data/511923/values.csv"
    assert (tree / "2019" / data).read_bytes() == (tree / "2019/r2" / data).read_bytes()
    assert not (tree / "2019/manifest.json").exists()


def test_what_changed_is_computed_with_cell_and_source(corrected) -> None:
    _, tree, _ = corrected
    page = (tree / "2019/r2/corrections.html").read_text("utf-8")
    assert REASON in page and "15.61亿元" in page and "15.16亿元" in page
    assert "data/2019/511923.xlsx" in page and "平昌县2019年履行教育职责自查自评报告" in page
    assert REASON in (tree / "corrections.html").read_text("utf-8")
    assert REASON in (tree / "feed.xml").read_text("utf-8")


def test_every_link_of_a_published_tree_leads_somewhere(corrected) -> None:
    _, tree, _ = corrected
    from tests.editions.links import broken_links

    assert broken_links(tree) == {}


def test_what_an_edition_shows_can_be_taken_along_as_one_file(corrected, tmp_path: Path) -> None:
    publication, tree, _ = corrected
    archive = tree / "2019/gongbao-2019.zip"
    top = unpacked(archive, tmp_path / "unpacked")
    assert top.name == "gongbao-2019-r2"
    assert dead_links(top) == [] and loaded_from_web(top) == []
    for name in ("511923/finance/fig-1.csv", "data/511923.xlsx", "search/all/meta.js"):
        assert (top / "files" / name).read_bytes() == (tree / "2019/r2" / name).read_bytes()
    said = f"（zip，约 {size_in_words(archive.stat().st_size)}）"
    for page in ("index.html", "editions.html"):
        assert f"离线阅读{said}</a>" in (tree / page).read_text("utf-8")
    assert said in (tree / "status/2019/r2.css").read_text("utf-8")
    assert "gb-offline" not in (tree / "status/2019/r1.css").read_text("utf-8")
    for page in ("2019/index.html", "2019/r2/site/data.html"):
        [link] = re.findall(r'<p class="gb-offline"><a href="([^"]*)"', (tree / page).read_text("utf-8"))
        assert (tree / page).parent.joinpath(link).resolve() == archive
    [edition] = json.loads((tree / "editions.json").read_bytes())["editions"]
    assert edition["offline"] == {"file": "2019/gongbao-2019.zip", "bytes": archive.stat().st_size}
    # The command makes the same of the same tree.
    done = run_gongbao(
        publication, "pack", "--edition", "2019", "--into", str(tree), "--out", str(tmp_path / "x.zip")
    )
    assert done.returncode == 0 and "2019年度版，修订版 r2" in done.stdout, done.stderr
    assert (tmp_path / "x.zip").read_bytes() == archive.read_bytes()


def test_an_offline_copy_that_was_changed_is_noticed(again) -> None:
    publication, tree = again
    archive = tree / "2019/gongbao-2019.zip"
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    done = run_gongbao(publication, "verify", str(tree))
    assert done.returncode == 1
    assert re.search(r"被改动.*2019/gongbao-2019\.zip", done.stdout)
    archive.unlink()
    done = run_gongbao(publication, "verify", str(tree))
    assert done.returncode == 1
    assert re.search(r"缺少.*2019/gongbao-2019\.zip", done.stdout) and "被改动" not in done.stdout


def test_a_third_revision_leaves_both_as_they_were(again) -> None:
    publication, tree = again
    before = digests(tree / "2019/r1") | digests(tree / "2019/r2")
    set_spending(publication, MISTYPED)
    done = release(publication, tree, "--date", "2020-06-01", "--reason", "重新核对")
    assert done.returncode == 0, done.stderr
    assert digests(tree / "2019/r1") | digests(tree / "2019/r2") == before
    assert [r.state for r in Tree(tree).revisions(2019)] == ["superseded", "superseded", "released"]
    assert "最新的是 r3" in (tree / "status/2019/r1.css").read_text("utf-8")


def refused(publication: Path, tree: Path, *arguments: str) -> str:
    """What a release that can't be made says; the tree must be as it was."""
    before = digests(tree) if tree.exists() else None
    done = release(publication, tree, *arguments)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert (digests(tree) if before is not None else None) == before
    return done.stderr


def test_a_correction_needs_a_reason_and_a_day_that_is_not_before(again) -> None:
    assert "--reason" in refused(*again)
    assert "早于 r2 的发布日期 2020-05-06" in refused(*again, "--reason", "更正", "--date", "2020-05-05")
    assert "还没有到" in refused(*again, "--reason", "更正", "--date", "2999-01-01")
    assert "手机号码" in refused(*again, "--reason", "电话13800001111来电指出")


def test_a_revision_that_would_repeat_the_last_is_refused(again) -> None:
    assert "和 r2 相比" in refused(*again, "--reason", "再发一次", "--date", "2020-06-01")


def edition(publication: Path, line: str) -> None:
    path = publication / "data/editions.csv"
    header = path.read_text("utf-8-sig").splitlines()[0]
    path.write_text(f"{header}\n{line}\n", "utf-8-sig")


def test_only_a_reviewed_edition_past_its_embargo_is_released(tmp_path: Path) -> None:
    publication, tree = small_publication(tmp_path / "publication"), tmp_path / "published"
    edition(publication, "2018,已审核,,,,,")
    assert "没有登记的年度版是草稿" in refused(publication, tree)
    edition(publication, "2019,草稿,,,,,")
    assert "还是草稿" in refused(publication, tree)
    edition(publication, "2019,已审核,,,,2999-01-01,")
    assert "禁发至 2999-01-01" in refused(publication, tree)
    edition(publication, "2019,已审核,,2020-05-01,,,")
    assert "早于成文日期 2020-05-01" in refused(publication, tree, "--date", "2020-04-30")
    assert not tree.exists()


def test_document_number_and_office_of_the_table_stand_on_every_page(tmp_path: Path) -> None:
    publication, tree = small_publication(tmp_path / "publication"), tmp_path / "published"
    edition(publication, "2019,已审核,示教督〔2020〕3号,2020-03-01,示例县人民政府教育督导委员会,2020-03-30,")
    done = release(publication, tree, "--date", "2020-03-31")
    assert done.returncode == 0, done.stderr
    for page in (tree / "2019").rglob("*.html"):
        text = page.read_text("utf-8")
        assert "示教督〔2020〕3号" in text and "示例县人民政府教育督导委员会" in text, page


def test_a_failing_notebook_leaves_the_tree_as_it_was(again) -> None:
    publication, tree = again
    path = publication / "workbooks/finance.ipynb"
    notebook = json.loads(path.read_bytes())
    notebook["cells"][-1] |= {"cell_type": "code", "source": "1 / 0", "outputs": [], "execution_count": None}
    path.write_text(json.dumps(notebook), "utf-8")
    assert "ZeroDivisionError" in refused(publication, tree, "--reason", "更正", "--date", "2020-06-01")


def test_what_may_not_be_published_stops_a_release(again) -> None:
    publication, tree = again
    about = publication / "site/about.qmd"
    about.write_text(about.read_text("utf-8") + "\n联系人身份证号 11010519491231002X\n", "utf-8")
    assert "身份证" in refused(publication, tree, "--reason", "更正", "--date", "2020-06-01")


def test_wrong_data_stop_a_release_with_their_cell(again) -> None:
    publication, tree = again
    cell = set_spending(publication, "十五亿多")  # type: ignore[arg-type]
    assert f"单元格 {cell}" in refused(publication, tree, "--reason", "更正", "--date", "2020-06-01")


@pytest.mark.parametrize("seconds", [1, 4, 7])
def test_a_killed_release_leaves_the_tree_as_it_was(again, seconds: float) -> None:
    publication, tree = again
    shutil.rmtree(publication / ".gongbao")  # so that it takes as long as a first one
    before = digests(tree)
    set_spending(publication, MISTYPED)
    command = [sys.executable, "-m", "gongbao", "release", "2019", "--into", str(tree), "--reason", "更正"]
    process = subprocess.Popen(command, cwd=publication, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    after = digests(tree)
    assert after == before or "2019/r3/manifest.json" in after
    verified = run_gongbao(publication, "verify", str(tree))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_two_releases_at_once_both_come_in_one_after_the_other(again) -> None:
    publication, tree = again
    other = publication.with_name("other")
    shutil.copytree(publication, other)
    set_spending(other, MISTYPED)
    about = publication / "site/about.qmd"
    about.write_text(about.read_text("utf-8") + "\n补充说明。\n", "utf-8")
    command = [sys.executable, "-m", "gongbao", "release", "2019", "--into", str(tree), "--reason", "更正"]
    running = [
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for folder in (publication, other)
    ]
    said = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert [r.name for r in Tree(tree).revisions(2019)] == ["r1", "r2", "r3", "r4"]
    assert run_gongbao(publication, "verify", str(tree)).returncode == 0


def test_a_full_disk_leaves_the_tree_as_it_was(again) -> None:
    """On a small file system of its own (mounted in a namespace, so no rights are needed)."""
    publication, tree = again
    set_spending(publication, MISTYPED)
    script = """
set -e
mkdir "$0/small" && mount -t tmpfs -o size=40m tmpfs "$0/small"
cp -r "$2" "$0/small/published"
find "$0/small/published" -type f | sort | xargs sha256sum | sha256sum > "$0/before"
left=$(df --output=avail -k "$0/small" | tail -1)
head -c $((left - 2000))k /dev/zero > "$0/small/filler"
cd "$0"
"$1" -m gongbao release 2019 --into "$0/small/published" --reason 更正 && exit 9
rm -rf "$0/small/published/.gongbao/lock"
find "$0/small/published" -type f ! -path '*/.gongbao/*' | sort | xargs sha256sum | sha256sum > "$0/after"
cmp "$0/before" "$0/after"
"""
    shutil.rmtree(tree / ".gongbao")
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(publication), sys.executable, str(tree)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "磁盘已满" in done.stderr and "Traceback" not in done.stderr


def test_the_same_bytes_wherever_and_however_it_is_released(tmp_path: Path) -> None:
    made = []
    surroundings = (
        {},
        {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": "home", "USER": "督学"},
    )
    for i, environment in enumerate(surroundings):
        publication = small_publication(tmp_path / f"{i} 文件夹" / "公报", "2019/511923")
        home = {k: str(tmp_path / v) if k == "HOME" else v for k, v in environment.items()}
        workers = ("--workers", "1") if i else ()
        done = release(publication, tmp_path / f"tree{i}", "--date", "2020-03-31", *workers, **home)
        assert done.returncode == 0, done.stderr
        made.append(digests(tmp_path / f"tree{i}"))
    assert made[0] == made[1]


def test_an_internal_build_can_never_be_released(tmp_path: Path) -> None:
    publication = small_publication(tmp_path / "publication")
    inside = tmp_path / "_internal"
    inside.mkdir()
    (inside / "INTERNAL").write_text("内部资料", "utf-8")
    assert "内部资料不能发布" in refused(publication, inside)


def test_where_to_must_be_said(tmp_path: Path) -> None:
    publication = small_publication(tmp_path / "publication")
    done = run_gongbao(publication, "release", "2019")
    assert done.returncode == 2
    assert "--into" in done.stderr and "--branch" in done.stderr


def withdraw(publication: Path, tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_gongbao(publication, "withdraw", "2019", "--into", str(tree), *arguments)


def test_withdrawing_the_latest_revision_shows_the_one_before_and_says_why(again) -> None:
    publication, tree = again
    sealed = digests(tree / "2019/r1") | digests(tree / "2019/r2")
    done = withdraw(
        publication, tree, "--revision", "2", "--reason", "误用未审定的数据", "--date", "2020-06-01"
    )
    assert done.returncode == 0, done.stderr
    assert [r.state for r in Tree(tree).revisions(2019)] == ["released", "withdrawn"]
    assert "15.61亿元" in (tree / "2019/511923/finance.html").read_text("utf-8")
    assert unpacked(tree / "2019/gongbao-2019.zip", tree.parent / "unpacked").name == "gongbao-2019-r1"
    assert "误用未审定的数据" in (tree / "2019/withdrawn.html").read_text("utf-8")
    assert ".gb-withdrawn{display:block}" in (tree / "status/2019/r2.css").read_text("utf-8")
    assert digests(tree / "2019/r1") | digests(tree / "2019/r2") == sealed
    assert run_gongbao(publication, "verify", str(tree)).returncode == 0


def test_a_withdrawn_edition_leaves_a_notice_at_every_address(again) -> None:
    publication, tree = again
    pages = {p.relative_to(tree).as_posix() for p in (tree / "2019").rglob("*.html")}
    done = withdraw(publication, tree, "--reason", "依据的文件作废", "--date", "2020-06-01")
    assert done.returncode == 0, done.stderr
    for page in pages:
        text = (tree / page).read_text("utf-8")
        assert page.startswith("2019/r") or ("依据的文件作废" in text and "经费总投入" not in text), page
    assert not (tree / "2019/data").exists() and not (tree / "2019/gongbao-2019.zip").exists()
    assert "依据的文件作废" in (tree / "corrections.html").read_text("utf-8")
    assert run_gongbao(publication, "verify", str(tree)).returncode == 0
    assert "已经撤回过了" in withdraw(publication, tree, "--reason", "再来一次").stderr
    # and it can be published again
    done = release(publication, tree, "--date", "2020-07-01", "--reason", "按新文件重做")
    assert done.returncode == 0, done.stderr
    assert "15.16亿元" in (tree / "2019/511923/finance.html").read_text("utf-8")
    assert "依据的文件作废" in (tree / "2019/withdrawn.html").read_text("utf-8")


def test_what_may_not_stay_can_be_erased_and_the_proof_remains(again) -> None:
    publication, tree = again
    arguments = ("--revision", "1", "--erase", "--reason", "含不得公开的内容", "--date", "2020-06-01")
    done = withdraw(publication, tree, *arguments)
    assert done.returncode == 0, done.stderr
    left = digests(tree / "2019/r1")
    assert "manifest.json" in left and all(n.endswith(".html") for n in left if n != "manifest.json")
    assert "含不得公开的内容" in (tree / "2019/r1/511923/finance.html").read_text("utf-8")
    assert "15.61" not in "".join(p.read_text("utf-8") for p in (tree / "2019/r1").rglob("*.html"))
    assert "15.16亿元" in (tree / "2019/511923/finance.html").read_text("utf-8")
    assert run_gongbao(publication, "verify", str(tree)).returncode == 0


def test_a_withdrawal_that_makes_no_sense_is_refused(again) -> None:
    publication, tree = again
    before = digests(tree)
    assert "没有 r7" in withdraw(publication, tree, "--revision", "7", "--reason", "误发").stderr
    assert "早于发布日期" in withdraw(publication, tree, "--reason", "误发", "--date", "2020-01-01").stderr
    assert digests(tree) == before


def test_a_corrected_number_names_the_revision_that_last_changed_it(corrected) -> None:
    _, tree, _ = corrected
    page = (tree / "2019/r2/511923/finance.html").read_text("utf-8")
    (entry,) = re.findall(r'id="n-total_education_funds\.[^"]*">.*?</div>', page, re.DOTALL)
    assert f"修订版 r2 更正：原为{MISTYPED}亿元，更正为{SPENDING}亿元。原因：{REASON}。" in entry
    assert 'href="../corrections.html"' in entry
    assert f"更正为{SPENDING}亿元" in (tree / "2019/511923/finance.html").read_text("utf-8")
    assert "gb-revised" not in (tree / "2019/r1/511923/finance.html").read_text("utf-8")
