"""The body of each report: finished notebook -> HTML, by nbconvert with the project's own template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gongbao.present.display import MIME, VEGALITE
from gongbao.site.finish import finish
from gongbao.site.reading import ReportContent, bundles
from gongbao.site.store import Store, digest

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "report"

_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")
_STYLE_ELEMENT = re.compile(r"<style\b.*?</style>\s*", re.DOTALL)
_STYLED = re.compile(r'<([a-zA-Z][^\s>]*)([^>]*?) style="([^"]*)"([^>]*)>')


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """The HTML of a report between its title and its sources, and its headings."""

    html: str
    headings: tuple[Heading, ...]


@cache
def _recipe() -> str:
    """Digest of what turns an executed notebook into HTML: template, nbconvert, and the code that
    makes the HTML of figures and tables."""
    here = Path(__file__).parent
    files = [
        *sorted(p for p in (TEMPLATES / TEMPLATE).iterdir() if p.is_file()),
        *sorted((here.parent / "present").glob("*.py")),
        *(here / name for name in ("bodies.py", "finish.py", "reading.py", "svg.py")),
    ]
    return digest(version("nbconvert"), version("mistune"), *(file.read_bytes() for file in files))


@cache
def _exporter() -> Any:
    """nbconvert's HTML exporter without its last step, which would read the whole page again with an
    HTML parser and write the SVGs' names in lower case. One for each process: it costs 50 ms."""
    from nbconvert import HTMLExporter, TemplateExporter
    from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

    class ReportExporter(HTMLExporter):
        def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
            exporter: Any = self
            kinds: Any = WidgetsDataTypeFilter
            resources = exporter._init_resources(resources)
            exporter.register_filter(
                "filter_data_type",
                kinds(notebook_metadata=exporter._nb_metadata, parent=self, resources=resources),
            )
            return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

        def _validate_preprocessor(self, nbc: Any, preprocessor: Any) -> None:
            """Nothing: `reading.load` has validated the notebook, and what we put into it is text."""

    make: Any = ReportExporter
    return make(
        template_name=TEMPLATE,
        optimistic_validation=True,
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


@cache
def _kind() -> Any:
    """A notebook that gives itself for its copy: nbconvert makes three of every part, to leave a caller's
    notebook as it was, and nobody needs ours any more."""
    from nbformat import NotebookNode

    class Uncopied(NotebookNode):
        def __deepcopy__(self, memo: dict[int, Any]) -> Any:
            return self

    return Uncopied


def _render(content: ReportContent, notebook: Any, svgs: Mapping[str, str]) -> Body:
    finish(notebook, svgs, content.area, read=content)
    for data in bundles(notebook):
        if (
            "text/html" in data
        ):  # nbconvert would copy and validate again and again what the page doesn't show
            for kind in (*MIME.values(), VEGALITE, "text/markdown"):
                data.pop(kind, None)
    html, _ = _exporter().from_notebook_node(_kind()(notebook))
    return with_headings(html)


def with_headings(html: str) -> Body:
    """Number the headings (`sec-1` …) so that they can be linked to, and list them.

    A page has one h1, its title: an h1 of the notebook becomes h2.
    """
    headings: list[Heading] = []

    def number(match: re.Match[str]) -> str:
        level = max(2, int(match.group(1)))
        id = f"sec-{len(headings) + 1}"
        headings.append(Heading(level, id, unescape(_TAGS.sub("", match.group(2))).strip()))
        return f'<h{level} id="{id}">{match.group(2)}</h{level}>'

    return Body(_HEADING.sub(number, _without_styles(html)).strip() + "\n", tuple(headings))


def _without_styles(html: str) -> str:
    """Without the styles that Markdown tables and pandas put into HTML, which a page's policy refuses. A cell
    aligned to the right gets the class that says so."""
    if "<style" in html:
        html = _STYLE_ELEMENT.sub("", html)
    return _STYLED.sub(_unstyled, html) if " style=" in html else html


def _unstyled(match: re.Match[str]) -> str:
    rest = match[2] + match[4]
    if re.search(r"text-align:\s*right", match[3]):
        rest = rest.replace(' class="', ' class="num ', 1) if ' class="' in rest else f' class="num"{rest}'
    return f"<{match[1]}{rest}>"


def warm() -> None:
    """Import and build what renders, for the processes that will inherit it."""
    _exporter()


def render_bodies(
    reports: Sequence[tuple[ReportContent, Any]], svgs: Mapping[str, str], store: Store
) -> tuple[list[Body], int]:
    """(body of each report in the order given, how many had to be rendered). The notebooks
    (`reading.read_notebook`) are finished in place."""
    bodies: list[Body] = []
    made: dict[str, bytes] = {}
    for content, notebook in reports:
        own = {text: svgs[text] for text in content.specs}
        key = digest(_recipe(), content.digest, content.area, *(own[text] for text in sorted(own)))
        body = _stored(store, key)
        if body is None:
            body = _render(content, notebook, own)
            made[key] = json.dumps(asdict(body), ensure_ascii=False).encode()
        bodies.append(body)
    store.put_all("body", made)
    return bodies, len(made)


def _stored(store: Store, key: str) -> Body | None:
    found = store.get("body", key)
    if found is None:
        return None
    record = json.loads(found)
    return Body(record["html"], tuple(Heading(**heading) for heading in record["headings"]))
