"""The site's style sheet for what a notebook shows in JupyterLab: the same look, and none of it on anything else.

Every rule is kept to the HTML of `present`'s objects. Their selectors count as an id's, because JupyterLab
dresses tables and lists of its own; dark is what JupyterLab's theme says and not the system.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# What the HTML of a displayed object begins with.
ROOTS = ("gb-verdicts", "gb-facts", "gb-points", "gb-say", "gb-table", "gb-figure")
_NEVER = "#gb-none"  # an id that nothing has
_WITHIN = f":is({', '.join(f'.{name}' for name in ROOTS)}, {_NEVER})"
_DARK = '[data-jp-theme-light="false"]'
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DARK_QUERY = re.compile(r"@media\b[^{]*prefers-color-scheme:\s*dark")
_ROOT = re.compile(rf"\.({'|'.join(ROOTS)})(?![\w-])")
_ELEMENT = re.compile(r"(?:figure|dl|ul|p)(?![\w-])")
_FRAME = re.compile(r"html|body|\*|@|#")
# What JupyterLab says of tables and lists and the style sheet takes for granted, and what leads nowhere here.
_OWN = """
{within} {
  color: var(--ink); font-family: var(--sans); font-size: 1rem; line-height: 1.75; font-variant-numeric: tabular-nums;
}
{within}, {within} * { box-sizing: border-box; }
.gb-figure:is(.gb-figure, {never}) { background: none; border: 0; padding: 0; margin: .5rem 0 1rem; }
{within} table { margin: 0; border: 0; table-layout: auto; background: var(--card); }
{within} :is(thead, tbody, tr, tbody tr:nth-child(odd), tbody tr:hover) { background: none; border: 0; }
{within} :is(td, th) { max-width: none; white-space: normal; }
{within} table caption { background: none; }
{within} :is(dt, dd) { float: none; clear: none; width: auto; margin: 0; padding: 0; font-weight: inherit; }
{within} li { margin: 0; }
{within} a.gb-ask { pointer-events: none; color: inherit; text-decoration: none; }
{dark} .jp-Notebook:has(style.gb-style) .jp-RenderedVegaCommon5 :is(canvas, svg) {
  filter: invert(.93) hue-rotate(180deg);
}
"""


def notebook_style(sheet: str) -> str:
    """The <style> element for a notebook, from the text of the site's style sheet."""
    own = _OWN.replace("{within}", _WITHIN).replace("{never}", _NEVER).replace("{dark}", _DARK).strip()
    rules = "\n".join([own, *_converted(_COMMENT.sub("", sheet), "")]).replace("</", "<\\/")
    return f'<style class="gb-style">\n{rules}\n</style>'


def _converted(sheet: str, before: str) -> Iterator[str]:
    for prelude, body in _blocks(sheet):
        if _DARK_QUERY.match(prelude):
            yield from _converted(body, f"{_DARK} ")
        elif not prelude.startswith("@"):
            found = [f"{before}{s}" for selector in selectors(prelude) for s in _kept(selector.strip())]
            if found:
                yield f"{', '.join(found)} {{{body}}}"


def selectors(prelude: str) -> list[str]:
    """The selectors of a rule: what its commas part that don't stand in brackets."""
    parts, depth = [""], 0
    for sign in prelude:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """(what stands before the brace, what stands in it) of each rule."""
    depth = start = opened = 0
    for at, sign in enumerate(sheet):
        if sign == "{":
            depth += 1
            opened = at if depth == 1 else opened
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield sheet[start:opened].strip(), sheet[opened + 1 : at].strip()
                start = at + 1


def _kept(selector: str) -> Iterator[str]:
    """The selector within displayed objects, and on them where it can mean them."""
    if selector == ":root":
        yield _WITHIN
    elif not _FRAME.match(selector):
        yield f"{_WITHIN} {selector}"
        if root := _ROOT.match(selector):
            yield f":is({root[0]}, {_NEVER}){selector[root.end() :]}"
        elif element := _ELEMENT.match(selector):
            # counts less than what the sheet says of the class itself, as on the page
            yield f":where({element[0]}){_WITHIN}{selector[element.end() :]}"
