"""Which revision last changed a number: kept in revised.json, told where a reader asks where the number comes from.

A later revision takes over what the one before it says, so that only that one is read; what a revision withholds
of a county takes the older numbers of that county out of it too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from html import escape, unescape
from pathlib import Path
from typing import Any

from gongbao.editions.change import Change, Changes
from gongbao.editions.redaction import NOT_REPEATED, withholding
from gongbao.present.asking import computed_ref, value_ref
from gongbao.publication import Release

FILE = "revised.json"
FORMAT = 1
_NOTHING = "（没有）"
# The entry of a computed number (`present.asking.computed_ref`) on a page, with what is printed of it.
_ENTRY = re.compile(
    r'<div class="gb-origin" id="n-(c-[^"]+)">\s*<p\b[^>]*><span>[^<]*</span> <b>([^<]*)</b></p>'
)


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision changed of a number: `old` and `new` as printed, `parts` what else of it changed."""

    revision: int
    old: str
    new: str
    parts: str
    reason: str


Worded = Callable[[str, str], str]  # (address, HTML) -> HTML
AllRevised = Mapping[str, Mapping[str, Revised]]  # region -> name of the number on its pages -> what changed


def _as_it_is(address: str, html: str) -> str:
    return html


def last_revised(changes: Changes, release: Release, previous: Path, folder: Path) -> AllRevised:
    """Of each number that was ever corrected in the edition the last correction, by county.

    `changes` are those of this revision, whose pages stand in `folder`, against the one in the folder `previous`,
    as they may be published. Submitted values and verdicts are told as the changes tell them; whatever else was
    computed (key figures, growths, coefficients) as the pages of the two revisions say it. What only this one says
    is no correction: a later version of the program says more of where numbers come from.
    """
    found = {region: dict(own) for region, own in _read(previous / FILE).items()}
    for region in withholding(changes):
        for ref, before in found.get(region, {}).items():
            found[region][ref] = replace(before, old=NOT_REPEATED, new="", parts="")
    for change in changes.items:
        if change.kind == "place":
            found.pop(change.region, None)
        ref = _ref(change, release.year)
        if ref and change.new is None:
            found.get(change.region, {}).pop(ref, None)
        elif ref:
            found.setdefault(change.region, {})[ref] = _revised(change, release)
    hidden = withholding(changes)
    for region in sorted({change.region for change in changes.items if change.region}):
        said, now = (_computed(place / region) for place in (previous, folder))
        own = found.setdefault(region, {})
        for ref, old in said.items():
            told = ref in own and own[ref].revision == release.revision
            if ref not in now:
                own.pop(ref, None)
            elif old != now[ref] and not told:
                sides = (NOT_REPEATED, "") if region in hidden else (old, now[ref])
                own[ref] = Revised(release.revision, *sides, "", release.reason)
    return {region: dict(sorted(own.items())) for region, own in sorted(found.items()) if own}


def _computed(county: Path) -> Mapping[str, str]:
    """The computed numbers that a county's pages say where they come from, as printed, by their names."""
    found: dict[str, str] = {}
    for path in sorted(county.glob("*.html")):
        for ref, shown in _ENTRY.findall(path.read_text("utf-8")):
            found.setdefault(unescape(ref), unescape(shown))
    return found


def revised_json(revised: AllRevised) -> bytes:
    """The file; the same corrections give the same bytes."""
    regions = {region: {ref: asdict(r) for ref, r in own.items()} for region, own in revised.items()}
    content = {"format": FORMAT, "regions": regions}
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def tell_revisions(folder: Path, release: Release, revised: AllRevised, word: Worded = _as_it_is) -> None:
    """Write into the entries of a revision's pages (`site.asking`) which revision last changed their number.

    `folder` holds the folders of counties; `word` gives the paragraph in the language of these pages from a
    page's address among the Chinese ones and the Chinese paragraph."""
    for region, own in revised.items():
        for path in sorted((folder / region).glob("*.html")):
            text = path.read_text("utf-8")
            said = partial(word, f"{release.address}{region}/{path.name}")
            told = _told(text, own, release, said)
            if told != text:
                path.write_text(told, "utf-8", newline="\n")


def _told(text: str, own: Mapping[str, Revised], release: Release, said: Callable[[str], str]) -> str:
    def one(match: re.Match[str]) -> str:
        change = own.get(match[1])
        return match[0] + (said(_line(change, release)) if change else "")

    return re.sub(r'<div class="gb-origin" id="n-([^"]+)">\s*<p\b.*?</p>', one, text, flags=re.DOTALL)


def _line(change: Revised, release: Release) -> str:
    """A paragraph with a link to the corrections of that revision, from a page of a county in `release`."""
    name = f"r{change.revision}"
    place = "../corrections.html" if change.revision == release.revision else f"../../{name}/corrections.html"
    words = f"原为{change.old}，更正为{change.new}" if change.new else change.old
    said = "；".join(part for part in (words, change.parts and f"{change.parts}有改动") if part)
    return (
        f'\n<p class="gb-revised">修订版 {name} 更正：{escape(said)}。原因：{escape(change.reason.rstrip("。"))}。'
        f'<a href="{place}">更正说明</a></p>'
    )


def _ref(change: Change, year: int) -> str:
    """The name that a changed value or verdict has on its county's pages, "" for other changes."""
    if change.kind == "value":
        _, when, indicator, stage, statistic, period = change.key
        other = 0 if int(when) == year else int(when)
        return value_ref(indicator, stage, period, year=other) if statistic == "数值" else ""
    return computed_ref(change.key[2]) if change.kind in ("flip", "verdict") else ""


def _revised(change: Change, release: Release) -> Revised:
    old, new = (_NOTHING if said is None else said.shown for said in (change.old, change.new))
    parts = "、".join(part.label for part in change.parts) if old == new else ""
    if old == new:
        old = new = ""
    if NOT_REPEATED in (old, new):
        old, new, parts = NOT_REPEATED, "", ""
    return Revised(release.revision, old, new, parts, release.reason)


def _read(path: Path) -> Mapping[str, Mapping[str, Revised]]:
    """What an earlier revision says, nothing where it has no such file (a first one, or one of an older version)."""
    if not path.is_file():
        return {}
    content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return {region: dict(_records(own)) for region, own in content["regions"].items()}


def _records(own: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Revised]]:
    for ref, fields in own.items():
        yield ref, Revised(**fields)
