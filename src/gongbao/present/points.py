"""What a reader with two minutes wants of a year, each in a sentence: the page of the county opens with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from gongbao.present.basis import Basis, read_bases
from gongbao.present.display import MIME
from gongbao.present.sentence import Sentence

_NOWHERE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Point:
    """`label` says what it is about (比上年), `html` is a sentence with each number in a <data> element and
    `text` the same as plain words; `bases` as in a sentence; `area` the report that tells it in full, if one does."""

    label: str
    html: str
    text: str
    bases: tuple[Basis, ...] = ()
    area: str = ""

    @classmethod
    def of(cls, label: str, sentence: Sentence, area: str = "") -> Point:
        return cls(label, sentence.html, sentence.text, sentence.bases, area)


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a year, in their order."""

    items: tuple[Point, ...]

    def html(self, pages: Mapping[str, str] = _NOWHERE) -> str:
        """The list; a label leads to the report that tells it in full where `pages` has its address by area."""
        rows = "".join(
            f"<div><dt>{_led(escape(p.label), pages.get(p.area, ''))}</dt><dd>{p.html}</dd></div>"
            for p in self.items
        )
        return f'<dl class="gb-points">{rows}</dl>'

    def markdown(self) -> str:
        return "".join(f"- **{p.label}** {p.text}\n" for p in self.items)

    def content(self) -> dict[str, Any]:
        return {
            "items": [
                {"label": p.label, "html": p.html, "text": p.text}
                | ({"bases": [basis.content() for basis in p.bases]} if p.bases else {})
                | ({"area": p.area} if p.area else {})
                for p in self.items
            ]
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Points:
        return cls(
            tuple(Point(**{**item, "bases": read_bases(item.get("bases", ()))}) for item in content["items"])
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME["points"]: self.content(),
            "text/html": self.html(),
            "text/markdown": self.markdown(),
            "text/plain": self.markdown(),
        }


def _led(html: str, address: str) -> str:
    return f'<a href="{escape(address)}">{html}</a>' if address else html
