"""What the theme's scripts say at run time, in English: a script beside theirs, made of `scripts.csv`.

A script says its texts by `gongbaoSay`, which takes the English of `window.gongbaoWords` where a page has
loaded it. Only English pages do; the scripts themselves are the same for both languages.
"""

from __future__ import annotations

import json
from pathlib import Path

from gongbao.english.words import HERE, OWN, read_rows

SCRIPT_WORDS = "english.js"  # in the folder of gongbao.js
TEXTS = HERE / "theme" / "scripts.csv"  # apart from the words of pages, of which it repeats some


def script_words(pages: Path) -> bytes:
    """The script that holds the English of all texts of scripts; where the publication's own catalogue in its
    folder `pages` has one of them, that goes first. Raises CatalogueError."""
    own = pages / OWN
    changed = {chinese: english for chinese, english, _ in read_rows(own)} if own.is_file() else {}
    words = {chinese: changed.get(chinese, english) for chinese, english, _ in read_rows(TEXTS)}
    return (
        f"window.gongbaoWords = {json.dumps(words, ensure_ascii=False, indent=1, sort_keys=True)};\n".encode()
    )
