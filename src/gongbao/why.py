"""Why a report would run again, or why not: its kept runs held against the data, code and versions of today."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongbao.cache import cache_at
from gongbao.changed_cells import changed_cells
from gongbao.data import Dataset, read_dataset
from gongbao.data.kept import Keep
from gongbao.data.schema import TABLES
from gongbao.publication import Publication
from gongbao.workbooks import Job, Read, ReportKey, RunStore, load_workbooks, plan_reports
from gongbao.workbooks.records import ABSENT
from gongbao.workbooks.state import current_state, make_jobs
from gongbao.workbooks.store import StoredRun, changed, inputs_of

_ADDRESS = re.compile(r"^(?:.*/)?(\d{4})/(\w+)/(\w+?)(?:\.html|\.ipynb)?$")


class AddressError(Exception):
    """No report has this address; the text names near ones."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is not as it was. `kind`: workbook, code, version, parameters, file, table, years, cover,
    remarks, deadlines, or damaged; `name` as the record has it; `then` and `now`: digests or words, "" if none;
    `cells`: of a table of a submission, what of it is another (empty also where that is no longer known)."""

    kind: str
    name: str
    then: str
    now: str
    text: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a report would run again. `reasons` are those against the nearest of the `runs` kept runs; none
    of them and none kept: it never ran. `reads` is what that run read, `kept` where its notebook lies."""

    address: str
    runs_again: bool
    reasons: tuple[Reason, ...]
    runs: int
    used: int
    reads: tuple[Read, ...]
    labels: tuple[str, ...]
    """Each of `reads` in words."""
    kept: Path | None


def why(publication: Publication, address: str) -> Answer:
    """What a build would do with this report now. Raises AddressError, DataError, WorkbookError."""
    dataset = read_dataset(publication.root, publication.data, keep=publication.kept_data)
    workbooks = load_workbooks(publication.workbooks)
    keys = plan_reports(dataset, workbooks, internal=publication.internal)
    key = find_report(keys, address)
    [job] = make_jobs(publication, workbooks, [key], publication.state)
    store = RunStore(publication.cache)
    runs = store.runs(key.address)
    if not runs:
        return Answer(key.address, True, (), 0, 0, (), (), None)
    current = current_state(publication, dataset)
    nearest, reasons = min(
        ((run, _reasons(publication, dataset, job, run, current)) for run in runs),
        key=lambda found: len(found[1]),
    )
    cache = cache_at(publication.cache)
    kept: Path | None = cache.path(nearest.entry.digest)
    if cache.read(nearest.entry.digest) is None:
        kept = None
        reasons.append(
            Reason("damaged", nearest.entry.digest, "", "", "保存的结果已损坏或不在了，已从缓存里去掉")
        )
    labels = tuple(read_label(publication, dataset, read) for read in nearest.reads)
    return Answer(
        key.address, bool(reasons), tuple(reasons), len(runs), nearest.entry.used, nearest.reads, labels, kept
    )


def find_report(keys: Iterable[ReportKey], address: str) -> ReportKey:
    """The report of an address: `2019/511923/finance`, also as a page's path."""
    known = {key.address: key for key in keys}
    match = _ADDRESS.match(address.strip().strip("/"))
    wanted = "/".join(match.groups()) if match else address.strip("/")
    if wanted in known:
        return known[wanted]
    parts = wanted.split("/")
    # First the other areas of the place, then the place in other years, then what is spelt alike.
    near = [a for a in known if len(parts) == 3 and a.split("/")[:2] == parts[:2]]
    near += [a for a in known if len(parts) == 3 and a.split("/")[1:] == parts[1:]]
    near += difflib.get_close_matches(wanted, known, 6, 0.6)
    shown = list(dict.fromkeys(near))[:12]
    hint = f"相近的有：{'、'.join(shown)}" if shown else "地址写作 年度/区划代码/领域，如 2019/511923/finance"
    raise AddressError(f"没有报告 {address}（没有它的数据或工作簿）。{hint}；全部报告见 gongbao list。")


