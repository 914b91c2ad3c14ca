"""Finding any of thousands of texts in one pass: a regular expression made of their common beginnings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_SPACE = re.compile(r"\s+")
_WIDE = re.compile("[\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_MARKS = tuple(zip("，。；：？！（）、", ",.;:?!(),", strict=True))


def squeezed(text: str) -> str:
    """A text as it is compared: full-width signs narrowed, no spaces, Chinese stops as ASCII ones."""
    if not text.isascii():
        if _WIDE.search(text):
            text = text.translate(_NARROW)
        for mark, plain in _MARKS:  # several times quicker than translating each character
            text = text.replace(mark, plain)
    return _SPACE.sub("", text)


def word_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Matches the longest of `words` at each place, None for no words.

    Words that begin or end with a Latin letter or digit match as whole ones only: `exam_top` is not in
    `exam_topic`, 12 not in 123.
    """
    tree: dict[str, Any] = {}
    for word in sorted({w for w in words if w}):
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    if not tree:
        return None
    return re.compile(rf"(?:(?<![0-9A-Za-z_])(?=[0-9A-Za-z_])|(?![0-9A-Za-z_])){_branch(tree)}")


def _branch(tree: dict[str, Any]) -> str:
    ends = "" in tree
    ways = []
    for character, node in tree.items():
        if not character:
            continue
        tail, chain = node, re.escape(character)
        last = character
        while len(tail) == 1 and "" not in tail:
            (last, tail) = next(iter(tail.items()))
            chain += re.escape(last)
        if "" in tail and len(tail) == 1:
            ways.append(chain + _edge(last))
        elif "" in tail:
            inner = _branch({k: v for k, v in tail.items() if k})
            ways.append(f"{chain}(?:{inner}|{_edge(last)})")
        else:
            ways.append(chain + _branch(tail))
    joined = "|".join(ways)
    return f"(?:{joined})" if len(ways) > 1 or ends else joined


def _edge(last: str) -> str:
    return r"(?![0-9A-Za-z_])" if last.isascii() and (last.isalnum() or last == "_") else ""


def loose_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of some squeezed words in a text that isn't squeezed, and perhaps more."""
    return re.compile("|".join(sorted({r"\s*".join(map(_forms, word)) for word in words})))


@lru_cache(maxsize=4096)
def _forms(character: str) -> str:
    """A character as it may have been written."""
    forms = {character, *(mark for mark, plain in _MARKS if plain == character)}
    if "!" <= character <= "~":
        forms.add(chr(ord(character) + 0xFEE0))
    escaped = "".join(map(re.escape, sorted(forms)))
    return escaped if len(forms) == 1 else f"[{escaped}]"


@lru_cache(maxsize=4096)
def number_pattern(digits: str) -> re.Pattern[str]:
    """The number as a whole one in a text: 6 is not in 16, 6.5 or 1,600."""
    return re.compile(rf"(?<![\d.,A-Za-z_]){re.escape(digits)}(?:\.0+)?(?![\d.]\d|\d|,\d{{3}}|[A-Za-z_])")
