"""Building a sealed revision again from its recorded inputs, and comparing every byte.

That the bytes are as sealed is `verify`'s; that they follow from the data is shown here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gongbao.editions.inputs import restore_inputs
from gongbao.editions.manifest import (
    LOCK,
    MANIFEST,
    Manifest,
    Output,
    Software,
    code_digest,
    file_sha256,
    hash_files,
    list_files,
    package_digest,
    present_software,
    read_manifest,
)
from gongbao.editions.remake import FORMAT
from gongbao.editions.repository import Repository
from gongbao.editions.signing import SIGNING_KEY, SIGNING_PASSWORD
from gongbao.editions.tree import Event, Tree
from gongbao.editions.verify_records import Finding, erased_revisions
from gongbao.publication import INTERNAL_VARIABLE, Publication, Release, open_publication

_FROM_BEFORE = ("changes.json", "corrections.html")
"""Made by comparing with the revision before: not to be made again once that one has been erased."""
_PACKAGES = ("src/gongbao", "gongbao")


class RebuildError(Exception):
    """A revision can't be built again; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The result: `findings` names each file that came out differently, `explanations` what differs between
    then and now, `left_out` the files that can't be compared any more. `code`: "今天" or a source revision."""

    revision: str
    files: int
    findings: tuple[Finding, ...]
    explanations: tuple[str, ...]
    left_out: tuple[str, ...]
    code: str


def rebuild(
    root: Path,
    publication: Publication,
    year: int,
    revision: int,
    *,
    options: Mapping[str, Any] | None = None,
) -> Rebuilt:
    """Build `<year>/r<revision>` of the tree at `root` again in a temporary folder and compare it.

    `publication` is the one it was released from. If today's code is not what sealed it, the recorded
    source revision is taken from Git and used. The tree is only read. Raises RebuildError, InputsError (not
    all inputs can be found), ManifestError, TreeError, GitError.
    """
    name = f"{year}/r{revision}"
    tree = Tree(root)
    if not any(event.event == "released" and _address(event) == name for event in tree.log):
        raise RebuildError(f"发布记录里没有 {name}。")
    if name in erased_revisions(tree.log):
        raise RebuildError(f"{name} 已撤回并删去文件，不能再重新生成来比较。")
    folder = root / name
    manifest = read_manifest(folder / MANIFEST)
    before, lost = _previous(tree.log, name)
    with tempfile.TemporaryDirectory(prefix="gongbao-rebuild-", ignore_cleanup_errors=True) as scratch:
        place = Path(scratch)
        restore_inputs(publication, manifest, place / "inputs")
        package = _code(publication, manifest, place / "code")
        if before:
            _unaltered(root / before, before)
        release = Release(
            year, revision, manifest.released, manifest.doc_no, manifest.approved_by, manifest.reason,
            open_publication(place / "inputs").site_url,
        )  # fmt: skip
        _run(place, release, root / before if before else None, package, options or {})
        made = place / "out" / name
        left_out = tuple(path for path in _FROM_BEFORE if lost and path in manifest.outputs)
        findings = tuple(_differences(manifest, made, folder, left_out))
    now = present_software()
    if package is not None:  # the recorded code was used, whatever today's is
        now = now.model_copy(update={"code_sha256": manifest.software.code_sha256})
    lock = publication.root / LOCK
    explanations = tuple(_explained(manifest, now, file_sha256(lock) if lock.is_file() else None))
    code = f"Git 版本 {manifest.source.revision[:12]}" if package else "今天"
    return Rebuilt(name, len(manifest.outputs) - len(left_out), findings, explanations, left_out, code)


def _address(event: Event) -> str:
    return f"{event.edition}/r{event.revision}"


def _previous(events: Sequence[Event], name: str) -> tuple[str, bool]:
    """The revision that this one was compared with when it was made ("" if none), and whether that one's
    files are gone since."""
    released = next(i for i, e in enumerate(events) if e.event == "released" and _address(e) == name)
    gone_then, gone_now = erased_revisions(events[:released]), erased_revisions(events)
    earlier = [
        _address(event)
        for event in events[:released]
        if event.event == "released" and event.edition == events[released].edition
    ]
    kept = [address for address in earlier if address not in gone_then]
    if not kept:
        return "", False
    return ("", True) if kept[-1] in gone_now else (kept[-1], False)


def _unaltered(folder: Path, name: str) -> None:
    """The snapshot that the revision was compared with must be as sealed, else the comparison would differ."""
    manifest = read_manifest(folder / MANIFEST)
    names = [path for path in manifest.outputs if path.startswith("snapshot/")]
    for path, sha256, _ in hash_files(folder, names):
        if sha256 != manifest.outputs[path].sha256:
            raise RebuildError(f"比较所用的前一个修订版被改动过：{name}/{path}。")


