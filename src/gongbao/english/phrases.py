"""From a Chinese phrase to its English: by the catalogues, by its numbers, by its parts."""

from __future__ import annotations

import re
from collections.abc import Collection

from gongbao.english.quantities import MONTHS, english_amount, english_date, singular
from gongbao.english.words import NUMBER, Pattern, Words

CHINESE = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
# A name that stays Chinese, inside an English phrase.
NAME, END = "\ue100", "\ue101"
_MARKS = str.maketrans({"，": ", ", "。": ". ", "；": "; ", "：": ": ", "、": ", ", "（": " (", "）": ")", "！": "!",
                        "？": "?", "“": "“", "”": "”", "—": "–", "％": "%", "～": "–", "　": " "})  # fmt: skip
_OPENING, _CLOSING = "（(“《〔【", "）)”》〕】"
# Where a phrase may be taken apart, the strongest first, and what English puts there.
_SEPARATORS = (
    ("。", ". "), ("；", "; "), ("，", ", "), (" · ", " · "), ("：", ": "), ("、", ", "), (" – ", " – "),
    (" ＝ ", " = "), (" ＋ ", " + "), (" － ", " − "), (" × ", " × "), (" ÷ ", " ÷ "), ("÷", " ÷ "),
    ("—", "–"), ("/", "/"), ("｜", " | "), (" ", " "),
)  # fmt: skip
_COUNTED = re.compile(r"(.*?[^\d\s.,，；：、约近不足超过至少≥≤<>-])\s?((?:约|近|超过|不足|至少)?[≥≤<>]?\d.*)")
# What begins with a capital letter anywhere.
_PROPER = (*MONTHS, "Chinese", "English", "Excel", "Jiaodu", "National Teacher Training", "Party ")
_MOST = 1500  # characters of a phrase; what is longer is prose
_KEPT = 200_000  # phrases remembered


class Phrases:
    """Translates phrases. `names`: of places, offices and documents, which stay as they are."""

    def __init__(self, words: Words, names: Collection[str] = ()) -> None:
        self._words = words
        self._names = frozenset(names)
        self._known: dict[str, str | None] = {}

    def english(self, text: str) -> str | None:
        """The English of a phrase, the names in it between NAME and END; None if something in it has none."""
        if not CHINESE.search(text):
            return " ".join(text.translate(_MARKS).split(" ")).strip() if not text.isascii() else text
        if text in self._known:
            return self._known[text]
        found = self._find(text) if len(text) <= _MOST else None
        if len(self._known) < _KEPT:
            self._known[text] = found
        return found

    def _find(self, text: str) -> str | None:
        exact = self._words.exact.get(text)
        if exact is not None:
            return exact
        if text in self._names:
            return f"{NAME}{text}{END}"
        return (
            english_date(text)
            or english_amount(text, self._unit)
            or self._numbered(text)
            or self._listed(text)
            or self._by_pattern(text)
            or self._by_parts(text)
            or self._counted(text)
        )

    def _unit(self, unit: str) -> str | None:
        if not CHINESE.search(unit):
            return unit
        return self._words.exact.get(unit) if unit in self._words.kinds.get("unit", ()) else None

    def _numbered(self, text: str) -> str | None:
        found = self._words.numbered.get(NUMBER.sub("#", text))
        if found is None:
            return None
        places, english = found
        return _filled(english, dict(zip(places, NUMBER.findall(text), strict=True)))

    def _listed(self, text: str) -> str | None:
        """“小学图书、初中图书”: each for itself, before a pattern takes the list for one phrase."""
        parts = _split(text, "、")
        if len(parts) == 1 or any(mark in text for mark in "。；，"):
            return None
        found = [self.english(part) if part else None for part in parts]
        texts = [each for each in found if each]
        if len(texts) < len(parts):
            return None
        joint = "; " if any("," in each for each in texts) else ", "
        return joint.join([texts[0], *map(small, texts[1:])])

    def _counted(self, text: str) -> str | None:
        """“完成投资300万元”: what is counted, and the amount."""
        match = _COUNTED.fullmatch(text)
        amount = english_amount(match[2], self._unit) if match else None
        if match is None or amount is None:
            return None
        counted = self.english(match[1])
        return None if counted is None else f"{counted} {amount}"

    def _by_pattern(self, text: str) -> str | None:
        for pattern in self._words.patterns:
            match = pattern.regex.fullmatch(text)
            if match and (found := self._filled(pattern, match)) is not None:
                return found
        return None

    def _filled(self, pattern: Pattern, match: re.Match[str]) -> str | None:
        values: dict[str, str] = {}
        for place, part in zip(pattern.places, match.groups(), strict=True):
            if place[0] in "qr" or (place[0] == "p" and len(place) < 3 and part in self._names):
                values[place] = f"{NAME}{part}{END}"
                continue
            if place == "p" or (found := self.english(part)) is None:
                return None
            values[place] = found
        return _filled(pattern.english, values)

    def _by_parts(self, text: str) -> str | None:
        if text[-1] in "。；，：":
            inner = self.english(text[:-1])
            return None if inner is None else inner + {"。": ".", "；": ";", "，": ",", "：": ":"}[text[-1]]
        if text[0] in "，。；：、":
            inner = self.english(text[1:])
            return None if inner is None else text[0].translate(_MARKS) + small(inner)
        if text[-1] in "）)" and (start := _opening(text)) is not None:
            outer = self.english(text[:start]) if start else ""
            inner = self.english(text[start + 1 : -1])
            if outer is not None and inner is not None:
                return f"{outer} ({small(inner) if outer else inner})".strip()
        if text[0] == "“" and text.find("”") == len(text) - 1:
            inner = self.english(text[1:-1])
            return None if inner is None else f"“{inner}”"
        for mark, joint in _SEPARATORS:
            parts = _split(text, mark)
            if len(parts) == 1:
                continue
            found = [self.english(part.strip()) for part in parts if part.strip()]
            if any(each is None for each in found):
                continue
            texts = [each for each in found if each]
            if mark == "。":
                rest = [each[:1].upper() + each[1:] for each in texts[1:]]
            else:
                rest = texts[1:] if mark in " – · " else [small(each) for each in texts[1:]]
            return joint.join([*texts[:1], *rest])
        return None


def _filled(english: str, values: dict[str, str]) -> str:
    for place, value in values.items():
        english = english.replace(f"{{{place}}}", value).replace(f"{{{place}_}}", small(value))
    return singular(english)


def small(text: str) -> str:
    """With a small first letter, unless it begins a name or an abbreviation."""
    if len(text) < 2 or not text[0].isupper() or not text[1].islower() or text.startswith(_PROPER):
        return text
    return text[0].lower() + text[1:]


def _opening(text: str) -> int | None:
    """Where the bracket opens that the last character closes."""
    depth = 0
    for i in range(len(text) - 1, -1, -1):
        depth += (text[i] in _CLOSING) - (text[i] in _OPENING)
        if depth == 0:
            return i
    return None


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that stand outside brackets."""
    if mark not in text:
        return [text]
    parts, depth, start, i = [], 0, 0, 0
    while i < len(text):
        if depth == 0 and text.startswith(mark, i):
            parts.append(text[start:i])
            start = i = i + len(mark)
            continue
        depth += (text[i] in _OPENING) - (text[i] in _CLOSING)
        i += 1
    parts.append(text[start:])
    return parts
