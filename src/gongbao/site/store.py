"""A cache folder: what is costly to make, filed under the digest of everything it depends on."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


def digest(*parts: str | bytes) -> str:
    """SHA-256 of the parts; their lengths are part of it, so that ("ab", "c") differs from ("a", "bc")."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(f"{len(data)}:".encode() + data)
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Store:
    """Entries are whole or absent: written beside and moved into place, checked when read.

    Several processes may use one store; they write the same bytes under the same key.
    """

    folder: Path

    def path(self, kind: str, key: str) -> Path:
        return self.folder / kind / key[:2] / key

    def get(self, kind: str, key: str) -> bytes | None:
        """The entry, or None if there is none or if its bytes aren't those that were written."""
        try:
            head, _, body = self.path(kind, key).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        return body if head == hashlib.sha256(body).hexdigest().encode() else None

    def put(self, kind: str, key: str, body: bytes) -> None:
        path = self.path(kind, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{key}.{os.getpid()}.part")
        beside.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        beside.replace(path)
