"""Spaces between words that stand in different elements: Chinese needs none there, English does.

“检查<data>12所</data>（中小学）” becomes “Inspected<data>12 schools</data>(schools)”, each part for itself; here the
spaces come in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gongbao.english.phrases import CHINESE

_TAG = re.compile(r"<[^>]*>")
_BEFORE, _AFTER = ",;:.%)”", "(“<≥≤"


def spaced(tokens: Sequence[str], made: list[str], joins: Callable[[str], bool]) -> None:
    """Put the spaces into `made`, the English of `tokens` (texts at even places, tags at odd ones). `joins`: whether
    words before and after a tag stand in one line of text. A space stands outside the inner element."""
    last = -1
    for i, token in enumerate(tokens):
        if i % 2:
            last = last if joins(token) else -1
        elif not token:
            continue
        elif token.isspace():
            last = -1
        else:
            if last >= 0 and _lacks(tokens, made, last, i):
                _put(tokens, made, i)
            last = i


def _lacks(tokens: Sequence[str], made: list[str], last: int, i: int) -> bool:
    if tokens[last][-1].isspace() or tokens[i][0].isspace():
        return False
    if not CHINESE.search(tokens[last]) and not CHINESE.search(tokens[i]):
        return False
    before, after = _TAG.sub("", made[last])[-1:], _TAG.sub("", made[i])[:1]
    if CHINESE.match(before) and CHINESE.match(after):
        return False
    return (before.isalnum() or before in _BEFORE) and (after.isalnum() or after in _AFTER)


def _put(tokens: Sequence[str], made: list[str], i: int) -> None:
    if tokens[i - 1].startswith("</"):
        made[i] = " " + made[i]
    else:
        made[i - 2] += " "
