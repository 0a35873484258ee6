"""One server for a session: pytest-xdist's controller starts it when the first worker asks."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import Any

import pytest

from oifde_simulator.pytest_plugin import options
from oifde_simulator.runtime.embedding import Addresses, running, spawned

__tracebackhide__ = True  # options may have a token

Ticket = tuple[str, int, str]
"""Where a worker asks, and the key that says that it may."""
WHERE, ENOUGH = b"where", b"enough"


@contextmanager
def server(config: pytest.Config, wanted: Mapping[str, Any]) -> Iterator[Addresses]:
    """The server of a session with these options: one that runs already, the shared one, or a fresh one."""
    url, token = options.address(config)
    if url:
        yield Addresses(url, token)
        return
    ticket = getattr(config, "workerinput", {}).get("oifde_simulator")
    if ticket and wanted == options.given(config):
        yield _asked(tuple(ticket))
        return
    with ExitStack() as servers:
        try:
            addresses = servers.enter_context(started(options.server(config), wanted))
        except (RuntimeError, ValueError, OSError) as error:
            # From None: those frames have the token.
            raise RuntimeError(str(error)) from None
        yield addresses


@contextmanager
def started(kind: str, wanted: Mapping[str, Any]) -> Iterator[Addresses]:
    """A fresh server with these options of `serve`, on free ports: a `process`, or a `thread` of this one."""
    if kind == "process":
        with spawned(*_arguments(wanted)) as addresses:
            yield addresses
        return
    from oifde_simulator.config import settings

    with running(settings({"port": "0", "control_port": "0", **wanted}, {})) as simulator:
        yield Addresses(simulator.control_url, simulator.token)


def _arguments(wanted: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            yield from [flag] * value
        else:
            yield from (f"{flag}={text}" for text in ([value] if isinstance(value, str) else value))


class Offer:
    """A server that is there as soon as a worker asks for it, and not before: most suites never do."""

    def __init__(self, kind: str, wanted: Mapping[str, Any]) -> None:
        key = secrets.token_hex(16)
        self._listener = Listener(("127.0.0.1", 0), backlog=128, authkey=key.encode())
        host, port = self._listener.address
        self.ticket: Ticket = (str(host), int(port), key)
        self._kind, self._wanted = kind, wanted
        self._servers = ExitStack()
        self._answer = b""
        self._answering = threading.Thread(target=self._serve, name="oifde-simulator", daemon=True)
        self._answering.start()

    def close(self) -> None:
        """Stop the server, if it was started."""
        _ask(self.ticket, ENOUGH)
        self._answering.join()
        self._listener.close()
        self._servers.close()

    def _serve(self) -> None:
        asked = WHERE
        while asked != ENOUGH:
            # A stranger, or a worker that is gone.
            with suppress(AuthenticationError, OSError, EOFError), self._listener.accept() as worker:
                asked = worker.recv_bytes()
                worker.send_bytes(self._addresses() if asked == WHERE else b"")

    def _addresses(self) -> bytes:
        if not self._answer:
            try:
                found = self._servers.enter_context(started(self._kind, self._wanted))
                self._answer = json.dumps({"control": found.control, "token": found.token}).encode()
            except (RuntimeError, ValueError, OSError) as error:
                self._answer = json.dumps({"error": str(error)}).encode()
        return self._answer


def _asked(ticket: Ticket) -> Addresses:
    answer = json.loads(_ask(ticket, WHERE))
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return Addresses(**answer)


def _ask(ticket: Ticket, what: bytes) -> bytes:
    host, port, key = ticket
    with Client((host, port), authkey=key.encode()) as controller:
        controller.send_bytes(what)
        return controller.recv_bytes()
