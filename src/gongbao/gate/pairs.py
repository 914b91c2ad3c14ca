"""Numbers that may not stand beside certain words: whether a piece holds both, so that one tells the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gongbao.gate.leaks import Rule
from gongbao.gate.piece import Piece
from gongbao.gate.secrets import Pair, Place
from gongbao.gate.words import number_pattern, squeezed
from gongbao.present.published import PERSONS

Hit = tuple[Rule, str, str]  # rule, value as shown, what it is

SENTENCE = re.compile(r"[。；;！!？?\n]")
DIGIT = re.compile(r"\d")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_NUMBER_CELL = re.compile(r"^(?:约|近)?(-?\d[\d,]*(?:\.\d+)?)(?:余)?[^\d]{0,6}$")
_NO_VALUE = re.compile("行号|序号|编号|年度|年份|标准|限值|下限|上限|小数位|月份")
_OTHER_STATISTIC = frozenset(("增长率", "差异系数", "标准差"))


def pair_hits(
    piece: Piece,
    scope: Place | None,
    own_page: str,
    pairs: Mapping[Place, Sequence[Pair]],
    names: Mapping[str, tuple[str, ...]],
) -> Iterator[Hit]:
    """Which of `pairs` a piece tells. `names`: those of each region that a page of several may be about;
    `own_page`: the indicator whose page it is."""
    if piece.program or not DIGIT.search(piece.text):
        return
    places = _places(piece, scope, pairs, names)
    if not places:
        return
    text = squeezed(piece.text)
    around = text + squeezed(" ".join(piece.header)) if piece.header else text
    digits = text.replace(",", "")
    for pair in (pair for place in places for pair in pairs[place]):
        if not any(number in digits for number in pair.numbers):
            continue
        on_own_page = bool(pair.page) and pair.page == own_page
        if pair.others and not any(word in _without(around, pair.others) for word in pair.words):
            continue
        if not (on_own_page or any(word in around for word in pair.words)):
            continue
        told = (
            _in_row(pair, piece, scope, on_own_page)
            if piece.cells
            else any(
                _in_text(pair, squeezed(sentence), drawing=piece.drawing)
                for sentence in SENTENCE.split(piece.text)
                if _speaks_of(sentence, pair.year, scope)
            )
        )
        if told:
            yield pair.rule, pair.numbers[0], pair.what


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text


def _places(
    piece: Piece,
    scope: Place | None,
    pairs: Mapping[Place, Sequence[Pair]],
    names: Mapping[str, tuple[str, ...]],
) -> list[Place]:
    """The regions and years that a piece may tell of, of those that have pairs."""
    around = f"{piece.place} {piece.text} {' '.join(piece.header)}"
    years = {int(y) for y in YEAR.findall(around)} if "20" in around or "19" in around else set()
    if scope is not None:
        years.add(scope[1])
        if "上年" in around:
            years.add(scope[1] - 1)
        return [(scope[0], year) for year in sorted(years) if (scope[0], year) in pairs]
    return [
        (region, year)
        for region, year in (pairs if years else ())
        if year in years and any(name in around for name in names.get(region, ()))
    ]


def _in_row(pair: Pair, piece: Piece, scope: Place | None, on_own_page: bool) -> bool:
    if _OTHER_STATISTIC & set(piece.cells):
        return False
    stated = {int(y) for cell in piece.cells for y in YEAR.findall(cell) if len(cell) <= 6}
    if stated and pair.year not in stated:
        return False
    if pair.unit in PERSONS and any(
        header.strip() == "单位" and cell.strip() and cell.strip() not in PERSONS
        for header, cell in piece.labelled()
    ):
        return False
    # A row that names the year itself may stand under any heading that doesn't name another.
    about = None if pair.year in stated else scope
    words = pair.words
    labels = [squeezed(cell) for cell in piece.cells]
    in_row = on_own_page or any(
        word in label and not _OTHER_THING.search(label.replace(word, ""))
        for label in labels
        for word in words
    )
    for header, cell in piece.labelled():
        match = _NUMBER_CELL.match(cell.strip())
        if match is None or _NO_VALUE.search(header) or _elsewhen(header, pair.year, about):
            continue
        head = squeezed(header)
        if pair.unit in PERSONS and _THINGS.search(cell):
            continue
        if (in_row or any(word in head for word in words)) and _same(match[1], pair.numbers):
            return True
    return any(
        _in_text(pair, squeezed(sentence), drawing=False)
        for header, cell in piece.labelled()
        for sentence in SENTENCE.split(cell)
        if pair.year in stated or _speaks_of(f"{header} {sentence}", pair.year, scope)
    )


def _in_text(pair: Pair, text: str, *, drawing: bool) -> bool:
    for number in pair.numbers:
        if number not in text:
            continue
        if pair.apart or drawing:
            if number_pattern(number).search(text) and any(word in text for word in pair.words):
                return True
            continue
        for word in pair.words:
            start = text.find(word)
            while start >= 0:
                rest = text[start + len(word) :]
                gap = _GAP.match(rest)
                tail = rest[gap.end() :] if gap else rest
                match = number_pattern(number).match(tail)
                other = gap is not None and _OTHER_THING.search(gap[0])
                if (
                    match
                    and not other
                    and not (pair.unit in PERSONS and _THINGS.match(tail[match.end() - 1 :]))
                ):
                    return True
                start = text.find(word, start + 1)
    return False


_GAP = re.compile(r"[^\d.;<]{0,8}")
# “通报批评单位” counts something else than “通报批评”.
_OTHER_THING = re.compile("单位|学校|部门|乡镇|机构|事项|案件|次数|件数|占比|比例")
_THINGS = re.compile(r"\d(?:余)?[个所件次项起处校县份家]")


# “比上年下降16.67%” compares this year's number with last year's, and doesn't give that one.
_LAST_YEAR = re.compile("上年(?!提高|降低|下降|增长|增加|减少|持平)")


def _speaks_of(sentence: str, year: int, scope: Place | None) -> bool:
    """Whether a sentence on a page of `scope` tells of that year: it names it, or names none."""
    years = {int(y) for y in YEAR.findall(sentence)}
    if scope is None:
        return not years or year in years
    if year == scope[1]:
        return not years or year in years
    return year in years or (year == scope[1] - 1 and _LAST_YEAR.search(sentence) is not None)


def _elsewhen(header: str, year: int, scope: Place | None) -> bool:
    """Whether a column holds the numbers of another year than `year`."""
    years = {int(y) for y in YEAR.findall(header)}
    if not years and "上年" in header:
        return scope is None or year != scope[1] - 1
    return year not in years if years else scope is not None and year != scope[1]


def _same(cell: str, numbers: tuple[str, ...]) -> bool:
    value = float(cell.replace(",", ""))
    return any(value == float(number) for number in numbers)
