"""The other engine: the same pages through `quarto render`, for those who have Quarto.

Generated pages become `.qmd` files whose body is raw HTML, reports become notebooks with a YAML cell.
Quarto's output path is the input path with `.html`, so the addresses are those of the embedded
engine. What of Quarto's behaviour this relies on is in docs/quarto.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import yaml
from nbformat.v4 import new_markdown_cell, new_raw_cell

from gongbao.pool import Pool
from gongbao.publication import SETTINGS_FILE, Publication
from gongbao.site import asking, places, reference
from gongbao.site.bodies import Body
from gongbao.site.catalogue import Catalogue
from gongbao.site.charts import draw_png, stored_drawing
from gongbao.site.finish import finish
from gongbao.site.groups import Group, leaf_of
from gongbao.site.inputs import SiteInputs
from gongbao.site.layout import Page, fragment, navigation, whole
from gongbao.site.reading import ReportContent, bundles, load, read_report
from gongbao.site.store import Store
from gongbao.site.written import read_written
from gongbao.workbooks.planning import ReportKey

if TYPE_CHECKING:
    from gongbao.site.build import SiteSummary

# What pre-render leaves for post-render: files that Quarto does not make.
FILES_FOLDER = "quarto-files"
_NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_GENERATED = ("areas", "indicators", "sources", "data", "places")  # folders of pages beside the written ones
# Quarto adds these to every page with an HTML output and has no option against it.
_OUTSIDE_SCRIPTS = re.compile(
    r'<script src="https://cdn\.jsdelivr\.net/npm/(?:requirejs|jquery)@[^>]*></script>\n?'
    r"|<script type=\"application/javascript\">define\('jquery'[^<]*</script>\n?"
)


class QuartoMissing(Exception):  # noqa: N818 (says what the matter is)
    """Quarto is not installed; the text says how to get it."""


class QuartoFailed(Exception):  # noqa: N818
    """`quarto render` stopped; the text holds what it said."""


def quarto_command() -> str:
    """The Quarto program. Raises QuartoMissing with the ways to get one."""
    quarto: Any = import_module("quarto")
    named = os.environ.get("QUARTO_PATH")
    if named and not Path(named).is_file():
        raise QuartoMissing(f"环境变量 QUARTO_PATH 指向的文件不存在：{named}。请改正或删去这个变量。")
    found: str | None = quarto.path()
    if not found:
        raise QuartoMissing(
            "没有找到 Quarto。三种办法任选其一：用 environment.yml 建立 conda 环境（含 Quarto）；"
            "从 quarto.org 下载安装程序；已装在别处的，用环境变量 QUARTO_PATH 指明 quarto 程序的位置。"
            "不装 Quarto 也可以用默认的 --engine embedded 生成同样的网站。"
        )
    return found


def render_with_quarto(inputs: SiteInputs, out: Path) -> SiteSummary:
    """Render into `out`. The project is made in a temporary folder."""
    program, publication = quarto_command(), inputs.publication
    with tempfile.TemporaryDirectory(prefix="gongbao-quarto-") as name:  # Quarto skips paths with “.” and “_”
        folder = Path(name)
        summary = write_project(inputs, folder, out)
        _copy_written(publication, folder)
        _write_settings(publication, folder)
        command = [program, "render", str(folder), "--no-execute", "--output-dir", "_site"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        if done.returncode:
            raise QuartoFailed(
                f"quarto render 没有成功（退出码 {done.returncode}）：\n{done.stderr or done.stdout}"
            )
        shutil.copytree(folder / "_site", out, dirs_exist_ok=True)
    remove_outside_scripts(out.rglob("*.html"))
    _write_rest(publication, out)
    return replace(summary, rendered=len(inputs.reports))


def write_project(inputs: SiteInputs, folder: Path, out: Path) -> SiteSummary:
    """Write the generated sources into `folder` (`index.qmd`, `site/**.qmd`, `reports/**`), and the files that
    Quarto does not make into `out`. The summary counts the pages that the project will have, hand-written
    ones and 404 included."""
    from gongbao.site.build import make_site

    with tempfile.TemporaryDirectory(prefix="gongbao-site-") as summaries:
        made = make_site(inputs, out, Path(summaries), project=folder).summary()
    _write_reports(inputs, folder)
    return replace(made, pages=made.pages + len(read_written(inputs.publication.pages)) + 1)


def _write_reports(inputs: SiteInputs, folder: Path) -> None:
    """The reports' notebooks, with their charts as SVG and as PNG. After the other tasks, in processes of
    their own: those draw SVGs, these turn them into PNGs with another font (`charts.draw_png`)."""
    places = inputs.places()
    context = _Notebooks(inputs.catalogue, leaf_of(inputs.root), folder, inputs.store)
    count = min(inputs.workers, max(1, len(places)))
    with Pool(count, inherit=True, prepare=partial(_begin, context)) as pool:
        pool.map(_write_place, list(places.values()))


@dataclass(frozen=True, slots=True)
class _Notebooks:
    """What the processes that write reports' notebooks share."""

    catalogue: Catalogue
    listed: Mapping[str, Group]
    folder: Path
    store: Path


_context: list[_Notebooks] = []  # of this process


def _begin(context: _Notebooks) -> None:
    _context[:] = [context]


