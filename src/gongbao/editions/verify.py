"""Proof that a published tree is as it was sealed: every byte, every file, the whole chain.

Nothing is believed that can be computed: a sealed file is held against its manifest, a manifest against
the log, the log's events against each other, the copy of the latest revision against the sealed files it
was made from, the status of a revision against the log. Only the portal's own pages, which change with
each release, are held against a list (`portal.json`) that is nothing but a list.

What this can't see without help: someone who rewrites the whole tree, chain and all. Against that there
are signatures (`public_key`) and an event's digest noted elsewhere (`head`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gongbao.editions.commit import interrupted
from gongbao.editions.latest import status_files
from gongbao.editions.manifest import MANIFEST, UNLISTED, in_threads, walk
from gongbao.editions.relocate import NOT_COPIED, latest_page
from gongbao.editions.signing import PublicKeys
from gongbao.editions.tree import LATEST, LOG, PORTAL, WORKING, Tree, TreeError, offline_name, offline_sizes
from gongbao.editions.verify_records import (
    KIND_WORDS,
    Finding,
    Listing,
    Records,
    read_listing,
    read_records,
)

__all__ = ["Finding", "Verified", "verify", "verify_tree"]

_SKIPPED = re.compile(rf"{re.escape(WORKING)}|\.git")
_FOLDER = re.compile(r"(\d{4}/r\d+)/")
_EDITION = re.compile(r"(\d{4})/")
# What services that serve a tree want at its root; they say nothing that a reader sees.
_HOSTING = {
    ".nojekyll": re.compile(rb"\s*"),
    "CNAME": re.compile(rb"[A-Za-z0-9.-]{1,253}\s*"),
    ".git": re.compile(rb"gitdir: .*\s*"),
}


@dataclass(frozen=True, slots=True)
class Verified:
    """The result. `files`: how many were held against a digest; `signed`: key ids by revision; `trusted`:
    whether these were held against keys that the caller trusts; `head`: digest of the log's last event."""

    findings: tuple[Finding, ...]
    revisions: tuple[str, ...]
    erased: tuple[str, ...]
    files: int
    signed: Mapping[str, str]
    trusted: bool
    head: str


@dataclass(frozen=True, slots=True)
class _Digest:
    """What a file must be, and by whose word. `size` None: not recorded."""

    sha256: str
    by: str
    size: int | None = None


@dataclass
class _Expected:
    """Every file that may be in the tree. `allowed`: those that are checked in another way."""

    files: dict[str, _Digest] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=set)


def verify_tree(root: Path, *, public_key: PublicKeys | None = None) -> list[Finding]:
    """Everything in the published tree that isn't as sealed; empty if all is. Raises TreeError, SigningError."""
    return list(verify(root, public_key=public_key).findings)


def verify(root: Path, *, public_key: PublicKeys | None = None, head: str = "") -> Verified:
    """Check a published tree, or a copy of one. Changes nothing and takes no lock.

    `public_key`: every manifest must be signed by one of these. `head`: digest of an event that the log
    must hold. Raises TreeError if there is no tree, SigningError if keys are given and can't be used.
    """
    if not root.is_dir():
        raise TreeError(f"没有发布目录 {root.name}/。")
    if not (root / LOG).exists() and not any(_FOLDER.match(f"{p}/") for p in _two_deep(root)):
        raise TreeError(f"{root.name}/ 不是发布目录：里面没有 {LOG}，也没有任何修订版。")
    found: list[Finding] = []
    if interrupted(root):
        found.append(Finding("interrupted", WORKING, _INTERRUPTED))
    try:
        files, odd, empty = walk_tree(root)
    except OSError as error:
        raise TreeError(f"{root.name}/ 里有打不开的文件夹：{error.filename}（{error.strerror}）。") from error
    found += [Finding("added", path, _ODD) for path in odd]
    found += [Finding("added", path, _EMPTY) for path in empty]
    records = read_records(root, files, public_key, found)
    expected = _Expected()
    _expect_sealed(records, expected)
    here = set(files)
    actual = _digests(root, [path for path in files if path in expected.files], found)
    _expect_mutable(root, records, expected, actual, here, found)
    actual |= _digests(root, [p for p in files if p in expected.files and p not in actual], found)
    found += _hosting(root, here - expected.files.keys() - expected.allowed)
    expected.allowed |= {path for path in here if path in _HOSTING}
    found += _compare(root, files, actual, expected, records)
    if head and not records.holds(head):
        found.append(Finding("chain", LOG, _REWRITTEN.format(head)))
    order = list(KIND_WORDS)
    found.sort(key=lambda f: (order.index(f.kind), f.path, f.text))
    return Verified(
        tuple(dict.fromkeys(found)), records.released, tuple(sorted(records.erased)), len(actual), records.signed,
        public_key is not None, records.head,
    )  # fmt: skip


