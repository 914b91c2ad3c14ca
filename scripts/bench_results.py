"""Results of measurements: a JSON file that grows as they come, and tables for docs/performance.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench_measure import Cost, machine

ROOT = Path(__file__).resolve().parents[1]
Record = Mapping[str, Any]


def program() -> str:
    """SHA-256 of the program and its workbooks: numbers of another state of them don't belong in a table."""
    files = [*(ROOT / "src" / "gongbao").rglob("*.*"), *(ROOT / "workbooks").glob("*.ipynb")]
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Results:
    """What was measured so far, in a file that is written after each measurement: an interrupted run goes on
    where it was. A measurement is known by its key (part, what, size, workers …), the machine and the program.
    """

    def __init__(self, file: Path, *, again: bool = False) -> None:
        self._file, self._again = file, again
        self._common = {"machine": machine(), "program": program()}
        self._records: list[dict[str, Any]] = json.loads(file.read_text("utf-8")) if file.exists() else []
        self._new: list[Record] = []

    def measure(self, key: Record, command: str, work: Callable[[], tuple[Cost, Record]]) -> Record:
        """The record of a measurement: the one at hand, or a new one. `work` gives what it cost and more facts;
        `command` is what a person would type to get the number again."""
        whole = self._common | key
        found = next((r for r in self._records if whole.items() <= r.items()), None)
        if found is not None and (not self._again or found in self._new):
            return found
        print(f"  {' '.join(str(value) for value in key.values())} …", end=" ", flush=True)
        cost, facts = work()
        record = whole | {"command": command} | asdict(cost) | dict(facts)
        print(
            f"{cost.seconds:.1f} s"
            + ("" if cost.processor is None else f", {cost.processor:.1f} processor s")
        )
        self._records = [r for r in self._records if r is not found] + [record]
        self._new.append(record)
        text = json.dumps(self._records, ensure_ascii=False, indent=1)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text(text + "\n", "utf-8")
        temporary.replace(self._file)
        return record

    def known(self, key: Record) -> bool:
        """Whether a measurement need not be made."""
        whole = self._common | key
        return not self._again and any(whole.items() <= record.items() for record in self._records)

    def of(self, part: str) -> list[Record]:
        """Measurements of a part on this machine and of this program, in the order in which they were made."""
        whole = self._common | {"part": part}
        return [record for record in self._records if whole.items() <= record.items()]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Markdown: the first column is words, the others are numbers."""
    yield "| " + " | ".join(header) + " |"
    yield "|---|" + "--:|" * (len(header) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def number(value: float | None, decimals: int) -> str:
    """ "" where there is none."""
    return "" if value is None else f"{value:,.{decimals}f}"


def per(record: Record, name: str, decimals: int = 3) -> str:
    """A cost for each report."""
    value = record[name]
    return number(None if value is None else value / record["reports"], decimals)
