"""What a revision is built from: laid out, recorded, archived where Git lacks it, found again by digest."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from gongbao.editions.inputs import (
    InputsError,
    archive_inputs,
    input_files,
    lay_out,
    restore_inputs,
    unrecorded_reads,
)
from gongbao.editions.manifest import Manifest, make_manifest
from gongbao.publication import Publication, Release, open_publication
from gongbao.workbooks.records import ABSENT, note_opened
from sealed_trees import write

FIRST = Release(2020, 1, "2021-03-31", "", "")
SETTINGS = 'website:\n  title: "示例公报"\ngongbao:\n  data: 数据\n'
FILES = {
    "_quarto.yml": SETTINGS.encode(),
    "数据/regions.csv": b"shared",
    "数据/2019/990101.xlsx": b"2019",
    "数据/2020/990101/封面.csv": b"2020",
    "workbooks/finance.ipynb": b"{}",
    "workbooks/help/words.csv": b"words",
    "site/about.qmd": "---\ntitle: 关于\n---\n正文\n".encode(),
    "site/theme/gongbao.css": b"p{}",
}
OTHERS = {
    "数据/2021/990101.xlsx": b"later",
    "数据/~$regions.csv": b"open in Excel",
    "数据/2020/张三的处分材料.docx": b"stray: not even its name may be published",
    "数据/2020/990101/备注.txt": b"stray",
    "workbooks/.ipynb_checkpoints/finance.ipynb": b"{}",
    "workbooks/__pycache__/x.pyc": b"x",
    "workbooks/~$words.xlsx": b"x",
    "site/areas.qmd": "---\ntitle: 领域\ngenerated: gongbao\n---\n".encode(),
    "site/.DS_Store": b"x",
    "_site/index.html": b"built",
    "README.md": b"x",
}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    write(tmp_path / "publication", FILES | OTHERS)
    return open_publication(tmp_path / "publication")


def committed(publication: Publication) -> Publication:
    git(publication.root, "init", "-q", ".")
    git(publication.root, "add", *FILES)
    git(publication.root, "commit", "-qm", "one")
    return publication


def sealed(publication: Publication, laid_out: Path) -> Manifest:
    """The manifest of a revision whose inputs are laid out now."""
    inputs = lay_out(publication, 2020, laid_out)
    (laid_out.parent / "r1").mkdir(exist_ok=True)
    return make_manifest(
        laid_out.parent / "r1", FIRST, title="", inputs=inputs, previous=None, root=publication.root
    )


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_names_what_an_edition_is_built_from_and_nothing_else(publication: Publication) -> None:
    assert list(input_files(publication, 2020)) == sorted(FILES)


def test_a_submission_of_a_later_year_is_no_input(publication: Publication) -> None:
    assert set(input_files(publication, 2021)) - set(FILES) == {"数据/2021/990101.xlsx"}
    assert set(FILES) - set(input_files(publication, 2019)) == {"数据/2020/990101/封面.csv"}


def test_lays_out_and_records_the_same_bytes(publication: Publication, tmp_path: Path) -> None:
    digests = lay_out(publication, 2020, tmp_path / "inputs")
    assert content(tmp_path / "inputs") == FILES
    assert digests == {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    assert open_publication(tmp_path / "inputs").settings == publication.settings


def test_git_that_holds_everything_needs_no_archive(publication: Publication, tmp_path: Path) -> None:
    manifest = sealed(committed(publication), tmp_path / "inputs")
    assert manifest.source.clean
    assert archive_inputs(publication, FIRST, manifest, tmp_path / "inputs") is None
    assert not (publication.root / "released").exists()


def test_an_archive_holds_what_git_lacks(publication: Publication, tmp_path: Path) -> None:
    committed(publication)
    write(publication.root, {"数据/2019/990101.xlsx": b"corrected", "site/new.qmd": b"---\ntitle: x\n---\n"})
    manifest = sealed(publication, tmp_path / "inputs")
    path = archive_inputs(publication, FIRST, manifest, tmp_path / "inputs")
    assert path == publication.root / "released" / "2020-r1-inputs.zip"
    with zipfile.ZipFile(path) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {
            "site/new.qmd": b"---\ntitle: x\n---\n", "数据/2019/990101.xlsx": b"corrected",
        }  # fmt: skip


def test_without_git_everything_is_archived_always_the_same_way(
    publication: Publication, tmp_path: Path
) -> None:
    manifest = sealed(publication, tmp_path / "inputs")
    path = archive_inputs(publication, FIRST, manifest, tmp_path / "inputs")
    assert path is not None
    before = path.read_bytes()
    shutil.copytree(publication.root, tmp_path / "elsewhere")
    elsewhere = open_publication(tmp_path / "elsewhere")
    (elsewhere.root / "数据" / "regions.csv").touch()
    again = archive_inputs(elsewhere, FIRST, sealed(elsewhere, tmp_path / "again"), tmp_path / "again")
    assert again is not None
    assert again.read_bytes() == before
    assert zipfile.ZipFile(again).namelist() == sorted(FILES)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mark", ["log.json", ".gongbao/lock"])
def test_submissions_are_never_archived_into_a_published_tree(
    publication: Publication, tmp_path: Path, mark: str
) -> None:
    write(publication.root / "released", {mark: b""})
    with pytest.raises(InputsError, match="released/ 是对外发布的文件夹"):
        archive_inputs(publication, FIRST, sealed(publication, tmp_path / "inputs"), tmp_path / "inputs")
    assert not list((publication.root / "released").glob("*.zip"))


@pytest.mark.parametrize("output", ["released", "./released"])
def test_nor_below_the_site(publication: Publication, tmp_path: Path, output: str) -> None:
    write(publication.root, {"_quarto.yml": f"project:\n  output-dir: {output}\n{SETTINGS}".encode()})
    opened = open_publication(publication.root)
    with pytest.raises(InputsError, match="released/"):
        archive_inputs(opened, FIRST, sealed(opened, tmp_path / "inputs"), tmp_path / "inputs")


def test_finds_inputs_in_the_working_files(publication: Publication, tmp_path: Path) -> None:
    manifest = sealed(publication, tmp_path / "inputs")
    restore_inputs(publication, manifest, tmp_path / "again")
    assert content(tmp_path / "again") == FILES


def test_finds_changed_and_deleted_ones_in_git(publication: Publication, tmp_path: Path) -> None:
    manifest = sealed(committed(publication), tmp_path / "inputs")
    write(publication.root, {"数据/2019/990101.xlsx": b"corrected"})
    (publication.root / "site" / "about.qmd").unlink()
    git(publication.root, "commit", "-qam", "two")
    restore_inputs(publication, manifest, tmp_path / "again")
    assert content(tmp_path / "again") == FILES


def test_finds_those_of_a_publication_that_is_a_folder_of_its_repository(tmp_path: Path) -> None:
    write(tmp_path / "repository" / "县" / "公报", FILES)
    publication = open_publication(tmp_path / "repository" / "县" / "公报")
    git(tmp_path / "repository", "init", "-q", ".")
    git(tmp_path / "repository", "add", "-A")
    git(tmp_path / "repository", "commit", "-qm", "one")
    manifest = sealed(publication, tmp_path / "inputs")
    assert manifest.source.clean
    write(publication.root, {"数据/regions.csv": b"other"})
    restore_inputs(publication, manifest, tmp_path / "again")
    assert content(tmp_path / "again") == FILES


def test_finds_those_that_were_never_committed_in_the_archive(
    publication: Publication, tmp_path: Path
) -> None:
    committed(publication)
    write(publication.root, {"数据/2019/990101.xlsx": b"corrected"})
    manifest = sealed(publication, tmp_path / "inputs")
    archive_inputs(publication, FIRST, manifest, tmp_path / "inputs")
    write(publication.root, {"数据/2019/990101.xlsx": b"corrected twice", "数据/regions.csv": b"new"})
    restore_inputs(publication, manifest, tmp_path / "again")
    assert content(tmp_path / "again") == FILES | {"数据/2019/990101.xlsx": b"corrected"}


def test_line_ends_that_git_would_convert_come_back_as_they_were(
    publication: Publication, tmp_path: Path
) -> None:
    write(publication.root, {"数据/regions.csv": b"a\r\nb\r\n", ".gitattributes": b"*.csv text eol=crlf\n"})
    manifest = sealed(committed(publication), tmp_path / "inputs")
    assert not manifest.source.clean  # Git keeps it with other line ends
    path = archive_inputs(publication, FIRST, manifest, tmp_path / "inputs")
    assert path is not None
    assert "数据/regions.csv" in zipfile.ZipFile(path).namelist()
    write(publication.root, {"数据/regions.csv": b"new"})
    restore_inputs(publication, manifest, tmp_path / "again")
    assert content(tmp_path / "again")["数据/regions.csv"] == b"a\r\nb\r\n"


def test_names_all_that_are_nowhere_and_where_it_has_looked(publication: Publication, tmp_path: Path) -> None:
    manifest = sealed(committed(publication), tmp_path / "inputs")
    shutil.rmtree(publication.root / ".git")
    git(publication.root, "init", "-q", ".")
    git(publication.root, "add", "README.md")
    git(publication.root, "commit", "-qm", "another history")
    write(publication.root, {"数据/regions.csv": b"new", "site/about.qmd": b"new"})
    with pytest.raises(InputsError) as caught:
        restore_inputs(publication, manifest, tmp_path / "again")
    assert str(caught.value) == (
        "2020/r1 用到的 2 个文件找不回当时的内容：site/about.qmd、数据/regions.csv。"
        f"已找过：工作文件夹、Git 版本 {manifest.source.revision[:12]}（这个仓库里没有它）、"
        "released/2020-r1-inputs.zip（没有这个文件）。"
    )


def test_an_archive_that_was_damaged_or_altered(publication: Publication, tmp_path: Path) -> None:
    manifest = sealed(publication, tmp_path / "inputs")
    path = archive_inputs(publication, FIRST, manifest, tmp_path / "inputs")
    assert path is not None
    write(publication.root, {"数据/regions.csv": b"new"})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("数据/regions.csv", b"forged")
    with pytest.raises(InputsError, match=r"找不回当时的内容：数据/regions\.csv"):
        restore_inputs(publication, manifest, tmp_path / "again")
    path.write_bytes(b"no zip")
    with pytest.raises(InputsError, match=r"2020-r1-inputs\.zip 已损坏"):
        restore_inputs(publication, manifest, tmp_path / "again")


def test_a_report_that_read_something_else_stops_the_release(
    publication: Publication, tmp_path: Path
) -> None:
    manifest = sealed(publication, tmp_path / "inputs")
    own, outside = {"workbooks/help/words.csv": "1"}, {"/srv/private.csv": "3"}
    missing = {"workbooks/optional.csv": ABSENT}
    state = open_publication(tmp_path / "inputs").state

    def record(opened: dict[str, str]) -> list[str]:
        state.mkdir(exist_ok=True)
        note_opened(state, {"2020/990101/finance": opened})
        return unrecorded_reads(state, manifest.inputs)

    assert record(own | missing) == []
    assert archive_inputs(publication, FIRST, manifest, tmp_path / "inputs") is not None
    assert record(own | outside) == ["2020/990101/finance：/srv/private.csv"]
    with pytest.raises(InputsError, match=r"没有登记的文件.*/srv/private\.csv"):
        archive_inputs(publication, FIRST, manifest, tmp_path / "inputs")
    assert record({"/srv/later.csv": ABSENT}) == ["2020/990101/finance：/srv/later.csv"]
