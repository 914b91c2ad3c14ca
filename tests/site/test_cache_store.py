"""The cache gives back what was put in, or nothing."""

from pathlib import Path

from gongbao.site.store import Store, digest


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("svg", digest("a"), b"one\ntwo")
    assert store.get("svg", digest("a")) == b"one\ntwo"
    assert store.get("svg", digest("b")) is None
    assert store.get("png", digest("a")) is None


def test_a_damaged_or_cut_entry_is_no_entry(tmp_path: Path) -> None:
    store = Store(tmp_path)
    key = digest("a")
    store.put("svg", key, b"content")
    path = store.path("svg", key)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole.replace(b"content", b"c0ntent"), b"", b"content"):
        path.write_bytes(damaged)
        assert store.get("svg", key) is None


def test_no_part_of_a_write_is_left(tmp_path: Path) -> None:
    Store(tmp_path).put("svg", digest("a"), b"x")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [digest("a")]


def test_the_digest_keeps_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
