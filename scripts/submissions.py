"""What the scripts that make submissions share: staging, so that a failed run changes nothing."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def copy_definitions(data: Path, folder: Path) -> Path:
    """A data folder below `folder` that holds the definitions of `data` and no submissions."""
    copy = folder / data.name
    copy.mkdir()
    for path in sorted(data.glob("*.csv")):
        shutil.copy(path, copy)
    return copy


def run(make: Callable[[Path], list[Path]]) -> None:
    """Make submissions beside the definitions of the data folder (first argument), then move them in."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "data"
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_definitions(data, Path(folder))
        for path in make(copy):
            target = data / path.relative_to(copy)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
            sys.stdout.write(f"{target.parent.name}/{target.name}\n")
