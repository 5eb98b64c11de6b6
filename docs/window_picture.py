"""The picture of the window on the front page: one answer, one refusal, and the document beside them.

python docs/window_picture.py        # writes docs/window.png; needs Debian's chromium
"""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from served import CHROMIUM, FLAGS, server


def main() -> None:
    """Serve the shipped article, ask, and take the picture."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright, server(log=Path(folder, "log")) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(address())
        for question in ("what did Heilongjiang plan?", "What did Beijing plan?"):
            before = page.locator(".turn .found").count()
            page.get_by_role("textbox", name="Question").fill(question)
            page.keyboard.press("Enter")
            page.locator(".turn .found").nth(before).wait_for()
        page.locator(".turn").first.get_by_role("button", name="Quote 1: ").click()
        page.locator(".source mark").wait_for()
        page.locator(".turn").first.scroll_into_view_if_needed()
        page.mouse.move(5, 5)
        page.wait_for_timeout(500)
        picture = Image.open(BytesIO(page.screenshot())).quantize(192)
        picture.save(Path(__file__).parent / "window.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
