"""The console under a burst: a bounded list, one update a frame, and keys that are heard meanwhile."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import QUERY
from controlling import USER, Controlling
from serving import running

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

BURST, AT_ONCE = 20_000, 100
WATCH = """() => {
  window.seen = {rows: 0, updates: 0, late: 0, keys: 0};
  let inFrame = 0, all = 0, pressed = null;
  const frame = () => { inFrame = 0; requestAnimationFrame(frame); };
  frame();
  const list = document.querySelector('.rows');
  new MutationObserver(() => {
    inFrame += 1;
    all += 1;
    seen.updates = Math.max(seen.updates, inFrame);
    seen.rows = Math.max(seen.rows, list.querySelectorAll('li').length);
  }).observe(list, {childList: true});
  addEventListener('keydown', () => { pressed = all; }, true);
  addEventListener('focusin', () => {
    if (pressed === null) return;
    seen.keys += 1;
    seen.late = Math.max(seen.late, all - pressed);
    pressed = null;
  });
}"""
"""Counts rows, updates in one frame, and updates between a key and what it does."""


@pytest.fixture(scope="module")
def served() -> Iterator[Controlling]:
    """A server without TLS, which is asked over plain sockets."""
    with running(tls="off") as simulator:
        yield Controlling(simulator)


def request(made: dict[str, str], close: bool = False) -> bytes:
    """One query of the made tenant as it stands on the wire."""
    body = json.dumps(
        {"tenantId": made["tenantId"], "authToken": made["authToken"], "userMobile": USER}
    ).encode()
    end = "Connection: close\r\n" if close else ""
    head = f"POST {QUERY} HTTP/1.1\r\nHost: a\r\n{end}Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def burst(served: Controlling, made: dict[str, str]) -> None:
    """Send all queries over one connection, some at once, and read every answer."""
    address = urlsplit(served.simulator.data_url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=60) as connection:
        answers = connection.makefile("rb")
        for first in range(0, BURST, AT_ONCE):
            last = first + AT_ONCE >= BURST
            connection.sendall(request(made) * (AT_ONCE - last) + request(made, close=True) * last)
            for _ in range(AT_ONCE):
                assert answers.readline() == b"HTTP/1.1 503 Service Unavailable\r\n"
                while answers.readline() != b"\r\n":
                    pass


def test_a_burst_is_shown_calmly_and_keys_are_heard_meanwhile(tab: Any, served: Controlling) -> None:
    made = served.make("outage", "burst")
    served.query(made)
    number = served("GET", "/journal?tenant=burst").json["entries"][0]["number"]
    tab.goto(f"/#/exchanges/{number}?tenant=burst")
    tab.get_by_text("Rule outage fired.").wait_for()
    tab.evaluate(WATCH)

    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(burst, served, made)
        while not sent.done():
            tab.keyboard.press("j")
            tab.keyboard.press("k")
        sent.result()
    newest = served("GET", "/journal?limit=1").json["last"]

    assert newest == number + BURST
    assert tab.get_by_text("Rule outage fired.").is_visible(), "what was opened stays open"
    seen = tab.evaluate("seen")
    assert 0 < seen["rows"] <= 500
    assert seen["updates"] <= 1
    assert seen["keys"] > 0
    assert seen["late"] <= 1
