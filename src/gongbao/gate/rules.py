"""The rules held against a file: words, examinations, personal data, and numbers beside words (`pairs`).

A file's whole text is looked at first: most hold nothing that a rule would look at more closely, and of
those that do only the pieces concerned are judged one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from gongbao.data.privacy import NAME, exam_results, person_names, personal_data
from gongbao.gate.finder import Letters, letters_of
from gongbao.gate.forbidden import Forbidden
from gongbao.gate.glance import CLOSELY
from gongbao.gate.leaks import cut, masked
from gongbao.gate.pairs import SENTENCE, Hit, pair_hits
from gongbao.gate.piece import Cells, Piece, Pieces
from gongbao.gate.secrets import Pair, Place, Word
from gongbao.gate.words import loose_pattern, squeezed, word_pattern

# A text without any of the signs holds nothing of its kind; the patterns behind them find more than the rules.
# Each begins with a character, which makes its search several times quicker. Between the parts of a number
# there may be the end of a cell.
_MOBILE = re.compile(r"1(?<![\d.]1)[3-9]\d[\s-]*\d{4}[\s-]*\d{4}(?!\d)")
_ID = re.compile(r"(?:19|20)(?:(?<=\d{6}..)|(?<=[\s-]..))\d{6}[\s-]*\d{3}[\dXx]")
_PUPIL = re.compile(r"[GgLl]\d{17}[\dXx]|学籍辅?号")
_WIDE = re.compile("[０-９]{6}")
_RANKS = re.compile(
    r"[名列居](?:全?[国省市县区])?[第前]\s*[一二三四五六七八九十百\d]|第\s*[一二三四五六七八九十百\d]+\s*名"
)
_PERSONS = ("@", "＠", "身份证")
_EXAMS = ("高考", "中考", "上线", "录取", "升学率", "高中阶段学校招生", "普通高校招生")
_PERSONAL_HINT = re.compile(
    r"(?<![\d.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|\d{6}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx]"
    r"|[@＠]|学籍|身份证|[０-９]{6}"
)
# Digests, and the names that the feed gives its entries: of letters and digits that mean nothing.
_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{32,64}|urn:uuid:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9A-Za-z])"
)
_EXAM_HINT = re.compile("|".join(_EXAMS))
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千]+[人名分]")
_RANK = re.compile(
    r"排名(?:全?[国省市县区])?(?:第|前)\s*[一二三四五六七八九十百\d]+"
    r"|(?:名列|位列|位居|居)(?:全[国省市县区])?第\s*[一二三四五六七八九十百\d]+"
    r"|第\s*[一二三四五六七八九十百\d]+\s*名(?![录册额单义师教校])"
)
_RANKED = re.compile("学校|小学|中学|初中|高中|幼儿园|全[县市区省国]|考|成绩|总分|质量")
_CONTEST = re.compile("运动会|比赛|竞赛|大赛|联赛|锦标赛|展演|汇演|冠军|参赛")
_FIELD = re.compile(
    r"^(?:学生|教师|学校|单位)?(?:姓名|负责人|责任人|校长|园长|督学|责任督学|联系人|班主任|监护人|经办人)(?:姓名)?$"
)
_WHO = "(?:姓名|负责人|责任人|校长|园长|督学|联系人|班主任|监护人|经办人)"
_FIELD_IN_TEXT = re.compile(rf"{_WHO}\s*[:：]")
_ANYONE = re.compile(
    "|".join(
        [
            _MOBILE.pattern,
            _ID.pattern,
            "学籍",
            _WIDE.pattern,
            _RANKS.pattern,
            *_PERSONS,
            *_EXAMS,
            _FIELD_IN_TEXT.pattern,
        ]
    )
)
_WHO_HINT = re.compile(rf"{_WHO}(?:姓名)?(?=\s*(?:[\n\0:：\"；;]|$))")
_OF_WHOM = re.compile("(?:学生|教师|学校|单位|责任)$")
_NAMED = re.compile(rf"(?<![一-龥]){NAME}(?![一-龥])")
_LONG_CELL = 40
_TOTAL_HINT = re.compile(r"[合总小]\s*计")
_WITHHELD_HINT = re.compile(r"[<＜]\s*\d|避免推算")


@dataclass(frozen=True, slots=True)
class Suspects:
    """What a file must be looked at closely for. `words` by squeezed text; `pairs` of the places that it
    may tell of; `persons`: it may hold personal data, an examination's results or ranks; `fields`: a
    column may be one of persons; `tables`: a table may give a number back."""

    words: Mapping[str, Sequence[Word]]
    pairs: Mapping[Place, Sequence[Pair]]
    persons: bool
    fields: bool
    tables: bool
    own_page: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.pairs or self.persons or self.fields or self.tables)


class Rules:
    """All rules, ready to be asked about one file after the other."""

    def __init__(self, forbidden: Forbidden) -> None:
        self.forbidden = forbidden
        self._pattern = lru_cache(256)(self._make_pattern)
        self._letters = lru_cache(4096)(lambda word: letters_of(word))

    def concerns(self, text: str, suspects: Suspects) -> bool:
        """Whether a part of a file that has `suspects` holds any of them."""
        letters = Letters(text).text
        if any(self._letters(word) in letters for word in suspects.words):
            return True
        stands = self._standing(letters)
        for pair in (pair for each in suspects.pairs.values() for pair in each):
            if (pair.page and pair.page == suspects.own_page) or any(map(stands, pair.words)):
                return True
        marked, column = _who(text)
        return marked or _of_anyone(text) or (suspects.fields and column) or self._tables_tell(text, None)

    def suspects(self, text: str, program: str, scope: Place | None, address: str) -> Suspects:
        """What a file whose pieces say `text`, and its scripts and styles `program`, may break."""
        closely = CLOSELY in text
        marked, column = _who(text)
        letters = Letters(f"{text}\n{program}")
        regions = [scope[0]] if scope is not None else self.forbidden.named(letters)
        own_page = address.rpartition("indicators/")[2].partition(".")[0] if "indicators/" in address else ""
        own_page = own_page.partition("/")[0]
        return Suspects(
            self.forbidden.words(letters, regions, scope),
            self._suspected_pairs(text, letters, regions, scope, own_page),
            closely or marked or _of_anyone(text),
            closely or (column and _names_persons(text)),
            closely or self._tables_tell(text, scope),
            own_page,
        )

    def _tables_tell(self, text: str, scope: Place | None) -> bool:
        if scope is not None and "指标代码" in text and "统计量" in text:
            return True
        if not _WITHHELD_HINT.search(text):
            return False
        return any(_begins_cell(text, match.start()) for match in _TOTAL_HINT.finditer(text))

    def _suspected_pairs(
        self, text: str, letters: Letters, regions: Sequence[str], scope: Place | None, own_page: str
    ) -> dict[Place, list[Pair]]:
        found: dict[Place, list[Pair]] = {}
        stands = self._standing(letters.text)
        for region in regions:
            for year in self._years(region, text, scope):
                for pair in self.forbidden.pairs((region, year)):
                    if (own_page and pair.page == own_page) or any(map(stands, pair.words)):
                        found.setdefault((region, year), []).append(pair)
        return found

    def _standing(self, letters: str) -> Callable[[str], bool]:
        """Whether a word stands in a text: found out once, however many regions withhold a number beside it."""
        return lru_cache(maxsize=None)(lambda word: self._letters(word) in letters)

    def _years(self, region: str, text: str, scope: Place | None) -> list[int]:
        """The years of a region that a file may tell of: it names them, or they are its own."""
        years = self.forbidden.years.get(region, ())
        return [
            year
            for year in years
            if str(year) in text
            or (scope is not None and (year == scope[1] or (year == scope[1] - 1 and "上年" in text)))
        ]

    def hits(self, pieces: Pieces, suspects: Suspects, scope: Place | None) -> Iterator[tuple[str, Hit]]:
        """What breaks a rule in the pieces of a file about `scope` (region and year; None: of no one
        place), each with its place."""
        if suspects.persons:
            for piece in _where(pieces, [_ANYONE]):
                if not piece.program:
                    for hit in _about_anyone(piece):
                        yield piece.place, hit
        if suspects.fields:
            for index in pieces.under(lambda header: bool(_fields(header))):
                piece = pieces[index]
                for hit in _named(piece, _fields(piece.header)):
                    yield piece.place, hit
        if not (suspects.words or suspects.pairs):
            return
        if suspects.words:
            pattern = self._pattern(frozenset(suspects.words))
            for piece in _where(pieces, [loose_pattern(suspects.words)]):
                for found in dict.fromkeys(pattern.findall(squeezed(piece.text))):
                    for word in suspects.words.get(found, ()):
                        if self._is_secret(word, found, piece, scope):
                            yield piece.place, (word.rule, cut(found), word.what)
        if suspects.pairs:
            for index in self._beside(pieces, suspects):
                piece = pieces[index]
                names = self.forbidden.names
                for hit in pair_hits(piece, scope, suspects.own_page, suspects.pairs, names):
                    yield piece.place, hit

    def _make_pattern(self, words: frozenset[str]) -> re.Pattern[str]:
        """Finds the words where they don't stand in a longer text that may be published."""
        texts = {each for word in words for each in self.forbidden.covering(word)}
        pattern = word_pattern(words | texts)
        assert pattern is not None
        return pattern

    @staticmethod
    def _beside(pieces: Pieces, suspects: Suspects) -> Iterable[int]:
        """The pieces that hold a word of a pair, or stand under one."""
        pairs = [pair for each in suspects.pairs.values() for pair in each]
        if suspects.own_page and any(pair.page == suspects.own_page for pair in pairs):
            return range(len(pieces.texts))
        pattern = loose_pattern({word for pair in pairs for word in pair.words})
        found = set(_numbers(pieces.texts, [pattern]))
        found.update(pieces.under(lambda header: pattern.search(" ".join(header)) is not None))
        return sorted(found)

    def _is_secret(self, word: Word, found: str, piece: Piece, scope: Place | None) -> bool:
        if scope is None and word.near:
            names = [n for region, _ in word.places for n in self.forbidden.names.get(region, ())]
            if not any(name in piece.text for name in names):
                return False
        if word.rule == "school":
            if word.what == "学校标识码" and len(found) < 6 and not _in_code_column(piece, found):
                return False
            return scope in word.places if found in self.forbidden.cleared else True
        return True


