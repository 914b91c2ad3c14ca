"""Where the program begins: what its process needs before anything is imported, then the command."""

from __future__ import annotations

from gongbao.workbooks.process import fix_hash_order, limit_threads, skip_unused_imports


def main(arguments: list[str] | None = None) -> None:
    """Run a command with these arguments; without any, those that this program was started with."""
    if arguments is None:
        fix_hash_order()  # starts the program again: the less has been imported, the better
    limit_threads()
    skip_unused_imports()
    from gongbao.commands import run

    run(arguments)
