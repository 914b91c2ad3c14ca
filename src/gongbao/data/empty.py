"""Which columns and types a table has before it has a row."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from gongbao.data.schema import SUBMISSION_TABLES, TABLES

# Every table carries these three columns behind its own: where each row came from.
ORIGIN = ("_file", "_sheet", "_row")


@lru_cache
def column_types(name: str) -> dict[str, str]:
    """Column -> dtype of a table, in order."""
    types = {c.name: "float64" if c.numeric else "str" for c in TABLES[name].columns}
    types |= {"_file": "str", "_sheet": "str", "_row": "int64"}
    if name in SUBMISSION_TABLES:  # a submission's own sources have them too
        types = types | {n: t for n, t in (("region_code", "str"), ("year", "float64")) if n not in types}
    return types


def empty_table(name: str) -> pd.DataFrame:
    """A table of the right columns and types without rows."""
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in column_types(name).items()})
