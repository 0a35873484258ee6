"""A real browser on the console of a real server; skipped only where chromium is not installed.

PYTEST_DONT_REWRITE: test modules load this module as a plugin.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from controlling import Controlling
from serving import running

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()


@pytest.fixture(scope="module")
def server() -> Iterator[Controlling]:
    """A server for all tests of a module."""
    with running() as simulator:
        yield Controlling(simulator)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser, server):
    context = browser.new_context(base_url=server.simulator.control_url)
    page = context.new_page()
    page.set_default_timeout(6000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    yield page
    context.close()
    assert [error for error in errors if not error.startswith("Failed to load resource")] == []
