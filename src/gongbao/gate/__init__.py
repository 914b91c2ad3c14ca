"""The publication gate: a finished site in, everything out that may not be published (domain.md B11).

The way in is `check_output`. It reads the files themselves, all of them, and believes no intention:
what stands on a page, in a chart, a download or a search index counts. It changes nothing and knows
nothing of how a page was made; from the dataset it takes what must not appear.
"""

from __future__ import annotations

from gongbao.gate.check import check_output
from gongbao.gate.leaks import GateError, Leak, LeaksFoundError, format_leaks
from gongbao.gate.search_index import TakenOver

__all__ = ["GateError", "Leak", "LeaksFoundError", "TakenOver", "check_output", "format_leaks"]
