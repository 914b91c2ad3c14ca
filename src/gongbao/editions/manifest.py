"""`manifest.json`: what a sealed revision consists of and what it was made from, by SHA-256.

The manifest is the last file of a revision to be written. It names every other one, so it can be checked
without anything else; the tree's log holds the manifest's own digest, and the next revision's manifest
holds it too: whoever alters a sealed byte has to alter all of them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from gongbao.editions.repository import Repository

if TYPE_CHECKING:
    from gongbao.publication import Release

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
UNLISTED = (MANIFEST, SIGNATURE)
"""Files of a revision that its manifest doesn't list: itself, and what is made from it."""

LOCK = "requirements.lock"
LIBRARIES = (
    "altair", "bleach", "chinese-calendar", "ipykernel", "ipython", "jinja2", "markupsafe", "mini-racer", "mistune",
    "nbclient", "nbconvert", "nbformat", "numpy", "openpyxl", "pandas", "pydantic", "pygments",
    "python-calamine", "pyyaml", "vl-convert-python",
)  # fmt: skip
"""The libraries that a page's bytes pass through; the lock, whose digest is recorded too, names the rest."""

_PACKAGE = Path(__file__).resolve().parents[1]
_AT_ONCE = min(4, os.cpu_count() or 1)
_HANDFUL = 32

Item = TypeVar("Item")
Result = TypeVar("Result")


class ManifestError(Exception):
    """A manifest can't be made or read; the text says which file and what is wrong with it."""


