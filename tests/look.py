"""A picture of a page of the running dashboard, for people to look at.

python tests/look.py /projects?zone=6 out.png [--size 1920x1080] [--theme dark] [--full] [--server URL]
"""

import argparse
import importlib.util
from pathlib import Path

from playwright.sync_api import sync_playwright

spec = importlib.util.spec_from_file_location("harness", Path(__file__).parent / "browser" / "conftest.py")
harness = importlib.util.module_from_spec(spec)
spec.loader.exec_module(harness)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("path")
    words.add_argument("picture")
    words.add_argument("--size", default="1920x1080")
    words.add_argument("--theme", choices=["light", "dark"], default="light")
    words.add_argument("--full", action="store_true", help="the whole page, as high as it is")
    words.add_argument("--server", default="http://127.0.0.1:8501")
    asked = words.parse_args()
    width, height = map(int, asked.size.split("x"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=harness.CHROMIUM, args=harness.QUIET)
        with harness.window(browser, (width, height), asked.theme) as (page, record):
            page.goto(asked.server + asked.path)
            harness.settle(page)
            if asked.full:  # Streamlit scrolls inside the window, so the window has to grow
                tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": max(height, tall)})
                harness.settle(page)
            page.screenshot(path=asked.picture)
            print(f"{asked.picture}  {page.title()}  {sum(record.received.values()) / 1e6:.1f} MB")
            for words, lines in (("outside", record.outside), ("console", record.complaints)):
                for line in lines:
                    print(f"{words}: {line}")
            for text in harness.Checks().visible_english(page):
                print(f"english: {text}")
        browser.close()


if __name__ == "__main__":
    main()