def _code(publication: Publication, manifest: Manifest, target: Path) -> Path | None:
    """The folder to import the code that sealed the revision from; None if that is the code running now."""
    wanted = manifest.software
    if wanted.code_sha256 == code_digest():
        return None
    revision = manifest.source.revision
    repository = Repository.at(publication.root) if revision else None
    for package in _PACKAGES if repository else ():
        for prefix in dict.fromkeys((repository.prefix, "")) if repository else ():
            place = target / f"{prefix.replace('/', '-')}{package.replace('/', '-')}" / "gongbao"
            if (
                repository
                and repository.export(revision, prefix + package, place)
                and package_digest(place) == wanted.code_sha256
            ):
                return place.parent
    where = f"公报站点的 Git 版本 {revision[:12]} 里也没有它" if revision else "当时没有记下 Git 版本"
    raise RebuildError(
        f"{manifest.name} 是用另一个版本的程序封存的（gongbao {wanted.gongbao}，代码摘要 {wanted.code_sha256[:16]}，"
        f"现在是 {code_digest()[:16]}），{where}。请安装当时的版本后再核验。"
    )


def _run(
    place: Path, release: Release, previous: Path | None, package: Path | None, options: Mapping[str, Any]
) -> None:
    """Make the revision in a process of its own, below `place`/out."""
    request, error = place / "request.json", place / "error.txt"
    content = {
        "format": FORMAT,
        "publication": str(place / "inputs"),
        "release": asdict(release),
        "out": str(place / "out"),
        "site": str(place / "site"),
        "previous": str(previous.resolve()) if previous else "",
        "options": dict(options),
        "error": str(error),
    }
    request.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    # Neither keys nor the mark of an internal build are any business of the workbooks that run there.
    hidden = (SIGNING_KEY, SIGNING_PASSWORD, INTERNAL_VARIABLE)
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"}
    if package is not None:
        paths = [str(package), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    command = [sys.executable, "-m", "gongbao.editions.remake", str(request)]
    done = subprocess.run(command, cwd=place, env=environment, check=False)
    if done.returncode:
        said = error.read_text("utf-8") if error.exists() else f"程序异常结束（退出码 {done.returncode}）。"
        raise RebuildError(f"{release.address.strip('/')} 重新生成失败：\n{said}")


def _differences(manifest: Manifest, made: Path, sealed: Path, left_out: Sequence[str]) -> Iterator[Finding]:
    present = {name: Output(sha256=sha, bytes=n) for name, sha, n in hash_files(made, list_files(made))}
    for name, wanted in manifest.outputs.items():
        if name in left_out:
            continue
        path = f"{manifest.name}/{name}"
        now = present.get(name)
        if now is None:
            yield Finding("missing", path, "重新生成时没有这个文件。")
        elif now != wanted:
            yield Finding(
                "altered",
                path,
                f"重新生成的内容不同{_first_difference(sealed / name, made / name, wanted)}。",
            )
    for name in sorted(present.keys() - manifest.outputs.keys()):
        yield Finding("added", f"{manifest.name}/{name}", "重新生成时多出这个文件。")


def _first_difference(sealed: Path, made: Path, wanted: Output) -> str:
    """Where two texts part, for a person who looks for the cause; "" if the sealed file can't tell."""
    if not sealed.is_file() or file_sha256(sealed) != wanted.sha256:
        return ""
    old, new = sealed.read_bytes().splitlines(), made.read_bytes().splitlines()
    if b"\0" in sealed.read_bytes()[:8192]:
        return f"（{wanted.bytes} 字节 → {made.stat().st_size} 字节）"
    number = next((i for i, pair in enumerate(zip(old, new, strict=False), 1) if pair[0] != pair[1]), None)
    return f"（从第 {number or min(len(old), len(new)) + 1} 行起）"


def _explained(manifest: Manifest, now: Software, lock: str | None) -> Iterator[str]:
    """What differs between what sealed a revision and what built it again."""
    then = manifest.software
    if then.gongbao != now.gongbao:
        yield f"gongbao：当时 {then.gongbao}，现在 {now.gongbao}"
    if then.code_sha256 != now.code_sha256:
        yield f"程序代码：当时 {then.code_sha256[:16]}，现在 {now.code_sha256[:16]}"
    if then.python != now.python:
        yield f"Python：当时 {then.python}，现在 {now.python}"
    for name in sorted(then.libraries.keys() | now.libraries.keys()):
        old, new = then.libraries.get(name, "没有"), now.libraries.get(name, "没有")
        if old != new:
            yield f"{name}：当时 {old}，现在 {new}"
    if manifest.lock_sha256 != lock:
        yield f"{LOCK}：和当时的不同"