def _of_anyone(text: str) -> bool:
    """Whether a text may hold a person's number or address, an examination's results or a rank."""
    return (
        any(sign in text for sign in _PERSONS)
        or any(sign in text for sign in _EXAMS)
        or _MOBILE.search(text) is not None
        or _ID.search(text) is not None
        or ("学籍" in text and _PUPIL.search(text) is not None)
        or (any(digit in text for digit in "０１２３４５６７８９") and _WIDE.search(text) is not None)
        or (("第" in text or "排名" in text) and _RANKS.search(text) is not None)
    )


def _who(text: str) -> tuple[bool, bool]:
    """Whether a person may be named after a colon, and whether a column may be one of persons."""
    marked = column = False
    for match in _WHO_HINT.finditer(text):
        whose = _OF_WHOM.search(text, max(0, match.start() - 2), match.start())
        column = column or _begins_cell(text, whose.start() if whose else match.start())
        marked = marked or _FIELD_IN_TEXT.match(text, match.start()) is not None
    return marked, column


def _names_persons(text: str) -> bool:
    return _NAMED.search(text) is not None or bool(person_names(text.replace("\0", "\n")))


def _begins_cell(text: str, start: int) -> bool:
    """Whether a cell, a line or a value may begin here."""
    while start and text[start - 1] in " \t\r\u3000\xa0":
        start -= 1
    return not start or text[start - 1] in "\n\0\"';；:"


