"""Tenants never meet: whatever is done to one, the others answer byte for byte as if nothing had been."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from conftest import QUERY
from engines import Engine
from examples import examples
from oifde_simulator.clock import ClockSetting
from oifde_simulator.immediate import immediate
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.state.errors import DuplicateName
from oifde_simulator.tenants.tokens import accepted_token

SCENARIO = b"""
clock: "2026-01-01T12:00:00Z"
sessions: {generate: {}, users: {"18000000001": 12}}
rules:
  - {name: sometimes, probability: 0.5, respond: {status: 503}}
  - {name: third, every: 3, respond: {error: internal-error}}
  - {name: once, times: 1, token: expire}
"""

Deed = Callable[[Engine], Coroutine[Any, Any, Any]]
MORE = [{"name": "more", "every": 2, "respond": {"status": 429}}]


async def add(engine: Engine) -> None:
    tenant = await engine.tenants.named("left")
    try:
        await engine.admin.add_rules(tenant, MORE, [None])
    except DuplicateName:
        await engine.admin.remove_rules(tenant, ["more"])


async def remove_all(engine: Engine) -> None:
    await engine.admin.remove_added_rules(await engine.tenants.named("left"))


async def begin_anew(engine: Engine) -> None:
    await engine.tenants.drop("left")
    await engine.admin.make(engine.admin.scenario("acme"), "left")


def clock(change: Callable[[ClockSetting, int], ClockSetting]) -> Deed:
    """Change the clock of the left tenant."""

    async def deed(engine: Engine) -> None:
        await engine.admin.change_clock("left", change)

    return deed


DEEDS: dict[str, Deed] = {
    "add": add,
    "remove all": remove_all,
    "reset": lambda engine: engine.admin.reset("left"),
    "clear": lambda engine: engine.admin.clear("left"),
    "change": lambda engine: engine.admin.change("left", engine.admin.scenario({"clock": "now"})),
    "change back": lambda engine: engine.admin.change("left", engine.admin.scenario("acme")),
    "advance": clock(lambda setting, now: setting.advanced(86_400_000, now)),
    "go on": clock(lambda setting, now: setting.going(now)),
    "make": lambda engine: engine.admin.make(engine.admin.scenario("acme")),
    "begin anew": begin_anew,
}


class World:
    """A server without sockets, with two made tenants."""

    def __init__(self) -> None:
        self.engine = Engine({"acme": loader.loads(SCENARIO, "acme", "acme")})
        made = self.engine.admin.scenario("acme")
        self.tokens = {
            name: immediate(self.engine.admin.make(made, name))[1].token for name in ("left", "right")
        }

    def do(self, deed: str) -> None:
        """Do something to the left tenant."""
        if deed == "ask left":
            self.ask("left")
        else:
            immediate(DEEDS[deed](self.engine))

    def ask(self, name: str) -> Any:
        """The script of the answer to a query."""
        fields = {"tenantId": name, "authToken": self.tokens[name], "userMobile": "18000000001"}
        body = json.dumps(fields).encode()
        return self.engine.handle(Request("POST", QUERY, CIMultiDict(), body)).script


@given(st.lists(st.sampled_from(["ask", "ask left", *DEEDS]), max_size=25))
@settings(max_examples=examples(60))
def test_whatever_is_done_to_one_tenant_the_other_answers_the_same_bytes(deeds: list[str]) -> None:
    disturbed, calm = World(), World()
    for deed in deeds:
        if deed == "ask":
            assert disturbed.ask("right") == calm.ask("right")
        else:
            disturbed.do(deed)
    assert disturbed.ask("right") == calm.ask("right")


@given(st.lists(st.sampled_from(["ask left", *DEEDS]), max_size=15), st.integers(1, 6))
@settings(max_examples=examples(40))
def test_whatever_was_done_a_restored_server_answers_as_a_new_one(deeds: list[str], asks: int) -> None:
    used, new = World(), World()
    for deed in deeds:
        used.do(deed)
    immediate(used.engine.tenants.restore())
    for world in (used, new):
        world.tokens["acme"] = "unknown"
    assert immediate(used.engine.tenants.ids()) == ["acme"]
    assert immediate(used.engine.state.tenants.made()) == []
    assert [used.ask("acme") for _ in range(asks)] == [new.ask("acme") for _ in range(asks)]


@given(st.lists(st.sampled_from(["ask left", *(deed for deed in DEEDS if not deed.startswith("change"))])))
@settings(max_examples=examples(40))
def test_a_tenant_that_is_reset_answers_as_a_new_one(deeds: list[str]) -> None:
    used, new = World(), World()
    for deed in deeds:
        used.do(deed)
    immediate(used.engine.admin.reset("left"))
    used.tokens["left"] = immediate(
        accepted_token(used.engine.tenants, "left")
    )  # one that began anew has another
    assert [used.ask("left") for _ in range(5)] == [new.ask("left") for _ in range(5)]
