"""Changes as a terminal shows them: a summary, what breaks, then a table for each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gongbao.editions.align import inline
from gongbao.editions.change import BREAKS, KINDS, Change, Changes
from gongbao.editions.change_words import STATES, counted, details, difference, places, shown, where
from gongbao.editions.text_table import WIDTH, text_table

BREAKS_TITLE = "改动会影响什么"


def format_changes(changes: Changes, width: int = WIDTH) -> str:
    """The whole comparison as text, lines of at most `width` columns where words allow."""
    return "\n".join([f"{changes.old} → {changes.new}", counted(changes), *changes_lines(changes, width)])


def changes_lines(changes: Changes, width: int = WIDTH) -> list[str]:
    """What breaks, then the changes of each kind."""
    lines = breaks_lines(changes, width)
    for kind in changes.counts:
        found = changes.of(kind)
        lines += ["", f"【{KINDS[kind]}】{len(found)} 处", *_section(changes, kind, found, width)]
    return lines


def breaks_lines(changes: Changes, width: int = WIDTH) -> list[str]:
    """The section of what would break; empty where nothing does."""
    if not changes.breaks:
        return []
    lines = ["", f"【{BREAKS_TITLE}】{len(changes.breaks)} 处"]
    for kind, title in BREAKS.items():
        rows = [(changes.name(b.region), b.text) for b in changes.breaks if b.kind == kind]
        if rows:
            lines += ["", f"{title}（{len(rows)}）", text_table(("县（市、区）", "影响"), rows, width)]
    return lines


def _section(changes: Changes, kind: str, found: Sequence[Change], width: int) -> list[str]:
    if kind == "text":
        return [line for c in found for line in _sentence(changes, c)]
    header: tuple[str, ...]
    cells: Callable[[Change], tuple[str, ...]]
    if kind in ("flip", "verdict"):
        header = ("结论", "原为", "现为", "细节")
        cells = lambda c: (shown(c.old), shown(c.new), _lines(c))  # noqa: E731
    elif kind in ("value", "fact"):
        header = ("指标", "原为", "现为", "变化", "出处和来源")
        cells = lambda c: (shown(c.old), shown(c.new), _change(c), places(c))  # noqa: E731
    elif kind in ("table", "record", "figure", "indicator", "cell", "framework", "method"):
        header = ("名称", "", "改动")
        cells = lambda c: (STATES[c.state], _lines(c))  # noqa: E731
    else:
        header = ("名称", "", "原为", "现为", "细节")
        cells = lambda c: (STATES[c.state], shown(c.old), shown(c.new), _lines(c))  # noqa: E731
    rows = [(where(changes, c), c.subject, *cells(c)) for c in found]
    return [text_table(("县和领域", *header), rows, width)]


def _lines(change: Change) -> str:
    return "\n".join(details(change))


def _change(change: Change) -> str:
    """The size of the change, and the fields that differ besides what is shown."""
    size = difference(change)
    return "\n".join([*([size] if size else []), *details(change)])


def _sentence(changes: Changes, change: Change) -> list[str]:
    lines = [where(changes, change)]
    if change.old and change.new:
        before, after = inline(change.old.shown, change.new.shown)
        return [*lines, f"  − {_marked(before)}", f"  + {_marked(after)}"]
    lines += [f"  − {change.old.shown}"] if change.old else []
    lines += [f"  + {change.new.shown}"] if change.new else []
    return lines


def _marked(pieces: Sequence[tuple[str, bool]]) -> str:
    """A sentence with «what differs» marked."""
    return "".join(f"«{text}»" if differs else text for text, differs in pieces)