def _numbers(texts: Sequence[str], patterns: Iterable[re.Pattern[str]]) -> list[int]:
    """Which of the texts one of the patterns may be found in."""
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    whole = "\0".join(texts)
    found = {bisect_right(starts, m.start()) - 1 for pattern in patterns for m in pattern.finditer(whole)}
    return sorted(found)


def _where(pieces: Pieces, patterns: Iterable[re.Pattern[str]]) -> Iterator[Piece]:
    return (pieces[number] for number in _numbers(pieces.texts, patterns))


def _about_anyone(piece: Piece) -> Iterator[Hit]:
    text = piece.text
    if _DIGEST.search(text):
        text = _DIGEST.sub("", text)
    if _PERSONAL_HINT.search(text):
        for what, value in personal_data(text):
            if not _side_by_side(value, piece):
                yield "personal", masked(value), what
    if _EXAM_HINT.search(text):
        for sentence in _sentences(piece):
            if _FIGURE.search(sentence) and exam_results(sentence):
                yield "exam", cut(sentence.strip()), ""
                break
    for sentence in SENTENCE.split(text) if "第" in text or "排名" in text else ():
        rank = _RANK.search(sentence)
        if rank and _RANKED.search(sentence) and not _CONTEST.search(sentence):
            yield "ranking", cut(sentence.strip()), ""
    if _FIELD_IN_TEXT.search(text):
        for person in person_names(text):
            yield "name", masked(person), ""


def _side_by_side(value: str, piece: Piece) -> bool:
    """Whether the groups of a number are cells or labels of their own: 137, 1438 and 2876 persons in a row
    are no telephone number. In a country some county has such a row; what stands in one cell or label is
    judged as it stands there."""
    groups = tuple(value.split(" "))
    if len(groups) == 1:
        return False
    if piece.drawing:
        return True
    cells = tuple(filter(None, piece.cells))
    return any(cells[i : i + len(groups)] == groups for i in range(len(cells)))


def _sentences(piece: Piece) -> Iterator[str]:
    """A row is one sentence as far as its cells are labels and numbers; a long cell is a text of its own."""
    if piece.cells:
        yield " ".join(cell for cell in piece.cells if len(cell) <= _LONG_CELL)
        for cell in piece.cells:
            if len(cell) > _LONG_CELL:
                yield from SENTENCE.split(cell)
    else:
        yield from SENTENCE.split(piece.text)


@lru_cache(4096)
def _fields(header: Cells) -> tuple[int, ...]:
    """The columns that are for persons."""
    return tuple(i for i, label in enumerate(header) if _FIELD.match(label.strip()))


def _named(piece: Piece, fields: tuple[int, ...]) -> Iterator[Hit]:
    """Persons named in a column that is for them."""
    for i in fields:
        if i < len(piece.cells):
            for person in person_names(f"姓名：{piece.cells[i].strip()}"):
                yield "name", masked(person), piece.header[i].strip()


def _in_code_column(piece: Piece, code: str) -> bool:
    return any(
        cell.strip() == code and re.search("学校|标识|school", header) for header, cell in piece.labelled()
    )
