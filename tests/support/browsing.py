"""A real browser on the console of a real server; skipped only where no chromium is installed.

PYTEST_DONT_REWRITE: test modules load this module as a plugin.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from controlling import Controlling
from serving import running

CHROMIUMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""Browsers by preference: the same engine without windows takes a third of the time for each page."""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
PATIENCE = 10_000
"""Milliseconds that a test waits for what should come."""
BROWSERS_OWN = "Failed to load resource"
"""Beginning of what the browser itself writes of each answer that is an error, whatever the page does."""


@pytest.fixture(scope="module")
def served() -> Iterator[Controlling]:
    """Run a server for all tests of a module."""
    with running() as simulator:
        yield Controlling(simulator)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start a browser for all tests of a module."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = next(filter(Path.exists, CHROMIUMS), None)
    if program is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(program), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Any, served: Controlling) -> Iterator[Any]:
    """Open an empty page for one test."""
    with opened(browser, served) as page:
        yield page


@contextmanager
def opened(browser: Any, served: Controlling) -> Iterator[Any]:
    """Open an empty page; at its end, no script of it may have failed or complained."""
    context = browser.new_context(base_url=served.simulator.control_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.extend([message.text] if message.type == "error" else []))
    yield page
    context.close()
    ours = [error for error in errors if not error.startswith(BROWSERS_OWN)]
    assert not ours, ours


def press_if_there(tab: Any, name: str) -> None:
    """Press a button that the page may take away at any moment, if it is still there."""
    tab.evaluate(
        "name => [...document.querySelectorAll('button')]"
        ".filter((button) => button.textContent === name).forEach((button) => button.click())",
        name,
    )
