"""Verdicts and key figures: what the other pages of the site take from a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from gongbao.present.asking import asked
from gongbao.present.basis import Basis, entry_of
from gongbao.present.bullet import bullet
from gongbao.present.display import MIME, fields_of
from gongbao.present.table import chip
from gongbao.standards.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement: `label` what was judged, `shown` against `target`, and `gap`: what it would take.

    `key` names it across counties and years ("balance.quality_2017.小学.backbone_teachers_per_100.cv");
    `headline` marks the one that stands for the whole area. `value` is unrounded, None when missing. `ref` is
    the submitted value that was judged (`asking.value_ref`), "" for a computed one; `basis` says how that
    was computed.
    """

    key: str
    label: str
    outcome: str
    shown: str = ""
    target: str = ""
    gap: str = ""
    value: float | None = None
    limit: float | None = None
    op: str = ""
    stage: str = ""
    indicator_id: str = ""
    statistic: str = ""
    headline: bool = False
    ref: str = ""
    basis: Basis | None = None

    @property
    def word(self) -> str:
        return Outcome(self.outcome).label


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts of an area, in the order given, shown as a list of cards."""

    items: tuple[Verdict, ...]

    def html(self) -> str:
        return f'<ul class="gb-verdicts">{"".join(_card(v) for v in self.items)}</ul>'

    def markdown(self) -> str:
        return "\n".join(f"- **{v.word}** {_line(v)}" for v in self.items) + "\n"

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Verdicts:
        return cls(tuple(Verdict(**_read(item)) for item in content["items"]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME["verdicts"]: {"items": [_content(v) for v in self.items]},
            "text/html": self.html(),
            "text/markdown": self.markdown(),
            "text/plain": self.markdown(),
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """A key figure: label, shown value, and a remark (change against last year, target)."""

    label: str
    shown: str
    remark: str = ""
    value: float | None = None
    unit: str = ""
    indicator_id: str = ""
    stage: str = ""
    ref: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A strip of key figures."""

    items: tuple[Fact, ...]

    def html(self) -> str:
        cells = "".join(
            f"<div><dt>{escape(f.label)}</dt><dd><b>{asked(entry_of(f), escape(f.shown))}</b>"
            f"{f'<span>{escape(f.remark)}</span>' if f.remark else ''}</dd></div>"
            for f in self.items
        )
        return f'<dl class="gb-facts">{cells}</dl>'

    def markdown(self) -> str:
        return (
            "\n".join(f"- {f.label}：{f.shown}{f'（{f.remark}）' if f.remark else ''}" for f in self.items)
            + "\n"
        )

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Facts:
        return cls(tuple(Fact(**_read(item)) for item in content["items"]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME["facts"]: {"items": [_content(f) for f in self.items]},
            "text/html": self.html(),
            "text/markdown": self.markdown(),
            "text/plain": self.markdown(),
        }


def _content(item: Verdict | Fact) -> dict[str, Any]:
    """As JSON; a submitted number's, which has no basis, as it always was."""
    said = fields_of(item)
    del said["basis"]
    return said | ({"basis": item.basis.content()} if item.basis else {})


def _read(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**content, "basis": Basis.from_content(content.get("basis"))}


def _line(v: Verdict) -> str:
    values = "，".join(
        part for part in (v.shown and f"实际{v.shown}", v.target and f"标准{v.target}") if part
    )
    return v.label + (f"：{values}" if values else "") + (f"。{v.gap}" if v.gap else "")


def _card(v: Verdict) -> str:
    values = "".join(
        f"<span>{escape(name)} <b>{asked(ref, escape(text))}</b></span>"
        for name, text, ref in (("实际", v.shown, entry_of(v)), ("标准", v.target, ""))
        if text
    )
    gap = f'<p class="gb-gap">{escape(v.gap)}</p>' if v.gap else ""
    main = " gb-main" if v.headline else ""
    return (
        f'<li class="gb-verdict gb-{v.outcome}{main}">{chip(v.outcome, v.word)} '
        f'<span class="gb-what">{escape(v.label)}</span>'
        f'<span class="gb-values">{values}</span>{bullet(v.value, v.limit, v.outcome)}{gap}</li>'
    )
