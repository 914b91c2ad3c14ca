"""Work in other processes."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from gongbao.workbooks.process import skip_unused_imports

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    progress: Callable[[int, int], None] | None = None,
    *,
    inherit: bool = False,
) -> list[Result]:
    """`work(job)` for every job, results in the order of the jobs whatever the number of workers.

    `work` must be a function of a module. The processes start afresh and import it; with `inherit`
    they are forked where the system can (Linux) and so have everything that is imported already. The
    first exception ends the rest and is raised here. `progress(done, all)` is called as results arrive.
    """
    if not jobs:
        return []
    count = max(1, min(workers, len(jobs)))
    # Forks happen when the first job is submitted, before the pool starts a thread in this process.
    context = multiprocessing.get_context("fork" if inherit and sys.platform == "linux" else "spawn")
    results: list[Result] = []
    with ProcessPoolExecutor(count, mp_context=context, initializer=skip_unused_imports) as executor:
        chunk = max(1, min(16, len(jobs) // (count * 4)))
        for result in executor.map(work, jobs, chunksize=chunk):
            results.append(result)
            if progress:
                progress(len(results), len(jobs))
    return results
