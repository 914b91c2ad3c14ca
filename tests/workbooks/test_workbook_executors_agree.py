"""Both executors write the same notebook, byte for byte; a few cells for each behaviour.

Behaviours that leave the others alone share notebooks, because each notebook costs a kernel.
"""

from __future__ import annotations

import sys

import nbformat
import pytest
from nbformat import NotebookNode

from running import Order, carry_out, code, notebook, read, store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows can't fork")

FRAME = "import pandas as pd\nframe = pd.DataFrame({'县': ['甲', '乙'], '值': [1.5, None]})"

BEHAVIOURS = {
    "nothing": [],
    "print": ["print('一'); print('二', end='')", "print('三')"],
    "error_stream": ["import sys\nprint('出', file=sys.stderr)"],
    "mixed_streams": [
        "import sys\nprint('错', file=sys.stderr)\nprint('对')\nprint('错二', file=sys.stderr)"
    ],
    "streams_around_display": [
        "print('前')\ndisplay(1)\nprint('后')\nimport sys\nprint('错', file=sys.stderr)"
    ],
    "carriage_return": ["print('10%\\r20%\\r30%')\nprint('ab\\b!')"],
    "dataframe": [FRAME + "\nframe"],
    "styler": [FRAME + "\nframe.style.format(precision=1)"],
    "chart": [
        FRAME
        + "\nimport altair as alt\nchart = alt.Chart(frame).mark_bar().encode(x='县:N', y='值:Q')\nchart",
        "display(chart)\nchart | chart",
    ],
    "result_none": ["None", "x = 1", "def f(): return None\nf()"],
    "results": ["1 + 1", "_ + 1", "Out[3], _4, __", "In[3], _i4"],
    "semicolon": ["5;", "display(6);"],
    "display_several": [
        "display('甲', 2, {'丙': [1, (2, 3)]})",
        "from IPython.display import HTML, Markdown, SVG\n"
        "display(HTML('<b>粗</b>'), Markdown('*斜*'), SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))",
    ],
    "image": [
        "from IPython.display import Image\nimport base64\nImage(base64.b64decode("
        "'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='),"
        " width=10, metadata={'alt': '点'})"
    ],
    "raw_bundle": [
        "display({'text/plain': '文', 'application/json': {'a': [1, 2.5, None, True]}}, raw=True,"
        " metadata={'application/json': {'expanded': True}})"
    ],
    "own_repr": [
        "class Own:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'text/plain': '自', 'text/html': '<i>自</i>'}, {'text/html': {'isolated': True}}\nOwn()"
    ],
    "repr_with_address": ["object()", "print(lambda: 0)"],
    "update_display": [
        "handle = display('旧', display_id='one')",
        "handle.update('新')\nprint('ok')",
        "from IPython.display import update_display\nupdate_display({'k': 1}, display_id='one')",
    ],
    "random_display_id": ["handle = display(1, display_id=True)\nhandle.update(2)"],
    "clear_output": ["from IPython.display import clear_output\nprint('一')\nclear_output()\nprint('二')"],
    "clear_output_wait": [
        "from IPython.display import clear_output\nfor n in range(3):\n"
        "    clear_output(wait=True)\n    print(n)\n    display(n)",
        "print('留')\nclear_output(wait=True)",
    ],
    "caught": ["try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print(type(error), error)"],
    "warning": [
        "import warnings\nwarnings.warn('小心')\nwarnings.warn('过时', DeprecationWarning)",
        "def f():\n    warnings.warn('函数里')\nf()",
        "import pandas as pd\npd.Series([1, 'a']).sum",
    ],
    "library_warning": [
        "import pandas as pd\npd.DataFrame({'a': [1]}).groupby(lambda x: x)\n"
        "pd.to_datetime(['一月', '2019-01-01'], errors='coerce')"
    ],
    "raises_exception": [code("def f(x):\n    return 1 / x\nf(0)", "fails", ["raises-exception"]), "'后'"],
    "raises_in_library": [code("import json\njson.loads('{')", "fails", ["raises-exception"])],
    "raises_syntax": [code("a = = 1", "fails", ["raises-exception"]), "print('还在')"],
    "raises_chain": [
        code(
            "try:\n    {}['键']\nexcept KeyError as error:\n    raise ValueError('值') from error",
            "fails",
            ["raises-exception"],
        )
    ],
    "raises_exit": [code("import sys\nsys.exit(3)", "fails", ["raises-exception"]), "1"],
    "raises_quit": [code("quit()", "fails", ["raises-exception"]), "1"],
    "raises_input": [code("input('名字？')", "fails", ["raises-exception"])],
    "raises_file": [code("open('没有.csv')", "fails", ["raises-exception"])],
    "raises_network": [
        code(
            "import urllib.request\nurllib.request.urlopen('http://192.0.2.1/')",
            "fails",
            ["raises-exception"],
        )
    ],
    "raises_program": [code("!echo 1", "fails", ["raises-exception"])],
    "raises_unknown_magic": [code("%nosuchmagic", "fails", ["raises-exception"])],
    "not_json": ["display({'application/json': {'a': float('nan')}}, raw=True)"],
    "unicode": ["print('龘𠮷😀\\u200b')\n'龘𠮷😀'"],
    "big": ["for n in range(2_000):\n    print('长' * 100)", "for n in range(2500):\n    display(n)"],
    "unflushed_write": ["import sys\nn = sys.stdout.write('没有换行')", "sys.stdout.flush()\nn"],
    "stream_properties": [
        "import sys\nsys.stdout.encoding, sys.stdout.isatty(), sys.stderr.writable(), sys.argv"
    ],
    "descriptor_output": ["import os\nn = os.write(1, b'lost')\nn"],
    "magics": [
        "%precision 2\n3.14159",
        "%%capture held\nprint('收')",
        "held.stdout",
        "%who_ls str",
        "%env GONGBAO_TEST=1",
        "%%html\n<b>格</b>",
        "%history -n 1",
    ],
    "help": ["len?", "len??"],
    "await": [
        "import asyncio\nawait asyncio.sleep(0)\nprint('等')\n7",
        "async def f():\n    return 8\nawait f()",
        "task = asyncio.get_running_loop().create_task(f())",
        "await task",
    ],
    "async_for": ["async def g():\n    yield 1\nasync for x in g():\n    print(x)"],
    "names": ["__name__", "'__file__' in globals()", "import __main__\n__main__.region", "region, year"],
    "shell": [
        "type(get_ipython()).__name__",
        "get_ipython().execution_count",
        "get_ipython().run_line_magic('pwd', '')",
    ],
    "pickle": ["import pickle\nclass Local:\n    a = 1\npickle.loads(pickle.dumps(Local())).a"],
    "source_of_function": ["import inspect\ndef f():\n    return '源'\nprint(inspect.getsource(f))"],
    "dataclass": ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nP(1)"],
    "sets": ["print({'甲', '乙', '丙', '丁'})"],
    "context": ["from decimal import Decimal, getcontext\ngetcontext().prec = 5", "Decimal(1) / 3"],
    "threads": [
        "import threading\nthread = threading.Thread(target=lambda: print('线'))\nthread.start()\nthread.join()"
    ],
    "logging": ["import logging\nlogging.warning('记')\nlogging.info('不记')"],
    "interactivity": ["get_ipython().ast_node_interactivity = 'all'", "1\n2"],
    "hooks": ["get_ipython().events.register('post_run_cell', lambda result: print('钩'))", "1"],
    "trees_changed": [
        "import ast\nclass Twice(ast.NodeTransformer):\n    def visit_Constant(self, node):\n"
        "        if isinstance(node.value, int):\n            node.value *= 2\n        return node\n"
        "get_ipython().ast_transformers.append(Twice())",
        "21",
        "print(1)\n4",
    ],
    "future": ["from __future__ import annotations", "def f(a: nothing): pass\nf.__annotations__", "1; 2"],
    "same_twice": ["1 + 1", "1 + 1", "x = 5\nx"],
    "empty_cells": ["", "  \n ", "1"],
    "leading_empty_line": ["\n\nprint('甲')"],
    "other_cells": [
        nbformat.v4.new_markdown_cell("# 题\n\n文", id="text"),
        nbformat.v4.new_raw_cell("原", id="raw"),
        "1",
    ],
    "skipped": [code("1 / 0", "skipped", ["skip-execution"]), "1"],
    "module_beside": ["import beside\nbeside.value"],
    "path_printed": ["from pathlib import Path\nprint(Path.cwd())\nPath.cwd()", "import json; json.__file__"],
    "no_pycache": ["import sys\nsys.dont_write_bytecode"],
}


