"""What a glance at a whole file passes over, no close look would have found: random pages, data and sheets."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gongbao.gate.finder import Finder, Letters, letters_of
from gongbao.gate.forbidden import Forbidden
from gongbao.gate.glance import CLOSELY
from gongbao.gate.piece import Pieces
from gongbao.gate.pieces import glance, read_pieces
from gongbao.gate.rules import Rules, Suspects
from gongbao.gate.sheets import sheet_parts
from gongbao.gate.tables import tables_of, total_leaks
from gongbao.gate.texts import cell_text
from planted import make_dataset

PLACE = ("511923", 2019)
TELLING = [
    "高考一本人数", "exam_top", "二本上线", "1483人", "立案审查", "37件", "今年高考本科", "上线率76.2%。", "中考平均分",
    "提高12分", "排名第3", "的学校", "名列全县", "第二名", "511923201003071239", "学籍号", "L12345678901234567X",
    "138", "1234", "5678", "13812345678", "１３８１２３４５６７８", "zhang@example.com", "责任人", "：张建国", "负责人",
    "联系人", "校长", "王小虎", "李四校长", "降级处理", "3人", "3", "记过处分", "2人", "警告处分", "12", "驷马镇",
    "得胜小学", "511923000003", "合计", "&lt;5", "<5", "避免推算", "31", "46", "项目", "人数", "2019年", "平昌县",
    "指标代码", "学段", "统计量", "数值", "上年", "通报批评",
]  # fmt: skip
PLAIN = [
    "督导",
    "。",
    "，",
    " ",
    "\n",
    "2018",
    "a",
    "&amp;",
    "&#39640;&#32771;",
    "&",
    ";",
    "、",
    "0.25",
    "全县小学",
]
TAGS = [
    "p", "b", "span", "td", "th", "tr", "table", "h2", "br", "svg", "text", "tspan", "path", "g", "a", "div", "title",
]  # fmt: skip
WORDS = st.sampled_from(TELLING + PLAIN)
VALUES = st.lists(WORDS, max_size=3).map("".join)


@st.composite
def tag(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(TAGS))
    if draw(st.booleans()):
        return f"</{name}>"
    kind = draw(
        st.sampled_from(["", 'title="{}"', 'aria-label="项目: {}; 人数: {}"', "title='{}'", 'class="{}"'])
    )
    said = kind.replace("{}", "\1", 1).replace("{}", "\2")
    return f"<{name} {said}>".replace("\1", draw(VALUES)).replace("\2", draw(VALUES))


@st.composite
def hidden(draw: st.DrawFn) -> str:
    what = draw(
        st.sampled_from(
            ["<!--{}-->", "<style>{}</style>", "<script>{}</script>", "<script type='json'>{}</script>"]
        )
    )
    said = draw(VALUES)
    if "json" in what and draw(st.booleans()):
        said = json.dumps({"rows": [{draw(WORDS): said, "b": 3}]}, ensure_ascii=draw(st.booleans()))
    return what.replace("{}", said)


@st.composite
def table(draw: st.DrawFn) -> str:
    cells = st.lists(
        st.lists(st.one_of(WORDS, VALUES, tag()), min_size=1, max_size=3), min_size=1, max_size=4
    )
    head, *rows = draw(cells)
    said = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{said}</tr>{body}</table>"


MARKUP = st.lists(st.one_of(WORDS, WORDS, tag(), tag(), hidden(), table(), table()), max_size=20).map("".join)
CELL = st.one_of(VALUES, st.integers(-5, 10**12), st.floats(-1e6, 1e6), st.none(), st.booleans())
ROWS = st.lists(st.dictionaries(VALUES, CELL, max_size=4), max_size=4)
DATA = st.recursive(
    st.one_of(CELL, ROWS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(VALUES, inner, max_size=4)),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(Forbidden(make_dataset()))


def check(rules: Rules, address: str, data: bytes) -> None:
    """Every piece stands in the glance, and whatever a close look finds is suspected after it."""
    said = glance(address, data)
    if said is None:
        return
    pieces = read_pieces(address, data)
    letters = letters_of(said)
    if CLOSELY not in said:
        for text in pieces.texts:
            assert letters_of(text) in letters
    for scope in (PLACE, None):
        suspects = rules.suspects(said, "", scope, address)
        close = rules.suspects(*pieces.said(), scope, address)
        found = list(rules.hits(pieces, everything(close), scope))
        assert {hit[0] for _, hit in found} <= possible(suspects), found
        told = [leak for rows in tables_of(pieces) for leak in total_leaks(rows)]
        assert suspects.tables or not told, told
        less = read_pieces(address, data, lambda part, suspects=suspects: rules.concerns(part, suspects))
        assert set(rules.hits(less, suspects, scope)) == set(rules.hits(pieces, suspects, scope))
        assert [leak for rows in tables_of(less) for leak in total_leaks(rows)] == told


def everything(suspects: Suspects) -> Suspects:
    return replace(suspects, persons=True, fields=True)


def possible(suspects: Suspects) -> set[str]:
    """The rules that a file with these suspects may be found to break."""
    found: set[str] = set()
    if suspects.persons:
        found |= {"personal", "exam", "ranking", "name"}
    if suspects.fields:
        found |= {"name"}
    found |= {word.rule for words in suspects.words.values() for word in words}
    return found | {pair.rule for pairs in suspects.pairs.values() for pair in pairs}


@settings(max_examples=1500, deadline=None)
@given(MARKUP, st.sampled_from(["a.html", "2019/511923/a.svg", "site/indicators/demoted.html"]))
@example("<table><tr><th><svg ></th></tr></table>高考一本人数</svg>", "a.html")
@example("<svg >exam_top<table><tr><th>高考一本人数</th></tr></table>exam_top</svg>", "a.html")
def test_pages_and_drawings(rules: Rules, markup: str, address: str) -> None:
    check(rules, address, markup.encode())


@settings(max_examples=500, deadline=None)
@given(DATA)
def test_data(rules: Rules, content: object) -> None:
    check(rules, "a.json", json.dumps(content, ensure_ascii=False).encode())


def stripped(cells: Iterable[str]) -> list[str]:
    """Without spaces at the ends of cells, nor empty cells at the end: not every reader tells them."""
    kept = [cell.strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=6), st.booleans())
def test_rows_of_a_sheet_are_read_as_a_spreadsheet_reads_them(rows: list[list[object]], shared: bool) -> None:
    book = openpyxl.Workbook(write_only=not shared)
    sheet = book.create_sheet("数据") if not shared else book.active
    assert sheet is not None
    for row in rows:
        sheet.append([f"'{cell}" if isinstance(cell, str) and cell[:1] == "=" else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        pieces = Pieces(list(sheet_parts(data, parts)))
    told = (
        CalamineWorkbook.from_filelike(io.BytesIO(data))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    expected = [[cell_text(cell) for cell in row] for row in told]
    found = [pieces[i] for i in range(1, len(pieces.texts))]
    assert [stripped(piece.cells) for piece in found] == [row for row in map(stripped, expected) if row]
    for piece in found:
        assert piece.text.split() == " ".join(filter(None, piece.cells)).split()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text("一二三四ab_１，", min_size=1, max_size=12), max_size=30),
    st.text("一二三四ab_１, \n", max_size=120),
)
def test_words_are_found_whatever_stands_between_their_letters(words: list[str], text: str) -> None:
    letters = Letters(text)
    expected = {word for word in words if letters_of(word) and letters_of(word) in letters.text}
    assert set(Finder(words).found(letters)) == expected
