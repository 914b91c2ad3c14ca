"""A numbered task: its report held against its target and its due day."""

from __future__ import annotations

import math
from datetime import date

import pytest

from gongbao.standards import Outcome
from gongbao.standards.tasks import TaskState, task_met, task_status

ON, PAST, TODAY = date(2023, 12, 31), date(2023, 6, 30), date(2023, 12, 31)


def test_a_target_is_compared_before_rounding() -> None:
    assert task_met(98.0, ">=", 100.0) is Outcome.FAIL
    assert task_met(100.0, ">=", 100.0) is Outcome.PASS
    assert task_met(3.0001, "<=", 3.0) is Outcome.FAIL
    assert task_met(math.nan, ">=", 100.0) is Outcome.UNDETERMINED
    assert task_met(5.0, "", 5.0) is Outcome.UNDETERMINED


def test_a_rough_target_that_is_just_missed_decides_nothing() -> None:
    # 天水: 青壮年文盲率下降到3%左右, 妇女下降到4%以内
    assert task_met(3.1, "<=", 3.0, "左右") is Outcome.UNDETERMINED
    assert task_met(2.9, "<=", 3.0, "左右") is Outcome.PASS
    assert task_met(4.1, "<=", 4.0, "以下") is Outcome.FAIL


@pytest.mark.parametrize(
    ("reported", "met", "op", "due", "state", "said"),
    [
        ("", Outcome.UNDETERMINED, "", PAST, TaskState.SILENT, ""),
        ("完成", Outcome.UNDETERMINED, "", PAST, TaskState.DONE, ""),
        ("完成", Outcome.PASS, ">=", PAST, TaskState.DONE, ""),
        ("完成", Outcome.FAIL, ">=", PAST, TaskState.LATE, "填报为完成，完成值没有达到目标"),
        ("完成", Outcome.FAIL, ">=", TODAY, TaskState.RUNNING, "填报为完成，完成值没有达到目标"),
        ("推进", Outcome.PASS, ">=", TODAY, TaskState.DONE, ""),
        ("滞后", Outcome.PASS, ">=", PAST, TaskState.DONE, "填报为滞后，完成值已达到目标"),
        ("推进", Outcome.PASS, "<=", date(2024, 3, 1), TaskState.RUNNING, ""),  # a limit is kept to the end
        ("推进", Outcome.PASS, "<=", TODAY, TaskState.DONE, ""),
        ("推进", Outcome.FAIL, ">=", TODAY, TaskState.RUNNING, ""),  # the due day itself is in time
        ("推进", Outcome.FAIL, ">=", PAST, TaskState.LATE, "填报为推进，已过完成期限"),
        ("未启动", Outcome.UNDETERMINED, "", PAST, TaskState.LATE, "填报为未启动，已过完成期限"),
        ("未启动", Outcome.UNDETERMINED, "", None, TaskState.IDLE, ""),
        ("滞后", Outcome.FAIL, ">=", TODAY, TaskState.LATE, ""),
    ],
)
def test_the_number_goes_before_the_word(
    reported: str, met: Outcome, op: str, due: date | None, state: TaskState, said: str
) -> None:
    found = task_status(reported, met, op, due, ON)
    assert (found.state, found.remark) == (state, said)


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(ValueError, match="做完了"):
        task_status("做完了", Outcome.PASS, ">=", PAST, ON)
