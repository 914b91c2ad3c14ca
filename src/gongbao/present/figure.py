"""A chart as it is published: one specification, a finding in words, and the data as a table.

In JupyterLab the bundle's Vega-Lite type draws the interactive chart; the site replaces it with a
static SVG (drawn elsewhere: V8 starts threads, and a process that forks may have none).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from gongbao.present.display import MIME, VEGALITE
from gongbao.present.table import Table, note_lines, notes_html


@dataclass(frozen=True, slots=True)
class Figure:
    """`finding` is the text alternative: what the chart shows, not what kind of chart it is."""

    id: str
    number: int
    title: str
    finding: str
    spec: dict[str, Any]
    table: Table
    note: str = ""
    source: str = ""

    def content(self) -> dict[str, Any]:
        """Everything but the specification, which stands under its own MIME type."""
        return {
            "id": self.id,
            "number": self.number,
            "title": self.title,
            "finding": self.finding,
            "note": self.note,
            "source": self.source,
            "table": self.table.content(),
        }

    @classmethod
    def from_bundle(cls, data: Mapping[str, Any]) -> Figure:
        """The figure that an output's MIME bundle holds."""
        content = data[MIME["figure"]]
        return cls(
            id=content["id"],
            number=content["number"],
            title=content["title"],
            finding=content["finding"],
            spec=dict(data[VEGALITE]),
            table=Table.from_content(content["table"]),
            note=content["note"],
            source=content["source"],
        )

    def spec_text(self) -> str:
        """The specification as canonical JSON: equal charts give equal text."""
        return json.dumps(self.spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def html(self, svg: str, assets: str, *, table: bool = True) -> str:
        """The figure for a page: inline SVG, caption, data table, downloads and a button that asks for
        the interactive view. `assets` is the address, relative to the page, of the figure's files
        without their endings (`.svg`, `.csv`, `.json`). Without `table`, a table elsewhere on the page must
        hold the figure's data.
        """
        data = f"<details><summary>图 {self.number} 的数据</summary>{self.table.html(label='')}</details>"
        return (
            f'<figure class="gb-figure" id="{self.id}">'
            f'<div class="gb-scroll" role="region" tabindex="0" aria-label="图 {self.number}（图形）">'
            f'<div class="gb-chart" role="img" aria-label="{escape(self.finding)}">{svg}</div></div>'
            f"<figcaption><b>图 {self.number}</b> {escape(self.title)}"
            f'<span class="gb-finding">{escape(self.finding)}</span></figcaption>'
            f"{notes_html(self.note, self.source)}"
            f'<p class="gb-tools"><a href="{assets}.svg" download>图（SVG）</a> '
            f'<a href="{assets}.csv" download>数据（CSV）</a>'
            f'<button type="button" class="gb-interactive" data-spec="{assets}.json" '
            f'aria-label="图 {self.number} 交互查看" hidden>交互查看</button></p>'
            f"{data if table else ''}</figure>"
        )

    def markdown(self, image: str) -> str:
        """Image and pipe table for Word and Typst; `image` is an address or a data URI."""
        alt = self.finding.replace('"', "”")
        caption = f"图 {self.number} {self.title}".replace("[", "［").replace("]", "］")
        notes = "".join(f"\n{line}\n" for line in note_lines(self.note, self.source))
        return f'![{caption}]({image}){{fig-alt="{alt}"}}\n{notes}\n{self.table.markdown()}'

    def caption_html(self) -> str:
        """Caption and data table alone, for JupyterLab, which shows the chart itself."""
        return (
            f'<figure class="gb-figure"><figcaption><b>图 {self.number}</b> {escape(self.title)}'
            f'<span class="gb-finding">{escape(self.finding)}</span></figcaption>'
            f"{notes_html(self.note, self.source)}"
            f"<details><summary>图 {self.number} 的数据</summary>{self.table.html(label='')}</details></figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME["figure"]: self.content(),
            VEGALITE: self.spec,
            "text/plain": f"图 {self.number} {self.title}：{self.finding}",
        }
