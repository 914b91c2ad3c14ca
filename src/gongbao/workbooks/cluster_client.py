"""The client of a Dask cluster, in a process of its own: `python -m gongbao.workbooks.cluster_client`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from gongbao.workbooks.cluster_worker import given, run_place, sees
from gongbao.workbooks.outcome import ExecutorError
from gongbao.workbooks.pipes import receive, send, take_pipes
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.remote import Setup, bundle_of


def main() -> None:
    """Hear (scheduler, setup, places); say ("runs", results) as they come, or ("error", text). Ends with the
    build, whose end closes the pipes."""
    hearing, saying = take_pipes()
    scheduler, setup, places = receive(hearing)
    # The build says no more: the end of its pipe is its own end, which may come at any moment.
    threading.Thread(target=_end_with, args=(hearing,), daemon=True).start()
    try:
        _ask(scheduler, setup, places, lambda results: send(saying, ("runs", results)))
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - told to the build, which raises it
        text = str(error) if isinstance(error, ExecutorError) else f"{type(error).__name__}: {error}"
        send(saying, ("error", text))


def _end_with(pipe: BinaryIO) -> None:
    pipe.read(1)
    os._exit(1)


def _ask(
    scheduler: str, setup: Setup, places: Sequence[Sequence[ReportKey]], on_results: Callable[[Any], None]
) -> None:
    try:
        from dask import config
        from dask.utils import parse_timedelta
        from distributed import Client, as_completed
    except ImportError as error:
        raise ExecutorError(
            '没有安装 Dask：请运行 pip install "gongbao[dask]"，或去掉 --scheduler。'
        ) from error
    # How long Dask tries to reach the scheduler; as long we wait for a first worker.
    patience = parse_timedelta(config.get("distributed.comm.timeouts.connect"))
    try:
        client = Client(scheduler, timeout=patience)
    except (OSError, ValueError) as error:
        raise ExecutorError(f"连不上 Dask 调度器 {scheduler}：{error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError as error:
            raise ExecutorError(
                f"Dask 调度器 {scheduler} 没有工作进程（dask worker {scheduler}）。"
            ) from error
        seen = client.run(sees, setup)
        bundle = None if all(seen.values()) else bundle_of(setup)
        common = client.submit(given, setup, bundle, pure=False)
        tasks = [client.submit(run_place, common, list(keys), pure=False) for keys in places]
        for task in as_completed(tasks):
            if task.status != "finished":
                raise ExecutorError(_fault(task, scheduler))
            on_results(task.result())
            task.release()


def _fault(task: Any, scheduler: str) -> str:
    if task.status != "error":
        return f"和 Dask 调度器 {scheduler} 的连接断了。"
    error = task.exception()
    if isinstance(error, ExecutorError):
        return str(error)
    return f"工作机器上出了问题：{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
