"""What a revision is built from: laid out for its build, recorded by SHA-256, found again years later.

A release copies its inputs to a folder of its own and builds there. So the digests are of the bytes that
were built from, whatever is edited meanwhile, and nothing that isn't recorded can be read by chance.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gongbao.data.folders import find_files
from gongbao.data.problems import Findings
from gongbao.editions.manifest import Manifest, file_sha256, walk
from gongbao.editions.repository import Repository
from gongbao.editions.tree import LOG, WORKING
from gongbao.publication import SETTINGS_FILE, Publication, Release
from gongbao.workbooks.records import ABSENT, opened_files

ARCHIVES = "released"
"""Folder of the publication for inputs that Git doesn't hold: private, like the submissions themselves."""

_NOT_READ = re.compile(r"(.*/)?(\..*|__pycache__)")
_GENERATED = re.compile(rb"---\n(?:(?!---\n).*\n)*generated: gongbao\n")
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows


class InputsError(Exception):
    """Inputs can't be archived or found again; the text names them and says where they were looked for."""


def input_files(publication: Publication, year: int) -> Iterator[str]:
    """Paths, below the publication, of what an edition of `year` is built from, sorted.

    The settings, the workbooks' folder, hand-written pages and theme, shared tables, and submissions of that
    year and earlier. What the reader of `data/` passes over is not among them: its names would be published.
    """
    root = publication.root
    found = {SETTINGS_FILE}
    for file in find_files(root, publication.data, Findings()):
        if file.year <= year:
            found.add(file.name)
    for folder in (publication.workbooks, publication.pages):
        below = folder.relative_to(root).as_posix()
        for name in walk(folder, _NOT_READ)[0] if folder.is_dir() else []:
            path = folder / name
            if not path.name.startswith((".", "~$")) and not _generated(path):
                found.add(f"{below}/{name}")
    yield from sorted(found)


def _generated(path: Path) -> bool:
    """A page that `quarto render` was prepared with: made from the other inputs."""
    return path.suffix == ".qmd" and _GENERATED.match(path.read_bytes()) is not None


def lay_out(publication: Publication, year: int, target: Path) -> dict[str, str]:
    """Copy the inputs of an edition into `target`; their SHA-256 by path below the publication."""
    digests = {}
    for name in input_files(publication, year):
        digests[name] = _put(target / name, (publication.root / name).read_bytes())
    return digests


def _put(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def unrecorded_reads(state: Path, inputs: Mapping[str, str]) -> list[str]:
    """Files that reports read and that are no recorded input: "2019/511923/finance：/srv/x.csv".

    `state`: what the build of the edition kept. Such a file would be missing from the manifest, and the
    revision could not be built again.
    """
    found = []
    for report, files in opened_files(state).items():
        for name, digest in files.items():
            # One that is absent among the inputs is absent again next time; elsewhere it may come to be.
            if name not in inputs and (digest != ABSENT or Path(name).is_absolute()):
                found.append(f"{report}：{name}")
    return found


def archive_inputs(
    publication: Publication, release: Release, manifest: Manifest, laid_out: Path
) -> Path | None:
    """Keep those inputs that the recorded Git revision doesn't hold; None if it holds all of them.

    `laid_out`: the folder of the inputs, in which the edition has been built. Writes
    `released/<year>-r<n>-inputs.zip`, the same bytes for the same inputs. Raises InputsError if that folder
    is published, or a report has read a file that is no input.
    """
    others = unrecorded_reads(replace(publication, root=laid_out).state, manifest.inputs)
    if others:
        raise InputsError(
            f"报告读了没有登记的文件，以后无法照原样重新生成：{'、'.join(others)}。"
            f"请把它们放进 {publication.settings.workbooks}/ 文件夹，在工作簿里用相对路径读。"
        )
    repository = Repository.at(publication.root)
    lacking = sorted(manifest.inputs)
    if repository and manifest.source.revision:
        lacking = repository.lacking(manifest.inputs, manifest.source.revision)
    if not lacking:
        return None
    folder = publication.root / ARCHIVES
    public = publication.output_folder
    if folder == public or public in folder.parents or (folder / LOG).exists() or (folder / WORKING).exists():
        raise InputsError(
            f"{ARCHIVES}/ 是对外发布的文件夹，不能用来存放填报表的存档。请把网站发布到别的文件夹，"
            "或先把全部填报表、工作簿和页面提交到 Git。"
        )
    folder.mkdir(exist_ok=True)
    path = _archive(publication, release.year, release.revision)
    partial = path.with_name(f".{path.name}.partial")
    # Stored, not deflated: compressed bytes differ between versions of zlib.
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name in lacking:
            entry = zipfile.ZipInfo(name, _DAY_ONE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, (laid_out / name).read_bytes())
    partial.replace(path)
    return path


def _archive(publication: Publication, year: int, revision: int) -> Path:
    return publication.root / ARCHIVES / f"{year}-r{revision}-inputs.zip"


def restore_inputs(publication: Publication, manifest: Manifest, target: Path) -> None:
    """Lay out the recorded inputs of a revision in `target`, each byte as it was.

    Each is looked for by its SHA-256 in the working files, in the recorded Git revision, and in the
    private archive. Raises InputsError with all that are nowhere.
    """
    missing = dict(manifest.inputs)
    looked = ["工作文件夹"]
    _take(missing, _working(publication.root, manifest.inputs), target)
    revision = manifest.source.revision
    repository = Repository.at(publication.root) if missing and revision else None
    if repository:
        looked.append(
            f"Git 版本 {revision[:12]}" + ("" if repository.holds(revision) else "（这个仓库里没有它）")
        )
        _take(missing, repository.contents(missing, revision), target)
    archive = _archive(publication, manifest.edition, manifest.revision)
    if missing:
        there = archive.is_file()
        looked.append(f"{ARCHIVES}/{archive.name}" + ("" if there else "（没有这个文件）"))
        if there:
            _take(missing, _archived(archive, missing), target)
    if missing:
        raise InputsError(
            f"{manifest.name} 用到的 {len(missing)} 个文件找不回当时的内容：{'、'.join(sorted(missing))}。"
            f"已找过：{'、'.join(looked)}。"
        )


def _take(missing: dict[str, str], offered: Iterator[tuple[str, bytes]], target: Path) -> None:
    for name, content in offered:
        if hashlib.sha256(content).hexdigest() == missing.get(name):
            _put(target / name, content)
            del missing[name]


def _working(root: Path, inputs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for name, digest in inputs.items():
        path = root / name
        if path.is_file() and file_sha256(path) == digest:
            yield name, path.read_bytes()


def _archived(archive: Path, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(archive) as opened:
            for name in sorted(set(names) & set(opened.namelist())):
                yield name, opened.read(name)
    except zipfile.BadZipFile as error:
        raise InputsError(f"{ARCHIVES}/{archive.name} 已损坏，打不开：{error}") from error
