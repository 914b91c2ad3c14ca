"""Outputs that can be seen to be valid without nbformat's schema, which takes a millisecond for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Of nbformat's schema: what is of such a type may be any JSON, all else text.
_JSON = re.compile(r"^application/(.*\+)?json$")


def plainly_valid(output: Mapping[str, Any], kind: str) -> bool:
    """Whether an output has just the parts of its kind, each of its plainest type; then nbformat finds it valid.

    False says nothing: texts may be lists of lines, and errors are seldom; nbformat decides.
    """
    if output.get("output_type") != kind:
        return False
    match kind:
        case "display_data":
            return len(output) == 3 and _bundle(output)
        case "execute_result":
            count = output.get("execution_count", "")
            counted = count is None or (type(count) is int and count >= 0)
            return len(output) == 4 and counted and _bundle(output)
        case "stream":
            return len(output) == 3 and all(isinstance(output.get(name), str) for name in ("name", "text"))
    return False


def _bundle(output: Mapping[str, Any]) -> bool:
    data, metadata = output.get("data"), output.get("metadata")
    return (
        isinstance(data, dict)
        and isinstance(metadata, dict)
        and all(isinstance(value, str) or _JSON.search(name) for name, value in data.items())
    )
