"""How a report shows what `present` makes: as IPython's `display` does, without its general search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from IPython.display import display


class Displayed(Protocol):
    """What says itself how it is displayed."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """MIME type -> content."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading above what follows it."""

    words: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            "text/markdown": f"## {self.words}",
            "text/plain": "<IPython.core.display.Markdown object>",  # as IPython says it of its own
        }


def show(item: Displayed) -> None:
    """Display an object that gives all its forms itself: IPython need not ask it for each other one."""
    display(item._repr_mimebundle_(), raw=True)
