"""What `gongbao diff` compares: revisions, editions, working data and submissions, read as snapshots.

Working data are built like a release, in a folder of their own below `.gongbao/`, whose runs are kept: a
second comparison runs only what has changed. Nothing is published, and no folder that is named is written to.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from gongbao.build import Options, ReportsFailedError, build_edition
from gongbao.data import DataError
from gongbao.data.folders import EXCEL
from gongbao.editions.breaks import Neighbours
from gongbao.editions.change import Changes
from gongbao.editions.changes import compare
from gongbao.editions.changes_page import diff_page
from gongbao.editions.changes_text import format_changes
from gongbao.editions.inputs import lay_out
from gongbao.editions.snapshots import EDITION_FILE, FOLDER, Snapshot, read_part, read_snapshot
from gongbao.editions.submissions import Submission, compare_submissions, read_submission
from gongbao.editions.submissions_show import (
    SubmissionsDiff,
    format_submissions,
    submissions_json,
    submissions_page,
)
from gongbao.editions.tree import LOG, Tree
from gongbao.publication import SETTINGS_FILE, Publication, Release, open_publication
from gongbao.rows import row_dicts
from gongbao.running import Progress

Kind = Literal["revision", "publication", "submission"]
Style = Literal["text", "json", "html"]
_REVISION = re.compile(r"r\d+")
_YEAR = re.compile(r"\d{4}")
_FORMS = (
    "可以是修订版的文件夹（…/2019/r1）、年度版的文件夹（…/2019）、公报站点的文件夹，"
    "或填报表（.xlsx 或 CSV 文件夹）"
)


class DiffError(Exception):
    """Two things can't be compared; the text says why and what can be."""


@dataclass(frozen=True, slots=True)
class Given:
    """One side as named on the command line. `year` 0: it doesn't say one (working data)."""

    path: Path
    kind: Kind
    year: int = 0
    label: str = ""


def look_at(path: Path) -> Given:
    """What stands at a path. Raises DiffError for what can't be compared."""
    if path.is_file():
        if path.suffix.lower() in EXCEL:
            return Given(path, "submission")
        raise DiffError(f"{path} 不能比较：{_FORMS}。")
    if (path / SETTINGS_FILE).is_file():
        return Given(path, "publication")
    if _YEAR.fullmatch(path.resolve().name) and (path.resolve().parent / LOG).is_file():
        return _edition(path.resolve())
    if (path / FOLDER / EDITION_FILE).is_file():
        return _revision(path)
    if path.is_dir() and any(p.suffix.lower() == ".csv" for p in path.iterdir()):
        return Given(path, "submission")
    what = "不能比较" if path.exists() else "不存在"
    raise DiffError(f"{path} {what}：{_FORMS}。")


def _edition(path: Path) -> Given:
    """The latest revision of an edition of a published tree."""
    year, tree = int(path.name), Tree(path.parent)
    latest = tree.latest(year)
    if latest is None:
        raise DiffError(
            f"{year} 年度版没有有效的修订版（已撤回或从未发布）；已撤回的请指明修订版，如 {path.name}/r1。"
        )
    return _revision(tree.folder(year, latest.revision))


def _revision(path: Path) -> Given:
    whole = path.resolve()
    year = read_snapshot_year(path)
    name = whole.name if _REVISION.fullmatch(whole.name) else ""
    return Given(path, "revision", year, f"{year}年度 {name}".strip())


def read_snapshot_year(folder: Path) -> int:
    return int(read_part(folder, EDITION_FILE)["year"])


def year_for(old: Given, new: Given, asked: int | None) -> int:
    """The year for which working data are built: as asked, or the other side's. Raises DiffError."""
    known = {side.year for side in (old, new) if side.year}
    if asked is not None:
        return asked
    if len(known) == 1:
        return known.pop()
    raise DiffError("不知道比较哪一年：两边都是公报站点，请用 --year 指明年度。")


