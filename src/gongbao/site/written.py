"""Hand-written pages: site/<name>.qmd -> /site/<name>.html, the same files that Quarto renders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from gongbao.publication import PublicationError
from gongbao.site.bodies import with_headings
from gongbao.site.layout import Page
from gongbao.site.places import HOME

# Links between pages name the source files, as Quarto wants it.
_LINK = re.compile(r'(href="[^":]+)\.(?:qmd|ipynb)(?=["#])')


@dataclass(frozen=True, slots=True)
class Written:
    """A hand-written page: front matter and Markdown."""

    address: str
    title: str
    description: str
    markdown: str


def read_written(folder: Path) -> list[Written]:
    """The pages directly in `folder`, by name. Pages that a build generated there (they say
    `generated: gongbao`) are passed over. Raises PublicationError for broken front matter."""
    pages = []
    for path in sorted(folder.glob("*.qmd")):
        text = path.read_text("utf-8")
        head, body = _split(text)
        try:
            front: Any = yaml.safe_load(head) or {}
        except yaml.YAMLError as error:
            raise PublicationError(f"site/{path.name} 开头的 YAML 不能用：{error}") from error
        if front.get("generated") == "gongbao":
            continue
        if not front.get("title"):
            raise PublicationError(f"site/{path.name} 开头缺少 title（页面标题）。")
        pages.append(
            Written(f"/site/{path.stem}.html", str(front["title"]), str(front.get("description") or ""), body)
        )
    return pages


def _split(text: str) -> tuple[str, str]:
    if text.startswith("---\n"):
        head, mark, body = text[4:].partition("\n---\n")
        if mark:
            return head, body
    return "", text


def written_page(written: Written) -> Page:
    markdown: Any = IPythonRenderer
    renderer = markdown(escape=False, exclude_anchor_links=True)
    html = _LINK.sub(r"\1.html", MarkdownWithMath(renderer=renderer).render(written.markdown))
    body = with_headings(html)
    content = f'<article class="gb-article">\n{body.html}</article>\n'
    return Page(
        written.address,
        written.title,
        content,
        written.description,
        (HOME,),
        kind="written",
        headings=body.headings,
    )
