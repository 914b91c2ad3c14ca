"""The site in English: a finished Chinese page -> its twin below `/en/`.

Way in: `english_of`, which gives the translator of a publication, and its `page`. A page's words are looked
up in catalogues, tables of Chinese and English that come with the package (`*.csv` here) and with the
publication (`site/en.csv`). Nothing is run, drawn or rendered for it. What no catalogue knows stays Chinese,
marked `lang="zh-CN"`, and is reported where it belongs to the interface. May not read data; names of places
and documents are given by the caller.
"""

from gongbao.english.addresses import english_address, is_english
from gongbao.english.pages import EnglishPage, HasTwin, Pages, english_of, in_brief, missing_words
from gongbao.english.scripts import SCRIPT_WORDS, script_words
from gongbao.english.words import CatalogueError, own_digest

__all__ = [
    "SCRIPT_WORDS",
    "CatalogueError",
    "EnglishPage",
    "HasTwin",
    "Pages",
    "english_address",
    "english_of",
    "in_brief",
    "is_english",
    "missing_words",
    "own_digest",
    "script_words",
]
