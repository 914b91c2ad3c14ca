"""Shards built apart and put together give the bytes of one build, or an error that says what is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gongbao.shards import Shard, ShardError
from gongbao.workbooks import ReportKey
from publications import copy_publication, keep_scripts, run_gongbao

PLACES = ("2019/511923", "2023/340207", "2023/990106", "2022/990106")

keys = st.builds(
    ReportKey,
    st.integers(2019, 2022),
    st.sampled_from([f"99010{i}" for i in range(9)]),
    st.sampled_from("abcdefgh"),
)


@given(st.sets(keys, max_size=150), st.integers(1, 12))
def test_shards_share_all_reports_by_whole_places_about_equally(all_keys: set[ReportKey], count: int) -> None:
    parts = [Shard(number, count).keys(all_keys) for number in range(1, count + 1)]
    assert sorted(key for part in parts for key in part) == sorted(all_keys)
    places = [{(key.year, key.region) for key in part} for part in parts]
    assert sum(map(len, places)) == len(set().union(*places))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 8  # no more than one place has
    assert [Shard(1, count).keys(sorted(all_keys, reverse=True))] == parts[:1]


@pytest.mark.parametrize("text", ["", "3", "0/3", "4/3", "1/0", "a/b", "1/3/5", "-1/3"])
def test_a_shard_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ShardError, match="如 3/10"):
        Shard.parse(text)
    assert str(Shard.parse("3/10")) == "3/10"


def site(root: Path) -> dict[str, bytes]:
    folder = root / "_site"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def copy(source: Path, target: Path) -> Path:
    return keep_scripts(
        Path(shutil.copytree(source, target, ignore=shutil.ignore_patterns(".gongbao", "_site")))
    )


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_publication(tmp_path_factory.mktemp("shards") / "publication", *PLACES)
    for path in (root / "workbooks").glob("*.ipynb"):
        if path.stem not in ("finance", "overview"):
            path.unlink()
    return root


@pytest.fixture(scope="module")
def artifacts(publication: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What three jobs of CI leave: a cache each, from copies that stand elsewhere."""
    folder = tmp_path_factory.mktemp("artifacts")
    runs = 0
    for number in (1, 2, 3):
        place = copy(publication, folder / f"机器 {number}" / ("a" * number))
        cache = folder / f"shard-{number}"
        done = run_gongbao(
            place, "build", "--shard", f"{number}/3", "--summary", "s.json", GONGBAO_CACHE=str(cache)
        )
        assert done.returncode == 0, done.stderr
        assert f"分片 {number}/3：报告" in done.stdout and not (place / "_site").exists()
        runs += json.loads((place / "s.json").read_text())["executed"]
    assert runs == 7
    return folder


@pytest.fixture
def shards(artifacts: Path, tmp_path: Path) -> Path:
    """The artifacts as another job unpacks them: copies, so with other times."""
    target = tmp_path / "unpacked"
    for number in (1, 2, 3):
        shutil.copytree(
            artifacts / f"shard-{number}", target / f"shard-{number}", copy_function=shutil.copyfile
        )
    return target


