"""Sharing a publication's reports among machines, and putting together what each of them made.

A shard is a part of the places (region and year). Its build writes nothing but its cache, where a record says
which reports it was to run, from what, and what failed. Merging takes the caches into one and checks that
they cover all reports and come from the same code, data and versions; a build then finds every report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gongbao.cache import cache_at
from gongbao.cache_copy import take_over
from gongbao.data import Dataset
from gongbao.publication import SETTINGS_FILE, Publication
from gongbao.workbooks import Failure, ReportKey, Workbook
from gongbao.workbooks.records import file_digest
from gongbao.workbooks.store import code_digest, versions

FOLDER = "shards"
_FORMAT = 1
_WRITTEN = re.compile(r"^(\d+)/(\d+)$")
_SHOWN = 5  # names that a message lists


class ShardError(Exception):
    """Shards can't be made or put together; the text says what is missing or differs."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`-th of `count` parts, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From "3/10". Raises ShardError."""
        match = _WRITTEN.match(text.strip())
        shard = cls(int(match[1]), int(match[2])) if match else cls(0, 0)
        if not 1 <= shard.number <= shard.count:
            raise ShardError(f"看不懂分片“{text}”：写作 第几份/共几份，如 3/10。")
        return shard

    def keys(self, keys: Iterable[ReportKey]) -> list[ReportKey]:
        """The reports of this part, sorted: whole places, every part about as many reports, the same however
        often it is asked. Together the parts are all reports, each once."""
        places: dict[tuple[int, str], list[ReportKey]] = {}
        for key in sorted(keys):
            places.setdefault((key.year, key.region), []).append(key)
        loads, own = [0] * self.count, []
        # The largest places first, each to the part that has least: no part gets more than a place too many.
        for reports in sorted(places.values(), key=lambda reports: (-len(reports), reports[0])):
            least = min(range(self.count), key=lambda i: loads[i])
            loads[least] += len(reports)
            if least == self.number - 1:
                own += reports
        return sorted(own)


@dataclass(frozen=True, slots=True)
class Basis:
    """What all shards must have in common: code, versions, mode, and SHA-256 of data, workbooks and settings."""

    code: str
    versions: Mapping[str, str]
    internal: bool
    files: Mapping[str, str]

    @classmethod
    def of(cls, publication: Publication, dataset: Dataset, workbooks: Mapping[str, Workbook]) -> Basis:
        """Of a publication as it is now."""
        files = dict(dataset.digests)
        files |= {f"{publication.settings.workbooks}/{w.name}": w.digest for w in workbooks.values()}
        files[SETTINGS_FILE] = file_digest(publication.root / SETTINGS_FILE)
        return cls(code_digest(), versions(), publication.internal, dict(sorted(files.items())))

    def differences(self, other: Basis) -> list[str]:
        """What `other` has that this one hasn't, in words."""
        found = []
        if self.code != other.code:
            found.append("程序（gongbao 的代码）不同")
        found += [
            f"{name} 的版本不同（{other.versions.get(name, '没有')}，这里是 {self.versions.get(name, '没有')}）"
            for name in sorted({*self.versions, *other.versions})
            if self.versions.get(name) != other.versions.get(name)
        ]
        if self.internal != other.internal:
            found.append("一个是内部资料，一个是公开的")
        names = [n for n in sorted({*self.files, *other.files}) if self.files.get(n) != other.files.get(n)]
        if names:
            more = f"等 {len(names)} 个文件" if len(names) > _SHOWN else ""
            found.append(f"数据、工作簿或设置不同：{'、'.join(names[:_SHOWN])}{more}")
        return found


