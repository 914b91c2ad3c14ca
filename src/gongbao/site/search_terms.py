"""The terms by which a text is found: Chinese in pairs of characters, Latin words and identifiers whole.

`site/theme/search.js` takes a reader's words apart in the same way. Chinese needs no dictionary so: 生师比 is
found where 生师 and 师比 both stand. Numbers are no terms: values are looked up by place and indicator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

_RUNS = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[a-z0-9]+(?:[._][a-z0-9]+)*"
)
_LETTER = re.compile("[a-z]")
LONGEST = 40  # characters of a Latin word; what is longer was never typed by a reader
SHARDS = 64  # files of an index; a reader loads those of the terms that are asked for
# What a reader may write -> what the pages write instead.
OTHER_WORDS = {
    "生师比": ("师生比", "教职工与幼儿比"),
    "校舍面积": ("用房面积", "校舍建设"),
    "入园率": ("毛入园率",),
    "辍学": ("控辍保学",),
    "失学": ("控辍保学",),
    "工资": ("工资收入水平",),
    "经费投入": ("教育经费总投入",),
}


def normal(text: str) -> str:
    """Full-width signs narrowed, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def terms_of(text: str) -> Iterator[str]:
    """The terms of a text, as often as they stand in it."""
    for run in _RUNS.findall(normal(text)):
        if run[0] > "z":
            yield from map("".join, pairwise(run)) if len(run) > 1 else (run,)
        elif 1 < len(run) <= LONGEST and _LETTER.search(run):
            yield run


def all_terms(texts: Iterable[str]) -> set[str]:
    return {term for text in texts for term in terms_of(text)}


def shard_of(term: str, shards: int = SHARDS) -> int:
    """The number of the file that tells of a term; the script computes the same."""
    number = 0
    for character in term:
        number = (number * 31 + ord(character)) % 65521
    return number % shards
