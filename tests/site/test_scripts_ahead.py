"""The script that charts need is made beside the build, once, by a process that ends with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys, time
from pathlib import Path
import psutil
from gongbao.present.theme import VEGALITE_VERSION
from gongbao.site.charts import scripts_ahead
from gongbao.site.engine import has_libraries, libraries
from gongbao.site.store import Store

folder, end = Path(sys.argv[1]), time.monotonic() + 120
with scripts_ahead(folder):
    [beside] = psutil.Process().children()
    while not has_libraries(VEGALITE_VERSION, Store(folder)):
        assert beside.is_running() and time.monotonic() < end
        time.sleep(0.05)
assert not beside.is_running()
assert "vegaEmbed" in libraries(VEGALITE_VERSION, Store(folder))
assert "vl_convert" not in sys.modules
with scripts_ahead(folder):
    assert not psutil.Process().children()
"""


def test_the_script_is_made_beside_and_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "store")], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
