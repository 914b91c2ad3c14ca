"""Text that would be published and may not be: phone and ID numbers, results of 中考 and 高考 (domain.md B11).

Reads words only. Whether a number is an examination's can't be told from the number, so the words
that go with it decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from gongbao.data.covers import Cover
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import SUBMISSION_TABLES, TABLES

_PERSONAL = (
    (
        (
            "居民身份证号",
            re.compile(r"(?<!\d)\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"),
        ),
        re.compile(
            r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"
        ),
    ),
    ("手机号码", re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    ("电子邮箱", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+", re.ASCII)),
)
# An examination and, in the same sentence, what is said of its results in figures.
_EXAMINATION = re.compile(r"高考|中考|高中阶段学校招生考试|普通高校招生")
_RESULT = re.compile(r"升学率|上线|录取|平均分|高分|状元|名次|排名|第一名|合格率|优秀率|清华|北大|\d+分")
_NOT_PROSE = ("url", "file", "date", "unit")
_SENTENCE = re.compile(r"[。；;！!？?\n]")


def check_public_text(dataset: Dataset, covers: Mapping[str, Cover], findings: Findings) -> None:
    """Report every text of a submission that names what must stay inside. `covers`: cover file -> cover."""
    for name in SUBMISSION_TABLES:
        frame = dataset.tables[name]
        for column in (c.name for c in TABLES[name].columns if c.type == "text" and c.name not in _NOT_PROSE):
            given = frame[column].dropna()
            for index, text in zip(given.index.tolist(), given.tolist(), strict=True):
                _check(str(text), partial(_place, dataset, name, index, column), findings)
    for file in dataset.covers["_file"]:
        cover = covers[file]
        for field, text in (("office", cover.office), ("note", cover.note)):
            _check(text, cover.places.get(field, Place(file)), findings)


def _place(dataset: Dataset, table: str, index: int, column: str) -> Place:
    return dataset.place(dataset.tables[table].iloc[index], column)


def _check(text: str, place: Place | Callable[[], Place], findings: Findings) -> None:
    def where() -> Place:
        return place if isinstance(place, Place) else place()

    for what, pattern in _PERSONAL:
        if pattern.search(text):
            findings.error(
                "personal-data", where(), f"文字里像是有{what}，不能公开。", f"请删去{what}；人员只写职务。"
            )
    if any(_EXAMINATION.search(part) and _RESULT.search(part) for part in _SENTENCE.split(text)):
        findings.error(
            "exam-results",
            where(),
            "文字里像是有中考、高考的成绩或升学情况，不能公开。",
            "请删去；各地规定不得以任何形式公布升学人数、升学率和成绩。",
        )