# These count prompts or change the shell.
ALONE = (
    "nothing",
    "results",
    "magics",
    "interactivity",
    "hooks",
    "trees_changed",
    "future",
    "shell",
    "empty_cells",
    "clear_output_wait",
)


def shared_notebooks():
    together = [name for name in BEHAVIOURS if name not in ALONE]
    groups = [together[start : start + 11] for start in range(0, len(together), 11)]
    return {names[0]: names for names in [*groups, *([name] for name in ALONE)]}


NOTEBOOKS = shared_notebooks()


def cells_of(name):
    """The behaviour's cells, with ids that tell where they come from."""
    made = []
    for number, cell in enumerate(BEHAVIOURS[name]):
        cell = code(cell, "cell") if isinstance(cell, str) else cell
        made.append(NotebookNode(cell | {"id": f"{name}-{number}"}))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("publication")
    for first, names in NOTEBOOKS.items():
        store(root, first, notebook(*(cell for name in names for cell in cells_of(name))))
    (root / "workbooks" / "beside.py").write_text("value = '邻'\n", "utf-8")
    for executor in ("forked", "jupyter"):
        runs, _ = carry_out(Order(root, executor, list(NOTEBOOKS)), root)
        failures = [f"{executor} {run.failure}\n{run.failure.traceback}" for run in runs if run.failure]
        assert not failures, "\n".join(failures)
    return root


