"""The process beside a Dask worker that runs reports: `python -m gongbao.workbooks.remote`.

A Dask worker has threads and may not fork, so each of its tasks is done by a process of this kind, which loads the
publication and its dataset once and then runs one place after the other. It hears and answers through pipes, with
pickled messages; it ends when the pipe does.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import tarfile
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gongbao.publication import SETTINGS_FILE, open_publication
from gongbao.workbooks.outcome import ExecutorError, Run
from gongbao.workbooks.pipes import receive, send, take_pipes
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.process import limit_threads, skip_unused_imports
from gongbao.workbooks.records import file_digest

if TYPE_CHECKING:
    from gongbao.data import Dataset
    from gongbao.publication import Publication
    from gongbao.workbooks.notebook import Workbook

ROOT_VARIABLE = "GONGBAO_PUBLICATION"
"""Environment variable that tells a worker where the publication lies on its machine."""
_PASSED_OVER = ("__pycache__", ".ipynb_checkpoints")

Result = tuple[Run, bytes | None]
"""What came of a report, and its notebook (None: it failed)."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker must have to run reports as they would run here: the publication's folder, the SHA-256 of its
    settings, data and workbooks, and the code and versions."""

    root: str
    internal: bool
    time_limit: int
    files: Mapping[str, str]
    code: str
    versions: Mapping[str, str]

    @property
    def digest(self) -> str:
        """By which setups are told apart."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def make_setup(root: Path, *, internal: bool, time_limit: int) -> Setup:
    """The setup of the publication in this folder, with this program."""
    from gongbao.workbooks.store import code_digest, versions

    files = {name: file_digest(root / name) for name in _input_files(root)}
    return Setup(str(root), internal, time_limit, files, code_digest(), versions())


def _input_files(root: Path) -> list[str]:
    """Settings, data and workbooks, by their paths below the publication."""
    publication = open_publication(root)
    found = [SETTINGS_FILE]
    for folder in (publication.data, publication.workbooks):
        for path in folder.rglob("*"):
            parts = path.relative_to(root).parts
            if path.is_file() and not path.name.startswith("~$") and not set(parts) & set(_PASSED_OVER):
                found.append("/".join(parts))
    return sorted(found)


def bundle_of(setup: Setup) -> bytes:
    """The files of a setup as one archive, for workers that don't see the folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name in setup.files:
            archive.add(Path(setup.root, name), name)
    return buffer.getvalue()


def seen_root(setup: Setup) -> Path | None:
    """The publication's folder on this machine, if it is here with the same content."""
    root = Path(os.environ.get(ROOT_VARIABLE) or setup.root)
    same = all(file_digest(root / name) == digest for name, digest in setup.files.items())
    return root if same and _input_files(root) == sorted(setup.files) else None


# --- the process -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Loaded:
    publication: Publication
    dataset: Dataset
    workbooks: Mapping[str, Workbook]
    scratch: Path


def _load(setup: Setup, bundle: bytes | None, scratch: Path) -> _Loaded:
    """Check that reports run here as they would there, and load what they share. Raises ExecutorError."""
    from gongbao.data import read_dataset
    from gongbao.workbooks.notebook import load_workbooks
    from gongbao.workbooks.session import prepare

    _check_program(setup)
    root = seen_root(setup)
    if root is None and bundle is not None:
        root = scratch / "publication"
        with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
            archive.extractall(root, filter="data")
    if root is None:
        raise ExecutorError(
            f"工作机器上没有这个公报站点（{os.environ.get(ROOT_VARIABLE) or setup.root}），或内容不同：请在各机器上"
            f"用同一个共享文件夹，并用环境变量 {ROOT_VARIABLE} 说明它在那里的位置。"
        )
    publication = open_publication(root)
    if setup.internal:
        publication = publication.for_office()
    dataset = read_dataset(publication.root, publication.data)
    prepare(publication, dataset)
    return _Loaded(publication, dataset, load_workbooks(publication.workbooks), scratch)


def _check_program(setup: Setup) -> None:
    from gongbao.workbooks.store import code_digest, versions

    here = versions()
    found = [
        f"{name} {here.get(name, '没有')}（本机是 {setup.versions.get(name, '没有')}）"
        for name in sorted({*here, *setup.versions})
        if here.get(name) != setup.versions.get(name)
    ]
    if code_digest() != setup.code:
        found.append("gongbao 的代码")
    if found:
        raise ExecutorError(
            f"工作机器上的版本和本机不同：{'、'.join(found)}。请在各机器上按同一份 requirements.lock 安装。"
        )


def _run(
    loaded: _Loaded, setup: Setup, keys: Sequence[ReportKey], on_done: Callable[[Run], None]
) -> list[Result]:
    from gongbao.workbooks.execute import default_executor, run_reports
    from gongbao.workbooks.state import make_jobs

    with tempfile.TemporaryDirectory(dir=loaded.scratch) as folder:
        runs: dict[ReportKey, Run] = {}

        def done(run: Run) -> None:
            runs[run.key] = run
            on_done(run)

        run_reports(
            make_jobs(loaded.publication, loaded.workbooks, keys, Path(folder)),
            executor=default_executor(),
            workers=1,
            time_limit=setup.time_limit,
            root=loaded.publication.root,
            on_done=done,
            prepare=None,
        )
        return [
            (replace(run, target=Path()), None if run.failure else run.target.read_bytes())
            for run in (runs[key] for key in keys)
        ]


def main() -> None:
    """Messages: (setup, bundle) first, answered by ("ready", None); then lists of report keys, each answered by
    ("done", results). ("error", (text, trace)) in place of either, and the end."""
    limit_threads()
    skip_unused_imports()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker's business, which closes the pipe
    hearing, saying = take_pipes()
    parent = os.getppid()

    def watch(run: Run) -> None:
        if os.name == "posix" and os.getppid() != parent:
            raise BrokenPipeError  # the worker is gone; nobody waits for the other reports

    with (
        suppress(EOFError, BrokenPipeError),
        tempfile.TemporaryDirectory(prefix="gongbao-worker-") as scratch,
    ):
        try:
            setup, bundle = receive(hearing)
            loaded = _load(setup, bundle, Path(scratch))
            send(saying, ("ready", None))
            while True:
                send(saying, ("done", _run(loaded, setup, receive(hearing), watch)))
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - told to the worker, which raises it
            text = str(error) if isinstance(error, ExecutorError) else f"{type(error).__name__}: {error}"
            send(saying, ("error", (text, traceback.format_exc())))


if __name__ == "__main__":
    main()
