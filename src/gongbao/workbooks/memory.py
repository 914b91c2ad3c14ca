"""Memory that forked processes share with the one that forked them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Import without the collector, and keep what that made out of its sight: it stays as long as the process,
    and looking through it again and again would cost a build a third of a second."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def frozen_memory() -> Iterator[None]:
    """Keep the collector's hands off the shared memory, which it would otherwise copy by touching."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def collect_seldom() -> None:
    """Look for cycles after twenty thousand new objects and not after 700: in a process that lives for the second
    that a report takes, most of them are still in use."""
    gc.set_threshold(20_000, 20, 20)
