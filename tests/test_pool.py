"""Work in other processes: results in order, faults told, and nothing left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gongbao.pool import Pool, WorkerDiedError, in_processes


class AwkwardError(Exception):
    """Can be pickled, but not read back: its arguments aren't those of the constructor."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def late_when_small(number: int) -> int:
    time.sleep(0.05 if number < 2 else 0)
    return number * number


def fail_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("三号不行")
    return number


def fail_awkwardly(number: int) -> int:
    raise AwkwardError("甲", "乙")


def kill_itself(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def big(size: int) -> bytes:
    return b"x" * size


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_jobs(workers: int) -> None:
    seen: list[tuple[int, int]] = []
    found = in_processes(late_when_small, range(9), workers, lambda *step: seen.append(step))
    assert found == [n * n for n in range(9)]
    assert seen[-1] == (9, 9)
    assert in_processes(late_when_small, [], workers) == []


def test_fresh_processes_do_the_same() -> None:
    with Pool(2) as pool:
        assert pool.map(len, ["一", "二三"]) == [1, 2]


def test_this_process_gets_no_thread_and_may_fork_again() -> None:
    before = threading.active_count()  # the browser of other tests has threads here
    with Pool(2, inherit=True) as pool:
        pool.map(late_when_small, range(4))
        assert threading.active_count() == before
        assert in_processes(late_when_small, range(3), 2) == [0, 1, 4]


def test_a_job_that_was_submitted_early_is_collected_later() -> None:
    with Pool(1, inherit=True) as pool:
        early = pool.submit(big, 3_000_000)  # more than a pipe holds: the worker waits, nobody hangs
        later = pool.submit(late_when_small, 4)
        assert pool.results([later]) == [16]
        assert [len(body) for body in pool.results([early])] == [3_000_000]


def test_an_exception_is_raised_here_with_its_traceback() -> None:
    with pytest.raises(ValueError, match="三号不行") as caught:
        in_processes(fail_at_three, range(9), 2)
    assert "fail_at_three" in "".join(caught.value.__notes__)
    assert multiprocessing.active_children() == []


def test_an_exception_that_cannot_be_sent_is_told_by_another() -> None:
    with pytest.raises(RuntimeError, match="AwkwardError: 甲 乙"):
        in_processes(fail_awkwardly, [1], 1)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_that_is_killed_is_reported() -> None:
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        in_processes(kill_itself, range(3), 2)
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("inherit", [True, False])
def test_nothing_outlives_this_process(end: signal.Signals, inherit: bool, tmp_path: Path) -> None:
    script = tmp_path / "waits.py"
    script.write_text(
        "import time\n"
        "from gongbao.pool import Pool\n"
        "if __name__ == '__main__':\n"
        f"    with Pool(2, inherit={inherit}) as pool:\n"
        "        pool.map(abs, [1, 2])\n"
        "        numbers = [pool.submit(time.sleep, 60) for _ in range(2)]\n"
        "        print(*(worker.process.pid for worker in pool._workers), flush=True)\n"
        "        pool.results(numbers)\n",
        "utf-8",
    )
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2 and all(alive(pid) for pid in workers)
        parent.send_signal(end)
        parent.wait(10)
    patience = time.monotonic() + 10
    while any(alive(pid) for pid in workers) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in workers)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
