"""`gongbao verify`: every byte as sealed, nothing missing, nothing added, the chain unbroken."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongbao.editions.latest import json_bytes
from gongbao.editions.manifest import parse_manifest
from gongbao.editions.tree import TreeError, parse_log
from gongbao.editions.verify import Finding, verify, verify_tree
from publications import run_gongbao
from sealed_trees import pages, seal, withdraw, write


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2018 with one revision, 2019 with two: nobody may change it."""
    root = tmp_path_factory.mktemp("sealed") / "tree"
    root.mkdir()
    seal(root, 2018)
    seal(root, 2019)
    seal(root, 2019, pages(2019, 2, "全县教育经费总投入15.61亿元。"))
    return root


@pytest.fixture
def tree(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "tree"))


def found(tree: Path) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in verify_tree(tree)]


def test_a_tree_as_it_was_sealed_is_whole(sealed: Path) -> None:
    result = verify(sealed)
    assert result.findings == ()
    assert result.revisions == ("2018/r1", "2019/r1", "2019/r2")
    assert result.head == parse_log((sealed / "log.json").read_bytes())[-1].digest
    # 6 files × (3 revisions + 2 copies) + 3 status files + index, versions, log
    assert result.files == 6 * 5 + 3 + 3


def test_it_only_reads(tree: Path) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        return {
            p.relative_to(tree).as_posix(): (p.stat().st_mtime_ns, p.read_bytes())
            for p in tree.rglob("*")
            if p.is_file()
        }

    before = state()
    verify_tree(tree)
    assert state() == before


