"""The cache: what is costly to make, in a folder that branches, machines and CI runs may share.

A file is named by the SHA-256 of its content; an index says what it is. The files of a build that is running stay;
of the others those go first that were used longest ago (`cache_room`). Several processes may use one folder: an
entry is whole or absent, whenever one of them is killed or the disk is full. Nothing is given out that isn't what
was put in: a file is known by its stamp, else by its digest, and a wrong one is removed and counts as absent.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

Result = TypeVar("Result")
FORMAT = 1
INDEX, OBJECTS, PARTIAL, BUILDS = "index.sqlite3", "objects", "partial", "builds"
_WAIT = 120.0  # seconds for which one process waits for another one's write

_TABLES = (
    "CREATE TABLE blob (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, stamp TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE entry (kind TEXT NOT NULL, key TEXT NOT NULL, variant TEXT NOT NULL, name TEXT NOT NULL,"
    " digest TEXT NOT NULL, record TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (kind, key, variant))",
    "CREATE INDEX entry_of_name ON entry (kind, name) WHERE name <> ''",
    "CREATE INDEX entry_of_digest ON entry (digest)",
    "CREATE INDEX entry_by_use ON entry (used)",
)


class CacheError(Exception):
    """The cache can't be used; the text says which folder it is and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the index. `key` and `variant` say for which inputs it is, `name` what it is about, `record`
    what its maker wants to know of it later, `used` when it was used last (nanoseconds)."""

    kind: str
    key: str
    variant: str
    name: str
    digest: str
    record: str
    used: int
    stamp: str


class Cache:
    """One folder of the cache as this process sees it; get it with `cache_at`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._since = time.time_ns()

    # --- one piece of data under one key ---------------------------------------------------------

    def get(self, kind: str, key: str) -> bytes | None:
        """The data that were put under this key, or None."""
        row = self._do(
            lambda index: index.execute(
                "SELECT digest, used FROM entry WHERE kind = ? AND key = ? AND variant = ''", (kind, key)
            ).fetchone()
        )
        if row is None:
            return None
        data = self.read(row[0])
        if data is not None and row[1] < self._since:
            self._mark(kind, key, "")
        return data

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep data under a key; the same key gets the same data from every process."""
        self.add(kind, key, data)

    def put_all(self, kind: str, pieces: Mapping[str, bytes]) -> None:
        """The same for many by key, in one change of the index: all of them or none."""
        if pieces:
            self._write(kind, pieces)

    # --- entries that their maker chooses among --------------------------------------------------

    def add(
        self, kind: str, key: str, data: bytes, *, variant: str = "", name: str = "", record: str = ""
    ) -> Path:
        """Keep data with a record; the file that holds them."""
        self._write(kind, {key: data}, variant, name, record)
        return self.path(hashlib.sha256(data).hexdigest())

    def _write(
        self, kind: str, pieces: Mapping[str, bytes], variant: str = "", name: str = "", record: str = ""
    ) -> None:
        digests = {key: hashlib.sha256(data).hexdigest() for key, data in pieces.items()}
        files = {digests[key]: data for key, data in pieces.items()}
        partials = {digest: self.folder / PARTIAL / f"{os.getpid()}-{digest}" for digest in files}

        def work(index: sqlite3.Connection) -> None:
            (self.folder / PARTIAL).mkdir(parents=True, exist_ok=True)
            for digest, data in files.items():
                self.path(digest).parent.mkdir(parents=True, exist_ok=True)
                partials[digest].write_bytes(data)
            # The files are put in place while nobody else writes: whoever makes room can't take them away
            # between that and their entries.
            with transaction(index):
                for digest, data in files.items():
                    path = self.path(digest)
                    partials[digest].replace(path)
                    blob = digest, len(data), stamp_of(path)
                    index.execute("INSERT OR REPLACE INTO blob VALUES (?, ?, ?)", blob)
                for key, digest in digests.items():
                    entry = kind, key, variant, name, digest, record, time.time_ns()
                    index.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", entry)

        try:
            self._do(work)
        finally:
            for partial in partials.values():
                partial.unlink(missing_ok=True)

    def entries(self, kind: str, name: str) -> list[Entry]:
        """Everything kept about a name, used last first."""
        rows = self._do(
            lambda index: index.execute(
                "SELECT kind, key, variant, name, digest, record, used, stamp FROM entry JOIN blob USING (digest)"
                " WHERE kind = ? AND name = ? AND name <> '' ORDER BY used DESC, key, variant",
                (kind, name),
            ).fetchall()
        )
        return [Entry(*row) for row in rows]

    def names(self, kind: str) -> list[str]:
        """The names about which something of this kind is kept, sorted."""
        rows = self._do(
            lambda index: index.execute(
                "SELECT DISTINCT name FROM entry WHERE kind = ? AND name <> '' ORDER BY name", (kind,)
            ).fetchall()
        )
        return [row[0] for row in rows]

    def intact(self, entry: Entry) -> Path | None:
        """The file of an entry, now in use; None if it is gone or isn't what was put in."""
        path = self.path(entry.digest)
        try:
            stamp = stamp_of(path)
        except FileNotFoundError:
            self.drop(entry.digest)
            return None
        if stamp != entry.stamp:
            if self.read(entry.digest) is None:
                return None
            self._do(
                lambda index: index.execute(
                    "UPDATE blob SET stamp = ? WHERE digest = ?", (stamp, entry.digest)
                )
            )
        if entry.used < self._since:
            self._mark(entry.kind, entry.key, entry.variant)
        return path

    def forget(self, entry: Entry) -> None:
        """Take one entry out; its data go when room is made."""
        which = entry.kind, entry.key, entry.variant
        self._do(
            lambda index: index.execute("DELETE FROM entry WHERE kind = ? AND key = ? AND variant = ?", which)
        )

    def use(self, kind: str, names: list[str]) -> None:
        """Count everything about these names as used now, for what is taken over without a look."""
        now = time.time_ns()

        def work(index: sqlite3.Connection) -> None:
            with transaction(index):
                index.executemany(
                    "UPDATE entry SET used = ? WHERE kind = ? AND name = ? AND name <> '' AND used < ?",
                    [(now, kind, name, self._since) for name in names],
                )

        self._do(work)

    # --- files -----------------------------------------------------------------------------------

    def path(self, digest: str) -> Path:
        """Where the data of this SHA-256 lie, if they do."""
        return self.folder / OBJECTS / digest[:2] / digest

    def read(self, digest: str) -> bytes | None:
        """The data of this SHA-256; None if they are gone or damaged, and then all entries of it go too."""
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            data = None
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            self.drop(digest)
            return None
        return data

    def drop(self, digest: str) -> None:
        """Remove data and every entry that has them."""
        # The file first: on a full disk the index can't be written before there is room again.
        self.path(digest).unlink(missing_ok=True)

        def work(index: sqlite3.Connection) -> None:
            with transaction(index):
                index.execute("DELETE FROM entry WHERE digest = ?", (digest,))
                index.execute("DELETE FROM blob WHERE digest = ?", (digest,))

        self._do(work)

    def _mark(self, kind: str, key: str, variant: str) -> None:
        """Write down that an entry is used: once for each process."""
        self._do(
            lambda index: index.execute(
                "UPDATE entry SET used = ? WHERE kind = ? AND key = ? AND variant = ?",
                (time.time_ns(), kind, key, variant),
            )
        )

    # --- the index -------------------------------------------------------------------------------

    def do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Have something done with the index (for this module's neighbours)."""
        return self._do(work)

    def begin(self) -> None:
        """From now on what is used is marked as used anew: a build begins."""
        self._since = time.time_ns()

    def close(self) -> None:
        """Let go of the index; the next use opens it again."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None

    def _do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Work with the index. One that is damaged is an empty cache: it is begun anew, once."""
        try:
            return work(self._index())
        except sqlite3.DatabaseError as error:
            if not _is_damaged(error):
                raise self._said(error) from error
        self._begin_anew()
        try:
            return work(self._index())
        except sqlite3.DatabaseError as error:
            raise self._said(error) from error

    def _index(self) -> sqlite3.Connection:
        if self._connection is not None and self._process == os.getpid():
            return self._connection
        if self._connection is not None:
            _INHERITED.append(self._connection)  # closing it here would disturb the process that opened it
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / INDEX
        index = _connect(path)
        if index.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            index.close()
            with FileLock(self.folder / "lock"):
                index = _connect(path)
                self._lay_out(index)
        self._connection, self._process = index, os.getpid()
        return index

    def _lay_out(self, index: sqlite3.Connection) -> None:
        found = index.execute("PRAGMA user_version").fetchone()[0]
        if found == FORMAT:
            return  # another process was quicker
        if found != 0:
            index.close()
            raise CacheError(
                f"缓存文件夹 {self.folder} 是另一个版本的程序写的（格式 {found}，现在的是 {FORMAT}）：请另选一个，"
                "或把它删去。"
            )
        index.execute("PRAGMA auto_vacuum = INCREMENTAL")
        index.execute("PRAGMA journal_mode = WAL")
        with transaction(index):
            for statement in _TABLES:
                index.execute(statement)
            index.execute(f"PRAGMA user_version = {FORMAT}")

    def _begin_anew(self) -> None:
        self.close()
        with FileLock(self.folder / "lock"):
            for name in (INDEX, f"{INDEX}-wal", f"{INDEX}-shm"):
                (self.folder / name).unlink(missing_ok=True)
            # Nothing knows what these are any more.
            shutil.rmtree(self.folder / OBJECTS, ignore_errors=True)

    def _said(self, error: sqlite3.Error) -> Exception:
        """SQLite's errors as what they are for a person: a full disk, or a folder that can't be used."""
        code = _code(error)
        full = code == sqlite3.SQLITE_FULL or (
            code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
            and shutil.disk_usage(self.folder).free < 1 << 18
        )
        if full:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
        return CacheError(
            f"缓存文件夹 {self.folder} 不能用（{error}）：请检查权限，或用 GONGBAO_CACHE 指定另一个文件夹。"
        )


_INHERITED: list[sqlite3.Connection] = []
_CACHES: dict[Path, Cache] = {}


def cache_at(folder: Path) -> Cache:
    """The cache in a folder, which is made when something is put in; one for each folder and process."""
    folder = folder.resolve()
    if folder not in _CACHES:
        _CACHES[folder] = Cache(folder)
    return _CACHES[folder]


def digest(*parts: str | bytes) -> str:
    """SHA-256 of the parts; their lengths are part of it, so that ("ab", "c") differs from ("a", "bc")."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(f"{len(data)}:".encode() + data)
    return whole.hexdigest()


def stamp_of(path: Path) -> str:
    """By what a file is recognised without being read: size, times of change, number."""
    state = path.stat()
    return f"{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_ino}"


def _connect(path: Path) -> sqlite3.Connection:
    index = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, cached_statements=64)
    index.execute("PRAGMA synchronous = NORMAL")
    return index


@contextmanager
def transaction(index: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is done with the index within; other writers wait."""
    index.execute("BEGIN IMMEDIATE")
    try:
        yield
        index.execute("COMMIT")
    except BaseException:
        if index.in_transaction:
            index.execute("ROLLBACK")
        raise


def _code(error: sqlite3.Error) -> int:
    code: Any = getattr(error, "sqlite_errorcode", None)
    return int(code) & 0xFF if code is not None else 0


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Pages that make no sense, tables that aren't there, text that is no text."""
    lost = "no such table" in str(error) or "decode" in str(error)
    return lost or _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
