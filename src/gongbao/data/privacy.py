"""Text that would be published and may not be: personal data, results of 中考 and 高考 (domain.md B11).

`personal_data`, `person_names` and `exam_results` look at one text and are pure; the publication gate
asks them about the finished pages. `check_public_text` asks them about what was submitted.

Reads words only. Whether a number is an examination's can't be told from the number, so the words
that go with it decide.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import partial

from gongbao.data.cells import narrowed
from gongbao.data.covers import Cover
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import SUBMISSION_TABLES, TABLES

# GB 11643: place, date of birth, serial number, check digit; written with or without gaps
_ID = re.compile(r"(?<![\dA-Za-z.])(\d{6})[ -]?(\d{8})[ -]?(\d{3}[\dXx])(?![\dA-Za-z])")
_OLD_ID = re.compile(r"身份证[^。；;\n\d]{0,8}(?<!\d)(\d{6}\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4})(?!\d)")
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
# 全国学籍号: G and the ID number, or L and a number given where there is none
_PUPIL_NUMBER = re.compile(r"(?<![\dA-Za-z])[GgLl]\d{17}[\dXx](?![\dA-Za-z])")
_NAMED_PUPIL_NUMBER = re.compile(r"学籍(?:辅)?号(?:码)?[是为:\s]*([A-Za-z]?\d[\dXx]{7,})")
# Together or in three groups: a number of seven digits beside one of four, as in a table, is none.
_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:\d{8}|([- ])\d{4}\1\d{4})(?![\d.]?\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)

# SHA-256 and Git digests: one in three hundred holds eleven digits in a row that could be a telephone number.
_DIGEST = re.compile(r"(?<![\dA-Za-z])(?:[\da-f]{64}|[\da-f]{40})(?![\dA-Za-z])")
_WORTH_A_LOOK = re.compile(r"\d{4}|[@＠]|学籍")  # \d: full-width digits too
# An examination and, in the same sentence, what is said of its results in figures. Not every 中考 is the
# examination: 集中考核, 期中考试, 评估中考虑; 提高考核标准.
_EXAMINATION = re.compile(
    r"(?<!提)高考(?![核察评虑勤量])|(?<![集其期年])中考(?![核察评虑勤量证])|高中阶段学校招生考试|普通高校招生"
)
_FITNESS = re.compile(r"体育中考|中考体育(?:与健康)?(?:考试|测试)?")
_RESULT = re.compile(
    r"升学率|升学人数|上线|录取|平均分|高分|满分|状元|名次|排名|第一名|及格率|合格率|优秀率|清华|北大|\d分|分数"
)
_TOLD_ALONE = re.compile(
    r"(?:[一二三]本|本科|重点|专科)(?:以上)?(?:文化)?(?:上线|录取)|升学率.{0,12}(?:排名|名列|第[一二三])"
)
_EXAM_HINT = re.compile("考|上线|录取|升学率|普通高校招生")
_SENTENCE = re.compile(r"[。；;！!？?\n]")

# The hundred most common surnames without those that mostly begin another word (高, 万, 任, 余, 金, 常, 安…),
# and the compound ones. A name is a surname and one or two characters more, so only its surroundings tell.
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|司徒|皇甫|令狐|[王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅"
    "沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴夏钟汪田姜范姚谭廖邹熊陆郝孔崔康邱秦顾侯邵孟龙段雷钱汤尹黎易武"
    "乔贺赖龚庞樊殷施陶翟倪严牛温芦俞章鲁葛韦毕聂焦柳邢岳齐梅庄辛管祝左涂祁耿牟裴覃霍鄢])"
)
NAME = rf"{_SURNAME}[一-龥]{{1,2}}"
_EDGE = r"(?:^|(?<=[、,;(:\s与和]))"
_MARKED_NAMES = (
    re.compile(rf"(?:负责人|责任人|联系人|经办人|承办人|包保人|监护人|姓名)(?:是|为|:|\s)\s*({NAME})(?![一-龥])"),
    re.compile(rf"{_EDGE}({NAME})(?:同志|先生|女士|老师|同学|校长|园长|局长|股长|主任|书记|督学|县长)"),
    re.compile(rf"(?:校长|园长|局长|股长|主任|书记|督学|县长|老师|教师|学生)(?::|\s)?({NAME})(?=$|[、,;)\s])"),
)  # fmt: skip
_NOT_A_NAME = re.compile(
    r"[股科室局办校园镇乡村部组处站院会委队所区县市省厅馆台厂库网班级段]$|^(?:田径|马列|钱款|管理|施工|温馨|龙头|左右|武术|"
    r"于是|章程|易地|严重|康复|牛奶|叶片|林业|夏季|何时|何种|马上|程序|程度|汤药|齐抓)|副|中心|学校|支部|年级|乡镇"
)
_ALONE = re.compile(rf"(?:^|(?<=[、,;/\s])){NAME}(?=$|[、,;/\s(])")
# Columns that name who is responsible or concerned: an office or a post, never a person.
_NAMED = {"owner", "unit", "office", "object_id", "object_name", "office_name"}
_NOT_PROSE = ("url", "file", "date", "text_internal")


def _born(number: str) -> bool:
    """Whether the number begins as an ID number does: a province and a day between 1900 and 2099."""
    if not _PROVINCE.match(number) or number[6:8] not in ("19", "20"):
        return False
    try:
        dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def personal_data(text: str) -> list[tuple[str, str]]:
    """Numbers and addresses in a text that belong to one person, as (what it is, as it stands there).

    居民身份证号 (GB 11643—1999) where province and day of birth are possible, whether or not the check digit
    is right: a mistyped one is no less a secret, 学籍号, 手机号码, 电子邮箱. Names are `person_names`' business.
    """
    if not _WORTH_A_LOOK.search(text):
        return []
    plain = _DIGEST.sub(" ", narrowed(text))
    found = [("学籍号", match[0]) for match in _PUPIL_NUMBER.finditer(plain)]
    found += [("学籍号", match[1]) for match in _NAMED_PUPIL_NUMBER.finditer(plain)]
    for match in _ID.finditer(plain):
        if _born("".join(match.groups())):
            found.append(("居民身份证号", match[0]))
    found += [("居民身份证号", match[1]) for match in _OLD_ID.finditer(plain)]
    found += [("手机号码", match[0]) for match in _MOBILE.finditer(plain)]
    found += [("电子邮箱", match[0]) for match in _EMAIL.finditer(plain)]
    return list(dict.fromkeys(found))


def person_names(text: str) -> list[str]:
    """Persons named in a field that asks for an office or a post: 责任人：张三, 李四校长, 王小五同志.

    Only names that a marker goes with; for fields such as 责任单位, not for running text, where
    “向雷锋同志学习” is no one's data.
    """
    plain = narrowed(text)
    names = [match[1] for pattern in _MARKED_NAMES for match in pattern.finditer(plain)]
    return [name for name in dict.fromkeys(names) if not _NOT_A_NAME.search(name)]


def maybe_names(text: str) -> list[str]:
    """What stands alone where a unit is asked for and looks like a name: 王小五. It may be a unit all the
    same, so this is worth a question, not more."""
    return [name for name in _ALONE.findall(narrowed(text)) if not _NOT_A_NAME.search(name)]


def exam_results(text: str) -> str | None:
    """The first sentence that tells results of 中考 or 高考: 上线, 录取, 平均分, 升学率 and the like.

    中考体育 is a test of fitness and may be told; so may that an examination was held.
    """
    if not _EXAM_HINT.search(text):
        return None
    for sentence in _SENTENCE.split(text):
        said = _FITNESS.sub("", sentence)
        if _TOLD_ALONE.search(said) or (_EXAMINATION.search(said) and _RESULT.search(said)):
            return sentence.strip()
    return None


def check_public_text(dataset: Dataset, covers: Mapping[str, Cover], findings: Findings) -> None:
    """Report every text of a submission that names what must stay inside. `covers`: cover file -> cover.

    Rows of internal indicators, and staff rows that aren't public, may tell of examinations: they are
    kept for the office and never printed.
    """
    for name in SUBMISSION_TABLES:
        frame = dataset.tables[name]
        inside = _internal(dataset, name)
        for column in (c for c in TABLES[name].columns if c.type in ("text", "code") and not c.implied):
            if column.name in _NOT_PROSE or column.refers:
                continue
            given = frame[column.name].dropna()
            named = column.name in _NAMED and name != "schools"
            for index, text in zip(given.index.tolist(), given.tolist(), strict=True):
                place = partial(_place, dataset, name, index, column.name)
                if column.type == "code" and text.isascii() and len(text) < 15:
                    continue  # an office's own codes may have eleven digits
                _check(str(text), place, findings, named=named, exams=not inside[index])
    for file in dataset.covers["_file"]:
        cover = covers[file]
        for field, text in (("office", cover.office), ("note", cover.note)):
            place = partial(cover.places.get, field, Place(file))
            _check(text, place, findings, named=field in _NAMED)


def _internal(dataset: Dataset, table: str) -> list[bool]:
    """For each row of a table whether it is never printed."""
    frame, indicators = dataset.tables[table], dataset.tables["indicators"]
    if "indicator_id" in frame:
        internal = set(indicators.loc[indicators["publish"] == "internal", "indicator_id"])
        return [code in internal for code in frame["indicator_id"]]
    if "publish" in frame:
        return [flag == 0 for flag in frame["publish"]]
    return [False] * len(frame)


def _place(dataset: Dataset, table: str, index: int, column: str) -> Place:
    return dataset.place(dataset.tables[table].iloc[index], column)


def _check(
    text: str, place: Callable[[], Place], findings: Findings, named: bool = False, exams: bool = True
) -> None:
    for what in dict.fromkeys(what for what, _ in personal_data(text)):
        findings.error(
            "personal-data", place(), f"文字里像是有{what}，不能公开。", f"请删去{what}；人员只写职务。"
        )
    people = person_names(text) if named else []
    for person in people:
        findings.error(
            "person-named", place(), f"这里像是人名“{person}”，不能公开。", "请写单位或职务，不写人名。"
        )
    for person in maybe_names(text) if named and not people else ():
        findings.warning(
            "maybe-person",
            place(),
            f"“{person}”可能是人名。",
            "请写单位或职务；确是单位名称的写全称，如加上“学校”“局”。",
        )
    if exams and exam_results(text):
        findings.error(
            "exam-results",
            place(),
            "文字里像是有中考、高考的成绩或升学情况，不能公开。",
            "请删去；各地规定不得以任何形式公布升学人数、升学率和成绩。",
        )
