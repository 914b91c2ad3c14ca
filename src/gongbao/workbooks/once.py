"""A result's method whose answer is computed once: a workbook, its facts and the bulletin ask for the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


def once(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """For methods of frozen results that depend on nothing else and give a frame, a list or dict of values
    that can't change, or one such value: each caller gets a copy of his own."""

    @wraps(method)
    def asked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = method.__qualname__, args, tuple(sorted(kwargs.items()))
        answers: dict[Any, R] = self.__dict__.setdefault("_answers", {})
        if key not in answers:
            answers[key] = method(self, *args, **kwargs)
        answer: R = _own(answers[key])
        return answer

    return asked


def _own(answer: Any) -> Any:
    if isinstance(answer, pd.DataFrame):
        return answer.copy(deep=False)  # pandas copies the cells when, and if, somebody changes them
    return answer.copy() if isinstance(answer, list | dict) else answer
