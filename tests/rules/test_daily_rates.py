"""A rate of a day is renewed at midnight of the tenant's zone."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.wire.script import header, octets
from playing import MovableClock

SCENARIO = """
tenant: {tokens: any}
settings: {time_zone: %s}
rules:
  - {name: quota, match: {endpoint: queryRecordHistory}, per: [userMobile], over: {limit: 2, window: day},
     respond: {status: 429}}
"""


class World:
    def __init__(self, zone: str) -> None:
        self.clock = MovableClock(0)
        scenario = loader.loads((SCENARIO % zone).encode(), "acme.yaml", "acme")
        self.engine = Engine({"acme": scenario}, clock=self.clock)

    def ask(self, instant: str, user: str = "1") -> tuple[str, str | None]:
        """Ask at an instant; the status and Retry-After of the answer."""
        self.clock.set(round(datetime.fromisoformat(instant).timestamp() * 1000))
        body = json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": user}).encode()
        script = self.engine.handle(Request("POST", QUERY, {}, body)).script
        return octets(script, "head").split(b" ", 2)[1].decode(), header(script, "Retry-After")


GOOD = ("200", None)


def test_it_is_renewed_at_midnight_wherever_in_the_day_it_began() -> None:
    world = World("Asia/Shanghai")
    late = [world.ask("2026-01-15T23:59:00+08:00") for _ in range(3)]
    assert late == [GOOD, GOOD, ("429", "60")]
    assert world.ask("2026-01-15T23:59:30+08:00", "2") == GOOD
    after = [world.ask("2026-01-16T00:00:00+08:00") for _ in range(3)]
    assert after == [GOOD, GOOD, ("429", "86400")]
    assert world.ask("2026-01-16T23:59:59+08:00") == ("429", "1")


@pytest.mark.parametrize(
    ("noon", "hours"), [("2026-03-29T00:30:00+01:00", 22.5), ("2026-10-25T00:30:00+02:00", 24.5)]
)
def test_a_day_on_which_clocks_change_is_shorter_or_longer(noon: str, hours: float) -> None:
    world = World("Europe/Berlin")
    found = [world.ask(noon) for _ in range(3)]
    assert found[2] == ("429", str(round(hours * 3600)))


def test_a_clock_that_is_moved_back_begins_the_day_before_anew() -> None:
    world = World("UTC")
    assert [world.ask("2026-01-16T12:00:00+00:00") for _ in range(3)][2] == ("429", "43200")
    assert [world.ask("2026-01-15T12:00:00+00:00") for _ in range(3)] == [GOOD, GOOD, ("429", "43200")]


BAD = {
    "days": ("{limit: 1, window: days}", "expected a duration such as 1s, or day"),
    "slide": ("{limit: 1, window: day, slide: true}", "over.slide: does not go with window: day"),
    "enforce": ("{limit: 1, window: day, enforce: true}", "over.enforce: does not go with window: day"),
    "no limit": ("{window: day}", "limit"),
    "a number": ("{limit: 1, window: 86400}", "or day"),
    "in a window": ("{limit: 1, window: 24}", "or day"),
}


@pytest.mark.parametrize(("over", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_told(over: str, message: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(f"rules:\n  - {{over: {over}, respond: {{status: 429}}}}\n".encode(), "f.yaml", "f")
    assert message in str(caught.value)


def test_a_clock_that_stands_still_never_renews_it() -> None:
    text = (
        'clock: "2026-01-01T00:00:00Z"\nrules:\n  - {over: {limit: 1, window: day}, respond: {status: 429}}\n'
    )
    (warning,) = loader.loads(text.encode(), "f.yaml", "f").warnings
    assert "its rate never renews" in warning
