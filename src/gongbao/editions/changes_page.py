"""Changes as a web page: the sections that the correction page and `gongbao diff --format html` share.

Every word is in the page itself; links lead to the old and the new page where their addresses are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gongbao.editions.align import inline
from gongbao.editions.change import BREAKS, DRAWN, KINDS, Change, Changes, Part, Said
from gongbao.editions.change_words import (
    DRAWN_WORDS,
    SHOWN_PARTS,
    STATES,
    counted,
    difference,
    places,
    shown,
    told_parts,
    where,
)
from gongbao.present.table import SYMBOLS
from gongbao.standards.outcome import Outcome

TEMPLATES = Path(__file__).parent / "templates" / "changes"
_SHORT = 12  # characters up to which a field is marked whole
# A page of one side -> its address as a link, "" for none.
Address = Callable[[str], str]

_HEADS = {"flip": "结论", "verdict": "结论", "value": "指标", "fact": "数字", "target": "标准值", "figure": "图",
          "table": "表", "record": "表", "indicator": "指标", "place": "县（市、区）"}  # fmt: skip
_LISTS = ("figure", "table", "record", "indicator", "cell", "framework", "method")
_LONG = 40  # rows from which a table scrolls in a box of its own


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def changes_style() -> str:
    """The style of what was and what is, and as much of a frame as a page without a theme needs. The
    theme's own stands behind it."""
    return (TEMPLATES / "changes.css").read_text("utf-8")


def changes_html(
    changes: Changes,
    *,
    old_address: Address = lambda page: "",
    new_address: Address = lambda page: "",
    old_link: str = "原页面",
    new_link: str = "新页面",
    before: str = "原为",
    after: str = "现为",
    breaks: bool = True,
) -> Markup:
    """The sections of a comparison; `breaks`: with what the change would break, for a draft."""

    def side(said: Said | None, address: Address, link: str) -> dict[str, Any] | None:
        if said is None:
            return None
        word = Outcome(said.outcome).label if said.outcome else ""
        rest = said.shown.removeprefix(word).lstrip("，")
        return {
            "shown": shown(said), "outcome": said.outcome, "word": word, "rest": rest,
            "sign": SYMBOLS[Outcome(said.outcome)] if said.outcome else "",
            "address": address(said.page) if said.page else "", "link": link,
        }  # fmt: skip

    def line(change: Change) -> dict[str, Any]:
        parts = told_parts(change)
        texts = ("", "")
        if change.kind == "text":
            texts = (change.old.shown if change.old else "", change.new.shown if change.new else "")
        paired = inline(*texts) if all(texts) else ([(texts[0], False)], [(texts[1], False)])
        reordered = change.kind in ("table", "record") and change.state == "changed" and not parts
        return {
            "where": where(changes, change), "subject": change.subject, "state": STATES[change.state],
            "old": side(change.old, old_address, old_link), "new": side(change.new, new_address, new_link),
            "parts": [_pieces(part) for part in parts[:SHOWN_PARTS]], "more": max(0, len(parts) - SHOWN_PARTS),
            "remark": "行的次序改变" if reordered else "", "size": difference(change),
            "places": places(change).split("\n"), "before": paired[0], "after": paired[1],
        }  # fmt: skip

    def section(kind: str, found: Sequence[Change]) -> dict[str, Any]:
        form = (
            "sentences"
            if kind == "text"
            else "values"
            if kind == "value"
            else "list"
            if kind in _LISTS
            else "sides"
        )
        lines = [line(change) for change in found]
        details = any(row["parts"] or row["remark"] for row in lines)
        return {
            "kind": kind, "title": KINDS[kind], "form": form, "head": _HEADS.get(kind, "名称"), "lines": lines,
            "details": details, "long": len(lines) > _LONG,
        }  # fmt: skip

    told = [
        (title, [{"where": changes.name(b.region) if b.region else "", "text": b.text} for b in own])
        for kind, title in BREAKS.items()
        if breaks and (own := [b for b in changes.breaks if b.kind == kind])
    ]
    text = environment().get_template("changes.html.j2").render(
        sections=[section(kind, changes.of(kind)) for kind in changes.counts],
        breaks=told, before=before, after=after,
    )  # fmt: skip
    return Markup(text)


def _pieces(part: Part) -> dict[str, Any]:
    """A field with what differs marked; one side alone, or a short text, as a whole."""
    if part.label == DRAWN:
        return {"label": DRAWN_WORDS, "old": None, "new": None}
    if part.old is None or part.new is None or min(len(part.old), len(part.new)) <= _SHORT:
        old, new = (None if text is None else [(text, True)] for text in (part.old, part.new))
    else:
        old, new = inline(part.old, part.new)
    return {"label": f"{part.label}：", "old": old, "new": new}


def diff_page(
    changes: Changes,
    style: str,
    *,
    title: str = "",
    brand: str = "教育督导公报",
    notice: str = "",
    more: str = "",
) -> bytes:
    """A page that stands by itself: `style` is the theme's style sheet, `more` HTML that follows."""
    return whole_page(
        title or f"{changes.old} 与 {changes.new} 的比较",
        changes.old, changes.new, counted(changes), changes_html(changes) + Markup(more), style,
        brand=brand, notice=notice,
    )  # fmt: skip


def whole_page(
    title: str, old: str, new: str, summary: str, body: Markup, style: str, *, brand: str, notice: str
) -> bytes:
    """The frame of a comparison's own page. Nothing is loaded from elsewhere: it can be sent as a file."""
    text = environment().get_template("diff.html.j2").render(
        title=title, old=old, new=new, counted=summary, body=body, brand=brand, notice=notice,
        # a style sheet is no HTML; it must not end the element that holds it
        style=Markup((changes_style() + style).replace("</", "<\\/")),
    )  # fmt: skip
    return text.encode()
