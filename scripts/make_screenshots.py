"""Make the pictures of the README from a built site (needs the browser of the tests).

python scripts/make_screenshots.py
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
# name -> page, width, height, how far down to begin
PICTURES = {
    "county": ("reports/2023/990101/index.html", 1200, 900, 0),
    "phone": ("reports/2019/511923/finance.html", 390, 844, 2290),
}


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (page, width, height, top) in PICTURES.items():
            view = browser.new_page(viewport={"width": width, "height": height})
            view.goto((ROOT / "_site" / page).as_uri())
            view.evaluate(f"window.scrollTo(0, {top})")
            view.screenshot(path=ROOT / f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
