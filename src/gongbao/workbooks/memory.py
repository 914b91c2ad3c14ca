"""Memory that forked processes share with the one that forked them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


_LARGE = 1 << 21  # bytes of a large page


def gather_in_large_pages() -> None:
    """Have the kernel put what this process holds into large pages, where it can (Linux from 6.1 on).

    It takes a third of a second. Every fork then copies one entry for 500 pages, and every end of a child lets
    one go, where the child has written nothing: in a country most of the memory is other counties' data.
    """
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return
    import ctypes

    collapse = 25  # MADV_COLLAPSE, asm-generic/mman-common.h; older kernels refuse it, and nothing is lost
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in maps.read_text().splitlines():
        addresses, rights, _, _, file, *_ = line.split()
        begin, end = (int(address, 16) for address in addresses.split("-"))
        begin, end = -(-begin // _LARGE) * _LARGE, end // _LARGE * _LARGE
        if rights == "rw-p" and file == "0" and begin < end:
            libc.madvise(begin, end - begin, collapse)
