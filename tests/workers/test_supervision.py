"""Workers that die or cannot be started at a bad moment, as their supervisor sees them: without processes."""

from __future__ import annotations

import asyncio
import errno
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from socket import socket, socketpair
from types import SimpleNamespace
from typing import Any, cast

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.runtime.workers import periods, supervisor_link
from oifde_simulator.runtime.workers.messages import decode
from oifde_simulator.runtime.workers.supervision.restarting import Restarter
from oifde_simulator.runtime.workers.supervision.rolling import Roller
from oifde_simulator.runtime.workers.supervision.supervisor import Supervisor
from oifde_simulator.runtime.workers.supervision.worker_pool import WorkerPool
from oifde_simulator.runtime.workers.supervision.worker_process import READY, STARTING, WorkerProcess
from oifde_simulator.runtime.workers.supervisor_link import SupervisorLink
from serving import PATIENCE

FULL = OSError(errno.EAGAIN, "Resource temporarily unavailable")


class FakeWorker:
    """A worker without a process."""

    def __init__(self, number: int, state: str = READY) -> None:
        self.number, self.state = number, state
        self.pid, self.began, self.heard = 100 + number, 0.0, 0.0
        self.failure, self.how_it_ended = "", "killed by signal 9"
        self.ready = {"opens": True}
        self.is_alive, self.killed = True, False
        self.replica, self.ceased, self.place = f"replica{number}", False, number
        self.said: list[Any] = []

    def send(self, message: Any) -> None:
        self.said.append(message)

    def kill(self) -> None:
        self.killed = True

    async def end(self, _: float) -> None:
        self.is_alive = False


class FakePool:
    """A pool whose starts fail as often as there are `errors`."""

    def __init__(self, count: int = 1) -> None:
        self.numbers = range(1, count + 1)
        self.present: dict[int, FakeWorker] = {}
        self.others: set[FakeWorker] = set()
        self.restarts = dict.fromkeys(self.numbers, 0)
        self.changing: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.errors: list[OSError] = []
        self.brought_up = asyncio.Event()

    async def start(self, number: int) -> FakeWorker:
        if self.errors:
            raise self.errors.pop()
        return FakeWorker(number, STARTING)

    async def start_first(self) -> FakeWorker:
        return await self.start(1)

    async def require(self, worker: FakeWorker, state: str) -> None:
        worker.state = state
        if state == READY and worker.number == len(self.numbers):
            self.present[1].is_alive = False  # while the last one was waited for

    async def bring_up(self, worker: FakeWorker) -> bool:
        worker.state = READY
        self.brought_up.set()
        return True

    def living(self) -> list[FakeWorker]:
        return [each for each in self.present.values() if each.is_alive]

    def all(self) -> list[FakeWorker]:
        return [*self.present.values(), *self.others]

    def go(self) -> Any:
        return {"do": "go"}

    def tell(self) -> None:
        pass

    def withdraw(self, _: FakeWorker) -> None:
        pass


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAUSE", "LONGEST_PAUSE"):
        monkeypatch.setattr(periods, name, 0.0)


@pytest.mark.usefixtures("soon")
async def test_a_worker_is_started_again_even_if_the_system_has_no_room_at_first(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pool = FakePool()
    dead = pool.present[1] = FakeWorker(1)
    pool.errors = [FULL, FULL]
    await Restarter(cast(WorkerPool, pool)).restart(cast(WorkerProcess, dead))
    assert pool.present[1] is not dead
    assert pool.present[1].state == READY
    assert caplog.text.count("worker 1 cannot be started: [Errno 11] Resource temporarily unavailable") == 2


async def test_a_hangup_is_heard_after_one_for_which_the_system_had_no_room(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pool = FakePool()
    old = pool.present[1] = FakeWorker(1)
    pool.errors = [FULL]
    roller = Roller(cast(WorkerPool, pool))
    await roller._roll()
    assert pool.present[1] is old
    assert "SIGHUP: worker 1 cannot be replaced, and the old ones stay: [Errno 11]" in caplog.text
    await roller._roll()
    assert pool.present[1] is not old


@pytest.mark.parametrize(("state", "killed"), [(STARTING, True), (READY, False)])
async def test_a_replaced_worker_that_serves_nothing_yet_is_ended_at_once(state: str, killed: bool) -> None:
    pool = FakePool()
    old = pool.present[1] = FakeWorker(1, state)
    await Roller(cast(WorkerPool, pool))._roll()
    assert old.killed == killed
    assert old.said == [{"do": "drain"}]


def made_supervisor(pool: FakePool) -> Supervisor:
    ports = SimpleNamespace(descriptors={}, memory=0, inherited=[], listen=lambda: None)
    count = len(pool.numbers)
    supervisor = Supervisor(Settings(), cast(Any, ports), {"lock": 0}, lambda _: None, count=count)
    supervisor._pool = supervisor._restarter._pool = cast(WorkerPool, pool)
    return supervisor


def test_nobody_waits_for_a_worker_that_has_died() -> None:
    pool = FakePool(3)
    pool.present = {1: FakeWorker(1), 2: FakeWorker(2), 3: FakeWorker(3, STARTING)}
    pool.present[1].is_alive = False
    made_supervisor(pool)._take_notice(cast(WorkerProcess, pool.present[1]))
    assert [each.said for each in pool.present.values()] == [
        [],
        [{"do": "forget", "replica": "replica1"}],
        [],
    ]


@pytest.mark.usefixtures("soon")
async def test_a_worker_that_dies_while_others_start_is_started_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pool = FakePool(2)
    supervisor = made_supervisor(pool)
    first = await supervisor.start()
    async with asyncio.timeout(PATIENCE):
        await pool.brought_up.wait()
    assert pool.present[1] is not cast(Any, first)
    for task in supervisor._tasks:
        task.cancel()
    assert "worker 1 (process 101) ended: killed by signal 9; it is started again" in caplog.text


@pytest.fixture
def pair() -> Iterator[tuple[socket, socket]]:
    ours, theirs = socketpair()
    with ours, theirs:
        yield ours, theirs


async def test_a_worker_hears_what_it_was_told_before_it_was_loaded(
    pair: tuple[socket, socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor, worker = pair
    ended, came = threading.Event(), threading.Event()

    def decode_and_tell(line: bytes) -> Any:
        came.set()
        return decode(line)

    monkeypatch.setattr(SupervisorLink, "_end", lambda _: ended.set())
    monkeypatch.setattr(supervisor_link, "decode", decode_and_tell)
    link = SupervisorLink(worker)
    link.start()
    supervisor.sendall(json.dumps({"do": "drain"}).encode() + b"\n")
    assert await asyncio.to_thread(came.wait, PATIENCE)
    heard: asyncio.Queue[Any] = asyncio.Queue()
    link.hear(heard.put_nowait)
    supervisor.sendall(json.dumps({"do": "stop"}).encode() + b"\n")
    async with asyncio.timeout(PATIENCE):
        assert [(await heard.get())["do"] for _ in range(2)] == ["drain", "stop"]
    supervisor.shutdown(1)
    assert await asyncio.to_thread(ended.wait, PATIENCE)
