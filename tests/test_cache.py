"""The cache gives back what was put in, or nothing; it stays within its size and survives what befalls it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gongbao.cache import INDEX, OBJECTS, PARTIAL, Cache, cache_at, digest
from gongbao.cache_room import in_use, make_room, size_of
from gongbao.publication import open_publication
from gongbao.site.store import Store
from publications import ROOT

KEY = digest("a")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return cache_at(tmp_path / "cache")


def objects(cache: Cache) -> list[Path]:
    return sorted(p for p in (cache.folder / OBJECTS).rglob("*") if p.is_file())


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.get("svg", KEY) is None
    store.put("svg", KEY, b"one\ntwo")
    assert store.get("svg", KEY) == b"one\ntwo"
    assert store.get("svg", digest("b")) is None
    assert store.get("png", KEY) is None


def test_the_digest_keeps_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_the_same_content_is_kept_once(cache: Cache) -> None:
    for kind in ("svg", "body"):
        cache.put(kind, KEY, b"x")
    assert len(objects(cache)) == 1
    assert list((cache.folder / PARTIAL).iterdir()) == []


def test_many_are_put_at_once_also_where_two_are_equal(cache: Cache) -> None:
    pieces = {"a": b"one", "b": b"two", "c": b"one"}
    cache.put_all("svg", pieces)
    cache.put_all("svg", {})
    assert {key: cache.get("svg", key) for key in pieces} == pieces
    assert len(objects(cache)) == 2
    assert list((cache.folder / PARTIAL).iterdir()) == []


@pytest.mark.parametrize("content", [b"conten", b"c0ntent", b"", b"content and more"])
def test_a_damaged_file_is_no_entry_and_goes(cache: Cache, content: bytes) -> None:
    cache.put("svg", KEY, b"content")
    cache.put("body", KEY, b"content")
    (path,) = objects(cache)
    path.write_bytes(content)
    assert cache.get("svg", KEY) is None
    assert objects(cache) == [] and cache.get("body", KEY) is None
    cache.put("svg", KEY, b"content")
    assert cache.get("svg", KEY) == b"content"


def test_a_file_is_recognised_without_being_read_and_read_when_its_stamp_is_another(cache: Cache) -> None:
    cache.add("run", KEY, b"content", name="2019/990101/finance")
    [entry] = cache.entries("run", "2019/990101/finance")
    path = cache.intact(entry)
    assert path is not None and path.read_bytes() == b"content"
    os.utime(path, (1, 1))  # as after unpacking an archive
    assert cache.intact(entry) == path
    [entry] = cache.entries("run", "2019/990101/finance")
    assert entry.stamp.split(":")[1] == str(10**9)
    state = path.stat()
    path.write_bytes(b"c0ntent")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert cache.intact(entry) is None and not path.exists()
    assert cache.entries("run", "2019/990101/finance") == []


@pytest.mark.parametrize("name", ["", "-wal", "-shm"])
@pytest.mark.parametrize("content", [b"", b"no index at all" * 1000])
def test_a_damaged_index_is_an_empty_cache_at_worst(cache: Cache, name: str, content: bytes) -> None:
    for number in range(300):
        cache.put("svg", digest(str(number)), str(number).encode())
    cache.close()
    path = cache.folder / f"{INDEX}{name}"
    path.write_bytes(content)
    for number in range(300):
        assert cache.get("svg", digest(str(number))) in (None, str(number).encode())
    cache.put("svg", KEY, b"new")
    assert cache.get("svg", KEY) == b"new"


def test_a_page_of_the_index_is_overwritten(cache: Cache) -> None:
    for number in range(2000):
        cache.put("svg", digest(str(number)), str(number).encode())
    cache.close()
    path = cache.folder / INDEX
    whole = bytearray(path.read_bytes())
    for page in range(2, len(whole) // 4096, 3):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(whole)
    for number in range(2000):
        assert cache.get("svg", digest(str(number))) in (None, str(number).encode())
    cache.put("svg", KEY, b"new")
    assert cache.get("svg", KEY) == b"new"


def test_a_copied_cache_is_as_good(cache: Cache, tmp_path: Path) -> None:
    cache.add("run", KEY, b"content", name="n", record="r")
    cache.close()
    other = cache_at(Path(shutil.copytree(cache.folder, tmp_path / "restored")))
    [entry] = other.entries("run", "n")
    path = other.intact(entry)
    assert path is not None and path.is_relative_to(other.folder) and path.read_bytes() == b"content"


# Room


def put_all(cache: Cache, *names: str, size: int = 100_000) -> None:
    for name in names:
        cache.put("svg", digest(name), name.encode() * (size // len(name)))


def there(cache: Cache, *names: str) -> str:
    found = [
        cache.do(lambda i, n=n: i.execute("SELECT 1 FROM entry WHERE key = ?", (digest(n),)).fetchone())
        for n in names
    ]
    return "".join(n for n, row in zip(names, found, strict=True) if row)


def test_what_was_used_longest_ago_goes_first(cache: Cache) -> None:
    put_all(cache, *"abcde")
    cache.begin()
    assert cache.get("svg", digest("a"))
    assert make_room(cache, size_of(cache)) == 0
    assert make_room(cache, size_of(cache) - 250_000) == 300_000
    assert there(cache, *"abcde") == "ae" and len(objects(cache)) == 2


def test_what_a_running_build_uses_stays_however_small_the_limit(cache: Cache) -> None:
    put_all(cache, *"abc")
    with in_use(cache, 0):
        assert cache.get("svg", digest("b"))
        put_all(cache, "d")
        make_room(cache, 0)
        assert there(cache, *"abcd") == "bd"
    assert there(cache, *"abcd") == "bd"  # made room as it ended, when it was still using them
    with in_use(cache, 0):
        pass
    assert there(cache, *"abcd") == "" and objects(cache) == []


def test_what_a_build_takes_over_without_a_look_stays_too(cache: Cache) -> None:
    for name in "abc":
        cache.add("run", digest(name), name.encode() * 1000, name=name)
    with in_use(cache, 0) as relied_on:
        relied_on["run"] = ["b", "unknown"]
    assert cache.names("run") == ["b"]


HOLDER = """
import sys, time
from pathlib import Path
from gongbao.cache import cache_at, digest
from gongbao.cache_room import in_use
cache = cache_at(Path(sys.argv[1]))
with in_use(cache, 10**9):
    cache.get("svg", digest("a"))
    print("using", flush=True)
    time.sleep(600)
