"""Takes out of an executed notebook what differs between machines and runs.

Both executors' results go through `clean`, so that the same inputs give the same bytes.
"""

from __future__ import annotations

import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from gongbao.workbooks.notebook import KERNELSPEC, LANGUAGE_INFO

Scrub = Callable[[str], str]

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
# Ids that a library draws at random for each piece of HTML it makes: Altair's chart, pandas' Styler.
_RANDOM_IDS = re.compile(r"\b(altair-viz-)[0-9a-f]{32}\b|\b(T_)[0-9a-f]{5}(?=_|\b)")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_PACKAGE = Path(__file__).resolve().parents[1]


def scrubber(root: Path) -> Scrub:
    """A function that replaces this machine's folders and memory addresses in a text.

    `<object at 0x7f31c0>` becomes `<object at 0x0>`, a path in the publication begins with `./`, one
    in the installed libraries with `site-packages/`. Other paths stay: the analyst typed them.
    """
    named = {
        str(_PACKAGE): "gongbao",
        sysconfig.get_path("purelib"): "site-packages",
        sysconfig.get_path("platlib"): "site-packages",
        sysconfig.get_path("stdlib"): "python",
        sys.prefix: "<python>",
        sys.base_prefix: "<python>",
        tempfile.gettempdir(): "<temp>",
        str(root): ".",
        str(root.resolve()): ".",
        str(Path.home()): "~",
    }
    home = str(Path.home())
    # IPython shortens the home folder in tracebacks.
    named |= {
        "~" + folder[len(home) :]: name for folder, name in named.items() if folder.startswith(home + "/")
    }
    longest_first = sorted((folder for folder in named if len(folder) > 1), key=len, reverse=True)
    folders = "|".join(re.escape(folder) for folder in longest_first)
    # Not within a longer path, but right after the escape sequence that colours it.
    pattern = re.compile(
        rf"(^|\x1b\[[0-9;]*m|[^\w/.~-])({folders})(?=[/\\\s'\"`,;:)\]>\x1b]|$)", re.MULTILINE
    )

    def scrub(text: str) -> str:
        return _ADDRESS.sub("at 0x0", pattern.sub(lambda match: match[1] + named[match[2]], text))

    return scrub


def clean(notebook: NotebookNode, scrub: Scrub) -> None:
    """Clean an executed notebook in place: its kernel's description and the text of its outputs."""
    notebook.metadata["kernelspec"] = NotebookNode(KERNELSPEC)
    notebook.metadata["language_info"] = NotebookNode(LANGUAGE_INFO)
    ids: dict[str, str] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            match output.output_type:
                case "stream":
                    output.text = scrub(output.text)
                case "error":
                    output.evalue = scrub(output.evalue)
                    output.traceback = [scrub(line) for line in output.traceback]
                case _:
                    for kind, rewrite in (("text/plain", scrub), ("text/html", _numbering(ids))):
                        if isinstance(output.data.get(kind), str):
                            output.data[kind] = rewrite(output.data[kind])


def _numbering(ids: dict[str, str]) -> Scrub:
    """Replaces random ids by numbers in the order of their appearance in the notebook."""

    def number(match: re.Match[str]) -> str:
        return ids.setdefault(match[0], f"{match[1] or match[2]}{len(ids) + 1:05d}")

    return lambda text: _RANDOM_IDS.sub(number, text)


def plain(text: str) -> str:
    """A text without the escape sequences that colour it on a terminal."""
    return _ESCAPES.sub("", text)
