"""`gongbao verify --rebuild`: sealed revisions built again from their recorded inputs, byte for byte.

The publication is a real one in a real Git repository that also holds the program, as this one does; it has
two workbooks and one county. 2019/r1 is released from a commit, r2 with a submission that was not committed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gongbao.editions.manifest import parse_manifest
from gongbao.editions.rebuild import _previous
from gongbao.editions.tree import Event, format_log, parse_log
from publications import ROOT, copy_publication, run_gongbao

AREAS = ("overview", "finance")
PAGE = "2019/r1/511923/finance.html"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run(publication: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The publication's own program."""
    own = {"PYTHONPATH": str(publication / "src"), "PYTHONSAFEPATH": "1"}
    return run_gongbao(publication, *arguments, **(own | environment))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication with its tree in `tree/`; nobody may change it."""
    root = copy_publication(tmp_path_factory.mktemp("rebuild") / "publication", "2019/511923")
    for path in (root / "workbooks").glob("*.ipynb"):
        if path.stem not in AREAS:
            path.unlink()
    shutil.copytree(
        ROOT / "src" / "gongbao", root / "src" / "gongbao", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy2(ROOT / "requirements.lock", root)
    (root / ".gitignore").write_text(".gongbao/\n_site/\ntree/\nreleased/\n__pycache__/\n")
    git(root, "init", "-q", ".")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    done = run(root, "release", "2019", "--into", "tree", "--date", "2020-04-01")
    assert done.returncode == 0, done.stderr
    sources = root / "data" / "sources.csv"  # a correction that is not committed
    sources.write_bytes(sources.read_bytes().replace("自评报告".encode(), "自查自评报告".encode()))
    done = run(
        root, "release", "2019", "--into", "tree", "--date", "2020-05-01", "--reason", "来源的名称写错"
    )
    assert done.returncode == 0, done.stderr
    assert "2019-r2-inputs.zip" in done.stdout
    return root


@pytest.fixture
def publication(released: Path, tmp_path: Path) -> Path:
    """A copy of one's own, in another place."""
    return Path(shutil.copytree(released, tmp_path / "elsewhere"))


