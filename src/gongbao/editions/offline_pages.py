"""A page as it stands in an offline copy: every link leads to a file of the copy or to the web, none nowhere.

Only addresses are changed. What a copy says of itself on each page is said by its style sheet.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urljoin

from gongbao.english.addresses import FOLDER as ENGLISH

HOME = "index.html"
# Elements that can hold an address, and the attributes that do; data-spec and data-versions are read by scripts.
_TAG = re.compile(
    rb"<(a|area|link|form|button|input|img|image|script|source|object|iframe|embed|video|audio)\b[^<>]*>"
)
_ATTRIBUTE = re.compile(
    rb"""\s(href|src|action|formaction|data|poster|data-spec|data-versions|xlink:href)=("[^"]*"|'[^']*')"""
)
# Draws a chart again from its specification, which a page that was opened from disk can't load.
_INTERACTIVE = re.compile(rb'<button\b[^<>]*\bclass="gb-interactive"[^<>]*>[^<]*</button>')
_LEADS = {b"a": b"href", b"area": b"href", b"form": b"action"}
"""What leads a reader on, and only when it is followed; a browser loads anything else by itself."""
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|\Z")
_END = re.compile(rb"\s*/?>$")


@dataclass(frozen=True, slots=True)
class Inside:
    """What an offline copy holds. `root`: the folder of the site or published tree that it is a copy of, with a
    slash at both ends; `names`: its files by their paths below that; `site_url`: where the site or tree stands
    on the web, "" if that isn't known."""

    root: str
    names: Container[str]
    site_url: str

    def held(self, address: str) -> str:
        """The file of the copy that stands for an address such as /2023/r1/990101/finance.html, "" if none does.
        The copy's own first page stands for that of the tree."""
        for language in ("", ENGLISH):
            if address.rstrip("/") in (language, f"{language}/{HOME}"):
                address = f"{self.root.rstrip('/')}{language}/{HOME}"
        if not f"{address}/".startswith(self.root):
            return ""
        name = f"{address}/".removeprefix(self.root).rstrip("/")
        # A folder is no page on a disk.
        return next((each for each in (name, posixpath.join(name, HOME)) if each in self.names), "")


def offline_page(data: bytes, name: str, inside: Inside) -> bytes:
    """The bytes of a page (`name`: its path in the copy) as they stand in the copy.

    A link out of the copy leads to the web or, where its address there isn't known, nowhere; both are marked
    `data-online`. What a browser would load from outside of the copy is taken out.
    """

    def element(match: re.Match[bytes]) -> bytes:
        kind, online = match[1], False

        def attribute(found: re.Match[bytes]) -> bytes:
            nonlocal online
            placed = _placed(unescape(found[2][1:-1].decode()), name, inside)
            if placed is None:
                return found[0]
            address, local = placed
            online = online or not local
            if not local and (not address or _LEADS.get(kind) != found[1]):
                return b""
            return b" " + found[1] + b'="' + escape(address).encode() + b'"'

        text = _ATTRIBUTE.sub(attribute, match[0])
        if not online:
            return text
        if kind == b"link":
            return b""
        return _END.sub(b" data-online>", text) if kind in (b"a", b"area") else text

    return _TAG.sub(element, _INTERACTIVE.sub(b"", data))


def _placed(link: str, page: str, inside: Inside) -> tuple[str, bool] | None:
    """What a link of a page must be in the copy, and whether it leads to a file of the copy; None where it may
    stay as it is. Else it leads to the web: the complete address, "" if that isn't known."""
    if _ELSEWHERE.match(link):
        return None
    path, rest = _parts(link)
    if not path:
        return None
    if path.startswith("/"):  # from the top of a server, which only a hand-written page may say
        return (urljoin(f"{inside.site_url}/", link) if inside.site_url else ""), False
    written = posixpath.normpath(posixpath.join(inside.root, posixpath.dirname(page), path))
    address = unquote(written)
    held = inside.held(address)
    if not held:
        return (f"{inside.site_url}{written}{rest}" if inside.site_url else ""), False
    if address == inside.root + held:
        return None
    return posixpath.relpath(held, posixpath.dirname(page)) + rest, True


def _parts(link: str) -> tuple[str, str]:
    """A link's path, and its question and fragment with their signs."""
    found = re.search(r"[?#]", link)
    return (link, "") if found is None else (link[: found.start()], link[found.start() :])
