"""Work in other processes. They are spawned, never forked: a caller that forks must stay free of
threads, and V8 (vl-convert) starts some."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """`work(job)` for every job, results in the order of the jobs whatever the number of workers.

    `work` must be a function of a module (it is imported by the processes). The first exception ends
    the rest and is raised here. `progress(done, all)` is called as results arrive.
    """
    if not jobs:
        return []
    count = max(1, min(workers, len(jobs)))
    context = multiprocessing.get_context("spawn")
    results: list[Result] = []
    with ProcessPoolExecutor(count, mp_context=context) as executor:
        chunk = max(1, min(16, len(jobs) // (count * 4)))
        for result in executor.map(work, jobs, chunksize=chunk):
            results.append(result)
            if progress:
                progress(len(results), len(jobs))
    return results