def snapshot_of(given: Given, year: int, options: Options, progress: Progress) -> Snapshot:
    """What a side says. Raises SnapshotError, and for working data DataError and BuildError."""
    if given.kind == "revision":
        return read_snapshot(given.path)
    publication = open_publication(given.path)
    with _workplace(publication) as folder:
        return _built(publication, year, folder, options, progress)


def label_of(given: Given, year: int) -> str:
    return given.label or f"{year}年度 现有数据（{given.path.resolve().name}）"


@contextmanager
def _workplace(publication: Publication) -> Iterator[Path]:
    """A folder for building in."""
    place = publication.state / "diff"
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(publication.state / "diff.lock", timeout=0):
            try:
                yield place
            finally:
                _clear(place)
    except Timeout as error:
        raise DiffError("这个公报站点里另一个比较正在进行；请等它结束后再试。") from error


def _clear(place: Path) -> None:
    for path in place.iterdir():
        if path.name != ".gongbao":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _built(
    publication: Publication,
    year: int,
    place: Path,
    options: Options,
    progress: Progress,
    put_in: Callable[[Publication], None] | None = None,
) -> Snapshot:
    """The snapshot of an edition built in `place`; `put_in` may change the copied inputs first."""
    _clear(place)
    lay_out(publication, year, place)
    copied = replace(open_publication(place), cache_folder=publication.cache)
    if put_in is not None:
        put_in(copied)
    # The snapshot says nothing of the revision it is made for, so that any will do.
    release = Release(year, 1, f"{year}-12-31", "", "")
    site = place / "built-site"
    build_edition(copied.for_release(release), options, site, progress)
    return read_snapshot(site)


def effect_of(
    publication: Publication, old: Submission, new: Submission, options: Options, progress: Progress
) -> Changes:
    """What it does to the county's bulletin of that year when `new` takes the place of `old`.

    Only the county's own reports are built. Raises DataError when one of the two has errors.
    """
    region, year = old.region, old.year
    options = replace(options, regions=(region,))
    with _workplace(publication) as place:
        sides = [
            _only(_built(publication, year, place, options, progress, _put(submission)), region)
            for submission in (old, new)
        ]
    return compare(
        *sides, old_label=f"{old.name} 的公报", new_label=f"{new.name} 的公报", neighbours=_neighbours(new)
    )


def _put(submission: Submission) -> Callable[[Publication], None]:
    """Replace the county's submission in a copied publication."""

    def put(copied: Publication) -> None:
        folder = copied.data / str(submission.year)
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.stem == submission.region or path.name == submission.region:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if submission.path.is_dir():
            shutil.copytree(submission.path, folder / submission.region)
        else:
            shutil.copyfile(submission.path, folder / f"{submission.region}{submission.path.suffix.lower()}")

    return put


def _only(snapshot: Snapshot, region: str) -> Snapshot:
    """One county of a snapshot: of the others only those are in it whose old runs could be used."""
    shared = dict(snapshot.shared) | {"pages": {}}
    return Snapshot(snapshot.year, shared, {region: snapshot.places[region]})


def _neighbours(submission: Submission) -> Neighbours:
    """Which regions have published values of the same indicator, as `changes.compare` wants them."""
    definitions = submission.dataset.table("indicators")
    public = set(definitions.loc[definitions["publish"] == "public", "indicator_id"])
    found: dict[tuple[str, str, str, str], set[str]] = {}
    for row in row_dicts(submission.dataset.table("indicator_values")):
        if row["indicator_id"] in public and row["value"] == row["value"]:
            statistic = row["statistic"] if isinstance(row["statistic"], str) else "数值"
            key = (str(row["indicator_id"]), str(row["stage"]), statistic, str(int(row["year"])))
            found.setdefault(key, set()).add(str(row["region_code"]))
    return found


def published_region(publication: Publication, submission: Submission) -> bool:
    """Whether the submission's region is one of the publication's."""
    return submission.region in set(submission.dataset.table("regions")["region_code"])


