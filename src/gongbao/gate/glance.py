"""All that a page, drawing or JSON file says, at once: enough to see that most files hold nothing to look
at closely.

What is given here holds every text that `pieces` would give, in its order and without a gap inside; the
ends of texts are not told exactly. So what isn't found here is in no piece either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from gongbao.gate.markup import DRAWN, INLINE, LOOK_NAMES
from gongbao.gate.texts import cell_text

_HIDDEN = re.compile(
    r"<!--(.*?)-->|<script\b([^>]*)>(.*?)</script\s*>|<style\b[^>]*>(.*?)</style\s*>", re.DOTALL
)
# A tag without < or > in its values: with others the text that is left holds a < and is read closely.
_TAG = re.compile(r"(<[a-zA-Z/][^<>\"']*(?:\"[^\"<>]*\"[^<>\"']*)*>)")
_PROLOG = re.compile(r"\ufeff?\s*(?:<\?xml[^<>]*\?>)?\s*(?:<!DOCTYPE[^<>]*>)?", re.IGNORECASE)
_NAME = re.compile(r"</?([\w:-]+)")
_LOOK = re.compile(rf'\s(?:{"|".join(map(re.escape, LOOK_NAMES.split()))})="[^"]*"', re.IGNORECASE)
_SILENT = INLINE | DRAWN


def markup_glance(markup: str) -> str | None:
    """The text of an HTML or SVG file, what belongs together joined, then what its attributes, comments and
    scripts say; None where it is written so that only a close reading can tell."""
    prolog = _PROLOG.match(markup)
    hidden: list[str] = [prolog[0]] if prolog else []
    markup = markup[prolog.end() :] if prolog else markup
    if "<!--" in markup or "<script" in markup or "<style" in markup:
        for comment, kind, script, style in _HIDDEN.findall(markup):
            hidden += [unescape(comment), style]
            if script.strip():
                hidden += _script(script, kind)
        markup = _HIDDEN.sub("", markup)
    parts = _TAG.split(markup)
    tags = set(parts[1::2])
    ends = {tag: "" if _named(tag) in _SILENT else "\n" for tag in tags}
    parts[1::2] = map(ends.__getitem__, parts[1::2])
    text = "".join(parts)
    if "<" in text:
        return None
    said = _LOOK.sub("", "\n".join(tag for tag in tags if "=" in tag))
    shown = f"{text}\n{said}"
    return "\n".join([unescape(shown) if "&" in shown else shown, *hidden])


def without_tables(markup: str, concerned: Callable[[str], bool]) -> str:
    """The markup with those of its tables empty that say nothing of concern; whole where one may stand in
    another or in what isn't shown, where rows stand outside, or a drawing is cut by a table's edge."""
    head, *tables = markup.split("<table")
    if _HIDDEN.sub("", markup).count("<table") != len(tables) or not _plain_outside(head):
        return markup
    parts = [head]
    for table in tables:
        inside, end, rest = table.partition("</table>")
        if not end or not _drawings_end(inside) or not _plain_outside(rest):
            return markup
        said = None if _HEADING.search(inside) else markup_glance(f"<table{inside}{end}")
        parts.append(f"<table{inside}{end}" if said is None or concerned(said) else "<table></table>")
        parts.append(rest)
    return "".join(parts)


_HEADING = re.compile("<h[1-4]", re.IGNORECASE)
_OF_TABLE = re.compile(r"</?(?:table|tr|td|th)\b", re.IGNORECASE)
_DRAWING = re.compile(r"<(/?)svg\b", re.IGNORECASE)


def _plain_outside(markup: str) -> bool:
    """Whether what stands between tables holds nothing of a table, and no half of a drawing."""
    return _OF_TABLE.search(markup) is None and _drawings_end(markup)


def _drawings_end(markup: str) -> bool:
    """Whether drawings stand one after the other in it, each from its beginning to its end."""
    ends = _DRAWING.findall(markup)
    return ends == ["", "/"] * (len(ends) // 2)


def _named(tag: str) -> str:
    match = _NAME.match(tag)
    return match[1].lower() if match else ""


def _script(source: str, kind: str) -> list[str]:
    if "json" in kind:
        try:
            return [json_glance(source)]
        except ValueError:
            pass  # not the JSON it says it is: text like any other
    return [unescape(source)]


def json_glance(source: str) -> str:
    """The values of a JSON text, those of an object together, and its keys. Raises ValueError for another text."""
    said: list[str] = []
    keys: set[tuple[str, ...]] = set()

    def take(pairs: list[tuple[str, Any]]) -> object:
        keys.add(tuple([key for key, _ in pairs]))
        plain = [cell_text(v) for _, v in pairs if v is not True and v is not False and _is_plain(v)]
        said.append(" ".join(plain))
        for text in plain:
            if "<" in text and ">" in text:
                said.append(_inner(text))
        for _, value in pairs:
            if isinstance(value, list):
                said.extend(_of_list(value))
        return _SEEN

    content = json.loads(source, object_pairs_hook=take)
    if isinstance(content, list):
        said.extend(_of_list(content))
    elif isinstance(content, str):
        said.append(content)
    for each in keys:
        said += each
        said.append(" ".join(each))
    return "\n".join(said)


_SEEN = object()  # stands for an object that has been taken


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _of_list(values: list[Any]) -> Iterator[str]:
    if values and all(isinstance(v, str) for v in values):
        joined = "".join(values)
        yield joined
        if "<" in joined:
            yield _inner(joined)
    elif values and all(v is None or _is_plain(v) for v in values):
        yield " ".join(filter(None, map(cell_text, values)))
    else:
        for value in values:
            if isinstance(value, list):
                yield from _of_list(value)
            elif isinstance(value, str):
                yield value


def _inner(markup: str) -> str:
    """Markup in a text of a JSON file; the signs that a close look would go by, where only that can tell."""
    glance = markup_glance(markup)
    return CLOSELY if glance is None else glance


CLOSELY = "\ue000看"  # in a glance: look closely, whatever else it says
