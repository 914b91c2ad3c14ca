"""Every file of an output, read and held against the rules; in several processes where there are many."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

from gongbao.data.dataset import Dataset
from gongbao.gate.forbidden import Forbidden
from gongbao.gate.leaks import GateError, Leak, Rule
from gongbao.gate.pieces import glance, read_pieces
from gongbao.gate.rules import Rules
from gongbao.gate.search_index import TakenOver, index_leaks, is_share
from gongbao.gate.secrets import Place
from gongbao.gate.tables import has_values, tables_of, total_leaks, value_leaks
from gongbao.pool import Pool
from gongbao.site.internal import MARKER

FEW = 40  # files that this process reads itself
_SHARE = 400  # files
_CODE = re.compile(r"(?:^|/)(\d{6})(?=[/.])")
# /reports/2019/511923/…, and in a published tree /2019/r1/511923/…, /2019/r1/en/511923/… or /2019/r1/data/511923….
_SCOPE = re.compile(r"(?:^|/)((?:19|20)\d\d)(?:/r\d+)?(?:/en|/data|/notebooks|/snapshot)?/(\d{6})(?=[/.])")


# What this process checks: inherited by the processes it forks, made anew in those that start afresh.
_OUTPUT: list[tuple[Path, Rules, TakenOver | None]] = []


def check_output(
    folder: Path,
    dataset: Dataset,
    workers: int | None = None,
    *,
    memory: Path | None = None,
    only: Collection[str] | None = None,
    taken_over: TakenOver | None = None,
) -> list[Leak]:
    """Everything in a finished site below `folder` that may not be published, sorted by page.

    `dataset` is the one the site was made from: it says what is internal, which counts are small and
    which schools may not be named. `only`: the addresses to read, where whoever calls vouches that the
    other files were found clean with the same data; without it every file is read. `taken_over`: what will stand
    beside these files and is not among them. `memory`: a file that keeps the words of all regions until their
    submissions change (what is found is never kept). Raises GateError for a folder that isn't there, is empty or
    holds an internal build, and for a file that can't be read.
    """
    if not folder.is_dir():
        raise GateError(f"没有文件夹 {folder.name}；请先运行 gongbao build，或指出要检查的文件夹。")
    if (folder / MARKER).exists():
        raise GateError(f"{folder.name} 是内部资料（有 {MARKER} 标记），不得公开，也不能检查后公开。")
    if only is None:
        addresses = list(_files(folder))
        if not addresses:
            raise GateError(f"{folder.name} 是空的，没有可检查的网页。")
    else:
        addresses = list(only)
    if not addresses:
        return []
    shares = _shares(addresses)
    count = min(workers or os.cpu_count() or 1, max(1, len(addresses) // FEW))
    prepare = partial(_prepare, folder, dataset, memory, taken_over)
    try:
        if count == 1:
            prepare()
            made = [_check(share) for share in shares]
        else:
            if sys.platform == "linux":
                prepare()  # once, before the processes are forked
            with Pool(count, inherit=True, prepare=prepare) as pool:
                made = pool.map(_check, shares)
    finally:
        _OUTPUT.clear()
    return sorted(leak for leaks in made for leak in leaks)


def _files(folder: Path) -> Iterator[str]:
    """The addresses of all files below a folder."""
    waiting = [(os.fspath(folder), "")]
    while waiting:
        path, address = waiting.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{address}{entry.name}/"))
                elif entry.is_file():
                    yield f"{address}{entry.name}"


def _shares(addresses: Iterable[str]) -> list[tuple[str, ...]]:
    """The files in shares of some hundred: those of one region together, whatever the year, for they are held
    against the same words; others by folder, for pages of several regions often name the same ones."""
    groups: dict[str, list[str]] = {}
    for address in sorted(addresses):
        scope = scope_of(address)
        group = groups.setdefault(scope[0] if scope else _family(address), [])
        group.append(address)
    shares: list[tuple[str, ...]] = []
    for group in groups.values():
        shares += [tuple(group[i : i + _SHARE]) for i in range(0, len(group), _SHARE)]
    return sorted(shares, key=lambda share: (-len(share), share))


def _family(address: str) -> str:
    """Pages of one group of regions bear its code; others are taken by folder."""
    code = _CODE.search(address)
    return code[1] if code else address.rpartition("/")[0]


def _prepare(folder: Path, dataset: Dataset, memory: Path | None, taken_over: TakenOver | None) -> None:
    if not _OUTPUT:
        _OUTPUT.append((folder, Rules(Forbidden(dataset, memory)), taken_over))


def _check(share: tuple[str, ...]) -> list[Leak]:
    """Runs in a pool's process."""
    ((folder, rules, taken_over),) = _OUTPUT
    return [leak for address in share for leak in _check_file(folder, rules, address, taken_over)]


def _check_file(folder: Path, rules: Rules, address: str, taken_over: TakenOver | None) -> list[Leak]:
    if is_share(address):
        return index_leaks(folder, address, rules.forbidden, taken_over)
    scope = scope_of(address)
    data = (folder / address).read_bytes()
    said = glance(address, data)
    if said is None:
        pieces = read_pieces(address, data)
        suspects = rules.suspects(*pieces.said(), scope, address)
    else:
        suspects = rules.suspects(said, "", scope, address)
        if not suspects:
            return []
        pieces = read_pieces(address, data, lambda part: rules.concerns(part, suspects))
    found: dict[tuple[str, str, str], Leak] = {}

    def add(place: str, rule: Rule, value: str, what: str) -> None:
        # The same thing many times in one file is one leak, at its first place.
        found.setdefault((rule, value, what), Leak(address, place, rule, value, what))

    for place, (rule, value, what) in rules.hits(pieces, suspects, scope):
        add(place, rule, value, what)
    for rows in tables_of(pieces) if suspects.tables else ():
        known = rules.forbidden.values(scope) if scope is not None and has_values(rows) else None
        for found_in in (value_leaks(rows, known) if known else (), total_leaks(rows)):
            for place, rule, value, what in found_in:
                add(place, rule, value, what)
    return list(found.values())


def scope_of(address: str) -> Place | None:
    """The region and year that a file is about, by its address; None for pages of several."""
    match = _SCOPE.search(address)
    return (match[2], int(match[1])) if match else None
