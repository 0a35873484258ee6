"""Evaluations take turns: one slice at a time, the least work first, none beyond its deadline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, NoReturn
from urllib.parse import quote

import pytest

from conftest import QUERY
from control_operations import operations
from controlling import Controlling
from oifde_simulator.journal.filters import Filter
from oifde_simulator.stepwise import Steps
from oifde_simulator.web.control_plane import evaluations, openapi
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.openapi import Route
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.time_slicing import SLICE_SECONDS
from serving import Peer, fetch, head, post, running

BACKTRACKING = {"pattern": r"^(?=(a+)+$)(a+)+\1b$"}


class Work:
    """Steps of work that take a slice each on a clock of their own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[str] = []
        """Names of the evaluations, a name for each step."""
        self.evaluations = Evaluations(lambda: self.now)

    def steps(self, name: str, count: int) -> Steps[str]:
        """Take `count` steps, each as long as a slice."""
        for _ in range(count):
            self.now += SLICE_SECONDS * 2
            self.done.append(name)
            yield
        return name

    async def until(self, count: int) -> None:
        """Let evaluations take their turns until there are `count` steps."""
        for _ in range(count * 2):
            await asyncio.sleep(0)
        assert len(self.done) >= count

    def start(self, name: str, count: int) -> asyncio.Task[str]:
        """Start an evaluation of `count` steps."""
        return asyncio.create_task(self.evaluations.run(self.steps(name, count)))


async def test_a_short_evaluation_does_not_wait_for_long_ones() -> None:
    work = Work()
    long = [work.start(f"long {number}", 1000) for number in range(6)]
    await work.until(60)
    before = len(work.done)
    assert await work.start("short", 3) == "short"
    assert len(work.done) - before <= 3 + 2
    assert all(not task.done() for task in long)
    for task in long:
        task.cancel()


async def test_others_than_evaluations_have_a_turn_between_two_slices() -> None:
    work = Work()
    tasks = [work.start(str(number), 50) for number in range(5)]
    turns = 0
    while not all(task.done() for task in tasks):
        before = len(work.done)
        await asyncio.sleep(0)
        turns += 1
        assert len(work.done) - before <= 1
    assert turns >= 5 * 50


async def test_an_evaluation_that_is_cancelled_does_no_more_work_and_blocks_nobody() -> None:
    work = Work()
    left, waiting, stays = work.start("left", 1000), work.start("waiting", 1000), work.start("stays", 10)
    await asyncio.sleep(0)
    left.cancel()
    waiting.cancel()
    await asyncio.wait([left, waiting])
    count = work.done.count("left")
    assert await stays == "stays"
    assert (work.done.count("left"), work.done.count("waiting")) == (count, 0)
    assert len(work.evaluations) == 0


@pytest.mark.parametrize("patience", [0.0, 1e-9])
async def test_an_evaluation_beyond_its_deadline_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(evaluations, "PATIENCE", patience)
    work = Work()
    with pytest.raises(Problem, match="too much is to be compared") as raised:
        await work.start("long", 10**9)
    assert raised.value.status == 503
    assert len(work.done) <= 3


async def test_one_too_many_ends_the_one_with_the_most_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluations, "MOST", 3)
    work = Work()
    oldest = work.start("oldest", 10**9)
    await work.until(10)
    others = [work.start(str(number), 10**9) for number in range(2)]
    await asyncio.sleep(0)
    assert await work.start("new", 2) == "new"
    with pytest.raises(Problem):
        await oldest
    assert not any(task.done() for task in others)
    for task in others:
        task.cancel()


# At real sockets


@pytest.fixture
def server() -> Iterator[Controlling]:
    with running() as simulator:
        controlling = Controlling(simulator)
        for _ in range(50):
            body = {"tenantId": "tenant001", "userMobile": "a" * 200}
            fetch(simulator.data_url + QUERY, json.dumps(body).encode())
        yield controlling


def heavy() -> bytes:
    """Build a verification of many expressions that step back."""
    expect = [{"atLeast": 0, "userMobile": {"allOf": [{"not": BACKTRACKING}] * 10}} for _ in range(100)]
    return own(post(json.dumps({"expect": expect}).encode(), target="/verify"))


def own(request: bytes) -> bytes:
    """Send a request to the control plane, which only its own host may ask."""
    return request.replace(b"Host: vendor.example", b"Host: 127.0.0.1")


class Endless:
    """A condition that counts how often it is asked, and always holds."""

    def __init__(self) -> None:
        self.asked = 0

    def accepts(self, *_: Any) -> bool:
        self.asked += 1
        return True


