"""The preview over HTTP: serves, rebuilds on a real change, keeps the old site when a build fails."""

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import watchfiles

import samples
from gongbao.publication import Publication
from gongbao.site.preview import PreviewError, State, open_server, serve, wanted

# A build small enough for a test: it copies a page, and fails when the page says so.
BUILD = """
import pathlib, sys
text = pathlib.Path("site/about.qmd").read_text("utf-8")
if "坏" in text:
    sys.exit("错误 site/about.qmd：写坏了")
out = pathlib.Path("_site")
out.mkdir(exist_ok=True)
(out / "index.html").write_text(f"<html><body>{text}</body></html>", "utf-8")
if "慢" in text:
    import time
    time.sleep(2)
(out / "style.css").write_text("p {}", "utf-8")
print("建好了")
"""


@dataclass
class Running:
    publication: Publication
    port: int
    said: list[str] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body

    def events(self) -> Iterator[dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/_gongbao/events")
        answer = connection.getresponse()
        while line := answer.readline():
            if line.startswith(b"data: "):
                yield json.loads(line[6:])

    def write(self, text: str) -> None:
        (self.publication.pages / "about.qmd").write_text(text, "utf-8")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with previewing(tmp_path, "第一版") as made:
        _until(lambda: any("网站在" in line for line in made.said))
        yield made


@contextmanager
def previewing(tmp_path: Path, text: str) -> Iterator[Running]:
    publication = samples.make_publication(tmp_path)
    script = tmp_path / "build.py"
    script.write_text(BUILD, "utf-8")
    probe = open_server(publication, State(), "127.0.0.1", 0)
    port = probe.server_address[1]
    probe.server_close()
    made = Running(publication, port)
    made.write(text)
    stop = threading.Event()
    thread = threading.Thread(
        target=serve,
        args=(publication, [sys.executable, "-X", "utf8", str(script)]),
        kwargs={"port": port, "open_browser": False, "say": made.said.append, "stop": stop},
    )
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        thread.join(timeout=15)
    assert not thread.is_alive()


def _until(true: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_pages_are_served_uncached_with_the_reload_script(running: Running) -> None:
    status, headers, body = running.get("/")
    assert status == 200 and "第一版" in body
    assert headers["Cache-Control"] == "no-store"
    assert '<script src="/_gongbao/reload.js"></script></body>' in body
    assert "EventSource" in running.get("/_gongbao/reload.js")[2]


def test_other_files_are_served_as_they_are(running: Running) -> None:
    status, headers, body = running.get("/style.css")
    assert (status, body, headers["Cache-Control"]) == (200, "p {}", "no-store")


def test_a_wrong_address_is_not_found(running: Running) -> None:
    assert running.get("/nothing.html")[0] == 404
    assert running.get("/../../../etc/passwd")[0] == 404


def test_a_change_rebuilds_and_tells_the_browser(running: Running) -> None:
    events = running.events()
    assert next(events) == {"version": 1, "error": ""}
    running.write("第二版")
    assert next(events) == {"version": 2, "error": ""}
    assert "第二版" in running.get("/")[2]
    assert any("site/about.qmd" in line for line in running.said)


def test_a_failed_build_keeps_the_old_site_and_says_why(running: Running) -> None:
    events = running.events()
    next(events)
    running.write("坏")
    state = next(events)
    assert state["version"] == 1 and "写坏了" in str(state["error"])
    assert "第一版" in running.get("/")[2]
    running.write("第三版")
    assert next(events) == {"version": 2, "error": ""}
    assert "第三版" in running.get("/")[2]


def test_a_change_during_a_build_is_not_missed(tmp_path: Path) -> None:
    with previewing(tmp_path, "慢的第一版") as running:
        _until(lambda: bool(running.said))
        _until(lambda: "慢的第一版" in running.get("/")[2])  # written, and the build still runs
        running.write("第二版")
        assert "网站在" not in "".join(running.said)
        _until(lambda: "第二版" in running.get("/")[2])


def test_a_port_in_use_is_a_clear_error(running: Running) -> None:
    with pytest.raises(PreviewError, match=f"端口 {running.port} 已被占用.*--port {running.port + 1}"):
        serve(running.publication, ["true"], port=running.port, open_browser=False)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/p/data/2019/511923.xlsx", True),
        ("/p/site/about.qmd", True),
        ("/p/data/2019/~$511923.xlsx", False),
        ("/p/_site/index.html", False),
        ("/p/.gongbao/build.lock", False),
        ("/p/src/gongbao/__pycache__/a.pyc", False),
        ("/p/workbooks/.ipynb_checkpoints/a-checkpoint.ipynb", False),
    ],
)
def test_only_sources_count_as_changes(path: str, expected: bool) -> None:
    assert wanted(watchfiles.Change.modified, path) is expected
