"""The JavaScript engine that draws charts: Vega and Vega-Lite in a V8 of this process.

The libraries are those of vl-convert, bundled by it into one script, which the pages' interactive view
loads too. vl-convert itself opens the font some 400 times for one chart; here text is measured from a
table of widths.

V8 starts threads: a process that has an engine may not fork.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from gongbao.site.store import Store, digest

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

# present.theme's, held equal by a test: processes that draw import nothing that takes long.
MEASURES_FOLDER = Path(__file__).parents[1] / "present/measures"
VEGALITE_VERSION = "6.4"
# What vl-convert has inside, by Vega-Lite's version: other addresses it refuses, and it fetches nothing.
LIBRARIES = {"6.4": ("vega@6.2.0", "vega-lite@6.4.1")}
SCRIPT = Path(__file__).with_name("engine.js")
CHARTS = 2000  # drawn in one context; then a new one, so that nothing can pile up in it
MEMORY = 1 << 30  # bytes of JavaScript's own
SECONDS = 60.0  # for one chart
TURNS = 100  # how often a chart may wait


class Engine:
    """Draws Vega-Lite specifications with the measures of a folder; `libraries` is what `libraries()` gives."""

    def __init__(self, libraries: str, measures: Path) -> None:
        self._libraries = libraries
        self._table = json.dumps(json.loads((measures / "widths.json").read_text("utf-8")))
        self._process = os.getpid()
        self._context: MiniRacer | None = None
        self._drawn = 0

    def start(self) -> MiniRacer:
        """The context of JavaScript, with everything loaded."""
        if self._process != os.getpid():
            raise RuntimeError("a JavaScript engine was started before a fork")
        if self._context is None:
            with _utc():
                from py_mini_racer import MiniRacer

                self._context = context = MiniRacer()
                context.set_hard_memory_limit(MEMORY)
                context.eval(SCRIPT.read_text("utf-8"))
                context.eval("new Date(0).getHours()")  # V8 asks for the time zone once
            context.eval(f"((window) => {{{self._libraries}\n}})(globalThis)")
            context.eval(f"gongbao.start({self._table})")
            # Left to the end of the interpreter, closing waits for a thread that has gone.
            atexit.register(self.close)
        return self._context

    def draw(self, text: str) -> tuple[str, str]:
        """(SVG, "") or ("", what went wrong). A chart that fails leaves no trace in the next one."""
        from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException

        if self._drawn >= CHARTS:
            self.close()
        context = self.start()
        self._drawn += 1
        try:
            context.eval(f"gongbao.draw({json.dumps(text)})", timeout_sec=SECONDS)
            answer = context.eval("gongbao.take()", timeout_sec=SECONDS)
            turns = TURNS
            while answer and not isinstance(answer, str) and turns:
                answer, turns = context.eval("gongbao.take()", timeout_sec=SECONDS), turns - 1
        except JSTimeoutException:
            self.close()
            return "", f"{SECONDS:.0f} 秒里没有画完"
        except JSOOMException:
            self.close()
            return "", "需要的内存太多"
        except JSEvalException as error:
            self.close()
            return "", str(error)
        if not isinstance(answer, str):
            self.close()
            return "", "图要等待的东西不会来"
        svg, fault = json.loads(answer)
        return svg, fault

    def close(self) -> None:
        """End the context; `draw` starts another."""
        if self._context is not None and self._process == os.getpid():
            atexit.unregister(self.close)
            self._context.close()
        self._context, self._drawn = None, 0


def libraries(vegalite: str, store: Store | None) -> str:
    """Vega, Vega-Lite and vega-embed as one script of 0.9 MB that sets `window.vega`, `window.vegaLite` and
    `window.vegaEmbed`: made once (1.2 s), then kept in the store."""
    if store is None:
        return _bundled(vegalite)
    key = _key(vegalite)
    found = store.get("engine", key)
    if found is None:
        from filelock import FileLock

        store.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(store.folder / "engine.lock"):  # one process works, the others wait for it
            found = store.get("engine", key)
            if found is None:
                found = _bundled(vegalite).encode()
                store.put("engine", key, found)
    return found.decode()


def has_libraries(vegalite: str, store: Store) -> bool:
    """Whether the store holds what `libraries` gives."""
    return store.get("engine", _key(vegalite)) is not None


def _key(vegalite: str) -> str:
    return digest(version("vl-convert-python"), *LIBRARIES[vegalite], _entry(vegalite))


def _entry(vegalite: str) -> str:
    """The script of which the bundle is made."""
    vega, lite = (f"https://cdn.jsdelivr.net/npm/{name}/+esm" for name in LIBRARIES[vegalite])
    imports = f'import * as vegaModule from "{vega}"; import * as liteModule from "{lite}";'
    return imports + "Object.assign(window, { vega: vegaModule, vegaLite: liteModule, vegaEmbed });"


def _bundled(vegalite: str) -> str:
    import vl_convert

    script: str = vl_convert.javascript_bundle(_entry(vegalite), vl_version=vegalite)
    return script


@contextmanager
def _utc() -> Iterator[None]:
    """V8 is to draw dates in UTC wherever the machine stands."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