@pytest.fixture(scope="module")
def whole(publication: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = copy(publication, tmp_path_factory.mktemp("whole") / "publication")
    done = run_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return site(root)


def test_merged_shards_are_one_build_byte_for_byte(
    publication: Path, shards: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    root = copy(publication, tmp_path / "publication")
    done = run_gongbao(root, "merge", str(shards), "--summary", "s.json")
    assert done.returncode == 0, done.stderr
    assert "运行 0，未变 7，失败 0" in done.stdout
    summary = json.loads((root / "s.json").read_text())
    assert summary["site"]["rendered"] == 0  # the shards have done that
    assert site(root) == whole
    again = run_gongbao(root, "build")
    assert "运行 0，未变 7" in again.stdout and site(root) == whole
    # The shards' folders one by one, and more than once, do as well.
    folders = [str(shards / f"shard-{n}") for n in (3, 1, 2, 1)]
    assert run_gongbao(root, "merge", *folders).returncode == 0 and site(root) == whole


def test_a_missing_shard_is_named(publication: Path, shards: Path, tmp_path: Path) -> None:
    root = copy(publication, tmp_path / "publication")
    done = run_gongbao(root, "merge", str(shards / "shard-1"), str(shards / "shard-3"))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "缺分片 2/3" in done.stderr and "还缺" in done.stderr and not (root / "_site").exists()
    done = run_gongbao(root, "merge", str(tmp_path / "nothing"))
    assert done.returncode == 1 and "没有文件夹" in done.stderr
    done = run_gongbao(root, "merge", str(root / "site"))
    assert done.returncode == 1 and "里没有分片" in done.stderr


def test_a_shard_of_other_data_is_refused_and_the_file_named(
    publication: Path, shards: Path, tmp_path: Path
) -> None:
    root = copy(publication, tmp_path / "publication")
    path = root / "data/2019/511923.xlsx"
    book = load_workbook(path)
    (cell,) = [c for row in book["指标数据"].iter_rows() for c in row if c.value == 15.16]
    cell.value = 16.25
    book.save(path)
    done = run_gongbao(root, "merge", str(shards))
    assert done.returncode == 1 and "data/2019/511923.xlsx" in done.stderr and "不能用" in done.stderr
    record = shards / "shard-2/shards/2-of-3.json"
    content = json.loads(record.read_text("utf-8"))
    content["basis"]["versions"]["altair"] = "1.0"
    record.write_text(json.dumps(content), "utf-8")
    other = copy(publication, tmp_path / "other")
    done = run_gongbao(other, "merge", str(shards))
    assert done.returncode == 1 and "altair 的版本不同（1.0" in done.stderr and "缺分片 2/3" in done.stderr
    record.write_text("{", "utf-8")
    done = run_gongbao(other, "merge", str(shards))
    assert done.returncode == 1 and "已损坏" in done.stderr and "Traceback" not in done.stderr


def test_damaged_files_are_never_used(
    publication: Path, shards: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    root = copy(publication, tmp_path / "publication")
    files = sorted(p for p in (shards / "shard-1/objects").rglob("*") if p.is_file())
    notebooks = [p for p in files if b'"nbformat"' in p.read_bytes()[-200:]]
    others = [p for p in files if p not in notebooks]
    assert notebooks and others
    for path in others:  # charts and pages are made again
        path.write_bytes(path.read_bytes()[:-1])
    done = run_gongbao(root, "merge", str(shards))
    assert done.returncode == 0 and site(root) == whole, done.stderr
    other = copy(publication, tmp_path / "other")
    data = notebooks[0].read_bytes()
    notebooks[0].write_bytes(data.replace(b"1", b"2", 1))
    done = run_gongbao(other, "merge", str(shards))
    assert done.returncode == 1 and "已损坏" in done.stderr and not (other / "_site").exists()
    assert "的结果不能用" in done.stderr and "Traceback" not in done.stderr


def test_failures_of_shards_are_said_again(publication: Path, tmp_path: Path) -> None:
    root = copy(publication, tmp_path / "publication")
    path = root / "workbooks/finance.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("if region == '511923':\n    [1][7]", id="wrong"))
    nbformat.write(notebook, path)
    codes = [
        run_gongbao(
            root, "build", "--shard", f"{n}/2", GONGBAO_CACHE=str(tmp_path / "out" / str(n))
        ).returncode
        for n in (1, 2)
    ]
    assert sorted(codes) == [0, 1]
    done = run_gongbao(root, "merge", str(tmp_path / "out"))
    assert done.returncode == 1 and "finance.ipynb（区划 511923，2019年）" in done.stderr
    assert "IndexError" in done.stderr and "失败 1" in done.stderr and not (root / "_site").exists()


def test_a_shard_of_a_selection_is_a_wrong_use(publication: Path) -> None:
    done = run_gongbao(publication, "build", "--shard", "1/2", "--year", "2019")
    assert done.returncode == 2 and "--shard 不能和" in done.stderr
    assert run_gongbao(publication, "build", "--shard", "5/2").returncode == 1
