"""How the name of a region is spelt in Latin letters, so that it is found by its initials."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version

from gongbao.site.store import Store, digest

Spelling = tuple[str, str]  # initials, full: slxb, shilixianbing
# What the library reads otherwise than 《现代汉语词典》 does in names of places. First signs that are read so in nearly
# all names of counties and cities (the library knows 长子), then names.
_SIGNS = {
    "长": "cháng", "都": "dū", "什": "shí", "勒": "lè", "朝": "cháo", "佛": "fó", "蚌": "bèng", "卡": "kǎ",
    "棱": "léng",
}  # fmt: skip
_NAMES = {
    "朝阳": "cháo yáng", "洪洞": "hóng tóng", "六合": "lù hé", "繁峙": "fán shì", "浚县": "xùn xiàn",
    "单县": "shàn xiàn", "漯河": "luò hé", "筠连": "jūn lián", "乐陵": "lào líng", "南乐": "nán lè",
    "民乐": "mín lè", "泊头": "bó tóu", "大城县": "dài chéng xiàn", "珲春": "hún chūn", "穆棱": "mù líng",
    "丹棱": "dān líng", "涡阳": "guō yáng", "马尾": "mǎ wěi", "曾都": "zēng dū", "覃塘": "qín táng",
    "龙圩": "lóng xū", "荥经": "yíng jīng", "崆峒": "kōng tóng", "红寺堡": "hóng sì bǔ", "伽师": "jiā shī",
    "柏林": "bǎi lín", "浪卡子": "làng kǎ zǐ", "宕昌": "tàn chāng",
}  # fmt: skip


def spell(names: Iterable[str], store: Store | None = None) -> dict[str, Spelling]:
    """The spelling of each name. With a `store` those of the same names are made once: the library takes
    longer to load than a county's pages to be made."""
    wanted = sorted(set(names))
    key = digest("pinyin", version("pypinyin"), json.dumps([wanted, _SIGNS, _NAMES], ensure_ascii=False))
    found = store.get("pinyin", key) if store else None
    if found is None:
        found = json.dumps([_spelling(name) for name in wanted]).encode()
        if store:
            store.put("pinyin", key, found)
    return {name: (each[0], each[1]) for name, each in zip(wanted, json.loads(found), strict=True)}


def _spelling(name: str) -> Spelling:
    syllables = _reader()(name, errors=_letters)
    return "".join(syllable[:1] for syllable in syllables), "".join(syllables)


@cache
def _reader() -> Callable[..., list[str]]:
    """The library's function, which knows our readings."""
    from pypinyin import lazy_pinyin, load_phrases_dict, load_single_dict

    load_single_dict({ord(sign): reading for sign, reading in _SIGNS.items()})
    load_phrases_dict({name: [[each] for each in reading.split()] for name, reading in _NAMES.items()})
    return lazy_pinyin


def _letters(other: str) -> str:
    """What is no Chinese character: its letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", other).lower() if c.isascii() and c.isalnum())
