"""A zip that unpacks anywhere: names, the same bytes each time, and nothing left of one that was not finished."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.zipped import LONGEST, TooLargeError, ZipError, faults_of_names, size_in_words, write_zip

DAY = date(2024, 3, 29)
PARTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["", ".", "..", "C:", "con", "NUL.txt", "com1", "a.", "a ", "示例县", "a\\b", "x" * 100]
)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


@given(NAMES)
def test_a_name_that_passes_is_a_path_inside_that_windows_can_make(name: str) -> None:
    if faults_of_names([name]):
        return
    path = PureWindowsPath(name)
    assert not path.is_absolute() and not path.drive and path.as_posix() == name
    assert not any(part in (".", "..") or part.rstrip(". ") != part for part in path.parts)
    assert not set(name) & set('<>:"|?*\\') and not any(ord(sign) < 32 for sign in name)
    assert len(name.encode("utf-16-le")) // 2 <= LONGEST
    assert not PureWindowsPath(name).is_reserved()


@pytest.mark.parametrize(
    "name",
    ["../a", "/a", "a//b", "a/./b", "C:/a", "a\\b", "a?b", "a\nb", "a./b", "a /b", "lpt1.txt", "x/AUX", "", "长" * 151],
)  # fmt: skip
def test_a_name_that_would_not_unpack_is_told_and_never_written(name: str, tmp_path: Path) -> None:
    [fault] = faults_of_names([name])
    assert fault.startswith(f"{name}：")
    with pytest.raises(ZipError):
        write_zip(tmp_path / "x.zip", [("good", b""), (name, b"")], DAY)
    assert list(tmp_path.iterdir()) == []


def test_names_that_windows_takes_for_one_are_told() -> None:
    assert faults_of_names(["a/示例.html", "a/b.html"]) == []
    assert len(faults_of_names(["a/Index.html", "a/index.html"])) == 1
    assert len(faults_of_names(["caf\u00e9", "cafe\u0301"])) == 1


@given(
    st.dictionaries(
        NAMES.filter(lambda name: not faults_of_names([name])), st.binary(max_size=200), max_size=5
    )
)
def test_what_is_packed_comes_out_and_the_bytes_are_the_same_again(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("zips")
    first, second = (write_zip(folder / name, sorted(files.items()), DAY) for name in ("a.zip", "b.zip"))
    assert first == second and first.files == len(files)
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()
    with zipfile.ZipFile(folder / "a.zip") as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == files
        for entry in opened.infolist():  # without the sign Windows would read a Chinese name as GBK
            assert bool(entry.flag_bits & 0x800) == (not entry.filename.isascii())


def test_one_that_grows_too_large_leaves_what_stood_there(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    write_zip(target, [("a", b"first")], DAY)
    before = target.read_bytes()
    files = [(f"{n}.png", bytes(range(256)) * 40) for n in range(20)]
    with pytest.raises(TooLargeError, match=r"超过 50 KB"):
        write_zip(target, files, DAY, limit=50_000)
    assert target.read_bytes() == before and list(tmp_path.iterdir()) == [target]
    assert write_zip(target, files, DAY, limit=500_000).bytes == target.stat().st_size


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="limits of a file's size are those of Unix")
def test_a_disk_without_room_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    program = (
        "import sys; from datetime import date; from pathlib import Path; from gongbao.zipped import write_zip\n"
        "write_zip(Path(sys.argv[1]), ((f'{n}.png', bytes(10_000)) for n in range(99)), date(2024, 3, 29))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, target], capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )  # fmt: skip
    assert done.returncode == 1 and "磁盘已满，x.zip 没有写成" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_killed_leaves_no_zip_and_the_next_clears_up(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    program = (
        "import os, signal, sys; from datetime import date; from pathlib import Path\n"
        "from gongbao.zipped import write_zip\n"
        "def files():\n    yield 'a', bytes(1000)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_zip(Path(sys.argv[1]), files(), date(2024, 3, 29))"
    )
    done = subprocess.run([sys.executable, "-c", program, target], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    write_zip(target, [("a", b"x")], DAY)
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ZipError, match="没有文件夹"):
        write_zip(tmp_path / "no" / "x.zip", [("a", b"")], DAY)
    (tmp_path / "x.zip").mkdir()
    with pytest.raises(ZipError, match=r"不能写 x\.zip"):
        write_zip(tmp_path / "x.zip", [("a", b"")], DAY)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 KB"),
        (830_400, "830 KB"),
        (8_440_000, "8.4 MB"),
        (90_000_000, "90 MB"),
        (2_500_000_000, "2.5 GB"),
    ],
)
def test_a_size_is_told_in_words(size: int, words: str) -> None:
    assert size_in_words(size) == words
