"""The cells of workbooks compiled once, before the forks: every report of a workbook runs the same code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from IPython.core.compilerop import CachingCompiler

_Tree = tuple[str, str, str, int]
_trees: dict[_Tree, ast.AST] = {}
_codes: dict[tuple[int, str, str, int], Any] = {}
"""By the id of a statement of `_trees` (which are never let go), file name, mode and flags."""


class CellCompiler(CachingCompiler):
    """IPython's compiler, which takes over what `compile_cells` has compiled under the same name and flags.

    `usual` says whether a tree reaches this compiler as it was read; a cell may ask IPython to change trees.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.usual: Callable[[], bool] = lambda: True

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        known = _trees.get((source, filename, symbol, self.flags)) if self.usual() else None
        return super().ast_parse(source, filename, symbol) if known is None else known

    def __call__(self, source: Any, filename: str, symbol: str, **options: Any) -> Any:
        statement = _only(source)
        if statement is not None and not options and self.usual():
            known = _codes.get((id(statement), filename, symbol, self.flags))
            # A statement of `__future__` changes the flags of what follows: that is left to the real one.
            if known is not None:
                return known
        return super().__call__(source, filename, symbol, **options)


def compile_cells(cells: Iterable[str]) -> None:
    """Compile the code cells of a notebook, transformed and in their order, as a shell will ask for them."""
    compiler = CellCompiler()
    for number, source in enumerate(cells, 1):
        flags = compiler.flags
        name = compiler.get_code_name(source, source, number)
        key = source, name, "exec", flags
        # A cell that can't be compiled says so when it runs.
        with suppress(SyntaxError, ValueError):
            if key in _trees:
                continue
            tree: Any = compiler.ast_parse(source, name)
            *first, last = [*tree.body] or [None]
            shown = isinstance(last, ast.Expr)
            modes = [(node, "exec") for node in (first if shown else tree.body)]
            if shown:
                modes.append((last, "single"))
            with compiler.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
                for node, mode in modes:
                    part = ast.Module([node], []) if mode == "exec" else ast.Interactive([node])
                    before = compiler.flags
                    code = compiler(part, name, mode)
                    if compiler.flags == before:
                        _codes[id(node), name, mode, before] = code
            _trees[key] = tree


def _only(source: Any) -> ast.stmt | None:
    """The statement of a tree that holds just one."""
    if isinstance(source, ast.Module | ast.Interactive) and len(source.body) == 1:
        return source.body[0]
    return None