def _two_deep(root: Path) -> Iterator[str]:
    for year in root.iterdir():
        if year.is_dir() and year.name.isdigit():
            yield from (f"{year.name}/{inside.name}" for inside in year.iterdir())


def walk_tree(root: Path) -> tuple[list[str], list[str], list[str]]:
    """Files of the tree; links and other odd things; folders with no file anywhere below them."""
    files, odd = walk(root, _SKIPPED)
    used = {""}
    for path in (*files, *odd):
        parts = path.split("/")[:-1]
        used.update("/".join(parts[: i + 1]) for i in range(len(parts)))
    empty = []
    for folder, names, _ in os.walk(root):
        below = Path(folder).relative_to(root).as_posix().removeprefix(".")
        names[:] = [n for n in names if below or not _SKIPPED.fullmatch(n)]
        for name in list(names):
            path = f"{below}/{name}".lstrip("/")
            if path not in used and not (root / path).is_symlink():
                empty.append(f"{path}/")
                names.remove(name)
    return files, odd, sorted(empty)


def _expect_sealed(records: Records, expected: _Expected) -> None:
    for address, manifest in records.manifests.items():
        expected.allowed |= {f"{address}/{name}" for name in UNLISTED}
        if address in records.erased:
            continue
        for name, output in manifest.outputs.items():
            expected.files[f"{address}/{name}"] = _Digest(
                output.sha256, f"{address}/{MANIFEST}", output.bytes
            )
    for address in records.unreadable:
        expected.allowed |= {f"{address}/{name}" for name in UNLISTED}


def _expect_mutable(
    root: Path,
    records: Records,
    expected: _Expected,
    actual: Mapping[str, tuple[str, int]],
    here: set[str],
    found: list[Finding],
) -> None:
    """What the tree's mutable part must be: by computation where possible, else by its lists."""
    expected.allowed |= {LOG, PORTAL}
    portal = read_listing(root, PORTAL, found)
    if portal is None:
        expected.allowed |= {path for path in here if not _EDITION.match(path)}
    else:
        for path, sha256 in portal.files.items():
            # Where a revision's content was erased, notices stand at its pages' addresses.
            if _EDITION.match(path) and _revision_of(path) not in records.erased:
                found.append(Finding("altered", PORTAL, f"列了不归它管的 {path}。"))
            else:
                expected.files[path] = _Digest(sha256, PORTAL)
    if records.events is None or any(f.path == LOG for f in found):
        # Which revision is the latest can't be told; what stands at the short addresses is checked by its list.
        for year in sorted({m[1] for path in here if (m := _EDITION.match(path))}):
            _expect_listed(root, f"{year}/{LATEST}", year, expected, here, found)
        return
    tree = Tree(root)
    try:
        offline = offline_sizes(root)
    except TreeError:  # a damaged list of editions differs from what `portal.json` says of it
        offline = {}
    for year in tree.editions:
        for path, content in status_files(tree, year, offline.get(year, 0)):
            sha256 = hashlib.sha256(content).hexdigest()
            if portal is not None and portal.files.get(path) != sha256:
                found.append(Finding("altered", PORTAL, f"记的 {path} 和按发布记录算出的不同。"))
            expected.files[path] = _Digest(sha256, LOG)
        latest = tree.latest(year)
        listing = _expect_listed(root, f"{year}/{LATEST}", str(year), expected, here, found)
        if listing is not None and listing.revision != (latest.revision if latest else 0):
            shown = latest.name if latest else "没有（已全部撤回）"
            found.append(
                Finding(
                    "altered", f"{year}/{LATEST}", f"最新的修订版应是 {shown}，写的是 r{listing.revision}。"
                )
            )
        if latest is not None and latest.address in records.manifests:
            _expect_copy(root, latest.address, records, expected, actual, listing, found)


