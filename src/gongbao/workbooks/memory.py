"""Memory that forked processes share with the one that forked them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def frozen_memory() -> Iterator[None]:
    """Keep the collector's hands off the shared memory, which it would otherwise copy by touching."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
