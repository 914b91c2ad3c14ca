"""A zip that unpacks anywhere: the same bytes each time, names that Windows allows, whole or not there.

Nothing is held but one file at a time and the list of names, so that a country's files can be packed. The same
files give the same bytes with the same version of zlib; another version may compress otherwise.
"""

from __future__ import annotations

import errno
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

LONGEST = 150
"""Characters of a path in a zip. Windows opens paths of 260: that leaves 110 for the folder it is unpacked in."""
_LEVEL = 6
# Compressed already: another pass would cost time and save nothing.
_STORED = (".xlsx", ".docx", ".zip", ".gz", ".png", ".jpg", ".jpeg", ".webp", ".woff2", ".pdf")
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class ZipError(Exception):
    """A zip can't be written; the text says why. No part of it is left, and what stood there before stays."""


class TooLargeError(ZipError):
    """A zip would become larger than was allowed."""


@dataclass(frozen=True, slots=True)
class Zipped:
    """A zip as it was written: how many files are in it, its size in bytes."""

    files: int
    bytes: int


def faults_of_names(names: Iterable[str]) -> list[str]:
    """What of these paths can't be unpacked everywhere (above all by Windows), in Chinese, a line for each."""
    faults: list[str] = []
    taken: dict[str, str] = {}
    for name in names:
        fault = _fault(name)
        if fault:
            faults.append(f"{name}：{fault}")
        # Two names that Windows or macOS holds for one: the second would replace the first.
        same = taken.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if same != name:
            faults.append(f"{name}：和 {same} 只差大小写或字符的写法，解压时会互相覆盖。")
    return faults


def _fault(name: str) -> str:
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "不是压缩包以内的路径。"
    if found := _FORBIDDEN.search(name):
        return f"含有 Windows 文件名里不能用的字符 {found[0]!r}。"
    if any(part[-1] in " ." for part in parts):
        return "Windows 的文件名和文件夹名不能以空格或点结尾。"
    if any(_DEVICE.fullmatch(part) for part in parts):
        return "是 Windows 保留的设备名。"
    length = len(name.encode("utf-16-le", "surrogatepass")) // 2
    if length > LONGEST:
        return f"路径有 {length} 个字符，超过 {LONGEST} 个，在 Windows 上可能解压不出来。"
    return ""


def write_zip(
    path: Path, files: Iterable[tuple[str, bytes]], day: date, *, limit: int | None = None
) -> Zipped:
    """Write `files` (path in the zip, content), in the order they come, to a zip at `path`.

    `day` is the day that every file is given. `limit`: the largest size in bytes. Written beside `path` and then
    moved there, so that no half of it is ever seen. Raises TooLargeError, and ZipError for names that can't be
    unpacked, a full disk, a folder that can't be written to; and whatever `files` raises.
    """
    if not path.parent.is_dir():
        raise ZipError(f"不能写 {path.name}：没有文件夹 {path.parent}。")
    partial = path.with_name(f".{path.name}.partial")
    stamp = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
    count = 0
    try:
        with partial.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                if fault := _fault(name):
                    raise ZipError(f"{name}：{fault}")
                # A name that isn't ASCII is marked as UTF-8 by the library.
                entry = zipfile.ZipInfo(name, stamp)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                stored = name.lower().endswith(_STORED)
                archive.writestr(
                    entry, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, None if stored else _LEVEL
                )  # fmt: skip
                count += 1
                _check_size(path, file.tell(), limit)
        size = partial.stat().st_size
        _check_size(path, size, limit)
        partial.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise ZipError(f"磁盘已满，{path.name} 没有写成；请腾出空间后再打包。") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR):
            raise ZipError(f"不能写 {path.name}：{error.strerror}。") from error
        raise
    finally:
        partial.unlink(missing_ok=True)
    return Zipped(count, size)


def _check_size(path: Path, size: int, limit: int | None) -> None:
    if limit is not None and size > limit:
        raise TooLargeError(f"{path.name} 超过 {size_in_words(limit)}。")


def size_in_words(size: int) -> str:
    """A size in bytes as people read it, such as 8.4 MB or 830 KB."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{max(1, round(size / 1000))} KB"
