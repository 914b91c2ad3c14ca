"""The drawing processes of a build."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import TracebackType

from gongbao.pool import Pool
from gongbao.site.drawing import bundle, start_engine


class Drawers:
    """Processes with the engine in them: started when the first chart comes, or before by `start`.

    A drawing process needs a third of a second until its engine is ready, two seconds more where `store`, the
    folder of a `Store`, doesn't hold the engine's libraries yet. A build that will draw every chart starts them
    first of all, beside its own start and the reading of the data.
    """

    def __init__(self, workers: int, store: Path) -> None:
        self.workers, self.store = workers, store
        self._pool: Pool | None = None
        self._bundles: dict[str, int] = {}

    def start(self) -> Pool:
        """The pool, started if it has not been."""
        if self._pool is None:
            self._pool = Pool(self.workers, prepare=partial(start_engine, str(self.store)))
        return self._pool

    @property
    def started(self) -> bool:
        return self._pool is not None

    def request_bundle(self, vegalite: str) -> None:
        """Have the script of the interactive view made as soon as a process is free."""
        if vegalite not in self._bundles:
            self._bundles[vegalite] = self.start().submit(bundle, vegalite)

    def bundle(self, vegalite: str) -> bytes:
        """The script of the interactive view (`drawing.bundle`)."""
        self.request_bundle(vegalite)
        [script] = self.start().results([self._bundles.pop(vegalite)])
        return bytes(script)

    def __enter__(self) -> Drawers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None
