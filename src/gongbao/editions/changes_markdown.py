"""Changes as Markdown, for a comment on a proposed change: what flips and what breaks first, the rest in short.

Written for the dialects of GitHub and GitLab. What comes from the data is plain text there: it can't make
a link, a mention or a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongbao.editions.align import inline
from gongbao.editions.change import BREAKS, KINDS, Change, Changes
from gongbao.editions.change_words import STATES, counted, details, difference, places, shown, where

LIMIT = 60_000
"""Characters: a comment of GitHub may have 65,536."""

_ROWS = 40  # of one kind of change in one edition; the JSON and HTML files hold all
_PARTS = 4  # of one change
_AROUND = 20  # characters of an unchanged run that are told on either side of a change
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")
# No tag, nobody called, no address made a link.
_ENTITIES = (("<", "&lt;"), (">", "&gt;"), ("@", "&#64;"), ("://", "&#58;//"))
_REST = "\n其余 {n} 处见 diff.html 和 diff.json。\n"


def format_markdown(changes: Changes) -> str:
    """One comparison as a section of a comment."""
    lines = [f"### {_text(changes.old)} → {_text(changes.new)}", "", _text(counted(changes)), ""]
    for kind, title in BREAKS.items():
        told = [b for b in changes.breaks if b.kind == kind]
        if told:
            lines += [f"**{title}**（{len(told)}）", ""]
            names = (f"{changes.name(b.region)}：" if b.region else "" for b in told[:_ROWS])
            lines += [f"- {_text(name + b.text)}" for name, b in zip(names, told, strict=False)]
            lines += _more(len(told))
    for kind in changes.counts:
        found = changes.of(kind)
        lines += ["<details" + (" open" if kind == "flip" else "") + ">"]
        lines += [f"<summary>{KINDS[kind]}（{len(found)}）</summary>", ""]
        lines += list(_table(changes, found)) + _more(len(found)) + ["</details>", ""]
    return "\n".join(lines).rstrip() + "\n"


def shortened(text: str, limit: int = LIMIT) -> str:
    """A comment that fits: cut at a line, with the word that it is."""
    if len(text) <= limit:
        return text
    end = "\n</details>\n\n……内容太长，只列出前面一部分；全部见 diff.html 和 diff.json。\n"
    kept = text[: limit - len(end)].rpartition("\n")[0]
    opened = kept.count("<details") > kept.count("</details>")
    return kept + (end if opened else end.removeprefix("\n</details>\n"))


def _table(changes: Changes, found: Sequence[Change]) -> Iterator[str]:
    yield "| 县和领域 | 名称 | 原为 | 现为 | 变化、细节和出处 |"
    yield "|---|---|---|---|---|"
    for change in found[:_ROWS]:
        old, new = _sides(change)
        hidden = ("显示", "数值") if change.kind in ("value", "fact") else ()  # the columns show them
        parts = details(replace(change, parts=tuple(p for p in change.parts if p.label not in hidden)))
        told = [difference(change), *parts[:_PARTS], *places(change).split("\n")]
        if change.state != "changed":
            told.insert(0, STATES[change.state])
        more = "<br>".join(_text(part) for part in told if part)
        yield f"| {_text(where(changes, change))} | {_text(change.subject)} | {old} | {new} | {more} |"


def _sides(change: Change) -> list[str]:
    """What was and what is; of a sentence only what differs and the words around it."""
    if change.kind == "text" and change.old and change.new:
        was, now = inline(change.old.shown, change.new.shown)
        return [_marked(was, "del"), _marked(now, "ins")]
    return ["—" if side is None else _text(shown(side)) for side in (change.old, change.new)]


def _marked(runs: Sequence[tuple[str, bool]], tag: str) -> str:
    return "".join(f"<{tag}>{_text(run)}</{tag}>" if changed else _text(_near(run)) for run, changed in runs)


def _near(run: str) -> str:
    return run if len(run) <= 2 * _AROUND else f"{run[:_AROUND]}…{run[-_AROUND:]}"


def _more(number: int) -> list[str]:
    return [_REST.format(n=number - _ROWS) if number > _ROWS else ""]


def _text(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    plain = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))
    for sign, entity in _ENTITIES:
        plain = plain.replace(sign, entity)
    return "<br>".join(plain.splitlines())
