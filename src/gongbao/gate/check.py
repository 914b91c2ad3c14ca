"""Every file of an output, read and held against the rules; in several processes where there are many."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gongbao.data.dataset import Dataset
from gongbao.gate.leaks import GateError, Leak, Rule
from gongbao.gate.memory import Memory
from gongbao.gate.pieces import read_pieces
from gongbao.gate.rules import Rules
from gongbao.gate.secrets import Place, Secrets, make_secrets
from gongbao.gate.tables import tables_of, total_leaks, value_leaks
from gongbao.pool import in_processes
from gongbao.site.internal import MARKER

FEW = 40  # files that this process reads itself
# /reports/2019/511923/…, and in a published tree /2019/r1/511923/… or /2019/r1/data/511923….
_SCOPE = re.compile(r"(?:^|/)((?:19|20)\d\d)(?:/r\d+)?(?:/data|/notebooks|/snapshot)?/(\d{6})(?=[/.])")


@dataclass(frozen=True, slots=True)
class _Share:
    folder: Path
    addresses: tuple[str, ...]
    secrets: Secrets


def check_output(
    folder: Path, dataset: Dataset, workers: int | None = None, *, memory: Path | None = None
) -> list[Leak]:
    """Everything in a finished site below `folder` that may not be published, sorted by page.

    `dataset` is the one the site was made from: it says what is internal, which counts are small and
    which schools may not be named. `memory` is a file that keeps between builds what was found clean;
    without it every file is read. Raises GateError for a folder that isn't there, is empty or holds an
    internal build, and for a file that can't be read.
    """
    if not folder.is_dir():
        raise GateError(f"没有文件夹 {folder.name}；请先运行 gongbao build，或指出要检查的文件夹。")
    if (folder / MARKER).exists():
        raise GateError(f"{folder.name} 是内部资料（有 {MARKER} 标记），不得公开，也不能检查后公开。")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files:
        raise GateError(f"{folder.name} 是空的，没有可检查的网页。")
    secrets = make_secrets(dataset)
    addresses = [path.relative_to(folder).as_posix() for path in files]
    known = Memory(memory, secrets) if memory is not None else None
    keys: dict[str, str] = {}
    if known is not None:
        keys = {a: known.key(a, (folder / a).read_bytes(), scope_of(a)) for a in addresses}
        addresses = [a for a in addresses if not known.is_clean(a, keys[a])]
    leaks = _check_all(folder, addresses, secrets, workers)
    if known is not None:
        leaking = {leak.address for leak in leaks}
        known.keep({a: key for a, key in keys.items() if a not in leaking})
    return leaks


def _check_all(folder: Path, addresses: Sequence[str], secrets: Secrets, workers: int | None) -> list[Leak]:
    count = min(workers or os.cpu_count() or 1, max(1, len(addresses) // FEW))
    shares = [_Share(folder, share, secrets) for share in _dealt(folder, addresses, count)]
    made = [_check(share) for share in shares] if count == 1 else in_processes(_check, shares, count)
    return sorted(leak for leaks in made for leak in leaks)


def _dealt(folder: Path, addresses: Sequence[str], count: int) -> list[tuple[str, ...]]:
    """The files in `count` shares of about equal size, those of one region and year together: they
    repeat each other, and what was judged once is remembered."""
    groups: dict[object, list[str]] = {}
    for i, address in enumerate(addresses):
        groups.setdefault(scope_of(address) or i % (4 * count), []).append(address)
    sizes = {key: sum((folder / a).stat().st_size for a in group) for key, group in groups.items()}
    shares: list[list[str]] = [[] for _ in range(count)]
    loads = [0] * count
    for key in sorted(groups, key=lambda key: (-sizes[key], groups[key][0])):
        least = loads.index(min(loads))
        shares[least] += groups[key]
        loads[least] += sizes[key]
    return [tuple(share) for share in shares if share]


def _check(share: _Share) -> list[Leak]:
    """Runs in a pool's process."""
    rules = Rules(share.secrets)
    return [leak for a in share.addresses for leak in _check_file(share, rules, a)]


def _check_file(share: _Share, rules: Rules, address: str) -> list[Leak]:
    scope = scope_of(address)
    pieces = list(read_pieces(address, (share.folder / address).read_bytes()))
    found: dict[tuple[str, str, str], Leak] = {}

    def add(place: str, rule: Rule, value: str, what: str) -> None:
        # The same thing many times in one file is one leak, at its first place.
        found.setdefault((rule, value, what), Leak(address, place, rule, value, what))

    for place, (rule, value, what) in rules.hits(pieces, scope, address):
        add(place, rule, value, what)
    for rows in tables_of(pieces):
        for found_in in (value_leaks(rows, scope, share.secrets.values), total_leaks(rows)):
            for place, rule, value, what in found_in:
                add(place, rule, value, what)
    return list(found.values())


def scope_of(address: str) -> Place | None:
    """The region and year that a file is about, by its address; None for pages of several."""
    match = _SCOPE.search(address)
    return (match[2], int(match[1])) if match else None
