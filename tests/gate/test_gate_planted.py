"""Leaks of every rule, planted at random in the built files of every kind, are found there and nowhere else."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import samples
from gongbao.gate import check_output
from planted import SECRET_TEXT, Site

HERE, THERE = samples.REAL, samples.SAMPLE_A
# what is written, the rule it breaks, and what is found there; those of numbers hold on the place's own files
ANYWHERE = [
    ("高考一本人数", "internal", "高考一本人数"),
    ("驷马镇得胜小学", "school", "驷马镇得胜小学"),
    ("学校标识码511923000003。", "school", "511923000003"),
    (SECRET_TEXT, "internal", "经查,该校把食堂承包给校长亲属,未经过招标.已移交纪检部门处理."),
    ("举报电话：13812345678", "personal", "138******78"),
    ("身份证号511923201003071239", "personal", "511*************39"),
    ("邮箱zhangsan@example.com", "personal", "zha***************om"),
    ("责任人：张建国", "name", "张**"),
    ("中考平均分比上年提高12分", "exam", "中考平均分比上年提高12分"),
    ("该中学名列全县第二名", "ranking", "该中学名列全县第二名"),
]
OWN = [
    ("降级处理3人", "small-count", "3"),
    ("记过处分：2人", "small-count", "2"),
    ("警告处分12人", "recomputed", "12"),
    ("立案审查37件", "internal", "37"),
]
KINDS = (".html", ".svg", ".json", ".csv", ".xlsx")


def in_markup(draw: random.Random, page: str, words: str) -> str:
    """The words on a page or in a drawing: with tags between them, as entities, in a row, an attribute."""
    at = draw.randrange(1, len(words))
    ways = [
        f"<p>{words}</p>",
        f"<p>{words[:at]}<b>{words[at:]}</b></p>",
        f"<p>{words[:at]}<!-- -->{words[at:]}</p>",
        "<p>" + "".join(f"&#{ord(c)};" for c in words) + "</p>",
        f'<p title="{words}"></p>',
        f"<!-- {words} -->",
        f"<table><tr><th>事项</th></tr><tr><td>其他</td></tr><tr><td>{words}</td></tr></table>",
        f'<script type="application/json">{json.dumps([{"a": 1, "b": words}])}</script>',
    ]
    end = page.rindex("</")
    return page[:end] + draw.choice(ways) + page[end:]


def in_json(draw: random.Random, text: str, words: str) -> str:
    content = json.loads(text)
    holder: Callable[[], object] = draw.choice(
        [
            lambda: {"x": words},
            lambda: [words],
            lambda: {"rows": [{"n": 1}, {"n": words}]},
            lambda: {words: {"n": 1}},
        ]
    )
    return json.dumps({"before": content, "more": holder()}, ensure_ascii=draw.random() < 0.5)


def in_csv(draw: random.Random, text: str, words: str) -> str:
    lines = text.splitlines()
    lines.insert(draw.randrange(1, len(lines) + 1), f'说明,"{words}"')
    return "\r\n".join(lines)


def plant(draw: random.Random, path: Path, words: str) -> None:
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = draw.choice(book.worksheets)
        sheet.append([None, "说明", words])
        sheet.sheet_state = draw.choice(["visible", "hidden"]) if len(book.worksheets) > 1 else "visible"
        book.active = next(i for i, each in enumerate(book.worksheets) if each is not sheet)
        out = io.BytesIO()
        book.save(out)
        path.write_bytes(out.getvalue())
        return
    text = path.read_text("utf-8-sig")
    how = {".json": in_json, ".csv": in_csv}.get(path.suffix, in_markup)
    path.write_text(how(draw, text, words), "utf-8")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_each_is_found_where_it_was_planted(site: Site, kind: str, seed: int) -> None:
    draw = random.Random(f"{kind}{seed}")
    files = sorted(
        path for path in site.folder.rglob(f"*{kind}") if path.suffix == kind and path.stat().st_size > 200
    )
    for words, rule, value in draw.sample([*ANYWHERE, *OWN], 6):
        held = [
            path for path in files if (words, rule, value) in ANYWHERE or f"/2019/{HERE}" in path.as_posix()
        ]
        if not held:
            continue
        path = draw.choice(held)
        before = path.read_bytes()
        address = path.relative_to(site.folder).as_posix()
        plant(draw, path, words)
        found = {(leak.address, leak.rule, leak.value) for leak in check_output(site.folder, site.dataset, 1)}
        path.write_bytes(before)
        assert any((address, rule) == leak[:2] and value in leak[2] for leak in found), (
            address,
            words,
            found,
        )
        assert {where for where, _, _ in found} == {address}
    assert site.check() == []
