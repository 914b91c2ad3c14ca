"""Puts what `gongbao new` copies into the wheel; everything else is in pyproject.toml.

In the repository these files stand where a publication has them (workbooks/, site/, data/), once. A
package can only carry what lies inside it, so they are copied there when a wheel is built.
"""

import runpy
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithPublication(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the repository's own files are at hand
            return
        part_files = runpy.run_path(str(ROOT / "src/gongbao/starting/parts.py"))["part_files"]
        target = Path(self.build_lib) / "gongbao/starting/publication"
        for address, path in part_files(ROOT):
            (target / address).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / address)


setup(cmdclass={"build_py": BuildWithPublication})