"""


def test_another_process_s_build_keeps_its_entries_until_it_is_killed(cache: Cache) -> None:
    put_all(cache, *"abc")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(cache.folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "using\n"
    cache.begin()
    make_room(cache, 0)
    assert there(cache, *"abc") == "a"
    process.kill()
    process.communicate()
    make_room(cache, 0)
    assert there(cache, *"abc") == ""


def test_what_nothing_refers_to_goes_when_room_is_made(cache: Cache) -> None:
    put_all(cache, *"ab")
    stray = [cache.folder / OBJECTS / "00" / ("0" * 64), cache.folder / PARTIAL / "1-x"]
    for path in stray:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (1, 1))
    make_room(cache, 0)
    assert not any(path.exists() for path in stray)


# Several processes, kill -9, a full disk

PUTTER = """
import sys
from pathlib import Path
from gongbao.cache import cache_at, digest
cache = cache_at(Path(sys.argv[1]))
number = 0
while number < int(sys.argv[2]):
    cache.put("svg", digest(str(number)), str(number).encode() * 1000)
    assert cache.get("svg", digest(str(number))) == str(number).encode() * 1000
    number += 1
    print(number, flush=True)
"""


def start(cache: Cache, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PUTTER, str(cache.folder), str(count)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_several_processes_at_once_from_nothing(cache: Cache) -> None:
    processes = [start(cache, 200) for _ in range(4)]
    said = [p.communicate(timeout=120) for p in processes]
    assert [p.returncode for p in processes] == [0] * 4, said
    assert len(objects(cache)) == 200


def test_kill_9_in_the_middle_of_writing(cache: Cache) -> None:
    for wait in (0.0, 0.02, 0.05):
        process = start(cache, 100_000)
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert cache.get("svg", digest("0")) == b"0" * 1000
        for number in range(2000):
            assert cache.get("svg", digest(str(number))) in (None, str(number).encode() * 1000)
        cache.put("svg", KEY, b"x")
    for path in objects(cache):
        data = path.read_bytes()
        assert path.name == hashlib.sha256(data).hexdigest()


FULL = """
import errno, sys
from pathlib import Path
from gongbao.cache import cache_at, digest
cache = cache_at(Path(sys.argv[1]))
ballast = Path(sys.argv[1]).with_name("ballast")
ballast.write_bytes(bytes(100_000))
cache.put("svg", digest("first"), b"first")
try:
    for number in range(10_000):
        cache.put("svg", digest(str(number)), str(number).encode() * int(sys.argv[2]))
