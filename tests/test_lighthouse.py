"""Lighthouse, as a phone on a slow network sees the pages: no kind of page may fall below the project's marks.

The mark for performance is reckoned from how long this machine's processor took, so that other work on it can
only lower it, and never raise it: of a few measurements the best one tells what the page is worth. The other
marks depend on the page alone and have to hold every time.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from browsing import chromium, served
from publications import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.alone]

PROGRAM = ROOT / "tests/lighthouse/node_modules/lighthouse/cli/index.js"
TIMES = 3  # that performance is measured, until it reaches its mark
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
CHROME = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PAGES = [
    "index.html",
    "reports/2023/990103/index.html",
    "reports/2023/990103/overview.html",  # the largest report of the sample
    "reports/2023/990103/balance.html",
    "site/areas/balance.html",
    "site/indicators/backbone_teachers_per_100.html",
]


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    with served(published / "_site", compressed=True) as found:
        yield found


def browser_program() -> str:
    """The installed Chromium, or the one that Playwright fetched."""
    found = chromium()
    if found is None:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    return found


def lighthouse(url: str, out: Path) -> dict[str, Any]:
    """Lighthouse's report on a page. The network and the processor of a phone are reckoned from what was
    measured (`simulate`), so that a busy machine hardly shows."""
    assert PROGRAM.is_file(), "Lighthouse is not installed: sh scripts/lighthouse.sh (`make test` does it)"
    done = subprocess.run(
        [
            "node", str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={out}",
            f"--only-categories={','.join(LEAST)}", "--throttling-method=simulate", f"--chrome-flags={CHROME}",
            "--no-enable-error-reporting", "--disable-full-page-screenshot",
        ],
        env={**os.environ, "CHROME_PATH": browser_program()},
        capture_output=True,
        text=True,
        timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return report


def complaints(report: dict[str, Any]) -> list[str]:
    """What keeps a category below its mark."""
    audits = report["audits"]
    return [
        f"{name}: {audit['id']} {audits[audit['id']].get('displayValue', '')} {audits[audit['id']]['title']}"
        for name, category in report["categories"].items()
        if round((category["score"] or 0) * 100) < LEAST[name]
        for audit in category["auditRefs"]
        if audit["weight"] and (audits[audit["id"]]["score"] or 0) < 1
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reaches_the_marks(address: str, tmp_path: Path, name: str) -> None:
    performance: list[int] = []
    told: list[str] = []
    for _ in range(TIMES):
        report = lighthouse(f"{address}/{name}", tmp_path / "report.json")
        assert "runtimeError" not in report, report.get("runtimeError")
        marks = {key: round((found["score"] or 0) * 100) for key, found in report["categories"].items()}
        assert set(marks) == set(LEAST)
        performance.append(marks.pop("performance"))
        told += complaints(report)
        assert all(mark >= LEAST[key] for key, mark in marks.items()), (marks, told)
        if performance[-1] >= LEAST["performance"]:
            return
    raise AssertionError((performance, told))
