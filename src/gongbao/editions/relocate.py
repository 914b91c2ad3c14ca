"""Addresses of a working build -> those of a sealed revision and of its copy as the latest one.

A site is built with working addresses (/reports/2019/511923/finance.html). Sealed it stands at
/2019/r1/511923/finance.html, its copy at /2019/511923/finance.html. Every link is relative, so only
links whose two ends move apart are rewritten. `/-/x` in a working build stands for /x of the tree.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path

from gongbao.english.addresses import FOLDER, english_address
from gongbao.site.addresses import OUTSIDE, in_edition

# A manifest tells the bytes of the sealed files; its copy would tell those of others.
NOT_COPIED = ("manifest.json", "manifest.json.sig")
# Attributes that hold an address; data-spec and data-versions are read by the theme's script.
_TAG = re.compile(
    rb"<(?:a|link|img|script|source|object|iframe|button|nav|details|div|span|p|select|form)\b[^<>]*>"
)
_ATTRIBUTE = re.compile(rb'(\s(?:href|src|action|data-spec|data-versions)=)"([^"]*)"')


def released_address(address: str, year: int, revision: int) -> str:
    """Where a page or file of the working build stands in the tree. Both begin with “/”."""
    if address.startswith(f"{FOLDER}/"):
        return english_address(released_address(address.removeprefix(FOLDER), year, revision))
    if address.startswith(OUTSIDE):
        return address.removeprefix("/-")
    if address == "/index.html":
        return address
    return f"/{year}/r{revision}/{in_edition(address, year)}"


def latest_address(address: str, year: int, revision: int) -> str:
    """/2019/r2/x -> /2019/x for revision 2; other addresses stay, those of older revisions too."""
    sealed = f"/{year}/r{revision}/"
    return f"/{year}/{address.removeprefix(sealed)}" if address.startswith(sealed) else address


def relocate(built: Path, out: Path, year: int, revision: int) -> None:
    """Move the files of a built site to `out`/<year>/r<revision>, with their links rewritten.

    The build's own home pages are left behind: the tree's take their place.
    """

    def place(address: str) -> str:
        return released_address(address, year, revision)

    for path in sorted(p for p in built.rglob("*") if p.is_file()):
        address = "/" + path.relative_to(built).as_posix()
        if address in ("/index.html", english_address("/index.html")):
            continue
        target = out / place(address).removeprefix("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".html":
            target.write_bytes(rewritten(path.read_bytes(), address, place))
        else:
            shutil.move(path, target)  # the tree may stand on another file system


def copy_latest(sealed: Path, out: Path, year: int, revision: int) -> None:
    """Write the copy of a sealed revision (a folder) that stands at /<year>/ into `out`."""
    for path in sorted(p for p in sealed.rglob("*") if p.is_file()):
        inside = path.relative_to(sealed).as_posix()
        if inside in NOT_COPIED:
            continue
        target = out / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".html":
            target.write_bytes(latest_page(path.read_bytes(), inside, year, revision))
        else:
            shutil.copyfile(path, target)


def latest_page(data: bytes, inside: str, year: int, revision: int) -> bytes:
    """The bytes of a sealed page (`inside` its revision) as they stand in the latest copy."""
    return rewritten(
        data, f"/{year}/r{revision}/{inside}", lambda address: latest_address(address, year, revision)
    )


def rewritten(data: bytes, address: str, place: Callable[[str], str]) -> bytes:
    """An HTML page with each relative link as it must be when both ends have moved to `place`."""
    folder, new_folder = posixpath.dirname(address), posixpath.dirname(place(address))

    def link(match: re.Match[bytes]) -> bytes:
        text = unescape(match[2].decode())
        if not text or text.startswith(("#", "/", "data:", "mailto:", "tel:")) or "://" in text:
            return match[0]
        path, mark, fragment = text.partition("#")
        target = place(posixpath.normpath(posixpath.join(folder, path)))
        new = posixpath.relpath(target, new_folder) + mark + fragment
        return match[1] + b'"' + escape(new).encode() + b'"'

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(link, tag[0]), data)