except OSError as error:
    assert error.errno == errno.ENOSPC, error
    print("full", number)
cache.close()
assert cache.get("svg", digest("first")) == b"first"
ballast.unlink()  # somebody makes room
from gongbao.cache_room import make_room
cache.begin()
make_room(cache, 500_000)
cache.put("svg", digest("again"), b"again")
assert cache.get("svg", digest("again")) == b"again"
print("usable")
"""


@pytest.mark.parametrize("times", ["1", "10000"], ids=["by the index", "by files"])
def test_a_full_disk_is_said_and_the_cache_stays_usable(tmp_path: Path, times: str) -> None:
    """On a small file system of its own (mounted in a namespace, so no rights are needed)."""
    script = (
        'set -e; mkdir "$0/disk"; mount -t tmpfs -o size=2m tmpfs "$0/disk"; "$1" -c "$2" "$0/disk/cache" $3'
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(tmp_path), sys.executable, FULL, times],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "full" in done.stdout and "usable" in done.stdout


def test_a_folder_of_another_version_is_refused_in_words(cache: Cache) -> None:
    cache.folder.mkdir(parents=True)
    with sqlite3.connect(cache.folder / INDEX) as index:
        index.execute("PRAGMA user_version = 99")
    with pytest.raises(Exception, match="另一个版本的程序"):
        cache.get("svg", KEY)


# Which folder


def test_the_folder_is_the_setting_the_variable_or_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.delenv("GONGBAO_CACHE", raising=False)
    text = (ROOT / "_quarto.yml").read_text("utf-8")
    (tmp_path / "_quarto.yml").write_text(text, "utf-8")
    publication = open_publication(tmp_path)
    assert publication.cache == tmp_path / ".gongbao/cache"
    assert publication.for_office().cache == tmp_path / ".gongbao/internal/cache"
    assert publication.settings.cache.limit == 5 * 10**9
    settings = text.replace("\ngongbao:\n", "\ngongbao:\n  cache: {folder: ../shared, size: 1.5 GB}\n")
    assert settings != text
    (tmp_path / "_quarto.yml").write_text(settings, "utf-8")
    publication = open_publication(tmp_path)
    assert publication.cache == tmp_path / "../shared"
    assert publication.settings.cache.limit == 1_500_000_000
    monkeypatch.setenv("GONGBAO_CACHE", str(tmp_path / "ci"))
    assert publication.cache == tmp_path / "ci"
    assert publication.for_office().cache == tmp_path / "ci/internal"
    assert replace(publication, cache_folder=tmp_path / "chosen").cache == tmp_path / "chosen"
