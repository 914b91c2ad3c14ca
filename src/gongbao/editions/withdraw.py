"""Withdrawing: what was published is declared void, with the reason, at the addresses where it stood."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from gongbao.editions.commit import open_for_change, put_in_place
from gongbao.editions.latest import edition_files, is_sealed, write_digests
from gongbao.editions.manifest import UNLISTED, list_files
from gongbao.editions.notices import notice_names, withdrawn_pages
from gongbao.editions.offline import add_offline
from gongbao.editions.release import write_all, write_around
from gongbao.editions.state import ReleaseError, Wish, faults_of_reason
from gongbao.editions.tree import Revision, Tree
from gongbao.english import in_brief
from gongbao.publication import Publication


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did. `latest`: the revision that the edition shows now, None if it shows none;
    `notes`: as of a release."""

    revisions: tuple[Revision, ...]
    latest: Revision | None
    notes: tuple[str, ...]


def withdraw_edition(
    publication: Publication,
    wish: Wish,
    root: Path,
    *,
    revision: int = 0,
    erase: bool = False,
    wait: float = 0,
) -> Withdrawn:
    """Withdraw a revision of an edition (0: all of them), and say so and why at its addresses.

    The sealed files stay as they are, with the note that they are void; with `erase` their contents go
    too (for what may not be published at all), and only the manifest is kept, which names no content.
    Raises ReleaseError (nothing to withdraw, no reason, a reason that names a person) and TreeError.
    """
    _check(wish, Tree(root), revision)
    with open_for_change(root, wait) as staging:
        tree = Tree(root)
        _check(wish, tree, revision)
        last = tree.revisions(wish.year)[-1]
        event = tree.next_event(
            event="withdrawn", edition=wish.year, revision=revision, date=wish.day.isoformat(),
            doc_no=last.doc_no, approved_by=last.approved_by, reason=" ".join(wish.reason.split()), erased=erase,
        )  # fmt: skip
        after = tree.after(event)
        chosen = tuple(r for r in after.revisions(wish.year) if revision in (0, r.revision))
        erased = [r for r in chosen if r.erased]
        for each in erased:
            _erase(after, publication, each, staging)
        not_offline = add_offline(after, publication, wish.year, staging)
        lacking = write_around(after, publication, wish.year, staging, {r.address for r in erased})
        if after.latest(wish.year) is not None:
            edition_files(after, publication, wish.year, staging)
        else:
            _notices(after, publication, wish.year, staging)
        put_in_place(root, staging, {r.address for r in erased})
    return Withdrawn(chosen, after.latest(wish.year), (*in_brief(lacking), *not_offline))


def _check(wish: Wish, tree: Tree, revision: int) -> None:
    faults = faults_of_reason(wish.reason)
    known = tree.revisions(wish.year)
    chosen = [r for r in known if revision in (0, r.revision)]
    if not known:
        faults.append(f"发布目录里没有 {wish.year} 年度版。")
    elif not chosen:
        faults.append(f"{wish.year} 年度版没有 r{revision}；有的是：{'、'.join(r.name for r in known)}。")
    elif all(r.state == "withdrawn" for r in chosen):
        faults.append("已经撤回过了。")
    if not wish.reason.strip():
        faults.append("撤回要用 --reason 写明原因。")
    if wish.day > wish.today:
        faults.append(f"撤回日期 {wish.day} 还没有到。")
    if chosen and wish.day.isoformat() < chosen[-1].date:
        faults.append(f"撤回日期 {wish.day} 早于发布日期 {chosen[-1].date}。")
    if faults:
        raise ReleaseError("\n".join([f"不能撤回 {wish.year} 年度版：", *(f"- {fault}" for fault in faults)]))


def _erase(tree: Tree, publication: Publication, revision: Revision, staging: Path) -> None:
    """Stage a revision's folder without its contents: the notice for each page, and the manifest."""
    sealed, out = tree.folder(revision.year, revision.revision), staging / revision.address
    for name in list_files(sealed):
        target = out / name
        if name in UNLISTED:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sealed / name, target)
    pages = [name for name in list_files(sealed) if name.endswith(".html")]
    write_all(out, withdrawn_pages(tree, publication, f"/{revision.address}/", pages, staging))


def _notices(tree: Tree, publication: Publication, year: int, staging: Path) -> None:
    """Stage the edition's short addresses when nothing of it holds: at each page's the notice."""
    shown = tree.root / str(year)
    pages = {name for name in list_files(shown) if name.endswith(".html") and not is_sealed(name)}
    pages |= {"index.html", *notice_names(tree, publication)}
    write_all(staging / str(year), withdrawn_pages(tree, publication, f"/{year}/", pages, staging))
    write_digests(staging / str(year), 0)
