"""The ways to install the project agree with each other, and the notebooks are stored clean."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def locked() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(), re.M
    ):
        found.setdefault(name.lower().replace("_", "-"), set()).add(version)
    return found


def test_the_lock_satisfies_every_dependency() -> None:
    pins = locked()
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    for text in wanted:
        requirement = Requirement(text)
        versions = pins[requirement.name.lower().replace("_", "-")]
        assert any(requirement.specifier.contains(v) for v in versions), (text, versions)


def test_the_conda_environment_installs_the_lock_and_a_python_that_fits() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    plain = [d for d in environment["dependencies"] if isinstance(d, str)]
    (pip,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    assert pip == ["-r requirements.lock"]
    (python,) = [d.removeprefix("python=") for d in plain if d.startswith("python=")]
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{python}.0")
    assert any(d.startswith("quarto=") for d in plain)


def test_the_lock_names_no_registry() -> None:
    assert "http" not in re.sub(
        r"^(http\w+|aiohttp)[^\n]*", "", (ROOT / "requirements.lock").read_text(), flags=re.M
    )


def test_documents_say_why_each_library_is_there() -> None:
    text = (ROOT / "docs/decisions.md").read_text("utf-8").lower()
    for dependency in PROJECT["dependencies"]:
        name = Requirement(dependency).name.lower()
        assert name.removesuffix("-python") in text, name


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_starts_with_the_two_commands(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    first_block = text.split("```")[1]
    assert "make site" in first_block and "make test" in first_block
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("path", sorted((ROOT / "workbooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebooks_are_stored_without_outputs(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
            assert len(cell["source"]) <= 30, "a cell longer than a screen"