def _expect_listed(
    root: Path, path: str, year: str, expected: _Expected, here: set[str], found: list[Finding]
) -> Listing | None:
    expected.allowed.add(path)
    listing = read_listing(root, path, found)
    if listing is None:
        expected.allowed |= {p for p in here if p.startswith(f"{year}/") and not _FOLDER.match(p)}
        return None
    for name, sha256 in listing.files.items():
        if _FOLDER.match(f"{year}/{name}"):
            found.append(Finding("altered", path, f"列了不归它管的 {name}。"))
        else:
            expected.files[f"{year}/{name}"] = _Digest(sha256, path)
    return listing


def _expect_copy(
    root: Path,
    address: str,
    records: Records,
    expected: _Expected,
    actual: Mapping[str, tuple[str, int]],
    listing: Listing | None,
    found: list[Finding],
) -> None:
    """The copy at the short addresses, derived from the sealed revision and not from what is said of it."""
    manifest = records.manifests[address]
    year, path = manifest.edition, f"{manifest.edition}/{LATEST}"
    names = [name for name in manifest.outputs if name not in NOT_COPIED]
    # A sealed file that is itself altered says nothing about its copy: the list then has the word.
    sound = [n for n in names if actual.get(f"{address}/{n}", ("", 0))[0] == manifest.outputs[n].sha256]
    pages = [name for name in sound if name.endswith(".html")]
    derived = {name: manifest.outputs[name].sha256 for name in names if not name.endswith(".html")}
    made = in_threads(lambda n: _copied_page(root / address / n, n, year, manifest.revision), pages)
    derived |= zip(pages, made, strict=True)
    for name, sha256 in derived.items():
        expected.files[f"{year}/{name}"] = _Digest(sha256, address)
        if listing is not None and listing.files.get(name) != sha256:
            told = "记的摘要不是它封存的那一份的" if name in listing.files else "没有列出它"
            found.append(Finding("altered", path, f"{name}：{told}。"))
    for name in sorted((listing.files if listing else {}).keys() - set(names)):
        if name == offline_name(year):
            continue  # its bytes depend on the version of zlib: the list has the word
        if not name.endswith(".html"):  # else: why a revision was withdrawn, or where an old address leads
            found.append(Finding("added", f"{year}/{name}", f"{address} 里没有这个文件，副本里也不应有。"))


def _copied_page(path: Path, name: str, year: int, revision: int) -> str:
    return hashlib.sha256(latest_page(path.read_bytes(), name, year, revision)).hexdigest()


