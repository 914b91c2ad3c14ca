"""Where a published branch stands: in this repository, or in a remote one that it is pushed to.

Moving it is compare-and-set: the new commit takes the place of the one that the change was made on, or
of none. A lost race is told apart from a refusal by asking what the branch holds now.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gongbao.editions.git import Git, GitError, without_password

# What servers say when two pushes meet and the other one's result can't be seen yet.
_MET_ANOTHER = ("cannot lock ref", "failed to update ref", "incorrect old value")
_MOVED_WHILE_READ = 5


class BranchError(Exception):
    """A branch can't be published to; the text says why and what to do. The branch is as it was."""


@dataclass(frozen=True, slots=True)
class Head:
    """`commit`: what a change is made on (None: the branch begins with it); `seen`: what the branch held
    where it is published, which is nothing if so far only this repository has it."""

    commit: str | None
    seen: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A branch of a repository, or of a remote of that repository (`remote`: a name or an address)."""

    git: Git
    branch: str
    remote: str | None

    @classmethod
    def at(cls, repository: Path, branch: str, remote: str | None) -> Place:
        """Raises BranchError for what would only fail later: no repository, a name that Git doesn't allow,
        nobody to name as the commit's author, a branch that somebody has checked out."""
        try:
            git = Git.at(repository)
        except GitError as error:
            if "not a git repository" not in error.said:
                raise
            raise BranchError(
                f"{repository} 不在 Git 仓库里：请在仓库里运行，或改用 --into 发布到文件夹。"
            ) from error
        place = cls(git, branch, remote)
        try:
            git.run("check-ref-format", place.ref)
        except GitError as error:
            raise BranchError(f"“{branch}”不能作分支名。") from error
        place._known_author()
        if remote is None:
            place._not_checked_out()
        return place

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def there(self) -> str:
        """The remote, for messages."""
        return without_password(self.remote or "")

    def head(self) -> Head:
        """What the branch holds now, fetched if need be.

        Raises BranchError if this repository has commits of it that the remote one lacks, or the other
        way round (a change made on one would lose those of the other).
        """
        here = self.git.commit_of(self.ref)
        if self.remote is None:
            self._nothing_published_elsewhere(here)
            return Head(here, here)
        there = self._fetched()
        if there is None:
            return Head(here, None)
        if here is not None and not self.git.is_ancestor(here, there):
            raise BranchError(
                f"本地分支 {self.branch} 有 {self.there} 没有的提交：请先推送（git push {self.there} "
                f"{self.branch}），或删去本地分支，再发布。"
            )
        return Head(there, there)

    def commit(self, tree: str, head: Head, message: str) -> str:
        """A commit that holds `tree`; the head itself if that holds the same."""
        if head.commit is not None and self.git.run("rev-parse", f"{head.commit}^{{tree}}") == tree:
            return head.commit
        signed = self.git.run("config", "--type=bool", "--get", "commit.gpgsign", allowed=(0, 1)) == "true"
        parents = ["-p", head.commit] if head.commit else []
        return self.git.run(
            "-c", "user.useConfigOnly=true", "commit-tree", tree, *parents, *(["-S"] if signed else []),
            given=f"{message.strip()}\n".encode(),
        )  # fmt: skip

    def advance(self, new: str, head: Head, message: str) -> str | None:
        """Move the branch from `head` to `new`; None if it stands there now, else in Git's words who came
        first: the change must be made again. Raises BranchError if it was refused for another reason."""
        if new == head.seen:
            return None
        if self.remote is None:
            return self._update(new, head, message)
        try:
            self.git.run(
                "push", "--porcelain", "--no-follow-tags", f"--force-with-lease={self.ref}:{head.seen or ''}",
                "--", self.remote, f"{new}:{self.ref}",
            )  # fmt: skip
        except GitError as error:
            now = self._listed()
            if now == new:
                return None  # it arrived; only the answer was lost
            if now != head.seen or any(words in error.said for words in _MET_ANOTHER):
                return error.said
            raise BranchError(
                f"{self.there} 不接受推送到分支 {self.branch}（没有权限、分支受保护、连接断了，或对方的检查没有"
                f"通过）；已发布的内容没有改动。Git 的说明：\n{error.said}"
            ) from error
        return None

    def follow(self, new: str) -> str:
        """After a push: let this repository's own branch follow, unless somebody has it checked out.
        Gives what a person should know, or ""."""
        here = self.git.commit_of(self.ref)
        if self.remote is None or here == new:
            return ""
        if self.git.worktree_of(self.ref) is not None:
            return f"本地检出的分支 {self.branch} 没有移动：在那里运行 git pull 即可。"
        try:
            self.git.run("update-ref", "-m", "gongbao: published", self.ref, new, here or "0" * len(new))
        except GitError:
            return f"已推送；本地分支 {self.branch} 同时被别的命令改动，没有移动。"
        return ""

    def _update(self, new: str, head: Head, message: str) -> str | None:
        self._not_checked_out()
        title = message.strip().partition("\n")[0]
        try:
            self.git.run("update-ref", "-m", f"gongbao: {title}", self.ref, new, head.seen or "0" * len(new))
        except GitError as error:
            if self.git.commit_of(self.ref) != head.seen:
                return error.said
            raise BranchError(
                f"分支 {self.branch} 不能移动；已发布的内容没有改动。Git 的说明：\n{error.said}"
            ) from error
        return None

    def _known_author(self) -> None:
        """Git guesses a name from the machine's where none is set; that must not get into what is published."""
        for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            try:
                self.git.run("-c", "user.useConfigOnly=true", "var", name)
            except GitError as error:
                raise BranchError(
                    "Git 不知道提交人是谁，不能发布到分支：请先运行\n"
                    '  git config user.name "姓名或单位"\n  git config user.email 邮箱'
                ) from error

    def _not_checked_out(self) -> None:
        folder = self.git.worktree_of(self.ref)
        if folder is not None:
            raise BranchError(
                f"分支 {self.branch} 正检出在 {folder}，那里的文件会与分支对不上：请在那里换到别的分支"
                f"（git switch --detach），或加 --remote 直接推送。"
            )

    def _nothing_published_elsewhere(self, here: str | None) -> None:
        known = self.git.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/remotes/")
        for line in known.splitlines():
            name, commit = line.split()
            remote, _, branch = name.removeprefix("refs/remotes/").partition("/")
            if branch == self.branch and (here is None or not self.git.is_ancestor(commit, here)):
                raise BranchError(
                    f"远程 {remote} 的分支 {branch} 有本地没有的提交：请加 --remote {remote}，或先取来"
                    f"（git fetch {remote} {branch}:{branch}）再发布。"
                )

    def _listed(self) -> str | None:
        assert self.remote is not None
        listed = self.git.run("ls-remote", "--heads", "--", self.remote, self.ref)
        found = {name: commit for commit, name in (line.split("\t", 1) for line in listed.splitlines())}
        return found.get(self.ref)

    def _fetched(self) -> str | None:
        """The remote branch's commit, which this repository then has, with everything in it."""
        assert self.remote is not None
        # A clone that was made shallow, as CI does, is not made deep here: one commit is all that is needed.
        shallow = self.git.run("rev-parse", "--is-shallow-repository") == "true"
        depth = ["--depth=1"] if shallow else []
        for _ in range(_MOVED_WHILE_READ):
            try:
                commit = self._listed()
                if commit is None or self.git.commit_of(commit):
                    return commit
                self.git.run(
                    "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", *depth, "--", self.remote, self.ref
                )  # fmt: skip
            except GitError as error:
                raise BranchError(
                    f"不能从 {self.there} 取得分支 {self.branch}；没有改动。Git 的说明：\n{error.said}"
                ) from error
        raise BranchError(f"{self.there} 的分支 {self.branch} 不停地变动，取不到完整的一版；请稍后再试。")
