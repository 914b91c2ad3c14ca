"""Names in English of all indicators of the repository, which every new publication starts from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gongbao.english.phrases import CHINESE, Phrases
from gongbao.english.words import read_words

LIST = Path(__file__).parents[2] / "data" / "indicators.csv"


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Phrases:
    return Phrases(read_words(tmp_path_factory.mktemp("site")))


def _indicators() -> list[dict[str, str]]:
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_indicator_has_an_english_name_and_short_name(english: Phrases) -> None:
    words = [row[column] for row in _indicators() for column in ("指标名称", "简称") if row[column]]
    assert len(words) > 346
    assert not [word for word in words if english.english(word) is None]


def test_names_are_written_alike_and_told_apart(english: Phrases) -> None:
    names = [english.english(row["指标名称"]) or "" for row in _indicators()]
    assert len(set(names)) == len(names)
    for name in names:
        assert name[0].isupper(), name
        assert not CHINESE.search(name), name
        assert name == " ".join(name.split()), name
        assert not name.endswith((".", ",")), name