def compare_paths(
    old: Path,
    new: Path,
    options: Options,
    progress: Progress,
    *,
    year: int | None = None,
    effect: bool = True,
) -> Changes | SubmissionsDiff:
    """What differs between two revisions, a revision and working data, or two submissions.

    `year`: for which working data are built where the other side doesn't say it; `effect`: build the county's
    bulletin with each of two submissions. Raises DiffError, SnapshotError, TreeError, SubmissionsError,
    PublicationError, and for working data DataError and BuildError.
    """
    left, right = look_at(old), look_at(new)
    if "submission" in (left.kind, right.kind):
        if left.kind != right.kind:
            raise DiffError("填报表只能和填报表比较；要看它对公报的影响，请把两份填报表一起比较。")
        return _submissions(left.path, right.path, options, progress, effect)
    working = any(side.kind == "publication" for side in (left, right))
    asked = year_for(left, right, year) if working else 0
    sides = [snapshot_of(side, asked, options, progress) for side in (left, right)]
    labels = [label_of(side, asked) for side in (left, right)]
    return compare(sides[0], sides[1], old_label=labels[0], new_label=labels[1])


def _submissions(old: Path, new: Path, options: Options, progress: Progress, effect: bool) -> SubmissionsDiff:
    publication = publication_for(old, new)
    left, right = read_submission(old, publication), read_submission(new, publication)
    diff = SubmissionsDiff(left, right, compare_submissions(left, right))
    if not diff or not effect:
        return diff
    note = _no_effect(publication, left, right)
    if note or publication is None:
        return replace(diff, effect_note=note)
    try:
        return replace(diff, effect=effect_of(publication, left, right, options, progress))
    except (DataError, ReportsFailedError) as error:
        # the cells are compared all the same; why the bulletin can't be made is told beside them
        return replace(diff, effect_note=f"不能生成公报，无法比较：\n{error}")


def _no_effect(publication: Publication | None, old: Submission, new: Submission) -> str:
    """Why the effect on a bulletin can't be told; "" where it can."""
    if publication is None:
        return "不在公报站点里，没有生成公报。"
    if (old.region, old.year) != (new.region, new.year):
        return "两份填报表不是同一地区同一年度的，没有生成公报。"
    if not published_region(publication, new):
        return f"公报站点的区划表里没有 {new.region}，没有生成公报。"
    wrong = [f"{word}的一份有 {len(s.errors)} 个错误" for word, s in (("旧", old), ("新", new)) if s.errors]
    return f"{'，'.join(wrong)}，改正以后才能生成公报（用 gongbao check 查看）。" if wrong else ""


def publication_for(*paths: Path) -> Publication | None:
    """The publication of the working folder, or else the one that a path stands in; None without any."""
    for place in (Path.cwd(), *paths):
        start = place if place.is_dir() else place.parent
        if any((folder / SETTINGS_FILE).is_file() for folder in (start.resolve(), *start.resolve().parents)):
            return open_publication(start)
    return None


def style_for(*paths: Path) -> str:
    """The theme's style sheet for a page of a comparison: of the newest side that has one, or of the
    publication; "" without any."""
    publication = publication_for(*paths)
    places = [path / "site" / "theme" for path in reversed(paths)]
    places += [publication.pages / "theme"] if publication else []
    return next((f.read_text("utf-8") for p in places if (f := p / "gongbao.css").is_file()), "")


def rendered(result: Changes | SubmissionsDiff, style: Style, width: int, *, theme: str, brand: str) -> bytes:
    """A comparison as text, JSON or a page of its own."""
    if isinstance(result, SubmissionsDiff):
        if style == "json":
            return submissions_json(result)
        if style == "html":
            return submissions_page(result, theme, brand)
        return f"{format_submissions(result, width)}\n".encode()
    if style == "json":
        return result.to_json()
    if style == "html":
        return diff_page(result, theme, brand=brand)
    return f"{format_changes(result, width)}\n".encode()
