"""What the pages of the site take from an executed notebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import nbformat

from gongbao.data.columns import AREAS
from gongbao.present import Basis, Fact, Facts, Figure, Point, Points, Table, Verdict, Verdicts, read_display
from gongbao.present.basis import bases_of, read_bases
from gongbao.present.display import VEGALITE
from gongbao.site.charts import spec_text
from gongbao.workbooks.planning import ReportKey

_REMOVED = {"remove-cell", "hide-cell"}
AREA_ORDER = {area: i for i, area in enumerate(AREAS)}


class Info(Protocol):
    """What a workbook says of itself (workbooks.Workbook)."""

    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What other pages say of a report. `digest` is the SHA-256 of its notebook. Small: a build holds those
    of many counties at once."""

    year: int
    region: str
    area: str
    digest: str
    verdicts: tuple[Verdict, ...] = ()
    facts: tuple[Fact, ...] = ()
    points: tuple[Point, ...] = ()

    @property
    def address(self) -> str:
        return f"{self.year}/{self.region}/{self.area}"

    @property
    def page(self) -> str:
        return f"/reports/{self.address}.html"

    @property
    def leading(self) -> tuple[Verdict, ...]:
        """The verdicts that stand for the area: its headlines or, where it has none, all."""
        return leading(self.verdicts)

    @property
    def bases(self) -> Iterator[Basis]:
        """How the computed ones among its verdicts, facts and points were computed."""
        yield from bases_of(self.verdicts)
        yield from bases_of(self.facts)
        for point in self.points:
            yield from point.bases

    @property
    def brief(self) -> ReportSummary:
        """The same for the pages of other places, which tell no number's origin."""
        return replace(
            self,
            verdicts=tuple(replace(v, basis=None) for v in self.verdicts),
            facts=tuple(replace(f, basis=None) for f in self.facts),
            points=tuple(replace(p, bases=()) for p in self.points),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent(ReportSummary):
    """All that a report's own page and its county's downloads show: held while they are written, and no
    longer. `specs` are the charts' specifications as canonical text: those of `figures`, in their order,
    then those displayed without `report.figure`. `sentences` are the paragraphs made by `report.say`, as
    plain words; `said` how the numbers in them were computed."""

    path: Path
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    specs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    said: tuple[Basis, ...] = ()

    @property
    def bases(self) -> Iterator[Basis]:
        """Those of its figures, tables and sentences too."""
        yield from self.summary.bases  # `super` knows no class with slots
        for shown in (*(figure.table for figure in self.figures), *self.tables):
            yield from shown.bases
        yield from self.said

    @property
    def summary(self) -> ReportSummary:
        return ReportSummary(
            self.year, self.region, self.area, self.digest, self.verdicts, self.facts, self.points
        )


Summary = TypeVar("Summary", bound=ReportSummary)


def leading(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The headline verdicts or, where there are none, all."""
    found = tuple(verdicts)
    return tuple(v for v in found if v.headline) or found


def load(text: str) -> Any:
    """What of a notebook is published, from its text; multi-line strings are joined.

    Cells tagged `remove-cell` or `hide-cell` are left out and `hide-output` empties a cell, as Quarto
    has it, so that both engines show the same.
    """
    notebook = _notebook(text)
    notebook.cells = [cell for cell in notebook.cells if not _REMOVED & _tags(cell)]
    for cell in notebook.cells:
        if "hide-output" in _tags(cell) and cell.cell_type == "code":
            cell.outputs = []
    return notebook


def _notebook(text: str) -> Any:
    """What `nbformat.reads` gives, but that the content of JSON outputs stays plain: rows of charts and tables,
    which nbformat would take apart and make into nodes, one for each cell of a table."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("nbformat") != 4 or "cells" not in content:
        return nbformat.reads(text, as_version=4)  # which says what is wrong, or turns it into this version
    outputs = [output for cell in content.get("cells", ()) for output in cell.get("outputs", ())]
    plain = [_taken(output.get("data", {})) for output in outputs]
    notebook = nbformat.v4.to_notebook_json(content)
    nodes = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError:
        return nbformat.reads(text, as_version=4)
    for node, held in zip(nodes, plain, strict=True):
        for mime, value in held.items():
            dict.__setitem__(node.data, mime, value)  # a node's own way would make nodes of it
    return notebook


def _taken(data: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a MIME bundle, in whose place it then has empty texts."""
    held = {mime: value for mime, value in data.items() if mime.endswith("+json")}
    data.update(dict.fromkeys(held, ""))
    return held


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def bundles(notebook: Any) -> Iterable[dict[str, Any]]:
    """The MIME bundles of all outputs in the order of the page."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()) if cell.cell_type == "code" else ():
            if output.output_type in ("display_data", "execute_result"):
                yield output.data


def vegalite(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The specification of a chart, whichever version of the type it was displayed under."""
    for mime, value in data.items():
        if mime == VEGALITE or (mime.startswith("application/vnd.vegalite.v") and mime.endswith("+json")):
            return dict(value)
    return None


def read_report(key: ReportKey, path: Path) -> ReportContent:
    """Read one executed notebook. Raises what nbformat raises when the file is no notebook."""
    return read_notebook(key, path)[0]


def read_notebook(key: ReportKey, path: Path) -> tuple[ReportContent, Any]:
    """The same, and the notebook as `load` gives it, for whoever renders it too."""
    text = path.read_text("utf-8")
    notebook = load(text)
    verdicts: list[Verdict] = []
    facts: list[Fact] = []
    points: list[Point] = []
    figures: list[Figure] = []
    tables: list[Table] = []
    sentences: list[str] = []
    said: list[Basis] = []
    bare: list[str] = []
    for data in bundles(notebook):
        shown = read_display(data)
        if shown is None:
            spec = vegalite(data)
            if spec is not None:
                bare.append(spec_text(spec))
            continue
        kind, content = shown
        if kind == "verdicts":
            verdicts.extend(Verdicts.from_content(content).items)
        elif kind == "facts":
            facts.extend(Facts.from_content(content).items)
        elif kind == "points":
            told = Points.from_content(content).items
            points.extend(told)
            sentences.extend(point.text for point in told)
        elif kind == "table":
            tables.append(Table.from_content(content))
        elif kind == "figure":
            figures.append(Figure.from_bundle(data))
        elif kind == "sentence":
            sentences.append(str(content["text"]))
            said.extend(read_bases(content.get("bases", ())))
    warnings = (
        [f"{key.address}：有 {len(bare)} 张图没有用 report.figure 显示：页面上没有图号、文字说明和数据表。"]
        if bare
        else []
    )
    ids = [*(figure.id for figure in figures), *(table.id for table in tables)]
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        raise ValueError(f"{key.address}：图表编号重复：{'、'.join(repeated)}")
    report = ReportContent(
        key.year,
        key.region,
        key.area,
        hashlib.sha256(text.encode()).hexdigest(),
        tuple(verdicts),
        tuple(facts),
        tuple(points),
        path=path,
        figures=tuple(figures),
        tables=tuple(tables),
        specs=(*(figure.spec_text() for figure in figures), *bare),
        warnings=tuple(warnings),
        sentences=tuple(sentences),
        said=tuple(said),
    )
    return report, notebook


def in_order(reports: Iterable[Summary]) -> list[Summary]:
    """By year, region code and area, areas in the order of the domain."""
    return sorted(reports, key=lambda r: (r.year, r.region, area_order(r.area)))


def area_order(area: str) -> tuple[int, str]:
    """Sorts areas: those of the domain in its order, then others by name."""
    return AREA_ORDER.get(area, len(AREA_ORDER)), area
