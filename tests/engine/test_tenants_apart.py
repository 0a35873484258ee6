"""Tenants never meet: whatever is done to one, the others answer byte for byte as if nothing had been."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from conftest import QUERY
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.added_rules import Taken
from oifde_simulator.tenants.admin import OnDemand

SCENARIO = b"""
clock: "2026-01-01T12:00:00Z"
sessions: {generate: {}, users: {"18000000001": 12}}
rules:
  - {name: sometimes, probability: 0.5, respond: {status: 503}}
  - {name: third, every: 3, respond: {error: internal-error}}
  - {name: once, times: 1, token: expire}
"""

Deed = Callable[[OnDemand, Tenants, str], Any]


def add(demand: OnDemand, tenants: Tenants, name: str) -> None:
    try:
        demand.add_rules(name, [{"name": "more", "every": 2, "respond": {"status": 429}}], [None])
    except Taken:
        tenants.named(name).added.remove("more")


def begin_anew(demand: OnDemand, tenants: Tenants, name: str) -> None:
    tenants.drop(name)
    demand.make(tenants.files["acme"], name)


DEEDS: dict[str, Deed] = {
    "add": add,
    "remove all": lambda demand, tenants, name: tenants.named(name).added.remove_all(),
    "reset": lambda demand, tenants, name: demand.reset(name),
    "clear": lambda demand, tenants, name: demand.clear(name),
    "change": lambda demand, tenants, name: demand.change(name, demand.scenario({"clock": "now"})),
    "change back": lambda demand, tenants, name: demand.change(name, tenants.files["acme"]),
    "advance": lambda demand, tenants, name: tenants.named(name).clock.advance(86_400_000),
    "go on": lambda demand, tenants, name: tenants.named(name).clock.freeze(False),
    "make": lambda demand, tenants, name: demand.make(tenants.files["acme"]),
    "begin anew": begin_anew,
}


class World:
    """A server without sockets, with two made tenants."""

    def __init__(self) -> None:
        self.tenants = Tenants({"acme": loader.loads(SCENARIO, "acme", "acme")}, seed="0", error_status=200)
        self.demand = OnDemand(self.tenants)
        self.tokens = {
            name: self.demand.make(self.tenants.files["acme"], name)[1].token for name in ("left", "right")
        }
        self._pipeline = Pipeline(Router(bad_json_status=400), self.tenants, Journal())

    def ask(self, name: str) -> Any:
        """The script of the answer to a query."""
        fields = {"tenantId": name, "authToken": self.tokens[name], "userMobile": "18000000001"}
        body = json.dumps(fields).encode()
        return self._pipeline.handle(Request("POST", QUERY, CIMultiDict(), body)).script


@given(st.lists(st.sampled_from(["ask", "ask left", *DEEDS]), max_size=25))
@settings(max_examples=60)
def test_whatever_is_done_to_one_tenant_the_other_answers_the_same_bytes(deeds: list[str]) -> None:
    disturbed, calm = World(), World()
    for deed in deeds:
        if deed == "ask":
            assert disturbed.ask("right") == calm.ask("right")
        elif deed == "ask left":
            disturbed.ask("left")
        else:
            DEEDS[deed](disturbed.demand, disturbed.tenants, "left")
    assert disturbed.ask("right") == calm.ask("right")


@given(st.lists(st.sampled_from(["ask left", *DEEDS]), max_size=15), st.integers(1, 6))
@settings(max_examples=40)
def test_whatever_was_done_a_restored_server_answers_as_a_new_one(deeds: list[str], asks: int) -> None:
    used, new = World(), World()
    for deed in deeds:
        used.ask("left") if deed == "ask left" else DEEDS[deed](used.demand, used.tenants, "left")
    used.tenants.restore()
    for world in (used, new):
        world.tokens["acme"] = "unknown"
    assert list(used.tenants.scenarios) == ["acme"]
    assert used.tenants.made == frozenset()
    assert [used.ask("acme") for _ in range(asks)] == [new.ask("acme") for _ in range(asks)]


@given(st.lists(st.sampled_from(["ask left", *(deed for deed in DEEDS if not deed.startswith("change"))])))
@settings(max_examples=40)
def test_a_tenant_that_is_reset_answers_as_a_new_one(deeds: list[str]) -> None:
    used, new = World(), World()
    for deed in deeds:
        used.ask("left") if deed == "ask left" else DEEDS[deed](used.demand, used.tenants, "left")
    used.demand.reset("left")
    used.tokens["left"] = used.tenants.token("left")  # one that began anew has another
    assert [used.ask("left") for _ in range(5)] == [new.ask("left") for _ in range(5)]
