"""Incidents of who asks, and of how many at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from incidents import World, plays, status
from oifde_simulator.model.http import Peer


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def statuses(world: World, peers: Sequence[Peer]) -> list[str]:
    return [status(world.ask(peer=peer)) for peer in peers]


@plays("failure begins when the third distinct user asks")
def test_the_third_user_brings_the_failure_for_all(world: World) -> None:
    users = [f"1800000000{place}" for place in (1, 2, 2, 1, 3, 1, 2, 3)]
    assert [status(world.ask(userMobile=user)) for user in users] == [*["200"] * 4, *["500"] * 4]
    world.reset()
    assert status(world.ask()) == "200"


@plays("fails only with more than five requests in flight")
def test_the_sixth_at_once_fails(world: World) -> None:
    first = [world.ask() for _ in range(6)]
    assert [status(each) for each in first] == [*["200"] * 5, "503"]
    for each in first[:2]:
        each.outcome.end("complete")
    more = [world.ask(), world.ask()]
    assert [status(each) for each in more] == ["200", "503"]
    world.reset()
    assert status(world.ask()) == "200"


@plays("the first request of each connection fails")
def test_each_connection_fails_once(world: World) -> None:
    peers = [Peer("192.0.2.1", connection, request) for connection in (1, 2) for request in (1, 2, 3)]
    assert statuses(world, peers) == ["503", "200", "200"] * 2


@plays("another behaviour per client address")
def test_the_address_of_the_client_decides(world: World) -> None:
    addresses = ("10.0.0.1", "10.255.255.255", "11.0.0.1", "2001:db8::7", "2001:db9::7", "192.0.2.7", "")
    found = statuses(world, [Peer(address, 1, 1) for address in addresses])
    assert found == ["403", "403", "200", "503", "200", "503", "200"]


@plays("the first request of each trace fails")
def test_each_trace_fails_once(world: World) -> None:
    traces = ("a", "b", "a", "b", "c")
    found = [status(world.ask(headers={"x-trace": trace})) for trace in traces]
    assert found == ["500", "500", "200", "200", "500"]
    assert status(world.ask()) == "200"
