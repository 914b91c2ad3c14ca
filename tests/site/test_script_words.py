"""Every text that the theme's scripts show is said in the language of the page."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from gongbao.english import script_words
from gongbao.english.scripts import TEXTS

THEME = Path(__file__).parents[2] / "site" / "theme"
SAID = re.compile(r'\bsay\((?:\w+ \? )?"([^"]*)"(?: : "([^"]*)")?')
CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")
# Words of a question that say nothing, a sign that is not read, and one that stands between Chinese titles.
NOT_SHOWN = {"年", "的", "，", "　", "："}


def _code(path: Path) -> str:
    return re.sub(r"(?m)(^|\s)//.*$", "", path.read_text("utf-8"))


def _rows() -> set[str]:
    with TEXTS.open(encoding="utf-8", newline="") as lines:
        return {row["中文"] for row in csv.DictReader(lines)}


def _said() -> set[str]:
    found = (match for path in THEME.glob("*.js") for match in SAID.findall(_code(path)))
    return {text for match in found for text in match if text}


def test_every_text_said_has_an_english_and_every_english_is_said() -> None:
    assert _said() == _rows()


@pytest.mark.parametrize("path", sorted(THEME.glob("*.js")), ids=lambda path: path.name)
def test_no_text_is_shown_without_being_said(path: Path) -> None:
    rest = SAID.sub("", _code(path))
    rest = re.sub(r"(?<![\w)\]])/(?:[^/\\\n]|\\.)+/[a-z]*", "", rest)  # regular expressions
    shown = [text for text in re.findall(r'"([^"\n]*)"', rest) if CHINESE.search(text)]
    assert set(shown) <= NOT_SHOWN


def test_an_offices_own_words_go_first(tmp_path: Path) -> None:
    (tmp_path / "en.csv").write_text("中文,英文,类别\n已复制,Taken,\n别的,Other,\n", "utf-8")
    script = script_words(tmp_path).decode()
    words = json.loads(script.removeprefix("window.gongbaoWords = ").rstrip(";\n"))
    assert words["已复制"] == "Taken"
    assert "别的" not in words
