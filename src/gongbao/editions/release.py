"""One release: build from clean, check, seal, and put into the published tree whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gongbao.build import Options, build_edition
from gongbao.data import Dataset, Problem
from gongbao.editions.changes import Changes, compare
from gongbao.editions.commit import open_for_change, put_in_place
from gongbao.editions.correction import correction_page
from gongbao.editions.english import speaks_english, tell_in_english, translator, twins
from gongbao.editions.history import history_files
from gongbao.editions.inputs import archive_inputs, lay_out
from gongbao.editions.latest import edition_files, offline_size, portal_digests, status_files
from gongbao.editions.manifest import (
    MANIFEST,
    SIGNATURE,
    Manifest,
    Previous,
    list_files,
    make_manifest,
    read_manifest,
)
from gongbao.editions.offline import add_offline
from gongbao.editions.packages import package_files
from gongbao.editions.portal import portal_files
from gongbao.editions.portal_indicators import with_indicator_pages
from gongbao.editions.redaction import without_withheld
from gongbao.editions.relocate import relocate
from gongbao.editions.revised import FILE as REVISED
from gongbao.editions.revised import last_revised, revised_json, tell_revisions
from gongbao.editions.signing import signature_of
from gongbao.editions.snapshots import read_snapshot
from gongbao.editions.state import ReleaseError, Wish, check_wish
from gongbao.editions.tree import LOG, PORTAL, Revision, Tree, format_log, offline_name
from gongbao.english import in_brief, missing_words
from gongbao.gate import LeaksFoundError, check_output
from gongbao.publication import Publication, Release, open_publication
from gongbao.running import Progress


@dataclass(frozen=True, slots=True)
class Made:
    """A finished revision, not yet sealed: its folder, what it changes, the data it was made from; what its
    build had to say of the data (`warnings`), of workbooks and pages (`notes`)."""

    folder: Path
    changes: Changes | None
    dataset: Dataset
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """What a release did. `changes`: against the revision before, None for the first; `notes`: what the publisher
    should know besides: of workbooks, phrases without English, why there is no offline copy."""

    revision: Revision
    manifest: Manifest
    changes: Changes | None
    warnings: tuple[Problem, ...]
    archive: Path | None
    notes: tuple[str, ...]


def release_edition(
    publication: Publication,
    wish: Wish,
    root: Path,
    options: Options,
    progress: Progress,
    *,
    wait: float = 0,
) -> Released:
    """Build the edition that `wish` names from clean and seal it as the next revision of the tree at `root`.

    The data must pass every check and the finished revision the publication gate. Nothing of the tree
    changes before everything is ready, and then all at once. Raises DataError, BuildError, LeaksFoundError,
    ReleaseError (not reviewed, under embargo, no reason, nothing changed), TreeError (in use, can't be
    written), ManifestError.
    """
    check_wish(wish, publication, Tree(root))  # before the tree is touched; again when it is held
    with (
        open_for_change(root, wait) as staging,
        tempfile.TemporaryDirectory(prefix="gongbao-release-", ignore_cleanup_errors=True) as scratch,
    ):
        tree = Tree(root)
        release = check_wish(wish, publication, tree)
        before = _before(tree, release.year)
        inputs = lay_out(publication, release.year, Path(scratch) / "inputs")
        made = make_revision(
            open_publication(Path(scratch) / "inputs"), release, staging, Path(scratch) / "site",
            options, progress, previous=tree.folder(before.year, before.revision) if before else None,
        )  # fmt: skip
        _check_new(tree, release, made, inputs)
        progress.stage("封存并更新目录页", 1)
        manifest = make_manifest(
            made.folder, release, title=publication.title, inputs=inputs, root=publication.root,
            previous=_previous(tree, release),
        )  # fmt: skip
        _seal(made.folder, manifest)
        event = tree.next_event(
            event="released", edition=release.year, revision=release.revision, date=release.date,
            doc_no=release.doc_no, approved_by=release.approved_by, reason=release.reason,
            manifest_sha256=manifest.sha256,
        )  # fmt: skip
        after = tree.after(event, made.folder)
        progress.stage("离线版", 1)
        not_offline = add_offline(after, publication, release.year, staging)
        lacking = write_around(after, publication, release.year, staging)
        # The offline copy holds files that stand beside it, which are read.
        copy = f"{release.year}/{offline_name(release.year)}"
        read = [name for name in list_files(staging) if name != copy]
        leaks = check_output(staging, made.dataset, options.workers, only=read)
        if leaks:
            raise LeaksFoundError(leaks)
        edition_files(after, publication, release.year, staging)
        archive = archive_inputs(publication, release, manifest, Path(scratch) / "inputs")
        put_in_place(root, staging)
        progress.step("")
    revision = Tree(root).revisions(release.year)[-1]
    notes = (*in_brief([*made.notes, *lacking]), *not_offline)
    return Released(revision, manifest, made.changes, made.warnings, archive, notes)


def _check_new(tree: Tree, release: Release, made: Made, inputs: Mapping[str, str]) -> None:
    """A revision that would repeat the one that holds is refused: nobody would know what it corrects."""
    latest = tree.latest(release.year)
    if latest is None or made.changes is None or made.changes:
        return
    before = read_manifest(tree.folder(latest.year, latest.revision) / MANIFEST)
    if before.inputs == dict(inputs):
        raise ReleaseError(
            f"不能发布 {release.year} 年度版：和 {latest.name} 相比，数据、工作簿、页面都没有改动，没有要更正的。"
        )


def make_revision(
    publication: Publication,
    release: Release,
    out: Path,
    site: Path,
    options: Options,
    progress: Progress,
    *,
    previous: Path | None = None,
) -> Made:
    """Make everything of a revision but its manifest, at `out`/<year>/r<revision>.

    `publication` holds the inputs alone (`inputs.lay_out`), `site` is a folder that does not exist yet,
    `previous` the folder (r<n>) of the revision that this one is compared with. The same inputs give the same bytes.
    """
    # From clean: nothing that other builds have kept.
    publication = replace(publication.for_release(release), cache_folder=publication.state / "cache")
    built = build_edition(publication, replace(options, fresh=True), site, progress)
    relocate(site, out, release.year, release.revision)
    folder = out / str(release.year) / release.name
    changes = None
    if previous is not None:
        names = [f"{release.year}年度 {name}" for name in (previous.name, release.name)]
        found = compare(
            read_snapshot(previous), read_snapshot(folder), old_label=names[0], new_label=names[1]
        )
        changes = without_withheld(found)
        _write(folder / "changes.json", changes.to_json())
        _write(
            folder / "corrections.html",
            correction_page(changes, release, publication, previous=int(previous.name.removeprefix("r"))),
        )
        revised = last_revised(changes, release, previous, folder)
        _write(folder / REVISED, revised_json(revised))
        tell_revisions(folder, release, revised)
        if publication.in_english:
            tell_in_english(folder, release, publication, previous, revised)
    write_all(folder, package_files(folder, release, publication))
    summary = built.summary
    notes = (*summary.notes, *(summary.site.warnings if summary.site else ()))
    return Made(folder, changes, built.dataset, summary.warnings, notes)


def write_around(
    after: Tree, publication: Publication, year: int, staging: Path, erased: Collection[str] = ()
) -> list[str]:
    """Write what the tree's mutable part says after a release or withdrawal of `year`, and its digests; returns
    what its pages lack in English, a line for each phrase.

    `erased`: revisions ("2019/r1") whose notices are staged already. The offline copy, if there is to be one, is.
    """
    offline = offline_size(staging, year)
    write_all(staging, portal_files(after, publication, year, offline))
    history = history_files(after, publication, year)
    english = speaks_english(publication, after)
    write_all(staging, with_indicator_pages(publication, history, english=english))
    missing: dict[str, None] = {}
    if english:
        for twin in twins(translator(publication, after), after, year, staging):
            write_all(staging, [(twin.address, twin.html.encode())])
            missing |= dict.fromkeys(twin.missing)
    write_all(staging, status_files(after, year, offline))
    _write(staging / LOG, format_log(after.log))
    _write(staging / PORTAL, portal_digests(after.root / PORTAL, staging, erased))
    return missing_words(missing)


def write_all(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files at their addresses below `folder`."""
    for address, data in files:
        _write(folder / address.lstrip("/"), data)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _before(tree: Tree, year: int) -> Revision | None:
    """The revision that the next one is compared with: the last one whose files are there."""
    return next((r for r in reversed(tree.revisions(year)) if not r.erased), None)


def _previous(tree: Tree, release: Release) -> Previous | None:
    earlier = tree.revisions(release.year)
    return (
        Previous(revision=earlier[-1].revision, manifest_sha256=earlier[-1].manifest_sha256)
        if earlier
        else None
    )


def _seal(folder: Path, manifest: Manifest) -> None:
    content = manifest.to_bytes()
    _write(folder / MANIFEST, content)
    signature = signature_of(content)
    if signature is not None:
        _write(folder / SIGNATURE, signature)
