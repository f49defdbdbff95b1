"""A browser for the pages that reports are."""

from __future__ import annotations

import os
import shutil

import pytest

# Nothing but the page itself: no updates, no synchronising, no looking around in the network.
_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium. Where there is none, tests are skipped, but not in continuous integration."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None and not os.environ.get("CI"):
        pytest.skip("needs Chromium: apt-get install chromium")
    assert chromium, "there is no Chromium: apt-get install chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """`opened(path, width, scheme)`: a page; at the end there were no errors and no requests but its own."""
    contexts, said, asked = [], [], []

    def open_page(path, width=1440, scheme="light", reduced_motion="reduce"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion=reduced_motion
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        asked.remove(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert asked == []