def _write_place(reports: Sequence[tuple[ReportKey, Path]]) -> None:
    """Runs in a pool's process: the reports of one place."""
    context = _context[0]
    contents = [read_report(key, path) for key, path in reports]
    catalogue = context.catalogue.of([content.summary for content in contents])
    store = Store(context.store)
    for content in contents:
        refs = asking.refs_in(content.path.read_text("utf-8"))
        page = places.report(catalogue, content, Body("", ()), context.listed[content.region], refs)
        svgs = {text: stored_drawing(text, store) for text in content.specs}
        pngs = {text: draw_png(svg, store) for text, svg in svgs.items()}
        path = context.folder / page.address.removeprefix("/").replace(".html", ".ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(report_source(content, page, svgs, pngs), path)


def page_source(page: Page) -> str:
    """A generated page as `.qmd`: the title for Quarto, everything below it as raw HTML."""
    body = _raw_html(fragment("quarto.html.j2", page.address, page=page))
    return f"---\n{_front(page, generated='gongbao')}---\n\n{body}"


def report_source(
    content: ReportContent, page: Page, svgs: Mapping[str, str], pngs: Mapping[str, bytes]
) -> Any:
    """The finished notebook of a report with title, banner before it and sources behind it."""
    notebook = finish(load(content.path.read_text("utf-8")), svgs, content.area, pngs)
    known, first = asking.entries_in(page.body), set[str]()
    for data in bundles(notebook):
        if "text/html" in data:
            data["text/html"] = asking.linked(data["text/html"], known, first)
    top = fragment("quarto_top.html.j2", page.address, page=page)
    bottom = fragment("quarto_bottom.html.j2", page.address, page=page)
    front = f"---\n{_front(page, toc=True)}---"
    notebook.cells = [
        new_raw_cell(front, id="gb-front"),
        new_markdown_cell(_raw_html(top), id="gb-top"),
        *notebook.cells,
        new_markdown_cell(_raw_html(bottom), id="gb-bottom"),
    ]
    notebook.metadata = nbformat.from_dict(_NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, max(5, notebook.nbformat_minor)
    return notebook


def _front(page: Page, **more: Any) -> str:
    front = {"title": page.title, "description": page.description or None, **more}
    kept = {key: value for key, value in front.items() if value is not None}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)


def _raw_html(html: str) -> str:
    """A raw block that no run of backticks in the HTML can close, and no shortcode can open."""
    longest = max((len(run) for run in re.findall(r"`+", html)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{{=html}}\n{html.replace('{{<', '{{&lt;')}\n{fence}\n"


def _copy_written(publication: Publication, folder: Path) -> None:
    shutil.copytree(publication.pages, folder / "site", dirs_exist_ok=True, ignore=_generated_pages)


def _generated_pages(folder: str, names: list[str]) -> list[str]:
    """Pages that pre-render left in site/: this build makes its own."""
    return [
        name
        for name in names
        if name in _GENERATED
        or (name.endswith(".qmd") and "\ngenerated: gongbao\n" in (Path(folder) / name).read_text("utf-8"))
    ]


def _write_settings(publication: Publication, folder: Path) -> None:
    """`_quarto.yml` without the scripts of a plain `quarto render`: their work is done here."""
    settings: Any = yaml.safe_load((publication.root / SETTINGS_FILE).read_text("utf-8"))
    for key in ("pre-render", "post-render", "output-dir"):
        settings.get("project", {}).pop(key, None)
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (folder / SETTINGS_FILE).write_text(text, "utf-8")


def remove_outside_scripts(pages: Iterable[Path]) -> int:
    """Drop the scripts from other servers that Quarto puts into pages; returns how many pages changed."""
    changed = 0
    for path in sorted(pages):
        old = path.read_text("utf-8")
        new = _OUTSIDE_SCRIPTS.sub("", old)
        if new != old:
            path.write_text(new, "utf-8")
            changed += 1
    return changed


def _write_rest(publication: Publication, out: Path) -> None:
    """What neither engine's renderer makes: the page for wrong addresses and the theme."""
    page = reference.not_found_page()
    (out / "404.html").write_text(whole(page, publication, navigation(publication)), "utf-8")
    theme = publication.pages / "theme"
    if theme.is_dir():
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(theme, out / "site" / "theme", ignore=hidden, dirs_exist_ok=True)


# --- plain `quarto render` at the root of the publication -----------------------------------------


def prepare_in_place(inputs: SiteInputs) -> SiteSummary:
    """pre-render: write the generated sources into the publication's own folder, where Quarto picks them
    up in the same run, and keep the other files for `complete`."""
    publication = inputs.publication
    clear_generated(publication)
    files = publication.state / FILES_FOLDER
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    summary = write_project(inputs, publication.root, files)
    _write_rest(publication, files)
    return summary


def clear_generated(publication: Publication) -> None:
    """Remove what an earlier pre-render wrote, so that no page of a withdrawn report stays."""
    for folder in (
        publication.root / "reports",
        *(publication.pages / name for name in _GENERATED),
    ):
        shutil.rmtree(folder, ignore_errors=True)
    for path in [publication.root / "index.qmd", *sorted(publication.pages.glob("*.qmd"))]:
        if path.is_file() and "\ngenerated: gongbao\n" in path.read_text("utf-8"):
            path.unlink()


def complete(publication: Publication, output: Path, pages: Iterable[Path]) -> int:
    """post-render: clean the pages that Quarto wrote and add the files that it doesn't make."""
    changed = remove_outside_scripts(page for page in pages if page.suffix == ".html")
    files = publication.state / FILES_FOLDER
    if files.is_dir():
        shutil.copytree(files, output, dirs_exist_ok=True)
    return changed
