"""What stands around sealed revisions: the copy of the latest one, and the notes that one is superseded.

A sealed page holds two hidden notices and a link to `status/<year>/r<n>.css`, which stands outside of the
seal. That file shows the notice when the time comes: no sealed byte changes, and no script is needed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gongbao.editions.english import in_english
from gongbao.editions.manifest import file_sha256, list_files
from gongbao.editions.notices import notice_names, withdrawn_pages
from gongbao.editions.portal_redirects import redirect_page
from gongbao.editions.relocate import copy_latest
from gongbao.editions.tree import LATEST, Revision, Tree, offline_name
from gongbao.english import english_address
from gongbao.publication import Publication
from gongbao.zipped import size_in_words

_SHOWN = "display:block"
_CHINESE_ALONE = "现行的修订版只有中文网页。This edition is now in Chinese alone."


def status_files(tree: Tree, year: int, offline: int = 0) -> Iterator[tuple[str, bytes]]:
    """The status of each revision of an edition, as a style that its pages link. `offline`: the size in bytes of
    the copy for reading offline; 0 where there is none."""
    latest = tree.latest(year)
    for revision in tree.revisions(year):
        style = status_style(revision, latest, offline, english=in_english(tree, revision))
        yield f"status/{year}/{revision.name}.css", style.encode()


def status_style(
    revision: Revision, latest: Revision | None, offline: int = 0, *, english: bool = False
) -> str:
    """The status of a revision, where `latest` is the one that holds. `english`: it holds English pages."""
    if revision.state == "withdrawn":
        when = f"撤回日期：{revision.withdrawn_on}。", f"Withdrawn on {revision.withdrawn_on}."
        return _notice("gb-withdrawn", *when, english=english)
    if latest is None or latest.revision == revision.revision:
        return "/* 现行修订版 */\n" + (_offline_link(offline) if offline else "")
    when = (
        f"最新的是 {latest.name}，{latest.date} 发布。",
        f"The latest is {latest.name}, released on {latest.date}.",
    )
    return _notice("gb-superseded", *when, english=english)


def _notice(name: str, when: str, in_english: str, *, english: bool) -> str:
    """Shows the notice of a class with what only the tree knows behind it, in the language of the page."""
    shown = f".{name}{{{_SHOWN}}}\n.{name}::after{{content:{css_string(when)}}}\n"
    return shown + (f"[lang=en] .{name}::after{{content:{css_string(in_english)}}}\n" if english else "")


def _offline_link(size: int) -> str:
    """Shows the link to the offline copy, which a page can't name the size of: the copy is made from the page."""
    words = size_in_words(size)
    return (
        f".gb-offline{{{_SHOWN}}}\n"
        f".gb-offline a::after{{content:{css_string(f'（zip，约 {words}）')}}}\n"
        f".gb-offline a:lang(en)::after{{content:{css_string(f' (zip, about {words})')}}}\n"
    )


def css_string(text: str) -> str:
    """A text as a CSS string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def offline_size(folder: Path, year: int) -> int:
    """Bytes of the offline copy of an edition whose folder is below `folder`; 0 where there is none."""
    path = folder / str(year) / offline_name(year)
    return path.stat().st_size if path.is_file() else 0


def edition_files(tree: Tree, publication: Publication, year: int, staging: Path) -> None:
    """Write the copy of an edition's latest revision, and its digests, into `staging`.

    Raises ValueError for an edition of which every revision is withdrawn.
    """
    latest = tree.latest(year)
    if latest is None:
        raise ValueError(f"nothing of {year} holds")
    out = staging / str(year)
    copy_latest(tree.folder(year, latest.revision), out, year, latest.revision)
    if any(r.state == "withdrawn" for r in tree.revisions(year)):
        names = notice_names(tree, publication)
        for name, page in withdrawn_pages(tree, publication, f"/{year}/", names, staging):
            (out / name).parent.mkdir(exist_ok=True)
            (out / name).write_bytes(page)
    _lead_from_english(tree, publication, latest, out)
    write_digests(out, latest.revision)


def _lead_from_english(tree: Tree, publication: Publication, latest: Revision, out: Path) -> None:
    """Where earlier revisions hold English pages and the latest one none: pages that lead on to the Chinese ones,
    because the sealed English pages lead to the edition's."""
    if in_english(tree, latest) or not any(in_english(tree, r) for r in tree.revisions(latest.year)):
        return
    for name in [n for n in list_files(out) if n.endswith(".html") and not is_sealed(n)]:
        if name.startswith("en/") or (out / "en" / name).exists():  # the notice that something was withdrawn
            continue
        address = f"/{latest.year}/{name}"
        page = redirect_page(
            publication.site_url, english_address(address), address, f"{latest.year}年度公报", _CHINESE_ALONE
        )
        path = out / "en" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)


def write_digests(edition: Path, revision: int) -> None:
    """Write `latest.json`: the SHA-256 of every file of the copy, which revision it is of (0: none)."""
    names = [n for n in list_files(edition) if n != LATEST and not is_sealed(n)]
    content = {
        "format": 1,
        "revision": revision,
        "files": {name: file_sha256(edition / name) for name in sorted(names)},
    }
    (edition / LATEST).write_bytes(json_bytes(content))


def is_sealed(name: str) -> bool:
    """Whether a file of an edition's folder belongs to one of its revisions, by its path below the folder."""
    first = name.partition("/")[0]
    return first.startswith("r") and first[1:].isdigit()


def portal_digests(old: Path, staging: Path, erased: Collection[str] = ()) -> bytes:
    """`portal.json` after a change: the SHA-256 of every mutable file that belongs to no edition, and of the
    notices in place of `erased` revisions ("2019/r1")."""
    known: dict[str, str] = json.loads(old.read_bytes())["files"] if old.exists() else {}
    for path in sorted(p for p in staging.rglob("*") if p.is_file()):
        name = path.relative_to(staging).as_posix()
        in_erased = any(name.startswith(f"{address}/") for address in erased) and name.endswith(".html")
        if in_erased or not name[:4].isdigit():
            known[name] = file_sha256(path)
    return json_bytes({"format": 1, "files": dict(sorted(known.items()))})


def json_bytes(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
