"""How far a numbered task has come: its own report held against its target and its due day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gongbao.standards.outcome import Outcome, compare

# A target written with one of these is not exact, so that just missing it decides nothing.
ROUGH = ("约", "近", "左右", "余")


class TaskState(StrEnum):
    """完成, 推进, 滞后, 未启动 as reported and checked; 未报进展 where the office said nothing."""

    DONE = "完成"
    RUNNING = "推进"
    LATE = "滞后"
    IDLE = "未启动"
    SILENT = "未报进展"


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A task's state, how its number stands against the target, and where the two reports disagree."""

    state: TaskState
    met: Outcome
    remark: str = ""


def task_met(value: float, op: str, target: float, qualifier: str = "") -> Outcome:
    """Whether the value reached meets the task's target; UNDETERMINED without both, or where a rough
    target (3%左右) is not met to the letter."""
    if math.isnan(value) or math.isnan(target) or not op:
        return Outcome.UNDETERMINED
    met = compare(value, op, target)
    return Outcome.UNDETERMINED if met is Outcome.FAIL and qualifier in ROUGH else met


def task_status(reported: str, met: Outcome, op: str, due: date | None, on: date) -> TaskStatus:
    """The state on day `on` of a task last reported as `reported` ("" if never).

    The number goes before the word: 完成 with a target that isn't met is not done, and a target to
    reach (≥, =) that was reached is done whatever was ticked. A limit to keep (≤) is kept for good only
    when the due day has come. What is not done after its due day is 滞后; the due day itself is in time.
    """
    if not reported:
        return TaskStatus(TaskState.SILENT, met)
    over = due is not None and due < on
    said = TaskState(reported)
    if met is Outcome.FAIL and said is TaskState.DONE:
        state = TaskState.LATE if over else TaskState.RUNNING
        return TaskStatus(state, met, "填报为完成，完成值没有达到目标")
    if met is Outcome.PASS and said is not TaskState.DONE and (op in (">=", "=") or (due and due <= on)):
        remark = "填报为滞后，完成值已达到目标" if said is TaskState.LATE else ""
        return TaskStatus(TaskState.DONE, met, remark)
    if said in (TaskState.RUNNING, TaskState.IDLE) and over:
        return TaskStatus(TaskState.LATE, met, f"填报为{said.value}，已过完成期限")
    return TaskStatus(said, met)
