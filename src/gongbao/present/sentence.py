"""A sentence whose numbers are bound to data: a number typed into the text is refused."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from html import escape
from typing import Any

from gongbao.present.asking import asked
from gongbao.present.basis import Basis, bases_of, entry_of
from gongbao.present.display import MIME
from gongbao.present.numbers import Number
from gongbao.present.table import Cell

# Document numbers (教督〔2017〕6号) and titles in 《》 are names, not figures.
NAMES = re.compile(r"〔\d{4}〕\d+号|《[^》]*》")


class TypedNumberError(ValueError):
    """A sentence holds a number that is not bound to data."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph: `html` with each number in a <data> element, `text` as plain words, `bases` of the numbers
    in it that were computed."""

    html: str
    text: str
    bases: tuple[Basis, ...] = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME["sentence"]: {"text": self.text}
            | ({"bases": [basis.content() for basis in self.bases]} if self.bases else {}),
            "text/html": f'<p class="gb-say">{self.html}</p>',
            "text/markdown": self.text,
            "text/plain": self.text,
        }


def bind(template: str, values: dict[str, Any]) -> Sentence:
    """Put `values` into the places named in `template`; Number prints with unit and qualifier, Cell what it shows.

    Raises TypedNumberError if the template itself holds a digit, KeyError if a place has no value.
    """
    literal = NAMES.sub("", "".join(part for part, *_ in string.Formatter().parse(template)))
    if found := re.search(r"\d[\d.,]*%?", literal):
        raise TypedNumberError(
            f"句子里直接写了数字“{found.group()}”：请改成占位（如 {{value}}）并传入数据，使文字随数据变化。"
        )
    html, text = [], []
    for part, name, _, _ in string.Formatter().parse(template):
        html.append(escape(part))
        text.append(part)
        if name is not None:
            if name not in values:
                raise KeyError(f"句子里的占位“{name}”没有传入数据")
            shown, marked = _shown(values[name])
            html.append(marked)
            text.append(shown)
    bases = bases_of(value for value in values.values() if isinstance(value, Number | Cell))
    return Sentence("".join(html), "".join(text), bases)


def _shown(value: Any) -> tuple[str, str]:
    if isinstance(value, Number):
        raw = value.public
        title = f' title="{escape(value.origin)}"' if value.origin else ""
        marked = (
            escape(str(value)) if raw is None else f'<data value="{raw:g}"{title}>{escape(str(value))}</data>'
        )
        return str(value), asked(entry_of(value), marked)
    if isinstance(value, Cell):
        return value.shown, asked(entry_of(value), escape(value.shown))
    if value is None or (isinstance(value, float) and value != value):
        return "—", "—"
    return str(value), escape(str(value))
