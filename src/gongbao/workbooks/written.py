"""An executed notebook as text: the bytes that nbformat writes, several times sooner.

Python's JSON encoder goes through its slow way when it indents, and nbformat copies the whole notebook
before that; a notebook of a build is written once and then forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient

_LINES = ["\n" + " " * depth for depth in range(64)]


def notebook_text(notebook: NotebookNode) -> str:
    """What `nbformat.v4.writes` gives. Changes the notebook: its texts become lists of lines."""
    parts: list[str] = []
    _write(strip_transient(split_lines(notebook)), 0, parts.append)
    return "".join(parts)


def _write(value: Any, depth: int, add: Any) -> None:
    """JSON with keys in order and an indent of one, as `json.dumps(…, indent=1, sort_keys=True)` writes it."""
    if isinstance(value, str):
        add(encode_basestring(value))
    elif isinstance(value, dict):
        _write_dict(value, depth, add)
    elif isinstance(value, list | tuple):
        _write_list(value, depth, add)
    else:
        add(_scalar(value))


def _write_dict(value: dict[Any, Any], depth: int, add: Any) -> None:
    if not value:
        add("{}")
        return
    line = _line(depth + 1)
    mark = "{" + line
    for key in sorted(value):
        name = key if isinstance(key, str) else _scalar(key)
        add(f"{mark}{encode_basestring(name)}: ")
        inner = value[key]
        plain = _PLAIN.get(type(inner))
        if plain:
            add(plain(inner))
        else:
            _write(inner, depth + 1, add)
        mark = "," + line
    add(_line(depth) + "}")


def _write_list(value: list[Any] | tuple[Any, ...], depth: int, add: Any) -> None:
    if not value:
        add("[]")
        return
    line = _line(depth + 1)
    writers = [_PLAIN.get(type(inner)) for inner in value]
    if all(writers):
        written = [write(inner) for write, inner in zip(writers, value, strict=True) if write]
        add("[" + line + ("," + line).join(written) + _line(depth) + "]")
        return
    mark = "[" + line
    for inner in value:
        add(mark)
        _write(inner, depth + 1, add)
        mark = "," + line
    add(_line(depth) + "]")


def _line(depth: int) -> str:
    return _LINES[depth] if depth < len(_LINES) else "\n" + " " * depth


def _scalar(value: Any) -> str:
    """A value that is neither text nor a collection, as JSON writes it. Raises TypeError for others."""
    match value:
        case None:
            return "null"
        case True:
            return "true"
        case False:
            return "false"
        case int():
            return int.__repr__(value)
        case float():
            if value != value:
                return "NaN"
            if value in (float("inf"), float("-inf")):
                return "Infinity" if value > 0 else "-Infinity"
            return float.__repr__(value)
        case bytes():
            return encode_basestring(value.decode("ascii"))
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    float: _scalar,
    bool: _scalar,
    type(None): _scalar,
}
"""How values that hold no others are written: of just these types, for a subclass may say something else."""