def _relative(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or ".." in parts or "/".join(parts) != path:
        raise ValueError("path")
    return path


def _iso_day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("date")
    return text


Digest = Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]
RelativePath = Annotated[str, AfterValidator(_relative)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Output(_Part):
    """One sealed file: its SHA-256 and its size in bytes."""

    sha256: Digest
    bytes: int = Field(ge=0)


class Previous(_Part):
    """The revision that this one follows, and the SHA-256 of its manifest."""

    revision: int = Field(ge=1)
    manifest_sha256: Digest


class Software(_Part):
    """What made the revision: versions, and the digest of the library's own files (`code_digest`)."""

    gongbao: str
    code_sha256: Digest
    python: str
    libraries: dict[str, str]


class Source(_Part):
    """The Git revision of the publication, "" outside of a repository.

    `clean`: that revision holds every input and the lock exactly as recorded here.
    """

    revision: str = Field(pattern=r"\A([0-9a-f]{40}|[0-9a-f]{64})?\z")
    clean: bool


class Manifest(_Part):
    """A revision's record. `outputs`: every file of the revision but the manifest and its signature, by
    path below the revision; `inputs`: SHA-256 of what it was built from, by path below the publication."""

    format: Literal[1] = 1
    title: str
    edition: int = Field(ge=1900, le=2999)
    revision: int = Field(ge=1)
    released: Annotated[str, AfterValidator(_iso_day)]
    doc_no: str
    approved_by: str
    reason: str
    previous: Previous | None
    software: Software
    lock_sha256: Digest | None
    source: Source
    inputs: dict[RelativePath, Digest]
    outputs: dict[RelativePath, Output]

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if (self.previous.revision if self.previous else 0) != self.revision - 1:
            raise ValueError("previous")
        if any(name in self.outputs for name in UNLISTED):
            raise ValueError("unlisted")
        return self

    def to_bytes(self) -> bytes:
        """The file's content; the only way to write a manifest, so that its digest is of one text."""
        content = self.model_dump()
        for name in ("inputs", "outputs"):
            content[name] = dict(sorted(content[name].items()))
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    @property
    def sha256(self) -> str:
        """SHA-256 of the file, in hex: what the log and the next revision's manifest hold."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def name(self) -> str:
        """How people call the revision, such as "2019/r1"."""
        return f"{self.edition}/r{self.revision}"


def make_manifest(
    folder: Path,
    release: Release,
    *,
    title: str,
    inputs: Mapping[str, str],
    previous: Previous | None,
    root: Path,
) -> Manifest:
    """The manifest of a finished revision in `folder`, released from the publication at `root`.

    `inputs` as `editions.inputs.collect_inputs` gives them. Reads every file once. Raises ManifestError for
    anything in the folder that isn't a plain file, and GitError if Git refuses to be asked.
    """
    names = [name for name in list_files(folder) if name not in UNLISTED]
    lock = root / LOCK
    lock_sha256 = file_sha256(lock) if lock.is_file() else None
    recorded = dict(inputs) | ({LOCK: lock_sha256} if lock_sha256 else {})
    repository = Repository.at(root)
    return Manifest(
        title=title,
        edition=release.year,
        revision=release.revision,
        released=release.date,
        doc_no=release.doc_no,
        approved_by=release.approved_by,
        reason=release.reason,
        previous=previous,
        software=present_software(),
        lock_sha256=lock_sha256,
        source=Source(
            revision=repository.revision if repository else "",
            clean=repository is not None and not repository.lacking(recorded),
        ),
        inputs=dict(sorted(inputs.items())),
        outputs={
            name: Output(sha256=sha256, bytes=size)
            for name, sha256, size in hash_files(folder, sorted(names))
        },
    )


def read_manifest(path: Path) -> Manifest:
    """Read a manifest file. Raises ManifestError, with every fault of a damaged one, and OSError."""
    return parse_manifest(path.read_bytes(), path.name)


def parse_manifest(content: bytes, name: str = MANIFEST) -> Manifest:
    """The manifest that these bytes are; `name` is what errors call it. Raises ManifestError."""
    try:
        manifest = Manifest.model_validate(json.loads(content.decode("utf-8"), object_pairs_hook=_once))
    except UnicodeDecodeError as error:
        raise ManifestError(f"{name} 不是 UTF-8 文本，文件已损坏。") from error
    except json.JSONDecodeError as error:
        raise ManifestError(f"{name} 第 {error.lineno} 行不是有效的 JSON，文件已损坏或不完整。") from error
    except RepeatedKeyError as error:
        raise ManifestError(f"{name} 里“{error}”写了两次，文件被改动过。") from error
    except ValidationError as error:
        raise ManifestError("\n".join(_faults(error, name))) from error
    if manifest.to_bytes() != content:
        raise ManifestError(f"{name} 的排列或空白与写出时不同，文件被改动过。")
    return manifest


class RepeatedKeyError(ValueError):
    """A JSON object names something twice, which would let two readers see two things."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        raise RepeatedKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return made


_WRONG = {
    "missing": "缺少这一项", "extra_forbidden": "不认识的项", "string_pattern_mismatch": "应当是小写十六进制的摘要",
    "literal_error": "格式版本不认识，请用更新的 gongbao 打开", "int_type": "应当是整数", "string_type": "应当是文字",
    "bool_type": "应当是 true 或 false", "dict_type": "应当是一组“名称: 值”", "model_type": "应当是一组“名称: 值”",
    "greater_than_equal": "数值太小", "less_than_equal": "数值太大",
}  # fmt: skip
_BROKEN_RULES = {
    "path": "路径应当是修订版文件夹以内、用“/”分隔的相对路径",
    "date": "应当是 2020-03-31 这样的日期",
    "previous": "previous 应当指向前一个修订版（r1 没有前一个）",
    "unlisted": "outputs 里不应列出 manifest.json 本身",
}


def _faults(error: ValidationError, name: str) -> Iterator[str]:
    for item in error.errors():
        where = " → ".join(str(part) for part in item["loc"] if part != "[key]")
        rule = str(item.get("ctx", {}).get("error", ""))
        text = _BROKEN_RULES.get(rule) or _WRONG.get(item["type"])
        if text is None:
            text = _BROKEN_RULES["date"] if item["loc"][-1:] == ("released",) else "写法不对"
        yield f"{name}{f' 的“{where}”' if where else ''}：{text}。"


def list_files(folder: Path) -> list[str]:
    """Every file below a folder, as sorted paths with "/". Raises ManifestError for links and devices."""
    found, odd = walk(folder)
    if odd:
        raise ManifestError(f"修订版里只能有普通文件，不能有链接或其他：{'、'.join(odd)}。")
    return found


def walk(folder: Path, skip: re.Pattern[str] | None = None) -> tuple[list[str], list[str]]:
    """Sorted paths below `folder`: plain files; and what is neither file nor folder (links, pipes …).

    Links are not followed. `skip`: folders, by path, that are not looked into.
    """
    files: list[str] = []
    odd: list[str] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                path = f"{below}{entry.name}"
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    if skip is None or not skip.fullmatch(path):
                        waiting.append(f"{path}/")
                elif stat.S_ISREG(mode):
                    files.append(path)
                else:
                    odd.append(path)
    return sorted(files), sorted(odd)


def sha256(content: bytes) -> str:
    """SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex; read in pieces, so a file of any size takes little memory."""
    return _hash(path)[0]


def hash_files(folder: Path, names: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """(path, SHA-256 in hex, size in bytes) of files below `folder`, in the order of `names`."""
    chosen = list(names)
    for name, (digest, size) in zip(chosen, in_threads(lambda n: _hash(folder / n), chosen), strict=True):
        yield name, digest, size


def in_threads(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """What `work` gives for each item, in order: for reading and hashing, which let other threads run.

    Handed out by the handful, because most files are small. None of the threads is left afterwards: a
    process that has any may not fork.
    """
    parts = [items[start : start + _HANDFUL] for start in range(0, len(items), _HANDFUL)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        done = threads.map(lambda part: [work(item) for item in part], parts)
        return [result for part in done for result in part]


def _hash(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def present_software() -> Software:
    """What would make a revision here and now."""
    return Software(
        gongbao=version("gongbao"),
        code_sha256=code_digest(),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        libraries={name: version(name) for name in LIBRARIES},
    )


@functools.cache
def code_digest() -> str:
    """SHA-256 over the paths and bytes of all files of this package: code, templates, styles, fonts, tables.

    More than `workbooks.store.code_digest`, which is about what a notebook's run depends on.
    """
    return package_digest(_PACKAGE)


def package_digest(package: Path) -> str:
    """`code_digest` of a package that stands elsewhere, such as one taken from an older source revision.

    How it is computed may never change: sealed manifests hold its results.
    """
    caches = re.compile(r"(.*/)?__pycache__")
    names = [name for name in walk(package, caches)[0] if not name.endswith((".pyc", ".pyo"))]
    digest = hashlib.sha256()
    for name, sha256, _ in hash_files(package, names):
        digest.update(f"{name}\0{sha256}\n".encode())
    return digest.hexdigest()
