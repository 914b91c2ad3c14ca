"""What the gate found clean in an earlier build, so that a file is read again only when its bytes, what
may not appear in it, or the code has changed. Nothing that was found is ever taken from here: a file
with a leak is always read again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gongbao.gate.secrets import Place, Secrets
from gongbao.workbooks.store import code_digest


class Memory:
    """The clean files of a site by address, each with a digest of all that the finding depended on."""

    def __init__(self, file: Path, secrets: Secrets) -> None:
        self._file = file
        self._secrets = secrets
        self._everywhere = _digest(
            code_digest(), platform.python_version(), version("python-calamine"),
            _told(secrets.words), _told(secrets.allowed), _told(secrets.regions),
        )  # fmt: skip
        self._scopes: dict[Place | None, str] = {}
        self._clean = _read(file)

    def key(self, address: str, data: bytes, scope: Place | None) -> str:
        """What a finding about a file depends on: its bytes and address, and what may not appear in it."""
        return _digest(address, hashlib.sha256(data).hexdigest(), self._forbidden(scope))

    def is_clean(self, address: str, key: str) -> bool:
        return self._clean.get(address) == key

    def keep(self, clean: Mapping[str, str]) -> None:
        """Remember these files (address -> key), and no others."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}.partial")
        partial.write_text(json.dumps(dict(sorted(clean.items()))), "utf-8")
        partial.replace(self._file)

    def _forbidden(self, scope: Place | None) -> str:
        """A file about one region and year is held against that region's numbers of all years and the
        values of that year (rules.Rules, tables.value_leaks); one about several places against all."""
        if scope not in self._scopes:
            pairs = self._secrets.pairs
            if scope is not None:
                pairs = {place: each for place, each in pairs.items() if place[0] == scope[0]}
            values = self._secrets.values.get(scope) if scope is not None else None
            self._scopes[scope] = _digest(self._everywhere, _told(pairs), _told(values))
        return self._scopes[scope]


def _read(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _told(value: Any) -> str:
    """A value as text: equal for equal values in whatever order sets and mappings give their members."""
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_told(k)}:{_told(v)}' for k, v in value.items()))}}}"
    if isinstance(value, frozenset | set):
        return f"<{_members(sorted(map(_told, value)))}>"
    if isinstance(value, tuple | list):
        return f"({_members(map(_told, value))})"
    if hasattr(value, "__dataclass_fields__"):
        return f"{type(value).__name__}{_told([getattr(value, name) for name in value.__dataclass_fields__])}"
    return repr(value)


def _members(texts: Iterable[str]) -> str:
    return ",".join(texts)
