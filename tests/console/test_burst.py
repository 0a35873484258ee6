"""The live list under a burst: few lines, one update a frame, keys in between, what is open stays open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from controlling import USER, Controlling
from serving import Peer, post, running

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

BURST = 4_000
WINDOW = 50
"""Requests that a connection has under way at a time."""
CONNECTIONS = 4
KEPT = 1_000

WATCH = """() => {
  window.seen = {rows: 0, updates: 0, keys: [], batches: []};
  let updates = 0;
  const frame = () => { updates = 0; requestAnimationFrame(frame); };
  frame();
  new MutationObserver(() => {
    updates += 1;
    seen.updates = Math.max(seen.updates, updates);
    seen.rows = Math.max(seen.rows, document.querySelectorAll('.rows li').length);
    seen.batches.push(performance.mark('batch').startTime);
  }).observe(document.querySelector('.rows'), {childList: true});
  addEventListener('keydown', (event) => {
    const handled = performance.mark('key').startTime;
    const between = seen.batches.filter((batch) => batch > event.timeStamp && batch < handled).length;
    seen.keys.push({between, batches: seen.batches.length});
  }, {capture: true});
}"""
"""Notes each update of the list, and for each key the updates between its press and its handling."""


@pytest.fixture
def served() -> Iterator[Controlling]:
    """A server whose journal forgets most of the burst."""
    with running(journal_exchanges=KEPT) as simulator:
        yield Controlling(simulator)


def burst(served: Controlling, made: dict[str, str], count: int) -> None:
    """Send so many queries by several connections, each with a window of requests under way."""
    body = {"tenantId": made["tenantId"], "authToken": made["authToken"], "userMobile": USER}
    request = post(json.dumps(body).encode())

    def send(share: int) -> None:
        with Peer(served.simulator.data_url) as peer:
            for _ in range(share // WINDOW):
                peer.send(request * WINDOW)
                for _ in range(WINDOW):
                    assert peer.answer().status == 503

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(send, [count // CONNECTIONS] * CONNECTIONS))


def test_a_burst_leaves_a_page_that_answers_keys_and_keeps_what_is_open(
    tab: Any, served: Controlling
) -> None:
    tab.set_viewport_size({"width": 1400, "height": 900})
    made = served.make("outage", "burst")
    served.query(made)
    tab.goto("/#/exchanges/1?tenant=burst")
    tab.get_by_text("Rule outage fired.").wait_for()
    tab.get_by_role("heading", name="Exchange 1").evaluate("title => title.blur()")
    tab.evaluate(WATCH)

    with ThreadPoolExecutor(1) as threads:
        sending = threads.submit(burst, served, made, BURST)
        while not sending.done():
            tab.keyboard.press("Shift")
            tab.evaluate("new Promise(requestAnimationFrame)")
        sending.result()
    tab.locator(".rows .n").get_by_text(str(BURST + 1), exact=True).wait_for()

    seen = tab.evaluate("seen")
    assert seen["rows"] == 500
    assert seen["updates"] == 1
    during = [key for key in seen["keys"] if 0 < key["batches"] < len(seen["batches"])]
    assert during, "no key was pressed between two updates"
    assert max(key["between"] for key in during) <= 1  # the one that was under way
    assert served("GET", "/journal/1").status == 404
    assert tab.get_by_text("Rule outage fired.").is_visible()


def test_a_server_that_starts_anew_between_two_bursts_begins_a_list_anew(tab: Any) -> None:
    few = 4 * WINDOW * CONNECTIONS
    with running() as simulator:
        first = Controlling(simulator)
        tab.goto(simulator.control_url)
        tab.get_by_text("No exchange yet.").wait_for()
        burst(first, first.make("outage", "before"), few)
        tab.locator(".rows .n").get_by_text(str(few), exact=True).wait_for()
        port = int(simulator.control_url.rpartition(":")[2])

    with running(control_port=port) as simulator:
        second = Controlling(simulator)
        made = second.make("outage", "after")
        second.query(made)
        tab.get_by_text("The server was started anew").wait_for()
        tab.locator(".rows .tenant").get_by_text("before").first.wait_for(state="detached")
        burst(second, made, few)

        tab.locator(".rows .n").get_by_text(str(few + 1), exact=True).wait_for()
        assert tab.locator(".rows li").count() == 500
        assert set(tab.locator(".rows .tenant").all_text_contents()) == {"after"}
