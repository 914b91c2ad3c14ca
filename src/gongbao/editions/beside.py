"""A draft beside what is released of it: pages that `gongbao preview` shows on this machine, and only there.

Each side is the page itself in a frame, with the differences marked; the page around them lists the differences and
leads from one to the next. Nothing is written: the marks are made as the pages are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from gongbao.editions.changes_page import TEMPLATES, environment
from gongbao.editions.marking import Difference, Marked, mark, same
from gongbao.editions.tree import Revision, Tree
from gongbao.site.addresses import in_edition

START = "/_gongbao/beside/"
RELEASED = "/_gongbao/released/"
_FILES = {"beside.js": "text/javascript", "beside.css": "text/css"}
_MARKED = "marked"
_REPORT = re.compile(r"/reports/(\d{4})/(\w+/[\w-]+\.html)")
_TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".csv": "text/csv; charset=utf-8",
}  # fmt: skip
_STATES = {"changed": "改", "added": "增", "removed": "删"}
_COMPARED = 600  # reports of a year up to which the list says which differ: it reads them all
_CONTEXT = 18  # characters that a list shows of what is the same, on either side of a difference

Answer = tuple[HTTPStatus, str, bytes]  # status, content type, content


@dataclass(frozen=True)
class Beside:
    """The drafts in `site` (a built site) beside the published tree at `root`."""

    root: Path
    site: Path

    def offer(self, path: str) -> tuple[str, str]:
        """What a draft's page offers: (words, address or ""); ("", "") for pages that are no report."""
        match = _REPORT.fullmatch(path)
        if match is None:
            return "", ""
        year, inside = int(match[1]), match[2]
        latest = Tree(self.root).latest(year)
        if latest is None:
            return f"{year}年度还没有发布，没有可以对照的版本", ""
        if not self._released(latest, inside).is_file():
            return f"{year}年度已发布的 {latest.name} 里没有这一页", ""
        return f"与已发布的 {latest.name} 对照", f"{START}{year}/{inside}"

    def answer(self, path: str, query: str) -> Answer | None:
        """What is shown at an address, None for those that the site itself has."""
        if path.startswith(RELEASED):
            return self._tree_file(path.removeprefix(RELEASED), query)
        if path.startswith(START):
            return self._beside(path.removeprefix(START))
        match = _REPORT.fullmatch(path)
        if match and query == _MARKED and (found := self._marked(int(match[1]), match[2])):
            return _html(_dressed(found.new))
        return None

    def _released(self, latest: Revision, inside: str) -> Path:
        return Tree(self.root).folder(latest.year, latest.revision) / inside

    def _pair(self, year: int, inside: str) -> tuple[Revision, str, str] | None:
        """The latest revision and the two pages, None where one is missing."""
        latest = Tree(self.root).latest(year)
        draft = self.site / "reports" / str(year) / inside
        if latest is None or not draft.is_file() or not self._released(latest, inside).is_file():
            return None
        return latest, self._released(latest, inside).read_text("utf-8"), draft.read_text("utf-8")

    def _marked(self, year: int, inside: str) -> Marked | None:
        pair = self._pair(year, inside)
        return mark(pair[1], pair[2]) if pair else None

    def _tree_file(self, inside: str, query: str) -> Answer:
        path = (self.root / inside).resolve()
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            return _missing("发布目录里没有这个文件。")
        match = re.fullmatch(r"(\d{4})/r\d+/(\w+/[\w-]+\.html)", inside)
        if match and query == _MARKED and (found := self._marked(int(match[1]), match[2])):
            return _html(_dressed(found.old))
        return HTTPStatus.OK, _TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes()

    def _beside(self, inside: str) -> Answer:
        if inside in _FILES:
            return HTTPStatus.OK, f"{_FILES[inside]}; charset=utf-8", (TEMPLATES / inside).read_bytes()
        if not inside:
            return _html(_rendered("beside_list.html.j2", editions=list(self._editions())))
        match = re.fullmatch(r"(\d{4})/(\w+/[\w-]+\.html)", inside)
        pair = self._pair(int(match[1]), match[2]) if match else None
        if match is None or pair is None:
            return _missing("这一页没有可以对照的已发布版本。")
        (latest, old, new), address = pair, f"/reports/{match[1]}/{match[2]}"
        title = re.search(r"<h1>(.*?)</h1>", new, re.DOTALL)
        place = in_edition(address, latest.year)
        return _html(
            _rendered(
                "beside.html.j2", title=re.sub(r"<[^>]*>", "", title[1]) if title else inside, latest=latest,
                old=f"{RELEASED}{latest.address}/{quote(place)}?{_MARKED}", new=f"{quote(address)}?{_MARKED}",
                page=quote(address), lines=[_line(d) for d in mark(old, new).differences],
            )
        )  # fmt: skip

    def _editions(self) -> Iterator[tuple[int, str, list[tuple[str, str, str]]]]:
        """Year, revision ("" for none), and of each of its reports: name, address, what differs."""
        folders = (self.site / "reports").iterdir() if (self.site / "reports").is_dir() else ()
        for folder in sorted((f for f in folders if f.name.isdigit()), reverse=True):
            year = int(folder.name)
            latest = Tree(self.root).latest(year)
            rows = []
            pages = sorted(folder.glob("*/*.html")) if latest else []
            for page in pages:
                inside = PurePosixPath(page.relative_to(folder)).as_posix()
                address, state = f"{START}{year}/{inside}", ""
                if latest is None or not self._released(latest, inside).is_file():
                    address, state = "", "未发布"
                elif len(pages) <= _COMPARED and (pair := self._pair(year, inside)):
                    state = "没有不同" if same(*pair[1:]) else "有不同"
                rows.append((inside, address, state))
            yield year, latest.name if latest else "", rows


def _line(difference: Difference) -> tuple[int, str, list[tuple[str, bool]], list[tuple[str, bool]]]:
    sides = (_shortened(pieces) for pieces in (difference.old, difference.new))
    old, new = sides
    return difference.number, _STATES[difference.state], old, new


def _shortened(pieces: tuple[tuple[str, bool], ...]) -> list[tuple[str, bool]]:
    """The pieces of a text without the middle of what is the same."""
    found = []
    for n, (text, differs) in enumerate(pieces):
        first, last = n == 0, n == len(pieces) - 1
        if not differs and len(text) > 2 * _CONTEXT:
            head = "" if first else text[:_CONTEXT]
            text = f"{head}…{'' if last else text[-_CONTEXT:]}"
        found.append((text if len(text) <= 8 * _CONTEXT else f"{text[: 8 * _CONTEXT]}…", differs))
    return found


def _dressed(page: str) -> str:
    """A marked page with the style of its marks."""
    return page.replace("</head>", f'<link rel="stylesheet" href="{START}beside.css">\n</head>', 1)


def _rendered(template: str, **values: object) -> str:
    return environment().get_template(template).render(start=START, **values)


def _html(text: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return status, "text/html; charset=utf-8", text.encode()


def _missing(words: str) -> Answer:
    return _html(_rendered("beside_list.html.j2", editions=[], words=words), HTTPStatus.NOT_FOUND)
