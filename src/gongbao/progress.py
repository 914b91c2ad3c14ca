"""How far a build is: a bar on a terminal, a line per stage elsewhere. Starts no threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click


class Lines:
    """For logs: one line when a stage starts."""

    def stage(self, name: str, total: int) -> None:
        click.echo(f"{name}：{total}" if total > 1 else name, err=True)

    def step(self, label: str) -> None:
        pass


class Bar:
    """For a terminal: a rich progress bar, redrawn by hand because its timer would be a thread."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[label]}"),
            console=Console(stderr=True),
            auto_refresh=False,
        )
        self.task: int | None = None

    def stage(self, name: str, total: int) -> None:
        self.task = self.progress.add_task(name, total=max(total, 1), completed=0 if total else 1, label="")
        self.progress.refresh()

    def step(self, label: str) -> None:
        if self.task is not None:
            self.progress.update(self.task, advance=1, label=label)  # type: ignore[arg-type]
            self.progress.refresh()


@contextmanager
def progress_for(stream: TextIO) -> Iterator[Lines | Bar]:
    """The progress that suits where it is shown."""
    if not stream.isatty():
        yield Lines()
        return
    bar = Bar()
    with bar.progress:
        yield bar
