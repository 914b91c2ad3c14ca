"""A published tree on a branch of a Git repository: taken from it, changed, and put back as one commit.

Git's plumbing is enough (docs/publishing.md says how), so no checkout, index or stash of the repository is
touched, and it may be bare. The branch moves at once from the old commit to the new one or not at all: a
change that is interrupted anywhere leaves it where it was, and one that somebody else overtook is made
again on top of what the branch holds by then.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gongbao.editions.branch_place import BranchError, Head, Place
from gongbao.editions.branch_tree import (
    SEALED,
    Layout,
    Wanted,
    checkout_tree,
    everything,
    needed_to_change,
    needed_to_compare,
    needed_to_show,
    write_tree,
)
from gongbao.editions.git import Entry, Git, Objects
from gongbao.editions.tree import LOG, Event, Tree, parse_log

__all__ = [
    "BranchError",
    "Published",
    "change_branch",
    "copy_branch",
    "copy_shown",
    "everything",
    "needed_to_change",
    "needed_to_compare",
]

ATTEMPTS = 5
"""How often a change that others overtake is made anew before it is given up."""

NO_JEKYLL = ".nojekyll"
"""An empty file that keeps GitHub Pages from running Jekyll, which leaves out files."""

OF_THE_HOST = ("CNAME",)
"""Files at the top of a branch that a host reads (its own domain name); a published tree doesn't make them."""

Change = Callable[[Path], str]
"""Changes a published tree laid out in a folder; gives the commit's message. May be called several times,
each time with a fresh folder: what it does must start from what the folder holds."""


@dataclass(frozen=True, slots=True)
class Published:
    """`commit`: what the branch holds now; `previous`: what it held before (None: it is new); `attempts`: how
    often the change was made because others came first; `note`: what a person should know, or ""."""

    commit: str
    previous: str | None
    attempts: int
    note: str = ""

    @property
    def changed(self) -> bool:
        return self.commit != self.previous


def change_branch(
    repository: Path,
    branch: str,
    change: Change,
    *,
    remote: str | None = None,
    wanted: Wanted = everything,
    scratch: Path | None = None,
) -> Published:
    """Change the published tree that a branch holds, as one commit on top of it.

    `remote`: the branch is that of this remote (a name or an address), and the commit is pushed there.
    `wanted`: which part of the tree `change` needs; the rest is taken over unread. `scratch`: where the
    temporary folder is made. A branch that doesn't exist begins with the change. An unchanged tree makes
    no commit. Raises BranchError, GitError, LayoutError and whatever `change` raises; the branch and
    every checkout are then as they were.
    """

    def store(git: Git, head: str | None) -> tuple[str, str]:
        with tempfile.TemporaryDirectory(prefix="gongbao-", dir=scratch) as temporary:
            folder = Path(temporary) / "tree"
            layout = checkout_tree(git, head, folder, wanted)
            _only_ours(layout, branch)
            message = change(folder)
            tree = write_tree(git, folder, layout, [NO_JEKYLL])
            return tree, message

    return _published(Place.at(repository, branch, remote), store)


def copy_branch(
    repository: Path, branch: str, target: Path, *, remote: str | None = None, wanted: Wanted = everything
) -> str | None:
    """Lay out the published tree that a branch holds in a folder that is new or empty, to read it.

    Gives the commit; None, and an empty folder, if there is no such branch. Raises BranchError, GitError.
    """
    place = Place(Git.at(repository), branch, remote)
    head = place.head()
    checkout_tree(place.git, head.commit, target, wanted)
    return head.commit