@pytest.mark.parametrize("place", range(40))
def test_one_bit_anywhere_is_named(sealed: Path, tmp_path: Path, place: int) -> None:
    """Every file of the tree, one after another, with a bit flipped somewhere in it."""
    names = sorted(
        p.relative_to(sealed).as_posix() for p in sealed.rglob("*") if p.is_file() and p.stat().st_size
    )
    for name in names[place::40]:
        tree = Path(shutil.copytree(sealed, tmp_path / "tree"))
        content = bytearray((tree / name).read_bytes())
        at = place * 7919 % len(content)
        content[at] ^= 1 << (place % 8)
        (tree / name).write_bytes(content)
        told = verify_tree(tree)
        # a digest altered in portal.json looks like an altered page: both are named
        assert any(name in (f.path, *f.text.split("，")[0].split()) for f in told), (name, at, told)
        shutil.rmtree(tree)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_goes_unseen(sealed: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Any one change of any one file: a bit, the end, bytes added, the file gone, moved or empty."""
    shutil.rmtree(tmp_path / "tree", ignore_errors=True)
    tree = Path(shutil.copytree(sealed, tmp_path / "tree"))
    names = sorted(
        p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_file() and p.stat().st_size
    )
    path = tree / data.draw(st.sampled_from(names))
    content = path.read_bytes()
    match data.draw(st.sampled_from(["bit", "cut", "grow", "empty", "gone", "moved"])):
        case "bit":
            at = data.draw(st.integers(0, len(content) * 8 - 1))
            path.write_bytes(
                content[: at // 8] + bytes([content[at // 8] ^ 1 << at % 8]) + content[at // 8 + 1 :]
            )
        case "cut":
            path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
        case "grow":
            path.write_bytes(content + data.draw(st.binary(min_size=1, max_size=3)))
        case "empty":
            path.write_bytes(b"")
        case "gone":
            path.unlink()
        case "moved":
            path.rename(path.with_name("moved.html"))
    assert verify_tree(tree)


def only(tree: Path, kind: str, path: str, text: str) -> None:
    """The tree has this one finding."""
    findings = verify_tree(tree)
    assert [(f.kind, f.path) for f in findings] == [(kind, path)], findings
    assert text in findings[0].text


def test_an_altered_sealed_file(tree: Path) -> None:
    path = tree / "2019" / "r1" / "990101" / "finance.html"
    path.write_bytes(path.read_bytes().replace(b"15.16", b"15.17"))
    only(
        tree,
        "altered",
        "2019/r1/990101/finance.html",
        "内容和封存时不同（2019/r1/manifest.json 记的摘要不符）",
    )


def test_a_truncated_file_is_told_by_its_size(tree: Path) -> None:
    path = tree / "2018" / "r1" / "assets" / "figure.bin"
    path.write_bytes(path.read_bytes()[:-1])
    only(tree, "altered", "2018/r1/assets/figure.bin", "大小是 10239 字节，封存时是 10240 字节")


def test_a_missing_file(tree: Path) -> None:
    (tree / "2019/r1/site/theme.css").unlink()
    only(tree, "missing", "2019/r1/site/theme.css", "2019/r1/manifest.json 里有记录")


def test_a_renamed_file_is_told_once_as_such_and_once_as_added(tree: Path) -> None:
    (tree / "2019/r1/index.html").rename(tree / "2019/r1/home.html")
    findings = verify_tree(tree)
    assert [(f.kind, f.path) for f in findings] == [
        ("missing", "2019/r1/index.html"), ("added", "2019/r1/home.html"),
    ]  # fmt: skip
    assert "被改名成了 2019/r1/home.html" in findings[0].text


@pytest.mark.parametrize(
    "path",
    ["2019/r1/x.html", "2019/r2/990101/x", "2019/x.html", "versions/x.html", "x.html", "2017/x.html", ".x"],
)
def test_an_added_file(tree: Path, path: str) -> None:
    write(tree, {path: b"x"})
    only(tree, "added", path, "清单里都没有它")


def test_links_are_named_and_not_followed(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tree / "2019" / "r1" / "link.html").symlink_to(tmp_path / "secret")
    (tree / "link").symlink_to(tmp_path)
    assert found(tree) == [("added", "2019/r1/link.html"), ("added", "link")]


def test_a_file_replaced_by_a_link_to_itself_is_missing(tree: Path, tmp_path: Path) -> None:
    path = tree / "2019" / "r1" / "index.html"
    path.rename(tmp_path / "index.html")
    path.symlink_to(tmp_path / "index.html")
    assert found(tree) == [("missing", "2019/r1/index.html"), ("added", "2019/r1/index.html")]


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
def test_a_pipe_does_not_stop_it(tree: Path) -> None:
    os.mkfifo(tree / "2019" / "pipe")
    only(tree, "added", "2019/pipe", "不是普通文件")


def test_an_empty_folder(tree: Path) -> None:
    (tree / "2019" / "r9" / "data").mkdir(parents=True)
    only(tree, "added", "2019/r9/", "没有任何文件的文件夹")


def test_a_revision_that_the_log_does_not_know(tree: Path) -> None:
    shutil.copytree(tree / "2019/r2", tree / "2019/r3")
    only(tree, "added", "2019/r3/", "发布记录里没有这个修订版，却有它的文件夹（7 个文件）")


def test_a_removed_revision_is_known_by_the_log(tree: Path) -> None:
    shutil.rmtree(tree / "2019/r1")
    only(tree, "missing", "2019/r1/", "文件却整个不在了")


def test_a_removed_manifest(tree: Path) -> None:
    (tree / "2019/r1/manifest.json").unlink()
    only(tree, "missing", "2019/r1/manifest.json", "无法逐一核对")


def rewritten(tree: Path, name: str, old: bytes, new: bytes) -> bytes:
    """Replace bytes in a file of the tree; the digest of what it is then."""
    content = (tree / name).read_bytes()
    assert old in content
    (tree / name).write_bytes(content.replace(old, new))
    return hashlib.sha256((tree / name).read_bytes()).hexdigest().encode()


def digest(tree: Path, name: str) -> bytes:
    return hashlib.sha256((tree / name).read_bytes()).hexdigest().encode()


def forge(tree: Path) -> None:
    """Change a sealed page of 2019/r1 and its manifest so that both agree."""
    name = "2019/r1/990101/finance.html"
    old = digest(tree, name)
    rewritten(tree, "2019/r1/manifest.json", old, rewritten(tree, name, b"15.16", b"15.17"))


def test_a_forged_page_and_manifest_are_betrayed_by_the_log(tree: Path) -> None:
    forge(tree)
    only(tree, "altered", "2019/r1/manifest.json", "和发布记录里的摘要不符")


def test_page_manifest_and_log_forged_are_betrayed_by_the_chain(tree: Path) -> None:
    old = digest(tree, "2019/r1/manifest.json")
    forge(tree)
    rewritten(tree, "log.json", old, digest(tree, "2019/r1/manifest.json"))
    told = verify_tree(tree)
    assert (
        Finding("chain", "log.json", "第 3 条（2019/r2 发布）和第 2 条接不上：其间有记录被改动、删去或插入。")
        in told
    )
    assert (
        Finding(
            "chain",
            "2019/r2/manifest.json",
            "记下的前一个修订版 2019/r1 的摘要，和发布记录里的不同：链条断了。",
        )
        in told
    )
    assert ("altered", "log.json") in {(f.kind, f.path) for f in told}  # portal.json holds its digest


def rewrite_history(tree: Path) -> None:
    """Forge everything that a forger without a key can: page, manifests, log and lists, all consistent."""
    from gongbao.editions.tree import format_log

    forge(tree)
    first = digest(tree, "2019/r1/manifest.json").decode()
    manifest = parse_manifest((tree / "2019/r2/manifest.json").read_bytes())
    assert manifest.previous is not None
    previous = manifest.previous.model_copy(update={"manifest_sha256": first})
    manifest = manifest.model_copy(update={"previous": previous})
    (tree / "2019/r2/manifest.json").write_bytes(manifest.to_bytes())
    events = []
    for event in parse_log((tree / "log.json").read_bytes()):
        fields = {name: getattr(event, name) for name in event.__dataclass_fields__}
        if event.edition == 2019:
            fields["manifest_sha256"] = first if event.revision == 1 else manifest.sha256
        fields["previous"] = events[-1].digest if events else ""
        events.append(type(event)(**fields))
    listed = digest(tree, "log.json")
    (tree / "log.json").write_bytes(format_log(tuple(events)))
    rewritten(tree, "portal.json", listed, digest(tree, "log.json"))


def test_a_history_rewritten_whole_is_betrayed_by_a_digest_noted_before(tree: Path) -> None:
    noted = verify(tree).head
    rewrite_history(tree)
    assert verify_tree(tree) == []  # consistent in itself: nothing inside can tell
    findings = verify(tree, head=noted).findings
    assert [(f.kind, f.path) for f in findings] == [("chain", "log.json")]
    assert noted in findings[0].text


def test_a_digest_noted_before_still_holds_after_the_next_release(tree: Path) -> None:
    noted = verify(tree).head
    seal(tree, 2018)
    assert verify(tree, head=noted).findings == ()
    assert verify(tree).head != noted


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_an_event_taken_out_of_the_log(tree: Path, gone: int) -> None:
    log = json.loads((tree / "log.json").read_bytes())
    del log["events"][gone]
    (tree / "log.json").write_bytes(json_bytes(log))
    told = found(tree)
    assert ("altered", "log.json") in told
    if gone < 2:
        assert ("chain", "log.json") in told
    assert ("added", f"{('2018/r1', '2019/r1', '2019/r2')[gone]}/") in told


def test_events_in_another_order(tree: Path) -> None:
    log = json.loads((tree / "log.json").read_bytes())
    log["events"].reverse()
    (tree / "log.json").write_bytes(json_bytes(log))
    assert ("chain", "log.json") in found(tree)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"events": 1}', b'{"events": [1]}', b'{"events": [{"n": 1}]}', b"\xff"]
)
def test_a_damaged_log_does_not_hide_the_rest(tree: Path, content: bytes) -> None:
    (tree / "log.json").write_bytes(content)
    (tree / "2018/r1/index.html").write_bytes(b"x")
    told = found(tree)
    assert ("log", "log.json") in told
    assert ("altered", "2018/r1/index.html") in told


def test_events_with_wrong_values_are_a_damaged_log(tree: Path) -> None:
    rewritten(tree, "log.json", b'"edition": 2018', b'"edition": "2018"')
    assert ("log", "log.json") in found(tree)


def test_no_log_at_all(tree: Path) -> None:
    (tree / "log.json").unlink()
    (tree / "2019/r1/index.html").write_bytes(b"x")
    told = found(tree)
    assert ("log", "log.json") in told
    assert ("altered", "2019/r1/index.html") in told


def test_a_copy_altered_together_with_its_list(tree: Path) -> None:
    """The copy of the latest revision is derived from the sealed files, whatever the list says."""
    name = "2019/990101/finance.html"
    old = digest(tree, name)
    rewritten(tree, "2019/latest.json", old, rewritten(tree, name, b"15.61", b"15.99"))
    assert set(found(tree)) == {("altered", name), ("altered", "2019/latest.json")}


def test_a_copy_of_the_wrong_revision(tree: Path) -> None:
    rewritten(tree, "2019/latest.json", b'"revision": 2', b'"revision": 1')
    only(tree, "altered", "2019/latest.json", "最新的修订版应是 r2，写的是 r1")


def test_a_file_gone_from_the_copy_and_its_list(tree: Path) -> None:
    (tree / "2019/site/theme.css").unlink()
    listing = json.loads((tree / "2019/latest.json").read_bytes())
    del listing["files"]["site/theme.css"]
    (tree / "2019/latest.json").write_bytes(json_bytes(listing))
    assert set(found(tree)) == {("missing", "2019/site/theme.css"), ("altered", "2019/latest.json")}


def test_a_foreign_file_in_the_copy_and_its_list(tree: Path) -> None:
    write(tree, {"2019/data/x.csv": b"x"})
    listing = json.loads((tree / "2019/latest.json").read_bytes())
    listing["files"]["data/x.csv"] = hashlib.sha256(b"x").hexdigest()
    (tree / "2019/latest.json").write_bytes(json_bytes(listing))
    only(tree, "added", "2019/data/x.csv", "副本里也不应有")


def test_the_note_that_a_revision_is_superseded_cannot_be_taken_away(tree: Path) -> None:
    name = "status/2019/r1.css"
    old = digest(tree, name)
    (tree / name).write_text("", "utf-8")
    rewritten(tree, "portal.json", old, digest(tree, name))
    assert set(found(tree)) == {("altered", name), ("altered", "portal.json")}


@pytest.mark.parametrize("name", ["portal.json", "2019/latest.json"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b'{"format": 1, "files": {"a": 1}}\n'])
def test_a_list_that_is_gone_or_damaged(tree: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (tree / name).unlink()
    else:
        (tree / name).write_bytes(content)
    assert found(tree) == [("missing" if content is None else "altered", name)]


def test_a_portal_page_altered(tree: Path) -> None:
    (tree / "versions/990101.html").write_text("x")
    only(tree, "altered", "versions/990101.html", "内容和 portal.json 不符")


def test_a_manifest_in_the_place_of_another(tree: Path) -> None:
    shutil.copyfile(tree / "2019/r1/manifest.json", tree / "2019/r2/manifest.json")
    told = verify_tree(tree)
    assert Finding("altered", "2019/r2/manifest.json", "写的是 2019/r1，却放在 2019/r2/。") in told


@pytest.mark.skipif(os.name == "nt", reason="files of Windows have no such permission")
def test_an_unreadable_file(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own can't be entered by another user
        root = Path(folder) / "published"
        seal(root, 2019)
        (root / "2019/r1/index.html").chmod(0)
        Path(folder).chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(root)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["altered 2019/r1/index.html", "打不开，无法核对"]


# Root may read everything: the child gives up its rights once everything is imported.
AS_NOBODY = """
import os, sys
from pathlib import Path
from gongbao.editions.verify import verify_tree
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
(finding,) = verify_tree(Path(sys.argv[1]))
print(finding.kind, finding.path)
print("打不开，无法核对" if "打不开，无法核对" in finding.text else finding.text)
"""


def test_a_withdrawn_revision_keeps_its_bytes(tree: Path) -> None:
    withdraw(tree, 2019, 2)
    assert verify_tree(tree) == []
    rewritten(tree, "2019/r2/index.html", b"r2", b"r3")
    assert found(tree) == [("altered", "2019/r2/index.html")]


def test_a_withdrawn_edition_has_no_copy(tree: Path) -> None:
    withdraw(tree, 2018, 0)
    assert verify_tree(tree) == []
    assert not (tree / "2018/990101").exists()
    write(tree, {"2018/990101/finance.html": b"x"})
    assert found(tree) == [("added", "2018/990101/finance.html")]


def test_an_erased_revision_is_accepted_because_the_log_says_so(tree: Path) -> None:
    withdraw(tree, 2019, 1, erase=True)
    result = verify(tree)
    assert result.findings == ()
    assert result.erased == ("2019/r1",)
    (tree / "2019/r1/index.html").write_bytes(b"<p>x</p>")
    assert found(tree) == [("altered", "2019/r1/index.html")]


def test_what_was_erased_may_not_come_back(sealed: Path, tree: Path) -> None:
    withdraw(tree, 2019, 1, erase=True)
    (tree / "2019/r1/data/990101").mkdir(parents=True)
    shutil.copyfile(sealed / "2019/r1/data/990101/经费.csv", tree / "2019/r1/data/990101/经费.csv")
    only(tree, "added", "2019/r1/data/990101/经费.csv", "已撤回并删去文件，不应再有它")


def test_the_manifest_of_an_erased_revision_stays_as_proof(tree: Path) -> None:
    withdraw(tree, 2019, 1, erase=True)
    (tree / "2019/r1/manifest.json").write_bytes(b"{}")
    assert ("altered", "2019/r1/manifest.json") in found(tree)


def test_what_a_host_wants_at_the_root_is_no_finding(tree: Path) -> None:
    write(tree, {".nojekyll": b"", "CNAME": b"gongbao.example.org\n", ".git": b"gitdir: ../x\n"})
    assert verify_tree(tree) == []
    write(tree, {".nojekyll": b"<script>"})
    only(tree, "added", ".nojekyll", "不该有的内容")


def test_what_a_release_keeps_for_itself_is_passed_over(tree: Path) -> None:
    write(tree, {".gongbao/lock": b"", ".gongbao/staging/2019/r3/index.html": b"x", ".git/config": b""})
    assert verify_tree(tree) == []
    write(tree, {".gongbao/journal.json": b"[]"})
    only(tree, "interrupted", ".gongbao", "中断")


@pytest.mark.parametrize(
    "make", [lambda p: None, lambda p: p.mkdir(), lambda p: write(p, {"index.html": b""})]
)
def test_what_is_no_tree_is_an_error(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "other")
    with pytest.raises(TreeError, match="发布目录"):
        verify_tree(tmp_path / "other")


# The command


def test_the_command_says_whole(sealed: Path, tmp_path: Path) -> None:
    done = run_gongbao(tmp_path, "verify", str(sealed))
    assert done.returncode == 0, done.stderr
    head = verify(sealed).head
    assert done.stdout.splitlines() == [
        "完好：修订版 3 个，核对文件 36 个，逐字节与封存时相同。",
        f"末尾摘要 {head}（另行记下，以后可用 --head 证明记录没有被改写）。",
    ]


def test_the_command_names_what_differs(tree: Path, tmp_path: Path) -> None:
    (tree / "2019/r1/index.html").write_bytes(b"x")
    done = run_gongbao(tmp_path, "verify", str(tree))
    assert done.returncode == 1
    assert done.stdout.startswith("被改动 2019/r1/index.html：大小是 1 字节，封存时是 ")
    assert "与封存时不符：1 处。" in done.stdout
    done = run_gongbao(tmp_path, "verify", str(tree), "--format", "json")
    assert done.returncode == 1
    content = json.loads(done.stdout)
    assert not content["whole"]
    assert [(f["kind"], f["path"]) for f in content["findings"]] == [("altered", "2019/r1/index.html")]


def test_the_command_tells_when_it_cannot_check(sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, text in (
        (["empty"], "不是发布目录"),
        (["nowhere"], "没有发布目录"),
        ([str(sealed), "--rebuild", "2019"], "--rebuild 应写成 2019/r1 这样"),
        ([str(sealed), "--rebuild", "2019/r1"], "_quarto.yml"),  # not in a publication's folder
        ([str(sealed), "--key", "nowhere.pem"], "--key 应是 PEM 格式的密钥"),
    ):
        done = run_gongbao(tmp_path, "verify", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), (arguments, done.stdout, done.stderr)
        assert done.stderr.startswith("无法核验：")
        assert text in done.stderr
