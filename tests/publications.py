"""Copies of this repository's publication, and the real command run in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("_quarto.yml", "data", "workbooks", "site", "scripts")


def copy_publication(target: Path, *submissions: str) -> Path:
    """This repository's publication in a folder of its own; with `submissions` ("2019/511923"), only those."""
    target.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "~$*")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy2(source, target / name)
    if submissions:
        for folder in (p for p in (target / "data").iterdir() if p.is_dir()):
            for path in folder.iterdir():
                if f"{folder.name}/{path.stem}" not in submissions:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()
    return target


def run_gongbao(publication: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gongbao", *arguments],
        cwd=publication, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