def copy_shown(repository: Path, branch: str, target: Path, *, remote: str | None = None) -> None:
    """Lay out what readers see of the published tree that a branch holds, the latest revision of each edition, in
    a folder that is new or empty. Raises BranchError, also where the branch holds no published tree, and GitError.
    """
    with tempfile.TemporaryDirectory(prefix="gongbao-") as temporary:
        log = Path(temporary)
        commit = copy_branch(repository, branch, log, remote=remote, wanted=lambda path: path == LOG)
        if commit is None or not (log / LOG).is_file():
            missing = f"没有分支 {branch}" if commit is None else f"分支 {branch} 里没有 {LOG}，不是发布目录"
            raise BranchError(f"{missing}：请换一个分支名，或用 --into 指出发布目录。")
        tree = Tree(log)
        latest = [revision.address for year in tree.editions if (revision := tree.latest(year))]
    copy_branch(repository, branch, target, remote=remote, wanted=needed_to_show(latest))


def _published(place: Place, store: Callable[[Git, str | None], tuple[str, str]]) -> Published:
    """Store a tree made on the branch's head and move the branch to it; again if it has moved meanwhile."""
    overtaken: str | None = None
    for attempt in range(1, ATTEMPTS + 1):
        head = place.head()
        tree, message = store(place.git, head.commit)
        _guard(place.git, head, tree, place.branch)
        new = place.commit(tree, head, message)
        overtaken = place.advance(new, head, message)
        if overtaken is None:
            return Published(new, head.seen, attempt, place.follow(new))
    raise BranchError(
        f"分支 {place.branch} 上一直有别人先发布，试了 {ATTEMPTS} 次都没有赶上；请稍后再试。Git 的说明：\n{overtaken}"
    )


def _only_ours(layout: Layout, branch: str) -> None:
    top = layout.folders.get("", {})
    foreign = sorted(top.keys() - {NO_JEKYLL, *OF_THE_HOST})
    if LOG not in top and foreign:
        raise BranchError(
            f"分支 {branch} 里不是发布目录（没有 {LOG}，却有 {'、'.join(foreign[:3])} 等）：请换一个分支名。"
        )


def _sealed(objects: Objects, top: dict[str, Entry]) -> list[tuple[str, str, Entry]]:
    """(year, revision's folder, its entry) of every sealed revision below a tree's top."""
    return [
        (year, name, entry)
        for year, edition in top.items()
        if edition.is_folder and SEALED.fullmatch(f"{year}/r1/")
        for name, entry in objects.tree(edition.id).items()
        if entry.is_folder and SEALED.fullmatch(f"{year}/{name}/")
    ]


def _guard(git: Git, head: Head, tree: str, branch: str) -> None:
    """Whatever made the new tree: nothing that was released is lost from the log, no sealed byte is changed.

    A sealed revision may go only where the log says that its files were taken away.
    """
    if head.commit is None:
        return
    with git.objects() as objects:
        old_top, new_top = objects.tree(head.commit), objects.tree(tree)
        if LOG not in old_top:
            return
        old, new = (_events(git, top) for top in (old_top, new_top))
        if new[: len(old)] != old:
            lost = next((e for e in old if e not in new), old[-1])
            raise BranchError(
                f"分支 {branch} 上已有这个发布目录没有的记录（{lost.edition} 年度 r{lost.revision}，{lost.date}），"
                "放上去会丢失：请先从分支取回最新的发布目录，在它上面再发布。"
            )
        erased = _erased(new)
        after = {(year, name): entry for year, name, entry in _sealed(objects, new_top)}
        for year, name, entry in _sealed(objects, old_top):
            allowed = {(year, name), (year, "r0")} & erased
            if after.get((year, name)) != entry and not allowed:
                raise BranchError(f"{year}/{name} 已经封存，和分支 {branch} 上的不一样：没有发布。")


def _erased(events: tuple[Event, ...]) -> set[tuple[str, str]]:
    """(year, revision's folder) whose sealed files were taken away; r0 stands for the whole edition."""
    return {(str(event.edition), f"r{event.revision}") for event in events if event.erased}


def _events(git: Git, top: dict[str, Entry]) -> tuple[Event, ...]:
    return parse_log(git.raw("cat-file", "blob", top[LOG].id)) if LOG in top else ()
