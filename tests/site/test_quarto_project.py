"""The project that Quarto renders: structure without Quarto, the real run where Quarto is."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml

import samples
from gongbao.site import build_site
from gongbao.site.inputs import SiteInputs
from gongbao.site.quarto import (
    QuartoMissing,
    clear_generated,
    complete,
    prepare_in_place,
    quarto_command,
    remove_outside_scripts,
    write_project,
)
from samples import Built


@pytest.fixture(scope="module")
def project(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quarto")
    inputs = SiteInputs(built.publication, built.dataset, built.reports, samples.WORKBOOKS, built.store)
    write_project(inputs, folder, tmp_path_factory.mktemp("files"))
    return folder


def front_of(text: str) -> dict[str, object]:
    return yaml.safe_load(text.split("---")[1])


def test_addresses_are_those_of_the_embedded_engine(built: Built, project: Path) -> None:
    sources = {
        p.relative_to(project).with_suffix(".html").as_posix()
        for p in project.rglob("*")
        if p.suffix in (".qmd", ".ipynb")
    }
    pages = {p.relative_to(built.folder).as_posix() for p in built.folder.rglob("*.html")}
    assert sources == pages - {"site/about.html", "404.html"}


def test_generated_pages_have_a_title_and_a_raw_body_without_a_second_one(project: Path) -> None:
    text = (project / "reports/2019/511923/index.qmd").read_text("utf-8")
    assert front_of(text)["title"] == "平昌县 2019年教育督导公报"
    body = text.split("---\n", 2)[2].strip()
    assert body.startswith("```{=html}\n") and body.endswith("\n```") and "<h1" not in body


def test_reports_are_notebooks_that_quarto_reads(project: Path) -> None:
    path = project / "reports/2019/511923/finance.ipynb"
    raw = json.loads(path.read_text("utf-8"))
    assert all(isinstance(cell["source"], list) for cell in raw["cells"])  # a string loses its line breaks
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].cell_type == "raw"
    assert front_of(notebook.cells[0].source)["title"] == "平昌县 2019年 经费与专项资金"
    assert not any(re.match(r"# ", c.source) for c in notebook.cells if c.cell_type == "markdown")


def test_figures_have_the_pair_for_page_and_word(project: Path) -> None:
    notebook = nbformat.read(project / "reports/2019/511923/finance.ipynb", as_version=4)
    figures = [
        o.data
        for c in notebook.cells
        for o in c.get("outputs", ())
        if "gb-figure" in o.get("data", {}).get("text/html", "")
    ]
    [figure] = figures
    assert "](data:image/png;base64,iVBORw0KGgo" in figure["text/markdown"]
    assert "data-quarto-disable-processing" in figure["text/html"]


def test_settings_use_only_keys_that_quarto_knows() -> None:
    settings = yaml.safe_load((samples.REPOSITORY / "_quarto.yml").read_text("utf-8"))
    assert set(settings["project"]) <= {
        "type",
        "output-dir",
        "render",
        "pre-render",
        "post-render",
        "resources",
    }
    assert isinstance(settings["project"]["render"], list)
    assert set(settings["website"]) <= {
        "title",
        "description",
        "search",
        "navbar",
        "page-footer",
        "sidebar",
        "site-url",
        "favicon",
    }


def test_outside_scripts_are_removed(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(
        '<head><script src="https://cdn.jsdelivr.net/npm/requirejs@2.3.6/require.min.js" integrity="x"></script>\n'
        '<script src="https://cdn.jsdelivr.net/npm/jquery@3.5.1/dist/jquery.min.js" integrity="y"></script>\n'
        "<script type=\"application/javascript\">define('jquery', [],function() {return window.jQuery;})</script>\n"
        '<script src="site/theme/gongbao.js"></script></head>',
        "utf-8",
    )
    assert remove_outside_scripts([page]) == 1
    assert page.read_text("utf-8") == '<head><script src="site/theme/gongbao.js"></script></head>'


def test_preparing_in_place_makes_everything_anew_and_keeps_hand_written_pages(
    built: Built, tmp_path: Path
) -> None:
    publication = samples.make_publication(tmp_path / "publication")
    about = (publication.pages / "about.qmd").read_text("utf-8")
    stale = publication.root / "reports/2001/511923/finance.ipynb"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}", "utf-8")
    inputs = SiteInputs(publication, built.dataset, built.reports, samples.WORKBOOKS, built.store)
    made = prepare_in_place(inputs)
    assert made.pages == built.summary.pages
    assert not stale.exists() and (publication.root / "index.qmd").is_file()
    assert (publication.pages / "about.qmd").read_text("utf-8") == about

    output = tmp_path / "rendered"
    output.mkdir()
    complete(publication, output, [])
    made = {p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file()}
    whole = {p.relative_to(built.folder).as_posix() for p in built.folder.rglob("*") if p.is_file()}
    assert made == {name for name in whole if not name.endswith(".html")} | {"404.html"}

    clear_generated(publication)
    left = {p.name for p in publication.root.rglob("*.qmd")}
    assert left == {"about.qmd"}


def test_without_quarto_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    with pytest.raises(QuartoMissing, match=r"environment\.yml.*quarto\.org.*QUARTO_PATH"):
        quarto_command()


def test_a_wrong_quarto_path_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "quarto"))
    with pytest.raises(QuartoMissing, match="QUARTO_PATH"):
        quarto_command()


@pytest.mark.quarto
def test_quarto_makes_the_same_addresses(built: Built, tmp_path: Path) -> None:
    build_site(
        built.publication,
        built.dataset,
        built.reports,
        samples.WORKBOOKS,
        tmp_path,
        engine="quarto",
        store=built.store,
    )
    expected = {p.relative_to(built.folder).as_posix() for p in built.folder.rglob("*") if p.is_file()}
    made = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert expected <= made
    for path in tmp_path.rglob("*.html"):
        assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', path.read_text("utf-8"))
