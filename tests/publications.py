"""Copies of this repository's publication, and the real command run in them."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import warm

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("_quarto.yml", "data", "workbooks", "site", "scripts")


def chinese_alone(settings: str) -> str:
    """This repository's settings without its second language, which doubles the pages of a build."""
    return re.sub(r"\n  languages: .*", "", settings, count=1)


def copy_publication(target: Path, *submissions: str, english: bool = False) -> Path:
    """This repository's publication in a folder of its own; with `submissions` ("2019/511923"), only those.
    `english`: with the English pages, which few tests look at."""
    target.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "~$*")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy2(source, target / name)
    if not english:
        settings = target / "_quarto.yml"
        settings.write_text(chinese_alone(settings.read_text("utf-8")), "utf-8")
    if submissions:
        for folder in (p for p in (target / "data").iterdir() if p.is_dir()):
            for path in folder.iterdir():
                if f"{folder.name}/{path.stem}" not in submissions:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()
    return keep_scripts(target)


def keep_scripts(publication: Path) -> Path:
    """Put the script that draws charts into the publication's cache, where there is none yet: a first build
    would need three seconds for the same bytes."""
    shutil.copytree(_scripts(), publication / ".gongbao/cache", dirs_exist_ok=True)
    return publication


@cache
def _scripts() -> Path:
    """A cache that holds the script alone, as a build makes it."""
    folder = Path(tempfile.mkdtemp(prefix="gongbao-scripts-"))
    atexit.register(shutil.rmtree, folder)
    make = (
        "import sys; from pathlib import Path; from gongbao.site.engine import VEGALITE_VERSION, libraries; "
        "from gongbao.site.store import Store; libraries(VEGALITE_VERSION, Store(Path(sys.argv[1])))"
    )
    subprocess.run([sys.executable, "-c", make, folder], check=True)
    return folder


def run_gongbao(publication: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command's program in a process of its own, where possible one that needn't import it first."""
    if warm.same_python(os.environ | environment):
        return warm.run(arguments, publication, os.environ | environment)
    return start_gongbao(publication, *arguments, **environment)


def start_gongbao(publication: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command, begun as a person begins it."""
    return subprocess.run(
        [sys.executable, "-m", "gongbao", *arguments],
        cwd=publication, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
