"""The rates of 学前教育普及普惠 beside the nation's targets, the place's own and those of other places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from gongbao.data.schema import STANDARD_NAMES
from gongbao.present import Sentence, Verdict, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import LocalTargets, Outcome, Target
from gongbao.workbooks.judging import SIGNS
from gongbao.workbooks.topics import by_topic, item_name

STANDARD = "preschool_2020"
EVERYWHERE = "*"
_ADDED = ["standard", "target", "target_shown", "national", "national_shown", "outcome", "colour", "gap", "basis",
          "words"]  # fmt: skip


@dataclass(frozen=True, eq=False)
class RateTargets:
    """Thresholds as they concern one place and year.

    `targets` are all rows of schema.TARGETS, `definitions` rows of schema.INDICATORS by id, `names`
    region code -> name in that year, `line` the place itself and the regions above it.
    """

    targets: pd.DataFrame
    definitions: Mapping[str, Mapping[Any, Any]]
    names: Mapping[str, str]
    line: Sequence[str]
    year: int

    @cached_property
    def _nation(self) -> LocalTargets:
        return LocalTargets(self.targets, EVERYWHERE, self.year)

    def frame(self, values: pd.DataFrame, judged: Iterable[Verdict]) -> pd.DataFrame:
        """The known rates among `values` (`Report.values`), each with its verdict's target, outcome and gap.

        Adds: item; standard (whether it is one of the national standard's); target, target_shown;
        national, national_shown where the place's own target differs from the nation's; outcome;
        colour (of the bar); basis of the denominator; words (name, value and target in one line).
        """
        rates = by_topic(values[(values["kind"] == "rate") & values["value"].notna()])
        verdicts = {(v.indicator_id, v.stage): v for v in judged}
        rows = []
        for row in row_dicts(rates):
            verdict = verdicts.get((row["indicator_id"], row["stage"]))
            general = self._nation.find(row["indicator_id"], "数值", row["stage"])
            rows.append(row | self._judged(row, verdict, general))
        return pd.DataFrame(rows, columns=[*rates.columns, *_ADDED])

    def _judged(
        self, row: Mapping[Any, Any], verdict: Verdict | None, nation: Target | None
    ) -> dict[str, Any]:
        about = self.definitions[row["indicator_id"]]
        own = nation if nation and verdict and nation.value != verdict.limit else None
        basis = (about[name] for name in ("denominator_basis", "denominator"))
        limit = verdict.target if verdict else ""
        return {
            "standard": about["standard"] == STANDARD,
            "target": verdict.limit if verdict and verdict.limit is not None else math.nan,
            "target_shown": limit or "—",
            "national": own.value if own else math.nan,
            "national_shown": _limit(own, row["unit"]) if own else "—",
            "outcome": Outcome(verdict.outcome) if verdict else None,
            "colour": verdict.outcome if verdict else "this",
            "gap": verdict.gap if verdict else "",
            "basis": next((text for text in basis if isinstance(text, str)), ""),
            "words": f"{row['short']} {row['value_text']}" + (f"（标准{limit}）" if limit else ""),
        }

    def not_yet(self, rates: pd.DataFrame) -> list[Sentence]:
        """Since when there is a target for rates of the standard that have none in this year."""
        waiting = [r for r in row_dicts(rates) if r["standard"] and math.isnan(r["target"])]
        national = self.targets[self.targets["region_code"] == EVERYWHERE]
        first = national.groupby("indicator_id")["valid_from"].min()
        years = {first[r["indicator_id"]] for r in waiting if r["indicator_id"] in first}
        if not years or min(years) <= self.year:
            return []
        return [
            bind(
                "{which}的标准值出自《{standard}》，自{since}年起适用；{year}年的数值只列出，不作结论。",
                {
                    "which": "、".join(dict.fromkeys(r["short"] for r in waiting)),
                    "since": int(min(years)), "year": self.year,
                    "standard": STANDARD_NAMES[STANDARD].split("（")[0],
                },
            )
        ]  # fmt: skip

    def other_places(self, rates: pd.DataFrame) -> list[Sentence]:
        """Places elsewhere that set another threshold than the nation for one of these rates."""
        elsewhere = self.targets[
            ~self.targets["region_code"].isin([EVERYWHERE, *self.line])
            & self.targets["region_code"].isin(list(self.names))
        ]
        found = []
        for row in row_dicts(rates):
            general = self._nation.find(row["indicator_id"], "数值", row["stage"])
            if general is None:
                continue
            own = elsewhere[elsewhere["indicator_id"] == row["indicator_id"]]
            for place in dict.fromkeys(own["region_code"]):
                other = LocalTargets(own, place, self.year).find(row["indicator_id"], "数值", row["stage"])
                if other and other.value != general.value:
                    found.append(
                        bind(
                            "{place}对{item}另定{limit}，{word}全国的{nation}。",
                            {
                                "place": self.names[place], "item": item_name(row),
                                "limit": _limit(other, row["unit"]),
                                "word": "高于" if other.value > general.value else "低于",
                                "nation": _limit(general, row["unit"]),
                            },
                        )
                    )  # fmt: skip
        return found


def _limit(target: Target, unit: str) -> str:
    return f"{SIGNS[target.op]}{plain(target.value, None)}{unit}{'' if target.confirmed else '（待核实）'}"
