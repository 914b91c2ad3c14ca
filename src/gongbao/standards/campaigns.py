"""创建工作 as a ladder of stages: who reached which stage, and when (schema CAMPAIGNS)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gongbao.data.work import CAMPAIGNS
from gongbao.rows import row_dicts

# 计划 → 启动 → 申报 → 初验 → 省验 → 认定 → 复查, as the table lists them.
STAGES = CAMPAIGNS.column("stage").choices
NO_DATE = "未注时间"


def ladder(rows: pd.DataFrame, own: str) -> pd.DataFrame:
    """One row for each campaign and object, in the order first mentioned.

    Columns: campaign, object (`own` where the row names none: the region itself), a column for each of
    STAGES with the date as far as it is known (`NO_DATE` where the stage has none, "" where it was not
    reported), reached (the last stage reported), date (of that stage), doc_no, note (each joined by “；”).
    Of two rows for the same stage the later in the frame counts.
    """
    found: dict[tuple[str, str], dict[str, dict[Any, Any]]] = {}
    for row in row_dicts(rows):
        key = str(row["campaign"]), row["object_name"] if isinstance(row["object_name"], str) else own
        found.setdefault(key, {})[str(row["stage"])] = row
    lines = []
    for (campaign, name), by_stage in found.items():
        dates = {stage: _text(by_stage[stage]["date"]) or NO_DATE for stage in STAGES if stage in by_stage}
        reached = [*dates][-1]
        lines.append(
            {"campaign": campaign, "object": name}
            | {stage: dates.get(stage, "") for stage in STAGES}
            | {
                "reached": reached,
                "date": dates[reached],
                **{
                    c: _joined(by_stage[s][c] for s in dates)
                    for c in ("doc_no", "note", "quote", "source_id")
                },
            }
        )
    columns = ["campaign", "object", *STAGES, "reached", "date", "doc_no", "note", "quote", "source_id"]
    return pd.DataFrame(lines, columns=columns)


def _joined(values: Any) -> str:
    return "；".join(dict.fromkeys(v for v in values if isinstance(v, str) and v))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
