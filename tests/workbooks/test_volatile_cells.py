"""A cell that looks at the clock or draws lots is named, with what to do; libraries and seeds are no alarm."""

from __future__ import annotations

import pytest

from gongbao.workbooks import Workbook
from gongbao.workbooks.volatile import cell_warnings
from running import Order, carry_out, notebook, store

CLOCK = [
    "import time\ntime.time()",
    "from time import time as now\nnow()",
    "import datetime\ndatetime.datetime.now()",
    "import datetime as dt\ndt.date.today()",
    "from datetime import date\ntoday = date.today",
    "import pandas as pd\npd.Timestamp.now()",
    "import time\ntime.strftime('%Y年')",
]
CHANCE = [
    "import random\nrandom.random()",
    "import numpy as np\nnp.random.default_rng()",
    "from numpy.random import default_rng\ndefault_rng()",
    "import numpy as np\nnp.random.normal(size=3)",
    "import uuid\nuuid.uuid4()",
    "import os\nos.urandom(4)",
    "import secrets\nsecrets.token_hex()",
    "import pandas as pd\npd.DataFrame({'x': [1]}).sample(1)",
]
QUIET = [
    "import time\ntime.sleep(0)",
    "from datetime import date\ndate(2019, 12, 31)\ndate.fromisoformat('2019-12-31')",
    "import random\nrandom.seed(1)\nrandom.random()",
    "import random\nrandom.Random(7).random()",
    "import numpy as np\nnp.random.default_rng(2019).normal()",
    "import pandas as pd\npd.DataFrame({'x': [1]}).sample(1, random_state=3)",
    "import time\ntime.strftime('%Y', time.localtime(0))",
    "time = 3\ntime",
    "# import time; time.time()\n'time.time()'",
]


@pytest.mark.parametrize("source", CLOCK)
def test_the_clock_is_named_with_cell_and_line(source):
    (warning,) = cell_warnings("经费.ipynb", ["x = 1", source])
    assert warning.startswith("经费.ipynb 第2个代码单元第2行（")
    assert "读取当前时间" in warning and "year" in warning


@pytest.mark.parametrize("source", CHANCE)
def test_chance_without_a_seed_is_named(source):
    (warning,) = cell_warnings("经费.ipynb", [source])
    assert "第1个代码单元第2行" in warning and "随机数" in warning and "种子" in warning


@pytest.mark.parametrize("source", QUIET)
def test_nothing_else_is_an_alarm(source):
    assert cell_warnings("经费.ipynb", [source]) == ()


def test_names_are_followed_from_cell_to_cell_and_past_ipython_words():
    cells = ["import time as t\n%matplotlib inline", "!true\nt.time()", "b = = 2"]
    (warning,) = cell_warnings("x.ipynb", cells)
    assert "第2个代码单元第2行" in warning
    seeded = ["import random\nrandom.seed(4)", "random.choice([1, 2])"]
    assert cell_warnings("x.ipynb", seeded) == ()


def test_runs_carry_the_warnings_of_their_workbook(tmp_path):
    path = store(tmp_path, "late", notebook("import time", "t = time.time()"))
    store(tmp_path, "quiet", notebook("1"))
    runs, _ = carry_out(Order(tmp_path, "forked", ["late", "quiet"]), tmp_path)
    assert [run.failure for run in runs] == [None, None]
    assert runs[0].warnings == Workbook.load(path).warnings
    assert "late.ipynb 第3个代码单元第1行（time.time）" in runs[0].warnings[0]
    assert runs[1].warnings == ()
