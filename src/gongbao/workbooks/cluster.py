"""Reports on a Dask cluster. Dask decides which worker runs what and when; a task is one place.

Three kinds of processes: this one, the build, which forks later and so may have no threads; the client
(`cluster_client`), which has Dask's threads; and beside each worker the processes that run the reports (`remote`),
because a worker has threads, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from gongbao.workbooks.outcome import ExecutorError, Job, Run
from gongbao.workbooks.pipes import receive, send, start_program
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.records import file_state
from gongbao.workbooks.remote import make_setup
from gongbao.workbooks.store import changed


def run_on_cluster(
    jobs: Sequence[Job], *, scheduler: str, time_limit: int, root: Path, on_done: Callable[[Run], None]
) -> None:
    """Run the jobs on the cluster of a scheduler ("tcp://…"). Raises ExecutorError if that can't be done."""
    waiting = {job.key: job for job in jobs}
    setup = make_setup(root, internal=any(job.internal for job in jobs), time_limit=time_limit)
    client = start_program("gongbao.workbooks.cluster_client")
    try:
        send(client.saying, (scheduler, setup, _places(jobs)))
        while waiting:
            kind, content = receive(client.hearing)
            if kind == "error":
                raise ExecutorError(content)
            for run, notebook in content:
                on_done(_take(waiting.pop(run.key), run, notebook, root))
    except (EOFError, BrokenPipeError) as error:
        raise ExecutorError("和 Dask 通信的进程意外退出了，可能是内存不足。") from error
    finally:
        client.end()


def _places(jobs: Sequence[Job]) -> list[list[ReportKey]]:
    found: dict[tuple[int, str], list[ReportKey]] = {}
    for job in jobs:
        found.setdefault((job.key.year, job.key.region), []).append(job.key)
    return list(found.values())


def _take(job: Job, run: Run, notebook: bytes | None, root: Path) -> Run:
    """A run of elsewhere as one of here. What it opened must be here, too, as it was there."""
    files = tuple(read for read in run.reads if read.kind == "file")
    if different := changed(files, file_state(root)):
        names = "、".join(read.name for read in different)
        raise ExecutorError(
            f"{job.key.address} 在工作机器上读的文件和本机的不同：{names}。工作簿读的文件要放在 data/ 或 workbooks/ "
            "里，或让各机器用同一个共享文件夹。"
        )
    if notebook is not None:
        job.target.parent.mkdir(parents=True, exist_ok=True)
        job.target.write_bytes(notebook)
    return replace(run, target=job.target)
