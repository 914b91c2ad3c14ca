"""Small published trees, sealed as a release seals them: for tests of what happens to one afterwards.

Only the building of the pages is left out; manifest, log, lists, copies and status are made by the
functions that a release calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gongbao.editions.latest import portal_digests, status_files, write_digests
from gongbao.editions.manifest import MANIFEST, SIGNATURE, Previous, make_manifest
from gongbao.editions.relocate import copy_latest
from gongbao.editions.signing import SigningKey
from gongbao.editions.tree import LOG, PORTAL, Tree, format_log
from gongbao.publication import Release

PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<link rel="stylesheet" href="../site/theme.css"><link rel="stylesheet" href="../../../status/{year}/r{revision}.css">
</head><body><a href="../index.html">{year}</a> <a href="../../../editions.html">r{revision}</a>
<p>{text}</p></body></html>
"""


def pages(year: int, revision: int, text: str = "全县教育经费总投入15.16亿元。") -> dict[str, bytes]:
    """A revision's files: pages, data with a Chinese name, an empty file, bytes that are no text."""
    page = PAGE.format(year=year, revision=revision, text=text).encode()
    return {
        "index.html": page.replace(b"../", b"", 1),
        "990101/finance.html": page,
        "data/990101/经费.csv": f"指标,值\n教育经费,{revision}\n".encode(),
        "site/theme.css": b"p{margin:0}",
        "site/empty.txt": b"",
        "assets/figure.bin": bytes(range(256)) * 40,
    }


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def seal(
    root: Path,
    year: int,
    files: Mapping[str, bytes] | None = None,
    *,
    key: SigningKey | None = None,
    publication: Path | None = None,
    inputs: Mapping[str, str] | None = None,
    **fields: Any,
) -> None:
    """Add the next revision of an edition to the tree."""
    tree = Tree(root)
    earlier = tree.revisions(year)
    number = len(earlier) + 1
    release = Release(
        year, number, fields.get("date", f"{year + 1}-03-{number:02}"), f"示例教督〔{year + 1}〕{number}号",
        "示例县人民政府教育督导室", "更正一处填报错误" if earlier else "",
    )  # fmt: skip
    folder = root / str(year) / release.name
    write(folder, files if files is not None else pages(year, number))
    previous = Previous(revision=number - 1, manifest_sha256=earlier[-1].manifest_sha256) if earlier else None
    manifest = make_manifest(
        folder,
        release,
        title="示例公报",
        inputs=inputs or {},
        previous=previous,
        root=publication or root.parent,
    )
    (folder / MANIFEST).write_bytes(manifest.to_bytes())
    if key is not None:
        (folder / SIGNATURE).write_bytes(key.sign(manifest.to_bytes()))
    event = tree.next_event(
        event="released", edition=year, revision=number, date=release.date, doc_no=release.doc_no,
        approved_by=release.approved_by, reason=release.reason, manifest_sha256=manifest.sha256,
    )  # fmt: skip
    finish(tree.after(event), year)


def withdraw(root: Path, year: int, revision: int, *, erase: bool = False) -> None:
    """Withdraw a revision; with `erase` only its manifest stays, and a notice in place of each page."""
    tree = Tree(root)
    event = tree.next_event(
        event="withdrawn",
        edition=year,
        revision=revision,
        date=f"{year + 1}-09-01",
        reason="误发",
        erased=erase,
    )
    folder = root / str(year) / f"r{revision}"
    if erase:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if path.suffix == ".html":
                path.write_text("<p>已撤回</p>", "utf-8")
            elif path.parent != folder or path.name not in (MANIFEST, SIGNATURE):
                path.unlink()
        for path in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
            if not any(path.iterdir()):
                path.rmdir()
    finish(tree.after(event), year, [folder] if erase else [])


def finish(after: Tree, year: int, erased: list[Path] | None = None) -> None:
    """Write what stands around the sealed revisions, as a release does."""
    import json
    import shutil

    from gongbao.editions.manifest import file_sha256

    root, edition = after.root, after.root / str(year)
    for path in edition.iterdir():
        if path.is_dir() and not (path.name.startswith("r") and path.name[1:].isdigit()):
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    latest = after.latest(year)
    if latest is not None:
        copy_latest(after.folder(year, latest.revision), edition, year, latest.revision)
    else:
        write(edition, {"withdrawn.html": "<p>已撤回</p>".encode()})
    write_digests(edition, latest.revision if latest else 0)
    staging = root.parent / f"{root.name}-staging"
    write(staging, dict(status_files(after, year)))
    names = "、".join(map(str, after.editions))
    write(staging, {"index.html": f"<h1>{names}</h1>".encode(), "versions/990101.html": names.encode()})
    write(staging, {LOG: format_log(after.log)})
    digests = portal_digests(root / PORTAL, staging)
    for folder in erased or []:
        listed = json.loads(digests)
        gone = {p.relative_to(root).as_posix(): file_sha256(p) for p in folder.rglob("*.html")}
        listed["files"] = dict(sorted((listed["files"] | gone).items()))
        digests = (json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    write(staging, {PORTAL: digests})
    shutil.copytree(staging, root, dirs_exist_ok=True)
    shutil.rmtree(staging)