def stored(folder, executor, name):
    [first] = [first for first, names in NOTEBOOKS.items() if name in names]
    cells = read(folder / executor / f"{first}.ipynb")["cells"]
    return [cell for cell in cells if cell["id"].rpartition("-")[0] == name]


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_same_cells(folder, name):
    assert stored(folder, "forked", name) == stored(folder, "jupyter", name)


@pytest.mark.parametrize("first", NOTEBOOKS)
def test_same_bytes(folder, first):
    ours = (folder / "forked" / f"{first}.ipynb").read_bytes()
    assert ours == (folder / "jupyter" / f"{first}.ipynb").read_bytes()


def test_nothing_of_the_machine_is_left(folder):
    for path in sorted((folder / "jupyter").iterdir()):
        text = path.read_text("utf-8")
        for trace in (str(folder), sys.prefix, "ipykernel_", '"version": "3.'):
            assert trace not in text, (path.name, trace)
    assert not list((folder / "workbooks").glob("__pycache__"))


def outputs(folder, name, cell):
    return stored(folder, "forked", name)[cell]["outputs"]


def test_parameters_are_set_after_their_defaults(folder):
    cells = read(folder / "forked" / "nothing.ipynb")["cells"]
    assert [cell["metadata"].get("tags") for cell in cells[:2]] == [["parameters"], ["injected-parameters"]]
    assert "".join(cells[1]["source"]) == 'region = "990199"\nyear = 2020'
    assert cells[1]["id"] == "injected-parameters"
    assert outputs(folder, "names", 3)[0]["data"]["text/plain"] == ["('990199', 2020)"]


def test_streams_keep_everything(folder):
    [printed] = outputs(folder, "big", 0)
    assert printed["text"] == ["长" * 100 + "\n"] * 2_000
    assert len(outputs(folder, "big", 1)) == 2500


def test_exceptions_that_are_expected_are_stored(folder):
    [error] = outputs(folder, "raises_exception", 0)
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")


def test_metadata_says_nothing_about_times(folder):
    made = read(folder / "jupyter" / "nothing.ipynb")
    assert set(made["metadata"]) == {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in made["cells"])