def test_a_client_that_leaves_takes_its_work_with_it(
    server: Controlling, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Endless()
    monkeypatch.setattr(Filter, "accepts", endless.accepts)
    monkeypatch.setattr(evaluations, "SLICE_SECONDS", 0.0)
    under_way = running_evaluations(monkeypatch)
    with Peer(server.simulator.control_url) as client:
        client.send(heavy())
        while not (under_way and len(under_way[0])):
            server("GET", "/livez")
    while len(under_way[0]):
        server("GET", "/livez")
    assert endless.asked < 50 * 100


def running_evaluations(monkeypatch: pytest.MonkeyPatch) -> list[Evaluations]:
    """Collect the evaluations that run from now on."""
    found: list[Evaluations] = []
    run = Evaluations.run

    async def noting(self: Evaluations, steps: Steps[Any]) -> Any:
        found.append(self)
        return await run(self, steps)

    monkeypatch.setattr(Evaluations, "run", noting)
    return found


@pytest.mark.slow
def test_the_end_of_a_server_does_not_await_evaluations(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Endless()

    def forever(*_: Any) -> Steps[None]:
        while True:
            endless.asked += 1
            yield

    with ExitStack() as closing, running() as simulator:
        monkeypatch.setattr("oifde_simulator.web.control_plane.routes.verification.verdict", forever)
        under_way = running_evaluations(monkeypatch)
        clients = [closing.enter_context(Peer(simulator.control_url)) for _ in range(6)]
        for client in clients:
            client.send(own(post(b'{"expect": {"count": 1}}', target="/verify")))
        while not (under_way and len(under_way[-1]) == 6 and endless.asked):
            fetch(simulator.control_url + "/livez")
    assert len(under_way[-1]) == 0


def test_the_end_of_a_server_does_not_compare_for_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Endless()
    monkeypatch.setattr(Filter, "difference", lambda *_: [compared.accepts()])
    pattern = quote(json.dumps(BACKTRACKING))
    with ExitStack() as closing:
        with running() as simulator:
            fetch(simulator.data_url + QUERY, b"{}")
            clients = [closing.enter_context(Peer(simulator.control_url)) for _ in range(20)]
            for number, client in enumerate(clients):
                query = f"/journal/wait?timeout=60s&userMobile={pattern}&request.x={number}"
                client.send(own(head(method="GET", target=query)))
            while len(simulator.journal.waiters) < 20:
                fetch(simulator.control_url + "/livez")
        answers = [client.answer() for client in clients]
    assert {answer.status for answer in answers} == {504}
    assert compared.asked == 0


def test_an_exchange_does_not_wait_for_an_expression_that_steps_back(
    server: Controlling, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiters = server.simulator.journal.waiters
    with ThreadPoolExecutor(1) as threads:
        pattern = quote('{"pattern": "^(?!b)a$"}')
        query = f"/journal/wait?timeout=20s&count=2&since=50&userMobile={pattern}"
        waiting = threads.submit(server, "GET", query)
        while not len(waiters):
            server("GET", "/livez")
        asked: list[str] = []
        (waiter,) = waiters
        accepts = waiter.filter.accepts

        def noting(entry: Any) -> bool:
            asked.append(asyncio.current_task().get_coro().__qualname__)  # type: ignore[union-attr]
            return accepts(entry)

        monkeypatch.setattr(waiter.filter, "accepts", noting)
        for user in ("b", "a", "a"):
            body = {"tenantId": "tenant001", "userMobile": user}
            fetch(server.simulator.data_url + QUERY, json.dumps(body).encode())
        answer = waiting.result().json
    assert [entry["number"] for entry in answer["entries"]] == [52, 53]
    assert len(asked) == 3
    assert len({*asked}) == 1


# The document


def test_the_document_names_too_much_work_where_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def too_much(_: Evaluations, steps: Steps[Any]) -> NoReturn:
        steps.close()
        raise evaluations._given_up()

    monkeypatch.setattr(Evaluations, "run", too_much)
    answered = {}
    with running() as simulator:
        control = Controlling(simulator)
        control.query(control.make(tenant="victim"))
        for operation in operations():
            if operation.id != "followExchanges":  # it has no end
                answer = control(operation.method, operation.url, *filter(None, [operation.body]))
                answered[operation.id] = answer.status == 503 and b"too-much-work" in answer.body
    told = {
        route.operation_id
        for route in openapi.routes()
        if "too-much-work" in responses(route).get("503", {}).get("description", "")
    }
    assert {id for id, too_much in answered.items() if too_much} == told
    assert {"verify", "awaitExchanges", "listExchanges", "wiremockFindRequests"} <= told


def responses(route: Route) -> Any:
    """The answers of an operation, as the document has them."""
    return openapi.document()["paths"][route.path][route.method.lower()]["responses"]
