"""What several reports of a county ask for, computed once: each result with the reads that it made.

A result that is taken over counts as read by who takes it, so that a report's record is the same whether it
computed everything itself or found it done. Exceptions are not kept: they are raised anew each time.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Hashable
from contextlib import redirect_stderr, redirect_stdout
from typing import TypeVar

from gongbao.workbooks import records

T = TypeVar("T")


class Shared:
    """Results by key, for one dataset. A key must name everything that its result depends on besides it."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[object, records.Reads]] = {}
        self._given: dict[Hashable, tuple[object, records.Reads]] = {}
        self._preparing = False

    def recall(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result of `make`, computed once: nobody may change it."""
        return _result(self._kept, key, make)

    def take(self, key: Hashable, make: Callable[[], T]) -> T:
        """A result that is the caller's own to change: one that was prepared, for the first who asks."""
        if self._preparing:
            return _result(self._given, key, make)
        if key not in self._given:
            return make()
        result = _result(self._given, key, make)
        del self._given[key]
        return result

    def prepare(self, make: Callable[[], object]) -> None:
        """Keep what `make` takes for those who will take it later, in processes forked from this one.

        Nothing is kept if it raises, warns or prints: whoever asks shall see that himself.
        """
        given, self._preparing = dict(self._given), True
        said = io.StringIO()
        try:
            with warnings.catch_warnings(record=True) as warned, redirect_stdout(said), redirect_stderr(said):
                make()
            quiet = not warned and not said.getvalue()
        except Exception:  # noqa: BLE001 - raised again in every report that asks
            quiet = False
        finally:
            self._preparing = False
        if not quiet:
            self._given = given


def _result(kept: dict[Hashable, tuple[object, records.Reads]], key: Hashable, make: Callable[[], T]) -> T:
    if key not in kept:
        with records.collected() as reads:
            kept[key] = make(), reads
    result, reads = kept[key]
    records.note_all(reads)
    return result  # type: ignore[return-value]  # what `make` of the same key gave
