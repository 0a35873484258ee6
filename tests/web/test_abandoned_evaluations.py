"""Evaluations whose clients have left: these cost no work, and no place of others. Real sockets, one loop."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote, urlsplit

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.web import http_connection
from oifde_simulator.web.control_plane import evaluations
from oifde_simulator.web.control_plane.evaluations import Evaluation, Evaluations
from serving import CALM

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no other system says that a client has left")

ENDLESS = 10**6
"""Slices of an evaluation that nobody waits out."""
FURTHER = 3
"""Slices that a client which has left may cost."""
EXPECTED = json.dumps({"expect": [{"count": 0, "request.note": {"pattern": "a+b"}}]}).encode()
SEARCH = f"/journal?request.note={quote(json.dumps({'pattern': 'a+b'}))}"


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make every evaluation endless, and count the slices of all."""
    taken = [0]

    def take_one(self: Evaluations, evaluation: Evaluation, steps: object) -> None:
        evaluations.check_client()
        taken[0] += 1
        assert taken[0] < ENDLESS

    monkeypatch.setattr(Evaluations, "_slice", take_one)
    return taken


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    settings = Settings(**CALM)
    served = Simulator(settings, registry(settings, {}))
    await served.start()
    yield served
    await served.stop()


def call(path: str, body: bytes = b"") -> bytes:
    head = (
        f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    )
    return f"{head}\r\n".encode() + body


CALLS = {"a verdict": call("/verify", EXPECTED), "a search": call(SEARCH)}


def connect(simulator: Simulator) -> socket.socket:
    parts = urlsplit(simulator.control_url)
    return socket.create_connection((parts.hostname or "", parts.port or 0))


def running(simulator: Simulator) -> int:
    _, control = simulator._running
    return len(control.server.connections)  # type: ignore[union-attr]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 -- the server runs meanwhile
        await asyncio.sleep(0)


def leave(client: socket.socket) -> None:
    client.close()


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()


@pytest.mark.parametrize("end", [leave, reset])
@pytest.mark.parametrize("octets", CALLS.values(), ids=CALLS)
async def test_a_client_that_leaves_amid_an_evaluation_costs_few_further_slices(
    simulator: Simulator, slices: list[int], octets: bytes, end: Callable[[socket.socket], None]
) -> None:
    with connect(simulator) as client:
        client.sendall(octets)
        await until(lambda: slices[0] > 5)
        before = slices[0]
        end(client)
    await until(lambda: not running(simulator))
    assert slices[0] - before <= FURTHER


@pytest.mark.parametrize("octets", CALLS.values(), ids=CALLS)
async def test_clients_that_leave_at_once_cost_no_slice(
    simulator: Simulator, slices: list[int], octets: bytes
) -> None:
    for _ in range(30):
        with connect(simulator) as client:
            client.sendall(octets)
    _, control = simulator._running
    await until(lambda: control.server.requests_count == 30)  # type: ignore[union-attr]
    await until(lambda: not running(simulator))
    assert slices == [0]


async def test_a_client_that_only_ends_its_half_is_evaluated_for(
    simulator: Simulator, slices: list[int]
) -> None:
    with connect(simulator) as client:
        client.sendall(CALLS["a verdict"])
        client.shutdown(socket.SHUT_WR)
        await until(lambda: slices[0] > 100)
        assert running(simulator) == 1


async def test_a_client_of_another_machine_is_not_guessed_to_have_left(
    simulator: Simulator, slices: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "has_left", lambda _: False)
    with connect(simulator) as client:
        client.sendall(CALLS["a verdict"])
        client.shutdown(socket.SHUT_WR)
        await until(lambda: slices[0] > 100)
