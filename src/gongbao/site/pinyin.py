"""How the name of a region is spelt in Latin letters, so that it is found by its initials."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from importlib.metadata import version

from gongbao.site.store import Store, digest

Spelling = tuple[str, str]  # initials, full: slxb, shilixianbing
# Names in which a character is read as nowhere else, and which the library spells otherwise.
_READ = {
    "长治": "chang zhi", "漯河": "luo he", "洪洞": "hong tong", "六合": "lu he", "繁峙": "fan shi",
    "浚县": "xun xian", "单县": "shan xian", "什邡": "shi fang", "筠连": "jun lian",
}  # fmt: skip


def spell(names: Iterable[str], store: Store | None = None) -> dict[str, Spelling]:
    """The spelling of each name. With a `store` those of the same names are made once: the library takes
    longer to load than a county's pages to be made."""
    wanted = sorted(set(names))
    key = digest("pinyin", version("pypinyin"), json.dumps([wanted, _READ], ensure_ascii=False))
    found = store.get("pinyin", key) if store else None
    if found is None:
        found = json.dumps([_spelling(name) for name in wanted]).encode()
        if store:
            store.put("pinyin", key, found)
    return {name: (each[0], each[1]) for name, each in zip(wanted, json.loads(found), strict=True)}


def _spelling(name: str) -> Spelling:
    from pypinyin import lazy_pinyin

    known = next((start for start in _READ if name.startswith(start)), "")
    syllables = _READ[known].split() if known else []
    syllables += lazy_pinyin(name[len(known) :], errors=_letters)
    return "".join(syllable[:1] for syllable in syllables), "".join(syllables)


def _letters(other: str) -> str:
    """What is no Chinese character: its letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", other).lower() if c.isascii() and c.isalnum())
