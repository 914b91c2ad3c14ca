"""Reading and checking: files -> Dataset, or every Problem at once.

Way in: `read_dataset`; `examine` and `examine_submission` for `gongbao check`. May read files below the
data folder; may not compute a statistic.
"""

from gongbao.data.dataset import Dataset
from gongbao.data.problems import DataError, Place, Problem
from gongbao.data.reading import examine, examine_submission, read_dataset, read_shared
from gongbao.data.report import format_problems

__all__ = [
    "DataError",
    "Dataset",
    "Place",
    "Problem",
    "examine",
    "examine_submission",
    "format_problems",
    "read_dataset",
    "read_shared",
]