def test_a_revision_is_built_again_from_git(publication: Path) -> None:
    """Elsewhere, in another language, time zone and order of sets, after its data have been changed."""
    shutil.rmtree(publication / "released")
    done = run(
        publication, "verify", "tree", "--rebuild", "2019/r1", "--workers", "1", "--format", "json",
        LANG="C", LC_ALL="C", TZ="America/St_Johns", PYTHONHASHSEED="7", USER="another", HOME=str(publication),
        PYTHONUTF8="1",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(done.stdout)
    assert content["whole"]
    manifest = parse_manifest((publication / "tree/2019/r1/manifest.json").read_bytes())
    assert manifest.source.clean
    assert content["rebuilt"] == [
        {
            "revision": "2019/r1", "files": len(manifest.outputs), "findings": [], "explanations": [],
            "left_out": [], "code": "今天",
        }
    ]  # fmt: skip
    assert len(manifest.outputs) > 100


def test_a_correction_is_built_again_from_the_private_archive(publication: Path) -> None:
    (publication / "data" / "sources.csv").unlink()
    done = run(publication, "verify", "tree", "--rebuild", "2019/r2/")
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = parse_manifest((publication / "tree/2019/r2/manifest.json").read_bytes())
    assert not manifest.source.clean
    assert {"changes.json", "corrections.html"} <= manifest.outputs.keys()
    assert f"重新生成 2019/r2：{len(manifest.outputs)} 个文件逐字节相同（程序：今天）。" in done.stdout


def test_inputs_that_are_nowhere(publication: Path) -> None:
    shutil.rmtree(publication / "released")
    git(publication, "checkout", "-q", "data/sources.csv")
    done = run(publication, "verify", "tree", "--rebuild", "2019/r2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "无法核验：2019/r2 用到的 1 个文件找不回当时的内容：data/sources.csv。" in done.stderr


def test_newer_code_gives_way_to_the_one_that_sealed_it(publication: Path) -> None:
    """Today's pages look different; the recorded source revision still makes the old ones."""
    template = publication / "src/gongbao/site/templates/pages/layout.html.j2"
    template.write_bytes(template.read_bytes().replace(b"</body>", b"<p>new</p></body>"))
    assert b"<p>new</p>" in template.read_bytes()
    git(publication, "commit", "-qam", "two")
    git(publication, "checkout", "-q", "HEAD~", "data")  # needed once there is no Git any more
    done = run(publication, "verify", "tree", "--rebuild", "2019/r1")
    assert done.returncode == 0, done.stdout + done.stderr
    recorded = parse_manifest((publication / "tree/2019/r1/manifest.json").read_bytes()).source.revision
    assert f"逐字节相同（程序：Git 版本 {recorded[:12]}）。" in done.stdout

    shutil.rmtree(publication / ".git")  # now nothing has that code any more
    done = run(publication, "verify", "tree", "--rebuild", "2019/r1")
    assert done.returncode == 2
    assert "2019/r1 是用另一个版本的程序封存的（gongbao 0.1.0，代码摘要 " in done.stderr
    assert "请安装当时的版本后再核验。" in done.stderr


def forge(publication: Path, libraries: dict[str, str]) -> None:
    """Alter a sealed page, and everything that would betray it but the building: as if it had been built so."""
    tree = publication / "tree"
    (tree / PAGE).write_bytes((tree / PAGE).read_bytes().replace(b"15.16", b"15.17"))
    manifest = parse_manifest((tree / "2019/r1/manifest.json").read_bytes())
    name = PAGE.removeprefix("2019/r1/")
    page = manifest.outputs[name].model_copy(
        update={"sha256": hashlib.sha256((tree / PAGE).read_bytes()).hexdigest()}
    )
    outputs = {**manifest.outputs, name: page}
    del outputs["site/about.html"]
    (tree / "2019/r1/site/about.html").unlink()
    outputs["extra.html"] = page
    shutil.copyfile(tree / PAGE, tree / "2019/r1/extra.html")
    software = manifest.software.model_copy(
        update={"libraries": {**manifest.software.libraries, **libraries}}
    )
    forged = manifest.model_copy(update={"outputs": outputs, "software": software})
    (tree / "2019/r1/manifest.json").write_bytes(forged.to_bytes())
    first = parse_log((tree / "log.json").read_bytes())[0]
    fields = {n: getattr(first, n) for n in first.__dataclass_fields__} | {"manifest_sha256": forged.sha256}
    (tree / "log.json").write_bytes(format_log((Event(**fields),)))
    shutil.rmtree(tree / "2019" / "r2")


def test_every_file_that_comes_out_differently_is_named(publication: Path) -> None:
    forge(publication, {"pandas": "2.0.0"})
    done = run(publication, "verify", "tree", "--rebuild", "2019/r1", "--format", "json")
    assert done.returncode == 1, done.stderr
    content = json.loads(done.stdout)
    assert not content["whole"]
    (rebuilt,) = content["rebuilt"]
    told = {(f["kind"], f["path"]) for f in rebuilt["findings"]}
    assert told == {
        ("altered", PAGE),
        ("added", "2019/r1/site/about.html"),
        ("missing", "2019/r1/extra.html"),
    }
    line = next(
        number
        for number, text in enumerate((publication / "tree" / PAGE).read_bytes().splitlines(), 1)
        if b"15.17" in text
    )
    assert {f["text"] for f in rebuilt["findings"] if f["kind"] == "altered"} == {
        f"重新生成的内容不同（从第 {line} 行起）。"
    }
    import pandas

    assert rebuilt["explanations"] == [f"pandas：当时 2.0.0，现在 {pandas.__version__}"]


def test_a_failure_of_the_build_is_told(publication: Path) -> None:
    """The recorded inputs are there, but this machine can't build: not a finding about the tree."""
    hook = publication / "broken"
    hook.mkdir()
    (hook / "vl_convert.py").write_text("raise ImportError('broken on purpose')\n")
    path = os.pathsep.join([str(publication / "src"), str(hook)])
    done = run(publication, "verify", "tree", "--rebuild", "2019/r1", PYTHONPATH=path)
    assert done.returncode == 2
    assert "无法核验：2019/r1 重新生成失败：" in done.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2018/r1", "发布记录里没有 2018/r1"),
        ("2019/r3", "发布记录里没有 2019/r3"),
        ("2019/1", "应写成 2019/r1 这样"),
        ("r1", "应写成 2019/r1 这样"),
    ],
)
def test_a_revision_that_is_not_there(released: Path, name: str, text: str) -> None:
    done = run(released, "verify", "tree", "--rebuild", name)
    assert done.returncode == 2
    assert text in done.stderr


def event(n: int, kind: str, revision: int, *, erased: bool = False, edition: int = 2019) -> Event:
    return Event(n, kind, edition, revision, "2020-01-01", erased=erased)  # type: ignore[arg-type]


def test_which_revision_a_correction_was_compared_with() -> None:
    """The last one whose files were there when it was made; whether they still are."""
    three = [event(1, "released", 1), event(2, "released", 2), event(3, "released", 3)]
    assert _previous(three, "2019/r1") == ("", False)
    assert _previous(three, "2019/r3") == ("2019/r2", False)
    gone_before = [*three[:2], event(3, "withdrawn", 2, erased=True), event(4, "released", 3)]
    assert _previous(gone_before, "2019/r3") == ("2019/r1", False)
    gone_since = [*three, event(4, "withdrawn", 2, erased=True)]
    assert _previous(gone_since, "2019/r3") == ("", True)
    assert _previous(gone_since, "2019/r2") == ("2019/r1", False)
    all_gone = [event(1, "released", 1), event(2, "withdrawn", 0, erased=True), event(3, "released", 2)]
    assert _previous(all_gone, "2019/r2") == ("", False)
    of_another_year = [event(1, "released", 1, edition=2018), event(2, "released", 1)]
    assert _previous(of_another_year, "2019/r1") == ("", False)
