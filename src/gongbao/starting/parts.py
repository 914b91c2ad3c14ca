"""Which of the repository's files a new publication gets. Read by setup.py too: standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# (file or folder of a publication, which of the folder's files)
PARTS = (
    ("_quarto.yml", ""),
    ("workbooks", "*.ipynb"),
    ("site", "**/*"),
    ("data", "*.csv"),
    ("scripts", "*_render.py"),
)


def part_files(root: Path) -> Iterator[tuple[str, Path]]:
    """(address in the publication, file), sorted within each part; caches and hidden files left out."""
    for name, pattern in PARTS:
        found = sorted((root / name).glob(pattern)) if pattern else [root / name]
        for path in found:
            address = path.relative_to(root).parts
            if path.is_file() and not any(part.startswith((".", "__")) for part in address):
                yield "/".join(address), path
