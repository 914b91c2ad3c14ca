"""The site on this machine, rebuilt when a file changes, with the page in the browser following."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import click
import watchfiles

import gongbao
from gongbao.publication import SETTINGS_FILE, Publication

EVENTS, SCRIPT = "/_gongbao/events", "/_gongbao/reload.js"
# A comment is sent this often (seconds) so that a closed browser tab is noticed.
HEARTBEAT = 15.0
_IGNORED = {
    "_site",
    ".gongbao",
    "__pycache__",
    ".ipynb_checkpoints",
    ".quarto",
    ".git",
    ".venv",
    "node_modules",
}
_RELOAD = Path(__file__).parent / "templates" / "reload.js"


class PreviewError(Exception):
    """The preview can't start; the text says why and what to do."""


@dataclass
class State:
    """What the browser is told: `version` counts successful builds, `error` is the last failure's text."""

    version: int = 0
    error: str = ""
    stopped: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def set(self, *, built: bool = False, error: str = "", stopped: bool = False) -> None:
        with self.changed:
            self.version += built
            self.error, self.stopped = error, stopped
            self.changed.notify_all()

    def wait(self, known: str) -> None:
        """Until there is something else to tell than `known`, or a heartbeat is due."""
        with self.changed:
            self.changed.wait_for(lambda: self.stopped or self.message() != known, HEARTBEAT)

    def message(self) -> str:
        return json.dumps({"version": self.version, "error": self.error}, ensure_ascii=False)


class Beside(Protocol):
    """What shows a page of the draft beside what is released of it (`editions.beside`)."""

    def offer(self, path: str) -> tuple[str, str]:
        """(words, address or "") for a page of the site, ("", "") where nothing is to be said."""

    def answer(self, path: str, query: str) -> tuple[HTTPStatus, str, bytes] | None:
        """Status, content type and content of an address that isn't the site's own, else None."""


class Handler(SimpleHTTPRequestHandler):
    """The files of the site, never cached, with the reload script put into pages on their way out."""

    def __init__(self, *arguments: Any, state: State, beside: Beside | None = None, **named: Any) -> None:
        self.state, self.beside = state, beside
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if self.beside and (answer := self.beside.answer(path, query)):
            self._send(*answer)
        elif path == EVENTS:
            self._events()
        elif path == SCRIPT:
            self._send(HTTPStatus.OK, "text/javascript; charset=utf-8", _RELOAD.read_bytes())
        else:
            self._file()

    def _file(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir() and urlsplit(self.path).path.endswith("/"):
            path = path / "index.html"
        if path.suffix != ".html" and path.exists():
            super().do_GET()
            return
        status = HTTPStatus.OK
        if not path.is_file():
            status, path = HTTPStatus.NOT_FOUND, Path(self.directory) / "404.html"
        page = path.read_text("utf-8") if path.is_file() else "<!DOCTYPE html><title>…</title><body></body>"
        page = page.replace("</body>", f'<script src="{SCRIPT}"{self._offered()}></script></body>')
        self._send(status, "text/html; charset=utf-8", page.encode())

    def _offered(self) -> str:
        """What the script is told of the released version of this page."""
        words, address = self.beside.offer(urlsplit(self.path).path) if self.beside else ("", "")
        said = f' data-beside="{escape(words)}"' if words else ""
        return f'{said} data-address="{escape(address)}"' if address else said

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _events(self) -> None:
        """Server-sent events: the state now, and again whenever it changes, until either side goes."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        sent = ""
        try:
            while not self.state.stopped:
                message = self.state.message()
                self.wfile.write(f"data: {message}\n\n".encode() if message != sent else b": \n\n")
                self.wfile.flush()
                sent = message
                self.state.wait(sent)
        except (BrokenPipeError, ConnectionResetError):
            return  # the tab was closed

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are not listed: the terminal belongs to the builds."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def open_server(
    publication: Publication, state: State, host: str, port: int, beside: Beside | None = None
) -> Server:
    """Raises PreviewError when the port can't be had."""
    handler = partial(Handler, state=state, beside=beside, directory=str(publication.output_folder))
    try:
        return Server((host, port), handler)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "已被占用" if error.errno == errno.EADDRINUSE else "没有权限使用"
            raise PreviewError(
                f"端口 {port} {why}：请关掉占用它的程序，或用 --port 换一个端口，如 --port {port + 1}。"
            ) from error
        if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
            raise PreviewError(f"本机没有地址 {host}：请改用 --host 127.0.0.1。") from error
        raise


def watched(publication: Publication) -> list[Path]:
    """What a build depends on: data, workbooks, pages, settings; the library too when it is editable."""
    paths = [publication.data, publication.workbooks, publication.pages, publication.root / SETTINGS_FILE]
    library = Path(gongbao.__file__).parent
    if "site-packages" not in library.parts:
        paths.append(library)
    return [path for path in paths if path.exists()]


def wanted(_change: watchfiles.Change, path: str) -> bool:
    """Whether a changed path matters: not what builds and editors write beside the sources."""
    name = Path(path).name
    return not (
        _IGNORED & set(Path(path).parts)
        or name.startswith(("~$", ".~", "."))
        or name.endswith((".pyc", ".tmp", ".swp", "~"))
    )


def rebuild(
    command: Sequence[str], publication: Publication, state: State, say: Callable[[str], None]
) -> bool:
    """Run the build; its output goes to the terminal, its failure to the page as well."""
    done = subprocess.run(
        list(command),
        cwd=publication.root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    text = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
    if text:
        say(text)
    if done.returncode:
        state.set(error=text or f"构建失败，退出码 {done.returncode}。")
        return False
    state.set(built=True)
    return True


def serve(
    publication: Publication,
    command: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    open_browser: bool = True,
    say: Callable[[str], None] = click.echo,
    stop: threading.Event | None = None,
    beside: Beside | None = None,
) -> None:
    """Serve the built site until Ctrl-C (or until `stop` is set), running `command` now and after every
    change. A failed build leaves the old site and shows its text on the page. `beside` shows its pages beside
    what is released. Raises PreviewError when the port can't be had."""
    state, stop = State(), stop or threading.Event()
    server = open_server(publication, state, host, port, beside)
    thread = threading.Thread(target=server.serve_forever, name="preview", daemon=True)
    thread.start()
    address = f"http://{host}:{server.server_address[1]}/"
    try:
        built = False
        # The watch begins before the first build, so that nothing changed meanwhile is missed.
        for changes in watchfiles.watch(
            *watched(publication),
            watch_filter=wanted,
            stop_event=stop,
            debounce=400,
            rust_timeout=200,
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            if not built:
                say("正在生成网站……")
                rebuild(command, publication, state, say)
                say(f"网站在 {address} ；改动后自动更新，按 Ctrl-C 结束。")
                if open_browser:
                    webbrowser.open(address)
                built = True
            elif changes:
                say(f"有改动：{_names(changes, publication.root)}")
                rebuild(command, publication, state, say)
    except KeyboardInterrupt:
        say("预览已结束。")
    finally:
        state.set(stopped=True)
        server.shutdown()
        server.server_close()
        thread.join()


def _names(changes: set[tuple[watchfiles.Change, str]], root: Path) -> str:
    """Up to five changed files, relative to the publication where they are in it."""
    names = []
    for path in sorted({Path(path) for _, path in changes}):
        names.append(str(path.relative_to(root)) if path.is_relative_to(root) else path.name)
    more = f" 等 {len(names)} 个文件" if len(names) > 5 else ""
    return "、".join(names[:5]) + more
