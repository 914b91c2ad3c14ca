"""A process that forks reports has one thread, and sets in a fixed order."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def shown(tmp_path, program, **environment):
    script = tmp_path / "program.py"
    script.write_text(program, "utf-8")
    unset = ("PYTHONHASHSEED", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    line = [sys.executable, "-X", "utf8", str(script), "参数", "two words"]
    ended = subprocess.run(
        line, env=kept | environment, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows kernels have their own setting")
def test_sets_come_in_one_order(tmp_path):
    program = (
        "import sys, pathlib\nfrom gongbao.workbooks.process import fix_hash_order\nfix_hash_order()\n"
        "print(sys.argv[1:], sys.flags.utf8_mode, list({'甲', '乙', '丙', '丁', '戊', '己', '庚'}))"
    )
    first = shown(tmp_path, program)
    assert first.startswith("['参数', 'two words'] 1 ")
    assert {shown(tmp_path, program, PYTHONHASHSEED=seed) for seed in ("1", "2", "0")} == {first}


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_numeric_libraries_start_no_threads(tmp_path):
    program = (
        "import os\nfrom gongbao.workbooks.process import limit_threads\nlimit_threads()\n"
        "import pandas\nprint(len(os.listdir('/proc/self/task')), os.environ['OMP_NUM_THREADS'])"
    )
    assert shown(tmp_path, program) == "1 1\n"
    assert shown(tmp_path, program, OMP_NUM_THREADS="3") == "1 3\n"
