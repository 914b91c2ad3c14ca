"""manifest.json: what a revision consists of and was made from; a damaged one is told plainly."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.editions.manifest import (
    LIBRARIES,
    Manifest,
    ManifestError,
    Output,
    Previous,
    code_digest,
    hash_files,
    list_files,
    make_manifest,
    package_digest,
    parse_manifest,
    present_software,
    read_manifest,
)
from gongbao.publication import Release
from publications import ROOT
from sealed_trees import pages, write

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1: "abc"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
FIRST = Release(2019, 1, "2020-03-31", "示例教督〔2020〕1号", "示例县人民政府教育督导室")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "r1", {"a.html": b"abc", "data/空.csv": b""})
    return tmp_path / "r1"


def made(folder: Path, release: Release = FIRST, previous: Previous | None = None) -> Manifest:
    return make_manifest(
        folder,
        release,
        title="示例公报",
        inputs={"data/2019/990101.xlsx": ABC},
        previous=previous,
        root=folder.parent,
    )


def test_names_every_file_with_digest_and_size(folder: Path) -> None:
    manifest = made(folder)
    assert manifest.outputs == {
        "a.html": Output(sha256=ABC, bytes=3),
        "data/空.csv": Output(sha256=EMPTY, bytes=0),
    }
    assert manifest.inputs == {"data/2019/990101.xlsx": ABC}
    assert (manifest.name, manifest.released, manifest.previous) == ("2019/r1", "2020-03-31", None)


def test_has_the_fields_and_order_of_the_format(folder: Path) -> None:
    content = json.loads(made(folder).to_bytes())
    assert list(content) == [
        "format", "title", "edition", "revision", "released", "doc_no", "approved_by", "reason", "previous",
        "software", "lock_sha256", "source", "inputs", "outputs",
    ]  # fmt: skip
    assert content["format"] == 1
    assert set(content["software"]) == {"gongbao", "code_sha256", "python", "libraries"}
    assert content["source"] == {"revision": "", "clean": False}
    assert content["lock_sha256"] is None


def test_reads_back_what_was_written(folder: Path) -> None:
    manifest = made(folder)
    (folder / "manifest.json").write_bytes(manifest.to_bytes())
    again = read_manifest(folder / "manifest.json")
    assert again == manifest
    assert again.sha256 == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def test_lists_neither_itself_nor_its_signature(folder: Path) -> None:
    before = made(folder)
    write(
        folder, {"manifest.json": before.to_bytes(), "manifest.json.sig": b"x", "data/manifest.json": b"abc"}
    )
    assert made(folder).outputs.keys() - before.outputs.keys() == {"data/manifest.json"}


def test_says_which_revision_it_follows(folder: Path) -> None:
    second = Release(2019, 2, "2020-05-01", "", "", "更正一处")
    previous = Previous(revision=1, manifest_sha256=ABC)
    assert made(folder, second, previous).previous == previous
    with pytest.raises(ValueError, match="previous"):
        made(folder, second)
    with pytest.raises(ValueError, match="previous"):
        made(folder, FIRST, previous)


def test_refuses_links(folder: Path) -> None:
    (folder / "z.html").symlink_to(folder / "a.html")
    with pytest.raises(ManifestError, match=r"普通文件.*z\.html"):
        made(folder)


def test_names_stay_the_same_whatever_order_the_disk_gives(tmp_path: Path) -> None:
    for place, names in (("one", ["b", "a/c", "a.b"]), ("two", ["a.b", "a/c", "b"])):
        write(tmp_path / place, dict.fromkeys(names, b"abc"))
    assert list_files(tmp_path / "one") == list_files(tmp_path / "two") == sorted(["b", "a/c", "a.b"])


def test_hashes_a_file_larger_than_a_piece(tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * 3 + b"end"
    write(tmp_path, {"big": content, "small": b"abc"})
    assert list(hash_files(tmp_path, ["small", "big"])) == [
        ("small", ABC, 3),
        ("big", hashlib.sha256(content).hexdigest(), len(content)),
    ]


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_records_the_git_revision_and_whether_it_holds_everything(tmp_path: Path) -> None:
    root, folder = tmp_path / "publication", tmp_path / "r1"
    write(folder, {"a.html": b"abc"})
    write(root, {"data/经费.csv": b"abc", "requirements.lock": b"pandas==3\n", "other.txt": b"1"})
    git(tmp_path, "init", "-q", str(root))

    def source() -> tuple[str, bool]:
        manifest = make_manifest(
            folder, FIRST, title="", inputs={"data/经费.csv": ABC}, previous=None, root=root
        )
        assert manifest.lock_sha256 == hashlib.sha256((root / "requirements.lock").read_bytes()).hexdigest()
        return manifest.source.revision, manifest.source.clean

    assert source() == ("", False)  # no commit yet
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    head = git(root, "rev-parse", "HEAD")
    assert source() == (head, True)
    (root / "other.txt").write_text("2")  # nothing that is built from
    assert source() == (head, True)
    (root / "requirements.lock").write_text("pandas==4\n")
    assert source() == (head, False)


def test_an_input_that_differs_from_the_commit_is_not_clean(tmp_path: Path) -> None:
    write(tmp_path, {"p/data.csv": b"committed", "r1/a": b""})
    git(tmp_path, "init", "-q", ".")
    git(tmp_path, "add", "p")
    git(tmp_path, "commit", "-qm", "one")
    manifest = make_manifest(
        tmp_path / "r1", FIRST, title="", inputs={"data.csv": ABC}, previous=None, root=tmp_path / "p"
    )
    assert not manifest.source.clean
    committed = {"data.csv": hashlib.sha256(b"committed").hexdigest()}
    manifest = make_manifest(
        tmp_path / "r1", FIRST, title="", inputs=committed, previous=None, root=tmp_path / "p"
    )
    assert manifest.source.clean  # the publication is a folder of the repository, and found there


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"edition": 2019', '"edition": "2019"', "“edition”：应当是整数"),
        ('"edition": 2019', '"edition": 2019.5', "“edition”：应当是整数"),
        ('"revision": 1,', '"revision": 0,', "“revision”：数值太小"),
        ('"format": 1', '"format": 2', "“format”：格式版本不认识"),
        ('"title": "示例公报"', '"title": null', "“title”：应当是文字"),
        ('"title": "示例公报",', "", "“title”：缺少这一项"),
        ('"title"', '"author": 1, "title"', "“author”：不认识的项"),
        ('"2020-03-31"', '"2020-02-30"', "“released”：应当是 2020-03-31 这样的日期"),
        ('"2020-03-31"', '"20200331"', "“released”：应当是 2020-03-31 这样的日期"),
        (ABC, ABC.upper(), "应当是小写十六进制的摘要"),
        (ABC, ABC[:-1], "应当是小写十六进制的摘要"),
        ('"a.html"', '"../a.html"', "路径应当是修订版文件夹以内"),
        ('"a.html"', '"/etc/passwd"', "路径应当是修订版文件夹以内"),
        ('"a.html"', r'"a\\b.html"', "路径应当是修订版文件夹以内"),
        ('"a.html"', '"a//b.html"', "路径应当是修订版文件夹以内"),
        ('"a.html"', '"manifest.json"', "outputs 里不应列出 manifest.json 本身"),
        ('"revision": 1,', '"revision": 2,', "previous 应当指向前一个修订版"),
        ('"bytes": 3', '"bytes": -3', "“outputs → a.html → bytes”：数值太小"),
        ('"clean": false', '"clean": 0', "“source → clean”：应当是 true 或 false"),
        ('"inputs": {', '"inputs": {"x": 1, ', "“inputs → x”：应当是文字"),
        ('"format": 1,', '"format": 1, "format": 1,', "“format”写了两次"),
        ('"format": 1,', '"format":  1,', "排列或空白与写出时不同"),
        ("}\n", "}", "排列或空白与写出时不同"),
        ("{\n", "[\n", "不是有效的 JSON"),
    ],
)  # fmt: skip
def test_a_damaged_one_is_told_in_plain_words(folder: Path, old: str, new: str, told: str) -> None:
    text = made(folder).to_bytes().decode()
    at = text.rindex(old) if old == "}\n" else text.index(old)
    damaged = text[:at] + new + text[at + len(old) :]
    with pytest.raises(ManifestError, match=re.escape(told)):
        parse_manifest(damaged.encode())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"null", b'{"format": 1}', b"{" * 5])
def test_what_is_no_manifest_is_an_error_too(content: bytes) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        parse_manifest(content)


def test_a_missing_one_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_manifest(tmp_path / "manifest.json")


@given(st.data())
def test_no_changed_byte_reads_as_the_same_manifest(data: st.DataObject) -> None:
    original = _SMALL.to_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = original[:at] + bytes([original[at] ^ (1 << bit)]) + original[at + 1 :]
    with contextlib.suppress(ManifestError):  # told as damaged
        assert parse_manifest(changed).sha256 != _SMALL.sha256


def _small() -> Manifest:
    fields = {
        "title": "示例公报", "edition": 2019, "revision": 2, "released": "2020-03-31", "doc_no": "示例教督〔2020〕1号",
        "approved_by": "", "reason": "更正", "previous": Previous(revision=1, manifest_sha256=EMPTY),
        "software": present_software(), "lock_sha256": None, "source": {"revision": "a" * 40, "clean": True},
        "inputs": {"data/a.csv": ABC}, "outputs": {"a.html": Output(sha256=ABC, bytes=3)},
    }  # fmt: skip
    return Manifest.model_validate(fields)


_SMALL = _small()


@given(
    st.dictionaries(
        st.text("aä经.-_ 0", min_size=1, max_size=5).filter(lambda n: n not in (".", "..")),
        st.binary(max_size=40).map(lambda b: Output(sha256=hashlib.sha256(b).hexdigest(), bytes=len(b))),
        max_size=6,
    )
)
def test_every_manifest_survives_writing_and_reading(outputs: dict[str, Output]) -> None:
    manifest = _SMALL.model_copy(update={"outputs": outputs})
    assert parse_manifest(manifest.to_bytes()) == manifest
    shuffled = _SMALL.model_copy(update={"outputs": dict(reversed(list(outputs.items())))})
    assert shuffled.to_bytes() == manifest.to_bytes()


def test_software_is_what_is_installed() -> None:
    software = present_software()
    assert software.libraries["pandas"] == pandas.__version__
    assert software.code_sha256 == code_digest()


def test_every_library_that_is_recorded_is_pinned_by_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE))
    assert set(LIBRARIES) <= pinned


def test_the_code_digest_sees_templates_and_fonts_but_no_caches(tmp_path: Path) -> None:
    package = tmp_path / "gongbao"
    write(package, {"a.py": b"1", "templates/page.j2": b"<p>", "fonts/f.otf": b"\0"})
    before = package_digest(package)
    write(package, {"__pycache__/a.cpython-311.pyc": b"x", "site/__pycache__/b.pyc": b"x"})
    assert package_digest(package) == before
    write(package, {"templates/page.j2": b"<div>"})
    changed = package_digest(package)
    assert changed != before
    (package / "fonts" / "f.otf").rename(package / "fonts" / "g.otf")
    assert package_digest(package) not in (before, changed)


def test_a_revision_with_everything_is_recorded_whole(tmp_path: Path) -> None:
    files = pages(2019, 1)
    write(tmp_path / "r1", files)
    outputs = made(tmp_path / "r1").outputs
    assert {name: output.bytes for name, output in outputs.items()} == {n: len(c) for n, c in files.items()}