def _digests(root: Path, names: Sequence[str], found: list[Finding]) -> dict[str, tuple[str, int]]:
    """SHA-256 and size of files; one that can't be read is told and left out."""

    def digest(name: str) -> tuple[str, int] | OSError:
        try:
            with (root / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        except OSError as error:
            return error

    made: dict[str, tuple[str, int]] = {}
    for name, result in zip(names, in_threads(digest, names), strict=True):
        if isinstance(result, OSError):
            found.append(Finding("altered", name, f"打不开，无法核对：{result.strerror}。"))
            made[name] = ("", -1)
        else:
            made[name] = result
    return made


def _hosting(root: Path, names: Iterable[str]) -> Iterator[Finding]:
    for name in sorted(set(names) & _HOSTING.keys()):
        if not _HOSTING[name].fullmatch((root / name).read_bytes()):
            yield Finding("added", name, _HOSTING_ODD)


def _compare(
    root: Path,
    files: Sequence[str],
    actual: Mapping[str, tuple[str, int]],
    expected: _Expected,
    records: Records,
) -> Iterator[Finding]:
    added = [path for path in files if path not in expected.files and path not in expected.allowed]
    missing = [path for path in expected.files if path not in actual]
    for path, (sha256, size) in actual.items():
        wanted = expected.files[path]
        if size >= 0 and sha256 != wanted.sha256:
            yield Finding("altered", path, _altered(wanted, size))
    by_digest: dict[str, str] = {}
    if missing:  # else no name can have changed
        by_digest = {digest: path for path, (digest, _) in _digests(root, added, []).items()}
    gone = _whole_folders(records, files)
    for address in sorted(gone):
        yield Finding("missing", f"{address}/", _REVISION_GONE)
    for path in missing:
        if _revision_of(path) not in gone:
            now = by_digest.get(expected.files[path].sha256)
            yield Finding(
                "missing", path, _RENAMED.format(now) if now else _MISSING.format(expected.files[path].by)
            )
    for address in records.released:
        lacking = f"{address}/{MANIFEST}"
        if lacking not in files and address not in gone and address not in records.erased:
            yield Finding("missing", lacking, _NO_MANIFEST)
    yield from _added(added, records)


def _added(added: Sequence[str], records: Records) -> Iterator[Finding]:
    strange: dict[str, int] = {}
    for path in added:
        address = _revision_of(path)
        if address in records.erased:
            yield Finding("added", path, _ERASED)
        elif address and records.events is not None and address not in records.released:
            strange[address] = strange.get(address, 0) + 1
        elif address not in records.unreadable:
            yield Finding("added", path, _ADDED)
    for address, count in strange.items():
        yield Finding("added", f"{address}/", _STRANGE.format(count))


def _whole_folders(records: Records, files: Sequence[str]) -> set[str]:
    """Revisions that the log names and of which nothing is left."""
    there = {_revision_of(path) for path in files}
    return {address for address in records.released if address not in there and address not in records.erased}


def _revision_of(path: str) -> str:
    match = _FOLDER.match(path)
    return match[1] if match else ""


def _altered(wanted: _Digest, size: int) -> str:
    if wanted.size is not None and size != wanted.size:
        return f"大小是 {size} 字节，封存时是 {wanted.size} 字节。"
    if wanted.by.endswith(MANIFEST):
        return f"内容和封存时不同（{wanted.by} 记的摘要不符）。"
    if wanted.by in (PORTAL, LOG) or wanted.by.endswith(LATEST):
        return f"内容和 {wanted.by} 不符，两者之一被改动过。"
    return f"和封存的 {wanted.by} 里的那一份不一致。"


_INTERRUPTED = "有一次发布正在进行，或中断后还没有恢复；再运行一次 gongbao release 或 withdraw 会先恢复原状。"
_REWRITTEN = "以前记下的摘要 {} 不在发布记录里：那时的记录后来被改写或删去了。"
_ODD = "不是普通文件（链接、设备等），发布目录里不应有。"
_EMPTY = "没有任何文件的文件夹，发布目录里不应有。"
_HOSTING_ODD = "里面有不该有的内容。"
_MISSING = "缺少这个文件（{} 里有记录）。"
_RENAMED = "缺少这个文件：被改名成了 {}。"
_NO_MANIFEST = "缺少清单：这个修订版无法逐一核对。"
_REVISION_GONE = "发布记录里有这个修订版，文件却整个不在了，也没有记录说它已被撤下。"
_STRANGE = "发布记录里没有这个修订版，却有它的文件夹（{} 个文件）。"
_ADDED = "多出来的文件：清单里都没有它。"
_ERASED = "这个修订版已撤回并删去文件，不应再有它。"
