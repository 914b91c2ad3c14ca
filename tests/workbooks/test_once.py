"""What a result keeps of its own answers: computed once, and nobody can change another's copy."""

from dataclasses import dataclass

import pandas as pd

from gongbao.workbooks.once import once


@dataclass(frozen=True)
class Result:
    made: list[str]

    @once
    def rows(self, *kinds: str) -> pd.DataFrame:
        self.made.append("、".join(kinds))
        return pd.DataFrame({"kind": list(kinds) or ["all"]})

    @once
    def words(self) -> list[str]:
        self.made.append("words")
        return ["甲", "乙"]

    @once
    def total(self) -> int | None:
        self.made.append("total")
        return None


def test_an_answer_is_computed_once_for_the_same_arguments() -> None:
    result = Result([])
    for _ in range(2):
        assert list(result.rows()["kind"]) == ["all"]
        assert list(result.rows("专项")["kind"]) == ["专项"]
        assert result.total() is None
    assert result.made == ["", "专项", "total"]


def test_each_result_keeps_its_own() -> None:
    first, second = Result([]), Result([])
    first.words(), second.words()
    assert (first.made, second.made) == (["words"], ["words"])


def test_what_a_caller_changes_is_his_own() -> None:
    result = Result([])
    frame, words = result.rows(), result.words()
    frame.loc[0, "kind"] = "changed"
    frame["more"] = 1
    words.append("丙")
    assert result.rows().to_dict("list") == {"kind": ["all"]}
    assert result.words() == ["甲", "乙"]
