"""The characters that the chart font holds; text with others is measured by chance."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

# "−" (U+2212) is how Vega writes a number below zero.
SIGNS = "−〔〕·—…‰℃㎡㎥→↑↓←▲▼●○■□★☆≤≥≠≈±×÷√✓“”‘’￥"


@cache
def characters() -> str:
    """ASCII, Latin-1, the characters of GB 2312 and a few signs that bulletins use."""
    basic = [chr(c) for c in (*range(0x20, 0x7F), *range(0xA0, 0x100))]
    gb2312: list[str] = []
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            gb2312.extend(bytes((high, low)).decode("gb2312", "ignore"))
    return "".join(dict.fromkeys([*basic, *gb2312, *SIGNS]))


def missing_characters(spec: Any) -> str:
    """The characters of a chart's texts that the font lacks, each once, in the order of their codes."""
    return "".join(sorted({c for text in _texts(spec) for c in text} - known_characters()))


@cache
def known_characters() -> frozenset[str]:
    """The same, and those that are not drawn."""
    return frozenset(characters()) | frozenset("\n\r\t")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