@dataclass(frozen=True, slots=True)
class Record:
    """What the build of a shard says of itself. `reports`: addresses it was to run; `failures`: of those."""

    shard: Shard
    basis: Basis
    reports: tuple[str, ...]
    failures: tuple[Failure, ...]

    def write(self, cache: Path) -> None:
        """Keep it in the shard's cache."""
        content = {
            "format": _FORMAT,
            "shard": asdict(self.shard),
            "basis": asdict(self.basis),
            "reports": self.reports,
            "failures": [asdict(failure) for failure in self.failures],
        }
        path = cache / FOLDER / f"{self.shard.number}-of-{self.shard.count}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Record:
        """Raises ShardError for a file that is no whole record."""
        try:
            content: dict[str, Any] = json.loads(path.read_text("utf-8"))
            if content["format"] != _FORMAT:
                raise ShardError(f"{path} 是另一个版本的程序写的（格式 {content['format']}）。")
            failures = tuple(
                Failure(**(failure | {"key": ReportKey(**failure["key"])})) for failure in content["failures"]
            )
            return cls(
                Shard(**content["shard"]), Basis(**content["basis"]), tuple(content["reports"]), failures
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ShardError(f"分片的记录 {path} 已损坏，请重新生成那个分片。") from error


@dataclass(frozen=True, slots=True)
class Taken:
    """What merging found: the records that fit, failures that they tell, files that were damaged."""

    records: tuple[Record, ...]
    failures: tuple[Failure, ...]
    damaged: tuple[str, ...]


def take_shards(folders: Sequence[Path], cache: Path, basis: Basis, planned: Sequence[str]) -> Taken:
    """Take what shards have made into the cache.

    `folders`: a shard's cache, or a folder with one or several somewhere below, as CI unpacks them. Raises
    ShardError when they don't cover the `planned` reports or don't come from `basis`; then nothing was taken.
    """
    found = {path: Record.read(path) for folder in folders for path in _record_files(folder)}
    fitting = {path: r for path, r in found.items() if not basis.differences(r.basis)}
    missing = sorted(set(planned) - {address for r in fitting.values() for address in r.reports})
    if missing:
        raise ShardError("\n".join(_what_is_missing(folders, basis, found, fitting, missing)))
    target = cache_at(cache)
    sources = sorted({path.parents[1] for path in fitting})
    damaged = [name for folder in sources for name in take_over(target, cache_at(folder))]
    records = tuple(fitting[path] for path in sorted(fitting))
    failures = {f.key: f for record in records for f in record.failures if f.key.address in set(planned)}
    return Taken(records, tuple(failures[key] for key in sorted(failures)), tuple(damaged))


def _record_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ShardError(f"没有文件夹 {folder}。")
    return sorted(path.resolve() for path in folder.glob(f"**/{FOLDER}/*-of-*.json"))


def _what_is_missing(
    folders: Sequence[Path],
    basis: Basis,
    found: Mapping[Path, Record],
    fitting: Mapping[Path, Record],
    missing: Sequence[str],
) -> list[str]:
    if not found:
        return [f"{'、'.join(map(str, folders))} 里没有分片（用 gongbao build --shard 1/3 等生成的缓存）。"]
    lines = [f"分片合起来还缺 {len(missing)} 份报告：{_shown(missing)}。"]
    for count in sorted({r.shard.count for r in fitting.values()}):
        there = {r.shard.number for r in fitting.values() if r.shard.count == count}
        lacking = [f"{n}/{count}" for n in range(1, count + 1) if n not in there]
        if lacking:
            lines.append(f"缺分片 {'、'.join(lacking)}。")
    for path, record in sorted(found.items()):
        if path not in fitting:
            why = "；".join(basis.differences(record.basis))
            lines.append(f"分片 {record.shard}（{path.parents[1]}）不能用：{why}。")
    return lines


def not_there(addresses: Sequence[str], damaged: Sequence[str]) -> ShardError:
    """The error for reports whose results can't be used after all."""
    cause = (
        f"有 {len(damaged)} 个文件已损坏"
        if damaged
        else "它们还读了别的文件，在这里不一样（可用 gongbao why 查看）"
    )
    return ShardError(f"报告 {_shown(addresses)} 的结果不能用：{cause}。请重新生成相应的分片。")


def _shown(names: Sequence[str]) -> str:
    return "、".join(names[:_SHOWN]) + (" 等" if len(names) > _SHOWN else "")
