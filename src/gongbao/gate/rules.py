"""The rules held against a piece: words, numbers beside words, examinations, personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from gongbao.data.privacy import exam_results, person_names, personal_data
from gongbao.gate.leaks import Rule, cut, masked
from gongbao.gate.piece import Piece
from gongbao.gate.secrets import Pair, Place, Secrets, Word
from gongbao.gate.words import number_pattern, squeezed, word_pattern
from gongbao.present.published import PERSONS

Hit = tuple[Rule, str, str]  # rule, value as shown, what it is

_PERSONAL_HINT = re.compile(
    r"(?<![\d.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|\d{6}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx]"
    r"|[@＠]|学籍|身份证|[０-９]{6}"
)
_DIGEST = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32,64}(?![0-9A-Za-z])")
_EXAM_HINT = re.compile("高考|中考|上线|录取|升学率|高中阶段学校招生|普通高校招生")
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千]+[人名分]")
_SENTENCE = re.compile(r"[。；;！!？?\n]")
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
_FIELD_IN_TEXT = re.compile(r"(?:姓名|负责人|责任人|校长|园长|督学|联系人|班主任|监护人|经办人)\s*[:：]")
_NUMBER_CELL = re.compile(r"^(?:约|近)?(-?\d[\d,]*(?:\.\d+)?)(?:余)?[^\d]{0,6}$")
_NO_VALUE = re.compile("行号|序号|编号|年度|年份|标准|限值|下限|上限|小数位|月份")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_OTHER_STATISTIC = frozenset(("增长率", "差异系数", "标准差"))
_LONG_CELL = 40


class Rules:
    """All rules, ready to be asked; what was found in a text is remembered, for most texts stand on
    many pages."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self._judged: dict[tuple[object, ...], tuple[Hit, ...]] = {}
        self._by_places: dict[tuple[Place, ...], tuple[tuple[Pair, ...], re.Pattern[str]]] = {}
        self._fields: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._seen: dict[tuple[str, bool], tuple[Hit, ...]] = {}

    @cached_property
    def _pattern(self) -> Callable[[str], list[str]]:
        pattern = word_pattern([*self.secrets.words, *self.secrets.allowed])
        return pattern.findall if pattern and self.secrets.words else lambda text: []

    @cached_property
    def _secret_words(self) -> re.Pattern[str] | None:
        return word_pattern(self.secrets.words)

    def hits(self, pieces: Sequence[Piece], scope: Place | None, address: str) -> Iterator[tuple[str, Hit]]:
        """What breaks a rule in the pieces of a file about `scope` (region and year; None: of no one
        place), each with its place.

        Looks at the file as a whole first: most hold nothing that a rule would look at more closely.
        """
        whole = "\0".join(piece.text for piece in pieces)
        close = squeezed(whole)
        words = self._secret_words is not None and self._secret_words.search(close) is not None
        anyone = any(hint.search(whole) for hint in (_PERSONAL_HINT, _EXAM_HINT, _RANK, _FIELD_IN_TEXT))
        beside = self._may_pair(close + squeezed("\0".join(self._headers(pieces))), scope)
        for piece in pieces:
            if anyone and not piece.program:
                for hit in self._general(piece):
                    yield piece.place, hit
            if piece.header and not piece.program:
                for hit in self._names(piece):
                    yield piece.place, hit
            if words:
                for hit in self._secrets_in(piece, scope):
                    yield piece.place, hit
            if beside:
                for hit in self._pair_hits(piece, scope, address):
                    yield piece.place, hit

    @staticmethod
    def _headers(pieces: Sequence[Piece]) -> list[str]:
        return [label for header in {piece.header for piece in pieces} for label in header]

    def _may_pair(self, close: str, scope: Place | None) -> bool:
        """Whether a file has any word of a pair that it may be about; pages of many places always may."""
        if scope is None:
            return bool(self.secrets.pairs)
        places = tuple(sorted(place for place in self.secrets.pairs if place[0] == scope[0]))
        return bool(places) and self._pairs_of(places)[1].search(close) is not None

    def _secrets_in(self, piece: Piece, scope: Place | None) -> Iterator[Hit]:
        if piece.text not in self._found:
            self._found[piece.text] = tuple(dict.fromkeys(self._pattern(squeezed(piece.text))))
        for found in self._found[piece.text]:
            for word in self.secrets.words.get(found, ()):
                if self._is_secret(word, found, piece, scope):
                    yield word.rule, cut(found), word.what

    def _general(self, piece: Piece) -> tuple[Hit, ...]:
        key = piece.text, bool(piece.cells)
        if key not in self._seen:
            self._seen[key] = tuple(self._about_anyone(piece))
        return self._seen[key]

    def _names(self, piece: Piece) -> Iterator[Hit]:
        """Persons named in a column that is for them."""
        if piece.header not in self._fields:
            named = (i for i, label in enumerate(piece.header) if _FIELD.match(label.strip()))
            self._fields[piece.header] = tuple(named)
        fields = self._fields[piece.header]
        if fields:
            yield from _named(piece, fields)

    def _about_anyone(self, piece: Piece) -> Iterator[Hit]:
        text = piece.text
        if _DIGEST.search(text):  # the name that Altair gives to data
            text = _DIGEST.sub("", text)
        if _PERSONAL_HINT.search(text):
            for what, value in personal_data(text):
                yield "personal", masked(value), what
        if _EXAM_HINT.search(text):
            for sentence in self._sentences(piece):
                if _FIGURE.search(sentence) and exam_results(sentence):
                    yield "exam", cut(sentence.strip()), ""
                    break
        for sentence in _SENTENCE.split(text) if "第" in text or "排名" in text else ():
            rank = _RANK.search(sentence)
            if rank and _RANKED.search(sentence) and not _CONTEST.search(sentence):
                yield "ranking", cut(sentence.strip()), ""
        if _FIELD_IN_TEXT.search(text):
            for person in person_names(text):
                yield "name", masked(person), ""

    def _sentences(self, piece: Piece) -> Iterator[str]:
        """A row is one sentence as far as its cells are labels and numbers; a long cell is a text of its own."""
        if piece.cells:
            yield " ".join(cell for cell in piece.cells if len(cell) <= _LONG_CELL)
            for cell in piece.cells:
                if len(cell) > _LONG_CELL:
                    yield from _SENTENCE.split(cell)
        else:
            yield from _SENTENCE.split(piece.text)

    def _is_secret(self, word: Word, found: str, piece: Piece, scope: Place | None) -> bool:
        if scope is not None and word.near and scope[0] not in {region for region, _ in word.places}:
            return False
        if scope is None and word.near:
            names = [n for region, _ in word.places for n in self.secrets.regions.get(region, ())]
            if not any(name in piece.text for name in names):
                return False
        if word.rule == "school":
            if word.what == "学校标识码" and len(found) < 6 and not _in_code_column(piece, found):
                return False
            cleared = self.secrets.allowed.get(found, frozenset())
            return scope in word.places if cleared else True
        return True

    # --- numbers beside words ---------------------------------------------------------------------

    def _pair_hits(self, piece: Piece, scope: Place | None, address: str) -> tuple[Hit, ...]:
        """Numbers that stand beside the words they may not be printed with."""
        if piece.program or not _DIGIT.search(piece.text):
            return ()
        own_page = address.rpartition("indicators/")[2].partition(".")[0] if "indicators/" in address else ""
        # The same rows stand in a CSV and in the county's Excel file.
        key = scope, own_page, piece.text, piece.header, bool(piece.cells)
        if key not in self._judged:
            self._judged[key] = tuple(self._judge(piece, scope, own_page))
        return self._judged[key]

    def _judge(self, piece: Piece, scope: Place | None, own_page: str) -> Iterator[Hit]:
        places = self._places(piece, scope)
        if not places:
            return
        pairs, any_word = self._pairs_of(places)
        text = squeezed(piece.text)
        around = text + squeezed(" ".join(piece.header)) if piece.header else text
        if not own_page and not any_word.search(around):
            return
        digits = text.replace(",", "")
        for pair in pairs:
            if not any(number in digits for number in pair.numbers):
                continue
            on_own_page = bool(pair.page) and pair.page == own_page
            if not (on_own_page or any(word in around for word in pair.words)):
                continue
            told = (
                self._in_row(pair, piece, scope, on_own_page)
                if piece.cells
                else any(
                    self._in_text(pair, squeezed(sentence), drawing=piece.drawing)
                    for sentence in _SENTENCE.split(piece.text)
                    if _speaks_of(sentence, pair.year, scope)
                )
            )
            if told:
                yield pair.rule, pair.numbers[0], pair.what

    def _pairs_of(self, places: tuple[Place, ...]) -> tuple[tuple[Pair, ...], re.Pattern[str]]:
        """The pairs of some places, and what finds whether a text holds any of their words."""
        if places not in self._by_places:
            pairs = tuple(pair for place in places for pair in self.secrets.pairs[place])
            words = sorted({word for pair in pairs for word in pair.words})
            self._by_places[places] = pairs, re.compile("|".join(map(re.escape, words)))
        return self._by_places[places]

    def _places(self, piece: Piece, scope: Place | None) -> tuple[Place, ...]:
        """The regions and years that a piece may tell of, of those that have pairs."""
        pairs = self.secrets.pairs
        around = f"{piece.place} {piece.text} {' '.join(piece.header)}"
        years = {int(y) for y in _YEAR.findall(around)} if "20" in around or "19" in around else set()
        if scope is not None:
            years.add(scope[1])
            if "上年" in around:
                years.add(scope[1] - 1)
            return tuple((scope[0], year) for year in sorted(years) if (scope[0], year) in pairs)
        return tuple(
            (region, year)
            for region, year in (pairs if years else ())
            if year in years and any(name in around for name in self.secrets.regions.get(region, ()))
        )

    def _in_row(self, pair: Pair, piece: Piece, scope: Place | None, on_own_page: bool) -> bool:
        if _OTHER_STATISTIC & set(piece.cells):
            return False
        stated = {int(y) for cell in piece.cells for y in _YEAR.findall(cell) if len(cell) <= 6}
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
            self._in_text(pair, squeezed(sentence), drawing=False)
            for header, cell in piece.labelled()
            if len(squeezed(cell)) > _SHORT_LABEL
            for sentence in _SENTENCE.split(cell)
            if pair.year in stated or _speaks_of(f"{header} {sentence}", pair.year, scope)
        )

    def _in_text(self, pair: Pair, text: str, *, drawing: bool) -> bool:
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


