"""A server that has no file descriptor left: one line a second names the limit, and it goes on afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from child_processes import started
from oifde_simulator.web import descriptors
from oifde_simulator.web.descriptors import DescriptorWatch, ListeningSocket
from serving import FREE_PORTS, PATIENCE, Peer, environment, head

LIMIT = 64
SERVE = "import sys; from oifde_simulator.cli import main; sys.exit(main(sys.argv[1:]))"
LOOPS = {"asyncio": f"import sys; sys.modules['uvloop'] = None; {SERVE}", "uvloop": SERVE}


class Loop:
    """As much of an event loop as is asked for, with a time of its own."""

    def __init__(self) -> None:
        self.now = 100.0
        self.handler: Any = None
        self.defaults: list[dict[str, Any]] = []
        self.timers: list[Any] = []

    def time(self) -> float:
        return self.now

    def get_exception_handler(self) -> Any:
        return self.handler

    def set_exception_handler(self, handler: Any) -> None:
        self.handler = handler

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        self.defaults.append(context)

    def call_later(self, delay: float, callback: Any) -> Any:
        timer = SimpleNamespace(at=self.now + delay, callback=callback, cancel=lambda: self.timers.clear())
        self.timers = [timer]
        return timer


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def watch(loop: Loop) -> Iterator[DescriptorWatch]:
    watching = DescriptorWatch(loop)  # type: ignore[arg-type]
    yield watching
    watching.close()
    assert (loop.handler, loop.timers) == (None, [])


def failure(reason: int) -> dict[str, Any]:
    return {
        "message": "socket.accept() out of system resource",
        "exception": OSError(reason, "x"),
        "socket": None,
    }


@pytest.mark.usefixtures("watch")
def test_a_line_a_second_names_the_limit(
    loop: Loop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "descriptor_limit", lambda: 1024)
    for tenth in range(30):
        loop.now = 100 + tenth / 10
        loop.handler(loop, failure(errno.EMFILE))
    assert len(caplog.messages) == 3
    assert "of the 1024 that this process may have; raise `ulimit -n`" in caplog.messages[0]
    loop.now += 1
    loop.handler(loop, failure(errno.ENFILE))
    loop.now += 1
    loop.handler(loop, failure(errno.ENOMEM))
    assert "fs.file-max" in caplog.messages[3]
    assert os.strerror(errno.ENOMEM) in caplog.messages[4]
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert loop.defaults == []


@pytest.mark.usefixtures("watch")
def test_other_failures_of_the_loop_are_told_as_before(loop: Loop) -> None:
    other = {"message": "a task", "exception": OSError(errno.EMFILE, "in a task")}
    loop.handler(loop, other)
    assert loop.defaults == [other]


def test_a_handler_that_was_there_is_asked_and_comes_back(loop: Loop) -> None:
    asked: list[Any] = []
    loop.handler = outer = lambda *given: asked.append(given)
    watching = DescriptorWatch(loop)  # type: ignore[arg-type]
    loop.handler(loop, {"message": "a task"})
    assert asked == [(loop, {"message": "a task"})]
    watching.close()
    assert loop.handler is outer


def test_a_look_a_second_notices_what_the_loop_keeps_to_itself(
    loop: Loop, watch: DescriptorWatch, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (timer,) = loop.timers
    loop.now = timer.at
    timer.callback()
    assert caplog.messages == []

    def none_left(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(descriptors.socket, "socket", none_left)
    (timer,) = loop.timers
    loop.now = timer.at
    timer.callback()
    assert len(caplog.messages) == 1
    assert len(loop.timers) == 1


def test_the_last_number_is_noticed(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(descriptors, "descriptor_limit", lambda: 100)
    watching = DescriptorWatch(loop)  # type: ignore[arg-type]
    for number, lines in ((98, 0), (99, 1)):
        transport: Any = SimpleNamespace(get_extra_info=lambda _, n=number: SimpleNamespace(fileno=lambda: n))
        watching.accepted(transport)
        assert len(caplog.messages) == lines
    watching.close()


async def test_asyncio_tries_once_and_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would try as often as the backlog is long, and busily so."""
    tries = 0
    failed = asyncio.Event()

    def none_left(_: object) -> Any:
        nonlocal tries
        tries += 1
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket.socket, "accept", none_left)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: failed.set())
    with ListeningSocket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = await loop.create_server(asyncio.Protocol, sock=listening, backlog=4096)
        with socket.create_connection(listening.getsockname()):
            await asyncio.wait_for(failed.wait(), PATIENCE)
            for _ in range(100):
                await asyncio.sleep(0)
        server.close()
        await server.wait_closed()
    assert tries == 1


def answered(url: str) -> bool:
    """Ask once; a connection that the server cannot keep is closed or reset."""
    with contextlib.suppress(OSError), Peer(url) as client:
        client.send(head("Connection: close", method="GET", target="/"))
        return b" 404 " in client.rest()[:20]
    return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no ulimit")
@pytest.mark.parametrize("program", LOOPS.values(), ids=LOOPS.keys())
def test_a_server_names_its_limit_and_goes_on_when_some_are_free(tmp_path: Path, program: str) -> None:
    ready = tmp_path / "ready.json"
    serve = [sys.executable, "-c", program, "serve", *FREE_PORTS, "--tls", "off", "--ready-file", str(ready)]
    with started(
        ["sh", "-c", f'ulimit -n {LIMIT}; exec "$@"', "sh", *serve],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        assert server.stdout.readline()
        data = json.loads(ready.read_text())["data"]
        port = urlsplit(data).port
        with contextlib.ExitStack() as connections:
            for _ in range(2 * LIMIT):
                connections.enter_context(socket.create_connection(("127.0.0.1", port)))
            line = server.stderr.readline()
        assert f"no file descriptor is left of the {LIMIT} that this process may have" in line
        deadline = monotonic() + PATIENCE
        while not answered(data):  # until the others are gone there, too
            assert monotonic() < deadline
        server.terminate()
        _, errors = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert "Traceback" not in errors
    assert len(errors.splitlines()) < 10
