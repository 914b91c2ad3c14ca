"""Files that can't be opened, or are not what their names say: one clear error each, and the rest is read."""

from __future__ import annotations

import io
import zipfile

import pytest

ERROR, WARNING = "error", "warning"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def _zip(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "text"),
    [
        (b"", "empty-file", "空"),
        (b"\0" * 4096, "empty-file", "空"),
        (OLE + b"\0" * 600, "old-excel", "另存为"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99, "password", "密码"),
        (b"<html><body><table></table></body></html>", "not-excel", "网页"),
        (b"%PDF-1.7\n...", "not-excel", "PDF"),
        ("学校,学生数\n一小,90\n".encode(), "not-excel", "文本"),
        (b"<?xml version='1.0'?><Workbook/>", "not-excel", "XML"),
        (bytes(range(256)) * 8, "not-excel", "其他格式"),
        (_zip(**{"[Content_Types].xml": b"<a/>", "word__document.xml": b"<a/>"}), "not-excel", "Word"),
        (_zip(**{"[Content_Types].xml": b"<a/>", "xl__workbook.bin": b"x"}), "not-excel", "xlsb"),
        (_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "not-excel", "ODF"),
        (_zip(**{"[Content_Types].xml": b"<a/>", "xl__workbook.xml": b"<workbook"}), "broken-file", "损坏"),
    ],
)  # fmt: skip
def test_own_message(publication, data: bytes, code: str, text: str) -> None:
    publication.submit()
    (publication.root / "data/2023/990109.xlsx").write_bytes(data)
    dataset, problems = publication.examine()
    assert [(p.severity, p.code, p.place.file) for p in problems] == [(ERROR, code, "data/2023/990109.xlsx")]
    assert text in str(problems[0])
    assert len(dataset.tables["schools"]) == 2


@pytest.mark.parametrize("keep", [100, 3000, 8000])
def test_truncated(publication, keep: int) -> None:
    path = publication.submit()
    path.write_bytes(path.read_bytes()[:keep])
    assert publication.problems() == [(ERROR, "broken-file", None)]


def test_damaged_inside(publication) -> None:
    path = publication.submit()
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet3.xml").header_offset + 60
    data[start : start + 200] = bytes(200)
    path.write_bytes(bytes(data))
    assert publication.problems() == [(ERROR, "broken-file", None)]


@pytest.mark.parametrize(("offset", "value"), [(6, 197), (8, 1)])  # zip version 19.7; part encrypted
def test_unusual_archives(publication, offset: int, value: int) -> None:
    path = publication.submit()
    data = bytearray(path.read_bytes())
    position = data.index(b"PK\x01\x02")
    while position >= 0:
        data[position + offset] = value
        position = data.find(b"PK\x01\x02", position + 4)
    path.write_bytes(bytes(data))
    assert publication.problems() == [(ERROR, "broken-file", None)]


def test_entity_tricks_are_refused(publication) -> None:
    path = publication.submit()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet3.xml"]
    parts["xl/worksheets/sheet3.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert publication.problems() == [(ERROR, "xml-dtd", None)]


def test_macro_workbook_is_read_like_any_other(publication) -> None:
    publication.submit(name="data/2023/990101.xlsm")
    assert publication.problems() == []


@pytest.mark.parametrize("name", ["990101.xls", "990101.et"])
def test_old_formats_by_name(publication, name: str) -> None:
    path = publication.data / "2023" / name
    path.parent.mkdir()
    path.write_bytes(OLE + b"\0" * 600)
    assert publication.problems() == [(ERROR, "old-excel", None)]


def test_files_that_are_not_submissions(publication) -> None:
    publication.submit()
    for name in ("~$990101.xlsx", ".DS_Store", "说明.docx", "平县.xlsx"):
        (publication.data / "2023" / name).write_bytes(b"x")
    (publication.data / "旧指标.csv").write_text("a\n")
    (publication.data / "README.md").write_text("a\n")
    assert sorted(publication.problems()) == [
        (WARNING, "lock-file", None), (WARNING, "stray-file", None), (WARNING, "stray-file", None),
        (WARNING, "stray-file", None),
    ]  # fmt: skip


def test_workbook_and_folder_for_the_same_county(publication) -> None:
    publication.submit()
    publication.csv("data/2023/990101/schools.csv", "schools", [])
    assert (ERROR, "submission-twice", None) in publication.problems()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_encodings(publication, encoding: str) -> None:
    publication.csv(
        "data/sources.csv", "sources", [{"source_id": "S1", "title": "年报〔2023〕1号"}], encoding
    )
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["sources"]["title"].tolist() == ["年报〔2023〕1号"]


@pytest.mark.parametrize(
    ("data", "code", "cell"),
    [
        (b"", "empty-file", None),
        (b"\xff\xfe" + "来源编号\t标题\n".encode("utf-16-le"), "undecodable", None),
        (b"PK\x03\x04aaaa", "not-csv", None),
        ("来源编号,标题\nS1,年报,多一格\n".encode(), "csv-fields", "2"),
        ("来源编号,标题\nS1\n".encode(), "csv-fields", "2"),
        ('来源编号,标题\nS1,"年报"二\n'.encode(), "broken-csv", "2"),
        ('来源编号,标题\nS1,"年报\n'.encode(), "broken-csv", "2"),
    ],
)
def test_broken_csv(publication, data: bytes, code: str, cell: str | None) -> None:
    (publication.data / "sources.csv").write_bytes(data)
    assert publication.problems() == [(ERROR, code, cell)]


def test_shared_tables_in_a_workbook(publication) -> None:
    from openpyxl import Workbook

    (publication.data / "sources.csv").unlink()
    book = Workbook()
    book.active.title = "来源"
    book.active.append(["来源编号", "标题"])
    book.active.append(["S1", "年报"])
    book.save(publication.data / "definitions.xlsx")
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["sources"]["_sheet"].tolist() == ["来源"]
