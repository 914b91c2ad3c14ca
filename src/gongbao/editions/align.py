"""Which sentence or row of the new stands for which of the old.

All of it is symmetric: pairing new with old gives the same pairs turned round, so that a comparison read
backwards says the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

Pair = tuple[int | None, int | None]  # positions in old and new; None where there is no counterpart
Row = Sequence[str]
Item = TypeVar("Item")

SIMILAR = 0.5  # from which two sentences or rows are the same one, changed
_LARGE = 250_000  # cells of the score table: beyond it only equal items are paired
_NUMBER = re.compile(r"\d[\d,.]*")


def align(old: Sequence[str], new: Sequence[str], alike: Callable[[str, str], float]) -> list[Pair]:
    """Pairs in reading order: equal items first of all, then similar ones (`alike`, 0 to 1) between them.

    Order is kept: what moved is a removal and an addition.
    """
    if tuple(new) < tuple(old):  # one orientation for both directions: ties fall the same way
        return [(a, b) for b, a in _aligned(new, old, alike)]
    return _aligned(old, new, alike)


def _aligned(old: Sequence[str], new: Sequence[str], alike: Callable[[str, str], float]) -> list[Pair]:
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    middle = _equal_pairs(left, right) if len(left) * len(right) > _LARGE else _best_pairs(left, right, alike)
    head: list[Pair] = [(i, i) for i in range(start)]
    tail: list[Pair] = [(len(old) - i, len(new) - i) for i in range(end, 0, -1)]
    return head + [(_plus(a, start), _plus(b, start)) for a, b in middle] + tail


def _plus(position: int | None, start: int) -> int | None:
    return None if position is None else position + start


def _best_pairs(old: Sequence[str], new: Sequence[str], alike: Callable[[str, str], float]) -> list[Pair]:
    """The alignment of the highest total score: 2 for equal, the likeness for similar, nothing for alone."""
    scores = [[_score(a, b, alike) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = best[i + 1][j + 1] + scores[i][j] if scores[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if scores[i][j] and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs + [(k, None) for k in range(i, len(old))] + [(None, k) for k in range(j, len(new))]


def _score(a: str, b: str, alike: Callable[[str, str], float]) -> float:
    if a == b:
        return 2.0
    likeness = alike(a, b)
    return likeness if likeness >= SIMILAR else 0.0


def _equal_pairs(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    pairs: list[Pair] = []
    i = j = 0
    for a, b, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        pairs += [(k, None) for k in range(i, a)] + [(None, k) for k in range(j, b)]
        pairs += [(a + k, b + k) for k in range(size)]
        i, j = a + size, b + size
    return pairs


def sentence_likeness(a: str, b: str) -> float:
    """0 to 1 (Dice, pairs of characters); numbers count as one sign, for it is they that change."""
    left, right = _bigrams(a), _bigrams(b)
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _bigrams(text: str) -> Counter[str]:
    plain = _NUMBER.sub("0", text)
    return Counter(plain[i : i + 2] for i in range(len(plain) - 1)) or Counter([plain])


def row_pairs(old: Sequence[Row], new: Sequence[Row]) -> list[Pair]:
    """Rows of two tables paired by the fewest leading columns that tell all rows of both apart.

    Where not even the whole rows do, the first column and the order among its equals decide. Pairs stand
    in the order of the new table, what is gone after what stood before it.
    """
    left, right = _row_keys(old, new)
    return keyed_pairs(left, right)


def _row_keys(old: Sequence[Row], new: Sequence[Row]) -> tuple[list[Hashable], list[Hashable]]:
    width = min((len(row) for row in (*old, *new)), default=0)
    for count in range(1, width + 1):
        keys = [[tuple(row[:count]) for row in rows] for rows in (old, new)]
        if all(len(set(own)) == len(own) for own in keys):
            return list(keys[0]), list(keys[1])
    return [tuple(row[:1]) for row in old], [tuple(row[:1]) for row in new]


def keyed_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Positions of equal keys, the n-th of equal ones with the n-th."""
    left, right = numbered(old), numbered(new)
    places = {key: j for j, key in enumerate(right)}
    gone_after: dict[int, list[Pair]] = {}  # position in new, -1 before the first -> what is gone there
    last = -1
    for i, key in enumerate(left):
        if key in places:
            last = places[key]
        else:
            gone_after.setdefault(last, []).append((i, None))
    origin = {key: i for i, key in enumerate(left)}
    pairs = gone_after.get(-1, [])
    for j, key in enumerate(right):
        pairs = [*pairs, (origin.get(key), j), *gone_after.get(j, ())]
    return pairs


def numbered(keys: Iterable[Hashable]) -> list[tuple[Hashable, int]]:
    """Each key with how many equal ones stand before it."""
    seen: Counter[Hashable] = Counter()
    found = []
    for key in keys:
        found.append((key, seen[key]))
        seen[key] += 1
    return found


def words(text: str) -> list[str]:
    """A sentence as signs, numbers whole: what `inline` compares."""
    return re.findall(r"\d[\d,.]*|.", text, re.DOTALL)


def inline(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both sentences in pieces, each with whether it differs from the other sentence."""
    if (new, old) < (old, new):
        right, left = inline(new, old)
        return left, right
    a, b = words(old), words(new)
    before: list[tuple[str, bool]] = []
    after: list[tuple[str, bool]] = []
    for kind, i, i2, j, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if i2 > i:
            before.append(("".join(a[i:i2]), kind != "equal"))
        if j2 > j:
            after.append(("".join(b[j:j2]), kind != "equal"))
    return before, after
