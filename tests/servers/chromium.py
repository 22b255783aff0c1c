"""Debian's Chromium for the tests in a browser: `playwright install` downloads are not needed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def path() -> str:
    """Return the path of the browser: from CHROMIUM or of the first one that is installed.

    Raises:
        RuntimeError: if there is none.
    """
    names = ["chromium", "chromium-browser", "google-chrome", MACOS]
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        message = "No Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM."
        raise RuntimeError(message)
    return found


@contextmanager
def started() -> Iterator[Browser]:
    """Start the browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def complaints_of(page: Page) -> list[str]:
    """Return a list that fills up with uncaught script errors and breaches of the content security policy.

    What has no address was done by the test itself: axe, for one, clones elements with a style that a script had set.
    """
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text and message.location["url"]:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
