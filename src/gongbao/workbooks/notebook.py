"""A workbook as it is stored: a notebook with a `parameters` cell and no outputs."""

from __future__ import annotations

import ast
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from gongbao.workbooks.volatile import cell_warnings
from gongbao.workbooks.written import notebook_text

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
"""Tag and id of the cell that a build inserts after the parameters cell (papermill's convention)."""

# What JupyterLab writes about the machine and the moment; neither changes what a report says.
_VOLATILE = ("language_info", "kernelspec", "papermill", "execution", "widgets", "signature")
_VOLATILE_IN_CELLS = ("execution", "papermill", "collapsed", "scrolled", "ExecuteTime")

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
"""What nbclient notes about the kernel, but for the interpreter's version, which differs by machine."""


_WARNINGS: dict[str, tuple[str, ...]] = {}
"""By a workbook's digest: its cells are looked through once, and not for each of its reports."""


class WorkbookError(Exception):
    """A workbook can't be used as it stands; the text names the file and says what would be right."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook, read and checked.

    `defaults` are the parameters and the values they have when the notebook runs by itself;
    `digest` is the SHA-256 of cells and metadata in canonical form, outputs and notes of the editor
    left out.
    """

    path: Path
    defaults: Mapping[str, Any]
    digest: str
    _notebook: NotebookNode = field(repr=False, compare=False)

    @property
    def area(self) -> str:
        """The indicator area, which is the file's name."""
        return self.path.stem

    @property
    def name(self) -> str:
        """The file's name, as errors show it."""
        return self.path.name

    @property
    def title(self) -> str:
        """The heading of the first prose cell; the file's name where there is none."""
        return self._opening()[0] or self.area

    @property
    def description(self) -> str:
        """The first paragraph below the heading, "" if there is none."""
        return self._opening()[1]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What in its cells would give another result at another time (`volatile`): a line for each."""
        if self.digest not in _WARNINGS:
            _WARNINGS[self.digest] = cell_warnings(self.name, self.sources())
        return _WARNINGS[self.digest]

    def sources(self, injected: str = "") -> list[str]:
        """The code of its cells, in order; with `injected` as the cell that a build inserts, if it is given."""
        found = []
        for cell in self._notebook.cells:
            if cell.cell_type == "code":
                found.append(str(cell.source))
                if injected and PARAMETERS_TAG in cell.metadata.get("tags", []):
                    found.append(injected)
        return found

    def _opening(self) -> tuple[str, str]:
        prose = next((cell.source for cell in self._notebook.cells if cell.cell_type == "markdown"), "")
        blocks = [block.strip() for block in prose.split("\n\n") if block.strip()]
        if not blocks or not blocks[0].startswith("# "):
            return "", ""
        return blocks[0].removeprefix("# ").strip(), " ".join(blocks[1].split("\n")) if blocks[1:] else ""

    @classmethod
    def load(cls, path: Path) -> Workbook:
        """Read `path`; raises WorkbookError if it is not a workbook."""
        notebook = _read(path)
        tagged = [cell for cell in notebook.cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
        if len(tagged) != 1 or tagged[0].cell_type != "code":
            raise WorkbookError(
                f"{path.name} 里应当恰好有一个带标签“{PARAMETERS_TAG}”的代码单元，现有 {len(tagged)} 个："
                "请在 JupyterLab 右侧的属性栏里给写有 region 和 year 的单元加上这个标签。"
            )
        defaults = _defaults(path, tagged[0].source)
        for cell in notebook.cells:
            for key in _VOLATILE_IN_CELLS:
                cell.metadata.pop(key, None)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        for key in _VOLATILE:
            notebook.metadata.pop(key, None)
        return cls(path, defaults, _digest(notebook), notebook)

    def with_parameters(self, values: Mapping[str, Any]) -> NotebookNode:
        """A new notebook ready to run, with `values` set in a cell right after the parameters cell.

        Raises WorkbookError for a name that the parameters cell does not set, or a value of another
        type than its default (a whole number may stand for a float).
        """
        self.check_parameters(values)
        notebook = deepcopy(self._notebook)
        notebook.metadata["kernelspec"] = NotebookNode(KERNELSPEC)
        lines = [f"{name} = {_literal(values[name])}" for name in self.defaults if name in values]
        injected = nbformat.v4.new_code_cell("\n".join(lines), id=INJECTED_TAG)
        injected.metadata["tags"] = [INJECTED_TAG]
        places = [
            index
            for index, cell in enumerate(notebook.cells)
            if PARAMETERS_TAG in cell.metadata.get("tags", [])
        ]
        notebook.cells.insert(places[0] + 1, injected)
        return notebook

    def check_parameters(self, values: Mapping[str, Any]) -> None:
        """Raises WorkbookError where `with_parameters` would."""
        for name, value in values.items():
            self._check(name, value)

    def _check(self, name: str, value: Any) -> None:
        if name not in self.defaults:
            known = "、".join(self.defaults)
            raise WorkbookError(f"{self.name} 没有参数“{name}”；它的参数有：{known}。")
        default = self.defaults[name]
        fits = type(value) is type(default) or (type(default) is float and type(value) is int)
        if default is not None and not fits:
            raise WorkbookError(
                f"{self.name} 的参数“{name}”应当是 {type(default).__name__}（如 {default!r}），"
                f"给的是 {type(value).__name__}（{value!r}）。"
            )


def load_workbooks(folder: Path) -> dict[str, Workbook]:
    """Every workbook of a folder by area, in the order of the names.

    Raises WorkbookError with the errors of all of them.
    """
    workbooks, errors = {}, []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            workbooks[path.stem] = Workbook.load(path)
        except WorkbookError as error:
            errors.append(str(error))
    if errors:
        raise WorkbookError("\n".join(errors))
    return workbooks


def _read(path: Path) -> NotebookNode:
    try:
        raw = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise WorkbookError(f"找不到工作簿 {path.name}。") from error
    except ValueError as error:
        raise WorkbookError(f"{path.name} 不是 Jupyter 笔记本：{error}。") from error
    cells = raw.get("cells") if isinstance(raw, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise WorkbookError(f"{path.name} 不是 Jupyter 笔记本：里面没有 cells。")
    version = (raw.get("nbformat"), raw.get("nbformat_minor"))
    if not all(isinstance(number, int) for number in version):
        raise WorkbookError(f"{path.name} 不是 Jupyter 笔记本：没有格式版本（nbformat）。")
    if version < (4, 5):
        raise WorkbookError(
            f"{path.name} 的格式版本太旧（应为 4.5，单元才有固定编号）：请用 JupyterLab 打开并保存一次。"
        )
    # nbformat would give a repeated cell a random id, and the output would differ from run to run.
    _refuse_repeated(path, (cell.get("id") for cell in cells))
    try:
        notebook = nbformat.from_dict(raw)
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise WorkbookError(f"{path.name} 不是有效的 Jupyter 笔记本：{error.message}。") from error
    joined: NotebookNode = nbformat.v4.rwbase.rejoin_lines(notebook)
    return joined


def _refuse_repeated(path: Path, ids: Iterable[Any]) -> None:
    counts = Counter(ids)
    repeated = [str(name) for name, count in counts.items() if count > 1]
    if INJECTED_TAG in counts:
        raise WorkbookError(f"{path.name} 里已有编号为“{INJECTED_TAG}”的单元：那是生成时插入的，请删去。")
    if repeated:
        raise WorkbookError(f"{path.name} 里有重复的单元编号：{'、'.join(repeated)}；请删去其中一个再重写。")


def _defaults(path: Path, source: str) -> dict[str, Any]:
    """The names and values that the parameters cell assigns: plain literals only."""
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise WorkbookError(f"{path.name} 的参数单元第 {error.lineno} 行写法有误：{error.msg}。") from error
    defaults: dict[str, Any] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case _:
                raise WorkbookError(
                    f"{path.name} 的参数单元第 {statement.lineno} 行不是参数：这里只能写 名称 = 值。"
                )
        try:
            defaults[name] = ast.literal_eval(value)
        except ValueError as error:
            raise WorkbookError(
                f"{path.name} 的参数单元第 {statement.lineno} 行：参数“{name}”只能写成字面值，不能是算式或函数。"
            ) from error
    return defaults


def _literal(value: Any) -> str:
    """Python source of a plain value, with double quotes, as people write it."""
    match value:
        case str():
            # JSON's escapes are all Python's too.
            return json.dumps(value, ensure_ascii=False)
        case float() if not math.isfinite(value):
            raise WorkbookError(f"参数的值不能是 {value}。")
        case None | bool() | int() | float():
            return repr(value)
        case list() | tuple():
            items = ", ".join(_literal(item) for item in value)
            if isinstance(value, list):
                return f"[{items}]"
            return f"({items},)" if len(value) == 1 else f"({items})"
        case dict():
            return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
        case _:
            raise WorkbookError(f"参数的值不能是 {type(value).__name__}。")


def _digest(notebook: NotebookNode) -> str:
    parts = {
        "cells": [
            {
                "id": cell.id,
                "type": cell.cell_type,
                "source": cell.source,
                "metadata": cell.metadata,
                "attachments": cell.get("attachments", {}),
            }
            for cell in notebook.cells
        ],
        "metadata": notebook.metadata,
    }
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_notebook(notebook: NotebookNode, target: Path) -> None:
    """Write a notebook to `target`, whole or not at all; folders above it are made. It is of no use after."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(notebook_text(notebook) + "\n")
    partial.replace(target)