_SHORT_LABEL = 8
_GAP = re.compile(r"[^\d.;<]{0,8}")
# “通报批评单位” counts something else than “通报批评”.
_OTHER_THING = re.compile("单位|学校|部门|乡镇|机构|事项|案件|次数|件数|占比|比例")
_THINGS = re.compile(r"\d(?:余)?[个所件次项起处校县份家]")


def _named(piece: Piece, fields: tuple[int, ...]) -> Iterator[Hit]:
    for i in fields:
        if i < len(piece.cells):
            for person in person_names(f"姓名：{piece.cells[i].strip()}"):
                yield "name", masked(person), piece.header[i].strip()


def _in_code_column(piece: Piece, code: str) -> bool:
    return any(
        cell.strip() == code and re.search("学校|标识|school", header) for header, cell in piece.labelled()
    )


# “比上年下降16.67%” compares this year's number with last year's, and doesn't give that one.
_LAST_YEAR = re.compile("上年(?!提高|降低|下降|增长|增加|减少|持平)")


def _speaks_of(sentence: str, year: int, scope: Place | None) -> bool:
    """Whether a sentence on a page of `scope` tells of that year: it names it, or names none."""
    years = {int(y) for y in _YEAR.findall(sentence)}
    if scope is None:
        return not years or year in years
    if year == scope[1]:
        return not years or year in years
    return year in years or (year == scope[1] - 1 and _LAST_YEAR.search(sentence) is not None)


def _elsewhen(header: str, year: int, scope: Place | None) -> bool:
    """Whether a column holds the numbers of another year than `year`."""
    years = {int(y) for y in _YEAR.findall(header)}
    if not years and "上年" in header:
        return scope is None or year != scope[1] - 1
    return year not in years if years else scope is not None and year != scope[1]


def _same(cell: str, numbers: tuple[str, ...]) -> bool:
    value = float(cell.replace(",", ""))
    return any(value == float(number) for number in numbers)
