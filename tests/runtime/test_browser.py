"""The console at the start of a server: its address is told, and a browser may be opened."""

from __future__ import annotations

import json
import logging
import threading
import webbrowser
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import unused_options
from oifde_simulator.config.reading import read_settings
from oifde_simulator.immediate import immediate
from oifde_simulator.runtime import browser, serve
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.scenario import selection
from serving import CALM, PATIENCE, running

URL = "http://127.0.0.1:8444/"
TOKEN = "0123+/=789abcdef"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the URLs that a browser is told to open."""
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: found.append(url) or True)
    return found


def test_a_browser_is_opened_at_the_page(opened: list[str]) -> None:
    browser.open_console(URL, None).result(PATIENCE)
    assert opened == [URL]


def test_a_token_goes_along_in_the_fragment_that_no_server_is_sent(opened: list[str]) -> None:
    browser.open_console(URL, TOKEN).result(PATIENCE)
    assert opened == [f"{URL}#token=0123%2B%2F%3D789abcdef"]


@pytest.mark.parametrize("failure", [None, OSError("no display"), webbrowser.Error("none"), SystemError()])
def test_without_a_browser_the_log_says_what_to_do_and_has_no_token(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception | None
) -> None:
    def refuse(_: str) -> bool:
        if failure:
            raise failure
        return False

    monkeypatch.setattr(webbrowser, "open", refuse)
    with caplog.at_level(logging.WARNING, "oifde_simulator"):
        browser.open_console(URL, TOKEN).result(PATIENCE)
    (line,) = caplog.messages
    assert line.startswith("--open: no browser")
    assert f"open {URL} yourself" in line
    assert TOKEN not in caplog.text


async def start(given: dict[str, Any], ready: Path) -> dict[str, Any]:
    """Start a server as `serve` does, and read what its ready file says."""
    chosen = Settings(**CALM | given)
    simulator = Simulator(chosen, registry(chosen, selection.scenarios(chosen)))
    async with serve.listening(simulator, None, [ready]):
        told: dict[str, Any] = json.loads(ready.read_text())  # noqa: ASYNC240  nothing else runs in this loop
        return told


async def test_the_ready_file_has_the_address_of_the_page(tmp_path: Path) -> None:
    told = await start({}, tmp_path / "ready.json")
    assert told["console"] == f"{told['control']}/"
    assert "console" not in await start({"console": "off"}, tmp_path / "ready.json")


async def test_no_browser_can_delay_or_end_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends, ended = threading.Event(), threading.Event()

    def open_late(url: str) -> bool:
        ends.wait(PATIENCE)
        ended.set()
        raise OSError(url)

    monkeypatch.setattr(webbrowser, "open", open_late)
    assert (await start({"open": True}, tmp_path / "ready.json"))["control"]
    ends.set()
    assert ended.wait(PATIENCE)


@pytest.mark.parametrize("given", [{}, {"open": True, "console": "off"}])
async def test_no_browser_is_opened_unasked(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    monkeypatch.setattr(browser, "open_console", lambda *_: opened.append("asked"))
    await start(given, tmp_path / "ready.json")
    assert opened == []


async def test_the_token_that_was_made_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(browser, "open_console", lambda *given: asked.append(given))
    told = await start({"open": True, "control_host": "0.0.0.0"}, tmp_path / "ready.json")
    ((url, token),) = asked
    assert url == told["console"] == f"http://127.0.0.1:{url.split(':')[2]}"
    assert len(token) >= 32


def test_the_banner_prints_the_address_and_no_token() -> None:
    with running(control_token=TOKEN) as simulator:
        shown = {"data_url": "http://d", "control_url": "http://c", "authority": False}
        lines = immediate(banner(simulator.tenants, Settings(), **shown, console_url=simulator.console_url))
        assert f"  console        {simulator.control_url}/ " in lines
        assert TOKEN not in lines
        assert "console" not in immediate(banner(simulator.tenants, Settings(), **shown))


def test_the_environment_turns_it_off() -> None:
    chosen = read_settings({}, {"OIFDE_SIMULATOR_CONSOLE": "off", "OIFDE_SIMULATOR_OPEN": "yes"})
    assert (chosen.console, chosen.open) == ("off", True)
    assert unused_options(chosen).startswith("--console off: --open is ignored")
    with pytest.raises(ValueError, match="OIFDE_SIMULATOR_CONSOLE: expected on or off"):
        read_settings({}, {"OIFDE_SIMULATOR_CONSOLE": "maybe"})
