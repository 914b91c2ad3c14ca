"""What the site takes from the cache: what is costly to make, under the digest of all that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gongbao.cache import cache_at, digest

__all__ = ["Store", "digest"]


@dataclass(frozen=True, slots=True)
class Store:
    """Entries are whole or absent, and the same bytes whichever process put them (`gongbao.cache`)."""

    folder: Path

    def get(self, kind: str, key: str) -> bytes | None:
        """The entry, or None if there is none or if its bytes aren't those that were written."""
        return cache_at(self.folder).get(kind, key)

    def put(self, kind: str, key: str, body: bytes) -> None:
        """Keep an entry."""
        cache_at(self.folder).put(kind, key, body)

    def put_all(self, kind: str, bodies: Mapping[str, bytes]) -> None:
        """Keep many entries by key, cheaper than one by one."""
        cache_at(self.folder).put_all(kind, bodies)
