"""The words of each region that count on the pages of all, kept between checks: a region's are made anew only
when its submissions, the indicators or this program have changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from gongbao.data.dataset import Dataset
from gongbao.gate.secrets import READ
from gongbao.workbooks.store import code_digest

Everywhere = tuple[list[str], list[str]]  # words that may stand nowhere, names that may


def gathered(
    dataset: Dataset,
    years: Mapping[str, Iterable[int]],
    make: Callable[[str], Everywhere],
    memory: Path | None,
) -> dict[str, Everywhere]:
    """What counts everywhere, of each region with submissions in `years`. `memory`: the file that keeps it, a
    few kilobytes a region; a file that can't be read counts as none."""
    if memory is None:
        return {region: make(region) for region in years}
    known = _read(memory)
    common = f"{code_digest()} {dataset.fingerprint('indicators')}"
    found: dict[str, Everywhere] = {}
    kept: dict[str, tuple[str, list[str], list[str]]] = {}
    for region, each in years.items():
        key = _digest([common, *(dataset.fingerprint(name, region, year) for year in each for name in READ)])
        stored = known.get(region)
        found[region] = stored[1:] if stored is not None and stored[0] == key else make(region)
        kept[region] = (key, *found[region])
    if kept != known:
        _write(memory, kept)
    return found


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read(file: Path) -> dict[str, tuple[str, list[str], list[str]]]:
    try:
        known = json.loads(file.read_text("utf-8"))
        return {region: (str(key), list(words), list(names)) for region, (key, words, names) in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(file: Path, kept: Mapping[str, object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
    partial.replace(file)