def _reasons(
    publication: Publication,
    dataset: Dataset,
    job: Job,
    run: StoredRun,
    current: Callable[[Read], str | None],
) -> list[Reason]:
    found = list(_of_inputs(inputs_of(job), dict(run.inputs), job))
    for read in changed(run.reads, current):
        now = current(read)
        words = _read_words(publication, dataset, read, now)
        cells = tuple(_cells(publication, dataset, read, run))
        found.append(Reason(read.kind, read.name, read.digest, now or "", words, cells))
    return found


def _cells(publication: Publication, dataset: Dataset, read: Read, run: StoredRun) -> list[str]:
    table, _, place = read.name.partition(":")
    then = run.submissions.get(place) if read.kind == "table" else None
    if then is None or publication.kept_data is None:
        return []
    region, year = place.split(":")
    return changed_cells(dataset, Keep(publication.kept_data), then, table, region, int(year)) or []


def _of_inputs(now: dict[str, Any], then: dict[str, Any], job: Job) -> Iterable[Reason]:
    if now["workbook"] != then.get("workbook"):
        yield Reason(
            "workbook", job.workbook.name, str(then.get("workbook")), now["workbook"],
            f"工作簿 {job.workbook.name} 改过",
        )  # fmt: skip
    if now["code"] != then.get("code"):
        yield Reason("code", "gongbao", str(then.get("code")), now["code"], "程序（gongbao 的代码）改过")
    before = then.get("versions") or {}
    for name in sorted({*now["versions"], *before}):
        old, new = before.get(name, ""), now["versions"].get(name, "")
        if old != new:
            yield Reason(
                "version", name, old, new, f"{name} 的版本由 {old or '（没有）'} 变为 {new or '（没有）'}"
            )
    for name in ("parameters", "internal"):
        if now[name] != then.get(name):
            yield Reason(
                "parameters", name, str(then.get(name)), str(now[name]), "运行的参数或用途（公开、内部）不同"
            )


def read_label(publication: Publication, dataset: Dataset, read: Read) -> str:
    """A thing that a report read, in words: the table and the files it comes from, or the file."""
    data = publication.settings.data
    parts = read.name.split(":")
    match read.kind:
        case "file":
            return f"文件 {read.name}"
        case "table":
            name, region, year = parts
            title = TABLES[name].label if name in TABLES else name
            if region == "*":
                return f"{title}表（{data}/{name}.csv 等）"
            return f"{year}年 {region} 的“{title}”（{'、'.join(_files(dataset, data, region, year))}）"
        case "submissions":
            return f"{parts[0]} 有填报表的年度（到{parts[1]}年）"
        case "cover":
            return f"{parts[1]}年 {parts[0]} 填报表的封面"
        case "remarks":
            return f"{parts[1]}年 {parts[0]} 的数据核对说明"
        case "deadlines":
            return "设置里的期限（_quarto.yml 的 gongbao.deadlines）"
    return f"{read.kind} {read.name}"


def _files(dataset: Dataset, data: str, region: str, year: str) -> list[str]:
    own = f"{data}/{year}/{region}"
    found = sorted(name for name in dataset.digests if name.startswith((f"{own}.", f"{own}/")))
    return found or [f"{own}.xlsx，现在没有"]


def _read_words(publication: Publication, dataset: Dataset, read: Read, now: str | None) -> str:
    label = read_label(publication, dataset, read)
    if read.kind == "file" and read.digest == ABSENT:
        return f"{label}：当时没有，现在有了"
    if now is None or (read.kind == "file" and now == ABSENT):
        return f"{label}：现在没有了"
    if read.kind == "submissions":
        return f"{label}：由 {read.digest or '（没有）'} 变为 {now or '（没有）'}"
    return f"{label}：内容改过"
